// Package access is the desk that every reader passes: who asks, for which purpose, on which legal basis, about whom.
// It writes that down, durably and before anything is answered, and hands out the scope without which the store answers
// nobody (Charter C11). The subject sees every line of it.
package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access/mandate"
	"probity/internal/access/quota"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
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
	Looked      = charter.ReadLog // who looked
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
	// Measure is the code of the measure a decision is asked for, Record the id of the one record that is asked for; ""
	// where the question names none.
	Measure, Record string
	// Part is the part of the file that is asked for; "" is the whole.
	Part Part
	// Counter is where two officials hand the own file to the subject; nil for every other read.
	Counter *Counter
	// Known is the subject as [Desk.Look] has just found it, for who had to look before asking; the zero value is looked up.
	Known Known
	// reference stands in the entry in place of the case, where the case concerns several subjects.
	reference string
}

// Known is a subject as it stands in the register. Only [Desk.Look] makes one.
type Known struct{ sub subject.Subject }

// Subject is whom it tells of.
func (k Known) Subject() subject.Subject { return k.sub }

// Look finds a subject of the register, following redirects; an unknown id is NotFound. Nothing about the subject is read but
// that it is there.
func (d *Desk) Look(ctx context.Context, id subject.ID) (Known, error) {
	sub, err := d.store.Subject(ctx, id)
	return Known{sub}, err
}

// Line is the entry of a read on its way into the ledger.
type Line struct {
	Entry *ledger.Entry
	// Permit is asked again in the transaction that writes the entry, with what is so in that moment.
	Permit charter.ReadPermit
	// Day and Limit are those of the reader's quota for the purpose.
	Day   calendar.Day
	Limit int64
	// Case is the number of the case where the entry carries a reference in place of it.
	Case string
	// Roles are those each of which the reader's official is let in by; none where its agency gives no roles.
	Roles []role.Role
	// Told is what the subject is told of the read, in the same transaction; without what the permit needs it is refused (C7).
	Told []notice.Written
	// Refused is why the entry was not written though those beside it were.
	Refused error
}

// Store is what the desk needs kept.
type Store interface {
	// Subject reads the register, following redirects; an unknown id is NotFound.
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// Agreements are all of an agency's, and whether the record of its own that each rests on is in force on the day; code is
	// the agency's unified code, "" where it has none.
	Agreements(ctx context.Context, reader, code string, day calendar.Day) ([]charter.Agreed, error)
	// Consents are all of a subject's consents, newest first, those withdrawn and expired among them.
	Consents(context.Context, subject.ID) ([]consent.Consent, error)
	// RecordReads asks each line's permit whether it still stands, and puts the entries of those that do behind the newest
	// of their subjects' chains and into the readers' counts, all in one transaction that is on disk when it returns. It
	// fills in Seq, Prev and Hash, or Refused.
	RecordReads(context.Context, []*Line) error
	// RecordAttempt puts an entry behind the newest of its subject's chain, or of the platform's where it has none, together
	// with what the subject is told of it.
	RecordAttempt(context.Context, *ledger.Entry, []notice.Written) error
	// SetFreeze closes or opens a file together with its entry; what it is already, it stays.
	SetFreeze(context.Context, charter.FreezePermit, *ledger.Entry) (changed bool, err error)
	// Usage is how often agencies read for each purpose on the days from first to last, by reader, purpose and day.
	Usage(ctx context.Context, first, last calendar.Day) ([]quota.Usage, error)
	// CaseOf is the case behind a reference that the agency's reads carry; NotFound where it has none of that name.
	CaseOf(ctx context.Context, reader, reference string) (string, error)
	// Entries is the ledger of the scope's subject, oldest first; the contents of those that a court keeps back on the day of
	// the scope are withheld.
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
	systems   Systems
	sessions  Sessions
	roles     Rolebook
	mandates  Mandatebook
	clerk     *notice.Clerk
	quotas    *quota.Table
	catalogue *catalogue.Catalogue
	now       func() time.Time
	journal   journal
}

// NewDesk makes a desk; now is the clock.
func NewDesk(store Store, cat *catalogue.Catalogue, now func() time.Time) *Desk {
	return &Desk{store: store, quotas: quota.BuiltIn(), catalogue: cat, now: now, journal: newJournal(now, store)}
}

// Guarded has the guard asked before every read, and gives the desk back. It is for the wiring, before the desk is used.
func (d *Desk) Guarded(g Guard) *Desk {
	d.guard = g
	return d
}

// Telling gives the desk the clerk who tells subjects of attempts on files they closed, and gives the desk back. It is for
// the wiring, before the desk is used.
func (d *Desk) Telling(c *notice.Clerk) *Desk {
	d.clerk = c
	return d
}

// Limiting gives the desk other quotas than the built-in ones, and gives the desk back. It is for the wiring, before the
// desk is used.
func (d *Desk) Limiting(t *quota.Table) *Desk {
	d.quotas = t
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
	fields   map[string][]string
	today    calendar.Day
	seq      int64
}

// Subject is whom the scope is about: the register's entry, redirects followed.
func (s Scope) Subject() subject.Subject { return s.subject }

// Level is how much of it may be answered: yes or no, a band, or everything.
func (s Scope) Level() charter.Level { return s.level }

// Own tells that the subject itself reads, or that it is handed its file at a counter.
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

// Datasets are those whose records may be answered, by consent or by agreement; all tells that every one may.
func (s Scope) Datasets() (codes []string, all bool) {
	return slices.Clone(s.datasets), s.datasets == nil
}

// Fields are the fields of the dataset that may be part of the answer, where it is not all of them.
func (s Scope) Fields(dataset string) (names []string, some bool) {
	names, some = s.fields[dataset]
	return names, some
}

// Open judges the request (C11), writes the entry durably, and only then opens the scope. Where the entry cannot be
// written nothing is answered and the fault is Unavailable. A refusal leaves an entry too, that of the attempt, which the
// subject sees; what was asked about nobody in the register, or by nobody, leaves none.
func (d *Desk) Open(ctx context.Context, r Request) (Scope, error) {
	if err := d.ready(ctx, &r); err != nil {
		return Scope{}, err
	}
	o, err := d.weigh(ctx, &r)
	if err != nil {
		return Scope{}, err
	}
	if err := d.journal.write(ctx, o.line); err != nil {
		return Scope{}, err
	}
	if o.line.Refused != nil {
		return Scope{}, d.refused(ctx, &r, o.subject, o.line.Refused)
	}
	return o.scope(), nil
}

// ready holds that somebody asks, and that what was recorded so far is proven in time.
func (d *Desk) ready(ctx context.Context, r *Request) (err error) {
	if r.As.name == "" {
		return noCredential()
	}
	if r.As, err = r.As.For(mandate.Read); err != nil {
		return err
	}
	if d.guard != nil {
		if err := d.guard.Check(ctx); err != nil {
			return err
		}
	}
	return nil
}

func noCredential() error {
	return fault.New(fault.Unauthenticated, "access.credential", "no credential was shown").
		With("show one with --as NAME, or set PROBITY_AS")
}

// roles are those each of which lets an official make the request.
func (r *Request) roles() []role.Role {
	if r.Counter != nil {
		return []role.Role{role.Registrar}
	}
	return role.ForPurpose(r.Purpose)
}

// opening is a read that is judged and not yet recorded.
type opening struct {
	subject subject.Subject
	line    *Line
}

// weigh finds the subject, judges the read and makes its line. A refusal is written down as an attempt.
func (d *Desk) weigh(ctx context.Context, r *Request) (opening, error) {
	sub := r.Known.sub
	if sub.ID == 0 || sub.ID != r.Subject {
		var err error
		if sub, err = d.store.Subject(ctx, r.Subject); err != nil {
			return opening{}, err
		}
	}
	now := d.now()
	permit, err := d.judge(ctx, r, sub, now)
	if err != nil {
		return opening{}, d.refused(ctx, r, sub, err)
	}
	return d.line(r, sub, permit, now)
}

// line makes the line of a read that is judged.
func (d *Desk) line(r *Request, sub subject.Subject, permit charter.ReadPermit, now time.Time) (opening, error) {
	t := permit.Terms()
	o := opening{sub, &Line{
		Entry: &ledger.Entry{
			Subject: sub.ID, At: now, Act: ledger.Read, What: string(t.What), Detail: detail(r, permit),
			Reader: t.By.Agency, Official: t.By.Official, Purpose: t.Purpose, Basis: t.Basis, Case: t.Case,
		},
		Permit: permit, Day: t.Today,
	}}
	if r.As.narrow {
		o.line.Roles = r.roles()
	}
	if r.reference != "" && t.Case != "" {
		o.line.Case, o.line.Entry.Case = t.Case, r.reference
	}
	if t.By.Subject == 0 {
		o.line.Limit = d.quotas.PerDay(t.Purpose, t.Today)
		if agreed := permit.PerDay(); agreed > 0 {
			o.line.Limit = min(o.line.Limit, agreed)
		}
	}
	var err error
	o.line.Told, err = d.handedOut(o.line.Entry, sub, t)
	return o, err
}

// scope is what the recorded read lets be answered.
func (o opening) scope() Scope {
	p := o.line.Permit
	t := p.Terms()
	return Scope{
		subject: o.subject, what: t.What, level: p.Level(), own: p.Own(), reader: t.By.Agency,
		purpose: t.Purpose, model: t.Model, consent: p.Consent(), datasets: p.Datasets(), fields: p.Fields(), today: t.Today, seq: o.line.Entry.Seq,
	}
}

func (d *Desk) judge(ctx context.Context, r *Request, sub subject.Subject, now time.Time) (charter.ReadPermit, error) {
	if err := r.As.As(r.roles()...); err != nil {
		return charter.ReadPermit{}, err
	}
	terms := charter.ReadTerms{
		By: r.As.Actor(), Subject: sub, What: r.What, Purpose: r.Purpose, Basis: r.Basis, Case: r.Case,
		Model: r.Model, Context: r.Context, Catalogue: d.catalogue, Today: calendar.In(now, calendar.Shanghai),
	}
	if r.Counter != nil {
		terms.Counter = &charter.Counter{With: r.Counter.With.Actor(), Proof: r.Counter.Proof}
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
	if charter.NeedsAgreement(&terms) {
		var err error
		if terms.Founder, err = d.Founder(ctx); err != nil {
			return charter.ReadPermit{}, err
		}
		if terms.Agreements, err = d.store.Agreements(ctx, terms.By.Agency, d.catalogue.Agency(terms.By.Agency).USCC, terms.Today); err != nil {
			return charter.ReadPermit{}, err
		}
	}
	return charter.PermitRead(terms)
}

// detail are the codes that say what was shown: the model, measure, part or record asked for; the agency's system through
// which the official asked; the level where it is less than
// all; the consent, and the datasets where it names them.
func detail(r *Request, p charter.ReadPermit) string {
	var words []string
	say := func(name, value string) {
		if value != "" {
			words = append(words, name+"="+value)
		}
	}
	say("model", p.Terms().Model)
	say("measure", r.Measure)
	say("part", string(r.Part))
	say("record", r.Record)
	say("system", r.As.system)
	if r.As.through != 0 {
		say("mandate", r.As.through.String())
		say("holder", r.As.mandate.Holder.String())
	}
	if c := p.Terms().Counter; c != nil {
		say("counter", string(c.Proof))
	}
	if p.Level() != charter.FullAnswer {
		say("level", p.Level().String())
	}
	if p.Consent() != 0 {
		say("consent", p.Consent().String())
	}
	for _, id := range p.Agreements() {
		say("agreement", id.String())
	}
	say("datasets", strings.Join(p.Datasets(), ","))
	if c := p.Terms().Counter; c != nil {
		say(SecondOfficial, c.With.Title()) // last: a name may hold spaces
	}
	return strings.Join(words, " ")
}

// Log is who looked: the subject's whole ledger, oldest first; entries that a court keeps back stand there without their
// contents (see [ledger.Withhold]). It is for the subject itself, and the read of it is in it.
func (d *Desk) Log(ctx context.Context, s Scope) ([]ledger.Entry, error) {
	if !s.own {
		return nil, fault.Refuse("C11", "own credential", "who looked at a file is for its subject alone", "use the subject's own credential: --as")
	}
	return d.store.Entries(ctx, s)
}

// Today is the day of the read, by which is judged what may be seen.
func (s Scope) Today() calendar.Day { return s.today }
