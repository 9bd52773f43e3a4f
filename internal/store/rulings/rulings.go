// Package rulings keeps what officials decided about persons, and the reviews of it. Nothing in it is ever changed.
package rulings

import (
	"context"
	"database/sql"
	"errors"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/ruling"
	"probity/internal/ruling/verdict"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/recalls"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store keeps rulings in a database.
type Store struct{ db *store.Store }

// In is the part of the database that keeps rulings.
func In(db *store.Store) *Store { return &Store{db} }

// NextID is an id for a ruling about to be made.
func (s *Store) NextID() int64 { return s.db.NextIDs(1) }

// Subject finds a subject, following redirects; NotFound where there is none.
func (s *Store) Subject(ctx context.Context, id subject.ID) (subject.Subject, error) {
	return s.db.Subject(ctx, id)
}

// Proposal is a kept decision of a subject; NotFound where there is none.
func (s *Store) Proposal(ctx context.Context, of subject.ID, id measure.DecisionID) (ruling.Proposal, error) {
	p := ruling.Proposal{Subject: of}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		var at int64
		err := tx.QueryRowContext(ctx, `SELECT reader, decided_at, body, sealed FROM decision WHERE subject = ? AND id = ?`, int64(of), int64(id)).
			Scan(&p.Reader, &at, &p.Text.Body, &p.Text.Sealed)
		p.At = store.Instant(at)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "decision.none", "subject %s has no decision %s", of, id).With("probity ruling pending lists what waits for a ruling")
		}
		return err
	})
	return p, err
}

// Make keeps a permitted ruling with the sketch of its reasons, its line in the ledger and its notice.
func (s *Store) Make(ctx context.Context, permit remedy.RulingPermit, text measure.Text, sketch verdict.Sketch, line *ledger.Entry, told []notice.Written) error {
	r := permit.Ruling()
	switch {
	case r == nil:
		return fault.New(fault.Internal, "store.permit", "a ruling was to be kept without a permit")
	case !text.Sealed:
		return fault.New(fault.Internal, "store.sealed", "a ruling about a human being was to be kept unsealed")
	}
	var decision measure.DecisionID
	if err := decision.UnmarshalText([]byte(r.Decision)); err != nil {
		return fault.New(fault.Internal, "ruling.decision", "a ruling on no decision").By(err)
	}
	return s.db.WriteAct(ctx, permit, &store.Trace{Entries: []*ledger.Entry{line}, Notices: told}, func(tx *sql.Tx) error {
		var taken bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM ruling WHERE subject = ? AND decision = ? AND reviews = ?)`,
			int64(r.Subject), int64(decision), int64(r.Reviews)).Scan(&taken)
		if err != nil {
			return err
		}
		if taken {
			return fault.New(fault.Conflict, "ruling.twice", "somebody else has ruled on %s meanwhile", r.Decision).With("list the rulings with: probity ruling list")
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO ruling (subject, id, decision, measure, model, proposed, outcome, agency, official, at,
			reviews, review_until, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			int64(r.Subject), int64(r.ID), int64(decision), r.Measure, r.Model, string(r.Proposed), string(r.Outcome), r.Agency, r.Official,
			store.Micro(r.At), int64(r.Reviews), store.NullDay(r.ReviewUntil), text.Body, text.Sealed)
		if err != nil {
			return err
		}
		if r.Reviews != 0 {
			if err := recalls.Decided(ctx, tx, r.Subject, r.Reviews.String(), r.By(), r.At); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO ruling_sketch (agency, ruling, official, same, review, sketch) VALUES (?,?,?,?,?,?)`,
			r.Agency, int64(r.ID), r.Official, r.Outcome == r.Proposed, r.Reviews != 0, sketch.Bytes())
		return err
	})
}

// Ask keeps a permitted request for a review.
func (s *Store) Ask(ctx context.Context, permit remedy.ReviewPermit, text measure.Text, line *ledger.Entry, told []notice.Written) error {
	r := permit.Ruling()
	if r == nil || r.Review == nil {
		return fault.New(fault.Internal, "store.permit", "a review was to be asked for without a permit")
	}
	trace := &store.Trace{
		Entries: []*ledger.Entry{line}, Notices: told, Gone: []gone.Mark{{Kind: gone.RulingContested, Subject: r.Subject, Matter: int64(r.ID)}},
	}
	return s.db.WriteAct(ctx, permit, trace, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO ruling_review (subject, ruling, at, due, particulars, sealed) VALUES (?,?,?,?,?,?)`,
			int64(r.Subject), int64(r.ID), store.Micro(r.Review.At), int64(r.Review.Due), text.Body, text.Sealed)
		return err
	})
}

// Rulings are those on a subject, oldest first.
func (s *Store) Rulings(ctx context.Context, of subject.ID) ([]ruling.Stored, error) {
	var list []ruling.Stored
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT r.subject, r.id, r.decision, r.measure, r.model, r.proposed, r.outcome, r.agency, r.official,
			r.at, r.reviews, r.review_until, r.particulars, r.sealed, w.at, w.due, w.particulars, w.sealed, a.id
			FROM ruling r LEFT JOIN ruling_review w ON w.subject = r.subject AND w.ruling = r.id
			LEFT JOIN ruling a ON a.subject = r.subject AND a.decision = r.decision AND a.reviews = r.id
			WHERE r.subject = ? ORDER BY r.id`, int64(of))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return rows.Err()
	})
	return list, err
}

func scan(rows *sql.Rows) (ruling.Stored, error) {
	var one ruling.Stored
	r := &one.Ruling
	var decision measure.DecisionID
	var at int64
	var until, asked, due, answer sql.NullInt64
	var sealed sql.NullBool
	err := rows.Scan(&r.Subject, &r.ID, &decision, &r.Measure, &r.Model, &r.Proposed, &r.Outcome, &r.Agency, &r.Official,
		&at, &r.Reviews, &until, &one.Text.Body, &one.Text.Sealed, &asked, &due, &one.Account.Body, &sealed, &answer)
	r.Decision, r.At, r.ReviewUntil = decision.String(), store.Instant(at), store.DayOf(until)
	if asked.Valid {
		one.Account.Sealed = sealed.Bool
		r.Review = &verdict.Review{At: store.Instant(asked.Int64), Due: store.DayOf(due), Answer: verdict.ID(answer.Int64)}
	}
	return one, err
}

// Decisions are the decisions kept on the scope's subject and on those merged into it, oldest first; the scope must open
// the file.
func (s *Store) Decisions(ctx context.Context, scope access.Scope) (list []measure.KeptDecision, err error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		same, err := store.Same(ctx, tx, id)
		if err != nil {
			return err
		}
		query, args := engine.Among(`SELECT subject, id, reader, decided_at, body, sealed FROM decision
			WHERE subject IN ({same}) ORDER BY decided_at, id`, same)
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k measure.KeptDecision
			var at int64
			if err := rows.Scan(&k.Subject, &k.ID, &k.Reader, &at, &k.Body, &k.Sealed); err != nil {
				return err
			}
			k.At = store.Instant(at)
			list = append(list, k)
		}
		return rows.Err()
	})
	return list, err
}

// Sketches are those of an office's reasons, the newest first, at most as many.
func (s *Store) Sketches(ctx context.Context, agency string, most int) ([]verdict.Sketch, error) {
	var list []verdict.Sketch
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT sketch FROM ruling_sketch WHERE agency = ? ORDER BY ruling DESC LIMIT ?`, agency, most)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var b []byte
			if err := rows.Scan(&b); err != nil {
				return err
			}
			if sketch, ok := verdict.ReadSketch(b); ok {
				list = append(list, sketch)
			}
		}
		return rows.Err()
	})
	return list, err
}

// Counts are how often each official of an office followed the proposal, reviews left out.
func (s *Store) Counts(ctx context.Context, agency string) ([]verdict.Count, error) {
	var list []verdict.Count
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT agency, official, count(*), sum(same) FROM ruling_sketch
			WHERE review = 0 AND (?1 = '' OR agency = ?1) GROUP BY agency, official ORDER BY agency, official`, agency)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c verdict.Count
			if err := rows.Scan(&c.Agency, &c.Official, &c.Rulings, &c.Same); err != nil {
				return err
			}
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

// Pending are the proposals of an office on human beings that nobody has ruled on, and the reviews that nobody has answered,
// oldest first.
func (s *Store) Pending(ctx context.Context, agency string) ([]ruling.Pending, error) {
	list := []ruling.Pending{}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT d.subject, d.id, d.measure, d.outcome, d.decided_at, 0, NULL FROM decision d
			JOIN subject s ON s.id = d.subject
			WHERE d.reader = ?1 AND d.outcome IN ('granted', 'not_granted') AND (s.kind IN ('person', 'office_holder') OR s.sole = 1)
			AND NOT EXISTS (SELECT 1 FROM ruling r WHERE r.subject = d.subject AND r.decision = d.id)
			UNION ALL
			SELECT r.subject, r.decision, r.measure, r.proposed, w.at, r.id, w.due FROM ruling_review w
			JOIN ruling r ON r.subject = w.subject AND r.id = w.ruling
			WHERE r.agency = ?1 AND NOT EXISTS (SELECT 1 FROM ruling a WHERE a.subject = r.subject AND a.decision = r.decision AND a.reviews = r.id)
			ORDER BY 5, 2`, agency)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p ruling.Pending
			var at int64
			var due sql.NullInt64
			if err := rows.Scan(&p.Subject, &p.Decision, &p.Measure, &p.Proposed, &at, &p.Review, &due); err != nil {
				return err
			}
			p.At, p.Due = store.Instant(at), store.DayOf(due)
			list = append(list, p)
		}
		return rows.Err()
	})
	return list, err
}

// DemandOnce keeps a demand with its line and notices; false where its recipient was told the same before.
func (s *Store) DemandOnce(ctx context.Context, d recall.Demand, line *ledger.Entry, told ...notice.Written) (bool, error) {
	return recalls.DemandOnce(ctx, s.db, d, line, told...)
}

// OverdueReviews are the reviews asked for that were to be answered before the day and were not, by the ids of their
// rulings, at most limit, from the one after the given on.
func (s *Store) OverdueReviews(ctx context.Context, on calendar.Day, after verdict.ID, limit int) (list []ruling.Place, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		list, err = engine.List(ctx, tx, `SELECT w.subject, w.ruling FROM ruling_review w
			JOIN ruling r ON r.subject = w.subject AND r.id = w.ruling
			WHERE w.due < ? AND w.ruling > ?
			AND NOT EXISTS (SELECT 1 FROM ruling a WHERE a.subject = r.subject AND a.decision = r.decision AND a.reviews = r.id)
			ORDER BY w.ruling LIMIT ?`, func(rows *sql.Rows) (p ruling.Place, err error) {
			return p, rows.Scan(&p.Subject, &p.Ruling)
		}, int64(on), int64(after), limit)
		return err
	})
	return list, err
}
