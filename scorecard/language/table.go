package language

import (
	"go.yaml.in/yaml/v3"

	"probity/scorecard/internal/strict"
)

// Table makes a model one over a plain table: it rates the rows of a file, and nobody in any register. Such a model has
// no kinds, contexts or consent, and cannot be registered.
type Table struct {
	Columns []TableColumn
	// Decimals is how many decimals the points have: with 2, 150 points are 1.5.
	Decimals int64
	// Score is the score at which the odds of good are Odds to 1, and Doubling is how many points double them; nil where
	// nothing is promised.
	Score, Odds, Doubling *int64
	At                    Pos
}

// TableColumn is a column that the model reads: of numbers, or of codes where Codes is set.
type TableColumn struct {
	// Name is what characteristics and filters call it; Column is its name in the file.
	Name   Name
	Column string
	// Scale is how many decimals its numbers have: a value is taken times 10^Scale, rounded down.
	Scale int64
	// Codes are the words of the file that the model knows, each with its code. Any other word is TableUnseen.
	Codes []TableCode
	At    Pos
}

// TableCode is a word of the file and the code that stands for it.
type TableCode struct {
	Code Name
	Text string
}

// TableUnseen is the code of a word that the model does not know. TableDataset is the dataset that the rows of a table are
// records of.
const (
	TableUnseen  = "unseen"
	TableDataset = "table"
)

const (
	maxColumns  = 500
	maxDecimals = 6
	mostCodes   = 2000
)

func (r *reader) table(o *strict.Object) *Table {
	if !o.Has("table") {
		return nil
	}
	for _, k := range []string{"kinds", "contexts", "consent", "year"} {
		if o.Has(k) {
			r.Fault(o.Place(k), "table", "remove "+k+" or table", "a model over a plain table rates rows, and has no %s", k)
		}
	}
	t := r.Object(o.Node("table"), "table")
	t.Need("columns")
	table := &Table{
		Decimals: t.Number("decimals", 0, maxDecimals, 0), Score: t.Int("score", -maxBase, maxBase), Odds: t.Int("odds", 1, maxBase),
		Doubling: t.Int("doubling", 1, maxBase), At: t.At,
	}
	seen := map[string]bool{}
	for _, c := range r.list(t, "columns", maxColumns) {
		column := r.column(c)
		if seen[column.Name.Text] {
			r.Fault(column.At, "twice", "rename one of the two", "there are two columns named %s", column.Name.Text)
		}
		seen[column.Name.Text] = true
		table.Columns = append(table.Columns, column)
	}
	return table
}

func (r *reader) column(n *yaml.Node) TableColumn {
	o := r.Object(n, "column")
	o.Need("name", "column")
	c := TableColumn{Name: o.Word("name"), Column: o.Text("column"), Scale: o.Number("scale", 0, maxDecimals, 0), At: o.At}
	if o.Has("codes") && o.Has("scale") {
		r.Fault(o.Place("scale"), "choice", "keep one", "a column of codes has no scale")
	}
	texts := map[string]bool{}
	r.Pairs(o.Node("codes"), "codes", func(code Name, value *yaml.Node) {
		r.CheckWord(code)
		text := r.Scalar(value, "codes."+code.Text)
		switch {
		case code.Text == TableUnseen:
			r.Fault(code.At, "reserved", "choose another code", "the code %s is the platform's own", TableUnseen)
		case texts[text.Text]:
			r.Fault(text.At, "twice", "keep one", "two codes stand for %q", strict.Clip(text.Text))
		case len(c.Codes) == mostCodes:
			r.Fault(code.At, "size", "pool the rare ones", "a column has at most %d codes", mostCodes)
		}
		texts[text.Text] = true
		c.Codes = append(c.Codes, TableCode{code, text.Text})
	})
	return c
}
