package scorecard

import (
	"math/bits"

	"probity/calendar"
	"probity/scorecard/internal/kernel"
	"probity/scorecard/internal/whole"
	"probity/scorecard/language"
)

// finish turns the aggregates of the block into values, points, scores and bands.
func (e *Evaluator) finish() {
	p, r := e.plan, &e.result
	base := e.first - r.first
	for i := range p.factors {
		f := &p.factors[i]
		at := i*r.n + base
		values := r.values[at : at+e.n]
		e.values(f, values)
		attributes, points := r.attributes[at:at+e.n], r.points[at:at+e.n]
		for s, v := range values {
			attribute, worth := f.score.rate(v)
			attributes[s], points[s] = int16(attribute), worth
		}
	}
	for s := range e.n {
		e.subject(base+s, s)
	}
	if !e.SkipTimes {
		e.dates()
	}
}

// values computes the values of a characteristic from its cells.
func (e *Evaluator) values(f *factor, out []int64) {
	cell := e.cells[f.cell*e.n : (f.cell+1)*e.n]
	switch f.kind {
	case language.Exists:
		for s, v := range cell {
			out[s] = min(v, 1)
		}
	case language.MonthsSinceFirst, language.MonthsSinceLast:
		for s, v := range cell {
			out[s] = Missing
			if v != Missing {
				out[s] = int64(calendar.Day(v).Months(e.machine.AsOf))
			}
		}
	case language.Share, language.Ratio:
		below := e.cells[f.other*e.n : (f.other+1)*e.n]
		for s, v := range cell {
			out[s] = Missing
			if v == Missing || below[s] <= 0 {
				continue
			}
			q, ok := whole.Scale(v, f.of, below[s])
			if !ok {
				e.overflow(s)
				continue
			}
			out[s] = q
		}
	default:
		copy(out, cell)
	}
	if f.presence >= 0 {
		for s, n := range e.cells[f.presence*e.n : (f.presence+1)*e.n] {
			if n == 0 {
				out[s] = Missing
			}
		}
	}
}

// subject adds up the points of subject s of the block, whose results stand at i, and finds its band.
func (e *Evaluator) subject(i, s int) {
	p, r := e.plan, &e.result
	values := subjectValues{r.values, r.n, i}
	for k := range p.minima {
		m := &p.minima[k]
		if m.recordsBelow > 0 && e.inUse[s] < m.recordsBelow || m.recordsBelow == 0 && m.when.holds(values, 0) {
			r.why[i] |= 1 << k
		}
	}
	for k := range MaxReasons {
		r.reasons[i][k] = -1
	}
	r.band[i], r.gate[i], r.fired[i], r.score[i] = -1, -1, 0, 0
	if r.why[i] != 0 {
		for k := range p.factors {
			r.points[k*r.n+i] = 0
		}
		for k := range len(p.groups) + 1 {
			r.adjustments[k*r.n+i] = 0
		}
		return
	}
	score := p.total(subjectValues{r.points, r.n, i}, func(k int, v int64) { r.adjustments[k*r.n+i] = v })
	r.score[i] = score
	band, gate, fired := p.decide(values, score)
	r.band[i], r.gate[i], r.fired[i] = int16(band), int16(gate), fired
	p.rank(subjectValues{r.points, r.n, i}, &r.reasons[i])
}

// total is base, points and adjustments added up; each adjustment, the groups' and behind them the clip's, is told.
func (p *Plan) total(points subjectValues, adjusted func(int, int64)) int64 {
	score := p.model.Base
	for k := range p.factors {
		score += points.of(k)
	}
	for g := range p.groups {
		sum := int64(0)
		for _, k := range p.groups[g].factors {
			sum += points.of(k)
		}
		a := p.groups[g].limits.hold(sum) - sum
		adjusted(g, a)
		score += a
	}
	a := p.clip.hold(score) - score
	adjusted(len(p.groups), a)
	return score + a
}

// rank lists the characteristics that lost most points against their baseline.
func (p *Plan) rank(points subjectValues, out *[MaxReasons]int16) {
	var lost [MaxReasons]int64
	for k := range p.factors {
		short := p.factors[k].baseline - points.of(k)
		if short <= lost[MaxReasons-1] {
			continue
		}
		place := MaxReasons - 1
		for place > 0 && lost[place-1] < short {
			lost[place], out[place] = lost[place-1], out[place-1]
			place--
		}
		lost[place], out[place] = short, int16(k)
	}
}

// changes notes the days on which records of a task leave its window or enter it.
func (e *Evaluator) changes(k *task, t *Table, lo, hi int, found bool) {
	w := &e.plan.windows[k.window]
	if !w.dated() && !w.inForce {
		return
	}
	words := (hi - lo + 63) / 64
	m := &e.machine
	inside := m.Mask(k.inside, words)
	if found && !w.outer.IsZero() {
		e.earliest(e.leave[k.window*e.n:], t, t.Days(k.by), inside, lo)
	}
	if found && w.inForce && t.ValidTo != nil {
		e.earliest(e.result.changes[e.first-e.result.first:], t, t.ValidTo, inside, lo)
	}
	if w.dated() {
		e.pending(e.enter[k.window*e.n:], k, t, t.Days(k.by), m.Spans[k.window].Last, lo, hi)
	}
	if w.inForce {
		e.pending(e.result.changes[e.first-e.result.first:], k, t, t.ValidFrom, m.AsOf, lo, hi)
	}
}

// pending notes the first day after the given one on which a record that passes the filter could come in.
func (e *Evaluator) pending(first []calendar.Day, k *task, t *Table, days []calendar.Day, after calendar.Day, lo, hi int) {
	if days == nil {
		return
	}
	var mask [kernel.ChunkWords]uint64
	words := (hi - lo + 63) / 64
	kernel.MaskDays(mask[:words], days[lo:hi], after+1, calendar.Last)
	usable := e.machine.Mask(kernel.Usable, words)
	for w := range words {
		mask[w] &= usable[w]
		if k.filter >= 0 {
			mask[w] &= e.machine.Mask(k.filter, words)[w]
		}
	}
	e.earliest(first, t, days, mask[:words], lo)
}

// earliest keeps the first day of each subject among the records of a mask.
func (e *Evaluator) earliest(first []calendar.Day, t *Table, days []calendar.Day, mask []uint64, lo int) {
	for w, b := range mask {
		for ; b != 0; b &= b - 1 {
			row := lo + w*64 + bits.TrailingZeros64(b)
			s := int(t.Subject[row]) - e.first
			if d := days[row]; d != calendar.None && d < first[s] {
				first[s] = d
			}
		}
	}
}

// lapses notes the days on which records in use lapse, and on which records that are still to happen happen.
func (e *Evaluator) lapses(t *Table, used []uint64, lo, hi int) {
	base := e.first - e.result.first
	if t.Lapse != nil {
		e.earliest(e.result.lapses[base:], t, t.Lapse, used, lo)
	}
	var mask [kernel.ChunkWords]uint64
	words := len(used)
	kernel.MaskDays(mask[:words], t.Occurred[lo:hi], e.machine.AsOf+1, calendar.Last)
	if t.Disputed != nil {
		kernel.DropSet(mask[:words], t.Disputed[lo:hi])
	}
	e.earliest(e.result.changes[base:], t, t.Occurred, mask[:words], lo)
}

// dates completes the days of change of the block: windows, and months counted since a day.
func (e *Evaluator) dates() {
	changes := e.result.changes[e.first-e.result.first:][:e.n]
	for w := range e.plan.windows {
		win := &e.plan.windows[w]
		if !win.dated() {
			continue
		}
		for s := range e.n {
			if d := e.leave[w*e.n+s]; d != never {
				changes[s] = min(changes[s], d.Add(win.outer))
			}
			if d := e.enter[w*e.n+s]; d != never {
				changes[s] = min(changes[s], d.Add(win.inner))
			}
		}
	}
	for i := range e.plan.factors {
		f := &e.plan.factors[i]
		if f.kind != language.MonthsSinceFirst && f.kind != language.MonthsSinceLast {
			continue
		}
		for s, v := range e.cells[f.cell*e.n : (f.cell+1)*e.n] {
			if v == Missing {
				continue
			}
			d := calendar.Day(v)
			if next, ok := f.next(int64(d.Months(e.machine.AsOf))); ok {
				changes[s] = min(changes[s], d.Add(calendar.Period{Months: int(next)}))
			}
		}
	}
}

// next is the least value above v at which something changes.
func (f *factor) next(v int64) (int64, bool) {
	least, ok := highest, false
	for _, c := range f.cuts {
		if c > v {
			least, ok = c, true
			break
		}
	}
	if f.score.mode == scoreUnits {
		u := &f.score.unit
		steps := int64(1)
		if v > u.Over {
			steps = (v-u.Over)/u.Every + 1
		}
		if step, fits := whole.Multiply(steps, u.Every); fits {
			if c, fits := whole.Add(u.Over, step); fits && c > v {
				least, ok = min(least, c), true
			}
		}
	}
	return least, ok && least < 12*10_000
}
