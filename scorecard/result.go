package scorecard

import (
	"probity/calendar"
	"probity/scorecard/internal/wide"
	"probity/scorecard/language"
)

// At is when a rating is made.
type At struct {
	// AsOf is the day whose state of affairs is rated: what happened later does not exist, windows end there.
	AsOf calendar.Day
	// Seen is the day on which the rating is looked at: what has lapsed by then is gone, whatever AsOf says.
	Seen calendar.Day
}

// Status tells whether a subject has a rating.
type Status uint8

// The states. Not rated is no low rating: it has neither score nor band.
const (
	NotRated Status = iota
	Rated
)

// String is "rated" or "not_rated".
func (s Status) String() string {
	if s == Rated {
		return "rated"
	}
	return "not_rated"
}

// MarshalText writes String.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MaxReasons is how many reasons a rating gives at most.
const MaxReasons = wide.MaxReasons

// ReasonOverflow is the reason code of a subject that is not rated because a sum or product of its records does not
// fit into 63 bits. No model can define it.
const ReasonOverflow = "OVERFLOW"

// overflowed is the bit of why for ReasonOverflow.
const overflowed = language.MaxGates - 1

// Results are the ratings of the subjects of some facts, as columns. They belong to the evaluator that made them and
// are valid until it is used again. Subjects are counted from the first one evaluated.
type Results struct {
	plan  *Plan
	facts *Facts
	at    At
	first int
	n     int

	why         []uint64
	score       []int64
	band        []int16
	gate        []int16
	fired       []uint64
	reasons     [][MaxReasons]int16
	changes     []calendar.Day
	lapses      []calendar.Day
	values      []int64 // by characteristic, then subject
	points      []int32 // the same
	adjustments []int64 // by group, then the clip
}

// Len is the number of subjects.
func (r *Results) Len() int { return r.n }

// Plan is the plan that made the results.
func (r *Results) Plan() *Plan { return r.plan }

// Status tells whether subject i is rated.
func (r *Results) Status(i int) Status {
	if r.why[i] == 0 {
		return Rated
	}
	return NotRated
}

// Score is the score of subject i, 0 where it is not rated. It is always the model's base plus Points of every
// characteristic plus Adjustment of every adjustment.
func (r *Results) Score(i int) int64 { return r.score[i] }

// Band is the place of the band in the model's list, -1 where the subject is not rated.
func (r *Results) Band(i int) int { return int(r.band[i]) }

// Scores are the scores of all subjects, as Score has them. Nobody writes to them, nor to what Bands and Losses return.
func (r *Results) Scores() []int64 { return r.score }

// Bands are the bands of all subjects, as Band has them.
func (r *Results) Bands() []int16 { return r.band }

// Losses are the reasons of all subjects, as Reasons has them, filled up with -1.
func (r *Results) Losses() [][MaxReasons]int16 { return r.reasons }

// Gate is the place in the model's list of the gate that set the band, -1 where the score did.
func (r *Results) Gate(i int) int { return int(r.gate[i]) }

// Value is the value of a characteristic for subject i; [Missing] where it has none. A code is its place in its list.
func (r *Results) Value(characteristic, i int) int64 { return r.values[characteristic*r.n+i] }

// Attribute is the place of the attribute in the characteristic's list, [AttributeMissing] or [AttributeNone]; 0 for
// points by unit or record.
func (r *Results) Attribute(characteristic, i int) int {
	attribute, _ := r.plan.factors[characteristic].score.rate(r.Value(characteristic, i))
	return attribute
}

// Points are the points of a characteristic for subject i: PMML's partial score.
func (r *Results) Points(characteristic, i int) int64 { return int64(r.points[characteristic*r.n+i]) }

// Adjustment is what the n-th group, or behind the last group the clip, added to the score of subject i.
func (r *Results) Adjustment(n, i int) int64 { return r.adjustments[n*r.n+i] }

// Reasons are the characteristics that lost most points against their baseline, at most MaxReasons, the most first,
// equal ones in the order of the file.
func (r *Results) Reasons(i int) []int16 {
	list := r.reasons[i][:]
	for k, c := range list {
		if c < 0 {
			return list[:k]
		}
	}
	return list
}

// ReasonCode is the code of the reason for which subject i lost points in a characteristic, "" where there is none.
func (r *Results) ReasonCode(characteristic, i int) string {
	return r.plan.reasonCode(r.plan.factors[characteristic].reason(r.Attribute(characteristic, i)))
}

func (p *Plan) reasonCode(place int) string {
	if place < 0 {
		return ""
	}
	return p.model.Reasons[place].Code.Text
}

// WhyNot are the codes of the reasons for which subject i is not rated, in the order of the file.
func (r *Results) WhyNot(i int) []string {
	var codes []string
	for k := range r.plan.minima {
		if r.why[i]>>k&1 == 1 {
			codes = append(codes, r.plan.reasonCode(r.plan.minima[k].reason))
		}
	}
	if r.why[i]>>overflowed&1 == 1 {
		codes = append(codes, ReasonOverflow)
	}
	return codes
}

// ChangesOn is the first day after the as-of day on which the passing of time can change status, points, score, band,
// gate or reasons if no record comes or goes: never later than the truth, now and then earlier. It is calendar.None
// where time changes nothing. Months are counted on in a value without changing anything until a limit is reached.
func (r *Results) ChangesOn(i int) calendar.Day { return orNone(r.changes[i]) }

// LapsesOn is the first day after the day of seeing on which a record in use may no longer be used; calendar.None
// where none lapses.
func (r *Results) LapsesOn(i int) calendar.Day { return orNone(r.lapses[i]) }

func orNone(d calendar.Day) calendar.Day {
	if d >= calendar.Last {
		return calendar.None
	}
	return d
}

// resize makes room for n subjects and empties what is not written for every one of them.
func (r *Results) resize(p *Plan, n int) {
	r.plan, r.n = p, n
	r.why, r.score, r.band, r.gate = grow(r.why, n), grow(r.score, n), grow(r.band, n), grow(r.gate, n)
	r.fired, r.reasons = grow(r.fired, n), grow(r.reasons, n)
	r.changes, r.lapses = grow(r.changes, n), grow(r.lapses, n)
	r.values, r.points = grow(r.values, n*len(p.factors)), grow(r.points, n*len(p.factors))
	r.adjustments = grow(r.adjustments, n*(len(p.groups)+1))
	clear(r.why)
	for i := range r.changes {
		r.changes[i], r.lapses[i] = never, never
	}
}

// clear takes the rating of subject i away, for one who has none.
func (r *Results) clear(i int) {
	for k := range r.plan.factors {
		r.points[k*r.n+i] = 0
	}
	for k := range len(r.plan.groups) + 1 {
		r.adjustments[k*r.n+i] = 0
	}
	r.reasons[i] = [MaxReasons]int16{-1, -1, -1, -1}
	r.band[i], r.gate[i], r.fired[i], r.score[i] = -1, -1, 0, 0
}

// grow is a slice of length n, the old one where it is large enough; its content is undefined.
func grow[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]T, n)
}
