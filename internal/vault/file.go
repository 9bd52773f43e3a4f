package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite" // the driver of the key file

	"probity/internal/fault"
	"probity/internal/subject"
)

// file is the vault's own SQLite file. It is not part of package store, since nothing that reads or copies the store
// may come near the keys. secure_delete overwrites deleted keys, and the rollback journal is truncated, not kept.
type file struct{ db *sql.DB }

const schema = `
CREATE TABLE vault (version INTEGER NOT NULL, match BLOB NOT NULL, gone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE subject_key (subject INTEGER PRIMARY KEY, key BLOB); -- key is NULL once destroyed
PRAGMA application_id = 0x50524f56;`

// Create makes a new vault file with a new deployment key. It is a Conflict where the file exists already.
func Create(path string) (*Vault, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fault.New(fault.Conflict, "vault.exists", "the key file %s exists already", path).
			With("choose another database, or open the one that belongs to these keys")
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, unavailable(path, err)
	}
	db, err := connect(path)
	if err != nil {
		return nil, err
	}
	match := newKey()
	err = write(db, func(tx *sql.Tx) error {
		if _, err := tx.Exec(schema); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO vault (version, match) VALUES (1, ?)`, match[:])
		return err
	})
	if err != nil {
		return nil, errors.Join(unavailable(path, err), db.Close(), os.Remove(path))
	}
	return &Vault{file: &file{db}, match: match, keys: map[subject.ID]key{}}, nil
}

// Open opens an existing vault file. It refuses one that others than its owner may read.
func Open(path string) (*Vault, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "vault.missing", "there is no key file %s", path).
			With("put the key file that belongs to the database back beside it; without it persons cannot be matched or read")
	}
	if err != nil {
		return nil, unavailable(path, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Invalid, "vault.mode", "the key file %s may be read by others than its owner (%#o)", path, info.Mode().Perm()).
			With("run: chmod 600 " + path)
	}
	db, err := connect(path)
	if err != nil {
		return nil, err
	}
	v := &Vault{file: &file{db}, keys: map[subject.ID]key{}}
	var version int
	var match []byte
	if err := db.QueryRow(`SELECT version, match FROM vault`).Scan(&version, &match); err != nil {
		return nil, errors.Join(unavailable(path, err), db.Close())
	}
	if version != 1 || copy(v.match[:], match) != keySize {
		return nil, errors.Join(fault.New(fault.Invalid, "vault.version", "the key file %s is of version %d, this program knows 1", path, version), db.Close())
	}
	return v, nil
}

func connect(path string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, unavailable(path, err)
	}
	dsn := "file:" + (&url.URL{Path: abs}).EscapedPath() + "?_txlock=immediate"
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(TRUNCATE)", "synchronous(FULL)", "secure_delete(1)", "temp_store(2)"} {
		dsn += "&_pragma=" + url.QueryEscape(p)
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, unavailable(path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func (f *file) load(id subject.ID) (key, error) {
	var k key
	var b []byte
	err := f.db.QueryRow(`SELECT key FROM subject_key WHERE subject = ?`, int64(id)).Scan(&b)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return k, fault.New(fault.NotFound, "vault.none", "subject %s has no key", id)
	case err != nil:
		return k, unavailable("the key file", err)
	case b == nil:
		return k, erased(id, fault.NotFound)
	}
	copy(k[:], b)
	return k, nil
}

// idsPerStatement is how many subjects one statement reads or writes: past some hundreds longer ones gain nothing.
const idsPerStatement = 256

// ensure gives the keys of the ids, new ones where there are none.
func (f *file) ensure(ids []subject.ID, fresh func() key) (map[subject.ID]key, error) {
	keys := make(map[subject.ID]key, len(ids))
	err := write(f.db, func(tx *sql.Tx) error {
		for page := range slices.Chunk(ids, idsPerStatement) {
			gone, err := readKeys(tx, page, keys)
			if err != nil {
				return err
			}
			if len(gone) > 0 {
				return erased(gone[0], fault.Conflict)
			}
			if err := addKeys(tx, page, keys, fresh); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, passed(err)
	}
	return keys, nil
}

// readKeys puts the keys there are into keys, and gives the ids of those that were destroyed.
func readKeys(tx *sql.Tx, ids []subject.ID, keys map[subject.ID]key) (gone []subject.ID, err error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = int64(id)
	}
	rows, err := tx.Query(`SELECT subject, key FROM subject_key WHERE subject IN (`+strings.Repeat("?,", len(ids)-1)+`?)`, args...) //nolint:gosec // what is added are question marks
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	for rows.Next() {
		var id subject.ID
		var b []byte
		if err := rows.Scan(&id, &b); err != nil {
			return gone, err
		}
		if b == nil {
			gone = append(gone, id)
			continue
		}
		var k key
		copy(k[:], b)
		keys[id] = k
	}
	return gone, rows.Err()
}

// addKeys makes a key for each of the ids that has none.
func addKeys(tx *sql.Tx, ids []subject.ID, keys map[subject.ID]key, fresh func() key) error {
	args := make([]any, 0, 2*len(ids))
	for _, id := range ids {
		if _, there := keys[id]; there {
			continue
		}
		k := fresh()
		keys[id] = k
		args = append(args, int64(id), k[:])
	}
	if len(args) == 0 {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO subject_key (subject, key) VALUES `+strings.Repeat("(?,?),", len(args)/2-1)+`(?,?)`, args...) //nolint:gosec // as above
	return err
}

func (f *file) destroy(ids []subject.ID) error {
	return passed(write(f.db, func(tx *sql.Tx) error {
		gone, err := tx.Prepare(`INSERT INTO subject_key (subject, key) VALUES (?, NULL) ON CONFLICT (subject) DO UPDATE SET key = NULL`)
		if err != nil {
			return err
		}
		defer gone.Close()
		for _, id := range ids {
			if _, err := gone.Exec(int64(id)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// destroyed lists those of the ids whose keys were destroyed.
func (f *file) destroyed(ids []subject.ID) (gone []subject.ID, err error) {
	err = write(f.db, func(tx *sql.Tx) error {
		for page := range slices.Chunk(ids, idsPerStatement) {
			some, err := readKeys(tx, page, map[subject.ID]key{})
			if err != nil {
				return err
			}
			gone = append(gone, some...)
		}
		return nil
	})
	return gone, passed(err)
}

func (f *file) played() (seq int64, err error) {
	err = f.db.QueryRow(`SELECT gone FROM vault`).Scan(&seq)
	return seq, passed(err)
}

func (f *file) setPlayed(seq int64) error {
	return passed(write(f.db, func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE vault SET gone = ? WHERE gone < ?`, seq, seq)
		return err
	}))
}

func (f *file) close() error { return f.db.Close() }

func write(db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// passed leaves faults as they are and makes anything else "could not look".
func passed(err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	return unavailable("the key file", err)
}

func unavailable(what string, err error) error {
	return fault.New(fault.Unavailable, "vault.unavailable", "the keys cannot be read or written: %s", fmt.Sprint(what)).By(err).
		With("check that the key file stands beside the database and that its owner may write it")
}

func erased(id subject.ID, code fault.Code) error {
	return fault.New(code, "vault.erased", "the key of subject %s was destroyed; what it sealed is gone for good", id)
}
