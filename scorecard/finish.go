package scorecard

import (
	"math/bits"

	"probity/calendar"
	"probity/scorecard/internal/kernel"
	"probity/scorecard/internal/whole"
	"probity/scorecard/internal/wide"
	"probity/scorecard/language"
)

// tileSubjects is how many subjects are brought to an end together: few enough that all their values and points stay in
// the nearer caches while they are summed up and ranked.
const tileSubjects = 512

// finish turns the aggregates of the block into values, points, scores and bands.
func (e *Evaluator) finish() {
	for lo := 0; lo < e.n; lo += tileSubjects {
		e.tile(lo, min(lo+tileSubjects, e.n))
	}
	if !e.SkipTimes {
		e.dates()
	}
}

// tile brings the subjects of the block from lo to hi, hi excluded, to an end.
func (e *Evaluator) tile(lo, hi int) {
	p, r := e.plan, &e.result
	base, n := e.first-r.first+lo, hi-lo
	for i := range p.cells {
		e.complete(p.cells[i].kind, e.columns[i][lo:hi], lo)
	}
	for i := range p.factors {
		f := &p.factors[i]
		at := i*r.n + base
		values := r.values[at : at+n]
		if p.home[f.cell] != i {
			e.values(f, values, lo)
		}
		f.score.rateAll(r.points[at:at+n], values)
	}
	sums := e.totals[:n]
	wide.Rank(sums, r.reasons[base:base+n], r.points[base:], r.n, &p.ranking)
	p.totals(sums, r.points[base:], r.n, r.score[base:base+n], r.adjustments[base:])
	e.bands(base, n)
	e.unrated(base, lo, hi)
}

// values computes the values of a characteristic from its cells, of the subjects of the block from first on.
func (e *Evaluator) values(f *factor, out []int64, first int) {
	column := func(cell int) []int64 { return e.columns[cell][first:][:len(out)] }
	cell := column(f.cell)
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
		below := column(f.other)
		for s, v := range cell {
			out[s] = Missing
			if v == Missing || below[s] <= 0 {
				continue
			}
			q, ok := whole.Scale(v, f.of, below[s])
			if !ok {
				e.overflow(first + s)
				continue
			}
			out[s] = q
		}
	default:
		copy(out, cell)
	}
	if f.presence >= 0 {
		for s, n := range column(f.presence) {
			if n == 0 {
				out[s] = Missing
			}
		}
	}
}

// bands finds the bands of n subjects whose results begin at base.
func (e *Evaluator) bands(base, n int) {
	p, r := e.plan, &e.result
	if len(p.gates) > 0 {
		for i := base; i < base+n; i++ {
			band, gate, fired := p.decide(subjectValues{r.values, r.n, i}, r.score[i])
			r.band[i], r.gate[i], r.fired[i] = int16(band), int16(gate), fired
		}
		return
	}
	fill(r.gate[base:base+n], -1)
	clear(r.fired[base : base+n])
	places := e.totals[:n]
	wide.Rate(places, r.score[base:base+n], &p.banding)
	band := r.band[base : base+n]
	for i, place := range places {
		band[i] = int16(place)
	}
}

// unrated notes why subjects are not rated and takes their ratings away: those of the block from lo to hi, whose results
// begin at base.
func (e *Evaluator) unrated(base, lo, hi int) {
	p, r := e.plan, &e.result
	why := r.why[base : base+hi-lo]
	for k := range p.minima {
		m := &p.minima[k]
		for i := range why {
			if m.recordsBelow > 0 && e.inUse[lo+i] < m.recordsBelow ||
				m.recordsBelow == 0 && m.when.holds(subjectValues{r.values, r.n, base + i}, 0) {
				why[i] |= 1 << k
			}
		}
	}
	for i := range why {
		if why[i] != 0 {
			r.clear(base + i)
		}
	}
}

// totals makes scores of sums of points: it adds the base and the adjustments. Points are by characteristic,
// adjustments by group and behind them the clip, and each of their columns begins stride after the one before.
func (p *Plan) totals(sums, points []int32, stride int, scores, adjustments []int64) {
	n := len(scores)
	for i, sum := range sums[:n] {
		scores[i] = p.model.Base + int64(sum)
	}
	for g := range p.groups {
		sum := adjustments[g*stride:][:n]
		clear(sum)
		for _, k := range p.groups[g].factors {
			for i, v := range points[k*stride:][:n] {
				sum[i] += int64(v)
			}
		}
		p.groups[g].limits.adjust(sum)
		add(scores, sum)
	}
	clip := adjustments[len(p.groups)*stride:][:n]
	copy(clip, scores)
	p.clip.adjust(clip)
	add(scores, clip)
}

// add adds the terms to the sums. No sum of points overflows: points and bases are bounded.
func add(sums, terms []int64) {
	for i, v := range terms[:len(sums)] {
		sums[i] += v
	}
}

// adjust turns sums into what must be added to bring them within the limits.
func (l limits) adjust(sums []int64) {
	least, most := lowest, highest
	if l.floor != nil {
		least = *l.floor
	}
	if l.cap != nil {
		most = *l.cap
	}
	for i, v := range sums {
		sums[i] = min(max(v, least), most) - v
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
	wide.Days(mask[:words], days[lo:hi], after+1, calendar.Last)
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
	wide.Days(mask[:words], t.Occurred[lo:hi], e.machine.AsOf+1, calendar.Last)
	if t.Disputed != nil {
		wide.DropSet(mask[:words], t.Disputed[lo:hi])
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
		for s, v := range e.columns[f.cell] {
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
