package scorecard

import (
	"slices"
	"strconv"
	"strings"

	"probity/scorecard/facts"
	"probity/scorecard/internal/whole"
	"probity/scorecard/internal/wide"
	"probity/scorecard/language"
)

// Plan is a model compiled against a schema: what to do with each dataset's records, and how values become points,
// points a score, and a score a band. A plan never changes and may be used by any number of evaluators at once.
type Plan struct {
	model    *Model
	schema   Schema
	layout   *Layout
	cells    []cell
	windows  []window
	programs []program
	factors  []factor
	groups   []group
	minima   []minimum
	gates    []gate
	bands    []band
	clip     limits
	// ranking is for the reasons; home is, by cell, the factor whose value it is as it stands, or -1. They and banding are
	// made by [Plan.prepare].
	ranking wide.Ranking
	home    []int
	// banding gives scores their bands, gates apart: it rates them by the places of the bands.
	banding wide.Ranges
	// counted tells whether the number of records in use matters.
	counted bool
}

// Merge makes the layout that serves every one of the plans.
func Merge(plans ...*Plan) (*Layout, error) {
	l := facts.NewLayout()
	for _, p := range plans {
		for _, r := range p.layout.Reads() {
			t := l.Add(r.Dataset)
			for _, f := range r.Fields {
				if err := l.Want(t, f); err != nil {
					return nil, err
				}
			}
		}
	}
	return l, nil
}

// Model is the model that the plan was compiled from.
func (p *Plan) Model() *Model { return p.model }

// Schema is what the plan was compiled against.
func (p *Plan) Schema() *Schema { return &p.schema }

// Layout is what the plan reads: datasets, and the fields of each.
func (p *Plan) Layout() *Layout { return p.layout }

// Band is the n-th band, as [Results.Band] counts them: in the order of the file.
func (p *Plan) Band(n int) *Band { return &p.model.Bands[n] }

// Range is the least and the most score that the points, groups and clip of the model allow.
func (p *Plan) Range() (least, most int64) { return p.scoreRange() }

// factor is a characteristic: how its value comes from cells, and how many points a value is worth.
type factor struct {
	kind language.AggregateKind
	// cell holds the value or the numerator, other the denominator; presence, where not -1, counts the records in the
	// window regardless of the filter.
	cell, other, presence int
	of                    int64
	// codes are the names of the values, where they have names.
	codes    []string
	score    scorer
	baseline int64
	least    int64
	group    int
	// cuts are all values at which something changes: points, a gate, a minimum. Ascending.
	cuts []int64
}

// scorer turns the value of a characteristic into an attribute and its points.
type scorer struct {
	mode scoring
	// cuts part the attributes of ranges: attribute i ends before cuts[i]. byCode is the attribute of each code.
	cuts   []int64
	byCode []int16
	points []int64
	// ranges are cuts and points once more, for many values at a time.
	ranges wide.Ranges
	unit   language.PerUnit
	limits limits
	// falls and rises tell whether points by unit or record can be below and above 0.
	falls, rises bool
	// missing are the points of the missing value, canMiss whether there is one.
	missing int64
	canMiss bool
	// labels are the attributes as the model states them; reasons are their reason codes, as places in the model's
	// list or -1, and last that of the missing value.
	labels  []string
	reasons []int
}

type scoring uint8

const (
	scoreNothing scoring = iota
	scoreRanges
	scoreCodes
	scoreUnits
	scoreRecords
)

// The attributes beside those that the model lists.
const (
	// AttributeMissing is the attribute of a value that is not there.
	AttributeMissing = -1
	// AttributeNone is that of a characteristic without points of its own.
	AttributeNone = -2
)

// rate is the attribute of a value and its points.
func (s *scorer) rate(v int64) (attribute int, points int64) {
	switch {
	case s.mode == scoreNothing:
		return AttributeNone, 0
	case v == Missing:
		return AttributeMissing, s.missing
	}
	switch s.mode {
	case scoreRanges:
		for _, c := range s.cuts {
			if v >= c {
				attribute++
			}
		}
		return attribute, s.points[attribute]
	case scoreCodes:
		attribute = int(s.byCode[v])
		return attribute, s.points[attribute]
	case scoreUnits:
		return 0, unitPoints(&s.unit, v)
	}
	return 0, s.limits.hold(v)
}

// rateAll rates many values.
func (s *scorer) rateAll(points []int32, values []int64) {
	if s.mode == scoreRanges {
		wide.Rate(points, values, &s.ranges)
		return
	}
	for i, v := range values {
		_, worth := s.rate(v)
		points[i] = int32(worth)
	}
}

// unitPoints are those of a value: Each for every full Every above Over, bounded.
func unitPoints(u *language.PerUnit, v int64) int64 {
	above, ok := whole.Subtract(v, u.Over)
	if !ok {
		above = highest
	}
	l := limits{u.Floor, u.Cap}
	if v <= u.Over {
		return l.hold(0)
	}
	p, ok := whole.Multiply(u.Each, above/u.Every)
	if !ok {
		p = highest
		if u.Each < 0 {
			p = lowest
		}
	}
	return l.hold(p)
}

// limits bound a number of points; nil is no bound.
type limits struct{ floor, cap *int64 }

func (l limits) hold(v int64) int64 {
	if l.floor != nil && v < *l.floor {
		v = *l.floor
	}
	if l.cap != nil && v > *l.cap {
		v = *l.cap
	}
	return v
}

// group is a bounded sum of some characteristics' points.
type group struct {
	limits  limits
	factors []int
}

// band is a band in the order of the file. Rank counts ordered bands from the best, 0; unordered ones have -1.
type band struct {
	from *int64
	rank int
}

// minimum is a condition under which the subject is not rated.
type minimum struct {
	recordsBelow int64
	when         condition
	reason       int
}

// gate moves the band where its condition holds.
type gate struct {
	when   condition
	effect Effect
	band   int
	reason int
}

// Effect is what a gate does to the band.
type Effect uint8

// The effects.
const (
	// Direct sets the band, whatever the score.
	Direct Effect = iota
	// AtMost lets the band be no better.
	AtMost
	// AtLeast lets it be no worse.
	AtLeast
)

var effects = [...]string{"band", "at_most", "at_least"}

// String is the key under which the model file states the effect.
func (e Effect) String() string { return effects[e] }

// MarshalText writes the key.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// condition is a compiled [language.Condition].
type condition struct {
	kind   conditionKind
	factor int
	lo, hi int64
	codes  []bool
	kids   []condition
}

type conditionKind uint8

const (
	whenRange conditionKind = iota // lo <= value <= hi
	whenCode                       // codes[value]
	whenMissing
	whenThere
	whenScore // lo <= score <= hi
	whenAll
	whenAny
)

// holds decides the condition for a subject.
func (c *condition) holds(values subjectValues, score int64) bool {
	switch c.kind {
	case whenScore:
		return score >= c.lo && score <= c.hi
	case whenAll:
		for i := range c.kids {
			if !c.kids[i].holds(values, score) {
				return false
			}
		}
		return true
	case whenAny:
		for i := range c.kids {
			if c.kids[i].holds(values, score) {
				return true
			}
		}
		return false
	}
	v := values.of(c.factor)
	switch c.kind {
	case whenRange:
		return v != Missing && v >= c.lo && v <= c.hi
	case whenCode:
		return v != Missing && c.codes[v]
	case whenMissing:
		return v == Missing
	}
	return v != Missing
}

// subjectValues are the values of one subject in a block: one every n.
type subjectValues struct {
	all  []int64
	n, i int
}

func (s subjectValues) of(factor int) int64 { return s.all[factor*s.n+s.i] }

// prepare works out, once all else is compiled, what serves many subjects at a time.
func (p *Plan) prepare() {
	p.home = slices.Repeat([]int{-1}, len(p.cells))
	baselines := make([]int64, len(p.factors))
	for i := range p.factors {
		f := &p.factors[i]
		baselines[i] = f.baseline
		if f.asItStands() && p.home[f.cell] < 0 {
			p.home[f.cell] = i
		}
		if f.score.mode == scoreRanges {
			f.score.ranges = wide.NewRanges(f.score.cuts, f.score.points, f.score.missing)
		}
	}
	p.ranking = wide.NewRanking(baselines)
	var ends, places []int64
	for i, b := range slices.Backward(p.bands) { // from best to worst; ranges are from the least value up
		if b.rank >= 0 {
			places = append(places, int64(i))
		}
		if b.from != nil {
			ends = append(ends, max(*b.from, lowest))
		}
	}
	p.banding = wide.NewRanges(ends, places, 0)
}

// asItStands tells whether the value of a characteristic is that of its cell, whatever it be.
func (f *factor) asItStands() bool {
	switch f.kind {
	case language.Exists, language.MonthsSinceFirst, language.MonthsSinceLast, language.Share, language.Ratio:
		return false
	}
	return f.presence < 0
}

// bandOf is the band of a score, gates apart.
func (p *Plan) bandOf(score int64) int {
	for i := range p.bands {
		b := &p.bands[i]
		if b.rank >= 0 && (b.from == nil || score >= *b.from) {
			return i
		}
	}
	panic("scorecard: the last band has a lower end")
}

// decide is the band after the gates: fired has a bit for each gate whose condition holds, decisive is the gate that
// set the band, or -1. Gates work in order: a ceiling or floor moves the band that the ones before it left, and the
// first direct gate ends the matter.
func (p *Plan) decide(values subjectValues, score int64) (band, decisive int, fired uint64) {
	band, decisive = p.bandOf(score), -1
	for i := range p.gates {
		g := &p.gates[i]
		if !g.when.holds(values, score) {
			continue
		}
		fired |= 1 << i
		switch {
		case g.effect == Direct:
			return g.band, i, fired
		case g.effect == AtMost && p.bands[g.band].rank > p.bands[band].rank,
			g.effect == AtLeast && p.bands[g.band].rank < p.bands[band].rank:
			band, decisive = g.band, i
		}
	}
	return band, decisive, fired
}

// text is a value as the model's readers write it: a code by its name, a number in digits, "" where it is missing.
func (f *factor) text(v int64) string {
	switch {
	case v == Missing:
		return ""
	case f.codes != nil:
		return f.codes[v]
	}
	return strconv.FormatInt(v, 10)
}

// label is the attribute as the model states it.
func (f *factor) label(attribute int) string {
	switch attribute {
	case AttributeNone:
		return ""
	case AttributeMissing:
		return "missing"
	}
	return f.score.labels[attribute]
}

// reason is the place of the attribute's reason in the model's list, or -1.
func (f *factor) reason(attribute int) int {
	switch attribute {
	case AttributeNone:
		return -1
	case AttributeMissing:
		return f.score.reasons[len(f.score.reasons)-1]
	}
	return f.score.reasons[attribute]
}

// rangeLabel names a range in the words of the file.
func rangeLabel(from, below *int64) string {
	var parts []string
	if from != nil {
		parts = append(parts, "from "+strconv.FormatInt(*from, 10))
	}
	if below != nil {
		parts = append(parts, "below "+strconv.FormatInt(*below, 10))
	}
	return strings.Join(parts, " ")
}

// scoreRange adds up the least and the most that the characteristics, groups and clip allow.
func (p *Plan) scoreRange() (least, most int64) {
	// Every characteristic is bounded by maxPoints, so that no sum here can overflow.
	least, most = p.model.Base, p.model.Base
	grouped := make([]bool, len(p.factors))
	for _, g := range p.groups {
		lo, hi := int64(0), int64(0)
		for _, i := range g.factors {
			grouped[i] = true
			l, h := p.factors[i].score.extent()
			lo, hi = lo+l, hi+h
		}
		least, most = least+g.limits.hold(lo), most+g.limits.hold(hi)
	}
	for i := range p.factors {
		if !grouped[i] {
			l, h := p.factors[i].score.extent()
			least, most = least+l, most+h
		}
	}
	return p.clip.hold(least), p.clip.hold(most)
}

// extent is the least and the most that the characteristic can be worth, the missing value included.
func (s *scorer) extent() (least, most int64) {
	switch s.mode {
	case scoreRanges, scoreCodes:
		least, most = slices.Min(s.points), slices.Max(s.points)
	case scoreUnits, scoreRecords:
		// Compile demands a floor where points can fall and a cap where they can rise.
		least, most = s.limits.hold(0), s.limits.hold(0)
		if s.falls {
			least = s.limits.hold(lowest)
		}
		if s.rises {
			most = s.limits.hold(highest)
		}
	default:
		return 0, 0
	}
	if s.canMiss {
		least, most = min(least, s.missing), max(most, s.missing)
	}
	return least, most
}
