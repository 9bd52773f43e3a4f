package suite_test

import (
	"fmt"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/erasure"
	"probity/internal/intake"
	"probity/internal/subject"
)

// erases has somebody ask that its file or one record of it be erased, by right or without.
func erases(h *history) act {
	p := pick(h, "who", h.party("ai"), h.party("bo"), h.party("child"), h.party("yard"), h.party("bureau"), h.party("head"))
	disputed := func(c *contested) bool { return c.by == p }
	if h.erased[p] || h.confined[p] || slices.ContainsFunc(h.contested, disputed) || slices.ContainsFunc(h.orders, func(o *ordered) bool { return o.on == p }) {
		return act{}
	}
	by, with := h.as(p.name), access.Credential{}
	r := erasure.Request{Subject: p.id, Ground: remedy.ErasureWish}
	a := act{touched: []subject.ID{h.stands(p)}}
	var one *row
	if h.seldom(2, "one record") {
		list := h.livingRows(p)
		if len(list) == 0 {
			return act{}
		}
		one = pick(h, "record", list...)
		r.Record = one.record
	}
	organisation := p.kind != subject.Person
	switch pick(h, "flaw", "", "", "", "stranger", "one official", "unlawful without document", "unlawful by one", "unlawful of a body", "court by another") {
	case "stranger":
		by, a.breaks = h.as("neighbour"), "C10: own act of the subject"
	case "one official":
		by, a.breaks = h.as("wu"), "C10: own act of the subject"
	case "unlawful without document":
		by, with, r.Ground, a.breaks = h.as("wu"), h.as("lin"), remedy.ErasureUnlawful, "C10: document"
	case "unlawful by one":
		by, r.Ground, r.Document, a.breaks = h.as("wu"), remedy.ErasureUnlawful, digestHex, "C10: second official"
	case "unlawful of a body":
		if organisation {
			by, with, r.Ground, r.Document, a.breaks = h.as("he"), h.as("hu"), remedy.ErasureUnlawful, digestHex, "C13: order of a court"
		}
	case "court by another":
		by, r.Ground, r.Document, a.breaks = h.as("he"), remedy.ErasureCourt, digestHex, "C10: official of a court"
	}
	switch {
	case a.breaks != "":
	case organisation:
		a.breaks = "C10: file of a human being in private life"
	case one != nil && one.adverse() && one.seen(h.today()):
		a.breaks = "C10: matter that no law has kept"
	}
	a.name = fmt.Sprintf("%s has the record %s of %s erased (%s)", by.Name(), r.Record, p.name, r.Ground)
	if one == nil {
		a.name = fmt.Sprintf("%s has the file of %s erased (%s)", by.Name(), p.name, r.Ground)
	}
	report, err := h.d.Erasure().Erase(h.ctx, by, with, r)
	if a.err = err; err == nil && a.breaks == "" {
		h.forgets(a, p, one, report)
	}
	return a
}

// livingRows are somebody's rows that were not withdrawn or erased.
func (h *history) livingRows(p *party) []*row {
	return slices.DeleteFunc(slices.Clone(h.rows), func(r *row) bool { return r.of != p || r.gone })
}

// forgets writes an erasure into the diary. What law has kept stays, and its subject is confined: nothing rests on its
// consent any more.
func (h *history) forgets(a act, p *party, one *row, report erasure.Report) {
	kept := 0
	for _, r := range h.livingRows(p) {
		stays := one != nil && r != one || one == nil && r.adverse() && r.seen(h.today())
		if stays {
			kept++
			continue
		}
		r.gone = true
		h.erasedRows = append(h.erasedRows, r.record)
	}
	if one != nil {
		return
	}
	if done := kept == 0; done != report.Done {
		h.violated("C10", "%s: done is %v, and %d records are kept by law", a, report.Done, kept)
	}
	for _, c := range h.given {
		if c.by == p {
			c.withdrawn = true
		}
	}
	h.confined[p] = true
	if report.Done {
		h.erased[p] = true
		h.given = slices.DeleteFunc(h.given, func(c *agreed) bool { return c.by == p })
	}
}

// reportsErased has a supplier report on somebody whose file was erased: it does not come into being again.
func reportsErased(h *history) act {
	var gone []*party
	for _, p := range h.town.parties {
		if h.erased[p] {
			gone = append(gone, p)
		}
	}
	if len(gone) == 0 {
		return act{}
	}
	p := pick(h, "erased", gone...)
	r := &row{dataset: "bank.repayment", key: fmt.Sprintf("no-%d", h.number()), of: p, on: h.today() - 9, ended: calendar.None, final: calendar.None}
	_, err := h.send(intake.Job{By: h.sends("bank"), Dataset: r.dataset}, headings[r.dataset], r.text(calendar.None))
	return act{name: "the bank reports on " + p.name + ", whose file was erased", breaks: "C10: subject that was not erased", err: err, touched: []subject.ID{p.id}}
}

// sweepsRetention physically deletes what is over.
func sweepsRetention(h *history) act {
	a := act{name: "what is over is deleted", everybody: true, sweeps: true}
	var swept erasure.Swept
	if swept, a.err = h.d.Erasure().Sweep(h.ctx, nil); a.err == nil && swept.Overdue != 0 {
		h.violated("C10", "%s: %d rows are overdue after it", a, swept.Overdue)
	}
	return a
}

// nothingIsLeft holds that of what was erased no row is left that tells anything.
func nothingIsLeft(h *history, a act) {
	for _, id := range h.erasedRows {
		if n := h.count(`SELECT count(*) FROM record_version WHERE record = ?`, int64(id)); n != 0 {
			h.violated("C10", "after %s: %d versions of the erased record %s are kept", a, n, id)
		}
	}
	for p := range h.erased {
		for key, text := range h.last {
			table, id, _ := strings.Cut(key, " ")
			if idOf(id) == p.id && !slices.Contains(remaining, table) {
				h.violated("C10", "after %s: of %s, whose file was erased, %s keeps %s", a, p.name, table, text)
			}
		}
	}
}

// remaining are the tables that may name the pseudonym of an erased subject: the ledger, the demands on recipients, the
// note of the erasure, and what has its rows known and refused.
var remaining = []string{"ledger_settled", "ledger_fresh", "ledger_order", "ledger_head", "recall", "erasure", "identifier", "source_row", "taken_back", "outbox"}
