package developing

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"probity/develop/pmml"
	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/internal/fault"
)

// Import takes a scorecard over from another program.
type Import struct {
	File string `arg:"" help:"A PMML file with one Scorecard."`
	Name string `placeholder:"CODE" help:"The model's code; otherwise it is made of the scorecard's name."`
	Out  string `required:"" short:"o" placeholder:"FILE" help:"Where the model goes, a YAML file."`
}

// Help shows the examples.
func (Import) Help() string {
	return `The model gives every row of a plain table the score and the reasons that the scorecard gives it; a row for which the scorecard has no score is not rated. Points become whole numbers with as many decimals as they have, at most six. What the model language cannot say exactly is refused by name, with its line.

Examples:

    probity model import card.pmml --out card.yaml
    probity model score card.yaml applications.csv`
}

// Run reads the file and writes the model.
func (c Import) Run(s *console.Session) error {
	if c.Out == c.File {
		return console.Misuse("--out is the file itself").With("choose another name for what is written")
	}
	if c.Name != "" && notInCode.MatchString(c.Name) {
		return console.Misuse("--name: %q cannot be a model's code", c.Name).With("use letters, digits, _ . + and -")
	}
	source, err := console.ReadWhole(c.File)
	if err != nil {
		return err
	}
	text, err := pmml.Import(source, pmml.About{Code: c.Name, File: filepath.Base(c.File), Today: s.Today()})
	var cannot *pmml.Error
	if errors.As(err, &cannot) {
		return fault.New(fault.Invalid, "develop.import", "%s", cannot.Text).At(fmt.Sprintf("%s:%d:%d", c.File, cannot.At.Line, cannot.At.Column)).
			With("take the part out of the scorecard, or write the model by hand")
	}
	if err != nil {
		return err
	}
	if err := written(c.Out, disk.WriteBytes(c.Out, 0o600, text)); err != nil {
		return err
	}
	s.Result(map[string]string{"model": c.Out}, func(w io.Writer) {
		fmt.Fprintf(w, "the model is in %s; probity model score %s FILE rates the rows of a table by it\n", c.Out, c.Out)
	})
	return nil
}
