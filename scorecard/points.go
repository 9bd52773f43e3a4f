package scorecard

import (
	"cmp"
	"slices"
	"strings"

	"probity/scorecard/internal/strict"
	"probity/scorecard/language"
)

// scoring compiles how values become points, and checks that they do so without gaps, overlaps and surprises.
func (c *compiler) scoring(ch *language.Characteristic, f *factor, d domain) {
	s := &f.score
	switch {
	case ch.PerUnit != nil:
		c.units(ch, s, d)
	case ch.PerRecord != nil:
		s.mode, s.limits, s.labels = scoreRecords, limits{ch.PerRecord.Floor, ch.PerRecord.Cap}, []string{"by record"}
		s.falls, s.rises = slices.Min(s.points) < 0, slices.Max(s.points) > 0
		c.bounded(ch.PerRecord.At, s, "points_by")
		s.reasons = append(s.reasons, c.reasonOf(ch.PerRecord.Reason, ch.Reason))
	case ch.Attributes != nil && d.codes != nil:
		c.codes(ch, s, d)
	case ch.Attributes != nil:
		c.ranges(ch, s, d)
	default:
		c.unscored(ch)
		return
	}
	c.missing(ch, s, d)
	if len(s.reasons) != len(s.labels)+1 {
		return // a fault has been reported
	}
	c.baseline(ch, f)
	c.incentive(ch, s)
}

// unscored checks a characteristic that is there for conditions only.
func (c *compiler) unscored(ch *language.Characteristic) {
	for _, there := range []struct {
		yes  bool
		what string
	}{
		{ch.Missing != nil, "missing"}, {ch.Baseline != nil, "baseline"}, {ch.Direction != "", "direction"},
		{ch.Group.Text != "", "group"}, {ch.Reason.Text != "", "reason"},
	} {
		if there.yes {
			c.fault(ch.At, "unscored", "add attributes, points_per or points_by, or remove "+there.what,
				"%s has no points, so that its %s means nothing", ch.Name.Text, there.what)
		}
	}
}

// ranges compiles attributes that are ranges.
func (c *compiler) ranges(ch *language.Characteristic, s *scorer, d domain) {
	s.mode = scoreRanges
	next := d.lo
	last := len(ch.Attributes) - 1
	for i := range ch.Attributes {
		a := &ch.Attributes[i]
		if a.Codes != nil || a.Other {
			c.fault(a.At, "attribute", "give from and below", "%s is a number; its attributes are ranges", ch.Name.Text)
			return
		}
		from, below := d.lo, highest
		if a.From != nil {
			from = *a.From
		}
		if a.Below != nil {
			below = *a.Below
		}
		switch {
		case a.From != nil && a.Below != nil && from >= below:
			c.fault(a.At, "empty-range", "let from be less than below", "the range from %d below %d holds no value", from, below)
		case a.Below != nil && below <= d.lo || a.From != nil && from > d.hi:
			c.fault(a.At, "impossible", "remove it", "%s lies between %s; the attribute %s can never apply", ch.Name.Text, d, rangeLabel(a.From, a.Below))
		case i > 0 && a.From == nil:
			c.fault(a.At, "overlap", "give from", "only the first attribute may have no lower end")
		case from < next:
			c.fault(a.At, "overlap", "begin where the attribute before ends", "values from %d below %d have two attributes", from, next)
		case from > next:
			c.fault(a.At, "gap", "begin where the attribute before ends", "values from %d below %d have no attribute", next, from)
		case i < last && a.Below == nil:
			c.fault(a.At, "shadow", "give below, or remove what follows", "no attribute after this one can apply")
			return
		case i == last && a.Below != nil && below <= d.hi:
			c.fault(a.At, "gap", "remove below", "values from %d have no attribute", below)
		}
		if i < last {
			s.cuts = append(s.cuts, below)
		}
		next = below
		s.points = append(s.points, a.Points)
		s.labels = append(s.labels, rangeLabel(a.From, a.Below))
		s.reasons = append(s.reasons, c.reasonOf(a.Reason, ch.Reason))
	}
	c.monotone(ch, s.points)
}

// String is the domain in words for messages.
func (d domain) String() string {
	var b strings.Builder
	if d.lo == lowest {
		b.WriteString("any number")
	} else {
		b.WriteString(rangeLabel(&d.lo, nil))
	}
	if d.hi != highest {
		b.WriteString(" to ")
		b.WriteString(strings.TrimPrefix(rangeLabel(&d.hi, nil), "from "))
	}
	return b.String()
}

// monotone checks the promised direction against points in ascending order of values.
func (c *compiler) monotone(ch *language.Characteristic, points []int64) {
	if ch.Direction == "" {
		c.fault(ch.At, "direction", "add direction: rising, falling or none", "%s does not say how points move as the value rises", ch.Name.Text)
		return
	}
	for i := 1; i < len(points) && i < len(ch.Attributes); i++ {
		order := cmp.Compare(points[i], points[i-1])
		if ch.Direction == language.Rising && order < 0 || ch.Direction == language.Falling && order > 0 {
			c.fault(ch.Attributes[i].At, "monotone", "put the points in order, or declare direction: none and say why in the source",
				"%s is declared %s, and the points go from %d to %d", ch.Name.Text, ch.Direction, points[i-1], points[i])
		}
	}
}

// codes compiles attributes that are lists of codes.
func (c *compiler) codes(ch *language.Characteristic, s *scorer, d domain) {
	s.mode = scoreCodes
	s.byCode = slices.Repeat([]int16{-1}, len(d.codes))
	other := -1
	for i := range ch.Attributes {
		a := &ch.Attributes[i]
		label := "other"
		switch {
		case a.Other:
			if other >= 0 {
				c.fault(a.At, "overlap", "keep one", "there are two attributes for other codes")
			}
			other = i
		case a.Codes == nil:
			c.fault(a.At, "attribute", "give codes, or other: true", "%s is a code; its attributes are lists of codes", ch.Name.Text)
			return
		default:
			var names []string
			for _, n := range a.Codes {
				names = append(names, n.Text)
				place := slices.Index(d.codes, n.Text)
				switch {
				case place < 0:
					c.fault(n.At, "unknown-code", strict.Meant(n.Text, d.codes), "%q is no code of %s", strict.Clip(n.Text), ch.Aggregate.Field.Text)
				case s.byCode[place] >= 0:
					c.fault(n.At, "overlap", "keep one", "the code %s has two attributes", n.Text)
				default:
					s.byCode[place] = int16(i)
				}
			}
			label = strings.Join(names, ", ")
		}
		s.points = append(s.points, a.Points)
		s.labels = append(s.labels, label)
		s.reasons = append(s.reasons, c.reasonOf(a.Reason, ch.Reason))
	}
	left := slices.Index(s.byCode, -1)
	switch {
	case left >= 0 && other < 0:
		c.fault(ch.At, "gap", "add it, or an attribute other: true", "the code %s of %s has no attribute", d.codes[left], ch.Aggregate.Field.Text)
		return
	case left < 0 && other >= 0:
		c.fault(ch.Attributes[other].At, "impossible", "remove it", "every code has an attribute of its own; other can never apply")
	}
	byValue := make([]int64, len(s.byCode))
	for i, a := range s.byCode {
		if a < 0 {
			s.byCode[i] = int16(other)
			a = int16(other)
		}
		byValue[i] = s.points[a]
	}
	if ch.Direction == language.Rising || ch.Direction == language.Falling {
		c.monotoneCodes(ch, d, byValue)
	}
}

func (c *compiler) monotoneCodes(ch *language.Characteristic, d domain, points []int64) {
	if !d.ordered {
		c.fault(ch.At, "direction", "declare direction: none", "the codes of %s have no order, so that points cannot be %s", ch.Aggregate.Field.Text, ch.Direction)
		return
	}
	for i := 1; i < len(points); i++ {
		if ch.Direction == language.Rising && points[i] < points[i-1] || ch.Direction == language.Falling && points[i] > points[i-1] {
			c.fault(ch.At, "monotone", "put the points in order, or declare direction: none", "%s is declared %s, and the points go from %d for %s to %d for %s",
				ch.Name.Text, ch.Direction, points[i-1], d.codes[i-1], points[i], d.codes[i])
		}
	}
}

// units compiles points by unit of the value.
func (c *compiler) units(ch *language.Characteristic, s *scorer, d domain) {
	u := ch.PerUnit
	s.mode, s.unit, s.limits, s.labels = scoreUnits, *u, limits{u.Floor, u.Cap}, []string{"per unit"}
	s.falls, s.rises = u.Each < 0, u.Each > 0
	s.reasons = append(s.reasons, c.reasonOf(u.Reason, ch.Reason))
	switch {
	case d.codes != nil:
		c.fault(u.At, "points-per", "use attributes", "%s is a code and cannot be counted in units", ch.Name.Text)
	case u.Each == 0:
		c.fault(u.At, "points-per", "give the points of a unit", "each unit is worth nothing")
	}
	c.bounded(u.At, s, "points_per")
	if want := map[bool]language.Direction{true: language.Rising, false: language.Falling}[u.Each > 0]; ch.Direction != want && ch.Direction != language.NoDirection {
		c.fault(u.At, "monotone", "declare direction: "+string(want), "points of %d for each unit are %s", u.Each, want)
	}
}

// bounded demands bounds where points by unit or record could go on for ever, and bounds that 0 lies between.
func (c *compiler) bounded(at Pos, s *scorer, what string) {
	l := s.limits
	if s.falls && l.floor == nil {
		c.fault(at, "unbounded", "add floor", "%s can take away points without end", what)
	}
	if s.rises && l.cap == nil {
		c.fault(at, "unbounded", "add cap", "%s can give points without end", what)
	}
	if l.floor != nil && l.cap != nil && *l.floor >= *l.cap {
		c.fault(at, "limits", "put the smaller first", "the floor %d is not below the cap %d", *l.floor, *l.cap)
	}
	if l.floor != nil && *l.floor > 0 || l.cap != nil && *l.cap < 0 {
		c.fault(at, "limits", "let 0 lie between floor and cap", "%s begins at 0 points, which its bounds exclude", what)
	}
}

// missing compiles the attribute of the missing value, which must be there where the value can be missing, and nowhere
// else, and must not be worse than the worst that can be known of anybody.
func (c *compiler) missing(ch *language.Characteristic, s *scorer, d domain) {
	m := ch.Missing
	if m == nil {
		s.reasons = append(s.reasons, -1)
		if d.canMiss {
			c.fault(ch.At, "missing", "add missing: {points: ...}", "%s can be without a value, and nothing says what that is worth", ch.Name.Text)
		}
		return
	}
	s.reasons = append(s.reasons, c.reasonOf(m.Reason, ch.Reason))
	s.missing, s.canMiss = m.Points, true
	if !d.canMiss {
		c.fault(m.At, "missing", "remove it, or add no_records: true", "%s always has a value: with no record it is 0", ch.Name.Text)
		return
	}
	known := *s
	known.canMiss = false
	if least, _ := known.extent(); m.Points < least {
		c.fault(m.At, "missing-worst", "give at least that", "a missing value costs more than the worst known one, which is worth %d points", least)
	}
}

// baseline sets the reference for points lost, and demands a reason code for whatever can lose some.
func (c *compiler) baseline(ch *language.Characteristic, f *factor) {
	known := f.score
	known.canMiss = false
	if known.mode != scoreUnits && known.mode != scoreRecords && len(known.points) == 0 {
		return
	}
	least, most := known.extent()
	f.baseline, f.least = most, least
	if f.score.canMiss {
		f.least = min(least, f.score.missing)
	}
	if ch.Baseline != nil {
		f.baseline = *ch.Baseline
		if f.baseline < least || f.baseline > most {
			c.fault(ch.At, "baseline", "choose a number of points between them", "the baseline %d lies outside the points that can be had, %d to %d", f.baseline, least, most)
		}
	}
	loses := func(i int) bool {
		switch {
		case i == len(f.score.labels):
			return f.score.canMiss && f.score.missing < f.baseline
		case f.score.mode == scoreUnits || f.score.mode == scoreRecords:
			return least < f.baseline
		}
		return f.score.points[i] < f.baseline
	}
	for i, r := range f.score.reasons {
		if r >= 0 || !loses(i) {
			continue
		}
		at, label := ch.At, "missing"
		if i < len(f.score.labels) {
			label = f.score.labels[i]
			if i < len(ch.Attributes) {
				at = ch.Attributes[i].At
			}
		}
		c.fault(at, "no-reason", "give it a reason, or the characteristic", "the attribute %s loses points against the baseline of %d and has no reason code", label, f.baseline)
	}
}

// incentive holds a model to its promise to take nothing from anybody.
func (c *compiler) incentive(ch *language.Characteristic, s *scorer) {
	if !c.model.IncentiveOnly {
		return
	}
	if least, _ := s.extent(); least < 0 {
		c.fault(ch.At, "incentive-only", "let no attribute be below 0", "%s can take away points, and the model promises that nothing does", ch.Name.Text)
	}
}

// reasonOf is the place of the attribute's own reason code or else the characteristic's; -1 for none.
func (c *compiler) reasonOf(own, otherwise Name) int {
	if own.Text == "" {
		own = otherwise
	}
	return c.reason(own)
}

// reason is the place of a reason code; -1 for none.
func (c *compiler) reason(n Name) int {
	if n.Text == "" {
		return -1
	}
	i, ok := c.reasons[n.Text]
	if !ok {
		names := make([]string, 0, len(c.model.Reasons))
		for _, r := range c.model.Reasons {
			names = append(names, r.Code.Text)
		}
		c.fault(n.At, "unknown-reason", strict.Meant(n.Text, names), "the reason %q is not defined", strict.Clip(n.Text))
		return -1
	}
	c.usedReasons[n.Text] = true
	return i
}
