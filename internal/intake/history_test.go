package intake_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// said is what an inspection says: about whom, and with which result.
type said struct {
	company uint64
	result  string
}

// line is one row of a file of inspections.
type line struct {
	key string
	said
	bad bool // its day does not exist
}

const inspectionHeader = "inspection_no,uscc,org_name,kind,result,inspected_on,corrected_on,authority\n"

func (l *line) text() string {
	day := "2026-05-04"
	if l.bad {
		day = "2026-02-30"
	}
	return fmt.Sprintf("%s,%s,华东示例贸易有限公司,routine,%s,%s,,示例局\n", l.key, company(l.company), l.result, day)
}

// reference is what intake must make of the files: so plain that it can be read at once.
type reference struct {
	visible map[string]said
	ever    map[string]bool // keys that were published once, whatever became of them
}

func (m *reference) clone() *reference {
	return &reference{maps.Clone(m.visible), maps.Clone(m.ever)}
}

// take gives what the register holds once the file is published, and how many rows it stores, leaves and rejects.
func (m *reference) take(lines []line, act record.Status) (*reference, store.Counts) {
	next, sent := m.clone(), map[string]uint64{}
	c := store.Counts{Read: int64(len(lines))}
	for _, l := range lines {
		was, stands := next.visible[l.key]
		by, again := sent[l.key]
		switch {
		case l.bad && act != record.Retracted, act != record.Reported && !next.ever[l.key]:
			c.Rejected++
		case act == record.Retracted && !stands, act != record.Retracted && stands && was == l.said:
			c.Unchanged++
		case act != record.Retracted && again && by != l.company:
			c.Rejected++
		case act == record.Retracted:
			delete(next.visible, l.key)
			c.Stored++
		default:
			next.visible[l.key], next.ever[l.key], sent[l.key] = l.said, true, l.company
			c.Stored++
		}
	}
	return next, c
}

// history is one random history, played against the desk and the reference.
type history struct {
	*room
	t     *rapid.T
	round int
	files map[string][]line
	state *reference
	// past are earlier states, by the instant from which on they were known.
	past []known
	// held is a held submission and what it would make of the state; later tells that another file came since.
	held  int64
	after *reference
	later bool
}

type known struct {
	at    time.Time
	state *reference
}

const companies = 4

func (h *history) company(n uint64) uint64 { return uint64(h.round)*companies + n + 1000 }

func (h *history) lines() []line {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) line {
		return line{
			key: fmt.Sprintf("检%d-%d", h.round, rapid.IntRange(0, 5).Draw(t, "key")),
			said: said{
				company: h.company(rapid.Uint64Range(0, companies-1).Draw(t, "company")),
				result:  rapid.SampledFrom([]string{"clean", "refused", "to_correct"}).Draw(t, "result"),
			},
			bad: rapid.IntRange(0, 9).Draw(t, "bad") == 0,
		}
	}), 1, 10).Draw(h.t, "lines")
}

func (h *history) job() intake.Job {
	return intake.Job{
		By: testworld.Delivery("samr"), Dataset: "samr.inspection",
		Act: rapid.SampledFrom([]record.Status{record.Reported, record.Reported, record.Corrected, record.Retracted}).Draw(h.t, "act"),
	}
}

// send writes lines to a file of their own and sends it in.
func (h *history) send(ctx context.Context, lines []line, job intake.Job, progress func(intake.Progress)) (*intake.Report, error) {
	name := fmt.Sprintf("r%d-f%d.csv", h.round, len(h.files))
	h.files[name] = lines
	var b strings.Builder
	if job.Act == record.Retracted {
		b.WriteString("inspection_no\n")
	} else {
		b.WriteString(inspectionHeader)
	}
	for i := range lines {
		if job.Act == record.Retracted {
			b.WriteString(lines[i].key + "\n")
		} else {
			b.WriteString(lines[i].text())
		}
	}
	// Two files of equal bytes would be the same file: a column of its own tells them apart.
	text := strings.Replace(strings.ReplaceAll(b.String(), "\n", ",\n"), ",\n", ",n"+name+"\n", 1)
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return h.again(ctx, name, job, progress)
}

func (h *history) again(ctx context.Context, name string, job intake.Job, progress func(intake.Progress)) (*intake.Report, error) {
	f, err := os.Open(filepath.Join(h.dir, name))
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	job.File, job.Source = name, f
	h.desk.Run = rapid.SampledFrom([]int{1, 2, 3, 5, 1000}).Draw(h.t, "run")
	return h.desk.Ingest(ctx, job, progress)
}

func (h *history) deliver(*rapid.T) {
	lines, job := h.lines(), h.job()
	next, counts := h.state.take(lines, job.Act)
	rep, err := h.send(h.Context(), lines, job, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.later = true
	counts.Warned = rep.Counts.Warned
	if rep.State != store.SubmissionPublished || rep.Counts != counts {
		found, _ := h.store.Findings(h.Context(), rep.Submission)
		h.t.Fatalf("%s of %+v: %s with %+v and %+v, want %+v", job.Act, lines, rep.State, rep.Counts, found, counts)
	}
	h.state = next
	h.past = append(h.past, known{rep.PublishedAt, next})
	// The same file once more changes nothing.
	rep, err = h.again(h.Context(), rep.File, job, nil)
	if err != nil || !rep.Known {
		h.t.Fatalf("the same file again: %+v, %v", rep, err)
	}
}

// abandon sends a file whose run ends after its first rows, as a killed one does.
func (h *history) abandon(*rapid.T) {
	ctx, cancel := context.WithCancel(h.Context())
	defer cancel()
	lines, job := append(h.lines(), h.lines()...), h.job()
	rep, err := h.send(ctx, lines, job, func(intake.Progress) { cancel() })
	h.later = true
	if err == nil { // it was through before it noticed
		next, _ := h.state.take(lines, job.Act)
		h.state = next
		h.past = append(h.past, known{rep.PublishedAt, next})
	}
}

// hold sends a file that is bad all over but for some rows.
func (h *history) hold(*rapid.T) {
	lines := h.lines()
	for i := range 30 {
		lines = append(lines, line{key: fmt.Sprintf("bad%d", i), said: said{company: h.company(0), result: "clean"}, bad: true})
	}
	next, _ := h.state.take(lines, record.Reported)
	rep, err := h.send(h.Context(), lines, intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.inspection"}, nil)
	if err != nil || rep.State != store.SubmissionHeld {
		h.t.Fatalf("held: %+v, %v", rep, err)
	}
	h.held, h.after, h.later = rep.Submission, next, false
}

func (h *history) release(t *rapid.T) {
	if h.held == 0 {
		t.Skip("nothing is held")
	}
	sub, err := h.desk.Release(h.Context(), testworld.Delivery("samr"), h.held, nil)
	if h.later {
		if !fault.Is(err, fault.Conflict) {
			h.t.Fatalf("releasing what a later file has overtaken: %+v, %v", sub, err)
		}
		return
	}
	if err != nil || sub.State != store.SubmissionPublished {
		h.t.Fatalf("released: %+v, %v", sub, err)
	}
	h.state, h.held = h.after, 0
	h.past = append(h.past, known{sub.PublishedAt, h.state})
}

func (h *history) discard(t *rapid.T) {
	if h.held == 0 {
		t.Skip("nothing is held")
	}
	if _, err := h.desk.Discard(h.Context(), testworld.Delivery("samr"), h.held); err != nil {
		h.t.Fatal(err)
	}
	h.held = 0
}

// permits let the history's companies be read as a model reads them.
func (h *history) permits() []charter.RatingPermit {
	return h.room.permits(h.company(0), h.company(1), h.company(2), h.company(3))
}

// permits are those of a model that may rate the companies, as far as they are known.
func (r *room) permits(of ...uint64) []charter.RatingPermit {
	r.Helper()
	var list []charter.RatingPermit
	for _, n := range of {
		sub, err := r.store.FindSubject(r.Context(), store.Key{Scheme: subject.USCC, Value: company(n)})
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			r.Fatal(err)
		}
		p, err := charter.PermitRating(charter.RatingTerms{
			Model:   charter.ModelFacts{Code: "test", Version: 1, Kinds: []string{"enterprise"}, Contexts: []string{"market"}},
			Subject: sub, Today: 20000,
		})
		if err != nil {
			r.Fatal(err)
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b charter.RatingPermit) int { return cmp.Compare(a.Subject().ID, b.Subject().ID) })
	return list
}

// reads gives what is visible as it was known at an instant.
func (h *history) reads(at time.Time) map[string]said {
	got := map[string]said{}
	byID := map[subject.ID]uint64{}
	for n := range uint64(companies) {
		if sub, err := h.store.FindSubject(h.Context(), store.Key{Scheme: subject.USCC, Value: company(h.company(n))}); err == nil {
			byID[sub.ID] = h.company(n)
		}
	}
	err := h.store.Inputs(h.Context(), h.permits(), at, nil, func(v *record.Version) error {
		l := said{company: byID[v.Subject]}
		key := ""
		err := record.Scan(v.Payload, func(name, raw []byte) bool {
			switch string(name) {
			case "inspection_no":
				key = strings.Trim(string(raw), `"`)
			case "result":
				l.result = strings.Trim(string(raw), `"`)
			}
			return true
		})
		if _, twice := got[key]; twice {
			h.t.Fatalf("the record %s is visible on two subjects", key)
		}
		got[key] = l
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// check holds the database against the reference: now, at every earlier instant, and line by line.
func (h *history) check(*rapid.T) {
	if diff := gocmp.Diff(h.state.visible, h.reads(time.Time{}), gocmp.AllowUnexported(said{})); diff != "" {
		h.t.Fatalf("visible now (-want +got):\n%s", diff)
	}
	for _, p := range h.past[max(0, len(h.past)-3):] {
		if diff := gocmp.Diff(p.state.visible, h.reads(p.at), gocmp.AllowUnexported(said{})); diff != "" {
			h.t.Fatalf("as known at %s (-want +got):\n%s", p.at, diff)
		}
	}
	h.lineage()
}

// lineage follows every visible version back to its line.
func (h *history) lineage() {
	for _, p := range h.permits() {
		list, err := h.store.Moving(h.Context(), p.Subject().ID, map[int]store.ContractRow{})
		if err != nil {
			h.t.Fatal(err)
		}
		for i := range list {
			sub, err := h.store.Submission(h.Context(), list[i].Submission)
			if err != nil {
				h.t.Fatal(err)
			}
			l := h.files[sub.File][list[i].Line-2]
			if l.said != h.state.visible[list[i].SourceKey] || l.key != list[i].SourceKey {
				h.t.Fatalf("%s:%d says %+v, and the record %s says otherwise", sub.File, list[i].Line, l, list[i].SourceKey)
			}
		}
	}
}

// TestHistories plays random deliveries in runs of random length, with repeated keys, changes, keys that go to another
// subject, retractions, bad rows, files that are held, released, discarded and abandoned, against the reference.
func TestHistories(t *testing.T) {
	t.Parallel()
	r := open(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		empty := &reference{map[string]said{}, map[string]bool{}}
		h := &history{room: r, t: rt, round: round, files: map[string][]line{}, state: empty}
		rt.Repeat(map[string]func(*rapid.T){
			"deliver": h.deliver, "abandon": h.abandon, "hold": h.hold, "release": h.release, "discard": h.discard, "": h.check,
		})
		if h.held != 0 {
			h.discard(rt)
		}
		h.check(rt)
		h.nothingLeft()
	})
}

// nothingLeft looks for traces of what was discarded. What was abandoned last stays until the next file comes.
func (r *room) nothingLeft() {
	r.Helper()
	r.count(0, `SELECT count(*) FROM record_version v JOIN submission s ON s.number = v.submission WHERE s.state = 'discarded'`)
	r.count(0, `SELECT count(*) FROM quarantine q JOIN submission s ON s.number = q.submission WHERE s.state = 'discarded'`)
	r.count(0, `SELECT count(*) FROM stale t JOIN submission s ON s.number = t.submission WHERE s.state = 'discarded'`)
	r.count(0, `SELECT count(*) FROM source_row c JOIN submission s ON s.number IN (c.submission, c.next_by) WHERE s.state = 'discarded'`)
}

func (r *room) count(want int, query string) {
	r.Helper()
	var n int
	err := r.store.Read(r.Context(), func(tx *sql.Tx) error { return tx.QueryRow(query).Scan(&n) })
	if err != nil || n != want {
		r.Fatalf("%s: %d, %v; want %d", query, n, err, want)
	}
}
