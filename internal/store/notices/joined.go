package notices

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/store"
	"probity/internal/subject"
)

// Lane is what a channel carries of one subject: its own, or one that it is one with at present. Since is the instant behind
// which notices of that other one go there too: when the two were joined, or when the channel was set.
type Lane struct {
	Of    subject.ID
	Since time.Time
}

// Lanes are those of a channel, its subject's own first. They hold until a joining is undone.
func (s *Store) Lanes(ctx context.Context, c *Channel) ([]Lane, error) {
	lanes := []Lane{{Of: c.Subject}}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		up, now, err := upwards(ctx, tx, c.Subject)
		if err != nil {
			return err
		}
		same, err := store.Same(ctx, tx, now)
		if err != nil {
			return err
		}
		for _, one := range same {
			of := subject.ID(one.(int64)) //nolint:forcetypeassert // as Same gives them
			if of == c.Subject {
				continue
			}
			theirs, _, err := upwards(ctx, tx, of)
			if err != nil {
				return err
			}
			since := c.SetAt
			for id, at := range theirs {
				if _, both := up[id]; !both && at.After(since) {
					since = at
				}
			}
			for id, at := range up {
				if _, both := theirs[id]; !both && at.After(since) {
					since = at
				}
			}
			lanes = append(lanes, Lane{of, since})
		}
		return nil
	})
	return lanes, err
}

// upwards are the joinings by which a subject leads to the one that it is now: who was merged, and when.
func upwards(ctx context.Context, tx *sql.Tx, id subject.ID) (joined map[subject.ID]time.Time, now subject.ID, err error) {
	joined = map[subject.ID]time.Time{}
	for {
		var kept subject.ID
		var at int64
		err := tx.QueryRowContext(ctx, `SELECT kept, linked_at FROM link WHERE merged = ? AND undone_at IS NULL`, int64(id)).Scan(&kept, &at)
		if _, round := joined[id]; errors.Is(err, sql.ErrNoRows) || round {
			return joined, id, nil
		}
		if err != nil {
			return nil, 0, err
		}
		joined[id], id = store.Instant(at), kept
	}
}

// Behind reads what a channel has still to carry in a lane, oldest first. It is for those who deliver it.
func (s *Store) Behind(ctx context.Context, c *Channel, l Lane) ([]Kept, error) {
	alone := []any{int64(l.Of)}
	if l.Of == c.Subject {
		return s.list(ctx, alone, 0, everything+`AND n.seq > {1} ORDER BY n.seq`, c.DoneTo)
	}
	return s.list(ctx, alone, 0, everything+`AND n.at > {1} AND NOT EXISTS (SELECT 1 FROM notice_delivery d WHERE d.subject = n.subject
		AND d.holder = {2} AND d.channel = {3} AND d.seq = n.seq AND d.state IN ('delivered', 'given_up')) ORDER BY n.seq`,
		store.Micro(l.Since), int64(c.Subject), c.Number)
}
