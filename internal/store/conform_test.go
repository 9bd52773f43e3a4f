package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/storetest"
)

// What every engine must do alike. The tests run on the one that PROBITY_TEST_ENGINE names.

// keep writes rows of the plainest table there is.
func keep(t *testing.T, s *store.Store, keys ...string) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *sql.Tx) error {
		for _, k := range keys {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO meta (key, value) VALUES (?, ?)`, k, "v"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// asked is the first column of a query.
func asked[T any](t *testing.T, s *store.Store, query string, args ...any) (list []T) {
	t.Helper()
	err := s.Read(t.Context(), func(tx *sql.Tx) (err error) {
		list, err = engine.List(t.Context(), tx, query, engine.Column[T], args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTextsCompareByTheirBytes: no language decides the order or the identity of a code.
func TestTextsCompareByTheirBytes(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	want := []string{"k A", "k Z", "k a", "k a ", "k-a", "k1", "k10", "k2", "ka\u0308", "k\u00e4", "k信用", "k𠀀"}
	shuffled := slices.Clone(want)
	slices.Reverse(shuffled)
	keep(t, s, shuffled...)
	got := asked[string](t, s, `SELECT key FROM meta WHERE key >= 'k ' AND key < 'l' ORDER BY key`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order of codes (-want +got):\n%s", diff)
	}
	if got := asked[string](t, s, `SELECT key FROM meta WHERE key > ? AND key < 'l' ORDER BY key LIMIT 2`, "k1"); !slices.Equal(got, []string{"k10", "k2"}) {
		t.Errorf("the page behind k1 is %q", got)
	}
}

// TestValuesComeBackAsTheyWere: instants to the microsecond and before 1970, whole numbers to their ends, bytes of every
// value and of none, absence, and long texts.
func TestValuesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	long := string(slices.Repeat([]rune("信用"), 1<<18))
	contract := contractNumber(t, s)
	for i, want := range []store.Submission{
		{StartedAt: time.Date(2026, 7, 1, 15, 59, 59, 999_999_000, time.UTC), Bytes: math.MaxInt64, Digest: all, File: long},
		{StartedAt: time.Date(1911, 10, 10, 0, 0, 0, 1000, time.FixedZone("", 8*3600)), Bytes: math.MinInt64, Digest: []byte{}},
		{StartedAt: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), Digest: []byte{0}, File: `'"\%_ ; -- ?`},
	} {
		want.Agency, want.Official, want.Dataset, want.Contract = "a", testworld.Delivery("a").Official(), fmt.Sprint(i), contract
		number, err := s.BeginSubmission(t.Context(), testworld.Delivery("a"), want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Submission(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		want.Number, want.State, want.StartedAt = number, store.SubmissionOpen, want.StartedAt.UTC()
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("number %d (-want +got):\n%.2000s", i, diff)
		}
		if none := asked[int64](t, s, `SELECT number FROM submission WHERE number = ? AND published_at IS NULL AND swept = 0`, number); len(none) != 1 {
			t.Errorf("number %d: an absent instant is %v", i, none)
		}
	}
}

// TestNothingIsInAnEmptyList: not every engine knows one.
func TestNothingIsInAnEmptyList(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	if got := asked[string](t, s, `SELECT key FROM meta WHERE key IN (`+store.Marks(0)+`)`); len(got) != 0 {
		t.Errorf("found %q", got)
	}
}

// TestStatementsWithinAnAnswer: who reads rows may ask and write before they have ended.
func TestStatementsWithinAnAnswer(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	keep(t, s, "k1", "k2", "k3")
	err := s.Write(t.Context(), func(tx *sql.Tx) error {
		for key, err := range store.Each(t.Context(), tx, `SELECT key FROM meta WHERE key LIKE 'k%' ORDER BY key`, engine.Column[string]) {
			if err != nil {
				return err
			}
			var n int
			if err := tx.QueryRowContext(t.Context(), `SELECT count(*) FROM meta WHERE key = ?`, key).Scan(&n); err != nil || n != 1 {
				return errors.Join(err, fmt.Errorf("%s is there %d times", key, n))
			}
			if _, err := tx.ExecContext(t.Context(), `UPDATE meta SET value = ? WHERE key = ?`, "seen", key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := asked[string](t, s, `SELECT key FROM meta WHERE value = 'seen' ORDER BY key`); !slices.Equal(got, []string{"k1", "k2", "k3"}) {
		t.Errorf("seen %q", got)
	}
}

// TestAReadingSeesOneMoment: pages that are read in one transaction fit together, whatever is written meanwhile; an act that
// fails leaves nothing.
func TestAReadingSeesOneMoment(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	keep(t, s, "k1")
	err := s.Read(t.Context(), func(tx *sql.Tx) error {
		count := func() (n int, err error) {
			return n, tx.QueryRowContext(t.Context(), `SELECT count(*) FROM meta WHERE key LIKE 'k%'`).Scan(&n)
		}
		before, err := count()
		if err != nil {
			return err
		}
		keep(t, s, "k2", "k3")
		if after, err := count(); err != nil || after != before {
			t.Errorf("%d rows, and %d after somebody wrote (%v)", before, after, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Write(t.Context(), func(tx *sql.Tx) error {
		for range 2 {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO meta (key, value) VALUES ('k4', '')`); err != nil {
				return err
			}
		}
		return nil
	})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a key twice: %v, want a conflict", err)
	}
	if got := asked[int](t, s, `SELECT count(*) FROM meta WHERE key LIKE 'k%'`); got[0] != 3 {
		t.Errorf("%d rows are there, want 3", got[0])
	}
}

// TestManyWriteAndRead: two processes with two writers each, and sixteen readers. No lock is anybody's error, publications
// follow each other, and no number is given twice.
func TestManyWriteAndRead(t *testing.T) {
	t.Parallel()
	first := fresh(t)
	contract := contractNumber(t, first)
	// The other process's clock is another one, as clocks are: on the embedded engine numbers are those of the clock.
	second, err := store.Open(t.Context(), storetest.Address(t, first.Path()), store.Options{Now: func() time.Time { return clock().Add(time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	stores := []*store.Store{first, second}
	var mu sync.Mutex
	ids, instants := map[int64]bool{}, map[int64]bool{}
	const rounds = 12
	work := func(s *store.Store, name string) error {
		ctx := context.Background()
		for range rounds {
			number, err := s.BeginSubmission(ctx, testworld.Delivery("a"), store.Submission{Dataset: name, Contract: contract, StartedAt: clock()})
			if err != nil {
				return err
			}
			at, err := s.FinishSubmission(ctx, testworld.Delivery("a"), number, store.SubmissionPublished, clock(), nil)
			if err != nil {
				return err
			}
			var id int64
			if err := s.Write(ctx, func(tx *sql.Tx) error {
				id = s.NextIDs(1)
				_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, '')`, fmt.Sprintf("id %d", id))
				return err
			}); err != nil {
				return err
			}
			mu.Lock()
			twice := ids[id] || instants[at.UnixMicro()]
			ids[id], instants[at.UnixMicro()] = true, true
			mu.Unlock()
			if twice {
				return fmt.Errorf("%s: the number %d or the instant %v was given twice", name, id, at)
			}
		}
		return nil
	}
	var writers, readers sync.WaitGroup
	ended := make(chan struct{})
	for i := range 4 {
		writers.Go(func() {
			if err := work(stores[i%2], fmt.Sprint("set", i)); err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	for i := range 16 {
		readers.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				if _, err := stores[i%2].Submissions(context.Background(), 10); err != nil {
					t.Errorf("reader %d: %v", i, err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(ended)
	readers.Wait()
	if got := asked[int](t, first, `SELECT count(*) FROM submission WHERE state = 'published'`); got[0] != 4*rounds {
		t.Errorf("%d publications, want %d", got[0], 4*rounds)
	}
}
