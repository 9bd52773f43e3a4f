package bench

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/store"
)

// intakeRows and intakeFirms are the size of the file: 20 records a firm, the rows in the order of their numbers at
// the supplier and so in no order of firms.
const (
	intakeRows  = 1_000_000
	intakeFirms = 50_000
)

// intakeSQLite holds the whole way of a file (parse, contract, Charter, subject, store, rate again) against inserting
// the rows that came out of it, ready made and sorted, into the same tables with the same indexes and commits.
var intakeSQLite = Figure{
	Name: "intake.sqlite.vs_bare",
	Unit: "s",
	What: "a million-row CSV taken in and its subjects rated, against the bare insert of the finished rows",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		file := filepath.Join(run.Dir, "inspections.csv")
		if err := writeInspections(file, intakeRows, intakeFirms); err != nil {
			return Reading{}, err
		}
		whole := func(ctx context.Context, round int) (time.Duration, error) {
			return intakeWhole(ctx, run, file, filepath.Join(run.Dir, fmt.Sprintf("whole-%d.db", round)))
		}
		// The finished rows come from a first, uncounted run.
		finished := filepath.Join(run.Dir, "finished.db")
		if _, err := intakeWhole(ctx, run, file, finished); err != nil {
			return Reading{}, err
		}
		bare := func(ctx context.Context, round int) (time.Duration, error) {
			return intakeBare(ctx, run, finished, filepath.Join(run.Dir, fmt.Sprintf("bare-%d.db", round)))
		}
		return Ratio(ctx, run, 3, whole, bare)
	},
}

// writeInspections writes a file as an inspecting authority would send it.
func writeInspections(path string, rows, firms int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // Flush and Sync below tell
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "inspection_no,uscc,org_name,kind,result,inspected_on,corrected_on,authority")
	codes := make([]string, firms)
	for i := range codes {
		if codes[i], err = identifier.SyntheticUSCC("91", uint64(i)); err != nil {
			return err
		}
	}
	kinds := []string{"random", "routine", "special", "follow_up"}
	results := []string{"clean", "clean", "clean", "clean", "clean", "clean", "corrected", "corrected", "to_correct", "refused"}
	for i := range rows {
		firm := (i * 7919) % firms
		day := time.Date(2023, 12, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%1000)
		corrected := ""
		if i%10 == 8 {
			corrected = day.AddDate(0, 0, 20).Format(time.DateOnly)
		}
		fmt.Fprintf(w, "检查%09d,%s,华东第%d示例贸易有限公司,%s,%s,%s,%s,示例市市场监督管理局\n", i, codes[firm], firm,
			kinds[i%len(kinds)], results[i%len(results)], day.Format(time.DateOnly), corrected)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// intakeWhole takes the file in, ratings included, and returns how long that took from the open file on.
func intakeWhole(ctx context.Context, run Run, file, path string) (time.Duration, error) {
	desk, by, closeAll, err := newIntakeDesk(ctx, run, path)
	if err != nil {
		return 0, err
	}
	defer closeAll()
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // only read
	started := time.Now()
	rep, err := desk.Ingest(ctx, intake.Job{By: by, Dataset: "samr.inspection", File: file, Source: f}, nil)
	if err != nil {
		return 0, err
	}
	took := time.Since(started)
	if rep.Counts.Stored != rep.Counts.Read {
		return 0, fmt.Errorf("%d of %d rows were stored: %+v", rep.Counts.Stored, rep.Counts.Read, rep.Counts)
	}
	fmt.Fprintf(run.Log, "    reading, checking and storing %.1f s, rating %.1f s\n", rep.Stored.Seconds(), rep.Rated.Seconds())
	return took, nil
}

// newIntakeDesk makes a demo database with the built-in catalogue and models, and the permit to bring in the files measured.
func newIntakeDesk(ctx context.Context, run Run, path string) (*intake.Desk, charter.DeliveryPermit, func(), error) {
	founder := access.Grant{Name: "first", Agency: "npcic", Official: "bench"}
	d, err := deployment.Create(ctx, path, store.Demo, founder, deployment.Options{Now: run.Now})
	if err != nil {
		return nil, charter.DeliveryPermit{}, nil, err
	}
	desk, permit, err := openIntake(ctx, d, founder.Name)
	if err != nil {
		return nil, permit, nil, errors.Join(err, d.Close())
	}
	return desk, permit, func() {
		if err := d.Close(); err != nil {
			fmt.Fprintln(run.Log, "closing:", err)
		}
	}, nil
}

func openIntake(ctx context.Context, d *deployment.Deployment, credential string) (desk *intake.Desk, permit charter.DeliveryPermit, err error) {
	if err := d.AddRulebook(ctx, "npcic/author", "npcic/approver"); err != nil {
		return nil, permit, err
	}
	ratings, err := d.Ratings(ctx)
	if err != nil {
		return nil, permit, err
	}
	secret, err := d.Wallet.Load(credential)
	if err != nil {
		return nil, permit, err
	}
	as, err := d.Access.Authenticate(ctx, credential, secret)
	if err != nil {
		return nil, permit, err
	}
	permit, err = d.Access.Delivery(ctx, as, "samr")
	return d.Intake(ratings), permit, err
}

// intakeTables are those that hold what intake finishes, with how their rows are ordered.
var intakeTables = []struct{ name, order string }{
	{"subject", "id"},
	{"identifier", "scheme, value"},
	{"subject_identifier", "subject, scheme, value"},
	{"subject_name", "subject, name"},
	{"source_row", "agency, dataset, key"},
	{"record_version", "subject, record, seq"},
	{"rating", "subject, model"},
	{"rating_history", "subject, model, known_at"},
}

// intakeBare inserts the finished rows, held in memory and sorted by key, into the same empty tables with the same
// statements, commits and fsyncs that intake uses.
func intakeBare(ctx context.Context, run Run, finished, path string) (time.Duration, error) {
	from, err := store.Open(ctx, finished, store.Options{Now: run.Now})
	if err != nil {
		return 0, err
	}
	defer from.Close() //nolint:errcheck // only read
	to, err := store.Create(ctx, path, store.Demo, store.Options{Now: run.Now})
	if err != nil {
		return 0, err
	}
	defer to.Close() //nolint:errcheck // what counts is committed
	var took time.Duration
	for _, t := range intakeTables {
		columns, rows, err := readTable(ctx, from, t.name, t.order)
		if err != nil {
			return 0, err
		}
		started := time.Now()
		if err := insertTable(ctx, to, t.name, columns, rows); err != nil {
			return 0, err
		}
		took += time.Since(started)
	}
	return took, nil
}

func readTable(ctx context.Context, s *store.Store, table, order string) (columns []string, rows [][]any, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		//nolint:gosec // G202: names are constants of this package.
		r, err := tx.QueryContext(ctx, "SELECT * FROM "+table+" ORDER BY "+order)
		if err != nil {
			return err
		}
		defer r.Close()
		if columns, err = r.Columns(); err != nil {
			return err
		}
		for r.Next() {
			row := make([]any, len(columns))
			to := make([]any, len(columns))
			for i := range row {
				to[i] = &row[i]
			}
			if err := r.Scan(to...); err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return r.Err()
	})
	return columns, rows, err
}

// insertTable writes rows 4,096 a commit, as intake does, many to a statement.
func insertTable(ctx context.Context, s *store.Store, table string, columns []string, rows [][]any) error {
	perStatement := max(1, 2048/len(columns))
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	text := func(n int) string {
		return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " +
			strings.TrimSuffix(strings.Repeat(one+",", n), ",")
	}
	for len(rows) > 0 {
		commit := rows[:min(4096, len(rows))]
		rows = rows[len(commit):]
		err := s.Write(ctx, func(tx *sql.Tx) error {
			full, err := tx.PrepareContext(ctx, text(perStatement))
			if err != nil {
				return err
			}
			defer full.Close()
			args := make([]any, 0, perStatement*len(columns))
			for len(commit) > 0 {
				some := commit[:min(perStatement, len(commit))]
				commit = commit[len(some):]
				args = args[:0]
				for _, r := range some {
					args = append(args, r...)
				}
				if len(some) == perStatement {
					_, err = full.ExecContext(ctx, args...)
				} else {
					_, err = tx.ExecContext(ctx, text(len(some)), args...)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s after %s rows: %w", table, strconv.Itoa(len(rows)), err)
		}
	}
	return nil
}
