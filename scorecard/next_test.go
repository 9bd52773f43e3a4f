package scorecard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/scorecard"
)

// ladder is a model whose next bands can be worked out by hand.
const ladder = `model: ladder
version: 1
title: {en: Ladder}
kinds: [enterprise]
contexts: [commerce]
source: {title: designed here, date: 2026-11-22}
base: 0
characteristics:
  - name: penalties
    title: {en: Penalties in two years}
    datasets: [samr.penalty]
    window: {last: P24M}
    aggregate: count
    direction: falling
    reason: R
    actionable: true
    attributes: [{below: 1, points: 30}, {from: 1, below: 2, points: 20}, {from: 2, points: 0}]
  - name: arrears
    title: {en: Tax arrears}
    datasets: [sta.default]
    aggregate: {sum: arrears}
    direction: falling
    reason: R
    actionable: true
    points_per: {each: -1, every: 1000, floor: -40}
  - name: state
    title: {en: Licence}
    datasets: [samr.licence]
    aggregate: {latest: state}
    missing: {points: 0}
    reason: R
    actionable: true
    attributes: [{codes: [valid], points: 20}, {other: true, points: 0}]
  - name: age
    title: {en: Months since the first licence}
    datasets: [samr.licence]
    aggregate: months_since_first
    direction: rising
    missing: {points: 0}
    reason: R
    attributes: [{below: 24, points: 0}, {from: 24, points: 10}]
  - name: concealment
    title: {en: Concealment}
    datasets: [sta.default]
    where: indicator == "010106"
    window: {last: P12M}
    aggregate: exists
gates:
  - {name: concealed, when: {characteristic: concealment, from: 1}, band: D, reason: G}
bands: [{name: A, from: 50}, {name: B, from: 30}, {name: D}]
reasons: {R: {en: lost}, G: {en: concealed}}
`

func TestNextBand(t *testing.T) {
	t.Parallel()
	p := plan(t, ladder)
	today := day("2026-11-22")
	for _, c := range []struct {
		name string
		fill func(add func(dataset string, r scorecard.Record, values map[string]int64))
		want *scorecard.NextBand
	}{
		{
			name: "the best band has no next one",
			fill: func(add func(string, scorecard.Record, map[string]int64)) {
				add("samr.licence", event(1, "2020-01-01"), map[string]int64{"state": 0})
			},
		},
		{
			// 20 + 20 + 10 - 15: fifteen thousand less would do, and so would the one penalty and five thousand.
			name: "one change, in units",
			fill: func(add func(string, scorecard.Record, map[string]int64)) {
				add("samr.licence", event(1, "2020-01-01"), map[string]int64{"state": 0})
				add("samr.penalty", event(2, "2026-01-01"), nil)
				add("sta.default", event(3, "2026-01-01"), map[string]int64{"arrears": 15_500})
			},
			want: &scorecard.NextBand{
				Band: "A", Score: 50, ByTime: calendar.None,
				Changes: []scorecard.Change{{Characteristic: "arrears", From: "15500", To: "999", Attribute: "per unit", Gain: 15, ByTime: calendar.None}},
			},
		},
		{
			// 0 + 20 + 10: the second penalty ends in January 2028, and nobody needs to do anything.
			name: "time alone brings it",
			fill: func(add func(string, scorecard.Record, map[string]int64)) {
				add("samr.licence", event(1, "2020-01-01"), map[string]int64{"state": 0})
				add("samr.penalty", event(2, "2026-01-01"), nil)
				add("samr.penalty", event(3, "2026-02-01"), nil)
			},
			want: &scorecard.NextBand{
				Band: "A", Score: 50, ByTime: day("2028-01-01"),
				Changes: []scorecard.Change{{Characteristic: "penalties", From: "2", To: "1", Attribute: "from 1 below 2", Gain: 20, ByTime: day("2028-01-01")}},
			},
		},
		{
			// 0 + 0 + 10 - 40: no one change leads to B. No penalty and 30 units less cross 32 limits; one penalty and 40
			// units less would cross 41.
			name: "two changes",
			fill: func(add func(string, scorecard.Record, map[string]int64)) {
				add("samr.licence", event(1, "2020-01-01"), map[string]int64{"state": 1})
				for i := range int64(3) {
					add("samr.penalty", event(2+i, "2026-01-01"), nil)
				}
				add("sta.default", event(9, "2026-01-01"), map[string]int64{"arrears": 1_000_000})
			},
			want: &scorecard.NextBand{
				Band: "B", Score: 30, ByTime: calendar.None,
				Changes: []scorecard.Change{
					{Characteristic: "penalties", From: "3", To: "0", Attribute: "below 1", Gain: 30, ByTime: day("2028-01-01")},
					{Characteristic: "arrears", From: "1000000", To: "10999", Attribute: "per unit", Gain: 30, ByTime: calendar.None},
				},
			},
		},
		{
			// A gate keeps it in D, and what is behind the gate cannot be acted on; time opens it.
			name: "a gate",
			fill: func(add func(string, scorecard.Record, map[string]int64)) {
				add("samr.licence", event(1, "2020-01-01"), map[string]int64{"state": 0})
				add("sta.default", event(2, "2026-03-01"), map[string]int64{"indicator": 2})
			},
			want: &scorecard.NextBand{Band: "B", Changes: []scorecard.Change{}, ByTime: day("2027-03-01")},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := scorecard.NewBuilder(p.Layout())
			b.Subject()
			c.fill(func(dataset string, r scorecard.Record, values map[string]int64) {
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
			})
			e := p.NewEvaluator()
			e.Evaluate(b.Facts(), scorecard.At{AsOf: today, Seen: today})
			if d := cmp.Diff(c.want, e.NextBand(0)); d != "" {
				t.Errorf("want -, got +\n%s\n%+v", d, e.Explain(0))
			}
		})
	}
}
