package charter_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/clock"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/registrar"
	"probity/internal/store"
	"probity/internal/store/candidates"
	"probity/internal/store/consents"
	"probity/internal/store/reads"
	"probity/internal/store/rulebooks"
	"probity/internal/subject"
)

// ratingRows counts the rating rows of a subject, newest and past, past every service.
func (p *platform) ratingRows(t failer, id subject.ID) (n int) {
	t.Helper()
	err := p.store.Read(p.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT (SELECT count(*) FROM rating WHERE subject = ?1) + (SELECT count(*) FROM rating_history WHERE subject = ?1)`, int64(id)).Scan(&n)
	})
	if err != nil {
		t.Fatalf("counting: %v", err)
	}
	return n
}

// someone has the bank report one payment of a new person of the age and gives the person a credential.
func (p *platform) someone(n uint64, born calendar.Day) (id subject.ID, number string) {
	p.t.Helper()
	number = p.number(born, n)
	p.send("bank", "bank.repayment", repaymentHeading, repayment(int(n)*100, number, p.today()-40, 0))
	return p.find(subject.Identifier{Scheme: subject.ResidentID, Value: number}), number
}

// TestC1Paths: in any order of giving, withdrawing, expiring, reporting and rating, by whomever it is tried, a person is
// rated and answered for exactly while a consent of its own stands, and nothing of a rating outlives a withdrawal.
func TestC1Paths(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	stranger, _ := p.someone(1, grownUp)
	wu, lin, none := p.officials["wu"], p.officials["lin"], access.Credential{}
	persons := uint64(1)
	rapid.Check(t, func(t *rapid.T) {
		persons++
		minor := rapid.IntRange(0, 4).Draw(t, "minor") == 0
		born := grownUp
		if minor {
			born = p.today() - 16*365
		}
		id, number := p.someone(persons, born)
		var standing []consent.Consent
		give := func(name string, by, with access.Credential, c consent.Consent, lawful bool) {
			given, err := p.rights.Give(ctx, by, with, c)
			if lawful = lawful && !minor; lawful != (err == nil) {
				t.Fatalf("%s: lawful %v, error %v", name, lawful, err)
			}
			if lawful {
				standing = append(standing, given)
			} else {
				mustRefuse(t, err)
			}
		}
		actions := map[string]func(){
			"give by own act": func() { give("own act", p.own[id], none, p.words(id), true) },
			"give by a signed document": func() {
				c := p.words(id)
				c.Proof = consent.Proof{Document: digestHex, Signed: p.today()}
				give("document", wu, lin, c, true)
			},
			"give by an official": func() { give("an official's word", wu, lin, p.words(id), false) },
			"give by a stranger":  func() { give("a stranger", p.own[stranger], none, p.words(id), false) },
			"give what is tied": func() {
				c := p.words(id)
				c.Asked.Tied = true
				give("tied", p.own[id], none, c, false)
			},
			"withdraw": func() {
				if len(standing) == 0 {
					return
				}
				last := standing[len(standing)-1]
				if _, err := p.rights.Withdraw(ctx, wu, none, id, last.ID); !fault.Is(err, fault.Refused) {
					t.Fatalf("an official withdraws: %v", err)
				}
				if _, err := p.rights.Withdraw(ctx, p.own[id], none, id, last.ID); err != nil {
					t.Fatalf("withdrawing: %v", err)
				}
				standing = standing[:len(standing)-1]
				if rows := p.ratingRows(t, id); rows != 0 {
					t.Fatalf("%d rating rows outlived the withdrawal", rows)
				}
			},
			"rate everybody": func() {
				if err := p.ratings.All(ctx, nil, nil); err != nil {
					t.Fatalf("rating everybody: %v", err)
				}
			},
			"report again": func() {
				no := int(persons)*100 + 1 + rapid.IntRange(0, 50).Draw(t, "no")
				p.send("bank", "bank.repayment", repaymentHeading, repayment(no, number, p.today()-20, rapid.IntRange(0, 1).Draw(t, "late")))
			},
			"let days go by": func() { p.later(rapid.IntRange(1, 200).Draw(t, "days")) },
		}
		names := slices.Sorted(maps.Keys(actions))
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			actions[rapid.SampledFrom(names).Draw(t, "action")]()
			rateable := false
			for i := range standing {
				rateable = rateable || standing[i].Standing(p.today())
			}
			_, err := p.ratings.Current(ctx, id, "repayment-score")
			if rateable != (err == nil) {
				t.Fatalf("a consent stands: %v; rating: %v", rateable, err)
			}
			if err != nil {
				wantInvariant(t, err, "C1")
			}
			_, err = p.desk.Open(ctx, access.Request{
				As: wu, Subject: id, What: access.Rating, Purpose: "lending", Basis: "pipl art. 13", Model: "repayment-score", Context: "finance-credit",
			})
			if rateable != (err == nil) {
				t.Fatalf("a consent stands: %v; the bank's read: %v", rateable, err)
			}
			if len(standing) == 0 && p.ratingRows(t, id) != 0 {
				t.Fatalf("%d rating rows of somebody who never consented, or took it back", p.ratingRows(t, id))
			}
		}
	})
}

// TestC2Paths: a dataset that the Charter refuses takes no file in, and one dataset's rows come from its supplier only.
func TestC2Paths(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	c := *p.catalogue.Dataset("bank.repayment")
	c.Fields = append(c.Fields[:len(c.Fields):len(c.Fields)], field("chat_count", "Chats", "聊天次数"))
	*p.catalogue.Dataset("bank.repayment") = c
	_, err := p.intake.Ingest(t.Context(), intake.Job{By: testworld.Delivery("bank"), Dataset: "bank.repayment", File: "a.csv", Source: strings.NewReader("no\n1\n")}, nil)
	wantRefusal(t, err, "C2: fields without banned matter")
	_, err = p.intake.Ingest(t.Context(), intake.Job{By: testworld.Delivery("neighbour"), Dataset: "ministry.driving", File: "a.csv", Source: strings.NewReader("no\n1\n")}, nil)
	wantRefusal(t, err, "C2: contract of the supplier")
}

// TestC10Paths: from the day on which a matter lapses it is nowhere: neither in the file, whoever reads it, nor in the
// rating, which is then that of somebody to whom it never happened; and it cannot be sent in again.
func TestC10Paths(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	persons := uint64(5000)
	rapid.Check(t, func(t *rapid.T) {
		persons += 2
		marked, markedNumber := p.someone(persons, grownUp)
		clean, _ := p.someone(persons+1, grownUp)
		no, ended := int(persons)*100+1, p.today()-calendar.Day(rapid.IntRange(1, 1700).Draw(t, "ended days ago"))
		row := fmt.Sprintf("%d,%s,%s,%s,%d,%s", no, markedNumber, ended-40, ended, 40, ended-30)
		lapse := ended.Add(calendar.Period{Years: 5})
		if r := p.send("bank", "bank.repayment", repaymentHeading, row); r.Counts.Stored != 1 {
			t.Fatalf("the row did not go in: %+v", r.Counts)
		}
		// One day before, and on the day.
		p.later(int(lapse-p.today()) - 1)
		for _, gone := range []bool{false, true} {
			p.consents(marked)
			p.consents(clean)
			entries, err := p.store.File(ctx, p.ownScope(marked), p.contracts)
			if err != nil {
				t.Fatalf("reading: %v", err)
			}
			if want := 2 - boolean(gone); len(entries) != want {
				t.Fatalf("lapsed %v: the file has %d records, want %d", gone, len(entries), want)
			}
			a, err := p.ratings.Current(ctx, marked, "repayment-score")
			if err != nil {
				t.Fatalf("rating: %v", err)
			}
			b, err := p.ratings.Current(ctx, clean, "repayment-score")
			if err != nil {
				t.Fatalf("rating: %v", err)
			}
			if (a.Score == b.Score) != gone {
				t.Fatalf("lapsed %v: rated %d, and somebody without the record %d", gone, a.Score, b.Score)
			}
			if !gone {
				p.later(1)
			}
		}
		if r := p.send("bank", "bank.repayment", repaymentHeading, row+" "); r.Counts.Rejected+r.Counts.Unchanged != 1 {
			t.Fatalf("what lapsed came in again: %+v", r.Counts)
		}
	})
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestC11Doors: each door through which content of a file leaves asks for a scope that was opened for it, and each scope
// stands in the subject's ledger before the door is tried.
func TestC11Doors(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	id, _ := p.someone(1, grownUp)
	c := p.consents(id)
	own := p.ownScope(id)
	file, err := p.store.File(ctx, own, p.contracts)
	if err != nil || len(file) != 1 {
		t.Fatalf("own file: %v, %v", file, err)
	}
	doors := []struct {
		name string
		what access.What
		try  func(access.Scope) error
	}{
		{"file", access.File, func(s access.Scope) error { _, err := p.store.File(ctx, s, p.contracts); return err }},
		{"record", access.File, func(s access.Scope) error {
			_, err := p.store.Record(ctx, s, file[0].Newest().Record, p.contracts)
			return err
		}},
		{"consents", access.File, func(s access.Scope) error { _, err := p.rights.Show(ctx, s); return err }},
		{"ledger", access.OwnFile, func(s access.Scope) error { _, err := reads.In(p.store).Entries(ctx, s); return err }},
		{"log", access.OwnFile, func(s access.Scope) error { _, err := p.desk.Log(ctx, s); return err }},
		{"rating", access.Rating, func(s access.Scope) error { _, err := p.ratings.Answer(ctx, s, "repayment-score"); return err }},
		{"history", access.History, func(s access.Scope) error { _, err := p.ratings.Past(ctx, s, "repayment-score"); return err }},
		{"standing", access.Decision, func(s access.Scope) error { _, err := p.store.Standing(ctx, s); return err }},
	}
	var none access.Scope
	before := len(p.log(id))
	opened := 0
	for _, what := range []access.What{access.File, access.Rating, access.History, access.Decision} {
		r := access.Request{As: p.officials["wu"], Subject: id, What: what, Purpose: "lending", Basis: "pipl", Model: "repayment-score", Context: "finance-credit"}
		scope, err := p.desk.Open(ctx, r)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		opened++
		if scope.Consent() != c.ID {
			t.Errorf("%s rests on the consent %v, want %v", what, scope.Consent(), c.ID)
		}
		for _, d := range doors {
			if err := d.try(scope); d.what == what && err != nil || d.what != what && !fault.Is(err, fault.Refused) {
				t.Errorf("a scope for the %s at the door of the %s: %v", what, d.name, err)
			}
		}
		r.Purpose = ""
		if _, err := p.desk.Open(ctx, r); !fault.Is(err, fault.Refused) {
			t.Errorf("%s without a purpose: %v", what, err)
		}
	}
	for _, d := range doors {
		if err := d.try(none); !fault.Is(err, fault.Refused) {
			t.Errorf("no scope at the door of the %s: %v", d.name, err)
		}
		if err := d.try(p.ownScope(id)); err != nil {
			t.Errorf("the subject itself at the door of the %s: %v", d.name, err)
		}
	}
	log := p.log(id)
	reads := 0
	for _, e := range log[before:] {
		reads += boolean(e.Act == ledger.Read && e.Reader == "bank")
	}
	if reads != opened {
		t.Errorf("the subject sees %d reads by the bank, and there were %d", reads, opened)
	}
	if err := p.store.VerifyLedger(ctx); err != nil {
		t.Error(err)
	}
}

// TestC1NoPastOfAnEarlierConsent: what a model said under a consent that has ended is no part of what a later consent opens to
// others; the subject sees all of it.
func TestC1NoPastOfAnEarlierConsent(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	id, _ := p.someone(1, grownUp)
	p.consents(id)
	past := func(as access.Credential) []rating.Rating {
		t.Helper()
		s, err := p.desk.Open(ctx, access.Request{
			As: as, Subject: id, What: access.History, Purpose: "lending", Basis: "pipl", Model: "repayment-score", Context: "finance-credit",
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := p.ratings.Past(ctx, s, "repayment-score")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if _, err := p.ratings.Current(ctx, id, "repayment-score"); err != nil {
		t.Fatal(err)
	}
	bank := p.officials["wu"]
	if list := past(bank); len(list) == 0 {
		t.Fatal("under the first consent the bank sees nothing")
	}
	p.later(400)
	anew := p.consents(id)
	if _, err := p.ratings.Current(ctx, id, "repayment-score"); err != nil {
		t.Fatal(err)
	}
	for _, r := range past(bank) {
		if r.KnownAt.Before(anew.Given) {
			t.Errorf("under the second consent, given at %s, the bank sees what was computed at %s", anew.Given, r.KnownAt)
		}
	}
	own, err := p.ratings.Past(ctx, p.ownScope(id), "repayment-score")
	if err != nil || len(own) == 0 || !own[0].KnownAt.Before(anew.Given) {
		t.Errorf("the subject sees %+v, %v of its own past", own, err)
	}
}

// TestC11OthersSeeABand: of a person's rating others see the band and no more; the subject sees all.
func TestC11OthersSeeABand(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	id, number := p.someone(1, grownUp)
	p.send("ministry", "ministry.driving", "no,id_no,on,offences,notice_on", fmt.Sprintf("1,%s,%s,1,%s", number, p.today()-9, p.today()-8))
	p.consents(id)
	read := func(as access.Credential, what access.What) access.Scope {
		s, err := p.desk.Open(ctx, access.Request{
			As: as, Subject: id, What: what, Purpose: "lending", Basis: "pipl", Model: "repayment-score", Context: "finance-credit",
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	wu := p.officials["wu"]
	mine, err := p.ratings.Answer(ctx, p.ownScope(id), "repayment-score")
	if err != nil || mine.Score == 0 {
		t.Fatalf("the subject sees %+v, %v", mine, err)
	}
	theirs, err := p.ratings.Answer(ctx, read(wu, access.Rating), "repayment-score")
	if err != nil || theirs.Band != mine.Band || theirs.Score != 0 || theirs.WhyNot != nil {
		t.Errorf("the bank sees %+v, %v; want the band and no more", theirs, err)
	}
	past, err := p.ratings.Past(ctx, read(wu, access.History), "repayment-score")
	if err != nil || len(past) == 0 || past[0].Score != 0 {
		t.Errorf("the bank sees %+v, %v; want bands and no more", past, err)
	}
	stale := read(wu, access.History)
	p.now = p.now.Add(400 * 24 * time.Hour)
	if past, err := p.ratings.Past(ctx, stale, "repayment-score"); !fault.Is(err, fault.Refused) || past != nil {
		t.Errorf("without a consent that holds the bank sees %+v, %v", past, err)
	}
	if past, err := p.ratings.Past(ctx, p.ownScope(id), "repayment-score"); err != nil || len(past) == 0 {
		t.Errorf("the subject sees %+v, %v of its own past", past, err)
	}
	p.now = p.now.Add(-400 * 24 * time.Hour)
	if _, err := p.ratings.Answer(ctx, read(wu, access.Rating), "company-score"); !fault.Is(err, fault.Refused) {
		t.Errorf("a scope for one model at the door of another: %v", err)
	}
	file, err := p.store.File(ctx, read(wu, access.File), p.contracts)
	if err != nil || len(file) != 1 || file[0].Newest().Dataset != "bank.repayment" {
		t.Errorf("the bank sees %d records, %v; want those of the dataset that the consent names", len(file), err)
	}
	if file, err := p.store.File(ctx, p.ownScope(id), p.contracts); err != nil || len(file) != 2 {
		t.Errorf("the subject sees %d records, %v; want both", len(file), err)
	}
}

// TestC13Paths: whatever the ministry sends on itself and its kin after the first report, the record stays as it was and
// its subject sees the attempt; on strangers it may correct itself.
func TestC13Paths(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	kin := map[string]bool{"cabinet": true, "ministry": true, "bureau": true, "institute": true, "neighbour": false, "bank": false}
	agencies := []string{"cabinet", "ministry", "bureau", "institute", "neighbour", "bank"}
	const heading = "no,uscc,on"
	no := 0
	rapid.Check(t, func(t *rapid.T) {
		no++
		about := rapid.SampledFrom(agencies).Draw(t, "about")
		uscc := p.catalogue.Agency(about).USCC
		row := func(on calendar.Day) string { return fmt.Sprintf("%d,%s,%s", no, uscc, on) }
		if r := p.send("ministry", "ministry.penalty", heading, row(today-50)); r.Counts.Stored != 1 {
			t.Fatalf("the first report on %s: %+v", about, r.Counts)
		}
		id := p.find(subject.Identifier{Scheme: subject.USCC, Value: uscc})
		before := len(p.log(id))
		act := rapid.SampledFrom([]record.Status{record.Reported, record.Corrected, record.Retracted}).Draw(t, "act")
		target := row(today - 60)
		if rapid.Bool().Draw(t, "move it to a stranger") {
			target = fmt.Sprintf("%d,%s,%s", no, syntheticUSCC, today-50)
		}
		r := p.sendAs(intake.Job{By: testworld.Delivery("ministry"), Dataset: "ministry.penalty", Act: act}, heading, target)
		file, err := p.store.File(ctx, p.ownScope(id), p.contracts)
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		var kept *record.Version
		for i := range file {
			if v := file[i].Newest(); v.SourceKey == fmt.Sprint(no) {
				kept = v
			}
		}
		attempts := 0
		for _, e := range p.log(id)[before:] {
			attempts += boolean(e.Act == ledger.Attempt && e.Reader == "ministry")
		}
		if kin[about] {
			if r.Counts.Rejected != 1 || kept == nil || kept.Occurred != today-50 || attempts != 1 {
				t.Fatalf("%s by the ministry on %s: %+v, kept %+v, %d attempts logged", act, about, r.Counts, kept, attempts)
			}
			return
		}
		if r.Counts.Rejected != 0 || attempts != 0 || kept != nil && kept.Occurred == today-50 {
			t.Fatalf("%s by the ministry on %s, a stranger: %+v, kept %+v, %d attempts logged", act, about, r.Counts, kept, attempts)
		}
	})
}

// TestC15Paths: nobody joins persons by hand; organisations are joined by an official with reason and evidence, and
// parted again.
func TestC15Paths(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	desk := &registrar.Desk{Store: p.store, Judgements: candidates.In(p.store), Vault: p.vault, Catalogue: p.catalogue, Contracts: p.contracts, Clocks: clock.BuiltIn(), Now: func() time.Time { return p.now }}
	one, _ := p.someone(1, grownUp)
	two, _ := p.someone(2, grownUp)
	wu := p.officials["wu"]
	if _, err := desk.Merge(ctx, wu, one, two, "the same name", "a likeness of 0.99"); fault.CodeOf(err) != fault.Refused {
		t.Fatalf("two persons were joined: %v", err)
	}
	company := p.store.NextSubjects(2)
	p.check(p.store.AddSubjects(ctx, []store.Entrant{
		{Subject: subject.Subject{ID: company, Kind: subject.Enterprise}, New: true, Keys: []store.Key{{Scheme: "shop", Value: "1"}}, Values: [][]byte{[]byte("1")}},
		{Subject: subject.Subject{ID: company + 1, Kind: subject.Enterprise}, New: true, Keys: []store.Key{{Scheme: "mall", Value: "1"}}, Values: [][]byte{[]byte("1")}},
	}))
	if _, err := desk.Merge(ctx, wu, company, company+1, "", "extract"); fault.CodeOf(err) != fault.Refused {
		t.Fatalf("joined without a reason: %v", err)
	}
	if _, err := desk.Merge(ctx, access.Credential{}, company, company+1, "one firm", "extract"); err == nil {
		t.Fatal("joined by nobody")
	}
	if _, err := desk.Merge(ctx, wu, company, company+1, "one firm", "extract 17"); err != nil {
		t.Fatal(err)
	}
	if s, err := p.store.Subject(ctx, company+1); err != nil || s.ID != company {
		t.Fatalf("after joining the second leads to %v, %v", s, err)
	}
	if _, err := desk.Split(ctx, wu, company+1, "two firms"); err != nil {
		t.Fatal(err)
	}
	if s, err := p.store.Subject(ctx, company+1); err != nil || s.ID != company+1 {
		t.Fatalf("after parting the second leads to %v, %v", s, err)
	}
}

// TestC16Paths: a demo takes generated persons only, whatever the row says otherwise.
func TestC16Paths(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	r := p.send("bank", "bank.repayment", repaymentHeading, repayment(1, realFormID, p.today()-9, 0), repayment(2, p.number(grownUp, 1), p.today()-9, 0))
	if r.Counts.Rejected != 1 || r.Counts.Stored != 1 {
		t.Fatalf("of a real and a generated person: %+v", r.Counts)
	}
	hash := p.vault.Hash(subject.Identifier{Scheme: subject.ResidentID, Value: realFormID})
	if s, err := p.store.FindSubject(t.Context(), store.Key{Scheme: subject.ResidentID, Value: string(hash[:])}); !fault.Is(err, fault.NotFound) {
		t.Errorf("the real person is in the register: %v, %v", s, err)
	}
}

// TestC7Paths: adverse information on a person without prior notice waits, and is in nobody's file.
func TestC7Paths(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	id, number := p.someone(1, grownUp)
	late := func(no int, notice calendar.Day) string {
		return fmt.Sprintf("%d,%s,%s,,12,%s", no, number, p.today()-30, notice)
	}
	r := p.send("bank", "bank.repayment", repaymentHeading, late(1, calendar.None), late(2, p.today()), late(3, p.today()-3))
	if r.Counts.Rejected != 2 || r.Counts.Stored != 1 {
		t.Fatalf("of two rows without and one with prior notice: %+v", r.Counts)
	}
	file, err := p.store.File(t.Context(), p.ownScope(id), p.contracts)
	if err != nil || len(file) != 2 {
		t.Errorf("the file has %d records, %v; want the first payment and the late one with notice", len(file), err)
	}
}

// TestZeroPermits: a permit that nobody gave opens no door of the store.
func TestZeroPermits(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	ctx := t.Context()
	var (
		admitted   charter.Admitted
		given      charter.ConsentPermit
		withdrawal charter.WithdrawalPermit
		model      charter.ModelPermit
		link       charter.Link
		unlink     charter.Unlink
	)
	for name, err := range map[string]error{
		"version":    p.store.AddVersions(ctx, 1, []charter.Admitted{admitted}),
		"consent":    consents.In(p.store).AddConsents(ctx, []charter.ConsentPermit{given}, [][]byte{{1}}, []*ledger.Entry{{}}, nil),
		"withdrawal": second(consents.In(p.store).WithdrawConsent(ctx, withdrawal, p.now, &ledger.Entry{}, notice.Written{})),
		"model":      rulebooks.In(p.store).Add(ctx, model, rulebooks.Model{Code: "m", Version: 1}),
		"link":       second(p.store.Merge(ctx, link, nil, p.now, nil)),
		"parting":    p.store.Unmerge(ctx, unlink, store.Link{}, nil, p.now, nil),
	} {
		if err == nil {
			t.Errorf("%s: the store took a zero permit", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }
