package developing

import (
	"errors"
	"fmt"
	"io"

	"probity/develop/pmml"
	"probity/develop/sqlcase"
	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/internal/fault"
	"probity/scorecard"
)

// Export carries a model over a plain table to another program.
type Export struct {
	Model string   `arg:"" help:"A model over a plain table, as probity model develop writes it."`
	As    string   `name:"form" required:"" enum:"sql,pmml" help:"The form: sql, one SELECT for PostgreSQL and DuckDB, or pmml, a PMML 4.4 Scorecard."`
	Table string   `default:"applications" placeholder:"NAME" help:"The table that the query reads (sql)."`
	Keep  []string `placeholder:"COLUMN" help:"Columns of the table that the answer has beside score and band (sql); all where none is named."`
	Out   string   `short:"o" placeholder:"FILE" help:"Where it goes; otherwise to the standard output."`
}

// Help shows the examples.
func (Export) Help() string {
	return `The query gives every row the score and band that the evaluator gives it, where numbers are columns of the type numeric and a missing value is NULL. A PMML Scorecard gives it the same score; it has no bands, which stand in it as remarks. What the form cannot say exactly is refused by name.

Examples:

    probity model export loans.yaml --form sql --table applications --keep id --out loans.sql
    probity model export loans.yaml --form sql | psql credit
    probity model export loans.yaml --form pmml --out loans.pmml`
}

// Run writes the form.
func (c Export) Run(s *console.Session) error {
	plan, err := readModel(c.Model)
	if err != nil {
		return err
	}
	text, err := c.form(plan.Model())
	if err != nil {
		return err
	}
	if c.Out != "" {
		return written(c.Out, disk.WriteBytes(c.Out, 0o600, text))
	}
	return s.Raw(func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// form is the model in the form asked for.
func (c Export) form(m *scorecard.Model) ([]byte, error) {
	refused := func(at scorecard.Pos, text string) error {
		return fault.New(fault.Invalid, "develop.export", "%s", text).At(fmt.Sprintf("%s:%d:%d", c.Model, at.Line, at.Column)).
			With("take the part out, or score by probity model score")
	}
	if c.As == "pmml" {
		text, err := pmml.Export(m)
		var cannot *pmml.Error
		if errors.As(err, &cannot) {
			return nil, refused(cannot.At, cannot.Text)
		}
		return text, err
	}
	text, err := sqlcase.Write(m, c.Table, c.Keep...)
	var cannot *sqlcase.Error
	if errors.As(err, &cannot) {
		return nil, refused(cannot.At, cannot.Text)
	}
	return []byte(text), err
}
