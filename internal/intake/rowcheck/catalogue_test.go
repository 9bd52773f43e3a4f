package rowcheck_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"probity/identifier"
	"probity/internal/catalogue"
	"probity/internal/intake/format"
	"probity/internal/intake/rowcheck"
)

// TestBuiltInContractsCompile: every dataset of the built-in catalogue can be taken in.
func TestBuiltInContractsCompile(t *testing.T) {
	t.Parallel()
	datasets := catalogue.BuiltIn().Datasets
	if len(datasets) == 0 {
		t.Fatal("the built-in catalogue has no datasets")
	}
	for _, c := range datasets {
		if _, err := rowcheck.Compile(c, options); err != nil {
			t.Error(err)
		}
	}
}

// samrPenalty gives the public penalty table of the market regulator and rows of it under the standard's headings.
func samrPenalty(tb testing.TB, rows int) (*catalogue.Contract, []byte) {
	tb.Helper()
	var contract *catalogue.Contract
	for _, c := range catalogue.BuiltIn().Datasets {
		if c.Code == "samr.penalty" {
			contract = c
		}
	}
	if contract == nil {
		tb.Fatal("the built-in catalogue has no samr.penalty")
	}
	cells := map[string]string{
		"cf_xdr_mc": "上海示例贸易有限公司", "cf_xdr_lb": "法人", "cf_frdb": "王某",
		"cf_wfxw": "虚假宣传", "cf_sy": "当事人在其网店发布虚假广告，与实际情况不符", "cf_yj": "《中华人民共和国广告法》第五十五条",
		"cf_cflb": "罚款", "cf_nr": "罚款人民币五千元", "cf_nr_fk": "0.5", "cf_jdrq": "2024/03/17", "cf_yxq": "2099-12-31",
		"cf_gsjzq": "2025-03-17", "cf_cfjg": "示例市市场监督管理局", "cf_cfjgdm": "11000000MA00000A95",
		"cf_sjly": "示例市市场监督管理局", "cf_sjlydm": "11000000MA00000A95", "cf_sbrq": "2024-03-20",
	}
	var b bytes.Buffer
	for i, f := range contract.Fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.ToUpper(f.Name))
	}
	for n := range rows {
		for i, f := range contract.Fields {
			b.WriteByte(",\n"[map[bool]int{true: 1}[i == 0]])
			switch f.Name {
			case "cf_wsh":
				fmt.Fprintf(&b, "沪市监处〔2024〕%d号", n)
			case "cf_xdr_shxym":
				code, err := identifier.SyntheticUSCC("91", uint64(n))
				if err != nil {
					tb.Fatal(err)
				}
				b.WriteString(code)
			default:
				b.WriteString(cells[f.Name])
			}
		}
	}
	return contract, b.Bytes()
}

func TestPenaltyTable(t *testing.T) {
	t.Parallel()
	contract, text := samrPenalty(t, 3)
	checker, err := compile(t, contract).Bind(&format.Header{Names: strings.Split(strings.SplitN(string(text), "\n", 2)[0], ",")})
	if err != nil {
		t.Fatal(err)
	}
	if len(checker.Unknown) > 0 {
		t.Errorf("unknown columns %q", checker.Unknown)
	}
	readAndCheck(t, compile(t, contract), text, 3)
}

// readAndCheck reads a CSV file of good rows.
func readAndCheck(tb testing.TB, plan *rowcheck.Plan, text []byte, rows int) {
	tb.Helper()
	rd, err := format.Open(bytes.NewReader(text), "a.csv", format.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	checker, err := plan.Bind(rd.Header())
	if err != nil {
		tb.Fatal(err)
	}
	var row format.Row
	var out rowcheck.Out
	n := 0
	for ; rd.Next(&row) == nil; n++ {
		if checker.Check(&row, &out); out.Rejected() {
			tb.Fatal(out.Findings)
		}
	}
	if n != rows {
		tb.Fatalf("%d rows, want %d", n, rows)
	}
}

// BenchmarkPenaltyTable is the widest of the common tables: 31 columns and 13 checks.
func BenchmarkPenaltyTable(b *testing.B) {
	const rows = 50_000
	contract, text := samrPenalty(b, rows)
	plan := compile(b, contract)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		readAndCheck(b, plan, text, rows)
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
