package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
)

type catalogueCommands struct {
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
	return `Every fault is printed with file, line, rule and cure; the exit code is 6 where there is any. The Charter is asked too: a dataset that it would refuse is a fault.

Examples:

    probity catalogue check
    probity catalogue check my-datasets/
    probity catalogue check --alone exported-catalogue/`
}

type catalogueFaultsAnswer struct {
	Faults catalogue.Faults `json:"faults"`
}

type catalogueCheckAnswer struct {
	Faults   catalogue.Faults `json:"faults"`
	Datasets int              `json:"datasets"`
	Agencies int              `json:"agencies"`
}

// Run prints all faults there are.
func (c catalogueCheck) Run(s *session) error {
	cat, faults, err := c.load(s)
	if err != nil {
		return err
	}
	if len(faults) == 0 {
		faults = charterFaults(cat, s.today())
	}
	if len(faults) > 0 {
		return s.showFaults(faults)
	}
	a := catalogueCheckAnswer{Faults: catalogue.Faults{}, Datasets: len(cat.Datasets), Agencies: len(cat.Agencies)}
	s.out.result(a, func(w io.Writer) {
		fmt.Fprintf(w, "no faults in %s of %s\n", count(a.Datasets, "dataset"), plural(a.Agencies, "agency", "agencies"))
	})
	return nil
}

// showFaults prints faults of catalogue files and gives the exit code for them.
func (s *session) showFaults(faults catalogue.Faults) error {
	s.out.result(catalogueFaultsAnswer{faults}, func(w io.Writer) {
		for _, f := range faults {
			fmt.Fprintf(w, "%s\n  cure: %s\n", f, f.Cure)
		}
		fmt.Fprintln(w, count(len(faults), "fault"))
	})
	return exit(exitFaults)
}

func (c catalogueCheck) load(s *session) (*catalogue.Catalogue, catalogue.Faults, error) {
	if len(c.Paths) == 0 {
		cat, err := s.catalogueInUse()
		if err != nil {
			return nil, nil, err
		}
		return cat, cat.Check(), nil
	}
	set, err := readYAML(c.Paths)
	if err != nil {
		return nil, nil, err
	}
	if c.Alone {
		cat, faults := catalogue.Load(set.files)
		return cat, set.faults(faults), nil
	}
	base, err := s.catalogueInUse()
	if err != nil {
		return nil, nil, err
	}
	cat, faults := catalogue.Extend(base, set.files)
	return cat, set.faults(faults), nil
}

// charterFaults are the contracts that the Charter would refuse.
func charterFaults(cat *catalogue.Catalogue, today calendar.Day) catalogue.Faults {
	var faults catalogue.Faults
	for _, d := range cat.Datasets {
		if err := charter.AdmitContract(d, cat, today); err != nil {
			m := translate(err)
			rule := "charter." + strings.ToLower(m.Invariant)
			faults = append(faults, catalogue.Fault{At: d.At, Rule: rule, Text: d.Code + ": " + m.Text, Cure: m.Cure})
		}
	}
	return faults
}

// catalogueList lists one section.
type catalogueList struct {
	What    string `arg:"" optional:"" default:"datasets" enum:"datasets,agencies,contexts,purposes,measures,offices,regions,editions,families,rules" help:"datasets (the default), agencies, contexts, purposes, measures, offices, regions, editions, families or rules."`
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
func (c catalogueList) Run(s *session) error {
	cat, err := s.catalogueInUse()
	if err != nil {
		return err
	}
	if c.What != "datasets" && c.Agency+c.Context+c.Family+c.Kind != "" {
		return misuseOf("--agency, --context, --family and --kind choose among datasets, not among %s", c.What).With("leave them out")
	}
	entries, headings, rows := c.section(cat)
	s.out.result(map[string]any{c.What: entries}, func(w io.Writer) { columns(w, headings, rows) })
	return nil
}

// row is one line of a table.
type row = []any

func listed[T any](entries []T, cells func(*T) row) []row {
	rows := make([]row, 0, len(entries))
	for i := range entries {
		rows = append(rows, cells(&entries[i]))
	}
	return rows
}

// section gives the entries, and the table of them.
func (c catalogueList) section(cat *catalogue.Catalogue) (entries any, headings row, rows []row) {
	switch c.What {
	case "agencies":
		return cat.Agencies, row{"code", "kind", "level", "region", "title"}, listed(cat.Agencies, func(a *catalogue.Agency) row {
			return row{a.Code, a.Kind, a.Level, a.Region, a.Title.EN}
		})
	case "contexts":
		return cat.Contexts, row{"code", "area", "title"}, listed(cat.Contexts, func(x *catalogue.Context) row {
			return row{x.Code, x.Area, x.Title.EN}
		})
	case "purposes":
		return cat.Purposes, row{"code", "kinds", "needs", "legal bases", "title"}, listed(cat.Purposes, func(p *catalogue.Purpose) row {
			return row{p.Code, words(p.Kinds), needs(p), bases(p), p.Title.EN}
		})
	case "measures":
		return cat.Measures, row{"code", "class", "kinds", "title"}, listed(cat.Measures, func(m *catalogue.Measure) row {
			return row{m.Code, m.Class, words(m.Kinds), m.Title.EN}
		})
	case "offices":
		return cat.Offices, row{"code", "class", "title"}, listed(cat.Offices, func(o *catalogue.Office) row {
			return row{o.Code, o.Class, o.Title.EN}
		})
	case "regions":
		return cat.Regions, row{"code", "iso", "from", "to", "title"}, listed(cat.Regions, func(r *catalogue.Region) row {
			return row{r.Code, r.ISO, r.From, r.To, r.Title.EN + " " + r.Title.ZH}
		})
	case "editions":
		return cat.Editions, row{"code", "from", "to", "categories", "source"}, listed(cat.Editions, func(e *catalogue.Edition) row {
			return row{e.Code, e.From, e.To, len(e.Categories), e.Source.Title.EN}
		})
	case "families":
		return cat.Families, row{"code", "fields", "title"}, listed(cat.Families, func(f *catalogue.Family) row {
			return row{f.Code, len(f.Template.Fields), f.Title.EN}
		})
	case "rules":
		return cat.Rules, row{"code", "from", "to", "source"}, listed(cat.Rules, func(r *catalogue.RuleSet) row {
			return row{r.Code, r.From, r.To, r.Source.Title.EN}
		})
	}
	chosen := slices.DeleteFunc(slices.Clone(cat.Datasets), func(d *catalogue.Contract) bool { return !c.chooses(d) })
	return chosen, row{"code", "version", "supplier", "context", "kinds", "title"}, listed(chosen, func(d **catalogue.Contract) row {
		return row{(*d).Code, (*d).Version, (*d).Supplier, (*d).Context, words((*d).Kinds), (*d).Title.EN}
	})
}

func (c catalogueList) chooses(d *catalogue.Contract) bool {
	fits := func(want, have string) bool { return want == "" || want == have }
	return fits(c.Agency, d.Supplier) && fits(c.Context, d.Context) && fits(c.Family, d.Family) &&
		(c.Kind == "" || slices.Contains(words(d.Kinds), c.Kind))
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
	codes := make(list, 0, len(p.Basis))
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
func (c catalogueShow) Run(s *session) error {
	cat, err := s.catalogueInUse()
	if err != nil {
		return err
	}
	d, err := datasetOf(cat, c.Dataset)
	if err != nil {
		return err
	}
	s.out.result(d, func(w io.Writer) { printContract(w, d) })
	return nil
}

// datasetOf finds a dataset, or says which there is that looks like it.
func datasetOf(cat *catalogue.Catalogue, code string) (*catalogue.Contract, error) {
	if d := cat.Dataset(code); d != nil {
		return d, nil
	}
	have := codesOf(cat.Datasets, func(d **catalogue.Contract) string { return (*d).Code })
	return nil, unknown("dataset", code, have, "probity catalogue list shows the datasets there are")
}

// unknown is the answer to a code that is not on its list.
func unknown(what, code string, have []string, cure string) error {
	if guess := closest(code, have); guess != "" {
		cure = "did you mean " + guess + "? Otherwise: " + cure
	}
	return fault.New(fault.NotFound, "cli.unknown."+what, "there is no %s %q", what, code).With(cure)
}

func printContract(w io.Writer, d *catalogue.Contract) {
	fmt.Fprintf(w, "%s version %d: %s\n", d.Code, d.Version, d.Title.EN)
	columns(w, nil, []row{
		{"supplier", d.Supplier}, {"category", d.Category}, {"context", d.Context}, {"about", words(d.Kinds)},
		{"key", words(d.Key)}, {"bound by", bindings(d)}, {"event day", d.Occurred}, {"delivered every", d.Frequency},
	})
	for _, l := range d.Basis {
		fmt.Fprintf(w, "basis: %s %s\n", l.Title.EN, l.Article)
	}
	fmt.Fprintln(w)
	rows := make([]row, 0, len(d.Fields))
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
		rows = append(rows, row{f.Name, f.Type, required, f.Sensitivity, f.Title.EN, brief(codes)})
	}
	columns(w, row{"field", "type", "", "sensitivity", "title", "codes"}, rows)
}

func bindings(d *catalogue.Contract) string {
	var b []string
	for _, bind := range d.Binding {
		b = append(b, fmt.Sprintf("%s (%s)", bind.Field, bind.Scheme))
	}
	return strings.Join(b, ", ")
}

// brief writes a list, or the beginning of a long one.
func brief(list []string) string {
	const shown = 6
	if len(list) > shown {
		return strings.Join(list[:shown], " ") + fmt.Sprintf(" and %d more", len(list)-shown)
	}
	return strings.Join(list, " ")
}
