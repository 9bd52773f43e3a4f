package language

import (
	"maps"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/scorecard/internal/strict"
	"probity/scorecard/internal/whole"
)

// The bounds of what a model file may state. They keep every sum of points far from overflow and every check short.
const (
	maxPoints     = 1_000_000
	maxBase       = 1_000_000_000
	maxAttributes = 200
	// MaxCharacteristics and MaxGates bound lists that evaluators hold in fixed places.
	MaxCharacteristics = 500
	MaxGates           = 64
	maxBands           = 64
	maxLatest          = 10_000
	maxScale           = 1_000_000
)

// shapes are the keys that each mapping of a model file may have. model.schema.json says the same to editors, and a
// test holds the two together.
var shapes = map[string][]string{
	"model": {
		"model", "version", "title", "kinds", "contexts", "source", "left_out", "consent", "incentive_only", "year", "table", "base", "clip",
		"not_rated", "characteristics", "groups", "gates", "bands", "reasons",
	},
	"table":    {"columns", "decimals", "score", "odds", "doubling"},
	"column":   {"name", "column", "scale", "codes"},
	"label":    {"en", "zh"},
	"source":   {"title", "url", "date", "note"},
	"left_out": {"rule", "why"},
	"consent":  {"purpose"},
	"year":     {"closes", "announced"},
	"clip":     {"min", "max"},
	"not_rated": {
		"characteristic", "from", "below", "codes", "missing", "all", "any", "records_below", "reason",
	},
	"characteristic": {
		"name", "title", "datasets", "families", "where", "window", "by", "aggregate", "direction", "missing", "attributes",
		"points_per", "points_by", "baseline", "actionable", "group", "reason",
	},
	"window":    {"last", "between", "in_force", "latest"},
	"aggregate": {"sum", "min", "max", "latest", "distinct", "share", "ratio", "of"},
	"ratio":     {"numerator", "denominator"},
	"part":      {"datasets", "families", "where", "window", "by", "aggregate"},
	"missing":   {"no_records", "points", "reason"},
	"attribute": {"from", "below", "codes", "other", "points", "reason"},
	"points_per": {
		"each", "every", "over", "floor", "cap", "reason",
	},
	"points_by": {"field", "table", "other", "times", "floor", "cap", "reason"},
	"group":     {"name", "floor", "cap"},
	"gate":      {"name", "when", "band", "at_most", "at_least", "reason"},
	"condition": {"characteristic", "from", "below", "codes", "missing", "score_from", "score_below", "all", "any"},
	"band":      {"name", "from", "title", "unordered"},
	"reason":    {"en", "zh", "cure"},
}

// Keys are the keys that a mapping of a model file may have, by the name of its sort, as model.schema.json names it.
func Keys() map[string][]string { return maps.Clone(shapes) }

// Parse reads a model file. The name stands in messages. An error is of type [Faults] and lists everything that is
// wrong with the file by itself; what is wrong with it against a schema, and everything that concerns points, bands
// and gates, is found by [Compile].
func Parse(name string, source []byte) (*Model, error) {
	r := &reader{strict.NewReader(name, shapes)}
	root := r.Document(source)
	if root == nil {
		return nil, r.Err()
	}
	m := r.model(name, root)
	if err := r.Err(); err != nil {
		return nil, err
	}
	m.Digest = strict.Digest(root)
	return m, nil
}

// reader reads the parts of a model.
type reader struct{ *strict.Reader }

func (r *reader) model(file string, n *yaml.Node) *Model {
	o := r.Object(n, "model")
	o.Need("model", "version", "title", "base", "characteristics", "bands")
	if !o.Has("table") {
		o.Need("kinds", "contexts", "source")
	}
	m := &Model{
		File: file, At: o.At,
		Code: o.Word("model").Text, Version: o.Number("version", 1, math.MaxInt32, 0), Title: label(r.Reader, o, "title"),
		Kinds: o.Words("kinds"), Contexts: o.Words("contexts"),
		IncentiveOnly: o.Yes("incentive_only"),
		Base:          o.Number("base", -maxBase, maxBase, 0),
	}
	m.Source, m.Year, m.Table = r.source(o), r.year(o), r.table(o)
	for _, c := range o.Items("left_out") {
		l := r.Object(c, "left_out")
		l.Need("rule", "why")
		m.LeftOut = append(m.LeftOut, LeftOut{l.Text("rule"), l.Text("why")})
	}
	if o.Has("consent") {
		c := r.Object(o.Node("consent"), "consent")
		c.Need("purpose")
		m.Consent = &Consent{c.Text("purpose")}
	}
	if o.Has("clip") {
		c := r.Object(o.Node("clip"), "clip")
		m.Clip = &Limits{Min: c.Int("min", -maxBase, maxBase), Max: c.Int("max", -maxBase, maxBase), At: c.At}
	}
	for _, c := range o.Items("not_rated") {
		m.NotRated = append(m.NotRated, r.minimum(c))
	}
	for _, c := range r.list(o, "characteristics", MaxCharacteristics) {
		m.Characteristics = append(m.Characteristics, r.characteristic(c))
	}
	for _, c := range r.list(o, "groups", MaxCharacteristics) {
		g := r.Object(c, "group")
		g.Need("name")
		m.Groups = append(m.Groups, Group{Name: g.Word("name"), Floor: bound(g, "floor"), Cap: bound(g, "cap"), At: g.At})
	}
	for _, c := range r.list(o, "gates", MaxGates) {
		m.Gates = append(m.Gates, r.gate(c))
	}
	for _, c := range r.list(o, "bands", maxBands) {
		b := r.Object(c, "band")
		b.Need("name")
		m.Bands = append(m.Bands, Band{
			Name: b.Word("name"), From: b.Int("from", -maxBase, maxBase), Title: label(r.Reader, b, "title"),
			Unordered: b.Yes("unordered"), At: b.At,
		})
	}
	r.Pairs(o.Node("reasons"), "reasons", func(code Name, value *yaml.Node) {
		r.CheckWord(code)
		t := r.Object(value, "reason")
		t.Need("en")
		m.Reasons = append(m.Reasons, Reason{
			Code: code, Title: Label{EN: t.Text("en"), ZH: t.Text("zh")}, Cure: label(r.Reader, t, "cure"),
		})
	})
	return m
}

// label reads a text in one or more languages; English is always there.
func label(r *strict.Reader, o *strict.Object, key string) Label {
	if !o.Has(key) {
		return Label{}
	}
	l := r.Object(o.Node(key), "label")
	l.Need("en")
	return Label{EN: l.Text("en"), ZH: l.Text("zh")}
}

// list is items with an upper bound on their number.
func (r *reader) list(o *strict.Object, key string, most int) []*yaml.Node {
	items := o.Items(key)
	if len(items) > most {
		r.Fault(strict.At(items[most]), "size", "split the model", "%s has %d entries, more than the %d allowed", key, len(items), most)
		return items[:most]
	}
	return items
}

// bound is a floor or cap on points.
func bound(o *strict.Object, key string) *int64 { return o.Int(key, -maxPoints, maxPoints) }

func (r *reader) source(o *strict.Object) Source {
	if !o.Has("source") {
		return Source{Date: calendar.None}
	}
	s := r.Object(o.Node("source"), "source")
	s.Need("title", "date")
	return Source{Title: s.Text("title"), URL: s.Text("url"), Note: s.Text("note"), Date: s.Date("date")}
}

func (r *reader) minimum(n *yaml.Node) Minimum {
	o := r.Object(n, "not_rated")
	o.Need("reason")
	m := Minimum{RecordsBelow: o.Int("records_below", 1, maxBase), Reason: o.Word("reason"), At: o.At}
	o.One("records_below", "characteristic", "all", "any")
	if m.RecordsBelow == nil {
		m.When = r.conditionOf(o)
	}
	return m
}

func (r *reader) condition(n *yaml.Node) Condition {
	o := r.Object(n, "condition")
	switch {
	case o.Has("characteristic"):
		o.One("characteristic", "score_from", "all", "any")
	case o.Has("score_from"), o.Has("score_below"):
		if o.Has("all") || o.Has("any") {
			o.One("score_from", "all", "any")
		}
	default:
		o.One("characteristic", "score_from", "score_below", "all", "any")
	}
	return r.conditionOf(o)
}

func (r *reader) conditionOf(o *strict.Object) Condition {
	c := Condition{
		Characteristic: o.Word("characteristic"), From: o.Int("from", whole.Lowest, whole.Highest), Below: o.Int("below", whole.Lowest, whole.Highest),
		Codes: o.Words("codes"), Missing: o.Bool("missing"),
		ScoreFrom: o.Int("score_from", -maxBase, maxBase), ScoreBelow: o.Int("score_below", -maxBase, maxBase), At: o.At,
	}
	tests := 0
	for _, there := range []bool{c.From != nil || c.Below != nil, c.Codes != nil, c.Missing != nil} {
		if there {
			tests++
		}
	}
	switch {
	case o.Has("characteristic") && tests != 1:
		r.Fault(o.At, "choice", "keep one", "a condition on a characteristic needs a range (from, below), codes or missing, and only one of them")
	case !o.Has("characteristic") && tests != 0:
		r.Fault(o.At, "choice", "name the characteristic", "from, below, codes and missing need a characteristic")
	}
	for _, k := range o.Items("all") {
		c.All = append(c.All, r.condition(k))
	}
	for _, k := range o.Items("any") {
		c.Any = append(c.Any, r.condition(k))
	}
	return c
}

func (r *reader) gate(n *yaml.Node) Gate {
	o := r.Object(n, "gate")
	o.Need("name", "when", "reason")
	o.One("band", "at_most", "at_least")
	g := Gate{
		Name: o.Word("name"), Band: o.Word("band"), AtMost: o.Word("at_most"), AtLeast: o.Word("at_least"),
		Reason: o.Word("reason"), At: o.At,
	}
	if o.Has("when") {
		g.When = r.condition(o.Node("when"))
	}
	return g
}

func (r *reader) characteristic(n *yaml.Node) Characteristic {
	o := r.Object(n, "characteristic")
	o.Need("name", "title")
	c := Characteristic{
		Name: o.Word("name"), Title: label(r.Reader, o, "title"), Selection: r.selection(o),
		Direction: Direction(o.Text("direction")), Baseline: bound(o, "baseline"), Actionable: o.Yes("actionable"),
		Group: o.Word("group"), Reason: o.Word("reason"), At: o.At,
	}
	if o.Has("direction") && !slices.Contains([]Direction{Rising, Falling, NoDirection}, c.Direction) {
		r.Fault(o.Place("direction"), "direction", "write rising, falling or none", "%q is no direction", strict.Clip(string(c.Direction)))
	}
	if n := len(c.Datasets) + len(c.Families); n == 0 {
		r.Fault(o.At, "missing-key", "name datasets: or families:", "a characteristic needs records to look at")
	}
	scored := 0
	for _, k := range []string{"attributes", "points_per", "points_by"} {
		if o.Has(k) {
			scored++
		}
	}
	if scored > 1 {
		o.One("attributes", "points_per", "points_by")
	}
	switch {
	case o.Has("points_by"):
		c.PerRecord = r.perRecord(o.Node("points_by"))
		c.Aggregate = Aggregate{Kind: PointsByRecord, Field: c.PerRecord.Field, At: o.Place("points_by")}
		if o.Has("aggregate") {
			r.Fault(o.Place("aggregate"), "choice", "remove it", "with points_by the aggregate is the sum of the points, and no other can be given")
		}
	case !o.Has("aggregate"):
		o.Need("aggregate")
	default:
		c.Aggregate = r.aggregate(o.Node("aggregate"), true)
	}
	if o.Has("points_per") {
		c.PerUnit = r.perUnit(o.Node("points_per"))
	}
	for _, a := range r.list(o, "attributes", maxAttributes) {
		c.Attributes = append(c.Attributes, r.attribute(a))
	}
	if o.Has("missing") {
		m := r.Object(o.Node("missing"), "missing")
		m.Need("points")
		c.Missing = &Attribute{Points: m.Number("points", -maxPoints, maxPoints, 0), Reason: m.Word("reason"), At: m.At}
		c.MissingWithoutRecords = m.Yes("no_records")
	}
	return c
}

func (r *reader) selection(o *strict.Object) Selection {
	s := Selection{Datasets: o.Words("datasets"), Families: o.Words("families"), Where: o.Passage("where"), By: o.Name("by")}
	if o.Has("window") {
		s.Window = r.window(o.Node("window"))
	}
	return s
}

func (r *reader) window(n *yaml.Node) *Window {
	o := r.Object(n, "window")
	w := &Window{InForce: o.Yes("in_force"), Latest: o.Number("latest", 1, maxLatest, 0), At: o.At}
	spans := 0
	for _, k := range []string{"last", "between", "in_force"} {
		if o.Has(k) {
			spans++
		}
	}
	if spans > 1 || spans == 0 && !o.Has("latest") {
		r.Fault(o.At, "choice", "keep one of them", "a window needs last, between or in_force, of which it may have one, or latest, which may be added to it")
	}
	if o.Has("in_force") && !w.InForce {
		r.Fault(o.Place("in_force"), "window", "leave it out", "in_force can only be true")
	}
	if o.Has("last") {
		w.Outer = r.Period(o.Node("last"), "window.last")
		if w.Outer.IsZero() {
			r.Fault(o.Place("last"), "window", "give a length", "a window of no length holds no record")
		}
	}
	if ends := o.Items("between"); ends != nil {
		if len(ends) != 2 {
			r.Fault(o.Place("between"), "window", "write it as [P24M, P12M]", "between needs two periods")
			return w
		}
		w.Outer, w.Inner = r.Period(ends[0], "window.between"), r.Period(ends[1], "window.between")
		reference := calendar.Day(0)
		if reference.Add(w.Outer) <= reference.Add(w.Inner) {
			r.Fault(o.Place("between"), "window", "write the longer period first", "between %s and %s lies nothing", w.Outer, w.Inner)
		}
	}
	return w
}

var plainAggregates = []string{string(Count), string(Exists), string(MonthsSinceFirst), string(MonthsSinceLast)}

func (r *reader) aggregate(n *yaml.Node, whole bool) Aggregate {
	if n.Kind == yaml.ScalarNode {
		a := Aggregate{Kind: AggregateKind(n.Value), At: strict.At(n)}
		if !slices.Contains(plainAggregates, n.Value) {
			r.Fault(a.At, "aggregate", strict.Meant(n.Value, plainAggregates), "%q is no aggregate that stands alone", strict.Clip(n.Value))
		}
		return a
	}
	o := r.Object(n, "aggregate")
	o.One("sum", "min", "max", "latest", "distinct", "share", "ratio")
	a := Aggregate{At: o.At}
	for _, k := range []AggregateKind{Sum, Min, Max, Latest, Distinct} {
		if o.Has(string(k)) {
			a.Kind, a.Field = k, o.Name(string(k))
		}
	}
	if o.Has("share") {
		a.Kind, a.Share = Share, o.Passage("share")
	}
	if o.Has("ratio") {
		a.Kind = Ratio
		ratio := r.Object(o.Node("ratio"), "ratio")
		ratio.Need("numerator", "denominator")
		a.Numerator, a.Denominator = r.part(ratio.Node("numerator")), r.part(ratio.Node("denominator"))
	}
	scaled := a.Kind == Share || a.Kind == Ratio
	switch {
	case scaled:
		o.Need("of")
		a.Of = o.Number("of", 1, maxScale, 1)
	case o.Has("of"):
		r.Fault(o.Place("of"), "aggregate", "remove it", "only share and ratio have a scale")
	}
	if scaled && !whole {
		r.Fault(o.At, "aggregate", "use count, sum, min, max, latest or distinct", "a part of a ratio cannot itself be a %s", a.Kind)
	}
	return a
}

func (r *reader) part(n *yaml.Node) *Part {
	o := r.Object(n, "part")
	o.Need("aggregate")
	p := &Part{Selection: r.selection(o), At: o.At}
	if o.Has("aggregate") {
		p.Aggregate = r.aggregate(o.Node("aggregate"), false)
		if k := p.Aggregate.Kind; k == MonthsSinceFirst || k == MonthsSinceLast {
			r.Fault(p.Aggregate.At, "aggregate", "use count, sum, min, max, latest or distinct", "a part of a ratio cannot be a time")
		}
	}
	return p
}

func (r *reader) attribute(n *yaml.Node) Attribute {
	o := r.Object(n, "attribute")
	o.Need("points")
	a := Attribute{
		From: o.Int("from", whole.Lowest, whole.Highest), Below: o.Int("below", whole.Lowest, whole.Highest), Codes: o.Words("codes"),
		Other: o.Yes("other"), Points: o.Number("points", -maxPoints, maxPoints, 0), Reason: o.Word("reason"), At: o.At,
	}
	kinds := 0
	for _, there := range []bool{a.From != nil || a.Below != nil, o.Has("codes"), a.Other} {
		if there {
			kinds++
		}
	}
	if kinds > 1 {
		r.Fault(o.At, "choice", "keep one of them", "an attribute is a range (from, below), a list of codes or other: true")
	}
	return a
}

func (r *reader) perUnit(n *yaml.Node) *PerUnit {
	o := r.Object(n, "points_per")
	o.Need("each")
	return &PerUnit{
		Each: o.Number("each", -maxPoints, maxPoints, 0), Every: o.Number("every", 1, whole.Highest, 1),
		Over:  o.Number("over", -maxBase*maxScale, maxBase*maxScale, 0),
		Floor: bound(o, "floor"), Cap: bound(o, "cap"), Reason: o.Word("reason"), At: o.At,
	}
}

func (r *reader) perRecord(n *yaml.Node) *PerRecord {
	o := r.Object(n, "points_by")
	o.Need("field", "table")
	p := &PerRecord{
		Field: o.Name("field"), Other: bound(o, "other"), Times: o.Name("times"), Floor: bound(o, "floor"), Cap: bound(o, "cap"),
		Reason: o.Word("reason"), At: o.At,
	}
	r.Pairs(o.Node("table"), "points_by.table", func(code Name, value *yaml.Node) {
		if v, ok := r.Int(value, "points_by.table", -maxPoints, maxPoints); ok {
			p.Table = append(p.Table, CodePoints{code, v})
		}
	})
	return p
}
