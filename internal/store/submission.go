package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// submissions remembers when each submission was published, so that versions read from disk are dated without a join.
type submissions struct {
	mu        sync.RWMutex
	published map[int64]int64 // microseconds
	last      int64
}

func (c *submissions) load(ctx context.Context, s *Store) error {
	return s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT number, published_at FROM submission WHERE published_at IS NOT NULL`)
		if err != nil {
			return err
		}
		defer rows.Close()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.published = map[int64]int64{}
		for rows.Next() {
			var n, at int64
			if err := rows.Scan(&n, &at); err != nil {
				return err
			}
			c.published[n] = at
			c.last = max(c.last, at)
		}
		return rows.Err()
	})
}

// at is the publication instant of a submission; ok is false while it is not published.
func (c *submissions) at(number int64) (micro int64, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	micro, ok = c.published[number]
	return micro, ok
}

// instant and micro turn instants to their stored form and back.
func micro(t time.Time) int64   { return t.UnixMicro() }
func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }
