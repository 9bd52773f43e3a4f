package scorecard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/scorecard"
)

// TestExplain looks at what the cases do not: titles, gates, what helped, disputed records, and points by record.
func TestExplain(t *testing.T) {
	t.Parallel()
	p := compiled(t, "conduct.yaml")
	b := scorecard.NewBuilder(p.Layout())
	b.Subject()
	add := func(dataset string, r scorecard.Record, values map[string]int64) {
		table := p.Layout().Table(dataset)
		var row []int64
		for _, f := range p.Layout().Reads()[table].Fields {
			v, ok := values[f.Name]
			if !ok {
				v = scorecard.Missing
			}
			row = append(row, v)
		}
		b.Add(table, r, row...)
	}
	contested := event(4, "2026-03-01")
	contested.Disputed = true
	add("samr.licence", event(1, "2024-05-01"), map[string]int64{"state": 0})
	add("sta.default", event(2, "2026-04-01"), map[string]int64{"indicator": 0, "months": 3})
	add("sta.default", event(3, "2026-05-01"), map[string]int64{"indicator": 2})
	add("samr.penalty", contested, map[string]int64{"severity": 2, "fine": 5_000_000})
	e := p.NewEvaluator()
	e.Evaluate(b.Facts(), scorecard.At{AsOf: asOf, Seen: asOf})
	x := e.Explain(0)

	if d := cmp.Diff([]scorecard.GateEffect{{Name: "fake-invoice", Effect: scorecard.Direct, Band: "D", Reason: "G1", Decisive: true}}, x.Gates); d != "" {
		t.Errorf("gates: %s", d)
	}
	if x.Score != 654 || x.Band != "D" || x.Gate != "fake-invoice" {
		t.Errorf("score %d, band %s, gate %s", x.Score, x.Band, x.Gate)
	}
	if d := cmp.Diff([]scorecard.Lost{{Code: "H01", Characteristic: "months_on_file", Points: 40}, {Code: "T01", Characteristic: "tax_deductions", Points: 26}}, x.Reasons); d != "" {
		t.Errorf("reasons: %s", d)
	}
	if d := cmp.Diff([]scorecard.Gained{{Characteristic: "penalties_24m", Points: 100}, {Characteristic: "fines_paid", Points: 90}, {Characteristic: "licence_state", Points: 50}}, x.Helped); d != "" {
		t.Errorf("helped: %s", d)
	}
	if c := x.Characteristics[1]; len(c.Records) != 0 || len(c.Disputed) != 1 || c.Disputed[0].ID != 4 || c.Title.ZH == "" {
		t.Errorf("penalties: %+v", c)
	}
	var own []int64
	for _, r := range x.Characteristics[4].Records {
		own = append(own, *r.Points)
	}
	if d := cmp.Diff([]int64{-15, -11}, own); d != "" {
		t.Errorf("points of the records: %s", d)
	}
	if again := e.Explain(0); cmp.Diff(x, again) != "" {
		t.Error("explaining twice gives two explanations")
	}
}
