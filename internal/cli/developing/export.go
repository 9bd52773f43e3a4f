package developing

import (
	"errors"
	"fmt"
	"io"

	"probity/develop/sqlcase"
	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/internal/fault"
)

// Export carries a model over a plain table to another program.
type Export struct {
	Model string   `arg:"" help:"A model over a plain table, as probity model develop writes it."`
	As    string   `name:"form" required:"" enum:"sql" help:"The form: sql, one SELECT for PostgreSQL and DuckDB."`
	Table string   `default:"applications" placeholder:"NAME" help:"The table that the query reads."`
	Keep  []string `placeholder:"COLUMN" help:"Columns of the table that the answer has beside score and band; all where none is named."`
	Out   string   `short:"o" placeholder:"FILE" help:"Where it goes; otherwise to the standard output."`
}

// Help shows the examples.
func (Export) Help() string {
	return `The query gives every row the score and band that the evaluator gives it, where numbers are columns of the type numeric and a missing value is NULL. What the form cannot say exactly is refused by name.

Examples:

    probity model export loans.yaml --form sql --table applications --keep id --out loans.sql
    probity model export loans.yaml --form sql | psql credit`
}

// Run writes the form.
func (c Export) Run(s *console.Session) error {
	plan, err := readModel(c.Model)
	if err != nil {
		return err
	}
	text, err := sqlcase.Write(plan.Model(), c.Table, c.Keep...)
	var cannot *sqlcase.Error
	if errors.As(err, &cannot) {
		return fault.New(fault.Invalid, "develop.export", "%s", cannot.Text).At(fmt.Sprintf("%s:%d:%d", c.Model, cannot.At.Line, cannot.At.Column)).
			With("take the part out, or score by probity model score")
	}
	if err != nil {
		return err
	}
	if c.Out != "" {
		return written(c.Out, disk.WriteBytes(c.Out, 0o600, []byte(text)))
	}
	return s.Raw(func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}
