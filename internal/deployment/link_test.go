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
	"probity/internal/rating"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/subject"
)

// withForeign makes a deployment whose inspections may also be of firms known by a legal entity identifier alone, so that
// there are two subjects an official can join.
func withForeign(t *testing.T, now func() time.Time) *deployment.Deployment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "probity.db")
	d := must(deployment.Create(t.Context(), path, store.Demo, founder, deployment.Options{Now: now}))
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
	cat, faults := deployment.Layers(files)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if err := deployment.SaveCatalogue(t.Context(), d.Store, cat, files, now()); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = must(deployment.Open(t.Context(), path, deployment.Options{Now: now}))
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

// TestAnOrderBelongsToWhomItNames: an order that names one of two joined subjects holds for both while they are one; parted,
// it is with the one that it named, and the other is free.
func TestAnOrderBelongsToWhomItNames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	court := b.official("court", "spc", "Lin Tao")
	mof := b.official("mof-2", "mof", "Qian Yu")
	b.join() // the company goes into another subject
	_, err := b.Measures(b.ratings).EnterOrder(ctx, court, order.Order{
		Subject: b.company.ID, Issuer: "spc", Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Measure: "consumption-limit", Tier: "serious", Amount: 90_000_000,
		Document: order.Document{Number: "(2026) 7", Digest: sha256.Sum256([]byte("order"))},
		Start:    calendar.MustParse("2026-10-01"), End: calendar.MustParse("2027-04-01"), Review: calendar.None,
		Appeal: "reconsideration by the court within ten days", Served: calendar.MustParse("2026-10-02"),
	})
	if err != nil {
		t.Fatal(err)
	}
	decide := func(of subject.ID) charter.Outcome {
		t.Helper()
		b.now = b.now.Add(time.Minute)
		d, err := b.Measures(b.ratings).Decide(ctx, measure.Request{
			As: mof, Subject: of, Measure: "consumption-limit", Purpose: "court-case", Basis: "civil-procedure-law", Case: "2026-9",
		})
		if err != nil {
			t.Fatal(err)
		}
		return d.Outcome
	}
	if got := decide(renamed); got != charter.Restricted {
		t.Errorf("joined, the order is answered %s", got)
	}
	b.now = b.now.Add(time.Minute)
	if _, err := b.Registrar().Split(ctx, b.second, b.company.ID, "two firms"); err != nil {
		t.Fatal(err)
	}
	if got := decide(b.company.ID); got != charter.Restricted {
		t.Errorf("parted, whom the order names is answered %s", got)
	}
	if got := decide(renamed); got != charter.Clear {
		t.Errorf("parted, the other is answered %s", got)
	}
}
