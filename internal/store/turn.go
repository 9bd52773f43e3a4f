package store

import "context"

// Turn waits until nobody else takes files in or joins subjects, in this process or another one, and keeps the others
// out until done is called: what such work reads of the register must still be so when it writes. Readers, their access
// entries and ratings go on meanwhile. A process that is killed gives its turn back by dying.
func (s *Store) Turn(ctx context.Context) (done func(), err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	back, err := s.dialect.Turn(ctx)
	if err != nil {
		<-s.turn
		return nil, s.dialect.Translate(err)
	}
	return func() {
		back()
		<-s.turn
	}, nil
}
