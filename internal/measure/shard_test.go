package measure_test

import (
	"testing"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/store/storetest"
)

// TestADecisionAsksOneShard: where tables are distributed, what is asked about one subject is asked in one place: the standing row
// as it is made and as it is read, the orders, the decision as it is kept, and the file. Two subjects that were
// joined may stand in two places, and are then asked for in both.
func TestADecisionAsksOneShard(t *testing.T) {
	t.Parallel()
	storetest.Cluster(t)
	w := setupUnder(t, storetest.Narrow)
	w.wants(w.asked(firm, "consumption-limit"), answer{Outcome: charter.Clear})
	w.wants(w.asked(firm, "consumption-limit"), answer{Outcome: charter.Clear})
	w.enter(limited(firm, 1))
	w.wants(w.asked(firm, "consumption-limit"), answer{Outcome: charter.Restricted, Until: "2027-06-01"})
	q := w.asked(firm, "consumption-limit")
	scope, err := w.desk.Open(t.Context(), access.Request{As: q.As, Subject: firm, What: access.Decision, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case, Measure: q.Measure})
	must(t, err)
	_, err = w.store.Standing(t.Context(), scope)
	must(t, err)
	scope, err = w.desk.Open(t.Context(), ownFile(w.own(firm), firm))
	must(t, err)
	_, err = w.store.File(t.Context(), scope, nil)
	must(t, err)
}
