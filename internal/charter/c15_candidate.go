package charter

import (
	"strings"

	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// CandidateTerms are two subjects that may be one.
type CandidateTerms struct {
	One, Other       subject.Subject
	OneIDs, OtherIDs []subject.Identifier
	By               Actor
	Found            candidate.Candidate
}

// Candidate permits the store to keep two subjects for an official to look at.
type Candidate struct{ terms *CandidateTerms }

// Terms are what may be kept; nil in a zero permit.
func (c Candidate) Terms() *CandidateTerms { return c.terms }

// PermitCandidate holds what may be put before an official as perhaps one: two subjects of one kind, named by an official,
// without strong identifiers that keep them apart anyway. It joins nobody.
func PermitCandidate(t CandidateTerms) (Candidate, error) {
	switch {
	case t.One.ID == 0 || t.Other.ID == 0 || t.One.ID == t.Other.ID || t.Found.Pair != candidate.Of(t.One.ID, t.Other.ID):
		return Candidate{}, Refuse("C15", "two subjects", "name two different subjects", "there are no two subjects to look at")
	case t.One.Kind != t.Other.Kind || t.One.Sole != t.Other.Sole:
		return Candidate{}, Refuse("C15", "same kind", "leave them apart", "a subject of the kind %s is not the same as one of the kind %s", kindName(t.One), kindName(t.Other))
	case !t.By.IsOfficial():
		return Candidate{}, Refuse("C15", "official", "show the credential of the official who proposes the two", "no official answers for the candidate")
	case t.Found.Way == candidate.Beside && (t.One.Natural() || t.Other.Natural()):
		return Candidate{}, Refuse("C15", "human review", "put them before an official", "rows on a human being wait for an official, whatever the probability")
	}
	if a, b, found := conflict(t.OneIDs, t.OtherIDs); found {
		return Candidate{}, Refuse("C15", "identifiers without conflict", "leave them apart, and have the suppliers correct the identifier that is wrong",
			"the two carry different identifiers of one scheme: %s and %s", a, b)
	}
	return Candidate{&t}, nil
}

// JudgementTerms are what an official says of a candidate.
type JudgementTerms struct {
	// Pair is what the two were found under; One and Other are how they stand in the register now.
	Pair             candidate.Pair
	One, Other       subject.Subject
	OneIDs, OtherIDs []subject.Identifier
	By               Actor
	Verdict          candidate.Verdict
	Reason           string
	// Last is what was said last of the two, zero where nothing was; Holds is what holds.
	Last  candidate.Step
	Holds candidate.Verdict
}

// Judgement permits the store to keep what an official said of two subjects.
type Judgement struct {
	terms *JudgementTerms
	holds bool
	lifts bool
}

// Terms are what was said; nil in a zero permit.
func (j Judgement) Terms() *JudgementTerms { return j.terms }

// Holds tells whether the verdict holds from now on. Of human beings it does when a second official says the same.
func (j Judgement) Holds() bool { return j.holds }

// Lifts tells that what held of the two holds no longer, and nothing else does yet.
func (j Judgement) Lifts() bool { return j.lifts }

// PermitJudgement holds C15 for what officials say of a candidate: a named official, a reason, and for human beings two
// officials who say the same one after the other, and "the same" only where one exact strong identifier is on both. Where two
// that were judged the same stand apart, they were parted since: that judgement is spent, and it is said anew.
func PermitJudgement(t JudgementTerms) (Judgement, error) {
	natural, spent, last := t.One.Natural() || t.Other.Natural(), t.Holds == candidate.Same, t.Last
	if spent {
		last = candidate.Step{}
	}
	switch {
	case t.One.ID == 0 || t.Other.ID == 0 || t.One.ID == t.Other.ID || t.Pair.One == 0:
		return Judgement{}, Refuse("C15", "two subjects", "name two different subjects", "there are no two subjects to judge; they may be one already")
	case !t.By.IsOfficial():
		return Judgement{}, Refuse("C15", "official", "show the credential of the official who decides", "no official decides on the two")
	case !t.Verdict.Known():
		return Judgement{}, Refuse("C15", "verdict", "say same, different or unclear", "%q says nothing of the two", t.Verdict)
	case strings.TrimSpace(t.Reason) == "":
		return Judgement{}, Refuse("C15", "reason", "give the official's reason: --reason", "the judgement has no reason")
	case t.Holds == t.Verdict && !spent:
		return Judgement{}, Refuse("C15", "something new", "leave it as it is, or say otherwise", "that the two are judged %s holds already", t.Verdict)
	}
	if t.Verdict == candidate.Same {
		if a, b, found := conflict(t.OneIDs, t.OtherIDs); found {
			return Judgement{}, Refuse("C15", "identifiers without conflict", "leave them apart, and have the suppliers correct the identifier that is wrong",
				"the two carry different identifiers of one scheme: %s and %s", a, b)
		}
		if natural && !sharesStrong(t.OneIDs, t.OtherIDs) {
			return Judgement{}, Refuse("C15", "exact strong identifier", "leave them apart until one identifier stands on both",
				"records of persons are joined by an exact strong identifier only, never by a name, a likeness or a decision by hand")
		}
	}
	if !natural {
		return Judgement{terms: &t, holds: true}, nil
	}
	if last.Verdict == t.Verdict && last.By == t.By.Title() {
		return Judgement{}, Refuse("C15", "second official", "have another official look at the two", "%s has said so already, and of human beings two officials decide", t.By.Title())
	}
	return Judgement{&t, last.Verdict == t.Verdict, spent}, nil
}
