package intake_test

import (
	"encoding/json"
	"strings"
	"testing"

	"probity/internal/intake"
)

// TestNUL: a row in which one value holds a NUL, wherever it is, waits with a reason like any other, and the rows beside it
// go in. Not every engine can keep a text with one, so no text that is stored may hold any. A file of text with a zero byte is
// refused whole; it is formats with escapes, or lengths, that bring one in.
func TestNUL(t *testing.T) {
	t.Parallel()
	columns := strings.Split(strings.TrimSuffix(penaltyHeader, "\n"), ",")
	row := func(text string) map[string]string {
		values := map[string]string{}
		for i, v := range strings.Split(strings.TrimSuffix(text, "\n"), ",") {
			values[columns[i]] = v
		}
		return values
	}
	r := open(t)
	for _, column := range columns {
		for _, put := range []func(string) string{
			func(s string) string { return s + "\x00" },
			func(s string) string { return "\x00" + s },
			func(string) string { return "\x00" },
			func(s string) string { return s[:1] + "\x00" + s[1:] },
		} {
			var file strings.Builder
			lines := json.NewEncoder(&file)
			bad := row(penalty(company(1), "罚1号", "1", "2026-05-04"))
			bad[column] = put(bad[column])
			bad["多\x00余"] = "1" // and in the name of a column that the contract does not know
			for _, line := range []map[string]string{bad, row(penalty(company(2), "罚2号", "1", "2026-05-04"))} {
				if err := lines.Encode(line); err != nil {
					t.Fatal(err)
				}
			}
			rep := r.ingest(r.file("p.jsonl", file.String()), intake.Job{})
			if c := rep.Counts; c.Stored+c.Unchanged != 1 || c.Rejected+c.Unbound != 1 {
				t.Errorf("%q in %s: %+v", bad[column], column, c)
			}
		}
	}
}
