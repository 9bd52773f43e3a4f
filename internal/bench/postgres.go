package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"probity/internal/store"
	"probity/internal/store/postgres"
)

// serverScript starts a private server in a temporary folder that writes as one in earnest does; it ends with its standard input.
const serverScript = "scripts/postgres"

// withServer runs f beside a PostgreSQL server of its own, or a cluster, where how says so. There is no figure where the machine has
// none.
func withServer(ctx context.Context, run Run, f func(*server) (Reading, error), how ...string) (Reading, error) {
	cmd := exec.CommandContext(ctx, serverScript, how...) //nolint:gosec // G204: a script of ours, and words of ours
	cmd.Env = append(os.Environ(), "PROBITY_TEST_FSYNC=on")
	cmd.Stderr = run.Log
	held, err := cmd.StdinPipe()
	if err != nil {
		return Reading{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Reading{}, err
	}
	if err := cmd.Start(); err != nil {
		return Reading{}, fmt.Errorf("%w: %s cannot be started: %w", ErrNotMeasured, serverScript, err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return Reading{}, errors.Join(fmt.Errorf("%w: %s did not start a server, for the reason above", ErrNotMeasured, serverScript), cmd.Wait())
	}
	s := &server{at: strings.TrimSpace(address), dir: run.Dir}
	reading, err := f(s)
	return reading, errors.Join(err, held.Close(), cmd.Wait())
}

// server is where databases are made.
type server struct {
	at, dir string
	n       int
}

// fresh makes a database and gives its address, with what stands beside it in the run's folder.
func (s *server) fresh(ctx context.Context) (string, error) {
	s.n++
	name := fmt.Sprint("bench", s.n)
	conn, err := pgx.Connect(ctx, s.at)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx) //nolint:errcheck // the database is made or not
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+name); err != nil {
		return "", err
	}
	at, err := url.Parse(s.at)
	if err != nil {
		return "", err
	}
	query := at.Query()
	query.Set("beside", filepath.Join(s.dir, name))
	at.Path, at.RawQuery = "/"+name, query.Encode()
	return at.String(), nil
}

// bare is a connection past the store to the database at an address.
func bare(ctx context.Context, address string) (*pgx.Conn, error) {
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	query := at.Query()
	query.Del("beside")
	query.Set("search_path", postgres.Schema)
	at.RawQuery = query.Encode()
	return pgx.Connect(ctx, at.String())
}

// servedReads is how many readings are counted on a server.
const servedReads = 10_000

// servedRows and servedFirms are the size of the file that is taken in on a server: 20 records a firm.
const (
	servedRows  = 200_000
	servedFirms = 10_000
)

// taken makes a database on the server and takes the file in.
func (s *server) taken(ctx context.Context, run Run, file string) (address string, took time.Duration, err error) {
	if address, err = s.fresh(ctx); err == nil {
		took, err = intakeWhole(ctx, run, file, address)
	}
	return address, took, err
}

// inspections writes the file.
func (s *server) inspections() (string, error) {
	file := filepath.Join(s.dir, "inspections.csv")
	return file, writeInspections(file, servedRows, servedFirms)
}

// intakePostgres holds the whole way of a file on a server against COPY of the rows that came out of it, ready made, sorted and in
// the server's own binary format, into the same tables with the same indexes.
var intakePostgres = Figure{
	Name: "intake.postgres.vs_copy",
	Unit: "s",
	What: "a CSV of 200,000 rows taken in on a PostgreSQL server and its subjects rated, against the bare COPY of the finished rows",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withServer(ctx, run, func(s *server) (Reading, error) {
			file, err := s.inspections()
			if err != nil {
				return Reading{}, err
			}
			finished, _, err := s.taken(ctx, run, file)
			if err != nil {
				return Reading{}, err
			}
			tables, err := copiedOut(ctx, finished)
			if err != nil {
				return Reading{}, err
			}
			return Ratio(ctx, run, 3,
				func(ctx context.Context, _ int) (time.Duration, error) {
					_, took, err := s.taken(ctx, run, file)
					return took, err
				},
				func(ctx context.Context, _ int) (time.Duration, error) { return s.copiedIn(ctx, run, tables) })
		})
	},
}

// copiedOut are the finished tables in the binary format of COPY, in the order of their keys.
func copiedOut(ctx context.Context, address string) (tables [][]byte, err error) {
	conn, err := bare(ctx, address)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	for _, t := range intakeTables {
		var rows bytes.Buffer
		if _, err := conn.PgConn().CopyTo(ctx, &rows, `COPY (SELECT * FROM `+t.name+` ORDER BY `+t.order+`) TO STDOUT (FORMAT binary)`); err != nil {
			return nil, err
		}
		tables = append(tables, rows.Bytes())
	}
	return tables, nil
}

// copiedIn copies them into an empty database of the same plan, a transaction for each table.
func (s *server) copiedIn(ctx context.Context, run Run, tables [][]byte) (took time.Duration, err error) {
	address, err := s.fresh(ctx)
	if err != nil {
		return 0, err
	}
	empty, err := store.Create(ctx, address, store.Demo, store.Options{Now: run.Now})
	if err == nil {
		err = empty.Close()
	}
	if err != nil {
		return 0, err
	}
	conn, err := bare(ctx, address)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx) //nolint:errcheck // what counts is committed
	started := time.Now()
	for i, t := range intakeTables {
		if _, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(tables[i]), `COPY `+t.name+` FROM STDIN (FORMAT binary)`); err != nil {
			return 0, err
		}
	}
	return time.Since(started), nil
}

// storedBytes is what a record takes on a server, all that belongs to it included.
var storedBytes = Figure{
	Name: "store.postgres.bytes_per_record",
	Unit: "B",
	What: "all tables and indexes of a PostgreSQL database after 200,000 inspections of 10,000 firms were taken in and rated, for each record",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withServer(ctx, run, func(s *server) (Reading, error) {
			file, err := s.inspections()
			if err != nil {
				return Reading{}, err
			}
			address, _, err := s.taken(ctx, run, file)
			if err != nil {
				return Reading{}, err
			}
			conn, err := bare(ctx, address)
			if err != nil {
				return Reading{}, err
			}
			defer conn.Close(ctx) //nolint:errcheck // only read
			var bytes int64
			err = conn.QueryRow(ctx, `SELECT sum(pg_total_relation_size(t.oid)) FROM pg_class t WHERE t.relkind = 'r' AND t.relnamespace = '`+
				postgres.Schema+`'::regnamespace`).Scan(&bytes)
			return Reading{Value: float64(bytes) / servedRows}, err
		})
	},
}

// accessPostgres is accessLogged on a server, where entries go straight into the database.
var accessPostgres = Figure{
	Name: "access.postgres.logged_per_s",
	Unit: "reads/s",
	What: "recorded readings of the standing row on a PostgreSQL server, 512 readers at a time, each entry committed before the answer",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withServer(ctx, run, func(s *server) (Reading, error) {
			address, err := s.fresh(ctx)
			if err != nil {
				return Reading{}, err
			}
			h, err := openReadingHall(ctx, run, address)
			if err != nil {
				return Reading{}, err
			}
			defer h.close(run)
			took, err := h.readAll(ctx, h.Access, 0, servedReads)
			return Reading{Value: servedReads / took.Seconds()}, err
		})
	},
}
