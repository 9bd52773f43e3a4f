package charter

import (
	"slices"
	"strings"

	"probity/internal/catalogue"
	"probity/internal/subject"
)

// modelKinds holds that a model rates kinds of subjects: there is no kind for a group of persons, and persons stand
// alone, since what is asked of their models is asked of no other.
func modelKinds(m *ModelFacts) error {
	if m.Code == "" || len(m.Kinds) == 0 {
		return Refuse("C3", "kind of subject", "name the kinds it rates", "the model %q names no kind of subject", m.Code)
	}
	for _, k := range m.Kinds {
		if !subject.Kind(k).Known() {
			return Refuse("C3", "kind of subject", "rate enterprises, public bodies, office holders, or persons one by one",
				"%q is no kind of subject; groups of persons are not rated at all", k)
		}
	}
	if m.natural() && len(m.Kinds) > 1 {
		return Refuse("C3", "model of its own", "write a model for each of the kinds", "the model %s rates %s together", m.Code, strings.Join(m.Kinds, " and "))
	}
	return nil
}

func oneContext(m *ModelFacts) error {
	return Refuse("C3", "one context", "write one model for each context; ratings of persons are never combined over contexts",
		"the model %s rates human beings and has %d contexts", m.Code, len(m.Contexts))
}

// modelContexts holds that contexts come from the closed list, and that a model for human beings has exactly one.
func modelContexts(m *ModelFacts, cat *catalogue.Catalogue) error {
	for _, code := range m.Contexts {
		if cat.Context(code) == nil {
			return Refuse("C3", "context of the closed list", "see the contexts with: probity catalogue list contexts", "there is no context %q", code)
		}
	}
	switch {
	case len(m.Contexts) == 0:
		return Refuse("C3", "context", "name the context of what it judges", "the model %s names no context", m.Code)
	case m.natural() && len(m.Contexts) != 1:
		return oneContext(m)
	}
	return nil
}

// modelDatasets holds that a model reads datasets of its contexts, about its kinds, and nothing a score was made of.
func modelDatasets(m *ModelFacts, cat *catalogue.Catalogue) error {
	if len(m.Datasets) == 0 {
		return Refuse("C2", "datasets", "name the datasets it reads", "the model %s reads no dataset", m.Code)
	}
	for _, code := range m.Datasets {
		d := cat.Dataset(code)
		switch {
		case d == nil:
			return Refuse("C2", "dataset of the catalogue", "see the datasets with: probity catalogue list datasets", "the model %s reads %q, which is no dataset", m.Code, code)
		case !slices.Contains(m.Contexts, d.Context):
			return Refuse("C3", "dataset of the context", "leave the dataset out, or name its context where the subjects are organisations",
				"the model %s is of the context %s and reads %s, which is of %s", m.Code, strings.Join(m.Contexts, ", "), code, d.Context)
		case m.natural() && !d.Bears(subject.Kind(m.Kinds[0])):
			return Refuse("C3", "dataset about the kind", "leave the dataset out", "the model %s rates subjects of the kind %s and reads %s, which is not about them", m.Code, m.Kinds[0], code)
		case m.natural():
			if err := noScoreOfPersons(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// AdmitRevision holds that a dataset keeps its context for ever: after is a new version of before.
func AdmitRevision(before, after *catalogue.Contract) error {
	if before.Context != after.Context {
		return Refuse("C3", "same context", "register a new dataset under a code of its own",
			"the dataset %s is of the context %s and cannot move to %s", before.Code, before.Context, after.Context)
	}
	return nil
}
