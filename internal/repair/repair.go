// Package repair is the way back: which penalty is shown for how long under which regime, what its subject must do to
// have it taken down sooner, when that is possible at the earliest, and what it changes (Charter C10).
//
// What ends by itself needs nobody: package regime reckons it whenever a record is read. What ends sooner is asked for by
// the subject, with the proof of its cure and a public commitment, goes on at once to the body that listed the matter, and
// is decided by that body's official. Granted, it takes effect on publication, sharing, ratings and recipients in one
// transaction. A refusal has reasons and can be reviewed by another official.
package repair

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/repair/application"
	"probity/internal/repair/regime"
	"probity/internal/subject"
)

// Text is a text as it is kept: sealed under the subject's key where the subject is a human being.
type Text struct {
	Body   []byte
	Sealed bool
}

// Exhibit is a proof as it is kept.
type Exhibit struct {
	application.Proof
	Title, Whole Text
}

// Stored is an application as it is kept, with its texts beside it.
type Stored struct {
	Application application.Application
	// Account holds commitment and cure, Reasons those of each step, Names the names of the proofs.
	Account        Text
	Reasons, Names []Text
}

// Left is what an act leaves behind for others to see, written with it in one transaction.
type Left struct {
	Entry   *ledger.Entry
	Notices []notice.Written
	// Demand tells those who received the record to take it back, or to read it anew; nil where there is nothing to do. Who
	// they are is found by what they Received, from the readings up to the act itself.
	Demand   *recall.Demand
	Received recall.Matter
	// Place is the subject with which the record stands; 0 where the act changes nothing for the record.
	Place subject.ID
	// Lifts are the orders that end with the act.
	Lifts []measure.OrderEnding
}

// Query says which applications are asked for: those of a subject, or those that wait for an agency.
type Query struct {
	Subject subject.ID
	Handler string
}

// Book is where applications are kept. Package store/repairs implements it.
type Book interface {
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// Records are the newest versions of the scope's records, as far as it shows them.
	Records(context.Context, access.Scope) ([]Held, error)
	// Place is the subject with which a record stands now: the given one, redirects followed, or one that it was joined with
	// at some time. NotFound where it stands with none of them.
	Place(context.Context, subject.ID, record.ID) (subject.Subject, error)
	// Record is the newest version of one record; NotFound where the subject has no such record.
	Record(context.Context, subject.ID, record.ID) (Held, error)
	// Applications are given oldest first, with their steps and receipts.
	Applications(context.Context, Query) ([]Stored, error)
	// Ask keeps a permitted application with its proofs and its first step.
	Ask(context.Context, remedy.RepairRequest, Text, []Exhibit, Left) error
	// Step keeps a permitted step. Where it grants the repair, the record is gone with it and the orders that end are ended;
	// where it withdraws one, the record counts again. The submission then outdates the ratings of the subject; it is 0
	// otherwise.
	Step(context.Context, remedy.RepairStep, Text, Left) (submission int64, err error)
	// Proof reads one document of an application whole.
	Proof(ctx context.Context, of subject.ID, id application.ID, seq int) (Exhibit, error)
	NextID() int64
}

// Held is a record's newest version, and the day on which it ends apart from any repair, None where nothing ends it by itself.
type Held struct {
	record.Version
	Term calendar.Day
}

// Vault seals and opens what a human being says and hands in. Package vault implements it.
type Vault interface {
	Ensure(ids ...subject.ID) error
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// Orders prepares the end of orders by the credential of their author; it is kept with the repair.
type Orders interface {
	PrepareEnding(ctx context.Context, as access.Credential, id subject.ID, which order.ID, ending order.Ending) (measure.OrderEnding, error)
}

// Desk opens scopes and records attempts that the Charter refused.
type Desk interface {
	Open(context.Context, access.Request) (access.Scope, error)
	Attempt(ctx context.Context, by charter.Actor, about subject.ID, what, file string, refusal *fault.Error) error
}

// Parts are what the service stands on. Every one must be set but Orders, without which no order is lifted, Ratings, without which no plan
// says what it changes, and Reads.
type Parts struct {
	Book      Book
	Vault     Vault
	Desk      Desk
	Clerk     *notice.Clerk
	Clocks    *clock.Table
	Catalogue *catalogue.Catalogue
	Rules     *regime.Rules
	Limits    *regime.Limits
	Orders    Orders
	Ratings   Ratings
	// Reads gives the datasets that a model looks at, and Covers those that a subject's consents name, by their ids; see
	// [recall.Matter].
	Reads  func(model string) ([]string, bool)
	Covers func(context.Context, subject.ID) (func(consent string) ([]string, bool), error)
	// Bodies are the unified codes of the body a subject is or, for an office holder, serves.
	Bodies func(context.Context, subject.Subject) ([]string, error)
	Now    func() time.Time
}

// Service plans, takes and decides repairs. It is safe for concurrent use.
type Service struct{ parts Parts }

// New makes a service.
func New(p Parts) *Service { return &Service{p} }

func (s *Service) today() calendar.Day { return calendar.In(s.parts.Now(), calendar.Shanghai) }

func (s *Service) instant() time.Time { return s.parts.Now().UTC().Truncate(time.Microsecond) }

// Places of sealed texts.
const (
	accountPlace = "repair"
	reasonsPlace = "repair.step"
	namePlace    = "repair.proof.name"
	proofPlace   = "repair.proof"
)

// Own is how the subject itself acts: By is its own credential; or By and With are two officials before whom it signed the
// document with the SHA-256, in hexadecimal.
type Own struct {
	By, With access.Credential
	Document string
}

// File is a proof as it is handed in: any file, kept whole.
type File struct {
	Name string
	Body []byte
}

// The most that one application may bring.
const (
	largestFile = 16 << 20
	mostFiles   = 20
)

// Request is an application to make.
type Request struct {
	Own
	Subject subject.ID
	Record  record.ID
	// Cure says what was done and when, Commitment is the public credit commitment.
	Cure, Commitment string
	Proofs           []File
}

// Ask makes an application. When it returns it lies with the body that listed the matter, and the subject has the days of
// the decision and of the answer. An attempt for another's record is refused and stands in that subject's ledger.
func (s *Service) Ask(ctx context.Context, r Request) (application.Application, error) {
	var err error
	if r.By, err = r.By.For(mandate.Repair); err != nil {
		return application.Application{}, err
	}
	if err := r.By.As(role.Registrar); err != nil { // at a counter
		return application.Application{}, err
	}
	sub, err := s.parts.Book.Subject(ctx, r.Subject)
	if err != nil {
		return application.Application{}, err
	}
	held, err := s.parts.Book.Record(ctx, sub.ID, r.Record)
	if err != nil && !fault.Is(err, fault.NotFound) { // whether there is one is told to those alone who may ask
		return application.Application{}, err
	}
	by, err := s.actor(ctx, r.By)
	if err != nil {
		return application.Application{}, err
	}
	own := asker(sub, by, &r)
	a, window, repairable, err := s.draft(own, &held, &r)
	if err != nil {
		return a, err
	}
	exhibits, err := s.exhibits(own, r.Proofs)
	if err != nil {
		return a, err
	}
	for i := range exhibits {
		a.Proofs = append(a.Proofs, exhibits[i].Proof)
	}
	others, err := s.Of(ctx, sub.ID, r.Record)
	if err != nil {
		return a, err
	}
	permit, err := remedy.PermitRepairRequest(remedy.RepairTerms{
		Application: a, Subject: sub, Newest: held.Version, Others: others, Repairable: repairable, Until: window.Until,
		By: by, With: r.With.Actor(), Document: r.Document, Today: s.today(),
	})
	if err != nil {
		return a, s.attempted(ctx, sub.ID, by, "asked", err)
	}
	a = *permit.Application()
	account, err := s.seal(own, accountPlace, account{a.Commitment, a.Cure})
	if err != nil {
		return a, err
	}
	left, err := s.left(own, sub.ID, &a, by, a.Steps[0], "forwarded", []notice.Fact{{Name: "due", Value: a.AnswerBy.String()}})
	if err != nil {
		return a, err
	}
	return a, s.parts.Book.Ask(ctx, permit, account, exhibits, left)
}

// asker is whose application it is: of one subject, or of those that are one with it at present, the one whose credential acts
// or that is named. Should they be parted again, the application is its own.
func asker(sub subject.Subject, by charter.Actor, r *Request) subject.Subject {
	switch by.Subject {
	case 0:
		sub.ID = r.Subject
	case sub.ID:
		sub.ID = r.By.Subject()
	}
	return sub
}

// account is the sealed part of an application.
type account struct {
	Commitment string `json:"commitment"`
	Cure       string `json:"cure"`
}

// draft makes the application with its clocks; it is not judged yet.
func (s *Service) draft(sub subject.Subject, held *Held, r *Request) (a application.Application, w regime.Window, repairable bool, err error) {
	w, repairable = s.parts.Limits.Window(&held.Version)
	c := s.parts.Catalogue.Dataset(held.Dataset)
	a = application.Application{
		ID: application.ID(s.parts.Book.NextID()), Subject: sub.ID, Record: r.Record, Dataset: held.Dataset, Tier: w.Tier,
		Earliest: w.Earliest, AskedAt: s.instant(), Commitment: strings.TrimSpace(r.Commitment), Cure: strings.TrimSpace(r.Cure),
	}
	if w.Opens != nil {
		a.Regime = w.Opens.Code
	}
	if c != nil {
		a.Handler = c.Supplier
	}
	decide, err := s.parts.Clocks.Due(clock.RepairDecision, s.today(), clock.China)
	if err != nil {
		return a, w, repairable, err
	}
	answer, err := s.parts.Clocks.Due(clock.RepairAnswer, s.today(), clock.China)
	if err != nil {
		return a, w, repairable, err
	}
	a.DecideBy, a.AnswerBy = decide.Day, answer.Day
	a.Steps = []application.Step{{Act: application.Forward, At: a.AskedAt, Agency: a.Handler, Due: a.DecideBy}}
	return a, w, repairable, nil
}

func (s *Service) exhibits(sub subject.Subject, files []File) ([]Exhibit, error) {
	if len(files) > mostFiles {
		return nil, fault.New(fault.Invalid, "repair.proofs", "an application brings at most %d documents, not %d", mostFiles, len(files)).With("put some of them into one file")
	}
	var list []Exhibit
	for i, f := range files {
		if len(f.Body) == 0 || len(f.Body) > largestFile {
			return nil, fault.New(fault.Invalid, "repair.proof", "%s has %d bytes; a document has 1 to %d", f.Name, len(f.Body), largestFile).With("scan it smaller, or bring it in parts")
		}
		digest := sha256.Sum256(f.Body)
		e := Exhibit{Proof: application.Proof{
			Seq: i + 1, Name: f.Name, Digest: digest, SHA256: hex.EncodeToString(digest[:]), Bytes: int64(len(f.Body)),
		}}
		var err error
		if e.Title, err = s.sealed(sub, namePlace, []byte(f.Name)); err == nil {
			e.Whole, err = s.sealed(sub, proofPlace, f.Body)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// actor is who shows the credential, merges followed.
func (s *Service) actor(ctx context.Context, c access.Credential) (charter.Actor, error) {
	if c.Name() == "" {
		return charter.Actor{}, fault.New(fault.Unauthenticated, "access.credential", "no credential was shown").With("show one with --as NAME")
	}
	by := c.Actor()
	if by.Subject == 0 {
		return by, nil
	}
	own, err := s.parts.Book.Subject(ctx, by.Subject)
	by.Subject = own.ID
	return by, err
}

// attempted records an attempt that the Charter refused and gives the refusal back.
func (s *Service) attempted(ctx context.Context, id subject.ID, by charter.Actor, what string, err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.Refused {
		return err
	}
	return errors.Join(err, s.parts.Desk.Attempt(ctx, by, id, "repair", what, refusal))
}

// left is the ledger's line, with the subject that it is now, and the notice of a step to whose application it is. word is
// the notice's for the step.
func (s *Service) left(sub subject.Subject, now subject.ID, a *application.Application, by charter.Actor, step application.Step, word string, more []notice.Fact) (Left, error) {
	facts := []notice.Fact{{Name: "step", Value: word}, {Name: "record", Value: a.Record.String()}, {Name: "dataset", Value: a.Dataset}}
	if a.Tier != record.NoTier {
		facts = append(facts, notice.Fact{Name: "tier", Value: a.Tier.String()})
	}
	law, until := a.Regime, calendar.None
	if r := s.parts.Rules.Regime(a.Regime); r != nil {
		law = r.Source.Title.EN
	}
	if step.Act == application.Refuse || step.Act == application.Uphold || step.Act == application.Withdraw {
		d, err := s.parts.Clocks.Due(clock.Reconsideration, s.today(), clock.China)
		if err != nil {
			return Left{}, err
		}
		until = d.Day
	}
	w, err := s.parts.Clerk.Write(sub, notice.Notice{
		Subject: sub.ID, Occasion: notice.RepairStep, At: step.At, About: a.ID.String(), By: a.Handler,
		Facts: append(facts, more...), Law: law, Contest: notice.ByReview, Until: until,
	})
	if err != nil {
		return Left{}, err
	}
	return Left{
		Entry: &ledger.Entry{
			Subject: now, At: step.At, Act: ledger.Repair, What: "repair", Detail: string(step.Act) + " " + a.ID.String() + by.Through(),
			Reader: by.Agency, Official: by.Official,
		},
		Notices: []notice.Written{w},
	}, nil
}

// seal keeps a value as text, sealed where the subject is a human being.
func (s *Service) seal(sub subject.Subject, place string, v any) (Text, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return Text{}, fault.New(fault.Internal, "repair.text", "a text cannot be written").By(err)
	}
	return s.sealed(sub, place, body)
}

func (s *Service) sealed(sub subject.Subject, place string, body []byte) (Text, error) {
	if !sub.Natural() {
		return Text{body, false}, nil
	}
	if err := s.parts.Vault.Ensure(sub.ID); err != nil {
		return Text{}, err
	}
	sealed, err := s.parts.Vault.Seal(sub.ID, place, body)
	return Text{sealed, true}, err
}

func (s *Service) open(id subject.ID, place string, t Text) ([]byte, error) {
	if !t.Sealed {
		return t.Body, nil
	}
	return s.parts.Vault.Open(id, place, t.Body)
}
