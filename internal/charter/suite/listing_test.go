package suite_test

import (
	"fmt"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/subject"
)

// listed is an entry on a list that was drafted, with the steps that were accepted, in their order.
type listed struct {
	entry.Entry
	on    *party
	steps []entry.Step
}

func (l *listed) last(acts ...entry.Act) *entry.Step {
	for _, s := range slices.Backward(l.steps) {
		if slices.Contains(acts, s.Act) {
			return &s
		}
	}
	return nil
}

// stands tells whether the entry restricts on a day, by its steps; known is false where its keeper let a request lie and
// the list says what follows.
func (l *listed) stands(today calendar.Day) (stands, known bool) {
	published, decided := l.last(entry.Publish), l.last(entry.Decide)
	if published == nil || l.last(entry.Accept, entry.Revoke, entry.Annul, entry.Expire) != nil {
		return false, true
	}
	newest := l.steps[len(l.steps)-1]
	if newest.Act == entry.Request && today > newest.Until {
		return false, false
	}
	return today >= published.Day && today < decided.End, true
}

// drafts has the keeper of a list draft an entry on a firm, in order or with one thing wrong.
func drafts(h *history) act {
	p := pick(h, "who", h.party("yard"), h.party("mill"), h.party("mill-abroad"))
	e := entry.Entry{
		Subject: h.stands(p), List: "serious-violators", Ground: "quality", Tier: "serious", Measures: []string{"key-supervision"},
		Facts: []entry.Fact{
			{Element: "penalty-number", Value: "(2026) 17"}, {Element: "penalty-day", Value: (h.today() - 30).String()},
			{Element: "heavier-penalty", Value: "licence-revoked"}, {Element: "harm", Value: "12,000 boilers without a test"},
		},
	}
	first := entry.Step{Document: h.document(), Reasons: "the penalty is final"}
	as := "sam"
	a := act{}
	switch pick(h, "flaw", "", "", "", "stranger", "rating", "facts", "tier", "measure", "reasons", "document", "person") {
	case "stranger":
		as, a.breaks = pick(h, "stranger", "he", "wu"), "C4: keeper of the list"
	case "rating":
		first.Reasons, a.breaks = "its credit score is low", "C4: ground other than a rating"
	case "facts":
		e.Facts, a.breaks = e.Facts[:2], "C4: elements of the ground"
	case "tier":
		e.Tier, a.breaks = "general", "C4: tier of the list"
	case "measure":
		e.Measures, a.breaks = []string{"entry-ban"}, "C4: measure of the list"
	case "reasons":
		first.Reasons, a.breaks = "", "C4: reasons"
	case "document":
		first.Document.Digest, a.breaks = [32]byte{}, "C4: document"
	case "person":
		e.Subject, a.breaks = h.party("ai").id, "C4: order of a court"
	}
	a.name, a.touched = fmt.Sprintf("%s drafts an entry on %s", as, p.name), []subject.ID{e.Subject}
	lists, err := h.d.Lists()
	if a.err = err; err != nil {
		return a
	}
	made, err := lists.Draft(h.ctx, h.as(as), e, first)
	if a.err = err; err == nil && a.breaks == "" {
		h.listed = append(h.listed, &listed{Entry: made, on: h.known(made.Subject), steps: made.Steps})
	}
	return a
}

// stepsOn tries any step on an entry, in its turn or not, by its keeper, its subject or a stranger. What was accepted is
// judged by the watch of C4.
func stepsOn(h *history) act {
	if len(h.listed) == 0 {
		return act{}
	}
	l := pick(h, "entry", h.listed...)
	// Mostly what comes next, so that some entries get through.
	next := entry.Publish
	switch {
	case l.last(entry.Notify) == nil:
		next = entry.Notify
	case l.last(entry.Object) != nil && l.last(entry.Answer) == nil:
		next = entry.Answer
	case l.last(entry.Decide) == nil:
		next = entry.Decide
	case l.last(entry.Publish) != nil:
		next = pick(h, "later", entry.Request, entry.Accept, entry.Refuse, entry.Revoke, entry.Annul)
	}
	if notified := l.last(entry.Notify); next == entry.Decide && notified != nil && h.today() <= notified.Until {
		h.later(int(notified.Until-h.today()) + pick(h, "waits", 0, 1, 1, 3))
	}
	if h.seldom(3, "out of turn") {
		next = pick(h, "act", entry.Acts[1:]...)
	}
	s := entry.Step{Act: next, Document: h.document(), Reasons: "found and weighed", Cause: "repaired"}
	as, own := h.as("sam"), h.as(l.on.name)
	a := act{open: true, touched: []subject.ID{h.stands(l.on), l.Subject}}
	switch next {
	case entry.Object, entry.AskToHear, entry.Request:
		as = own
	case entry.Annul:
		as = h.as("qi")
	}
	switch pick(h, "flaw", "", "", "", "", "", "stranger", "rating", "reasons") {
	case "stranger":
		as, a.breaks = h.as(pick(h, "stranger", "ne", "wu", "bureau")), "C4: keeper of the list"
	case "rating":
		if as.Subject() == 0 {
			s.Reasons, a.breaks = "its rating fell", "C4: ground other than a rating"
		}
	case "reasons":
		if next == entry.Decide || next == entry.Answer {
			s.Reasons, a.breaks = " ", "C4: reasons"
		}
	}
	a.name = fmt.Sprintf("%s takes the step %s on the entry on %s", as.Name(), next, l.on.name)
	lists, err := h.d.Lists()
	if a.err = err; err != nil {
		return a
	}
	made, err := lists.Step(h.ctx, as, h.stands(l.on), l.ID, s)
	if a.err = err; err == nil && a.breaks == "" {
		l.steps = made.Steps
		h.procedureHeld(a, l)
	}
	return a
}

// procedureHeld holds an entry's steps against the procedure: advance notice, a window that closed, objections answered,
// a reasoned decision with an end, and only then publication.
func (h *history) procedureHeld(a act, l *listed) {
	var notified, decided, objected, answered *entry.Step
	for i := range l.steps {
		s := &l.steps[i]
		switch s.Act {
		case entry.Notify:
			notified = s
		case entry.Object:
			objected = s
		case entry.Answer:
			answered = s
		case entry.Decide:
			decided = s
			switch {
			case notified == nil || s.Day <= notified.Until:
				h.violated("C4", "after %s: decided on %s, and nobody was asked before or the window was open: %+v", a, s.Day, notified)
			case objected != nil && (answered == nil || answered.Seq < objected.Seq):
				h.violated("C4", "after %s: decided, and the objection is not answered", a)
			case strings.TrimSpace(s.Reasons) == "" || s.End == calendar.None || s.End <= s.Day:
				h.violated("C4", "after %s: decided without reasons or end: %+v", a, s)
			}
		case entry.Publish:
			if decided == nil {
				h.violated("C4", "after %s: published, and nobody decided", a)
			}
		}
		if s.Agency != "" && s.Agency != "samr" && s.Act != entry.Annul {
			h.violated("C4", "after %s: %s took the step %s", a, s.Agency, s.Act)
		}
	}
}

// decidesByList asks whether closer supervision, which follows from the list alone, restricts a firm.
func decidesByList(h *history) act {
	p := pick(h, "who", h.party("yard"), h.party("mill"), h.party("mill-abroad"))
	q := measure.Request{
		As: h.as(pick(h, "asker", "wu", "mu", "he")), Subject: p.id, Measure: "key-supervision",
		Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: fmt.Sprintf("case %d", h.number()),
	}
	a := act{name: fmt.Sprintf("%s asks whether the list restricts %s", q.As.Name(), p.name), touched: []subject.ID{h.stands(p)}}
	d, err := h.d.Measures(h.ratings).Decide(h.ctx, q)
	if a.err = err; err != nil {
		return a
	}
	h.looked(q.As, h.stands(p), access.Decision, q.Purpose, q.Case)
	want, sure := charter.Clear, true
	for _, l := range h.listed {
		if stands, known := l.stands(h.today()); h.stands(l.on) == h.stands(p) {
			sure = sure && known
			if stands {
				want = charter.Restricted
			}
		}
	}
	if sure && d.Outcome != want {
		h.violated("C4", "%s: answered %s, and by the lists it is %s", a, d.Outcome, want)
	}
	return a
}
