package deployment_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/store"
	"probity/internal/store/candidates"
	"probity/internal/store/storetest"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// byName makes a deployment whose inspections bind organisations without a code by name, address and telephone.
func byName(t *testing.T, now func() time.Time, rule string) *deployment.Deployment {
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
		family = strings.Replace(family, "binding: [{field: uscc, scheme: uscc}]", "binding: [{field: uscc, scheme: uscc}]\n      by_name: "+rule, 1)
		family = strings.Replace(family, code, "type: identifier, scheme: uscc, sensitivity: public}\n"+
			"        - {name: address, title: Address | 地址, type: text, sensitivity: public}\n"+
			"        - {name: phone, title: Telephone | 电话, type: text, sensitivity: public}\n", 1)
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

// TestOrganisationsWithoutACode: by what their supplier wrote, one is joined with the organisation that it is likely enough to
// be, with evidence, and parted again with everything that came since; one that is less likely waits until an official has
// judged, one that is new is new, and what may be a human being's name binds nobody.
func TestOrganisationsWithoutACode(t *testing.T) {
	t.Parallel()
	o := &office{T: t, people: map[string]access.Credential{}}
	o.now = time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)
	tick := func() { o.now = o.now.Add(time.Minute) }
	o.d = byName(t, func() time.Time { return o.now }, "{name: org_name, address: address, phone: phone, link: 990, otherwise: new}")
	ctx := t.Context()
	o.people["first"] = must(o.d.Access.Authenticate(ctx, "first", must(o.d.Wallet.Load("first"))))
	o.ratings = must(o.d.Ratings(ctx))
	clerk := o.official("lin", "samr")
	const head = "inspection_no,uscc,org_name,address,phone,kind,result,inspected_on,authority\n"
	brands := []rune("恒达瑞丰宏远华兴盛世金桥博雅康泰鼎安信诚永佳德隆利源昌顺和美正大中天海岳云")
	pick := func(i, k, n int) int {
		z := uint64(i*64+k+1) * 0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		return int((z ^ z>>31) % uint64(n))
	}
	firm := func(i int) (name, address, phone string) {
		street := []string{"解放", "人民", "中山", "建设", "环城", "滨江", "湖滨", "学院", "凤起", "庆春"}[pick(i, 1, 10)]
		return []string{"上海", "杭州", "宁波", "苏州"}[pick(i, 2, 4)] + string(brands[pick(i, 3, len(brands))]) + string(brands[pick(i, 4, len(brands))]) +
				string(brands[pick(i, 5, len(brands))]) + []string{"贸易", "机械", "食品", "纺织", "物流"}[pick(i, 6, 5)] + "有限公司",
			fmt.Sprintf("%s路%d号%d室", street, 1+pick(i, 7, 900), 100+pick(i, 8, 900)), fmt.Sprintf("021-6%07d", pick(i, 9, 9999999))
	}
	row := func(no, code, name, address, phone, result string) string {
		return strings.Join([]string{no, code, name, address, phone, "random", result, "2026-10-05", "示例局"}, ",") + "\n"
	}
	var b strings.Builder
	b.WriteString(head)
	for i := range 200 {
		name, address, phone := firm(i)
		b.WriteString(row(fmt.Sprint("检", i), code(uint64(7+i)), name, address, phone, "clean"))
		if i%3 == 0 { // and as another inspector writes it
			b.WriteString(row(fmt.Sprint("复", i), code(uint64(7+i)), strings.Replace(name, "有限公司", "有限责任公司", 1), strings.Split(address, "号")[0]+"号", phone, "clean"))
		}
	}
	if rep := o.ingest("samr", "samr.inspection", b.String()); rep.Counts.Stored != 267 {
		t.Fatalf("taken in: %+v", rep)
	}
	name, address, phone := firm(5)
	sameFirm := row("无1", "", strings.Replace(name, "有限公司", "有限责任公司", 1), address, phone, "refused")
	if rep := o.ingest("samr", "samr.inspection", head+sameFirm); rep.Counts.Unbound != 1 {
		t.Fatalf("bound by what nobody has learnt: %+v", rep)
	}
	desk := o.d.Review()
	must(desk.Learn(ctx, must(o.d.Access.Working(ctx, o.people["first"], "learn")), nil))

	alone := must(o.ratings.Current(ctx, o.company(12), model))
	tick()
	other, _, otherPhone := firm(9)
	held := row("无2", "", other, "", "", "refused")
	rep := o.ingest("samr", "samr.inspection", head+sameFirm+held+
		row("无3", "", "舟山蓝鲸远洋捕捞集团", "码头一号", "0580-1234567", "clean")+row("无4", "", "张三丰", "", "", "clean"))
	if rep.Counts.Stored != 2 || rep.Counts.Unbound != 2 {
		t.Fatalf("by name: %+v (%s)", rep, otherPhone)
	}
	five := o.company(12)
	likely := statedPair(t, o, candidate.Beside, five)
	if n := len(must(o.d.Store.Moving(ctx, five, o.d.Contracts))); n != 1 {
		t.Fatalf("%d records are on it before an official has judged", n)
	}
	if _, link, err := desk.Judge(ctx, clerk, likely, candidate.Same, "the same room and telephone"); err != nil || link == nil {
		t.Fatalf("judged: %+v, %v", link, err)
	}
	named := func(p candidate.Party) subject.ID {
		t.Helper()
		id := candidate.Named("samr", p)
		return must(o.d.Store.FindSubject(ctx, store.Key{Scheme: id.Scheme, Value: id.Value})).ID
	}
	joined := candidate.Party{Name: strings.Replace(name, "有限公司", "有限责任公司", 1), Address: address}
	if named(joined) != five {
		t.Error("a row with the name, address and telephone of an organisation is not on it")
	}
	stats := func(id subject.ID) int { return len(must(o.d.Store.Moving(ctx, id, o.d.Contracts))) }
	if n := stats(five); n != 2 {
		t.Errorf("%d records are on it", n)
	}
	whale := named(candidate.Party{Name: "舟山蓝鲸远洋捕捞集团", Address: "码头一号"})
	if n := stats(whale); n != 1 {
		t.Errorf("%d records are on the new one", n)
	}

	waiting := named(candidate.Party{Name: other})
	pair := candidate.Of(o.company(16), waiting)
	list := must(desk.List(ctx, clerk, candidate.Waits, 10))
	if len(list) == 0 || list[0].Pair != pair || list[0].Way != candidate.Hold {
		t.Fatalf("what waits: %+v, and %s should", list, pair)
	}
	tick()
	if rep := o.ingest("samr", "samr.inspection", head+held); rep.Counts.Unbound != 1 {
		t.Errorf("it does not wait for the official: %+v", rep)
	}
	_, link, err := desk.Judge(ctx, clerk, pair, candidate.Same, "the inspector knows the works")
	if err != nil || link == nil {
		t.Fatalf("judged: %+v, %v", link, err)
	}
	tick()
	if rep := o.ingest("samr", "samr.inspection", head+held); rep.Counts.Stored != 1 || stats(o.company(16)) != 3 {
		t.Errorf("judged the same, and not bound: %+v", rep)
	}

	tick()
	later := row("无5", "", joined.Name, address, phone, "refused")
	if rep := o.ingest("samr", "samr.inspection", head+later); rep.Counts.Stored != 1 || stats(five) != 3 {
		t.Fatalf("the same words again: %+v", rep)
	}
	before := must(o.ratings.Current(ctx, five, model))
	links, _, err := candidates.In(o.d.Store).Find(ctx, likely)
	if err != nil || links.Contract == "" || links.Stated != 0.99 || links.Probability < 0.99 || len(links.Evidence) != 4 {
		t.Fatalf("evidence: %+v, %v", links, err)
	}
	if _, err := o.d.Registrar().Split(ctx, clerk, links.Pair.Other, "another firm in the same room"); err != nil {
		t.Fatal(err)
	}
	if stats(five) != 1 || stats(links.Pair.Other) != 2 {
		t.Errorf("parted, %d and %d records are on the two", stats(five), stats(links.Pair.Other))
	}
	if after := must(o.ratings.Current(ctx, five, model)); !after.Same(&alone) || before.Same(&alone) {
		t.Errorf("parted it is rated %+v, was %+v alone and %+v with the other's refusals", after, alone, before)
	}

	// What a file brought that is then given up stays at the desk, and the desk says that nothing stands on it.
	tick()
	name, address, phone = firm(31)
	twin := row("无6", "", strings.Replace(name, "有限公司", "有限责任公司", 1), address, phone, "refused")
	bad := strings.Repeat(row("", "", "", "", "", ""), 30)
	given := o.ingest("samr", "samr.inspection", head+twin+bad)
	if given.State != store.SubmissionHeld {
		t.Fatalf("a file of bad rows is not held: %+v", given)
	}
	bare := func() bool {
		t.Helper()
		for _, l := range must(desk.List(ctx, clerk, candidate.Waits, 10)) {
			if l.Pair.One == o.company(38) {
				view := must(desk.Show(ctx, clerk, l.Pair))
				if l.Way != candidate.Beside || view.Bare != l.Bare {
					t.Errorf("listed as %+v, shown as %+v", l, view)
				}
				return l.Bare
			}
		}
		t.Fatal("the pair is not at the desk")
		return false
	}
	if !bare() {
		t.Error("a file that is held counts as being in")
	}
	must(o.d.Intake(o.ratings).Discard(ctx, testworld.Delivery("samr"), given.Submission))
	if !bare() {
		t.Error("a file that was given up counts as being in")
	}
	if rep := o.ingest("samr", "samr.inspection", head+twin); rep.Counts.Stored != 1 || bare() {
		t.Errorf("sent again without the bad rows: %+v", rep)
	}
}

// statedPair is the pair of an organisation and another that is as likely the same as a contract states.
func statedPair(t *testing.T, o *office, way candidate.Way, kept subject.ID) candidate.Pair {
	t.Helper()
	for _, c := range must(candidates.In(o.d.Store).With(t.Context(), candidate.Waits, way, 10)) {
		if c.Pair.One == kept {
			return c.Pair
		}
	}
	t.Fatal("nothing is as likely as the contract states")
	return candidate.Pair{}
}
