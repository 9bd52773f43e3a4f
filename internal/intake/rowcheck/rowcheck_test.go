package rowcheck_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/intake/format"
	"probity/internal/intake/rowcheck"
	"probity/internal/record"
	"probity/internal/subject"
)

func ptr(n int64) *int64 { return &n }

// penalty is a contract in the shape of the public penalty table, small enough to see through.
func penalty() *catalogue.Contract {
	return &catalogue.Contract{
		Code: "test.penalty", Version: 1,
		Key:      []string{"cf_wsh"},
		Binding:  []catalogue.Binding{{Field: "cf_xdr_shxym", Scheme: subject.USCC}},
		Occurred: "cf_jdrq", From: "cf_jdrq", To: "cf_yxq",
		Adverse: catalogue.Condition{All: []catalogue.Test{{Field: "cf_cflb", NotIn: []string{"warning"}}}},
		Tier: catalogue.TierRule{
			Fixed: record.General, Field: "cf_cflb", By: map[string]record.Tier{"revocation": record.Serious},
		},
		Retention: catalogue.Retention{
			Period: calendar.Period{Years: 5}, From: "cf_yxq", Cap: calendar.Period{Years: 10},
		},
		LenientCheckDigit: true,
		Fields: []catalogue.Field{
			{Name: "cf_wsh", Type: catalogue.TextField, Required: true, Aliases: []string{"CF_WSH", "行政处罚决定书文号"}, MaxLength: 40},
			{Name: "cf_xdr_mc", Type: catalogue.TextField, Required: true, Title: catalogue.Text{EN: "Counterparty name", ZH: "行政相对人名称"}},
			{Name: "cf_xdr_shxym", Type: catalogue.IdentifierField, Scheme: subject.USCC, Aliases: []string{"CF_XDR_SHXYM"}},
			{Name: "cf_frdb", Type: catalogue.TextField, Sensitivity: catalogue.Personal},
			{Name: "cf_fr_zjhm", Type: catalogue.IdentifierField, Scheme: subject.ResidentID, Sensitivity: catalogue.Dropped},
			{
				Name: "cf_cflb", Type: catalogue.CodeField, Required: true, Codes: []catalogue.Code{
					{Code: "warning", Title: catalogue.Text{EN: "Warning", ZH: "警告"}, Aliases: []string{"1"}},
					{Code: "fine", Title: catalogue.Text{EN: "Fine", ZH: "罚款"}, Aliases: []string{"2"}},
					{Code: "revocation", Title: catalogue.Text{EN: "Revocation", ZH: "吊销许可证"}, Aliases: []string{"3"}},
				},
			},
			{Name: "cf_nr_fk", Type: catalogue.AmountField, Unit: "CNY", Factor: 1_000_000},
			{Name: "cf_jdrq", Type: catalogue.DateField, Required: true},
			{Name: "cf_yxq", Type: catalogue.DateField, Open: []string{"2099-12-31", "长期"}},
			{Name: "days", Type: catalogue.IntField, Unit: "day", Bounded: true, Min: -5, Max: 400},
			{Name: "public", Type: catalogue.BoolField, Default: "yes"},
		},
		Checks: []catalogue.Check{
			{
				ID: "fine-amount", Text: catalogue.Text{EN: "a fine needs its amount"}, Cure: catalogue.Text{EN: "fill in cf_nr_fk"},
				When:    catalogue.Condition{All: []catalogue.Test{{Field: "cf_cflb", In: []string{"fine"}}}},
				Require: catalogue.Condition{All: []catalogue.Test{{Field: "cf_nr_fk", Above: ptr(0)}}},
			},
			{
				ID: "not-ahead", Text: catalogue.Text{EN: "the decision is later than its report"}, Cure: catalogue.Text{EN: "check the year"},
				Require: catalogue.Condition{All: []catalogue.Test{{Field: "cf_jdrq", NotAfter: rowcheck.Received}}},
			},
			{
				ID: "order", Warn: true, Text: catalogue.Text{EN: "the end is before the beginning"}, Cure: catalogue.Text{EN: "check both days"},
				When:    catalogue.Condition{All: []catalogue.Test{{Field: "cf_yxq", Present: true}}},
				Require: catalogue.Condition{All: []catalogue.Test{{Field: "cf_yxq", NotBefore: "cf_jdrq"}}},
			},
		},
	}
}

var options = rowcheck.Options{Received: calendar.MustParse("2024-06-30"), Secret: []byte("only for tests")}

func compile(t testing.TB, c *catalogue.Contract) *rowcheck.Plan {
	t.Helper()
	plan, err := rowcheck.Compile(c, options)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// checkRow checks one row given as header=value pairs.
func checkRow(t testing.TB, plan *rowcheck.Plan, cells map[string]string) *rowcheck.Out {
	t.Helper()
	h := &format.Header{}
	row := &format.Row{Line: 2}
	for i := range plan.Contract().Fields {
		name := plan.Contract().Fields[i].Name
		h.Names = append(h.Names, name)
		row.Values = append(row.Values, []byte(cells[name]))
	}
	checker, err := plan.Bind(h)
	if err != nil {
		t.Fatal(err)
	}
	var out rowcheck.Out
	checker.Check(row, &out)
	return &out
}

const goodUSCC = "91350100M000100Y43"

func goodCells() map[string]string {
	return map[string]string{
		"cf_wsh": "沪市监处〔2024〕9号", "cf_xdr_mc": "示例公司", "cf_xdr_shxym": goodUSCC, "cf_frdb": "王某",
		"cf_cflb": "罚款", "cf_nr_fk": "0.29", "cf_jdrq": "2024-03-17", "cf_yxq": "2025-03-17", "days": "-3",
	}
}

func TestGoodRow(t *testing.T) {
	t.Parallel()
	out := checkRow(t, compile(t, penalty()), goodCells())
	if len(out.Findings) > 0 {
		t.Fatalf("findings: %+v", out.Findings)
	}
	want := `{"cf_wsh":"沪市监处〔2024〕9号","cf_xdr_mc":"示例公司","cf_xdr_shxym":"91350100M000100Y43",` +
		`"cf_cflb":"fine","cf_nr_fk":290000,"cf_jdrq":"2024-03-17","cf_yxq":"2025-03-17","days":-3,"public":true}`
	if diff := cmp.Diff(want, string(out.Payload)); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	if got := string(out.Sealed); got != `{"cf_frdb":"王某"}` {
		t.Errorf("sealed %s", got)
	}
	if got := string(out.Key); got != "沪市监处〔2024〕9号" {
		t.Errorf("key %q", got)
	}
	if !out.Adverse || out.Tier != record.General {
		t.Errorf("adverse %v, tier %v", out.Adverse, out.Tier)
	}
	for name, day := range map[string]struct{ got, want string }{
		"occurred": {out.Occurred.String(), "2024-03-17"}, "from": {out.From.String(), "2024-03-17"},
		"to": {out.To.String(), "2025-03-17"}, "lapse": {out.Lapse.String(), "2030-03-17"},
	} {
		if day.got != day.want {
			t.Errorf("%s is %s, want %s", name, day.got, day.want)
		}
	}
	wantID := []rowcheck.Identifier{{Scheme: subject.USCC, Value: []byte(goodUSCC), Field: "cf_xdr_shxym", Status: identifier.Valid}}
	if diff := cmp.Diff(wantID, out.Identifiers); diff != "" {
		t.Errorf("identifiers (-want +got):\n%s", diff)
	}
}

// TestFindings holds each rule with the words a supplier reads.
func TestFindings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, field, value, want string
	}{
		{"Required", "cf_xdr_mc", " \u3000", `field.required cf_xdr_mc "": cf_xdr_mc is empty and must not be`},
		{"NoSuchDay", "cf_jdrq", "2023-02-30", `field.date cf_jdrq "2023-02-30": February 2023 has 28 days, not 30`},
		{"LeapDay", "cf_jdrq", "1900/2/29", `field.date cf_jdrq "1900/2/29": February 1900 has 28 days, not 29`},
		{"NoSuchMonth", "cf_jdrq", "20231301", `field.date cf_jdrq "20231301": there is no month 13`},
		{"ZeroDate", "cf_jdrq", "0000-00-00", `field.date cf_jdrq "0000-00-00": there is no year 0; leave an unknown date empty`},
		{"DayFirst", "cf_jdrq", "17/03/2024", `field.date cf_jdrq "17/03/2024": the order of day and month cannot be told: the year must come first`},
		{"TwoDigitYear", "cf_jdrq", "28-07-23", `field.date cf_jdrq "28-07-23": the order of day, month and year cannot be told: the year must come first, with four digits`},
		{"Serial", "cf_jdrq", "45135", `field.date cf_jdrq "45135": this is a spreadsheet's day number, not a date`},
		{"NoDay", "cf_jdrq", "2024-03", `field.date cf_jdrq "2024-03": the day of the month is missing`},
		{"NoDate", "cf_jdrq", "soon", `field.date cf_jdrq "soon": this is not a date`},
		{"BadTime", "cf_jdrq", "2024-03-17 25:00", `field.date cf_jdrq "2024-03-17 25:00": what follows the day is not a time`},
		{"Ahead", "cf_jdrq", "2024-07-01", `check.not-ahead cf_jdrq "2024-07-01": the decision is later than its report`},
		{"Order", "cf_yxq", "2024-03-16", `check.order cf_yxq "2024-03-16": the end is before the beginning (warning)`},
		{"Amount", "cf_nr_fk", "1,23", `field.number cf_nr_fk "1,23": thousands are parted by a mark every three digits, and decimals by a point`},
		{"Decimals", "cf_nr_fk", "0.0000001", `field.number cf_nr_fk "0.0000001": the amount has more decimals than there are: its smallest part is 1/1000000`},
		{"Scientific", "cf_nr_fk", "1.2E+05", `field.number cf_nr_fk "1.2E+05": the number is in scientific notation, in which a spreadsheet loses digits`},
		{"Huge", "cf_nr_fk", "99999999999999999999", `field.number cf_nr_fk "99999999999999999999": the number is too large`},
		{"Negative", "cf_nr_fk", "-1", `field.range cf_nr_fk "-1": cf_nr_fk must not be negative`},
		{"NoFine", "cf_nr_fk", "", `check.fine-amount cf_nr_fk "": a fine needs its amount`},
		{"Whole", "days", "2.5", `field.number days "2.5": this must be a whole number`},
		{"Range", "days", "401", `field.range days "401": days must not be above 400`},
		{"Code", "cf_cflb", "9", `field.code cf_cflb "9": this is none of the codes of cf_cflb`},
		{"Boolean", "public", "maybe", `field.boolean public "maybe": this is neither yes nor no`},
		{"TooLong", "cf_wsh", strings.Repeat("长", 41), `field.text cf_wsh "` + strings.Repeat("长", 20) + `…": the text has 41 characters; cf_wsh holds at most 40`},
		{"Control", "cf_wsh", "a\x07b", `field.text cf_wsh "a\ab": character 2 is the control character U+0007`},
		{"TurnedText", "cf_xdr_mc", "公司\u202egnp", `field.text cf_xdr_mc "公司\u202egnp": character 3 is the control character U+202E`},
		{"Key", "cf_wsh", "", `field.required cf_wsh "": cf_wsh is empty and must not be`},
		{"DroppedNumberIsMasked", "cf_fr_zjhm", "110105194912310021", ""},
	}
	plan := compile(t, penalty())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cells := goodCells()
			cells[tt.field] = tt.value
			out := checkRow(t, plan, cells)
			if len(out.Findings) != 1 {
				t.Fatalf("%d findings: %+v", len(out.Findings), out.Findings)
			}
			f := out.Findings[0]
			got := fmt.Sprintf("%s %s %q: %s", f.Rule, f.Field, f.Value, f.Text)
			if f.Warn {
				got += " (warning)"
			}
			if tt.want != "" && got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if f.Hint == "" {
				t.Error("no hint")
			}
			if out.Rejected() == f.Warn {
				t.Errorf("rejected %v with a finding whose Warn is %v", out.Rejected(), f.Warn)
			}
			if tt.name == "DroppedNumberIsMasked" && strings.Contains(fmt.Sprintf("%+v", f), "1105") {
				t.Errorf("a person's number is shown: %+v", f)
			}
		})
	}
}

func TestARowHasAllItsFindings(t *testing.T) {
	t.Parallel()
	cells := goodCells()
	cells["cf_jdrq"], cells["cf_cflb"], cells["days"] = "2024-02-30", "?", "many"
	out := checkRow(t, compile(t, penalty()), cells)
	var rules []string
	for _, f := range out.Findings {
		rules = append(rules, f.Rule)
	}
	// No check is added for fields that could not be read.
	if diff := cmp.Diff([]string{"field.code", "field.date", "field.number"}, rules); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if string(out.Key) != cells["cf_wsh"] {
		t.Errorf("a rejected row has lost its key: %q", out.Key)
	}
}

func TestValueForms(t *testing.T) {
	t.Parallel()
	tests := []struct{ field, value, want string }{
		{"cf_jdrq", "2024/3/7", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "2024.03.07", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "20240307", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "2024年3月7日", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "２０２４－０３－０７", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "2024-03-07 00:00:00", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "2024/3/7 8:05", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "20240307153000", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "2024-03-07T15:59:59Z", `"cf_jdrq":"2024-03-07"`},
		{"cf_jdrq", "2024-03-07T16:00:00.123Z", `"cf_jdrq":"2024-03-08"`},
		{"cf_jdrq", "2024-03-07T23:30:00-05:00", `"cf_jdrq":"2024-03-08"`},
		{"cf_jdrq", "2024-03-07T00:30:00+08:00", `"cf_jdrq":"2024-03-07"`},
		{"cf_nr_fk", "1,234.5", `"cf_nr_fk":1234500000`},
		{"cf_nr_fk", "１２", `"cf_nr_fk":12000000`},
		{"cf_nr_fk", "0.290000000", `"cf_nr_fk":290000`},
		{"cf_nr_fk", "5000元", `"cf_nr_fk":500000`},
		{"cf_nr_fk", "¥5,000.50元", `"cf_nr_fk":500050`},
		{"cf_nr_fk", "3万元", `"cf_nr_fk":3000000`},
		{"cf_nr_fk", "1.5亿", `"cf_nr_fk":15000000000`},
		{"cf_nr_fk", ".5", `"cf_nr_fk":500000`},
		{"cf_cflb", "2", `"cf_cflb":"fine"`},
		{"cf_cflb", " FINE ", `"cf_cflb":"fine"`},
		{"cf_cflb", "罚款", `"cf_cflb":"fine"`},
		{"days", "3.0", `"days":3`},
		{"days", "+12", `"days":12`},
		{"public", "否", `"public":false`},
		{"public", "Ｙ", `"public":true`},
		{"public", "", `"public":true`},
		{"cf_xdr_mc", "\u3000示例\ufeff", `"cf_xdr_mc":"示例"`},
		{"cf_xdr_mc", "Cafe\u0301", `"cf_xdr_mc":"Café"`},
		{"cf_xdr_shxym", strings.ToLower(goodUSCC), `"cf_xdr_shxym":"` + goodUSCC + `"`},
		{"cf_xdr_shxym", "９１３５０１００Ｍ０００１００Ｙ４３", `"cf_xdr_shxym":"` + goodUSCC + `"`},
	}
	plan := compile(t, penalty())
	for _, tt := range tests {
		cells := goodCells()
		cells[tt.field] = tt.value
		out := checkRow(t, plan, cells)
		if out.Rejected() || !strings.Contains(string(out.Payload), tt.want) {
			t.Errorf("%s %q: want %s, got %s %+v", tt.field, tt.value, tt.want, out.Payload, out.Findings)
		}
	}
}

func TestOpenEndsAndPlaceholders(t *testing.T) {
	t.Parallel()
	plan := compile(t, penalty())
	for _, end := range []string{"2099-12-31", "2099/12/31", "长期", ""} {
		cells := goodCells()
		cells["cf_yxq"] = end
		out := checkRow(t, plan, cells)
		if out.Rejected() || out.To != calendar.None || strings.Contains(string(out.Payload), "cf_yxq") {
			t.Errorf("%q: to %v, %s %+v", end, out.To, out.Payload, out.Findings)
		}
		// The conduct has no end yet, so the cap counts from the event day.
		if out.Lapse.String() != "2034-03-17" {
			t.Errorf("%q: lapse %v", end, out.Lapse)
		}
	}
	cells := goodCells()
	cells["cf_xdr_shxym"] = "00000000000000000X"
	if out := checkRow(t, plan, cells); out.Rejected() || len(out.Identifiers) != 0 {
		t.Errorf("a placeholder is no identifier and no fault: %+v %+v", out.Findings, out.Identifiers)
	}
}

// TestPilotCodes: a code whose last character alone is wrong is a warning where the contract says so, else a reject.
func TestPilotCodes(t *testing.T) {
	t.Parallel()
	c := penalty()
	cells := goodCells()
	cells["cf_xdr_shxym"] = "91350100M000100Y4A"
	out := checkRow(t, compile(t, c), cells)
	if out.Rejected() || len(out.Findings) != 1 || !out.Findings[0].Warn || len(out.Identifiers) != 1 ||
		string(out.Identifiers[0].Value) != cells["cf_xdr_shxym"] {
		t.Errorf("lenient: %+v %+v", out.Findings, out.Identifiers)
	}
	c.LenientCheckDigit = false
	if out := checkRow(t, compile(t, c), cells); !out.Rejected() || out.Findings[0].Rule != "field.identifier" {
		t.Errorf("strict: %+v", out.Findings)
	}
}

func TestPersonalKeysAreHashedAndDropped(t *testing.T) {
	t.Parallel()
	c := penalty()
	c.Fields[4].Sensitivity = catalogue.Personal
	c.Key = []string{"cf_fr_zjhm", "cf_jdrq"}
	c.Binding = []catalogue.Binding{{Field: "cf_fr_zjhm", Scheme: subject.Appointment, Office: "cf_wsh", Kind: subject.OfficeHolder}}
	cells := goodCells()
	cells["cf_fr_zjhm"] = "11010519491231002x"
	plan := compile(t, c)
	out := checkRow(t, plan, cells)
	if out.Rejected() {
		t.Fatal(out.Findings)
	}
	if strings.Contains(string(out.Key), "1101") || strings.Contains(string(out.Payload), "1101") {
		t.Errorf("a person's number in the clear: key %q, payload %s", out.Key, out.Payload)
	}
	if !strings.HasSuffix(string(out.Key), "\x1f2024-03-17") || len(out.Key) != 32+1+10 {
		t.Errorf("key %q", out.Key)
	}
	if !strings.Contains(string(out.Sealed), `"cf_fr_zjhm":"11010519491231002X"`) {
		t.Errorf("sealed %s", out.Sealed)
	}
	if got := string(out.Identifiers[0].Value); got != "沪市监处〔2024〕9号/11010519491231002X" {
		t.Errorf("appointment %q", got)
	}
	if _, err := rowcheck.Compile(c, rowcheck.Options{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a secret: %v", err)
	}
}

func TestDigestFollowsContent(t *testing.T) {
	t.Parallel()
	plan := compile(t, penalty())
	first := checkRow(t, plan, goodCells()).Digest
	if again := checkRow(t, plan, goodCells()).Digest; again != first {
		t.Error("the same row has another digest")
	}
	for _, field := range []string{"cf_xdr_mc", "cf_frdb", "cf_wsh"} {
		cells := goodCells()
		cells[field] += "x"
		if checkRow(t, plan, cells).Digest == first {
			t.Errorf("%s changed and the digest did not", field)
		}
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	plan := compile(t, penalty())
	t.Run("Forms", func(t *testing.T) {
		t.Parallel()
		h := &format.Header{Names: []string{"Ｃｆ_ＷＳＨ ", "行政相对人名称", "CF_CFLB", "cf_jdrq", "备注", ""}, Line: 1}
		checker, err := plan.Bind(h)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"备注"}, checker.Unknown); diff != "" {
			t.Errorf("unknown (-want +got):\n%s", diff)
		}
	})
	t.Run("ExactBeatsFolded", func(t *testing.T) {
		t.Parallel()
		h := &format.Header{Names: []string{"Cf_wsh", "cf_wsh", "cf_xdr_mc", "cf_cflb", "cf_jdrq"}}
		if _, err := plan.Bind(h); err != nil {
			t.Fatal(err)
		}
	})
	for _, tt := range []struct {
		name, want, cure string
		header           []string
	}{
		{
			"Missing", "3: the required columns are missing: cf_wsh, cf_jdrq", `"cf_jdrg" may be meant for cf_jdrq`,
			[]string{"cf_xdr_mc", "cf_cflb", "cf_jdrg"},
		},
		{
			"Twice", `3: the columns "CF_WSH" and "行政处罚决定书文号" are both cf_wsh`, "leave one",
			[]string{"CF_WSH", "行政处罚决定书文号", "cf_xdr_mc", "cf_cflb", "cf_jdrq"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := plan.Bind(&format.Header{Names: tt.header, Line: 3})
			var e *fault.Error
			if !errors.As(err, &e) || e.Error() != tt.want || !strings.Contains(e.Cure, tt.cure) {
				t.Errorf("%v\ncure: %s", err, e.Cure)
			}
		})
	}
}

func TestContractFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*catalogue.Contract)
		want   string
	}{
		{"Key", func(c *catalogue.Contract) { c.Key = []string{"nosuch"} }, `the key names the field "nosuch"`},
		{"NoKey", func(c *catalogue.Contract) { c.Key = nil }, "no key"},
		{"Day", func(c *catalogue.Contract) { c.Occurred = "cf_wsh" }, "needs a date"},
		{"Code", func(c *catalogue.Contract) { c.Checks[0].When.All[0].In = []string{"2"} }, `"2" is no code of cf_cflb`},
		{"Compare", func(c *catalogue.Contract) { c.Checks[1].Require.All[0].NotAfter = "cf_wsh" }, "both must be dates"},
		{"Type", func(c *catalogue.Contract) { c.Fields[0].Type = "blob" }, "unknown type"},
		{"Default", func(c *catalogue.Contract) { c.Fields[9].Default = "x" }, "is not a value of it"},
		{"Twice", func(c *catalogue.Contract) { c.Fields[1].Name = "cf_wsh" }, "stands twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := penalty()
			tt.change(c)
			_, err := rowcheck.Compile(c, options)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "test.penalty") {
				t.Errorf("%v", err)
			}
		})
	}
}

func bigCSV(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("cf_wsh,cf_xdr_mc,cf_xdr_shxym,cf_frdb,cf_fr_zjhm,cf_cflb,cf_nr_fk,cf_jdrq,cf_yxq,days,public\n")
	for i := range rows {
		fmt.Fprintf(&b, "沪市监处〔2024〕%d号,上海示例贸易有限公司,%s,王某,,2,%d.5,2024-03-17,2025-03-17,%d,1\n", i, goodUSCC, i%100, i%300)
	}
	return b.Bytes()
}

// TestNoAllocationPerGoodRow: what a row costs is work, not garbage.
func TestNoAllocationPerGoodRow(t *testing.T) {
	plan := compile(t, penalty())
	rd, err := format.Open(bytes.NewReader(bigCSV(2000)), "a.csv", format.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checker, err := plan.Bind(rd.Header())
	if err != nil {
		t.Fatal(err)
	}
	var row format.Row
	var out rowcheck.Out
	next := func() {
		if err := rd.Next(&row); err != nil {
			t.Fatal(err)
		}
		checker.Check(&row, &out)
		if len(out.Findings) > 0 {
			t.Fatal(out.Findings)
		}
	}
	next()
	if n := testing.AllocsPerRun(1000, next); n > 0 {
		t.Errorf("%v allocations per row", n)
	}
}

func BenchmarkReadAndCheck(b *testing.B) {
	plan := compile(b, penalty())
	const rows = 100_000
	text := bigCSV(rows)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		readAndCheck(b, plan, text, rows)
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
