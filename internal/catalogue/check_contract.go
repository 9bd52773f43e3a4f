package catalogue

import (
	"regexp"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/subject"
)

// contract checks one data contract within its catalogue.
type contract struct {
	*checker
	*Contract
}

var datasetForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$`)

func (c contract) bad(rule, cure, format string, args ...any) {
	c.fault(c.At, "dataset."+rule, cure, c.Code+": "+format, args...)
}

func (c contract) check() {
	c.identity()
	c.references()
	for i := range c.Fields {
		c.field(&c.Fields[i])
	}
	c.headings()
	c.roles()
	c.bindings()
	c.byName()
	c.adverse()
	c.checks()
	c.persons()
	for _, l := range c.Derived {
		if c.Field(l.Field) == nil {
			c.bad("derived", "name a field of this dataset", "the derived field %q does not exist", clip(l.Field))
		}
		if of := c.Dataset(l.Source); of == nil || of.Field(l.Of) == nil {
			c.bad("derived", "name a dataset and a field of the catalogue", "%s is derived from %s.%s, which does not exist", l.Field, clip(l.Source), clip(l.Of))
		}
	}
}

func (c contract) identity() {
	if !datasetForm.MatchString(c.Code) {
		c.bad("code", "write AGENCY.FAMILY or AGENCY.FAMILY-QUALIFIER in lower case", "this is not the code of a dataset")
	} else if supplier, _, _ := strings.Cut(c.Code, "."); supplier != c.Supplier {
		c.bad("code", "begin the code with the supplier's", "the code does not begin with the supplier %q", c.Supplier)
	}
	if c.Version < 1 {
		c.bad("version", "count from 1", "the version is %d", c.Version)
	}
	c.text(c.At, "dataset", c.Code, c.Title)
	c.basis(c.At, "dataset", c.Code, c.Basis)
	c.kinds(c.At, "dataset", c.Code, c.Kinds)
	if c.Frequency.IsZero() {
		c.bad("frequency", "write a period, such as P1M", "it is not said how often data come")
	}
	if t := c.Thresholds; t.Warn < 0 || t.Hold < 0 || t.Warn > 1000 || t.Hold > 1000 || (t.Hold > 0 && t.Warn > t.Hold) {
		c.bad("thresholds", "write thousandths, warn no higher than hold", "the thresholds %d and %d make no sense", t.Warn, t.Hold)
	}
}

func (c contract) references() {
	known(c.checker, c.At, "dataset.supplier", "agency", c.Supplier, c.checker.index.agencies)
	known(c.checker, c.At, "dataset.context", "context", c.Context, c.contexts)
	if c.Family != "" {
		known(c.checker, c.At, "dataset.family", "family", c.Family, c.families)
	}
	var have []string
	for i := range c.Editions {
		if c.Editions[i].Category(c.Category) != nil {
			return
		}
		for _, g := range c.Editions[i].Categories {
			if !slices.Contains(have, g.Code) {
				have = append(have, g.Code)
			}
		}
	}
	c.bad("category", nearest(c.Category, have), "there is no category %q in any edition", clip(c.Category))
}

var fieldTypes = []string{"text", "code", "integer", "amount", "date", "boolean", "identifier"}

func (c contract) field(f *Field) {
	bad := func(rule, cure, format string, args ...any) {
		at := f.At
		if at.File == "" {
			at = c.At
		}
		c.fault(at, "field."+rule, cure, c.Code+": "+f.Name+": "+format, args...)
	}
	if !fieldForm.MatchString(f.Name) || len(f.Name) > 63 {
		bad("name", "use lower-case letters, digits and underscores, starting with a letter, at most 63", "models cannot use this name")
	}
	if slices.Contains([]string{"occurred", "valid_from", "valid_to"}, f.Name) {
		bad("name", "every record has it anyway; take a longer name", "the name stands for a day of the record itself")
	}
	if f.Title.EN == "" || f.Title.ZH == "" {
		bad("title", `write "English | 中文"`, "the title must be in both languages")
	}
	if !slices.Contains(fieldTypes, string(f.Type)) {
		bad("type", nearest(string(f.Type), slices.Clone(fieldTypes)), "the type is %q", clip(string(f.Type)))
	}
	switch f.Sensitivity {
	case Public, Internal, Personal, Dropped:
	default:
		bad("sensitivity", "write public, internal, personal or dropped", "the sensitivity is %q", clip(string(f.Sensitivity)))
	}
	c.fieldShape(f, bad)
	c.codes(f, bad)
}

type badField func(rule, cure, format string, args ...any)

func (c contract) fieldShape(f *Field, bad badField) {
	number := f.Type == IntField || f.Type == AmountField
	if (f.Type == IdentifierField) != (f.Scheme != "") || (f.Scheme != "" && !f.Scheme.Valid()) {
		bad("scheme", "name the scheme of an identifier (uscc, orgcode, lei, id or the supplier's own), and of nothing else", "the type is %s and the scheme %q", f.Type, f.Scheme)
	}
	if f.Scheme.Personal() && f.Sensitivity != Personal && f.Sensitivity != Dropped {
		bad("sensitivity", "make it personal in a dataset about persons, dropped in one about organisations", "numbers of human beings are never kept in the clear")
	}
	if f.Bounded && (!number || f.Min > f.Max) {
		bad("bounds", "bound numbers only, the smaller one first", "the bounds make no sense")
	}
	if f.Type == IntField && f.Unit == "" {
		bad("unit", "say what it counts: day, month, person, item, ...", "a whole number needs its unit")
	}
	if f.Factor < 0 || (f.Factor != 0 && f.Type != AmountField) {
		bad("factor", "100 for yuan, 1000000 for ten thousand yuan; only amounts have one", "the factor is %d", f.Factor)
	}
	if f.MaxLength < 0 || f.MaxLength > 1<<20 || (f.MaxLength > 0 && f.Type != TextField) {
		bad("max_length", "bound texts only, by characters", "the greatest length is %d", f.MaxLength)
	}
	if f.Ordered && f.Type != CodeField {
		bad("ordered", "only a list of codes is ordered", "it has no list")
	}
	if len(f.Open) > 0 && f.Type != DateField {
		bad("open", "only a date can be open", "it is no date")
	}
	if f.Default != "" && f.Required {
		bad("default", "leave one of the two out", "a required field has no default")
	}
}

func (c contract) codes(f *Field, bad badField) {
	if (f.Type == CodeField) != (len(f.Codes) > 0) {
		bad("codes", "write the closed list of a code, and of nothing else", "the type is %s and there are %d codes", f.Type, len(f.Codes))
	}
	seen := map[string]string{}
	for _, code := range f.Codes {
		if code.Code == "" || code.Title.EN == "" || code.Title.ZH == "" {
			bad("codes", `write "code | English | 中文"`, "the code %q is not complete", clip(code.Code))
		}
		for _, form := range slices.Concat([]string{code.Code}, code.Aliases) {
			if of, twice := seen[form]; twice && of != code.Code {
				bad("codes", "one form stands for one code", "%q stands for %s and for %s", clip(form), of, code.Code)
			} else if twice && form == code.Code {
				bad("codes", "leave one out", "the code %q stands twice", clip(form))
			}
			seen[form] = code.Code
		}
	}
	if f.Type == CodeField && f.Default != "" && seen[f.Default] == "" {
		bad("default", "take a code of the list", "the default %q is not in the list", clip(f.Default))
	}
}

// headings: no heading leads to two fields.
func (c contract) headings() {
	seen := map[string]string{}
	for i := range c.Fields {
		f := &c.Fields[i]
		for j, h := range slices.Concat([]string{f.Name}, f.Aliases) {
			h = strings.ToLower(strings.TrimSpace(h))
			of, twice := seen[h]
			if twice && (of != f.Name || j == 0) {
				c.fault(f.At, "field.heading", "give one of them another heading", "%s: the heading %q leads to %s and to %s", c.Code, clip(h), of, f.Name)
			}
			seen[h] = f.Name
		}
	}
	if len(c.Fields) == 0 || len(c.Fields) > 500 {
		c.bad("fields", "a dataset has between 1 and 500 fields", "there are %d fields", len(c.Fields))
	}
}

// roles: the fields with a role exist and are of its type.
func (c contract) roles() {
	if len(c.Key) == 0 {
		c.bad("key", "name the fields that together tell one row from another", "there is no key")
	}
	for _, name := range c.Key {
		if f := c.Field(name); f == nil {
			c.bad("key", "name a field", "the key field %q does not exist", clip(name))
		} else if f.Sensitivity == Dropped {
			c.bad("key", "take a field that is kept", "the key field %q is thrown away at intake", name)
		}
	}
	c.date("occurred", c.Occurred, true)
	if f := c.Field(c.Occurred); f != nil && !f.Required {
		c.bad("occurred", "make the field required", "the event day %s may be missing", c.Occurred)
	}
	c.date("from", c.From, false)
	c.date("to", c.To, false)
	c.date("retention", c.Retention.From, false)
	c.date("publication", c.Publication.From, c.Publication.Public)
	c.date("notice", c.Notice, false)
	if f := c.Field(c.Name); c.Name != "" && (f == nil || f.Type != TextField || f.Sensitivity == Personal || f.Sensitivity == Dropped) {
		c.bad("name", "name a text field that is kept in the clear", "the name field %q cannot be searched", clip(c.Name))
	}
	if rules := c.Publication.Rules; rules != "" && c.RuleSet(rules, calendar.None) == nil {
		c.bad("publication", "name a rule set, such as repair", "there is no rule set %q", clip(rules))
	}
}

func (c contract) date(role, name string, needed bool) {
	if name == "" {
		if needed {
			c.bad(role, "name the date field", "%s needs a field", role)
		}
		return
	}
	if f := c.Field(name); f == nil || f.Type != DateField {
		c.bad(role, "name a date field", "%s is %q, which is no date field", role, clip(name))
	}
}

func (c contract) bindings() {
	if len(c.Binding) == 0 && c.ByName == nil {
		c.bad("binding", "name the field that leads to the subject", "no row could be bound to anybody")
	}
	for _, b := range c.Binding {
		f := c.Field(b.Field)
		switch {
		case f == nil:
			c.bad("binding", "name a field", "the binding field %q does not exist", clip(b.Field))
		case !b.Scheme.Valid(), b.Scheme == subject.Named:
			c.bad("binding", "name the scheme", "%q is not a scheme", clip(string(b.Scheme)))
		case b.Scheme == subject.Appointment:
			if o := c.Field(b.Office); o == nil || f.Scheme != subject.ResidentID || b.Kind != subject.OfficeHolder {
				c.bad("binding", "bind an appointment by scheme post, kind office_holder, the identity number's field and the office's", "the appointment cannot be bound")
			}
		case b.Scheme.Own():
			if c.natural() || f.Sensitivity == Personal || f.Sensitivity == Dropped {
				c.bad("binding", "bind persons by their identity number only", "a supplier's own key is strong for organisations only")
			}
		case f.Type == IdentifierField && f.Scheme != b.Scheme:
			c.bad("binding", "let field and binding name the same scheme", "%s holds %s, the binding says %s", b.Field, f.Scheme, b.Scheme)
		}
		if b.Kind != "" && !c.Bears(b.Kind) {
			c.bad("binding", "bind to a kind of the dataset", "the dataset is not about the kind %s", b.Kind)
		}
	}
}

func (c contract) natural() bool { return c.Bears(subject.Person) || c.Bears(subject.OfficeHolder) }

func (c contract) adverse() {
	c.condition("adverse", c.At, c.Adverse)
	never := !c.Adverse.Always && len(c.Adverse.All) == 0
	switch {
	case never:
		return
	case c.Tier.Fixed == record.NoTier:
		c.bad("tier", "write minor, general or serious, or the tier for the other codes under fixed", "an adverse record may have no tier")
	}
	if c.Retention.Period.IsZero() || c.Retention.From == "" {
		c.bad("retention", "write period and the date field from which it runs", "adverse information would never lapse")
	}
	if c.Tier.Field == "" {
		return
	}
	f := c.Field(c.Tier.Field)
	if f == nil || f.Type != CodeField {
		c.bad("tier", "name a code field", "the tier follows %q, which is no code field", clip(c.Tier.Field))
		return
	}
	for code := range c.Tier.By {
		if !f.has(code) {
			c.bad("tier", "take codes of the list of "+f.Name, "the tier of %q is given, which is no code of %s", clip(code), f.Name)
		}
	}
}

func (f *Field) has(code string) bool {
	return slices.ContainsFunc(f.Codes, func(c Code) bool { return c.Code == code })
}

func (c contract) checks() {
	seen := map[string]bool{}
	for i := range c.Checks {
		k := &c.Checks[i]
		if !codeForm.MatchString(k.ID) || seen[k.ID] {
			c.fault(k.At, "check.id", codeCure+", each once", "%s: the check %q has no id of its own", c.Code, clip(k.ID))
		}
		seen[k.ID] = true
		c.text(k.At, "check", k.ID, k.Text)
		c.text(k.At, "check", k.ID, k.Cure)
		if !k.Require.Always && len(k.Require.All) == 0 {
			c.fault(k.At, "check.require", "write what must hold", "%s: the check %s lets no row through", c.Code, k.ID)
		}
		c.condition("check "+k.ID, k.At, k.When)
		c.condition("check "+k.ID, k.At, k.Require)
	}
}

// condition: every test looks at a field that can answer it.
func (c contract) condition(what string, at Place, cond Condition) {
	for i := range cond.All {
		t := &cond.All[i]
		bad := func(cure, format string, args ...any) {
			c.fault(at, "condition.test", cure, c.Code+": "+what+": "+format, args...)
		}
		f := c.Field(t.Field)
		if f == nil {
			bad("name a field", "the field %q does not exist", clip(t.Field))
			continue
		}
		if t.empty() {
			bad("write present, absent, in, not_in, prefix, above, below, equal, not_before, not_after, since, until or valid", "the test of %s asks nothing", t.Field)
		}
		number := f.Type == IntField || f.Type == AmountField
		if (t.Above != nil || t.Below != nil || t.Equal != nil) && !number {
			bad("compare numbers", "%s is no number", t.Field)
		}
		if (t.Since != nil || t.Until != nil || t.NotBefore != "" || t.NotAfter != "") && f.Type != DateField {
			bad("compare days", "%s is no date", t.Field)
		}
		for _, other := range []string{t.NotBefore, t.NotAfter} {
			if o := c.Field(other); other != "" && (o == nil || o.Type != DateField) {
				bad("compare with a date field", "%q is no date field", clip(other))
			}
		}
		if t.Valid && f.Type != IdentifierField {
			bad("only an identifier is valid or not", "%s is no identifier", t.Field)
		}
		for _, code := range slices.Concat(t.In, t.NotIn) {
			if f.Type == CodeField && !f.has(code) {
				bad("take codes of the list of "+f.Name, "%q is no code of %s", clip(code), f.Name)
			}
		}
	}
}

func (t *Test) empty() bool {
	return !t.Present && !t.Absent && len(t.In) == 0 && len(t.NotIn) == 0 && len(t.Prefix) == 0 && t.Above == nil &&
		t.Below == nil && t.Equal == nil && t.NotBefore == "" && t.NotAfter == "" && t.Since == nil && t.Until == nil && !t.Valid
}

// persons: what is kept in the clear about human beings is coded facts only, and persons and organisations are never
// mixed in one dataset.
func (c contract) persons() {
	if !c.natural() {
		return
	}
	if len(c.Kinds) > 1 {
		c.bad("kinds", "make a dataset for each kind", "human beings and others are in one dataset")
	}
	if c.Bears(subject.Person) && c.Publication.Public {
		c.bad("publication", "leave publication out", "records of persons are not published")
	}
	for _, b := range c.Binding {
		if !b.Scheme.Personal() {
			c.bad("binding", "bind by id, or by post for an office", "human beings are bound by their identity number only")
		}
	}
	if c.Bears(subject.Person) {
		for i := range c.Fields {
			f := &c.Fields[i]
			if f.Type == TextField && f.Sensitivity != Personal && f.Sensitivity != Dropped && !c.aboutNotice(f) {
				c.fault(f.At, "field.sensitivity", "make it personal or dropped, or a code", "%s: %s: free text about a person is never kept in the clear", c.Code, f.Name)
			}
		}
	}
}

// aboutNotice: the number of the prior notice is a document's, not the person's.
func (c contract) aboutNotice(f *Field) bool { return f.Name == "notice_no" }
