package suite_test

import (
	"fmt"
	"strings"

	"probity/calendar"
	"probity/internal/intake"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// held is a file most of whose rows were bad: nothing of it is visible until its supplier decides.
type held struct {
	submission int64
	row        *row
	over       bool
}

// badRows are so many that a file is held.
const badRows = 30

// holds has a supplier send a file with one good row and many bad ones, which is held.
func holds(h *history) act {
	p := h.somebody()
	r := h.draft(p)
	if kinOfMinistry[p.name] || r.on >= h.today()-1 || h.confined[p] {
		return act{}
	}
	notice := calendar.None
	if r.adverse() {
		notice = r.on + 1
	}
	a := act{touched: []subject.ID{h.stands(p)}}
	if p.natural() && !publicByLaw[r.dataset] && notice >= h.today() {
		return act{}
	}
	rows := []string{headings[r.dataset], r.text(notice)}
	for i := range badRows {
		rows = append(rows, fmt.Sprintf("bad-%d-%d%s", h.number(), i, strings.Repeat(",nonsense", strings.Count(headings[r.dataset], ","))))
	}
	a.name = fmt.Sprintf("a file with %s of %s among thirty bad rows comes in", r.key, p.name)
	report, err := h.d.Intake(h.ratings).Ingest(h.ctx, intake.Job{
		By: h.sends(supplierOf(r.dataset)), Dataset: r.dataset, File: fmt.Sprintf("held-%d.csv", h.number()), Source: strings.NewReader(strings.Join(rows, "\n") + "\n"),
	}, nil)
	if a.err = err; err != nil {
		return a
	}
	if report.State != store.SubmissionHeld {
		h.violated("C2", "%s: and is %s: %+v", a, report.State, report.Counts)
	}
	h.held = append(h.held, &held{submission: report.Submission, row: r})
	return a
}

// decidesHeld has a supplier publish what is held or give it up, or somebody else try to; before it may look into the rows
// that wait, and that stands in the platform's ledger.
func decidesHeld(h *history) act {
	var one *held
	for _, f := range h.held {
		if !f.over {
			one = f
		}
	}
	if one == nil {
		return act{}
	}
	r := one.row
	supplier := supplierOf(r.dataset)
	as := h.as(answering[supplier])
	a := act{open: true, touched: []subject.ID{h.stands(r.of)}}
	if h.seldom(4, "stranger") {
		as, a.breaks = h.as("mu"), "C13: official of the supplier"
		a.touched = []subject.ID{0} // nobody knows yet whose rows they are: the platform's own ledger tells of the attempt
	}
	release := h.seldom(2, "release")
	a.name = fmt.Sprintf("%s decides on the held file with %s (publish: %v)", as.Name(), r.key, release)
	permit, err := h.d.Access.Delivery(h.ctx, as, supplier)
	if a.err = err; err != nil {
		return a
	}
	look, err := h.d.Access.LookIntoWaiting(h.ctx, permit, one.submission)
	if a.err = err; err != nil {
		return a
	}
	h.looked(as, 0, "quarantine", "own-delivery", "")
	waiting := 0
	a.err = intake.EachWaiting(h.ctx, h.d.Store, h.d.Vault, look, func(*intake.WaitingRow) error { waiting++; return nil })
	if a.err != nil {
		return a
	}
	if waiting != badRows {
		h.violated("C12", "%s: %d of its rows wait, and it sees %d", a, badRows, waiting)
	}
	desk := h.d.Intake(h.ratings)
	if !release {
		if _, a.err = desk.Discard(h.ctx, permit, one.submission); a.err == nil {
			one.over = true
		}
		return a
	}
	if _, a.err = desk.Release(h.ctx, permit, one.submission, nil); a.err == nil {
		one.over = true
		if n := h.count(`SELECT count(*) FROM record_version WHERE submission = ?`, one.submission); n == 1 {
			r.record = record.ID(h.count(`SELECT record FROM record_version WHERE submission = ?`, one.submission))
			h.rows = append(h.rows, r)
		}
	}
	return a
}
