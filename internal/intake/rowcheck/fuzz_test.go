package rowcheck_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"probity/calendar"
	"probity/internal/intake/format"
	"probity/internal/intake/rowcheck"
)

// FuzzCheck puts any text into every field: a row comes out with a canonical payload that reads back to itself, or
// with findings that say why not, and values about persons are in no finding.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		"", "2024-03-17", "1,234.50", "罚款", goodUSCC, "11010519491231002X", "yes", "\u202e", "2024年2月30日", "-0", ".", "1e9",
		"00000000000000000X", "９９", "20240317 24:61", "2099-12-31", "99999999999999999999.99999999999999999999", "￥1亿元", "\xff",
	} {
		f.Add(s, byte(5))
	}
	plan := compile(f, penalty())
	fields := plan.Contract().Fields
	f.Fuzz(func(t *testing.T, value string, at byte) {
		if !utf8.ValidString(value) {
			return // readers let no such row through
		}
		cells := goodCells()
		field := fields[int(at)%len(fields)].Name
		cells[field] = value
		out := checkRow(t, plan, cells)
		if out.Rejected() {
			for _, finding := range out.Findings {
				personal := finding.Field == "cf_frdb" || finding.Field == "cf_fr_zjhm"
				if personal && len(strings.TrimSpace(value)) > 3 && strings.Contains(finding.Value+finding.Text, strings.TrimSpace(value)) {
					t.Fatalf("a personal value is shown: %+v", finding)
				}
				if finding.Rule == "" || finding.Text == "" || finding.Hint == "" {
					t.Fatalf("a finding says too little: %+v", finding)
				}
			}
			return
		}
		var payload map[string]any
		if err := json.Unmarshal(out.Payload, &payload); err != nil {
			t.Fatalf("%s: %v", out.Payload, err)
		}
		// What was read is printed and read again: nothing changes any more. Amounts are kept in fen and printed so.
		again := cells
		for i := range fields {
			again[fields[i].Name] = ""
		}
		for name, v := range payload {
			switch v := v.(type) {
			case string:
				again[name] = v
			case bool:
				again[name] = map[bool]string{true: "true", false: "false"}[v]
			case float64:
				i, _ := plan.Index(name)
				n, _ := out.Int(i)
				again[name] = strconv.FormatInt(n, 10)
				if name == "cf_nr_fk" {
					again[name] = fmt.Sprintf("%d.%02d元", n/100, n%100)
				}
			}
		}
		again["cf_frdb"] = goodCells()["cf_frdb"]
		if field == "cf_frdb" {
			again["cf_frdb"] = value
		}
		digest, first := out.Digest, string(out.Payload)
		second := checkRow(t, plan, again)
		if second.Rejected() || string(second.Payload) != first || second.Digest != digest {
			t.Fatalf("%q in %s: %s came back as %s %+v", value, field, first, second.Payload, second.Findings)
		}
	})
}

// FuzzHeader binds any headings: each column belongs to one field at most, and nothing is lost without being named.
func FuzzHeader(f *testing.F) {
	f.Add("cf_wsh,cf_xdr_mc,cf_cflb,cf_jdrq")
	f.Add("CF_WSH,行政相对人名称,ｃｆ＿ｃｆｌｂ,cf_jdrg,,x")
	plan := compile(f, penalty())
	f.Fuzz(func(t *testing.T, headings string) {
		names := strings.Split(headings, ",")
		checker, err := plan.Bind(&format.Header{Names: names, Line: 1})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "1: ") {
				t.Fatalf("no place: %v", err)
			}
			return
		}
		row := format.Row{Line: 2}
		for range names {
			row.Values = append(row.Values, []byte("2024-03-17"))
		}
		var out rowcheck.Out
		checker.Check(&row, &out)
		if out.Occurred == calendar.None {
			t.Fatalf("%q bound no event day: %+v", names, out.Findings)
		}
		if len(checker.Unknown) > len(names)-4 {
			t.Fatalf("%q: unknown %q", names, checker.Unknown)
		}
	})
}
