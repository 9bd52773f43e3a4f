// Package erasures makes things gone in the database, and gone again after it was put back from a backup.
//
// What is erased is deleted from every table that knows the subject, overwritten on disk, and noted in the journal of what
// must stay gone before the commit. Tables are found by their columns, not by a list: a room that is added later is
// forgotten with the rest, and who wants a table kept must say so in kept, with the reason.
package erasures

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store is the erasing half of a database. It is safe for concurrent use.
type Store struct{ db *store.Store }

// In is the erasing half of a database.
func In(db *store.Store) *Store { return &Store{db} }

// kept are the tables with subjects that an erasure leaves as they are.
var kept = map[string]string{
	"ledger_settled": "who looked and who acted: pseudonyms, codes and salted hashes, which the signed log holds together",
	"ledger_order":   "where those entries stand",
	"ledger_fresh":   "the newest of those entries, before they are moved to the others",
	"ledger_head":    "the newest entry of each chain",
	"recall":         "recipients are chased until they have deleted theirs; it holds pseudonyms and codes",
	"erasure":        "that it was erased, so that it stays so",
	"identifier":     "the keyed hash by which rows on an erased subject are known and refused",
	"source_row":     "the keys of erased records, so that they do not come in again; marked below",
	"taken_back":     "what an open submission takes back; pseudonyms only",
}

// Erased says what an erasure took away.
type Erased struct {
	// Subjects are the ids whose keys are to be destroyed: the subject and those merged into it. None where something
	// holds the file up.
	Subjects []subject.ID
	// Records and Rows count what was deleted: records, and rows of all tables.
	Records, Rows int64
	// Recipients are those who read the file and are ordered to delete what they got.
	Recipients []string
}

// Subject erases a whole file under its permit, or restricts it to what is held up. It leaves the trace, to which it adds
// what must stay gone, and the demands on those who read the file, to be met by the due day.
// keys are the identifiers by which a row on the subject, or on those merged into it, would be bound.
func (s *Store) Subject(ctx context.Context, p remedy.Erasure, keys []store.Key, at time.Time, due calendar.Day, t *store.Trace) (Erased, error) {
	var out Erased
	if p.Subject().ID == 0 || p.Record() != 0 {
		return out, fault.New(fault.Internal, "store.permit", "a file was to be erased without a permit")
	}
	id := p.Subject().ID
	t.At = at
	_, err := s.db.Change(ctx, "", "erasure", []subject.ID{id}, at, t, func(tx *sql.Tx) error {
		ids, err := same(ctx, tx, id)
		if err != nil {
			return err
		}
		e, err := s.eraser(ctx, tx, &out)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, id, 0, p, at); err != nil {
			return err
		}
		if len(p.Holds()) > 0 {
			return s.restrict(ctx, &e, p, ids, at, t)
		}
		out.Subjects = ids
		if err := recallAll(ctx, tx, ids, id.String(), at, due, t, &out); err != nil {
			return err
		}
		for _, one := range ids {
			t.Gone = append(t.Gone, gone.Mark{Kind: gone.Erased, Subject: one})
			if one == id {
				t.Gone = append(t.Gone, s.db.Persons(one, keys)...)
			}
			if err := e.subject(ctx, one); err != nil {
				return err
			}
		}
		return nil
	})
	return out, errors.Join(err, s.flush(ctx, err))
}

// restrict erases all but what is held up: the ratings and the consents, and the records that nothing holds.
func (s *Store) restrict(ctx context.Context, e *eraser, p remedy.Erasure, ids []subject.ID, at time.Time, t *store.Trace) error {
	for _, id := range ids {
		records, err := recordsOf(ctx, e.tx, id)
		if err != nil {
			return err
		}
		for _, r := range records {
			if p.Keeps(r) {
				continue
			}
			if err := s.recordGone(ctx, e.tx, store.Spot{Subject: id, Record: r}, t); err != nil {
				return err
			}
			if err := e.record(ctx, id, r, true); err != nil {
				return err
			}
		}
		t.Gone = append(t.Gone, gone.Mark{Kind: gone.Confined, Subject: id})
		if err := e.confine(ctx, id, at); err != nil {
			return err
		}
	}
	return nil
}

// confine ends the consents of a subject and deletes what rested on them.
func (e *eraser) confine(ctx context.Context, id subject.ID, at time.Time) error {
	if _, err := e.tx.ExecContext(ctx, `UPDATE consent SET withdrawn_at = ? WHERE subject = ? AND withdrawn_at IS NULL`, store.Micro(at), int64(id)); err != nil {
		return err
	}
	return e.ratings(ctx, id)
}

// Record erases one record under its permit, with the ratings that it went into.
func (s *Store) Record(ctx context.Context, p remedy.Erasure, at time.Time, due calendar.Day, t *store.Trace) (Erased, error) {
	var out Erased
	if p.Subject().ID == 0 || p.Record() == 0 {
		return out, fault.New(fault.Internal, "store.permit", "a record was to be erased without a permit")
	}
	id := p.Subject().ID
	t.At = at
	_, err := s.db.Change(ctx, "", "erasure", []subject.ID{id}, at, t, func(tx *sql.Tx) error {
		ids, err := same(ctx, tx, id)
		if err != nil {
			return err
		}
		e, err := s.eraser(ctx, tx, &out)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, id, p.Record(), p, at); err != nil {
			return err
		}
		for _, one := range ids { // it may have ended on one and gone on with another
			if err := s.recordGone(ctx, tx, store.Spot{Subject: one, Record: p.Record()}, t); err != nil {
				return err
			}
			if err := e.record(ctx, one, p.Record(), true); err != nil {
				return err
			}
		}
		if err := recallAll(ctx, tx, ids, p.Record().String(), at, due, t, &out); err != nil {
			return err
		}
		return e.ratings(ctx, id)
	})
	return out, errors.Join(err, s.flush(ctx, err))
}

// recordGone marks a record as erased, by its row too, as long as the row is there.
func (s *Store) recordGone(ctx context.Context, tx *sql.Tx, at store.Spot, t *store.Trace) error {
	rows, err := s.db.Rows(ctx, tx, at)
	t.Gone = append(append(t.Gone, gone.Mark{Kind: gone.RecordErased, Subject: at.Subject, Matter: int64(at.Record)}), rows...)
	return err
}

// Identifiers are those of a subject and of who was merged into it, as its own file keeps them.
func (s *Store) Identifiers(ctx context.Context, id subject.ID) (kept []Identifier, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		ids, err := same(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, one := range ids {
			some, err := list(ctx, tx, func(rows *sql.Rows) (k Identifier, err error) {
				k.Subject = one
				return k, rows.Scan(&k.Scheme, &k.Value, &k.Sealed)
			}, `SELECT scheme, value, sealed FROM subject_identifier WHERE subject = ?`, int64(one))
			if err != nil {
				return err
			}
			kept = append(kept, some...)
		}
		return nil
	})
	return kept, err
}

// Identifier is one of a subject's, sealed under the subject's key where it is personal.
type Identifier struct {
	Subject subject.ID
	Scheme  subject.Scheme
	Value   []byte
	Sealed  bool
}

// recallAll orders everybody who read the file to delete what they got: the ledger is the registry of
// recipients.
func recallAll(ctx context.Context, tx *sql.Tx, ids []subject.ID, about string, at time.Time, due calendar.Day, t *store.Trace, out *Erased) error {
	readers := map[string]bool{}
	for _, id := range ids {
		some, err := list(ctx, tx, func(rows *sql.Rows) (reader string, err error) { return reader, rows.Scan(&reader) },
			`SELECT DISTINCT reader FROM ledger_entry WHERE subject = ? AND act = 'read' AND reader <> ''`, int64(id))
		if err != nil {
			return err
		}
		for _, reader := range some {
			readers[reader] = true
		}
	}
	out.Recipients = slices.Sorted(maps.Keys(readers))
	if len(out.Recipients) > 0 {
		t.Demands = append(t.Demands, recall.Demand{
			Subject: ids[0], Kind: recall.Delete, About: about, Ground: "erased", At: at, Due: due, Recipients: out.Recipients,
		})
	}
	return nil
}

// note writes the erasure down, or completes what was noted when it was asked for.
func note(ctx context.Context, tx *sql.Tx, id subject.ID, r record.ID, p remedy.Erasure, at time.Time) error {
	held := ""
	var done any = store.Micro(at)
	for _, h := range p.Holds() {
		if held += h.Because + ":" + h.Name + " "; done != nil {
			done = nil
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO erasure (subject, record, ground, asked_at, done_at, held_by) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (subject, record) DO UPDATE SET done_at = excluded.done_at, held_by = excluded.held_by`,
		int64(id), int64(r), string(p.Ground()), store.Micro(at), done, held)
	return err
}

// Waiting are the erasures that were asked for and are held up.
func (s *Store) Waiting(ctx context.Context) (held []Held, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		held, err = list(ctx, tx, func(rows *sql.Rows) (h Held, err error) {
			var at int64
			err = rows.Scan(&h.Subject, &h.Ground, &at)
			h.Asked = store.Instant(at)
			return h, err
		}, `SELECT subject, ground, asked_at FROM erasure WHERE done_at IS NULL AND record = 0 ORDER BY subject`)
		return err
	})
	return held, err
}

// same are the subject and those merged into it.
func same(ctx context.Context, tx *sql.Tx, id subject.ID) ([]subject.ID, error) {
	return list(ctx, tx, func(rows *sql.Rows) (one subject.ID, err error) { return one, rows.Scan(&one) },
		`WITH RECURSIVE same (id) AS (SELECT CAST(?1 AS INTEGER) UNION SELECT l.merged FROM link l JOIN same ON l.kept = same.id WHERE l.undone_at IS NULL)
		SELECT id FROM same ORDER BY id`, int64(id))
}

func recordsOf(ctx context.Context, tx *sql.Tx, id subject.ID) ([]record.ID, error) {
	return list(ctx, tx, func(rows *sql.Rows) (one record.ID, err error) {
		var n int64
		err = rows.Scan(&n)
		return record.ID(n), err
	}, `SELECT DISTINCT record FROM record_version WHERE subject = ?`, int64(id))
}

// list reads the rows of a query.
func list[T any](ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	return engine.List(ctx, tx, query, scan, args...)
}

// eraser deletes in one transaction, and counts.
type eraser struct {
	tx  *sql.Tx
	out *Erased
	// subjects and records are the tables that know subjects, and those that know records of subjects.
	subjects, records []string
}

// eraser finds the tables, and has what is deleted from here on overwritten.
func (s *Store) eraser(ctx context.Context, tx *sql.Tx, out *Erased) (e eraser, err error) {
	e = eraser{tx: tx, out: out}
	if err := s.db.Overwrite(ctx, tx); err != nil {
		return e, err
	}
	if e.subjects, err = tablesWith(ctx, s.db, tx, "subject"); err != nil {
		return e, err
	}
	e.records, err = tablesWith(ctx, s.db, tx, "subject", "record")
	return e, err
}

// subject deletes everything on one subject; its row in the register stays, bare, as what its ledger is about.
func (e *eraser) subject(ctx context.Context, id subject.ID) error {
	records, err := recordsOf(ctx, e.tx, id)
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := e.record(ctx, id, r, true); err != nil {
			return err
		}
	}
	// First the ratings: those that go leave a notice behind, which goes next.
	if err := e.ratings(ctx, id); err != nil {
		return err
	}
	for _, table := range e.subjects {
		if err := e.remove(ctx, table, id, 0); err != nil {
			return err
		}
	}
	for _, blank := range []string{
		`UPDATE subject SET region = '' WHERE id = ?`,
		`UPDATE link SET reason = '', evidence = '' WHERE merged = ?`,
		`UPDATE link SET reason = '', evidence = '' WHERE kept = ?`,
	} {
		if _, err := e.tx.ExecContext(ctx, blank, int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// record deletes a record of one subject from every table that knows it. final marks its supplier's row, so that it does
// not come in again.
func (e *eraser) record(ctx context.Context, id subject.ID, r record.ID, final bool) error {
	if final {
		_, err := e.tx.ExecContext(ctx, `UPDATE source_row SET erased = 1 WHERE (agency, dataset, key) IN (
			SELECT c.agency, c.dataset, v.source_key FROM record_version v JOIN contract c ON c.number = v.contract
			WHERE v.subject = ? AND v.record = ?)`, int64(id), int64(r))
		if err != nil {
			return err
		}
	}
	before := e.out.Rows
	if err := e.remove(ctx, "record_version", id, r); err != nil {
		return err
	}
	if e.out.Rows > before {
		e.out.Records++
	}
	for _, table := range e.records {
		if err := e.remove(ctx, table, id, r); err != nil {
			return err
		}
	}
	return nil
}

// ratings deletes what was computed from a file of which something is gone. It is computed again when it is asked for.
func (e *eraser) ratings(ctx context.Context, id subject.ID) error {
	for _, table := range []string{"rating", "rating_history", "standing"} {
		if err := e.remove(ctx, table, id, 0); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes a subject's rows of a table, those of one record where one is given.
func (e *eraser) remove(ctx context.Context, table string, id subject.ID, r record.ID) error {
	query, args := `DELETE FROM `+table+` WHERE subject = ?`, []any{int64(id)} // the name comes from the schema
	if r != 0 {
		query, args = query+` AND record = ?`, append(args, int64(r))
	}
	done, err := e.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	e.out.Rows += n
	return err
}

// tablesWith are the tables that have all the columns and are not kept, in alphabetical order.
func tablesWith(ctx context.Context, db *store.Store, tx *sql.Tx, columns ...string) ([]string, error) {
	tables, err := db.TablesWith(ctx, tx, columns...)
	return slices.DeleteFunc(tables, func(t string) bool { return kept[t] != "" }), err
}

// flush ends the overwriting once the erasure is committed, and empties the write-ahead log.
func (s *Store) flush(ctx context.Context, failed error) error {
	if failed == nil {
		return s.db.Scrub(ctx)
	}
	return nil // nothing was committed; whoever failed says so
}
