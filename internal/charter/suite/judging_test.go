package suite_test

import (
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/registrar/review"
	"probity/internal/subject/candidate"
)

// judges puts two subjects before officials as perhaps one, lays them side by side, and has it said that they are different
// and, in the end, that it cannot be told. While different holds, nothing joins the two.
func judges(h *history) act {
	one, other := h.party("mill"), h.party("mill-abroad")
	by, reason := h.as(pick(h, "official", "wu", "he")), "two firms with one name"
	a, verdict := act{}, candidate.Different
	switch pick(h, "flaw", "", "", "", "no reason", "nobody", "persons", "conflict", "kinds", "itself", "subject") {
	case "no reason":
		reason, a.breaks = " ", "C15: reason"
	case "nobody":
		by, a.breaks = access.Credential{}, "C15: official"
	case "subject":
		by, a.breaks = h.as("yard"), "C15: official"
	case "persons":
		one, other, verdict, a.breaks = h.party("ai"), h.party("bo"), candidate.Same, "C15: exact strong identifier"
	case "conflict":
		other, a.breaks = h.party("yard"), "C15: identifiers without conflict"
	case "kinds":
		one, a.breaks = h.party("bureau"), "C15: same kind"
	case "itself":
		other, a.breaks = one, "C15: two subjects"
	}
	if h.linked(one) || h.linked(other) || h.erased[one] || h.erased[other] || h.confined[one] || h.confined[other] {
		return act{}
	}
	a.name = fmt.Sprintf("%s asks whether %s and %s are one", by.Name(), one.name, other.name)
	a.touched = append(a.touched, one.id, other.id)
	desk, pair := h.d.Review(), candidate.Of(one.id, other.id)
	if _, a.err = desk.Propose(h.ctx, by, one.id, other.id); a.err != nil {
		return a
	}
	view, err := desk.Show(h.ctx, by, pair)
	if a.err = err; err != nil {
		return a
	}
	h.looked(by, one.id, "candidate", "same-subject", pair.String())
	h.looked(by, other.id, "candidate", "same-subject", pair.String())
	if view.Verdict == candidate.Different {
		h.violated("C15", "%s: it is judged already", a)
	}
	if a.err = h.weighed(by, pair); a.err != nil {
		return a
	}
	if _, _, a.err = desk.Judge(h.ctx, by, pair, verdict, reason); a.err != nil {
		return a
	}
	if list, err := desk.List(h.ctx, by, candidate.Different, 10); err != nil || len(list) != 1 {
		h.violated("C15", "%s: %d pairs are judged different, %v", a, len(list), err)
	}
	_, err = h.d.Registrar().Merge(h.ctx, by, one.id, other.id, "one firm by the register of companies", "extract 17")
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Invariant != "C15" {
		h.violated("C15", "%s: joined although they were judged different: %v", a, err)
	}
	_, _, a.err = desk.Judge(h.ctx, by, pair, candidate.Unclear, "the extract is not there any more")
	return a
}

// weighed asks twice what joining two firms would do to their ratings. The explanations are readings under the purpose that is
// stated, and nothing is another afterwards.
func (h *history) weighed(by access.Credential, pair candidate.Pair) error {
	ask := access.Request{As: by, Purpose: "home-supervision", Basis: "credit-reporting"}
	var said [2]*review.Effect
	for i := range said {
		var err error
		if said[i], err = h.d.Review().Effect(h.ctx, h.ratings, ask, pair); err != nil {
			return err
		}
		for range said[i].Models {
			h.looked(by, pair.One, access.Explanation, ask.Purpose, "")
			h.looked(by, pair.Other, access.Explanation, ask.Purpose, "")
		}
	}
	if diff := cmp.Diff(said[0], said[1]); diff != "" {
		h.violated("C15", "asking what joining would do has changed something:\n%s", diff)
	}
	return nil
}
