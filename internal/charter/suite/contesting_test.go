package suite_test

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"probity/calendar"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/measure"
	"probity/internal/ruling"
	"probity/internal/ruling/verdict"
	"probity/internal/subject"
)

// contested is a dispute of a record that was accepted.
type contested struct {
	id      contest.ID
	row     *row
	by      *party
	handler string
	due     calendar.Day
	// settled: answered; barred: put out of use by the answer; taken: taken back by its subject.
	settled, barred, taken bool
	// complained: a complaint went to the agency above; answered: it was decided.
	complained, answered bool
	above                string
}

// contestOf is the dispute that keeps a row out of use, nil where none does.
func (h *history) contestOf(r *row) *contested {
	for _, c := range h.contested {
		if c.row == r && (!c.settled || c.barred) {
			return c
		}
	}
	return nil
}

// suppressed tells whether a row is shown to nobody but its subject: its dispute was not answered in time, or put it out of
// use.
func (c *contested) suppressed(today calendar.Day) bool {
	return c != nil && (c.barred || today > c.due)
}

// contests has a subject dispute one of its records, or somebody else try to.
func contests(h *history) act {
	p := h.somebody()
	list := slices.DeleteFunc(h.livingRows(p), func(r *row) bool {
		return !r.seen(h.today()) || slices.ContainsFunc(h.contested, func(c *contested) bool { return c.row == r })
	})
	if len(list) == 0 || p.name == "mill" || p.name == "mill-abroad" || p.kind == subject.OfficeHolder {
		return act{}
	}
	r := pick(h, "row", list...)
	q := dispute.Request{
		Own: dispute.Own{By: h.as(p.name)}, Subject: p.id, Ground: contest.WrongValue, Target: r.record.String(),
		Account: "the day is wrong", Evidence: []dispute.File{{Name: "letter.txt", Body: []byte(fmt.Sprint("letter ", h.number()))}},
	}
	a := act{touched: []subject.ID{h.stands(p)}}
	switch pick(h, "flaw", "", "", "", "", "stranger", "one official", "no account", "no target") {
	case "stranger":
		q.By, a.breaks = h.as("mill"), "C9: own act of the subject"
	case "one official":
		q.By, q.Document, q.Signed, a.breaks = h.as("wu"), sha256.Sum256([]byte("signed")), h.today(), "C9: second witness"
	case "no account":
		q.Account, a.breaks = " ", "C9: account"
	case "no target":
		q.Target, a.breaks = "", "C9: what is contested"
	}
	a.name = fmt.Sprintf("%s contests %s of %s", q.By.Name(), r.key, p.name)
	told := h.toldOf(p)
	d, err := h.d.Disputes(h.ratings).Open(h.ctx, q)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	if !d.Suspends || d.Due < h.today() || d.Due > h.today()+31 {
		h.violated("C9", "%s: suspends is %v, and it is to be answered until %s", a, d.Suspends, d.Due)
	}
	if h.toldOf(p) <= told {
		h.violated("C7", "%s: and was not told who answers until when", a)
	}
	h.contested = append(h.contested, &contested{id: d.ID, row: r, by: p, handler: d.Handler, due: d.Due})
	return a
}

func (h *history) toldOf(p *party) int {
	return h.count(`SELECT count(*) FROM notice WHERE subject = ? AND occasion = 'dispute-step'`, int64(h.stands(p)))
}

// settles has who must answer answer, or somebody else try to.
func settles(h *history) act {
	open := slices.DeleteFunc(slices.Clone(h.contested), func(c *contested) bool {
		return c.settled || c.row.gone || h.erased[c.by] || !c.row.seen(h.today())
	})
	if len(open) == 0 {
		return act{}
	}
	c := pick(h, "dispute", open...)
	if answering[c.handler] == "" {
		return act{}
	}
	answer := dispute.Answer{By: h.as(answering[c.handler]), Outcome: pick(h, "outcome", contest.Verified, contest.Deleted, contest.Unverifiable), Reasons: "looked up in the file of the case"}
	a := act{touched: []subject.ID{h.stands(c.by)}}
	switch pick(h, "flaw", "", "", "", "", "stranger", "no reasons", "unchanged") {
	case "stranger":
		answer.By, a.breaks = h.as(pick(h, "stranger", "mu", "ne")), "C9: who has to answer"
	case "no reasons":
		answer.Reasons, a.breaks = "", "C9: reasons"
	case "unchanged":
		answer.Outcome, a.breaks = contest.Corrected, "C9: correction"
	}
	late := h.today() > c.due
	if a.breaks == "" && late && answer.Outcome == contest.Verified {
		a.breaks = "C9: certification"
	}
	a.name = fmt.Sprintf("%s answers the dispute of %s on %s: %s", answer.By.Name(), c.by.name, c.row.key, answer.Outcome)
	_, a.err = h.d.Disputes(h.ratings).Settle(h.ctx, c.id, answer)
	if a.err == nil && a.breaks == "" {
		c.settled, c.barred = true, answer.Outcome.Bars()
	}
	return a
}

// proposal is an answer about a benefit that draws on a person's rating and waits for somebody to decide.
type proposal struct {
	of     *party
	id     measure.DecisionID
	asker  string
	agency string
	until  calendar.Day
	ruled  bool
	// made is the ruling; asked and reviewed tell that a review of it was asked for, and answered.
	made            verdict.Ruling
	asked, reviewed bool
}

// rules has an official decide on a proposal, with reasons of its own or without.
func rules(h *history) act {
	open := slices.DeleteFunc(slices.Clone(h.proposals), func(p *proposal) bool {
		return h.confined[p.of] || p.until != calendar.None && h.today() >= p.until
	})
	if len(open) == 0 {
		return act{}
	}
	p := pick(h, "proposal", open...)
	words := h.ownWords()
	m := ruling.Making{
		As: h.as(p.asker), Subject: p.of.id, Decision: p.id, Outcome: verdict.Granted, Reasons: words,
		Considered: []string{"the payments of the last year"}, Favour: []string{"paid before the day twice"},
	}
	a := act{touched: []subject.ID{h.stands(p.of)}}
	switch pick(h, "flaw", "", "", "", "template", "stranger", "itself", "nothing considered", "nothing in favour", "one word") {
	case "template":
		m.Reasons, a.breaks = "The applicant did not achieve a qualifying score. The applicant did not achieve a qualifying score.", "C14: own reasons"
	case "stranger":
		m.As, a.breaks = h.as("ne"), "C14: official of the office that asked"
	case "itself":
		m.As, a.breaks = h.as(p.of.name), "C14: named official"
	case "nothing considered":
		m.Considered, a.breaks = nil, "C14: facts considered"
	case "nothing in favour":
		m.Favour, a.breaks = []string{" "}, "C14: what counted in favour"
	case "one word":
		m.Reasons, a.breaks = "approved", "C14: own reasons"
	}
	if a.breaks == "" && p.ruled {
		a.breaks = "C14: decision that was not taken"
	}
	a.name = fmt.Sprintf("%s rules on what was proposed for %s: %q", m.As.Name(), p.of.name, m.Reasons)
	made, err := h.d.Rulings().Make(h.ctx, m)
	if a.err = err; err == nil && a.breaks == "" {
		p.ruled, p.made = true, made.Ruling
	}
	return a
}
