package agreement

import (
	_ "embed"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/agreement/deed"
	"probity/internal/catalogue/lines"
	"probity/internal/fault"
	"probity/internal/subject"
)

// Form is a file of a wish, filled in as an example: the questions and how they are answered.
//
//go:embed form.yaml
var Form []byte

// each begins a dataset's code that stands for that of every grantor.
const each = "*."

// most bounds how many agreements one file asks for at once.
const most = 10000

// Wishes reads a file in which one wish is put: one agreement for each of its readers with each of its grantors, so that
// many can ask many for the same. Unknown keys and answers of another form are errors with their line.
func Wishes(name string, text []byte) ([]deed.Wish, error) {
	var f file
	const cure = "see the questions and how they are answered: probity agreement form"
	bad := func(err error, format string, args ...any) *fault.Error {
		return fault.New(fault.Invalid, "agreement.file", format, args...).At(name).By(err).With(cure)
	}
	if _, faults := lines.Read(text, &f); len(faults) > 0 {
		err := bad(nil, "%s", faults[0].Text)
		return nil, err.At(lines.At(name, faults[0].Line))
	}
	w := deed.Wish{
		Purpose: f.Purpose, Basis: f.Basis, Reads: f.Reads, Kinds: f.Kinds, Models: f.Models, PerDay: f.PerDay, Certified: f.Certified,
		From: calendar.None, To: calendar.None,
		Risk: deed.Risk{
			Form: f.Risk.Form, Data: f.Risk.Data, Automated: f.Risk.Automated, Need: f.Risk.Need, Safeguards: f.Risk.Safeguards,
			KeepDays: f.Risk.KeepDays, PassedOn: f.Risk.PassedOn,
		},
	}
	for _, day := range []struct {
		name, text string
		into       *calendar.Day
	}{{"from", f.From, &w.From}, {"until", f.Until, &w.To}} {
		var err error
		if *day.into, err = calendar.Parse(day.text); err != nil {
			return nil, bad(err, "%s: %v", day.name, err)
		}
	}
	if len(f.Readers) == 0 || len(f.Grantors) == 0 || len(f.Readers)*len(f.Grantors) > most {
		return nil, bad(nil, "readers and grantors name %d agreements; a file asks for 1 to %d", len(f.Readers)*len(f.Grantors), most)
	}
	list := make([]deed.Wish, 0, len(f.Readers)*len(f.Grantors))
	for _, r := range f.Readers {
		for _, g := range f.Grantors {
			w.Reader, w.Grantor, w.Shares = r, g, nil
			for _, s := range f.Datasets {
				if rest, ok := strings.CutPrefix(s.Dataset, each); ok {
					s.Dataset = g + "." + rest
				}
				w.Shares = append(w.Shares, deed.Share(s))
			}
			list = append(list, w)
		}
	}
	return list, nil
}

// file is a wish as it is written down.
type file struct {
	Readers   []string       `yaml:"readers"`
	Grantors  []string       `yaml:"grantors"`
	Purpose   string         `yaml:"purpose"`
	Basis     string         `yaml:"basis"`
	Reads     []string       `yaml:"reads"`
	Kinds     []subject.Kind `yaml:"kinds"`
	Datasets  []share        `yaml:"datasets"`
	Models    []string       `yaml:"models"`
	From      string         `yaml:"from"`
	Until     string         `yaml:"until"`
	PerDay    int64          `yaml:"per_day"`
	Certified string         `yaml:"certified"`
	Risk      struct {
		Form       int      `yaml:"form"`
		Data       []string `yaml:"data"`
		Automated  *bool    `yaml:"automated"`
		Need       string   `yaml:"need"`
		Safeguards string   `yaml:"safeguards"`
		KeepDays   *int     `yaml:"keep_days"`
		PassedOn   []string `yaml:"passed_on"`
	} `yaml:"risk"`
}

// share is a dataset of a wish: its code alone, or with the fields that are wanted.
type share deed.Share

// UnmarshalYAML reads a code, or a mapping of dataset and fields.
func (s *share) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&s.Dataset)
	}
	var full struct {
		Dataset string   `yaml:"dataset"`
		Fields  []string `yaml:"fields"`
	}
	if err := n.Decode(&full); err != nil {
		return err
	}
	s.Dataset, s.Fields = full.Dataset, full.Fields
	return nil
}
