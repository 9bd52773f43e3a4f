package sheets

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"probity/calendar"
	"probity/internal/store"
	"probity/internal/subject"
)

// Due lists whose ratings are outdated, as everybody.Outdated has it. Merged subjects are left out.
func (s *Store) Due(ctx context.Context, today calendar.Day, inForce map[string]int, of subject.Part, behind, to subject.ID, limit int) (list []subject.Subject, err error) {
	args := []any{int64(behind), int64(to), int64(today), limit}
	other := ""
	for _, code := range slices.Sorted(maps.Keys(inForce)) {
		other += fmt.Sprintf(" OR model = ?%d AND version <> ?%d", len(args)+1, len(args)+2)
		args = append(args, code, inForce[code])
	}
	err = s.shards.Read(ctx, of, nil, func(tx *sql.Tx) error {
		list, err = store.SubjectsIn(ctx, tx, `SELECT id, kind, sole, region, redirect FROM subject WHERE redirect = 0 AND id IN (
				SELECT subject FROM rating WHERE subject > ?1 AND subject <= ?2 AND (good_until <= ?3 OR as_of > ?3`+other+`)
				UNION SELECT subject FROM stale JOIN submission ON number = submission
					WHERE subject > ?1 AND subject <= ?2 AND published_at IS NOT NULL)
			ORDER BY id LIMIT ?4`, args...)
		return err
	})
	return list, err
}
