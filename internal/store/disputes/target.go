package disputes

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/beside"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Target finds what is contested; NotFound where the subject has no such thing, which is also the answer where another
// has.
func (s *Store) Target(ctx context.Context, of subject.ID, layer contest.Layer, name string) (dispute.Target, error) {
	var t dispute.Target
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		same, err := store.Same(ctx, tx, of)
		if err != nil {
			return err
		}
		switch layer {
		case contest.Record:
			err = s.recordTarget(ctx, tx, of, name, &t)
		case contest.Link:
			err = linkTarget(ctx, tx, of, name, &t)
		case contest.ModelUse:
			err = modelTarget(ctx, tx, name, &t)
		default:
			err = decisionTarget(ctx, tx, same, name, &t)
		}
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "dispute.target", "subject %s has no %s %q that could be contested", of, layer, name).
				With("name it by its id: probity subject show lists records, probity order list orders")
		}
		return err
	})
	return t, err
}

func (s *Store) recordTarget(ctx context.Context, tx *sql.Tx, of subject.ID, name string, t *dispute.Target) error {
	var id record.ID
	if id.UnmarshalText([]byte(name)) != nil {
		return sql.ErrNoRows
	}
	rows, err := tx.QueryContext(ctx, `SELECT v.seq, v.contract, v.status, v.occurred, v.adverse, v.lapse, v.payload, s.published_at, s.dataset = 'link'
		FROM record_version v JOIN submission s ON s.number = v.submission
		WHERE v.subject = ? AND v.record = ? AND s.published_at IS NOT NULL ORDER BY s.published_at, v.seq`, int64(of), int64(id))
	if err != nil {
		return err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		v := record.Version{Subject: of, Record: id, From: calendar.None, To: calendar.None}
		var at int64
		var moved bool
		var lapse sql.NullInt64
		if err := rows.Scan(&v.Seq, &v.Contract, &v.Status, &v.Occurred, &v.Adverse, &lapse, &v.Payload, &at, &moved); err != nil {
			return err
		}
		v.RecordedAt, v.Lapse = store.Instant(at), store.DayOf(lapse)
		row := s.contracts[v.Contract]
		v.Dataset, v.Agency = row.Dataset, row.Agency
		// Another version says the same thing anew unless its supplier sent it to mend what it had said; and so do those by
		// which it goes from one subject to another.
		if v.Status != record.Reported && !moved {
			t.Changed = v.RecordedAt
		}
		t.Version, t.Author, found = v, v.Agency, true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if !found {
		return sql.ErrNoRows
	}
	return nil
}

func linkTarget(ctx context.Context, tx *sql.Tx, of subject.ID, name string, t *dispute.Target) error {
	var merged subject.ID
	if merged.UnmarshalText([]byte(name)) != nil {
		return sql.ErrNoRows
	}
	var by string
	var undone sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT official, undone_at FROM link WHERE merged = ? AND (kept = ? OR merged = ?) ORDER BY id DESC LIMIT 1`,
		int64(merged), int64(of), int64(of)).Scan(&by, &undone)
	if undone.Valid {
		t.Changed = store.Instant(undone.Int64)
	}
	t.Author, _, _ = strings.Cut(by, "/")
	return err
}

func modelTarget(ctx context.Context, tx *sql.Tx, code string, t *dispute.Target) error {
	var author, approver string
	var at int64
	err := tx.QueryRowContext(ctx, `SELECT author, approver, added_at FROM model WHERE code = ? AND state IN ('active', 'retired')
		ORDER BY state, version DESC LIMIT 1`, code).Scan(&author, &approver, &at)
	// The built-in models were written by the platform's makers; whoever put one in force here answers for it.
	t.Author, _, _ = strings.Cut(approver, "/")
	t.Official, t.Changed = author, store.Instant(at)
	return err
}

// decisionTarget finds a decision or an order on the subject or on one merged into it.
func decisionTarget(ctx context.Context, tx *sql.Tx, same []any, name string, t *dispute.Target) error {
	in := ` IN (` + store.Marks(len(same)) + `)`
	if id, ok := subject.Decode('o', name); ok {
		t.Order = true
		var by string
		var ended sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT o.issuer, o.entered_by, (SELECT max(e.at) FROM order_ending e WHERE e.subject = o.subject AND e.order_id = o.id)
			FROM restriction_order o WHERE o.id = ? AND o.subject`+in, append([]any{id}, same...)...).Scan(&t.Author, &by, &ended)
		t.Official = by
		if ended.Valid {
			t.Changed = store.Instant(ended.Int64)
		}
		return err
	}
	id, ok := subject.Decode('d', name)
	if !ok {
		return sql.ErrNoRows
	}
	var measure string
	var at int64
	t.Decided = &dispute.Text{}
	err := tx.QueryRowContext(ctx, `SELECT reader, measure, decided_at, body, sealed FROM decision WHERE id = ? AND subject`+in,
		append([]any{id}, same...)...).Scan(&t.Author, &measure, &at, &t.Decided.Body, &t.Decided.Sealed)
	if err != nil {
		return err
	}
	var newer sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT max(decided_at) FROM decision WHERE measure = ? AND reader = ? AND decided_at > ? AND subject`+in,
		append([]any{measure, t.Author, at}, same...)...).Scan(&newer)
	if newer.Valid {
		t.Changed = store.Instant(newer.Int64)
	}
	return err
}

// SaveStatement keeps a permitted statement in place of the one before, or takes it away where it says nothing. A record that
// was out of use since such words were lost is in use again.
func (s *Store) SaveStatement(ctx context.Context, permit remedy.StatementPermit, text dispute.Text, left dispute.Left) error {
	st := permit.Statement()
	if st == nil {
		return fault.New(fault.Internal, "store.permit", "a statement was to be kept without a permit")
	}
	trace := &store.Trace{Notices: left.Notices, Gone: []gone.Mark{{Kind: gone.Stated, Subject: permit.Subject(), Matter: int64(st.Record)}}}
	trace.Entries = append(trace.Entries, left.Entry)
	if st.Text == "" {
		trace.Gone[0].Kind = gone.Unstated
	}
	was, err := s.wordsLost(ctx, left.Place, st.Record)
	if err != nil {
		return err
	}
	save := func(tx *sql.Tx) error {
		if was {
			if err := beside.WordsFound(ctx, tx, beside.Spot{Subject: left.Place, Record: st.Record}); err != nil {
				return err
			}
		}
		if st.Text == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM statement WHERE subject = ? AND record = ?`, int64(permit.Subject()), int64(st.Record))
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO statement (subject, record, at, body, sealed) VALUES (?,?,?,?,?)
			ON CONFLICT (subject, record) DO UPDATE SET at = excluded.at, body = excluded.body, sealed = excluded.sealed`,
			int64(permit.Subject()), int64(st.Record), store.Micro(st.At), text.Body, text.Sealed)
		return err
	}
	if !was {
		return s.db.WriteWith(ctx, trace, save)
	}
	_, err = s.db.Change(ctx, "", "statement", []subject.ID{left.Place}, st.At, trace, save)
	return err
}

// wordsLost tells whether a record is out of use because the words beside it were lost in a restore.
func (s *Store) wordsLost(ctx context.Context, of subject.ID, about record.ID) (yes bool, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contested WHERE subject = ? AND record = ? AND dispute = ?)`,
			int64(of), int64(about), beside.LostStatement).Scan(&yes)
	})
	return yes, err
}

// Statements are those of a subject and of who was merged into it, the one on the whole file first.
func (s *Store) Statements(ctx context.Context, of subject.ID) ([]dispute.StoredStatement, error) {
	var list []dispute.StoredStatement
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		same, err := store.Same(ctx, tx, of)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT subject, record, at, body, sealed FROM statement WHERE subject IN (`+store.Marks(len(same))+`)
			ORDER BY record, at`, same...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var st dispute.StoredStatement
			var at int64
			if err := rows.Scan(&st.Subject, &st.Statement.Record, &at, &st.Text.Body, &st.Text.Sealed); err != nil {
				return err
			}
			st.Statement.At = store.Instant(at)
			list = append(list, st)
		}
		return rows.Err()
	})
	return list, err
}
