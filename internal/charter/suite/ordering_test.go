package suite_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// ordered is an order that was accepted.
type ordered struct {
	order.Order
	on      *party
	lifted  calendar.Day // None while nobody lifted it
	annuled bool
	// answerBy is the day by which an objection must be answered, None while there is none; above: the matter is before
	// the body above.
	answerBy calendar.Day
	above    bool
}

// holds tells whether the order restricts on a day, worked out from its own dates.
func (o *ordered) holds(today calendar.Day) bool {
	if o.annuled || today < o.Start || today < o.Served || (o.lifted != calendar.None && today >= o.lifted) {
		return false
	}
	for _, end := range []calendar.Day{o.End, o.Review} {
		if end != calendar.None && today >= end {
			return false
		}
	}
	return true
}

func (h *history) document() order.Document {
	n := fmt.Sprintf("(2026) No. %d", h.number())
	return order.Document{Number: n, Digest: sha256.Sum256([]byte(n))}
}

// restrictions are the measures that can be ordered: who may order them, the basis, the longest time and on whom.
var restrictions = map[string]struct {
	issuers    []string
	official   map[string]string
	basis      order.Basis
	months     int
	kinds      []subject.Kind
	forPersons bool
}{
	"spending-limit": {[]string{"court"}, map[string]string{"court": "qi"}, order.Basis{Law: "civil-procedure-law", Article: "art. 262"}, 24, []subject.Kind{subject.Enterprise, subject.Person, subject.OfficeHolder}, true},
	"entry-ban":      {[]string{"ministry", "neighbour"}, map[string]string{"ministry": "he", "neighbour": "ne"}, order.Basis{Law: "licensing-law", Article: "art. 79"}, 36, []subject.Kind{subject.Enterprise, subject.PublicBody}, true},
}

// orders has a court or an authority order a restriction, in order or with one thing wrong.
func orders(h *history) act {
	code := pick(h, "measure", slices.Sorted(maps.Keys(restrictions))...)
	m := restrictions[code]
	p := h.somebody(m.kinds...)
	issuer := pick(h, "issuer", m.issuers...)
	start := h.today() + calendar.Day(pick(h, "starts in", -3, 0, 0, 10))
	o := order.Order{
		Subject: h.stands(p), Issuer: issuer, Document: h.document(), Basis: m.basis, Measure: code, Tier: "serious", Start: start,
		End: start.Add(calendar.Period{Months: pick(h, "months", 1, 6, m.months)}), Review: calendar.None,
		Appeal: "to the court above, within 15 days", Served: h.today() - 1,
	}
	if h.seldom(4, "review date") {
		o.End, o.Review = calendar.None, o.End
	}
	as := h.as(m.official[issuer])
	a := act{}
	if flaw := pick(h, "flaw", append([]string{"", "", "", "", ""}, slices.Sorted(maps.Keys(orderFlaws))...)...); flaw != "" {
		orderFlaws[flaw](h, &o, &as)
		a.breaks = "C4: " + flaw
	}
	a.touched = []subject.ID{o.Subject}
	a.name = fmt.Sprintf("%s orders %s on %s from %s to %s", as.Name(), o.Measure, p.name, o.Start, o.Until())
	entered, err := h.d.Measures(h.ratings).EnterOrder(h.ctx, as, o)
	if a.err = err; err == nil && a.breaks == "" {
		h.orders = append(h.orders, &ordered{Order: entered, on: h.known(entered.Subject), lifted: calendar.None, answerBy: calendar.None})
	}
	return a
}

// orderFlaws are the ways in which an order restricts nobody, by what is missing.
var orderFlaws = map[string]func(h *history, o *order.Order, as *access.Credential){
	"legal basis": func(_ *history, o *order.Order, _ *access.Credential) { o.Basis.Law = "" },
	"article":     func(_ *history, o *order.Order, _ *access.Credential) { o.Basis.Article = "" },
	"basis of the list": func(_ *history, o *order.Order, _ *access.Credential) {
		o.Basis = order.Basis{Law: "pipl", Article: "art. 13"}
	},
	"number":          func(_ *history, o *order.Order, _ *access.Credential) { o.Document.Number = " " },
	"document":        func(_ *history, o *order.Order, _ *access.Credential) { o.Document.Digest = [32]byte{} },
	"start":           func(_ *history, o *order.Order, _ *access.Credential) { o.Start = calendar.None },
	"end":             func(_ *history, o *order.Order, _ *access.Credential) { o.End, o.Review = calendar.None, calendar.None },
	"ceiling":         func(_ *history, o *order.Order, _ *access.Credential) { o.End = o.Start.Add(calendar.Period{Years: 4}) },
	"tier":            func(_ *history, o *order.Order, _ *access.Credential) { o.Tier = "" },
	"lighter conduct": func(_ *history, o *order.Order, _ *access.Credential) { o.Tier = "minor" },
	"small debt": func(h *history, o *order.Order, as *access.Credential) {
		o.Measure, o.Basis, o.Issuer, *as = "consumption-limit", order.Basis{Law: "consumption-provisions", Article: "art. 3"}, "court", h.as("qi")
		o.Subject, o.Amount = h.party("yard").id, 295100
		o.End, o.Review = o.Start+20, calendar.None
	},
	"no amount": func(h *history, o *order.Order, as *access.Credential) {
		o.Measure, o.Basis, o.Issuer, *as = "consumption-limit", order.Basis{Law: "consumption-provisions", Article: "art. 3"}, "court", h.as("qi")
		o.Subject = h.party("yard").id
		o.End, o.Review = o.Start+20, calendar.None
	},
	"longer than the law": func(h *history, o *order.Order, as *access.Credential) {
		o.Measure, o.Basis, o.Issuer, *as = "fiscal-limit", order.Basis{Law: "basic-list", Article: "item 3"}, "ministry", h.as("he")
		o.Subject, o.Tier = h.party("yard").id, "general"
		o.End, o.Review = o.Start.Add(calendar.Period{Months: 13}), calendar.None
	},
	"route of appeal": func(_ *history, o *order.Order, _ *access.Credential) { o.Appeal = "" },
	"service":         func(_ *history, o *order.Order, _ *access.Credential) { o.Served = calendar.None },
	"service to come": func(h *history, o *order.Order, _ *access.Credential) { o.Served = h.today() + 3 },
	"authority": func(h *history, o *order.Order, as *access.Credential) {
		o.Issuer, *as = "bank", h.as("wu")
	},
	"own order": func(h *history, _ *order.Order, as *access.Credential) { *as = h.as("bu") },
	"competence": func(h *history, o *order.Order, as *access.Credential) {
		o.Measure, o.Basis = "spending-limit", restrictions["spending-limit"].basis
		o.Issuer, *as = "neighbour", h.as("ne")
		o.End, o.Review = o.Start+20, calendar.None
		o.Subject = h.party("yard").id
	},
	"measure of the list": func(_ *history, o *order.Order, _ *access.Credential) { o.Measure = "shaming" },
	"class I": func(h *history, o *order.Order, as *access.Credential) {
		o.Measure, o.Basis, o.Issuer, *as = "close-supervision", order.Basis{Law: "basic-list", Article: "item 3"}, "ministry", h.as("he")
		o.Subject = h.party("ai").id
		o.End, o.Review = o.Start+20, calendar.None
	},
	"benefit": func(h *history, o *order.Order, as *access.Credential) {
		o.Measure, o.Basis, o.Issuer, *as = "green-channel", order.Basis{Law: "basic-list", Article: "item 3"}, "ministry", h.as("he")
		o.Subject = h.party("yard").id
		o.End, o.Review = o.Start+20, calendar.None
	},
	"ground other than a rating": func(_ *history, o *order.Order, _ *access.Credential) { o.Scope = "as long as the credit score is low" },
}

// endsOrder has an order lifted or annulled by whom it falls to, or by somebody else.
func endsOrder(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.orders), func(o *ordered) bool {
		return o.annuled || o.lifted != calendar.None || h.today() >= o.Until()
	})
	if len(list) == 0 {
		return act{}
	}
	o := pick(h, "order", list...)
	e := order.Ending{Act: pick(h, "act", order.Lift, order.Annul), Day: h.today(), Document: h.document(), Reason: "the duty was done"}
	as := map[string]string{"court": "qi", "ministry": "he", "neighbour": "ne"}[o.Issuer]
	a := act{touched: []subject.ID{h.stands(o.on), o.Subject}}
	switch flaw := pick(h, "flaw", "", "", "", "stranger", "no reason", "no document", "rating", "court", "self"); {
	case flaw == "stranger":
		as, a.breaks = pick(h, "stranger", "wu", "mu"), "C4: author of the order"
	case flaw == "no reason":
		e.Reason, a.breaks = " ", "C4: reason"
	case flaw == "no document":
		e.Document.Digest, a.breaks = [32]byte{}, "C4: document"
	case flaw == "rating":
		e.Reason, a.breaks = "the rating has risen", "C4: ground other than a rating"
	case flaw == "court" && e.Act == order.Annul:
		as = "qi"
	case flaw == "court" && o.Issuer != "court":
		as, a.breaks = "qi", "C4: author of the order"
	case flaw == "self" && o.on.name == "neighbour" && o.Issuer == "neighbour":
		a.breaks = "C13: independent author"
	}
	if as == "he" && kinOfMinistry[o.on.name] || as == "ne" && o.on.name == "neighbour" {
		a.breaks = "C13: independent author"
	}
	a.name = fmt.Sprintf("%s has the order of %s on %s %s", as, o.Issuer, o.on.name, e.Act)
	_, a.err = h.d.Measures(h.ratings).EndOrder(h.ctx, h.as(as), h.stands(o.on), o.ID, e)
	if a.err == nil && a.breaks == "" {
		if e.Act == order.Annul {
			o.annuled = true
		} else {
			o.lifted = e.Day
		}
	}
	return a
}

// decidesRestriction asks whether a measure restricts somebody; the answer must be that of the orders in force.
func decidesRestriction(h *history) act {
	code := pick(h, "measure", slices.Sorted(maps.Keys(restrictions))...)
	p := h.somebody(restrictions[code].kinds...)
	q := measure.Request{
		As: h.as(pick(h, "asker", "wu", "mu", "qi", "he")), Subject: p.id, Measure: code,
		Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: fmt.Sprintf("case %d", h.number()),
	}
	a := act{name: fmt.Sprintf("%s asks whether %s restricts %s", q.As.Name(), code, p.name), touched: []subject.ID{h.stands(p)}}
	switch pick(h, "flaw", "", "", "", "", "no purpose", "no basis", "no case", "other's basis") {
	case "no purpose":
		q.Purpose, a.breaks = "", "C11: purpose"
	case "no basis":
		q.Basis, a.breaks = "", "C11: legal basis"
	case "no case":
		q.Case, a.breaks = "", "C11: case"
	case "other's basis":
		q.Basis, a.breaks = "basic-list", "C11: legal basis of the purpose"
	}
	d, err := h.d.Measures(h.ratings).Decide(h.ctx, q)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	want := charter.Clear
	if h.restricted(p, code) {
		want = charter.Restricted
	}
	if d.Outcome != want {
		h.violated("C4", "%s: answered %s, and by the orders in force it is %s", a, d.Outcome, want)
	}
	h.looked(q.As, h.stands(p), access.Decision, q.Purpose, q.Case)
	again, err := h.d.Measures(h.ratings).Kept(h.ctx, measure.Request{As: h.as(p.name), Subject: p.id}, d.ID)
	if a.err = err; err == nil {
		h.looked(h.as(p.name), h.stands(p), access.OwnFile, ownPurpose, "")
	}
	if again.Outcome != d.Outcome || again.Order != d.Order {
		h.violated("C12", "%s: answered %s, and the subject is shown %s", a, d.Outcome, again.Outcome)
	}
	return a
}

// restricted tells by the diary whether an order in force restricts somebody.
func (h *history) restricted(p *party, code string) bool {
	return slices.ContainsFunc(h.orders, func(o *ordered) bool {
		return h.stands(o.on) == h.stands(p) && o.Measure == code && o.holds(h.today())
	})
}

// decidesBenefit asks whether somebody is granted a benefit; it rests on a rating, for human beings under their consent.
func decidesBenefit(h *history) act {
	code := pick(h, "benefit", "museum-evening", "green-channel", "other-context-evening", "library-evening")
	kinds, model, context, askers := []subject.Kind{subject.Person}, "repayment-score", "finance-credit", []string{"wu", "mu"}
	switch code {
	case "green-channel":
		kinds, model, context = []subject.Kind{subject.Enterprise, subject.PublicBody}, "company-score", ""
	case "library-evening": // nothing outside an office hangs on how it was held, whoever asks
		kinds, model, context, askers = []subject.Kind{subject.OfficeHolder}, "office-score", "public-duty", []string{"mu", "qi", "bu", "he"}
	}
	p, asker := h.somebody(kinds...), pick(h, "asker", askers...)
	if p.kind == subject.Person && h.seldom(2, "with a consent") {
		h.agrees(p, model, officials[asker])
	}
	q := measure.Request{As: h.as(asker), Subject: p.id, Measure: code, Purpose: "public-benefit", Basis: "basic-list"}
	if p.consents() {
		q.Purpose, q.Basis = "home-lending", "pipl art. 13"
	}
	if code == "library-evening" {
		q.Purpose, q.Basis = "home-supervision", "credit-reporting"
	}
	a := act{name: fmt.Sprintf("%s asks whether %s is granted to %s", q.As.Name(), code, p.name), touched: []subject.ID{h.stands(p)}}
	covered := !p.consents() || h.covered(p, q.As.Agency(), q.Purpose, model, context)
	if code != "other-context-evening" && p.consents() && covered && h.closed[p] {
		a.breaks = "C11: open file"
	}
	d, err := h.d.Measures(h.ratings).Decide(h.ctx, q)
	if a.err = err; err != nil {
		return a
	}
	switch {
	case code == "other-context-evening" && d.Outcome != charter.RefusedByCharter:
		h.violated("C3", "%s: %s, by a rating of another context", a, d.Outcome)
	case code == "library-evening":
		if d.Outcome != charter.RefusedByCharter {
			h.violated("C3", "%s: %s, by how an office was held", a, d.Outcome)
		}
		h.looked(q.As, h.stands(p), access.Decision, q.Purpose, q.Case)
		return a
	case !covered && d.Outcome != charter.RefusedByCharter:
		h.violated("C1", "%s: %s, without a consent that names the asker", a, d.Outcome)
	case code == "other-context-evening" || !covered:
		return a
	}
	want := charter.NotGranted
	if score, rated := h.score(p, model); rated && score >= 550 {
		want = charter.Granted
	}
	if d.NeedsRuling != p.natural() {
		h.violated("C14", "%s: answered %s, and needs a ruling: %v", a, d.Outcome, d.NeedsRuling)
	}
	if d.NeedsRuling {
		h.proposals = append(h.proposals, &proposal{of: p, id: d.ID, asker: q.As.Name(), agency: q.As.Agency(), until: d.Until})
	}
	if d.Outcome != want {
		h.violated("C5", "%s: answered %s, and by its records it is %s", a, d.Outcome, want)
	}
	h.looked(q.As, h.stands(p), access.Decision, q.Purpose, q.Case)
	return a
}

// covered tells by the diary whether somebody's consent covers a question.
func (h *history) covered(p *party, reader, purpose, model, context string) bool {
	return slices.ContainsFunc(h.given, func(c *agreed) bool {
		return h.stands(c.by) == h.stands(p) && c.standing(h.today()) && slices.Contains(c.Recipients, reader) && c.Purpose == purpose &&
			(model == "" || c.Method == model) && (context == "" || slices.Contains(c.Contexts, context))
	})
}
