package notice

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/subject"
)

// missing is a refusal under C7: what the subject would not be told.
func missing(o Occasion, element, text, cure string) error {
	return fault.Refuse("C7", element, text, cure).At("notice " + string(o))
}

// wrong is a notice that cannot be meant; the caller's own mistake.
func wrong(o Occasion, format string, args ...any) error {
	return fault.New(fault.Invalid, "notice.fact", format, args...).At("notice " + string(o)).
		With("state the facts that the list of occasions gives, in the form it gives: docs/notices.md")
}

// check holds a notice to what its occasion must say.
func (n *Notice) check(sub subject.Subject) error {
	o := theList().Occasions[n.Occasion]
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case o == nil:
		return wrong(n.Occasion, "there is no occasion %q", n.Occasion)
	case n.Subject == 0 || n.Subject != sub.ID:
		return missing(n.Occasion, "subject", "the notice does not name whom it tells", "name the subject the act is about")
	case n.At.IsZero():
		return missing(n.Occasion, "instant", "the notice does not say when the act was recorded", "give the instant of the act")
	case blank(n.About):
		return missing(n.Occasion, "what it is about", "the notice does not name what it tells of", "name the order, model, record or step by its id or code")
	case o.Agency && blank(n.By):
		return missing(n.Occasion, "author", "the notice does not say whose act it is", "name the agency")
	case blank(n.Law):
		return missing(n.Occasion, "law", "the notice names no law", "name the law and its article")
	case blank(n.Contest):
		return missing(n.Occasion, "how to contest", "the notice does not say how the subject can contest it", "name a route, or give the text of the order")
	}
	for _, name := range o.Needs {
		if i := slices.IndexFunc(n.Facts, func(f Fact) bool { return f.Name == name && !blank(f.Value) }); i < 0 {
			return missing(n.Occasion, name, "the notice does not state the fact “"+name+"”", "state it: the subject cannot contest what it is not told")
		}
	}
	for _, f := range n.Facts {
		if !o.states(f.Name) {
			return wrong(n.Occasion, "a notice of this occasion does not state “%s”", f.Name)
		}
	}
	if err := n.wellFormed(); err != nil {
		return err
	}
	if o.Reasons && !slices.ContainsFunc(n.Facts, func(f Fact) bool { return f.Name == Reason && Specific(f.Value) }) {
		return missing(n.Occasion, "specific reason", "the notice gives no reason that the subject could answer",
			"name the facts that decided it; “insufficient score” or “internal policy” is none")
	}
	return nil
}

// longest is how many characters a single value may have: what is longer belongs into a document.
const longest = 4000

func (n *Notice) wellFormed() error {
	p := theList()
	for _, f := range slices.Concat(n.Facts, n.Favour) {
		k, known := p.Facts[f.Name]
		switch {
		case !known:
			return wrong(n.Occasion, "there is no fact “%s”", f.Name)
		case !utf8.ValidString(f.Value) || !utf8.ValidString(f.ZH) || utf8.RuneCountInString(f.Value)+utf8.RuneCountInString(f.ZH) > longest:
			return wrong(n.Occasion, "the fact “%s” is no text of at most %d characters", f.Name, longest)
		case !k.holds(p, f.Name, f.Value):
			return wrong(n.Occasion, "the fact “%s” is a %s and cannot be %q", f.Name, k, f.Value)
		}
	}
	return nil
}

// holds tells whether a value has the form of the kind.
func (k kind) holds(p *plan, name, value string) bool {
	switch k {
	case dayKind:
		_, err := calendar.Parse(value)
		return err == nil
	case instantKind:
		_, err := time.Parse(time.RFC3339Nano, value)
		return err == nil
	case fenKind, countKind:
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case wordKind:
		return slices.Contains(p.Words[name], value)
	}
	return true
}

// leastReason is how many characters a reason must still have once all that says nothing is taken out of it; Chinese
// says in four what English says in ten.
const leastReason = 4

// Specific tells whether a reason says something that its reader could answer: whether anything is left of it without
// the phrases and little words of words/generic.yaml (12 CFR 1002.9(b)(2)).
func Specific(reason string) bool {
	p := theList()
	text := " " + fold(reason) + " "
	for _, g := range p.generic {
		if g[0] >= utf8.RuneSelf {
			text = strings.ReplaceAll(text, g, " ")
			continue
		}
		for strings.Contains(text, " "+g+" ") {
			text = strings.ReplaceAll(text, " "+g+" ", " ")
		}
	}
	left := 0
	for _, w := range strings.Fields(text) {
		if !p.fillers[w] {
			left += utf8.RuneCountInString(w)
		}
	}
	return left >= leastReason
}
