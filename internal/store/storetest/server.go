// Package storetest gives tests a database on the engine they are run for, and holds every engine to the same contract.
//
// A test that makes its databases at an Address runs on SQLite as it stands, and with PROBITY_TEST_ENGINE=postgres on
// PostgreSQL: on the server whose address is in PROBITY_TEST_POSTGRES, or on one of its own that scripts/postgres starts for
// the test binary.
package storetest

import (
	"bufio"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which databases are made
)

// Postgres is the engine's name as it stands in PROBITY_TEST_ENGINE.
const Postgres = "postgres"

// Engine is the engine that this run is for.
func Engine() string {
	if e := os.Getenv("PROBITY_TEST_ENGINE"); e != "" {
		return e
	}
	return "sqlite"
}

// Address is where a test makes its database, and finds it again: the file at the path, or a database of its own on the
// server whose keys, journal and log stand at that path.
func Address(t testing.TB, path string) string {
	t.Helper()
	switch Engine() {
	case "sqlite":
		return "sqlite:" + path
	case Postgres:
		return OnServer(t, path)
	default:
		t.Fatalf("PROBITY_TEST_ENGINE is %q, and must be sqlite or postgres", Engine())
		return ""
	}
}

// OnServer is an address on the server, whatever the run is for: of a database made for the path where there is none yet, and
// dropped when the test that asked first has ended.
func OnServer(t testing.TB, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(path))
	name := fmt.Sprintf("probity_%x", sum[:8])
	server := started(t)
	var there bool
	if err := server.db.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if !there {
		if _, err := server.db.ExecContext(t.Context(), `CREATE DATABASE `+name); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := server.db.Exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
				t.Errorf("dropping %s: %v", name, err)
			}
		})
	}
	at := *server.at
	at.Path = "/" + name
	query := at.Query()
	query.Set("beside", path)
	at.RawQuery = query.Encode()
	return at.String()
}

type running struct {
	at *url.URL
	db *sql.DB
}

// server is started once for a test binary; it ends with it.
var server = sync.OnceValues(func() (*running, error) {
	address := os.Getenv("PROBITY_TEST_POSTGRES")
	if address == "" {
		var err error
		if address, err = own(); err != nil {
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
	return &running{at, db}, nil
})

func started(t testing.TB) *running {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("there is no PostgreSQL server to test on: %v", err)
	}
	return s
}

// own starts a server that ends when this process does, however that comes about: it reads from a pipe that nobody else
// holds open.
func own() (string, error) {
	script, err := inRepository("scripts/postgres")
	if err != nil {
		return "", err
	}
	cmd := exec.Command(script) //nolint:gosec // a script of this repository
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", errors.Join(errors.New("scripts/postgres did not start a server"), cmd.Wait())
	}
	address = strings.TrimSpace(address)
	return address, os.Setenv("PROBITY_TEST_POSTGRES", address) // for the processes that tests start
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
