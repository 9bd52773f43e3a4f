package engine

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// Statements keeps the statements of the hot reading paths compiled; compiling one costs more than running it. It is
// safe for concurrent use.
type Statements struct {
	db    *sql.DB
	mu    sync.RWMutex
	texts map[string]*sql.Stmt
}

// NewStatements keeps statements for a pool of connections.
func NewStatements(db *sql.DB) *Statements {
	return &Statements{db: db, texts: map[string]*sql.Stmt{}}
}

// Of gives the compiled form of a query. Queries are constants: their number is that of the places that ask.
func (p *Statements) Of(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.RLock()
	have := p.texts[query]
	p.mu.RUnlock()
	if have != nil {
		return have, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if have := p.texts[query]; have != nil {
		return have, nil
	}
	made, err := p.db.PrepareContext(context.WithoutCancel(ctx), query) //nolint:sqlclosecheck // kept compiled until its owner closes
	if err != nil {
		return nil, err
	}
	p.texts[query] = made
	return made, nil
}

// Close releases them all.
func (p *Statements) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, one := range p.texts {
		errs = append(errs, one.Close())
	}
	clear(p.texts)
	return errors.Join(errs...)
}
