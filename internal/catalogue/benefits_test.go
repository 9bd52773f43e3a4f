package catalogue_test

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"probity/internal/catalogue"
	"probity/rulebook"
)

// TestBenefitsRestOnModelsThatExist: a benefit of the built-in list names a model of the rulebook, bands of its newest
// version, and kinds of subject that it rates; for persons it stays in the model's context.
func TestBenefitsRestOnModelsThatExist(t *testing.T) {
	t.Parallel()
	type model struct {
		Model    string
		Version  int
		Kinds    []string
		Contexts []string
		Bands    []struct{ Name string }
	}
	newest := map[string]model{}
	for _, f := range rulebook.All() {
		var m model
		if err := yaml.Unmarshal(f.Model, &m); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if newest[m.Model].Version < m.Version {
			newest[m.Model] = m
		}
	}
	for _, b := range catalogue.BuiltIn().Measures {
		if b.Benefit == nil {
			continue
		}
		m, ok := newest[b.Benefit.Model]
		if !ok {
			t.Errorf("%s: %s rests on a model %q that does not exist", b.At, b.Code, b.Benefit.Model)
			continue
		}
		for _, name := range b.Benefit.Bands {
			if !slices.ContainsFunc(m.Bands, func(x struct{ Name string }) bool { return x.Name == name }) {
				t.Errorf("%s: %s wants the band %q, which %s does not have", b.At, b.Code, name, m.Model)
			}
		}
		for _, k := range b.Kinds {
			if !slices.Contains(m.Kinds, string(k)) {
				t.Errorf("%s: %s is for the kind %s, which %s does not rate", b.At, b.Code, k, m.Model)
			}
			if k == "person" && !slices.Equal(m.Contexts, []string{b.Context}) {
				t.Errorf("%s: %s is of the context %s, %s of %v", b.At, b.Code, b.Context, m.Model, m.Contexts)
			}
		}
	}
}
