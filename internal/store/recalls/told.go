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
	return engine.List(ctx, tx, EverJoined+`SELECT reader FROM kin JOIN decision d ON d.subject = kin.id
		WHERE d.`+string(on)+` = ?2 AND d.outcome = 'restricted' AND d.reader <> ''
		UNION SELECT reader FROM kin JOIN told t ON t.subject = kin.id WHERE t.about = ?3 ORDER BY 1`,
		engine.Column[string], int64(of), id, about)
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
