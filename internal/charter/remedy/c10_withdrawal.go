package remedy

import (
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/repair/application"
)

// vouched are the conditions of a repair that rest on the subject's own word, in every regime: that the conduct is
// corrected, and the commitment that this is true. The least period is reckoned by the platform.
var vouched = []string{"cure", "commitment"}

// repairFalse holds what a granted repair needs to be taken back (C10): who was told that its record is gone may rely on
// it, unless what it vouched for itself was false and a document says so. A document that a review has weighed already
// carries no second withdrawal; and what would be over by itself does not come back.
func repairFalse(t *RepairStepTerms) error {
	s := &t.Step
	const cure = "name what the subject vouched for and what was false of it: cure or commitment"
	if i := slices.IndexFunc(s.Unmet, func(code string) bool { return !slices.Contains(vouched, code) }); i >= 0 {
		return charter.Refuse("C10", "false statement of the subject", cure, "a repair is not taken back for %q: the subject has not vouched for it", s.Unmet[i])
	}
	if !charter.IsSHA256(s.Finding) {
		return charter.Refuse("C10", "finding", "bring the document in which the falsehood was found, such as an inspector's report", "the withdrawal names no document in which the falsehood was found")
	}
	weighed := func(earlier application.Step) bool { return strings.EqualFold(earlier.Finding, s.Finding) }
	if slices.ContainsFunc(t.Application.Steps, weighed) {
		return charter.Refuse("C10", "new finding", "bring a finding that the review did not know", "a withdrawal on this document was set aside on review")
	}
	if t.Term != calendar.None && t.Term <= t.Today {
		return fault.New(fault.Conflict, "repair.over", "the record %s would have ended by itself on %s", t.Application.Record, t.Term)
	}
	return nil
}
