package killing_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which databases are made

	"probity/internal/rating"
	"probity/internal/store"
)

// killsVariable is how many kills there are, half of them on either engine.
const (
	killsVariable = "PROBITY_FAULT_KILLS"
	usualKills    = 50
	// aDatabase is how many kills a database goes through before another is made: what is looked at grows with it.
	aDatabase = 40
)

// TestKills kills a process, and on PostgreSQL the server too, again and again at random moments; the clock of one process
// in three was set back by up to two hours. After each kill every act that
// was acknowledged is there once, every act that was said to have failed is not, nothing is there by halves, the ledger and the
// tables tell the same, and the ratings are those that a rebuild computes.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("kills fifty processes: left out of -short")
	}
	kills := usualKills
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	t.Setenv("PROBITY_KILLING_ORIGIN", strconv.FormatInt(time.Now().UnixMicro(), 10))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	t.Run("sqlite", func(t *testing.T) {
		for left := kills / 2; left > 0; left -= aDatabase {
			path := filepath.Join(t.TempDir(), "probity.db")
			r := &run{t: t, address: "sqlite:" + path, random: random}
			r.through(min(left, aDatabase))
		}
	})
	t.Run("postgres", func(t *testing.T) {
		s := serve(t)
		for left := kills - kills/2; left > 0; left -= aDatabase {
			r := &run{t: t, address: s.database(t, filepath.Join(t.TempDir(), "probity.db")), random: random, server: s}
			r.through(min(left, aDatabase))
		}
	})
}

// server is a PostgreSQL server of this test's own.
type server struct {
	at     *url.URL
	orders io.Writer
	says   *bufio.Reader
	made   int
}

func serve(t *testing.T) *server {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "../../../scripts/postgres")
	cmd.Stderr, cmd.WaitDelay = os.Stderr, time.Minute
	held, err := cmd.StdinPipe()
	fatal(t, err)
	cmd.Cancel = held.Close
	out, err := cmd.StdoutPipe()
	fatal(t, err)
	fatal(t, cmd.Start())
	t.Cleanup(func() { _ = errors.Join(held.Close(), cmd.Wait()) })
	s := &server{orders: held, says: bufio.NewReader(out)}
	address, err := s.says.ReadString('\n')
	fatal(t, err)
	s.at, err = url.Parse(strings.TrimSpace(address))
	fatal(t, err)
	return s
}

// database makes an empty database, and gives its address with the path of what stands beside it.
func (s *server) database(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("pgx", s.at.String())
	fatal(t, err)
	s.made++
	name := fmt.Sprint("killing_", s.made)
	_, err = db.ExecContext(t.Context(), `CREATE DATABASE `+name)
	fatal(t, errors.Join(err, db.Close()))
	at := *s.at
	at.Path = "/" + name
	query := at.Query()
	query.Set("beside", path)
	at.RawQuery = query.Encode()
	return at.String()
}

// crash kills the server and starts it again.
func (s *server) crash(t *testing.T) {
	t.Helper()
	_, err := io.WriteString(s.orders, "crash\n")
	fatal(t, err)
	line, err := s.says.ReadString('\n')
	if err != nil || line != "up\n" {
		t.Fatalf("the server said %q: %v", line, err)
	}
}

// said is what came of an act.
type said struct{ kind, outcome, id string }

// run is what a database goes through.
type run struct {
	t       *testing.T
	address string
	random  *rand.Rand
	server  *server // nil where there is none
	acts    map[string]said
	next    int
	again   string // the file of which nobody knows whether it came in
	crashes int
}

func (r *run) through(kills int) {
	r.t.Helper()
	fatal(r.t, found(r.t.Context(), r.address))
	r.acts, r.next = map[string]said{}, 1
	for n := range kills {
		r.once(n)
		r.look()
		if r.t.Failed() {
			r.t.Fatalf("after kill %d", n+1)
		}
	}
	outcomes := map[string]int{}
	for _, a := range r.acts {
		outcomes[a.outcome+" "+a.kind]++
	}
	r.t.Logf("%d kills, %d crashes of the server: %v", kills, r.crashes, outcomes)
	if kills >= usualKills/2 && (outcomes["done file"] == 0 || outcomes["done order"] == 0 || outcomes["done dispute"] == 0) {
		r.t.Errorf("too little was done to say anything: %v", outcomes)
	}
}

// once runs a process and kills it, or the server under it first.
func (r *run) once(n int) {
	r.t.Helper()
	self, err := os.Executable()
	fatal(r.t, err)
	ctx, cancel := context.WithTimeout(r.t.Context(), 2*time.Minute) // one that hangs fails the test
	defer cancel()
	c := exec.CommandContext(ctx, self)
	c.Env = append(os.Environ(), childVariable+"="+strings.Join([]string{r.address, strconv.Itoa(r.next), r.again}, "|"),
		"PROBITY_KILLING_STEP="+r.step().String())
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	fatal(r.t, err)
	fatal(r.t, c.Start())
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "begun" {
		fatal(r.t, errors.Join(errors.New("the process did not begin"), c.Wait()))
	}
	r.again = ""
	after := func(most time.Duration) time.Duration { return time.Duration(r.random.Int64N(int64(most))) }
	crashed := make(chan struct{})
	close(crashed)
	wait := after(500 * time.Millisecond)
	if r.server != nil && n%2 == 0 {
		crashed, r.crashes = make(chan struct{}), r.crashes+1
		first := wait
		time.AfterFunc(first, func() { r.server.crash(r.t); close(crashed) })
		wait += 300*time.Millisecond + after(500*time.Millisecond)
	}
	kill := time.AfterFunc(wait, func() { <-crashed; _ = c.Process.Kill() })
	defer kill.Stop()
	for lines.Scan() {
		r.note(lines.Text())
	}
	_ = c.Wait() // it was killed
	<-crashed
}

// step is by how much the clock of one process in three was set back.
func (r *run) step() time.Duration {
	if r.random.IntN(3) > 0 {
		return 0
	}
	return -time.Duration(r.random.Int64N(int64(2 * time.Hour)))
}

// note writes down what the process says.
func (r *run) note(line string) {
	part := strings.SplitN(line, " ", 4)
	if len(part) != 4 { // cut off in the middle of a word
		return
	}
	outcome, kind, name, id := part[0], part[1], part[2], part[3]
	if number, err := strconv.Atoi(name); err == nil {
		r.next = max(r.next, number+1)
	}
	r.acts[name] = said{kind, outcome, id}
	switch {
	case outcome == "fault":
		r.t.Errorf("%s %s: %s", kind, name, id)
	case kind == "file" && (outcome == "try" || outcome == "unsure"):
		r.again = name
	case kind == "file":
		r.again = ""
	}
}

// look looks at what a kill has left.
func (r *run) look() {
	r.t.Helper()
	ctx := r.t.Context()
	w, err := open(ctx, r.address)
	fatal(r.t, err)
	for name, a := range r.acts {
		r.held(w, name, a)
	}
	for what, query := range map[string]string{
		"rows of files that came in whole":      `SELECT count(*) FROM submission s WHERE s.state = 'published' AND s.file <> '' AND s.stored <> (SELECT count(*) FROM record_version v WHERE v.submission = s.number)`,
		"instants that two publications have":   `SELECT count(published_at) - count(DISTINCT published_at) FROM submission`,
		"rows that are there twice":             `SELECT count(*) FROM (SELECT v.line FROM record_version v JOIN submission s ON s.number = v.submission WHERE s.state = 'published' GROUP BY s.file, v.line HAVING count(*) > 1) twice`,
		"files without an entry":                `SELECT count(*) FROM submission s WHERE s.state = 'published' AND s.file <> '' AND 1 <> (SELECT count(*) FROM ledger_entry e WHERE e.act = 'received' AND e.detail = 'submission ' || s.number)`,
		"orders without an entry":               `SELECT abs((SELECT count(*) FROM restriction_order) - (SELECT count(*) FROM ledger_entry WHERE act = 'order'))`,
		"orders of which nobody was told":       `SELECT abs((SELECT count(*) FROM restriction_order) - (SELECT count(*) FROM notice WHERE occasion = 'order-entered'))`,
		"disputes without evidence":             `SELECT abs((SELECT count(*) FROM dispute) - (SELECT count(*) FROM dispute_evidence))`,
		"disputes and answers without an entry": `SELECT abs((SELECT count(*) FROM dispute) + (SELECT count(*) FROM dispute_step) - (SELECT count(*) FROM ledger_entry WHERE act = 'dispute'))`,
		// Numbers from 1 on are disputes. The others mark a record whose dispute, or whose subject's own words, are in the journal and not
		// in the database: what was being opened when the process was killed keeps its record out of use (package vault/gone).
		"disputes that bear on no record":           `SELECT abs((SELECT count(*) FROM dispute) - (SELECT count(*) FROM contested WHERE dispute > 0))`,
		"ratings of which nobody was told":          `SELECT count(*) FROM rating r WHERE NOT EXISTS (SELECT 1 FROM rating_history h WHERE h.subject = r.subject AND h.model = r.model)`,
		"notices of which two have the same number": `SELECT count(*) FROM (SELECT subject, seq FROM (SELECT subject, seq FROM notice UNION ALL SELECT subject, told FROM rating_history) numbers GROUP BY subject, seq HAVING count(*) > 1) twice`,
	} {
		if n := count(r.t, w.Store, query); n != 0 {
			r.t.Errorf("%s: %d", what, n)
		}
	}
	if err := w.Store.VerifyLedger(ctx); err != nil {
		r.t.Errorf("the ledger: %v", err)
	}
	if err := w.ratings.Rebuild(ctx, nil, func(d rating.Difference) { r.t.Errorf("rebuilt: %+v", d) }); err != nil {
		r.t.Errorf("rebuilding: %v", err)
	}
	if report, err := w.VerifyLog(ctx); err != nil || len(report.Faults) > 0 {
		r.t.Errorf("the log: %+v, %v", report, err)
	}
	fatal(r.t, w.Close())
}

// held holds an act to what its process said of it.
func (r *run) held(w *world, name string, a said) {
	r.t.Helper()
	digest := sha256.Sum256([]byte(name))
	var n int
	switch a.kind {
	case "file":
		n = count(r.t, w.Store, `SELECT count(*) FROM submission WHERE state = 'published' AND file = ?`, name+".csv")
	case "order":
		n = count(r.t, w.Store, `SELECT count(*) FROM restriction_order WHERE digest = ?`, digest[:])
	case "dispute":
		n = count(r.t, w.Store, `SELECT count(*) FROM dispute_evidence WHERE digest = ?`, digest[:])
	default:
		return
	}
	switch {
	case a.id == "nothing":
	case a.outcome == "done" && n != 1, a.outcome == "not" && n != 0, n > 1:
		r.t.Errorf("%s %s, of which was said %q, is there %d times", a.kind, name, a.outcome, n)
	}
}

func count(t *testing.T, s *store.Store, query string, args ...any) (n int) {
	t.Helper()
	fatal(t, s.Read(context.WithoutCancel(t.Context()), func(tx *sql.Tx) error {
		return tx.QueryRowContext(t.Context(), query, args...).Scan(&n)
	}))
	return n
}
