package store

import (
	"context"
	"sync/atomic"

	"probity/internal/store/engine"
)

// turns are taken one after the other within the process, and each is the process's turn among all.
type turns struct {
	free  chan struct{} // holds one while somebody has the turn
	taken atomic.Pointer[engine.Turn]
}

// hinders tells that the turn which this process works under has ended by itself: whoever has it must begin anew.
func (t *turns) hinders() error {
	if taken := t.taken.Load(); taken != nil && (*taken).Lost() {
		return engine.Lost()
	}
	return nil
}

// Turn waits until nobody else takes files in or joins subjects, in this process or another one, and keeps the others
// out until done is called: what such work reads of the register must still be so when it writes. Readers, their access
// entries and ratings go on meanwhile. A process that is killed gives its turn back by dying; where a turn is lost
// because its connection was, nothing more is written until it is given back.
func (s *Store) Turn(ctx context.Context) (done func(), err error) {
	select {
	case s.turn.free <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	taken, err := s.dialect.Turn(ctx)
	if err != nil {
		<-s.turn.free
		return nil, s.dialect.Translate(err)
	}
	s.turn.taken.Store(&taken)
	return func() {
		s.turn.taken.Store(nil)
		taken.Back()
		<-s.turn.free
	}, nil
}
