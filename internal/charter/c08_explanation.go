package charter

import (
	"slices"

	"probity/internal/record"
	"probity/internal/subject"
)

// Explanation is a rating about to be answered, as far as the Charter judges it: what it adds up from.
type Explanation struct {
	Subject subject.ID
	Model   string
	Version int
	// Digest is that of the model version's file, in hexadecimal.
	Digest string
	Rated  bool
	// WhyNot are the reason codes of a subject that is not rated; the fields below are then empty.
	WhyNot []string
	Score  int64
	Band   string
	Base   int64
	// Characteristics in the model's order, and the named adjustments (cap, floor, clip).
	Characteristics, Adjustments []Part
}

// Part is one summand of a score.
type Part struct {
	Name   string
	Points int64
	// Records are what the points rest on; none where the characteristic found none.
	Records []record.ID
}

// Explained permits one rating to be answered: it came with its exact explanation.
type Explained struct{ of *Explanation }

// Explanation is what may be answered; nil in a zero Explained.
func (e Explained) Explanation() *Explanation { return e.of }

// PermitAnswer holds C8: a rating is served with its explanation, whose parts add up to the score exactly, or not at
// all. A subject that is not rated has at least one reason why. A refusal here shows a fault of the platform's own.
func PermitAnswer(e Explanation) (Explained, error) {
	for _, check := range []func(*Explanation) error{explainedWhole, explainedExactly} {
		if err := check(&e); err != nil {
			return Explained{}, err
		}
	}
	e.Characteristics, e.Adjustments = slices.Clone(e.Characteristics), slices.Clone(e.Adjustments)
	return Explained{&e}, nil
}

const unexplained = "compute the rating again; if that does not help, the model's evaluator is at fault: report it"

func explainedWhole(e *Explanation) error {
	switch {
	case e.Subject == 0 || e.Model == "" || e.Version == 0 || e.Digest == "":
		return Refuse("C8", "model", unexplained, "the rating of subject %s does not say by which model file it was made", e.Subject)
	case !e.Rated && len(e.WhyNot) == 0:
		return Refuse("C8", "reason", unexplained, "subject %s is not rated by %s, and no reason is given", e.Subject, e.Model)
	case e.Rated && e.Band == "":
		return Refuse("C8", "band", unexplained, "the rating of subject %s by %s has no band", e.Subject, e.Model)
	}
	return nil
}

func explainedExactly(e *Explanation) error {
	if !e.Rated {
		return nil
	}
	sum := e.Base
	for _, parts := range [][]Part{e.Characteristics, e.Adjustments} {
		for i := range parts {
			p := &parts[i]
			if p.Name == "" {
				return Refuse("C8", "name of each part", unexplained, "a part of the score of subject %s has no name", e.Subject)
			}
			next := sum + p.Points
			if (p.Points > 0 && next < sum) || (p.Points < 0 && next > sum) {
				return Refuse("C8", "exact decomposition", unexplained, "the parts of the score of subject %s exceed what can be added up", e.Subject)
			}
			sum = next
		}
	}
	if sum != e.Score {
		return Refuse("C8", "exact decomposition", unexplained, "base, points and adjustments of subject %s add up to %d, and the score is %d", e.Subject, sum, e.Score)
	}
	return nil
}
