package recalls

import (
	"context"
	"database/sql"

	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// Ground is what a decision can have rested on, as the column that names it.
type Ground string

// The grounds of a restriction.
const (
	Order   Ground = "order_id"
	Listing Ground = "listing"
)

// Told are, for transactions under way, the agencies that were told of a matter: by a decision that rested on it, or by
// reading it, of whatever subject it stood on at that time. id is the number of the matter, about what it is called.
func Told(ctx context.Context, tx *sql.Tx, of subject.ID, on Ground, id int64, about string) ([]string, error) {
	kin, err := EverJoined(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	query, args := engine.Among(`SELECT reader FROM decision WHERE subject IN ({same}) AND `+string(on)+` = {1} AND outcome = 'restricted' AND reader <> ''
		UNION SELECT reader FROM told WHERE subject IN ({same}) AND about = {2} ORDER BY 1`, kin, id, about)
	return engine.List(ctx, tx, query, engine.Column[string], args...)
}

// Tell notes that the reader was told of the matters on the subject; whoever reads without being a recipient has no name.
func Tell(ctx context.Context, db *store.Store, id subject.ID, about []string, reader string) error {
	if len(about) == 0 || reader == "" {
		return nil
	}
	return db.Write(ctx, func(tx *sql.Tx) error {
		rows := store.NewBulk(tx, "told", []string{"subject", "about", "reader"}, " ON CONFLICT DO NOTHING")
		for _, a := range about {
			if err := rows.Add(ctx, int64(id), a, reader); err != nil {
				return err
			}
		}
		return rows.End(ctx)
	})
}
