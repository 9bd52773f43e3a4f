package rights_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/subject"
)

func (h *house) give(t *testing.T, i int, change func(*consent.Consent)) consent.Consent {
	t.Helper()
	c := h.words(i)
	change(&c)
	given, err := h.rights.Give(t.Context(), h.own[i], access.Credential{}, c)
	if err != nil {
		t.Fatal(err)
	}
	return given
}

func once(c *consent.Consent) { c.To, c.Once = c.From+1, true }

func (h *house) band(i int) access.Request {
	return access.Request{
		As: h.wu, Subject: h.people[i], What: access.Rating, Purpose: "lending", Basis: "pipl", Context: "finance-credit", Model: "repayment-score",
	}
}

// kept is the consent of person i as it is kept.
func (h *house) kept(t *testing.T, id consent.ID) consent.Consent {
	t.Helper()
	list, err := h.store.Consents(t.Context(), h.people[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("the consent %s is gone", id)
	return consent.Consent{}
}

func unused(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == fault.Refused && f.Invariant == "C1" && f.Missing == charter.MissingUnused
}

// TestOneTimeIsOneRead: however many read at once under a consent for one time, one is answered.
func TestOneTimeIsOneRead(t *testing.T) {
	t.Parallel()
	h := open(t)
	given := h.give(t, 0, once)
	var answered, refused atomic.Int64
	var readers sync.WaitGroup
	for range 24 {
		readers.Go(func() {
			switch scope, err := h.desk.Open(t.Context(), h.band(0)); {
			case err == nil && scope.Consent() == given.ID:
				answered.Add(1)
			case unused(err):
				refused.Add(1)
			default:
				t.Errorf("got %v under %v", err, scope.Consent())
			}
		})
	}
	readers.Wait()
	if answered.Load() != 1 || refused.Load() != 23 {
		t.Errorf("%d answered and %d refused, want 1 and 23", answered.Load(), refused.Load())
	}
	after := h.kept(t, given.ID)
	if !after.Spent() || after.Words != given.Words {
		t.Errorf("kept as %+v", after)
	}
	if _, err := h.desk.Open(t.Context(), h.band(0)); !unused(err) {
		t.Errorf("a later read: %v", err)
	}
	if err := h.store.VerifyLedger(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestOneTimeIsOneRating: what the read is answered with is computed under the used consent, and nothing else is; not even
// by who was permitted before the use.
func TestOneTimeIsOneRating(t *testing.T) {
	t.Parallel()
	h := open(t)
	given := h.give(t, 0, once)
	underWay := h.permit(t, 0, given)
	if _, err := h.desk.Open(t.Context(), h.band(0)); err != nil {
		t.Fatal(err)
	}
	spent := h.kept(t, given.ID)
	born, err := h.persons.Born(t.Context(), h.people)
	if err != nil {
		t.Fatal(err)
	}
	terms := charter.RatingTerms{
		Model: h.model(), Subject: subject.Subject{ID: h.people[0], Kind: subject.Person}, Born: born[h.people[0]], Consent: &spent, Today: today,
	}
	if _, err := charter.PermitRating(terms); !unused(err) {
		t.Errorf("rated again: %v", err)
	}
	terms.Use = given.ID + 1
	if _, err := charter.PermitRating(terms); !unused(err) {
		t.Errorf("rated for a read under another consent: %v", err)
	}
	terms.Use = given.ID
	inUse, err := charter.PermitRating(terms)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		permit charter.RatingPermit
		rows   int
	}{{underWay, 0}, {inUse, 2}} {
		kept := rating.Kept{Permit: c.permit, Rating: rating.Rating{
			Subject: h.people[0], Model: "repayment-score", Version: 1, AsOf: today, KnownAt: noon.Add(time.Second), GoodUntil: today + 1,
			Status: rating.Rated, Score: 700, Band: "good",
		}}
		if err := h.store.SaveRatings(t.Context(), []rating.Kept{kept}, noon, nil); err != nil {
			t.Fatal(err)
		}
		if got := h.rows(t, 0); got != c.rows {
			t.Errorf("%d rows, want %d", got, c.rows)
		}
	}
}

// TestAConsentForLongerSparesTheOneForOneTime, and a new one is good after the first was used.
func TestAConsentForLongerSparesTheOneForOneTime(t *testing.T) {
	t.Parallel()
	h := open(t)
	longer := h.give(t, 0, func(*consent.Consent) {})
	single := h.give(t, 0, once)
	for range 2 {
		scope, err := h.desk.Open(t.Context(), h.band(0))
		if err != nil || scope.Consent() != longer.ID {
			t.Fatalf("read under %v, %v; want the one for longer", scope.Consent(), err)
		}
	}
	if c := h.kept(t, single.ID); c.Spent() {
		t.Error("the consent for one time was used beside one for longer")
	}
	for range 2 {
		given := h.give(t, 1, once)
		scope, err := h.desk.Open(t.Context(), h.band(1))
		if err != nil || scope.Consent() != given.ID {
			t.Errorf("read under %v, %v; want the new one", scope.Consent(), err)
		}
	}
}

// TestARefusedReadUsesNothingUp: a read that a closed file refuses leaves the consent for the next.
func TestARefusedReadUsesNothingUp(t *testing.T) {
	t.Parallel()
	h := open(t)
	given := h.give(t, 0, once)
	if _, err := h.desk.Freeze(t.Context(), h.own[0], h.people[0], true); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Open(t.Context(), h.band(0)); !fault.Is(err, fault.Refused) || unused(err) {
		t.Fatalf("a read of a closed file: %v", err)
	}
	if c := h.kept(t, given.ID); c.Spent() {
		t.Error("a refused read used the consent up")
	}
}
