// Package dispute is where a subject contests what is held on it: a record, a link, a use in a model, a decision. What is
// contested is marked and out of use at once, goes to who can mend it, and is suppressed by itself when the answer is
// late (Charter C9). The subject's own statement stays beside the record.
package dispute

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/subject"
)

// Parts are what the service stands on.
type Parts struct {
	Book      Book
	Vault     Vault
	Desk      *access.Desk
	Clerk     *notice.Clerk
	Clocks    *clock.Table
	Catalogue *catalogue.Catalogue
	// Bodies are the unified codes of the body a subject is or, for an office holder, serves.
	Bodies func(ctx context.Context, sub subject.Subject) ([]string, error)
	// Ratings has the ratings computed again that a dispute outdates; nil leaves that to whoever asks next.
	Ratings Ratings
	// Reads gives the datasets that a model looks at, Covers those that a subject's consent names.
	Reads  func(model string) (datasets []string, known bool)
	Covers func(ctx context.Context, of subject.ID) (func(consent string) ([]string, bool), error)
	// NextID gives the next free number.
	NextID func() int64
	Now    func() time.Time
}

// Ratings computes again what an act outdates.
type Ratings interface {
	Refresh(ctx context.Context, submission int64, progress func(done, total int64)) error
}

// Service opens, answers and shows disputes, and keeps statements. It is safe for concurrent use.
type Service struct{ parts Parts }

// New makes a service.
func New(p Parts) *Service { return &Service{p} }

func (s *Service) today() calendar.Day { return calendar.In(s.parts.Now(), calendar.Shanghai) }

// Own is how the subject itself acts: By is its own credential; or By and With are two officials before whom it signed
// the document with the SHA-256, on the day.
type Own struct {
	By, With access.Credential
	Document [32]byte
	Signed   calendar.Day
}

// File is a piece of evidence as it is handed in: any file, passed on whole.
type File struct {
	Name string
	Body []byte
}

// The most that one dispute may bring.
const (
	largestFile  = 16 << 20
	mostEvidence = 20
)

// Request is a dispute to open.
type Request struct {
	Own
	Subject subject.ID
	Ground  contest.Ground
	// Target is the id of a record, an order or a decision, of the subject that was merged, or the code of a model.
	Target string
	// Account says what is wrong, Claims what would be right.
	Account, Claims string
	Evidence        []File
}

// Open contests something. When it returns, what is contested is marked and out of use, the subject has the day by which
// it is answered, and the ratings that used it are outdated. An attempt to contest another's file is refused, and written
// into that file's ledger.
func (s *Service) Open(ctx context.Context, r Request) (contest.Dispute, error) {
	sub, err := s.parts.Book.Subject(ctx, r.Subject)
	if err != nil {
		return contest.Dispute{}, err
	}
	by, with, err := s.actors(ctx, &r.Own)
	if err != nil {
		return contest.Dispute{}, err
	}
	opener := openerOf(sub, &by, &r.Own, r.Subject)
	at := s.parts.Now().UTC().Truncate(time.Microsecond)
	d := contest.Dispute{
		Subject: opener.ID, Ground: r.Ground, Target: r.Target, OpenedAt: at,
		Account: strings.TrimSpace(r.Account), Claims: strings.TrimSpace(r.Claims),
	}
	exhibits, err := s.exhibits(opener, r.Evidence)
	if err != nil {
		return d, err
	}
	for i := range exhibits {
		d.Evidence = append(d.Evidence, exhibits[i].Evidence)
	}
	d.ID = contest.ID(s.parts.NextID())
	terms := remedy.DisputeTerms{
		Dispute: d, Subject: opener, By: by, With: with, Document: r.Document, Signed: r.Signed,
		Catalogue: s.parts.Catalogue, Today: s.today(),
	}
	permit, err := s.permitOpening(ctx, sub, terms)
	if err != nil {
		return d, s.attempted(ctx, by, sub.ID, string(r.Ground), err)
	}
	d = *permit.Dispute()
	account, err := s.seal(opener, accountPlace, told{d.Account, d.Claims})
	if err != nil {
		return d, err
	}
	facts := []notice.Fact{
		{Name: "step", Value: opening(&d)}, {Name: "layer", Value: string(d.Layer())}, {Name: "ground", Value: string(d.Ground)},
		{Name: "agency", Value: d.Handler}, {Name: "due", Value: d.Due.String()},
	}
	left, err := s.left(opener, sub.ID, &d, at, by, "opened", r.Document, append(facts, named(&d)...), calendar.None)
	if err != nil {
		return d, err
	}
	witnessed(left.Entry, with)
	left.Place = sub.ID
	submission, err := s.parts.Book.Open(ctx, permit, account, exhibits, left)
	if err != nil {
		return d, err
	}
	return d, s.refresh(ctx, submission)
}

// openerOf is whose act it is: of one subject, or of those that are one with it at present, the one whose credential acts or
// that is named. Should they be parted again, what was done is its own. by is changed to act for that one.
func openerOf(sub subject.Subject, by *charter.Actor, own *Own, named subject.ID) subject.Subject {
	switch by.Subject {
	case 0:
		sub.ID = named
	case sub.ID:
		sub.ID = own.By.Subject()
		by.Subject = sub.ID
	}
	return sub
}

// opening is the step that the subject is told of: that its dispute was opened, or that it repeats an earlier one without
// new evidence and suspends nothing.
func opening(d *contest.Dispute) string {
	if !d.Suspends && (d.Layer() == contest.Record || d.Layer() == contest.Link) {
		return "repeated"
	}
	return "opened"
}

// named is the fact that names what is contested.
func named(d *contest.Dispute) []notice.Fact {
	switch d.Layer() {
	case contest.Record:
		return []notice.Fact{{Name: "record", Value: d.Target}}
	case contest.Link:
		return []notice.Fact{{Name: "other", Value: d.Target}}
	case contest.ModelUse:
		return []notice.Fact{{Name: "model", Value: d.Target}}
	}
	return []notice.Fact{{Name: "decision", Value: d.Target}}
}

// permitOpening asks for the permit; now is the subject that the one of the terms is at present.
func (s *Service) permitOpening(ctx context.Context, now subject.Subject, t remedy.DisputeTerms) (remedy.DisputePermit, error) {
	d := &t.Dispute
	if t.By.Subject == 0 || t.By.Subject == t.Subject.ID { // a stranger does not even learn whether there is such a thing
		target, err := s.target(ctx, now, d.Layer(), d.Target)
		if err != nil {
			return remedy.DisputePermit{}, err
		}
		t.Author, t.Official, t.Order = target.Author, target.Official, target.Order
		if t.Bodies, err = s.parts.Bodies(ctx, now); err != nil {
			return remedy.DisputePermit{}, err
		}
		if t.Earlier, err = s.earlier(ctx, now.ID, d.Target); err != nil {
			return remedy.DisputePermit{}, err
		}
	}
	due, err := s.parts.Clocks.Due(clock.DisputeAnswer, t.Today)
	if err != nil {
		return remedy.DisputePermit{}, err
	}
	d.Due, d.Clock = due.Day, due.Limit.Source
	return remedy.PermitDispute(t)
}

// actors are who acts for a subject, as the Charter sees them: the subject itself, or officials at a counter.
func (s *Service) actors(ctx context.Context, own *Own) (by, with charter.Actor, err error) {
	if err := own.By.As(role.Registrar); err != nil {
		return by, with, err
	}
	if own.By, err = own.By.For(mandate.Contest); err != nil {
		return by, with, err
	}
	return s.named(ctx, own)
}

// named are who acts, as the Charter sees them; a subject that was merged since its credential was issued is the one it
// was merged into.
func (s *Service) named(ctx context.Context, own *Own) (by, with charter.Actor, err error) {
	if own.By.Name() == "" {
		return by, with, fault.New(fault.Unauthenticated, "access.credential", "no credential was shown").
			With("show one with --as NAME, or set PROBITY_AS")
	}
	by, with = own.By.Actor(), own.With.Actor()
	if by.Subject != 0 {
		sub, err := s.parts.Book.Subject(ctx, by.Subject)
		if err != nil {
			return by, with, err
		}
		by.Subject = sub.ID
	}
	return by, with, nil
}

// target finds what is contested, with the official behind a decision.
func (s *Service) target(ctx context.Context, sub subject.Subject, layer contest.Layer, name string) (Target, error) {
	if layer == "" {
		return Target{}, nil // the Charter refuses the ground
	}
	t, err := s.parts.Book.Target(ctx, sub.ID, layer, name)
	if err != nil || t.Decided == nil {
		return t, err
	}
	body, err := s.open(sub.ID, decisionPlace, *t.Decided)
	if err != nil {
		return t, err
	}
	var d struct {
		Official string `json:"official"`
	}
	if err := json.Unmarshal(body, &d); err != nil {
		return t, fault.New(fault.Internal, "dispute.decision", "the decision %s cannot be read", name).By(err)
	}
	t.Official = d.Official
	return t, nil
}

// decisionPlace is where package measure seals decisions.
const decisionPlace = "decision"

func (s *Service) earlier(ctx context.Context, of subject.ID, target string) ([]contest.Dispute, error) {
	all, err := s.parts.Book.Disputes(ctx, Query{Subject: of})
	var same []contest.Dispute
	for i := range all {
		if all[i].Dispute.Target == target {
			same = append(same, all[i].Dispute)
		}
	}
	return same, err
}

// exhibits prepares evidence to be kept.
func (s *Service) exhibits(sub subject.Subject, files []File) ([]Exhibit, error) {
	if len(files) > mostEvidence {
		return nil, fault.New(fault.Invalid, "dispute.evidence", "there are %d files of evidence", len(files)).With("bring at most 20; join pages into one document")
	}
	var list []Exhibit
	for i, f := range files {
		if len(f.Body) == 0 || len(f.Body) > largestFile {
			return nil, fault.New(fault.Invalid, "dispute.evidence", "the file %s has %d bytes", f.Name, len(f.Body)).
				With("bring files with something in them, of 16 MiB at most")
		}
		e := Exhibit{Evidence: contest.Evidence{Seq: i + 1, Name: f.Name, Digest: sha256.Sum256(f.Body), Bytes: int64(len(f.Body))}}
		var err error
		if e.Name, err = s.sealBytes(sub, namePlace, []byte(f.Name)); err != nil {
			return nil, err
		}
		if e.Body, err = s.sealBytes(sub, evidencePlace, f.Body); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// told is the account of a dispute as it is kept.
type told struct {
	Account string `json:"account"`
	Claims  string `json:"claims,omitempty"`
}

func (s *Service) seal(sub subject.Subject, place string, v any) (Text, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Text{}, fault.New(fault.Internal, "dispute.text", "a text of a dispute cannot be written").By(err)
	}
	return s.sealBytes(sub, place, body)
}

func (s *Service) sealBytes(sub subject.Subject, place string, body []byte) (Text, error) {
	if !sub.Natural() {
		return Text{Body: body}, nil
	}
	if err := s.parts.Vault.Ensure(sub.ID); err != nil {
		return Text{}, err
	}
	sealed, err := s.parts.Vault.Seal(sub.ID, place, body)
	return Text{sealed, true}, err
}

func (s *Service) open(of subject.ID, place string, t Text) ([]byte, error) {
	if !t.Sealed {
		return t.Body, nil
	}
	return s.parts.Vault.Open(of, place, t.Body)
}

// left is the entry and the notice of an act on a dispute: the notice to who opened it, the entry in the ledger of the
// subject it is now.
func (s *Service) left(sub subject.Subject, now subject.ID, d *contest.Dispute, at time.Time, by charter.Actor, act string, document [32]byte, facts []notice.Fact, until calendar.Day) (Left, error) {
	w, err := s.parts.Clerk.Write(sub, notice.Notice{
		Subject: sub.ID, Occasion: notice.DisputeStep, At: at, About: d.ID.String(), By: by.Agency,
		Facts: facts, Law: law(sub), Contest: "complaint", Until: until,
	})
	if err != nil {
		return Left{}, err
	}
	return Left{
		Entry: &ledger.Entry{
			Subject: now, At: at, Act: ledger.Dispute, What: act, Detail: d.ID.String() + " " + d.Target + by.Through(),
			Reader: by.Agency, Official: by.Official, Commitment: document,
		},
		Notices: []notice.Written{w},
	}, nil
}

// witnessed writes the second official beside the first, where the subject signed before two; nothing else changes.
func witnessed(e *ledger.Entry, with charter.Actor) {
	if with.IsOfficial() {
		e.Detail += " with " + with.Title()
	}
}

// law is the law by which a dispute is answered.
func law(sub subject.Subject) string {
	if sub.Natural() {
		return "pipl art. 46"
	}
	return "credit-reporting art. 25"
}

func (s *Service) refresh(ctx context.Context, submission int64) error {
	if submission == 0 || s.parts.Ratings == nil {
		return nil
	}
	return rating.Later(s.parts.Ratings.Refresh(ctx, submission, nil))
}

// attempted writes a refusal under C13, and a stranger's dispute, into the subject's ledger, and gives it back.
func (s *Service) attempted(ctx context.Context, by charter.Actor, about subject.ID, what string, refusal error) error {
	var f *fault.Error
	if !errors.As(refusal, &f) || f.Code != fault.Refused {
		return refusal
	}
	if f.Invariant == "C13" || f.Missing == "own act of the subject" {
		if err := s.parts.Desk.Attempt(ctx, by, about, "dispute", what, f); err != nil {
			return err
		}
	}
	return refusal
}
