// Package sqlcase is for whoever scores rows where they lie: it writes a model over a plain table as one SELECT of CASE
// expressions, in the SQL that PostgreSQL and DuckDB share. The scores are those of the evaluator on every row, where columns of
// numbers are numeric and a missing value is NULL. What the form cannot say exactly is refused by name.
package sqlcase

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"probity/develop/table"
	"probity/scorecard"
	"probity/scorecard/language"
)

// Error is a part of a model that cannot be written, with its place.
type Error struct {
	At   scorecard.Pos
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.At.Line, e.Text) }

// Write writes the query over the named table. Its columns are keep (quoted names of the table's columns, none for all), score
// and band. The model must have been compiled by package tabular.
func Write(m *scorecard.Model, table string, keep ...string) (string, error) {
	w := &writer{model: m, columns: map[string]*language.TableColumn{}}
	if m.Table == nil {
		return "", &Error{m.At, "the model is not over a plain table"}
	}
	for i := range m.Table.Columns {
		w.columns[m.Table.Columns[i].Name.Text] = &m.Table.Columns[i]
	}
	for _, part := range []struct {
		there bool
		what  string
	}{{len(m.Gates) > 0, "gates"}, {len(m.Groups) > 0, "groups"}, {len(m.NotRated) > 0, "not_rated"}} {
		if part.there {
			return "", &Error{m.At, "a model with " + part.what + " is not written as SQL"}
		}
	}
	terms := []string{strconv.FormatInt(m.Base, 10)}
	for i := range m.Characteristics {
		ch := &m.Characteristics[i]
		term, err := w.term(ch)
		if err != nil {
			return "", err
		}
		if term != "" {
			terms = append(terms, "-- "+oneLine(ch.Title.EN)+"\n      "+term)
		}
	}
	score := strings.Join(terms, " +\n      ")
	if c := m.Clip; c != nil {
		if c.Max != nil {
			score = fmt.Sprintf("LEAST(%d,\n      %s)", *c.Max, score)
		}
		if c.Min != nil {
			score = fmt.Sprintf("GREATEST(%d,\n      %s)", *c.Min, score)
		}
	}
	shown, out := "*", "rated.*"
	if len(keep) > 0 {
		var names []string
		for _, k := range keep {
			names = append(names, name(k))
		}
		shown = strings.Join(names, ", ")
		out = shown + ", score"
	}
	if d := m.Table.Decimals; d > 0 {
		if len(keep) == 0 {
			return "", &Error{m.Table.At, "name the columns to keep, where points have decimals"}
		}
		out = shown + ", score / 1" + strings.Repeat("0", int(d)) + ".0 AS score"
	}
	return fmt.Sprintf("-- %s version %d, digest %s\nSELECT %s,\n  %s AS band\nFROM (\n  SELECT %s,\n    (%s) AS score\n  FROM %s\n) AS rated;\n",
		m.Code, m.Version, m.Digest, out, w.bands(), shown, score, name(table)), nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// name quotes an identifier, and text a string.
func name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
func text(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }

type writer struct {
	model   *scorecard.Model
	columns map[string]*language.TableColumn
}

func (w *writer) bands() string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, band := range w.model.Bands {
		if band.From == nil {
			fmt.Fprintf(&b, " ELSE %s", text(band.Name.Text))
			continue
		}
		fmt.Fprintf(&b, " WHEN rated.score >= %d THEN %s", *band.From, text(band.Name.Text))
	}
	if len(w.model.Bands) == 1 {
		return text(w.model.Bands[0].Name.Text)
	}
	return b.String() + " END"
}

// The filters that are written: numbers that are no amounts, left out or alone.
var (
	exceptThese = regexp.MustCompile(`^!\((\w+) in \[(-?\d+(?:, -?\d+)*)\]\)$`)
	onlyThis    = regexp.MustCompile(`^(\w+) == (-?\d+)$`)
)

// term is what a characteristic adds, "" for one without points.
func (w *writer) term(ch *language.Characteristic) (string, error) {
	refuse := func(format string, args ...any) (string, error) {
		return "", &Error{ch.At, ch.Name.Text + ": " + fmt.Sprintf(format, args...)}
	}
	switch {
	case ch.PerUnit != nil || ch.PerRecord != nil:
		return refuse("points by unit or record are not written as SQL")
	case ch.Window != nil:
		return refuse("a window is not written as SQL")
	case ch.Attributes == nil:
		return "", nil
	}
	filter := ""
	if ch.Where != nil {
		filter = ch.Where.Text
	}
	if ch.Aggregate.Kind == scorecard.Exists {
		found := onlyThis.FindStringSubmatch(filter)
		if found == nil || w.columns[found[1]] == nil || len(ch.Attributes) != 2 {
			return refuse("the condition %q is not written as SQL", filter)
		}
		c := w.columns[found[1]]
		return fmt.Sprintf("CASE WHEN %s THEN %d ELSE %d END", w.equal(c, found[2]), ch.Attributes[1].Points, ch.Attributes[0].Points), nil
	}
	if ch.Aggregate.Kind != scorecard.Latest || w.columns[ch.Aggregate.Field.Text] == nil {
		return refuse("the aggregate %s is not written as SQL", ch.Aggregate.Kind)
	}
	c := w.columns[ch.Aggregate.Field.Text]
	var b strings.Builder
	missing := int64(0)
	if ch.Missing != nil {
		missing = ch.Missing.Points
	}
	fmt.Fprintf(&b, "CASE WHEN %s IS NULL THEN %d", name(c.Column), missing)
	if filter != "" {
		found := exceptThese.FindStringSubmatch(filter)
		if found == nil || w.columns[found[1]] != c {
			return refuse("the condition %q is not written as SQL", filter)
		}
		for _, v := range strings.Split(found[2], ", ") {
			fmt.Fprintf(&b, " WHEN %s THEN %d", w.equal(c, v), missing)
		}
	}
	b.WriteString(w.attributes(ch, c))
	return b.String() + " END", nil
}

// equal asks whether a number, rounded down to the column's scale, is v.
func (w *writer) equal(c *language.TableColumn, v string) string {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return "FALSE"
	}
	return fmt.Sprintf("%s >= %s AND %s < %s", name(c.Column), table.Decimal(n, int(c.Scale)), name(c.Column), table.Decimal(n+1, int(c.Scale)))
}

func (w *writer) attributes(ch *language.Characteristic, c *language.TableColumn) string {
	var b strings.Builder
	words := map[string]string{}
	for _, code := range c.Codes {
		words[code.Code.Text] = code.Text
	}
	other := ""
	for _, a := range ch.Attributes {
		switch {
		case a.Other:
			other = fmt.Sprintf(" ELSE %d", a.Points)
		case a.Codes != nil:
			var list []string
			for _, code := range a.Codes {
				if code.Text == language.TableUnseen {
					other = fmt.Sprintf(" ELSE %d", a.Points)
					continue
				}
				list = append(list, text(words[code.Text]))
			}
			if list != nil {
				fmt.Fprintf(&b, " WHEN %s IN (%s) THEN %d", name(c.Column), strings.Join(list, ", "), a.Points)
			}
		case a.Below != nil:
			fmt.Fprintf(&b, " WHEN %s < %s THEN %d", name(c.Column), table.Decimal(*a.Below, int(c.Scale)), a.Points)
		default:
			other = fmt.Sprintf(" ELSE %d", a.Points)
		}
	}
	return b.String() + other
}
