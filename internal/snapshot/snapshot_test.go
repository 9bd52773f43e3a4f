package snapshot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/snapshot"
	"probity/internal/snapshot/walk"
	"probity/internal/subject"
	"probity/internal/vault/gone"
	"probity/scorecard/facts"
)

const (
	inspection = "samr.inspection"
	loan       = "delta-bank.person-repayment"
)

// world is a store of a test's own making, with a journal and consents, and the desk over it.
type world struct {
	snapshot.Desk
	dir      string
	clock    time.Time
	subjects []subject.Subject
	records  map[subject.ID][]record.Version
	holdings map[subject.ID]rating.Holding
	journal  []gone.Mark
	asked    []subject.ID // behind whom pages were asked for
	moved    int64
	// published counts publications; touched are subjects with the last one about them, acted the subjects of the ledger.
	published int64
	touched   map[subject.ID]int64
	acted     []subject.ID
	restored  string // another history of the ledger
	read      int    // subjects whose records were read
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		dir: filepath.Join(t.TempDir(), "snap"), clock: time.Date(2026, 11, 23, 10, 0, 0, 0, calendar.Shanghai),
		records: map[subject.ID][]record.Version{}, holdings: map[subject.ID]rating.Holding{}, published: 7, touched: map[subject.ID]int64{},
	}
	w.Desk = snapshot.Desk{
		Store: w, Holder: w, Journal: journal{w}, Catalogue: catalogue.BuiltIn(), Keys: "k", Program: "test",
		Now: func() time.Time { return w.clock },
	}
	return w
}

func (w *world) Whole(_ context.Context, _ subject.Part, _ time.Time, _ map[int]string, f func(walk.Point, walk.Walk) error) error {
	return f(walk.Point{Published: w.published, Ledger: w.moved + int64(len(w.acted)), Hash: w.restored, Subjects: int64(len(w.subjects))}, w)
}

func (w *world) Since(_ context.Context, earlier walk.Point) (bool, []subject.ID, error) {
	n := earlier.Ledger - w.moved
	if earlier.Hash != w.restored || n < 0 || n > int64(len(w.acted)) {
		return false, nil, nil
	}
	return true, slices.Compact(slices.Sorted(slices.Values(w.acted[n:]))), nil
}

func (w *world) Touched(_ context.Context, earlier walk.Point, page []subject.Subject) (list []subject.ID, _ error) {
	for _, s := range page {
		if w.touched[s.ID] > earlier.Published {
			list = append(list, s.ID)
		}
	}
	return list, nil
}

func (w *world) Subjects(_ context.Context, after subject.ID, limit int) ([]subject.Subject, error) {
	w.asked = append(w.asked, after)
	at := slices.IndexFunc(w.subjects, func(s subject.Subject) bool { return s.ID > after })
	if at < 0 {
		return nil, nil
	}
	return w.subjects[at:min(at+limit, len(w.subjects))], nil
}

func (w *world) Records(_ context.Context, subjects []subject.Subject, yield func(*record.Version) error) error {
	for _, s := range subjects {
		w.read++
		for i := range w.records[s.ID] {
			if err := yield(&w.records[s.ID][i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) Holdings(_ context.Context, _ []*rating.Model, page []subject.Subject, _ calendar.Day) ([]rating.Holding, error) {
	list := make([]rating.Holding, len(page))
	for i, s := range page {
		list[i] = rating.Holding{Any: !s.Kind.Natural()}
		if h, ok := w.holdings[s.ID]; ok {
			list[i] = h
		}
	}
	return list, nil
}

type journal struct{ w *world }

func (j journal) Head() (int64, error) { return int64(len(j.w.journal)), nil }
func (j journal) Since(seq int64, yield func(gone.Batch) error) error {
	for i, m := range j.w.journal[seq:] {
		if err := yield(gone.Batch{Seq: seq + int64(i) + 1, Marks: []gone.Mark{m}}); err != nil {
			return err
		}
	}
	return nil
}

func day(s string) calendar.Day { return calendar.MustParse(s) }

// add gives the n-th subject a record.
func (w *world) add(id subject.ID, dataset string, with func(*record.Version)) record.ID {
	n := record.ID(1000*int(id) + len(w.records[id]))
	v := record.Version{
		Subject: id, Record: n, Dataset: dataset, Status: record.Reported, Occurred: day("2026-03-05"), From: calendar.None, To: calendar.None,
		Lapse: calendar.None, Payload: []byte(`{"result":"clean"}`), RecordedAt: time.UnixMicro(int64(n)),
	}
	if with != nil {
		with(&v)
	}
	w.records[id] = append(w.records[id], v)
	return n
}

func (w *world) firms(n int) {
	for i := range n {
		w.subjects = append(w.subjects, subject.Subject{ID: subject.ID(i + 1), Kind: subject.Enterprise, Region: "310000"})
	}
}

func (w *world) build(t *testing.T) *snapshot.Manifest {
	t.Helper()
	m, err := w.Build(t.Context(), w.dir, snapshot.Times{AsOf: calendar.None}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ids are the records of a dataset in the snapshot, by subject.
func (w *world) ids(t *testing.T, dataset string) map[subject.ID][]int64 {
	t.Helper()
	s, err := w.Open(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f := factsOf(t, s, dataset)
	found := map[subject.ID][]int64{}
	for i, ordinal := range f.Table(0).Subject {
		id := s.IDs()[ordinal]
		found[id] = append(found[id], f.Table(0).ID[i])
	}
	return found
}

func factsOf(t *testing.T, s *snapshot.Snapshot, dataset string) *facts.Facts {
	t.Helper()
	l := facts.NewLayout()
	l.Add(dataset)
	for _, ds := range catalogue.BuiltIn().Schema().Datasets {
		for _, f := range ds.Fields {
			if ds.Code == dataset {
				if err := l.Want(0, f); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	f, err := s.Facts(l)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestOnlyWhatMayBeSeen leaves out lapsed, disputed, barred and unconsented records, and whom nobody may hold.
func TestOnlyWhatMayBeSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(3)
	w.subjects = append(w.subjects, subject.Subject{ID: 4, Kind: subject.Person}, subject.Subject{ID: 5, Kind: subject.Person})
	w.holdings[5] = rating.Holding{Until: map[string]calendar.Day{loan: day("2026-12-10")}}
	today := calendar.In(w.clock, calendar.Shanghai)
	kept := []int64{
		int64(w.add(1, inspection, nil)),
		int64(w.add(1, inspection, func(v *record.Version) { v.Lapse = today + 1 })),
	}
	w.add(1, inspection, func(v *record.Version) { v.Lapse = today })
	w.add(1, inspection, func(v *record.Version) { v.Contest = record.Contest{State: record.Disputed, Due: today + 9} })
	w.add(1, inspection, func(v *record.Version) { v.Contest = record.Contest{State: record.Barred} })
	w.add(4, loan, nil)
	w.add(5, inspection, nil)
	consented := int64(w.add(5, loan, nil))

	m := w.build(t)
	if m.DeleteBy != today+1 || m.Records != 3 || m.Subjects.Rows != 4 {
		t.Errorf("to be gone by %s, %d records of %d subjects", m.DeleteBy, m.Records, m.Subjects.Rows)
	}
	if got := w.ids(t, inspection); !cmp.Equal(got, map[subject.ID][]int64{1: kept}) {
		t.Errorf("inspections %v", got)
	}
	if got := w.ids(t, loan); !cmp.Equal(got, map[subject.ID][]int64{5: {consented}}) {
		t.Errorf("loans %v", got)
	}
	s, err := w.Open(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f := factsOf(t, s, loan)
	if got := f.Table(0).Lapse[0]; got != day("2026-12-10") {
		t.Errorf("a record held under a consent until 10 December lapses on %s", got)
	}
	f = factsOf(t, s, inspection)
	result := slices.IndexFunc(f.Layout().Reads()[0].Fields, func(f facts.Field) bool { return f.Name == "result" })
	column := f.Table(0).Columns[result].Codes
	if name := f.Layout().Reads()[0].Fields[result].Codes[column[0]]; name != "clean" {
		t.Errorf("the result of the inspection is %q", name)
	}
	if s.Regions[s.RegionCodes()[0]] != "310000" || subject.Kinds[s.Kinds()[3]] != subject.Person || s.Employees()[0] != facts.Missing {
		t.Errorf("the first subject: region %d, employees %d; kinds %v", s.RegionCodes()[0], s.Employees()[0], s.Kinds())
	}
}

func refused(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Invariant
	}
	return ""
}

// TestOutlivesNothing: a snapshot is not opened once something in it must be gone, or was made gone.
func TestOutlivesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(1)
	w.add(1, inspection, func(v *record.Version) { v.Lapse = day("2026-11-30") })
	w.build(t)
	open := func() string {
		s, err := w.Open(w.dir)
		if err != nil {
			return refused(err)
		}
		return fmt.Sprint(s.Close())
	}
	w.clock = w.clock.AddDate(0, 0, 6)
	if got := open(); got != "<nil>" {
		t.Errorf("the day before something lapses: %s", got)
	}
	w.clock = w.clock.AddDate(0, 0, 1)
	if got := open(); got != "C10" {
		t.Errorf("on the day something lapses: %q", got)
	}
	if m := w.build(t); m.Records != 0 || m.DeleteBy != m.Seen+31 {
		t.Errorf("built anew it has %d records and is to be gone by %s", m.Records, m.DeleteBy)
	}
	w.journal = append(w.journal, gone.Mark{Kind: gone.Stated})
	if got := open(); got != "<nil>" {
		t.Errorf("after a statement: %q", got)
	}
	for _, k := range []gone.Kind{gone.Erased, gone.RecordErased, gone.RecordOut, gone.Suppressed, gone.Withdrawn, gone.Parted, gone.Confined, gone.Repaired} {
		w.build(t)
		w.journal = append(w.journal, gone.Mark{Kind: k})
		if got := open(); got != "C10" {
			t.Errorf("after %s: %q", k, got)
		}
	}
	w.Keys = "another"
	if _, err := w.Open(w.dir); err == nil || !strings.Contains(err.Error(), "another database") {
		t.Errorf("of another database: %v", err)
	}
}

// TestGoesOnAfterAKill ends a build after the first page, and finishes it: the files are those of a build that nobody
// ended, and the first page is not read again. What changed meanwhile makes it begin again.
func TestGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(5000)
	for i := range w.subjects {
		w.add(w.subjects[i].ID, inspection, nil)
	}
	whole := w.build(t)
	kill := func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := w.Build(ctx, w.dir, snapshot.Times{AsOf: calendar.None}, func(int64, int64) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a build that was ended: %v", err)
		}
		w.asked = nil
	}
	kill()
	again := w.build(t)
	if w.asked[0] == 0 {
		t.Error("what was read before the kill is read again")
	}
	if diff := cmp.Diff(whole, again); diff != "" {
		t.Errorf("built in two parts it differs:\n%s", diff)
	}
	kill()
	w.moved++
	w.add(1, inspection, nil)
	if m := w.build(t); w.asked[0] != 0 || m.Records != 5001 {
		t.Errorf("after a change it goes on behind %v, and has %d records", w.asked[0], m.Records)
	}
	left, err := filepath.Glob(w.dir + "*/*")
	if err != nil || len(left) != 3 {
		t.Errorf("the folders hold %v, %v", left, err)
	}
	if left, _ = filepath.Glob(w.dir + "*"); len(left) != 1 {
		t.Errorf("beside the snapshot stand %v", left)
	}
}

// TestDamageIsNamed spoils every file in every way that tells, and has the file named.
func TestDamageIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(30)
	w.add(3, inspection, nil)
	m := w.build(t)
	if faults := m.Verify(w.dir); faults != nil {
		t.Fatalf("as it was built: %v", faults)
	}
	open := func() error {
		s, err := w.Open(w.dir)
		if err != nil {
			return err
		}
		l := facts.NewLayout()
		l.Add(inspection)
		_, err = s.Facts(l)
		return errors.Join(err, s.Close())
	}
	for _, name := range []string{"manifest.json", "subjects.arrow", inspection + ".arrow"} {
		path := filepath.Join(w.dir, name)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for how, bad := range map[string][]byte{"empty": {}, "cut": good[:len(good)-9], "foreign": []byte(strings.Repeat("no Arrow", len(good)/8+1))[:len(good)]} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := open(); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s %s: %v", name, how, err)
			}
		}
		turned := slices.Clone(good)
		turned[len(turned)/2] ^= 1
		if err := os.WriteFile(path, turned, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = snapshot.Read(w.dir)
		faults := append(m.Verify(w.dir), err)
		if err := errors.Join(faults...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("one bit of %s: %v", name, err)
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := open(); err != nil {
		t.Errorf("as it was: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letters"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Build(t.Context(), other, snapshot.Times{}, nil); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("built over something else: %v", err)
	}
}

// TestExport writes Parquet and reads it back: codes as they read, days as dates, organisations alone.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(2)
	w.subjects[1].Sole = true
	w.subjects = append(w.subjects, subject.Subject{ID: 5, Kind: subject.OfficeHolder})
	w.holdings[5] = rating.Holding{Any: true}
	id := w.add(1, inspection, func(v *record.Version) { v.Lapse = day("2026-12-24") })
	w.add(2, inspection, nil)
	w.add(5, loan, nil)
	w.build(t)
	s, err := w.Open(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dir := filepath.Join(t.TempDir(), "tables")
	x, err := s.Export(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if x.Records != 1 || x.Subjects != 1 || x.LeftOut != 2 || len(x.Files) != 2 || x.DeleteBy != s.DeleteBy {
		t.Errorf("exported %+v", x)
	}
	type row struct {
		Subject  string  `parquet:"subject"`
		Record   int64   `parquet:"record"`
		Recorded int64   `parquet:"recorded_at,timestamp(microsecond)"`
		Occurred int32   `parquet:"occurred,date"`
		To       *int32  `parquet:"valid_to,optional,date"`
		Lapse    *int32  `parquet:"lapse,optional,date"`
		Result   string  `parquet:"field_result"`
		Kind     *string `parquet:"field_kind,optional"`
	}
	got, err := parquet.ReadFile[row](filepath.Join(dir, inspection+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	lapse := int32(day("2026-12-24"))
	want := []row{{subject.ID(1).String(), int64(id), int64(id), int32(day("2026-03-05")), nil, &lapse, "clean", nil}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back:\n%s", diff)
	}
}
