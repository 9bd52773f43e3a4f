package catalogue

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/record"
	"probity/internal/subject"
)

// Check finds everything that is wrong with the catalogue as a whole: entries that refer to nothing, intervals that
// overlap, contracts that cannot be kept. What the Charter forbids is not asked here; package charter is.
func (c *Catalogue) Check() Faults {
	k := checker{Catalogue: c}
	k.laws()
	k.editions()
	k.lists()
	k.agencies()
	k.regions()
	k.measures()
	k.rules()
	for _, d := range c.Datasets {
		contract{&k, d}.check()
	}
	slices.SortStableFunc(k.faults, byPlace)
	return once(k.faults)
}

// once leaves each fault of a family standing once: all datasets of the family have it.
func once(faults Faults) Faults {
	seen := map[string]bool{}
	return slices.DeleteFunc(faults, func(f Fault) bool {
		_, text, _ := strings.Cut(f.Text, ": ")
		key := f.At.String() + f.Rule + text
		twice := seen[key] && text != ""
		seen[key] = true
		return twice
	})
}

type checker struct {
	*Catalogue
	faults Faults
}

func (k *checker) fault(at Place, rule, cure, format string, args ...any) {
	k.faults.add(at, rule, cure, format, args...)
}

var (
	codeForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	fieldForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

const codeCure = "use lower-case letters, digits and hyphens"

// entry checks what every entry has: a code of the right form and a title in both languages.
func (k *checker) entry(at Place, what, code string, title Text) {
	if !codeForm.MatchString(code) {
		k.fault(at, what+".code", codeCure, "%q is not the code of an entry", clip(code))
	}
	k.text(at, what, code, title)
}

func (k *checker) text(at Place, what, code string, t Text) {
	if strings.TrimSpace(t.EN) == "" || strings.TrimSpace(t.ZH) == "" {
		k.fault(at, what+".title", `write "English | 中文"`, "%s %s needs its title in both languages", what, code)
	}
}

// oneOf checks a word of a closed list that the program knows.
func (k *checker) oneOf(at Place, rule, what, word string, words ...string) {
	if !slices.Contains(words, word) {
		k.fault(at, rule, nearest(word, words), "%s is %q", what, clip(word))
	}
}

// known checks a reference to an entry of the catalogue.
func known[T any](k *checker, at Place, rule, what, code string, in map[string]*T) {
	if in[code] != nil {
		return
	}
	have := make([]string, 0, len(in))
	for h := range in {
		have = append(have, h)
	}
	k.fault(at, rule, nearest(code, have), "there is no %s %q", what, clip(code))
}

func (k *checker) laws() {
	for i := range k.Laws {
		l := &k.Laws[i]
		if !codeForm.MatchString(l.Code) {
			k.fault(l.At, "law.code", codeCure, "%q is not the code of a law", clip(l.Code))
		}
		k.law(l.At, *l)
	}
}

func (k *checker) law(at Place, l Law) {
	name := cmp.Or(l.Code, l.Title.EN)
	if l.Title.EN == "" || l.Title.ZH == "" {
		k.fault(at, "law.title", `write "English | 中文"`, "the law %q needs its title in both languages", clip(name))
	}
	if l.From == calendar.None {
		k.fault(at, "law.from", "write the day from which it is in force", "the law %q has no day", clip(name))
	}
	k.oneOf(at, "law.confidence", "the confidence of the law "+name, l.Confidence, "verified", "recalled", "assumed")
}

func (k *checker) basis(at Place, what, code string, laws []Law) {
	if len(laws) == 0 {
		k.fault(at, what+".basis", "name the law under basis", "%s %s has no legal basis", what, code)
	}
	for _, l := range laws {
		if l.Code == "" || k.Law(l.Code) == nil { // those of the list are checked there
			k.law(at, l)
		}
	}
}

func (k *checker) editions() {
	order := slices.SortedStableFunc(slices.Values(k.Editions), func(a, b Edition) int { return int(int64(a.From) - int64(b.From)) })
	for i, e := range order {
		k.law(e.At, e.Source)
		if e.From == calendar.None {
			k.fault(e.At, "edition.from", "write the day from which it is in force", "the edition %s has no first day", e.Code)
		}
		if i > 0 && (order[i-1].To == calendar.None || order[i-1].To > e.From) {
			k.fault(e.At, "edition.overlap", "end the earlier one on the day the later one begins",
				"the editions %s and %s are in force at the same time", order[i-1].Code, e.Code)
		}
		seen := map[string]bool{}
		for _, c := range e.Categories {
			k.entry(c.At, "category", c.Code, c.Title)
			if seen[c.Code] {
				k.fault(c.At, "category.twice", "leave one out", "the category %s stands twice in the edition %s", c.Code, e.Code)
			}
			seen[c.Code] = true
		}
	}
}

func (k *checker) lists() {
	for i := range k.Contexts {
		c := &k.Contexts[i]
		k.entry(c.At, "context", c.Code, c.Title)
		k.oneOf(c.At, "context.area", "the area of the context "+c.Code, c.Area, "government", "commercial", "social", "judicial")
	}
	for i := range k.Purposes {
		p := &k.Purposes[i]
		k.entry(p.At, "purpose", p.Code, p.Title)
		k.basis(p.At, "purpose", p.Code, p.Basis)
		k.kinds(p.At, "purpose", p.Code, p.Kinds)
	}
	for i := range k.Offices {
		o := &k.Offices[i]
		k.entry(o.At, "office", o.Code, o.Title)
		k.law(o.At, o.Basis)
		k.oneOf(o.At, "office.class", "the class of the office "+o.Code, o.Class,
			"government", "court", "procuratorate", "regulator", "institution", "enterprise")
		if o.Body != "" && k.AgencyOf(o.Body) == nil {
			k.fault(o.At, "office.body", "write the unified code of an agency, or leave body out", "the office %s is of a body %q that is no agency", o.Code, clip(o.Body))
		}
	}
}

func (k *checker) kinds(at Place, what, code string, kinds []subject.Kind) {
	if len(kinds) == 0 {
		k.fault(at, what+".kinds", "name the kinds of subject", "%s %s is for nobody", what, code)
	}
	for i, kind := range kinds {
		k.oneOf(at, what+".kinds", "a kind of subject of "+code, string(kind), "enterprise", "public_body", "office_holder", "person")
		if slices.Contains(kinds[:i], kind) {
			k.fault(at, what+".kinds", "leave it out once", "%s %s names the kind %s twice", what, code, kind)
		}
	}
}

var agencyKinds = []string{"organ", "court", "procuratorate", "institution", "association", "utility", "operator"}

func (k *checker) agencies() {
	for i := range k.Agencies {
		a := &k.Agencies[i]
		k.entry(a.At, "agency", a.Code, a.Title)
		k.oneOf(a.At, "agency.kind", "the kind of the agency "+a.Code, a.Kind, agencyKinds...)
		k.oneOf(a.At, "agency.level", "the level of the agency "+a.Code, a.Level, "central", "province", "prefecture", "county")
		if a.Region != "" && k.Region(a.Region, calendar.None) == nil {
			k.fault(a.At, "agency.region", "write the six digits of a division of GB/T 2260", "the agency %s is in a region %q that does not exist", a.Code, clip(a.Region))
		}
		if a.Region == "" && a.Level != "central" {
			k.fault(a.At, "agency.region", "write the region's six digits", "the agency %s has no region", a.Code)
		}
		k.uscc(a)
		k.answers(a)
	}
}

func (k *checker) uscc(a *Agency) {
	if a.USCC == "" {
		return
	}
	if v := identifier.Check(identifier.USCC, a.USCC); !v.Status.WellFormed() {
		k.fault(a.At, "agency.uscc", "look the code up in the register", "the agency %s: %s", a.Code, v)
		return
	}
	public := slices.Contains([]string{"organ", "court", "procuratorate", "institution"}, a.Kind)
	if state := a.USCC[0] == '1' && a.USCC[1] >= '1' && a.USCC[1] <= '3'; public && !state {
		k.fault(a.At, "agency.uscc", "bodies of the state have codes that begin with 11, 12 or 13", "the agency %s is a body of the state by kind but not by its code", a.Code)
	}
}

// answers follows the superiors up to the top; a body that is its own superior would escape C13.
func (k *checker) answers(a *Agency) {
	if a.Superior != "" {
		known(k, a.At, "agency.superior", "agency", a.Superior, k.index.agencies)
	}
	for _, c := range a.Controls {
		known(k, a.At, "agency.controls", "agency", c, k.index.agencies)
	}
	seen := map[string]bool{a.Code: true}
	for up := k.Agency(a.Superior); up != nil; up = k.Agency(up.Superior) {
		if seen[up.Code] {
			k.fault(a.At, "agency.cycle", "let the topmost body have no superior", "the agency %s answers to itself", a.Code)
			return
		}
		seen[up.Code] = true
	}
}

var regionForm = regexp.MustCompile(`^[1-9][0-9]{5}$`)

func (k *checker) regions() {
	for i := range k.Regions {
		r := &k.Regions[i]
		if !regionForm.MatchString(r.Code) {
			k.fault(r.At, "region.code", "write the six digits of GB/T 2260", "%q is no division", clip(r.Code))
			continue
		}
		k.text(r.At, "region", r.Code, r.Title)
		if r.Level < 1 || r.Level > 3 {
			k.fault(r.At, "region.level", "1 is a province, 2 a prefecture, 3 a county", "the region %s has the level %d", r.Code, r.Level)
		}
		if (r.Level == 1) != (r.ISO != "") {
			k.fault(r.At, "region.iso", "only divisions at province level have an ISO 3166-2 code, and all of them have", "the region %s has level %d and the ISO code %q", r.Code, r.Level, r.ISO)
		}
		if r.Level > 1 && k.Region(r.Parent, calendar.None) == nil {
			k.fault(r.At, "region.parent", "write the code of the division it lies in", "the region %s lies in %q, which does not exist", r.Code, clip(r.Parent))
		}
		if r.To != calendar.None && r.From != calendar.None && r.To <= r.From {
			k.fault(r.At, "region.interval", "correct one of the two days", "the region %s ends on %s before it begins on %s", r.Code, r.To, r.From)
		}
		if len(r.Successors) > 0 && r.To == calendar.None {
			k.fault(r.At, "region.successors", "write the day on which they took its place", "the region %s has successors but no end", r.Code)
		}
		for _, s := range r.Successors {
			if k.Region(s, calendar.None) == nil {
				k.fault(r.At, "region.successors", "write the code of a division", "the successor %q of the region %s does not exist", clip(s), r.Code)
			}
		}
	}
	for _, of := range k.index.regions {
		for i := 1; i < len(of); i++ {
			if of[i-1].To == calendar.None || of[i-1].To > of[i].From {
				k.fault(of[i].At, "region.overlap", "end the earlier entry on the day the later one begins", "the region %s stands twice for the same time", of[i].Code)
			}
		}
	}
}

func (k *checker) measures() {
	for i := range k.Measures {
		m := &k.Measures[i]
		k.entry(m.At, "measure", m.Code, m.Title)
		k.basis(m.At, "measure", m.Code, m.Basis)
		k.kinds(m.At, "measure", m.Code, m.Kinds)
		k.oneOf(m.At, "measure.class", "the class of the measure "+m.Code, m.Class, "I", "II", "III", "benefit")
		if m.Context != "" {
			known(k, m.At, "measure.context", "context", m.Context, k.contexts)
		}
		if k.Agency(m.Body) == nil && !slices.Contains(agencyKinds, m.Body) {
			k.fault(m.At, "measure.body", "name an agency or a class of agencies: "+strings.Join(agencyKinds, ", "), "the measure %s is carried out by %q", m.Code, clip(m.Body))
		}
		if m.Ceiling.IsZero() {
			k.fault(m.At, "measure.ceiling", "write the longest time it may run, such as P1Y", "the measure %s has no ceiling", m.Code)
		}
		if _, ok := record.ParseTier(m.Tier); !ok || (m.Tier == "" && m.Class != "benefit") {
			k.fault(m.At, "measure.tier", "write minor, general or serious", "the measure %s has the tier %q", m.Code, clip(m.Tier))
		}
		if m.From == calendar.None {
			k.fault(m.At, "measure.from", "write the day from which it stands in the list", "the measure %s has no first day", m.Code)
		}
		if (m.Class == "benefit") != (m.Benefit != nil) {
			k.fault(m.At, "measure.benefit", "describe model, bands, baseline, since and domain of a benefit, and of nothing else", "the measure %s is of class %s", m.Code, m.Class)
		}
	}
}

func (k *checker) rules() {
	for i := range k.Rules {
		r := &k.Rules[i]
		topic, edition, ok := strings.Cut(r.Code, ".")
		if !ok || !codeForm.MatchString(topic) || !codeForm.MatchString(edition) {
			k.fault(r.At, "rules.code", "write SUBJECT.EDITION, such as repair.order36", "%q is not the code of a rule set", clip(r.Code))
		}
		k.text(r.At, "rules", r.Code, r.Title)
		if r.Source.Code == "" {
			k.law(r.At, r.Source)
		}
		if len(r.Periods)+len(r.Numbers) == 0 {
			k.fault(r.At, "rules.empty", "write periods or numbers", "the rule set %s has no numbers", r.Code)
		}
		for _, key := range r.Recalled {
			_, period := r.Periods[key]
			if _, number := r.Numbers[key]; !period && !number {
				k.fault(r.At, "rules.recalled", "name a key of periods or numbers", "the rule set %s recalls %q, which it does not have", r.Code, clip(key))
			}
		}
	}
	for topic, of := range k.index.rules {
		if strings.Contains(topic, ".") {
			if len(of) > 1 {
				k.fault(of[1].At, "rules.twice", "give it another edition", "the rule set %s stands twice", topic)
			}
			continue
		}
		for i := 1; i < len(of); i++ {
			if of[i-1].To == calendar.None || of[i-1].To > of[i].From {
				k.fault(of[i].At, "rules.overlap", "end the earlier edition on the day the later one begins", "%s and %s hold at the same time", of[i-1].Code, of[i].Code)
			}
		}
	}
}
