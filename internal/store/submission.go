package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"sync"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/vault/gone"
)

// Submission is one delivery of rows by an agency: invisible while open, published in one commit.
type Submission struct {
	Number      int64
	Agency      string
	Official    string // who brought it, as agency/name
	Dataset     string
	Contract    int
	File        string
	Digest      []byte
	Bytes       int64
	Replays     int64
	StartedAt   time.Time
	PublishedAt time.Time // zero until published
	State       SubmissionState
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
	published map[int64]publication
	last      int64 // every publication up to this one is in the map
}

// publication is when a submission was published, in microseconds, and the file that it came in.
type publication struct {
	at   int64
	file string
}

// load takes up what was published since, also by other processes.
func (c *submissions) load(ctx context.Context, tx *sql.Tx) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	rows, err := tx.QueryContext(ctx, `SELECT number, published_at, file FROM submission WHERE published_at > ? ORDER BY published_at`, c.last)
	if err != nil {
		return err
	}
	defer rows.Close()
	if c.published == nil {
		c.published = map[int64]publication{}
	}
	for rows.Next() {
		var n int64
		var p publication
		if err := rows.Scan(&n, &p.at, &p.file); err != nil {
			return err
		}
		c.published[n], c.last = p, p.at
	}
	return rows.Err()
}

// moment is what one read transaction sees as published: a publication that comes while it reads is none of its own, so
// that a submission is seen whole or not at all.
type moment struct {
	subs *submissions
	upTo int64
}

// moment tells what is published in the state of the database that the transaction sees.
func (s *Store) moment(ctx context.Context, tx *sql.Tx) (moment, error) {
	var last sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT max(published_at) FROM submission`).Scan(&last); err != nil {
		return moment{}, err
	}
	if s.subs.behind(last.Int64) {
		if err := s.subs.load(ctx, tx); err != nil {
			return moment{}, err
		}
	}
	return moment{&s.subs, last.Int64}, nil
}

// momentAt is the moment of a statement that saw last as its newest publication.
func (s *Store) momentAt(ctx context.Context, last int64) (moment, error) {
	if s.subs.behind(last) {
		if err := s.Read(ctx, func(tx *sql.Tx) error { return s.subs.load(ctx, tx) }); err != nil {
			return moment{}, err
		}
	}
	return moment{&s.subs, last}, nil
}

// behind tells whether the publications known here end before last.
func (c *submissions) behind(last int64) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.last < last
}

// at is the publication instant of a submission; ok is false where it is not published.
func (m moment) at(number int64) (us int64, ok bool) {
	m.subs.mu.RLock()
	defer m.subs.mu.RUnlock()
	p, ok := m.subs.published[number]
	return p.at, ok && p.at <= m.upTo
}

// file is the name of the file that a published submission came in.
func (m moment) file(number int64) string {
	m.subs.mu.RLock()
	defer m.subs.mu.RUnlock()
	return m.subs.published[number].file
}

// publishing runs f in one write transaction with an instant later than every earlier publication (time itself, where
// the clock runs as it should), which f writes into the submission that it publishes.
func (s *Store) publishing(ctx context.Context, now time.Time, f func(tx *sql.Tx, at int64) error) (time.Time, error) {
	var at int64
	err := s.Write(ctx, func(tx *sql.Tx) error {
		var last sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(published_at) FROM submission`).Scan(&last); err != nil {
			return err
		}
		at = max(Micro(now), last.Int64+1)
		return f(tx, at)
	})
	if err != nil {
		return time.Time{}, err
	}
	// It is committed whatever happens now; a reader that finds it unknown takes it up for itself.
	_ = s.Read(context.WithoutCancel(ctx), func(tx *sql.Tx) error { return s.subs.load(ctx, tx) })
	return Instant(at), nil
}

// Micro is an instant as a column holds it: microseconds since 1970 in UTC.
func Micro(t time.Time) int64 { return t.UnixMicro() }

// Instant reads an instant column.
func Instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

const submissionColumns = `number, agency, official, dataset, contract, file, digest, bytes, replays, started_at, published_at,
	state, read, stored, unchanged, rejected, unbound, warned`

func scanSubmission(row interface{ Scan(...any) error }) (Submission, error) {
	var s Submission
	var started int64
	var published sql.NullInt64
	err := row.Scan(&s.Number, &s.Agency, &s.Official, &s.Dataset, &s.Contract, &s.File, &s.Digest, &s.Bytes, &s.Replays, &started,
		&published, &s.State, &s.Counts.Read, &s.Counts.Stored, &s.Counts.Unchanged, &s.Counts.Rejected,
		&s.Counts.Unbound, &s.Counts.Warned)
	s.StartedAt = Instant(started)
	if published.Valid {
		s.PublishedAt = Instant(published.Int64)
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
	return sub, err == nil, s.dialect.Translate(err)
}

// Submission reads one submission.
func (s *Store) Submission(ctx context.Context, number int64) (Submission, error) {
	sub, err := scanSubmission(s.read.QueryRowContext(ctx, `SELECT `+submissionColumns+` FROM submission WHERE number = ?`, number))
	if errors.Is(err, sql.ErrNoRows) {
		return Submission{}, fault.New(fault.NotFound, "submission.none", "there is no submission %d", number).
			With("probity submission list shows them")
	}
	return sub, s.dialect.Translate(err)
}

// Submissions lists submissions, newest first.
func (s *Store) Submissions(ctx context.Context, limit int) ([]Submission, error) {
	return s.submissions(ctx, `ORDER BY number DESC LIMIT ?`, limit)
}

func (s *Store) submissions(ctx context.Context, which string, args ...any) ([]Submission, error) {
	var list []Submission
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+submissionColumns+` FROM submission `+which, args...)
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

// BeginSubmission enters a submission of the permitted agency and official as open and gives its number.
func (s *Store) BeginSubmission(ctx context.Context, by charter.DeliveryPermit, sub Submission) (number int64, err error) {
	if by.Agency() == "" {
		return 0, fault.New(fault.Internal, "store.permit", "a submission was to be begun without a permit")
	}
	err = s.Write(ctx, func(tx *sql.Tx) error { // a stream has no digest, and the column knows no absence
		return tx.QueryRowContext(ctx, `INSERT INTO submission (agency, official, dataset, contract, file, digest, bytes, replays, started_at, state)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open') RETURNING number`, by.Agency(), by.Official(),
			sub.Dataset, sub.Contract, sub.File, append([]byte{}, sub.Digest...), sub.Bytes, sub.Replays, Micro(sub.StartedAt)).Scan(&number)
	})
	return number, err
}

// Follow says what follows from the records that a publication corrects or retracts. It is asked within the publishing
// transaction and must not write; what it gives is written in the same commit.
type Follow func(ctx context.Context, tx *sql.Tx, number int64, at time.Time, back []gone.Mark) (*Trace, error)

// FinishSubmission is the one short commit that makes a permitted agency's rows visible, or holds or discards them, with what
// follow says follows; it gives the instant of a publication. It is a conflict where the submission is not open or held, and
// where what its rows were judged against is no more (see overtaken): then its file can only be sent again.
func (s *Store) FinishSubmission(ctx context.Context, by charter.DeliveryPermit, number int64, state SubmissionState, now time.Time, follow Follow) (time.Time, error) {
	if state != SubmissionPublished {
		return time.Time{}, s.Write(ctx, func(tx *sql.Tx) error { return setState(ctx, tx, by, number, state, nil) })
	}
	return s.publishing(ctx, now, func(tx *sql.Tx, at int64) error {
		if err := setState(ctx, tx, by, number, state, at); err != nil {
			return err
		}
		if err := overtaken(ctx, tx, number); err != nil {
			return err
		}
		if err := tellPublished(ctx, tx, number, at); err != nil {
			return err
		}
		if err := s.appendReceived(ctx, tx, number, at); err != nil {
			return err
		}
		// What it brought back mended waits no longer.
		var replays int64
		if err := tx.QueryRowContext(ctx, `SELECT replays FROM submission WHERE number = ?`, number).Scan(&replays); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE quarantine SET state = 'replayed', row = x'', findings = x'5b5d'
			WHERE submission = ? AND replayed_by = ?`, replays, number); err != nil {
			return err
		}
		back, err := takenBack(ctx, tx, number)
		if err != nil {
			return err
		}
		if follow != nil && len(back) > 0 {
			left, err := follow(ctx, tx, number, Instant(at), back)
			if err != nil {
				return err
			}
			if err := s.leave(ctx, tx, left); err != nil {
				return err
			}
		}
		return s.forget(ctx, tx, now, back)
	})
}

// takenBack are the records that a submission corrects or takes back, as marks for the journal; they are needed for
// nothing after the publication.
func takenBack(ctx context.Context, tx *sql.Tx, number int64) (marks []gone.Mark, err error) {
	list := Each(ctx, tx, `SELECT subject, record FROM taken_back WHERE submission = `+strconv.FormatInt(number, 10), func(rows *sql.Rows) (gone.Mark, error) {
		m := gone.Mark{Kind: gone.RecordOut}
		return m, rows.Scan(&m.Subject, &m.Matter)
	})
	for m, err := range list {
		if err != nil {
			return nil, err
		}
		marks = append(marks, m)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM taken_back WHERE submission = ?`, number)
	return marks, err
}

func setState(ctx context.Context, tx *sql.Tx, by charter.DeliveryPermit, number int64, state SubmissionState, publishedAt any) error {
	if by.Agency() == "" {
		return fault.New(fault.Internal, "store.permit", "a submission was to be %s without a permit", state)
	}
	res, err := tx.ExecContext(ctx, `UPDATE submission SET state = ?, published_at = ? WHERE number = ? AND agency = ? AND state IN ('open', 'held')`,
		string(state), publishedAt, number, by.Agency())
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "submission.finished", "submission %d of %s is neither open nor held", number, by.Agency())
	}
	return err
}

// OutdatedSubmission is the key of the conflict of a submission whose rows were judged against what is no more.
const OutdatedSubmission = "submission.outdated"

// overtaken is a conflict where rows that a submission wants to publish were judged against a state that has passed: a
// later one of the same dataset has claimed keys since, or a subject that it writes to was merged or parted meanwhile.
//
// Next to no subject is merged or parted, and the marks of outdated ones are many: CROSS JOIN has SQLite begin with the few.
func overtaken(ctx context.Context, tx *sql.Tx, number int64) error {
	for _, change := range []struct{ query, text string }{
		{`SELECT EXISTS (SELECT 1 FROM submission n JOIN submission later ON later.agency = n.agency AND later.dataset = n.dataset
			WHERE n.number = ? AND later.number > n.number)`, "a later file of the dataset has come since"},
		{`SELECT EXISTS (SELECT 1 FROM subject s CROSS JOIN stale t ON t.subject = s.id AND t.submission = ? WHERE s.redirect <> 0)`,
			"a subject of it was merged into another since"},
		{`SELECT EXISTS (SELECT 1 FROM link l CROSS JOIN stale t ON t.subject = l.kept AND t.submission = ?
			JOIN submission n ON n.number = t.submission WHERE l.undone_at >= n.started_at)`, "a subject of it was parted from another since"},
	} {
		var yes bool
		if err := tx.QueryRowContext(ctx, change.query, number).Scan(&yes); err != nil {
			return err
		}
		if yes {
			return fault.New(fault.Conflict, OutdatedSubmission, "submission %d was checked against what is no more: %s", number, change.text).
				With("give it up with probity submission discard, and send its file again")
		}
	}
	return nil
}
