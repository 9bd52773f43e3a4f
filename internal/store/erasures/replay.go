package erasures

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/agreement/deed"
	"probity/internal/listing/entry"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/store/beside"
	"probity/internal/store/listings"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Replayed counts what a replay made gone again, by kind, in the words of the journal.
type Replayed map[string]int

// Played says what a replay did.
type Played struct {
	Gone Replayed
	Lost []Lost
	// Demands are those raised again on who had received what is gone.
	Demands int
}

// Journal gives the batches behind a sequence, oldest first.
type Journal interface {
	Head() (int64, error)
	Since(seq int64, yield func(gone.Batch) error) error
}

// Replay plays over the database what the journal holds and the database does not: all that was made gone after the
// backup it was put back from, or by an act that was cut off between journal and commit. It is one transaction, and
// changes nothing where the database is up to date. It is called before anybody reads. What was lost with the database and
// cannot be made again is named; its subjects are told so by what tell writes, in the same transaction. The demands that
// went with what was made gone are raised again, to be met by the day of due.
func (s *Store) Replay(ctx context.Context, j Journal, at time.Time, tell Teller, due DueBy) (Played, error) {
	head, err := j.Head()
	if err != nil {
		return Played{}, err
	}
	played, err := s.db.Played(ctx)
	if err != nil || played >= head {
		return Played{}, err
	}
	out, trace := Played{Gone: Replayed{}}, &store.Trace{At: at}
	err = s.db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		// Only now, as the one writer, is it certain that no other process stands between its journal and its commit.
		if played, err = beside.PlayedIn(ctx, tx); err != nil {
			return err
		}
		marks, last, err := net(j, played)
		if err != nil || last == played {
			return err
		}
		out.Lost = lost(marks)
		if marks, err = placed(ctx, tx, marks); err != nil {
			return err
		}
		e, err := s.eraser(ctx, tx, &Erased{})
		if err != nil {
			return err
		}
		if trace.Demands, err = e.demanded(ctx, marks, at, due); err != nil {
			return err
		}
		out.Demands = len(trace.Demands)
		for _, m := range marks {
			if err := e.replay(ctx, m); err != nil {
				return err
			}
			out.Gone[m.Kind.String()]++
		}
		if err := announce(ctx, tx, out.Lost, at, tell, trace); err != nil {
			return err
		}
		return beside.SetPlayed(ctx, tx, last)
	})
	return out, errors.Join(err, s.flush(ctx, err))
}

// marked is a mark with the instant of its batch.
type marked struct {
	gone.Mark
	at time.Time
	// by are the numbers of the rows, or of the identifiers, by which a backup that does not know it will meet it.
	by []int64
}

// net are the marks behind a sequence that still count: a record that was disputed and is in use again is not among them,
// nor a file that was closed and opened, nor a repair that was withdrawn, nor words that others took the place of. A record is known by its number alone,
// since it may have gone to another subject between the two.
func net(j Journal, since int64) (list []marked, last int64, err error) {
	last = since
	suppressed := map[int64][]int{}
	newest := map[gone.Mark]int{} // of those of which the last alone counts
	err = j.Since(since, func(b gone.Batch) error {
		last = b.Seq
		for _, m := range b.Marks {
			open := suppressed[m.Matter]
			switch m.Kind {
			case gone.OfRow, gone.OfPerson:
				if n := len(list) - 1; n >= 0 {
					list[n].by = append(list[n].by, m.Matter)
				}
				continue
			case gone.Suppressed:
				suppressed[m.Matter] = append(open, len(list))
			case gone.Freed:
				if n := len(open) - 1; n >= 0 {
					list[open[n]].Kind = gone.Freed // in use again since: nothing to do
					suppressed[m.Matter] = open[:n]
				}
			case gone.FileClosed, gone.FileOpened, gone.Stated, gone.Unstated, gone.Repaired, gone.Unrepaired:
				of := pairOf(m)
				if n, ok := newest[of]; ok {
					list[n].Kind = gone.Freed
				}
				newest[of] = len(list)
			}
			list = append(list, marked{Mark: m, at: b.At})
		}
		return nil
	})
	return slices.DeleteFunc(list, func(m marked) bool { return m.Kind == gone.Freed || m.Kind == gone.FileOpened }), last, err
}

// pairOf is the same for a mark and the one that takes it back.
func pairOf(m gone.Mark) gone.Mark {
	if m.Kind == gone.Repaired || m.Kind == gone.Unrepaired {
		return gone.Mark{Kind: gone.Repaired, Matter: m.Matter}
	}
	if m.Kind &^= 1; m.Matter != 0 {
		m.Subject = 0
	}
	return m
}

// ofRecord tells whether a mark is on a record.
func (m *marked) ofRecord() bool {
	switch m.Kind {
	case gone.RecordErased, gone.RecordOut, gone.Suppressed, gone.Repaired, gone.Unrepaired:
		return true
	case gone.Stated, gone.Unstated:
		return m.Matter != 0
	}
	return false
}

// placed gives the marks with each on a record put where the restored database has that record: one that had been joined
// with another subject's after the backup stands with the first again. Marks on records that came in after the backup wait
// for their suppliers to send them again.
func placed(ctx context.Context, tx *sql.Tx, marks []marked) ([]marked, error) {
	wanted := map[int64]bool{}
	for i := range marks {
		if marks[i].ofRecord() {
			wanted[marks[i].Matter] = true
		}
	}
	if len(wanted) == 0 {
		return marks, nil
	}
	numbers, err := json.Marshal(slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return nil, err
	}
	at := map[int64][]subject.ID{}
	spots, err := list(ctx, tx, func(rows *sql.Rows) (s store.Spot, err error) { return s, rows.Scan(&s.Subject, &s.Record) },
		`SELECT DISTINCT subject, record FROM record_version WHERE record IN (SELECT j.value FROM json_each(?) j)`, string(numbers))
	if err != nil {
		return nil, err
	}
	for _, s := range spots {
		at[int64(s.Record)] = append(at[int64(s.Record)], s.Subject)
	}
	out := make([]marked, 0, len(marks))
	for _, m := range marks {
		if !m.ofRecord() {
			out = append(out, m)
			continue
		}
		if len(at[m.Matter]) == 0 {
			if err := m.wait(ctx, tx); err != nil {
				return nil, err
			}
		}
		for _, id := range at[m.Matter] {
			there := m
			there.Subject = id
			out = append(out, there)
		}
		if m.Kind == gone.RecordErased && !slices.Contains(at[m.Matter], m.Subject) {
			out = append(out, m) // that it was erased is noted with the subject who had it erased
		}
	}
	return out, nil
}

// wait keeps the mark until what it is on comes in.
func (m *marked) wait(ctx context.Context, tx *sql.Tx) error {
	for _, number := range m.by {
		if err := beside.SetAhead(ctx, tx, number, m.Kind, m.at); err != nil {
			return err
		}
	}
	return nil
}

// replay makes one thing gone. It changes nothing where the thing is not there.
func (e *eraser) replay(ctx context.Context, m marked) error {
	tx := e.tx
	switch m.Kind {
	case gone.Erased:
		if err := errors.Join(done(ctx, tx, m, 0, "own-wish"), m.wait(ctx, tx)); err != nil {
			return err
		}
		return e.subject(ctx, m.Subject)
	case gone.RecordErased:
		if err := done(ctx, tx, m, m.Matter, "unlawful"); err != nil {
			return err
		}
		if err := e.ratings(ctx, m.Subject); err != nil {
			return err
		}
		return e.record(ctx, m.Subject, record.ID(m.Matter), true)
	case gone.Stated, gone.Unstated:
		return e.unsay(ctx, m)
	case gone.FileClosed:
		_, err := tx.ExecContext(ctx, `INSERT INTO file_freeze (subject, frozen_at) SELECT ?1, ?2
			WHERE NOT EXISTS (SELECT 1 FROM file_freeze WHERE subject = ?1 AND opened_at IS NULL)`, int64(m.Subject), store.Micro(m.at))
		return err
	case gone.RecordOut, gone.Suppressed, gone.Repaired, gone.Unrepaired:
		if err := e.ratings(ctx, m.Subject); err != nil {
			return err
		}
		return e.again(ctx, m)
	case gone.Withdrawn:
		return withdraw(ctx, tx, m)
	case gone.Confined:
		if _, err := tx.ExecContext(ctx, `INSERT INTO erasure (subject, record, ground, asked_at, held_by) VALUES (?, 0, 'own-wish', ?, 'restored')
			ON CONFLICT DO NOTHING`, int64(m.Subject), store.Micro(m.at)); err != nil {
			return err
		}
		return e.confine(ctx, m.Subject, m.at)
	case gone.OrderEnded:
		return endOrder(ctx, tx, m)
	case gone.Parted:
		return e.part(ctx, m)
	case gone.Revoked:
		return revoke(ctx, tx, m)
	case gone.KeyRevoked:
		return revokeKey(ctx, tx, m)
	case gone.AccountEnded:
		return endAccount(ctx, tx, m)
	case gone.MandateEnded:
		_, err := tx.ExecContext(ctx, `UPDATE mandate SET ended_at = ?, ended_by = 'before a restore' WHERE subject = ? AND id = ? AND ended_at IS NULL`,
			store.Micro(m.at), int64(m.Subject), m.Matter)
		return err
	case gone.RoleEnded:
		return endRole(ctx, tx, m)
	case gone.RolesGiven:
		return rolesGiven(ctx, tx, m)
	case gone.ListingEnded:
		return endListing(ctx, tx, m)
	case gone.ChannelEnded:
		_, err := tx.ExecContext(ctx, `UPDATE notice_channel SET ended_at = ? WHERE subject = ? AND number = ? AND ended_at IS NULL`,
			store.Micro(m.at), int64(m.Subject), m.Matter)
		return err
	case gone.ModelRetired:
		return retire(ctx, tx, m)
	case gone.AgreementClosed:
		return agreements.Close(ctx, tx, deed.ID(m.Matter), m.at)
	case gone.Freed, gone.FileOpened, gone.OfRow, gone.OfPerson: // taken into account before
	case gone.DelayOrdered, gone.DisputeOpened, gone.OrderContested, gone.ListContested, gone.RepairAsked, gone.RulingContested: // named as lost
	}
	return nil
}

// unsay takes away words that their subject took away or put others in place of. Those others are lost: a record beside
// which they stood is out of use until its subject has put them again.
func (e *eraser) unsay(ctx context.Context, m marked) error {
	if m.Matter == 0 {
		_, err := e.tx.ExecContext(ctx, `DELETE FROM statement WHERE subject = ? AND record = 0`, int64(m.Subject))
		return err
	}
	if _, err := e.tx.ExecContext(ctx, `DELETE FROM statement WHERE record = ?`, m.Matter); err != nil {
		return err
	}
	if err := e.ratings(ctx, m.Subject); err != nil {
		return err
	}
	at := store.Spot{Subject: m.Subject, Record: record.ID(m.Matter)}
	if m.Kind == gone.Unstated {
		return beside.WordsFound(ctx, e.tx, at)
	}
	return beside.SetContests(ctx, e.tx, []beside.Contest{beside.Lost(at, m.Kind)})
}

// again puts a record out of use again. One that its supplier took back is deleted; one that its subject had repaired, or
// contests, stays where it is and out of every answer, so that its supplier cannot bring it back by sending it again. The
// dispute itself may be lost: then the record comes back as one that was barred does.
func (e *eraser) again(ctx context.Context, m marked) error {
	at := store.Spot{Subject: m.Subject, Record: record.ID(m.Matter)}
	switch m.Kind {
	case gone.Suppressed:
		return beside.SetContests(ctx, e.tx, []beside.Contest{beside.Lost(at, m.Kind)})
	case gone.Repaired:
		return beside.SetRepaired(ctx, e.tx, at, 0, calendar.In(m.at, calendar.Shanghai))
	case gone.Unrepaired: // granted before the backup: it was in the file again when the database was lost
		_, err := e.tx.ExecContext(ctx, `DELETE FROM repaired WHERE subject = ? AND record = ?`, int64(at.Subject), int64(at.Record))
		return err
	}
	return e.record(ctx, at.Subject, at.Record, false)
}

// done notes an erasure that the backup knows nothing of; the ground is only that of the row that is new.
func done(ctx context.Context, tx *sql.Tx, m marked, r int64, ground string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO erasure (subject, record, ground, asked_at, done_at, held_by) VALUES (?, ?, ?, ?, ?, '')
		ON CONFLICT (subject, record) DO UPDATE SET done_at = excluded.done_at, held_by = ''`,
		int64(m.Subject), r, ground, store.Micro(m.at), store.Micro(m.at))
	return err
}

// SpendOnce marks every consent for one time as used: whether one was used after the backup is not known, and the person
// can give another.
func (s *Store) SpendOnce(ctx context.Context, at time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE consent SET used_at = ? WHERE once = 1 AND used_at IS NULL`, store.Micro(at))
		return err
	})
}

func withdraw(ctx context.Context, tx *sql.Tx, m marked) error {
	var method string
	err := tx.QueryRowContext(ctx, `SELECT method FROM consent WHERE subject = ? AND id = ?`, int64(m.Subject), m.Matter).Scan(&method)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE consent SET withdrawn_at = ? WHERE subject = ? AND id = ? AND withdrawn_at IS NULL`,
		store.Micro(m.at), int64(m.Subject), m.Matter); err != nil {
		return err
	}
	_, _, err = store.DeleteRatings(ctx, tx, m.Subject, method)
	return err
}

// endOrder takes an ended order out of the restored database: the document by which it ended is not in it, and an order
// without its ending would be in force again.
func endOrder(ctx context.Context, tx *sql.Tx, m marked) error {
	for _, query := range []string{
		`DELETE FROM order_step WHERE subject = ? AND order_id = ?`,
		`DELETE FROM order_ending WHERE subject = ? AND order_id = ?`, `DELETE FROM restriction_order WHERE subject = ? AND id = ?`,
	} {
		if _, err := tx.ExecContext(ctx, query, int64(m.Subject), m.Matter); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM standing WHERE subject = ?`, int64(m.Subject))
	return err
}

// part undoes a joining again. The records that had moved with it are taken out on both sides: what each side said since is
// not in the backup, and their suppliers send them again.
func (e *eraser) part(ctx context.Context, m marked) error {
	tx := e.tx
	var kept subject.ID
	err := tx.QueryRowContext(ctx, `SELECT kept FROM link WHERE id = ? AND undone_at IS NULL`, m.Matter).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	moved, err := list(ctx, tx, func(rows *sql.Rows) (one int64, err error) { return one, rows.Scan(&one) },
		`SELECT record FROM link_record WHERE link = ?`, m.Matter)
	if err != nil {
		return err
	}
	for _, r := range moved {
		if _, err := tx.ExecContext(ctx, `UPDATE source_row SET subject = ?, next_subject = 0, next_by = 0 WHERE (agency, dataset, key) IN (
			SELECT c.agency, c.dataset, v.source_key FROM record_version v JOIN contract c ON c.number = v.contract
			WHERE v.subject = ? AND v.record = ?)`, int64(m.Subject), int64(kept), r); err != nil {
			return err
		}
		for _, side := range []subject.ID{kept, m.Subject} {
			if err := e.record(ctx, side, record.ID(r), false); err != nil {
				return err
			}
		}
	}
	for _, side := range []subject.ID{kept, m.Subject} {
		if err := e.ratings(ctx, side); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE link SET undone_at = ?, undone_by = 'restore', undone_reason = 'undone before the restore'
		WHERE id = ?`, store.Micro(m.at), m.Matter); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE subject SET redirect = 0 WHERE id = ?`, int64(m.Subject))
	return err
}

// revoke ends the credential whose name has the number.
func revoke(ctx context.Context, tx *sql.Tx, m marked) error {
	names, err := list(ctx, tx, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) },
		`SELECT name FROM credential WHERE revoked_at IS NULL`)
	if err != nil {
		return err
	}
	for _, name := range names {
		if gone.Number(name) != m.Matter {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE credential SET revoked_at = ? WHERE name = ?`, store.Micro(m.at), name); err != nil {
			return err
		}
	}
	return nil
}

// revokeKey ends the key of a system whose id has the number.
func revokeKey(ctx context.Context, tx *sql.Tx, m marked) error {
	ids, err := list(ctx, tx, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		`SELECT id FROM system_key WHERE revoked_at IS NULL`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if gone.Number(id) != m.Matter {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE system_key SET revoked_at = ?, reason = 'revoked before the backup was put back' WHERE id = ?`,
			store.Micro(m.at), id); err != nil {
			return err
		}
	}
	return nil
}

// retire takes the version of a model whose name has the number out of use.
func retire(ctx context.Context, tx *sql.Tx, m marked) error {
	type version struct {
		code   string
		number int
	}
	all, err := list(ctx, tx, func(rows *sql.Rows) (v version, err error) { return v, rows.Scan(&v.code, &v.number) },
		`SELECT code, version FROM model WHERE state <> 'retired'`)
	if err != nil {
		return err
	}
	for _, v := range all {
		if gone.ModelNumber(v.code, v.number) != m.Matter {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE model SET state = 'retired' WHERE code = ? AND version = ?`, v.code, v.number); err != nil {
			return err
		}
	}
	return nil
}

// endListing says of an entry on a list that it had ended: it stands no more.
func endListing(ctx context.Context, tx *sql.Tx, m marked) error {
	return listings.Forget(ctx, tx, m.Subject, entry.ID(m.Matter), m.at)
}
