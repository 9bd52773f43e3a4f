package rules

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"probity/internal/store/rulebooks"

	"probity/internal/catalogue"
	"probity/internal/cli/console"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
)

// catalogueDiff compares two catalogues.
type catalogueDiff struct {
	From string `arg:"" help:"The older one: a folder or file, built-in, or in-use."`
	To   string `arg:"" help:"The newer one."`
}

// Help shows the examples.
func (catalogueDiff) Help() string {
	return `A folder or file is a whole catalogue, or an addition to the one in use. A change breaks suppliers where a file that was right before is not right any more; the exit code is then 6.

Examples:

    probity catalogue diff in-use my-datasets/
    probity catalogue diff built-in in-use
    probity catalogue diff old/ new/ --json`
}

type catalogueDiffAnswer struct {
	Changes  []catalogue.Change `json:"changes"`
	Breaking bool               `json:"breaking"`
}

// changes are the differences between two catalogues, never nil.
func changes(from, to *catalogue.Catalogue) []catalogue.Change {
	return append([]catalogue.Change{}, catalogue.Diff(from, to)...)
}

// Run prints the changes.
func (c catalogueDiff) Run(s *console.Session) error {
	from, err := catalogueNamed(s, c.From)
	if err != nil {
		return err
	}
	to, err := catalogueNamed(s, c.To)
	if err != nil {
		return err
	}
	a := catalogueDiffAnswer{Changes: changes(from, to)}
	a.Breaking = catalogue.Breaks(a.Changes)
	s.Result(a, func(w io.Writer) { printChanges(w, a.Changes) })
	if a.Breaking {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

func printChanges(w io.Writer, all []catalogue.Change) {
	breaking := 0
	for _, c := range all {
		mark := "  "
		if c.Breaking {
			mark = "! "
			breaking++
		}
		fmt.Fprintf(w, "%s%s\n", mark, c)
	}
	fmt.Fprintf(w, "%s, %d of them breaking\n", console.Count(len(all), "change"), breaking)
}

// catalogueNamed is the catalogue that a word on the command line names.
func catalogueNamed(s *console.Session, name string) (*catalogue.Catalogue, error) {
	switch name {
	case "built-in":
		return catalogue.BuiltIn(), nil
	case "in-use":
		return s.CatalogueInUse()
	}
	set, err := readYAML([]string{name})
	if err != nil {
		return nil, err
	}
	whole, faults := catalogue.LoadFiles(set.files)
	if len(faults) == 0 {
		return whole, nil
	}
	base, err := s.CatalogueInUse()
	if err != nil {
		return nil, err
	}
	added, more := catalogue.ExtendFiles(base, set.files)
	if len(more) == 0 {
		return added, nil
	}
	if len(more) < len(faults) {
		faults = more
	}
	return nil, showFaults(s, faults)
}

// catalogueExport writes the catalogue out.
type catalogueExport struct {
	Format  string `default:"yaml" enum:"yaml,dcat,odcs" help:"yaml (the platform's own), dcat (DCAT 3 as JSON-LD) or odcs (ODCS 3.1, one dataset)."`
	Dataset string `placeholder:"CODE" complete:"dataset" help:"Only this dataset."`
	Base    string `default:"https://probity.invalid/" placeholder:"URL" help:"The address under which the catalogue is published, for dcat."`
}

// Help shows the examples.
func (catalogueExport) Help() string {
	return `The document goes to standard output as it is, also with --json.

Examples:

    probity catalogue export > catalogue.yaml
    probity catalogue export --format dcat --base https://credit.example/ > catalogue.jsonld
    probity catalogue export --format odcs --dataset samr.penalty > samr.penalty.odcs.yaml`
}

// Run writes the document.
func (c catalogueExport) Run(s *console.Session) error {
	cat, err := s.CatalogueInUse()
	if err != nil {
		return err
	}
	if c.Dataset == "" {
		switch c.Format {
		case "dcat":
			return s.Raw(func(w io.Writer) error { return cat.ExportDCAT(w, c.Base) })
		case "odcs":
			return console.Misuse("an ODCS contract is of one dataset").With("name it with --dataset")
		}
		return s.Raw(cat.WriteYAML)
	}
	d, err := datasetOf(cat, c.Dataset)
	if err != nil {
		return err
	}
	switch c.Format {
	case "dcat":
		return console.Misuse("a DCAT catalogue is written whole").With("leave --dataset out")
	case "odcs":
		return s.Raw(func(w io.Writer) error { return d.ExportODCS(w, cat) })
	}
	return s.Raw(d.WriteYAML)
}

// catalogueImport adds files to the database's catalogue.
type catalogueImport struct {
	Paths    []string `arg:"" name:"path" help:"Catalogue files, or folders of them; built-in is the catalogue that came with the program."`
	Breaking bool     `help:"Take in changes that break suppliers, who have been told."`
	Regions  bool     `help:"The files are editions of GB/T 2260 as published: tables of code and name, or JSON; gzipped or not. Name all of them at once."`
	On       string   `placeholder:"DAY" help:"With --regions, the day for which those files hold that do not name their edition."`
}

// Help shows the examples.
func (catalogueImport) Help() string {
	return `The files are read on top of the catalogue in use; a file that was imported before under the same name is replaced. A dataset is changed by giving it a higher version. Nothing is taken in where there is any fault, or where the Charter would refuse a dataset. After an update of the program, built-in brings the database the catalogue that came with it; what was imported stays.

A file that says lists: brings lists of the deployment's own, in the form of probity list criteria --json; one that says ceilings: brings ceilings of its own, in the form of probity order ceilings --json, and these only ever bind closer than those of the program. Both are judged by the Charter (C4). What has come into force stays as it was: end it under to:, and write the new edition below it.

Examples:

    probity catalogue check my-datasets/
    probity catalogue import my-datasets/
    probity catalogue import my-datasets/penalty.yaml --breaking
    probity catalogue import own-lists/ own-ceilings.yaml
    probity catalogue import built-in
    probity catalogue import --regions --on 2023-06-30 2002.tsv.gz 2018.tsv.gz provinces.csv cities.csv areas.csv`
}

type catalogueImportAnswer struct {
	Datasets int                `json:"datasets"`
	Changes  []catalogue.Change `json:"changes"`
	// Lists and Ceilings are the deployment's own, beside those that come with the program.
	Lists    []string `json:"own_lists"`
	Ceilings int      `json:"own_ceilings"`
}

// listCodes are the codes of the lists, each once.
func listCodes(all []criteria.List) []string {
	codes := make([]string, 0, len(all))
	for i := range all {
		codes = append(codes, all[i].Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Run takes the files in.
func (c catalogueImport) Run(s *console.Session) error {
	if c.Regions {
		return c.regions(s)
	}
	if c.On != "" {
		return console.Misuse("--on names the day of an edition of GB/T 2260").With("leave it out, or say --regions")
	}
	r, err := s.Room()
	if err != nil {
		return err
	}
	files, typed, err := c.files(s, r)
	if err != nil {
		return err
	}
	set, faults, err := deployment.ReadRules(files, typed)
	if err != nil {
		return err
	}
	cat := set.Catalogue
	if len(faults) == 0 {
		faults = charterFaults(cat, s.Today())
	}
	if len(faults) > 0 {
		s.Note("nothing was imported")
		for i := range faults {
			if name, ok := typed[faults[i].At.File]; ok {
				faults[i].At.File = name
			}
		}
		return showFaults(s, faults)
	}
	a := catalogueImportAnswer{Datasets: len(cat.Datasets), Changes: changes(r.Catalogue, cat), Lists: listCodes(set.Lists), Ceilings: len(set.Ceilings)}
	permit, err := r.AdmitRules(s.Ctx, files, set, s.Today())
	if err != nil {
		return err
	}
	if err := c.accept(a.Changes); err != nil {
		return err
	}
	if err := rulebooks.In(r.Store).SaveCatalogue(s.Ctx, permit, s.Process.Now()); err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) {
		printChanges(w, a.Changes)
		fmt.Fprintf(w, "the catalogue now has %s\n", console.Count(a.Datasets, "dataset"))
		if len(a.Lists) > 0 || a.Ceilings > 0 {
			fmt.Fprintf(w, "of its own the deployment has the lists %s and %s\n", console.List(a.Lists), console.Count(a.Ceilings, "ceiling"))
		}
	})
	return nil
}

// files are those of the stored catalogue with the named ones in their places; typed are the names that these
// have on the command line.
func (c catalogueImport) files(s *console.Session, r *deployment.Deployment) (files map[string][]byte, typed map[string]string, err error) {
	files, err = rulebooks.In(r.Store).Catalogue(s.Ctx)
	if err != nil {
		return nil, nil, err
	}
	paths := slices.DeleteFunc(slices.Clone(c.Paths), func(p string) bool { return p == "built-in" })
	if len(paths) < len(c.Paths) {
		fresh, err := deployment.BuiltInFiles()
		if err != nil {
			return nil, nil, err
		}
		maps.DeleteFunc(files, func(name string, _ []byte) bool { return !deployment.Imported(name) })
		maps.Copy(files, fresh)
	}
	set, err := readYAML(paths)
	if err != nil {
		return nil, nil, err
	}
	typed = map[string]string{}
	for name, text := range set.files {
		typed[deployment.Take(files, set.short[name], text)] = name
	}
	return files, typed, nil
}

// accept asks the user about changes that break suppliers.
func (c catalogueImport) accept(all []catalogue.Change) error {
	if first := slices.IndexFunc(all, func(c catalogue.Change) bool { return c.Breaking }); first >= 0 && !c.Breaking {
		return fault.New(fault.Conflict, "cli.catalogue.breaking", "the files break suppliers: %s", all[first]).
			With("see all changes with probity catalogue diff in-use PATH; tell the suppliers, then import with --breaking")
	}
	return nil
}
