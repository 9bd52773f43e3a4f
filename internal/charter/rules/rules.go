// Package rules is the part of the Charter that answers for the rules which a deployment keeps as data: which catalogue may
// come into force (C2, C3, C5), and which lists of its own and ceilings of its own beside those of the program (C4). Like
// package charter it is pure functions over what is about to happen, and makes permits that nothing else makes.
package rules

import (
	"errors"
	"io/fs"
	"maps"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/lists"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
	"probity/internal/measure/ceiling"
)

// Set is what a deployment's files of rules say.
type Set struct {
	Catalogue *catalogue.Catalogue
	// Lists and Ceilings are the deployment's own, beside those that come with the program.
	Lists    []criteria.List
	Ceilings []ceiling.Ceiling
}

// Terms are rules about to come into force.
type Terms struct {
	// Files are those that are to be kept, and After what they say.
	Files map[string][]byte
	After Set
	// Before are the rules in force, Former the catalogues that were replaced before those, the newest first.
	Before Set
	Former []*catalogue.Catalogue
	// Standard are the ceilings that come with the program, which none of the deployment's own exceeds.
	Standard *ceiling.Table
	Clock    *clock.Table
	Today    calendar.Day
}

// Permit permits the store to keep one set of files as the rules in force. Its zero value permits nothing.
type Permit struct {
	files     map[string][]byte
	contracts []*catalogue.Contract
	founding  bool
}

// Files are those that may be kept; nil in a zero Permit.
func (p Permit) Files() map[string][]byte { return p.files }

// Contracts are the contracts in them.
func (p Permit) Contracts() []*catalogue.Contract { return p.contracts }

// Founding tells that it is for a database that has no rules yet.
func (p Permit) Founding() bool { return p.founding }

// Founding permits a database that has no rules yet to begin with the catalogue of the program, which is lawful as it stands;
// a test of package charter holds that.
func Founding() (Permit, error) {
	files := map[string][]byte{}
	from := catalogue.Files()
	err := fs.WalkDir(from, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(from, name)
		return err
	})
	if err != nil {
		return Permit{}, err
	}
	return Permit{files: files, contracts: catalogue.BuiltIn().Datasets, founding: true}, nil
}

// Admit judges rules that are to come into force in place of others: each contract (C2) and each change of one (C3), the
// baselines of the benefits (C5), and the deployment's own lists and ceilings (C4). The first that is refused ends it; the
// refusal names the file.
func Admit(t Terms) (Permit, error) {
	for _, check := range []func(*Terms) error{contracts, baselines} {
		if err := check(&t); err != nil {
			return Permit{}, err
		}
	}
	if refused := Own(t); len(refused) > 0 {
		return Permit{}, refused[0]
	}
	return Permit{files: maps.Clone(t.Files), contracts: t.After.Catalogue.Datasets}, nil
}

func contracts(t *Terms) error {
	for _, d := range t.After.Catalogue.Datasets {
		if err := charter.AdmitContract(d, t.After.Catalogue, t.Today); err != nil {
			return err
		}
		if before := t.Before.Catalogue.Dataset(d.Code); before != nil && before.Version != d.Version {
			if err := charter.AdmitRevision(before, d); err != nil {
				return err
			}
		}
	}
	return nil
}

func baselines(t *Terms) error {
	before := append([]*catalogue.Catalogue{t.Before.Catalogue}, t.Former...)
	return charter.AdmitBaseline(before, t.After.Catalogue, t.Today)
}

// Own are all refusals that the deployment's own lists and ceilings earn (C4), each with its file and line; of the terms it
// asks neither for Files nor for Former.
func Own(t Terms) (refused []error) {
	add := func(place string, err error) {
		if err != nil {
			refused = append(refused, at(place, err))
		}
	}
	for i := range t.After.Lists {
		l := &t.After.Lists[i]
		add(l.At, lists.AdmitList(lists.ListTerms{List: l, Catalogue: t.After.Catalogue, Clock: t.Clock}))
	}
	add("", stay(&t, t.Before.Lists, t.After.Lists, "list", func(l *criteria.List) edition {
		bare := *l
		bare.To, bare.At = calendar.None, ""
		return edition{code: l.Code, place: l.At, from: l.From, to: l.To, text: bare}
	}))
	for i := range t.After.Ceilings {
		c := &t.After.Ceilings[i]
		add(c.At, admitCeiling(c, t.After.Catalogue, t.Standard))
	}
	add("", stay(&t, t.Before.Ceilings, t.After.Ceilings, "ceiling", func(c *ceiling.Ceiling) edition {
		bare := *c
		bare.To, bare.At = calendar.None, ""
		return edition{code: c.Measure, place: c.At, from: c.From, to: c.To, text: bare}
	}))
	return refused
}

// at says in which file the refusal was earned.
func at(place string, err error) error {
	var one *fault.Error
	if errors.As(err, &one) && place != "" {
		return one.At(place)
	}
	return err
}
