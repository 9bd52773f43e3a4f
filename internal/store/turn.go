package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/fault"
)

// turnPause is how long to wait before asking again for a turn that another process has.
const turnPause = 50 * time.Millisecond

// Turn waits until nobody else takes files in or joins subjects, in this process or another one, and keeps the others
// out until done is called: what such work reads of the register must still be so when it writes. Readers, their access
// entries and ratings go on meanwhile. A process that is killed gives its turn back by dying.
func (s *Store) Turn(ctx context.Context) (done func(), err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	back, err := s.dialect.turn(ctx, s.path)
	if err != nil {
		<-s.turn
		return nil, s.dialect.translate(err)
	}
	return func() {
		back()
		<-s.turn
	}, nil
}

// turn holds an exclusive transaction on an empty database beside the real one, which keeps other processes out without
// keeping them from the real one.
func (d sqlite) turn(ctx context.Context, path string) (back func(), err error) {
	db, err := sql.Open(d.driver(), dsnQuery(path+".intake", []string{"busy_timeout(0)"}, "_txlock=exclusive"))
	if err != nil {
		return nil, err
	}
	for {
		tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
		if err == nil {
			return func() { _ = errors.Join(tx.Rollback(), db.Close()) }, nil
		}
		if !fault.Is(d.translate(err), fault.Unavailable) {
			return nil, errors.Join(err, db.Close())
		}
		select {
		case <-time.After(turnPause):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), db.Close())
		}
	}
}
