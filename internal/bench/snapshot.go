package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"probity/calendar"
	"probity/internal/deployment"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/snapshot/everybody"
	"probity/internal/store"
	"probity/internal/subject"
)

// snapshotRows and snapshotFirms are the size of the store that snapshots are built of: 20 records a firm.
const (
	snapshotRows  = 2_000_000
	snapshotFirms = 100_000
)

var snapshotScan = Figure{
	Name: "snapshot.vs_scan",
	Unit: "s",
	What: "a snapshot built of a store of two million records, against scanning their rows in order with the same driver",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withStore(ctx, run, func(d *deployment.Deployment, desk *rating.Desk) (Reading, error) {
			build := func(ctx context.Context, round int) (time.Duration, error) {
				_, took, err := built(ctx, run, d, desk, filepath.Join(run.Dir, fmt.Sprint("snap", round)))
				return took, err
			}
			return Ratio(ctx, run, 3, build, func(ctx context.Context, _ int) (time.Duration, error) { return scanned(ctx, run, d) })
		})
	},
}

var snapshotRefresh = Figure{
	Name: "snapshot.refresh",
	Unit: "s",
	What: "a snapshot of two million records refreshed after one in a thousand subjects has changed, against building it anew",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withStore(ctx, run, func(d *deployment.Deployment, desk *rating.Desk) (Reading, error) {
			dir := filepath.Join(run.Dir, "snap")
			build := func(ctx context.Context, _ int) (time.Duration, error) {
				_, took, err := built(ctx, run, d, desk, dir)
				return took, err
			}
			if _, err := build(ctx, 0); err != nil {
				return Reading{}, err
			}
			return Ratio(ctx, run, 3, func(ctx context.Context, _ int) (time.Duration, error) {
				if err := changed(ctx, run, d); err != nil {
					return 0, err
				}
				start := run.Now()
				_, how, err := d.Snapshots(desk).Refresh(ctx, dir, calendar.None, nil)
				took := run.Now().Sub(start)
				if err == nil && (how.Whole || how.Read == 0) {
					err = fmt.Errorf("nothing was taken from the old snapshot: %+v", how)
				}
				return took, err
			}, build)
		})
	},
}

var snapshotRate = Figure{
	Name: "snapshot.rate_subjects_s",
	Unit: "subjects/s",
	What: "everybody rated over a snapshot of two million records and the ratings kept, nothing having changed, against rating page by page from the store",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withStore(ctx, run, func(d *deployment.Deployment, desk *rating.Desk) (Reading, error) {
			dir := filepath.Join(run.Dir, "snap")
			if _, _, err := built(ctx, run, d, desk, dir); err != nil {
				return Reading{}, err
			}
			whole := func(ctx context.Context, _ int) (time.Duration, error) {
				start := run.Now()
				open, err := d.Snapshots(desk).Open(dir)
				if err != nil {
					return 0, err
				}
				defer open.Close() //nolint:errcheck // it was only read
				_, err = d.Everybody(desk, runtime.GOMAXPROCS(0)).Rate(ctx, dir, open, nil, everybody.Stretch{}, nil)
				return run.Now().Sub(start), err
			}
			pages := func(ctx context.Context, _ int) (time.Duration, error) {
				start := run.Now()
				err := desk.All(ctx, nil, nil)
				return run.Now().Sub(start), err
			}
			r, err := faster(Ratio(ctx, run, 3, whole, pages))
			if err == nil {
				r.Value, r.Rival = snapshotFirms/r.Value, snapshotFirms/r.Rival
			}
			return r, err
		})
	},
}

var snapshotBytes = Figure{
	Name: "snapshot.bytes_per_record",
	Unit: "B/record",
	What: "the files of a snapshot of 200,000 inspections of 10,000 firms, subjects and all, for each record",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withStoreOf(ctx, run, snapshotRows/10, snapshotFirms/10, func(d *deployment.Deployment, desk *rating.Desk) (Reading, error) {
			m, _, err := built(ctx, run, d, desk, filepath.Join(run.Dir, "snap"))
			if err != nil {
				return Reading{}, err
			}
			run.Tell("  %d records of %d subjects in %d bytes", m.Records, m.Subjects.Rows, m.Bytes())
			return Reading{Value: float64(m.Bytes()) / float64(m.Records)}, nil
		})
	},
}

// built builds a snapshot of today, which holds something, and tells how long that took.
func built(ctx context.Context, run Run, d *deployment.Deployment, desk *rating.Desk, dir string) (m *snapshot.Manifest, took time.Duration, err error) {
	start := run.Now()
	m, err = d.Snapshots(desk).Build(ctx, dir, snapshot.Times{AsOf: calendar.None}, nil)
	took = run.Now().Sub(start)
	if err == nil && m.Records == 0 {
		err = errors.New("the snapshot holds nothing")
	}
	return m, took, err
}

// withStore takes the records in and gives the deployment that has them.
func withStore(ctx context.Context, run Run, f func(*deployment.Deployment, *rating.Desk) (Reading, error)) (r Reading, err error) {
	return withStoreOf(ctx, run, snapshotRows, snapshotFirms, f)
}

func withStoreOf(ctx context.Context, run Run, rows, firms int, f func(*deployment.Deployment, *rating.Desk) (Reading, error)) (r Reading, err error) {
	file, path := filepath.Join(run.Dir, "inspections.csv"), filepath.Join(run.Dir, "store.db")
	if err := writeInspections(file, rows, firms); err != nil {
		return Reading{}, err
	}
	run.Tell("  taking the records in")
	if _, err := intakeWhole(ctx, run, file, path); err != nil {
		return Reading{}, err
	}
	d, err := deployment.Open(ctx, path, deployment.Options{Now: run.Now})
	if err != nil {
		return Reading{}, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	desk, err := d.Ratings(ctx)
	if err != nil {
		return Reading{}, err
	}
	return f(d, desk)
}

// scanned reads every record in the order of its key, each column into a variable, and nothing else.
func scanned(ctx context.Context, run Run, d *deployment.Deployment) (took time.Duration, err error) {
	start := run.Now()
	err = d.Store.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT subject, record, contract, submission, status, occurred, valid_from, valid_to, lapse, tier, adverse, payload
			FROM record_version ORDER BY subject, record, seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var ids [6]int64
		var days [3]sql.NullInt64
		var tier int64
		var adverse bool
		var payload sql.RawBytes
		n := 0
		for rows.Next() {
			if err := rows.Scan(&ids[0], &ids[1], &ids[2], &ids[3], &ids[4], &ids[5], &days[0], &days[1], &days[2], &tier, &adverse, &payload); err != nil {
				return err
			}
			n++
		}
		if n < snapshotRows && rows.Err() == nil {
			return fmt.Errorf("the scan saw %d of %d records", n, snapshotRows)
		}
		return rows.Err()
	})
	return run.Now().Sub(start), err
}

// changed has something published about one in a thousand subjects.
func changed(ctx context.Context, run Run, d *deployment.Deployment) error {
	var ids []subject.ID
	for after := subject.ID(0); ; {
		page, err := d.Store.Population(ctx, subject.Kinds, after, 1000)
		if err != nil || len(page) == 0 {
			if err != nil {
				return err
			}
			break
		}
		ids = append(ids, page[0].ID)
		after = page[len(page)-1].ID
	}
	_, err := d.Store.Change(ctx, "", "bench", ids, run.Now(), &store.Trace{}, func(*sql.Tx) error { return nil })
	return err
}
