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
	// Actor is the agency whose official acts; nil where the catalogue has none of that code.
	Actor *catalogue.Agency
	// Restricted is the agency that the order's subject is, nil where the subject is no agency of the catalogue.
	Restricted *catalogue.Agency
	Catalogue  *catalogue.Catalogue
	Today      calendar.Day
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
	if t.Actor == nil || t.Restricted == nil || !sameHouse(t.Catalogue, t.Actor, t.Restricted) {
		return nil
	}
	return fault.Refuse("C13", "author outside the body concerned",
		t.Actor.Code+" cannot end an order on "+t.Restricted.Code+", which is itself, above it, below it or under its control",
		"a court or the author of the order, standing outside the body, ends it; the attempt was logged")
}

func endingComplete(t *EndingTerms) error {
	const cure = "take it from the document that ends the order"
	e := &t.Ending
	switch {
	case t.Order.ID == 0:
		return refuse4("order", "name the order to end", "there is no order to end")
	case e.Act != order.Lift && e.Act != order.Annul:
		return fault.New(fault.Invalid, "order.act", "%q does not end an order", e.Act).With("lift it or annul it")
	case strings.TrimSpace(e.Document.Number) == "" || e.Document.Digest == [32]byte{}:
		return refuse4("document", "give the number and the SHA-256 of the document that ends the order", "the ending names no document")
	case e.Day == calendar.None:
		return refuse4("day", cure, "the ending names no day")
	case strings.TrimSpace(e.Reason) == "":
		return refuse4("reason", cure, "the ending gives no reason")
	}
	if word := mentions(e.Reason, ratingWords); word != "" {
		return refuse4("ground other than a rating", "state what was done or found; orders neither begin nor end with a rating", "the reason refers to a rating (%q)", word)
	}
	return nil
}

func endingByTheAuthor(t *EndingTerms) error {
	a, o := t.Actor, &t.Order
	switch {
	case a == nil || a.Code != t.Ending.Agency:
		return refuse4("court or competent authority", "an official of an agency of the catalogue ends it", "%q is no agency of the catalogue", t.Ending.Agency)
	case a.Code == o.Issuer:
		return nil
	case t.Ending.Act == order.Lift:
		return refuse4("author of the order", "its author lifts it; a court or the author's superior may annul it", "%s cannot lift an order of %s", a.Code, o.Issuer)
	case a.Kind == "court", authority(a) && above(t.Catalogue, a.Code, o.Issuer):
		return nil
	}
	return refuse4("author of the order, its superior or a court", "bring it before one of them", "%s cannot annul an order of %s", a.Code, o.Issuer)
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

// sameHouse tells whether two agencies are one, one stands above the other, or one controls the other.
func sameHouse(c *catalogue.Catalogue, a, b *catalogue.Agency) bool {
	return a.Code == b.Code || above(c, a.Code, b.Code) || above(c, b.Code, a.Code)
}

// above tells whether the agency high stands above the agency low, by any chain of superiors and control.
func above(c *catalogue.Catalogue, high, low string) bool {
	seen := map[string]bool{low: true}
	next := []string{low}
	for len(next) > 0 {
		code := next[0]
		next = next[1:]
		var over []string
		if a := c.Agency(code); a != nil && a.Superior != "" {
			over = append(over, a.Superior)
		}
		for i := range c.Agencies {
			for _, controlled := range c.Agencies[i].Controls {
				if controlled == code {
					over = append(over, c.Agencies[i].Code)
				}
			}
		}
		for _, o := range over {
			if o == high {
				return true
			}
			if !seen[o] {
				seen[o] = true
				next = append(next, o)
			}
		}
	}
	return false
}
