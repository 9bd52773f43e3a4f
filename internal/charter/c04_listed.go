package charter

import "slices"

// restrictionListed holds C4 for an answer that follows from a list: an organisation, a measure of class II that the list
// names, and an entry that was published by the procedure and stands today.
func restrictionListed(t *DecisionTerms) error {
	e, m := t.Listing, t.Measure
	switch {
	case t.Order != nil:
		return Refuse("C4", "one ground", "answer from the order or from the list", "the answer names an order and an entry on a list")
	case e.ID == 0 || t.List == nil || e.List != t.List.Code:
		return Refuse("C4", "entry on a list", "name the published entry and the criteria it was made by", "nobody is restricted without an order or an entry")
	case e.Subject != t.Subject.ID && !slices.Contains(t.Same, e.Subject):
		return Refuse("C6", "entry on this subject", "no measure moves from one subject to another", "the entry %s is on another subject", e.ID)
	case t.Subject.Natural() || m.Class != "II":
		return Refuse("C4", "order of a court or competent authority", "answer from an order; from a list follow measures of class II on organisations alone", "the measure %s would follow from a list", m.Code)
	case !StandsInList(m, t.Today):
		return Refuse("C4", "measure in force", "answer clear: the list no longer has this measure", "the measure %s does not stand in the list on %s", m.Code, t.Today)
	}
	if _, ok := ListedUntil(e, m, t.List, t.Ceilings, t.Today); !ok {
		return Refuse("C4", "entry that stands and carries the measure", "answer clear: this entry restricts nobody in this", "the entry %s does not carry the measure %s on %s", e.ID, m.Code, t.Today)
	}
	return Restrictable(m, t.Subject)
}
