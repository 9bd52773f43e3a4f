// Package access is the desk that every reader passes: who asks, for which purpose, on which legal basis, about whom.
// It writes that down, durably and before anything is answered, and hands out the scope without which the store answers
// nobody (Charter C11). The subject sees every line of it.
package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/subject"
)

// What names what is read; the values are those of package charter.
type What = charter.What

// What may be asked for.
const (
	File        = charter.ReadFile
	Rating      = charter.ReadRating
	Decision    = charter.ReadDecision
	Explanation = charter.ReadExplanation
	History     = charter.ReadHistory
	OwnFile     = charter.ReadOwnFile
)

// Request is one question about one subject.
type Request struct {
	// As is the credential of who asks; reader and official come from it.
	As      Credential
	Subject subject.ID
	What    What
	// Purpose, Basis and Case are as the reader states them; a subject reading its own file states none.
	Purpose, Basis, Case string
	// Model and Context are those of the rating or benefit asked about; "" where the question has none.
	Model, Context string
}

// Store is what the desk needs kept.
type Store interface {
	// Subject reads the register, following redirects; an unknown id is NotFound.
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// Consents are all of a subject's consents, newest first, those withdrawn and expired among them.
	Consents(context.Context, subject.ID) ([]consent.Consent, error)
	// AppendEntries puts each entry behind the newest of its subject's chain and fills in Seq, Prev and Hash, all in
	// one transaction that is on disk when it returns.
	AppendEntries(context.Context, []*ledger.Entry) error
	// Entries is the ledger of the scope's subject, oldest first.
	Entries(context.Context, Scope) ([]ledger.Entry, error)
	credentials
}

// Guard tells whether what was recorded so far is proven in time: an error stops reads (C11).
type Guard interface {
	Check(context.Context) error
}

// Desk opens scopes. It is safe for concurrent use.
type Desk struct {
	store     Store
	guard     Guard
	catalogue *catalogue.Catalogue
	now       func() time.Time
	journal   journal
}

// NewDesk makes a desk; now is the clock.
func NewDesk(store Store, cat *catalogue.Catalogue, now func() time.Time) *Desk {
	return &Desk{store: store, catalogue: cat, now: now, journal: journal{store: store}}
}

// Guarded has the guard asked before every read, and gives the desk back. It is for the wiring, before the desk is used.
func (d *Desk) Guarded(g Guard) *Desk {
	d.guard = g
	return d
}

// Scope permits one answer about one subject. Only a Desk makes one, after the entry of the read is durable; its zero
// value permits nothing.
type Scope struct {
	subject subject.Subject
	what    What
	level   charter.Level
	own     bool
	reader  string
	purpose string
	model   string
	consent consent.ID
	// datasets are those whose records may be answered, nil is all; today is the day of the read.
	datasets []string
	today    calendar.Day
	seq      int64
}

// Subject is whom the scope is about: the register's entry, redirects followed.
func (s Scope) Subject() subject.Subject { return s.subject }

// Level is how much of it may be answered: yes or no, a band, or everything.
func (s Scope) Level() charter.Level { return s.level }

// Own tells that the subject itself reads.
func (s Scope) Own() bool { return s.own }

// Reader is the agency that reads, "" for the subject itself.
func (s Scope) Reader() string { return s.reader }

// Purpose is the purpose of the read.
func (s Scope) Purpose() string { return s.purpose }

// Model is the model whose rating was asked for; "" for any.
func (s Scope) Model() string { return s.model }

// Consent is the consent the read rests on, 0 where it rests on none.
func (s Scope) Consent() consent.ID { return s.consent }

// Entry names the read in the subject's ledger: "s0123456789abc/17".
func (s Scope) Entry() string {
	if s.seq == 0 {
		return ""
	}
	return fmt.Sprintf("%s/%d", s.subject.ID, s.seq)
}

// Permits tells whether the scope lets answer such a question about the subject. The own file holds everything; an
// explanation holds the rating it explains.
func (s Scope) Permits(id subject.ID, what What) bool {
	if id == 0 || s.subject.ID != id || s.seq == 0 {
		return false
	}
	return s.what == what || s.what == OwnFile || (s.what == Explanation && what == Rating)
}

// Require is Permits as an error, for those who answer.
func (s Scope) Require(id subject.ID, what What) error {
	if s.Permits(id, what) {
		return nil
	}
	return fault.Refuse("C11", "scope", fmt.Sprintf("no scope was opened for the %s of subject %s", what, id),
		"open one at the desk, for exactly what is to be answered")
}

// RequireRating is Require for what one model says: a scope that was opened for the ratings of one model is good for no
// other.
func (s Scope) RequireRating(id subject.ID, what What, model string) error {
	if err := s.Require(id, what); err != nil {
		return err
	}
	if s.model != "" && s.model != model {
		return fault.Refuse("C11", "scope", fmt.Sprintf("the scope was opened for the ratings of %s, not of %s", s.model, model),
			"open one at the desk, for exactly what is to be answered")
	}
	return nil
}

// Shows tells whether a record may be part of the answer: the scope holds records, the consent it rests on names the
// dataset, and the newest version may be seen on the day of the read (C9, C10). It is asked for every record.
func (s Scope) Shows(newest *record.Version) bool {
	return s.level == charter.FullAnswer && newest.Subject == s.subject.ID &&
		charter.Shown(newest, s.subject.Natural(), s.own, s.today) &&
		(s.datasets == nil || slices.Contains(s.datasets, newest.Dataset))
}

// Open judges the request (C11), writes the entry durably, and only then opens the scope. Where the entry cannot be
// written nothing is answered and the fault is Unavailable.
func (d *Desk) Open(ctx context.Context, r Request) (Scope, error) {
	if r.As.name == "" {
		return Scope{}, fault.New(fault.Unauthenticated, "access.credential", "no credential was shown").
			With("show one with --as NAME, or set PROBITY_AS")
	}
	if d.guard != nil {
		if err := d.guard.Check(ctx); err != nil {
			return Scope{}, err
		}
	}
	sub, err := d.store.Subject(ctx, r.Subject)
	if err != nil {
		return Scope{}, err
	}
	permit, err := d.judge(ctx, &r, sub)
	if err != nil {
		return Scope{}, err
	}
	t := permit.Terms()
	e := &ledger.Entry{
		Subject: sub.ID, At: d.now(), Act: ledger.Read, What: string(t.What), Detail: detail(permit),
		Reader: t.By.Agency, Official: t.By.Official, Purpose: t.Purpose, Basis: t.Basis, Case: t.Case,
	}
	if err := d.journal.write(ctx, e); err != nil {
		return Scope{}, err
	}
	return Scope{
		subject: sub, what: t.What, level: permit.Level(), own: t.By.Subject != 0, reader: t.By.Agency,
		purpose: t.Purpose, model: t.Model, consent: permit.Consent(), datasets: permit.Datasets(), today: t.Today, seq: e.Seq,
	}, nil
}

func (d *Desk) judge(ctx context.Context, r *Request, sub subject.Subject) (charter.ReadPermit, error) {
	terms := charter.ReadTerms{
		By: r.As.Actor(), Subject: sub, What: r.What, Purpose: r.Purpose, Basis: r.Basis, Case: r.Case,
		Model: r.Model, Context: r.Context, Catalogue: d.catalogue, Today: calendar.In(d.now(), calendar.Shanghai),
	}
	if terms.By.Subject != 0 {
		own, err := d.store.Subject(ctx, terms.By.Subject) // it may have been merged since the credential was issued
		if err != nil {
			return charter.ReadPermit{}, err
		}
		terms.By.Subject = own.ID
	} else if charter.NeedsConsent(sub) {
		var err error
		if terms.Consents, err = d.store.Consents(ctx, sub.ID); err != nil {
			return charter.ReadPermit{}, err
		}
	}
	return charter.PermitRead(terms)
}

// detail are the codes that narrow a read down: model, level where it is less than all, consent.
func detail(p charter.ReadPermit) string {
	s := p.Terms().Model
	if p.Level() != charter.FullAnswer {
		s += " level=" + p.Level().String()
	}
	if p.Consent() != 0 {
		s += " consent=" + p.Consent().String()
	}
	return s
}

// Log is who looked: the subject's whole ledger, oldest first. It is for the subject itself.
func (d *Desk) Log(ctx context.Context, s Scope) ([]ledger.Entry, error) {
	if !s.own {
		return nil, fault.Refuse("C11", "own credential", "who looked at a file is for its subject alone", "use the subject's own credential: --as")
	}
	return d.store.Entries(ctx, s)
}

// Attempt writes down that something the Charter forbids was tried and refused (C13): by is who tried, about whom, and
// why it was refused. The subject sees it.
func (d *Desk) Attempt(ctx context.Context, by charter.Actor, about subject.ID, what, file string, refusal *fault.Error) error {
	return d.journal.write(ctx, &ledger.Entry{
		Subject: about, At: d.now(), Act: ledger.Attempt, What: what, Detail: refusal.Invariant + ": " + refusal.Missing,
		Reader: by.Agency, Official: by.Official, Case: file,
	})
}
