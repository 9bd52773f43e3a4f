package intake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

var inspections = intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.inspection"}

func inspection(key string, of uint64, result string) string {
	l := line{key: key, said: said{of, result}}
	return l.text()
}

// ruin is enough bad rows for a file to be held.
func ruin(rows int) string {
	var b strings.Builder
	for i := range rows {
		l := line{key: fmt.Sprintf("坏%d", i), said: said{1, "clean"}, bad: true}
		b.WriteString(l.text())
	}
	return b.String()
}

// refreshed notes which submissions' subjects were rated again.
type refreshed struct{ submissions []int64 }

func (f *refreshed) Refresh(_ context.Context, submission int64, _ func(done, total int64)) error {
	f.submissions = append(f.submissions, submission)
	return nil
}

// standing lists the records of a company that stand: key and result's file.
func (r *room) standing(of uint64) []string {
	r.Helper()
	sub, err := r.store.FindSubject(r.Context(), store.Key{Scheme: subject.USCC, Value: company(of)})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		r.Fatal(err)
	}
	list, err := r.store.Moving(r.Context(), sub.ID, map[int]store.ContractRow{})
	if err != nil {
		r.Fatal(err)
	}
	var keys []string
	for i := range list {
		keys = append(keys, list[i].SourceKey)
	}
	slices.Sort(keys)
	return keys
}

func (r *room) wantStanding(of uint64, keys ...string) {
	r.Helper()
	if got := r.standing(of); !slices.Equal(got, keys) {
		r.Errorf("company %d has %q, want %q", of, got, keys)
	}
}

func TestReleasedFilesAreRatedAndDiscardedOnesLeaveNothing(t *testing.T) {
	t.Parallel()
	r := open(t)
	rated := &refreshed{}
	r.desk.Ratings = rated
	r.ingest(r.file("a.csv", inspectionHeader+inspection("检1", 1, "clean")), inspections)
	// It takes the record to another company, changes nothing until it is released, and nothing at all once discarded.
	moves := inspectionHeader + inspection("检1", 2, "clean") + inspection("检2", 2, "refused") + ruin(30)
	held := r.ingest(r.file("b.csv", moves), inspections)
	if held.State != store.SubmissionHeld || held.Held == "" {
		t.Fatalf("%+v", held)
	}
	r.wantStanding(1, "检1")
	r.wantStanding(2)
	if _, err := r.desk.Discard(t.Context(), testworld.Delivery("sta"), held.Submission); !fault.Is(err, fault.NotFound) {
		t.Errorf("another agency discards it: %v", err)
	}
	if _, err := r.desk.Discard(t.Context(), testworld.Delivery("samr"), held.Submission); err != nil {
		t.Fatal(err)
	}
	r.nothingLeft()
	// The key still leads to the company that the record is on: what comes next changes it there.
	changed := r.ingest(r.file("c.csv", inspectionHeader+inspection("检1", 1, "refused")+inspection("检2", 3, "clean")), inspections)
	if changed.Counts.Stored != 2 {
		t.Errorf("after the discarded file: %+v", changed.Counts)
	}
	r.wantStanding(1, "检1")
	r.wantStanding(3, "检2")

	held = r.ingest(r.file("d.csv", moves+"\n"), inspections)
	sub, err := r.desk.Release(t.Context(), testworld.Delivery("samr"), held.Submission, nil)
	if err != nil || sub.State != store.SubmissionPublished {
		t.Fatalf("%+v, %v", sub, err)
	}
	r.wantStanding(1)
	r.wantStanding(2, "检1", "检2")
	r.wantStanding(3)
	if want := []int64{1, changed.Submission, held.Submission}; !slices.Equal(rated.submissions, want) {
		t.Errorf("rated again after %d, want %d", rated.submissions, want)
	}
}

// TestNothingWithoutAPermit: files come in, are decided on and are looked into by officials who were permitted to, and by nobody else.
func TestNothingWithoutAPermit(t *testing.T) {
	t.Parallel()
	r := open(t)
	first := r.ingest(r.file("a.csv", penaltyHeader+penalty(company(1), "罚1号", "1", "2026-02-30")), intake.Job{})
	var nobody charter.DeliveryPermit
	for what, try := range map[string]func() error{
		"bringing in": func() error {
			_, err := r.desk.Ingest(t.Context(), intake.Job{Dataset: "samr.penalty", File: "b.csv", Source: strings.NewReader(penaltyHeader)}, nil)
			return err
		},
		"publishing": func() error { _, err := r.desk.Release(t.Context(), nobody, first.Submission, nil); return err },
		"giving up":  func() error { _, err := r.desk.Discard(t.Context(), nobody, first.Submission); return err },
		"looking": func() error {
			_, err := intake.ExportWaiting(t.Context(), r.store, r.vault, access.Waiting{}, io.Discard)
			return err
		},
	} {
		var refusal *fault.Error
		if err := try(); !errors.As(err, &refusal) || refusal.Code != fault.Refused {
			t.Errorf("%s without a permit: %v", what, err)
		}
	}
}

func TestHeldFileIsOvertakenByALaterOne(t *testing.T) {
	t.Parallel()
	r := open(t)
	held := r.ingest(r.file("a.csv", inspectionHeader+inspection("检1", 1, "clean")+ruin(30)), inspections)
	// The mended file has the same keys and goes in as if the held one had never come.
	later := r.ingest(r.file("b.csv", inspectionHeader+inspection("检1", 2, "clean")), inspections)
	if later.State != store.SubmissionPublished || later.Counts.Stored != 1 {
		t.Fatalf("%+v", later)
	}
	_, err := r.desk.Release(t.Context(), testworld.Delivery("samr"), held.Submission, nil)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "a later file of the dataset has come since") {
		t.Errorf("releasing it: %v", err)
	}
	if _, err := r.desk.Discard(t.Context(), testworld.Delivery("samr"), held.Submission); err != nil {
		t.Fatal(err)
	}
	r.wantStanding(1)
	r.wantStanding(2, "检1")
	r.nothingLeft()
}

func TestReleasedReplayEndsTheWaiting(t *testing.T) {
	t.Parallel()
	r := open(t)
	first := r.ingest(r.file("a.csv", inspectionHeader+inspection("检1", 1, "clean")+ruin(30)), inspections)
	if _, err := r.desk.Release(t.Context(), testworld.Delivery("samr"), first.Submission, nil); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if n, err := intake.ExportWaiting(t.Context(), r.store, r.vault, r.look("samr", first.Submission), &out); err != nil || n != 30 {
		t.Fatal(n, err)
	}
	job := inspections
	job.Replays = first.Submission
	// Only one of them is mended, so that the mended file is held as well.
	again := r.ingest(r.file("b.csv", strings.Replace(out.String(), "2026-02-30", "2026-02-28", 1)), job)
	if again.State != store.SubmissionHeld {
		t.Fatalf("%+v", again)
	}
	waiting := func(of int64) int64 {
		n, err := r.store.CountWaiting(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := waiting(first.Submission); n != 30 {
		t.Errorf("%d rows wait while the mended file is held, want 30", n)
	}
	if _, err := r.desk.Release(t.Context(), testworld.Delivery("samr"), again.Submission, nil); err != nil {
		t.Fatal(err)
	}
	if n, m := waiting(first.Submission), waiting(again.Submission); n != 0 || m != 29 {
		t.Errorf("%d and %d rows wait, want 0 and 29", n, m)
	}
}

func TestDiscardedReplayLeavesTheRowsWaiting(t *testing.T) {
	t.Parallel()
	r := open(t)
	first := r.ingest(r.file("a.csv", penaltyHeader+penalty(company(1), "罚1号", "1", "2026-02-30")), intake.Job{})
	var out strings.Builder
	if _, err := intake.ExportWaiting(t.Context(), r.store, r.vault, r.look("samr", first.Submission), &out); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mended := strings.ReplaceAll(out.String(), "2026-02-30", "2026-02-28")
	job := intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.penalty", Replays: first.Submission, File: "m.csv", Source: strings.NewReader(mended)}
	if _, err := r.desk.Ingest(ctx, job, nil); err == nil {
		t.Fatal("a cancelled run went through")
	}
	if n, err := r.store.CountWaiting(t.Context(), first.Submission); err != nil || n != 1 {
		t.Errorf("%d rows wait, %v; want 1", n, err)
	}
	job.Source = strings.NewReader(mended)
	if rep, err := r.desk.Ingest(t.Context(), job, nil); err != nil || rep.Counts.Stored != 1 {
		t.Errorf("%+v, %v", rep, err)
	}
	if n, err := r.store.CountWaiting(t.Context(), first.Submission); err != nil || n != 0 {
		t.Errorf("%d rows wait, %v; want none", n, err)
	}
}

func TestRetractionsNeedOnlyTheKey(t *testing.T) {
	t.Parallel()
	r := open(t)
	retract := inspections
	retract.Act = record.Retracted
	r.ingest(r.file("a.csv", inspectionHeader+inspection("检1", 1, "clean")+inspection("检2", 1, "refused")), inspections)
	rep := r.ingest(r.file("r.csv", "inspection_no\n检1\n检1\n检9\n"), retract)
	if c := rep.Counts; c.Stored != 1 || c.Unchanged != 1 || c.Rejected != 1 {
		t.Errorf("%+v", c)
	}
	r.wantStanding(1, "检2")
	// A whole row does as well, whatever else it says.
	rep = r.ingest(r.file("s.csv", inspectionHeader+"检2,nobody,,,,soon,,\n"), retract)
	if c := rep.Counts; c.Stored != 1 {
		t.Errorf("%+v", c)
	}
	r.wantStanding(1)
	// What was retracted may be reported again, also about somebody else, whom the key then leads to.
	r.ingest(r.file("t.csv", inspectionHeader+inspection("检1", 2, "clean")), inspections)
	r.ingest(r.file("u.csv", inspectionHeader+inspection("检1", 2, "refused")), inspections)
	r.wantStanding(1)
	r.wantStanding(2, "检1")

	// The end of a record says nothing but that it has ended.
	r.count(0, `SELECT count(*) FROM record_version WHERE status = 3 AND (payload <> '{}' OR sealed IS NOT NULL)`)

	correct := inspections
	correct.Act = record.Corrected
	rep = r.ingest(r.file("v.csv", inspectionHeader+inspection("检1", 2, "corrected")+inspection("检7", 2, "corrected")), correct)
	if c := rep.Counts; c.Stored != 1 || c.Rejected != 1 {
		t.Errorf("a correction of what is and of what never was: %+v", c)
	}
	r.count(1, `SELECT count(*) FROM record_version WHERE status = 2`)
}

func TestRetractionsOfPersonsRecords(t *testing.T) {
	t.Parallel()
	r := open(t)
	job := intake.Job{By: testworld.Delivery("volunteers"), Dataset: "volunteers.voluntary-service"}
	r.ingest(r.file("a.csv", volunteerHeader+volunteer(1)+volunteer(2)), job)
	job.Act = record.Retracted
	rep := r.ingest(r.file("r.csv", "record_no\nV1\n"), job)
	if rep.Counts.Stored != 1 {
		t.Errorf("%+v", rep)
	}
	// The key is personal and kept as a keyed hash; nothing of it comes back with the retraction.
	r.count(1, `SELECT count(*) FROM record_version WHERE status = 3 AND payload = '{}' AND sealed IS NULL`)
	r.count(0, `SELECT count(*) FROM source_row WHERE key = 'V1'`)
}

// TestRecordsOfOfficeHoldersStayWhereTheyAre: the supplier can neither take such a record to another appointment nor
// withdraw it in another's name, so that C13 is held against the office that the record is on.
func TestRecordsOfOfficeHoldersStayWhereTheyAre(t *testing.T) {
	t.Parallel()
	r := open(t)
	const header = "appointment_no,id_no,holder_name,office,body_uscc,appointed_on,left_on\n"
	row := func(no string, holder uint64) string {
		id, err := identifier.SyntheticResidentID(calendar.MustParse("1970-05-01"), holder, false)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s,%s,张示例,mayor,%s,2024-01-02,\n", no, id, authority())
	}
	job := intake.Job{By: testworld.Delivery("nsc"), Dataset: "nsc.office-appointment"}
	if c := r.ingest(r.file("a.csv", header+row("任1", 1)+row("任2", 2)), job).Counts; c.Stored != 2 {
		t.Fatalf("%+v", c)
	}
	if c := r.ingest(r.file("b.csv", header+row("任1", 2)), job).Counts; c.Rejected != 1 {
		t.Errorf("a record moved to another appointment: %+v", c)
	}
	job.Act = record.Retracted
	if c := r.ingest(r.file("c.csv", header+row("任1", 2)), job).Counts; c.Rejected != 1 {
		t.Errorf("a record was withdrawn in another's name: %+v", c)
	}
	keys := intake.Job{By: job.By, Dataset: job.Dataset, Act: job.Act, File: "k.csv", Source: strings.NewReader("appointment_no\n任1\n")}
	if _, err := r.desk.Ingest(t.Context(), keys, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("a retraction by key alone: %v", err)
	}
	if c := r.ingest(r.file("d.csv", header+row("任1", 1)), job).Counts; c.Stored != 1 {
		t.Errorf("%+v", c)
	}
	r.count(2, `SELECT count(DISTINCT subject) FROM record_version`)
}

// TestAmountsGoRoundInTheirOwnUnit sends back an amount as the platform shows it: the column counts in ten thousands.
func TestAmountsGoRoundInTheirOwnUnit(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.ingest(r.file("a.csv", penaltyHeader+penalty(company(1), "罚1号", "1.5", "2026-05-04")), intake.Job{})
	correct := intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.penalty", Act: record.Corrected}
	for name, amount := range map[string]string{"b.csv": `"15,000.00 CNY"`, "c.csv": "15000元", "d.csv": "1.5", "e.csv": "1.5万元"} {
		rep := r.ingest(r.file(name, penaltyHeader+penalty(company(1), "罚1号", amount, "2026-05-04")), correct)
		if rep.Counts.Unchanged != 1 {
			t.Errorf("%s is another amount than 1.5 ten thousand yuan: %+v", amount, rep.Counts)
		}
	}
	r.count(1, `SELECT count(*) FROM record_version WHERE payload LIKE '%"cf_nr_fk":1500000,%'`)
}

func TestRowsWithoutAnIdentifierWaitUnbound(t *testing.T) {
	t.Parallel()
	r := open(t)
	// The contract's key holds the code of the company. A legal person must have one; a row about a household business
	// without one is right as far as it goes, and waits until somebody says whose it is.
	household := strings.Replace(penalty("", "罚4号", "1", "2026-05-04"), "法人及非法人组织", "个体工商户", 1)
	rep := r.ingest(r.file("a.csv", penaltyHeader+penalty("", "罚1号", "1", "2026-05-04")+penalty(company(1), "罚2号", "1", "2026-05-04")+
		penalty("00000000000000000X", "罚3号", "1", "2026-05-04")+household), intake.Job{})
	if c := rep.Counts; c.Stored != 1 || c.Unbound != 1 || c.Rejected != 2 {
		t.Errorf("%+v", c)
	}
	rules := map[int]string{2: "check.legal-has-uscc", 4: "check.legal-has-uscc", 5: "subject.unbound"}
	r.waits(rep.Submission, 3, func(w *intake.WaitingRow) {
		if f := w.Findings[0]; f.Rule != rules[w.Line] || f.Text == "" || f.Hint == "" || (w.State == "unbound") != (w.Line == 5) {
			t.Errorf("line %d is %s: %+v", w.Line, w.State, w.Findings)
		}
	})
	// Where the contract demands the identifier, the row is rejected by name of the field.
	rep = r.ingest(r.file("b.csv", inspectionHeader+"检1,,华东示例贸易有限公司,routine,clean,2026-05-04,,示例局\n"), inspections)
	if c := rep.Counts; c.Rejected != 1 || c.Unbound != 0 {
		t.Errorf("%+v", c)
	}
	r.waits(rep.Submission, 1, func(w *intake.WaitingRow) {
		if f := w.Findings[0]; f.Rule != "field.required" || f.Field != "uscc" {
			t.Errorf("%+v", w.Findings)
		}
	})
	if rows := r.standing(1); len(rows) != 1 {
		t.Errorf("%q", rows)
	}
}

func (r *room) waits(submission int64, want int, look func(*intake.WaitingRow)) {
	r.Helper()
	n := 0
	err := intake.EachWaiting(r.Context(), r.store, r.vault, r.look("samr", submission), func(w *intake.WaitingRow) error {
		n++
		look(w)
		return nil
	})
	if err != nil || n != want {
		r.Errorf("%d rows wait, %v; want %d", n, err, want)
	}
}

// TestRowsOfOneFileThatDisagree repeats a key for two companies: the first stands, in a file of one run and of many.
func TestRowsOfOneFileThatDisagree(t *testing.T) {
	t.Parallel()
	for _, run := range []int{0, 1} {
		r := open(t)
		r.desk.Run = run
		rep := r.ingest(r.file("a.csv", inspectionHeader+inspection("检1", 1, "clean")+inspection("检1", 2, "clean")+inspection("检1", 1, "refused")), inspections)
		if c := rep.Counts; c.Stored != 2 || c.Rejected != 1 {
			t.Errorf("runs of %d: %+v", run, c)
		}
		r.wantStanding(1, "检1")
		r.wantStanding(2)
		// Back and forth between two contents ends with the last, also where it stood before.
		rep = r.ingest(r.file("b.csv", inspectionHeader+inspection("检1", 1, "clean")+inspection("检1", 1, "refused")), inspections)
		if rep.Counts.Stored != 2 {
			t.Errorf("runs of %d: %+v", run, rep.Counts)
		}
	}
}

// TestReadersSeeAllOrNothing reads while a file is published: every read sees the file whole or not at all.
func TestReadersSeeAllOrNothing(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.desk.Run = 50
	const rows = 400
	var b strings.Builder
	b.WriteString(inspectionHeader)
	for i := range rows {
		b.WriteString(inspection(fmt.Sprintf("检%d", i), uint64(i%3), "clean"))
	}
	r.ingest(r.file("a.csv", inspectionHeader+inspection("旧1", 0, "clean")+inspection("旧2", 1, "clean")+inspection("旧3", 2, "clean")), inspections)
	done := make(chan error, 1)
	path := r.file("b.csv", b.String())
	go func() {
		job := inspections
		job.Source, job.File = strings.NewReader(b.String()), path
		_, err := r.desk.Ingest(t.Context(), job, nil)
		done <- err
	}()
	for reads := 0; ; reads++ {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if n := r.seen(); n != rows {
				t.Fatalf("%d rows after it was published, want %d", n, rows)
			}
			t.Logf("%d reads meanwhile", reads)
			return
		default:
			if n := r.seen(); n != 0 && n != rows {
				t.Fatalf("a reader saw %d of %d rows", n, rows)
			}
		}
	}
}

// seen counts the new inspections that a model sees in one read of all three companies.
func (r *room) seen() int {
	n := 0
	permits := r.permits(0, 1, 2)
	err := r.store.Inputs(r.Context(), permits, time.Time{}, nil, func(v *record.Version) error {
		if strings.Contains(string(v.Payload), "检") {
			n++
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	return n
}
