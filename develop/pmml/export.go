package pmml

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"probity/develop/table"
	"probity/scorecard"
	"probity/scorecard/language"
)

// Export writes a model over a plain table as a PMML 4.4 Scorecard. The model must have been compiled by package tabular. Bands,
// which a Scorecard has none of, stand in extensions; everything else that it cannot say is refused with an [*Error].
func Export(m *scorecard.Model) ([]byte, error) {
	if m.Table == nil {
		return nil, refuse(m.At, "the model is not over a plain table")
	}
	for _, part := range []struct {
		there bool
		what  string
	}{{len(m.Gates) > 0, "gates"}, {len(m.Groups) > 0, "groups"}, {m.Clip != nil, "clip"}} {
		if part.there {
			return nil, refuse(m.At, "a model with %s is not written as PMML", part.what)
		}
	}
	e := &exporter{model: m, columns: map[string]*language.TableColumn{}}
	for i := range m.Table.Columns {
		c := &m.Table.Columns[i]
		e.columns[c.Name.Text] = c
	}
	for i := range m.NotRated {
		if err := e.minimum(&m.NotRated[i]); err != nil {
			return nil, err
		}
	}
	var body strings.Builder
	for i := range m.Characteristics {
		if err := e.characteristic(&body, &m.Characteristics[i]); err != nil {
			return nil, err
		}
	}
	return []byte(e.document(body.String())), nil
}

type exporter struct {
	model   *scorecard.Model
	columns map[string]*language.TableColumn
	// unrated are the conditions by characteristic under which a row is not rated.
	unrated map[string][]language.Condition
	// read are the columns that the characteristics written so far read.
	read []string
}

// minimum takes in a condition that leaves an attribute out.
func (e *exporter) minimum(n *language.Minimum) error {
	w := n.When
	if n.RecordsBelow != nil || w.Characteristic.Text == "" || w.Missing != nil && !*w.Missing {
		return refuse(n.At, "not_rated is written as PMML only where it names a characteristic and its missing value, codes or range")
	}
	if e.unrated == nil {
		e.unrated = map[string][]language.Condition{}
	}
	e.unrated[w.Characteristic.Text] = append(e.unrated[w.Characteristic.Text], w)
	return nil
}

// leftOut takes the condition that is just the attribute, or the missing value, and tells whether there was one.
func (e *exporter) leftOut(ch *language.Characteristic, a *language.Attribute, missing bool) bool {
	list := e.unrated[ch.Name.Text]
	i := slices.IndexFunc(list, func(w language.Condition) bool {
		if missing || w.Missing != nil {
			return missing && w.Missing != nil
		}
		if a.Codes != nil || w.Codes != nil {
			return slices.Equal(texts(a.Codes), texts(w.Codes))
		}
		return !a.Other && same(a.From, w.From) && same(a.Below, w.Below)
	})
	if i < 0 {
		return false
	}
	e.unrated[ch.Name.Text] = slices.Delete(list, i, i+1)
	return true
}

func same(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func texts(list []language.Name) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Text)
	}
	slices.Sort(out)
	return out
}

// The filters that are written: numbers that are no amounts, left out or alone.
var (
	exceptThese = regexp.MustCompile(`^!\((\w+) in \[(-?\d{1,17}(?:, -?\d{1,17})*)\]\)$`)
	onlyThis    = regexp.MustCompile(`^(\w+) == (-?\d{1,17})$`)
)

func (e *exporter) characteristic(b *strings.Builder, ch *language.Characteristic) error {
	no := func(format string, args ...any) error {
		return refuse(ch.At, "%s: %s is not written as PMML", ch.Name.Text, fmt.Sprintf(format, args...))
	}
	filter := ""
	if ch.Where != nil {
		filter = ch.Where.Text
	}
	switch {
	case ch.PerUnit != nil || ch.PerRecord != nil:
		return no("points by unit or record")
	case ch.Window != nil:
		return no("a window")
	case ch.Attributes == nil:
		return no("a characteristic without points")
	case ch.Aggregate.Kind == scorecard.Exists:
		found := onlyThis.FindStringSubmatch(filter)
		if found == nil || e.column(found[1]) == nil || len(ch.Attributes) != 2 {
			return no("the condition %q", filter)
		}
		e.open(b, ch)
		e.attribute(b, &ch.Attributes[1], e.equal(e.columns[found[1]], found[2]))
		e.attribute(b, &ch.Attributes[0], "<True/>")
	case ch.Aggregate.Kind != scorecard.Latest || e.column(ch.Aggregate.Field.Text) == nil:
		return no("the aggregate %s", ch.Aggregate.Kind)
	default:
		c := e.columns[ch.Aggregate.Field.Text]
		var absent []string
		if filter != "" {
			found := exceptThese.FindStringSubmatch(filter)
			if found == nil || e.columns[found[1]] != c {
				return no("the condition %q", filter)
			}
			for _, v := range strings.Split(found[2], ", ") {
				absent = append(absent, e.equal(c, v))
			}
		}
		e.open(b, ch)
		if err := e.values(b, ch, c, absent); err != nil {
			return err
		}
	}
	b.WriteString("      </Characteristic>\n")
	if len(e.unrated[ch.Name.Text]) > 0 {
		return refuse(e.unrated[ch.Name.Text][0].At, "%s: not_rated is written as PMML only where it takes whole attributes", ch.Name.Text)
	}
	return nil
}

// values writes the attributes of a column; absent are the numbers that count as missing.
func (e *exporter) values(b *strings.Builder, ch *language.Characteristic, c *language.TableColumn, absent []string) error {
	missing := fmt.Sprintf(`<SimplePredicate field=%s operator="isMissing"/>`, attr(c.Column))
	switch {
	case !e.leftOut(ch, nil, true):
		for _, predicate := range append([]string{missing}, absent...) {
			e.attribute(b, ch.Missing, predicate)
		}
	case len(absent) > 0:
		return refuse(ch.At, "%s: numbers that are not rated are not written as PMML", ch.Name.Text)
	}
	words := map[string]string{}
	for _, code := range c.Codes {
		words[code.Code.Text] = code.Text
	}
	unnamed := false // whether a word without a score would come to the attribute of all others
	var named []string
	var last *language.Attribute
	for i := range ch.Attributes {
		a := &ch.Attributes[i]
		out := e.leftOut(ch, a, false)
		switch {
		case a.Other || slices.Contains(texts(a.Codes), language.TableUnseen):
			last = a
			if out {
				last = nil
			}
		case a.Codes != nil:
			var list []string
			for _, code := range a.Codes {
				list = append(list, words[code.Text])
			}
			named = append(named, list...)
			if !out {
				e.attribute(b, a, set(c.Column, "isIn", list))
				continue
			}
			unnamed = true
		case !out:
			e.attribute(b, a, e.within(c, a.From, a.Below))
		}
	}
	if last != nil {
		predicate := fmt.Sprintf(`<SimplePredicate field=%s operator="isNotMissing"/>`, attr(c.Column))
		if unnamed {
			predicate = set(c.Column, "isNotIn", named)
		}
		e.attribute(b, last, predicate)
	}
	return nil
}

func (e *exporter) open(b *strings.Builder, ch *language.Characteristic) {
	baseline := ch.Attributes[0].Points
	for i := range ch.Attributes {
		baseline = max(baseline, ch.Attributes[i].Points)
	}
	if ch.Baseline != nil {
		baseline = *ch.Baseline
	}
	fmt.Fprintf(b, "      <Characteristic name=%s baselineScore=\"%s\"", attr(ch.Name.Text), e.points(baseline))
	if ch.Reason.Text != "" {
		fmt.Fprintf(b, " reasonCode=%s", attr(ch.Reason.Text))
	}
	b.WriteString(">\n")
}

func (e *exporter) attribute(b *strings.Builder, a *language.Attribute, predicate string) {
	fmt.Fprintf(b, "        <Attribute partialScore=\"%s\"", e.points(a.Points))
	if a.Reason.Text != "" {
		fmt.Fprintf(b, " reasonCode=%s", attr(a.Reason.Text))
	}
	fmt.Fprintf(b, ">%s</Attribute>\n", predicate)
}

func (e *exporter) points(v int64) string { return table.Decimal(v, int(e.model.Table.Decimals)) }

// column is a column of the model, noted as read.
func (e *exporter) column(name string) *language.TableColumn {
	c := e.columns[name]
	if c != nil && !slices.Contains(e.read, name) {
		e.read = append(e.read, name)
	}
	return c
}

func attr(text string) string {
	var b bytes.Buffer
	b.WriteByte('"')
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	b.WriteByte('"')
	return b.String()
}

// set asks for one of some words, or for none of them.
func set(column, operator string, words []string) string {
	one, all := "equal", "or"
	if operator == "isNotIn" {
		one, all = "notEqual", "and"
	}
	// How a backslash stands in an array is read differently by different programs.
	if len(words) == 1 || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, `\\`) }) {
		var list []string
		for _, w := range words {
			list = append(list, fmt.Sprintf(`<SimplePredicate field=%s operator="%s" value=%s/>`, attr(column), one, attr(w)))
		}
		if len(list) == 1 {
			return list[0]
		}
		return fmt.Sprintf(`<CompoundPredicate booleanOperator="%s">%s</CompoundPredicate>`, all, strings.Join(list, ""))
	}
	var list []string
	for _, w := range words {
		text := attr(strings.ReplaceAll(w, `"`, `\"`))
		list = append(list, "&#34;"+text[1:len(text)-1]+"&#34;")
	}
	return fmt.Sprintf(`<SimpleSetPredicate field=%s booleanOperator="%s"><Array type="string" n="%d">%s</Array></SimpleSetPredicate>`, attr(column), operator, len(list), strings.Join(list, " "))
}

// equal asks for a number that is v once it is rounded down to the column's scale.
func (e *exporter) equal(c *language.TableColumn, text string) string {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "<False/>"
	}
	next := v + 1
	return e.within(c, &v, &next)
}

func (e *exporter) within(c *language.TableColumn, from, below *int64) string {
	side := func(operator string, v int64) string {
		return fmt.Sprintf(`<SimplePredicate field=%s operator="%s" value="%s"/>`, attr(c.Column), operator, table.Decimal(v, int(c.Scale)))
	}
	switch {
	case from != nil && below != nil:
		return `<CompoundPredicate booleanOperator="and">` + side("greaterOrEqual", *from) + side("lessThan", *below) + `</CompoundPredicate>`
	case from != nil:
		return side("greaterOrEqual", *from)
	case below != nil:
		return side("lessThan", *below)
	}
	return fmt.Sprintf(`<SimplePredicate field=%s operator="isNotMissing"/>`, attr(c.Column))
}

func (e *exporter) document(body string) string {
	m := e.model
	var b strings.Builder
	b.WriteString(xml.Header)
	b.WriteString("<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n")
	fmt.Fprintf(&b, "  <Header description=%s>\n", attr(m.Title.EN))
	for _, band := range m.Bands {
		from := ""
		if band.From != nil {
			from = e.points(*band.From)
		}
		fmt.Fprintf(&b, "    <Extension extender=\"probity\" name=%s value=%s/>\n", attr("band "+band.Name.Text), attr(from))
	}
	fmt.Fprintf(&b, "    <Application name=\"probity\"/>\n  </Header>\n  <DataDictionary>\n")
	var schema strings.Builder
	for _, name := range e.read {
		c := e.columns[name]
		kind := `optype="continuous" dataType="double"`
		if c.Codes != nil {
			kind = `optype="categorical" dataType="string"`
		}
		fmt.Fprintf(&b, "    <DataField name=%s %s/>\n", attr(c.Column), kind)
		fmt.Fprintf(&schema, "      <MiningField name=%s invalidValueTreatment=\"asIs\"/>\n", attr(c.Column))
	}
	fmt.Fprintf(&b, "  </DataDictionary>\n  <Scorecard modelName=%s functionName=\"regression\" initialScore=\"%s\" useReasonCodes=\"%t\" reasonCodeAlgorithm=\"pointsBelow\" baselineMethod=\"other\">\n",
		attr(m.Code), e.points(m.Base), len(m.Reasons) > 0)
	fmt.Fprintf(&b, "    <MiningSchema>\n%s    </MiningSchema>\n    <Output>\n      <OutputField name=\"score\" optype=\"continuous\" dataType=\"double\" feature=\"predictedValue\"/>\n", schema.String())
	if len(m.Reasons) > 0 {
		for rank := 1; rank <= 4; rank++ {
			fmt.Fprintf(&b, "      <OutputField name=\"reason %d\" optype=\"categorical\" dataType=\"string\" feature=\"reasonCode\" rank=\"%d\"/>\n", rank, rank)
		}
	}
	fmt.Fprintf(&b, "    </Output>\n    <Characteristics>\n%s    </Characteristics>\n  </Scorecard>\n</PMML>\n", body)
	return b.String()
}
