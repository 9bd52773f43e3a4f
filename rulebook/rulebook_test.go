package rulebook_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/rating"
	"probity/rulebook"
	"probity/scorecard"
	"probity/scorecard/language"
	"probity/scorecard/worked"
)

// schema is what the built-in catalogue shows to models.
var schema = sync.OnceValue(func() scorecard.Schema { return catalogue.BuiltIn().Schema() })

// plan compiles a built-in model against the built-in catalogue.
func plan(t *testing.T, f rulebook.File) *scorecard.Plan {
	t.Helper()
	m, err := scorecard.Parse(f.ModelPath(), f.Model)
	if err != nil {
		t.Fatal(err)
	}
	p, err := scorecard.Compile(m, schema())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run rates the records of every case of a model.
func run(t *testing.T, f rulebook.File) (*scorecard.Plan, []worked.Result) {
	t.Helper()
	p := plan(t, f)
	cases, err := worked.Parse(f.CasesPath(), f.Cases)
	if err != nil {
		t.Fatal(err)
	}
	results, err := worked.Run(p, cases)
	if err != nil {
		t.Fatal(err)
	}
	return p, results
}

func each(t *testing.T, do func(t *testing.T, f rulebook.File)) {
	for _, f := range rulebook.All() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			do(t, f)
		})
	}
}

func TestModelsAreNamedAndNumbered(t *testing.T) {
	t.Parallel()
	newest := map[string]int64{}
	for _, f := range rulebook.All() {
		m := plan(t, f).Model()
		versioned := fmt.Sprintf("%s-v%d", m.Code, m.Version)
		if f.Name != m.Code && f.Name != versioned {
			t.Errorf("%s holds the model %s version %d", f.ModelPath(), m.Code, m.Version)
		}
		if m.Version <= newest[m.Code] {
			t.Errorf("%s: version %d comes after version %d", f.Name, m.Version, newest[m.Code])
		}
		newest[m.Code] = m.Version
	}
	if len(newest) < 11 {
		t.Errorf("the rulebook holds %d models: %v", len(newest), newest)
	}
}

func TestCasesHold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		_, results := run(t, f)
		for _, r := range results {
			for _, d := range r.Differences {
				t.Errorf("%s:%d: %s: %s", f.CasesPath(), r.Case.At.Line, r.Case.Name, d)
			}
		}
	})
}

// TestCasesReachEverything demands a case for every band, gate, minimum and attribute of every model, so that no rule
// stands in a file without somebody having worked out what it does.
func TestCasesReachEverything(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		p, results := run(t, f)
		seen := newCoverage(p.Model(), results)
		for _, missed := range seen.missed(p.Model()) {
			t.Errorf("%s: no case reaches %s", f.CasesPath(), missed)
		}
	})
}

// coverage is what the cases of a model reach: attributes by characteristic, and the names of the rest.
type coverage struct {
	attributes           map[string]map[string]bool
	bands, gates, whyNot map[string]bool
}

const missing = "missing"

func newCoverage(m *scorecard.Model, results []worked.Result) *coverage {
	c := &coverage{attributes: map[string]map[string]bool{}, bands: map[string]bool{}, gates: map[string]bool{}, whyNot: map[string]bool{}}
	for i := range m.Characteristics {
		c.attributes[m.Characteristics[i].Name.Text] = map[string]bool{}
	}
	for _, r := range results {
		x := r.Explanation
		for _, code := range x.WhyNot {
			c.whyNot[code] = true
		}
		// A value that leads to "not rated" has been worked out too.
		for i := range x.Characteristics {
			c.factor(&m.Characteristics[i], &x.Characteristics[i])
		}
		if x.Status == scorecard.Rated {
			c.bands[x.Band] = true
		}
		for _, g := range x.Gates {
			if g.Decisive {
				c.gates[g.Name] = true
			}
		}
	}
	return c
}

func (c *coverage) factor(ch *language.Characteristic, f *scorecard.Factor) {
	switch {
	case f.Missing:
		c.attributes[f.Name][missing] = true
	case ch.PerUnit != nil || ch.PerRecord != nil:
		c.attributes[f.Name][fmt.Sprint(f.Points != 0)] = true
	default:
		c.attributes[f.Name][f.Attribute] = true
	}
}

// missed lists what the cases do not reach.
func (c *coverage) missed(m *scorecard.Model) []string {
	var list []string
	for i := range m.Bands {
		if name := m.Bands[i].Name.Text; !c.bands[name] {
			list = append(list, "the band "+name)
		}
	}
	for i := range m.Gates {
		if name := m.Gates[i].Name.Text; !c.gates[name] {
			list = append(list, "the gate "+name+" as the one that sets the band")
		}
	}
	for i := range m.NotRated {
		if code := m.NotRated[i].Reason.Text; !c.whyNot[code] {
			list = append(list, "the minimum "+code)
		}
	}
	for i := range m.Characteristics {
		list = append(list, c.missedAttributes(&m.Characteristics[i])...)
	}
	return list
}

func (c *coverage) missedAttributes(ch *language.Characteristic) []string {
	var list []string
	name := ch.Name.Text
	reached := c.attributes[name]
	if ch.Missing != nil && !reached[missing] {
		list = append(list, name+" without a value")
	}
	want := len(ch.Attributes)
	if ch.PerUnit != nil || ch.PerRecord != nil {
		want = 2 // Some points and none.
	}
	got := 0
	for label := range reached {
		if label != missing && label != "" {
			got++
		}
	}
	if got < want {
		list = append(list, fmt.Sprintf("%d of the %d attributes of %s", want-got, want, name))
	}
	return list
}

// TestEveryTextIsBilingual holds titles, bands, reasons and cures to both languages, and every reason that somebody can
// do something about to a cure.
func TestEveryTextIsBilingual(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		m := plan(t, f).Model()
		both := func(what string, l scorecard.Label) {
			if l.EN == "" || l.ZH == "" {
				t.Errorf("%s: %s is not in both languages: %+v", f.ModelPath(), what, l)
			}
		}
		both("the title", m.Title)
		for i := range m.Characteristics {
			both("the characteristic "+m.Characteristics[i].Name.Text, m.Characteristics[i].Title)
		}
		for i := range m.Bands {
			both("the band "+m.Bands[i].Name.Text, m.Bands[i].Title)
		}
		for i := range m.Reasons {
			r := &m.Reasons[i]
			both("the reason "+r.Code.Text, r.Title)
			if r.Cure != (scorecard.Label{}) {
				both("the cure of "+r.Code.Text, r.Cure)
			}
		}
		for _, code := range loses(m) {
			i := slices.IndexFunc(m.Reasons, func(r scorecard.Reason) bool { return r.Code.Text == code })
			if m.Reasons[i].Cure == (scorecard.Label{}) {
				t.Errorf("%s: the reason %s takes something away and says no cure", f.ModelPath(), code)
			}
		}
	})
}

// loses lists the reason codes for which points are lost or a band is limited.
func loses(m *scorecard.Model) []string {
	var codes []string
	for i := range m.Characteristics {
		for _, n := range reasonsOf(&m.Characteristics[i]) {
			codes = append(codes, n.Text)
		}
	}
	for i := range m.Gates {
		if m.Gates[i].AtMost.Text != "" {
			codes = append(codes, m.Gates[i].Reason.Text)
		}
	}
	return codes
}

// TestNoReasonIsGivenTwice holds every characteristic and gate to reasons of its own: of the four reasons that a rating
// gives, none may say again what another has said.
func TestNoReasonIsGivenTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		m := plan(t, f).Model()
		owner := map[string]string{}
		claim := func(by string, codes ...scorecard.Name) {
			for _, n := range codes {
				if other := owner[n.Text]; n.Text != "" && other != "" && other != by {
					t.Errorf("%s:%d: %s gives the reason %s, which is that of %s", f.ModelPath(), n.At.Line, by, n.Text, other)
				}
				owner[n.Text] = by
			}
		}
		for i := range m.Characteristics {
			claim(m.Characteristics[i].Name.Text, reasonsOf(&m.Characteristics[i])...)
		}
		for i := range m.Gates {
			claim("the gate "+m.Gates[i].Name.Text, m.Gates[i].Reason)
		}
	})
}

// reasonsOf lists the reason codes a characteristic can give.
func reasonsOf(ch *language.Characteristic) []scorecard.Name {
	codes := []scorecard.Name{ch.Reason}
	if ch.Missing != nil {
		codes = append(codes, ch.Missing.Reason)
	}
	for _, a := range ch.Attributes {
		codes = append(codes, a.Reason)
	}
	if ch.PerUnit != nil {
		codes = append(codes, ch.PerUnit.Reason)
	}
	if ch.PerRecord != nil {
		codes = append(codes, ch.PerRecord.Reason)
	}
	return slices.DeleteFunc(codes, func(n scorecard.Name) bool { return n.Text == "" })
}

// TestEverySourceSaysHowSureItIs holds a source that is not our own design to the words verified, recalled or assumed.
func TestEverySourceSaysHowSureItIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		m := plan(t, f).Model()
		own := strings.HasPrefix(m.Source.Title, "Designed for this platform")
		said := slices.ContainsFunc([]string{"erified", "ecalled", "ssumed"}, func(w string) bool { return strings.Contains(m.Source.Note, w) })
		if !own && !said {
			t.Errorf("%s: the note of the source does not say what is verified and what is recalled", f.ModelPath())
		}
		if len(m.LeftOut) == 0 {
			t.Errorf("%s: nothing is said to be left out", f.ModelPath())
		}
	})
}

// TestTheCharterAdmitsEveryModel asks the Charter of every model what it will be asked when the model is registered:
// kinds, contexts, datasets, and a purpose that a person can consent to.
func TestTheCharterAdmitsEveryModel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		m, err := rating.NewModel(f.ModelPath(), f.Model, schema())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := charter.AdmitModel(m.Facts, catalogue.BuiltIn()); err != nil {
			t.Errorf("%s: %v", f.ModelPath(), err)
		}
	})
}

// TestNumbersOfLawAgreeWithTheCatalogue holds the windows and cuts that models take from law to the dated rule sets of
// the catalogue: the same number stands in both, and a change of one without the other is found here.
func TestNumbersOfLawAgreeWithTheCatalogue(t *testing.T) {
	t.Parallel()
	on, ok := calendar.Date(2026, 11, 22)
	if !ok {
		t.Fatal("no such day")
	}
	rules := func(subject string) *catalogue.RuleSet {
		r := catalogue.BuiltIn().RuleSet(subject, on)
		if r == nil {
			t.Fatalf("the catalogue has no rules %s on %s", subject, on)
		}
		return r
	}
	repair, sanctions, tax := rules("repair"), rules("sanctions"), rules("tax")
	for _, c := range []struct {
		model, characteristic string
		law                   calendar.Period
	}{
		{"enterprise-credit", "penalties_minor", repair.Periods["minor.max"]},
		{"enterprise-credit", "penalties_general_older", repair.Periods["general.max"]},
		{"enterprise-credit", "penalties_serious_older", repair.Periods["serious.max"]},
		{"enterprise-evaluation", "penalties_minor", repair.Periods["minor.max"]},
		{"enterprise-evaluation", "penalties_general", repair.Periods["general.max"]},
		{"enterprise-evaluation", "penalties_serious", repair.Periods["serious.max"]},
		{"office-holder-duty", "warnings", sanctions.Periods["warning"]},
		{"office-holder-duty", "demerits", sanctions.Periods["demerit"]},
		{"office-holder-duty", "major_demerits", sanctions.Periods["major_demerit"]},
		{"office-holder-duty", "demotions_and_removals", sanctions.Periods["demotion"]},
		{"office-holder-duty", "demotions_and_removals", sanctions.Periods["removal"]},
		{"tax-fee-credit", "direct_d_conduct", tax.Periods["d.term"]},
	} {
		if got := windowOf(t, c.model, c.characteristic); on.Add(got) != on.Add(c.law) || got.IsZero() {
			t.Errorf("%s counts %s for %s, the catalogue says %s", c.model, c.characteristic, got, c.law)
		}
	}
	m := plan(t, file(t, "tax-fee-credit")).Model()
	if m.Base != tax.Numbers["start"] {
		t.Errorf("tax-fee-credit starts at %d, the catalogue says %d", m.Base, tax.Numbers["start"])
	}
	for i := range m.Bands {
		law, ok := tax.Numbers[strings.ToLower(m.Bands[i].Name.Text)+".from"]
		if ok && (m.Bands[i].From == nil || *m.Bands[i].From != law) {
			t.Errorf("tax-fee-credit: the band %s does not begin at the %d of the catalogue", m.Bands[i].Name.Text, law)
		}
	}
}

func file(t *testing.T, name string) rulebook.File {
	t.Helper()
	all := rulebook.All()
	i := slices.IndexFunc(all, func(f rulebook.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("the rulebook has no %s", name)
	}
	return all[i]
}

// windowOf is the age at which a record leaves the window of a characteristic.
func windowOf(t *testing.T, model, characteristic string) calendar.Period {
	t.Helper()
	m := plan(t, file(t, model)).Model()
	for i := range m.Characteristics {
		if ch := &m.Characteristics[i]; ch.Name.Text == characteristic && ch.Window != nil {
			return ch.Window.Outer
		}
	}
	t.Fatalf("%s has no characteristic %s with a window", model, characteristic)
	return calendar.Period{}
}
