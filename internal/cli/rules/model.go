package rules

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"probity/internal/access/role"
	"probity/internal/api/form"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/cli/developing"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/store/rulebooks"
	"probity/scorecard"
	"probity/scorecard/tabular"
	"probity/scorecard/worked"
)

// Models are the commands on rating models and their life.
type Models struct {
	List     modelList          `cmd:"" help:"List the registered models and where each stands."`
	Show     modelShow          `cmd:"" help:"Print a registered model's file as it is."`
	Check    modelCheck         `cmd:"" help:"Find every fault in model files, with file and line."`
	Cases    modelCases         `cmd:"" help:"Rate the worked cases of a model and compare."`
	Develop  developing.Develop `cmd:"" help:"Make a scorecard of labelled rows, as a model over a plain table."`
	Score    developing.Score   `cmd:"" help:"Rate the rows of a plain table by a model over such a table."`
	Export   developing.Export  `cmd:"" help:"Write a model over a plain table as SQL or PMML."`
	Import   developing.Import  `cmd:"" help:"Make a model over a plain table of a PMML Scorecard."`
	Add      modelAdd           `cmd:"" help:"Register a version of a model, as a draft."`
	Impact   modelImpact        `cmd:"" help:"Say what a version would do to everybody, and to whom."`
	Reports  modelReports       `cmd:"" help:"List the impact reports that were made of a model."`
	Shadow   modelShadow        `cmd:"" help:"Try a version beside the one in force, without any effect, and count what differs."`
	Approve  modelApprove       `cmd:"" help:"Approve a draft; not by its author, and on its impact report."`
	Activate modelActivate      `cmd:"" help:"Put an approved version in force; the one before it retires."`
	Retire   modelRetire        `cmd:"" help:"Take a version out of force for good."`
}

func modelAnswers(s *console.Session) ([]form.Model, error) {
	r, err := s.Room()
	if err != nil {
		return nil, err
	}
	models, err := rulebooks.In(r.Store).All(s.Ctx)
	if err != nil {
		return nil, err
	}
	answers := make([]form.Model, 0, len(models))
	for i := range models {
		answers = append(answers, form.ModelOf(&models[i]))
	}
	return answers, nil
}

// modelList lists models.
type modelList struct{}

// Help shows the examples.
func (modelList) Help() string {
	return `Examples:

    probity model list
    probity model list --json`
}

// Run prints a line a version.
func (modelList) Run(s *console.Session) error {
	answers, err := modelAnswers(s)
	if err != nil {
		return err
	}
	rows := make([]console.Row, 0, len(answers))
	for _, a := range answers {
		rows = append(rows, console.Row{a.Model, a.Version, a.State, a.Author, a.Approver, a.Digest[:min(12, len(a.Digest))]})
	}
	s.Result(map[string]any{"models": answers}, func(w io.Writer) {
		if len(rows) == 0 {
			fmt.Fprintln(w, "there is none yet; probity model add registers one")
			return
		}
		console.Columns(w, console.Row{"model", "version", "state", "author", "approved by", "digest"}, rows)
	})
	return nil
}

// version names one registered version of a model.
type version struct {
	Model   string `arg:"" complete:"model" help:"The model's code."`
	Version int    `placeholder:"N" help:"The version; the newest where it is not given."`
}

// find gives the registered version that is meant.
func (v version) find(s *console.Session) (rulebooks.Model, error) {
	r, err := s.Room()
	if err != nil {
		return rulebooks.Model{}, err
	}
	models, err := rulebooks.In(r.Store).All(s.Ctx)
	if err != nil {
		return rulebooks.Model{}, err
	}
	var found rulebooks.Model
	for _, m := range models { // by code and version
		if m.Code == v.Model && (v.Version == 0 || v.Version == m.Version) {
			found = m
		}
	}
	if found.Code == "" {
		name := v.Model
		if v.Version != 0 {
			name += " version " + strconv.Itoa(v.Version)
		}
		return found, console.Unknown("model", name, s.Codes("model"), "probity model list shows those there are")
	}
	return found, nil
}

// modelShow prints a model's file.
type modelShow struct{ version }

// Help shows the examples.
func (modelShow) Help() string {
	return `Examples:

    probity model show enterprise-credit
    probity model show tax-fee-credit --version 1 > tax.yaml`
}

// Run prints the file as it was registered.
func (c modelShow) Run(s *console.Session) error {
	m, err := c.find(s)
	if err != nil {
		return err
	}
	a := form.ModelFile{Model: form.ModelOf(&m), File: string(m.Body)}
	s.Result(a, func(w io.Writer) { fmt.Fprint(w, a.File) })
	return nil
}

// modelCheck checks model files against the catalogue in use.
type modelCheck struct {
	Files []string `arg:"" name:"file" help:"The model files."`
}

// Help shows the examples.
func (modelCheck) Help() string {
	return `Every fault is printed with file, line, rule and cure; the exit code is 6 where there is any. The Charter is asked too. Nothing is registered.

Examples:

    probity model check my-model.yaml
    probity model check *.yaml --json`
}

// modelFault is one fault of a model or case file.
type modelFault struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Rule   string `json:"rule"`
	Text   string `json:"text"`
	Cure   string `json:"cure,omitempty"`
}

func (f *modelFault) print(w io.Writer) {
	fmt.Fprint(w, f.File)
	if f.Line > 0 {
		fmt.Fprintf(w, ":%d:%d", f.Line, f.Column)
	}
	fmt.Fprintf(w, ": %s [%s]\n", f.Text, f.Rule)
	if f.Cure != "" {
		fmt.Fprintf(w, "  cure: %s\n", f.Cure)
	}
}

// faultsOf are the faults behind an error of reading, compiling or admitting a model; ok is false for other errors.
func faultsOf(file string, err error) (faults []modelFault, ok bool) {
	var of scorecard.Faults
	if errors.As(err, &of) {
		for _, f := range of {
			faults = append(faults, modelFault{console.Either(f.File, file), f.Line, f.Column, f.Rule, f.Text, f.Cure})
		}
		return faults, true
	}
	var refusal *fault.Error
	if errors.As(err, &refusal) && refusal.Code == fault.Refused {
		rule := "charter." + strings.ToLower(refusal.Invariant)
		return []modelFault{{File: file, Rule: rule, Text: "refused by the Charter: " + refusal.Text, Cure: refusal.Cure}}, true
	}
	return nil, false
}

// Run prints all faults there are.
func (c modelCheck) Run(s *console.Session) error {
	cat, err := s.CatalogueInUse()
	if err != nil {
		return err
	}
	faults := []modelFault{}
	for _, name := range c.Files {
		err := checkModel(cat, name)
		if of, ok := faultsOf(name, err); ok {
			faults = append(faults, of...)
		} else if err != nil {
			return err
		}
	}
	s.Result(map[string]any{"models": len(c.Files), "faults": faults}, func(w io.Writer) {
		for i := range faults {
			faults[i].print(w)
		}
		fmt.Fprintf(w, "%s in %s\n", console.Count(len(faults), "fault"), console.Count(len(c.Files), "model"))
	})
	if len(faults) > 0 {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

// checkModel checks a model against the catalogue, or against its own table where it is over one.
func checkModel(cat *catalogue.Catalogue, name string) error {
	body, err := console.ReadWhole(name)
	if err != nil {
		return err
	}
	m, err := scorecard.Parse(name, body)
	if err == nil && m.Table != nil {
		_, err = tabular.Compile(m)
		return err
	}
	_, err = readModel(cat, name)
	return err
}

// readModel reads and compiles a model file, and asks the Charter about it.
func readModel(cat *catalogue.Catalogue, name string) (*rating.Model, error) {
	body, err := console.ReadWhole(name)
	if err != nil {
		return nil, err
	}
	m, err := rating.NewModel(name, body, cat.Schema())
	if err != nil {
		return nil, err
	}
	_, err = charter.AdmitModel(m.Facts, cat)
	return m, err
}

// modelCases runs the worked cases of a model.
type modelCases struct {
	Model string `arg:"" help:"The model file."`
	Cases string `arg:"" help:"The file of cases."`
}

// Help shows the examples.
func (modelCases) Help() string {
	return `Each case gives records and what the model must make of them. The exit code is 6 where a case comes out otherwise.

Examples:

    probity model cases my-model.yaml my-cases.yaml`
}

type caseAnswer struct {
	Case        string              `json:"case"`
	Passed      bool                `json:"passed"`
	Differences []worked.Difference `json:"differences,omitempty"`
}

// Run prints the cases that came out otherwise.
func (c modelCases) Run(s *console.Session) error {
	answers, err := c.run(s)
	if of, ok := faultsOf(c.Model, err); ok {
		s.Result(map[string]any{"faults": of}, func(w io.Writer) {
			for i := range of {
				of[i].print(w)
			}
		})
		return console.Exit(console.ExitFaults)
	}
	if err != nil {
		return err
	}
	failed := 0
	for _, a := range answers {
		if !a.Passed {
			failed++
		}
	}
	s.Result(map[string]any{"cases": answers, "failed": failed}, func(w io.Writer) {
		for _, a := range answers {
			for _, d := range a.Differences {
				fmt.Fprintf(w, "%s: %s\n", a.Case, d)
			}
		}
		fmt.Fprintf(w, "%s, %d failed\n", console.Count(len(answers), "case"), failed)
	})
	if failed > 0 {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

func (c modelCases) run(s *console.Session) ([]caseAnswer, error) {
	cat, err := s.CatalogueInUse()
	if err != nil {
		return nil, err
	}
	m, err := readModel(cat, c.Model)
	if err != nil {
		return nil, err
	}
	text, err := console.ReadWhole(c.Cases)
	if err != nil {
		return nil, err
	}
	cases, err := worked.Parse(c.Cases, text)
	if err != nil {
		return nil, err
	}
	results, err := worked.Run(m.Plan, cases)
	if err != nil {
		return nil, err
	}
	answers := make([]caseAnswer, 0, len(results))
	for _, r := range results {
		answers = append(answers, caseAnswer{r.Case.Name, len(r.Differences) == 0, r.Differences})
	}
	return answers, nil
}

// modelAdd registers a model.
type modelAdd struct {
	Files []string `arg:"" name:"file" help:"The model files."`
}

// Help shows the examples.
func (modelAdd) Help() string {
	return `A registered version never changes: a changed file needs a new version number. The author is the official of the credential in use. A draft rates nobody; another official approves it, and then it is put in force.

Examples:

    probity model add my-model.yaml --as li-wei
    probity model approve my-model --as wang-min
    probity model activate my-model --as wang-min`
}

// Run registers the files one by one.
func (c modelAdd) Run(s *console.Session) error {
	by, err := s.Author(role.ModelAuthor)
	if err != nil {
		return err
	}
	for _, name := range c.Files {
		body, err := console.ReadWhole(name)
		if err != nil {
			return err
		}
		m, err := s.Opened.AddModel(s.Ctx, name, body, by)
		if err != nil {
			return err
		}
		saidOf(s, m.Facts.Code, m.Facts.Version, rulebooks.Draft)
	}
	return nil
}

func saidOf(s *console.Session, code string, version int, state rulebooks.State) {
	s.Result(map[string]any{"model": code, "version": version, "state": state}, func(w io.Writer) {
		fmt.Fprintf(w, "%s version %d is %s\n", code, version, state)
	})
}
