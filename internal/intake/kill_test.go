package intake_test

import (
	"bufio"
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

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// The test of kills runs intake in a process of its own (this test's binary, started again with childVariable naming
// what to take in) and kills it without warning at random moments.
const (
	childVariable = "PROBITY_INTAKE_CHILD"
	// killsVariable is how many kills each case gets, where the usual number is too small.
	killsVariable = "PROBITY_INTAKE_KILLS"
)

// child is what the killed process does: it takes one file in, ratings included.
func child(what string) error {
	ctx := context.Background()
	part := strings.Split(what, "|") // database, agency, dataset, file, rows in a run, number of the attempt
	attempt, err := strconv.Atoi(part[5])
	if err != nil {
		return err
	}
	d, err := deployment.Open(ctx, part[0], deployment.Options{Now: killClock(attempt)})
	if err != nil {
		return err
	}
	defer d.Close()
	ratings, err := d.Ratings(ctx)
	if err != nil {
		return err
	}
	desk := d.Intake(ratings)
	if desk.Run, err = strconv.Atoi(part[4]); err != nil {
		return err
	}
	f, err := os.Open(part[3])
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Println("begun")
	_, err = desk.Ingest(ctx, intake.Job{By: testworld.Delivery(part[1]), Dataset: part[2], File: filepath.Base(part[3]), Source: f}, func(p intake.Progress) {
		fmt.Println(p.Step)
	})
	return err
}

// killClock is a clock that runs, and is an hour further on with every attempt.
func killClock(attempt int) func() time.Time {
	started := time.Now()
	return func() time.Time {
		return time.Date(2026, 11, 22, attempt, 0, 0, 0, time.UTC).Add(time.Since(started))
	}
}

// killed is one file that comes in under fire.
type killed struct {
	agency, dataset string
	rows, run       int
	// write writes row n; every bad-th one must be bad.
	header string
	write  func(n int) string
}

const badEvery = 50

func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills some twenty processes: left out of -short")
	}
	kills := 5
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	for name, k := range map[string]killed{
		// Sorted runs that are set aside and merged.
		"many runs": {agency: "samr", dataset: "samr.inspection", rows: 40_000, run: 4096, header: inspectionHeader, write: func(n int) string {
			day := "2026-05-04"
			if n%badEvery == 0 {
				day = "2026-02-30"
			}
			return fmt.Sprintf("检%d,%s,华东示例贸易有限公司,routine,refused,%s,,示例局\n", n, company(uint64(n*7919%3000)), day)
		}},
		"one run": {agency: "samr", dataset: "samr.inspection", rows: 4000, run: 1 << 15, header: inspectionHeader, write: func(n int) string {
			day := "2026-05-04"
			if n%badEvery == 0 {
				day = "2026-02-30"
			}
			return fmt.Sprintf("检%d,%s,华东示例贸易有限公司,routine,refused,%s,,示例局\n", n, company(uint64(n*7919%500)), day)
		}},
		// What tells of human beings is written run by run, and sealed.
		"persons": {agency: "volunteers", dataset: "volunteers.voluntary-service", rows: 4000, run: 512, header: volunteerHeader, write: volunteer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k.test(t, kills)
		})
	}
}

func (k *killed) test(t *testing.T, kills int) {
	dir := t.TempDir()
	db, file := storetest.Address(t, filepath.Join(dir, "probity.db")), filepath.Join(dir, "rows.csv")
	d, err := deployment.Create(t.Context(), db, store.Demo, access.Grant{Name: "first", Agency: "npcic", Official: "test"}, deployment.Options{Now: killClock(0)})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"), d.Close(), k.file(file)); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, uint64(k.rows)))
	begin := func(attempt int) (*exec.Cmd, *bufio.Scanner) {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), self)
		what := strings.Join([]string{db, k.agency, k.dataset, file, strconv.Itoa(k.run), strconv.Itoa(attempt)}, "|")
		c.Env = append(os.Environ(), childVariable+"="+what)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, bufio.NewScanner(out)
	}
	// Each attempt is let come a random number of steps further than its beginning, and is killed in the midst of the next.
	steps := (k.rows+k.run-1)/k.run + 1
	for attempt := 1; attempt <= kills; attempt++ {
		c, out := begin(attempt)
		seen := "nothing"
		for range 1 + random.IntN(steps+1) {
			if !out.Scan() {
				break
			}
			seen = out.Text()
		}
		kill := time.AfterFunc(time.Duration(random.Int64N(int64(100*time.Millisecond))), func() { _ = c.Process.Kill() })
		for out.Scan() {
			seen = out.Text()
		}
		err := c.Wait()
		kill.Stop()
		t.Logf("attempt %d came to %s: %v", attempt, seen, err)
		k.between(t, db)
	}
	last, out := begin(kills + 1)
	for out.Scan() {
	}
	if err := last.Wait(); err != nil {
		t.Fatalf("the last attempt, which nobody killed: %v", err)
	}
	k.whole(t, db)
}

// TestReadingRatesWhatAKillLeft: a process that dies between the publication and the ratings leaves marks behind, and
// whoever reads a rating gets the one that knows the new records.
func TestReadingRatesWhatAKillLeft(t *testing.T) {
	t.Parallel()
	db := storetest.Address(t, filepath.Join(t.TempDir(), "probity.db"))
	d, err := deployment.Create(t.Context(), db, store.Demo, access.Grant{Name: "first", Agency: "npcic", Official: "test"}, deployment.Options{Now: killClock(0)})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"); err != nil {
		t.Fatal(err)
	}
	ratings, err := d.Ratings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	send := func(desk *intake.Desk, name string, fine string) {
		t.Helper()
		job := intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.penalty", File: name}
		job.Source = strings.NewReader(penaltyHeader + penalty(company(1), name, fine, "2026-05-04"))
		if rep, err := desk.Ingest(t.Context(), job, nil); err != nil || rep.Counts.Stored != 1 {
			t.Fatalf("%+v, %v", rep, err)
		}
	}
	send(d.Intake(ratings), "first", "1")
	sub, err := d.Store.FindSubject(t.Context(), store.Key{Scheme: subject.USCC, Value: company(1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range ratings.Book.For(sub.Kind) {
		m := model.Facts.Code
		before, err := ratings.Current(t.Context(), sub.ID, m)
		if err != nil {
			t.Fatal(err)
		}
		send(d.Intake(nil), "second for "+m, "500") // without ratings, as if it had been killed there
		if number(t, d.Store, `SELECT count(*) FROM stale`) == 0 {
			t.Fatal("the publication left no mark")
		}
		after, err := ratings.Current(t.Context(), sub.ID, m)
		if err != nil {
			t.Fatal(err)
		}
		if !after.KnownAt.After(before.KnownAt) {
			t.Errorf("%s: the rating is still the one of %s", m, before.KnownAt)
		}
		if n := number(t, d.Store, `SELECT count(*) FROM stale`); n != 0 {
			t.Errorf("%s: %d marks are left", m, n)
		}
	}
}

func (k *killed) file(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprint(w, k.header)
	for n := range k.rows {
		fmt.Fprint(w, k.write(n))
	}
	return errors.Join(w.Flush(), f.Close())
}

func (k *killed) bad() int { return (k.rows + badEvery - 1) / badEvery }

// between looks at the database between two kills: everything is visible or nothing is.
func (k *killed) between(t *testing.T, db string) {
	t.Helper()
	s := openStore(t, db)
	defer s.Close()
	published := number(t, s, `SELECT count(*) FROM submission WHERE published_at IS NOT NULL`)
	visible := number(t, s, `SELECT count(*) FROM record_version v JOIN submission s ON s.number = v.submission WHERE s.published_at IS NOT NULL`)
	t.Logf("  %d published, %d rows visible, %d subjects to rate again, %d submissions", published, visible,
		number(t, s, `SELECT count(*) FROM stale`), number(t, s, `SELECT count(*) FROM submission`))
	if want := published * (k.rows - k.bad()); published > 1 || visible != want {
		t.Errorf("%d submissions are published and %d rows visible, want %d", published, visible, want)
	}
}

// whole looks at the database when all is done.
func (k *killed) whole(t *testing.T, db string) {
	t.Helper()
	d, err := deployment.Open(t.Context(), db, deployment.Options{Now: killClock(100)})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	good, bad := k.rows-k.bad(), k.bad()
	for query, want := range map[string]int{
		`SELECT count(*) FROM record_version`:                                             good,
		`SELECT count(DISTINCT record) FROM record_version`:                               good,
		`SELECT count(DISTINCT line) FROM record_version WHERE status = 1`:                good,
		`SELECT count(*) FROM record_version WHERE seq <> 1`:                              0,
		`SELECT count(*) FROM source_row`:                                                 good,
		`SELECT count(*) FROM source_row c JOIN record_version v USING (subject, record)`: good,
		`SELECT count(*) FROM quarantine`:                                                 bad,
		`SELECT count(*) FROM submission WHERE state = 'published'`:                       1,
		`SELECT count(*) FROM submission WHERE state IN ('open', 'held')`:                 0,
		`SELECT read FROM submission WHERE state = 'published'`:                           k.rows,
		`SELECT stored FROM submission WHERE state = 'published'`:                         good,
		`SELECT rejected FROM submission WHERE state = 'published'`:                       bad,
		`SELECT count(*) FROM stale`:                                                      0,
	} {
		if got := number(t, d.Store, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	ratings, err := d.Ratings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = ratings.Rebuild(t.Context(), nil, func(diff rating.Difference) { t.Errorf("rebuilt: %+v", diff) })
	if err != nil {
		t.Error(err)
	}
	if k.agency == "samr" && number(t, d.Store, `SELECT count(*) FROM rating`) == 0 {
		t.Error("nobody was rated")
	}
}

func openStore(t *testing.T, db string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), db, store.Options{Now: killClock(100)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func number(t *testing.T, s *store.Store, query string) (n int) {
	t.Helper()
	if err := s.Read(t.Context(), func(tx *sql.Tx) error { return tx.QueryRow(query).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

const volunteerHeader = "record_no,id_no,activity,hours,served_on,confirmed\n"

// volunteer is a row about a generated person.
func volunteer(n int) string {
	id, err := identifier.SyntheticResidentID(calendar.MustParse("1990-05-01")+calendar.Day(n%400), uint64(n/400%10), false)
	if err != nil {
		panic(err)
	}
	day := "2026-05-04"
	if n%badEvery == 0 {
		day = "2026-02-30"
	}
	return fmt.Sprintf("V%d,%s,elderly,%d,%s,yes\n", n, id, 1+n%8, day)
}
