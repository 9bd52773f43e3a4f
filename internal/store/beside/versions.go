package beside

import (
	"context"
	"database/sql"

	"probity/internal/charter"
	"probity/internal/rating"
)

// InForce refuses ratings by a version that was never in force, one on trial for instance (Charter C8). Versions that the
// database does not know are not its concern.
func InForce(ctx context.Context, tx *sql.Tx, list []rating.Kept) error {
	type version struct {
		model  string
		number int
	}
	var asked []version // a list has few
next:
	for i := range list {
		v := version{list[i].Rating.Model, list[i].Rating.Version}
		for _, a := range asked {
			if a == v {
				continue next
			}
		}
		asked = append(asked, v)
		var fresh int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM model WHERE code = ? AND version = ? AND state IN ('draft', 'approved')`, v.model, v.number).Scan(&fresh)
		if err == nil {
			err = charter.MayKeep(v.model, v.number, fresh > 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
