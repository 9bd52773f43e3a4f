package store

import (
	"context"
	"database/sql"
	"errors"

	"probity/internal/store/carry"
	"probity/internal/store/engine"
)

// Overwrite has what the transaction deletes overwritten on disk; [Store.Scrub] ends it.
func (s *Store) Overwrite(ctx context.Context, tx *sql.Tx) error {
	words := s.dialect.Overwrite()
	if words == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, words)
	return err
}

// TablesWith are the tables that have all the columns, in alphabetical order.
func (s *Store) TablesWith(ctx context.Context, tx *sql.Tx, columns ...string) ([]string, error) {
	return engine.TablesWith(ctx, s.dialect, tx, columns...)
}

// Scrub empties the write-ahead log into the database file, so that pages as they were before an erasure are no longer on
// disk, and ends the overwriting of what is deleted. A reader that is at work may keep the log for a moment longer; it is
// then emptied with the next checkpoint.
func (s *Store) Scrub(ctx context.Context) error {
	if len(s.dialect.Scrub()) == 0 {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return s.dialect.Translate(err)
	}
	for _, pragma := range s.dialect.Scrub() {
		if _, failed := conn.ExecContext(ctx, pragma); failed != nil {
			err = errors.Join(err, s.dialect.Translate(failed))
		}
	}
	return errors.Join(err, conn.Close())
}

// CopyTo writes a copy of the database, as it is at one moment, to a new or empty file, while others go on reading and writing:
// an embedded database, whichever engine this one is on. What was deleted is not in the copy, not even as free pages.
func (s *Store) CopyTo(ctx context.Context, path string) error {
	if err := s.takeIn(ctx); err != nil {
		return err
	}
	words, ok := s.dialect.CopyTo()
	if !ok {
		return s.carryTo(ctx, path)
	}
	// A connection of its own: the writer must stay free, and readers may write nowhere.
	db, err := s.dialect.Connect(engine.Writing)
	if err != nil {
		return s.dialect.Translate(err)
	}
	_, err = db.ExecContext(ctx, words, path)
	return s.dialect.Translate(errors.Join(err, db.Close()))
}

// carryTo is CopyTo from a server.
func (s *Store) carryTo(ctx context.Context, path string) error {
	file, err := engine.NewSQLite(path, 0)
	if err == nil {
		err = file.Remove() // empty, and made only for its rights; Make gives it the same
	}
	if err == nil {
		_, err = carry.Over(ctx, s.dialect, file, nil)
	}
	return err
}
