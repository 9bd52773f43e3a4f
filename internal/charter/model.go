package charter

import (
	"slices"

	"probity/internal/catalogue"
	"probity/internal/consent"
	"probity/internal/subject"
)

// ModelFacts is what the Charter needs to know of a rating model.
type ModelFacts struct {
	Code    string
	Version int
	// Kinds are the subject kinds it rates, Contexts the contexts it names, Datasets the codes of all it reads.
	Kinds, Contexts, Datasets []string
	// ConsentPurpose is the purpose that a person must have consented to; set for persons, and only for them.
	ConsentPurpose string
	// Handler is who rates with it: the agency code of an operator; "" is the platform itself.
	Handler string
}

func (m *ModelFacts) handler() string {
	if m.Handler == "" {
		return consent.Platform
	}
	return m.Handler
}

// ModelPermit permits the store to register one version of a model.
type ModelPermit struct{ facts *ModelFacts }

// Facts are those of the model that may be registered; nil in a zero permit.
func (p ModelPermit) Facts() *ModelFacts { return p.facts }

// AdmitModel holds C1, C2 and C3 when a model is registered: it rates kinds of subjects and never groups; for a person
// or office holder it has exactly one context, reads datasets of that context about that kind only, and a person's
// model names the purpose to consent to.
func AdmitModel(m ModelFacts, cat *catalogue.Catalogue) (ModelPermit, error) {
	for _, err := range []error{modelKinds(&m), modelContexts(&m, cat), modelDatasets(&m, cat), modelConsent(&m, cat)} {
		if err != nil {
			return ModelPermit{}, err
		}
	}
	m.Kinds, m.Contexts, m.Datasets = slices.Clone(m.Kinds), slices.Clone(m.Contexts), slices.Clone(m.Datasets)
	return ModelPermit{&m}, nil
}

func (m *ModelFacts) rates(k subject.Kind) bool { return slices.Contains(m.Kinds, string(k)) }

// natural tells whether the model rates human beings.
func (m *ModelFacts) natural() bool { return m.rates(subject.Person) || m.rates(subject.OfficeHolder) }

// modelFor holds that a model rates only the kinds it was registered for.
func modelFor(m *ModelFacts, k subject.Kind) error {
	if m.Code == "" || !m.rates(k) {
		return Refuse("C3", "model for this kind", "choose a model for the kind: probity model list", "the model %s does not rate subjects of the kind %s", m.Code, k)
	}
	if (k == subject.Person || k == subject.OfficeHolder) && len(m.Contexts) != 1 {
		return oneContext(m)
	}
	return nil
}

func modelConsent(m *ModelFacts, cat *catalogue.Catalogue) error {
	if !m.rates(subject.Person) {
		if m.ConsentPurpose != "" {
			return Refuse("C1", "persons to consent", "leave the consent out of the model file", "the model %s names a purpose of consent and rates no persons", m.Code)
		}
		return nil
	}
	p := cat.Purpose(m.ConsentPurpose)
	switch {
	case m.ConsentPurpose == "":
		return Refuse("C1", "purpose of consent", "name the purpose under consent: in the model file", "the model %s rates persons and names no purpose for them to consent to", m.Code)
	case p == nil || !p.NeedsConsent || !slices.Contains(p.Kinds, subject.Person):
		return Refuse("C1", "purpose of consent", "see the purposes with: probity catalogue list purposes", "%q is no purpose that a person can consent to", m.ConsentPurpose)
	}
	return nil
}
