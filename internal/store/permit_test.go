package store_test

import (
	"errors"
	"strings"
	"testing"

	"probity/internal/access/unpermitted"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/candidates"
	"probity/internal/store/consents"
	"probity/internal/store/disputes"
	"probity/internal/store/erasures"
	"probity/internal/store/impacts"
	"probity/internal/store/jobs"
	"probity/internal/store/listings"
	"probity/internal/store/notices"
	"probity/internal/store/orders"
	"probity/internal/store/reads"
	"probity/internal/store/recalls"
	"probity/internal/store/repairs"
	"probity/internal/store/rulebooks"
	"probity/internal/store/rulings"
	"probity/internal/store/shadows"
	"probity/internal/subject/candidate"
)

// TestNothingWithoutItsPermit: whatever takes a permit of the Charter, or a scope that the desk opened, does nothing for the
// zero value of it, which nobody has permitted, and says so before it looks at anything else.
func TestNothingWithoutItsPermit(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	asked := 0
	for _, s := range []any{
		db, candidates.In(db), consents.In(db), disputes.In(db, nil), erasures.In(db), impacts.In(db), jobs.In(db), listings.In(db), notices.In(db),
		orders.In(db), reads.In(db), recalls.In(db), repairs.In(db, nil), rulebooks.In(db), rulings.In(db), shadows.In(db),
	} {
		for _, method := range unpermitted.Of(s, db) {
			asked++
			t.Run(method.Name, func(t *testing.T) {
				// A refusal by the Charter, or, where the caller can only be a fault of the program, that fault by its name.
				var f *fault.Error
				if err := method.Call(t.Context()); !errors.As(err, &f) || f.Code != fault.Refused && !strings.HasSuffix(f.Key, "permit") {
					t.Errorf("without a permit: %v", err)
				}
			})
		}
	}
	if asked < 40 {
		t.Errorf("only %d methods ask for a permit", asked)
	}
}

// TestNoCandidateWithoutAPermit: two subjects are put before officials under a permit each, and no list of none passes for one.
func TestNoCandidateWithoutAPermit(t *testing.T) {
	t.Parallel()
	db := candidates.In(fresh(t))
	for name, permits := range map[string][]charter.Candidate{"none": nil, "one that nobody gave": {{}}} {
		n, err := db.Enter(t.Context(), permits, make([]*store.Trace, len(permits)))
		var f *fault.Error
		if n != 0 || !errors.As(err, &f) || f.Key != "store.permit" {
			t.Errorf("%s: %d entered, %v", name, n, err)
		}
	}
	err := db.EachParty(t.Context(), charter.Actor{}, func(candidate.Party) error { return nil })
	var f *fault.Error
	if !errors.As(err, &f) || f.Invariant != "C15" || f.Missing != "official" {
		t.Errorf("nobody looks for organisations: %v", err)
	}
}
