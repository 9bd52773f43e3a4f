package mutation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tests are built tests of one package.
type Tests struct {
	// Package is the folder whose tests they are, in which they run.
	Package string
	binary  string
	root    string
}

// Build builds a package's tests with the overlay.
func Build(ctx context.Context, root, overlay, folder, pkg string) (Tests, error) {
	t := Tests{Package: pkg, root: root, binary: filepath.Join(folder, strings.ReplaceAll(pkg, "/", "+")+".test")}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-trimpath", "-overlay", overlay, "-o", t.binary, "./"+pkg) //nolint:gosec // builds a package of this repository
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return t, fmt.Errorf("building the tests of %s with the overlay: %w\n%s", pkg, err, out)
	}
	return t, nil
}

// Suite is the folder of the random histories, Lists that of lists of organisations, Remedy that of what is done to subjects,
// Rules that of the rules which a deployment keeps as data.
const (
	Suite  = Charter + "/suite"
	Lists  = Charter + "/lists"
	Remedy = Charter + "/remedy"
	Rules  = Charter + "/rules"
)

// attempts are how a package's tests are tried, the quick way first: those that bear the invariant's number, then all.
func attempts(pkg, invariant string) [][]string {
	some := "-test.run=" + invariant + "([^0-9]|$)"
	property := []string{"-rapid.shrinktime=0s", "-rapid.nofailfile"}
	switch pkg {
	case Lists, Remedy, Rules: // tables, asked in milliseconds
		return [][]string{nil}
	case Charter:
		return [][]string{append(property, some, "-rapid.checks=40"), append(property, "-rapid.checks=40")}
	case Suite: // a check is a whole history
		// Whether every operation gets somewhere in so few histories says nothing of a guard.
		property = append(property, "-test.skip=^TestEveryOperation")
		return [][]string{append(slices.Clone(property), some, "-rapid.checks=12"), append(slices.Clone(property), "-rapid.checks=4")}
	}
	return [][]string{nil}
}

// Stand runs the tests with every guard in place and gives the name of one that fails even so, "" where none does.
func (t Tests) Stand(ctx context.Context) (string, error) {
	all := attempts(t.Package, "")
	return t.once(ctx, -1, all[len(all)-1])
}

// Noticed runs the tests without the guard of a number and gives the name of a test that failed, "" where none did. A test that does not end has noticed too.
func (t Tests) Noticed(ctx context.Context, number int, invariant string) (string, error) {
	for _, args := range attempts(t.Package, invariant) {
		test, err := t.once(ctx, number, args)
		if err != nil || test != "" {
			return test, err
		}
	}
	return "", nil
}

var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

func (t Tests) once(ctx context.Context, number int, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	args = append(slices.Clone(args), "-test.failfast", "-test.timeout=9m")
	cmd := exec.CommandContext(ctx, t.binary, args...) //nolint:gosec // the tests built above
	cmd.Dir = filepath.Join(t.root, filepath.FromSlash(t.Package))
	cmd.Env = os.Environ()
	// Memory, where the system has a place in it: the tests commit thousands of times.
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		cmd.Env = append(cmd.Env, "TMPDIR=/dev/shm")
	}
	if number >= 0 {
		cmd.Env = append(cmd.Env, Variable+"="+strconv.Itoa(number))
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case ctx.Err() != nil || bytes.Contains(out, []byte("panic: test timed out")):
		return "(the tests did not end)", nil
	case !errors.As(err, &exit):
		return "", err
	}
	if m := failed.FindSubmatch(out); m != nil {
		return string(m[1]), nil
	}
	if bytes.Contains(out, []byte("panic: ")) || bytes.Contains(out, []byte("fatal error: ")) {
		return "(a panic)", nil
	}
	return "", fmt.Errorf("the tests of %s ended with %w and name none that failed:\n%s", t.Package, err, tail(out))
}

func tail(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
