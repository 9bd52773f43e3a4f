package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"probity/internal/demo"
	"probity/internal/job"
	"probity/internal/store/jobs"
)

// unrated is a town of which nobody is rated yet, in a folder that tests copy, with an open job in many blocks.
type unrated struct {
	folder string
	// at is the town's clock when it was made, at began by the clock of the machine; from there it runs on.
	at, began time.Time
	job       job.ID
	blocks    int64
}

func newUnrated(t *testing.T) *unrated {
	t.Helper()
	u := &unrated{folder: t.TempDir(), at: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	d, ratings, err := demo.Town(t.Context(), u.folder, 1, func() time.Time { return u.at })
	fatal(t, err)
	secret, err := d.Wallet.Load(demo.Operator)
	fatal(t, err)
	by, err := d.Access.Authenticate(t.Context(), demo.Operator, secret)
	fatal(t, err)
	permit, err := d.Access.Working(t.Context(), by, "job")
	fatal(t, err)
	desk, err := d.Jobs(ratings, "test", 1)
	fatal(t, err)
	few := jobs.In(d.Store)
	few.Block = 3
	desk.Store = few
	j, err := desk.Order(t.Context(), permit, nil)
	fatal(t, err)
	all, err := few.Jobs(t.Context())
	fatal(t, err)
	u.job, u.blocks = j.ID, all[0].Blocks
	fatal(t, d.Close())
	u.began = time.Now()
	do(t, u.folder, `DELETE FROM rating`)
	do(t, u.folder, `DELETE FROM rating_history`)
	return u
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open is the database of a folder, beside the program.
func open(t *testing.T, folder string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+demo.Database(folder)+"?_pragma=busy_timeout(10000)")
	fatal(t, err)
	return raw
}

func do(t *testing.T, folder, statement string) {
	t.Helper()
	raw := open(t, folder)
	_, err := raw.ExecContext(t.Context(), statement)
	fatal(t, errors.Join(err, raw.Close()))
}

// lines are the rows of a query.
func lines(t *testing.T, folder, query string) (list []string) {
	t.Helper()
	raw := open(t, folder)
	defer raw.Close()
	rows, err := raw.QueryContext(t.Context(), query)
	fatal(t, err)
	defer rows.Close()
	for rows.Next() {
		var one string
		fatal(t, rows.Scan(&one))
		list = append(list, one)
	}
	fatal(t, rows.Err())
	return list
}

// kept is what the ratings are, and how often each was told.
func kept(t *testing.T, folder string) []string {
	t.Helper()
	return lines(t, folder, `SELECT subject || ' ' || model || ' ' || version || ' ' || as_of || ' ' || coalesce(good_until, '-') || ' ' || status || ' ' ||
		coalesce(score, '-') || ' ' || band || ' ' || gate || ' ' || why_not || ' told ' ||
		(SELECT count(*) FROM rating_history h WHERE h.subject = r.subject AND h.model = r.model) FROM rating r ORDER BY subject, model`)
}

func (u *unrated) copy(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "town")
	fatal(t, os.CopyFS(to, os.DirFS(u.folder)))
	fatal(t, filepath.WalkDir(to, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = os.Chmod(path, 0o600) // keys are their owner's alone
		}
		return err
	}))
	return to
}

// process is the program in a process of its own, later by so much than the town.
func (u *unrated) process(ctx context.Context, t *testing.T, folder string, later time.Duration, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	fatal(t, err)
	c := exec.CommandContext(ctx, self)
	c.Args = append([]string{"probity", "--db", "sqlite:" + demo.Database(folder)}, args...)
	began := u.began.Add(-u.at.Add(later).Sub(morning))
	c.Env = append(os.Environ(), scriptBegan+"="+strconv.FormatInt(began.UnixNano(), 10))
	c.Stdout, c.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return c
}

// run runs the program to its end.
func (u *unrated) run(t *testing.T, folder string, later time.Duration, args ...string) string {
	t.Helper()
	c := u.process(t.Context(), t, folder, later, args...)
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, c.Stderr)
	}
	return fmt.Sprint(c.Stdout)
}

// leases is how much later each process begins than the one before: what a killed one held is free.
const leases = job.Lease + time.Second

// TestKilledProcesses kills processes that rate everybody, over a snapshot, page by page or as a job, at random points, until one
// comes to its end: the ratings are those of a process that nobody killed, and nobody is told anything twice.
func TestKilledProcesses(t *testing.T) {
	t.Parallel()
	u := newUnrated(t)
	random := rand.New(rand.NewPCG(5, 7))
	for what, args := range map[string][]string{
		"over a snapshot": {"rate", "--all", "--snapshot"}, "one by one": {"rate", "--all"}, "as a job": {"job", "run", "--snapshot"},
	} {
		dir := func(folder string) []string {
			if args[len(args)-1] == "--snapshot" {
				return append(args[:len(args):len(args)], filepath.Join(folder, "snap"))
			}
			return args
		}
		whole := u.copy(t)
		began := time.Now()
		u.run(t, whole, 0, dir(whole)...)
		took := time.Since(began)
		want := kept(t, whole)
		if len(want) == 0 {
			t.Fatal("nobody was rated")
		}
		folder := u.copy(t)
		killed := 0
		for later := leases; killed < 4; later += leases {
			c := u.process(t.Context(), t, folder, later, dir(folder)...)
			fatal(t, c.Start())
			kill := time.AfterFunc(time.Duration(random.Int64N(int64(took))), func() { _ = c.Process.Kill() })
			err := c.Wait()
			kill.Stop()
			if err == nil {
				break
			}
			if c.ProcessState.ExitCode() >= 0 {
				t.Fatalf("%s: %v\n%s", what, err, c.Stderr)
			}
			killed++
		}
		u.run(t, folder, 10*leases, dir(folder)...)
		t.Logf("%s: killed %d times, with %d ratings", what, killed, len(want))
		if diff := cmp.Diff(want, kept(t, folder)); diff != "" {
			t.Errorf("%s, after %d kills:\n%s", what, killed, diff)
		}
	}
}

// TestProcessesShareAJob has two processes work on one job in one database, while others pause and resume it: every block is done
// once, and what stands in the end is what one process leaves. A job that is cancelled under a process ends it.
func TestProcessesShareAJob(t *testing.T) {
	t.Parallel()
	u := newUnrated(t)
	whole := u.copy(t)
	u.run(t, whole, 0, "job", "run", "--snapshot", filepath.Join(whole, "snap"))
	number := strconv.Itoa(int(u.job))
	tally := `SELECT number || ' ' || rated || ' ' || changed || ' ' || ended FROM job_block WHERE job = ` + number + ` ORDER BY number`
	folder := u.copy(t)
	var both []*exec.Cmd
	for _, name := range []string{"one", "two"} {
		c := u.process(t.Context(), t, folder, 0, "job", "run", "--snapshot", filepath.Join(folder, name))
		fatal(t, c.Start())
		both = append(both, c)
	}
	for _, c := range both {
		if err := c.Wait(); err != nil {
			t.Fatalf("a process that shares the job: %v\n%s", err, c.Stderr)
		}
	}
	if diff := cmp.Diff(lines(t, whole, tally), lines(t, folder, tally)); diff != "" {
		t.Errorf("the blocks that two processes did:\n%s", diff)
	}
	if n := lines(t, folder, `SELECT count(*) FROM job_block WHERE job = `+number); n[0] != strconv.FormatInt(u.blocks, 10) || u.blocks < 10 {
		t.Errorf("the job has %v blocks instead of %d", n, u.blocks)
	}
	if diff := cmp.Diff(kept(t, whole), kept(t, folder)); diff != "" {
		t.Errorf("shared:\n%s", diff)
	}

	folder = u.copy(t)
	snap := filepath.Join(folder, "snap")
	u.run(t, folder, 0, "job", "pause", number)
	if out := u.run(t, folder, 0, "job", "run", "--snapshot", snap); strings.Contains(out, "job "+number+" ") {
		t.Errorf("a paused job was worked on: %s", out)
	}
	u.run(t, folder, 0, "job", "resume", number)
	// Somebody else holds a block to the end, so that the job is not done before it is cancelled.
	do(t, folder, `UPDATE job_block SET holder = 'else', until = 1 << 62 WHERE job = `+number+` AND upto = (SELECT max(upto) FROM job_block)`)
	worker := u.process(t.Context(), t, folder, 0, "job", "run", "--snapshot", snap)
	fatal(t, worker.Start())
	for len(lines(t, folder, `SELECT number FROM job_block WHERE job = `+number+` AND ended`)) == 0 { // it is under way
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
	}
	u.run(t, folder, 0, "job", "cancel", number)
	if err := worker.Wait(); err != nil {
		t.Errorf("a process whose job was cancelled: %v\n%s", err, worker.Stderr)
	}
	if state := lines(t, folder, `SELECT state FROM job WHERE id = `+number); len(state) != 1 || state[0] != "cancelled" {
		t.Errorf("the job is %v", state)
	}
}
