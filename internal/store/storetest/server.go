// Package storetest gives tests a database on the engine they are run for, and holds every engine to the same contract.
//
// A test that makes its databases at an Address runs on SQLite as it stands, and with PROBITY_TEST_ENGINE=postgres on
// PostgreSQL: on the server whose address is in PROBITY_TEST_POSTGRES, or on one of its own that scripts/postgres starts for
// the test binary.
package storetest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which databases are made

	"probity/internal/store/postgres"
)

// Postgres and Citus are engines' names as they stand in PROBITY_TEST_ENGINE; what is made on Citus is distributed.
const (
	Postgres = "postgres"
	Citus    = "citus"
)

// Engine is the engine that this run is for; Citus is PostgreSQL.
func Engine() string {
	switch e := os.Getenv("PROBITY_TEST_ENGINE"); e {
	case "":
		return "sqlite"
	case Citus:
		return Postgres
	default:
		return e
	}
}

// Distributed tells that the run is for Citus.
func Distributed() bool { return os.Getenv("PROBITY_TEST_ENGINE") == Citus }

// clusterTemplate is the database that scripts/postgres makes on each node of a cluster, to be copied.
const clusterTemplate = "probity_template"

// Address is where a test makes its database, and finds it again: the file at the path, or a database of its own on the
// server whose keys, journal and log stand at that path. It is dropped when the test that asked first has ended.
func Address(t testing.TB, path string) string {
	t.Helper()
	address, made, err := place(path, "")
	if err != nil {
		t.Fatal(err)
	}
	if made {
		t.Cleanup(func() {
			if err := Drop(path); err != nil {
				t.Errorf("dropping the database of %s: %v", path, err)
			}
		})
	}
	return address
}

// ServerAddress is the server's own address, where tests run on one.
func ServerAddress(t testing.TB) string {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	return s.at.String()
}

// At is Address for what outlives a test; the database is dropped by Drop, or ends with the server.
func At(path string) (string, error) {
	address, _, err := place(path, "")
	return address, err
}

// Copy makes the database of a path a copy of another path's, which nobody has open, unless there is one already, and gives
// its address. The files beside it are the caller's to copy.
func Copy(ctx context.Context, from, to string) (string, error) {
	address, _, err := place(to, name(from))
	if _, missing := os.Stat(to); err != nil || Engine() == Postgres || !os.IsNotExist(missing) {
		return address, err
	}
	db, err := Raw(from)
	if err != nil {
		return "", err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	return address, errors.Join(err, db.Close())
}

// Drop takes away the database of a path, and nothing where there is none.
func Drop(path string) error {
	if Engine() != Postgres {
		return gone(path)
	}
	s, err := server()
	if err != nil {
		return err
	}
	if Distributed() { // the cluster looks after its databases, and would come back meanwhile
		if err := s.each(context.Background(), `UPDATE pg_database SET datallowconn = false WHERE datname = '`+name(path)+`'`); err != nil {
			return err
		}
		if err := s.each(context.Background(), `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '`+name(path)+`'`); err != nil {
			return err
		}
	}
	return s.each(context.Background(), `DROP DATABASE IF EXISTS `+name(path)+` WITH (FORCE)`)
}

// Lose takes away what a path's database holds, and leaves what stands beside it: as a disk that is lost does.
func Lose(ctx context.Context, path string) error {
	if Engine() != Postgres {
		return errors.Join(os.Remove(path), gone(path+"-wal"), gone(path+"-shm"))
	}
	db, err := Raw(path)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `DROP SCHEMA `+postgres.Schema+` CASCADE`)
	return errors.Join(err, db.Close())
}

func gone(path string) error {
	if err := os.Remove(path); !os.IsNotExist(err) {
		return err
	}
	return nil
}

// name is the name on the server of a path's database.
func name(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	sum := sha256.Sum256([]byte(path))
	return fmt.Sprintf("probity_%x", sum[:8])
}

// place gives the address of a path, and makes its database where there is none yet.
func place(path, template string) (address string, made bool, err error) {
	switch Engine() {
	case "sqlite":
		return "sqlite:" + path, false, nil
	case Postgres:
	default:
		return "", false, fmt.Errorf("PROBITY_TEST_ENGINE is %q, and must be sqlite or postgres", Engine())
	}
	s, err := server()
	if err != nil {
		return "", false, fmt.Errorf("there is no PostgreSQL server to test on: %w", err)
	}
	var there bool
	if err := s.db.QueryRowContext(context.Background(), `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name(path)).Scan(&there); err != nil {
		return "", false, err
	}
	if !there {
		if err := s.copy(context.Background(), template, name(path)); err != nil {
			return "", false, err
		}
	}
	at := *s.at
	at.Path = "/" + name(path)
	query := at.Query()
	query.Set("beside", path)
	if Distributed() {
		query.Set("distribute", "2")
	}
	at.RawQuery = query.Encode()
	return at.String(), !there, nil
}

type running struct {
	at *url.URL
	db *sql.DB
	// workers are the other nodes of a cluster.
	workers []*sql.DB
	// held is the standard input of a server of our own, nil where there is none. It serves while that is open, and a pipe
	// that nobody holds is closed by the garbage collector.
	held io.Closer
}

// server is started once for a test binary; it ends with it.
var server = sync.OnceValues(func() (*running, error) {
	address := os.Getenv("PROBITY_TEST_POSTGRES")
	var held io.Closer
	if address == "" {
		var err error
		if address, held, err = own(); err != nil {
			return nil, err
		}
	}
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(2)
	s := &running{at: at, db: db, held: held}
	for _, port := range workerPorts() {
		query := at.Query()
		query.Set("port", port)
		one := *at
		one.RawQuery = query.Encode()
		db, err := sql.Open("pgx", one.String())
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(2)
		s.workers = append(s.workers, db)
	}
	return s, nil
})

// workerPorts are those that scripts/postgres gives the workers of a cluster.
func workerPorts() []string {
	if !Distributed() {
		return nil
	}
	return []string{"5433", "5434"}
}

// each runs a statement on every node.
func (s *running) each(ctx context.Context, statement string) error {
	for _, node := range append([]*sql.DB{s.db}, s.workers...) {
		if _, err := node.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// copy makes a database as a copy of another one, which nobody uses, or of none.
func (s *running) copy(ctx context.Context, from, to string) error {
	switch {
	case from == "" && !Distributed():
		from = "template1"
	case from == "":
		from = clusterTemplate
	case Distributed(): // the cluster itself looks after its databases
		if err := s.each(ctx, `ALTER DATABASE `+from+` ALLOW_CONNECTIONS false`); err != nil {
			return err
		}
		if err := s.each(ctx, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '`+from+`'`); err != nil {
			return err
		}
		defer s.each(ctx, `ALTER DATABASE `+from+` ALLOW_CONNECTIONS true`) //nolint:errcheck // who uses it next says so
	}
	return s.each(ctx, `CREATE DATABASE `+to+` TEMPLATE `+from)
}

// own starts a server that ends when this process does, however that comes about: it reads from a pipe that nobody else
// holds open, and which is held as long as it is wanted.
func own() (address string, held io.Closer, err error) {
	script, err := inRepository("scripts/postgres")
	if err != nil {
		return "", nil, err
	}
	var args []string
	if Distributed() {
		args = []string{"--citus"}
	}
	cmd := exec.CommandContext(context.Background(), script, args...) //nolint:gosec // a script of this repository; it ends with its standard input
	if held, err = cmd.StdinPipe(); err != nil {
		return "", nil, err
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(errors.New("scripts/postgres did not start a server"), cmd.Wait())
	}
	address = strings.TrimSpace(address)
	return address, held, os.Setenv("PROBITY_TEST_POSTGRES", address) // for the processes that tests start
}

// inRepository is the path of a file of this repository, which tests run somewhere within.
func inRepository(name string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, name), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("this is no folder of the repository")
		}
		dir = up
	}
}
