package recall

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Pending is one demand to one recipient, and what became of it.
type Pending struct {
	Subject   subject.ID   `json:"subject"`
	Recipient string       `json:"recipient"`
	Kind      Kind         `json:"kind"`
	About     string       `json:"about"`
	Ground    string       `json:"ground"`
	At        time.Time    `json:"at"`
	Due       calendar.Day `json:"due"`
	// Acknowledged is zero while the recipient has not said that it did it; By is the official who did.
	Acknowledged time.Time `json:"acknowledged_at,omitzero"`
	By           string    `json:"acknowledged_by,omitempty"`
	// Reminders counts how often it was chased.
	Reminders int       `json:"reminders"`
	Reminded  time.Time `json:"reminded_at,omitzero"`
}

// Open tells that the recipient still has to act.
func (p *Pending) Open() bool { return p.Acknowledged.IsZero() }

// Late is by how many days the recipient is late on the day; 0 where it is not.
func (p *Pending) Late(today calendar.Day) int {
	if !p.Open() || p.Due == calendar.None || today <= p.Due {
		return 0
	}
	return int(today - p.Due)
}

// Laggard is a recipient that is late, as the public may see it: no subject is named.
type Laggard struct {
	Recipient string `json:"recipient"`
	Kind      Kind   `json:"kind"`
	// Open counts the demands that are late, Late is by how many days the oldest of them is, Reminders how often the
	// recipient was chased for them.
	Open      int          `json:"open"`
	Oldest    calendar.Day `json:"oldest_due"`
	Late      int          `json:"days_late"`
	Reminders int          `json:"reminders"`
}

// Book is where demands are kept.
type Book interface {
	// ToRecipient lists what an agency was told to do, the open ones first, then the newest.
	ToRecipient(ctx context.Context, agency string) ([]Pending, error)
	// About lists what recipients were told about a subject, newest first.
	About(ctx context.Context, id subject.ID) ([]Pending, error)
	// Acknowledge marks what the permit's agency was told of the matter, and writes the entry in the same transaction; it
	// gives how many demands were open.
	Acknowledge(ctx context.Context, permit remedy.AcknowledgementPermit, of subject.ID, about string, at time.Time, e *ledger.Entry) (int, error)
	// Late gives, by recipient and kind, what was due before the day.
	Late(ctx context.Context, today calendar.Day) ([]Laggard, error)
	// Remind counts a reminder on everything that was due before the day and was not chased since the instant, and gives it.
	Remind(ctx context.Context, today calendar.Day, since, at time.Time) ([]Pending, error)
}

// Service is the desk of those who received what has to be taken back. It is safe for concurrent use.
type Service struct {
	book Book
	now  func() time.Time
}

// New makes a service; now is the clock.
func New(book Book, now func() time.Time) *Service { return &Service{book, now} }

func (s *Service) today() calendar.Day { return calendar.In(s.now(), calendar.Shanghai) }

// Mine lists what the credential's agency was told to do.
func (s *Service) Mine(ctx context.Context, by access.Credential) ([]Pending, error) {
	if by.Agency() == "" {
		return nil, fault.New(fault.Unauthenticated, "recall.recipient", "no agency asks").
			With("show the credential of the recipient's official with --as NAME")
	}
	return s.book.ToRecipient(ctx, by.Agency())
}

// Told lists what recipients were told about the scope's subject. It is for the subject itself.
func (s *Service) Told(ctx context.Context, scope access.Scope) ([]Pending, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.OwnFile); err != nil {
		return nil, err
	}
	return s.book.About(ctx, id)
}

// Acknowledge notes that the credential's agency has done what it was told about the matter. It gives how many demands
// that answered; a matter on which the agency was told nothing is NotFound, one it has answered already changes nothing.
func (s *Service) Acknowledge(ctx context.Context, by access.Credential, of subject.ID, about string) (int, error) {
	actor := by.Actor()
	permit, err := remedy.PermitAcknowledgement(actor.Agency, actor)
	if err != nil {
		return 0, err
	}
	at := s.now()
	return s.book.Acknowledge(ctx, permit, of, about, at, &ledger.Entry{
		Subject: of, At: at, Act: ledger.Recall, What: "acknowledged", Detail: about, Reader: actor.Agency, Official: actor.Official,
	})
}

// Laggards lists the recipients that are late, for everybody.
func (s *Service) Laggards(ctx context.Context) ([]Laggard, error) {
	return s.book.Late(ctx, s.today())
}

// pause is how long a recipient is left in peace between two reminders.
const pause = 24 * time.Hour

// Chase reminds every recipient that is late, once a day at most, and gives what it reminded of.
func (s *Service) Chase(ctx context.Context) ([]Pending, error) {
	at := s.now()
	return s.book.Remind(ctx, s.today(), at.Add(-pause), at)
}
