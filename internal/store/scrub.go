package store

import (
	"context"
	"errors"
)

// Scrub empties the write-ahead log into the database file, so that pages as they were before an erasure are no longer on
// disk, and ends the overwriting of what is deleted. A reader that is at work may keep the log for a moment longer; it is
// then emptied with the next checkpoint.
func (s *Store) Scrub(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return s.dialect.translate(err)
	}
	for _, pragma := range s.dialect.scrub() {
		if _, failed := conn.ExecContext(ctx, pragma); failed != nil {
			err = errors.Join(err, s.dialect.translate(failed))
		}
	}
	return errors.Join(err, conn.Close())
}

// scrub is short of patience: readers go first.
func (sqlite) scrub() []string {
	return []string{
		"PRAGMA secure_delete = OFF", "PRAGMA busy_timeout = 200", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA busy_timeout = 10000",
	}
}

// CopyTo writes a copy of the database, as it is at one moment, to a new file, while others go on reading and writing.
// What was deleted is not in the copy, not even as free pages.
func (s *Store) CopyTo(ctx context.Context, path string) error {
	_, err := s.read.ExecContext(ctx, s.dialect.copyTo(), path)
	return s.dialect.translate(err)
}

func (sqlite) copyTo() string { return `VACUUM INTO ?` }
