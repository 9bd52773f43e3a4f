package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"probity/calendar"
	"probity/internal/cli"
	"probity/internal/store/storetest"
)

// morning is when every script begins, so that what is typed and printed there stays true on any day. From there the
// clock runs on, from one command of a script to the next.
var morning = time.Date(2026, 7, 1, 9, 0, 0, 0, calendar.Shanghai)

// scriptBegan is the environment variable that tells the commands of a script when it began, in nanoseconds.
const scriptBegan = "SCRIPT_BEGAN"

// TestMain lets the test binary stand in for the program: scripts run it under the name probity.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"probity": func() { os.Exit(probity()) }})
}

// probity is cmd/probity with the clock of the script.
func probity() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	began, err := strconv.ParseInt(os.Getenv(scriptBegan), 10, 64)
	if err != nil {
		panic(err)
	}
	now := func() time.Time { return morning.Add(time.Since(time.Unix(0, began))) }
	return cli.Main(ctx, cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Env: os.Getenv, Now: now,
	})
}

// TestScripts runs the command line as users type it. Besides the commands of testscript there is
//
//	exits CODE probity ARGS...
//	keep NAME PATTERN
//	lose DATABASE
//	tamper DATABASE STATEMENT
//	agree CREDENTIAL PURPOSE
//
// The first demands that exit code exactly; the second keeps what the pattern's group matches in the last standard output
// as an environment variable, for ids that differ from run to run; the third takes the database away and leaves its keys; the
// fourth changes it past the program. What
// is so on a server alone stands behind [server], and what is so on a cluster alone behind [cluster]. HERE is the address of the database in use, THERE that of an empty place,
// EXAMPLES the folder of the examples.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv(scriptBegan, strconv.FormatInt(time.Now().UnixNano(), 10))
			here := storetest.Address(t, filepath.Join(env.WorkDir, "probity.db"))
			env.Setenv("HERE", here)
			env.Setenv("THERE", storetest.Address(t, filepath.Join(env.WorkDir, "there.db")))
			examples, err := filepath.Abs("../../examples")
			if err != nil {
				return err
			}
			env.Setenv("EXAMPLES", examples)
			if storetest.Engine() == storetest.Postgres {
				env.Setenv("PROBITY_DB", here)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "keep": keep, "lose": lose, "tamper": tamper, "agree": agree},
		Condition: func(what string) (bool, error) {
			switch what {
			case "server":
				return storetest.Engine() == storetest.Postgres, nil
			case "cluster":
				return storetest.Distributed(), nil
			}
			return false, fmt.Errorf("%q is no condition", what)
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// agree lets the delta bank read answers for a purpose: an official of the bank asks, the founder's judge, and a second grants.
func agree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: agree CREDENTIAL PURPOSE")
	}
	ts.Check(os.WriteFile(ts.MkAbs("wish.yaml"), []byte(wishFor(args[1])), 0o600))
	ts.Check(ts.Exec("probity", "agreement", "request", "wish.yaml", "--as", args[0]))
	id := regexp.MustCompile(`g[0-9a-z]{13}`).FindString(ts.ReadFile("stdout"))
	ts.Check(ts.Exec("probity", "agreement", "judge", id, "--fit", "--reason", "the basis holds"))
	ts.Check(ts.Exec("probity", "agreement", "answer", id, "--grant", "--reason", "as judged", "--as", "second"))
}

// wishFor is the bank's wish for answers about organisations and persons for half a year from that morning.
func wishFor(purpose string) string {
	return `readers: [delta-bank]
grantors: [npcic]
purpose: ` + purpose + `
basis: pipl art. 13
reads: [rating, decision, history]
kinds: [enterprise, person]
from: 2026-07-01
until: 2027-01-01
per_day: 2000
risk: {form: 1, data: [financial], automated: false, need: a loan, safeguards: a safe, keep_days: 30, passed_on: []}
`
}

func lose(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lose DATABASE")
	}
	ts.Check(storetest.Lose(context.Background(), ts.MkAbs(args[0])))
}

func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper DATABASE STATEMENT")
	}
	ts.Check(storetest.Tamper(context.Background(), ts.MkAbs(args[0]), args[1]))
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("cannot run %s: %v", args[1], err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep NAME PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	found := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("nothing to keep: %s is not in the last standard output", pattern)
	}
	ts.Setenv(args[0], found[1])
}

// TestInterrupted holds that work that is cut off says so, and how to take it up again.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "probity.db")
	run := func(ctx context.Context, args ...string) (code int, out, message string) {
		var stdout, stderr strings.Builder
		code = cli.Main(ctx, cli.Process{
			Args: append([]string{"--db", db}, args...), In: strings.NewReader("uscc\n"), Out: &stdout, Err: &stderr,
			Env: func(string) string { return "" }, Now: time.Now,
		})
		return code, stdout.String(), stderr.String()
	}
	if code, _, message := run(t.Context(), "init", "--demo"); code != 0 {
		t.Fatal(message)
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	code, out, message := run(cut, "rate", "--all")
	want := "probity: interrupted; nothing was left half done\n"
	if code != 1 || out != "" || !strings.HasPrefix(message, want) {
		t.Errorf("exit code %d, output %q, message %q; want 1, nothing, %q", code, out, message, want)
	}
	code, out, _ = run(cut, "rate", "--all", "--json")
	if code != 1 || !strings.HasPrefix(out, `{"error":{"code":"interrupted"`) {
		t.Errorf("exit code %d, output %q", code, out)
	}
}
