package store

import (
	"context"
	"database/sql"
)

// ContractRow is the number under which records name a contract version.
type ContractRow struct {
	Number  int
	Dataset string
	Version int
	Agency  string
}

// Contracts lists every numbered contract version.
func (s *Store) Contracts(ctx context.Context) (map[int]ContractRow, error) {
	all := map[int]ContractRow{}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT number, dataset, version, agency FROM contract`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c ContractRow
			if err := rows.Scan(&c.Number, &c.Dataset, &c.Version, &c.Agency); err != nil {
				return err
			}
			all[c.Number] = c
		}
		return rows.Err()
	})
	return all, err
}
