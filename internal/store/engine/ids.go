package engine

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"sync"
	"time"
)

// Allocator gives time-ordered numbers: milliseconds since 2020 in the upper bits, a counter in the lower 22, so that
// new keys land at the end of their trees. Numbers never repeat: each transaction keeps the highest number given so far
// beside what it writes, and a process begins above it, wherever its clock stands.
//
// Where several processes write side by side each draws from a window of its own, which it has reserved in the database:
// see Reserve.
type Allocator struct {
	mu   sync.Mutex
	last int64
	// end is the last of the window, since when it is reserved; 0 where there is none to keep to.
	end      int64
	reserved time.Time
	// Now is the clock.
	Now func() time.Time
}

const idEpoch = 1577836800000 // 2020-01-01T00:00:00Z in milliseconds

func byClock(now time.Time) int64 { return (now.UnixMilli() - idEpoch) << 22 }

// Next reserves n numbers and gives the first.
func (a *Allocator) Next(n int) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := byClock(a.Now())
	if id <= a.last || a.end != 0 {
		id = a.last + 1
	}
	a.last = id + int64(n) - 1
	return id
}

// idsKey is where the database keeps the highest number given.
const idsKey = "ids"

// high is the highest number given so far.
func (a *Allocator) high() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// Resume goes on above what the database has.
func (a *Allocator) Resume(ctx context.Context, tx *sql.Tx) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := tx.QueryRowContext(ctx, `SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?`, idsKey).Scan(&a.last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// Keep keeps the highest number in the transaction of whatever carries it; kept is the one that was kept last, and the new
// one comes back. One transaction after the other keeps.
func (a *Allocator) Keep(ctx context.Context, tx *sql.Tx, kept int64) (high int64, err error) {
	if high = a.high(); high <= kept {
		return kept, nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE CAST(meta.value AS INTEGER) < CAST(excluded.value AS INTEGER)`,
		idsKey, strconv.FormatInt(high, 10))
	return high, err
}

const (
	// window is how many numbers a process reserves at a time: a quarter of a second's by the clock.
	window = 1 << 30
	// fresh is how long it draws from a window, so that the numbers of all processes go with the time.
	fresh = time.Minute
)

// Reserve gets a new window where there is none, or the one there is is half used or older than a minute: at the beginning
// of a transaction, since numbers are given where nobody can wait for the database. A window begins where the clock stands,
// or behind the one that somebody reserved last, and behind every number that was given; what is left of the one before is given
// to nobody.
func (a *Allocator) Reserve(ctx context.Context, db *sql.DB) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.Now()
	if age := now.Sub(a.reserved); a.end-a.last > window/2 && age >= 0 && age < fresh {
		return nil
	}
	floor := max(byClock(now), a.last)
	var end int64
	err := db.QueryRowContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE
		SET value = CAST(max(CAST(meta.value AS INTEGER), CAST(? AS INTEGER)) + CAST(? AS INTEGER) AS TEXT) RETURNING CAST(value AS INTEGER)`,
		idsKey, strconv.FormatInt(floor+window, 10), floor, window).Scan(&end)
	if err != nil {
		return err
	}
	a.last, a.end, a.reserved = end-window, end, now
	return nil
}

// Overdrawn tells that more numbers were given than were reserved: what carries them may not be committed.
func (a *Allocator) Overdrawn() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.end != 0 && a.last > a.end
}
