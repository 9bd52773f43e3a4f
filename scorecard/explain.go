package scorecard

import (
	"cmp"
	"slices"
	"sort"

	"probity/calendar"
	"probity/scorecard/internal/kernel"
	"probity/scorecard/language"
)

// Explanation is a rating in words: every point with the records behind it. Base, points and adjustments add up to the
// score exactly.
type Explanation struct {
	Status Status `json:"status"`
	// Score, Band and Gate are those of a rated subject. Gate names the gate that set the band, "" where the score did.
	Score int64  `json:"score"`
	Band  string `json:"band,omitempty"`
	Gate  string `json:"gate,omitempty"`
	// WhyNot are the reason codes of a subject that is not rated.
	WhyNot          []string     `json:"why_not,omitempty"`
	Base            int64        `json:"base"`
	Characteristics []Factor     `json:"characteristics"`
	Adjustments     []Adjustment `json:"adjustments"`
	// Gates are those whose condition holds, in the order in which they worked.
	Gates []GateEffect `json:"gates,omitempty"`
	// Reasons are the characteristics that lost most points against their baseline, the most first; Helped those that
	// earned most above the least they could, and are not among Reasons.
	Reasons []Lost   `json:"reasons"`
	Helped  []Gained `json:"helped"`
}

// Factor is one characteristic of an explanation.
type Factor struct {
	Name  string `json:"name"`
	Title Label  `json:"title"`
	// Value is the value as readers write it, "" where it is missing.
	Value   string `json:"value"`
	Missing bool   `json:"missing,omitempty"`
	// Attribute is the attribute in the words of the model file.
	Attribute string `json:"attribute"`
	Points    int64  `json:"points"`
	Baseline  int64  `json:"baseline"`
	// Reason is the reason code of points lost, "" where none were.
	Reason  string     `json:"reason,omitempty"`
	Records []Evidence `json:"records"`
	// Disputed are the records that would count if they were not contested.
	Disputed []Evidence `json:"disputed,omitempty"`
}

// Evidence is a record behind a characteristic.
type Evidence struct {
	ID       int64        `json:"id"`
	Dataset  string       `json:"dataset"`
	Occurred calendar.Day `json:"occurred"`
	// Points are the record's own, where points are given record by record.
	Points *int64 `json:"points,omitempty"`
}

// Adjustment is what a group or the clip added to the sum of points; those that added nothing are not listed.
type Adjustment struct {
	Name   string `json:"name"`
	Points int64  `json:"points"`
}

// ClipName is the name of the adjustment by the model's clip.
const ClipName = "clip"

// GateEffect is a gate whose condition holds.
type GateEffect struct {
	Name   string `json:"name"`
	Effect Effect `json:"effect"`
	Band   string `json:"band"`
	Reason string `json:"reason"`
	// Decisive is true for the gate that set the band.
	Decisive bool `json:"decisive"`
}

// Lost is a reason: a characteristic that lost points against its baseline.
type Lost struct {
	Code           string `json:"code"`
	Characteristic string `json:"characteristic"`
	Points         int64  `json:"points_lost"`
}

// Gained is a characteristic that helped: what it earned above the least it could.
type Gained struct {
	Characteristic string `json:"characteristic"`
	Points         int64  `json:"points_gained"`
}

// Explain explains subject i of the results last made.
func (e *Evaluator) Explain(i int) *Explanation {
	p, r := e.plan, &e.result
	x := &Explanation{
		Status: r.Status(i), Score: r.Score(i), WhyNot: r.WhyNot(i), Base: p.model.Base,
		Adjustments: []Adjustment{}, Reasons: []Lost{}, Helped: []Gained{},
	}
	e.found = e.behind(e.found[:0], i, false)
	behind := e.found
	var contested []found
	if e.disputed(i) {
		contested = e.behind(nil, i, true)
	}
	x.Characteristics = make([]Factor, 0, len(p.factors))
	for k := range p.factors {
		x.Characteristics = append(x.Characteristics, e.factor(k, i, behind, contested))
	}
	if x.Status == NotRated {
		x.Base = 0
		return x
	}
	for k := range p.groups {
		if a := r.Adjustment(k, i); a != 0 {
			x.Adjustments = append(x.Adjustments, Adjustment{p.model.Groups[k].Name.Text, a})
		}
	}
	if a := r.Adjustment(len(p.groups), i); a != 0 {
		x.Adjustments = append(x.Adjustments, Adjustment{ClipName, a})
	}
	x.Band = p.model.Bands[r.Band(i)].Name.Text
	for k := range p.gates {
		if r.fired[i]>>k&1 == 1 {
			x.Gates = append(x.Gates, p.gateEffect(k, k == r.Gate(i)))
		}
	}
	if g := r.Gate(i); g >= 0 {
		x.Gate = p.model.Gates[g].Name.Text
	}
	for _, k := range r.Reasons(i) {
		x.Reasons = append(x.Reasons, Lost{
			Code: r.ReasonCode(int(k), i), Characteristic: p.model.Characteristics[k].Name.Text,
			Points: p.factors[k].baseline - r.Points(int(k), i),
		})
	}
	x.Helped = e.helped(i)
	return x
}

func (p *Plan) gateEffect(k int, decisive bool) GateEffect {
	g := &p.gates[k]
	return GateEffect{
		Name: p.model.Gates[k].Name.Text, Effect: g.effect, Band: p.model.Bands[g.band].Name.Text,
		Reason: p.reasonCode(g.reason), Decisive: decisive,
	}
}

func (e *Evaluator) factor(k, i int, behind, contested []found) Factor {
	p, r := e.plan, &e.result
	f := &p.factors[k]
	v := r.Value(k, i)
	points := r.Points(k, i)
	x := Factor{
		Name: p.model.Characteristics[k].Name.Text, Title: p.model.Characteristics[k].Title,
		Value: f.text(v), Missing: v == Missing, Attribute: f.label(r.Attribute(k, i)), Points: points, Baseline: f.baseline,
	}
	if points < f.baseline && r.Status(i) == Rated {
		x.Reason = r.ReasonCode(k, i)
	}
	x.Records = e.evidence(k, v, behind)
	if x.Records == nil {
		x.Records = []Evidence{}
	}
	x.Disputed = e.evidence(k, Missing, contested)
	return x
}

// helped lists the characteristics that earned most above the least they could.
func (e *Evaluator) helped(i int) []Gained {
	r := &e.result
	all := []Gained{}
	for k := range e.plan.factors {
		gained := r.Points(k, i) - e.plan.factors[k].least
		if gained > 0 && !slices.Contains(r.Reasons(i), int16(k)) {
			all = append(all, Gained{e.plan.model.Characteristics[k].Name.Text, gained})
		}
	}
	slices.SortStableFunc(all, func(a, b Gained) int { return cmp.Compare(b.Points, a.Points) })
	return all[:min(len(all), MaxReasons)]
}

// found is a record that a cell counts.
type found struct {
	cell, table, row int
	order
	value int64
}

// behind finds the records of subject i that each cell counts, by cell and then in the total order; or those that it
// would count if they were not contested. It appends them to all, which is empty.
func (e *Evaluator) behind(all []found, i int, contested bool) []found {
	e.first, e.n = e.result.first+i, 1
	e.machine.Contested = contested
	defer func() { e.machine.Contested = false }()
	for _, t := range e.result.facts.Used() {
		p, table := &e.programs[t], e.result.facts.Table(t)
		if len(p.tasks) == 0 {
			continue
		}
		lo, hi := kernel.RowsOf(table.Subject, e.first, 1)
		for ; lo < hi; lo += kernel.ChunkRows {
			end := min(lo+kernel.ChunkRows, hi)
			e.machine.Run(&p.masks, table, lo, end)
			for k := range p.tasks {
				all = e.find(all, &p.tasks[k], t, table, lo, end)
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if c := cmp.Compare(a.cell, b.cell); c != 0 {
			return c
		}
		return a.order.compare(b.order)
	})
	if contested {
		return all
	}
	return e.limited(all)
}

// disputed tells whether any record of subject i is contested.
func (e *Evaluator) disputed(i int) bool {
	for _, t := range e.result.facts.Used() {
		table := e.result.facts.Table(t)
		if table.Disputed == nil {
			continue
		}
		lo, hi := kernel.RowsOf(table.Subject, e.result.first+i, 1)
		for _, d := range table.Disputed[lo:hi] {
			if d != 0 {
				return true
			}
		}
	}
	return false
}

func (e *Evaluator) find(all []found, k *task, t int, table *Table, lo, hi int) []found {
	words := (hi - lo + 63) / 64
	rows := e.selectRows(e.machine.Mask(k.inside, words), lo)
	var values []int64
	if k.value != noColumn {
		values = e.valuesOf(k, table, rows)
	}
	days := table.Days(k.by)
	for j, row := range rows {
		f := found{cell: k.cell, table: t, row: int(row), order: order{days[row], table.Recorded[row], table.ID[row]}}
		if values != nil {
			f.value = values[j]
		}
		all = append(all, f)
	}
	return all
}

// limited drops, of each cell that takes the newest so many, the older ones.
func (e *Evaluator) limited(all []found) []found {
	kept := all[:0]
	for rest := all; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].cell == rest[0].cell {
			n++
		}
		of := rest[:n]
		rest = rest[n:]
		if limit := e.plan.cells[of[0].cell].limit; limit > 0 && n > limit {
			of = of[n-limit:]
		}
		kept = append(kept, of...)
	}
	return kept
}

// evidence picks the records behind the value v of a characteristic: all that were counted or added up, the ones that
// have the least or most, the one that is first or last. A ratio and a share stand on the records of both parts.
func (e *Evaluator) evidence(k int, v int64, all []found) []Evidence {
	f := &e.plan.factors[k]
	own := ofCell(all, f.cell)
	if f.other >= 0 {
		own = slices.Concat(own, ofCell(all, f.other))
		slices.SortFunc(own, func(a, b found) int {
			return cmp.Or(a.order.compare(b.order), cmp.Compare(a.table, b.table), cmp.Compare(a.row, b.row))
		})
		own = slices.CompactFunc(own, func(a, b found) bool { return a.table == b.table && a.row == b.row })
	}
	if len(own) > 0 && v != Missing {
		switch f.kind {
		case language.Latest, language.MonthsSinceLast:
			own = own[len(own)-1:]
		case language.MonthsSinceFirst:
			own = own[:1]
		case language.Min, language.Max:
			own = slices.DeleteFunc(slices.Clone(own), func(x found) bool { return x.value != v })
		}
	}
	if len(own) == 0 {
		return nil
	}
	list := make([]Evidence, 0, len(own))
	held := e.result.facts
	for _, x := range own {
		t := held.Table(x.table)
		ev := Evidence{ID: t.ID[x.row], Dataset: held.Layout().Reads()[x.table].Dataset, Occurred: t.Occurred[x.row]}
		if f.kind == language.PointsByRecord {
			points := x.value
			ev.Points = &points
		}
		list = append(list, ev)
	}
	return list
}

// ofCell is the part of a list, which is in the order of cells, that belongs to one.
func ofCell(all []found, cell int) []found {
	lo := sort.Search(len(all), func(i int) bool { return all[i].cell >= cell })
	hi := lo + sort.Search(len(all)-lo, func(i int) bool { return all[lo+i].cell > cell })
	return all[lo:hi]
}
