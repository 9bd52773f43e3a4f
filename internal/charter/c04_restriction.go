package charter

import (
	"fmt"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/measure/ceiling"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// RestrictionTerms is an order about to be entered, and what it must be judged against. Nothing in it can carry a
// rating.
type RestrictionTerms struct {
	Order order.Order
	// Subject is the register's entry of the subject the order names.
	Subject subject.Subject
	// By is who enters the order.
	By        Actor
	Catalogue *catalogue.Catalogue
	// Ceilings says how far each law carries a measure.
	Ceilings *ceiling.Table
	Today    calendar.Day
}

// measure is the entry of the closed list that the order names, nil where the list has none of that code.
func (t *RestrictionTerms) measure() *catalogue.Measure { return t.Catalogue.Measure(t.Order.Measure) }

// Restriction permits the store to enter one order. Its zero value permits nothing.
type Restriction struct{ order *order.Order }

// Order is the order that may be entered; nil in a zero Restriction.
func (r Restriction) Order() *order.Order { return r.order }

// PermitRestriction holds C4: a restriction exists only through an order of a court or a competent authority that names
// its subject, legal basis, document, start, end or review date and route of appeal, and whose notice was served; it
// comes from the closed list of measures, and stays under the measure's ceiling and under that of its law for conduct of
// its tier and the amount at stake. The same is asked for organisations.
//
// An order whose days contradict each other is Invalid; whatever the Charter misses is Refused and named.
func PermitRestriction(t RestrictionTerms) (Restriction, error) {
	for _, check := range []func(*RestrictionTerms) error{
		orderComplete, orderOfAnAuthority, orderOfTheList, orderOfTheCompetent, orderUnderTheCeiling, orderInProportion, orderWithoutRating,
	} {
		if err := check(&t); err != nil {
			return Restriction{}, err
		}
	}
	o := t.Order
	return Restriction{&o}, nil
}

func orderComplete(t *RestrictionTerms) error {
	o := &t.Order
	const theOrder = "take it from the order; an order that does not state it is not one a restriction can rest on"
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case o.Subject == 0 || o.Subject != t.Subject.ID:
		return Refuse("C4", "subject", "name the one subject the order names", "the order does not name this subject")
	case blank(o.Basis.Law):
		return Refuse("C4", "legal basis", theOrder, "the order names no law")
	case blank(o.Basis.Article):
		return Refuse("C4", "article of the legal basis", theOrder, "the order names %s without an article", o.Basis.Law)
	case blank(o.Document.Number):
		return Refuse("C4", "document number", theOrder, "the order has no document number")
	case o.Document.Digest == [32]byte{}:
		return Refuse("C4", "document", "give the SHA-256 of the signed document", "the order's document is not identified")
	case o.Start == calendar.None:
		return Refuse("C4", "start", theOrder, "the order names no first day")
	case o.End == calendar.None && o.Review == calendar.None:
		return Refuse("C4", "end or review date", theOrder, "the order names neither an end nor a review date")
	case blank(o.Appeal):
		return Refuse("C4", "route of appeal", theOrder, "the order does not say how the subject can contest it")
	case o.Served == calendar.None:
		return Refuse("C4", "service of notice", "serve the subject first and enter the day of service", "notice of the order was not served on its subject")
	case o.Served > t.Today:
		return Refuse("C4", "service of notice", "enter the order once the subject was served", "notice is to be served on %s, which has not come", o.Served)
	}
	return orderDays(t)
}

// orderDays refuses days that cannot be meant.
func orderDays(t *RestrictionTerms) error {
	o := &t.Order
	until := o.Until()
	switch {
	case until <= o.Start:
		return fault.New(fault.Invalid, "order.days", "the order would end on %s, before it starts on %s", until, o.Start).
			With("correct start, end or review date; the end is the first day on which the order no longer holds")
	case until <= t.Today:
		return fault.New(fault.Invalid, "order.over", "the order ended on %s already", until).
			With("an order that is over restricts nobody and is not entered; its facts are a record of its author")
	}
	return nil
}

func orderOfAnAuthority(t *RestrictionTerms) error {
	const cure = "only the court or authority that made the order enters it, through its own official"
	issuer := t.Catalogue.Agency(t.Order.Issuer)
	switch {
	case issuer == nil:
		return Refuse("C4", "court or competent authority", cure, "%q is no agency of the catalogue", t.Order.Issuer)
	case !Authority(issuer):
		return Refuse("C4", "court or competent authority", cure, "%s is neither a court nor an authority of the state: its kind is %s", issuer.Code, issuer.Kind)
	case !t.By.IsOfficial():
		return Refuse("C4", "official of the author", cure, "no official of %s enters this order", t.Order.Issuer)
	case t.By.Agency != t.Order.Issuer:
		return Refuse("C4", "order of one's own", cure, "an official of %s cannot enter an order of %s", t.By.Agency, t.Order.Issuer)
	}
	return nil
}

// Authority tells whether an agency can bind by order at all. Institutions, associations, utilities and operators supply
// and ask; they do not order.
func Authority(a *catalogue.Agency) bool {
	return a.Kind == "court" || a.Kind == "organ" || a.Kind == "procuratorate"
}

func orderOfTheList(t *RestrictionTerms) error {
	m := t.measure()
	if m == nil {
		return Refuse("C4", "measure of the closed list", "see the list with: probity catalogue list measures", "the list of measures has no %q", t.Order.Measure)
	}
	for _, d := range []calendar.Day{t.Today, t.Order.Start} {
		if !StandsInList(m, d) {
			return Refuse("C4", "measure in force", "order a measure that stands in the list", "the measure %s does not stand in the list on %s", m.Code, d)
		}
	}
	if err := Restrictable(m, t.Subject); err != nil {
		return err
	}
	if !slices.ContainsFunc(m.Basis, func(l catalogue.Law) bool {
		return l.Code == t.Order.Basis.Law && (l.Article == "" || l.Article == t.Order.Basis.Article)
	}) {
		return Refuse("C4", "legal basis of the measure", "name a basis the list gives for the measure: "+bases(m), "%s does not allow the measure %s", t.Order.Basis, m.Code)
	}
	return nil
}

// orderOfTheCompetent holds that the measure is the author's to order: the list names the author, a body above it, or its
// kind.
func orderOfTheCompetent(t *RestrictionTerms) error {
	m, issuer := t.measure(), t.Catalogue.Agency(t.Order.Issuer)
	if m.Body == issuer.Code || m.Body == issuer.Kind || Directs(t.Catalogue, m.Body, issuer.Code) {
		return nil
	}
	return Refuse("C4", "competent authority", "the list leaves the measure to: "+m.Body, "%s has no power to order the measure %s", issuer.Code, m.Code)
}

// Restrictable tells whether a measure of the list may restrict such a subject at all.
func Restrictable(m *catalogue.Measure, s subject.Subject) error {
	switch {
	case m.Class == "benefit":
		return Refuse("C4", "measure that can be ordered", "a benefit is neither ordered nor taken away by order", "the measure %s is a benefit", m.Code)
	case s.Natural() && m.Class != "I":
		return Refuse("C4", "measure of class I", "for human beings only measures of class I exist, each by order of a court or authority", "the measure %s is of class %s and cannot restrict a human being", m.Code, m.Class)
	case m.Class != "I" && m.Class != "II":
		return Refuse("C4", "measure that can be ordered", "measures of class III are a private body's own and are not kept here", "the measure %s is of class %s, which nobody orders", m.Code, m.Class)
	case !slices.Contains(m.Kinds, s.Kind):
		return Refuse("C4", "measure for this kind of subject", "see the list with: probity catalogue list measures", "the measure %s is not for subjects of the kind %s", m.Code, s.Kind)
	}
	return nil
}

func orderUnderTheCeiling(t *RestrictionTerms) error {
	m := t.measure()
	if m.Ceiling.IsZero() {
		return Refuse("C4", "ceiling of the measure", "have the list state how long the measure may run at most", "the list states no ceiling for the measure %s", m.Code)
	}
	// Both dates are held to it: a review date does not open a longer end.
	limit := t.Order.Start.Add(m.Ceiling)
	for _, d := range []calendar.Day{t.Order.End, t.Order.Review} {
		if d != calendar.None && d > limit {
			return Refuse("C4", "end under the ceiling", fmt.Sprintf("end or review it on %s at the latest", limit),
				"the measure %s may run %s from %s; the order names %s", m.Code, m.Ceiling, t.Order.Start, d)
		}
	}
	return nil
}

// RatingWord is the first word of a text by which an act would lean on a rating; "" where there is none. More are words
// that tell of one in such a text alone.
func RatingWord(text string, more ...string) string {
	if word := mentions(text, more); word != "" {
		return word
	}
	return mentions(text, ratingWords)
}

// ratingWords are the words by which an order would lean on a rating. They are looked for in the order's free text,
// the only place left where one could be smuggled in; the types have no field for it.
var ratingWords = []string{"rating", "rated", "score", "credit grade", "评分", "评级", "评价等级", "信用分", "信用等级", "分数"}

func orderWithoutRating(t *RestrictionTerms) error {
	for _, text := range []string{t.Order.Scope, t.Order.Appeal, t.Order.Document.Number} {
		if word := RatingWord(text); word != "" {
			return Refuse("C4", "ground other than a rating", "state the conduct and the law; no restriction may refer to a rating or to anything derived from one",
				"the order refers to a rating (%q)", word)
		}
	}
	return nil
}

// mentions finds the first of the words in a text; a word in Latin letters only where it stands by itself.
func mentions(text string, words []string) string {
	text = strings.ToLower(text)
	for _, w := range words {
		for at := 0; ; {
			i := strings.Index(text[at:], w)
			if i < 0 {
				break
			}
			i += at
			end := i + len(w)
			if w[0] >= 0x80 || ((i == 0 || !latin(text[i-1])) && (end == len(text) || !latin(text[end]))) {
				return w
			}
			at = end
		}
	}
	return ""
}

func latin(c byte) bool { return c >= 'a' && c <= 'z' }

// StandsInList tells whether the measure stands in the closed list on the day.
func StandsInList(m *catalogue.Measure, on calendar.Day) bool {
	return on >= m.From && (m.To == calendar.None || on < m.To) // None is smaller than every day
}

func bases(m *catalogue.Measure) string {
	var list []string
	for _, l := range m.Basis {
		list = append(list, strings.TrimSpace(l.Code+" "+l.Article))
	}
	return strings.Join(list, "; ")
}
