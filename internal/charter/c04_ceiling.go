package charter

import (
	"fmt"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/ceiling"
)

// orderInProportion holds that fault and consequence match (C4): the conduct is as grave as the measure asks, and neither
// end nor review date lies beyond what the order's law gives for conduct of that tier; where the law's ceiling turns on
// what is owed, a small sum carries no such measure at all.
func orderInProportion(t *RestrictionTerms) error {
	o, m := &t.Order, t.measure()
	switch {
	case !slices.Contains(ceiling.Tiers, o.Tier):
		return Refuse("C4", "tier of the conduct", "state what the order found: "+strings.Join(ceiling.Tiers, ", "), "the order does not say how grave the conduct was")
	case o.Amount < 0:
		return fault.New(fault.Invalid, "order.amount", "%d is no amount", o.Amount).With("give whole fen: 295100 for 2,951 yuan; 0 where nothing is owed")
	case !criteria.Reaches(o.Tier, m.Tier):
		return Refuse("C4", "tier of the measure", milder(t), "the measure %s needs conduct of the tier %s; the order found %s", m.Code, m.Tier, o.Tier)
	}
	c := t.Ceilings.Find(o.Measure, o.Basis, o.Start)
	if c == nil {
		return nil // the law gives no less than the list
	}
	x := c.Of(o.Tier)
	switch {
	case x == nil:
		return Refuse("C4", "tier of the legal basis", milder(t), "%s carries the measure %s for conduct of the tier %s and graver (%s); the order found %s",
			o.Basis, m.Code, c.Lightest().Tier, c.Source, o.Tier)
	case x.Least > 0 && o.Amount == 0:
		return Refuse("C4", "amount at stake", "state what is owed, in fen", "%s carries the measure %s from %s on, and the order states no amount (%s)", o.Basis, m.Code, yuan(x.Least), c.Source)
	case o.Amount < x.Least:
		return Refuse("C4", "ceiling of the legal basis", milder(t), "%s carries the measure %s from %s on; the order is about %s (%s)",
			o.Basis, m.Code, yuan(x.Least), yuan(o.Amount), c.Source)
	}
	limit := o.Start.Add(x.Longest)
	for _, d := range []calendar.Day{o.End, o.Review} {
		if d != calendar.None && d > limit {
			return Refuse("C4", "ceiling of the legal basis", fmt.Sprintf("end or review it on %s at the latest", limit),
				"%s carries the measure %s for %s where the conduct is %s; the order names %s (%s)", o.Basis, m.Code, x.Longest, o.Tier, d, c.Source)
		}
	}
	return nil
}

// milder says what the same body could order on this subject instead.
func milder(t *RestrictionTerms) string {
	o, m := &t.Order, t.measure()
	var codes []string
	for i := range t.Catalogue.Measures {
		other := &t.Catalogue.Measures[i]
		if other.Code == m.Code || other.Body != m.Body || !StandsInList(other, o.Start) || !criteria.Reaches(o.Tier, other.Tier) || Restrictable(other, t.Subject) != nil {
			continue
		}
		if slices.ContainsFunc(other.Basis, func(l catalogue.Law) bool { return carries(t, other.Code, l) }) {
			codes = append(codes, other.Code)
		}
	}
	if len(codes) == 0 {
		return "leave the subject unrestricted: the list has no milder measure for this conduct"
	}
	return "leave the subject unrestricted, or order a milder measure: " + strings.Join(codes, ", ")
}

// carries tells whether the law carries the measure for conduct and amount of the order.
func carries(t *RestrictionTerms, code string, l catalogue.Law) bool {
	basis := t.Order.Basis
	basis.Law, basis.Article = l.Code, l.Article
	c := t.Ceilings.Find(code, basis, t.Order.Start)
	if c == nil {
		return true
	}
	x := c.Of(t.Order.Tier)
	return x != nil && t.Order.Amount >= x.Least
}

// yuan is an amount of fen as people read it.
func yuan(fen int64) string {
	if fen%100 != 0 {
		return fmt.Sprintf("%d.%02d yuan", fen/100, fen%100)
	}
	return fmt.Sprintf("%d yuan", fen/100)
}

// ListedUntil tells whether an entry on a list carries a measure on the day, and until which day: by the entry's end, the
// list's ceiling, the measure's own, and the longest that any law gives the measure for conduct of the entry's tier, in the
// edition of the day on which the entry was drafted.
func ListedUntil(e *entry.Entry, m *catalogue.Measure, l *criteria.List, c *ceiling.Table, on calendar.Day) (until calendar.Day, ok bool) {
	until, ok = e.Carries(m.Code, m.Ceiling, l, on)
	if !ok {
		return until, false
	}
	if longest, known := c.Longest(m.Code, e.Tier, e.Drafted); known {
		until = min(until, e.Began().Add(longest))
	}
	return until, on < until
}
