package chain

import (
	"context"
	"database/sql"
	"strconv"

	"probity/internal/subject"
)

// High is how many fresh entries are worth settling. Below it the move would touch almost a page for each entry; far
// above it, whoever asks who looked would wait for the search through them.
const High = 1 << 16

// step is how many entries move in one transaction, so that nobody who writes meanwhile waits for long.
const step = 1024

// Fresh is how many entries were fresh when one was last appended.
func (c *Chain) Fresh() int64 { return c.fresh.Load() }

// Writer runs f in one write transaction.
type Writer func(ctx context.Context, f func(*sql.Tx) error) error

// Settle moves the entries that are fresh when it begins to where they stay, a little in each of many transactions. What
// is moved shows up as settled all at once, in the last of them; until then, and where it is broken off anywhere, the
// fresh ones count. Two that settle at once get in nobody's way: who comes second finds the work done.
func (c *Chain) Settle(ctx context.Context, write Writer) error {
	var from, to int64
	var order []moving
	err := write(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT settled, last FROM ledger_end`).Scan(&from, &to); err != nil {
			return err
		}
		var err error
		order, err = sorted(ctx, tx, from, to)
		return err
	})
	if err != nil {
		return err
	}
	for len(order) > 0 {
		n := min(step, len(order))
		part := order[:n]
		order = order[n:]
		err := write(ctx, func(tx *sql.Tx) error {
			if now, err := settledTo(ctx, tx); err != nil || now != from {
				order = nil
				return err
			}
			return move(ctx, tx, part)
		})
		if err != nil {
			return err
		}
	}
	return c.finish(ctx, write, from, to)
}

// finish has the moved entries count as settled, and takes the fresh ones away. It gives up where not all of them arrived.
func (c *Chain) finish(ctx context.Context, write Writer, from, to int64) error {
	for at := from; at < to; at += 4 * step {
		err := write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO ledger_order (position, subject, seq, hash) SELECT position, subject, seq, hash
				FROM ledger_fresh WHERE position > ? AND position <= ? ORDER BY position ON CONFLICT DO NOTHING`, at, min(at+4*step, to))
			return err
		})
		if err != nil {
			return err
		}
	}
	err := write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE ledger_end SET settled = ? WHERE settled = ?`, to, from)
		return err
	})
	for at := from; err == nil && at < to; {
		at += 4 * step
		err = write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM ledger_fresh WHERE position <= min(?, (SELECT settled FROM ledger_end))`, at)
			return err
		})
	}
	return err
}

func settledTo(ctx context.Context, tx *sql.Tx) (position int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT settled FROM ledger_end`).Scan(&position)
	return position, err
}

// moving is an entry on its way.
type moving struct {
	subject  subject.ID
	position int64
}

// sorted are the entries behind from, up to to, by subject and as they came.
func sorted(ctx context.Context, tx *sql.Tx, from, to int64) ([]moving, error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, position FROM ledger_fresh WHERE position > ? AND position <= ? ORDER BY subject, position`, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	order := make([]moving, 0, to-from)
	for rows.Next() {
		var m moving
		if err := rows.Scan(&m.subject, &m.position); err != nil {
			return nil, err
		}
		order = append(order, m)
	}
	return order, rows.Err()
}

// move copies entries, which are in the order of the table they go to. Some may be there since a move that was broken
// off.
func move(ctx context.Context, tx *sql.Tx, part []moving) error {
	all, newest := make([]int64, len(part)), make([]int64, 0, len(part))
	for i, m := range part {
		all[i] = m.position
		if i+1 == len(part) || part[i+1].subject != m.subject {
			newest = append(newest, m.position)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO ledger_settled (`+columnList+`) SELECT `+columnList+`
		FROM json_each(?) j CROSS JOIN ledger_fresh f ON f.position = j.value WHERE true ON CONFLICT DO NOTHING`, list(all))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO ledger_head (subject, seq, hash) SELECT f.subject, f.seq, f.hash
		FROM json_each(?) j CROSS JOIN ledger_fresh f ON f.position = j.value WHERE true
		ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE excluded.seq > ledger_head.seq`, list(newest))
	return err
}

// list writes numbers as JSON.
func list(numbers []int64) string {
	text := []byte("[")
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return string(append(text, ']'))
}
