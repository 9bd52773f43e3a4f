package listing_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/listing"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/recall"
	"probity/internal/store/listings"
)

// annulment is one way in which a decision that restricts the company comes to be and is annulled by a court.
type annulment struct {
	measure string
	// enact makes the decision and gives what demands name it by; annul has the court say that it should never have been.
	enact func(*testing.T, *world) (about string, annul func())
	// shown are the ids of what an agency that asks sees of such decisions.
	shown func(*testing.T, *world, access.Credential) []string
}

var annulments = map[string]annulment{
	"an entry on a list": {
		measure: "fiscal-limit",
		enact: func(_ *testing.T, w *world) (string, func()) {
			e := w.draft("samr", violation())
			w.publish(&e)
			return e.ID.String(), func() {
				w.take(w.as("shanghai-court"), &e, entry.Step{
					Act: entry.Annul, Document: paper("(2026) 沪01行终7号"), Reasons: "the tests were made", Basis: order.Basis{Law: "samr-order44", Article: "art. 2"},
				})
			}
		},
		shown: func(t *testing.T, w *world, as access.Credential) (ids []string) {
			t.Helper()
			all, err := w.Show(t.Context(), w.reads(as))
			must(t, err)
			for i := range all {
				ids = append(ids, all[i].ID.String())
			}
			return ids
		},
	},
	"an order": {
		measure: "asset-freeze",
		enact: func(t *testing.T, w *world) (string, func()) {
			t.Helper()
			today := calendar.In(w.now, calendar.Shanghai)
			o, err := w.measures().EnterOrder(t.Context(), w.as("shanghai-court"), order.Order{
				Subject: firm, Issuer: "shanghai-court", Measure: "asset-freeze", Tier: "general", Amount: 90_000_000, Document: paper("(2026) 沪01执9号"),
				Basis: order.Basis{Law: "civil-procedure-law", Article: "art. 253"}, Start: today, End: today.Add(calendar.Period{Months: 6}),
				Review: calendar.None, Served: today, Appeal: "reconsideration by the court within ten days",
			})
			must(t, err)
			return o.ID.String(), func() {
				_, err := w.measures().EndOrder(t.Context(), w.as("spc"), firm, o.ID, order.Ending{
					Act: order.Annul, Day: calendar.In(w.now, calendar.Shanghai), Document: paper("(2026) 最高法执监3号"), Reason: "the wrong debtor",
				})
				must(t, err)
			}
		},
		shown: func(t *testing.T, w *world, as access.Credential) (ids []string) {
			t.Helper()
			q := w.reads(as)
			all, err := w.measures().Orders(t.Context(), measure.Request{As: q.As, Subject: q.Subject, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case})
			must(t, err)
			for i := range all {
				ids = append(ids, all[i].ID.String())
			}
			return ids
		},
	},
}

// TestAnAnnulledDecisionIsGoneWithinItsDeadline runs the clock over an annulment: nobody is answered from the decision from
// that instant; who was told of it has three days to say that it is gone there too (Administrative Penalty Law art. 48), is
// reminded once a day and named as late after them, and no more once it has said so.
func TestAnAnnulledDecisionIsGoneWithinItsDeadline(t *testing.T) {
	t.Parallel()
	for name, a := range annulments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := build(t)
			about, annul := a.enact(t, w)
			if d := w.decide(a.measure); d.Outcome != charter.Restricted {
				t.Fatalf("while it holds: %+v", d)
			}
			if got := a.shown(t, w, w.as("mof")); !slices.Equal(got, []string{about}) {
				t.Fatalf("while it holds the ministry sees %v", got)
			}
			w.sleepTo("2026-07-17") // a Friday: three working days would end on Wednesday, the law's three days on Monday
			annul()
			if d := w.decide(a.measure); d.Outcome != charter.Clear {
				t.Errorf("in the moment of the annulment: %+v", d)
			}
			if got := a.shown(t, w, w.as("mof")); len(got) != 0 {
				t.Errorf("it is annulled, and the ministry sees %v", got)
			}
			if got := a.shown(t, w, w.own(firm)); !slices.Equal(got, []string{about}) {
				t.Errorf("its own annulled decision is kept from the subject: %v", got)
			}
			w.chasedAfter("2026-07-20", about)
		})
	}
}

// reads is a reading of the company's entries or orders: the subject's own, or for a stated purpose.
func (w *world) reads(as access.Credential) (q listing.Request) {
	q = listing.Request{As: as, Subject: firm}
	if as.Subject() == 0 {
		q.Purpose, q.Basis, q.Case = "restriction", "basic-list", "2026-1"
	}
	return q
}

// chasedAfter holds that the ministry was told of the annulment of what is named, that it is reminded when the day has
// passed and not before, and that its acknowledgement ends that.
func (w *world) chasedAfter(due, about string) {
	w.t.Helper()
	desk := w.d.Recalls()
	w.sleepTo(due)
	want := recall.Pending{
		Subject: firm, Recipient: "mof", Kind: recall.Lift, About: about, Ground: recall.Annulled, Due: calendar.MustParse(due),
	}
	mine, err := desk.Mine(w.t.Context(), w.as("mof"))
	must(w.t, err)
	if len(mine) != 1 || mine[0].About != want.About || mine[0].Ground != want.Ground || mine[0].Due != want.Due || !mine[0].Open() {
		w.t.Fatalf("the ministry was told %+v, want %+v", mine, want)
	}
	chased := func() int {
		w.t.Helper()
		reminded, err := desk.Chase(w.t.Context())
		must(w.t, err)
		return len(reminded)
	}
	if n := chased(); n != 0 {
		w.t.Errorf("reminded on the last day, %d times", n)
	}
	w.now = w.now.Add(24 * time.Hour)
	if first, again := chased(), chased(); first != 1 || again != 0 {
		w.t.Errorf("reminded %d and %d times on the day after", first, again)
	}
	if late, err := desk.Laggards(w.t.Context()); err != nil || len(late) != 1 || late[0].Recipient != "mof" || late[0].Late != 1 {
		w.t.Errorf("named as late: %+v, %v", late, err)
	}
	n, err := desk.Acknowledge(w.t.Context(), w.as("mof"), firm, about)
	if err != nil || n != 1 {
		w.t.Errorf("acknowledged %d, %v", n, err)
	}
	w.now = w.now.Add(24 * time.Hour)
	if n := chased(); n != 0 {
		w.t.Errorf("reminded %d times of what it has done", n)
	}
}

// TestAnEntryThatEndedAfterTheBackupIsForgotten: what the journal says of an entry when an older backup is put back takes it
// out of every answer, tells the feed once, and leaves alone what it does not name.
func TestAnEntryThatEndedAfterTheBackupIsForgotten(t *testing.T) {
	t.Parallel()
	w := build(t)
	ended := w.draft("samr", violation())
	w.publish(&ended)
	if d := w.decide("fiscal-limit"); d.Outcome != charter.Restricted { // and the standing row is kept
		t.Fatalf("while it stands: %+v", d)
	}
	other := violation()
	other.Measures, other.Facts[0].Value = []string{"key-supervision"}, "沪市监罚〔2026〕18号"
	left := w.draft("samr", other)
	w.publish(&left)

	forget := func(which entry.ID, at time.Time) {
		t.Helper()
		must(t, w.d.Store.Write(t.Context(), func(tx *sql.Tx) error { return listings.Forget(t.Context(), tx, firm, which, at) }))
	}
	first := w.now.Add(time.Hour).UTC()
	forget(ended.ID, first)
	forget(ended.ID, first.Add(time.Hour)) // the journal is played over every database that is opened
	forget(left.ID+1, first.Add(time.Hour))
	if d := w.decide("fiscal-limit"); d.Outcome != charter.Clear {
		t.Errorf("after the restore: %+v", d)
	}
	standing, err := w.Standing(t.Context(), firm)
	if err != nil || len(standing) != 1 || standing[0].ID != left.ID {
		t.Errorf("standing: %+v, %v", standing, err)
	}
	feed, err := w.Feed(t.Context(), "", first.Add(-time.Minute), 0)
	if err != nil || len(feed) != 1 || feed[0].Entry != ended.ID || feed[0].State != "withdrawn" || !feed[0].Changed.Equal(first) {
		t.Errorf("the feed since the restore: %+v, %v", feed, err)
	}
}
