package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Link is one joining of two subjects, with who decided it and why, and its undoing.
type Link struct {
	ID           int64
	Kept, Merged subject.ID
	By           string
	Reason       string
	Evidence     string
	At, UndoneAt time.Time
	UndoneBy     string
	UndoneReason string
	Records      []record.ID // those that moved with the joining
}

// Move is a record that goes from one subject to another: its newest version, and its sealed fields as the other
// subject's key seals them.
type Move struct {
	Version record.Version
	Sealed  []byte
}

// Merge joins two subjects in one commit: each record of the merged one ends there and goes on with the kept one, its
// supplier's row leads there from now on, and the merged subject redirects to the kept one. Both are outdated, and the
// trace tells both.
func (s *Store) Merge(ctx context.Context, permit charter.Link, moves []Move, now time.Time, left *Trace) (Link, error) {
	t := permit.Terms()
	if t == nil {
		return Link{}, fault.New(fault.Internal, "store.permit", "two subjects were to be joined without a permit")
	}
	l := Link{
		ID: s.writer.IDs.Next(1), Kept: t.Kept.ID, Merged: t.Merged.ID, By: t.By.Agency + "/" + t.By.Official,
		Reason: t.Reason, Evidence: t.Evidence, At: now.UTC(),
	}
	err := s.move(ctx, t.By.Agency, t.Merged.ID, t.Kept.ID, moves, now, func(tx *sql.Tx) error {
		if err := charter.Told(permit, left.Notices); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO link (id, kept, merged, official, reason, evidence, linked_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			l.ID, int64(l.Kept), int64(l.Merged), l.By, l.Reason, l.Evidence, Micro(now)); err != nil {
			return err
		}
		for i := range moves {
			l.Records = append(l.Records, moves[i].Version.Record)
			if _, err := tx.ExecContext(ctx, `INSERT INTO link_record (link, record) VALUES (?, ?)`, l.ID, int64(moves[i].Version.Record)); err != nil {
				return err
			}
		}
		res, err := tx.ExecContext(ctx, `UPDATE subject SET redirect = ? WHERE id = ? AND redirect = 0`, int64(l.Kept), int64(l.Merged))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fault.New(fault.Conflict, "subject.merged", "subject %s was merged already", l.Merged))
		}
		// Ratings are derived; those of a subject that is no more are nobody's.
		if _, err = tx.ExecContext(ctx, `DELETE FROM rating WHERE subject = ?`, int64(l.Merged)); err != nil {
			return err
		}
		return s.leave(ctx, tx, left)
	})
	if err != nil {
		return Link{}, err
	}
	return l, nil
}

// Unmerge parts two subjects again in one commit: the moves are the records that go back. The trace tells both; its
// demands to correct go to everybody who read the joined file, those to look at a decision again to whom they name; where
// a decision was made since those were drawn up, the act is refused as a Conflict.
func (s *Store) Unmerge(ctx context.Context, permit charter.Unlink, l Link, moves []Move, now time.Time, left *Trace) error {
	if permit.Merged() == 0 || permit.Merged() != l.Merged || permit.Kept() != l.Kept {
		return fault.New(fault.Internal, "store.permit", "two subjects were to be parted under another's permit")
	}
	by := permit.By()
	return s.move(ctx, by.Agency, l.Kept, l.Merged, moves, now, func(tx *sql.Tx) error {
		if err := charter.Told(permit, left.Notices); err != nil {
			return err
		}
		readings, err := Readings(ctx, Whole{tx}, l.Kept)
		if err != nil {
			return err
		}
		reviews := 0
		for i := range left.Demands {
			if d := &left.Demands[i]; d.Kind == recall.Review {
				reviews++
			} else {
				d.Recipients = recall.Joined(readings, l.At, moved(moves))
			}
		}
		decided, err := decidedSince(ctx, tx, l.Kept, l.At)
		if err != nil {
			return err
		}
		if len(decided) != reviews {
			return fault.New(fault.Conflict, "subject.decided", "a decision on subject %s was made meanwhile", l.Kept).With("part them again")
		}
		res, err := tx.ExecContext(ctx, `UPDATE link SET undone_at = ?, undone_by = ?, undone_reason = ? WHERE id = ? AND undone_at IS NULL`,
			Micro(now), by.Agency+"/"+by.Official, permit.Reason(), l.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fault.New(fault.Conflict, "subject.undone", "the joining of subject %s was undone already", l.Merged))
		}
		if _, err = tx.ExecContext(ctx, `UPDATE subject SET redirect = 0 WHERE id = ?`, int64(l.Merged)); err != nil {
			return err
		}
		left.Gone = append(left.Gone, gone.Mark{Kind: gone.Parted, Subject: l.Merged, Matter: l.ID})
		return s.leave(ctx, tx, left)
	})
}

// moved tells of a record, by its id, whether it is among the moves.
func moved(moves []Move) func(id string) bool {
	ids := make(map[string]bool, len(moves))
	for i := range moves {
		ids[moves[i].Version.Record.String()] = true
	}
	return func(id string) bool { return ids[id] }
}

// move writes the versions that end records on one subject and let them go on with another, published at once, and what
// else belongs to the same commit. What it returns makes the publication known to readers, once committed.
func (s *Store) move(ctx context.Context, agency string, from, to subject.ID, moves []Move, now time.Time, also func(*sql.Tx) error) error {
	if len(moves) == 0 {
		return s.Write(ctx, also)
	}
	_, err := s.publishing(ctx, now, func(tx *sql.Tx, at int64) error {
		number, err := addPublication(ctx, tx, agency, "link", at, len(moves))
		if err != nil {
			return err
		}
		for i := range moves {
			if err := moveRecord(ctx, tx, number, from, to, &moves[i]); err != nil {
				return fmt.Errorf("record %s: %w", moves[i].Version.Record, err)
			}
		}
		if err := outdate(ctx, tx, number, from, to); err != nil {
			return err
		}
		return also(tx)
	})
	return err
}

func moveRecord(ctx context.Context, tx *sql.Tx, submission int64, from, to subject.ID, m *Move) error {
	v := &m.Version
	var top int
	if err := tx.QueryRowContext(ctx, `SELECT max(seq) FROM record_version WHERE subject IN (?, ?) AND record = ?`, int64(from), int64(to), int64(v.Record)).Scan(&top); err != nil {
		return err
	}
	const end = `INSERT INTO record_version (subject, record, seq, contract, submission, line, status, occurred, valid_from, valid_to,
			tier, adverse, lapse, digest, source_key, payload, sealed)
		SELECT ?, record, ?, contract, ?, line, ?, occurred, valid_from, valid_to, tier, adverse, lapse, digest, source_key, payload, ?
		FROM record_version WHERE subject = ? AND record = ? AND seq = ?`
	var sealed any
	if len(m.Sealed) > 0 {
		sealed = m.Sealed
	}
	if _, err := tx.ExecContext(ctx, end, int64(from), top+1, submission, int(record.Retracted), nil, int64(from), int64(v.Record), v.Seq); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, end, int64(to), top+2, submission, int(v.Status), sealed, int64(from), int64(v.Record), v.Seq); err != nil {
		return err
	}
	if err := beside.Move(ctx, tx, from, to, v.Record); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE source_row SET subject = ?, next_subject = 0, next_by = 0 WHERE agency = ? AND dataset = ? AND key = ?`, int64(to), v.Agency, v.Dataset, []byte(v.SourceKey))
	return err
}

// LinkOf finds the joining by which a subject was merged and that still stands.
func (s *Store) LinkOf(ctx context.Context, merged subject.ID) (Link, error) {
	var l Link
	err := s.Read(ctx, func(tx *sql.Tx) error {
		var at int64
		err := tx.QueryRowContext(ctx, `SELECT id, kept, merged, official, reason, evidence, linked_at FROM link WHERE merged = ? AND undone_at IS NULL`, int64(merged)).
			Scan(&l.ID, &l.Kept, &l.Merged, &l.By, &l.Reason, &l.Evidence, &at)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "subject.unmerged", "subject %s was not merged into another", merged).
				With("name the subject that was merged, not the one that was kept")
		}
		if err != nil {
			return err
		}
		l.At = Instant(at)
		rows, err := tx.QueryContext(ctx, `SELECT record FROM link_record WHERE link = ? ORDER BY record`, l.ID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id record.ID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			l.Records = append(l.Records, id)
		}
		return rows.Err()
	})
	return l, err
}

// Links are the joinings that the scope's subject was part of on either side, those undone among them, oldest first, without
// their records. They are for the subject itself.
func (s *Store) Links(ctx context.Context, scope access.Scope) (list []Link, err error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.OwnFile); err != nil {
		return nil, err
	}
	err = s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, kept, merged, official, reason, evidence, linked_at, undone_at, undone_by, undone_reason
			FROM link WHERE kept = ?1 OR merged = ?1 ORDER BY linked_at, id`, int64(id))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var l Link
			var at int64
			var undone sql.NullInt64
			if err := rows.Scan(&l.ID, &l.Kept, &l.Merged, &l.By, &l.Reason, &l.Evidence, &at, &undone, &l.UndoneBy, &l.UndoneReason); err != nil {
				return err
			}
			l.At = Instant(at)
			if undone.Valid {
				l.UndoneAt = Instant(undone.Int64)
			}
			list = append(list, l)
		}
		return rows.Err()
	})
	return list, err
}

// StrongIdentifiers are a subject's identifiers as they are looked up: keyed hashes in place of personal values.
func (s *Store) StrongIdentifiers(ctx context.Context, id subject.ID) ([]subject.Identifier, error) {
	var list []subject.Identifier
	err := s.Read(ctx, func(tx *sql.Tx) (err error) {
		list, err = IdentifiersIn(ctx, tx, id)
		return err
	})
	return list, err
}

// Moving reads the newest published version of every record of a subject that stands, for those who join and part
// subjects under a permit.
func (s *Store) Moving(ctx context.Context, id subject.ID, contracts map[int]ContractRow) ([]record.Version, error) {
	list, err := s.entries(ctx, contracts, id, 0)
	if err != nil {
		return nil, err
	}
	var standing []record.Version
	for i := range list {
		if v := list[i].Newest(); v.Status != record.Retracted {
			standing = append(standing, *v)
		}
	}
	return standing, nil
}

// IdentifiersIn are the identifiers of a subject that stand in the clear, those of human beings not among them; for
// transactions under way.
func IdentifiersIn(ctx context.Context, tx *sql.Tx, id subject.ID) ([]subject.Identifier, error) {
	rows, err := tx.QueryContext(ctx, `SELECT scheme, value FROM subject_identifier WHERE subject = ? AND sealed = 0 ORDER BY scheme DESC, value`, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []subject.Identifier
	for rows.Next() {
		var i subject.Identifier
		var value []byte
		if err := rows.Scan(&i.Scheme, &value); err != nil {
			return nil, err
		}
		i.Value = string(value)
		list = append(list, i)
	}
	return list, rows.Err()
}

// Names are the names an organisation is known by, sorted.
func (s *Store) Names(ctx context.Context, id subject.ID) ([]string, error) {
	var list []string
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT name FROM subject_name WHERE subject = ? ORDER BY name`, int64(id))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return err
			}
			list = append(list, n)
		}
		return rows.Err()
	})
	return list, err
}
