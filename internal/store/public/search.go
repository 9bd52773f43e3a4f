// Package public keeps what may be told to anybody: organisations found by name, and counts that tell of nobody.
package public

import (
	"context"
	"database/sql"
	"strings"

	"probity/internal/store"
	"probity/internal/subject"
)

// Named is an organisation found by name. Natural persons and sole traders have no name here and are never found.
type Named struct {
	Subject subject.Subject
	Name    string
	// Identifiers of the organisation, to tell namesakes apart.
	Identifiers []subject.Identifier
}

// Store is the public part of a database.
type Store struct{ db *store.Store }

// In is the public part of the database.
func In(db *store.Store) *Store { return &Store{db} }

// Organisations finds organisations whose name contains the folded text, names that begin with it first, then the
// shorter ones.
func (s *Store) Organisations(ctx context.Context, folded string, limit int) ([]Named, error) {
	var list []Named
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(folded)
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT s.id, s.kind, s.sole, s.region, s.redirect, n.name FROM subject_name n JOIN subject s ON s.id = n.subject
			WHERE n.folded LIKE ? ESCAPE '\' AND s.redirect = 0 AND s.sole = 0 AND s.kind IN ('enterprise', 'public_body')
			ORDER BY n.folded LIKE ? ESCAPE '\' DESC, length(n.folded), n.folded, s.id LIMIT ?`, "%"+escaped+"%", escaped+"%", limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n Named
			if err := rows.Scan(&n.Subject.ID, &n.Subject.Kind, &n.Subject.Sole, &n.Subject.Region, &n.Subject.Redirect, &n.Name); err != nil {
				return err
			}
			list = append(list, n)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for i := range list {
			if list[i].Identifiers, err = store.IdentifiersIn(ctx, tx, list[i].Subject.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}
