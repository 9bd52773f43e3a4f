package rulebooks

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"time"

	"probity/internal/charter/rules"
	"probity/internal/fault"
	"probity/internal/store"
)

// SaveCatalogue keeps a permitted set of files as the newest rules, and numbers the contract versions it brings. The same
// set twice is kept once. A set for founding where there are rules already is a fault Conflict.
func (s *Store) SaveCatalogue(ctx context.Context, permit rules.Permit, now time.Time) error {
	if permit.Files() == nil {
		return fault.New(fault.Internal, "store.permit", "rules were to be kept without a permit")
	}
	plain, err := json.Marshal(permit.Files()) // map keys are written in order: equal sets give equal bytes
	if err != nil {
		return fault.New(fault.Internal, "store.catalogue", "packing the catalogue").By(err)
	}
	digest := sha256.Sum256(plain)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write(plain)
	if err := errors.Join(err, z.Close()); err != nil {
		return fault.New(fault.Internal, "store.catalogue", "packing the catalogue").By(err)
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if permit.Founding() {
			var there bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM catalogue_version)`).Scan(&there); err != nil || there {
				return errors.Join(err, fault.New(fault.Conflict, "store.catalogue", "the database has a catalogue already").
					With("bring it the one of the program with: probity catalogue import built-in"))
			}
		}
		for _, c := range permit.Contracts() {
			if _, err := tx.ExecContext(ctx, `INSERT INTO contract (dataset, version, agency) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
				c.Code, c.Version, c.Supplier); err != nil {
				return err
			}
		}
		// A set that was replaced and comes back becomes the newest again.
		if _, err := tx.ExecContext(ctx, `DELETE FROM catalogue_version WHERE digest = ?`, digest[:]); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO catalogue_version (loaded_at, digest, files) VALUES (?, ?, ?)`,
			store.Micro(now), digest[:], packed.Bytes())
		return err
	})
}

// Catalogue reads the newest set of catalogue files.
func (s *Store) Catalogue(ctx context.Context) (map[string][]byte, error) {
	var packed []byte
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT files FROM catalogue_version ORDER BY number DESC LIMIT 1`).Scan(&packed)
	})
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "store.catalogue", "the database has no catalogue yet").With("run probity init")
	}
	if err != nil {
		return nil, err
	}
	return unpack(packed)
}

// FormerCatalogues are the sets of catalogue files that were replaced, the newest first.
func (s *Store) FormerCatalogues(ctx context.Context) ([]map[string][]byte, error) {
	var sets []map[string][]byte
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT files FROM catalogue_version
			WHERE number < (SELECT max(number) FROM catalogue_version) ORDER BY number DESC`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var packed []byte
			if err := rows.Scan(&packed); err != nil {
				return err
			}
			files, err := unpack(packed)
			if err != nil {
				return err
			}
			sets = append(sets, files)
		}
		return rows.Err()
	})
	return sets, err
}

func unpack(packed []byte) (map[string][]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "store.catalogue", "the stored catalogue is damaged").By(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "store.catalogue", "the stored catalogue is damaged").By(err)
	}
	var files map[string][]byte
	if err := json.Unmarshal(plain, &files); err != nil {
		return nil, fault.New(fault.Unavailable, "store.catalogue", "the stored catalogue is damaged").By(err)
	}
	return files, nil
}
