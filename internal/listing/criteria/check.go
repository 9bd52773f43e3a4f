package criteria

import (
	"regexp"
	"slices"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/clock"
	"probity/internal/fault"
)

var code = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

// flaw is something wrong with a list, and where in it: the keys and the numbers of entries on the way there.
type flaw struct {
	path  []any
	fault *fault.Error
}

// checker looks through one list.
type checker struct {
	*List
	cat   *catalogue.Catalogue
	found []flaw
}

// flaws is everything by which the list is not whole, or refers to what the catalogue does not have.
func (l *List) flaws(cat *catalogue.Catalogue) []flaw {
	c := checker{List: l, cat: cat}
	c.heading()
	c.days()
	c.references()
	c.times()
	c.grounds()
	c.removal()
	c.measures()
	return c.found
}

// in is a way to a place in the list.
func in(path ...any) []any { return path }

// when notes a flaw where there is one.
func (c *checker) when(wrong bool, path []any, key, cure, format string, args ...any) {
	if wrong {
		c.found = append(c.found, flaw{path, fault.New(fault.Invalid, "list."+key, format, args...).With(cure)})
	}
}

func (c *checker) heading() {
	c.when(!code.MatchString(c.Code), in("code"), "code", "use lower-case letters, digits and hyphens", "%q is no code of a list", clip(c.Code))
	c.when(c.Title.EN == "" || c.Remedy.EN == "", in("remedy"), "text", "write title: and remedy: as \"English | 中文\"", "the list has no title, or does not say how an entry is contested")
	c.when(c.Colour != Black && c.Colour != Red, in("colour"), "colour", "write black or red", "the colour is %q", clip(string(c.Colour)))
	c.when(!slices.Contains([]Level{Law, Regulation, CentralDocument, MinistryRule, LocalRegulation}, c.Level), in("level"), "level",
		"write law, regulation, central-document, ministry-rule or local-regulation", "the level is %q", clip(string(c.Level)))
	c.when(!slices.Contains([]string{"verified", "recalled", "assumed"}, c.Confidence), in("confidence"), "confidence",
		"write verified, recalled or assumed", "it does not say how sure its figures are")
	for i, s := range c.Scope {
		c.when(!slices.Contains(Scopes, s), in("scope", i), "scope", "the scopes are a, b, c and d of Guobanfa (2020) 49", "there is no scope %q", clip(s))
	}
	for i, k := range c.Kinds {
		c.when(!k.Known(), in("kinds", i), "kinds", "use enterprise, public_body, office_holder or person", "there is no kind %q", clip(string(k)))
	}
	c.when(len(c.Kinds) == 0, in("kinds"), "kinds", "say for which kinds of subject it is", "the list is for nobody")
}

func (c *checker) days() {
	c.when(c.From == calendar.None, in("from"), "from", "write the first day on which the criteria are in force", "the list has no first day")
	c.when(c.To != calendar.None && c.To <= c.From, in("to"), "to", "end it after it begins", "the list ends on %s, before it begins", c.To)
	c.when(c.Comment.From != calendar.None && c.Comment.To != calendar.None && c.Comment.To < c.Comment.From, in("comment", "to"), "comment",
		"end the time for comments after it begins", "the time for comments ends on %s, before it begins", c.Comment.To)
}

// references are the keepers and the law of the list.
func (c *checker) references() {
	c.when(len(c.Keepers) == 0, in("keepers"), "keepers", "name an agency's code, a class such as \"*-amr\", or court", "nobody keeps the list")
	for i, k := range c.Keepers {
		keeps := func(a catalogue.Agency) bool { return (&List{Keepers: []string{k}}).Keeps(&a) }
		c.when(k != "court" && !slices.ContainsFunc(c.cat.Agencies, keeps), in("keepers", i), "keepers",
			"see the agencies with: probity catalogue list agencies", "no agency of the catalogue is %q", clip(k))
	}
	c.law(c.Basis, "basis")
	c.when(c.Territory != "" && c.From != calendar.None && c.cat.Region(c.Territory, c.From) == nil, in("territory"), "territory",
		"see the regions with: probity catalogue list regions", "the catalogue has no region %q on %s", clip(c.Territory), c.From)
}

func (c *checker) law(b Basis, path ...any) {
	law, _ := b.Parts()
	c.when(law == "", path, "basis", "name the law by its code, and its article", "no law is named as the basis")
	c.when(law != "" && c.cat.Law(law) == nil, path, "basis", "name a law by its code; a new one goes into the catalogue first", "the catalogue has no law %q", clip(law))
}

func (c *checker) tier(t string, path ...any) {
	c.when(t != "" && !slices.Contains(tiers, t), path, "tier", "write minor, general or serious", "there is no tier %q", clip(t))
}

func (c *checker) times() {
	c.tier(c.Tier, "tier")
	c.when(c.SmallDuty < 0, in("small_duty"), "small-duty", "write an amount in fen", "the small duty is negative")
	c.when(c.Window == (clock.Length{}) || c.Answer == (clock.Length{}), in("window"), "window",
		"write window: and answer: as \"5 working_day\"", "the list gives no time to object, or its keeper none to answer")
	const cure = "write min: and max:, the first the shorter"
	c.when(c.Grace != nil && !ordered(c.Grace), in("grace"), "span", cure, "the grace is no span of time")
	c.when(c.Extension != nil && !ordered(c.Extension), in("extension"), "span", cure, "the extension is no span of time")
	c.when(c.Repeated != nil && c.Extension == nil, in("repeated"), "repeated",
		"write extension: min: and max:, or leave repeated: out", "repeated conduct extends an entry, and the list has no extension")
}

// ordered tells whether the span's least is at least something and not more than its most, from any day.
func ordered(s *Span) bool {
	const day = calendar.Day(0)
	return !s.Max.IsZero() && day.Add(s.Min) <= day.Add(s.Max)
}

func (c *checker) grounds() {
	c.when(len(c.Grounds) == 0, in("grounds"), "grounds", "state each ground with its law and elements", "the list has no ground")
	seen := map[string]bool{}
	for i := range c.Grounds {
		g := &c.Grounds[i]
		c.when(!code.MatchString(g.Code) || seen[g.Code] || g.Title.EN == "", in("grounds", i, "code"), "ground",
			"give each ground a code of its own and a title", "the ground %q has no code of its own, or no title", clip(g.Code))
		c.when(len(g.Elements) == 0, in("grounds", i, "elements"), "elements", "name the facts that a draft must state", "the ground %s asks for no facts", clip(g.Code))
		seen[g.Code] = true
		c.law(g.Basis, "grounds", i, "basis")
		known := map[string]bool{}
		for j, e := range c.May(g) { // its own facts come first
			c.when(known[e.Code] || !e.whole(), in("grounds", i, "elements", j), "element",
				"give code, title and kind: text, day, amount (with at_least) or code (with values)", "the element %q of %s is not whole", clip(e.Code), clip(g.Code))
			known[e.Code] = true
		}
	}
}

func (e *Element) whole() bool {
	return code.MatchString(e.Code) && e.Title.EN != "" && slices.Contains([]string{"text", "day", "amount", "code"}, e.Kind) &&
		(len(e.Values) > 0) == (e.Kind == "code") && (e.AtLeast == 0 || e.Kind == "amount" && e.AtLeast > 0)
}

func (c *checker) removal() {
	seen := map[string]bool{}
	for i, r := range c.Removal {
		c.when(!code.MatchString(r.Code) || seen[r.Code] || r.Title.EN == "" || r.Within == (clock.Length{}), in("removal", i), "removal",
			"give each cause a code of its own, a title, and within: as \"3 working_day\"", "the cause of removal %q is not whole", clip(r.Code))
		seen[r.Code] = true
	}
	for i, e := range c.Exempt {
		c.when(!code.MatchString(e.Code) || e.Title.EN == "", in("exempt", i), "exempt", "give code and title", "the exemption %q is not whole", clip(e.Code))
	}
}

func (c *checker) measures() {
	for i, m := range c.Measures {
		c.when(c.cat.Measure(m.Code) == nil, in("measures", i, "code"), "measure",
			"see the list with: probity catalogue list measures", "the list of measures has no %q", clip(m.Code))
		c.tier(m.Tier, "measures", i, "tier")
	}
}
