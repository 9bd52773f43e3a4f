package shards_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/shards"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// TestPartsThatWereCutAnew: when the administrator cuts a shard in two, what was begun for the one is told so, with what to do about it,
// and never that nobody is there; the two are read, and hold whom the one held.
func TestPartsThatWereCutAnew(t *testing.T) {
	t.Parallel()
	storetest.Cluster(t)
	path := filepath.Join(t.TempDir(), "probity.db")
	s, err := store.Create(t.Context(), storetest.Address(t, path), store.Demo, store.Options{Now: time.Now})
	fatal(t, err)
	t.Cleanup(func() { fatal(t, s.Close()) })
	first := s.NextSubjects(100)
	var all []store.Entrant
	for i := range subject.ID(100) {
		all = append(all, store.Entrant{Subject: subject.Subject{ID: first + i, Kind: subject.Enterprise}, New: true})
	}
	fatal(t, s.AddSubjects(t.Context(), all))
	of := shards.In(s)
	held := func(part subject.Part) (n int) {
		t.Helper()
		fatal(t, of.Read(t.Context(), part, nil, func(tx *sql.Tx) error {
			return tx.QueryRowContext(t.Context(), `SELECT count(*) FROM subject`).Scan(&n)
		}))
		return n
	}
	before := parts(t, of)
	var whole subject.Part
	counts, sum := map[subject.Part]int{}, 0
	for _, p := range before {
		if counts[p] = held(p); counts[p] > counts[whole] {
			whole = p
		}
		sum += counts[p]
	}
	if sum != len(all) {
		t.Fatalf("%d subjects stand on %d shards, and not %d", sum, len(before), len(all))
	}

	db, err := storetest.Raw(path)
	fatal(t, err)
	t.Cleanup(func() { fatal(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), `SELECT citus_split_shard_by_split_points(s.shardid, ARRAY[CAST(? AS TEXT)], ARRAY[n.nodeid, n.nodeid], 'block_writes')
		FROM pg_dist_shard s JOIN pg_dist_shard_placement p ON p.shardid = s.shardid
		JOIN pg_dist_node n ON n.nodename = p.nodename AND n.nodeport = p.nodeport
		WHERE s.logicalrelid = 'subject'::regclass AND s.shardminvalue = CAST(? AS TEXT)`, strconv.FormatInt((whole.Low+whole.High)/2, 10), strconv.FormatInt(whole.Low, 10))
	fatal(t, err)

	err = of.Read(t.Context(), whole, nil, func(*sql.Tx) error { return nil })
	if f := (*fault.Error)(nil); !errors.As(err, &f) || f.Key != "store.shards" || f.Cure == "" {
		t.Errorf("of a shard that was cut anew is said: %v", err)
	}
	after := parts(t, of)
	if len(after) != len(before)+1 {
		t.Fatalf("%d shards before, %d after", len(before), len(after))
	}
	both := 0
	for _, p := range after {
		if _, same := counts[p]; !same {
			both += held(p)
		}
	}
	if both != counts[whole] {
		t.Errorf("the one held %d subjects, and the two hold %d", counts[whole], both)
	}
}

func parts(t *testing.T, of *shards.Store) (list []subject.Part) {
	t.Helper()
	places, err := of.Places(t.Context(), "")
	fatal(t, err)
	for _, p := range places {
		list = append(list, p.Parts...)
	}
	return list
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
