package scorecard

import (
	"math"
	"slices"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

// The bounds of what a model file may state. They keep every sum of points far from overflow and every check short.
const (
	maxPoints          = 1_000_000
	maxBase            = 1_000_000_000
	maxCharacteristics = 500
	maxAttributes      = 200
	maxGates           = 64
	maxBands           = 64
	maxLatest          = 10_000
	maxScale           = 1_000_000
	lowest             = math.MinInt64 + 1
	highest            = math.MaxInt64
)

// shapes are the keys that each mapping of a model file may have. model.schema.json says the same to editors, and a
// test holds the two together.
var shapes = map[string][]string{
	"model": {
		"model", "version", "title", "kinds", "contexts", "source", "left_out", "consent", "incentive_only", "base", "clip",
		"not_rated", "characteristics", "groups", "gates", "bands", "reasons",
	},
	"label":    {"en", "zh"},
	"source":   {"title", "url", "date", "note"},
	"left_out": {"rule", "why"},
	"consent":  {"purpose"},
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

	// Those of a case file.
	"cases":  {"model", "cases"},
	"case":   {"case", "as_of", "seen", "records", "expect"},
	"expect": {"status", "score", "band", "gate", "why_not", "trace", "adjustments", "reasons", "changes_on", "lapses_on"},
	"trace":  {"characteristic", "value", "attribute", "points", "records"},
}

// Parse reads a model file. The name stands in messages. An error is of type [Faults] and lists everything that is
// wrong with the file by itself; what is wrong with it against a schema, and everything that concerns points, bands
// and gates, is found by [Compile].
func Parse(name string, source []byte) (*Model, error) {
	r := &reader{file: name}
	root := r.document(source)
	if root == nil {
		if len(r.faults) == 0 {
			r.fault(Pos{1, 1}, "empty", "write a model", "the file is empty")
		}
		return nil, r.faults.err()
	}
	m := r.model(root)
	if err := r.faults.err(); err != nil {
		return nil, err
	}
	m.Digest = digest(root)
	return m, nil
}

func (r *reader) model(n *yaml.Node) *Model {
	o := r.object(n, "model")
	o.need("model", "version", "title", "kinds", "contexts", "source", "base", "characteristics", "bands")
	m := &Model{
		File: r.file, At: o.at,
		Code: o.word("model").Text, Version: o.number("version", 1, math.MaxInt32, 0), Title: o.label("title"),
		Kinds: o.words("kinds"), Contexts: o.words("contexts"),
		IncentiveOnly: o.yes("incentive_only"),
		Base:          o.number("base", -maxBase, maxBase, 0),
	}
	m.Source = r.source(o)
	for _, c := range o.items("left_out") {
		l := r.object(c, "left_out")
		l.need("rule", "why")
		m.LeftOut = append(m.LeftOut, LeftOut{l.text("rule"), l.text("why")})
	}
	if o.has("consent") {
		c := r.object(o.vals["consent"], "consent")
		c.need("purpose")
		m.Consent = &Consent{c.text("purpose")}
	}
	if o.has("clip") {
		c := r.object(o.vals["clip"], "clip")
		m.Clip = &Limits{Min: c.int("min", -maxBase, maxBase), Max: c.int("max", -maxBase, maxBase), At: c.at}
	}
	for _, c := range o.items("not_rated") {
		m.NotRated = append(m.NotRated, r.minimum(c))
	}
	for _, c := range o.list("characteristics", maxCharacteristics) {
		m.Characteristics = append(m.Characteristics, r.characteristic(c))
	}
	for _, c := range o.list("groups", maxCharacteristics) {
		g := r.object(c, "group")
		g.need("name")
		m.Groups = append(m.Groups, Group{Name: g.word("name"), Floor: g.bound("floor"), Cap: g.bound("cap"), At: g.at})
	}
	for _, c := range o.list("gates", maxGates) {
		m.Gates = append(m.Gates, r.gate(c))
	}
	for _, c := range o.list("bands", maxBands) {
		b := r.object(c, "band")
		b.need("name")
		m.Bands = append(m.Bands, Band{
			Name: b.word("name"), From: b.int("from", -maxBase, maxBase), Title: b.label("title"),
			Unordered: b.yes("unordered"), At: b.at,
		})
	}
	r.pairs(o.vals["reasons"], "reasons", func(code Name, value *yaml.Node) {
		r.word(code)
		t := r.object(value, "reason")
		t.need("en")
		m.Reasons = append(m.Reasons, Reason{
			Code: code, Title: Label{EN: t.text("en"), ZH: t.text("zh")}, Cure: t.label("cure"),
		})
	})
	return m
}

// list is items with an upper bound on their number.
func (o *object) list(key string, most int) []*yaml.Node {
	items := o.items(key)
	if len(items) > most {
		o.r.fault(at(items[most]), "size", "split the model", "%s has %d entries, more than the %d allowed", key, len(items), most)
		return items[:most]
	}
	return items
}

// bound is a floor or cap on points.
func (o *object) bound(key string) *int64 { return o.int(key, -maxPoints, maxPoints) }

func (r *reader) source(o *object) Source {
	if !o.has("source") {
		return Source{Date: calendar.None}
	}
	s := r.object(o.vals["source"], "source")
	s.need("title", "date")
	return Source{Title: s.text("title"), URL: s.text("url"), Note: s.text("note"), Date: s.date("date")}
}

func (r *reader) minimum(n *yaml.Node) Minimum {
	o := r.object(n, "not_rated")
	o.need("reason")
	m := Minimum{RecordsBelow: o.int("records_below", 1, maxBase), Reason: o.word("reason"), At: o.at}
	o.one("records_below", "characteristic", "all", "any")
	if m.RecordsBelow == nil {
		m.When = r.conditionOf(o)
	}
	return m
}

func (r *reader) condition(n *yaml.Node) Condition {
	o := r.object(n, "condition")
	switch {
	case o.has("characteristic"):
		o.one("characteristic", "score_from", "all", "any")
	case o.has("score_from"), o.has("score_below"):
		if o.has("all") || o.has("any") {
			o.one("score_from", "all", "any")
		}
	default:
		o.one("characteristic", "score_from", "score_below", "all", "any")
	}
	return r.conditionOf(o)
}

func (r *reader) conditionOf(o *object) Condition {
	c := Condition{
		Characteristic: o.word("characteristic"), From: o.int("from", lowest, highest), Below: o.int("below", lowest, highest),
		Codes: o.words("codes"), Missing: o.bool("missing"),
		ScoreFrom: o.int("score_from", -maxBase, maxBase), ScoreBelow: o.int("score_below", -maxBase, maxBase), At: o.at,
	}
	tests := 0
	for _, there := range []bool{c.From != nil || c.Below != nil, c.Codes != nil, c.Missing != nil} {
		if there {
			tests++
		}
	}
	switch {
	case o.has("characteristic") && tests != 1:
		r.fault(o.at, "choice", "keep one", "a condition on a characteristic needs a range (from, below), codes or missing, and only one of them")
	case !o.has("characteristic") && tests != 0:
		r.fault(o.at, "choice", "name the characteristic", "from, below, codes and missing need a characteristic")
	}
	for _, k := range o.items("all") {
		c.All = append(c.All, r.condition(k))
	}
	for _, k := range o.items("any") {
		c.Any = append(c.Any, r.condition(k))
	}
	return c
}

func (r *reader) gate(n *yaml.Node) Gate {
	o := r.object(n, "gate")
	o.need("name", "when", "reason")
	o.one("band", "at_most", "at_least")
	g := Gate{
		Name: o.word("name"), Band: o.word("band"), AtMost: o.word("at_most"), AtLeast: o.word("at_least"),
		Reason: o.word("reason"), At: o.at,
	}
	if o.has("when") {
		g.When = r.condition(o.vals["when"])
	}
	return g
}

func (r *reader) characteristic(n *yaml.Node) Characteristic {
	o := r.object(n, "characteristic")
	o.need("name", "title")
	c := Characteristic{
		Name: o.word("name"), Title: o.label("title"), Selection: r.selection(o),
		Direction: Direction(o.text("direction")), Baseline: o.bound("baseline"), Actionable: o.yes("actionable"),
		Group: o.word("group"), Reason: o.word("reason"), At: o.at,
	}
	if o.has("direction") && !slices.Contains([]Direction{Rising, Falling, NoDirection}, c.Direction) {
		r.fault(o.place("direction"), "direction", "write rising, falling or none", "%q is no direction", clip(string(c.Direction)))
	}
	if n := len(c.Datasets) + len(c.Families); n == 0 {
		r.fault(o.at, "missing-key", "name datasets: or families:", "a characteristic needs records to look at")
	}
	scored := 0
	for _, k := range []string{"attributes", "points_per", "points_by"} {
		if o.has(k) {
			scored++
		}
	}
	if scored > 1 {
		o.one("attributes", "points_per", "points_by")
	}
	switch {
	case o.has("points_by"):
		c.PerRecord = r.perRecord(o.vals["points_by"])
		c.Aggregate = Aggregate{Kind: pointsByRecord, Field: c.PerRecord.Field, At: o.place("points_by")}
		if o.has("aggregate") {
			r.fault(o.place("aggregate"), "choice", "remove it", "with points_by the aggregate is the sum of the points, and no other can be given")
		}
	case !o.has("aggregate"):
		o.need("aggregate")
	default:
		c.Aggregate = r.aggregate(o.vals["aggregate"], true)
	}
	if o.has("points_per") {
		c.PerUnit = r.perUnit(o.vals["points_per"])
	}
	for _, a := range o.list("attributes", maxAttributes) {
		c.Attributes = append(c.Attributes, r.attribute(a))
	}
	if o.has("missing") {
		m := r.object(o.vals["missing"], "missing")
		m.need("points")
		c.Missing = &Attribute{Points: m.number("points", -maxPoints, maxPoints, 0), Reason: m.word("reason"), At: m.at}
		c.MissingWithoutRecords = m.yes("no_records")
	}
	return c
}

func (r *reader) selection(o *object) Selection {
	s := Selection{Datasets: o.words("datasets"), Families: o.words("families"), Where: o.filter("where"), By: o.name("by")}
	if o.has("window") {
		s.Window = r.window(o.vals["window"])
	}
	return s
}

func (r *reader) window(n *yaml.Node) *Window {
	o := r.object(n, "window")
	w := &Window{InForce: o.yes("in_force"), Latest: o.number("latest", 1, maxLatest, 0), At: o.at}
	spans := 0
	for _, k := range []string{"last", "between", "in_force"} {
		if o.has(k) {
			spans++
		}
	}
	if spans > 1 || spans == 0 && !o.has("latest") {
		r.fault(o.at, "choice", "keep one of them", "a window needs last, between or in_force, of which it may have one, or latest, which may be added to it")
	}
	if o.has("in_force") && !w.InForce {
		r.fault(o.place("in_force"), "window", "leave it out", "in_force can only be true")
	}
	if o.has("last") {
		w.Outer = r.period(o.vals["last"], "window.last")
		if w.Outer.IsZero() {
			r.fault(o.place("last"), "window", "give a length", "a window of no length holds no record")
		}
	}
	if ends := o.items("between"); ends != nil {
		if len(ends) != 2 {
			r.fault(o.place("between"), "window", "write it as [P24M, P12M]", "between needs two periods")
			return w
		}
		w.Outer, w.Inner = r.period(ends[0], "window.between"), r.period(ends[1], "window.between")
		reference := calendar.Day(0)
		if reference.Add(w.Outer) <= reference.Add(w.Inner) {
			r.fault(o.place("between"), "window", "write the longer period first", "between %s and %s lies nothing", w.Outer, w.Inner)
		}
	}
	return w
}

var plainAggregates = []string{string(Count), string(Exists), string(MonthsSinceFirst), string(MonthsSinceLast)}

func (r *reader) aggregate(n *yaml.Node, whole bool) Aggregate {
	if n.Kind == yaml.ScalarNode {
		a := Aggregate{Kind: AggregateKind(n.Value), At: at(n)}
		if !slices.Contains(plainAggregates, n.Value) {
			r.fault(a.At, "aggregate", meant(n.Value, plainAggregates), "%q is no aggregate that stands alone", clip(n.Value))
		}
		return a
	}
	o := r.object(n, "aggregate")
	o.one("sum", "min", "max", "latest", "distinct", "share", "ratio")
	a := Aggregate{At: o.at}
	for _, k := range []AggregateKind{Sum, Min, Max, Latest, Distinct} {
		if o.has(string(k)) {
			a.Kind, a.Field = k, o.name(string(k))
		}
	}
	if o.has("share") {
		a.Kind, a.Share = Share, o.filter("share")
	}
	if o.has("ratio") {
		a.Kind = Ratio
		ratio := r.object(o.vals["ratio"], "ratio")
		ratio.need("numerator", "denominator")
		a.Numerator, a.Denominator = r.part(ratio.vals["numerator"]), r.part(ratio.vals["denominator"])
	}
	scaled := a.Kind == Share || a.Kind == Ratio
	switch {
	case scaled:
		o.need("of")
		a.Of = o.number("of", 1, maxScale, 1)
	case o.has("of"):
		r.fault(o.place("of"), "aggregate", "remove it", "only share and ratio have a scale")
	}
	if scaled && !whole {
		r.fault(o.at, "aggregate", "use count, sum, min, max, latest or distinct", "a part of a ratio cannot itself be a %s", a.Kind)
	}
	return a
}

func (r *reader) part(n *yaml.Node) *Part {
	o := r.object(n, "part")
	o.need("aggregate")
	p := &Part{Selection: r.selection(o), At: o.at}
	if o.has("aggregate") {
		p.Aggregate = r.aggregate(o.vals["aggregate"], false)
		if k := p.Aggregate.Kind; k == MonthsSinceFirst || k == MonthsSinceLast {
			r.fault(p.Aggregate.At, "aggregate", "use count, sum, min, max, latest or distinct", "a part of a ratio cannot be a time")
		}
	}
	return p
}

func (r *reader) attribute(n *yaml.Node) Attribute {
	o := r.object(n, "attribute")
	o.need("points")
	a := Attribute{
		From: o.int("from", lowest, highest), Below: o.int("below", lowest, highest), Codes: o.words("codes"),
		Other: o.yes("other"), Points: o.number("points", -maxPoints, maxPoints, 0), Reason: o.word("reason"), At: o.at,
	}
	kinds := 0
	for _, there := range []bool{a.From != nil || a.Below != nil, o.has("codes"), a.Other} {
		if there {
			kinds++
		}
	}
	if kinds > 1 {
		r.fault(o.at, "choice", "keep one of them", "an attribute is a range (from, below), a list of codes or other: true")
	}
	return a
}

func (r *reader) perUnit(n *yaml.Node) *PerUnit {
	o := r.object(n, "points_per")
	o.need("each")
	return &PerUnit{
		Each: o.number("each", -maxPoints, maxPoints, 0), Every: o.number("every", 1, highest, 1),
		Over:  o.number("over", -maxBase*maxScale, maxBase*maxScale, 0),
		Floor: o.bound("floor"), Cap: o.bound("cap"), Reason: o.word("reason"), At: o.at,
	}
}

func (r *reader) perRecord(n *yaml.Node) *PerRecord {
	o := r.object(n, "points_by")
	o.need("field", "table")
	p := &PerRecord{
		Field: o.name("field"), Other: o.bound("other"), Times: o.name("times"), Floor: o.bound("floor"), Cap: o.bound("cap"),
		Reason: o.word("reason"), At: o.at,
	}
	r.pairs(o.vals["table"], "points_by.table", func(code Name, value *yaml.Node) {
		if v, ok := r.int(value, "points_by.table", -maxPoints, maxPoints); ok {
			p.Table = append(p.Table, CodePoints{code, v})
		}
	})
	return p
}
