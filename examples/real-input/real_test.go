// Package main_test runs the example as a user would: run.sh takes the public files in with the program, in a live
// database of its own, and what it prints must be what docs/real-input.md shows.
package main_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/cli"
)

// The test binary stands in for the program where standIn is set: to the moment at which the script began, in
// nanoseconds. The clock of the program then begins on the day of the documents and runs on from there.
const standIn = "REAL_INPUT_BEGAN"

func TestMain(m *testing.M) {
	if began := os.Getenv(standIn); began != "" {
		os.Exit(probity(began))
	}
	os.Exit(m.Run())
}

func probity(began string) int {
	n, err := strconv.ParseInt(began, 10, 64)
	if err != nil {
		panic(err)
	}
	morning := time.Date(2026, 11, 22, 9, 0, 0, 0, calendar.Shanghai)
	return cli.Main(context.Background(), cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv,
		Now: func() time.Time { return morning.Add(time.Since(time.Unix(0, n))) },
	})
}

const page = "../../docs/real-input.md"

// pseudonym is a number of a subject or record: another one in every database.
var pseudonym = regexp.MustCompile(`\b([rs])0[0-9a-z]{12}\b`)

func TestWhatComesOutIsWhatTheDocumentShows(t *testing.T) {
	t.Parallel()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("PROBITY_DATA is not set: the example on real input was NOT run")
	}
	said := pseudonym.ReplaceAllString(script(t, data), "${1}…")
	blocks := shown(t)
	if len(blocks) < 5 {
		t.Fatalf("%s shows %d blocks of output", page, len(blocks))
	}
	for _, b := range blocks {
		if !strings.Contains(said, b) {
			t.Errorf("%s shows what did not come out:\n%s", page, b)
		}
	}
	if t.Failed() {
		t.Logf("all that came out:\n%s", said)
	}
}

// script runs run.sh and gives all that it printed.
func script(t *testing.T, data string) string {
	t.Helper()
	data, err := filepath.Abs(data)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "bash", "run.sh", filepath.Join(t.TempDir(), "out"))
	run.Env = append(os.Environ(), "PROBITY="+self, "PROBITY_DATA="+data, "PROBITY_AS=", "LOGNAME=operator",
		standIn+"="+strconv.FormatInt(time.Now().UnixNano(), 10))
	said, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("run.sh: %v\n%s", err, said)
	}
	return string(said)
}

// shown are the blocks of output in the document, without the identifiers of one run.
func shown(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for rest := string(text); ; {
		_, after, found := strings.Cut(rest, "\n```text\n")
		if !found {
			return blocks
		}
		block, more, closed := strings.Cut(after, "\n```\n")
		if !closed {
			t.Fatalf("%s: a block has no end", page)
		}
		blocks = append(blocks, block+"\n")
		rest = more
	}
}

// TestTheScriptSaysWhatItNeeds: nothing is begun without the data, and nothing is written over.
func TestTheScriptSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ data, folder, want string }{
		"no data":   {"", filepath.Join(t.TempDir(), "out"), "set PROBITY_DATA to the folder with the public files"},
		"not empty": {"/", t.TempDir(), "is there already; name a folder to make"},
	} {
		run := exec.CommandContext(t.Context(), "bash", "run.sh", c.folder)
		run.Env = append(os.Environ(), "PROBITY=false", "PROBITY_DATA="+c.data)
		said, err := run.CombinedOutput()
		var failed *exec.ExitError
		if !errors.As(err, &failed) || !strings.Contains(string(said), c.want) {
			t.Errorf("%s: %v, %s", name, err, said)
		}
	}
}
