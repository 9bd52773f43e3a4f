// Package rights is where a subject acts on its own file: it gives and withdraws consent, and sees what it has agreed
// to. What is lawful is decided by package charter; what is done here leaves an entry in the subject's ledger.
package rights

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/consent/wording"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/subject"
)

// Store is what the rights of a subject need kept.
type Store interface {
	// Subject reads the register, following redirects; an unknown id is NotFound.
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// SubjectsOf is Subject for many, in their order.
	SubjectsOf(context.Context, []subject.ID) ([]subject.Subject, error)
	// NextConsents reserves the ids of n consents and gives the first.
	NextConsents(n int) consent.ID
	// AddConsents keeps consents, each with its ledger entry and the receipt to its subject, all in one transaction.
	// sealed are their secrets under the keys of their subjects.
	AddConsents(ctx context.Context, permits []charter.ConsentPermit, sealed [][]byte, entries []*ledger.Entry, told []notice.Written) error
	// Consents are all of a subject's consents, newest first.
	Consents(context.Context, subject.ID) ([]consent.Consent, error)
	// WithdrawConsent ends a consent and physically deletes what rested on it, in one transaction with the ledger
	// entry and the receipt to the subject. Withdrawing again changes nothing.
	WithdrawConsent(context.Context, charter.WithdrawalPermit, time.Time, *ledger.Entry, notice.Written) (Withdrawal, error)
}

// Births gives the birth days that subjects' own identifiers show; subjects of whom none is known are absent.
type Births interface {
	Born(context.Context, []subject.ID) (map[subject.ID]calendar.Day, error)
}

// Safe seals and opens what stands under a subject's key. Package vault implements it.
type Safe interface {
	Opener
	// Ensure makes a key for each subject that has none.
	Ensure(of ...subject.ID) error
	Seal(of subject.ID, place string, plain []byte) ([]byte, error)
}

// Withdrawal says what a withdrawal took away.
type Withdrawal struct {
	Consent consent.ID `json:"consent"`
	// Ratings and History count the rows that were physically deleted.
	Ratings int64 `json:"ratings_deleted"`
	History int64 `json:"history_deleted"`
	// Recipients were ordered to delete what they got; empty where the consent had been withdrawn before.
	Recipients []string `json:"recipients"`
}

// Service does what subjects ask for. It is safe for concurrent use.
type Service struct {
	store     Store
	births    Births
	safe      Safe
	clerk     *notice.Clerk
	catalogue *catalogue.Catalogue
	texts     *wording.Texts
	now       func() time.Time
}

// New makes a service; now is the clock.
func New(store Store, births Births, safe Safe, clerk *notice.Clerk, cat *catalogue.Catalogue, now func() time.Time) *Service {
	return &Service{store, births, safe, clerk, cat, wording.BuiltIn(), now}
}

// consentsPerCommit keeps the one writer free for readers' entries.
const consentsPerCommit = 1024

// Give records a consent and gives it its number. by is the subject's own credential; or by and with are those of two
// officials who saw the document signed that the consent's proof names. The instant is ours, whatever c says.
func (s *Service) Give(ctx context.Context, by, with access.Credential, c consent.Consent) (consent.Consent, error) {
	given, err := s.GiveAll(ctx, by, with, []consent.Consent{c})
	if err != nil {
		return consent.Consent{}, err
	}
	return given[0], nil
}

// GiveAll is Give for many consents of one pair of witnesses, in commits of at most a thousand. The first that is
// refused ends it; those of earlier commits stand and are returned beside the error.
func (s *Service) GiveAll(ctx context.Context, by, with access.Credential, list []consent.Consent) ([]consent.Consent, error) {
	if by.Name() == "" {
		return nil, fault.New(fault.Unauthenticated, "access.credential", "no credential was shown").With("show one with --as NAME")
	}
	if err := by.As(role.Registrar); err != nil { // at a counter
		return nil, err
	}
	var done []consent.Consent
	for part := range slices.Chunk(list, consentsPerCommit) {
		given, err := s.giveSome(ctx, by, with, part)
		if err != nil {
			return done, err
		}
		done = append(done, given...)
	}
	return done, nil
}

func (s *Service) giveSome(ctx context.Context, by, with access.Credential, list []consent.Consent) ([]consent.Consent, error) {
	at := s.now().UTC().Truncate(time.Microsecond)
	ids := make([]subject.ID, len(list))
	for i := range list {
		ids[i] = list[i].Subject
	}
	subjects, err := s.store.SubjectsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range subjects {
		ids[i] = subjects[i].ID
	}
	born, err := s.births.Born(ctx, ids)
	if err != nil {
		return nil, err
	}
	permits := make([]charter.ConsentPermit, len(list))
	entries := make([]*ledger.Entry, len(list))
	given := make([]consent.Consent, len(list))
	told := make([]notice.Written, len(list))
	sealed := make([][]byte, len(list))
	if err := s.safe.Ensure(ids...); err != nil {
		return nil, err
	}
	first := s.store.NextConsents(len(list))
	for i, c := range list {
		c.Subject, c.ID, c.Given, c.Withdrawn = ids[i], first+consent.ID(i), at, time.Time{}
		c.Salt, c.Proof.Sealed = salt(), false
		day, known := born[ids[i]]
		if !known {
			day = calendar.None
		}
		permits[i], err = charter.PermitConsent(charter.ConsentTerms{
			Consent: c, Subject: subjects[i], Born: day, By: by.Actor(), With: with.Actor(),
			Catalogue: s.catalogue, Texts: s.texts, Today: calendar.In(at, calendar.Shanghai),
		})
		if err != nil {
			return nil, err
		}
		entries[i] = &ledger.Entry{
			Subject: ids[i], At: at, Act: ledger.Consent, What: c.Method,
			Reader: by.Agency(), Official: by.Official(), Purpose: c.Purpose,
		}
		given[i] = *permits[i].Consent()
		if sealed[i], err = s.safe.Seal(ids[i], consent.Place, given[i].Secret()); err != nil {
			return nil, err
		}
		if told[i], err = s.clerk.Write(subjects[i], receipt(&given[i], at)); err != nil {
			return nil, err
		}
	}
	if err := s.store.AddConsents(ctx, permits, sealed, entries, told); err != nil {
		return nil, err
	}
	return given, nil
}

// salt is a salt of 16 bytes in hexadecimal.
func salt() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails; where there is no randomness the program ends
	return hex.EncodeToString(b[:])
}

// reveal puts back what is kept under the subject's key; where the key was destroyed it is gone, and the rest stands.
func (s *Service) reveal(c *consent.Consent) error {
	if c.Sealed == nil {
		return nil
	}
	plain, err := s.safe.Open(c.Subject, consent.Place, c.Sealed)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	}
	return c.Reveal(plain)
}

// receipt is what the subject keeps of a consent it gave.
func receipt(c *consent.Consent, at time.Time) notice.Notice {
	n := notice.Notice{
		Subject: c.Subject, Occasion: notice.ConsentGiven, At: at, About: c.ID.String(), Law: consentLaw, Contest: notice.ByWithdrawal,
		Facts: []notice.Fact{
			{Name: "method", Value: c.Method}, {Name: "purpose", Value: c.Purpose},
			{Name: "from", Value: c.From.String()}, {Name: "to", Value: c.To.String()}, {Name: "consent", Value: c.ID.String()},
		},
	}
	n.Facts = appendAll(n.Facts, "context", c.Contexts)
	n.Facts = appendAll(n.Facts, "data", c.Categories)
	n.Facts = appendAll(n.Facts, "recipient", c.Recipients)
	return n
}

// The articles of the Personal Information Protection Law that let a person agree, and take it back.
const (
	consentLaw    = "pipl art. 13, 14"
	withdrawalLaw = "pipl art. 15, 47"
)

func appendAll(facts []notice.Fact, name string, values []string) []notice.Fact {
	for _, v := range values {
		facts = append(facts, notice.Fact{Name: name, Value: v})
	}
	return facts
}

// Withdraw ends a consent at once: when it returns, the ratings under it are gone. Withdrawing twice changes nothing.
// by is the subject's own credential, or by and with are those of two officials before whom the subject withdrew it.
func (s *Service) Withdraw(ctx context.Context, by, with access.Credential, of subject.ID, id consent.ID) (Withdrawal, error) {
	sub, err := s.store.Subject(ctx, of)
	if err != nil {
		return Withdrawal{}, err
	}
	list, err := s.store.Consents(ctx, sub.ID)
	if err != nil {
		return Withdrawal{}, err
	}
	i := slices.IndexFunc(list, func(c consent.Consent) bool { return c.ID == id })
	if i < 0 {
		return Withdrawal{}, fault.New(fault.NotFound, "consent.none", "subject %s has no consent %s", sub.ID, id).
			With("see its consents with: probity consent show")
	}
	if err := s.reveal(&list[i]); err != nil {
		return Withdrawal{}, err
	}
	at := s.now().UTC()
	permit, err := charter.PermitWithdrawal(&list[i], by.Actor(), with.Actor(), calendar.In(at, calendar.Shanghai))
	if err != nil {
		return Withdrawal{}, err
	}
	gone := notice.Notice{
		Subject: sub.ID, Occasion: notice.ConsentWithdrawn, At: at, About: id.String(), Law: withdrawalLaw, Contest: notice.ByComplaint,
		Facts: appendAll([]notice.Fact{{Name: "method", Value: list[i].Method}, {Name: "consent", Value: id.String()}}, "recipient", list[i].Recipients),
	}
	told, err := s.clerk.Write(sub, gone)
	if err != nil {
		return Withdrawal{}, err
	}
	return s.store.WithdrawConsent(ctx, permit, at, &ledger.Entry{
		Subject: sub.ID, At: at, Act: ledger.Withdrawal, What: list[i].Method,
		Reader: by.Agency(), Official: by.Official(), Purpose: list[i].Purpose,
	}, told)
}

// Show lists consents, newest first: to the subject all of its own with the salts by which it opens what the ledger commits
// to, to a reader those that name it as a recipient.
func (s *Service) Show(ctx context.Context, scope access.Scope) ([]consent.Consent, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	list, err := s.store.Consents(ctx, id)
	if err != nil {
		return nil, err
	}
	if !scope.Own() {
		list = slices.DeleteFunc(list, func(c consent.Consent) bool { return !slices.Contains(c.Recipients, scope.Reader()) })
	}
	for i := range list {
		if err := s.reveal(&list[i]); err != nil {
			return nil, err
		}
		if !scope.Own() {
			list[i].Salt = ""
		}
	}
	return list, nil
}
