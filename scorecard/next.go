package scorecard

import (
	"cmp"
	"slices"

	"probity/calendar"
	"probity/scorecard/internal/whole"
	"probity/scorecard/language"
)

// NextBand is the least change that leads to a better band.
type NextBand struct {
	// Band is the band that the change leads to; without a change, the next better one.
	Band string `json:"band"`
	// Score is the score after the change.
	Score int64 `json:"score,omitempty"`
	// Changes are what must change, all of it; empty where nothing that the subject can act on leads to a better band.
	Changes []Change `json:"changes"`
	// ByTime is the first day on which a better band is reached by waiting alone, without any new record; calendar.None
	// where that is not within the years looked ahead.
	ByTime calendar.Day `json:"by_time"`
}

// Change is a change of one characteristic.
type Change struct {
	Characteristic string `json:"characteristic"`
	// From and To are values as readers write them; From is "" where the value is missing. For points by record they
	// are sums of points.
	From string `json:"from"`
	To   string `json:"to"`
	// Attribute is the attribute of To, Gain what it adds to the characteristic's points.
	Attribute string `json:"attribute"`
	Gain      int64  `json:"gain"`
	// ByTime is the first day on which waiting alone brings as many points.
	ByTime calendar.Day `json:"by_time"`
}

const (
	// maxSteps bounds how many steps of points by unit are tried, maxPairs how many pairs of changes.
	maxSteps = 256
	maxPairs = 1 << 20
	// lookAhead bounds the waiting, in days, and maxWaits in changes on the way.
	lookAhead = 11 * 366
	maxWaits  = 400
)

// step is one change that could be made: characteristic factor takes the value to, which crosses some limits.
type step struct {
	factor, crossed int
	to              int64
}

// search looks for the least change.
type search struct {
	plan   *Plan
	values []int64
	points []int64
	rank   int
	// adjustments are those of the outcome last looked at.
	adjustments []int64
	steps       []step
	best        []step
	cost        [4]int64
}

// NextBand finds the least change to a better band for subject i of the results last made, over the actionable
// characteristics and with all gates minded. Least is: the fewest characteristics; then the fewest limits crossed, a
// unit or a record counting as one; then the lowest score that will do; then the order of the file. One and two characteristics are searched through; beyond,
// it takes the step with most points for the limits it crosses until a band is reached, and drops what proves needless.
// It is nil for subjects that are not rated, have the best band, or one that is not ordered.
func (e *Evaluator) NextBand(i int) *NextBand {
	p, r := e.plan, &e.result
	if r.Status(i) == NotRated {
		return nil
	}
	s := &search{plan: p, rank: p.bands[r.Band(i)].rank, adjustments: make([]int64, len(p.groups)+1)}
	if s.rank <= 0 {
		return nil
	}
	for k := range p.factors {
		s.values = append(s.values, r.Value(k, i))
		s.points = append(s.points, r.Points(k, i))
	}
	e.found = e.behind(e.found[:0], i, false)
	behind := e.found
	for k := range p.factors {
		if p.model.Characteristics[k].Actionable {
			s.propose(k, behind)
		}
	}
	s.run()
	n := &NextBand{Band: p.bandOfRank(s.rank - 1), Changes: []Change{}, ByTime: calendar.None}
	if s.best != nil {
		score, band := s.outcome(s.best)
		n.Band, n.Score = p.model.Bands[band].Name.Text, score
		for _, c := range s.best {
			n.Changes = append(n.Changes, s.change(c))
		}
	}
	if e.plan.model.Year == nil { // else nothing changes from day to day
		e.wait(i, s, n)
	}
	return n
}

func (p *Plan) bandOfRank(rank int) string {
	i := slices.IndexFunc(p.bands, func(b band) bool { return b.rank == rank })
	return p.model.Bands[i].Name.Text
}

// propose lists the changes of a characteristic: to each of the ranges or codes it knows, each time to the nearest
// value; by unit to each number of units; by record to what is left when the costliest records are gone.
func (s *search) propose(k int, behind []found) {
	f := &s.plan.factors[k]
	v := s.values[k]
	switch {
	case f.score.mode == scoreRecords:
		s.proposeRecords(k, behind)
	case f.codes != nil:
		for code := range f.codes {
			if int64(code) != v {
				s.steps = append(s.steps, step{k, 1, int64(code)})
			}
		}
	case v == Missing:
		for _, c := range f.cuts {
			s.steps = append(s.steps, step{k, 1, c - 1}, step{k, 1, c})
		}
	default:
		for j, c := range f.cuts {
			below, _ := slices.BinarySearch(f.cuts, v+1)
			if c > v {
				s.steps = append(s.steps, step{k, j - below + 1, c})
			} else {
				s.steps = append(s.steps, step{k, below - j, c - 1})
			}
		}
		if f.score.mode == scoreUnits {
			s.proposeUnits(k)
		}
	}
}

func (s *search) proposeUnits(k int) {
	u := &s.plan.factors[k].score.unit
	units := int64(0)
	if above, ok := whole.Subtract(s.values[k], u.Over); ok && above > 0 {
		units = above / u.Every
	}
	toward := int64(-1)
	if u.Each > 0 {
		toward = 1
	}
	// Steps beyond floor or cap change nothing: begin where the points do.
	if full, ok := whole.Multiply(units, u.Each); toward < 0 && u.Floor != nil && (!ok || full < *u.Floor) {
		units = (*u.Floor + u.Each + 1) / u.Each
	}
	for n := range int64(maxSteps) {
		to := units + toward*(n+1)
		if to < 0 {
			return
		}
		// The nearest value with so many units: their first from below, their last from above.
		if toward < 0 {
			to++
		}
		v, ok := whole.Multiply(to, u.Every)
		if v, ok2 := whole.Add(v, u.Over+(toward-1)/2); ok && ok2 {
			s.steps = append(s.steps, step{k, int(n) + 1, v})
		}
	}
}

func (s *search) proposeRecords(k int, behind []found) {
	var costs []int64
	for _, x := range behind {
		if x.cell == s.plan.factors[k].cell && x.value < 0 {
			costs = append(costs, x.value)
		}
	}
	slices.Sort(costs)
	left := s.values[k]
	for n, c := range costs {
		left -= c
		s.steps = append(s.steps, step{k, n + 1, left})
	}
}

// outcome is the score and band with some changes made.
func (s *search) outcome(changes []step) (score int64, band int) {
	var values [language.MaxCharacteristics]int64
	var points [language.MaxCharacteristics]int32
	n := copy(values[:], s.values)
	for k, p := range s.points {
		points[k] = int32(p)
	}
	for _, c := range changes {
		values[c.factor] = c.to
		_, worth := s.plan.factors[c.factor].score.rate(c.to)
		points[c.factor] = int32(worth)
	}
	var sum [1]int32
	for _, p := range points[:n] {
		sum[0] += p
	}
	var total [1]int64
	s.plan.totals(sum[:], points[:n], 1, total[:], s.adjustments)
	score = total[0]
	band, _, _ = s.plan.decide(subjectValues{values[:n], 1, 0}, score)
	return score, band
}

// try keeps the changes if they lead to a better band and are the least so far.
func (s *search) try(changes ...step) {
	score, band := s.outcome(changes)
	if rank := s.plan.bands[band].rank; rank < 0 || rank >= s.rank {
		return
	}
	cost := [4]int64{int64(len(changes)), 0, score, 0}
	for _, c := range changes {
		cost[1] += int64(c.crossed)
	}
	if s.best == nil || slices.Compare(cost[:], s.cost[:]) < 0 {
		s.best, s.cost = slices.Clone(changes), cost
	}
}

func (s *search) run() {
	for _, a := range s.steps {
		s.try(a)
	}
	if s.best != nil {
		return
	}
	if len(s.steps)*len(s.steps)/2 <= maxPairs {
		for i, a := range s.steps {
			for _, b := range s.steps[i+1:] {
				if a.factor != b.factor {
					s.try(a, b)
				}
			}
		}
	}
	if s.best == nil {
		s.greedy()
	}
}

// greedy adds, one at a time, the change with most points for the limits it crosses.
func (s *search) greedy() {
	var made []step
	score, _ := s.outcome(nil)
	for len(made) < len(s.values) {
		best, most := -1, int64(0)
		for i, c := range s.steps {
			if slices.ContainsFunc(made, func(m step) bool { return m.factor == c.factor }) {
				continue
			}
			with, band := s.outcome(append(made[:len(made):len(made)], c))
			if rank := s.plan.bands[band].rank; rank >= 0 && rank < s.rank {
				best = i
				break
			}
			if worth := (with - score) / int64(c.crossed); worth > most {
				best, most = i, worth
			}
		}
		if best < 0 {
			return
		}
		made = append(made, s.steps[best])
		score, _ = s.outcome(made)
		if s.try(made...); s.best != nil {
			s.prune()
			return
		}
	}
}

// prune drops changes that prove needless.
func (s *search) prune() {
	for i := 0; i < len(s.best); {
		without := slices.Delete(slices.Clone(s.best), i, i+1)
		if _, band := s.outcome(without); s.plan.bands[band].rank >= 0 && s.plan.bands[band].rank < s.rank {
			s.best, i = without, 0
			continue
		}
		i++
	}
	slices.SortFunc(s.best, func(a, b step) int { return cmp.Compare(a.factor, b.factor) })
}

func (s *search) change(c step) Change {
	f := &s.plan.factors[c.factor]
	attribute, points := f.score.rate(c.to)
	return Change{
		Characteristic: s.plan.model.Characteristics[c.factor].Name.Text,
		From:           f.text(s.values[c.factor]), To: f.text(c.to), Attribute: f.label(attribute),
		Gain: points - s.points[c.factor], ByTime: calendar.None,
	}
}

// wait lets time pass, from one day of change to the next, and notes when it brings the band, or the points of a
// change, by itself.
func (e *Evaluator) wait(i int, s *search, n *NextBand) {
	r := &e.result
	if e.ahead == nil {
		e.ahead = e.Another()
	}
	at, subject := r.at, r.first+i
	changes, lapses := r.ChangesOn(i), r.LapsesOn(i)
	open := len(n.Changes) + 1
	for waits := 0; open > 0 && waits < maxWaits; waits++ {
		days := never
		if changes != calendar.None {
			days = changes - at.AsOf
		}
		if lapses != calendar.None {
			days = min(days, lapses-at.Seen)
		}
		if days == never || at.AsOf+days > r.at.AsOf+lookAhead {
			return
		}
		at = At{AsOf: at.AsOf + days, Seen: at.Seen + days}
		w := e.ahead.EvaluateRange(r.facts, subject, subject+1, at)
		changes, lapses = w.ChangesOn(0), w.LapsesOn(0)
		if w.Status(0) == NotRated {
			continue
		}
		if rank := e.plan.bands[w.Band(0)].rank; n.ByTime == calendar.None && rank >= 0 && rank < s.rank {
			n.ByTime = at.AsOf
			open--
		}
		for j := range n.Changes {
			c := &n.Changes[j]
			if k := s.best[j].factor; c.ByTime == calendar.None && w.Points(k, 0)-s.points[k] >= c.Gain {
				c.ByTime = at.AsOf
				open--
			}
		}
	}
}
