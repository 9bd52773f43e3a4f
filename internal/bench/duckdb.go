package bench

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"probity/internal/bench/crowd"
)

// duckDB is the other program, built from its own module and spoken to by lines of JSON.
type duckDB struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// startDuckDB builds and starts it. It needs a C compiler: where there is none, nothing is measured, and that is said.
func startDuckDB(ctx context.Context, run Run) (*duckDB, error) {
	if _, err := exec.LookPath("cc"); err != nil {
		return nil, fmt.Errorf("%w: DuckDB is built with a C compiler and there is no cc here (on Debian: apt-get install gcc)", ErrNotMeasured)
	}
	program := filepath.Join(run.Dir, "duckdb")
	build := exec.CommandContext(ctx, "go", "build", "-C", "tools/duckdb", "-trimpath", "-o", program, ".") //nolint:gosec // G204: our own module
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	build.Stdout, build.Stderr = run.Log, run.Log
	run.Tell("  building DuckDB")
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("go build -C tools/duckdb (from the repository's root): %w", err)
	}
	cmd := exec.CommandContext(ctx, program) //nolint:gosec // G204: built just now
	cmd.Stderr = run.Log
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &duckDB{cmd: cmd, in: in, out: json.NewDecoder(bufio.NewReader(out))}, cmd.Start()
}

// do carries out a statement and tells how long that took.
func (d *duckDB) do(sql string) (time.Duration, error) {
	if err := json.NewEncoder(d.in).Encode(map[string]string{"sql": sql}); err != nil {
		return 0, err
	}
	var answer struct {
		Seconds float64
		Error   string
	}
	if err := d.out.Decode(&answer); err != nil {
		return 0, fmt.Errorf("DuckDB gave no answer: %w", err)
	}
	if answer.Error != "" {
		return 0, fmt.Errorf("DuckDB: %s", answer.Error)
	}
	return time.Duration(answer.Seconds * float64(time.Second)), nil
}

// close ends the program.
func (d *duckDB) close() error {
	return errors.Join(d.in.Close(), d.cmd.Wait())
}

// load hands over the records, into a native table in the order of subjects, which is the best one for queries that
// group by them.
func (d *duckDB) load(run Run, c *crowd.Crowd) error {
	path := filepath.Join(run.Dir, "records.csv")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(c.Write(f), f.Close()); err != nil {
		return err
	}
	run.Tell("  loading %d records into DuckDB", c.Records)
	for _, sql := range []string{
		fmt.Sprintf("SET threads = %d", populationThreads),
		fmt.Sprintf("SET temp_directory = '%s'", run.Dir),
		"CREATE TABLE raw (" + crowd.Columns + ")",
		fmt.Sprintf("COPY raw FROM '%s' (FORMAT csv, HEADER false)", path),
		"CREATE TABLE records AS SELECT * FROM raw ORDER BY subject, dataset",
		"DROP TABLE raw",
	} {
		if _, err := d.do(sql); err != nil {
			return err
		}
	}
	return os.Remove(path)
}

// againstDuckDB measures our side against a query over the same records, and demands that both give every subject the
// same score and band.
func againstDuckDB(ctx context.Context, run Run, rounds int, query func(*crowd.Crowd, *duckDB) (string, error)) (reading Reading, err error) {
	d, err := startDuckDB(ctx, run)
	if err != nil {
		return Reading{}, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	c, err := crowd.Make(populationSubjects)
	if err != nil {
		return Reading{}, err
	}
	if err := d.load(run, c); err != nil {
		return Reading{}, err
	}
	sql, err := query(c, d)
	if err != nil {
		return Reading{}, err
	}
	r := newRatings(c)
	runtime.GC() // what making the population left behind
	theirs := func(context.Context, int) (time.Duration, error) {
		return d.do("CREATE OR REPLACE TABLE result AS " + sql)
	}
	reading, err = faster(Ratio(ctx, run, rounds, rated(c, run, populationThreads, r), theirs))
	if err != nil {
		return Reading{}, err
	}
	return reading, d.same(run, c, r)
}

// same demands that the database's last result is ours, to the last subject.
func (d *duckDB) same(run Run, c *crowd.Crowd, r *ratings) error {
	path := filepath.Join(run.Dir, "result.csv")
	if _, err := d.do(fmt.Sprintf("COPY (SELECT subject, score, band FROM result ORDER BY subject) TO '%s' (FORMAT csv, HEADER false)", path)); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it is only read
	lines := csv.NewReader(bufio.NewReader(f))
	lines.ReuseRecord = true
	next, line := -1, []string(nil)
	for subject := range r.score {
		if next < subject {
			if line, err = lines.Read(); err == nil {
				next, err = strconv.Atoi(line[0])
			} else if errors.Is(err, io.EOF) {
				next, err = len(r.score), nil
			}
			if err != nil {
				return err
			}
		}
		score, band := c.Nobody(), c.Band(c.Nobody())
		if next == subject {
			if score, err = strconv.ParseInt(line[1], 10, 64); err != nil {
				return err
			}
			band = line[2]
		}
		if ours := c.Plan.Band(int(r.band[subject])).Name.Text; score != int64(r.score[subject]) || band != ours {
			return fmt.Errorf("subject %d has score %d and band %s with us, %d and %s with DuckDB", subject, r.score[subject], ours, score, band)
		}
	}
	run.Tell("  all %d subjects have the same score and band on both sides", len(r.score))
	return nil
}
