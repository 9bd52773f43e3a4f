package measure_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// answer is what a test looks at.
type answer struct {
	Outcome   charter.Outcome
	Until     string
	Invariant string
}

func (w *world) wants(q measure.Request, want answer) measure.Decision {
	w.t.Helper()
	d := w.decide(q)
	got := answer{d.Outcome, d.Until.String(), d.Invariant}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s on %s: %s\n%+v", q.Measure, q.Subject, diff, d.Reasons)
	}
	return d
}

func said(d measure.Decision, code string) string {
	for _, r := range d.Reasons {
		if r.Code == code {
			return r.Text
		}
	}
	return ""
}

func TestARestrictionLivesAndEndsWithItsOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.asked(firm, "consumption-limit")
	d := w.wants(q, answer{Outcome: charter.Clear})
	if d.Order != 0 || said(d, "order.none") == "" {
		t.Errorf("clear, with order %q and reasons %v", d.Order, d.Reasons)
	}

	o := w.enter(limited(firm, 1))
	d = w.wants(q, answer{Outcome: charter.Restricted, Until: "2027-06-01"})
	if d.Order != o.ID {
		t.Errorf("restricted by %s, want %s", d.Order, o.ID)
	}
	want := "court ordered limits on luxury consumption ((2026) secret file 4711), for hotels in Ningbo under consumption-provisions art. 1; it holds until 2027-06-01"
	if got := said(d, "order.in_force"); got != want {
		t.Errorf("the reason is\n%s, want\n%s", got, want)
	}
	if got := said(d, "order.contest"); !strings.Contains(got, "reconsideration by the court within ten days") {
		t.Errorf("the way to contest is %q", got)
	}

	w.sleepTo("2027-05-31")
	w.wants(q, answer{Outcome: charter.Restricted, Until: "2027-06-01"})
	w.sleepTo("2027-06-01")
	w.wants(q, answer{Outcome: charter.Clear})
}

func TestAnOrderHoldsFromServiceAndNotBefore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	o := limited(firm, 1)
	o.Start = calendar.MustParse("2026-07-01")
	w.enter(o)
	q := w.asked(firm, "consumption-limit")
	w.wants(q, answer{Outcome: charter.Clear, Until: "2026-07-01"})
	w.wants(q, answer{Outcome: charter.Clear, Until: "2026-07-01"}) // from the row
	w.sleepTo("2026-07-01")
	w.wants(q, answer{Outcome: charter.Restricted, Until: "2027-06-01"})
}

func TestAnOrderThatIsEndedNoLongerRestricts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.asked(firm, "consumption-limit")
	first, second := w.enter(limited(firm, 1)), w.enter(limited(firm, 2))
	end := func(o order.Order, act order.Act) {
		t.Helper()
		ended, err := w.EndOrder(t.Context(), w.as("court"), firm, o.ID, order.Ending{
			Act: act, Day: w.today(), Document: order.Document{Number: "(2026) 99", Digest: [32]byte{9}}, Reason: "the debt is paid",
		})
		must(t, err)
		if ended.Ended == nil || ended.State(w.today()) == order.InForce {
			t.Errorf("%s came back as %+v", act, ended)
		}
	}
	end(first, order.Lift)
	if d := w.wants(q, answer{Outcome: charter.Restricted, Until: "2027-06-01"}); d.Order != second.ID {
		t.Errorf("restricted by %s, want the other order %s", d.Order, second.ID)
	}
	end(second, order.Annul)
	w.wants(q, answer{Outcome: charter.Clear})
	end(first, order.Annul)

	all, err := w.Orders(t.Context(), measure.Request{
		As: w.as("court"), Subject: firm, Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: "1",
	})
	must(t, err)
	var states []order.State
	for _, o := range all {
		states = append(states, o.State(w.today()))
		if o.Document.Number != "(2026) secret file 4711" || o.Ended.Reason != "the debt is paid" || o.Ended.Official != "Official of court" {
			t.Errorf("the order came back as %+v, %+v", o, o.Ended)
		}
	}
	if diff := cmp.Diff([]order.State{order.Annulled, order.Annulled}, states); diff != "" {
		t.Error(diff)
	}
}

func (w *world) today() calendar.Day {
	w.mu.Lock()
	defer w.mu.Unlock()
	return calendar.In(w.now, calendar.Shanghai)
}

func TestAnOrderIsEnteredOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.enter(limited(firm, 1))
	if _, err := w.EnterOrder(t.Context(), w.as("court"), limited(firm, 1)); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same document a second time: %v", err)
	}
	w.enter(limited(sibling, 1)) // one document may name several subjects; each is an order of its own
}

func TestARefusedActLeavesALine(t *testing.T) {
	t.Parallel()
	w := setup(t)
	unserved := limited(firm, 1)
	unserved.Served = calendar.None
	_, err := w.EnterOrder(t.Context(), w.as("court"), unserved)
	if !fault.Is(err, fault.Refused) {
		t.Fatalf("an unserved order: %v", err)
	}
	ban := limited(bureau, 1)
	ban.Issuer, ban.Measure, ban.Basis = "park-office", "entry-ban", order.Basis{Law: "licensing-law", Article: "art. 78"}
	o := w.enter(ban)
	ending := order.Ending{Act: order.Lift, Day: w.today(), Document: order.Document{Number: "1", Digest: [32]byte{3}}, Reason: "the ground is gone"}
	_, err = w.EndOrder(t.Context(), w.as("park-office"), bureau, o.ID, ending)
	if !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "C13") {
		t.Fatalf("an office lifts an order on itself: %v", err)
	}
	w.wants(w.asked(bureau, "entry-ban"), answer{Outcome: charter.Restricted, Until: "2027-01-01"})

	acts := func(id subject.ID) []string {
		t.Helper()
		var list []string
		for _, e := range w.ledger(id) {
			if e.Act == ledger.Order || e.Act == ledger.Attempt {
				list = append(list, string(e.Act)+" "+strings.Fields(e.Detail)[0]+" by "+e.Reader)
			}
		}
		return list
	}
	if diff := cmp.Diff([]string{"attempt C4: by court"}, acts(firm)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"order entered by park-office", "attempt C13: by park-office"}, acts(bureau)); diff != "" {
		t.Error(diff)
	}
	must(t, w.store.VerifyLedger(t.Context()))
}

func TestC13CoversTheHoldersOfAnOffice(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ban := limited(director, 1)
	ban.Issuer, ban.Measure, ban.Basis = "park-office", "duty-ban", order.Basis{Law: "licensing-law", Article: "art. 78"}
	o := w.enter(ban)
	ending := order.Ending{Act: order.Annul, Day: w.today(), Document: order.Document{Number: "1", Digest: [32]byte{3}}, Reason: "entered by mistake"}
	for _, agency := range []string{"park-office", "market-office"} { // the office's own body, and its superior
		_, err := w.EndOrder(t.Context(), w.as(agency), director, o.ID, ending)
		if !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "C13") {
			t.Errorf("%s ends an order on the director of the park: %v", agency, err)
		}
	}
	_, err := w.EndOrder(t.Context(), w.as("court"), director, o.ID, ending)
	must(t, err)
	w.wants(w.asked(director, "duty-ban"), answer{Outcome: charter.Clear})
}

// ledger is what the subject sees of who looked and who acted.
func (w *world) ledger(id subject.ID) []ledger.Entry {
	w.t.Helper()
	scope, err := w.desk.Open(w.t.Context(), ownFile(w.own(id), id))
	must(w.t, err)
	entries, err := w.desk.Log(w.t.Context(), scope)
	must(w.t, err)
	return entries
}

func TestAboutPersonsOthersLearnYesOrNo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.enter(limited(anna, 1))
	d := w.wants(w.asked(anna, "consumption-limit"), answer{Outcome: charter.Restricted, Until: "2027-06-01"})
	text, err := json.Marshal(d)
	must(t, err)
	for _, secret := range []string{"4711", "Ningbo", "consumption-provisions"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the museum learns %q: %s", secret, text)
		}
	}
	if said(d, "order.contest") == "" || d.Order == 0 {
		t.Errorf("nobody could tell the person which order it is and how to contest it: %s", text)
	}
	own, err := w.Kept(t.Context(), measure.Request{As: w.own(anna), Subject: anna}, d.ID)
	must(t, err)
	if !strings.Contains(said(own, "order.in_force"), "4711") || own.ID != d.ID || own.Access != d.Access {
		t.Errorf("the person's own copy is %+v", own)
	}

	w.consented(anna, "volunteer")
	w.ratings.set(anna, "volunteer", "B", 30)
	granted := w.wants(w.wished(anna, "museum-evening"), answer{Outcome: charter.Granted, Until: "2026-07-15"})
	if text, err := json.Marshal(granted.Reasons); err != nil || strings.Contains(string(text), "rated") {
		t.Errorf("the museum learns %s (%v)", text, err)
	}
	own, err = w.Kept(t.Context(), measure.Request{As: w.own(anna), Subject: anna}, granted.ID)
	must(t, err)
	if got := said(own, "benefit.band"); got != "rated B by volunteer; museum-evening is for A, B" {
		t.Errorf("the person's own reason is %q", got)
	}

	// A person's rating stands in one place, which the withdrawal of the consent empties: not in the standing row too.
	w.consented(boris, "volunteer")
	w.ratings.set(boris, "volunteer", "B", 30)
	w.wants(w.wished(boris, "museum-evening"), answer{Outcome: charter.Granted, Until: "2026-07-15"})
	if n := w.standingRows(boris); n != 0 {
		t.Errorf("%d standing rows hold a person's rating", n)
	}

	// Nothing about a person lies readable on disk.
	raw, err := storetest.Bytes(t.Context(), w.path)
	must(t, err)
	for _, secret := range []string{"4711", "Ningbo", "rated B by volunteer"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("%q stands in the clear in the database", secret)
		}
	}
	if !strings.Contains(string(raw), "museum-evening") {
		t.Error("what was looked into is not the database")
	}
}

func TestABenefitForAnOrganisation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.wished(firm, "green-channel")
	w.ratings.set(firm, "enterprise", "AA", 20)
	d := w.wants(q, answer{Outcome: charter.Granted, Until: "2026-07-05"})
	if got := said(d, "benefit.band"); got != "rated AA by enterprise; green-channel is for AAA, AA" {
		t.Errorf("the reason is %q", got)
	}
	w.ratings.set(firm, "enterprise", "AA", 900)
	w.wants(q, answer{Outcome: charter.Granted, Until: "2026-12-15"}) // the measure's own ceiling

	w.ratings.set(firm, "enterprise", "B", 20)
	d = w.wants(q, answer{Outcome: charter.NotGranted, Until: "2026-07-05"})
	if got := said(d, "benefit.baseline"); !strings.Contains(got, "nothing is taken away") || !strings.Contains(got, "within twenty working days") {
		t.Errorf("the baseline is %q", got)
	}
	w.ratings.set(firm, "enterprise", "", 20)
	d = w.wants(q, answer{Outcome: charter.NotGranted, Until: "2026-07-05"})
	if got := said(d, "benefit.not_rated"); got != "not rated by enterprise (too-few-records)" || said(d, "benefit.baseline") == "" {
		t.Errorf("the reasons are %v", d.Reasons)
	}
}

// TestTheStandingRowSavesTheRating: a decision asks the rating service once, and again exactly when the rating changed
// or its time is over.
func TestTheStandingRowSavesTheRating(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.wished(firm, "green-channel")
	asks := func(want int) {
		t.Helper()
		if got := w.ratings.calls[key{firm, "enterprise"}]; got != want {
			t.Errorf("the rating service was asked %d times, want %d", got, want)
		}
	}
	w.ratings.set(firm, "enterprise", "AA", 20)
	w.decide(q)
	w.decide(q)
	asks(1)
	w.enter(limited(firm, 1)) // an order makes the row anew, and the rating is asked for again
	w.decide(q)
	asks(2)
	w.ratings.set(firm, "enterprise", "AAA", 20)
	w.decide(q)
	w.decide(q)
	asks(3)
	w.sleepTo("2026-07-05")
	w.decide(q)
	asks(4)
}

func TestABenefitForAPersonNeedsItsOwnConsent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.wished(anna, "museum-evening")
	w.ratings.set(anna, "volunteer", "A", 30)
	d := w.wants(q, answer{Outcome: charter.RefusedByCharter, Invariant: "C1"})
	if !strings.Contains(said(d, "charter.refused"), "gave no consent") || said(d, "charter.cure") == "" || said(d, "benefit.baseline") == "" {
		t.Errorf("the reasons are %v", d.Reasons)
	}
	if n := w.ratings.calls[key{anna, "volunteer"}]; n != 0 {
		t.Errorf("the rating was computed %d times without consent", n)
	}
	var attempts int
	for _, e := range w.ledger(anna) {
		if e.Act == ledger.Attempt && e.Reader == "museum" {
			attempts++
		}
	}
	if attempts != 1 {
		t.Errorf("the person sees %d attempts, want 1", attempts)
	}

	c := w.consented(anna, "volunteer")
	if d := w.wants(q, answer{Outcome: charter.Granted, Until: "2026-07-15"}); d.Consent != c.ID || d.Access == "" {
		t.Errorf("granted under the consent %q, access %q", d.Consent, d.Access)
	}
	w.sleepTo("2026-12-01")
	w.wants(q, answer{Outcome: charter.RefusedByCharter, Invariant: "C1"})
}

func TestConsentCoversWhatItNames(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.ratings.set(anna, "volunteer", "A", 30)
	c := w.consented(anna, "volunteer")
	for name, spoil := range map[string]func(){
		"another reader":  func() { c.Recipients = []string{"bank"} },
		"another purpose": func() { c.Purpose = "decide-restriction" },
		"another method":  func() { c.Method = "repayment" },
		"another context": func() { c.Contexts = []string{"finance-credit"} },
		"withdrawn":       func() { c.Withdrawn = w.now },
	} {
		whole := *c
		spoil()
		d := w.decide(w.wished(anna, "museum-evening"))
		if d.Outcome != charter.RefusedByCharter || d.Invariant != "C1" {
			t.Errorf("%s: %s (%s)", name, d.Outcome, d.Invariant)
		}
		*c = whole
	}
	w.wants(w.wished(anna, "museum-evening"), answer{Outcome: charter.Granted, Until: "2026-07-15"})
}

func TestTheCharterRefusesSomeBenefitsToEverybody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.consented(anna, "volunteer")
	w.consented(anna, "repayment")
	w.ratings.set(anna, "volunteer", "A", 30)
	w.ratings.set(anna, "repayment", "A", 30)
	w.wants(w.wished(anna, "loan-discount"), answer{Outcome: charter.RefusedByCharter, Invariant: "C3"})
	w.wants(w.wished(anna, "school-place"), answer{Outcome: charter.RefusedByCharter, Invariant: "C5"})
	d := w.wants(w.asked(anna, "key-supervision"), answer{Outcome: charter.RefusedByCharter, Invariant: "C4"})
	if !strings.Contains(said(d, "charter.refused"), "class II and cannot restrict a human being") {
		t.Errorf("the reasons are %v", d.Reasons)
	}
}

func TestQuestionsThatHaveNoAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	bare := w.asked(firm, "consumption-limit")
	bare.Purpose = ""
	for _, c := range []struct {
		name string
		q    measure.Request
		want fault.Code
		text string
	}{
		{"unknown measure", w.asked(firm, "no-trains"), fault.NotFound, `has no "no-trains"`},
		{"unknown subject", w.asked(999, "consumption-limit"), fault.NotFound, "no subject"},
		{"another kind", w.asked(bureau, "consumption-limit"), fault.Invalid, "not for subjects of the kind public_body"},
		{"a benefit for another kind", w.wished(firm, "museum-evening"), fault.Invalid, "not for subjects of the kind enterprise"},
		{"no purpose", bare, fault.Refused, "(C11)"},
		{"no credential", measure.Request{Subject: firm, Measure: "consumption-limit", Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: "1"}, fault.Unauthenticated, "no credential"},
	} {
		d, err := w.Decide(t.Context(), c.q)
		if !fault.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %s with %q", c.name, err, c.want, c.text)
		}
		if d.Outcome != "" {
			t.Errorf("%s: the fault came with the outcome %s", c.name, d.Outcome)
		}
	}
	w.sleepTo("2027-02-01")
	if _, err := w.Decide(t.Context(), w.asked(firm, "entry-ban")); !fault.Is(err, fault.NotFound) {
		t.Errorf("a measure that left the list: %v", err)
	}
}

// TestCouldNotLookIsNeverClear makes every part fail in turn, at every call, and wants a fault each time.
func TestCouldNotLookIsNeverClear(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.Unavailable, "test.down", "the disk is gone")
	for _, method := range []string{"Subject", "Standing", "Orders", "SaveStanding", "SaveDecision"} {
		w := setup(t)
		w.enter(limited(firm, 1))
		q := w.asked(firm, "consumption-limit")
		w.book.fail = func(m string) error {
			if m == method {
				return down
			}
			return nil
		}
		if d, err := w.Decide(t.Context(), q); !fault.Is(err, fault.Unavailable) || d.Outcome != "" {
			t.Errorf("%s failed, and the answer is %q, %v", method, d.Outcome, err)
		}
	}
	w := setup(t)
	w.ratings.err = down
	if d, err := w.Decide(t.Context(), w.wished(firm, "green-channel")); !fault.Is(err, fault.Unavailable) || d.Outcome != "" {
		t.Errorf("the rating failed, and the answer is %q, %v", d.Outcome, err)
	}
	if d, err := w.Decide(t.Context(), w.asked(firm, "consumption-limit")); err != nil || d.Outcome != charter.Clear {
		t.Errorf("a restriction must not depend on ratings: %q, %v", d.Outcome, err)
	}
}

func TestTheReadingIsRecordedBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.asked(firm, "consumption-limit")
	var entries []int
	w.book.fail = func(method string) error {
		if method == "Standing" {
			w.book.fail = nil
			entries = append(entries, len(w.ledger(firm)))
			return fault.New(fault.Unavailable, "test.down", "the disk is gone")
		}
		return nil
	}
	if _, err := w.Decide(t.Context(), q); err == nil {
		t.Fatal("the failure was lost")
	}
	var reads int
	for _, e := range w.ledger(firm) {
		if e.Act == ledger.Read && e.Reader == "museum" && e.Purpose == "decide-restriction" && e.Case == "7/2026" {
			reads++
		}
	}
	if reads != 1 || len(entries) != 1 || entries[0] == 0 {
		t.Errorf("%d reads of the museum are recorded; %v entries stood when the standing was read", reads, entries)
	}
}

func TestWithoutAScopeNothingIsRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.asked(firm, "consumption-limit")
	q.Purpose = ""
	var read []string
	w.book.fail = func(method string) error {
		read = append(read, method)
		return nil
	}
	if _, err := w.Decide(t.Context(), q); !fault.Is(err, fault.Refused) {
		t.Fatal(err)
	}
	for _, method := range read {
		if method != "Subject" { // the register, which says only of what kind a subject is
			t.Errorf("%s was read for a question without purpose", method)
		}
	}
}

func TestOrdersGoWithAMergeAndPartWithIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	q := w.asked(firm, "consumption-limit")
	w.wants(q, answer{Outcome: charter.Clear})
	w.enter(limited(sibling, 1))
	w.redirect(sibling, firm)
	w.wants(q, answer{Outcome: charter.Restricted, Until: "2027-06-01"})
	w.wants(w.asked(sibling, "consumption-limit"), answer{Outcome: charter.Restricted, Until: "2027-06-01"})
	w.redirect(sibling, 0)
	w.wants(q, answer{Outcome: charter.Clear})
	w.wants(w.asked(sibling, "consumption-limit"), answer{Outcome: charter.Restricted, Until: "2027-06-01"})
}

// TestJSONOfADecision holds the shape that scripts and other agencies read.
func TestJSONOfADecision(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(measure.Decision{
		ID: 1, Access: "s0000000000003/1", Subject: 3, Measure: "m", Outcome: charter.Restricted,
		Reasons: []measure.Reason{{Code: "order.in_force", Text: "why"}}, Order: 4, Until: calendar.MustParse("2027-06-01"),
		Official: "court/Lin", Basis: "law", Consent: 0, Invariant: "",
	})
	must(t, err)
	want := `{"decision":"d0000000000001","access":"s0000000000003/1","subject":"s0000000000003","measure":"m",` +
		`"outcome":"restricted","reasons":[{"code":"order.in_force","text":"why"}],"order":"o0000000000004","until":"2027-06-01",` +
		`"official":"court/Lin","basis":"law","consent":"","invariant":""}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
	var back measure.Decision
	must(t, json.Unmarshal(text, &back))
	if back.ID != 1 || back.Order != 4 || back.Subject != 3 {
		t.Errorf("read back as %+v", back)
	}
}
