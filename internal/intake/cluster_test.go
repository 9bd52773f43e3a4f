package intake_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// spreadRows takes rows of 200 firms in and gives the firms.
func (r *room) spreadRows() []subject.Subject {
	r.Helper()
	var b strings.Builder
	b.WriteString(inspectionHeader)
	for i := range 1000 {
		b.WriteString(inspection(fmt.Sprintf("检%06d", i), uint64(i%200), "clean"))
	}
	job := inspections
	job.File, job.Source = "spread", strings.NewReader(b.String())
	if rep, err := r.desk.Ingest(r.Context(), job, nil); err != nil || rep.Counts.Stored != 1000 {
		r.Fatalf("%+v, %v", rep, err)
	}
	list, err := r.store.Population(r.Context(), []subject.Kind{subject.Enterprise}, 0, 1000)
	if err != nil || len(list) != 200 {
		r.Fatalf("%d firms, %v", len(list), err)
	}
	return list
}

// raw opens the room's database past the store.
func (r *room) raw() *sql.DB {
	r.Helper()
	db, err := storetest.Raw(filepath.Join(r.dir, "probity.db"))
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := db.Close(); err != nil {
			r.Error(err)
		}
	})
	return db
}

// perWorker is how many versions stand on each worker.
func (r *room) perWorker(db *sql.DB) map[string]int {
	r.Helper()
	rows, err := db.QueryContext(r.Context(), `SELECT n.nodename || ':' || n.nodeport, sum(CAST(c.result AS BIGINT))
		FROM run_command_on_placements('record_version', 'SELECT count(*) FROM %s') c
		JOIN pg_dist_node n ON n.nodename = c.nodename AND n.nodeport = c.nodeport GROUP BY 1`)
	if err != nil {
		r.Fatal(err)
	}
	defer rows.Close()
	found := map[string]int{}
	for rows.Next() {
		var at string
		var n int
		if err := rows.Scan(&at, &n); err != nil {
			r.Fatal(err)
		}
		found[at] = n
	}
	if err := rows.Err(); err != nil {
		r.Fatal(err)
	}
	return found
}

// TestIntakeSpreadsOverTheWorkers: every worker takes its part of the rows, and all of them are there once. While shards are moved
// from one worker to the other, files come in and registers are read as if nothing were.
func TestIntakeSpreadsOverTheWorkers(t *testing.T) {
	t.Parallel()
	storetest.Cluster(t)
	r := open(t)
	firms := r.spreadRows()
	db := r.raw()
	before := r.perWorker(db)
	t.Logf("rows by worker: %v", before)
	sum := 0
	for at, n := range before {
		if n < 100 {
			t.Errorf("%s has %d of 1,000 rows", at, n)
		}
		sum += n
	}
	if len(before) != 2 || sum != 1000 {
		t.Errorf("%d rows stand on %d workers, want 1000 on 2", sum, len(before))
	}

	moving := make(chan error, 1)
	go func() { moving <- move(t.Context(), db) }()
	for served := 0; ; served++ {
		select {
		case err := <-moving:
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("served %d times meanwhile; rows by worker: %v", served, r.perWorker(db))
			if after := r.perWorker(db); len(after) != 1 || served == 0 {
				t.Errorf("after the move rows stand at %v", after)
			}
			r.count(1000+served, `SELECT count(*) FROM record_version`)
			return
		default:
		}
		if found, err := r.store.Registered(t.Context(), ids(firms)); err != nil || len(found) != len(firms) {
			t.Fatalf("while shards move, %d of %d firms are found: %v", len(found), len(firms), err)
		}
		job := inspections
		job.File = fmt.Sprint("more", served)
		job.Source = strings.NewReader(inspectionHeader + inspection(fmt.Sprintf("又%06d", served), uint64(served%200), "clean"))
		if _, err := r.desk.Ingest(t.Context(), job, nil); err != nil {
			t.Fatalf("while shards move: %v", err)
		}
	}
}

// move moves every shard of subjects from the first worker to the second, with all that stands beside it, as a rebalancing does.
func move(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `SELECT citus_move_shard_placement(s.shardid, f.nodename, f.nodeport, t.nodename, t.nodeport, 'force_logical')
		FROM citus_shards s JOIN pg_dist_node f ON f.nodename = s.nodename AND f.nodeport = s.nodeport,
			(SELECT nodename, nodeport FROM pg_dist_node WHERE groupid > 0 ORDER BY nodeport DESC LIMIT 1) t
		WHERE s.table_name = 'subject'::regclass AND s.nodeport <> t.nodeport`)
	return err
}

func ids(list []subject.Subject) (ids []subject.ID) {
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	return ids
}

// TestALostWorkerIsUnavailable: whose rows stand on a worker that cannot be reached is not answered about; the others are, as
// before. Nobody is told that there is nothing.
func TestALostWorkerIsUnavailable(t *testing.T) {
	t.Parallel()
	storetest.Cluster(t)
	r := open(t)
	firms := r.spreadRows()
	db := r.raw()
	if _, err := db.ExecContext(t.Context(), `UPDATE pg_dist_node SET nodeport = 1 WHERE nodeport = (SELECT max(nodeport) FROM pg_dist_node)`); err != nil {
		t.Fatal(err)
	}
	// A process that begins now has no connection to the worker from before.
	s, err := store.Open(t.Context(), storetest.Address(t, filepath.Join(r.dir, "probity.db")), store.Options{Now: r.desk.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	answered, refused := 0, 0
	for _, f := range firms {
		found, err := s.Registered(t.Context(), []subject.ID{f.ID})
		switch {
		case err == nil && found[f.ID] == f:
			answered++
		case fault.Is(err, fault.Unavailable):
			refused++
		default:
			t.Fatalf("about %s it says %+v, %v", f.ID, found, err)
		}
	}
	t.Logf("%d answered, %d refused", answered, refused)
	if answered == 0 || refused == 0 {
		t.Errorf("%d were answered and %d refused, and each worker has some", answered, refused)
	}
	// A question about everybody is not answered in part.
	if n, err := s.Population(t.Context(), []subject.Kind{subject.Enterprise}, 0, 1000); !fault.Is(err, fault.Unavailable) {
		t.Errorf("asked for everybody it gives %d and %v", len(n), err)
	}
	var f *fault.Error
	if _, err := s.Registered(t.Context(), ids(firms)); !errors.As(err, &f) || f.Key != "store.worker" {
		t.Errorf("it says %v, and not that a worker is lost", err)
	}
}

// TestIntakeAsksOneShardForASubject: how a row that comes again stands, and whose it is, is asked where that subject stands.
func TestIntakeAsksOneShardForASubject(t *testing.T) {
	t.Parallel()
	storetest.Cluster(t)
	r := open(t)
	job := inspections
	job.File, job.Source = "one", strings.NewReader(inspectionHeader+inspection("检1", 7, "clean"))
	rep, err := r.desk.Ingest(t.Context(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := store.Open(t.Context(), storetest.Address(t, filepath.Join(r.dir, "probity.db"))+storetest.Narrow, store.Options{Now: r.desk.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := narrow.Close(); err != nil {
			t.Error(err)
		}
	})
	var key string
	if err := r.raw().QueryRowContext(t.Context(), `SELECT key FROM source_row`).Scan(&key); err != nil {
		t.Fatal(err)
	}
	claims, err := narrow.Claims(t.Context(), rep.Submission, "samr", job.Dataset, []string{key})
	if err != nil || len(claims) != 1 || !claims[key].Has {
		t.Fatalf("%+v, %v", claims, err)
	}
	c := claims[key]
	if tops, err := narrow.Tops(t.Context(), []store.Spot{{Subject: c.Subject, Record: c.Record}}); err != nil || len(tops) != 1 {
		t.Fatalf("%v, %v", tops, err)
	}
	if found, err := narrow.Registered(t.Context(), []subject.ID{c.Subject}); err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	if _, err := narrow.RatingsOf(t.Context(), []subject.ID{c.Subject}); err != nil {
		t.Fatal(err)
	}
}
