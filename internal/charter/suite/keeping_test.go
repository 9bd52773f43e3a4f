package suite_test

import (
	"fmt"
	"slices"
	"time"

	"probity/internal/access"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/subject"
)

// keepsLog has an official look after the log over all ledgers: nobody but the founder may, and what is there is proven.
func keepsLog(h *history) act {
	a := act{name: "the log is checked", touched: []subject.ID{0}}
	by := h.as(pick(h, "keeper", "first", "wu", "yard"))
	if by.Name() != "first" {
		a.breaks = "C11: official of the platform"
	}
	a.name = by.Name() + " checks and keeps the log"
	keeping, err := h.d.Access.Keeping(h.ctx, by, "checking")
	a.err = err
	copying, err := h.d.Access.Copying(h.ctx, by, "impact", "a model")
	if (err == nil) != (a.err == nil) {
		h.violated("C11", "%s: the log %v, a copy that tells of everybody %v", a, a.err, err)
	}
	if written := h.d.Exported(h.ctx, copying, &snapshot.Manifest{Digest: "0f"}); (written == nil) != (err == nil) {
		h.violated("C11", "%s: a copy that tells of everybody %v, its entry %v", a, err, written)
	}
	if a.breaks != "" || a.err != nil {
		return a
	}
	if h.seldom(3, "a new key") {
		if _, a.err = h.d.Notary.RotateKey(h.ctx, keeping); a.err != nil {
			return a
		}
	}
	if a.err = h.d.Notary.Flush(h.ctx); a.err != nil {
		return a
	}
	report, err := h.d.VerifyLog(h.ctx)
	if a.err = err; err != nil {
		return a
	}
	if len(report.Faults) > 0 {
		h.violated("C11", "%s: %v", a, report.Faults)
	}
	status, err := h.d.Notary.Status(h.ctx)
	if a.err = err; err == nil && h.d.Notary.Check(h.ctx) != nil {
		h.violated("C11", "%s: everything is signed, and reads stop: %+v", a, status)
	}
	return a
}

// provesEntry has a subject prove that the newest entry of its ledger is in the log.
func provesEntry(h *history) act {
	p := h.somebody()
	as := h.as(p.name)
	a := act{name: p.name + " has an entry of its ledger proven", touched: []subject.ID{h.stands(p)}}
	scope, err := h.d.Access.Open(h.ctx, access.Request{As: as, Subject: p.id, What: access.OwnFile})
	if a.err = err; err != nil {
		return a
	}
	h.looked(as, h.stands(p), access.OwnFile, scope.Purpose(), "")
	if a.err = h.d.Notary.Flush(h.ctx); a.err != nil {
		return a
	}
	newest := h.count(`SELECT max(seq) FROM ledger_entry WHERE subject = ?`, int64(h.stands(p)))
	_, a.err = h.d.EntryReceipt(h.ctx, scope, int64(newest))
	if _, err := h.d.EntryReceipt(h.ctx, scope, int64(newest)+1); err == nil {
		h.violated("C11", "%s: an entry that is not there is proven too", a)
	}
	return a
}

// readsOrders has an official or the subject read the orders on somebody: all of them, and no other.
func readsOrders(h *history) act {
	p := h.somebody()
	q := measure.Request{As: h.as(p.name), Subject: p.id}
	a := act{touched: []subject.ID{h.stands(p)}}
	what, purpose := access.OwnFile, ownPurpose
	if h.seldom(2, "an official") {
		q.As, q.Purpose, q.Basis, q.Case = h.as("qi"), "court-order", "pipl art. 13", fmt.Sprintf("case %d", h.number())
		what, purpose = access.File, q.Purpose
	}
	a.name = fmt.Sprintf("%s reads the orders on %s", q.As.Name(), p.name)
	list, err := h.d.Measures(h.ratings).Orders(h.ctx, q)
	if a.err = err; err != nil {
		return a
	}
	h.looked(q.As, h.stands(p), what, purpose, q.Case)
	for i := range list {
		if !slices.ContainsFunc(h.orders, func(o *ordered) bool { return o.ID == list[i].ID && h.stands(o.on) == h.stands(p) }) {
			h.violated("C6", "%s: %s is not an order on it", a, list[i].ID)
		}
	}
	for _, o := range h.orders {
		if h.stands(o.on) == h.stands(p) && o.holds(h.today()) && !slices.ContainsFunc(list, func(x order.Order) bool { return x.ID == o.ID }) {
			h.violated("C12", "%s: the order of %s is not shown", a, o.Issuer)
		}
	}
	return a
}

// objects has the subject of an order object to it, or somebody else try to.
func objects(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.orders), func(o *ordered) bool { return h.erased[o.on] || !o.holds(h.today()) })
	if len(list) == 0 {
		return act{}
	}
	o := pick(h, "order", list...)
	as := h.as(o.on.name)
	a := act{open: true, touched: []subject.ID{h.stands(o.on), o.Subject}}
	if other := h.party("mill"); h.seldom(3, "stranger") && h.stands(other) != h.stands(o.on) {
		as, a.breaks = h.as(other.name), "C4: own act of the subject"
	}
	a.name = fmt.Sprintf("%s objects to the order of %s on %s", as.Name(), o.Issuer, o.on.name)
	after, err := h.d.Measures(h.ratings).StepOrder(h.ctx, as, h.stands(o.on), o.ID, order.Step{
		Act: order.Object, Document: h.document(), Reasons: "the duty was done in spring",
	})
	if a.err = err; err == nil && a.breaks == "" {
		o.answerBy = after.Steps[len(after.Steps)-1].Until
	}
	return a
}

// rebuilds computes every rating again: there is no difference.
func rebuilds(h *history) act {
	a := act{name: "every rating is computed again", everybody: true}
	a.err = h.ratings.Rebuild(h.ctx, nil, func(d rating.Difference) { h.violated("C8", "%s: %+v", a, d) })
	return a
}

// looksAbout reads what is public or an office's own: the feed of a list, the disputes that wait, how often agencies read.
func looksAbout(h *history) act {
	a := act{name: "the feed, the tasks and the uses are read", touched: []subject.ID{}}
	lists, err := h.d.Lists()
	if a.err = err; err != nil {
		return a
	}
	feed, err := lists.Feed(h.ctx, "serious-violators", time.Time{}, 100)
	if a.err = err; err != nil {
		return a
	}
	if len(feed) > 0 && len(h.listed) == 0 {
		h.violated("C4", "%s: the feed has %d lines, and nobody was ever listed", a, len(feed))
	}
	tasks, err := h.d.Disputes(h.ratings).Tasks(h.ctx, h.as("wu"))
	if a.err = err; err != nil {
		return a
	}
	for _, task := range tasks {
		if !slices.ContainsFunc(h.contested, func(c *contested) bool { return c.id == task.Dispute }) {
			h.violated("C9", "%s: %+v waits, and nobody contests it", a, task)
		}
	}
	uses, err := h.d.Access.Uses(h.ctx, h.today())
	if a.err = err; err != nil {
		return a
	}
	for _, u := range uses {
		if u.Count > u.Limit {
			h.violated("C11", "%s: %s read %d times for %s, and may %d times", a, u.Reader, u.Count, u.Purpose, u.Limit)
		}
	}
	return a
}
