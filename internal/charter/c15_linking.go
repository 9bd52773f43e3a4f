package charter

import (
	"slices"
	"strings"

	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// LinkTerms are two subjects about to be joined into one.
type LinkTerms struct {
	// Kept goes on, Merged leads to it afterwards.
	Kept, Merged subject.Subject
	// KeptIDs and MergedIDs are the strong identifiers of each, normalised (keyed hashes in place of personal values).
	KeptIDs, MergedIDs []subject.Identifier
	// By is the official who decided, Reason and Evidence why; they are asked for where no identifier decides.
	By               Actor
	Reason, Evidence string
	// Judged is what officials have said of the two before.
	Judged candidate.Verdict
}

// Link permits the store to join two subjects.
type Link struct{ terms *LinkTerms }

// Terms are what may be joined, and on which ground; nil in a zero Link.
func (l Link) Terms() *LinkTerms { return l.terms }

// PermitLink holds C15. Two subjects are joined because they carry one exact strong identifier, or, organisations only,
// because an official decided so with reason and evidence. A conflict of strong identifiers and a judgement that the two are
// different block every way. Names and probabilities join nobody: however likely, two are a candidate for an official.
func PermitLink(t LinkTerms) (Link, error) {
	switch {
	case t.Kept.ID == 0 || t.Merged.ID == 0 || t.Kept.ID == t.Merged.ID:
		return Link{}, Refuse("C15", "two subjects", "name two different subjects", "there are no two subjects to join")
	case t.Kept.Kind != t.Merged.Kind || t.Kept.Sole != t.Merged.Sole:
		return Link{}, Refuse("C15", "same kind", "leave them apart", "a subject of the kind %s is not the same as one of the kind %s", kindName(t.Kept), kindName(t.Merged))
	}
	if a, b, found := conflict(t.KeptIDs, t.MergedIDs); found {
		return Link{}, Refuse("C15", "identifiers without conflict", "leave them apart, and have the suppliers correct the identifier that is wrong",
			"the two carry different identifiers of one scheme: %s and %s", a, b)
	}
	if t.Judged == candidate.Different {
		return Link{}, Refuse("C15", "pair that nobody found different", "have the judgement taken back first, with a reason: probity review decide",
			"officials judged that the two are different, which holds whatever is found later")
	}
	if !sharesStrong(t.KeptIDs, t.MergedIDs) {
		if err := decidedByHand(&t); err != nil {
			return Link{}, err
		}
	}
	return Link{&t}, nil
}

func kindName(s subject.Subject) string {
	if s.Sole {
		return string(s.Kind) + " (sole trader)"
	}
	return string(s.Kind)
}

// conflict finds two different values within one scheme.
func conflict(a, b []subject.Identifier) (x, y subject.Identifier, found bool) {
	for _, x := range a {
		for _, y := range b {
			if x.Scheme == y.Scheme && x.Scheme != subject.Named && x.Value != y.Value && !slices.Contains(b, x) && !slices.Contains(a, y) {
				return x, y, true
			}
		}
	}
	return x, y, false
}

func sharesStrong(a, b []subject.Identifier) bool {
	return slices.ContainsFunc(a, func(x subject.Identifier) bool {
		return x.Value != "" && x.Scheme != subject.Named && slices.Contains(b, x)
	})
}

func decidedByHand(t *LinkTerms) error {
	const cure = "give the official's reason and the document that shows it: --reason and --evidence"
	switch {
	case t.Kept.Natural() || t.Merged.Natural():
		return Refuse("C15", "exact strong identifier", "leave them apart until one identifier stands on both",
			"records of persons are joined by an exact strong identifier only, never by a name, a likeness or a decision by hand")
	case !t.By.IsOfficial():
		return Refuse("C15", "official", "show the credential of the official who decides", "no official decides on the link")
	case strings.TrimSpace(t.Reason) == "":
		return Refuse("C15", "reason", cure, "the link has no reason")
	case strings.TrimSpace(t.Evidence) == "":
		return Refuse("C15", "evidence", cure, "the link has no evidence")
	}
	return nil
}

// Unlink permits the store to part two subjects that were joined.
type Unlink struct {
	kept, merged subject.ID
	by           Actor
	reason       string
}

// Kept is the subject from which the other is parted.
func (u Unlink) Kept() subject.ID { return u.kept }

// Merged is the subject that stands alone again; 0 in a zero Unlink. By and Reason say who decided and why.
func (u Unlink) Merged() subject.ID { return u.merged }

// By is the official who decided.
func (u Unlink) By() Actor { return u.by }

// Reason is why.
func (u Unlink) Reason() string { return u.reason }

// PermitUnlink holds that every link can be undone; it asks for an official and a reason, and for nothing else.
func PermitUnlink(kept, merged subject.ID, by Actor, reason string) (Unlink, error) {
	switch {
	case merged == 0 || kept == 0 || kept == merged:
		return Unlink{}, Refuse("C15", "link to undo", "name the subject that was merged", "there is nothing to part")
	case !by.IsOfficial():
		return Unlink{}, Refuse("C15", "official", "show the credential of the official who decides", "no official decides on parting the two")
	case strings.TrimSpace(reason) == "":
		return Unlink{}, Refuse("C15", "reason", "give the reason: --reason", "parting the two has no reason")
	}
	return Unlink{kept, merged, by, reason}, nil
}
