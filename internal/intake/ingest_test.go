package intake_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/identifier"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter/rules"
	"probity/internal/charter/testworld"
	"probity/internal/intake"
	"probity/internal/store"
	"probity/internal/store/reads"
	"probity/internal/store/rulebooks"
	"probity/internal/store/storetest"
	"probity/internal/subject"
	"probity/internal/vault"
)

// room is a demo database with the built-in catalogue and a desk.
type room struct {
	*testing.T
	dir   string
	store *store.Store
	desk  *intake.Desk
	vault *vault.Vault
	now   time.Time
}

func open(t *testing.T) *room {
	t.Helper()
	r := &room{T: t, dir: t.TempDir(), now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return r.now }
	var err error
	path := filepath.Join(r.dir, "probity.db")
	if r.store, err = store.Create(t.Context(), storetest.Address(t, path), store.Demo, store.Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	v, err := vault.Create(path + ".vault")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	r.vault = v
	cat := catalogue.BuiltIn()
	permit, err := rules.Founding()
	if err != nil {
		t.Fatal(err)
	}
	if err := rulebooks.In(r.store).SaveCatalogue(t.Context(), permit, r.now); err != nil {
		t.Fatal(err)
	}
	numbered, err := r.store.Contracts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range numbered {
		cat.Dataset(c.Dataset).Number = c.Number
	}
	r.desk = &intake.Desk{Store: r.store, Catalogue: cat, Vault: v, Now: clock}
	return r
}

// look has an official of an agency look into the rows of a submission that wait.
func (r *room) look(agency string, submission int64) access.Waiting {
	r.Helper()
	desk := access.NewDesk(reads.In(r.store), r.desk.Catalogue, func() time.Time { return r.now })
	look, err := desk.LookIntoWaiting(r.Context(), testworld.Delivery(agency), submission)
	if err != nil {
		r.Fatal(err)
	}
	return look
}

// file writes a file for the agency to send.
func (r *room) file(name, text string) string {
	r.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.Fatal(err)
	}
	return path
}

func (r *room) ingest(path string, job intake.Job) *intake.Report {
	r.Helper()
	f, err := os.Open(path)
	if err != nil {
		r.Fatal(err)
	}
	defer f.Close()
	job.File, job.Source = filepath.Base(path), f
	if job.Dataset == "" {
		job.By, job.Dataset = testworld.Delivery("samr"), "samr.penalty"
	}
	rep, err := r.desk.Ingest(r.Context(), job, nil)
	if err != nil {
		r.Fatalf("%s: %v", path, err)
	}
	if found, err := r.store.Findings(r.Context(), rep.Submission); err == nil && len(found) > 0 {
		r.Logf("%s: %v", path, found)
	}
	return rep
}

const penaltyHeader = "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM\n"

func company(n uint64) string {
	s, err := identifier.SyntheticUSCC("91", n)
	if err != nil {
		panic(err)
	}
	return s
}

func authority() string {
	s, err := identifier.SyntheticUSCC("11", 9)
	if err != nil {
		panic(err)
	}
	return s
}

func penalty(company, decision, fine, day string) string {
	return fmt.Sprintf("华东示例贸易有限公司,法人及非法人组织,%s,%s,无照经营,未取得许可,行政处罚法,罚款,罚款,%s,%s,2027-05-01,示例局,%s\n",
		company, decision, fine, day, authority())
}

func TestSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	r := open(t)
	path := r.file("p.csv", penaltyHeader+penalty(company(1), "沪市监罚〔2026〕1号", "1.5", "2026-05-04")+penalty(company(2), "沪市监罚〔2026〕2号", "2", "2026-05-05"))
	first := r.ingest(path, intake.Job{})
	if first.State != store.SubmissionPublished || first.Counts.Stored != 2 {
		t.Fatalf("first: %+v", first)
	}
	second := r.ingest(path, intake.Job{})
	if !second.Known || second.Submission != first.Submission {
		t.Errorf("second: %+v", second)
	}
	// The same rows in another file: nothing new either.
	again := r.ingest(r.file("q.csv", penaltyHeader+penalty(company(2), "沪市监罚〔2026〕2号", "2", "2026-05-05")), intake.Job{})
	if again.Counts.Unchanged != 1 || again.Counts.Stored != 0 {
		t.Errorf("again: %+v", again.Counts)
	}
	// The same key with other content: a new version.
	changed := r.ingest(r.file("c.csv", penaltyHeader+penalty(company(2), "沪市监罚〔2026〕2号", "3", "2026-05-05")), intake.Job{})
	if changed.Counts.Stored != 1 {
		t.Errorf("changed: %+v", changed.Counts)
	}
	sub, err := r.store.FindSubject(t.Context(), store.Key{Scheme: subject.USCC, Value: company(2)})
	if err != nil || sub.Kind != subject.Enterprise {
		t.Errorf("subject: %+v, %v", sub, err)
	}
}

func TestBadRowsWaitAndGoodRowsGoIn(t *testing.T) {
	t.Parallel()
	r := open(t)
	var b strings.Builder
	b.WriteString(penaltyHeader)
	for i := range uint64(50) {
		b.WriteString(penalty(company(i+10), fmt.Sprintf("罚%d号", i), "1", "2026-05-04"))
	}
	b.WriteString(penalty(company(99), "罚99号", "1", "2026-02-30"))
	b.WriteString(penalty("", "罚100号", "1", "2026-02-28"))
	rep := r.ingest(r.file("p.csv", b.String()), intake.Job{})
	if rep.Counts.Stored != 50 || rep.Counts.Rejected+rep.Counts.Unbound != 2 {
		t.Errorf("counts: %+v", rep.Counts)
	}
}

func TestMendedRowsGoInAlone(t *testing.T) {
	t.Parallel()
	r := open(t)
	bad := r.ingest(r.file("p.csv", penaltyHeader+
		penalty(company(1), "罚1号", "1", "2026-05-04")+penalty(company(2), "罚2号", "1", "2026-02-30")), intake.Job{})
	if bad.Counts.Rejected != 1 {
		t.Fatalf("counts: %+v", bad.Counts)
	}
	var out strings.Builder
	n, err := intake.ExportWaiting(t.Context(), r.store, r.vault, r.look("samr", bad.Submission), &out)
	if err != nil || n != 1 || !strings.Contains(out.String(), "field.date") {
		t.Fatalf("exported %d rows, %v:\n%s", n, err, out.String())
	}
	if _, err := intake.ExportWaiting(t.Context(), r.store, r.vault, r.look("sta", bad.Submission), &out); err == nil {
		t.Error("another agency may see the rows")
	}
	mended := strings.ReplaceAll(out.String(), "2026-02-30", "2026-02-28")
	rep := r.ingest(r.file("mended.csv", mended), intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.penalty", Replays: bad.Submission})
	if rep.Counts.Stored != 1 || len(rep.Unknown) != 0 {
		t.Errorf("replayed: %+v", rep)
	}
	var left strings.Builder
	if n, err := intake.ExportWaiting(t.Context(), r.store, r.vault, r.look("samr", bad.Submission), &left); err != nil || n != 0 {
		t.Errorf("%d rows still wait, %v", n, err)
	}
}

// TestLongFilesAreSetAsideAndMerged sends a file of many runs: what comes out must be what one run makes of it, also
// where rows of different runs share a key.
func TestLongFilesAreSetAsideAndMerged(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(penaltyHeader)
	for i := range uint64(95) {
		b.WriteString(penalty(company(i*7%20+10), fmt.Sprintf("罚%d号", i), "1", "2026-05-04"))
	}
	b.WriteString(penalty(company(10), "罚0号", "1", "2026-05-04")) // again as it was
	b.WriteString(penalty(company(10), "罚0号", "2", "2026-05-04")) // and with another fine
	b.WriteString(penalty(company(11), "罚0号", "2", "2026-05-04")) // another company's: another key
	b.WriteString(penalty(company(12), "罚7号", "2", "2026-02-30")) // bad
	var versions [2]string
	for i, run := range []int{0, 10} {
		r := open(t)
		r.desk.Run = run
		rep := r.ingest(r.file("p.csv", b.String()), intake.Job{})
		c := rep.Counts
		if c.Read != 99 || c.Stored != 97 || c.Unchanged != 1 || c.Rejected != 1 {
			t.Errorf("runs of %d: %+v", run, c)
		}
		versions[i] = r.digest()
	}
	if versions[0] != versions[1] {
		t.Errorf("one run and many differ:\n%s\n%s", versions[0], versions[1])
	}
}

// digest tells everything that is stored of records, apart from ids.
func (r *room) digest() string {
	r.Helper()
	var b strings.Builder
	err := r.store.Read(r.Context(), func(tx *sql.Tx) error {
		rows, err := tx.Query(`SELECT v.seq, v.line, v.status, v.payload, i.value FROM record_version v
			JOIN subject_identifier i ON i.subject = v.subject AND i.scheme = 'uscc' ORDER BY i.value, v.line, v.seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var seq, line, status int
			var payload, code string
			if err := rows.Scan(&seq, &line, &status, &payload, &code); err != nil {
				return err
			}
			fmt.Fprintln(&b, seq, line, status, code, payload)
		}
		return rows.Err()
	})
	if err != nil {
		r.Fatal(err)
	}
	return b.String()
}
