package public

import (
	"context"
	"database/sql"

	"probity/internal/rating"
	"probity/internal/subject"
)

// Tally is how many subjects of a kind have the same answer of a model.
type Tally struct {
	Kind   subject.Kind
	Model  string
	Status rating.Status
	Band   string
	Count  int64
}

// Tallies counts the newest ratings that are kept, those too that a publication has outdated. It tells of nobody.
func (s *Store) Tallies(ctx context.Context) ([]Tally, error) {
	var list []Tally
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT s.kind, r.model, r.status, r.band, count(*) FROM rating r JOIN subject s ON s.id = r.subject
			GROUP BY s.kind, r.model, r.status, r.band ORDER BY s.kind, r.model, r.status, r.band`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Tally
			if err := rows.Scan(&t.Kind, &t.Model, &t.Status, &t.Band, &t.Count); err != nil {
				return err
			}
			list = append(list, t)
		}
		return rows.Err()
	})
	return list, err
}
