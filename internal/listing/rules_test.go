package listing_test

import (
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/listing"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// refused fails the test where err is no refusal under the invariant with the missing element.
func refused(t *testing.T, err error, invariant, missing string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != invariant || f.Missing != missing {
		t.Errorf("got %v (%+v), want a refusal under %s, missing %q", err, f, invariant, missing)
	}
	if f != nil && f.Cure == "" {
		t.Errorf("no cure: %v", err)
	}
}

// TestWhatADraftMustState spoils a sound draft in one thing each.
func TestWhatADraftMustState(t *testing.T) {
	t.Parallel()
	w := build(t)
	fact := func(name, value string) func(*entry.Entry, *entry.Step) {
		return func(e *entry.Entry, _ *entry.Step) {
			for i := range e.Facts {
				if e.Facts[i].Element == name {
					e.Facts[i].Value = value
				}
			}
		}
	}
	for _, c := range []struct {
		name    string
		by      string
		spoil   func(*entry.Entry, *entry.Step)
		missing string
	}{
		{"a list that is none", "samr", func(e *entry.Entry, _ *entry.Step) { e.List = "bad-people" }, "list in force"},
		{"a ground that is none", "samr", func(e *entry.Entry, _ *entry.Step) { e.Ground = "manners" }, "ground of the list"},
		{"somebody else's list", "sta", func(*entry.Entry, *entry.Step) {}, "keeper of the list"},
		{"the law of another ground", "samr", func(_ *entry.Entry, s *entry.Step) { s.Basis = order.Basis{Law: "samr-order44", Article: "art. 5"} }, "legal basis of the ground"},
		{"a law that is none", "samr", func(_ *entry.Entry, s *entry.Step) { s.Basis = order.Basis{Law: "sky-law"} }, "legal basis"},
		{"no document", "samr", func(_ *entry.Entry, s *entry.Step) { s.Document.Digest = [32]byte{} }, "document"},
		{"no number", "samr", func(_ *entry.Entry, s *entry.Step) { s.Document.Number = " " }, "document number"},
		{"no reasons", "samr", func(_ *entry.Entry, s *entry.Step) { s.Reasons = "" }, "reasons"},
		{"no heavier penalty", "samr", fact("heavier-penalty", ""), "heavier-penalty"},
		{"a penalty that is no heavier one", "samr", fact("heavier-penalty", "warning"), "heavier-penalty"},
		{"a fact that the ground does not know", "samr", func(e *entry.Entry, _ *entry.Step) {
			e.Facts = append(e.Facts, entry.Fact{Element: "rumour", Value: "x"})
		}, "element of the ground"},
		{"a rating as a fact", "samr", fact("harm", "its credit score is 412"), "ground other than a rating"},
		{"a rating as a reason, in Chinese", "samr", func(_ *entry.Entry, s *entry.Step) { s.Reasons = "公共信用评价等级为D" }, "ground other than a rating"},
		{"conduct that is not serious", "samr", func(e *entry.Entry, _ *entry.Step) { e.Tier = "general" }, "tier of the list"},
		{"a measure that the list does not know", "samr", func(e *entry.Entry, _ *entry.Step) { e.Measures = []string{"customs-inspection"} }, "measure of the list"},
		{"a measure of class I", "samr", func(e *entry.Entry, _ *entry.Step) { e.Measures = []string{"entry-limit"} }, "measure of the list"},
		{"an order beside the procedure", "samr", func(e *entry.Entry, _ *entry.Step) { e.Order = 7 }, "listing procedure"},
		{"a human being", "samr", func(e *entry.Entry, _ *entry.Step) { e.Subject = person }, "list for this kind of subject"},
	} {
		e, s := violation(), step("", "the penalty of 1 June is final")
		c.spoil(&e, &s)
		_, err := w.Draft(t.Context(), w.as(c.by), e, s)
		t.Run(c.name, func(t *testing.T) { refused(t, err, "C4", c.missing) })
	}
	for name, spoil := range map[string]func(*entry.Entry, *entry.Step){
		"a day to come":    fact("penalty-day", "2026-07-02"),
		"a day that is no": fact("penalty-day", "yesterday"),
		"a step to come":   func(_ *entry.Entry, s *entry.Step) { s.Day = calendar.MustParse("2026-07-02") },
	} {
		e, s := violation(), step("", "the penalty of 1 June is final")
		spoil(&e, &s)
		if _, err := w.Draft(t.Context(), w.as("samr"), e, s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Every refusal stands in the ledger of whom it was about.
	if n := w.entriesOf(firm, ledger.Attempt); n != 17 {
		t.Errorf("%d attempts are in the company's ledger, want 17", n)
	}
}

// TestNobodyListsItself holds C13 for each direction.
func TestNobodyListsItself(t *testing.T) {
	t.Parallel()
	w := build(t)
	e := entry.Entry{
		Subject: agency, List: "judgment-defaulters", Ground: "refuses", Tier: "general",
		Facts: []entry.Fact{
			{Element: "enforcement-case", Value: "(2026) 沪01执7号"}, {Element: "instrument", Value: "(2025) 沪01民初9号"},
			{Element: "amount", Value: "90000000"}, {Element: "ability", Value: "its budget has the sum"},
		},
	}
	listed := w.draft("shanghai-court", e) // a court lists a public body
	_, err := w.Step(t.Context(), w.as("shanghai-amr"), agency, listed.ID, step(entry.Revoke, "we are no debtor"))
	refused(t, err, "C13", "independent keeper")
	_, err = w.Step(t.Context(), w.as("shanghai-gov"), agency, listed.ID, step(entry.Drop, "our own office"))
	refused(t, err, "C13", "independent keeper")
}

// TestApproval holds that a city's decision waits for the level above, and that the level above is above.
func TestApproval(t *testing.T) {
	t.Parallel()
	w := build(t)
	e := w.draft("nanjing-amr", violation())
	w.take(w.as("nanjing-amr"), &e, step(entry.Notify, ""))
	w.sleepTo("2026-07-09")
	w.take(w.as("nanjing-amr"), &e, step(entry.Decide, "grave"))
	_, err := w.Step(t.Context(), w.as("nanjing-amr"), firm, e.ID, step(entry.Publish, ""))
	refused(t, err, "C4", "approval of the next higher level")
	approval := step(entry.Approve, "")
	approval.Basis = order.Basis{Law: "samr-order44"}
	for _, other := range []string{"nanjing-amr", "suzhou-amr", "zhejiang-amr", "sta"} {
		_, err := w.Step(t.Context(), w.as(other), firm, e.ID, approval)
		refused(t, err, "C4", "approval of the next higher level")
	}
	w.take(w.as("jiangsu-amr"), &e, approval)
	w.take(w.as("nanjing-amr"), &e, step(entry.Publish, ""))
	if e.State() != entry.Published {
		t.Errorf("the entry is %s", e.State())
	}
}

// TestAnHonourIsVoidUnderABlackList: it is not published while a black entry stands, is out of use from the day one
// does, and counts again when that has ended.
func TestAnHonourIsVoidUnderABlackList(t *testing.T) {
	t.Parallel()
	w := build(t)
	award := entry.Entry{Subject: firm, List: "quality-awards", Ground: "award", Facts: []entry.Fact{
		{Element: "award", Value: "China Quality Award"}, {Element: "award-number", Value: "国市监质〔2026〕3号"}, {Element: "award-day", Value: "2026-05-01"},
	}}
	red := w.draft("samr", award)
	w.publish(&red)
	black := w.draft("samr", violation())
	w.publish(&black)
	ids := func() (list []entry.ID) {
		standing, err := w.Standing(t.Context(), firm)
		must(t, err)
		for i := range standing {
			list = append(list, standing[i].ID)
		}
		return list
	}
	if got := ids(); !slices.Equal(got, []entry.ID{black.ID}) {
		t.Errorf("under a black entry stand %v", got)
	}
	feed, err := w.Feed(t.Context(), "quality-awards", time.Time{}, 0)
	if err != nil || len(feed) != 1 || feed[0].State != "withdrawn" || feed[0].Ended.How != "out_of_use" || feed[0].Subjects != nil {
		t.Errorf("the feed still honours: %+v, %v", feed, err)
	}
	_, err = w.Draft(t.Context(), w.as("samr"), award, step("", "conferred in May"))
	refused(t, err, "C4", "no entry on a black list")
	revoke := step(entry.Revoke, "the finding was of another plant")
	w.take(w.as("samr"), &black, revoke)
	if got := ids(); !slices.Equal(got, []entry.ID{red.ID}) {
		t.Errorf("once the black entry is gone stand %v", got)
	}
}

// debt is a draft on the company as a judgment defaulter over an amount in fen.
func debt(ground string, fen int64, tier string) entry.Entry {
	e := entry.Entry{
		Subject: firm, List: "judgment-defaulters", Ground: ground, Tier: tier, Measures: []string{"fiscal-limit"},
		Facts: []entry.Fact{
			{Element: "enforcement-case", Value: "(2026) 沪01执7号"}, {Element: "instrument", Value: "(2025) 沪01民初9号"},
			{Element: "amount", Value: strconv.FormatInt(fen, 10)},
		},
	}
	extra := map[string]string{"refuses": "ability", "evades": "act"}[ground]
	e.Facts = append(e.Facts, entry.Fact{Element: extra, Value: "transferred its two warehouses to a sister company"})
	return e
}

var allExcluded = []string{"minor", "security", "seized", "not-due", "campus-loan"}

// TestASmallDebtAndTenYears is the published case of a hospital bill of 2,951 yuan that kept a debtor on the list for ten
// years: such a debt is no serious conduct, the entry ends after two years at most, and ten can be written nowhere.
func TestASmallDebtAndTenYears(t *testing.T) {
	t.Parallel()
	w := build(t)
	const bill = 295100
	_, err := w.Draft(t.Context(), w.as("shanghai-court"), debt("refuses", bill, "serious"), step("", "the bill is unpaid"))
	refused(t, err, "C4", "tier that fits the conduct")
	e := w.draft("shanghai-court", debt("refuses", bill, "general"))
	w.take(w.as("shanghai-court"), &e, step(entry.Notify, ""))
	w.now = (e.Undecided() + 1).Start(calendar.Shanghai).Add(time.Hour)
	decide := step(entry.Decide, "the debtor can pay and does not")
	_, err = w.Step(t.Context(), w.as("shanghai-court"), firm, e.ID, decide)
	refused(t, err, "C4", "exemption minor")
	decide.Excluded = allExcluded
	today := calendar.In(w.now, calendar.Shanghai)
	for _, years := range []int{3, 5, 10} {
		decide.End = today.Add(calendar.Period{Years: years})
		_, err = w.Step(t.Context(), w.as("shanghai-court"), firm, e.ID, decide)
		refused(t, err, "C4", "end under the ceiling")
	}
	decide.End = 0
	w.take(w.as("shanghai-court"), &e, decide)
	if want := today.Add(calendar.Period{Years: 2}); e.End() != want {
		t.Errorf("the entry ends on %s, want %s", e.End(), want)
	}
	// The same by order: no measure runs for ten years, whatever the order says.
	o := order.Order{
		Subject: firm, Issuer: "shanghai-court", Measure: "consumption-limit", Tier: "serious", Amount: 90_000_000, Document: paper("(2026) 沪01执7号之一"),
		Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Start: today, End: today.Add(calendar.Period{Years: 10}),
		Review: calendar.None, Served: today, Appeal: "reconsideration by the court within ten days",
	}
	_, err = w.measures().EnterOrder(t.Context(), w.as("shanghai-court"), o)
	refused(t, err, "C4", "end under the ceiling")
	// For two years neither: the bill is too small for a measure that reaches into daily life. What the court can do is
	// said.
	o.End, o.Amount = today.Add(calendar.Period{Years: 2}), bill
	_, err = w.measures().EnterOrder(t.Context(), w.as("shanghai-court"), o)
	refused(t, err, "C4", "ceiling of the legal basis")
	var f *fault.Error
	if !errors.As(err, &f) || !strings.Contains(f.Text, "from 10000 yuan on; the order is about 2951 yuan") || !strings.Contains(f.Cure, "asset-freeze") {
		t.Errorf("the refusal of a heavy restriction for a petty sum: %v", err)
	}
	o.Measure, o.Basis.Law, o.Basis.Article, o.Tier = "asset-freeze", "civil-procedure-law", "art. 253", "general"
	if _, err = w.measures().EnterOrder(t.Context(), w.as("shanghai-court"), o); err != nil {
		t.Errorf("what the cure names is refused: %v", err)
	}
}

// TestDefaulters holds the grace, the extension for grave conduct, and removal within three working days.
func TestDefaulters(t *testing.T) {
	t.Parallel()
	w := build(t)
	court := w.as("shanghai-court")
	e := w.draft("shanghai-court", debt("evades", 90_000_000, "serious"))
	w.take(court, &e, step(entry.Notify, ""))
	grace := step(entry.Grace, "the debtor sells its warehouse")
	grace.Until = calendar.MustParse("2026-07-15")
	if _, err := w.Step(t.Context(), court, firm, e.ID, grace); !fault.Is(err, fault.Invalid) {
		t.Errorf("a respite of two weeks: %v", err)
	}
	grace.Until = calendar.MustParse("2026-10-01")
	w.take(court, &e, grace)
	w.sleepTo("2026-10-01")
	decide := step(entry.Decide, "assets were moved")
	decide.Excluded, decide.End = allExcluded, calendar.MustParse("2031-10-02")
	_, err := w.Step(t.Context(), court, firm, e.ID, decide)
	refused(t, err, "C4", "closed window to object")
	w.sleepTo("2026-10-02")
	w.take(court, &e, decide) // 2 years and 3 more for hidden assets
	w.take(court, &e, step(entry.Publish, ""))
	w.take(w.own(firm), &e, entry.Step{Act: entry.Request, Cause: "performed", Reasons: "the debt was paid this morning"})
	due := e.Last(entry.Request).Until
	if due != calendar.MustParse("2026-10-10") { // 8, 9 and 10 October, a Saturday that is worked for the holiday
		t.Errorf("removal is due on %s", due)
	}
	w.now = due.Start(calendar.Shanghai).Add(time.Hour)
	if standing, err := w.Standing(t.Context(), firm); err != nil || len(standing) != 1 {
		t.Errorf("on the last day: %v, %v", standing, err)
	}
	w.now = (due + 1).Start(calendar.Shanghai).Add(time.Hour)
	if standing, err := w.Standing(t.Context(), firm); err != nil || len(standing) != 0 {
		t.Errorf("the court let it lie, and the entry is used: %v, %v", standing, err)
	}
	for range 2 {
		swept, err := w.Sweep(t.Context())
		if err != nil || !slices.Equal(swept.Overdue, []entry.ID{e.ID}) {
			t.Errorf("swept: %+v, %v", swept, err)
		}
		if got := w.owing(e.ID.String()); !slices.Equal(got, []string{"spc"}) {
			t.Errorf("the court above was told %v times", got)
		}
	}
	w.take(court, &e, step(entry.Accept, "the debt is paid"))
	if got := w.owing(e.ID.String()); len(got) != 0 {
		t.Errorf("the request is decided and still asked for of %v", got)
	}
}

// TestAHumanBeingIsListedOnACourtsOrderAlone holds the one way there is, and that it ends with the order.
func TestAHumanBeingIsListedOnACourtsOrderAlone(t *testing.T) {
	t.Parallel()
	w := build(t)
	e := debt("refuses", 90_000_000, "general")
	e.Subject, e.Measures = person, nil
	_, err := w.Draft(t.Context(), w.as("shanghai-court"), e, step("", "the debt is unpaid"))
	refused(t, err, "C4", "order of a court")
	today := calendar.MustParse("2026-07-01")
	o, err := w.measures().EnterOrder(t.Context(), w.as("shanghai-court"), order.Order{
		Subject: person, Issuer: "shanghai-court", Measure: "consumption-limit", Tier: "serious", Amount: 90_000_000, Document: paper("(2026) 沪01执9号"),
		Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Start: today, End: today.Add(calendar.Period{Years: 1}),
		Review: calendar.None, Served: today, Appeal: "reconsideration by the court within ten days",
	})
	must(t, err)
	e.Order, e.Measures = o.ID, []string{"fiscal-limit"}
	_, err = w.Draft(t.Context(), w.as("shanghai-court"), e, step("", "the debt is unpaid"))
	refused(t, err, "C4", "measure of class I")
	e.Measures = nil
	_, err = w.Draft(t.Context(), w.as("nanjing-court"), e, step("", "the debt is unpaid"))
	refused(t, err, "C4", "order of a court")
	e = w.draft("shanghai-court", e)
	w.take(w.as("shanghai-court"), &e, step(entry.Notify, ""))
	w.now = (e.Undecided() + 1).Start(calendar.Shanghai).Add(time.Hour)
	decide := step(entry.Decide, "the debtor can pay and does not")
	decide.Excluded = allExcluded
	w.take(w.as("shanghai-court"), &e, decide)
	w.take(w.as("shanghai-court"), &e, step(entry.Publish, ""))
	feed, err := w.Feed(t.Context(), "", time.Time{}, 0)
	if err != nil || len(feed) != 1 || feed[0].State != "published" || feed[0].Subjects != nil || feed[0].Reasons.Facts != nil ||
		feed[0].Reasons.Reasons != "" || feed[0].Reasons.Document != "" {
		t.Errorf("the feed of a human being: %+v, %v", feed, err)
	}
	_, err = w.Show(t.Context(), listing.Request{As: w.as("sta"), Subject: person, Purpose: "restriction", Basis: "basic-list", Case: "2026-7"})
	must(t, err)
	ending := order.Ending{Act: order.Lift, Day: calendar.In(w.now, calendar.Shanghai), Document: paper("lift"), Reason: "the debt is paid"}
	_, err = w.measures().EndOrder(t.Context(), w.as("shanghai-court"), person, o.ID, ending)
	must(t, err)
	if standing, err := w.Standing(t.Context(), person); err != nil || len(standing) != 0 {
		t.Errorf("the order is lifted and the entry stands: %v, %v", standing, err)
	}
	// Who was told of the entry, not of the order, learns that it is gone too; the sweep ends the entry, once.
	swept, err := w.Sweep(t.Context())
	if err != nil || !slices.Equal(swept.Expired, []entry.ID{e.ID}) {
		t.Errorf("swept after the order: %+v, %v", swept, err)
	}
	if swept, err = w.Sweep(t.Context()); err != nil || len(swept.Expired) != 0 {
		t.Errorf("swept twice: %+v, %v", swept, err)
	}
	if got := w.demands(e.ID.String()); !slices.Equal(got, []string{"sta expired"}) {
		t.Errorf("who was told of the entry must take it back: %v", got)
	}
	all, err := w.Show(t.Context(), listing.Request{As: w.own(person), Subject: person})
	if err != nil || len(all) != 1 || all[0].Steps[3-1].Reasons != "the debtor can pay and does not" {
		t.Errorf("what the person sees: %+v, %v", all, err)
	}
}

// TestAnOrderThatExpiresIsTakenBack holds that an order lifts itself, and that who was told of it is told of its end, once.
func TestAnOrderThatExpiresIsTakenBack(t *testing.T) {
	t.Parallel()
	w := build(t)
	today := calendar.MustParse("2026-07-01")
	o, err := w.measures().EnterOrder(t.Context(), w.as("shanghai-court"), order.Order{
		Subject: firm, Issuer: "shanghai-court", Measure: "consumption-limit", Tier: "serious", Amount: 90_000_000, Document: paper("(2026) 沪01执9号"),
		Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Start: today, End: calendar.MustParse("2026-08-01"),
		Review: calendar.None, Served: today, Appeal: "reconsideration by the court within ten days",
	})
	must(t, err)
	if d := w.decide("consumption-limit"); d.Order != o.ID {
		t.Fatalf("%+v", d)
	}
	_, err = w.measures().Orders(t.Context(), measure.Request{
		As: w.as("sta"), Subject: firm, Purpose: "restriction", Basis: "basic-list", Case: "2026-2",
	})
	must(t, err)
	w.sleepTo("2026-07-31")
	if ended := w.sweep(); len(ended) != 0 {
		t.Errorf("on its last day it was swept: %v", ended)
	}
	w.sleepTo("2026-08-01")
	if d := w.decide("consumption-limit"); d.Order != 0 {
		t.Errorf("over and unswept it restricts: %+v", d)
	}
	if ended := w.sweep(); !slices.Equal(ended, []order.ID{o.ID}) {
		t.Errorf("swept: %v", ended)
	}
	if ended := w.sweep(); len(ended) != 0 {
		t.Errorf("swept again: %v", ended)
	}
	if got := strings.Join(w.demands(o.ID.String()), ", "); got != "mof expired, sta expired" {
		t.Errorf("who must take it back: %s", got)
	}
}

func (w *world) measures() *measure.Service {
	w.t.Helper()
	ratings, err := w.d.Ratings(w.t.Context())
	must(w.t, err)
	return w.d.Measures(ratings)
}

func (w *world) sweep() []order.ID {
	w.t.Helper()
	ended, err := w.measures().Sweep(w.t.Context())
	must(w.t, err)
	return ended
}

// entriesOf counts the lines of an act in a subject's ledger.
func (w *world) entriesOf(id subject.ID, act ledger.Act) (n int) {
	w.t.Helper()
	must(w.t, w.d.Store.Read(w.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(w.t.Context(), `SELECT count(*) FROM ledger_entry WHERE subject = ? AND act = ?`, int64(id), string(act)).Scan(&n)
	}))
	return n
}

// TestRepeatedConductExtends: an entry runs longer for repeated conduct only where the draft stated it, as that is what the
// subject was told of in advance, and never beyond what the law adds.
func TestRepeatedConductExtends(t *testing.T) {
	t.Parallel()
	w := build(t)
	court := w.as("shanghai-court")
	longer := func(e entry.Entry, years int) error {
		t.Helper()
		w.take(court, &e, step(entry.Notify, ""))
		w.now = (e.Undecided() + 1).Start(calendar.Shanghai).Add(time.Hour)
		decide := step(entry.Decide, "the debtor can pay and did not, three times")
		decide.Excluded, decide.End = allExcluded, calendar.In(w.now, calendar.Shanghai).Add(calendar.Period{Years: years})
		_, err := w.Step(t.Context(), court, firm, e.ID, decide)
		return err
	}
	refused(t, longer(w.draft("shanghai-court", debt("refuses", 90_000_000, "general")), 3), "C4", "end under the ceiling")
	empty := debt("refuses", 90_000_000, "general")
	empty.Facts = append(empty.Facts, entry.Fact{Element: "further-acts", Value: "  "})
	refused(t, longer(w.draft("shanghai-court", empty), 3), "C4", "end under the ceiling")
	repeated := debt("refuses", 90_000_000, "general")
	repeated.Facts = append(repeated.Facts, entry.Fact{Element: "further-acts", Value: "(2026) 沪01执8号, 2026-02-03; (2026) 沪01执11号, 2026-05-20"})
	refused(t, longer(w.draft("shanghai-court", repeated), 6), "C4", "end under the ceiling")
	if err := longer(w.draft("shanghai-court", repeated), 5); err != nil {
		t.Errorf("two years and three more for repeated conduct: %v", err)
	}
	elsewhere := violation()
	elsewhere.Facts = append(elsewhere.Facts, entry.Fact{Element: "further-acts", Value: "another"})
	_, err := w.Draft(t.Context(), w.as("samr"), elsewhere, step("", "the penalty of 1 June is final"))
	refused(t, err, "C4", "element of the ground")
}
