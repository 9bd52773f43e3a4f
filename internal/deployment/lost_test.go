package deployment_test

import (
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/erasure"
	"probity/internal/notice"
	"probity/internal/record"
	"probity/internal/store/erasures"
)

// lostNames are the names of what a restore says was lost of the sort.
func lostNames(out erasure.Restored, what string) []string {
	var names []string
	for _, l := range out.Lost {
		if l.What == what {
			names = append(names, l.Name)
		}
	}
	return names
}

// told counts the company's notices of things lost.
func (b *bench) told() (n int) {
	b.t.Helper()
	for _, l := range must(b.Inbox(b.ratings).List(b.t.Context(), b.scope(b.own, access.OwnFile), notice.English, 0)) {
		if l.Occasion == notice.Lost {
			n++
		}
	}
	return n
}

// say puts the company's own words beside a record.
func (b *bench) say(id record.ID, text string) {
	b.t.Helper()
	if _, err := b.Disputes(b.ratings).State(b.t.Context(), dispute.Own{By: b.own}, b.company.ID, id, text); err != nil {
		b.t.Fatal(err)
	}
}

// TestOwnWordsLostInARestore: words put beside a record after the backup are lost with the database. They are named, their
// subject is told, older words that they had replaced do not come back, and the record is out of use until it was looked at;
// words that were taken away are gone.
func TestOwnWordsLostInARestore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var all []record.ID
	for _, e := range must(b.Store.File(t.Context(), b.scope(b.reader, access.File), b.Contracts)) {
		all = append(all, e.Newest().Record)
	}
	b.say(all[0], "The older words.")
	b.say(all[1], "Words to be taken away.")
	b.say(all[2], "Words that stay.")
	saved := backup(t, b.Deployment)
	b.say(all[0], "The newer words.")
	b.say(all[1], "")
	b.say(0, "Words beside the whole file.")
	out := b.again(saved)

	if got := lostNames(out, erasures.LostStatement); len(got) != 2 || got[0] != all[0].String() || got[1] != b.company.ID.String() {
		t.Errorf("lost: %v", out.Lost)
	}
	if n := b.told(); n != 2 {
		t.Errorf("told of %d things lost", n)
	}
	words := func() map[record.ID]string {
		found := map[record.ID]string{}
		for _, s := range must(b.Disputes(b.ratings).Statements(t.Context(), b.scope(b.own, access.OwnFile), nil)) {
			found[s.Record] = s.Text
		}
		return found
	}
	if got := words(); len(got) != 1 || got[all[2]] != "Words that stay." {
		t.Errorf("the words after the restore: %v", got)
	}
	if ok, _ := b.shown(b.reader, all[0]); ok {
		t.Error("the record without its subject's words is shown")
	}
	if used, _ := b.counts(all[0]); used {
		t.Error("the record without its subject's words counts")
	}
	for _, id := range all[1:3] {
		if ok, c := b.shown(b.reader, id); !ok || c.State != record.Uncontested {
			t.Errorf("a record with its words, or without any, is shown %v, %+v", ok, c)
		}
	}
	b.now = b.now.Add(time.Minute)
	b.say(all[0], "The newer words, again.")
	if ok, c := b.shown(b.reader, all[0]); !ok || c.State != record.Uncontested {
		t.Errorf("with its words again the record is shown %v, %+v", ok, c)
	}
	// Lost a second time from a backup that has the mark: the words are lost again, and the record is out of use again.
	if out = b.again(saved); len(lostNames(out, erasures.LostStatement)) != 2 {
		t.Errorf("lost a second time: %v", out.Lost)
	}
	if ok, _ := b.shown(b.reader, all[0]); ok {
		t.Error("the record without its subject's words is shown after the second restore")
	}
}

// TestDisputesLostInARestoreAreNamed: the dispute, its account and its evidence are lost; what it put out of use is not back,
// and the restore and a notice name the dispute.
func TestDisputesLostInARestoreAreNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bad, _ := b.bad(b.reader)
	saved := backup(t, b.Deployment)
	d := must(b.open(contest.WrongValue, bad.Newest().Record.String()))
	out := b.again(saved)
	if got := lostNames(out, erasures.LostDispute); len(got) != 1 || got[0] != d.ID.String() {
		t.Errorf("lost: %v", out.Lost)
	}
	if n := b.told(); n != 1 {
		t.Errorf("told of %d things lost", n)
	}
	if _, ok := b.bad(b.reader); ok {
		t.Error("the record is shown")
	}
	if err := b.Store.VerifyLedger(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestContestedAfterItCameAfterTheBackup: the backup does not know the records that were barred, contested or repaired; when
// their supplier sends them again they are out of use.
func TestContestedAfterItCameAfterTheBackup(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	saved := backup(t, b.Deployment)
	b.ingest(record.Reported, code(9), 3)
	newer := b.find(code(9))
	b.now = b.now.Add(time.Minute)
	me := b.credential("newer", access.Grant{Subject: newer.ID, Proof: proof()})
	file := must(b.Store.Moving(t.Context(), newer.ID, b.Contracts))
	contested, stated := file[0], file[1]
	disputes := b.Disputes(b.ratings)
	_, err := disputes.Open(t.Context(), dispute.Request{
		Own: dispute.Own{By: me}, Subject: newer.ID, Ground: contest.WrongValue, Target: contested.Record.String(), Account: "It was another firm's.",
	})
	if err == nil {
		_, err = disputes.State(t.Context(), dispute.Own{By: me}, newer.ID, stated.Record, "The scales were new.")
	}
	if err != nil {
		t.Fatal(err)
	}
	b.again(saved)
	b.now = b.now.Add(time.Minute)
	b.ingest(record.Reported, code(9), 3)
	again := b.find(code(9)).ID
	if again == newer.ID {
		t.Fatal("the backup knows the company")
	}
	scope := must(b.Access.Open(t.Context(), access.Request{As: b.reader, Subject: again, What: access.File, Purpose: "supervision", Basis: "supervision-opinions"}))
	shown := map[string]bool{}
	for _, e := range must(b.Store.File(t.Context(), scope, b.Contracts)) {
		shown[e.Newest().SourceKey] = true
	}
	if len(shown) != 2 || shown[contested.SourceKey] || shown[stated.SourceKey] {
		t.Errorf("of four records the reader sees %v; %s is contested, %s has lost its words", shown, contested.SourceKey, stated.SourceKey)
	}
	own := b.credential("newer-again", access.Grant{Subject: again, Proof: proof()})
	mine := must(b.Access.Open(t.Context(), access.Request{As: own, Subject: again, What: access.OwnFile}))
	var out int
	for _, e := range must(b.Store.File(t.Context(), mine, b.Contracts)) {
		if c := e.Newest().Contest; c.Suppressed(calendar.In(b.now, calendar.Shanghai)) {
			out++
		}
	}
	if out != 2 {
		t.Errorf("its subject sees %d of them as out of use", out)
	}
}
