// Package policy is for whoever wants to try a policy before it touches anybody: which model rates whom, what follows from
// a score, a band or an entry on a list, how long records stay, who is told, who decides disputes and how fast. A policy is
// a YAML file; the models it names are the platform's own model files or others in the same language.
//
// This is the only place where a measure can be tied to a score, and where contexts can be joined for a person: the live
// system has no type for either (Charter C3, C4, C16).
package policy

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/internal/fault"
	"probity/internal/lab/observe"
	"probity/internal/lab/parameter"
	"probity/rulebook"
	"probity/scorecard"
)

//go:embed presets/*.yaml models/*.yaml
var files embed.FS

// folder is where the presets stand in the repository, for messages.
const folder = "internal/lab/policy/"

// Measure is what is done to people, and to whom. Exactly one of its conditions is set. A condition on a score or a band is
// a sanction by score; it exists in the laboratory alone.
type Measure struct {
	// What is one of [Kinds], with its line.
	What Word `yaml:"measure"`
	// Listed is for those on the list of judgment defaulters.
	Listed bool
	// BandAtMost is for those in this band or a worse one; ScoreBelow for those with a lower score.
	BandAtMost string            `yaml:"band_at_most"`
	ScoreBelow *parameter.Number `yaml:"score_below"`
	// Basis is the law that the measure rests on; empty where there is none, which is counted as the gap of legality.
	Basis string
}

// Word is a word of the file with its line.
type Word struct {
	Text string
	Line int
}

// UnmarshalYAML reads a plain word.
func (w *Word) UnmarshalYAML(node *yaml.Node) error {
	*w = Word{node.Value, node.Line}
	return nil
}

// kinds are the measures that the laboratory knows, with what they do.
var kinds = []struct{ name, does string }{
	{"travel", "air and fast trains closed"},
	{"job", "posts closed to the person"},
	{"school", "fee-paying schools closed to the children"},
	{"loan", "no credit from banks"},
	{"spending", "hotels and fine seats closed"},
	{"naming", "named in public"},
}

// Kinds lists the measures that the laboratory knows.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// Term is what a lender offers: Rate in per cent a year, or a refusal; Small is a fifth of the usual loan.
type Term struct {
	Rate  parameter.Number
	Deny  bool
	Small bool
}

// Benefit is what a good band brings.
type Benefit struct {
	BandAtLeast string `yaml:"band_at_least"`
	// Yearly is its worth in fen a year.
	Yearly parameter.Number
	What   string
}

// sheet is a policy as its file states it.
type sheet struct {
	Policy, Title, Says string
	// Model is a file of the laboratory, Rulebook one of the platform's own.
	Model, Rulebook string
	Composite       bool
	Consent         *parameter.Number
	Records         struct {
		Retention, Repair parameter.Number
		Linking           string
		Errors            *parameter.Number
	}
	Disputes struct {
		// PerThousand is how many disputes are decided a month for a thousand people.
		Days, PerThousand, Upheld  parameter.Number
		Suspends, Suppresses, Told bool
	}
	List struct {
		Court    bool
		Agencies parameter.Number
		Stale    parameter.Number
	}
	Credit struct {
		Terms   map[string]Term
		Explore parameter.Number
	}
	Measures   []Measure
	Benefits   []Benefit
	Low        string
	Regions    []string
	Amnesty    *Amnesty
	Parameters map[string]parameter.Number
}

// Amnesty wipes settled records of small amounts in one month of the run.
type Amnesty struct {
	// Month counts from 1; Amount is in fen.
	Month, Amount parameter.Number
}

// Policy is a policy that can be run. It never changes.
type Policy struct {
	sheet
	// File is where it stands, for messages.
	File   string
	digest string
	plan   *scorecard.Plan
}

// Code names the policy.
func (p *Policy) Code() string { return p.Policy }

// Name is its title.
func (p *Policy) Name() string { return p.Title }

// About says in a sentence or two what it is.
func (p *Policy) About() string { return p.Says }

// Plan is the compiled model.
func (p *Policy) Plan() *scorecard.Plan { return p.plan }

// Digest identifies the policy file and its model: SHA-256 of both.
func (p *Policy) Digest() string { return p.digest }

// Presets lists the built-in policies in the order of their files.
func Presets() ([]*Policy, error) {
	names, err := fs.Glob(files, "presets/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("lab presets: %w", err)
	}
	all := make([]*Policy, len(names))
	for i, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("lab presets: %w", err)
		}
		if all[i], err = Read(folder+name, text, BuiltinModel); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Preset finds a built-in policy.
func Preset(code string) (*Policy, error) {
	all, err := Presets()
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(all))
	for i, p := range all {
		if p.Policy == code {
			return p, nil
		}
		codes[i] = p.Policy
	}
	return nil, fault.New(fault.NotFound, "lab.preset", "there is no preset %q", code).
		With("use one of " + strings.Join(codes, ", ") + ", or name a policy file that ends in .yaml")
}

// PresetText is the file of a built-in policy.
func PresetText(code string) ([]byte, error) {
	p, err := Preset(code)
	if err != nil {
		return nil, err
	}
	return files.ReadFile(strings.TrimPrefix(p.File, folder))
}

// BuiltinModel is a model file of the laboratory, with its path in the repository.
func BuiltinModel(name string) ([]byte, string, error) {
	at := "models/" + name
	text, err := files.ReadFile(path.Clean(at))
	return text, folder + at, err
}

// Read makes a policy of a file. model reads the model file that a policy names, and says where it stands. Whatever is
// wrong is named with file and line.
func Read(file string, text []byte, model func(name string) ([]byte, string, error)) (*Policy, error) {
	p := &Policy{File: file}
	if err := parameter.Decode(file, text, &p.sheet); err != nil {
		return nil, err
	}
	source, err := p.compile(model)
	if err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	sum := sha256.New()
	sum.Write(text)
	sum.Write(source)
	p.digest = hex.EncodeToString(sum.Sum(nil))
	return p, nil
}

func (p *Policy) wrong(line int, cure, format string, args ...any) error {
	return parameter.Wrong(p.File, line, fmt.Sprintf(format, args...), cure)
}

// compile reads the model and compiles it against the datasets of the laboratory.
func (p *Policy) compile(model func(name string) ([]byte, string, error)) ([]byte, error) {
	var source []byte
	var at string
	switch {
	case (p.Model == "") == (p.Rulebook == ""):
		return nil, p.wrong(1, "state model: FILE or rulebook: NAME", "the policy names no model, or two")
	case p.Rulebook != "":
		i := slices.IndexFunc(rulebook.All(), func(f rulebook.File) bool { return f.Name == p.Rulebook })
		if i < 0 {
			return nil, p.wrong(1, "see probity model list", "the rulebook has no model %q", p.Rulebook)
		}
		f := rulebook.All()[i]
		source, at = f.Model, f.ModelPath()
	default:
		var err error
		if source, at, err = model(p.Model); err != nil {
			return nil, p.wrong(1, "name a file beside the policy, or one of the laboratory's own", "the model %q cannot be read: %v", p.Model, err)
		}
	}
	m, err := scorecard.Parse(at, source)
	if err != nil {
		return nil, fault.New(fault.Invalid, "lab.model", "%v", err).At(at).With("see docs/model-language.md")
	}
	if p.plan, err = scorecard.Compile(m, observe.Schema(p.Composite)); err != nil {
		return nil, fault.New(fault.Invalid, "lab.model", "%v", err).At(at).With("the datasets of the laboratory are in docs/lab.md; contexts are joined by composite: true")
	}
	if len(m.Kinds) != 1 || m.Kinds[0].Text != scorecard.Person {
		return nil, p.wrong(1, "use a model of kind person", "the model %s does not rate persons", m.Code)
	}
	return source, nil
}

// band is the place of a band among those of the model; best is 0.
func (p *Policy) band(name string) (int, bool) {
	for i := range p.plan.Model().Bands {
		if b := &p.plan.Model().Bands[i]; b.Name.Text == name {
			return i, true
		}
	}
	return 0, false
}

// Bands are the names of the model's bands, the best first.
func (p *Policy) Bands() []string {
	bands := p.plan.Model().Bands
	names := make([]string, len(bands))
	for i := range bands {
		names[i] = bands[i].Name.Text
	}
	return names
}

// unrated is the key of the terms for people without a rating.
const unrated = "unrated"

// within is a number that must lie in a range.
type within struct {
	what      string
	n         parameter.Number
	low, high float64
}

func (p *Policy) check() error {
	if p.Policy == "" || p.Title == "" || p.Says == "" {
		return p.wrong(1, "state policy, title and says", "the policy has no code, no title, or does not say what it is")
	}
	numbers := []within{
		{"retention", p.Records.Retention, 1, 600}, {"repair", p.Records.Repair, -1, 600},
		{"days", p.Disputes.Days, 1, 1000}, {"perthousand", p.Disputes.PerThousand, 0, 1000}, {"upheld", p.Disputes.Upheld, 0, 1},
		{"agencies", p.List.Agencies, 0, 400}, {"stale", p.List.Stale, 0, 60}, {"explore", p.Credit.Explore, 0, 1},
	}
	if p.Consent != nil {
		numbers = append(numbers, within{"consent", *p.Consent, 0, 1})
	}
	if p.Records.Errors != nil {
		numbers = append(numbers, within{"errors", *p.Records.Errors, 0, 50})
	}
	if p.Amnesty != nil {
		numbers = append(numbers, within{"month", p.Amnesty.Month, 1, 1200}, within{"amount", p.Amnesty.Amount, 1, 1e12})
	}
	for _, b := range p.Benefits {
		numbers = append(numbers, within{"yearly", b.Yearly, 0, 1e9})
	}
	for _, w := range numbers {
		if w.n.Value < w.low || w.n.Value > w.high || math.IsNaN(w.n.Value) {
			return p.wrong(max(w.n.Line, 1), fmt.Sprintf("give a number from %v to %v", w.low, w.high), "%s is %v", w.what, w.n.Value)
		}
	}
	if _, ok := observe.Link(p.Records.Linking); !ok {
		return p.wrong(1, "use exact, id-name or name-city", "%q is no way of linking", p.Records.Linking)
	}
	if _, ok := p.band(p.Low); !ok {
		return p.wrong(1, "name the best band that counts as low: one of "+strings.Join(p.Bands(), ", "), "low: %q is no band of the model", p.Low)
	}
	return cmp.Or(p.checkTerms(), p.checkMeasures())
}

func (p *Policy) checkTerms() error {
	for _, name := range append(p.Bands(), unrated) {
		t, ok := p.Credit.Terms[name]
		if !ok {
			return p.wrong(1, "give terms for every band and for unrated", "credit has no terms for %s", name)
		}
		if !t.Deny && (t.Rate.Value <= 0 || t.Rate.Value > 100) {
			return p.wrong(max(t.Rate.Line, 1), "give a rate in per cent a year, up to 100", "the rate for %s is %v", name, t.Rate.Value)
		}
	}
	if len(p.Credit.Terms) > len(p.Bands())+1 {
		return p.wrong(1, "use the bands of the model and unrated", "credit has terms for a band that the model does not have")
	}
	for _, b := range p.Benefits {
		if _, ok := p.band(b.BandAtLeast); !ok {
			return p.wrong(max(b.Yearly.Line, 1), "use one of "+strings.Join(p.Bands(), ", "), "a benefit asks for the band %q", b.BandAtLeast)
		}
	}
	return nil
}

func (p *Policy) checkMeasures() error {
	for _, m := range p.Measures {
		conditions := 0
		for _, set := range []bool{m.Listed, m.BandAtMost != "", m.ScoreBelow != nil} {
			if set {
				conditions++
			}
		}
		_, known := p.band(m.BandAtMost)
		switch {
		case !slices.Contains(Kinds(), m.What.Text):
			return p.wrong(m.What.Line, "use one of "+strings.Join(Kinds(), ", "), "unknown measure %q", m.What.Text)
		case conditions != 1:
			return p.wrong(m.What.Line, "give each measure one of listed, band_at_most and score_below", "measure %s has %d conditions", m.What.Text, conditions)
		case m.BandAtMost != "" && !known:
			return p.wrong(m.What.Line, "use one of "+strings.Join(p.Bands(), ", "), "measure %s asks for the band %q", m.What.Text, m.BandAtMost)
		}
	}
	return nil
}
