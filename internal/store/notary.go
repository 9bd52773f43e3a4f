package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"probity/internal/ledger"
	"probity/internal/store/chain"
)

// appendReceived puts into the platform's ledger that a submission was published, with the digest of its file, so that
// its supplier can be given a receipt.
func (s *Store) appendReceived(ctx context.Context, tx *sql.Tx, number, at int64) error {
	e := &ledger.Entry{At: Instant(at), Act: ledger.Received, Detail: SubmissionDetail(number)}
	var digest []byte
	err := tx.QueryRowContext(ctx, `SELECT agency, official, dataset, digest FROM submission WHERE number = ?`, number).Scan(&e.Reader, &e.Official, &e.What, &digest)
	if err != nil {
		return err
	}
	copy(e.Commitment[:], digest)
	return s.Append(ctx, tx, e)
}

// SubmissionDetail is how the platform's ledger names a submission.
func SubmissionDetail(number int64) string { return fmt.Sprintf("submission %d", number) }

// EntriesByPosition yields every entry of every ledger in the order in which they were written.
func EntriesByPosition(ctx context.Context, tx Whole) iter.Seq2[ledger.Entry, error] {
	return chain.ByPosition(ctx, tx.Tx)
}
