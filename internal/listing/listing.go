// Package listing is the procedure by which an organisation comes on a published list and off it again: draft, advance
// notice, objection or hearing, reasoned decision, publication, repair, expiry or annulment (Charter C4).
//
// The criteria of the lists are package criteria, an entry and its state package entry; what may be done is decided by
// package charter. Here steps are taken: each is written in one transaction with its line in the subject's ledger and
// the notice to the subject, and what takes an entry down also tells everybody who was told of it. No entry needs
// sweeping to be gone: whether it stands is judged when it is read.
package listing

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/lists"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/subject"
)

// Parts is what a Service works with. Every field must be set; Zone may be nil for calendar.Shanghai.
type Parts struct {
	Catalogue *catalogue.Catalogue
	Lists     *criteria.Set
	Clock     *clock.Table
	Register  Register
	Book      Book
	Births    Births
	Desk      Desk
	Clerk     *notice.Clerk
	Vault     Vault
	Now       func() time.Time
	Zone      *time.Location
}

// Register finds subjects and what they are known by. Package store implements it.
type Register interface {
	// Subject finds a subject, following redirects; a fault NotFound where there is none.
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// Bodies gives the unified codes of the body the subject is; none for a human being.
	Bodies(context.Context, subject.ID) ([]string, error)
	// Orders gives the orders on the subject and on those merged into it; their texts stay sealed.
	Orders(context.Context, subject.ID) (measure.OrdersOf, error)
}

// Book keeps entries and their steps. Package store/listings implements it.
type Book interface {
	// NewID is an id for an entry about to be drafted.
	NewID() entry.ID
	// Take adds the permitted step to its entry, and for a draft the entry itself, together with what it leaves behind. A
	// step that another took meanwhile is a fault Conflict.
	Take(context.Context, lists.Listing, Texts, Leaves) error
	// Entries gives the entries on the subject and on those merged into it, in the order of their ids.
	Entries(context.Context, subject.ID) ([]Stored, error)
	// Publications are entries that were published or removed after the instant, oldest change first, at most limit.
	Publications(ctx context.Context, list string, after time.Time, limit int) ([]Change, error)
	// Ended are the published entries whose end has come by the day and was not yet written down; at most limit, by their
	// ids, from the one after the given on.
	Ended(ctx context.Context, on calendar.Day, after entry.ID, limit int) ([]Place, error)
	// Overdue are entries with a request for removal that was to be decided before the day, page by page as for Ended; some
	// may have been decided since.
	Overdue(ctx context.Context, on calendar.Day, after entry.ID, limit int) ([]Place, error)
	// DemandOnce keeps a demand with its line and notices; false where its recipient was told the same before.
	DemandOnce(context.Context, recall.Demand, *ledger.Entry, ...notice.Written) (bool, error)
	// Tell notes that the reader was told of the entries.
	Tell(ctx context.Context, id subject.ID, about []string, reader string) error
}

// Births gives the birth days that subjects' own identifiers show; subjects of whom none is known are absent.
type Births interface {
	Born(context.Context, []subject.ID) (map[subject.ID]calendar.Day, error)
}

// Desk records readings before they are answered, and attempts that the Charter refused. It is package access's.
type Desk interface {
	Open(context.Context, access.Request) (access.Scope, error)
	Attempt(ctx context.Context, by charter.Actor, about subject.ID, what, file string, refusal *fault.Error) error
}

// Vault seals what is kept about human beings under a key of the subject's own. Package vault implements it.
type Vault interface {
	Ensure(...subject.ID) error
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// Text is text as it is kept: in the clear for organisations, sealed under the subject's key for human beings.
type Text struct {
	Body   []byte
	Sealed bool
}

// Texts are those of a step, and with a draft those of the entry.
type Texts struct{ Entry, Step Text }

// Leaves is what a step leaves behind.
type Leaves struct {
	Line   *ledger.Entry
	Notice notice.Written
	// Lift goes to everybody who was told of the entry; nil where the step takes nothing down. The book adds whom.
	Lift *recall.Demand
}

// Stored is an entry as it is kept: without its texts, which stand in Facts and, for its steps in their order, in Steps.
type Stored struct {
	Entry entry.Entry
	Facts Text
	Steps []Text
}

// Place is where an entry stands.
type Place struct {
	Subject subject.ID
	Entry   entry.ID
}

// Change is an entry of the public feed.
type Change struct {
	Place
	At time.Time
}

// Service takes steps and shows entries. It is safe for concurrent use.
type Service struct{ parts Parts }

// New makes a Service of its parts.
func New(p Parts) *Service {
	if p.Zone == nil {
		p.Zone = calendar.Shanghai
	}
	return &Service{p}
}

// BuiltIn are the lists that come with the program, each of them lawful by the Charter and whole by the catalogue.
func BuiltIn(cat *catalogue.Catalogue, t *clock.Table) (*criteria.Set, error) {
	set, err := criteria.BuiltIn(cat)
	if err != nil {
		return nil, err
	}
	for _, l := range set.All() {
		if err := lists.AdmitList(lists.ListTerms{List: l, Established: true, Catalogue: cat, Clock: t}); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// CheckCriteria reads a file of criteria that somebody proposes and says whether the Charter would admit each list in it.
func CheckCriteria(name string, text []byte, cat *catalogue.Catalogue, t *clock.Table) ([]criteria.List, error) {
	all, err := criteria.Parse(name, text, cat)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := lists.AdmitList(lists.ListTerms{List: &all[i], Catalogue: cat, Clock: t}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Criteria is the edition of the list in force on the day, nil where there is none.
func (s *Service) Criteria(code string, on calendar.Day) *criteria.List {
	return s.parts.Lists.List(code, on)
}

// Lists are the editions in force today.
func (s *Service) Lists() []*criteria.List { return s.parts.Lists.Lists(s.today()) }

func (s *Service) today() calendar.Day { return calendar.In(s.parts.Now(), s.parts.Zone) }

// particulars are the texts of an entry or a step, which are sealed for human beings.
type particulars struct {
	Facts    []entry.Fact `json:"facts,omitempty"`
	Document string       `json:"document,omitempty"`
	Reasons  string       `json:"reasons,omitempty"`
	Excluded []string     `json:"excluded,omitempty"`
}

// Places of sealed texts.
const (
	entryPlace = "listing"
	stepPlace  = "listing.step"
)

func (s *Service) seal(sub subject.Subject, as subject.ID, place string, p particulars) (Text, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return Text{}, fault.New(fault.Internal, "listing.body", "the texts of an entry cannot be written").By(err)
	}
	if !sub.Natural() {
		return Text{Body: body}, nil
	}
	if err := s.parts.Vault.Ensure(as); err != nil {
		return Text{}, err
	}
	sealed, err := s.parts.Vault.Seal(as, place, body)
	return Text{sealed, true}, err
}

func (s *Service) open(id subject.ID, place string, t Text) (p particulars, err error) {
	body := t.Body
	if t.Sealed {
		if body, err = s.parts.Vault.Open(id, place, t.Body); err != nil {
			return p, err
		}
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, fault.New(fault.Internal, "listing.body", "the texts of an entry on %s cannot be read", id).By(err)
	}
	return p, nil
}

// entries reads the subject's entries with their texts.
func (s *Service) entries(ctx context.Context, id subject.ID) ([]entry.Entry, error) {
	stored, err := s.parts.Book.Entries(ctx, id)
	if err != nil {
		return nil, err
	}
	list := make([]entry.Entry, 0, len(stored))
	for i := range stored {
		e, err := s.complete(&stored[i])
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// complete puts an entry's texts back.
func (s *Service) complete(stored *Stored) (entry.Entry, error) {
	e := stored.Entry
	p, err := s.open(e.Subject, entryPlace, stored.Facts)
	if err != nil {
		return e, err
	}
	e.Facts = p.Facts
	for i := range e.Steps {
		if p, err = s.open(e.Subject, stepPlace, stored.Steps[i]); err != nil {
			return e, err
		}
		e.Steps[i].Document.Number, e.Steps[i].Reasons, e.Steps[i].Excluded = p.Document, p.Reasons, p.Excluded
	}
	return e, nil
}

// attempted records an attempt that the Charter refused and gives the refusal back.
func (s *Service) attempted(ctx context.Context, id subject.ID, by charter.Actor, about string, err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.Refused {
		return err
	}
	if failed := s.parts.Desk.Attempt(ctx, by, id, "listing", about, refusal); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}
