package suite_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"probity/internal/access"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/record"
	"probity/internal/subject"
)

// live are the disputes accepted so far whose record and whose subject's file are there.
func (h *history) live(but func(*contested) bool) []*contested {
	return slices.DeleteFunc(slices.Clone(h.contested), func(c *contested) bool {
		return c.row.gone || h.erased[c.by] || !c.row.seen(h.today()) || but(c)
	})
}

// withdrawsDispute has a subject take its dispute back: what was suspended is in use again.
func withdrawsDispute(h *history) act {
	open := h.live(func(c *contested) bool { return c.settled })
	if len(open) == 0 {
		return act{}
	}
	c := pick(h, "dispute", open...)
	by := h.as(c.by.name)
	a := act{touched: []subject.ID{h.stands(c.by)}}
	switch pick(h, "by", "own", "own", "stranger", "official") {
	case "stranger":
		by, a.breaks = h.as("mill"), "C9: own dispute"
	case "official":
		by, a.breaks = h.as("he"), "C9: own act of the subject"
	}
	a.name = fmt.Sprintf("%s takes the dispute of %s on %s back", by.Name(), c.by.name, c.row.key)
	_, a.err = h.d.Disputes(h.ratings).Withdraw(h.ctx, c.id, dispute.Plea{Own: dispute.Own{By: by}, Account: "it was right after all"})
	if a.err == nil && a.breaks == "" {
		c.settled, c.taken = true, true
	}
	return a
}

// complains has a subject take a result, or that none came, to the body above.
func complains(h *history) act {
	list := h.live(func(c *contested) bool { return c.complained || c.taken || !c.settled && h.today() <= c.due })
	if len(list) == 0 {
		return act{}
	}
	c := pick(h, "dispute", list...)
	p := dispute.Plea{Own: dispute.Own{By: h.as(c.by.name)}, Account: "nobody looked at the letter"}
	a := act{touched: []subject.ID{h.stands(c.by)}}
	switch pick(h, "flaw", "", "", "", "stranger", "no account") {
	case "stranger":
		p.By, a.breaks = h.as("mill"), "C9: own dispute"
	case "no account":
		p.Account, a.breaks = " ", "C9: account"
	}
	a.name = fmt.Sprintf("%s complains about the dispute of %s on %s", p.By.Name(), c.by.name, c.row.key)
	d, err := h.d.Disputes(h.ratings).Complain(h.ctx, c.id, p)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	if s := d.Complaint(); s == nil || s.Handler == "" || s.Handler == c.handler || s.Due <= h.today() {
		h.violated("C9", "%s: it is to be answered by %+v, and the result was of %s", a, s, c.handler)
	}
	c.complained, c.above = true, d.Complaint().Handler
	return a
}

// answering are the officials of the small world who answer in an agency's name.
var answering = map[string]string{"bank": "wu", "ministry": "he", "court": "qi", "cabinet": "ca"}

// answersComplaint has the body above decide, or somebody else try to.
func answersComplaint(h *history) act {
	list := h.live(func(c *contested) bool { return !c.complained || c.answered || answering[c.above] == "" })
	if len(list) == 0 {
		return act{}
	}
	c := pick(h, "complaint", list...)
	answer := dispute.Answer{By: h.as(answering[c.above]), Outcome: pick(h, "outcome", contest.Upheld, contest.Rejected), Reasons: "the letter and the file were read again"}
	a := act{touched: []subject.ID{h.stands(c.by)}}
	switch pick(h, "flaw", "", "", "", "the same body", "no reasons") {
	case "the same body":
		if by := answering[c.handler]; by != "" {
			answer.By, a.breaks = h.as(by), "C9: who has to answer"
		}
	case "no reasons":
		answer.Reasons, a.breaks = "ok", "C9: reasons"
	}
	a.name = fmt.Sprintf("%s answers the complaint of %s on %s: %s", answer.By.Name(), c.by.name, c.row.key, answer.Outcome)
	_, a.err = h.d.Disputes(h.ratings).AnswerComplaint(h.ctx, c.id, answer)
	if a.err == nil && a.breaks == "" {
		c.answered = true
		if answer.Outcome == contest.Upheld {
			c.barred = true
		}
	}
	return a
}

// reinstates has who answers for a record that a dispute put out of use certify it, with the document or without; its
// subject is told that it is back.
func reinstates(h *history) act {
	list := h.live(func(c *contested) bool { return !c.barred || c.complained && !c.answered })
	if len(list) == 0 {
		return act{}
	}
	c := pick(h, "dispute", list...)
	supplier := supplierOf(c.row.dataset)
	answer := dispute.Answer{By: h.as(answering[supplier]), Reasons: "compared with the decision of the case", Document: sha256.Sum256([]byte("certified"))}
	a := act{touched: []subject.ID{h.stands(c.by)}}
	switch pick(h, "flaw", "", "", "", "no document", "stranger") {
	case "no document":
		answer.Document, a.breaks = [32]byte{}, "C9: certification"
	case "stranger":
		answer.By, a.breaks = h.as("mu"), "C9: who has to answer"
	}
	if a.breaks == "" && supplier == "ministry" && kinOfMinistry[c.by.name] {
		a.breaks = "C13: independent handler"
	}
	told := func() int {
		return h.count(`SELECT count(*) FROM notice WHERE subject = ? AND occasion = 'reinserted'`, int64(h.stands(c.by)))
	}
	before := told()
	a.name = fmt.Sprintf("%s certifies %s of %s", answer.By.Name(), c.row.key, c.by.name)
	if _, a.err = h.d.Disputes(h.ratings).Reinstate(h.ctx, c.id, answer); a.err == nil && a.breaks == "" {
		if told() != before+1 {
			h.violated("C9", "%s: the record is back, and its subject was not told so", a)
		}
		c.barred, c.settled = false, true
	}
	return a
}

// remindsOverdue tells both sides of disputes that nobody answered in time, once.
func remindsOverdue(h *history) act {
	a := act{name: "both sides are told of overdue disputes", everybody: true}
	service := h.d.Disputes(h.ratings)
	told, err := service.Overdue(h.ctx)
	if a.err = err; err != nil {
		return a
	}
	for i := range told {
		late := slices.ContainsFunc(h.contested, func(c *contested) bool {
			return c.id == told[i].ID && !c.settled && !c.complained && h.today() > c.due
		})
		if !late {
			h.violated("C9", "%s: the dispute %s is not overdue by the diary", a, told[i].ID)
		}
	}
	again, err := service.Overdue(h.ctx)
	if a.err = err; err == nil && len(again) != 0 {
		h.violated("C9", "%s: of %d both sides are told twice", a, len(again))
	}
	return a
}

// looksIntoDispute has who answers, the subject or a stranger look into a dispute and its evidence.
func looksIntoDispute(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.contested), func(c *contested) bool { return h.confined[c.by] || h.linked(c.by) })
	if len(list) == 0 {
		return act{}
	}
	c := pick(h, "dispute", list...)
	a := act{touched: []subject.ID{h.stands(c.by)}}
	by := h.as(c.by.name)
	switch pick(h, "by", "own", "handler", "stranger", "another subject") {
	case "handler":
		if name := answering[c.handler]; name != "" {
			by = h.as(name)
		}
	case "stranger":
		by, a.breaks = h.as("mu"), "C11: who has to answer"
	case "another subject":
		by, a.breaks = h.as("mill"), "C11: own dispute"
	}
	a.name = fmt.Sprintf("%s looks into the dispute of %s on %s", by.Name(), c.by.name, c.row.key)
	service := h.d.Disputes(h.ratings)
	view, err := service.Show(h.ctx, by, c.id)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	saw := func(what access.What) {
		if by.Subject() != 0 {
			h.looked(by, h.stands(c.by), access.OwnFile, ownPurpose, "")
		} else {
			h.looked(by, h.stands(c.by), what, "dispute", c.id.String())
		}
	}
	saw("dispute")
	if view.Dispute.Account != "the day is wrong" || len(view.Evidence) != 1 {
		h.violated("C9", "%s: it says %q and has %d files", a, view.Account, len(view.Evidence))
	}
	file, err := service.Evidence(h.ctx, by, c.id, 1)
	if a.err = err; err != nil {
		return a
	}
	saw("evidence")
	if !strings.HasPrefix(string(file.Body), "letter ") {
		h.violated("C9", "%s: the evidence is not as it was handed in: %q", a, file.Body)
	}
	return a
}

// states has somebody put its own words beside a record or its whole file, or take them away.
func states(h *history) act {
	p := h.somebody()
	if h.linked(p) || h.confined[p] {
		return act{}
	}
	var about record.ID
	if rows := slices.DeleteFunc(h.livingRows(p), func(r *row) bool { return !r.seen(h.today()) }); len(rows) > 0 && h.seldom(2, "about a record") {
		about = pick(h, "record", rows...).record
	}
	own, text := dispute.Own{By: h.as(p.name)}, pick(h, "words", "I was in hospital that month.", "The bridge was closed; the letter of the village says so.", "")
	a := act{touched: []subject.ID{p.id}}
	switch flaw := pick(h, "flaw", "", "", "", "stranger", "one official", "another's number", "too long"); {
	case flaw == "stranger" && p.name != "neighbour":
		own.By, a.breaks = h.as("neighbour"), "C9: own act of the subject"
	case flaw == "one official":
		own.By, own.Document, own.Signed, a.breaks = h.as("wu"), sha256.Sum256([]byte("signed")), h.today(), "C9: second witness"
	case flaw == "another's number":
		text, a.breaks = "it was he: "+h.party("bo").value, "C15: words without other people's identifiers"
	case flaw == "too long":
		text, a.breaks = strings.Repeat("word ", 600), "C9: a statement that can travel"
	}
	a.name = fmt.Sprintf("%s says of %s of %s: %.30q", own.By.Name(), about, p.name, text)
	if _, a.err = h.d.Disputes(h.ratings).State(h.ctx, own, p.id, about, text); a.err == nil && a.breaks == "" {
		if h.stated[p] == nil {
			h.stated[p] = map[record.ID]string{}
		}
		h.stated[p][about] = text
	}
	return a
}

// statementsTravel holds that whoever is shown a file is shown the subject's own words beside it.
func (h *history) statementsTravel(a act, p *party, scope access.Scope, shown []record.ID) {
	list, err := h.d.Disputes(h.ratings).Statements(h.ctx, scope, nil)
	if err != nil {
		h.violated("C9", "%s: the subject's own words cannot be read: %v", a, err)
	}
	for about, text := range h.stated[p] {
		if text == "" || h.confined[p] || about != 0 && !slices.Contains(shown, about) {
			continue
		}
		if !slices.ContainsFunc(list, func(s contest.Statement) bool { return s.Record == about && s.Text == text }) {
			h.violated("C9", "%s: the statement on %s does not travel with it: %+v", a, about, list)
		}
	}
}
