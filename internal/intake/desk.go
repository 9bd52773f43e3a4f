// Package intake takes an agency's file and makes records of it: each row is checked against its dataset's contract,
// put before the Charter, bound to the right subject and kept as a version; rows that cannot go in wait with the reason
// until somebody has mended them.
//
// A submission is invisible until its one publishing commit, and what it does to the register of suppliers' rows counts
// for nothing until then. Killing the process at any moment loses no acknowledged row and publishes no half submission;
// sending the same file again sweeps away what was begun and takes the whole file in.
package intake

import (
	"context"
	"time"

	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/vault"
)

// Store is what intake needs of the database.
type Store interface {
	Birth() store.Birth
	FindSubmission(ctx context.Context, agency, dataset string, digest []byte) (store.Submission, bool, error)
	BeginSubmission(ctx context.Context, by charter.DeliveryPermit, sub store.Submission) (int64, error)
	FinishSubmission(ctx context.Context, by charter.DeliveryPermit, number int64, state store.SubmissionState, now time.Time, follow store.Follow) (time.Time, error)
	Submission(ctx context.Context, number int64) (store.Submission, error)
	// Turn keeps everybody else out who takes files in or joins subjects, until done is called.
	Turn(ctx context.Context) (done func(), err error)
	Abandoned(ctx context.Context, agency, dataset string) ([]store.Submission, error)
	Sweep(ctx context.Context, number int64) error
	MarkMended(ctx context.Context, by, submission int64, places []store.Place) error
	CountWaiting(ctx context.Context, submission int64) (int64, error)
	FindSubjects(ctx context.Context, keys []store.Key) (map[store.Key]subject.Subject, error)
	// Gone tells which of the keys lead to human beings who were erased and of whom nothing else is known any more.
	Gone(ctx context.Context, keys []store.Key) (map[store.Key]bool, error)
	Claims(ctx context.Context, submission int64, agency, dataset string, keys []string) (map[string]store.Claimed, error)
	AddSubjects(ctx context.Context, entrants []store.Entrant) error
	Tops(ctx context.Context, spots []store.Spot) (map[store.Spot]int, error)
	Registered(ctx context.Context, ids []subject.ID) (map[subject.ID]subject.Subject, error)
	AddClaims(ctx context.Context, agency, dataset string, claims []store.Claim) error
	AddVersions(ctx context.Context, submission int64, admitted []charter.Admitted) error
	Advance(ctx context.Context, submission int64, c store.Counts, waiting []store.Waiting, findings []store.FindingCount) error
	AppendEntries(ctx context.Context, entries []*ledger.Entry) error
	Terms(ctx context.Context, ids []subject.ID, contracts []int) (map[subject.ID]store.Term, error)
	recordIDs
}

// Vault keeps what identifies persons: keyed hashes to find them by, and keys of their own to seal what tells of them.
type Vault interface {
	Hash(id subject.Identifier) [vault.HashSize]byte
	Ensure(ids ...subject.ID) error
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Destroy(ids ...subject.ID) error
	// Destroyed are those of the subjects whose keys were destroyed.
	Destroyed(ids ...subject.ID) ([]subject.ID, error)
}

// PlaceWaiting is the place that waiting rows are bound to in the vault.
const PlaceWaiting = "quarantine.row"

// placeFindings is the place that what was found in them is bound to.
const placeFindings = "quarantine.findings"

// Ratings computes again what a publication outdates.
type Ratings interface {
	// Refresh goes on where it was interrupted; where nothing is outdated it does nothing.
	Refresh(ctx context.Context, submission int64, progress func(done, total int64)) error
}

// Desk is where files come in.
type Desk struct {
	Store Store
	// Catalogue has its contracts numbered by the database.
	Catalogue *catalogue.Catalogue
	Vault     Vault
	// Ratings may be nil: subjects are then rated when somebody asks.
	Ratings Ratings
	// Corrections says what follows from records that are corrected or retracted; nil where nobody has to be told.
	Corrections store.Follow
	// Recognising tells which organisations writings without a code may be of; nil where contracts that bind by name have
	// their rows wait.
	Recognising Recognising
	// Signatures keeps the agencies' signatures; nil where none is demanded or kept.
	Signatures Signatures
	// Places are where a database that is spread over several keeps its subjects; nil, or none, where everybody stands in one place.
	Places func(ctx context.Context) ([]Place, error)
	// Now is the clock.
	Now func() time.Time
	// Run is how many rows are checked and bound together, 0 for 32,768; each takes about a kilobyte of memory, twice.
	Run int
}
