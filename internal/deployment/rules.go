package deployment

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"probity/internal/store/rulebooks"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter/rules"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/listing"
	"probity/internal/listing/criteria"
	"probity/internal/measure/ceiling"
	"probity/internal/store"
)

// The folders in which a stored set of rules keeps the files that were imported: on top of the catalogue, lists of the
// deployment's own, and ceilings of its own. Everything else came with the program.
const (
	LocalFolder    = "local/"
	listsFolder    = "lists/"
	ceilingsFolder = "ceilings/"
)

// Imported tells whether a file of a stored set was imported, by its name there.
func Imported(name string) bool {
	return BesideCatalogue(name) || strings.HasPrefix(name, LocalFolder)
}

// BesideCatalogue tells whether a file of a stored set is one of lists or of ceilings, by its name there.
func BesideCatalogue(name string) bool {
	return strings.HasPrefix(name, listsFolder) || strings.HasPrefix(name, ceilingsFolder)
}

// Take puts an imported file into a stored set, in the place of what was imported under the same name before, and gives the
// name under which it stands there. A file that says lists: is one of lists, one that says ceilings: of ceilings, and any
// other of the catalogue.
func Take(files map[string][]byte, name string, text []byte) string {
	for _, folder := range []string{LocalFolder, listsFolder, ceilingsFolder} {
		delete(files, folder+name)
	}
	kept := folderOf(text) + name
	files[kept] = text
	return kept
}

// folderOf is the folder in which a file of this text is kept.
func folderOf(text []byte) string {
	var says map[string]yaml.Node
	if yaml.Unmarshal(text, &says) == nil && len(says) == 1 { // what cannot be read is told of by the loader of the catalogue
		for key := range says {
			switch key {
			case "lists":
				return listsFolder
			case "ceilings":
				return ceilingsFolder
			}
		}
	}
	return LocalFolder
}

// BuiltInFiles are the files of the built-in catalogue by name.
func BuiltInFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	from := catalogue.Files()
	err := fs.WalkDir(from, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(from, name)
		return err
	})
	return files, err
}

// Layers loads the catalogue of a stored set: the files of the program first, the imported ones on top, so that a dataset
// may have a higher version there.
func Layers(files map[string][]byte) (*catalogue.Catalogue, catalogue.Faults) {
	base, local := map[string][]byte{}, map[string][]byte{}
	for name, text := range files {
		switch {
		case BesideCatalogue(name):
		case strings.HasPrefix(name, LocalFolder):
			local[name] = text
		default:
			base[name] = text
		}
	}
	cat, faults := catalogue.LoadFiles(base)
	if len(local) == 0 || len(faults) > 0 {
		return cat, faults
	}
	return catalogue.ExtendFiles(cat, local)
}

// ReadRules reads a stored set: its catalogue, and the deployment's own lists and ceilings, each whole and none twice in
// force. Faults are of the catalogue; an error is the first of a list or a ceiling, and names the file by what typed calls
// it, or by the name it is stored under.
func ReadRules(files map[string][]byte, typed map[string]string) (rules.Set, catalogue.Faults, error) {
	cat, faults := Layers(files)
	set := rules.Set{Catalogue: cat}
	if len(faults) > 0 {
		return set, faults, nil
	}
	var bad []*fault.Error
	if set.Lists, set.Ceilings, bad = readOwn(files, typed, cat); len(bad) > 0 {
		return set, nil, bad[0]
	}
	return set, nil, onceInForce(set)
}

// readOwn reads the files of a stored set that are the deployment's own, and gives every fault of them.
func readOwn(files map[string][]byte, typed map[string]string, cat *catalogue.Catalogue) (lists []criteria.List, ceilings []ceiling.Ceiling, bad []*fault.Error) {
	for _, stored := range slices.Sorted(maps.Keys(files)) {
		name := cmp.Or(typed[stored], stored)
		switch {
		case strings.HasPrefix(stored, listsFolder):
			all, faults := criteria.Check(name, files[stored], cat)
			lists, bad = append(lists, all...), append(bad, faults...)
		case strings.HasPrefix(stored, ceilingsFolder):
			all, faults := ceiling.Check(name, files[stored])
			ceilings, bad = append(ceilings, all...), append(bad, faults...)
		}
	}
	return lists, ceilings, bad
}

// onceInForce holds that no list and no ceiling is in force twice on a day.
func onceInForce(set rules.Set) error {
	if _, err := ceiling.NewTable(set.Ceilings); err != nil {
		return err
	}
	if len(set.Lists) == 0 {
		return nil
	}
	_, err := everyList(set)
	return err
}

// CheckOwn finds everything that is wrong with the lists and ceilings in a stored set of files, and all that the Charter would
// refuse of them, by file and line; cat is the catalogue that they refer to. Where d is not nil it is the deployment whose
// rules they would replace, and what is in force there has to stay as it was. It gives the lists and ceilings as well.
func CheckOwn(d *Deployment, files map[string][]byte, typed map[string]string, cat *catalogue.Catalogue, today calendar.Day) (rules.Set, catalogue.Faults) {
	set := rules.Set{Catalogue: cat}
	var bad []*fault.Error
	set.Lists, set.Ceilings, bad = readOwn(files, typed, cat)
	var found []error
	for _, f := range bad {
		found = append(found, f)
	}
	if len(found) == 0 { // what is not whole is not for the Charter to judge
		if err := onceInForce(set); err != nil {
			found = append(found, err)
		}
		t := rules.Terms{After: set, Standard: ceiling.BuiltIn(), Clock: clock.BuiltIn(), Today: today}
		if d != nil {
			t.Before = d.own
		}
		found = append(found, rules.Own(t)...)
	}
	var faults catalogue.Faults
	for _, err := range found {
		faults = append(faults, faultOf(err))
	}
	slices.SortStableFunc(faults, func(a, b catalogue.Fault) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line))
	})
	return set, faults
}

// faultOf is an error of a file of rules as the catalogue's own faults are: with file, line, rule and cure.
func faultOf(err error) catalogue.Fault {
	var f *fault.Error
	if !errors.As(err, &f) {
		return catalogue.Fault{Rule: "file", Text: err.Error()}
	}
	found := catalogue.Fault{At: catalogue.Place{File: f.Where}, Rule: f.Key, Text: f.Text, Cure: f.Cure}
	if f.Invariant != "" {
		found.Rule = "charter." + strings.ToLower(f.Invariant)
	}
	place, of, _ := strings.Cut(f.Where, ": ")
	if i := strings.LastIndexByte(place, ':'); i >= 0 {
		if line, err := strconv.Atoi(place[i+1:]); err == nil {
			found.At = catalogue.Place{File: place[:i], Line: line}
			if of != "" {
				found.Text = of + ": " + found.Text
			}
		}
	}
	return found
}

// everyList are the lists that come with the program and the deployment's own; no code is in force twice on a day.
func everyList(set rules.Set) (*criteria.Set, error) {
	builtIn, err := listing.BuiltIn(set.Catalogue, clock.BuiltIn())
	if err != nil || len(set.Lists) == 0 {
		return builtIn, err
	}
	var all []criteria.List
	for _, l := range builtIn.All() {
		all = append(all, *l)
	}
	return criteria.NewSet(append(all, set.Lists...))
}

// AdmitRules has the Charter judge a set of rules that is to come into force in place of the one that is: its contracts (C2,
// C3), its own lists and ceilings (C4), and its benefits (C5), these against all catalogues there have been.
func (d *Deployment) AdmitRules(ctx context.Context, files map[string][]byte, after rules.Set, today calendar.Day) (rules.Permit, error) {
	t := rules.Terms{Files: files, After: after, Before: d.own, Standard: ceiling.BuiltIn(), Clock: clock.BuiltIn(), Today: today}
	t.Before.Catalogue = d.Catalogue
	begins := func(m catalogue.Measure) bool {
		was := d.Catalogue.Measure(m.Code)
		return m.Benefit != nil && (was == nil || was.To != calendar.None && was.To <= today)
	}
	if slices.ContainsFunc(after.Catalogue.Measures, begins) { // or all there have been need not be read
		var err error
		if t.Former, err = d.formerCatalogues(ctx); err != nil {
			return rules.Permit{}, err
		}
	}
	return rules.Admit(t)
}

// formerCatalogues are those that were replaced, the newest first.
func (d *Deployment) formerCatalogues(ctx context.Context) ([]*catalogue.Catalogue, error) {
	sets, err := rulebooks.In(d.Store).FormerCatalogues(ctx)
	if err != nil {
		return nil, err
	}
	former := make([]*catalogue.Catalogue, 0, len(sets))
	for _, files := range sets {
		cat, faults := Layers(files)
		if err := faults.Err(); err != nil {
			return nil, fault.New(fault.Unavailable, "deployment.catalogue", "a catalogue that was in force before cannot be read: %v", err).
				With("import it with the version of the program that kept it: the baselines of its benefits go on holding")
		}
		former = append(former, cat)
	}
	return former, nil
}

// Ceilings say how far each law carries a measure: those of the program, and the deployment's own.
func (d *Deployment) Ceilings() *ceiling.Table { return d.ceilings }

// storedRules loads the database's rules and gives each contract its number.
func storedRules(ctx context.Context, db *store.Store, numbers map[int]store.ContractRow) (rules.Set, error) {
	kept, err := rulebooks.In(db).Catalogue(ctx)
	if err != nil {
		return rules.Set{}, err
	}
	set, faults, err := ReadRules(kept, nil)
	if err == nil {
		err = faults.Err()
	}
	if err != nil {
		return set, fault.New(fault.Unavailable, "deployment.catalogue", "the catalogue in the database cannot be used: %v", err).
			With("use the version of the program that kept it: this one asks more of a catalogue")
	}
	for n, row := range numbers {
		if c := set.Catalogue.Dataset(row.Dataset); c != nil && c.Version == row.Version {
			c.Number = n
		}
	}
	return set, nil
}
