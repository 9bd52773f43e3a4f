package charter

import (
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/measure/order"
)

// EndingTerms is the lifting or annulment of an order about to be entered.
type EndingTerms struct {
	Order  order.Order
	Ending order.Ending
	// By is who ends it.
	By Actor
	// Bodies are the unified codes of the body the order restricts or, on an office holder, of the office's body; none
	// where the subject is neither a body nor holds an office.
	Bodies    []string
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// Ended permits the store to end one order. Its zero value permits nothing.
type Ended struct {
	order  *order.Order
	ending order.Ending
}

// Order is the order that may be ended; nil in a zero Ended.
func (e Ended) Order() *order.Order { return e.order }

// Ending is the act that may be entered.
func (e Ended) Ending() order.Ending { return e.ending }

// PermitEnding says who may end an order: its author lifts it; its author, the author's superior or a court annuls it; and
// nobody ends an order on itself, its superiors, its subordinates or bodies it controls (C13). An ending states document,
// day and reason, as the order did.
func PermitEnding(t EndingTerms) (Ended, error) {
	for _, check := range []func(*EndingTerms) error{endingOfOneself, endingComplete, endingByTheAuthor, endingInTime} {
		if err := check(&t); err != nil {
			return Ended{}, err
		}
	}
	o := t.Order
	return Ended{&o, t.Ending}, nil
}

func endingOfOneself(t *EndingTerms) error {
	if OwnHouse(t.Catalogue, t.By.Agency, t.Bodies) {
		return Refuse("C13", "independent author",
			"have a court, or another body that neither answers to it nor directs it, end the order",
			"%s cannot end an order on itself, its superiors, its subordinates or bodies it controls; the attempt is logged", t.By.Agency)
	}
	return nil
}

func endingComplete(t *EndingTerms) error {
	const cure = "take it from the document that ends the order"
	e := &t.Ending
	switch {
	case t.Order.ID == 0:
		return Refuse("C4", "order", "name the order to end", "there is no order to end")
	case e.Act != order.Lift && e.Act != order.Annul:
		return fault.New(fault.Invalid, "order.act", "%q does not end an order", e.Act).With("lift it or annul it")
	case strings.TrimSpace(e.Document.Number) == "" || e.Document.Digest == [32]byte{}:
		return Refuse("C4", "document", "give the number and the SHA-256 of the document that ends the order", "the ending names no document")
	case e.Day == calendar.None:
		return Refuse("C4", "day", cure, "the ending names no day")
	case strings.TrimSpace(e.Reason) == "":
		return Refuse("C4", "reason", cure, "the ending gives no reason")
	}
	if word := RatingWord(e.Reason); word != "" {
		return Refuse("C4", "ground other than a rating", "state what was done or found; orders neither begin nor end with a rating", "the reason refers to a rating (%q)", word)
	}
	return nil
}

func endingByTheAuthor(t *EndingTerms) error {
	o, a := &t.Order, t.Catalogue.Agency(t.By.Agency)
	const cure = "an official of the order's author ends it, with a credential of its own"
	switch {
	case a == nil || !t.By.IsOfficial():
		return Refuse("C4", "court or competent authority", cure, "no official of an agency of the catalogue ends this order")
	case a.Code != t.Ending.Agency || t.By.Official != t.Ending.Official:
		return Refuse("C4", "act of one's own", cure, "%s ends an order in the name of %s/%s", t.By.Title(), t.Ending.Agency, t.Ending.Official)
	case a.Code == o.Issuer:
		return nil
	case t.Ending.Act == order.Lift:
		return Refuse("C4", "author of the order", "its author lifts it; a court or the author's superior may annul it", "%s cannot lift an order of %s", a.Code, o.Issuer)
	case a.Kind == "court", Authority(a) && Directs(t.Catalogue, a.Code, o.Issuer):
		return nil
	}
	return Refuse("C4", "author of the order, its superior or a court", "bring it before one of them", "%s cannot annul an order of %s", a.Code, o.Issuer)
}

func endingInTime(t *EndingTerms) error {
	o, e := &t.Order, &t.Ending
	if e.Day > t.Today {
		return fault.New(fault.Invalid, "order.ending.day", "the ending is of %s, which has not come", e.Day).
			With("enter it on its day")
	}
	switch state := o.State(t.Today); {
	case state == order.Annulled, state == order.Lifted && e.Act == order.Lift:
		return fault.New(fault.Conflict, "order.ended", "the order %s is %s already", o.ID, state)
	case state == order.Expired && e.Act == order.Lift:
		return fault.New(fault.Conflict, "order.ended", "the order %s expired on %s by itself", o.ID, o.Until()).
			With("annul it, if it should never have been")
	}
	return nil
}

// Directs tells whether the agency high is a superior of the agency low, however many steps above.
func Directs(cat *catalogue.Catalogue, high, low string) bool {
	for range len(cat.Agencies) { // a circle of superiors, which the catalogue check finds, must not hold us up
		a := cat.Agency(low)
		if a == nil || a.Superior == "" {
			return false
		}
		if a.Superior == high {
			return true
		}
		low = a.Superior
	}
	return false
}
