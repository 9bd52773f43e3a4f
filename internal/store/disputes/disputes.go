// Package disputes keeps what subjects contest, what came of it, their evidence, and their own words beside their records.
package disputes

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/beside"
	"probity/internal/store/recalls"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store keeps disputes and statements; it implements dispute.Book.
type Store struct {
	db        *store.Store
	contracts map[int]store.ContractRow
}

// In is the store in a database; contracts are its contract versions by number.
func In(db *store.Store, contracts map[int]store.ContractRow) *Store { return &Store{db, contracts} }

// Subject reads the register, following redirects; an unknown id is NotFound.
func (s *Store) Subject(ctx context.Context, id subject.ID) (subject.Subject, error) {
	return s.db.Subject(ctx, id)
}

// Place is the subject with which a record stands now; see [recalls.Place].
func (s *Store) Place(ctx context.Context, of subject.ID, one record.ID) (subject.Subject, error) {
	return recalls.Place(ctx, s.db, of, one)
}

// Open keeps a permitted dispute with its evidence, and marks the records it contests, in one transaction with what it
// leaves. It gives the submission by which the ratings that used them are outdated, 0 where it suspends nothing.
func (s *Store) Open(ctx context.Context, permit remedy.DisputePermit, account dispute.Text, evidence []dispute.Exhibit, left dispute.Left) (int64, error) {
	d := permit.Dispute()
	if d == nil {
		return 0, fault.New(fault.Internal, "store.permit", "a dispute was to be kept without a permit")
	}
	return s.write(ctx, permit, d, left, "", d.Suspends, func(tx *sql.Tx, trace *store.Trace) error {
		if err := addDispute(ctx, tx, d, left.Place, account); err != nil {
			return err
		}
		if err := addEvidence(ctx, tx, d, evidence); err != nil {
			return err
		}
		trace.Gone = append(trace.Gone, gone.Mark{Kind: gone.DisputeOpened, Subject: d.Subject, Matter: int64(d.ID)})
		if !d.Suspends {
			return nil
		}
		records, err := contestedBy(ctx, tx, d)
		if err != nil {
			return err
		}
		claims := d.Claims
		if account.Sealed {
			claims = ""
		}
		return mark(ctx, tx, trace, d, left.Place, records, record.Disputed, d.Due, claims)
	})
}

// write runs f in one transaction with what the act leaves, and keeps nothing of it without the notices that its permit
// needs (Charter C7); changes tells that records go out of use or come back.
func (s *Store) write(ctx context.Context, act charter.Telling, d *contest.Dispute, left dispute.Left, agency string, changes bool, f func(*sql.Tx, *store.Trace) error) (int64, error) {
	trace := &store.Trace{Notices: left.Notices}
	if left.Entry != nil {
		trace.Entries = append(trace.Entries, left.Entry)
	}
	whole := func(tx *sql.Tx) error {
		if err := f(tx, trace); err != nil {
			return err
		}
		if left.Recall == nil {
			return charter.Told(act, trace.Notices)
		}
		readings, err := recalls.Readings(ctx, tx, d.Subject, d.Record())
		if err != nil {
			return err
		}
		demand := left.Recall.Demand
		if demand.Recipients = left.Recall.Choose(readings); len(demand.Recipients) > 0 {
			trace.Demands = append(trace.Demands, demand)
		}
		return charter.Told(act, trace.Notices)
	}
	if !changes {
		return 0, s.db.WriteWith(ctx, trace, whole)
	}
	return s.db.Change(ctx, agency, "dispute", sides(d, left.Entry.Subject, left.Place), left.Entry.At, trace, whole)
}

// sides are the subjects whose ratings a dispute bears on: who opened it, whom that one was merged into since, with whom the
// record stands, and, where a link is contested, who was merged.
func sides(d *contest.Dispute, now, place subject.ID) []subject.ID {
	ids := []subject.ID{d.Subject, now, place}
	var merged subject.ID
	if d.Layer() == contest.Link && merged.UnmarshalText([]byte(d.Target)) == nil {
		ids = append(ids, merged)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// addDispute keeps a dispute; now is the subject that who opens it is at present.
func addDispute(ctx context.Context, tx *sql.Tx, d *contest.Dispute, now subject.ID, account dispute.Text) error {
	same, err := store.Same(ctx, tx, now)
	if err != nil {
		return err
	}
	// Who contests the same twice at once is held here too: the check before saw another moment.
	var open bool
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM dispute d WHERE subject IN (`+store.Marks(len(same))+`) AND target = ?
		AND NOT EXISTS (SELECT 1 FROM dispute_step s WHERE s.subject = d.subject AND s.dispute = d.id AND s.act = 'result'))`,
		append(same, d.Target)...).Scan(&open)
	if err != nil {
		return err
	}
	if open {
		return fault.New(fault.Conflict, "dispute.open", "the same is contested already").With("probity dispute list shows it")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO dispute (subject, id, ground, target, handler, except_by, opened_at, opened_by, due,
		clock, suspends, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(d.Subject), int64(d.ID), string(d.Ground), d.Target, d.Handler, d.Except, store.Micro(d.OpenedAt), d.OpenedBy,
		int64(d.Due), d.Clock, d.Suspends, account.Body, account.Sealed)
	return err
}

func addEvidence(ctx context.Context, tx *sql.Tx, d *contest.Dispute, list []dispute.Exhibit) error {
	for i := range list {
		e := &list[i]
		_, err := tx.ExecContext(ctx, `INSERT INTO dispute_evidence (subject, dispute, seq, name, digest, bytes, body, sealed)
			VALUES (?,?,?,?,?,?,?,?)`, int64(d.Subject), int64(d.ID), e.Seq, e.Name.Body, e.Digest[:], e.Bytes, e.Body.Body, e.Body.Sealed)
		if err != nil {
			return err
		}
	}
	return nil
}

// contestedBy are the records a dispute bears on: the one it names, or those that came with the link it contests.
func contestedBy(ctx context.Context, tx *sql.Tx, d *contest.Dispute) ([]record.ID, error) {
	if id := d.Record(); id != 0 {
		return []record.ID{id}, nil
	}
	var merged subject.ID
	if d.Layer() != contest.Link || merged.UnmarshalText([]byte(d.Target)) != nil {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT r.record FROM link l JOIN link_record r ON r.link = l.id
		WHERE l.merged = ? AND l.undone_at IS NULL ORDER BY r.record`, int64(merged))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []record.ID
	for rows.Next() {
		var id record.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// mark marks records where they stand.
func mark(ctx context.Context, tx *sql.Tx, trace *store.Trace, d *contest.Dispute, place subject.ID, records []record.ID, state record.ContestState, due calendar.Day, claims string) error {
	marks := make([]beside.Contest, 0, len(records))
	for _, id := range records {
		marks = append(marks, beside.Contest{Subject: place, Record: id, Dispute: int64(d.ID), State: state, Due: due, Claims: claims})
		trace.Gone = append(trace.Gone, gone.Mark{Kind: gone.Suppressed, Subject: place, Matter: int64(id)})
	}
	return beside.SetContests(ctx, tx, marks)
}

// Step keeps a permitted step and what follows from it for the records contested, as Open does: the end of the dispute
// frees them or bars them, an upheld complaint bars them, a certification frees them.
func (s *Store) Step(ctx context.Context, permit remedy.StepPermit, reasons dispute.Text, left dispute.Left) (int64, error) {
	d, step := permit.Dispute(), permit.Step()
	if d == nil {
		return 0, fault.New(fault.Internal, "store.permit", "a step of a dispute was to be kept without a permit")
	}
	bars := step.Outcome.Bars() && d.Layer() == contest.Record
	frees := step.Act == contest.Result && !bars || step.Act == contest.Reinstate
	return s.write(ctx, permit, d, left, step.Agency, bars || frees, func(tx *sql.Tx, trace *store.Trace) error {
		if id := d.Record(); id != 0 {
			if err := recalls.Unmoved(ctx, tx, d.Subject, left.Place, id); err != nil {
				return err
			}
		}
		if err := addStep(ctx, tx, d, &step, reasons); err != nil {
			return err
		}
		if err := answered(ctx, tx, d, &step); err != nil {
			return err
		}
		switch {
		case bars:
			return bar(ctx, tx, trace, d, left.Place)
		case frees:
			return free(ctx, tx, trace, d, left.Place, certain(&step))
		}
		return nil
	})
}

// answered takes the dispute off the lists of those who had to answer: the handler's by its result, everybody's when the
// complaint was answered or the subject took the dispute back.
func answered(ctx context.Context, tx *sql.Tx, d *contest.Dispute, step *contest.Step) error {
	by := step.Agency + "/" + step.Official
	switch {
	case step.Act == contest.Answer || step.Outcome == contest.Withdrawn:
		return recalls.Decided(ctx, tx, d.Subject, d.ID.String(), by, step.At)
	case step.Act == contest.Result:
		return recalls.Answered(ctx, tx, d.Subject, d.ID.String(), d.Handler, by, step.At)
	}
	return nil
}

func addStep(ctx context.Context, tx *sql.Tx, d *contest.Dispute, step *contest.Step, reasons dispute.Text) error {
	var last sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT max(seq) FROM dispute_step WHERE subject = ? AND dispute = ?`, int64(d.Subject), int64(d.ID)).Scan(&last); err != nil {
		return err
	}
	if int(last.Int64) != len(d.Steps) {
		return fault.New(fault.Conflict, "dispute.step", "something happened to the dispute %s meanwhile", d.ID).With("look at it again: probity dispute show")
	}
	var digest any
	if step.Document != [32]byte{} {
		digest = step.Document[:]
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO dispute_step (subject, dispute, seq, act, outcome, at, agency, official, due, handler,
		digest, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(d.Subject), int64(d.ID), last.Int64+1, string(step.Act), string(step.Outcome), store.Micro(step.At), step.Agency, step.Official,
		store.NullDay(step.Due), step.Handler, digest, reasons.Body, reasons.Sealed)
	return err
}

// bar puts the record contested out of use until it is certified, where it stands now.
func bar(ctx context.Context, tx *sql.Tx, trace *store.Trace, d *contest.Dispute, place subject.ID) error {
	if err := unmark(ctx, tx, trace, `dispute = ?`, int64(d.ID)); err != nil {
		return err
	}
	return mark(ctx, tx, trace, d, place, []record.ID{d.Record()}, record.Barred, calendar.None, "")
}

// certain tells whether a step brings a record back whatever put it out of use: it was mended, its subject gave the dispute
// up, or somebody certifies it with a document.
func certain(step *contest.Step) bool {
	return step.Outcome != contest.Verified || step.Document != [32]byte{}
}

// free takes the dispute's marks away, wherever its records have gone since; ratings there are outdated too. all takes away
// as well what a lost dispute left on the record.
func free(ctx context.Context, tx *sql.Tx, trace *store.Trace, d *contest.Dispute, place subject.ID, all bool) error {
	if err := unmark(ctx, tx, trace, `dispute = ?`, int64(d.ID)); err != nil || !all || d.Record() == 0 {
		return err
	}
	if err := beside.WordsFound(ctx, tx, beside.Spot{Subject: place, Record: d.Record()}); err != nil {
		return err
	}
	return unmark(ctx, tx, trace, `subject = ? AND record = ? AND dispute = ?`, int64(place), int64(d.Record()), beside.LostDispute)
}

// unmark takes marks away, and says so in the journal once for each.
func unmark(ctx context.Context, tx *sql.Tx, trace *store.Trace, which string, args ...any) error {
	rows, err := tx.QueryContext(ctx, `DELETE FROM contested WHERE `+which+` RETURNING subject, record`, args...) // a condition of this file
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		m := gone.Mark{Kind: gone.Freed}
		if err := rows.Scan(&m.Subject, &m.Matter); err != nil {
			return err
		}
		trace.Gone = append(trace.Gone, m)
	}
	return rows.Err()
}

// Evidence reads one file of a dispute; NotFound where it has none of that number.
func (s *Store) Evidence(ctx context.Context, of subject.ID, id contest.ID, seq int) (dispute.Exhibit, error) {
	var e dispute.Exhibit
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		var digest []byte
		err := tx.QueryRowContext(ctx, `SELECT seq, name, digest, bytes, body, sealed FROM dispute_evidence
			WHERE subject = ? AND dispute = ? AND seq = ?`, int64(of), int64(id), seq).
			Scan(&e.Seq, &e.Name.Body, &digest, &e.Bytes, &e.Body.Body, &e.Body.Sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "dispute.evidence.none", "the dispute %s has no evidence %d", id, seq).
				With("probity dispute show lists it")
		}
		e.Name.Sealed = e.Body.Sealed
		copy(e.Digest[:], digest)
		return err
	})
	return e, err
}
