package deployment_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/identifier"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/ownfile"
	"probity/internal/rating"
	"probity/internal/registrar"
	"probity/internal/registrar/review"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// refusedAs tells whether an error is the Charter's refusal for want of something.
func refusedAs(err error, missing string) bool {
	f, ok := err.(*fault.Error) //nolint:errorlint // a refusal comes as it is
	return ok && f.Code == fault.Refused && f.Missing == missing
}

// TestTheDesk follows two organisations that may be one: they are found, laid side by side, what joining them would do is what
// joining them does, a judgement that they are different outlives looking again, and one that they are the same can be undone.
func TestTheDesk(t *testing.T) {
	t.Parallel()
	o := &office{T: t, people: map[string]access.Credential{}}
	o.now = time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)
	tick := func() { o.now = o.now.Add(time.Minute) }
	o.d = withForeign(t, func() time.Time { return o.now })
	ctx := t.Context()
	o.people["first"] = must(o.d.Access.Authenticate(ctx, "first", must(o.d.Wallet.Load("first"))))
	o.ratings = must(o.d.Ratings(ctx))
	o.official("second", "npcic")
	clerk := o.official("lin", "samr")
	lei := must(identifier.SyntheticLEI(8))
	var b strings.Builder
	b.WriteString("inspection_no,uscc,lei,org_name,kind,result,inspected_on,authority\n")
	brands := []rune("恒达瑞丰宏远华兴盛世金桥博雅康泰鼎安信诚永佳德隆利源昌顺和美正大中天海岳云")
	for i := range 30 {
		name := "上海示例贸易有限公司"
		if i > 0 {
			name = "上海" + string(brands[i]) + string(brands[(i*7+3)%len(brands)]) + []string{"贸易", "机械", "食品"}[i%3] + "有限公司"
		}
		fmt.Fprintf(&b, "检%03d,%s,,%s,random,clean,2026-%02d-05,示例局\n", i, code(uint64(7+i)), name, i%9+1)
	}
	for i := range 12 {
		fmt.Fprintf(&b, "内%03d,%s,,上海示例贸易有限公司,random,clean,2026-%02d-05,示例局\n", i, code(7), i%9+1)
		fmt.Fprintf(&b, "外%03d,,%s,上海示例贸易有限责任公司,random,refused,2026-%02d-06,示例局\n", i, lei, i%9+1)
	}
	if rep := o.ingest("samr", "samr.inspection", b.String()); rep.Counts.Stored != 54 {
		t.Fatalf("taken in: %+v", rep.Counts)
	}
	kept := o.company(7)
	abroad := must(o.d.Store.FindSubject(ctx, store.Key{Scheme: subject.LEI, Value: lei})).ID
	pair := candidate.Of(kept, abroad)
	own := o.own(kept)

	desk := o.d.Review()
	if _, err := desk.Find(ctx, clerk, nil); !fault.Is(err, fault.NotFound) {
		t.Fatalf("found by what nobody has learnt: %v", err)
	}
	if _, err := o.d.Access.Working(ctx, clerk, "learn"); !fault.Is(err, fault.Refused) {
		t.Fatalf("an official of another agency may have it learnt: %v", err)
	}
	learnt := must(desk.Learn(ctx, must(o.d.Access.Working(ctx, o.people["first"], "learn")), nil))
	found := must(desk.Find(ctx, clerk, nil))
	list := must(desk.List(ctx, clerk, candidate.Waits, 10))
	if found.New != len(list) || len(list) != 1 || list[0].Pair != pair || list[0].Model != learnt.Digest || list[0].Probability < 0.01 {
		t.Fatalf("found %+v, of which wait %+v", found, list)
	}

	tick()
	view := must(desk.Show(ctx, clerk, pair))
	if len(view.Compared) != 4 || view.Compared[1].One == view.Compared[1].Other || !view.Compared[1].Differ || view.Sides[0].Entry == "" || view.Sides[1].Entry == "" {
		t.Fatalf("laid out: %+v", view)
	}
	scopes := func() (list [2]access.Scope) {
		t.Helper()
		for i, id := range []subject.ID{pair.One, pair.Other} {
			list[i] = must(o.d.Access.Open(ctx, access.Request{
				As: clerk, Subject: id, What: access.Explanation, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1", Model: model,
			}))
		}
		return list
	}
	two := scopes()
	foreseen := must(o.ratings.Together(ctx, two[0], two[1], model))
	if *foreseen.One.Score == *foreseen.Other.Score || *foreseen.Together.Score == *foreseen.One.Score {
		t.Fatalf("nothing to foresee: %+v", foreseen)
	}
	effect := must(desk.Effect(ctx, o.ratings, access.Request{As: clerk, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1"}, pair))
	if at := slices.IndexFunc(effect.Models, func(j rating.Joint) bool { return j.Model == model }); at < 0 || !cmp.Equal(effect.Models[at], foreseen) {
		t.Errorf("the desk foresees %+v, the ratings %+v", effect, foreseen)
	}
	if _, err := o.ratings.Together(ctx, two[0], access.Scope{}, model); !fault.Is(err, fault.Refused) {
		t.Errorf("foreseen without a scope: %v", err)
	}

	tick()
	if _, _, err := desk.Judge(ctx, clerk, pair, candidate.Different, " "); !refusedAs(err, "reason") {
		t.Errorf("judged without a reason: %v", err)
	}
	holds, joined, err := desk.Judge(ctx, clerk, pair, candidate.Different, "two firms of one owner")
	if err != nil || !holds || joined != nil {
		t.Fatalf("different: %v %v %v", holds, joined, err)
	}
	if again := must(desk.Find(ctx, clerk, nil)); again.New != 0 {
		t.Errorf("put before an official again: %+v", again)
	}
	_, err = o.d.Registrar().Merge(ctx, clerk, kept, abroad, "one firm", "extract 17")
	if !refusedAs(err, "pair that nobody found different") {
		t.Errorf("joined although judged different: %v", err)
	}

	tick()
	holds, joined, err = desk.Judge(ctx, o.people["second"], pair, candidate.Same, "the extract of the register shows both codes")
	if err != nil || !holds || joined == nil || joined.Kept != pair.One || joined.Merged != pair.Other || !strings.Contains(joined.Evidence, "name: ") {
		t.Fatalf("the same: %v %+v %v", holds, joined, err)
	}
	x := must(o.ratings.Current(ctx, kept, model))
	if got := (rating.Said{Status: x.Status, Score: &x.Score, Band: x.Band}); !cmp.Equal(got, foreseen.Together) {
		t.Errorf("joined it is %+v, and was foreseen as %+v", got, foreseen.Together)
	}
	if _, _, err := desk.Judge(ctx, clerk, pair, candidate.Different, "after all not"); !refusedAs(err, "two subjects") {
		t.Errorf("judged what is one already: %v", err)
	}

	file := must(o.d.OwnFile(ctx, own, kept, ownfile.EN))
	text := string(must(file.MarshalJSON()))
	for _, want := range []string{`"verdict":"same"`, `"reason":"two firms of one owner"`, `"likelihood":"`, `"what":"judged different"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the own file does not say %s", want)
		}
	}
	looked := 0
	for _, e := range must(o.d.Access.Log(ctx, must(o.d.Access.Open(ctx, access.Request{As: own, Subject: kept, What: access.OwnFile})))) {
		if e.Act == ledger.Read && e.What == "candidate" && e.Reader == "samr" {
			looked++
		}
	}
	if looked != 1 {
		t.Errorf("%d entries say who laid the file beside another", looked)
	}
	tick()
	if _, err := o.d.Registrar().Split(ctx, clerk, pair.Other, "two firms after all"); err != nil {
		t.Fatal(err)
	}
	if x := must(o.ratings.Current(ctx, pair.One, model)); x.Score != *foreseen.One.Score {
		t.Errorf("parted it is %d, and was %d", x.Score, *foreseen.One.Score)
	}
	tick()
	holds, joined, err = desk.Judge(ctx, clerk, pair, candidate.Same, "one firm nevertheless")
	if err != nil || !holds || joined == nil || joined.Merged != pair.Other {
		t.Errorf("the same, after they were parted: %v %+v %v", holds, joined, err)
	}
	if sub := must(o.d.Store.Subject(ctx, pair.Other)); sub.ID != pair.One {
		t.Errorf("%s leads to %s", pair.Other, sub.ID)
	}
}

// failing is a register whose joinings fail at the very last, when all of it is written but not committed.
type failing struct{ registrar.Store }

func (f failing) Merge(ctx context.Context, permit charter.Link, moves []store.Move, now time.Time, left *store.Trace) (store.Link, error) {
	whole := left.Also
	left.Also = func(ctx context.Context, tx *sql.Tx) error { return errors.Join(whole(ctx, tx), errNoRoom) }
	return f.Store.Merge(ctx, permit, moves, now, left)
}

var errNoRoom = errors.New("there is no room on the disk")

// TestJoiningFails: where joining two fails, nothing is kept of what was said of them: they wait at the desk as before, no file
// says that they were judged, and the same can be said again.
func TestJoiningFails(t *testing.T) {
	t.Parallel()
	o := &office{T: t, people: map[string]access.Credential{}}
	o.now = time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)
	o.d = withForeign(t, func() time.Time { return o.now })
	ctx := t.Context()
	o.people["first"] = must(o.d.Access.Authenticate(ctx, "first", must(o.d.Wallet.Load("first"))))
	o.official("second", "npcic")
	clerk := o.official("lin", "samr")
	lei := must(identifier.SyntheticLEI(8))
	o.ingest("samr", "samr.inspection", "inspection_no,uscc,lei,org_name,kind,result,inspected_on,authority\n"+
		"检1,"+code(7)+",,上海示例贸易有限公司,random,clean,2026-02-05,示例局\n外1,,"+lei+",上海示例贸易有限责任公司,random,clean,2026-02-06,示例局\n")
	kept, abroad := o.company(7), must(o.d.Store.FindSubject(ctx, store.Key{Scheme: subject.LEI, Value: lei})).ID
	desk := o.d.Review()
	pair := must(desk.Propose(ctx, clerk, kept, abroad)).Pair
	said := func(d *review.Desk, v candidate.Verdict) (*store.Link, error) {
		o.now = o.now.Add(time.Minute)
		_, joined, err := d.Judge(ctx, clerk, pair, v, "the extract shows both codes")
		return joined, err
	}
	if _, err := said(desk, candidate.Different); err != nil {
		t.Fatal(err)
	}
	own := o.own(abroad)
	entries := func() (judged int) {
		for _, e := range must(o.d.Access.Log(ctx, must(o.d.Access.Open(ctx, access.Request{As: own, Subject: abroad, What: access.OwnFile})))) {
			if e.What == "judged same" {
				judged++
			}
		}
		return judged
	}
	broken := o.d.Review()
	broken.Registrar.Store = failing{broken.Registrar.Store}
	if _, err := said(broken, candidate.Same); !errors.Is(err, errNoRoom) {
		t.Fatalf("joined on a full disk: %v", err)
	}
	view := must(desk.Show(ctx, clerk, pair))
	if view.Verdict != candidate.Different || len(view.Steps) != 1 || !view.Stands || entries() != 0 {
		t.Errorf("after joining has failed: %+v, %d entries", view, entries())
	}
	joined, err := said(desk, candidate.Same)
	if err != nil || joined == nil || joined.Kept != min(kept, abroad) || entries() != 1 {
		t.Fatalf("said again: %+v %v, %d entries", joined, err, entries())
	}
	if _, err := o.d.Registrar().Split(ctx, clerk, joined.Merged, "two firms"); err != nil {
		t.Fatal(err)
	}
	view = must(desk.Show(ctx, clerk, pair))
	if len(view.Steps) != 2 || !view.Stands {
		t.Errorf("after they were parted: %+v", view)
	}
}

// TestPersonsAtTheDesk: two files that may be of one human being are put before officials, and nothing joins them: not that one
// official says so, nor that two do, where no exact strong identifier is on both. That they are different takes two officials, too.
func TestPersonsAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	one, other := o.official("zhou", "delta-bank"), o.official("sun", "delta-bank")
	a, own := o.borrower(11)
	b, _ := o.borrower(12)
	pair := candidate.Of(a, b)
	desk := o.d.Review()
	waits := must(desk.Propose(ctx, one, a, b))
	if waits.Pair != pair || waits.Verdict != candidate.Waits || waits.Way != candidate.Look {
		t.Fatalf("put before the officials: %+v", waits)
	}
	_, err := desk.List(ctx, access.Credential{}, candidate.Waits, 10)
	o.refused(err, "C15", "official")
	view := must(desk.Show(ctx, other, pair))
	for _, side := range view.Sides {
		if side.Kind != subject.Person || len(side.Names) > 0 || len(side.Identifiers) > 0 {
			t.Errorf("laid out of a human being: %+v", side)
		}
	}
	for _, official := range []access.Credential{one, other} {
		o.now = o.now.Add(time.Minute)
		_, joined, err := desk.Judge(ctx, official, pair, candidate.Same, "both papers show one photograph")
		if joined != nil {
			t.Fatalf("joined: %+v", joined)
		}
		o.refused(err, "C15", "exact strong identifier")
	}
	holds, _, err := desk.Judge(ctx, one, pair, candidate.Different, "two residents of one street")
	if err != nil || holds {
		t.Errorf("one official decides about human beings: %v %v", holds, err)
	}
	_, _, err = desk.Judge(ctx, one, pair, candidate.Different, "as I said")
	o.refused(err, "C15", "second official")
	o.now = o.now.Add(time.Minute)
	holds, joined, err := desk.Judge(ctx, other, pair, candidate.Different, "born in different years")
	if err != nil || !holds || joined != nil {
		t.Errorf("two officials say the same: %v %v %v", holds, joined, err)
	}
	for _, id := range []subject.ID{a, b} {
		if sub := must(o.d.Store.Subject(ctx, id)); sub.ID != id {
			t.Errorf("%s leads to %s", id, sub.ID)
		}
	}
	text := string(must(must(o.d.OwnFile(ctx, own, a, ownfile.EN)).MarshalJSON()))
	for _, want := range []string{`"reason":"two residents of one street"`, `"reason":"born in different years"`, `"verdict":"different"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the own file does not say %s", want)
		}
	}
}
