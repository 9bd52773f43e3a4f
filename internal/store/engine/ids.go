package engine

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// Allocator gives time-ordered numbers: milliseconds since 2020 in the upper bits, a counter in the lower 22, so that
// new keys land at the end of their trees. Numbers never repeat: each transaction keeps the highest number given so far
// beside what it writes, and a process begins above it, wherever its clock stands.
type Allocator struct {
	mu   sync.Mutex
	last int64
	// Now is the clock.
	Now func() time.Time
}

const idEpoch = 1577836800000 // 2020-01-01T00:00:00Z in milliseconds

// Next reserves n numbers and gives the first.
func (a *Allocator) Next(n int) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := (a.Now().UnixMilli() - idEpoch) << 22
	if id <= a.last {
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
		ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE CAST(meta.value AS INTEGER) < CAST(excluded.value AS INTEGER)`, idsKey, high)
	return high, err
}
