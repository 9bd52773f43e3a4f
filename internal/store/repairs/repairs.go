// Package repairs keeps applications for repair, their steps and proofs, and takes down what was repaired in the very
// transaction that grants it; a withdrawal brings it back in its own. Applications and steps are never changed.
package repairs

import (
	"context"
	"database/sql"
	"errors"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/repair"
	"probity/internal/repair/application"
	"probity/internal/store"
	"probity/internal/store/beside"
	"probity/internal/store/engine"
	"probity/internal/store/orders"
	"probity/internal/store/recalls"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store keeps repairs in a database.
type Store struct {
	db        *store.Store
	contracts map[int]store.ContractRow
}

// In is the part of the database that keeps repairs; contracts are those that records carry the numbers of.
func In(db *store.Store, contracts map[int]store.ContractRow) *Store { return &Store{db, contracts} }

// NextID is an id for an application about to be made.
func (s *Store) NextID() int64 { return s.db.NextIDs(1) }

// Subject finds a subject, following redirects; NotFound where there is none.
func (s *Store) Subject(ctx context.Context, id subject.ID) (subject.Subject, error) {
	return s.db.Subject(ctx, id)
}

// Place is the subject with which a record stands now; see [recalls.Place].
func (s *Store) Place(ctx context.Context, of subject.ID, one record.ID) (subject.Subject, error) {
	return recalls.Place(ctx, s.db, of, one)
}

// Records are the newest versions of the scope's records, as far as it shows them.
func (s *Store) Records(ctx context.Context, scope access.Scope) ([]repair.Held, error) {
	list, err := s.db.File(ctx, scope, s.contracts)
	held := make([]repair.Held, 0, len(list))
	for i := range list {
		held = append(held, heldOf(&list[i]))
	}
	return held, err
}

// Record is the newest version of one record, whatever its state; NotFound where the subject has no such record.
func (s *Store) Record(ctx context.Context, of subject.ID, id record.ID) (repair.Held, error) {
	e, err := s.db.Matter(ctx, of, id, s.contracts)
	if err != nil {
		return repair.Held{}, err
	}
	return heldOf(&e), nil
}

func heldOf(e *store.Entry) repair.Held {
	return repair.Held{Version: *e.Newest(), Term: e.Term()}
}

// Ask keeps a permitted application with its proofs and its first step, in one transaction with what it leaves.
func (s *Store) Ask(ctx context.Context, permit remedy.RepairRequest, account repair.Text, proofs []repair.Exhibit, left repair.Left) error {
	a := permit.Application()
	if a == nil {
		return fault.New(fault.Internal, "store.permit", "an application for repair was to be kept without a permit")
	}
	t := trace(&left)
	t.Gone = []gone.Mark{{Kind: gone.RepairAsked, Subject: a.Subject, Matter: int64(a.ID)}}
	return s.db.WriteAct(ctx, permit, t, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO repair (subject, id, record, dataset, regime, tier, earliest, handler, asked_at, asked_by,
			decide_by, answer_by, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			int64(a.Subject), int64(a.ID), int64(a.Record), a.Dataset, a.Regime, int(a.Tier), int64(a.Earliest), a.Handler,
			store.Micro(a.AskedAt), a.AskedBy, int64(a.DecideBy), int64(a.AnswerBy), account.Body, account.Sealed)
		if err != nil {
			return err
		}
		rows := store.NewBulk(tx, "repair_proof", []string{"subject", "repair", "seq", "name", "digest", "bytes", "body", "sealed"}, "")
		for i := range proofs {
			p := &proofs[i]
			err := rows.Add(ctx, int64(a.Subject), int64(a.ID), p.Seq, p.Title.Body, p.Digest[:], p.Bytes, p.Whole.Body, p.Whole.Sealed)
			if err != nil {
				return err
			}
		}
		if err := rows.End(ctx); err != nil {
			return err
		}
		return addStep(ctx, tx, a, 1, &a.Steps[0], repair.Text{Body: []byte{}})
	})
}

// Step keeps a permitted step; see [repair.Book]. A step that another took meanwhile is a fault Conflict.
func (s *Store) Step(ctx context.Context, permit remedy.RepairStep, reasons repair.Text, left repair.Left) (submission int64, err error) {
	a, step := permit.Application(), permit.Step()
	if a == nil {
		return 0, fault.New(fault.Internal, "store.permit", "a step of a repair was to be kept without a permit")
	}
	t := trace(&left)
	if !permit.Repairs() && !permit.Reinstates() {
		return 0, s.db.WriteAct(ctx, permit, t, func(tx *sql.Tx) error {
			return addStep(ctx, tx, a, len(a.Steps)+1, &step, reasons)
		})
	}
	return s.db.Change(ctx, step.Agency, "repair", []subject.ID{left.Place}, step.At, t, func(tx *sql.Tx) error {
		if err := recalls.Unmoved(ctx, tx, a.Subject, left.Place, a.Record); err != nil {
			return err
		}
		if err := addStep(ctx, tx, a, len(a.Steps)+1, &step, reasons); err != nil {
			return err
		}
		if err := mark(ctx, tx, permit, left.Place, t); err != nil {
			return err
		}
		if left.Demand != nil {
			readings, err := recalls.Readings(ctx, tx, a.Subject, a.Record)
			if err != nil {
				return err
			}
			d := *left.Demand
			if d.Recipients = recall.Recipients(readings, left.Received); len(d.Recipients) > 0 {
				t.Demands = append(t.Demands, d)
			}
		}
		for _, ending := range left.Lifts {
			if err := orders.End(ctx, tx, t, ending); err != nil {
				return err
			}
		}
		return charter.Told(permit, t.Notices)
	})
}

// mark puts the mark of the repair on the record where that stands, or takes it off where the repair is withdrawn.
func mark(ctx context.Context, tx *sql.Tx, permit remedy.RepairStep, place subject.ID, t *store.Trace) error {
	a := permit.Application()
	if permit.Repairs() {
		t.Gone = append(t.Gone, gone.Mark{Kind: gone.Repaired, Subject: place, Matter: int64(a.Record)})
		at := store.Spot{Subject: place, Record: a.Record}
		return beside.SetRepaired(ctx, tx, at, int64(a.ID), calendar.In(permit.Step().At, calendar.Shanghai))
	}
	t.Gone = append(t.Gone, gone.Mark{Kind: gone.Unrepaired, Subject: place, Matter: int64(a.Record)})
	off, err := beside.Unrepair(ctx, tx, store.Spot{Subject: place, Record: a.Record}, int64(a.ID))
	if err == nil && !off {
		err = fault.New(fault.Conflict, "repair.moved", "the record %s is not gone by the repair %s alone, or is no more with its subject", a.Record, a.ID).
			With("see the applications for it with: probity repair list")
	}
	return err
}

func trace(left *repair.Left) *store.Trace {
	t := &store.Trace{Notices: left.Notices}
	if left.Entry != nil {
		t.Entries = []*ledger.Entry{left.Entry}
	}
	return t
}

func addStep(ctx context.Context, tx *sql.Tx, a *application.Application, seq int, step *application.Step, text repair.Text) error {
	var taken bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM repair_step WHERE subject = ? AND repair = ? AND seq = ?)`,
		int64(a.Subject), int64(a.ID), seq).Scan(&taken)
	if err != nil {
		return err
	}
	if taken {
		return fault.New(fault.Conflict, "repair.step", "somebody else has acted on the repair %s meanwhile", a.ID).
			With("see it with: probity repair show")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO repair_step (subject, repair, seq, act, at, agency, official, due, particulars, sealed)
		VALUES (?,?,?,?,?,?,?,?,?,?)`, int64(a.Subject), int64(a.ID), seq, string(step.Act), store.Micro(step.At), step.Agency, step.Official,
		store.NullDay(step.Due), text.Body, text.Sealed)
	return err
}

// Applications are given oldest first, with their steps and receipts; those of an agency by the day they are due. A subject's
// are also those of the subjects merged into it.
func (s *Store) Applications(ctx context.Context, q repair.Query) ([]repair.Stored, error) {
	var list []repair.Stored
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		where, args, order := `handler = ?`, []any{q.Handler}, `decide_by, id`
		if q.Handler == "" {
			same, err := store.Same(ctx, tx, q.Subject)
			if err != nil {
				return err
			}
			where, args, order = `subject IN (`+store.Marks(len(same))+`)`, same, `id`
		}
		rows, err := tx.QueryContext(ctx, `SELECT subject, id, record, dataset, regime, tier, earliest, handler, asked_at, asked_by,
			decide_by, answer_by, particulars, sealed FROM repair WHERE `+where+` ORDER BY `+order, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var one repair.Stored
			a := &one.Application
			var asked int64
			err := rows.Scan(&a.Subject, &a.ID, &a.Record, &a.Dataset, &a.Regime, &a.Tier, &a.Earliest, &a.Handler, &asked, &a.AskedBy,
				&a.DecideBy, &a.AnswerBy, &one.Account.Body, &one.Account.Sealed)
			if err != nil {
				return err
			}
			a.AskedAt = store.Instant(asked)
			a.Proofs, a.Receipts = []application.Proof{}, []application.Receipt{}
			list = append(list, one)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for i := range list {
			if err := errors.Join(proofs(ctx, tx, &list[i]), steps(ctx, tx, &list[i])); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func proofs(ctx context.Context, tx *sql.Tx, one *repair.Stored) error {
	a := &one.Application
	rows, err := tx.QueryContext(ctx, `SELECT seq, name, digest, lower(hex(digest)), bytes, sealed FROM repair_proof
		WHERE subject = ? AND repair = ? ORDER BY seq`, int64(a.Subject), int64(a.ID))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p application.Proof
		var name repair.Text
		var digest []byte
		if err := rows.Scan(&p.Seq, &name.Body, &digest, &p.SHA256, &p.Bytes, &name.Sealed); err != nil {
			return err
		}
		copy(p.Digest[:], digest)
		a.Proofs, one.Names = append(a.Proofs, p), append(one.Names, name)
	}
	return rows.Err()
}

func steps(ctx context.Context, tx *sql.Tx, one *repair.Stored) error {
	a := &one.Application
	rows, err := tx.QueryContext(ctx, `SELECT act, at, agency, official, due, particulars, sealed FROM repair_step
		WHERE subject = ? AND repair = ? ORDER BY seq`, int64(a.Subject), int64(a.ID))
	if err != nil {
		return err
	}
	defer rows.Close()
	last, ground := int64(0), ""
	for rows.Next() {
		var step application.Step
		var at int64
		var due sql.NullInt64
		var text repair.Text
		if err := rows.Scan(&step.Act, &at, &step.Agency, &step.Official, &due, &text.Body, &text.Sealed); err != nil {
			return err
		}
		step.At, step.Due = store.Instant(at), store.DayOf(due)
		switch step.Act {
		case application.Grant:
			last, ground = at, repair.Ground
		case application.Withdraw:
			last, ground = at, repair.Withdrawn
		}
		a.Steps, one.Reasons = append(a.Steps, step), append(one.Reasons, text)
	}
	if err := rows.Err(); err != nil || last == 0 {
		return err
	}
	return receipts(ctx, tx, a, ground, last)
}

func receipts(ctx context.Context, tx *sql.Tx, a *application.Application, ground string, at int64) error {
	kin, err := recalls.EverJoined(ctx, tx, a.Subject)
	if err != nil {
		return err
	}
	query, args := engine.Among(`SELECT recipient, due, acknowledged_at FROM recall
		WHERE subject IN ({same}) AND about = {1} AND ground = {2} AND at = {3} ORDER BY recipient`, kin, a.Record.String(), ground, at)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r application.Receipt
		var due, acknowledged sql.NullInt64
		if err := rows.Scan(&r.Recipient, &due, &acknowledged); err != nil {
			return err
		}
		r.Due = store.DayOf(due)
		if acknowledged.Valid {
			r.Acknowledged = store.Instant(acknowledged.Int64)
		}
		a.Receipts = append(a.Receipts, r)
	}
	return rows.Err()
}

// Proof reads one document of an application whole; NotFound where there is none.
func (s *Store) Proof(ctx context.Context, of subject.ID, id application.ID, seq int) (repair.Exhibit, error) {
	var e repair.Exhibit
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		var digest []byte
		err := tx.QueryRowContext(ctx, `SELECT seq, name, digest, lower(hex(digest)), bytes, body, sealed FROM repair_proof
			WHERE subject = ? AND repair = ? AND seq = ?`, int64(of), int64(id), seq).
			Scan(&e.Seq, &e.Title.Body, &digest, &e.SHA256, &e.Bytes, &e.Whole.Body, &e.Whole.Sealed)
		e.Title.Sealed = e.Whole.Sealed
		copy(e.Digest[:], digest)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "repair.proof", "the repair %s has no document %d", id, seq).With("list them with: probity repair list")
		}
		return err
	})
	return e, err
}
