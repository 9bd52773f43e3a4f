package scorecard

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"probity/scorecard/facts"
	"probity/scorecard/internal/filter"
	"probity/scorecard/internal/strict"
	"probity/scorecard/language"
)

// compiler makes a plan of a model and gathers what is wrong with it on the way. It goes on after a fault, so that an
// author sees all of them at once.
type compiler struct {
	model  *Model
	schema Schema
	plan   *Plan
	faults Faults
	// contexts and families of the schema; places of characteristics, reasons and bands by name.
	contexts, families      []string
	byName, reasons, byBand map[string]int
	usedReasons             map[string]bool
	// conditioned are the characteristics that a gate or minimum asks about.
	conditioned map[int]bool
	cellOf      map[string]int
}

// Compile checks a model against the datasets there are and makes the plan that carries it out. An error is of type
// [Faults] and lists everything that is wrong.
func Compile(model *Model, schema Schema) (*Plan, error) {
	c := &compiler{
		model: model, schema: schema, plan: &Plan{model: model, schema: schema, windows: []window{{}}},
		byName: map[string]int{}, reasons: map[string]int{}, byBand: map[string]int{},
		usedReasons: map[string]bool{}, conditioned: map[int]bool{}, cellOf: map[string]int{},
	}
	if model.Table != nil {
		c.fault(model.Table.At, "table", "write a model over datasets of the catalogue", "a model over a plain table rates rows of a file and nobody in the register")
		return nil, c.faults
	}
	c.names()
	c.header()
	c.bands()
	c.groups()
	for i := range model.Characteristics {
		c.characteristic(i)
	}
	c.minima()
	c.gates()
	c.reasonsUsed()
	if len(c.faults) == 0 {
		c.reach()
		c.assemble()
		c.cuts()
	}
	if err := c.faults.Err(); err != nil {
		return nil, err
	}
	return c.plan, nil
}

func (c *compiler) fault(at Pos, rule, cure, format string, args ...any) {
	c.faults = append(c.faults, Fault{File: c.model.File, Pos: at, Rule: rule, Text: fmt.Sprintf(format, args...), Cure: cure})
}

// names gathers what other parts refer to, each name once.
func (c *compiler) names() {
	m := c.model
	for i, ch := range m.Characteristics {
		c.once(c.byName, ch.Name, i, "characteristic")
	}
	for i, r := range m.Reasons {
		c.reasons[r.Code.Text] = i
		if r.Code.Text == ReasonOverflow {
			c.fault(r.Code.At, "reserved", "choose another code", "the code %s is the platform's own", ReasonOverflow)
		}
	}
	for i, b := range m.Bands {
		c.once(c.byBand, b.Name, i, "band")
	}
	gates := map[string]int{}
	for i, g := range m.Gates {
		c.once(gates, g.Name, i, "gate")
	}
	for _, d := range c.schema.Datasets {
		c.contexts = append(c.contexts, d.Context)
		if d.Family != "" {
			c.families = append(c.families, d.Family)
		}
	}
	slices.Sort(c.contexts)
	slices.Sort(c.families)
	c.contexts, c.families = slices.Compact(c.contexts), slices.Compact(c.families)
}

func (c *compiler) once(places map[string]int, n Name, i int, what string) {
	if _, twice := places[n.Text]; twice {
		c.fault(n.At, "twice", "rename one of the two", "there are two %ss named %s", what, n.Text)
	}
	places[n.Text] = i
}

// The kinds of subject a model may be written for.
const (
	Enterprise   = "enterprise"
	PublicBody   = "public_body"
	OfficeHolder = "office_holder"
	Person       = "person"
)

var kinds = []string{Enterprise, PublicBody, OfficeHolder, Person}

// header checks who is rated, in which context, with whose leave.
func (c *compiler) header() {
	m := c.model
	alone := ""
	for _, k := range m.Kinds {
		if !slices.Contains(kinds, k.Text) {
			c.fault(k.At, "kind", strict.Meant(k.Text, kinds), "%q is no kind of subject", strict.Clip(k.Text))
		}
		if k.Text == Person || k.Text == OfficeHolder {
			alone = k.Text
		}
	}
	for _, x := range m.Contexts {
		if !slices.Contains(c.contexts, x.Text) {
			c.fault(x.At, "context", strict.Meant(x.Text, c.contexts), "no dataset has the context %q", strict.Clip(x.Text))
		}
	}
	if alone != "" && len(m.Kinds) > 1 {
		c.fault(m.Kinds[1].At, "kind", "write a model of its own for each", "a model of kind %s rates no other kind", alone)
	}
	if alone != "" && len(m.Contexts) > 1 {
		c.fault(m.Contexts[1].At, "single-context", "keep one context", "a rating of a natural person has exactly one context (C3)")
	}
	switch {
	case alone == Person && m.Consent == nil:
		c.fault(m.At, "consent", "add consent: {purpose: ...}", "a person is rated only by consent, for a stated purpose (C1)")
	case alone != Person && m.Consent != nil:
		c.fault(m.At, "consent", "remove consent", "consent is for models of persons and no others")
	}
	if m.Clip != nil {
		c.plan.clip = limits{m.Clip.Min, m.Clip.Max}
		c.checkLimits(c.plan.clip, m.Clip.At, "clip")
	}
}

func (c *compiler) checkLimits(l limits, at Pos, what string) {
	if l.floor == nil && l.cap == nil {
		c.fault(at, "limits", "give at least one of them", "%s has neither a lower nor an upper bound", what)
	}
	if l.floor != nil && l.cap != nil && *l.floor >= *l.cap {
		c.fault(at, "limits", "put the smaller first", "%s: the lower bound %d is not below the upper bound %d", what, *l.floor, *l.cap)
	}
}

// selected is a resolved selection: the datasets, the fields that all of them have, and why others cannot be used.
type selected struct {
	datasets []int
	fields   map[string]*Field
	partial  map[string]string
	filter   *filter.Expr
	reads    map[string]bool
	by       string
	window   int
	limit    int
}

// resolve finds the datasets of a selection and compiles its filter and window; nil after a fault.
func (c *compiler) resolve(s *language.Selection) *selected {
	before := len(c.faults)
	sel := &selected{reads: map[string]bool{}}
	for _, n := range s.Datasets {
		c.datasets(sel, n, strings.Contains(n.Text, "*"), func(d *Dataset) bool { return glob(n.Text, d.Code) })
	}
	for _, n := range s.Families {
		if !slices.Contains(c.families, n.Text) {
			c.fault(n.At, "unknown-family", strict.Meant(n.Text, c.families), "there is no record family %q", strict.Clip(n.Text))
			continue
		}
		c.datasets(sel, n, true, func(d *Dataset) bool { return d.Family == n.Text })
	}
	if len(c.faults) > before {
		return nil
	}
	slices.Sort(sel.datasets)
	sel.datasets = slices.Compact(sel.datasets)
	c.commonFields(sel)
	if s.By.Text != "" && s.By.Text != Occurred {
		f := c.field(sel, s.By)
		if f != nil && f.Type != Date {
			c.fault(s.By.At, "by", "name a date field", "by: %s is of type %s", s.By.Text, f.Type)
		}
		sel.by = s.By.Text
	}
	if s.Where != nil {
		sel.filter, sel.reads = c.filter(sel, s.Where)
	}
	w := window{by: sel.by}
	if s.Window != nil {
		w.outer, w.inner, w.inForce = s.Window.Outer, s.Window.Inner, s.Window.InForce
		sel.limit = int(s.Window.Latest)
	}
	if sel.window = slices.Index(c.plan.windows, w); sel.window < 0 {
		sel.window = len(c.plan.windows)
		c.plan.windows = append(c.plan.windows, w)
	}
	if len(c.faults) > before {
		return nil
	}
	return sel
}

// datasets adds the datasets that match. A pattern or family takes those of the model's contexts and kinds; a dataset
// named in full must be one of them.
func (c *compiler) datasets(sel *selected, n Name, pattern bool, match func(*Dataset) bool) {
	found := false
	for i := range c.schema.Datasets {
		d := &c.schema.Datasets[i]
		if !match(d) {
			continue
		}
		context := slices.ContainsFunc(c.model.Contexts, func(x Name) bool { return x.Text == d.Context })
		kind := slices.ContainsFunc(c.model.Kinds, func(k Name) bool { return slices.Contains(d.Kinds, k.Text) })
		switch {
		case context && kind:
			sel.datasets = append(sel.datasets, i)
		case pattern:
			continue
		case !context:
			c.fault(n.At, "other-context", "take a dataset of the model's contexts", "dataset %s belongs to the context %s (C3)", d.Code, d.Context)
		default:
			c.fault(n.At, "other-kind", "take a dataset about subjects of the model's kinds", "dataset %s is about %s", d.Code, strings.Join(d.Kinds, ", "))
		}
		found = true
	}
	switch {
	case found:
	case pattern:
		c.fault(n.At, "no-dataset", "widen the pattern or the contexts", "no dataset of the model's contexts and kinds matches %q", strict.Clip(n.Text))
	default:
		codes := make([]string, len(c.schema.Datasets))
		for i := range codes {
			codes[i] = c.schema.Datasets[i].Code
		}
		c.fault(n.At, "unknown-dataset", strict.Meant(n.Text, codes), "there is no dataset %q", strict.Clip(n.Text))
	}
}

// glob matches a pattern in which * stands for any text.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

// commonFields finds the fields that every dataset of the selection has in the same form.
func (c *compiler) commonFields(sel *selected) {
	sel.fields, sel.partial = map[string]*Field{}, map[string]string{}
	for _, name := range []string{Occurred, ValidFrom, ValidTo} {
		sel.fields[name] = facts.Builtin(name)
	}
	for k, i := range sel.datasets {
		d := &c.schema.Datasets[i]
		for j := range d.Fields {
			f := &d.Fields[j]
			if facts.Builtin(f.Name) != nil {
				continue
			}
			switch have := sel.fields[f.Name]; {
			case k == 0:
				sel.fields[f.Name] = f
			case have == nil:
				sel.partial[f.Name] = fmt.Sprintf("dataset %s has no field %s", c.schema.Datasets[sel.datasets[0]].Code, f.Name)
			case !have.Same(f):
				sel.partial[f.Name] = fmt.Sprintf("field %s is not of the same type and code list in %s and %s", f.Name, c.schema.Datasets[sel.datasets[0]].Code, d.Code)
			}
		}
		for name := range sel.fields {
			if d.Field(name) == nil {
				sel.partial[name] = fmt.Sprintf("dataset %s has no field %s", d.Code, name)
			}
		}
	}
	for name := range sel.partial {
		delete(sel.fields, name)
	}
}

// field finds a usable field of the selection by name; nil after a fault.
func (c *compiler) field(sel *selected, n Name) *Field {
	f := sel.fields[n.Text]
	switch why := sel.partial[n.Text]; {
	case why != "":
		c.fault(n.At, "partial-field", "split the characteristic by dataset", "%s", why)
		return nil
	case f == nil:
		c.fault(n.At, "unknown-field", strict.Meant(n.Text, slices.Sorted(maps.Keys(sel.fields))), "the records have no field %q", strict.Clip(n.Text))
		return nil
	case f.Type == Text:
		c.fault(n.At, "text-field", "use a code, number or day", "field %s is free text, which no model may read", n.Text)
		return nil
	case f.Sensitive:
		c.fault(n.At, "sensitive-field", "leave it out", "field %s is sensitive, and no model may read it", n.Text)
		return nil
	}
	return f
}

func (c *compiler) filter(sel *selected, f *language.Filter) (*filter.Expr, map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(sel.partial)) {
		if mentions(f.Text, name) {
			c.fault(f.At, "partial-field", "split the characteristic by dataset", "%s", sel.partial[name])
			return nil, nil
		}
	}
	return filter.Compile(f, sel.fields, c.fault)
}

// mentions tells whether the word stands in the text.
func mentions(text, word string) bool {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && r < 128 && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		if w == word {
			return true
		}
	}
	return false
}

// cell finds or makes the aggregate.
func (c *compiler) cell(sel *selected, k cell) int {
	k.filter, k.limit, k.window, k.by = sel.filter, sel.limit, sel.window, sel.by
	k.tables = sel.datasets
	k.reads = maps.Clone(sel.reads)
	key := fmt.Sprintf("%d|%d|%d|%s|%s|%s|%v|%v|%s", k.kind, k.limit, k.window, k.by, k.field, k.times, k.points, k.tables, k.filter)
	if i, ok := c.cellOf[key]; ok {
		c.plan.cells[i].uncounted = c.plan.cells[i].uncounted && k.uncounted
		return i
	}
	c.plan.cells = append(c.plan.cells, k)
	c.cellOf[key] = len(c.plan.cells) - 1
	return len(c.plan.cells) - 1
}

// assemble lays out the columns and makes a program for every dataset that is read.
func (c *compiler) assemble() {
	l := facts.NewLayout()
	tableOf := map[int]int{}
	for i := range c.plan.cells {
		k := &c.plan.cells[i]
		for j, d := range k.tables {
			t, ok := tableOf[d]
			if !ok {
				t = l.Add(c.schema.Datasets[d].Code)
				tableOf[d] = t
			}
			k.reads[k.by], k.reads[k.field], k.reads[k.times] = true, true, true
			for _, name := range slices.Sorted(maps.Keys(k.reads)) {
				if _, builtin := l.Column(t, name); builtin || name == "" {
					continue
				}
				if err := l.Want(t, *c.schema.Datasets[d].Field(name)); err != nil {
					c.fault(c.model.At, "schema", "", "%v", err)
				}
			}
			if j == 0 {
				k.tables = slices.Clone(k.tables)
			}
			k.tables[j] = t
		}
	}
	c.plan.layout = l
	programs, err := c.plan.bind(l)
	if err != nil {
		c.fault(c.model.At, "schema", "", "%v", err)
	}
	c.plan.programs = programs
	c.plan.prepare()
}
