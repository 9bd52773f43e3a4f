// Package measure answers the question another agency asks: may this subject have this benefit, and is there a lawful
// restriction on it in force?
//
// The two never touch. A restriction is answered from orders of courts and authorities (package order) and, for
// organisations and measures of class II, from published entries on lists, and from nothing else. A benefit is answered from a rating, adds to what everybody has, and takes nothing away where it is not granted;
// a human being's benefit also needs that human being's own consent. What may be answered is decided by package charter;
// what is answered is read from one precomputed row per subject, recorded before it leaves, and kept with its reasons.
package measure

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure/ceiling"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/rights"
	"probity/internal/subject"
)

// Service decides on measures and keeps orders. It is safe for concurrent use.
type Service struct {
	parts Parts
	clerk *notice.Clerk
}

// Parts is what a Service works with. Every field must be set, with these exceptions: Zone may be nil for
// calendar.Shanghai, Clock and Ceilings for the tables that come with the program, Lists where no lists are kept.
type Parts struct {
	Catalogue *catalogue.Catalogue
	Book      Book
	Desk      Desk
	Ratings   Ratings
	Models    Models
	Vault     Vault
	Lists     Lists
	Clock     *clock.Table
	Ceilings  *ceiling.Table
	// Signatures tells which authorities' orders must be signed, and whether a document was; nil where none must.
	Signatures Signatures
	Now        func() time.Time
	Zone       *time.Location
}

// Signatures tells which authorities' orders are taken with the authority's signature over the document only.
type Signatures interface {
	// Demanded tells whether the agency's orders must be signed, where it is asked for [OrdersSigned].
	Demanded(ctx context.Context, agency, dataset string) (bool, error)
	// DocumentSigned tells whether the agency's signature over the document of the digest was verified and kept.
	DocumentSigned(ctx context.Context, agency string, digest [32]byte) (bool, error)
}

// OrdersSigned is the name under which signatures are demanded of orders, in place of a dataset's.
const OrdersSigned = "orders"

// New makes a Service of its parts.
func New(p Parts) *Service {
	if p.Zone == nil {
		p.Zone = calendar.Shanghai
	}
	if p.Ceilings == nil {
		p.Ceilings = ceiling.BuiltIn()
	}
	return &Service{p, notice.NewClerk(p.Vault)}
}

func (s *Service) today() calendar.Day { return calendar.In(s.parts.Now(), s.parts.Zone) }

// Book keeps orders, decisions and the standing row. Package store implements it.
type Book interface {
	// Subject finds a subject, following redirects; a fault NotFound where there is none.
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// NextOrder reserves the id of an order, NextDecision that of a decision.
	NextOrder() order.ID
	NextDecision() DecisionID
	// EnterOrder keeps a permitted order together with its line in the subject's ledger and the notice to the subject.
	// The same document ordering the same measure on the same subject a second time is a fault Conflict.
	EnterOrder(context.Context, charter.Restriction, Text, *ledger.Entry, notice.Written) error
	// EndOrder keeps a permitted ending together with what it leaves behind; the same act a second time is a fault
	// Conflict.
	EndOrder(context.Context, charter.Ended, Text, Leaves) error
	// StepOrder keeps a permitted step by which an order is contested or answered, together with what it leaves behind; a
	// fault Conflict where another step was taken meanwhile.
	StepOrder(context.Context, remedy.OrderStep, Text, Leaves) error
	// OrderSteps gives the steps on the orders of the subject and of those merged into it, in the order in which they were
	// taken on each.
	OrderSteps(context.Context, subject.ID) ([]StoredStep, error)
	// OverdueSteps are orders on which an answer to an objection or the decision of a review was owed before the day; at
	// most limit, by their ids, from the one after the given on.
	OverdueSteps(ctx context.Context, on calendar.Day, after order.ID, limit int) ([]Place, error)
	// OverOrders are orders whose end or review day has come by the day, or whose measure is one of those given, that
	// nobody ended, and whose end was not yet written down; at most limit, by their ids, from the one after the given on.
	OverOrders(ctx context.Context, on calendar.Day, measures []string, after order.ID, limit int) ([]Place, error)
	// ExpireOrder writes such an end down together with what it leaves behind; false where that was done before.
	ExpireOrder(context.Context, charter.Expired, Leaves) (bool, error)
	// TellOrders notes that the reader was told of the orders on the subject.
	TellOrders(ctx context.Context, id subject.ID, which []order.ID, reader string) error
	// Orders gives the orders on the subject and on those merged into it, endings included, in the order of their ids.
	Orders(context.Context, subject.ID) (OrdersOf, error)
	// Standing reads the standing row and what tells whether it still holds, in one moment of the database.
	Standing(context.Context, access.Scope) (StandingRow, error)
	// SaveStanding writes the row in place of the one before.
	SaveStanding(context.Context, StandingRow) error
	// Bodies gives the unified codes of the body the subject is; none for a human being.
	Bodies(context.Context, subject.ID) ([]string, error)
	// SealedIdentifiers are the identifiers of human beings as they stand sealed under their keys.
	SealedIdentifiers(context.Context, []subject.ID) ([]rights.SealedIdentifier, error)
	// SaveDecision keeps a permitted decision durably under its reserved id, together with what its subject is told.
	SaveDecision(context.Context, charter.Decision, DecisionID, DecisionText, []notice.Written) error
	// Decision reads a kept decision; a fault NotFound where there is none.
	Decision(context.Context, access.Scope, DecisionID) (Text, error)
	// Consents are all of a subject's consents, those withdrawn and expired among them.
	Consents(context.Context, subject.ID) ([]consent.Consent, error)
}

// Desk records readings before they are answered, and attempts that the Charter refused. It is package access's.
type Desk interface {
	// Look finds a subject, following redirects; a fault NotFound where there is none.
	Look(context.Context, subject.ID) (access.Known, error)
	Open(context.Context, access.Request) (access.Scope, error)
	Attempt(ctx context.Context, by charter.Actor, about subject.ID, what, file string, refusal *fault.Error) error
}

// Ratings gives the rating that stands now, computed again where it no longer holds. "Not rated" is a rating. A human
// being without consent is a fault Refused under C1; a model that is not in force is a fault NotFound.
type Ratings interface {
	CurrentFor(ctx context.Context, scope access.Scope, model string) (rating.Rating, error)
	// GroundsFor shows how that rating came about, for a decision's own reasons; what CurrentFor refuses it refuses too.
	GroundsFor(ctx context.Context, scope access.Scope, model string) (rating.View, error)
}

// Models finds the version of a model that is in force; a fault NotFound where there is none.
type Models interface {
	Model(code string) (*rating.Model, error)
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

// seal turns plain text into what may be kept about the subject. place says what the text is, so that it cannot be
// passed off for another.
func (s *Service) seal(sub subject.Subject, place string, plain []byte) (Text, error) {
	if !sub.Natural() {
		return Text{plain, false}, nil
	}
	if err := s.parts.Vault.Ensure(sub.ID); err != nil {
		return Text{}, err
	}
	sealed, err := s.parts.Vault.Seal(sub.ID, place, plain)
	return Text{sealed, true}, err
}

// open is the inverse of seal.
func (s *Service) open(id subject.ID, place string, t Text) ([]byte, error) {
	if !t.Sealed {
		return t.Body, nil
	}
	return s.parts.Vault.Open(id, place, t.Body)
}
