package listing_test

import (
	"slices"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/listing"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
)

// TestTheWholeWay is the procedure in one breath: draft, advance notice, objection, answer, decision, publication, a
// restriction that follows, the end, and silence after it.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	w := build(t)
	e := w.draft("samr", violation())
	if e.ID == 0 || e.State() != entry.Draft || e.Keeper != "samr" || e.Steps[0].Basis.String() != "samr-order44 art. 6" {
		t.Fatalf("drafted: %+v", e)
	}
	w.take(w.as("samr"), &e, step(entry.Notify, ""))
	if e.Undecided() != calendar.MustParse("2026-07-08") {
		t.Errorf("the window closes on %s", e.Undecided())
	}
	w.take(w.own(firm), &e, entry.Step{Act: entry.Object, Reasons: "the boilers were tested on 3 June; the reports are attached"})
	w.sleepTo("2026-07-06")
	w.take(w.as("samr"), &e, step(entry.Answer, "the reports are of another plant"))
	if _, err := w.Step(t.Context(), w.as("samr"), firm, e.ID, step(entry.Decide, "as announced")); !fault.Is(err, fault.Refused) {
		t.Errorf("decided before the window closed: %v", err)
	}
	w.sleepTo("2026-07-09")
	w.take(w.as("samr"), &e, step(entry.Decide, "the conduct is grave and the harm is not undone"))
	if e.End() != calendar.MustParse("2029-07-09") {
		t.Errorf("the entry ends on %s", e.End())
	}
	w.sleepTo("2026-07-10")
	w.take(w.as("samr"), &e, step(entry.Publish, ""))
	standing, err := w.Standing(t.Context(), firm)
	if err != nil || len(standing) != 1 {
		t.Fatalf("standing: %v, %v", standing, err)
	}
	feed, err := w.Feed(t.Context(), "", time.Time{}, 0)
	if err != nil || len(feed) != 1 || feed[0].State != "published" || feed[0].Reasons.Reasons != "the conduct is grave and the harm is not undone" {
		t.Fatalf("the feed: %+v, %v", feed, err)
	}
	w.sleepTo("2029-07-08")
	if standing, err = w.Standing(t.Context(), firm); err != nil || len(standing) != 1 {
		t.Errorf("on its last day: %v, %v", standing, err)
	}
	w.sleepTo("2029-07-09")
	if standing, err = w.Standing(t.Context(), firm); err != nil || len(standing) != 0 {
		t.Errorf("on its end, unswept: %v, %v", standing, err)
	}
	swept, err := w.Sweep(t.Context())
	if err != nil || len(swept.Expired) != 1 {
		t.Fatalf("swept: %+v, %v", swept, err)
	}
	if swept, err = w.Sweep(t.Context()); err != nil || len(swept.Expired) != 0 {
		t.Errorf("swept twice: %+v, %v", swept, err)
	}
	feed, err = w.Feed(t.Context(), "", time.Time{}, 0)
	if err != nil || len(feed) != 1 || feed[0].State != "withdrawn" || feed[0].Ended.How != "expired" || feed[0].Subjects != nil || feed[0].Reasons != nil {
		t.Errorf("the feed after the end: %+v, %v", feed, err)
	}
	all, err := w.Show(t.Context(), listing.Request{As: w.own(firm), Subject: firm})
	if err != nil || len(all) != 1 || len(all[0].Steps) != 7 || all[0].Steps[2].Reasons == "" {
		t.Errorf("what the subject sees: %+v, %v", all, err)
	}
}

// TestARestrictionFollowsAndLifts holds what decisions answer from a list, and that whoever was told is told of the end.
func TestARestrictionFollowsAndLifts(t *testing.T) {
	t.Parallel()
	w := build(t)
	if d := w.decide("fiscal-limit"); d.Outcome != charter.Clear {
		t.Fatalf("before anything: %+v", d)
	}
	e := w.draft("samr", violation())
	if d := w.decide("fiscal-limit"); d.Outcome != charter.Clear {
		t.Errorf("from a draft: %+v", d)
	}
	w.publish(&e)
	d := w.decide("fiscal-limit")
	if d.Outcome != charter.Restricted || d.Listing != e.ID || d.Order != 0 || d.Until != e.End() {
		t.Fatalf("from a published entry: %+v", d)
	}
	if d := w.decide("award-limit"); d.Outcome != charter.Clear {
		t.Errorf("a measure that the entry does not carry: %+v", d)
	}
	w.take(w.as("shanghai-court"), &e, entry.Step{
		Act: entry.Annul, Document: paper("(2026) 沪01行终7号"), Reasons: "the reports show the tests were made",
		Basis: order.Basis{Law: "samr-order44", Article: "art. 2"},
	})
	if d := w.decide("fiscal-limit"); d.Outcome != charter.Clear {
		t.Errorf("after the annulment: %+v", d)
	}
	if got := w.demands(e.ID.String()); !slices.Equal(got, []string{"mof annulled"}) {
		t.Errorf("who must take it back: %v", got)
	}
	feed, err := w.Feed(t.Context(), "serious-violators", time.Time{}, 0)
	if err != nil || len(feed) != 1 || feed[0].Ended == nil || feed[0].Ended.How != "annulled" ||
		feed[0].Ended.Reasons != "the reports show the tests were made" || len(feed[0].Subjects) != 1 {
		t.Errorf("the published withdrawal: %+v, %v", feed, err)
	}
}
