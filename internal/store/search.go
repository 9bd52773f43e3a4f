package store

import (
	"context"
	"database/sql"
	"strings"

	"probity/internal/subject"
)

// Named is an organisation found by name. Natural persons and sole traders have no name here and are never found.
type Named struct {
	Subject subject.Subject
	Name    string
	// Identifiers of the organisation, to tell namesakes apart.
	Identifiers []subject.Identifier
}

// SearchOrganisations finds organisations whose name contains the folded text, names that begin with it first, then the
// shorter ones.
func (s *Store) SearchOrganisations(ctx context.Context, folded string, limit int) ([]Named, error) {
	var list []Named
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(folded)
	err := s.Read(ctx, func(tx *sql.Tx) error {
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
			if list[i].Identifiers, err = identifiersOf(ctx, tx, list[i].Subject.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func identifiersOf(ctx context.Context, tx *sql.Tx, id subject.ID) ([]subject.Identifier, error) {
	rows, err := tx.QueryContext(ctx, `SELECT scheme, value FROM subject_identifier WHERE subject = ? AND sealed = 0 ORDER BY scheme DESC, value`, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []subject.Identifier
	for rows.Next() {
		var i subject.Identifier
		var value []byte
		if err := rows.Scan(&i.Scheme, &value); err != nil {
			return nil, err
		}
		i.Value = string(value)
		list = append(list, i)
	}
	return list, rows.Err()
}

// Names are the names an organisation is known by, sorted.
func (s *Store) Names(ctx context.Context, id subject.ID) ([]string, error) {
	var list []string
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT name FROM subject_name WHERE subject = ? ORDER BY name`, int64(id))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return err
			}
			list = append(list, n)
		}
		return rows.Err()
	})
	return list, err
}
