// Package submissions lists what an agency sent, a page at a time.
package submissions

import (
	"context"
	"database/sql"

	"probity/internal/store"
)

// Store is the submissions of a database.
type Store struct{ db *store.Store }

// In is the submissions of the database.
func In(db *store.Store) *Store { return &Store{db} }

// Query chooses submissions.
type Query struct {
	// Agency sent them; "" is any. Dataset and State narrow them down further, "" is any.
	Agency, Dataset string
	State           store.SubmissionState
	// Before is the number that they are all below, 0 for the newest.
	Before int64
	Limit  int
}

// List gives submissions, the newest first.
func (s *Store) List(ctx context.Context, q Query) ([]store.Submission, error) {
	var numbers []int64
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT number FROM submission WHERE (? = '' OR agency = ?) AND (? = '' OR dataset = ?)
			AND (? = '' OR state = ?) AND (? = 0 OR number < ?) ORDER BY number DESC LIMIT ?`,
			q.Agency, q.Agency, q.Dataset, q.Dataset, string(q.State), string(q.State), q.Before, q.Before, q.Limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				return err
			}
			numbers = append(numbers, n)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	list := make([]store.Submission, 0, len(numbers))
	for _, n := range numbers {
		one, err := s.db.Submission(ctx, n)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}
