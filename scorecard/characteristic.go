package scorecard

import (
	"slices"

	"probity/scorecard/internal/filter"
	"probity/scorecard/internal/strict"
	"probity/scorecard/language"
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
		f.group = slices.IndexFunc(c.model.Groups, func(g language.Group) bool { return g.Name.Text == ch.Group.Text })
		if f.group < 0 {
			var names []string
			for _, g := range c.model.Groups {
				names = append(names, g.Name.Text)
			}
			c.fault(ch.Group.At, "unknown-group", strict.Meant(ch.Group.Text, names), "there is no group %q", strict.Clip(ch.Group.Text))
		} else {
			c.plan.groups[f.group].factors = append(c.plan.groups[f.group].factors, i)
		}
	}
	c.plan.factors = append(c.plan.factors, f)
}

// mentionReasons looks up the reasons of a characteristic whose points are not compiled because of another fault.
func (c *compiler) mentionReasons(ch *language.Characteristic) {
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
func (c *compiler) aggregate(ch *language.Characteristic, f *factor) (domain, bool) {
	a := &ch.Aggregate
	if a.Kind == language.Ratio {
		return c.ratio(ch, f)
	}
	sel := c.resolve(&ch.Selection)
	if sel == nil {
		return domain{}, false
	}
	c.rewarded(ch, sel)
	var d domain
	var ok bool
	if a.Kind == language.PointsByRecord {
		d, ok = c.perRecord(ch, f, sel)
	} else {
		f.cell, d, ok = c.simple(a, sel)
	}
	if !ok {
		return d, false
	}
	if a.Kind == language.Share {
		f.other = f.cell
		part := *sel
		var second *filter.Expr
		var reads map[string]bool
		if second, reads = c.filter(sel, a.Share); second == nil {
			return d, false
		}
		part.filter, part.reads = second, reads
		if sel.filter != nil {
			part.filter = &filter.Expr{Kind: filter.And, Kids: []*filter.Expr{sel.filter, second}}
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
func (c *compiler) simple(a *language.Aggregate, sel *selected) (int, domain, bool) {
	d := domain{lo: 0, hi: highest}
	k := cell{}
	switch a.Kind {
	case language.Count, language.Share:
		k.kind = cellCount
	case language.Exists:
		k.kind, d.hi = cellCount, 1
	case language.MonthsSinceFirst:
		k.kind, d.canMiss, d.hi = cellFirst, true, 12*10_000
	case language.MonthsSinceLast:
		k.kind, d.canMiss, d.hi = cellLast, true, 12*10_000
	default:
		f := c.field(sel, a.Field)
		if f == nil {
			return 0, d, false
		}
		k.field = f.Name
		switch {
		case a.Kind == language.Distinct:
			k.kind = cellDistinct
			if f.Coded() && len(f.Names()) <= 64 && sel.limit == 0 {
				k.kind = cellCodes
			}
			return c.cell(sel, k), d, true
		case f.Type == Date:
			c.fault(a.Field.At, "aggregate", "use months_since_first or months_since_last with by: "+f.Name, "%s of a date is not part of the language", a.Kind)
			return 0, d, false
		case a.Kind == language.Latest && f.Coded():
			d = domain{hi: int64(len(f.Names())) - 1, codes: f.Names(), ordered: f.Ordered || f.Type == Bool, canMiss: true}
			k.kind = cellLatest
			return c.cell(sel, k), d, true
		case !f.Number():
			c.fault(a.Field.At, "aggregate", "take a number or amount, or latest of the code", "%s of field %s, which is a %s, has no meaning", a.Kind, f.Name, f.Type)
			return 0, d, false
		}
		d.lo = lowest
		k.kind = map[language.AggregateKind]cellKind{language.Sum: cellSum, language.Min: cellMin, language.Max: cellMax, language.Latest: cellLatest}[a.Kind]
		d.canMiss = a.Kind != language.Sum
	}
	return c.cell(sel, k), d, true
}

// ratio compiles the two parts; what a part does not say it takes from the characteristic.
func (c *compiler) ratio(ch *language.Characteristic, f *factor) (domain, bool) {
	a := &ch.Aggregate
	d := domain{lo: lowest, hi: highest, canMiss: true}
	if ch.MissingWithoutRecords {
		c.fault(ch.Missing.At, "no-records", "remove no_records", "a ratio without records is missing in any case")
	}
	for _, p := range []struct {
		part *language.Part
		cell *int
	}{{a.Numerator, &f.cell}, {a.Denominator, &f.other}} {
		s := inherit(p.part, &ch.Selection)
		sel := c.resolve(&s)
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

// inherit is the selection of a part, with what it does not say taken from its characteristic.
func inherit(p *language.Part, s *language.Selection) language.Selection {
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
func (c *compiler) rewarded(ch *language.Characteristic, sel *selected) {
	counts := []language.AggregateKind{language.Count, language.Exists, language.Distinct}
	if ch.Direction != language.Rising || !slices.Contains(counts, ch.Aggregate.Kind) {
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
func (c *compiler) perRecord(ch *language.Characteristic, f *factor, sel *selected) (domain, bool) {
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
		if !times.Number() {
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
			c.fault(e.Code.At, "unknown-code", strict.Meant(e.Code.Text, code.Codes), "%q is no code of %s", strict.Clip(e.Code.Text), code.Name)
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
