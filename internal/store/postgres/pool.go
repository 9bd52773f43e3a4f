package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Pool is a pool of at most so many connections for what speaks PostgreSQL by itself, and not the statements of the store.
func (d *Dialect) Pool(ctx context.Context, most int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	config.ConnConfig, config.MaxConns = d.address.config.Copy(), most
	return pgxpool.NewWithConfig(ctx, config)
}
