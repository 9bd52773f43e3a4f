package reads

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access/delay"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// coversOf are the orders that keep reads of the subject back on the day.
func coversOf(ctx context.Context, tx *sql.Tx, id subject.ID, today calendar.Day) ([]ledger.Cover, error) {
	return covers(ctx, tx, `subject = ? AND end_day > ?`, int64(id), int64(today))
}

func covers(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]ledger.Cover, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, reader, purpose, casefile, ordered_at FROM read_delay WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []ledger.Cover
	for rows.Next() {
		var c ledger.Cover
		var order, at int64
		var file string
		if err := rows.Scan(&order, &c.Reader, &c.Purpose, &file, &at); err != nil {
			return nil, err
		}
		c.Order, c.Cases, c.From = delay.ID(order).String(), []string{file}, store.Instant(at)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Cases, err = references(ctx, tx, list[i].Reader, list[i].Cases); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// references adds the names under which the case stands in entries of several subjects.
func references(ctx context.Context, tx *sql.Tx, reader string, cases []string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT reference FROM read_case WHERE reader = ? AND casefile = ?`, reader, cases[0])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		cases = append(cases, one)
	}
	return cases, rows.Err()
}

// AddDelay keeps a permitted order with its digest, together with its line in the subject's ledger, which gets its id.
func (s *Store) AddDelay(ctx context.Context, p charter.DelayPermit, text delay.Sealed, e *ledger.Entry) (delay.ID, error) {
	t := p.Terms()
	switch {
	case t == nil:
		return 0, fault.New(fault.Internal, "store.permit", "an order was to be kept without a permit")
	case t.Subject.Natural() && !text.Sealed:
		return 0, fault.New(fault.Internal, "store.sealed", "an order about a human being was to be kept unsealed")
	}
	id := delay.ID(s.NextIDs(1))
	e.Detail = id.String()
	trace := &store.Trace{
		Entries: []*ledger.Entry{e}, Gone: []gone.Mark{{Kind: gone.DelayOrdered, Subject: t.Subject.ID, Matter: int64(id)}},
	}
	err := s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO read_delay (subject, id, reader, purpose, casefile, court, official, basis, digest,
			ordered_at, end_day, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			int64(t.Subject.ID), int64(id), t.Reader, t.Purpose, t.Case, t.By.Agency, t.By.Official, t.Basis, e.Commitment[:],
			store.Micro(e.At), int64(t.End), text.Body, text.Sealed)
		return err
	})
	return id, err
}

// DelaysOver are the orders whose end is the day or before and whose reads were not told, with the entries they kept.
func (s *Store) DelaysOver(ctx context.Context, today calendar.Day) ([]delay.Over, error) {
	var list []delay.Over
	err := s.ReadWhole(ctx, func(tx store.Whole) (err error) {
		if list, err = over(ctx, tx.Tx, today); err != nil {
			return err
		}
		for i := range list {
			if err := kept(ctx, tx, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func over(ctx context.Context, tx *sql.Tx, today calendar.Day) (list []delay.Over, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, id, reader, purpose, court, basis, end_day, particulars, sealed FROM read_delay
		WHERE revealed_at IS NULL AND end_day <= ? ORDER BY subject, id`, int64(today))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o delay.Over
		if err := rows.Scan(&o.Subject, &o.ID, &o.Reader, &o.Purpose, &o.Court, &o.Basis, &o.End, &o.Particulars.Body, &o.Particulars.Sealed); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, rows.Err()
}

// kept adds the reads that the order kept back, and no other order does still.
func kept(ctx context.Context, tx store.Whole, o *delay.Over) error {
	mine, err := covers(ctx, tx.Tx, `subject = ? AND id = ?`, int64(o.Subject), int64(o.ID))
	if err != nil || len(mine) != 1 {
		return err
	}
	others, err := coversOf(ctx, tx.Tx, o.Subject, o.End)
	if err != nil {
		return err
	}
	entries, err := store.LedgerOf(ctx, tx, o.Subject)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		if e.Act == ledger.Read && mine[0].Hides(e) && !hidden(e, others) && calendar.In(e.At, calendar.Shanghai) < o.End {
			o.Entries = append(o.Entries, *e)
		}
	}
	return nil
}

func hidden(e *ledger.Entry, by []ledger.Cover) bool {
	for i := range by {
		if by[i].Hides(e) {
			return true
		}
	}
	return false
}

// Told notes that the subject was told of the reads, together with the notices that tell it. Where
// somebody else told it meanwhile nothing happens, so that nobody is told twice.
func (s *Store) Told(ctx context.Context, o *delay.Over, at time.Time, notices []notice.Written) error {
	err := s.WriteWith(ctx, &store.Trace{Notices: notices}, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE read_delay SET revealed_at = ? WHERE subject = ? AND id = ? AND revealed_at IS NULL`,
			store.Micro(at), int64(o.Subject), int64(o.ID))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return errTold
	})
	if errors.Is(err, errTold) {
		return nil
	}
	return err
}

// errTold rolls back what another has told meanwhile.
var errTold = fault.New(fault.Conflict, "delay.told", "the subject was told already")

// DelayCounts counts the orders by court and month of the day on which they were entered, by month and court.
func (s *Store) DelayCounts(ctx context.Context, today calendar.Day) (list []delay.Count, err error) {
	type key struct{ court, month string }
	counts := map[key]*delay.Count{}
	err = s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT court, ordered_at, end_day FROM read_delay`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k key
			var at int64
			var end calendar.Day
			if err := rows.Scan(&k.court, &at, &end); err != nil {
				return err
			}
			k.month = store.Instant(at).In(calendar.Shanghai).Format("2006-01")
			c := counts[k]
			if c == nil {
				c = &delay.Count{Court: k.court, Month: k.month}
				counts[k] = c
			}
			c.Orders++
			if end > today {
				c.Running++
			}
		}
		return rows.Err()
	})
	for _, c := range counts {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b delay.Count) int {
		return cmp.Or(strings.Compare(a.Month, b.Month), strings.Compare(a.Court, b.Court))
	})
	return list, err
}
