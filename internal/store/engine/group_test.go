package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"probity/internal/store/engine"
)

// table is an SQLite database with one table and one writer.
func table(t *testing.T) (*sql.DB, *engine.Group, *sync.Mutex) {
	t.Helper()
	d := engine.SQLite{}
	db, err := sql.Open(d.Driver(), d.DSN(filepath.Join(t.TempDir(), "g.db"), true, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE n (v INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	var writer sync.Mutex
	return db, engine.NewGroup(func(ctx context.Context, f func(*sql.Tx) error) error {
		writer.Lock()
		defer writer.Unlock()
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
		if err := f(tx); err != nil {
			return err
		}
		return tx.Commit()
	}, func(err error) error { return err }, func() {}), &writer
}

func insert(v int) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO n VALUES (?)", v)
		return err
	}
}

func count(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM n").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMembersFailAlone: of many who share commits, each third fails after it wrote, and nothing of it stays; the others are
// all there.
func TestMembersFailAlone(t *testing.T) {
	t.Parallel()
	db, group, writer := table(t)
	wrong := errors.New("wrong")
	writer.Lock() // so that they gather
	var all sync.WaitGroup
	for i := range 300 {
		all.Go(func() {
			err := group.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				if err := insert(i)(ctx, tx); err != nil {
					return err
				}
				if i%3 == 0 {
					return wrong
				}
				return nil
			})
			if (i%3 == 0) != errors.Is(err, wrong) {
				t.Errorf("member %d: %v", i, err)
			}
		})
	}
	writer.Unlock()
	all.Wait()
	if n := count(t, db); n != 200 {
		t.Errorf("%d rows stayed, want 200", n)
	}
	if err := group.Write(t.Context(), insert(1)); err == nil {
		t.Error("a row was written twice and nobody said so")
	}
}

// TestAPanicIsItsOwnersAlone: the others of the commit are served.
func TestAPanicIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	db, group, writer := table(t)
	writer.Lock()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			defer func() {
				if p := recover(); (p != nil) != (i == 7) {
					t.Errorf("member %d panicked with %v", i, p)
				}
			}()
			err := group.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				if i == 7 {
					panic("seven")
				}
				return insert(i)(ctx, tx)
			})
			if err != nil {
				t.Errorf("member %d: %v", i, err)
			}
		})
	}
	writer.Unlock()
	all.Wait()
	if n := count(t, db); n != 19 {
		t.Errorf("%d rows, want 19", n)
	}
}

// TestWhoEndsWaitingHoldsUpNobody: a context that ends lets its caller go, and the next write goes through.
func TestWhoEndsWaitingHoldsUpNobody(t *testing.T) {
	t.Parallel()
	db, group, writer := table(t)
	ctx, cancel := context.WithCancel(t.Context())
	writer.Lock()
	left := make(chan error)
	begun := make(chan struct{})
	go func() { // it leads, and so waits for the writer whatever its context says
		close(begun)
		left <- group.Write(t.Context(), insert(1))
	}()
	<-begun
	cancel()
	if err := group.Write(ctx, insert(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	writer.Unlock()
	if err := <-left; err != nil {
		t.Error(err)
	}
	if err := group.Write(t.Context(), insert(3)); err != nil {
		t.Error(err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}
