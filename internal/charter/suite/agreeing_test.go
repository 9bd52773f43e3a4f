package suite_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/agreement"
	"probity/internal/agreement/deed"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/store/agreements"
	"probity/internal/subject"
)

// agreedOn is the one purpose for which the town lets the bank read only as the histories agree.
const agreedOn = "contracting"

// pact is an agreement of the histories, as the diary knows it.
type pact struct {
	id   deed.ID
	to   calendar.Day
	last deed.Act
	held bool
}

// opens tells whether the pact lets the bank read on the day.
func (p *pact) opens(day calendar.Day) bool { return p.last == deed.Granted && !p.held && day < p.to }

// live tells whether a step may still follow.
func (p *pact) live(day calendar.Day) bool {
	return p.last == deed.Asked || p.last == deed.Fit || p.last == deed.Granted && day < p.to
}

// agree lets the bank read for every purpose but one, from today on.
func (h *history) agree() {
	h.Helper()
	if h.today() < h.agreed {
		return
	}
	if err := agreeFor(h.ctx, h.d, h.clock); err != nil {
		h.Fatalf("agreeing for the bank: %v", err)
	}
	h.agreed = h.today() + calendar.Day(deed.BuiltIn().Longest(h.today()))
}

// agreeFor takes the steps in a deployment.
func agreeFor(ctx context.Context, d *deployment.Deployment, clock func() time.Time) error {
	for _, p := range d.Catalogue.Purposes {
		if p.Code == agreedOn || p.Code == charter.OwnFilePurpose || p.Code == charter.OwnDeliveryPurpose {
			continue
		}
		if err := testworld.Agree(ctx, agreements.In(d.Store), d.Catalogue, founder.Agency, "bank", p.Code, clock()); err != nil {
			return err
		}
	}
	return nil
}

// agrees has officials take the next step of an agreement between the bank and the ministry, or one that is not theirs.
func agrees(h *history) act {
	i := slices.IndexFunc(h.pacts, func(p *pact) bool { return p.live(h.today()) })
	if i < 0 {
		return asksToRead(h)
	}
	p := h.pacts[i]
	next := map[deed.Act][]deed.Act{deed.Asked: {deed.Fit, deed.Fit, deed.Unfit}, deed.Fit: {deed.Granted, deed.Granted, deed.Refused}, deed.Granted: {deed.Suspended, deed.Ended}}[p.last]
	if p.held {
		next = []deed.Act{deed.Resumed, deed.Ended}
	}
	step := pick(h, "step", next...)
	by := map[deed.Act]string{
		deed.Fit: founder.Name, deed.Unfit: founder.Name, deed.Granted: "he", deed.Refused: "he", deed.Suspended: "he", deed.Resumed: "hu", deed.Ended: pick(h, "side", "wu", "hu"),
	}[step]
	a := act{touched: []subject.ID{}}
	reason := "as the history has it"
	switch pick(h, "flaw", "", "", "", "no reason", "a stranger", "out of turn") {
	case "no reason":
		reason, a.breaks = " ", "C11: reason"
	case "a stranger":
		by, a.breaks = "ne", "C11: official of the right agency"
	case "out of turn":
		if p.last == deed.Asked {
			step, by, a.breaks = deed.Granted, "he", "C11: judgement of the purpose"
		} else if p.last == deed.Granted {
			step, by, a.breaks = deed.Fit, founder.Name, "C11: step in its turn"
		}
	}
	a.name = fmt.Sprintf("%s: agreement %s is %s", by, p.id, step)
	if _, a.err = h.d.Agreements().Step(h.ctx, h.as(by), p.id, step, reason); a.err != nil || a.breaks != "" {
		return a
	}
	switch step {
	case deed.Suspended, deed.Resumed:
		p.held = step == deed.Suspended
	default:
		p.last = step
	}
	return a
}

// asksToRead has the bank ask the ministry for its records about organisations, in order or with one thing wrong.
func asksToRead(h *history) act {
	no, days := false, 5
	w := deed.Wish{
		Reader: "bank", Grantor: "ministry", Purpose: agreedOn, Basis: "civil-code", Reads: []string{"file"},
		Kinds: []subject.Kind{subject.Enterprise, subject.PublicBody}, From: h.today(), To: h.today() + 40, PerDay: 100,
		Risk: deed.Risk{Form: deed.Form, Data: []string{"none"}, Automated: &no, Need: "a contract", Safeguards: "a safe", KeepDays: &days},
	}
	for _, d := range h.d.Catalogue.Datasets {
		if d.Supplier == "ministry" {
			w.Shares = append(w.Shares, deed.Share{Dataset: d.Code})
		}
	}
	by := "wu"
	a := act{touched: []subject.ID{}}
	switch pick(h, "flaw", "", "", "", "a stranger", "no end", "people, and no personal data", "a machine decides", "passed on", "too often", "of another", "no dataset") {
	case "a stranger":
		by, a.breaks = "ne", "C11: official of the reader"
	case "no end":
		w.To, a.breaks = calendar.None, "C11: end"
	case "people, and no personal data":
		w.Kinds, a.breaks = append(w.Kinds, subject.Person), "C11: risk form"
	case "a machine decides":
		yes := true
		w.Kinds, w.Risk.Data, w.Risk.Automated, a.breaks = append(w.Kinds, subject.Person), []string{"identity"}, &yes, "C3: human decision"
	case "passed on":
		w.Risk.PassedOn, a.breaks = []string{"museum"}, "C11: answers that stay"
	case "too often":
		w.PerDay, a.breaks = 1<<40, "C11: quota"
	case "of another":
		w.Grantor, a.breaks = "neighbour", "C11: grantor of the dataset"
	case "no dataset":
		w.Shares, a.breaks = nil, "C11: datasets"
	}
	a.name = fmt.Sprintf("%s asks that the bank may read records of %s until %s", by, w.Grantor, w.To)
	ids, err := h.d.Agreements().Ask(h.ctx, h.as(by), []deed.Wish{w})
	if a.err = err; err == nil && a.breaks == "" {
		h.pacts = append(h.pacts, &pact{id: ids[0], to: w.To, last: deed.Asked})
	}
	return a
}

// readsAsAgreed has the bank read about an organisation for the purpose that the histories agree on: what it supplied itself,
// and the ministry's records where that is agreed, and nothing else.
func readsAsAgreed(h *history) act {
	p := pick(h, "who", h.party("yard"), h.party("bureau"))
	if h.erased[p] {
		return act{}
	}
	r := access.Request{As: h.as("wu"), Subject: p.id, What: access.File, Purpose: agreedOn, Basis: "civil-code"}
	a := act{name: "the bank reads the file of " + p.name + " as agreed", touched: []subject.ID{p.id}}
	open := slices.ContainsFunc(h.pacts, func(x *pact) bool { return x.opens(h.today()) })
	if pick(h, "asks for", "file", "file", "rating") == "rating" {
		r.What, r.Model = access.Rating, modelsFor(p)[0]
		a.name, a.breaks = "the bank asks for a rating of "+p.name+", which nobody agreed on", "C11: agreement"
	}
	scope, err := h.d.Access.Open(h.ctx, r)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	h.looked(r.As, h.stands(p), r.What, scope.Purpose(), r.Case)
	file, err := h.d.Store.File(h.ctx, scope, h.d.Contracts)
	if a.err = err; err != nil {
		return a
	}
	h.fileIsRight(a, p, r, false, file)
	theirs := 0
	for i := range file {
		switch of := h.d.Catalogue.Dataset(file[i].Newest().Dataset).Supplier; {
		case of == "ministry" && open:
			theirs++
		case of != "bank":
			h.violated("C11", "%s: the answer holds a record of %s, and no agreement shares it", a, of)
		}
	}
	if open {
		for _, mine := range h.rows {
			if d := h.d.Catalogue.Dataset(mine.dataset); d.Supplier == "ministry" && h.stands(mine.of) == h.stands(p) && !mine.gone && mine.seen(h.today()) && h.contestOf(mine) == nil {
				theirs--
			}
		}
		if theirs < 0 {
			h.violated("C11", "%s: %d records that the agreement shares are not in the answer", a, -theirs)
		}
	}
	return a
}

// closedStay holds that what was suspended or ended opens nothing in a database that was put back.
func (h *history) closedStay(a act, d *deployment.Deployment) {
	list, err := d.Agreements().All(h.ctx)
	if err != nil {
		h.Fatalf("the agreements of the database that was put back: %v", err)
	}
	for _, p := range h.pacts {
		i := slices.IndexFunc(list, func(s agreement.Standing) bool { return s.ID == p.id })
		if i < 0 {
			continue // it was asked for after the backup
		}
		if one, err := d.Agreements().Show(h.ctx, p.id); err != nil || one.State != list[i].State {
			h.Fatalf("agreement %s is %s in the list and %s by itself: %v", p.id, list[i].State, one.State, err)
		}
		if list[i].State.Reads() && !p.opens(h.today()) {
			h.violated("C11", "%s: agreement %s opens files again", a, p.id)
		}
	}
}
