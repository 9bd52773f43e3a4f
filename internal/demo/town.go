package demo

import (
	"context"
	"errors"
	"time"

	"probity/internal/catalogue"
	"probity/internal/deployment"
	"probity/internal/rating"
)

// Town makes a small part of the delta in a folder, permille of its subjects, for whoever tries something on a whole
// deployment. Where it cannot be made, nothing stays open.
func Town(ctx context.Context, dir string, permille int, now func() time.Time) (*deployment.Deployment, *rating.Desk, error) {
	return TownAt(ctx, Database(dir), dir, permille, now)
}

// TownAt is Town with its database at an address of its own, and the files in the folder.
func TownAt(ctx context.Context, address, dir string, permille int, now func() time.Time) (*deployment.Deployment, *rating.Desk, error) {
	run := &Run{World: New(3, LastDay, Part(permille), catalogue.BuiltIn()), Dir: dir, Now: now, address: address}
	d, ratings, err := run.Make(ctx)
	if err != nil && d != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, ratings, err
}
