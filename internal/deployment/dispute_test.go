package deployment_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/ownfile"
	"probity/internal/rating"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// bench is a deployment in which a company has thirteen inspections, the last of them refused, and everybody who
// matters has a credential.
type bench struct {
	*deployment.Deployment
	t       *testing.T
	now     time.Time
	ratings *rating.Desk
	company subject.Subject
	// own is the company's credential, stranger that of another company.
	own, stranger         access.Credential
	first, second         access.Credential
	samr, other, superior access.Credential
	reader                access.Credential
	sent                  int
}

const model = "enterprise-credit"

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 2, 10, 0, 0, 0, calendar.Shanghai)}
	b.Deployment = create(t, func() time.Time { return b.now })
	b.ratings = must(b.Deployment.Ratings(t.Context()))
	b.ingest(record.Reported, code(7), 12)
	b.ingest(record.Reported, code(8), 3)
	b.company = b.find(code(7))
	b.first = must(b.Access.Authenticate(t.Context(), founder.Name, must(b.Wallet.Load(founder.Name))))
	b.second = b.official("second", "npcic", "Wang Min")
	b.samr, b.other = b.official("samr-1", "samr", "Li Na"), b.official("samr-2", "samr", "Zhao Lei")
	b.superior = b.official("council", "state-council", "Sun Wei")
	b.reader = b.official("mof-1", "mof", "Zhou Lan")
	b.own = b.credential("own", access.Grant{Subject: b.company.ID, Proof: proof()})
	b.stranger = b.credential("stranger", access.Grant{Subject: b.find(code(8)).ID, Proof: proof()})
	return b
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func proof() string {
	sum := sha256.Sum256([]byte("licence"))
	return hex.EncodeToString(sum[:])
}

func (b *bench) official(name, agency, official string) access.Credential {
	return b.credential(name, access.Grant{Agency: agency, Official: official})
}

func (b *bench) credential(name string, g access.Grant) access.Credential {
	b.t.Helper()
	g.Name = name
	secret, err := b.Access.Issue(b.t.Context(), b.first, b.second, g)
	if err != nil {
		b.t.Fatal(err)
	}
	return must(b.Access.Authenticate(b.t.Context(), name, secret))
}

func (b *bench) find(uscc string) subject.Subject {
	b.t.Helper()
	sub, err := b.Store.FindSubject(b.t.Context(), store.Key{Scheme: subject.USCC, Value: uscc})
	if err != nil {
		b.t.Fatal(err)
	}
	return sub
}

// ingest sends clean inspections of a company and, last, a refused one; as corrections it sends the last one alone, clean.
func (b *bench) ingest(act record.Status, uscc string, clean int) intake.Report {
	b.t.Helper()
	var text strings.Builder
	text.WriteString("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n")
	for i := range clean {
		fmt.Fprintf(&text, "检%s%03d,%s,上海示例贸易有限公司,random,clean,2026-%02d-05,示例局\n", uscc[10:], i, uscc, i%9+1)
	}
	b.sent++ // the same bytes a second time would change nothing
	last := "refused"
	if act == record.Corrected {
		last = "clean"
	}
	fmt.Fprintf(&text, "检%s999,%s,上海示例贸易有限公司,random,%s,2026-10-05,示例局%d\n", uscc[10:], uscc, last, b.sent)
	path := filepath.Join(b.t.TempDir(), "inspections.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	rep, err := b.Intake(b.ratings).Ingest(b.t.Context(), intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.inspection", File: "inspections.csv", Source: f, Act: act}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if act == record.Reported && rep.Counts.Stored != int64(clean)+1 {
		b.t.Fatalf("taken in: %+v, %+v", rep.Counts, must(b.Store.Findings(b.t.Context(), rep.Submission)))
	}
	return *rep
}

// scope opens the company's file to the reader, or to itself.
func (b *bench) scope(as access.Credential, what access.What) access.Scope {
	b.t.Helper()
	r := access.Request{As: as, Subject: b.company.ID, What: what, Purpose: "supervision", Basis: "supervision-opinions"}
	if as.Subject() != 0 {
		r.What = access.OwnFile
	}
	if what == access.Explanation || what == access.Rating {
		r.Model = model
	}
	scope, err := b.Access.Open(b.t.Context(), r)
	if err != nil {
		b.t.Fatal(err)
	}
	return scope
}

// bad is the refused inspection as the reader's view of the file has it; ok is false where it is not shown.
func (b *bench) bad(as access.Credential) (e store.Entry, ok bool) {
	b.t.Helper()
	file, err := b.Store.File(b.t.Context(), b.scope(as, access.File), b.Contracts)
	if err != nil {
		b.t.Fatal(err)
	}
	i := slices.IndexFunc(file, func(e store.Entry) bool { return strings.HasSuffix(e.Newest().SourceKey, "999") })
	if i < 0 {
		return store.Entry{}, false
	}
	return file[i], true
}

// counts tells whether the record is among those behind the rating, and whether among those contested.
func (b *bench) counts(id record.ID) (used, disputed bool) {
	b.t.Helper()
	x, err := b.ratings.Explain(b.t.Context(), b.scope(b.reader, access.Explanation), model, rating.Moment{})
	if err != nil {
		b.t.Fatal(err)
	}
	has := func(list []rating.Evidence) bool {
		return slices.ContainsFunc(list, func(e rating.Evidence) bool { return e.Record == id })
	}
	for _, c := range x.View.Characteristics {
		used, disputed = used || has(c.Records), disputed || has(c.Disputed)
	}
	return used, disputed
}

func (b *bench) open(ground contest.Ground, target string, evidence ...string) (contest.Dispute, error) {
	r := dispute.Request{
		Own: dispute.Own{By: b.own}, Subject: b.company.ID, Ground: ground, Target: target,
		Account: "The inspection of October found nothing; see the sheet we signed.", Claims: "result: clean",
	}
	for _, e := range evidence {
		r.Evidence = append(r.Evidence, dispute.File{Name: e + ".pdf", Body: []byte(e)})
	}
	return b.Disputes(b.ratings).Open(b.t.Context(), r)
}

// toDecide are the matters that an official's agency was told to decide, and has not.
func (b *bench) toDecide(as access.Credential) []recall.Pending {
	b.t.Helper()
	return slices.DeleteFunc(must(b.Recalls().Mine(b.t.Context(), as)), func(p recall.Pending) bool { return p.Kind != recall.Decide || !p.Open() })
}

func (b *bench) days(n int) { b.now = b.now.AddDate(0, 0, n) }

func refusedBy(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Invariant
	}
	return ""
}

// TestDisputeOfARecord follows one contest from its opening to its correction.
func TestDisputeOfARecord(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	service := b.Disputes(b.ratings)
	e, ok := b.bad(b.reader)
	if !ok {
		t.Fatalf("the reader does not see the record: %+v", must(b.Store.File(ctx, b.scope(b.reader, access.File), b.Contracts)))
	}
	id := e.Newest().Record
	before := must(b.ratings.Answer(ctx, b.scope(b.reader, access.Rating), model))
	if used, _ := b.counts(id); !used {
		t.Fatal("the record does not count before it is contested")
	}

	// Nobody else contests it, and the attempt is in the company's ledger.
	_, err := service.Open(ctx, dispute.Request{
		Own: dispute.Own{By: b.stranger}, Subject: b.company.ID, Ground: contest.NotMine, Target: id.String(), Account: "not theirs",
	})
	if refusedBy(err) != "C9" {
		t.Fatalf("a stranger's dispute: %v", err)
	}

	d, err := b.open(contest.WrongValue, id.String(), "sheet")
	if err != nil {
		t.Fatal(err)
	}
	if d.Handler != "samr" || d.Due != calendar.In(b.now, calendar.Shanghai)+20 || !d.Suspends {
		t.Errorf("opened as %+v", d)
	}
	// From this instant on it counts for nothing; the reader sees both values.
	if used, disputed := b.counts(id); used || !disputed {
		t.Errorf("contested: used %v, told of as disputed %v", used, disputed)
	}
	after := must(b.ratings.Answer(ctx, b.scope(b.reader, access.Rating), model))
	if after.Score <= before.Score {
		t.Errorf("the score went from %d to %d when the finding went out of use", before.Score, after.Score)
	}
	if e, ok := b.bad(b.reader); !ok || e.Newest().Contest.State != record.Disputed || e.Newest().Contest.Claims != "result: clean" {
		t.Errorf("the reader sees %+v", e)
	}
	if _, err := b.open(contest.WrongValue, id.String()); !fault.Is(err, fault.Conflict) {
		t.Errorf("contested twice at once: %v", err)
	}

	// Only who has to answer reads it, with the evidence whole; the reading is recorded.
	if _, err := service.Show(ctx, b.reader, d.ID); refusedBy(err) != "C11" {
		t.Errorf("a reader sees the dispute: %v", err)
	}
	if v, err := service.Show(ctx, b.samr, d.ID); err != nil || v.Access == "" || v.Account == "" || len(v.Evidence) != 1 || v.Evidence[0].Name != "sheet.pdf" {
		t.Errorf("shown %+v, %v", v, err)
	}
	if f, err := service.Evidence(ctx, b.samr, d.ID, 1); err != nil || string(f.Body) != "sheet" {
		t.Errorf("evidence %q, %v", f.Body, err)
	}
	if tasks, err := service.Tasks(ctx, b.samr); err != nil || len(tasks) != 1 || tasks[0].Left != 20 {
		t.Errorf("tasks %+v, %v", tasks, err)
	}

	// Corrected is said where it is corrected.
	settle := dispute.Answer{By: b.samr, Outcome: contest.Corrected, Reasons: "The sheet of 5 October shows no finding; the code was mistyped."}
	if _, err := service.Settle(ctx, d.ID, settle); refusedBy(err) != "C9" {
		t.Errorf("settled as corrected without a correction: %v", err)
	}
	b.days(1)
	b.ingest(record.Corrected, code(7), 0)
	// Everybody who received the wrong value is told to correct it, and the company that it was.
	told := must(b.Recalls().Mine(ctx, b.reader))
	if len(told) != 1 || told[0].Kind != recall.Correct || told[0].About != id.String() || len(must(b.Recalls().Mine(ctx, b.superior))) != 0 {
		t.Errorf("after the correction the reader was told %+v", told)
	}
	if used, disputed := b.counts(id); used || !disputed {
		t.Errorf("corrected and not yet settled: used %v, disputed %v", used, disputed)
	}
	if _, err := service.Settle(ctx, d.ID, dispute.Answer{By: b.reader, Outcome: contest.Verified, Reasons: settle.Reasons}); refusedBy(err) != "C9" {
		t.Errorf("settled by somebody else: %v", err)
	}
	if _, err := service.Settle(ctx, d.ID, dispute.Answer{By: b.samr, Outcome: contest.Verified, Reasons: "internal policy"}); refusedBy(err) != "C9" {
		t.Errorf("settled without reasons: %v", err)
	}
	if d, err = service.Settle(ctx, d.ID, settle); err != nil || d.State(calendar.In(b.now, calendar.Shanghai)) != contest.Settled {
		t.Fatalf("settled: %+v, %v", d, err)
	}
	if used, disputed := b.counts(id); !used || disputed {
		t.Errorf("settled: used %v, disputed %v", used, disputed)
	}
	list, err := service.List(ctx, b.scope(b.own, access.OwnFile))
	if err != nil || len(list) != 1 || list[0].Result() == nil || list[0].Result().Reasons != settle.Reasons || list[0].Account == "" {
		t.Errorf("the subject sees %+v, %v", list, err)
	}
	if list, err := service.List(ctx, b.scope(b.reader, access.File)); refusedBy(err) != "C11" || len(list) > 0 {
		t.Errorf("a reader of the file sees %+v, %v", list, err)
	}
	if err := b.Store.VerifyLedger(ctx); err != nil {
		t.Error(err)
	}
}

// TestOverdueSuppresses: when the due day passes without a result the record is gone for everybody but its subject, with
// nothing run in between, and comes back with a certification only.
func TestOverdueSuppresses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	service := b.Disputes(b.ratings)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record
	d := must(b.open(contest.Outdated, id.String()))
	b.days(20)
	if _, ok := b.bad(b.reader); !ok {
		t.Error("suppressed on the due day itself")
	}
	b.days(1)
	if _, ok := b.bad(b.reader); ok {
		t.Error("seen after the due day")
	}
	if used, disputed := b.counts(id); used || disputed {
		t.Errorf("overdue: used %v, told of %v", used, disputed)
	}
	if e, ok := b.bad(b.own); !ok || !e.Newest().Contest.Suppressed(calendar.In(b.now, calendar.Shanghai)) {
		t.Error("the subject itself does not see it as suppressed")
	}
	if told, err := service.Overdue(ctx); err != nil || len(told) != 1 {
		t.Errorf("told %v, %v", told, err)
	}
	if told, err := service.Overdue(ctx); err != nil || len(told) != 0 {
		t.Errorf("told twice %v, %v", told, err)
	}
	// It is in the list of who has to answer, and chased once a day, until the answer comes.
	if due := b.toDecide(b.samr); len(due) != 1 || due[0].About != d.ID.String() || due[0].Ground != "overdue" || due[0].Late(d.Due+1) != 1 {
		t.Errorf("who has to answer finds %+v", due)
	}
	for i, want := range []int{1, 0} {
		if chased := must(b.Recalls().Chase(ctx)); len(chased) != want {
			t.Errorf("chased for the time %d: %+v", i+1, chased)
		}
	}
	must(service.Complain(ctx, d.ID, dispute.Plea{Own: dispute.Own{By: b.own}, Account: "Nobody has answered."}))
	if due := b.toDecide(b.superior); len(due) != 1 || due[0].Ground != "escalated" || due[0].Late(d.Due+1) != 0 {
		t.Errorf("the body above finds %+v", due)
	}
	late := dispute.Answer{By: b.samr, Outcome: contest.Verified, Reasons: "The inspector's own report was compared with the entry."}
	if _, err := service.Settle(ctx, d.ID, late); refusedBy(err) != "C9" {
		t.Errorf("came back without a certification: %v", err)
	}
	late.Document = sha256.Sum256([]byte("certificate"))
	if _, err := service.Settle(ctx, d.ID, late); err != nil {
		t.Fatal(err)
	}
	if mine, above := b.toDecide(b.samr), b.toDecide(b.superior); len(mine) != 0 || len(above) != 1 {
		t.Errorf("answered, there is left to decide: %+v, and by the body above %+v", mine, above)
	}
	if _, err := service.AnswerComplaint(ctx, d.ID, dispute.Answer{By: b.superior, Outcome: contest.Rejected, Reasons: "The certificate was compared with the sheet."}); err != nil {
		t.Fatal(err)
	}
	if above := b.toDecide(b.superior); len(above) != 0 {
		t.Errorf("the complaint answered, there is left to decide %+v", above)
	}
	if _, ok := b.bad(b.reader); !ok {
		t.Error("not back after the certification")
	}
	// The same again without new evidence suspends nothing; with new evidence it does.
	again := must(b.open(contest.WrongValue, id.String()))
	if e, ok := b.bad(b.reader); again.Suspends || !ok || e.Newest().Contest.State != record.Uncontested {
		t.Errorf("repeated without new evidence: %+v", again)
	}
	if _, err := service.Withdraw(ctx, again.ID, dispute.Plea{Own: dispute.Own{By: b.stranger}}); !fault.Is(err, fault.NotFound) {
		t.Errorf("withdrawn by a stranger: %v", err)
	}
	if _, err := service.Withdraw(ctx, again.ID, dispute.Plea{Own: dispute.Own{By: b.own}}); err != nil {
		t.Fatal(err)
	}
	if third := must(b.open(contest.WrongValue, id.String(), "photograph")); !third.Suspends {
		t.Error("new evidence does not suspend")
	}
}

// TestDeletedRecordStaysOut: what could not be verified is out for good, everybody who had it is told, the supplier cannot
// bring it back by sending it again, and a certification brings it back with notice.
func TestDeletedRecordStaysOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	service := b.Disputes(b.ratings)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record
	d := must(b.open(contest.NotMine, id.String()))
	b.days(2)
	d, err := service.Settle(ctx, d.ID, dispute.Answer{By: b.samr, Outcome: contest.Unverifiable, Reasons: "The sheet of that day cannot be found in the archive."})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := b.bad(b.reader); ok {
		t.Error("seen after it could not be verified")
	}
	// The reader who had it is told to delete it, and is late one day after the fifth working day.
	mine, err := b.Recalls().Mine(ctx, b.reader)
	if err != nil || len(mine) != 1 || mine[0].Kind != recall.Delete || mine[0].About != id.String() {
		t.Fatalf("the reader was told %+v, %v", mine, err)
	}
	if told := must(b.Recalls().Mine(ctx, b.superior)); len(told) != 0 {
		t.Errorf("who received nothing was told %+v", told)
	}
	b.days(int(mine[0].Due-calendar.In(b.now, calendar.Shanghai)) + 3)
	if l := must(b.Recalls().Laggards(ctx)); len(l) != 1 || l[0].Recipient != "mof" || l[0].Late != 3 {
		t.Errorf("laggards %+v", l)
	}
	if c := must(b.Recalls().Chase(ctx)); len(c) != 1 || c[0].Reminders != 1 {
		t.Errorf("chased %+v", c)
	}
	if c := must(b.Recalls().Chase(ctx)); len(c) != 0 {
		t.Errorf("chased twice on a day: %+v", c)
	}
	if n, err := b.Recalls().Acknowledge(ctx, b.reader, b.company.ID, id.String()); err != nil || n != 1 {
		t.Errorf("acknowledged %d, %v", n, err)
	}
	if n, err := b.Recalls().Acknowledge(ctx, b.reader, b.company.ID, id.String()); err != nil || n != 0 {
		t.Errorf("acknowledged again %d, %v", n, err)
	}
	if l := must(b.Recalls().Laggards(ctx)); len(l) != 0 {
		t.Errorf("still late: %+v", l)
	}
	if told := must(b.Recalls().Told(ctx, b.scope(b.own, access.OwnFile))); len(told) != 1 || told[0].By != "Zhou Lan" {
		t.Errorf("the subject sees %+v", told)
	}
	// Sent again it does not come in.
	if rep := b.ingest(record.Corrected, code(7), 0); rep.Counts.Rejected != 1 {
		t.Errorf("a correction of the barred record: %+v", rep.Counts)
	}
	if _, ok := b.bad(b.reader); ok {
		t.Error("back by being sent again")
	}
	certify := dispute.Answer{By: b.samr, Reasons: "The sheet was found in the county's archive and is signed."}
	if _, err := service.Reinstate(ctx, d.ID, certify); refusedBy(err) != "C9" {
		t.Errorf("back without a document: %v", err)
	}
	certify.Document = sha256.Sum256([]byte("sheet"))
	if _, err := service.Reinstate(ctx, d.ID, certify); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.bad(b.reader); !ok {
		t.Error("not back after the certification")
	}
	if rep := b.ingest(record.Corrected, code(7), 0); rep.Counts.Stored != 1 {
		t.Errorf("a correction after the certification: %+v", rep.Counts)
	}
}

// TestComplaint: the body above decides, by an official who had no part in it, and an upheld complaint bars the record.
func TestComplaint(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	service := b.Disputes(b.ratings)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record
	d := must(b.open(contest.WrongValue, id.String(), "sheet"))
	plea := dispute.Plea{Own: dispute.Own{By: b.own}, Account: "Nobody looked at the sheet."}
	if _, err := service.Complain(ctx, d.ID, plea); !fault.Is(err, fault.Conflict) {
		t.Errorf("complained before the answer: %v", err)
	}
	must(service.Settle(ctx, d.ID, dispute.Answer{By: b.samr, Outcome: contest.Verified, Reasons: "The inspector confirms what was entered."}))
	d, err := service.Complain(ctx, d.ID, plea)
	if err != nil || d.Complaint().Handler != "state-council" || d.Complaint().Due != calendar.In(b.now, calendar.Shanghai)+30 {
		t.Fatalf("complaint %+v, %v", d.Complaint(), err)
	}
	upheld := dispute.Answer{By: b.samr, Outcome: contest.Upheld, Reasons: "The sheet contradicts the entry and was not looked at."}
	if _, err := service.AnswerComplaint(ctx, d.ID, upheld); refusedBy(err) != "C9" {
		t.Errorf("answered by whom it is about: %v", err)
	}
	upheld.By = b.superior
	if _, err := service.AnswerComplaint(ctx, d.ID, upheld); err != nil {
		t.Fatal(err)
	}
	if used, _ := b.counts(id); used {
		t.Error("counts after the complaint was upheld")
	}
	if _, err := service.Complain(ctx, d.ID, plea); !fault.Is(err, fault.Conflict) {
		t.Errorf("complained twice: %v", err)
	}
}

// TestStatementTravels: the subject's own words are beside the record for every reader who sees it.
func TestStatementTravels(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	service := b.Disputes(b.ratings)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record
	own := dispute.Own{By: b.own}
	const words = "这是一个错误, and the damned office knows it."
	if _, err := service.State(ctx, own, b.company.ID, id, words); err != nil {
		t.Fatal(err)
	}
	must(service.State(ctx, own, b.company.ID, 0, "We moved in May."))
	x := must(b.ratings.Explain(ctx, b.scope(b.reader, access.Explanation), model, rating.Moment{}))
	if len(x.View.Statements) != 2 || x.View.Statements[1].Text != words || x.View.Statements[1].Record != id {
		t.Errorf("beside the rating: %+v", x.View.Statements)
	}
	if said := must(service.Statements(ctx, b.scope(b.reader, access.File), nil)); len(said) != 2 {
		t.Errorf("beside the file: %+v", said)
	}
	if said, err := service.Statements(ctx, b.scope(b.reader, access.Rating), nil); refusedBy(err) != "C11" || len(said) > 0 {
		t.Errorf("who may read the rating alone sees %+v, %v", said, err)
	}
	if _, err := service.State(ctx, dispute.Own{By: b.stranger}, b.company.ID, id, "ha"); refusedBy(err) != "C9" {
		t.Errorf("a stranger's statement: %v", err)
	}
	if _, err := service.State(ctx, own, b.company.ID, 0, ""); err != nil {
		t.Fatal(err)
	}
	if said := must(service.Statements(ctx, b.scope(b.own, access.OwnFile), nil)); len(said) != 1 {
		t.Errorf("after taking one away: %+v", said)
	}
}

// TestTheOwnFileShowsTheClocks: the subject's own file says where its dispute stands, who answers until when, and that the
// day has passed; its words stand beside what they are about.
func TestTheOwnFileShowsTheClocks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record
	d := must(b.open(contest.WrongValue, id.String()))
	if _, err := b.Disputes(b.ratings).State(t.Context(), dispute.Own{By: b.own}, b.company.ID, id, "They came to the wrong gate."); err != nil {
		t.Fatal(err)
	}
	item := func(key string) ownfile.Item {
		t.Helper()
		file, err := b.OwnFile(t.Context(), b.own, b.company.ID, ownfile.EN)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range file.Sections {
			if s.Section.Key == key && len(s.Part.Items) == 1 {
				return s.Part.Items[0]
			}
		}
		t.Fatalf("the own file has no single item in %s", key)
		return ownfile.Item{}
	}
	if note := item("disputes").Note; note.EN != "State Administration for Market Regulation answers by "+d.Due.String()+", which is in 20 days." || !strings.Contains(note.ZH, d.Due.String()) {
		t.Errorf("the note is %+v", note)
	}
	if title := item("statements").Title; title.EN != "On the record "+id.String() {
		t.Errorf("the statement is titled %+v", title)
	}
	b.days(21)
	if note := item("disputes").Note.EN; !strings.Contains(note, "had to answer by "+d.Due.String()) {
		t.Errorf("overdue, the note is %q", note)
	}
}
