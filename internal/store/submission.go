package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"probity/internal/fault"
)

// Submission is one delivery of rows by an agency: invisible while open, published in one commit.
type Submission struct {
	Number      int64
	Agency      string
	Dataset     string
	Contract    int
	File        string
	Digest      []byte
	Bytes       int64
	Replays     int64
	StartedAt   time.Time
	PublishedAt time.Time // zero until published
	State       SubmissionState
	DoneLine    int
	Counts      Counts
}

// SubmissionState is where a submission stands.
type SubmissionState string

// The states: still coming in, complete but waiting for an official because too many of its rows were bad, visible, and
// given up without ever having been visible.
const (
	SubmissionOpen      SubmissionState = "open"
	SubmissionHeld      SubmissionState = "held"
	SubmissionPublished SubmissionState = "published"
	SubmissionDiscarded SubmissionState = "discarded"
)

// Counts are the rows of a submission by what became of them. Read is the sum of Stored, Unchanged, Rejected and
// Unbound; Warned counts rows among Stored and Unchanged.
type Counts struct {
	Read      int64 `json:"read"`
	Stored    int64 `json:"stored"`
	Unchanged int64 `json:"unchanged"`
	Rejected  int64 `json:"rejected"`
	Unbound   int64 `json:"unbound"`
	Warned    int64 `json:"warned"`
}

// submissions remembers when each submission was published, so that versions read from disk are dated without a join.
type submissions struct {
	mu        sync.RWMutex
	published map[int64]int64 // microseconds
	last      int64
}

func (c *submissions) load(ctx context.Context, s *Store) error {
	return s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT number, published_at FROM submission WHERE published_at IS NOT NULL`)
		if err != nil {
			return err
		}
		defer rows.Close()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.published = map[int64]int64{}
		for rows.Next() {
			var n, at int64
			if err := rows.Scan(&n, &at); err != nil {
				return err
			}
			c.published[n] = at
			c.last = max(c.last, at)
		}
		return rows.Err()
	})
}

// at is the publication instant of a submission; ok is false while it is not published.
func (c *submissions) at(number int64) (us int64, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	us, ok = c.published[number]
	return us, ok
}

func (c *submissions) publish(number, us int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.published == nil {
		c.published = map[int64]int64{}
	}
	c.published[number] = us
	c.last = max(c.last, us)
}

// after is an instant later than every publication so far: time itself where the clock runs as it should.
func (c *submissions) after(now time.Time) int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return max(micro(now), c.last+1)
}

// micro and instant turn instants to their stored form and back.
func micro(t time.Time) int64    { return t.UnixMicro() }
func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

const submissionColumns = `number, agency, dataset, contract, file, digest, bytes, replays, started_at, published_at,
	state, done_line, read, stored, unchanged, rejected, unbound, warned`

func scanSubmission(row interface{ Scan(...any) error }) (Submission, error) {
	var s Submission
	var started int64
	var published sql.NullInt64
	err := row.Scan(&s.Number, &s.Agency, &s.Dataset, &s.Contract, &s.File, &s.Digest, &s.Bytes, &s.Replays, &started,
		&published, &s.State, &s.DoneLine, &s.Counts.Read, &s.Counts.Stored, &s.Counts.Unchanged, &s.Counts.Rejected,
		&s.Counts.Unbound, &s.Counts.Warned)
	s.StartedAt = instant(started)
	if published.Valid {
		s.PublishedAt = instant(published.Int64)
	}
	return s, err
}

// FindSubmission finds the newest submission of the same bytes by the agency for the dataset that was not discarded;
// ok is false where there is none.
func (s *Store) FindSubmission(ctx context.Context, agency, dataset string, digest []byte) (sub Submission, ok bool, err error) {
	row := s.read.QueryRowContext(ctx, `SELECT `+submissionColumns+` FROM submission
		WHERE agency = ? AND dataset = ? AND digest = ? AND state <> 'discarded' ORDER BY number DESC LIMIT 1`, agency, dataset, digest)
	sub, err = scanSubmission(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Submission{}, false, nil
	}
	return sub, err == nil, s.dialect.translate(err)
}

// Submission reads one submission.
func (s *Store) Submission(ctx context.Context, number int64) (Submission, error) {
	sub, err := scanSubmission(s.read.QueryRowContext(ctx, `SELECT `+submissionColumns+` FROM submission WHERE number = ?`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return Submission{}, fault.New(fault.NotFound, "submission.none", "there is no submission %d", number).
			With("probity submission list shows them")
	}
	return sub, s.dialect.translate(err)
}

// Submissions lists submissions, newest first.
func (s *Store) Submissions(ctx context.Context, limit int) ([]Submission, error) {
	var list []Submission
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+submissionColumns+` FROM submission ORDER BY number DESC LIMIT ?`, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			sub, err := scanSubmission(rows)
			if err != nil {
				return err
			}
			list = append(list, sub)
		}
		return rows.Err()
	})
	return list, err
}

// BeginSubmission enters a submission as open and gives its number.
func (s *Store) BeginSubmission(ctx context.Context, sub Submission) (int64, error) {
	var number int64
	if sub.Digest == nil {
		sub.Digest = []byte{} // a stream has none, and the column knows no absence
	}
	err := s.Write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO submission (agency, dataset, contract, file, digest, bytes, replays, started_at, state)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open') RETURNING number`,
			sub.Agency, sub.Dataset, sub.Contract, sub.File, sub.Digest, sub.Bytes, sub.Replays, micro(sub.StartedAt)).Scan(&number)
	})
	return number, err
}

// FinishSubmission is the one short commit that makes a submission's rows visible, or holds or discards it. A
// publication gets an instant later than every earlier one. It is a conflict where the submission is not open or held.
func (s *Store) FinishSubmission(ctx context.Context, number int64, state SubmissionState, now time.Time) (time.Time, error) {
	var at sql.NullInt64
	err := s.Write(ctx, func(tx *sql.Tx) error {
		if state == SubmissionPublished {
			at = sql.NullInt64{Int64: s.subs.after(now), Valid: true}
		}
		res, err := tx.ExecContext(ctx, `UPDATE submission SET state = ?, published_at = ? WHERE number = ? AND state IN ('open', 'held')`,
			string(state), at, number)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n != 1 {
			return fault.New(fault.Conflict, "submission.finished", "submission %d is neither open nor held", number)
		}
		if state != SubmissionDiscarded {
			return nil
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM stale WHERE submission = ?`, number)
		return err
	})
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	s.subs.publish(number, at.Int64)
	return instant(at.Int64), nil
}
