// Package rules holds the commands on the rules by which everything goes: the catalogue of what may be recorded, and the
// models by which is rated.
package rules

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/deployment"
	"probity/internal/store/rulebooks"
)

// Catalogue are the commands on the closed list of what may be recorded.
type Catalogue struct {
	List   catalogueList   `cmd:"" help:"List what the catalogue holds: datasets, agencies, contexts, purposes, measures, ..."`
	Show   catalogueShow   `cmd:"" help:"Show one dataset: its fields, keys, legal basis and rules."`
	Check  catalogueCheck  `cmd:"" help:"Find every fault in catalogue files, with file and line."`
	Diff   catalogueDiff   `cmd:"" help:"Say what changed between two catalogues, and whether it breaks suppliers."`
	Import catalogueImport `cmd:"" help:"Add catalogue files to the database."`
	Export catalogueExport `cmd:"" help:"Write the catalogue out: YAML, DCAT 3 or ODCS 3.1."`
}

// catalogueCheck reads catalogue files on top of the catalogue in use.
type catalogueCheck struct {
	Paths []string `arg:"" optional:"" name:"path" help:"Catalogue files, or folders of them. The catalogue in use where none is named."`
	Alone bool     `help:"The files are a whole catalogue and not an addition to the one in use."`
}

// Help shows the examples.
func (catalogueCheck) Help() string {
	return `Every fault is printed with file, line, rule and cure; the exit code is 6 where there is any. The Charter is asked too: a dataset, a list or a ceiling that it would refuse is a fault. Files that say lists: or ceilings: are checked like those of the catalogue, against the agencies, laws, regions and measures of the catalogue that they would stand beside; where no path is named, so are the deployment's own.

Examples:

    probity catalogue check
    probity catalogue check my-datasets/
    probity catalogue check own-lists/ own-ceilings.yaml
    probity catalogue check --alone exported-catalogue/`
}

type catalogueFaultsAnswer struct {
	Faults catalogue.Faults `json:"faults"`
}

type catalogueCheckAnswer struct {
	Faults   catalogue.Faults `json:"faults"`
	Datasets int              `json:"datasets"`
	Agencies int              `json:"agencies"`
	// Lists and Ceilings are those beside the program's own.
	Lists    []string `json:"own_lists"`
	Ceilings int      `json:"own_ceilings"`
}

// Run prints all faults there are.
func (c catalogueCheck) Run(s *console.Session) error {
	cat, own, faults, err := c.load(s)
	if err != nil {
		return err
	}
	a := catalogueCheckAnswer{Faults: catalogue.Faults{}, Datasets: len(cat.Datasets), Agencies: len(cat.Agencies), Lists: []string{}}
	if len(faults) == 0 {
		set, bad := deployment.CheckOwn(s.Opened, own.files, own.typed, cat, s.Today())
		faults = append(charterFaults(cat, s.Today()), bad...)
		a.Lists, a.Ceilings = listCodes(set.Lists), len(set.Ceilings)
	}
	if len(faults) > 0 {
		return showFaults(s, faults)
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "no faults in %s of %s", console.Count(a.Datasets, "dataset"), console.Plural(a.Agencies, "agency", "agencies"))
		if len(a.Lists) > 0 || a.Ceilings > 0 {
			fmt.Fprintf(w, ", nor in %s and %s beside the program's", console.Count(len(a.Lists), "list"), console.Count(a.Ceilings, "ceiling"))
		}
		fmt.Fprintln(w)
	})
	return nil
}

// showFaults prints faults of catalogue files and gives the exit code for them.
func showFaults(s *console.Session, faults catalogue.Faults) error {
	s.Result(catalogueFaultsAnswer{faults}, func(w io.Writer) {
		for _, f := range faults {
			fmt.Fprintf(w, "%s\n  cure: %s\n", f, f.Cure)
		}
		fmt.Fprintln(w, console.Count(len(faults), "fault"))
	})
	return console.Exit(console.ExitFaults)
}

// ownFiles are files of lists and ceilings as a stored set has them, and the names that they have on the command line.
type ownFiles struct {
	files map[string][]byte
	typed map[string]string
}

// load reads the catalogue that is to be checked, and the files of lists and ceilings beside it.
func (c catalogueCheck) load(s *console.Session) (*catalogue.Catalogue, ownFiles, catalogue.Faults, error) {
	own := ownFiles{map[string][]byte{}, map[string]string{}}
	set, err := readYAML(c.Paths)
	if err != nil {
		return nil, own, nil, err
	}
	base := &catalogue.Catalogue{}
	if !c.Alone || len(c.Paths) == 0 {
		if base, err = s.CatalogueInUse(); err != nil {
			return nil, own, nil, err
		}
		if s.Opened != nil {
			if own.files, err = rulebooks.In(s.Opened.Store).Catalogue(s.Ctx); err != nil {
				return nil, own, nil, err
			}
		}
	}
	for name, text := range set.files {
		if stored := deployment.Take(own.files, set.short[name], text); deployment.BesideCatalogue(stored) {
			own.typed[stored] = name
			delete(set.files, name)
		}
	}
	switch {
	case len(c.Paths) == 0:
		return base, own, base.Check(), nil
	case c.Alone:
		cat, faults := catalogue.LoadFiles(set.files)
		return cat, own, faults, nil
	case len(set.files) == 0:
		return base, own, nil, nil
	}
	cat, faults := catalogue.ExtendFiles(base, set.files)
	return cat, own, faults, nil
}

// charterFaults are the contracts that the Charter would refuse.
func charterFaults(cat *catalogue.Catalogue, today calendar.Day) catalogue.Faults {
	var faults catalogue.Faults
	for _, d := range cat.Datasets {
		if err := charter.AdmitContract(d, cat, today); err != nil {
			m := console.Translate(err)
			rule := "charter." + strings.ToLower(m.Invariant)
			faults = append(faults, catalogue.Fault{At: d.At, Rule: rule, Text: d.Code + ": " + m.Text, Cure: m.Cure})
		}
	}
	return faults
}

// catalogueList lists one section.
type catalogueList struct {
	What    string `arg:"" optional:"" default:"datasets" enum:"datasets,agencies,contexts,purposes,measures,offices,regions,editions,categories,families,laws,rules" help:"datasets (the default), agencies, contexts, purposes, measures, offices, regions, editions, categories, families, laws or rules."`
	Agency  string `placeholder:"CODE" complete:"agency" help:"Only datasets of this supplier."`
	Context string `placeholder:"CODE" complete:"context" help:"Only datasets of this context."`
	Family  string `placeholder:"CODE" complete:"family" help:"Only datasets of this record family."`
	Kind    string `placeholder:"KIND" complete:"kind" help:"Only datasets about this kind of subject."`
}

// Help shows the examples.
func (catalogueList) Help() string {
	return `Examples:

    probity catalogue list
    probity catalogue list --context tax --kind enterprise
    probity catalogue list agencies
    probity catalogue list purposes --json`
}

// Run prints one line an entry. In JSON it is the entries as the catalogue holds them, under the section's name.
func (c catalogueList) Run(s *console.Session) error {
	cat, err := s.CatalogueInUse()
	if err != nil {
		return err
	}
	if c.What != "datasets" && c.Agency+c.Context+c.Family+c.Kind != "" {
		return console.Misuse("--agency, --context, --family and --kind choose among datasets, not among %s", c.What).With("leave them out")
	}
	entries, headings, rows := c.section(cat)
	s.Result(map[string]any{c.What: entries}, func(w io.Writer) { console.Columns(w, headings, rows) })
	return nil
}

// section gives the entries, and the table of them.
func (c catalogueList) section(cat *catalogue.Catalogue) (entries any, headings console.Row, rows []console.Row) {
	switch c.What {
	case "agencies":
		return cat.Agencies, console.Row{"code", "kind", "level", "region", "title"}, console.Listed(cat.Agencies, func(a *catalogue.Agency) console.Row {
			return console.Row{a.Code, a.Kind, a.Level, a.Region, a.Title.EN}
		})
	case "contexts":
		return cat.Contexts, console.Row{"code", "area", "title"}, console.Listed(cat.Contexts, func(x *catalogue.Context) console.Row {
			return console.Row{x.Code, x.Area, x.Title.EN}
		})
	case "purposes":
		return cat.Purposes, console.Row{"code", "kinds", "needs", "legal bases", "title"}, console.Listed(cat.Purposes, func(p *catalogue.Purpose) console.Row {
			return console.Row{p.Code, console.Words(p.Kinds), needs(p), bases(p), p.Title.EN}
		})
	case "measures":
		return cat.Measures, console.Row{"code", "class", "kinds", "title"}, console.Listed(cat.Measures, func(m *catalogue.Measure) console.Row {
			return console.Row{m.Code, m.Class, console.Words(m.Kinds), m.Title.EN}
		})
	case "offices":
		return cat.Offices, console.Row{"code", "class", "title"}, console.Listed(cat.Offices, func(o *catalogue.Office) console.Row {
			return console.Row{o.Code, o.Class, o.Title.EN}
		})
	case "regions":
		return cat.Regions, console.Row{"code", "iso", "from", "to", "title"}, console.Listed(cat.Regions, func(r *catalogue.Region) console.Row {
			return console.Row{r.Code, r.ISO, r.From, r.To, r.Title.EN + " " + r.Title.ZH}
		})
	case "editions":
		return cat.Editions, console.Row{"code", "from", "to", "categories", "source"}, console.Listed(cat.Editions, func(e *catalogue.Edition) console.Row {
			return console.Row{e.Code, e.From, e.To, len(e.Categories), e.Source.Title.EN}
		})
	case "categories":
		list := categories(cat)
		return list, console.Row{"edition", "code", "title"}, console.Listed(list, func(c *category) console.Row {
			return console.Row{c.Edition, c.Code, c.Title.EN}
		})
	case "laws":
		return cat.Laws, console.Row{"code", "from", "confidence", "title"}, console.Listed(cat.Laws, func(l *catalogue.Law) console.Row {
			return console.Row{l.Code, l.From, l.Confidence, l.Title.EN + " " + l.Title.ZH}
		})
	case "families":
		return cat.Families, console.Row{"code", "fields", "title"}, console.Listed(cat.Families, func(f *catalogue.Family) console.Row {
			return console.Row{f.Code, len(f.Template.Fields), f.Title.EN}
		})
	case "rules":
		return cat.Rules, console.Row{"code", "from", "to", "source"}, console.Listed(cat.Rules, func(r *catalogue.RuleSet) console.Row {
			return console.Row{r.Code, r.From, r.To, r.Source.Title.EN}
		})
	}
	chosen := slices.DeleteFunc(slices.Clone(cat.Datasets), func(d *catalogue.Contract) bool { return !c.chooses(d) })
	return chosen, console.Row{"code", "version", "supplier", "context", "kinds", "title"}, console.Listed(chosen, func(d **catalogue.Contract) console.Row {
		return console.Row{(*d).Code, (*d).Version, (*d).Supplier, (*d).Context, console.Words((*d).Kinds), (*d).Title.EN}
	})
}

// category is a category with the edition that has it.
type category struct {
	Edition string `json:"edition"`
	catalogue.Category
}

func categories(cat *catalogue.Catalogue) []category {
	var list []category
	for i := range cat.Editions {
		for _, c := range cat.Editions[i].Categories {
			list = append(list, category{cat.Editions[i].Code, c})
		}
	}
	return list
}

func (c catalogueList) chooses(d *catalogue.Contract) bool {
	fits := func(want, have string) bool { return want == "" || want == have }
	return fits(c.Agency, d.Supplier) && fits(c.Context, d.Context) && fits(c.Family, d.Family) &&
		(c.Kind == "" || slices.Contains(console.Words(d.Kinds), c.Kind))
}

func needs(p *catalogue.Purpose) string {
	var n []string
	if p.NeedsConsent {
		n = append(n, "consent")
	}
	if p.NeedsCase {
		n = append(n, "case")
	}
	return strings.Join(n, ", ")
}

// bases are the legal bases as --basis takes them.
func bases(p *catalogue.Purpose) string {
	codes := make(console.List, 0, len(p.Basis))
	for _, l := range p.Basis {
		codes = append(codes, strings.TrimSpace(l.Code+" "+l.Article))
	}
	return codes.String()
}

// catalogueShow prints one contract.
type catalogueShow struct {
	Dataset string `arg:"" complete:"dataset" help:"The dataset's code."`
}

// Help shows the examples.
func (catalogueShow) Help() string {
	return `Examples:

    probity catalogue show samr.penalty
    probity catalogue show samr.penalty --json`
}

// Run prints the contract.
func (c catalogueShow) Run(s *console.Session) error {
	cat, err := s.CatalogueInUse()
	if err != nil {
		return err
	}
	d, err := datasetOf(cat, c.Dataset)
	if err != nil {
		return err
	}
	s.Result(d, func(w io.Writer) { printContract(w, d) })
	return nil
}

// datasetOf finds a dataset, or says which there is that looks like it.
func datasetOf(cat *catalogue.Catalogue, code string) (*catalogue.Contract, error) {
	if d := cat.Dataset(code); d != nil {
		return d, nil
	}
	have := console.CodesOf(cat.Datasets, func(d **catalogue.Contract) string { return (*d).Code })
	return nil, console.Unknown("dataset", code, have, "probity catalogue list shows the datasets there are")
}

func printContract(w io.Writer, d *catalogue.Contract) {
	fmt.Fprintf(w, "%s version %d: %s\n", d.Code, d.Version, d.Title.EN)
	console.Columns(w, nil, []console.Row{
		{"supplier", d.Supplier}, {"category", d.Category}, {"context", d.Context}, {"about", console.Words(d.Kinds)},
		{"key", console.Words(d.Key)}, {"bound by", bindings(d)}, {"event day", d.Occurred}, {"delivered every", d.Frequency},
	})
	for _, l := range d.Basis {
		fmt.Fprintf(w, "basis: %s %s\n", l.Title.EN, l.Article)
	}
	fmt.Fprintln(w)
	rows := make([]console.Row, 0, len(d.Fields))
	for i := range d.Fields {
		f := &d.Fields[i]
		required := ""
		if f.Required {
			required = "required"
		}
		codes := make([]string, 0, len(f.Codes))
		for _, code := range f.Codes {
			codes = append(codes, code.Code)
		}
		rows = append(rows, console.Row{f.Name, f.Type, required, f.Sensitivity, f.Title.EN, console.Brief(codes)})
	}
	console.Columns(w, console.Row{"field", "type", "", "sensitivity", "title", "codes"}, rows)
}

func bindings(d *catalogue.Contract) string {
	var b []string
	for _, bind := range d.Binding {
		b = append(b, fmt.Sprintf("%s (%s)", bind.Field, bind.Scheme))
	}
	return strings.Join(b, ", ")
}
