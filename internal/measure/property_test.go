package measure_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/subject"
)

// restrictions are the measures of the small catalogue that could take something away, by who may be asked about.
var restrictions = map[subject.ID][]string{
	firm: {"consumption-limit", "entry-ban"}, trader: {"consumption-limit", "entry-ban"}, bureau: {"entry-ban"},
	anna: {"consumption-limit", "key-supervision"}, boris: {"consumption-limit"}, director: {"consumption-limit"},
}

// restricted asks about every restriction on everybody.
func (w *world) restricted() map[string]charter.Outcome {
	w.t.Helper()
	all := map[string]charter.Outcome{}
	for id, codes := range restrictions {
		for _, code := range codes {
			all[id.String()+" "+code] = w.decide(w.asked(id, code)).Outcome
		}
	}
	return all
}

// TestC4AndC5NoRatingTakesAnythingAway: whatever models say of people and organisations, and whatever they consent to or
// withdraw, the restrictions on them are the same to the last one, and of every benefit the worst that comes is the
// baseline, said in words. The store holds orders on some of them all the while.
func TestC4AndC5NoRatingTakesAnythingAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.enter(limited(anna, 1))
	w.enter(limited(trader, 1))
	without := w.restricted()
	questions := slices.Sorted(maps.Keys(without))
	benefits := map[subject.ID]string{firm: "green-channel", trader: "green-channel", bureau: "green-channel", anna: "museum-evening", boris: "museum-evening"}
	bands := rapid.SampledFrom([]string{"", "AAA", "AA", "A", "B", "C", "D", "blacklisted"})
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]subject.ID{firm, trader, bureau, anna, boris}).Draw(t, "subject")
		if kinds[id].Kind.Natural() {
			w.ratings.set(id, "volunteer", bands.Draw(t, "rating"), 30)
			w.ratings.set(id, "repayment", bands.Draw(t, "rating in another context"), 30)
			w.book.mu.Lock()
			w.book.consents[id] = nil
			w.book.mu.Unlock()
			if rapid.Bool().Draw(t, "consents") {
				c := w.consented(id, "volunteer")
				if rapid.Bool().Draw(t, "withdraws") {
					c.Withdrawn = w.now
				}
			}
		} else {
			w.ratings.set(id, "enterprise", bands.Draw(t, "rating"), rapid.IntRange(1, 400).Draw(t, "good"))
		}
		d := w.decide(w.wished(id, benefits[id]))
		switch d.Outcome {
		case charter.Granted:
		case charter.NotGranted, charter.RefusedByCharter:
			if said(d, "benefit.baseline") == "" {
				t.Fatalf("%s for %s: %s, and nobody says that the baseline stays: %v", benefits[id], id, d.Outcome, d.Reasons)
			}
		default:
			t.Fatalf("%s for %s: a benefit was answered with %s", benefits[id], id, d.Outcome)
		}
		if code := restrictions[id][0]; w.decide(w.asked(id, code)).Outcome != without[id.String()+" "+code] {
			t.Fatalf("%s for %s is %s without ratings, and another with them", code, id, without[id.String()+" "+code])
		}
	})
	with := w.restricted()
	for _, question := range questions {
		if with[question] != without[question] {
			t.Errorf("%s: %s without ratings, %s with them", question, without[question], with[question])
		}
	}
}

// TestC1NobodyIsDecidedOnWithoutConsent: a person's benefit is granted or not only under a consent that stands and names
// method, context, purpose and reader; in every other case the rating is not even computed.
func TestC1NobodyIsDecidedOnWithoutConsent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.ratings.set(anna, "volunteer", "A", 300)
	rapid.Check(t, func(t *rapid.T) {
		w.book.mu.Lock()
		w.book.consents[anna] = nil
		w.book.mu.Unlock()
		covered := false
		for n := rapid.IntRange(0, 3).Draw(t, "consents"); n > 0; n-- {
			c := w.consented(anna, "volunteer")
			good := true
			for _, spoil := range []func(){
				func() { c.Method = "repayment" }, func() { c.Contexts = []string{"finance-credit"} },
				func() { c.Purpose = "decide-restriction" }, func() { c.Recipients = []string{"bank", "court"} },
				func() { c.To = c.From + 30 }, func() { c.Withdrawn = w.now }, func() { c.Subject = boris },
			} {
				if rapid.IntRange(0, 5).Draw(t, "spoilt") == 0 {
					spoil()
					good = false
				}
			}
			covered = covered || good
		}
		before := w.ratings.calls[key{anna, "volunteer"}]
		d := w.decide(w.wished(anna, "museum-evening"))
		computed := w.ratings.calls[key{anna, "volunteer"}] > before
		want := charter.RefusedByCharter
		if covered {
			want = charter.Granted
		}
		if d.Outcome != want || computed != covered {
			t.Fatalf("covered: %v; outcome %s, rating looked at: %v\n%+v", covered, d.Outcome, computed, w.book.consents[anna])
		}
	})
}

// TestARefusalOfTheRatingServiceIsAnAnswerToo: where the service itself refuses (a minor, a consent that no longer
// covers a new version's data), the decision is refused with its words.
func TestARefusalOfTheRatingServiceIsAnAnswerToo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.consented(anna, "volunteer")
	w.ratings.err = fault.Refuse("C1", "full age", "subject is under 18", "nobody under 18 is rated")
	d := w.wants(w.wished(anna, "museum-evening"), answer{Outcome: charter.RefusedByCharter, Invariant: "C1"})
	if said(d, "charter.refused") != "subject is under 18" || d.Consent != consent.ID(0) {
		t.Errorf("the answer is %+v", d)
	}
}

// TestC6ARatingOfAnotherIsNoGround: even a rating service gone wrong cannot make one subject's rating decide another's
// benefit.
func TestC6ARatingOfAnotherIsNoGround(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.ratings.set(firm, "enterprise", "AAA", 30)
	w.ratings.given[key{sibling, "enterprise"}] = w.ratings.given[key{firm, "enterprise"}]
	w.wants(w.wished(sibling, "green-channel"), answer{Outcome: charter.RefusedByCharter, Invariant: "C6"})

	w.consented(boris, "volunteer")
	w.ratings.given[key{boris, "volunteer"}] = rating.Rating{Subject: anna, Model: "volunteer", Version: 1, Status: rating.Rated, Band: "A"}
	w.wants(w.wished(boris, "museum-evening"), answer{Outcome: charter.RefusedByCharter, Invariant: "C6"})
}
