package snapshot

import (
	"context"
	"reflect"
	"slices"

	"probity/internal/charter"
	"probity/internal/rating"
	"probity/internal/subject"
)

// Agreement is what a model version asks of the consent of whoever has to give one. A human being is held with the datasets of
// the versions that its own consent covers, and of no others (Charter C1).
type Agreement struct {
	Model    string   `json:"model"`
	Version  int      `json:"version"`
	Handler  string   `json:"handler,omitempty"`
	Purpose  string   `json:"purpose,omitempty"`
	Kinds    []string `json:"kinds"`
	Contexts []string `json:"contexts"`
	Datasets []string `json:"datasets"`
}

func agreementOf(m *charter.ModelFacts) Agreement {
	sorted := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
	return Agreement{
		Model: m.Code, Version: m.Version, Handler: m.Handler, Purpose: m.ConsentPurpose, Kinds: sorted(m.Kinds),
		Contexts: sorted(m.Contexts), Datasets: sorted(m.Datasets),
	}
}

// asks tells whether a model rates somebody who has to consent: persons, and the businesses of sole traders.
func asks(m *charter.ModelFacts) bool {
	return slices.ContainsFunc(m.Kinds, func(k string) bool { return charter.NeedsConsent(subject.Subject{Kind: subject.Kind(k), Sole: true}) })
}

// HoldsFor tells whether everybody is in the snapshot, with all that is needed, whose own consent covers the model: it was
// built for the version, or for one that asks for the very same consent. A model that asks nobody is always held for.
func (m *Manifest) HoldsFor(f *charter.ModelFacts) bool {
	if !asks(f) {
		return true
	}
	wanted := agreementOf(f)
	return slices.ContainsFunc(m.Agreements, func(a Agreement) bool {
		a.Version = wanted.Version
		return reflect.DeepEqual(a, wanted)
	})
}

// asking are the versions for whose rating human beings are held, with what each asks of them.
func (d *Desk) asking(ctx context.Context) (models []*rating.Model, agreements []Agreement, err error) {
	agreements = []Agreement{}
	if d.Versions == nil {
		return nil, agreements, nil
	}
	all, err := d.Versions(ctx)
	for _, m := range all {
		if asks(&m.Facts) {
			models, agreements = append(models, m), append(agreements, agreementOf(&m.Facts))
		}
	}
	return models, agreements, err
}
