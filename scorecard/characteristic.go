package scorecard

import (
	"cmp"
	"slices"
	"strings"
)

// domain is what values an aggregate can have: lo to hi, or codes; and whether it can be missing.
type domain struct {
	lo, hi  int64
	codes   []string
	ordered bool
	canMiss bool
}

// characteristic compiles one characteristic: its aggregates, then its points.
func (c *compiler) characteristic(i int) {
	ch := &c.model.Characteristics[i]
	f := factor{kind: ch.Aggregate.Kind, cell: -1, other: -1, presence: -1, of: ch.Aggregate.Of, group: -1}
	if d, ok := c.aggregate(ch, &f); ok {
		if ch.MissingWithoutRecords {
			d.canMiss = true
		}
		f.codes = d.codes
		c.scoring(ch, &f, d)
	} else {
		c.mentionReasons(ch)
	}
	if ch.Group.Text != "" {
		f.group = slices.IndexFunc(c.model.Groups, func(g Group) bool { return g.Name.Text == ch.Group.Text })
		if f.group < 0 {
			var names []string
			for _, g := range c.model.Groups {
				names = append(names, g.Name.Text)
			}
			c.fault(ch.Group.At, "unknown-group", meant(ch.Group.Text, names), "there is no group %q", clip(ch.Group.Text))
		} else {
			c.plan.groups[f.group].factors = append(c.plan.groups[f.group].factors, i)
		}
	}
	c.plan.factors = append(c.plan.factors, f)
}

// mentionReasons looks up the reasons of a characteristic whose points are not compiled because of another fault.
func (c *compiler) mentionReasons(ch *Characteristic) {
	c.reason(ch.Reason)
	for _, a := range ch.Attributes {
		c.reason(a.Reason)
	}
	if ch.Missing != nil {
		c.reason(ch.Missing.Reason)
	}
	if ch.PerUnit != nil {
		c.reason(ch.PerUnit.Reason)
	}
	if ch.PerRecord != nil {
		c.reason(ch.PerRecord.Reason)
	}
}

// aggregate resolves the selection and the cells of a characteristic.
func (c *compiler) aggregate(ch *Characteristic, f *factor) (domain, bool) {
	a := &ch.Aggregate
	if a.Kind == Ratio {
		return c.ratio(ch, f)
	}
	sel := c.resolve(&ch.Selection, ch.At)
	if sel == nil {
		return domain{}, false
	}
	c.rewarded(ch, sel)
	d, ok := domain{}, true
	if a.Kind == pointsByRecord {
		d, ok = c.perRecord(ch, f, sel)
	} else {
		f.cell, d, ok = c.simple(a, sel)
	}
	if !ok {
		return d, false
	}
	if a.Kind == Share {
		f.other = f.cell
		part := *sel
		var second *expr
		var reads map[string]bool
		if second, reads = c.filter(sel, a.Share); second == nil {
			return d, false
		}
		part.filter, part.reads = second, reads
		if sel.filter != nil {
			part.filter = &expr{kind: exAnd, kids: []*expr{sel.filter, second}}
			part.reads = union(sel.reads, reads)
		}
		if sel.limit > 0 {
			c.fault(a.At, "share-latest", "use a window by time", "a share of the latest %d records would count other records above and below the line", sel.limit)
			return d, false
		}
		f.cell = c.cell(&part, cell{kind: cellCount})
		d.hi = a.Of
		d.canMiss = true
	}
	if ch.MissingWithoutRecords {
		all := *sel
		all.filter, all.reads, all.limit = nil, map[string]bool{}, 0
		f.presence = c.cell(&all, cell{kind: cellCount, uncounted: true})
	}
	return d, true
}

func union(a, b map[string]bool) map[string]bool {
	u := map[string]bool{}
	for k := range a {
		u[k] = true
	}
	for k := range b {
		u[k] = true
	}
	return u
}

// simple makes the cell of an aggregate that needs one only. A share begins as the count under the line.
func (c *compiler) simple(a *Aggregate, sel *selected) (int, domain, bool) {
	d := domain{lo: 0, hi: highest}
	k := cell{}
	switch a.Kind {
	case Count, Share:
		k.kind = cellCount
	case Exists:
		k.kind, d.hi = cellCount, 1
	case MonthsSinceFirst:
		k.kind, d.canMiss, d.hi = cellFirst, true, 12*10_000
	case MonthsSinceLast:
		k.kind, d.canMiss, d.hi = cellLast, true, 12*10_000
	default:
		f := c.field(sel, a.Field)
		if f == nil {
			return 0, d, false
		}
		k.field = f.Name
		switch {
		case a.Kind == Distinct:
			k.kind = cellDistinct
			if f.coded() && len(f.codes()) <= 64 && sel.limit == 0 {
				k.kind = cellCodes
			}
			return c.cell(sel, k), d, true
		case f.Type == Date:
			c.fault(a.Field.At, "aggregate", "use months_since_first or months_since_last with by: "+f.Name, "%s of a date is not part of the language", a.Kind)
			return 0, d, false
		case a.Kind == Latest && f.coded():
			d = domain{hi: int64(len(f.codes())) - 1, codes: f.codes(), ordered: f.Ordered || f.Type == Bool, canMiss: true}
			k.kind = cellLatest
			return c.cell(sel, k), d, true
		case !f.number():
			c.fault(a.Field.At, "aggregate", "take a number or amount, or latest of the code", "%s of field %s, which is a %s, has no meaning", a.Kind, f.Name, f.Type)
			return 0, d, false
		}
		d.lo = lowest
		k.kind = map[AggregateKind]cellKind{Sum: cellSum, Min: cellMin, Max: cellMax, Latest: cellLatest}[a.Kind]
		d.canMiss = a.Kind != Sum
	}
	return c.cell(sel, k), d, true
}

// ratio compiles the two parts; what a part does not say it takes from the characteristic.
func (c *compiler) ratio(ch *Characteristic, f *factor) (domain, bool) {
	a := &ch.Aggregate
	d := domain{lo: lowest, hi: highest, canMiss: true}
	if ch.MissingWithoutRecords {
		c.fault(ch.Missing.At, "no-records", "remove no_records", "a ratio without records is missing in any case")
	}
	for _, p := range []struct {
		part *Part
		cell *int
	}{{a.Numerator, &f.cell}, {a.Denominator, &f.other}} {
		s := p.part.inherit(&ch.Selection)
		sel := c.resolve(&s, p.part.At)
		if sel == nil {
			return d, false
		}
		c.rewarded(ch, sel)
		cell, part, ok := c.simple(&p.part.Aggregate, sel)
		if !ok {
			return d, false
		}
		if part.codes != nil {
			c.fault(p.part.Aggregate.At, "aggregate", "take a number", "a code cannot be divided")
			return d, false
		}
		*p.cell = cell
		if p.part == a.Numerator {
			d.lo = min(0, part.lo)
		}
	}
	return d, true
}

func (p *Part) inherit(s *Selection) Selection {
	own := p.Selection
	if own.Datasets == nil && own.Families == nil {
		own.Datasets, own.Families = s.Datasets, s.Families
	}
	if own.Where == nil {
		own.Where = s.Where
	}
	if own.Window == nil {
		own.Window = s.Window
	}
	if own.By.Text == "" {
		own.By = s.By
	}
	return own
}

// rewarded refuses points that rise with the number of adverse records.
func (c *compiler) rewarded(ch *Characteristic, sel *selected) {
	counts := []AggregateKind{Count, Exists, Distinct}
	if ch.Direction != Rising || !slices.Contains(counts, ch.Aggregate.Kind) {
		return
	}
	for _, i := range sel.datasets {
		if d := &c.schema.Datasets[i]; d.Adverse {
			c.fault(ch.At, "adverse-rewarded", "let the direction be falling", "more records of %s, which speak against their subject, would earn points", d.Code)
			return
		}
	}
}

// perRecord compiles a table of points over a code.
func (c *compiler) perRecord(ch *Characteristic, f *factor, sel *selected) (domain, bool) {
	p := ch.PerRecord
	d := domain{lo: lowest, hi: highest}
	code := c.field(sel, p.Field)
	if code == nil {
		return d, false
	}
	if code.Type != Code {
		c.fault(p.Field.At, "points-by", "name a field with a code list", "field %s is a %s and has no codes to give points for", code.Name, code.Type)
		return d, false
	}
	k := cell{kind: cellPoints, field: code.Name}
	if p.Times.Text != "" {
		times := c.field(sel, p.Times)
		if times == nil {
			return d, false
		}
		if !times.number() {
			c.fault(p.Times.At, "points-by", "name a number field", "times: field %s is a %s", times.Name, times.Type)
			return d, false
		}
		k.times = times.Name
	}
	other := int64(0)
	if p.Other != nil {
		other = *p.Other
	}
	// One entry more than codes, for records without one.
	k.points = make([]int64, len(code.Codes)+1)
	named := make([]bool, len(code.Codes))
	for i := range k.points {
		k.points[i] = other
	}
	for _, e := range p.Table {
		place := slices.Index(code.Codes, e.Code.Text)
		if place < 0 {
			c.fault(e.Code.At, "unknown-code", meant(e.Code.Text, code.Codes), "%q is no code of %s", clip(e.Code.Text), code.Name)
			continue
		}
		k.points[place], named[place] = e.Points, true
	}
	if left := slices.Index(named, false); left >= 0 && p.Other == nil {
		c.fault(p.At, "points-by", "add it, or other: 0", "the table gives no points for the code %s of %s", code.Codes[left], code.Name)
	}
	f.score.points = k.points
	f.cell = c.cell(sel, k)
	return d, true
}

// scoring compiles how values become points, and checks that they do so without gaps, overlaps and surprises.
func (c *compiler) scoring(ch *Characteristic, f *factor, d domain) {
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
func (c *compiler) unscored(ch *Characteristic) {
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
func (c *compiler) ranges(ch *Characteristic, s *scorer, d domain) {
	s.mode = scoreRanges
	next := d.lo
	last := len(ch.Attributes) - 1
	for i := range ch.Attributes {
		a := &ch.Attributes[i]
		if a.Codes != nil || a.Other {
			c.fault(a.At, "attribute", "give from and below", "%s is a number; its attributes are ranges", ch.Name.Text)
			return
		}
		from, below := d.lo, int64(highest)
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
func (c *compiler) monotone(ch *Characteristic, points []int64) {
	if ch.Direction == "" {
		c.fault(ch.At, "direction", "add direction: rising, falling or none", "%s does not say how points move as the value rises", ch.Name.Text)
		return
	}
	for i := 1; i < len(points) && i < len(ch.Attributes); i++ {
		order := cmp.Compare(points[i], points[i-1])
		if ch.Direction == Rising && order < 0 || ch.Direction == Falling && order > 0 {
			c.fault(ch.Attributes[i].At, "monotone", "put the points in order, or declare direction: none and say why in the source",
				"%s is declared %s, and the points go from %d to %d", ch.Name.Text, ch.Direction, points[i-1], points[i])
		}
	}
}

// codes compiles attributes that are lists of codes.
func (c *compiler) codes(ch *Characteristic, s *scorer, d domain) {
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
					c.fault(n.At, "unknown-code", meant(n.Text, d.codes), "%q is no code of %s", clip(n.Text), ch.Aggregate.Field.Text)
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
	if ch.Direction == Rising || ch.Direction == Falling {
		c.monotoneCodes(ch, d, byValue)
	}
}

func (c *compiler) monotoneCodes(ch *Characteristic, d domain, points []int64) {
	if !d.ordered {
		c.fault(ch.At, "direction", "declare direction: none", "the codes of %s have no order, so that points cannot be %s", ch.Aggregate.Field.Text, ch.Direction)
		return
	}
	for i := 1; i < len(points); i++ {
		if ch.Direction == Rising && points[i] < points[i-1] || ch.Direction == Falling && points[i] > points[i-1] {
			c.fault(ch.At, "monotone", "put the points in order, or declare direction: none", "%s is declared %s, and the points go from %d for %s to %d for %s",
				ch.Name.Text, ch.Direction, points[i-1], d.codes[i-1], points[i], d.codes[i])
		}
	}
}

// units compiles points by unit of the value.
func (c *compiler) units(ch *Characteristic, s *scorer, d domain) {
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
	if want := map[bool]Direction{true: Rising, false: Falling}[u.Each > 0]; ch.Direction != want && ch.Direction != NoDirection {
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
func (c *compiler) missing(ch *Characteristic, s *scorer, d domain) {
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
func (c *compiler) baseline(ch *Characteristic, f *factor) {
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
func (c *compiler) incentive(ch *Characteristic, s *scorer) {
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
		c.fault(n.At, "unknown-reason", meant(n.Text, names), "the reason %q is not defined", clip(n.Text))
		return -1
	}
	c.usedReasons[n.Text] = true
	return i
}
