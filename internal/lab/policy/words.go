package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Line is one statement of a policy on one topic.
type Line struct {
	Topic string `json:"topic"`
	Text  string `json:"text"`
}

// Words is the policy in words, topic by topic, always in the same order, so that two can be laid side by side.
func (p *Policy) Words() []Line {
	m := p.plan.Model()
	lines := []Line{
		{"model", fmt.Sprintf("%s version %d (%s), %s", m.Code, m.Version, m.Title.EN, p.contextWords())},
		{"consent", p.consentWords()},
		{"records", p.recordWords()},
		{"linking", "records are linked by " + map[string]string{"exact": "the resident number alone", "id-name": "number and name", "name-city": "name and city"}[p.Records.Linking]},
		{"errors", p.errorWords()},
		{"disputes", p.disputeWords()},
		{"list", p.listWords()},
		{"credit", p.creditWords()},
	}
	for _, k := range kinds {
		lines = append(lines, Line{"measure: " + k.name, p.measureWords(k.name, k.does)})
	}
	lines = append(lines, Line{"benefits", p.benefitWords()}, Line{"regions", p.regionWords()}, Line{"amnesty", p.amnestyWords()})
	names := make([]string, 0, len(p.Parameters))
	for name := range p.Parameters {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		lines = append(lines, Line{"parameter: " + name, fmt.Sprint(p.Parameters[name].Value)})
	}
	return lines
}

func (p *Policy) contextWords() string {
	if n := p.contexts(); p.Composite {
		return fmt.Sprintf("joining %d contexts, which the live system refuses (Charter C3)", n)
	}
	return "within one context"
}

func (p *Policy) consentWords() string {
	if p.Consent == nil {
		return "nobody is asked; everybody is rated (the live system refuses this, Charter C1)"
	}
	return fmt.Sprintf("only those who consent are rated, %.0f per cent of people", 100*p.Consent.Value)
}

func (p *Policy) recordWords() string {
	text := fmt.Sprintf("adverse records are kept %v months", p.Records.Retention.Value)
	switch r := p.Records.Repair.Value; {
	case r < 0:
		return text + ", settled or not"
	case r == 0:
		return text + ", and go at once when settled"
	default:
		return fmt.Sprintf("%s, and %v months once settled", text, r)
	}
}

func (p *Policy) errorWords() string {
	if p.Records.Errors == nil || p.Records.Errors.Value == 1 {
		return "wrong records as often as measured"
	}
	return fmt.Sprintf("wrong records %v times as often as measured", p.Records.Errors.Value)
}

func (p *Policy) disputeWords() string {
	d := &p.Disputes
	text := fmt.Sprintf("%v disputes decided a month for a thousand people, %.0f per cent of those about wrong records upheld, within %v days", d.PerThousand.Value, 100*d.Upheld.Value, d.Days.Value)
	for _, x := range []struct {
		on  bool
		say string
	}{{d.Told, "subjects are told of adverse records"}, {d.Suspends, "a disputed record is out of use"}, {d.Suppresses, "an overdue one goes"}} {
		if x.on {
			text += "; " + x.say
		}
	}
	return text
}

func (p *Policy) listWords() string {
	switch {
	case !p.List.Court:
		return "no list"
	case p.List.Agencies.Value == 0:
		return "courts list judgment defaulters; what courts order ends with the debt"
	default:
		return fmt.Sprintf("courts list judgment defaulters; %v agencies copy the list and keep their copies %v months longer on average", p.List.Agencies.Value, p.List.Stale.Value)
	}
}

func (p *Policy) creditWords() string {
	var parts []string
	for _, name := range append(p.Bands(), unrated) {
		t := p.Credit.Terms[name]
		switch {
		case t.Deny:
			parts = append(parts, name+" refused")
		case t.Small:
			parts = append(parts, fmt.Sprintf("%s %v%% on small loans", name, t.Rate.Value))
		default:
			parts = append(parts, fmt.Sprintf("%s %v%%", name, t.Rate.Value))
		}
	}
	text := strings.Join(parts, ", ")
	if x := p.Credit.Explore.Value; x > 0 {
		text += fmt.Sprintf("; %.1f per cent of refusals lent to all the same", 100*x)
	}
	return text
}

func (p *Policy) measureWords(kind, does string) string {
	var parts []string
	for _, m := range p.Measures {
		if m.What.Text != kind {
			continue
		}
		var text string
		switch {
		case m.Listed:
			text = does + " for those on the list"
		case m.ScoreBelow != nil:
			text = fmt.Sprintf("%s below a score of %v", does, m.ScoreBelow.Value)
		default:
			text = does + " in band " + m.BandAtMost + " and below"
		}
		if m.Basis == "" {
			text += ", on no legal basis"
		} else {
			text += " (" + m.Basis + ")"
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, "; ")
}

func (p *Policy) benefitWords() string {
	if len(p.Benefits) == 0 {
		return "none"
	}
	parts := make([]string, len(p.Benefits))
	for i, b := range p.Benefits {
		parts[i] = fmt.Sprintf("%s worth %.0f yuan a year from band %s up", b.What, b.Yearly.Value/100, b.BandAtLeast)
	}
	return strings.Join(parts, "; ")
}

func (p *Policy) regionWords() string {
	if len(p.Regions) == 0 {
		return "everywhere"
	}
	return "measures by score only in regions " + strings.Join(p.Regions, ", ")
}

func (p *Policy) amnestyWords() string {
	if p.Amnesty == nil {
		return "none"
	}
	return fmt.Sprintf("in month %v settled records of up to %.0f yuan are wiped", p.Amnesty.Month.Value, p.Amnesty.Amount.Value/100)
}

// Change is a topic on which two policies differ.
type Change struct {
	Topic  string `json:"topic"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Difference is what changes from one policy to another, in words, topic by topic.
func Difference(from, to *Policy) []Change {
	var changes []Change
	a, b := from.Words(), to.Words()
	find := func(lines []Line, topic string) string {
		for _, l := range lines {
			if l.Topic == topic {
				return l.Text
			}
		}
		return "as built in"
	}
	seen := map[string]bool{}
	for _, l := range append(a, b...) {
		if seen[l.Topic] {
			continue
		}
		seen[l.Topic] = true
		if x, y := find(a, l.Topic), find(b, l.Topic); x != y {
			changes = append(changes, Change{l.Topic, x, y})
		}
	}
	return changes
}
