package charter

import (
	"maps"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/subject"
)

// closedDomains are the areas of life in which no benefit may depend on a rating (C5), each with the words under which
// a catalogue might write it. What a person or a firm needs to live and work is nobody's reward.
var closedDomains = map[string][]string{
	"schooling":     {"school", "schools", "schooling", "education", "kindergarten", "university", "tuition"},
	"health care":   {"health", "healthcare", "hospital", "medical", "medicine", "care"},
	"work":          {"work", "employment", "job", "jobs", "hiring", "labour", "labor", "profession"},
	"housing":       {"housing", "home", "rent", "rental", "dwelling", "residence"},
	"travel":        {"travel", "transport", "rail", "train", "flight", "aviation", "mobility", "visa"},
	"basic banking": {"banking", "bank", "account", "payment", "payments"},
	"justice":       {"justice", "court", "courts", "litigation", "remedy", "appeal"},
	"speech":        {"speech", "expression", "press", "media", "assembly", "publishing"},
}

// closedDomain names the closed area a benefit's domain falls into, "" where it falls into none. One closed word in a
// compound is enough: "school-meals" is schooling.
func closedDomain(domain string) string {
	words := strings.FieldsFunc(strings.ToLower(domain), func(r rune) bool { return (r < 'a' || r > 'z') && r < 0x80 })
	for _, name := range slices.Sorted(maps.Keys(closedDomains)) {
		for _, w := range words {
			if slices.Contains(closedDomains[name], w) {
				return name
			}
		}
	}
	return ""
}

// BenefitTerms is a benefit of the list, and the facts of the model it rests on.
type BenefitTerms struct {
	Measure *catalogue.Measure
	// Previous is the entry as it stood before, where the benefit runs already; nil otherwise.
	Previous *catalogue.Measure
	// Model is what the benefit is decided by.
	Model ModelFacts
}

// AdmitBaseline holds the part of C5 that needs no model: what a list of measures, about to come into force, says of its
// benefits. before are the lists there have been, that in force first: a benefit that was left out of some of them keeps the
// baseline it had in the newest that names it, so that nobody worsens one by taking it out and putting it back; and one that
// begins keeps the baseline of a benefit that it follows. The first benefit that is refused ends it.
func AdmitBaseline(before []*catalogue.Catalogue, after *catalogue.Catalogue, today calendar.Day) error {
	for i := range after.Measures {
		m := &after.Measures[i]
		if m.Class != "benefit" || m.Benefit == nil {
			continue
		}
		previous := lastRunning(before, m.Code, today)
		if err := benefitOnlyAdds(m, previous); err != nil {
			return err
		}
		switch {
		case previous == nil:
			if err := benefitFollows(before, after, m, today); err != nil {
				return err
			}
		case m.To != calendar.None && m.To < today:
			return Refuse("C5", "end that has not come", "let it end today or later", "the benefit %s runs, and would have ended on %s", m.Code, m.To)
		}
	}
	return nil
}

// aYear is how far back a baseline looks.
var aYear = calendar.Period{Months: 12}

// benefitFollows holds that ending a benefit and beginning it anew, under its own code or another, changes no baseline: where
// the same body's benefit in the same context, for some of the same kinds, ended less than twelve months before, it is known
// how the service stood then. Two that run side by side may be about two services, and are not compared.
func benefitFollows(before []*catalogue.Catalogue, after *catalogue.Catalogue, m *catalogue.Measure, today calendar.Day) error {
	start := max(m.From, today)
	var follows *catalogue.Measure
	seen := map[string]bool{}
	for _, l := range before {
		for i := range l.Measures {
			p := &l.Measures[i]
			if seen[p.Code] || p.Benefit == nil || !sameService(p, m) {
				continue
			}
			seen[p.Code] = true // the newest list that names it says how it stood last
			end := p.To
			if at := slices.IndexFunc(after.Measures, func(x catalogue.Measure) bool { return x.Code == p.Code }); at >= 0 && p.Code != m.Code {
				if end = after.Measures[at].To; end == calendar.None {
					continue // it goes on beside this one
				}
			}
			switch {
			case end != calendar.None && start >= end.Add(aYear):
			case p.Benefit.Baseline == m.Benefit.Baseline:
				return nil
			case follows == nil:
				follows = p
			}
		}
	}
	if follows == nil {
		return nil
	}
	return Refuse("C5", "baseline of the benefit it follows",
		"state the baseline of "+follows.Code+", or keep that one in the list with its end and begin twelve months after it",
		"the benefit %s follows %s within twelve months, and states another baseline", m.Code, follows.Code)
}

// sameService tells whether two benefits are of one body, in one context, for some of the same kinds.
func sameService(a, b *catalogue.Measure) bool {
	return a.Code == b.Code || a.Body == b.Body && a.Context == b.Context &&
		slices.ContainsFunc(a.Kinds, func(k subject.Kind) bool { return slices.Contains(b.Kinds, k) })
}

// lastRunning is the measure of the code in the newest list that names it, nil where none does or where it ended there.
func lastRunning(lists []*catalogue.Catalogue, code string, today calendar.Day) *catalogue.Measure {
	for _, l := range lists {
		named := false
		for i := range l.Measures {
			m := &l.Measures[i]
			if m.Code == code && (m.To == calendar.None || today < m.To) {
				return m
			}
			named = named || m.Code == code
		}
		if named {
			return nil
		}
	}
	return nil
}

// AdmitBenefit holds C5 and the half of C3 that lies in the list: a benefit says how the service stood twelve months
// before it began, does not worsen that while it runs, stays out of the closed areas of life, and for persons rests on a
// rating of its own context only.
func AdmitBenefit(t BenefitTerms) error {
	m := t.Measure
	if m == nil || m.Class != "benefit" || m.Benefit == nil {
		return Refuse("C5", "benefit", "describe its model, bands, baseline and domain in the list of measures", "there is no such benefit in the list of measures")
	}
	if err := benefitOnlyAdds(m, t.Previous); err != nil {
		return err
	}
	return benefitInContext(&t)
}

func benefitOnlyAdds(m, previous *catalogue.Measure) error {
	b := m.Benefit
	const cure = "say how the service stood for everybody twelve months before the benefit began, and on which day"
	switch {
	case strings.TrimSpace(b.Baseline.EN) == "" || strings.TrimSpace(b.Baseline.ZH) == "":
		return Refuse("C5", "baseline", cure, "the benefit %s does not state its baseline in both languages", m.Code)
	case b.Since == calendar.None || m.From == calendar.None:
		return Refuse("C5", "day of the baseline", cure, "the benefit %s does not say from when its baseline stood, or from when it runs", m.Code)
	case b.Since.Add(aYear) > m.From:
		return Refuse("C5", "baseline as it stood twelve months earlier", cure,
			"the baseline of %s is that of %s, the benefit runs from %s: that is less than twelve months", m.Code, b.Since, m.From)
	case strings.TrimSpace(b.Domain) == "":
		return Refuse("C5", "domain", "say which area of life the benefit touches", "the benefit %s names no domain", m.Code)
	}
	if name := closedDomain(b.Domain); name != "" {
		return Refuse("C5", "domain open to benefits", "leave it out: schooling, health care, work, housing, travel, basic banking, justice and speech are closed to benefits",
			"the benefit %s touches %s (%q)", m.Code, name, b.Domain)
	}
	if previous != nil && previous.Benefit != nil && (previous.Benefit.Baseline != b.Baseline || previous.Benefit.Since != b.Since) {
		return Refuse("C5", "unchanged baseline", "keep the baseline while the benefit runs; a better service for everybody needs no entry in the list",
			"the baseline of %s was changed while the benefit runs", m.Code)
	}
	return nil
}

func benefitInContext(t *BenefitTerms) error {
	m := t.Measure
	for _, k := range m.Kinds {
		switch {
		case k == subject.OfficeHolder:
			return Refuse("C3", "context of private life", "leave office holders out: what they did in office neither helps nor harms them outside it",
				"the benefit %s would carry an office holder's rating out of the office", m.Code)
		case t.Model.Code != m.Benefit.Model || !t.Model.rates(k):
			return fault.New(fault.Invalid, "benefit.kind", "the benefit %s is for the kind %s, which its model %s does not rate", m.Code, k, m.Benefit.Model).
				With("name a model that rates every kind the benefit is for")
		case k.Natural():
			if err := ownContext(m, t.Model.Contexts); err != nil {
				return err
			}
		}
	}
	return nil
}
