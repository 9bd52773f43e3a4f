// Package walk is how a snapshot asks for everything there is: all subjects and their records, in the order of the
// subjects, as they stood at one point.
package walk

import (
	"context"

	"probity/internal/record"
	"probity/internal/subject"
)

// Point is the state of a database that a walk sees.
type Point struct {
	// Published is the instant of the newest publication that counts, in microseconds since 1970; 0 before the first.
	Published int64 `json:"published"`
	// Ledger is the position of the newest entry of the ledger: every act, and every read, moves it.
	Ledger int64 `json:"ledger"`
	// Hash is that entry's hash, in hexadecimal: a database that was put back from a backup has another one there, or none.
	Hash string `json:"hash"`
	// Subjects is how many subjects there are.
	Subjects int64 `json:"subjects"`
}

// Walk reads what one point has.
type Walk interface {
	// Subjects lists at most limit subjects by id from behind after; merged ones are left out.
	Subjects(ctx context.Context, after subject.ID, limit int) ([]subject.Subject, error)
	// Records yields the newest version of each record of the subjects, which follow each other in the list of all, by
	// subject and record in ascending order, without retractions. A version is valid until yield returns. It may also
	// yield records of others between the first and the last of them.
	Records(ctx context.Context, subjects []subject.Subject, yield func(*record.Version) error) error
	// Since tells whether the database has stood at an earlier point, and whom something has been done about from it on that
	// no publication tells of, by the ledger: consents, orders, disputes. Readings are left out. The subjects ascend.
	Since(ctx context.Context, earlier Point) (known bool, acted []subject.ID, err error)
	// Touched are those of the subjects, which follow each other in the list of all, about whom something was published
	// since an earlier point. They ascend.
	Touched(ctx context.Context, earlier Point, subjects []subject.Subject) ([]subject.ID, error)
}
