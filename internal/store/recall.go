package store

import (
	"context"
	"database/sql"

	"probity/internal/recall"
)

// addDemands keeps what recipients are told to do, in the transaction of the act that asks for it; each recipient of each
// demand is chased apart.
func addDemands(ctx context.Context, tx *sql.Tx, list []recall.Demand) error {
	rows := NewBulk(tx, "recall", []string{"subject", "about", "recipient", "kind", "ground", "at", "due"}, " ON CONFLICT DO NOTHING")
	for i := range list {
		d := &list[i]
		for _, r := range d.Recipients {
			err := rows.Add(ctx, int64(d.Subject), d.About, r, string(d.Kind), d.Ground, Micro(d.At), NullDay(d.Due))
			if err != nil {
				return err
			}
		}
	}
	return rows.End(ctx)
}
