package dispute

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/dispute/contest"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/subject"
)

// Text is a text as it is kept: sealed under the subject's key where the subject is a human being.
type Text struct {
	Body   []byte
	Sealed bool
}

// Stored is a dispute as it is kept: without its texts, which stand beside it.
type Stored struct {
	Dispute contest.Dispute
	// Account holds account and claims, Reasons the reasons of each step, Names the names of the evidence.
	Account        Text
	Reasons, Names []Text
}

// Target is what is contested, as the database knows it.
type Target struct {
	// Author is the agency that made it, Official who took it in its name as agency/name, "" where nobody did by name.
	Author, Official string
	// Version is the newest version of a record on its subject.
	Version record.Version
	// Order tells that an order is contested.
	Order bool
	// Decided is the text of a decision, in which the official stands.
	Decided *Text
	// Changed is when what is contested was last changed by who can mend it; zero where it never was. That a record went
	// from one subject to another with a joining or a parting changes nothing of it.
	Changed time.Time
}

// Left is what an act leaves behind for others to see, written with it in one transaction.
type Left struct {
	Entry   *ledger.Entry
	Notices []notice.Written
	// Recall names the recipients of what was wrong, from the readings up to the act itself; nil where nothing is
	// recalled. Its Choose gives the recipients.
	Recall *Recall
	// Place is the subject with which the record contested stands; 0 where no record is.
	Place subject.ID
}

// Recall is a demand whose recipients are found from the readings of the record contested, wherever it stood.
type Recall struct {
	Demand recall.Demand
	Choose func(readings []ledger.Entry) []string
}

// Query says which disputes are asked for: those of a subject and of who was merged into it, those that an agency has to
// answer, one by its id, or those that were due before a day and have no result.
type Query struct {
	Subject subject.ID
	Handler string
	ID      contest.ID
	Before  calendar.Day
}

// Book is where disputes and statements are kept.
type Book interface {
	Subject(ctx context.Context, id subject.ID) (subject.Subject, error)
	// Target finds what is contested; NotFound where the subject has no such thing.
	Target(ctx context.Context, of subject.ID, layer contest.Layer, name string) (Target, error)
	// Place is the subject with which a record stands now: the given one, redirects followed, or one that it was joined with
	// at some time. NotFound where it stands with none of them.
	Place(ctx context.Context, of subject.ID, one record.ID) (subject.Subject, error)
	// Disputes lists disputes with their steps: the newest first, for a handler and for a day those first that are due
	// first.
	Disputes(ctx context.Context, q Query) ([]Stored, error)
	// Open keeps a dispute with its evidence and marks what it contests, all in one transaction with what it leaves. It
	// gives the submission by which the ratings that used it are outdated, 0 where it suspends nothing.
	Open(ctx context.Context, permit remedy.DisputePermit, account Text, evidence []Exhibit, left Left) (int64, error)
	// Step keeps a step and what follows from it for the records contested, as Open does.
	Step(ctx context.Context, permit remedy.StepPermit, reasons Text, left Left) (int64, error)
	// Evidence reads one file of a dispute.
	Evidence(ctx context.Context, of subject.ID, id contest.ID, seq int) (Exhibit, error)
	statements
}

// statements are the part of a Book that keeps the subjects' own words.
type statements interface {
	SaveStatement(ctx context.Context, permit remedy.StatementPermit, text Text, left Left) error
	// Statements are those of a subject and of who was merged into it.
	Statements(ctx context.Context, of subject.ID) ([]StoredStatement, error)
}

// Exhibit is a file of evidence as it is kept.
type Exhibit struct {
	contest.Evidence
	Name, Body Text
}

// StoredStatement is a statement as it is kept, under the subject whose key seals it.
type StoredStatement struct {
	Subject   subject.ID
	Statement contest.Statement
	Text      Text
}

// Vault seals and opens what a human being says and hands in.
type Vault interface {
	Ensure(ids ...subject.ID) error
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// Places of sealed texts.
const (
	accountPlace   = "dispute"
	reasonsPlace   = "dispute.step"
	namePlace      = "dispute.evidence.name"
	evidencePlace  = "dispute.evidence"
	statementPlace = "statement"
)
