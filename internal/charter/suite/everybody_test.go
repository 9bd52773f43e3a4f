package suite_test

import (
	"path/filepath"
	"slices"

	"probity/internal/access"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/job"
	"probity/internal/listing"
	"probity/internal/listing/entry"
	"probity/internal/rating"
	"probity/internal/snapshot/everybody"
	"probity/internal/subject"
)

// worksJob has an official order, look after and do the work of rating everybody: nobody but the founder may. What is kept then
// is what one by one would be.
func worksJob(h *history) act {
	as := h.as(pick(h, "who orders it", "first", "first", "first", "wu"))
	a := act{name: as.Name() + " has everybody rated as a job", everybody: true}
	if as.Name() != "first" {
		a.breaks = "C7: official of the platform"
	}
	permit, err := h.d.Access.Working(h.ctx, as, "job")
	if a.err = err; err != nil {
		return a
	}
	desk, err := h.d.Jobs(h.ratings, "the suite", 1)
	if a.err = err; err != nil {
		return a
	}
	made, err := desk.Due(h.ctx, permit)
	if a.err = err; err != nil {
		return a
	}
	for _, j := range made { // the histories ask for the jobs that they do
		if a.err = desk.Move(h.ctx, permit, j.ID, job.Cancelled); a.err != nil {
			return a
		}
	}
	ordered, err := desk.Order(h.ctx, permit, nil)
	if a.err = err; err != nil {
		return a
	}
	worked, err := desk.Work(h.ctx, permit, ordered.ID, filepath.Join(filepath.Dir(h.path), "snapshot"), nil)
	if a.err = err; err != nil {
		return a
	}
	if found, err := desk.Find(h.ctx, ordered.ID); err != nil || worked.State != job.Done || found.State != job.Done {
		h.violated("C8", "%s: it has come to %+v, %v", a, found, err)
	}
	shares, err := desk.Shares(h.ctx, ordered.ID)
	if a.err = err; err != nil {
		return a
	}
	for _, s := range shares { // in a spread database alone
		if s.Ended != s.Blocks {
			h.violated("C8", "%s: at %s %d of %d blocks ended", a, s.Place, s.Ended, s.Blocks)
		}
	}
	a.err = h.ratings.Rebuild(h.ctx, nil, func(d rating.Difference) { h.violated("C8", "%s: %+v", a, d) })
	return a
}

// ratesOutdated has those rated whose ratings are outdated, and nobody else.
func ratesOutdated(h *history) act {
	a := act{name: "whose ratings are outdated are rated", everybody: true}
	_, a.err = h.d.Everybody(h.ratings, 1).RateDue(h.ctx, nil, everybody.Stretch{}, nil)
	return a
}

// consentsAtOnce has two give their consents before the same officials in one act: both or neither.
func consentsAtOnce(h *history) act {
	list := slices.DeleteFunc([]*party{h.party("ai"), h.party("bo"), h.party("trader")}, func(p *party) bool {
		return h.erased[p] || h.confined[p]
	})
	a := act{name: "several consent on paper at once", touched: []subject.ID{}}
	if len(list) < 2 {
		return act{}
	}
	by, with := h.as("wu"), h.as("lin")
	words := make([]consent.Consent, len(list))
	for i, p := range list {
		method := "repayment-score"
		if p.sole {
			method = "company-score"
		}
		words[i] = h.words(p, method)
		words[i].Proof = consent.Proof{Document: digestHex, Signed: h.today()}
		a.touched = append(a.touched, h.stands(p))
	}
	if h.seldom(3, "one of them void") {
		words[len(words)-1].Recipients, a.breaks = []string{"*"}, "C1: everybody"
		a.name += ", one of them to everybody"
	}
	given, err := h.d.Rights.GiveAll(h.ctx, by, with, words)
	if a.err = err; err != nil {
		if len(given) > 0 {
			h.violated("C1", "%s: %d stand of what was refused", a, len(given))
		}
		return a
	}
	if a.breaks == "" {
		for i, p := range list {
			h.given = append(h.given, &agreed{Consent: given[i], by: p})
		}
	}
	return a
}

// readsEntries has the subject, or an official with a case, read the entries of lists on somebody: the subject all of its own,
// others none that has ended.
func readsEntries(h *history) act {
	p := pick(h, "who", h.party("yard"), h.party("mill"), h.party("mill-abroad"))
	q := listing.Request{As: h.as(p.name), Subject: p.id}
	what, purpose := access.OwnFile, ownPurpose
	if h.seldom(2, "an official") {
		q.As, q.Purpose, q.Basis = h.as("qi"), "court-order", "pipl art. 13"
		q.Case = h.document().Number
		what, purpose = access.File, q.Purpose
	}
	a := act{name: q.As.Name() + " reads the entries of lists on " + p.name, touched: []subject.ID{h.stands(p)}}
	lists, err := h.d.Lists()
	if a.err = err; err != nil {
		return a
	}
	shown, err := lists.Show(h.ctx, q)
	if a.err = err; err != nil {
		return a
	}
	h.looked(q.As, h.stands(p), what, purpose, q.Case)
	for i := range shown {
		at := slices.IndexFunc(h.listed, func(l *listed) bool { return l.ID == shown[i].ID && h.stands(l.on) == h.stands(p) })
		if at < 0 {
			h.violated("C6", "%s: the entry %s is not on it", a, shown[i].ID)
			continue
		}
		l := h.listed[at]
		if stands, known := l.stands(h.today()); what == access.File && known && !stands {
			h.violated("C10", "%s: the entry %s, which does not stand, is shown", a, l.ID)
		}
	}
	for _, l := range h.listed {
		if what == access.OwnFile && h.stands(l.on) == h.stands(p) && !slices.ContainsFunc(shown, func(e entry.Entry) bool { return e.ID == l.ID }) {
			h.violated("C12", "%s: the entry %s is not shown", a, l.ID)
		}
	}
	return a
}

// looksAfter has the officials' own matters looked at: what a credential is for, and what is overdue for erasure.
func looksAfter(h *history) act {
	a := act{name: "a credential and what is overdue are looked at", touched: []subject.ID{}}
	name := pick(h, "credential", "wu", "ai")
	grant, err := h.d.Access.Grant(h.ctx, name)
	if name == "ai" && h.erased[h.party(name)] {
		if !fault.Is(err, fault.NotFound) {
			h.violated("C10", "%s: the credential of %s, whose file is erased, is there: %v", a, name, err)
		}
		return a
	}
	if a.err = err; err != nil {
		return a
	}
	if p := h.party("ai"); name == p.name && (grant.Subject != p.id || grant.Agency != "") {
		h.violated("C12", "%s: the credential of %s is for %s and %q", a, name, grant.Subject, grant.Agency)
	}
	_, a.err = h.d.Erasure().Overdue(h.ctx)
	return a
}
