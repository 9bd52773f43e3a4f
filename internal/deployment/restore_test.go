package deployment_test

import (
	"crypto/sha256"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/deployment"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/listing"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/ownfile"
	"probity/internal/post"
	"probity/internal/record"
	"probity/internal/repair"
	"probity/internal/repair/application"
	"probity/internal/store"
	"probity/internal/store/notices"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// backup takes a backup of a deployment.
func backup(t *testing.T, d *deployment.Deployment) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup")
	if _, err := d.Erasure().Backup(t.Context(), path, "test", nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// restored puts a backup of old back under another name, with the keys and the journal that old has by now.
func restored(t *testing.T, old *deployment.Deployment, backup string, now func() time.Time) (*deployment.Deployment, erasure.Restored) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "again.db")
	opt := deployment.Options{Now: now}
	out, err := deployment.Restore(t.Context(), backup, storetest.Address(t, path), deployment.VaultPath(old.Store.Path()), opt, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := deployment.Open(t.Context(), storetest.Address(t, path), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, out
}

// again has the bench go on with the restored deployment.
func (b *bench) again(backup string) erasure.Restored {
	b.t.Helper()
	b.now = b.now.Add(time.Minute)
	var out erasure.Restored
	b.Deployment, out = restored(b.t, b.Deployment, backup, func() time.Time { return b.now })
	b.ratings = must(b.Deployment.Ratings(b.t.Context()))
	return out
}

// shown tells whether the record is in the file as the reader gets it, and how it is contested.
func (b *bench) shown(as access.Credential, id record.ID) (bool, record.Contest) {
	b.t.Helper()
	file, err := b.Store.File(b.t.Context(), b.scope(as, access.File), b.Contracts)
	if err != nil {
		b.t.Fatal(err)
	}
	i := slices.IndexFunc(file, func(e store.Entry) bool { return e.Newest().Record == id })
	if i < 0 {
		return false, record.Contest{}
	}
	return true, file[i].Newest().Contest
}

// settle opens a dispute of the record and has it answered.
func (b *bench) settle(id record.ID, outcome contest.Outcome) contest.Dispute {
	b.t.Helper()
	d := must(b.open(contest.WrongValue, id.String()))
	d, err := b.Disputes(b.ratings).Settle(b.t.Context(), d.ID, dispute.Answer{
		By: b.samr, Outcome: outcome, Reasons: "The sheet of that day was looked for in the archive of the office.",
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// TestContestedRecordsStayOutAfterARestore: what was put out of use after the backup is out of every answer when it is put
// back, and its supplier cannot bring it back; what was brought back into use meanwhile is in use.
func TestContestedRecordsStayOutAfterARestore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	bad, _ := b.bad(b.reader)
	var clean []record.ID
	for _, e := range must(b.Store.File(ctx, b.scope(b.reader, access.File), b.Contracts)) {
		if id := e.Newest().Record; id != bad.Newest().Record {
			clean = append(clean, id)
		}
	}
	overdue := must(b.open(contest.WrongValue, clean[0].String()))
	saved := backup(t, b.Deployment)

	out := bad.Newest().Record
	b.settle(out, contest.Unverifiable)
	open := must(b.open(contest.WrongValue, clean[1].String())).Target
	b.settle(clean[2], contest.Verified)
	back := b.settle(clean[3], contest.Deleted)
	_, err := b.Disputes(b.ratings).Reinstate(ctx, back.ID, dispute.Answer{
		By: b.samr, Reasons: "The sheet of 5 April was found and is certified.", Document: sha256.Sum256([]byte("certificate")),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.days(21)
	before := must(b.ratings.Answer(ctx, b.scope(b.reader, access.Rating), model))

	if got := b.again(saved); got.Replayed["record suppressed"] != 2 {
		t.Errorf("made gone again: %v", got.Replayed)
	}
	for name, id := range map[string]record.ID{"not verified": out, "contested": clean[1], "overdue": clean[0]} {
		if ok, _ := b.shown(b.reader, id); ok {
			t.Errorf("the reader sees what was %s", name)
		}
		if used, _ := b.counts(id); used {
			t.Errorf("what was %s counts", name)
		}
		if ok, c := b.shown(b.own, id); !ok || !c.Suppressed(calendar.In(b.now, calendar.Shanghai)) {
			t.Errorf("the subject sees what was %s as %v, %+v", name, ok, c)
		}
	}
	for _, id := range clean[2:4] {
		if ok, c := b.shown(b.reader, id); !ok || c.State != record.Uncontested {
			t.Errorf("what was verified or certified is shown %v, %+v", ok, c)
		}
	}
	if after := must(b.ratings.Answer(ctx, b.scope(b.reader, access.Rating), model)); after.Score != before.Score {
		t.Errorf("the score was %d and is %d", before.Score, after.Score)
	}
	if rep := b.ingest(record.Corrected, code(7), 0); rep.Counts.Rejected != 1 {
		t.Errorf("a correction of what was not verified: %+v", rep.Counts)
	}
	b.mayComeBack(clean[1], open)
	late := dispute.Answer{By: b.samr, Outcome: contest.Verified, Reasons: "The inspector's own report was compared with the entry."}
	if _, err := b.Disputes(b.ratings).Settle(ctx, overdue.ID, late); refusedBy(err) != "C9" {
		t.Errorf("what was overdue came back without a certification: %v", err)
	}
}

// mayComeBack holds how a record comes back whose dispute was lost: its subject contests it again, and an answer that
// somebody certifies brings it back, while one without a document does not.
func (b *bench) mayComeBack(id record.ID, target string) {
	b.t.Helper()
	if target != id.String() {
		b.t.Fatalf("the dispute was of %s", target)
	}
	b.settle(id, contest.Verified)
	if ok, _ := b.shown(b.reader, id); ok {
		b.t.Error("back without a certification")
	}
	d := must(b.open(contest.WrongValue, id.String(), "photograph"))
	_, err := b.Disputes(b.ratings).Settle(b.t.Context(), d.ID, dispute.Answer{
		By: b.samr, Outcome: contest.Verified, Reasons: "The photograph shows another building than the one inspected.", Document: sha256.Sum256([]byte("certificate")),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	if ok, c := b.shown(b.reader, id); !ok || c.State != record.Uncontested {
		b.t.Errorf("certified, and shown %v, %+v", ok, c)
	}
}

// renamed is a second subject that is found to be the company.
const renamed subject.ID = 777

// join joins the company with its second subject, which is kept.
func (b *bench) join() {
	b.t.Helper()
	entrant := store.Entrant{Subject: subject.Subject{ID: renamed, Kind: subject.Enterprise}, New: true}
	if err := b.Store.AddSubjects(b.t.Context(), []store.Entrant{entrant}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.Registrar().Merge(b.t.Context(), b.first, renamed, b.company.ID, "one firm, renamed", "extract 17"); err != nil {
		b.t.Fatal(err)
	}
}

// TestPartedSubjectsStayPartedAfterARestore: two subjects were one when the backup was taken, and are two since. Put back,
// they are two; what had been joined is on neither side until its supplier sends it again, and then where it belongs.
func TestPartedSubjectsStayPartedAfterARestore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	alone := must(b.ratings.Answer(ctx, b.scope(b.reader, access.Rating), model))
	b.join()
	saved := backup(t, b.Deployment)
	if _, err := b.Registrar().Split(ctx, b.first, b.company.ID, "two firms"); err != nil {
		t.Fatal(err)
	}

	if got := b.again(saved); got.Replayed["subjects parted"] != 1 {
		t.Errorf("made gone again: %v", got.Replayed)
	}
	if id := b.find(code(7)).ID; id != b.company.ID {
		t.Errorf("the company is %s", id)
	}
	records := func() (company, other int) {
		return len(must(b.Store.Moving(ctx, b.company.ID, b.Contracts))), len(must(b.Store.Moving(ctx, renamed, b.Contracts)))
	}
	if company, other := records(); company != 0 || other != 0 {
		t.Errorf("the company has %d records, the other %d", company, other)
	}
	b.ingest(record.Reported, code(7), 12)
	if company, other := records(); company != 13 || other != 0 {
		t.Errorf("sent again, the company has %d records, the other %d", company, other)
	}
	if after := must(b.ratings.Answer(ctx, b.scope(b.reader, access.Rating), model)); after.Score != alone.Score {
		t.Errorf("the score was %d alone and is %d", alone.Score, after.Score)
	}
}

// TestContestedAfterAJoiningStaysOutAfterARestore: in the backup the record stands with another subject than when it was
// contested.
func TestContestedAfterAJoiningStaysOutAfterARestore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	saved := backup(t, b.Deployment)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record
	b.join()
	if _, err := b.open(contest.NotMine, id.String()); err != nil {
		t.Fatal(err)
	}
	b.again(saved)
	if b.find(code(7)).ID != b.company.ID {
		t.Error("the backup knows of the joining")
	}
	if ok, _ := b.shown(b.reader, id); ok {
		t.Error("the reader sees it")
	}
	if used, _ := b.counts(id); used {
		t.Error("it counts")
	}
}

// TestRepairedStaysGoneAfterARestore: a repair that was granted after the backup holds, and the supplier does not bring the
// record back by sending it again.
func TestRepairedStaysGoneAfterARestore(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	o.official("qi", "mohurd")
	samr := o.official("lin", "samr")
	row := penaltyHeading + o.penalty(7, "沪市监罚2026-1", "罚款", 3, "2026-06-10")
	o.ingest("samr", "samr.penalty", row)
	id := o.company(7)
	me := o.own(id)
	plan, err := o.d.Repairs(o.ratings).Plan(ctx, repair.Reading{As: me, Subject: id})
	o.must(err)
	item := plan.Items[0]
	a, err := o.d.Repairs(o.ratings).Ask(ctx, repair.Request{
		Own: repair.Own{By: me}, Subject: id, Record: item.Record, Cure: "the fine was paid on 2026-06-20",
		Commitment: "What is stated here is true; the company answers for it. 本公司承诺所述属实并承担违约责任。",
		Proofs:     []repair.File{{Name: "缴款书.pdf", Body: []byte("paid")}},
	})
	o.must(err)
	saved := backup(t, o.d)
	grant := repair.Verdict{As: samr, Subject: id, Repair: a.ID, Act: application.Grant, Reasons: "the fine was paid on 20 June"}
	_, err = o.d.Repairs(o.ratings).Decide(ctx, grant)
	o.must(err)
	o.gone(ctx, id, item, me)

	o.now = o.now.Add(time.Minute)
	d, out := restored(t, o.d, saved, func() time.Time { return o.now })
	o.d = d
	o.ratings, err = d.Ratings(ctx)
	o.must(err)
	if out.Replayed["record repaired"] != 1 {
		t.Errorf("made gone again: %v", out.Replayed)
	}
	o.gone(ctx, id, item, me)
	o.ingest("samr", "samr.penalty", row)
	o.ingest("samr", "samr.penalty", penaltyHeading+o.penalty(7, "沪市监罚2026-1", "罚款", 4, "2026-06-10"))
	o.gone(ctx, id, item, me)
	own, err := d.OwnFile(ctx, me, id, ownfile.EN)
	o.must(err)
	if text := string(must(json.Marshal(own))); strings.Contains(text, "沪市监罚2026-1") {
		t.Error("the own file has the repaired record")
	}
}

// TestListingsStayEndedAfterARestore: an entry that was annulled after the backup restricts nobody, and the feed withdraws
// it; one that was published after it is not there.
func TestListingsStayEndedAfterARestore(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-07-01T04:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	samr, court, mof := o.official("lin", "samr"), o.official("qi", "shanghai-court"), o.official("mof", "mof")
	o.ingest("samr", "samr.penalty", penaltyHeading+o.penalty(7, "沪市监罚2026-1", "罚款", 3, "2026-06-10"))
	id := o.company(7)
	lists, err := o.d.Lists()
	o.must(err)
	paper := order.Document{Number: "doc 1", Digest: sha256.Sum256([]byte("doc 1"))}
	e, err := lists.Draft(ctx, samr, entry.Entry{
		Subject: id, List: "serious-violators", Ground: "quality", Tier: "serious", Measures: []string{"fiscal-limit"},
		Facts: []entry.Fact{
			{Element: "penalty-number", Value: "沪市监罚〔2026〕17号"}, {Element: "penalty-day", Value: "2026-06-01"},
			{Element: "heavier-penalty", Value: "licence-revoked"}, {Element: "harm", Value: "12,000 boilers without a test, again after a warning"},
		},
	}, entry.Step{Document: paper, Reasons: "the penalty of 1 June is final"})
	o.must(err)
	take := func(as access.Credential, s entry.Step) {
		t.Helper()
		s.Document = paper
		e, err = lists.Step(ctx, as, id, e.ID, s)
		o.must(err)
	}
	take(samr, entry.Step{Act: entry.Notify})
	o.now = o.now.AddDate(0, 0, 8)
	take(samr, entry.Step{Act: entry.Decide, Reasons: "the conduct is grave and the harm is not undone"})
	take(samr, entry.Step{Act: entry.Publish})
	decide := func() charter.Outcome {
		t.Helper()
		d, err := o.d.Measures(o.ratings).Decide(ctx, measure.Request{As: mof, Subject: id, Measure: "fiscal-limit", Purpose: "restriction", Basis: "basic-list", Case: "2026-1"})
		o.must(err)
		return d.Outcome
	}
	if got := decide(); got != charter.Restricted {
		t.Fatalf("published, and answered %s", got)
	}
	saved := backup(t, o.d)
	o.now = o.now.AddDate(0, 0, 1)
	since := o.now
	take(court, entry.Step{Act: entry.Annul, Reasons: "the reports show the tests were made", Basis: order.Basis{Law: "samr-order44", Article: "art. 2"}})

	o.now = o.now.Add(time.Minute)
	d, out := restored(t, o.d, saved, func() time.Time { return o.now })
	o.d = d
	o.ratings, err = d.Ratings(ctx)
	o.must(err)
	if out.Replayed["listing ended"] != 1 {
		t.Errorf("made gone again: %v", out.Replayed)
	}
	if got := decide(); got != charter.Clear {
		t.Errorf("annulled, and answered %s", got)
	}
	lists, err = d.Lists()
	o.must(err)
	if standing, err := lists.Standing(ctx, id); err != nil || len(standing) != 0 {
		t.Errorf("standing: %v, %v", standing, err)
	}
	feed, err := lists.Feed(ctx, "", since.Add(-time.Second), 0)
	if err != nil || len(feed) != 1 || feed[0].State != "withdrawn" || feed[0].Subjects != nil || feed[0].Reasons != nil || feed[0].Ended == nil {
		t.Errorf("the feed since the annulment: %+v, %v", feed, err)
	}
	if all, err := lists.Show(ctx, listing.Request{As: o.own(id), Subject: id}); err != nil || len(all) != 1 || !all[0].Gone {
		t.Errorf("what the subject sees: %+v, %v", all, err)
	}
	if swept, err := lists.Sweep(ctx); err != nil || len(swept.Expired) != 0 {
		t.Errorf("swept: %+v, %v", swept, err)
	}
}

// TestChannelsStayEndedAfterARestore: nothing is carried on a way that its subject had ended.
func TestChannelsStayEndedAfterARestore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	set, err := b.Counter().Choose(ctx, b.own, access.Credential{}, post.Choice{
		Subject: b.company, Kind: charter.FileChannel, Language: notice.English, Digest: notices.Each,
	})
	if err != nil {
		t.Fatal(err)
	}
	saved := backup(t, b.Deployment)
	if err := b.Counter().End(ctx, b.own, access.Credential{}, b.company, charter.FileChannel, set.Number, "", ""); err != nil {
		t.Fatal(err)
	}
	if got := b.again(saved); got.Replayed["channel ended"] != 1 {
		t.Errorf("made gone again: %v", got.Replayed)
	}
	list, err := notices.In(b.Store).Channels(ctx, b.scope(b.own, access.File))
	if err != nil || len(list) != 1 || list[0].EndedAt.IsZero() {
		t.Errorf("the channels: %+v, %v", list, err)
	}
	if err := b.Counter().End(ctx, b.own, access.Credential{}, b.company, charter.FileChannel, set.Number, "", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended again: %v", err)
	}
}
