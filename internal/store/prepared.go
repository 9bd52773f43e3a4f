package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// prepared keeps the statements of the hot reading paths compiled; compiling one costs more than running it.
type prepared struct {
	mu    sync.RWMutex
	texts map[string]*sql.Stmt
}

// statement gives the compiled form of a query for the readers' connections. Queries are constants: their number is
// that of the places that ask.
func (s *Store) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	s.prepared.mu.RLock()
	have := s.prepared.texts[query]
	s.prepared.mu.RUnlock()
	if have != nil {
		return have, nil
	}
	s.prepared.mu.Lock()
	defer s.prepared.mu.Unlock()
	if have := s.prepared.texts[query]; have != nil {
		return have, nil
	}
	made, err := s.read.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, s.dialect.translate(err)
	}
	if s.prepared.texts == nil {
		s.prepared.texts = map[string]*sql.Stmt{}
	}
	s.prepared.texts[query] = made
	return made, nil
}

func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, one := range p.texts {
		errs = append(errs, one.Close())
	}
	p.texts = nil
	return errors.Join(errs...)
}
