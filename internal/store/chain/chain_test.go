package chain_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/chain"
	"probity/internal/store/engine"
	"probity/internal/store/spool"
	"probity/internal/subject"
)

// book is a database with a chain of its own beside the one that the database keeps, so that it may settle when it likes.
type book struct {
	*store.Store
	chain *chain.Chain
	spool *spool.File
	kept  *engine.Statements
	raw   *sql.DB
	wrote []ledger.Entry
	// spooled are how many entries the second chain, and the database by itself, put into the spool; taken how many the second chain
	// was told that the database took in.
	spooled, taken int
}

func newBook(t testing.TB) *book {
	t.Helper()
	path := filepath.Join(t.TempDir(), "l.db")
	db, err := store.Create(t.Context(), "sqlite:"+path, store.Demo, store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	d := engine.SQLite{}
	raw, err := sql.Open(d.Driver(), d.DSN(path, true, 1))
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	file, err := spool.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	kept := engine.NewStatements(raw)
	b := &book{Store: db, raw: raw, spool: file, kept: kept}
	b.chain = chain.New(kept, file, func(_ context.Context, _ *sql.Tx, list []*ledger.Entry) error {
		b.taken += len(list)
		return nil
	})
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := b.chain.Compile(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	return b
}

// write is a transaction of the second chain.
func (b *book) write(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := b.raw.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// alone is a transaction of the second chain while nobody else may append.
func (b *book) alone(ctx context.Context, f func(*sql.Tx) error) error {
	if err := b.spool.Lock(ctx); err != nil {
		return err
	}
	defer b.spool.Unlock()
	err := b.write(ctx, f)
	if err != nil {
		b.chain.TakenBack()
	} else {
		b.chain.Kept()
	}
	return err
}

func (b *book) make(subjects ...int) []*ledger.Entry {
	var list []*ledger.Entry
	for _, id := range subjects {
		list = append(list, &ledger.Entry{
			Subject: subject.ID(id), At: time.Date(2026, 3, 4, 5, 6, len(b.wrote)+len(list), 0, time.UTC), Act: ledger.Read, What: "file", Reader: "npcic", Official: "w",
		})
	}
	return list
}

func (b *book) keep(list []*ledger.Entry) {
	for _, e := range list {
		b.wrote = append(b.wrote, *e)
	}
}

// same demands that every way of reading the ledger gives what was written, and that it is sound.
func (b *book) same(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	if err := b.VerifyLedger(ctx); err != nil {
		t.Fatal(err)
	}
	err := b.Read(ctx, func(tx *sql.Tx) error {
		var all []ledger.Entry
		for e, err := range chain.ByPosition(ctx, tx) {
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		if diff := cmp.Diff(b.wrote, all); diff != "" {
			t.Fatalf("by position (-written +read):\n%s", diff)
		}
		for id := range subject.ID(6) {
			got, err := chain.Of(ctx, tx, id)
			if err != nil {
				return err
			}
			var want []ledger.Entry
			for _, e := range b.wrote {
				if e.Subject == id {
					want = append(want, e)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("of subject %d (-written +read):\n%s", id, diff)
			}
		}
		return b.ends(ctx, tx, t)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *book) ends(ctx context.Context, tx *sql.Tx, t *testing.T) error {
	first, err := chain.First(ctx, tx)
	if err != nil {
		return err
	}
	last, err := chain.Last(ctx, tx)
	if err != nil {
		return err
	}
	if n := int64(len(b.wrote)); last != n || first != min(1, n) {
		t.Fatalf("the entries go from %d to %d, want 1 to %d", first, last, n)
	}
	marks, err := chain.From(ctx, tx, 2, len(b.wrote))
	if err != nil {
		return err
	}
	for i, m := range marks {
		if e := b.wrote[i+1]; m.Position != e.Position || m.Hash != e.Hash {
			t.Fatalf("the entry at %d stands at %d", e.Position, m.Position)
		}
	}
	for i, e := range b.wrote {
		at, err := chain.OldestAfter(ctx, tx, int64(i))
		if err != nil {
			return err
		}
		if at != e.At.UnixMicro() {
			t.Fatalf("behind %d the oldest is of %d, want %d", i, at, e.At.UnixMicro())
		}
	}
	return nil
}

// TestNothingIsLostOrDoubled: two that append in turn, settle, break settling off and take back what they appended leave
// what one would have left who only appended. Twelve histories, each from a number that the failure names.
func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("history ", seed), func(t *testing.T) {
			t.Parallel()
			b, random := newBook(t), rand.New(rand.NewPCG(seed, 1))
			for range 40 {
				if err := b.act(t.Context(), random); err != nil {
					t.Fatal(err)
				}
				if random.IntN(3) == 0 { // to look has the database take in what waits
					b.same(t)
				}
			}
			b.same(t)
			b.counted(t)
		})
	}
}

// act does one thing or another to the ledger.
func (b *book) act(ctx context.Context, random *rand.Rand) error {
	var list []*ledger.Entry
	for range 1 + random.IntN(8) {
		list = append(list, b.make(random.IntN(6))...)
	}
	off := errors.New("broken off")
	switch random.IntN(10) {
	case 0:
		if err := b.AppendEntries(ctx, list); err != nil {
			return err
		}
		b.keep(list)
	case 1:
		if err := b.alone(ctx, func(tx *sql.Tx) error { return b.chain.Append(ctx, tx, list) }); err != nil {
			return err
		}
		b.keep(list)
	case 2:
		taken := b.taken
		err := b.alone(ctx, func(tx *sql.Tx) error { return errors.Join(b.chain.Append(ctx, tx, list), off) })
		b.taken = taken
		if !errors.Is(err, off) {
			return err
		}
	case 3:
		return b.chain.Settle(ctx, b.write)
	case 4:
		if err := b.AppendReads(ctx, func(context.Context, *sql.Tx, store.Uncounted) (store.Reads, error) {
			return store.Reads{Entries: list}, nil
		}); err != nil {
			return err
		}
		b.keep(list)
		b.spooled += len(list)
	case 5:
		err := b.alone(ctx, func(tx *sql.Tx) error { return errors.Join(b.chain.Spool(ctx, tx, b.kept, list), off) }) // it stays all the same
		if !errors.Is(err, off) {
			return err
		}
		b.keep(list)
		b.spooled += len(list)
	case 6:
		taken := b.taken
		err := b.alone(ctx, func(tx *sql.Tx) error { return errors.Join(b.chain.TakeIn(ctx, tx), off) })
		b.taken = taken
		if !errors.Is(err, off) {
			return err
		}
	case 7: // an act that fails has taken in what waited, and takes that back with it
		if err := b.Write(ctx, func(*sql.Tx) error { return off }); err == nil {
			return errors.New("a failed act passes for done")
		}
	case 8:
		return b.takePart(ctx, 1+random.IntN(12), random.IntN(2) == 0)
	default:
		left := random.IntN(6)
		err := b.chain.Settle(ctx, func(ctx context.Context, f func(*sql.Tx) error) error {
			if left--; left < 0 {
				return off
			}
			return b.write(ctx, f)
		})
		if err != nil && !errors.Is(err, off) {
			return err
		}
	}
	return nil
}

// takePart takes in a part of what waits, as far as the second chain knows, and may forget to say so.
func (b *book) takePart(ctx context.Context, n int, told bool) error {
	var part chain.Part
	if err := b.alone(ctx, func(tx *sql.Tx) error {
		if _, err := b.chain.Spooled(ctx, tx, b.kept); err != nil {
			return err
		}
		part = b.chain.First(n)
		return nil
	}); err != nil {
		return err
	}
	some := false
	err := b.write(ctx, func(tx *sql.Tx) (err error) {
		some, err = part.TakeIn(ctx, tx)
		return err
	})
	if some && told {
		b.chain.TookIn(&part)
	}
	return err
}

// counted demands that each entry that was in the spool counts once as a reading.
func (b *book) counted(t *testing.T) {
	t.Helper()
	var n int
	if err := b.Read(context.Background(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT coalesce(sum(count), 0) FROM read_usage`).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	if n+b.taken != b.spooled {
		t.Errorf("%d readings were counted by the database and %d by the second chain, %d were spooled", n, b.taken, b.spooled)
	}
}

// TestEntriesStay: neither table lets an entry be changed or taken away.
func TestEntriesStay(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	list := b.make(1, 2, 1, 3)
	if err := b.AppendEntries(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	b.keep(list)
	for _, settled := range []bool{false, true} {
		table := map[bool]string{false: "ledger_fresh", true: "ledger_settled"}[settled]
		for _, statement := range []string{`UPDATE ` + table + ` SET official = 'x'`, `DELETE FROM ` + table} {
			err := b.write(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.Exec(statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "entries of the ledger are never") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		if !settled {
			if err := b.chain.Settle(t.Context(), b.write); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.same(t)
}

// TestManySettleByThemselves: past the mark the database settles while others go on writing.
func TestManySettleByThemselves(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for range 40 {
		list := b.make(slices.Repeat([]int{1, 5, 3, 2, 4}, chain.High/100)...)
		if err := b.AppendEntries(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		b.keep(list)
	}
	if err := b.Close(); err != nil { // waits for what runs
		t.Fatal(err)
	}
	err := b.write(t.Context(), func(tx *sql.Tx) error {
		var settled, twice int
		if err := tx.QueryRow(`SELECT (SELECT count(*) FROM ledger_settled), (SELECT count(*) - count(DISTINCT position) FROM ledger_entry)`).Scan(&settled, &twice); err != nil {
			return err
		}
		if settled == 0 || twice != 0 {
			t.Errorf("%d entries settled, %d stand twice", settled, twice)
		}
		return chain.Verify(t.Context(), tx)
	})
	if err != nil {
		t.Error(err)
	}
}
