package console

import (
	"slices"

	"probity/identifier"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/store/rulebooks"
	"probity/internal/subject"
	"probity/linkage/similar"
)

// Codes lists the codes of a sort: those of the database in use, or of the built-in catalogue where there is none.
func (s *Session) Codes(of string) []string {
	switch of {
	case "":
		return nil
	case "identifier-kind":
		return Words(identifier.Kinds())
	case "kind":
		return Words(subject.Kinds)
	}
	cat, err := s.CatalogueInUse()
	if err != nil {
		return nil
	}
	switch of {
	case "model":
		return s.modelCodes()
	case "credential":
		if s.Opened == nil {
			return nil
		}
		names, err := s.Opened.Wallet.Names()
		if err != nil {
			return nil
		}
		return names
	case "dataset":
		return CodesOf(cat.Datasets, func(d **catalogue.Contract) string { return (*d).Code })
	case "agency":
		return CodesOf(cat.Agencies, func(a *catalogue.Agency) string { return a.Code })
	case "context":
		return CodesOf(cat.Contexts, func(c *catalogue.Context) string { return c.Code })
	case "family":
		return CodesOf(cat.Families, func(f *catalogue.Family) string { return f.Code })
	case "purpose":
		return CodesOf(cat.Purposes, func(p *catalogue.Purpose) string { return p.Code })
	case "measure":
		return CodesOf(cat.Measures, func(m *catalogue.Measure) string { return m.Code })
	}
	return nil
}

// modelCodes lists the codes of the registered models; none where there is no database yet.
func (s *Session) modelCodes() []string {
	if s.Opened == nil {
		return nil
	}
	models, err := rulebooks.In(s.Opened.Store).All(s.Ctx)
	if err != nil {
		return nil
	}
	return slices.Compact(CodesOf(models, func(m *rulebooks.Model) string { return m.Code }))
}

// CodesOf lists the codes of the entries of a section.
func CodesOf[T any](entries []T, code func(*T) string) []string {
	list := make([]string, 0, len(entries))
	for i := range entries {
		list = append(list, code(&entries[i]))
	}
	return list
}

// Unknown is the answer to a code that is not on its list.
func Unknown(what, code string, have []string, cure string) error {
	if guess := similar.Closest(code, have); guess != "" {
		cure = "did you mean " + guess + "? Otherwise: " + cure
	}
	return fault.New(fault.NotFound, "cli.unknown."+what, "there is no %s %q", what, code).With(cure)
}
