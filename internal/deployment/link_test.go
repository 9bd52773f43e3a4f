package deployment_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/deployment"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/rating"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// withForeign makes a deployment whose inspections may also be of firms known by a legal entity identifier alone, so that
// there are two subjects an official can join.
func withForeign(t *testing.T, now func() time.Time) *deployment.Deployment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "probity.db")
	d := must(deployment.Create(t.Context(), storetest.Address(t, path), store.Demo, founder, deployment.Options{Now: now}))
	files := must(deployment.BuiltInFiles())
	for name, text := range files {
		before, family, found := strings.Cut(string(text), "  - code: inspection\n")
		if !found {
			continue
		}
		const code = "type: identifier, scheme: uscc, required: true, sensitivity: public}\n"
		family = strings.Replace(family, "binding: [{field: uscc, scheme: uscc}]", "binding: [{field: uscc, scheme: uscc}, {field: lei, scheme: lei, kind: enterprise}]", 1)
		family = strings.Replace(family, code, "type: identifier, scheme: uscc, sensitivity: public}\n"+
			"        - {name: lei, title: Entity identifier | 法人识别编码, type: identifier, scheme: lei, sensitivity: public}\n", 1)
		files[name] = []byte(before + "  - code: inspection\n" + family)
	}
	putInForce(t, d, files, now())
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = must(deployment.Open(t.Context(), storetest.Address(t, path), deployment.Options{Now: now}))
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWrongLink follows a joining that was wrong: while it is contested what came by it counts nowhere; when an official
// parts the two, each is rated as before, everybody who read the joined file is told to correct it, nobody else is, and
// both are told.
func TestWrongLink(t *testing.T) {
	t.Parallel()
	o := &office{T: t, people: map[string]access.Credential{}}
	o.now = time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)
	tick := func() { o.now = o.now.Add(time.Minute) }
	o.d = withForeign(t, func() time.Time { return o.now })
	ctx := t.Context()
	o.people["first"] = must(o.d.Access.Authenticate(ctx, "first", must(o.d.Wallet.Load("first"))))
	o.ratings = must(o.d.Ratings(ctx))
	o.official("second", "npcic")
	early, late, clerk := o.official("early", "mof"), o.official("late", "mohurd"), o.official("lin", "samr")

	lei := must(identifier.SyntheticLEI(8))
	var b strings.Builder
	b.WriteString("inspection_no,uscc,lei,org_name,kind,result,inspected_on,authority\n")
	for i := range 12 {
		fmt.Fprintf(&b, "检%03d,%s,,上海示例贸易有限公司,random,clean,2026-%02d-05,示例局\n", i, code(7), i%9+1)
		fmt.Fprintf(&b, "外%03d,,%s,Example Trading Ltd,random,refused,2026-%02d-06,示例局\n", i, lei, i%9+1)
	}
	if rep := o.ingest("samr", "samr.inspection", b.String()); rep.Counts.Stored != 24 {
		t.Fatalf("taken in: %+v", rep.Counts)
	}
	kept := o.company(7)
	abroad := must(o.d.Store.FindSubject(ctx, store.Key{Scheme: subject.LEI, Value: lei})).ID
	own := o.own(kept)
	read := func(as access.Credential, of subject.ID) *rating.Explained {
		t.Helper()
		tick()
		scope := must(o.d.Access.Open(ctx, access.Request{
			As: as, Subject: of, What: access.Explanation, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1", Model: model,
		}))
		return must(o.ratings.Explain(ctx, scope, model, rating.Moment{}))
	}
	before, beforeAbroad := read(early, kept).Rating, read(early, abroad).Rating

	tick()
	registrar := o.d.Registrar()
	link, err := registrar.Merge(ctx, o.people["first"], kept, abroad, "one firm by the register of companies", "extract 17")
	if err != nil || len(link.Records) != 12 {
		t.Fatalf("joined: %+v, %v", link, err)
	}
	if joined := read(late, kept).Rating; joined.Score >= before.Score {
		t.Fatalf("joined the score is %d, and was %d", joined.Score, before.Score)
	}

	tick()
	disputes := o.d.Disputes(o.ratings)
	d, err := disputes.Open(ctx, dispute.Request{
		Own: dispute.Own{By: own}, Subject: kept, Ground: contest.WrongLink, Target: abroad.String(), Account: "The firm abroad is another's; see the extract.",
	})
	o.must(err)
	if d.Handler != "npcic" || !d.Suspends {
		t.Errorf("opened as %+v", d)
	}
	if contested := read(clerk, kept).Rating; contested.Score != before.Score {
		t.Errorf("while the link is contested the score is %d, not the %d of before", contested.Score, before.Score)
	}

	tick()
	parted, err := registrar.Split(ctx, o.people["second"], abroad, "the extract is of another firm")
	if err != nil || len(parted.Records) != 12 {
		t.Fatalf("parted: %+v, %v", parted, err)
	}
	tick()
	if _, err := disputes.Settle(ctx, d.ID, dispute.Answer{By: o.people["second"], Outcome: contest.Corrected, Reasons: "The extract is of another firm; the two were parted today."}); err != nil {
		t.Fatal(err)
	}
	if now := read(early, kept).Rating; now.Score != before.Score || now.Band != before.Band {
		t.Errorf("parted it is rated %d %s, and was %d %s", now.Score, now.Band, before.Score, before.Band)
	}
	if now := read(early, abroad).Rating; now.Status != beforeAbroad.Status || now.Score != beforeAbroad.Score {
		t.Errorf("the other is rated %s %d, and was %s %d", now.Status, now.Score, beforeAbroad.Status, beforeAbroad.Score)
	}

	// Who read the joined file corrects it; who read before is told nothing.
	for _, as := range []access.Credential{late, clerk} {
		told := must(o.d.Recalls().Mine(ctx, as))
		if len(told) != 1 || told[0].Subject != kept || told[0].About != abroad.String() || told[0].Kind != recall.Correct || told[0].Ground != "unlinked" || told[0].Due == calendar.None {
			t.Errorf("%s was told %+v", as.Agency(), told)
		}
	}
	if told := must(o.d.Recalls().Mine(ctx, early)); len(told) != 0 {
		t.Errorf("who read before the joining was told %+v", told)
	}
	for id, as := range map[subject.ID]access.Credential{kept: own, abroad: o.own(abroad)} {
		scope := must(o.d.Access.Open(ctx, access.Request{As: as, Subject: id, What: access.OwnFile}))
		letters := must(o.d.Inbox(o.ratings).List(ctx, scope, notice.English, 0))
		told := 0
		for i := range letters {
			if letters[i].Occasion == notice.LinkChanged {
				told++
			}
		}
		if told != 2 {
			t.Errorf("%s was told of the joining and the parting %d times", id, told)
		}
		var acts []string
		for _, e := range must(o.d.Access.Log(ctx, scope)) {
			if e.Act == ledger.Link {
				acts = append(acts, e.What)
			}
		}
		slices.Sort(acts)
		if !slices.Equal(acts, []string{"joined", "parted"}) {
			t.Errorf("the ledger of %s has %v", id, acts)
		}
	}
	o.must(o.d.Store.VerifyLedger(ctx))
}

// limited has a court limit what a subject may spend.
func (b *bench) limited(of subject.ID) {
	b.t.Helper()
	_, err := b.Measures(b.ratings).EnterOrder(b.t.Context(), b.official("court", "spc", "Lin Tao"), order.Order{
		Subject: of, Issuer: "spc", Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Measure: "consumption-limit", Tier: "serious", Amount: 90_000_000,
		Document: order.Document{Number: "(2026) 7", Digest: sha256.Sum256([]byte("order"))},
		Start:    calendar.MustParse("2026-10-01"), End: calendar.MustParse("2027-04-01"), Review: calendar.None,
		Appeal: "reconsideration by the court within ten days", Served: calendar.MustParse("2026-10-02"),
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// decide asks for the reader, a minute later, whether a subject may spend what it likes.
func (b *bench) decide(of subject.ID) measure.Decision {
	b.t.Helper()
	b.now = b.now.Add(time.Minute)
	d, err := b.Measures(b.ratings).Decide(b.t.Context(), measure.Request{
		As: b.reader, Subject: of, Measure: "consumption-limit", Purpose: "court-case", Basis: "civil-procedure-law", Case: "2026-9",
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

func (b *bench) part() {
	b.t.Helper()
	b.now = b.now.Add(time.Minute)
	if _, err := b.Registrar().Split(b.t.Context(), b.second, b.company.ID, "two firms"); err != nil {
		b.t.Fatal(err)
	}
}

// toReview are the decisions that the reader was told to look at again.
func (b *bench) toReview() (list []string) {
	b.t.Helper()
	for _, p := range must(b.Recalls().Mine(b.t.Context(), b.reader)) {
		if p.Kind == recall.Review && p.Open() {
			list = append(list, p.About)
		}
	}
	return list
}

// TestAnOrderBelongsToWhomItNames: an order that names one of two joined subjects holds for both while they are one; parted,
// it is with the one that it named, and the other is free. The decision on the other that rested on it is looked at again.
func TestAnOrderBelongsToWhomItNames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.decide(b.company.ID)
	b.now = b.now.Add(time.Minute)
	b.join() // the company goes into another subject
	b.limited(b.company.ID)
	joined := b.decide(renamed)
	if before.Outcome != charter.Clear || joined.Outcome != charter.Restricted {
		t.Errorf("before it is answered %s, joined, with the order, %s", before.Outcome, joined.Outcome)
	}
	b.part()
	if got := b.decide(b.company.ID); got.Outcome != charter.Restricted {
		t.Errorf("parted, whom the order names is answered %s", got.Outcome)
	}
	if got := b.decide(renamed); got.Outcome != charter.Clear {
		t.Errorf("parted, the other is answered %s", got.Outcome)
	}
	if list := b.toReview(); !slices.Equal(list, []string{joined.ID.String()}) {
		t.Errorf("to be looked at again are %v, and %s rested on the joined file", list, joined.ID)
	}
}

// TestDecisionsOnAJoinedFileAreLookedAtAgain: who decided on a file that should not have been joined is told which decisions
// to look at again, and the subject how many and whose; not those of before, nor one that an order on the subject itself
// settled.
func TestDecisionsOnAJoinedFileAreLookedAtAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	b.join()
	wrong := []string{b.decide(renamed).ID.String(), b.decide(b.company.ID).ID.String()}
	b.limited(renamed)
	if own := b.decide(renamed); own.Outcome != charter.Restricted {
		t.Errorf("under its own order it is answered %s", own.Outcome)
	}
	b.part()
	list := b.toReview()
	slices.Sort(list)
	if !slices.Equal(list, wrong) {
		t.Errorf("to be looked at again are %v, want %v", list, wrong)
	}
	own := b.credential("renamed", access.Grant{Subject: renamed, Proof: proof()})
	scope := must(b.Access.Open(ctx, access.Request{As: own, Subject: renamed, What: access.OwnFile}))
	letters := must(b.Inbox(b.ratings).List(ctx, scope, notice.English, 0))
	if !slices.ContainsFunc(letters, func(l post.Message) bool {
		return l.Occasion == notice.LinkChanged && strings.Contains(l.Letter.Text(), "Decisions that are looked at again: 2")
	}) {
		t.Errorf("the letters do not say that two decisions are looked at again: %+v", letters)
	}
	told := must(b.Recalls().Told(ctx, scope))
	if n := len(slices.DeleteFunc(told, func(p recall.Pending) bool { return p.Kind != recall.Review || p.Recipient != "mof" })); n != 2 {
		t.Errorf("its own file names %d of them with who decided", n)
	}
	if n := must(b.Recalls().Acknowledge(ctx, b.reader, renamed, wrong[0])); n != 1 {
		t.Errorf("%d were looked at again", n)
	}
	if list := b.toReview(); !slices.Equal(list, wrong[1:]) {
		t.Errorf("left to be looked at again are %v", list)
	}
}

// TestACorrectionFollowsTheRecordOverJoinings: what a supplier corrects or takes back is taken back from everybody who can
// have received it: with whom the record stood before a joining, while that held, and after the two were parted; not from
// who read the other file alone. So it is after a restore, too.
func TestACorrectionFollowsTheRecordOverJoinings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		parted bool
		act    record.Status
		kind   recall.Kind
	}{
		{"corrected while joined", false, record.Corrected, recall.Correct},
		{"corrected when parted", true, record.Corrected, recall.Correct},
		{"taken back when parted", true, record.Retracted, recall.Delete},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			bad, _ := b.bad(b.reader)
			id := bad.Newest().Record
			of, elsewhere := b.official("of", "mohurd", "Gu Min"), b.official("elsewhere", "mot", "Ma Jun")
			read := func(as access.Credential, id subject.ID) {
				t.Helper()
				b.now = b.now.Add(time.Minute)
				must(b.Access.Open(t.Context(), access.Request{As: as, Subject: id, What: access.File, Purpose: "supervision", Basis: "supervision-opinions"}))
			}
			b.now = b.now.Add(time.Minute)
			b.join()
			read(of, renamed)
			if c.parted {
				b.part()
				read(elsewhere, renamed)
			}
			saved := backup(t, b.Deployment)
			b.days(1)
			b.ingest(c.act, code(7), 0)
			told := func(as access.Credential) bool {
				return slices.ContainsFunc(must(b.Recalls().Mine(t.Context(), as)), func(p recall.Pending) bool {
					return p.About == id.String() && p.Kind != recall.Review && p.Open()
				})
			}
			check := func(when string) {
				t.Helper()
				for name, as := range map[string]access.Credential{"before the joining": b.reader, "the joined file": of} {
					if !told(as) {
						t.Errorf("%s: who read %s was told %+v", when, name, must(b.Recalls().Mine(t.Context(), as)))
					}
				}
				if told(elsewhere) {
					t.Errorf("%s: who read the other file alone was told to take it back", when)
				}
			}
			check("at once")
			for _, p := range must(b.Recalls().Mine(t.Context(), b.reader)) {
				if p.About == id.String() && p.Kind != c.kind {
					t.Errorf("it was told to %s", p.Kind)
				}
			}
			b.again(saved)
			check("after a restore")
		})
	}
}
