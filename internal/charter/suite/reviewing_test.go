package suite_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"probity/internal/access"
	"probity/internal/ruling"
	"probity/internal/ruling/verdict"
	"probity/internal/subject"
)

// ruled are the proposals on which an official decided, whose person's file is whole.
func (h *history) ruled(but func(*proposal) bool) []*proposal {
	return slices.DeleteFunc(slices.Clone(h.proposals), func(p *proposal) bool { return p.made.ID == 0 || h.confined[p.of] || but(p) })
}

// asksReview has a person ask that another official look at a ruling, or somebody else ask.
func asksReview(h *history) act {
	list := h.ruled(func(p *proposal) bool {
		return p.asked || h.today() > p.made.ReviewUntil
	})
	if len(list) == 0 {
		return act{}
	}
	p := pick(h, "ruling", list...)
	q := ruling.Asking{By: h.as(p.of.name), Subject: p.of.id, Ruling: p.made.ID, Account: "the letter was not read"}
	a := act{touched: []subject.ID{h.stands(p.of)}}
	switch pick(h, "by", "own", "own", "own", "official", "stranger") {
	case "official":
		q.By, a.breaks = h.as("wu"), "C14: own act of the subject"
	case "stranger":
		q.By, a.breaks = h.as("yard"), "C14: own act of the subject"
	}
	a.name = fmt.Sprintf("%s asks for a review of what was ruled on %s", q.By.Name(), p.of.name)
	r, err := h.d.Rulings().Review(h.ctx, q)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	if r.Review == nil || r.Review.Due <= h.today() {
		h.violated("C14", "%s: it has no day by which it is answered: %+v", a, r.Review)
	}
	p.asked = true
	return a
}

// colleague is another official of the office.
var colleague = map[string]string{"wu": "lin", "lin": "wu", "he": "hu", "hu": "he", "mu": "mi", "mi": "mu"}

// reviews has another official answer, or the one who decided try to.
func reviews(h *history) act {
	list := h.ruled(func(p *proposal) bool { return !p.asked || p.reviewed || colleague[p.asker] == "" })
	if len(list) == 0 {
		return act{}
	}
	p := pick(h, "review", list...)
	m := ruling.Making{
		As: h.as(colleague[p.asker]), Subject: p.of.id, Decision: p.id, Outcome: verdict.Granted, Reviews: p.made.ID,
		Reasons:    h.ownWords(),
		Considered: []string{"the letter"}, Favour: []string{"nothing was owed at the end"},
	}
	a := act{touched: []subject.ID{h.stands(p.of)}}
	switch pick(h, "flaw", "", "", "", "the same official", "template") {
	case "the same official":
		m.As, a.breaks = h.as(p.asker), "C14: another official"
	case "template":
		m.Reasons, a.breaks = "The decision is upheld.", "C14: own reasons"
	}
	a.name = fmt.Sprintf("%s answers the review of what was ruled on %s", m.As.Name(), p.of.name)
	made, err := h.d.Rulings().Make(h.ctx, m)
	if a.err = err; err == nil && a.breaks == "" {
		p.reviewed = true
		if made.Official == p.made.Official {
			h.violated("C14", "%s: %s reviewed its own decision", a, made.Official)
		}
	}
	return a
}

// ownWords are reasons that resemble none before them: what an official says about one person and no other.
func (h *history) ownWords() string { return madeUp(h.number()) }

// madeUp are fourteen invented words, others for each number. Digits and names make no difference to whether a text is a
// template, so a text with a number in it would be the same text again.
func madeUp(n int) string {
	from := rand.New(rand.NewPCG(uint64(n), 0))
	words := make([]string, 14)
	for i := range words {
		for range 3 {
			words[i] += string("bdfgklmnprstvz"[from.IntN(14)]) + string("aeiou"[from.IntN(5)])
		}
	}
	return strings.Join(words, " ") + "."
}

// TestOwnWordsAreNoTemplate: no two of the reasons that a history can come to are taken for the same text, which would have
// what is lawful refused.
func TestOwnWordsAreNoTemplate(t *testing.T) {
	t.Parallel()
	var before []verdict.Sketch
	for n := range 400 {
		sketch := verdict.SketchOf(madeUp(n))
		for i := range before {
			if alike := sketch.Alike(&before[i]); alike > 300 {
				t.Fatalf("%q and %q are alike by %d thousandths", madeUp(n), madeUp(i), alike)
			}
		}
		before = append(before, sketch)
	}
}

// countsRulings looks at what waits for an office and how closely its officials follow the cut-off: as many rulings as
// were made, and no person.
func countsRulings(h *history) act {
	a := act{name: "the office looks at its rulings", touched: []subject.ID{}}
	for _, p := range h.town.parties {
		if p.natural() {
			a.touched = append(a.touched, h.stands(p)) // each sees that an office looked at its proposal
		}
	}
	by := h.as(pick(h, "office", "wu", "mu"))
	pending, err := h.d.Rulings().Pending(h.ctx, by)
	if a.err = err; err != nil {
		return a
	}
	for i := range pending {
		h.looked(by, pending[i].Subject, access.Decision, "benefit", pending[i].Decision.String())
		waits := func(p *proposal) bool {
			return p.of.id == pending[i].Subject && p.agency == by.Agency() && (!p.ruled || p.asked && !p.reviewed)
		}
		if !slices.ContainsFunc(h.proposals, waits) {
			h.violated("C14", "%s: %+v waits for a ruling, and by the diary nothing of %s does", a, pending[i], by.Agency())
		}
	}
	counts, err := h.d.Rulings().Concordance(h.ctx, by.Agency())
	made := int64(0)
	for _, p := range h.proposals {
		if p.ruled && p.agency == by.Agency() {
			made++
		}
	}
	if a.err = err; err != nil {
		return a
	}
	for _, c := range counts {
		if c.Official == "" && int64(c.Rulings) > made {
			h.violated("C14", "%s: %d rulings are counted, and %d were made", a, c.Rulings, made)
		}
	}
	return a
}

// listsRulings has a person read what was ruled on it, each with reasons and official.
func listsRulings(h *history) act {
	list := h.ruled(func(*proposal) bool { return false })
	if len(list) == 0 {
		return act{}
	}
	p := pick(h, "whose", list...)
	as := h.as(p.of.name)
	a := act{name: p.of.name + " reads what was ruled on it", touched: []subject.ID{h.stands(p.of)}}
	found, err := h.d.Rulings().List(h.ctx, ruling.Reading{As: as, Subject: p.of.id})
	if a.err = err; err != nil {
		return a
	}
	h.looked(as, h.stands(p.of), access.OwnFile, ownPurpose, "")
	i := slices.IndexFunc(found, func(r verdict.Ruling) bool { return r.ID == p.made.ID })
	if i < 0 || found[i].Official != p.made.Official || found[i].Reasons != p.made.Reasons || len(found[i].Favour) == 0 {
		h.violated("C14", "%s: the ruling is not there, or without official, reasons or what counted in favour: %+v", a, found)
	}
	return a
}
