package deployment

import (
	"context"
	"time"

	"probity/internal/access"
	"probity/internal/ownfile"
	"probity/internal/registrar/review"
	"probity/internal/store/candidates"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// ownCandidate is another file that may be of the same one, as the subject sees it.
type ownCandidate struct {
	With       subject.ID     `json:"with"`
	FoundAt    time.Time      `json:"found_at"`
	By         string         `json:"by"`
	Likelihood string         `json:"likelihood,omitempty"`
	Evidence   string         `json:"evidence,omitempty"`
	Verdict    string         `json:"verdict"`
	Steps      []ownJudgement `json:"steps,omitempty"`
}

type ownJudgement struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Verdict string    `json:"verdict"`
	Reason  string    `json:"reason"`
}

func (p ownParts) candidates(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	found, steps, err := candidates.In(p.d.Store).Own(ctx, scope)
	if err != nil {
		return ownfile.Part{}, err
	}
	id := scope.Subject().ID
	list := make([]ownCandidate, 0, len(found))
	for i := range found {
		c := &found[i]
		one := ownCandidate{With: c.Pair.One, FoundAt: c.FoundAt, By: c.By, Verdict: spokenVerdict(c.Verdict)}
		if one.With == id {
			one.With = c.Pair.Other
		}
		if c.Model != "" {
			one.Likelihood, one.Evidence = candidate.Percent(c.Probability), review.Words(c)
		}
		said, err := review.Opened(p.d.Vault, scope.Subject(), steps[i])
		if err != nil {
			return ownfile.Part{}, err
		}
		for _, s := range said {
			one.Steps = append(one.Steps, ownJudgement{s.At, s.By, spokenVerdict(s.Verdict), s.Reason})
		}
		list = append(list, one)
	}
	return described(p, "candidates", list, nil, "with")
}

// spokenVerdict is a verdict with a word for what nobody has said.
func spokenVerdict(v candidate.Verdict) string {
	if v == candidate.Waits {
		return "waits"
	}
	return string(v)
}
