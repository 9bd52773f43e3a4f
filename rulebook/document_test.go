package rulebook_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"probity/rulebook"
	"probity/scorecard"
	"probity/scorecard/language"
)

var update = flag.Bool("update", false, "write docs/models.md anew instead of comparing it")

const documentPath = "../docs/models.md"

// TestDocumentIsCurrent holds docs/models.md to the model files, from which it is written.
func TestDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	var models []*scorecard.Model
	for _, f := range rulebook.All() {
		models = append(models, plan(t, f).Model())
	}
	want := document(models)
	if *update {
		if err := os.WriteFile(documentPath, want, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(documentPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error("docs/models.md does not say what the models say; write it anew with: go test ./rulebook -run TestDocumentIsCurrent -update")
	}
}

const documentIntroduction = `# The built-in models

What each model of the rulebook rates, what it rests on, what every fact is worth, and what it leaves out on purpose.
Written from the files in ` + "`rulebook/`" + ` by a test; change the files, not this page. The words are those of
[the model language](model-language.md); how to write a model of your own is in [adding a model](adding-a-model.md).

How to read the tables. The score is the base plus the points of every line, each line within its own limits and each
group within its bounds, clipped to the scale at the end. A line looks at the records of the datasets or families it
names that meet its condition and lie in its window; lapsed, repaired, annulled and disputed records are not looked at
at all. "No value" is what a line is worth where there is nothing to compute it from. Amounts are in
fen where a condition compares them; 100 fen are one yuan. Gates work in their order after the score; the first that
sets a band outright ends the matter. "Not rated" is an answer of its own and no low rating.

Numbers that come from law carry their source. *Verified* was read in a public copy; *recalled* is general knowledge of
the field and must be confirmed before anybody quotes it; *assumed* is a number of our own where the law names none.
`

// document is the page about all models.
func document(models []*scorecard.Model) []byte {
	var b bytes.Buffer
	b.WriteString(documentIntroduction)
	b.WriteString("\n| model | rates | contexts | bands |\n|---|---|---|---|\n")
	for _, m := range models {
		fmt.Fprintf(&b, "| [%s](#%s) version %d | %s | %s | %s |\n", m.Code, anchor(m), m.Version, spoken(names(m.Kinds)), contexts(m), bandNames(m))
	}
	for _, m := range models {
		section(&b, m)
	}
	return b.Bytes()
}

// anchor is the link target of a model's heading.
func anchor(m *scorecard.Model) string { return fmt.Sprintf("%s-version-%d", m.Code, m.Version) }

func contexts(m *scorecard.Model) string {
	if n := len(m.Contexts); n > 3 {
		return fmt.Sprintf("%d of them", n)
	}
	return names(m.Contexts)
}

func bandNames(m *scorecard.Model) string {
	list := make([]string, len(m.Bands))
	for i := range m.Bands {
		list[i] = m.Bands[i].Name.Text
	}
	return strings.Join(list, ", ")
}

func section(b *bytes.Buffer, m *scorecard.Model) {
	fmt.Fprintf(b, "\n## %s version %d\n\n%s (%s). ", m.Code, m.Version, m.Title.EN, m.Title.ZH)
	fmt.Fprintf(b, "It rates subjects of the kind %s in %s.", spoken(names(m.Kinds)), inContexts(m))
	if m.Consent != nil {
		fmt.Fprintf(b, " Only by the person's own consent to the purpose `%s`.", m.Consent.Purpose)
	}
	if y := m.Year; y != nil {
		fmt.Fprintf(b, " It rates years: what it says is of the state of affairs on %d-%02d, and stands from %d-%02d until that of the next year does.", y.Closes.Month, y.Closes.Day, y.Announced.Month, y.Announced.Day)
	}
	if m.IncentiveOnly {
		b.WriteString(" It can only give: the compiler refuses a point or gate that takes.")
	}
	fmt.Fprintf(b, "\n\n**Source.** %s, %s. %s\n", m.Source.Title, m.Source.Date, m.Source.Note)
	b.WriteString("\n**Bands.** ")
	for i := range m.Bands {
		band(b, &m.Bands[i], i == 0)
	}
	b.WriteString(".\n")
	points(b, m)
	gates(b, m)
	minima(b, m)
	b.WriteString("\n**Left out.**\n\n")
	for _, l := range m.LeftOut {
		fmt.Fprintf(b, "- %s %s\n", l.Rule, l.Why)
	}
}

func inContexts(m *scorecard.Model) string {
	if len(m.Contexts) == 1 {
		return "the context " + names(m.Contexts)
	}
	return "the contexts " + names(m.Contexts)
}

func band(b *bytes.Buffer, band *scorecard.Band, first bool) {
	if !first {
		b.WriteString("; ")
	}
	fmt.Fprintf(b, "%s ", band.Name.Text)
	switch {
	case band.Unordered:
		b.WriteString("by a gate alone")
	case band.From != nil:
		fmt.Fprintf(b, "from %d", *band.From)
	default:
		b.WriteString("below that")
	}
	fmt.Fprintf(b, " (%s, %s)", band.Title.EN, band.Title.ZH)
}

// points writes the table of everything that is worth points, and the list of what serves conditions only.
func points(b *bytes.Buffer, m *scorecard.Model) {
	fmt.Fprintf(b, "\n**Points.** The base is %d", m.Base)
	if m.Clip != nil {
		fmt.Fprintf(b, ", the scale %s", bounds(m.Clip.Min, m.Clip.Max))
	}
	b.WriteString(".")
	for i := range m.Groups {
		g := &m.Groups[i]
		fmt.Fprintf(b, " Group %s: %s.", g.Name.Text, bounds(g.Floor, g.Cap))
	}
	b.WriteString("\n\n| line | looks at | is worth |\n|---|---|---|\n")
	for i := range m.Characteristics {
		ch := &m.Characteristics[i]
		group := ""
		if ch.Group.Text != "" {
			group = " [" + ch.Group.Text + "]"
		}
		fmt.Fprintf(b, "| `%s`%s: %s | %s | %s |\n", ch.Name.Text, group, ch.Title.EN, looksAt(ch), worth(ch))
	}
}

// looksAt is the selection and aggregate of a characteristic in a cell of a table.
func looksAt(ch *language.Characteristic) string {
	parts := []string{aggregate(&ch.Aggregate)}
	if sel := selection(&ch.Selection); sel != "" {
		parts = append(parts, sel)
	}
	return strings.ReplaceAll(strings.Join(parts, " of "), "|", "\\|")
}

func aggregate(a *language.Aggregate) string {
	switch a.Kind {
	case language.Share:
		return fmt.Sprintf("share (of %d) where `%s`,", a.Of, oneLine(a.Share.Text))
	case language.Ratio:
		return fmt.Sprintf("ratio (of %d) of %s to %s,", a.Of, part(a.Numerator), part(a.Denominator))
	case language.Count, language.Exists, language.MonthsSinceFirst, language.MonthsSinceLast:
		return strings.ReplaceAll(string(a.Kind), "_", " ")
	case language.Sum, language.Min, language.Max, language.Latest, language.Distinct:
		return fmt.Sprintf("%s `%s`", a.Kind, a.Field.Text)
	}
	return fmt.Sprintf("points by `%s`", a.Field.Text)
}

func part(p *language.Part) string {
	text := aggregate(&p.Aggregate)
	if p.Where != nil {
		text += fmt.Sprintf(" where `%s`", oneLine(p.Where.Text))
	}
	return text
}

func selection(s *language.Selection) string {
	text := names(append(append([]scorecard.Name{}, s.Datasets...), s.Families...))
	if s.Where != nil {
		text += fmt.Sprintf(" where `%s`", oneLine(s.Where.Text))
	}
	if w := s.Window; w != nil {
		text += ", " + window(w)
	}
	if s.By.Text != "" {
		text += fmt.Sprintf(", by `%s`", s.By.Text)
	}
	return text
}

func window(w *language.Window) string {
	var parts []string
	switch {
	case w.InForce:
		parts = append(parts, "in force")
	case !w.Inner.IsZero():
		parts = append(parts, fmt.Sprintf("between %s and %s old", w.Outer, w.Inner))
	case !w.Outer.IsZero():
		parts = append(parts, fmt.Sprintf("last %s", w.Outer))
	}
	if w.Latest > 0 {
		parts = append(parts, fmt.Sprintf("latest %d", w.Latest))
	}
	return strings.Join(parts, ", ")
}

// worth is what the values of a characteristic are worth, in a cell of a table.
func worth(ch *language.Characteristic) string {
	var parts []string
	for i := range ch.Attributes {
		a := &ch.Attributes[i]
		parts = append(parts, fmt.Sprintf("%s: %d", attribute(written(ch), a), a.Points))
	}
	if u := ch.PerUnit; u != nil {
		each := fmt.Sprintf("%+d each", u.Each)
		if u.Every > 1 {
			each = fmt.Sprintf("%+d for every %d", u.Each, u.Every)
		}
		parts = append(parts, each, bounds(u.Floor, u.Cap))
	}
	if r := ch.PerRecord; r != nil {
		for _, p := range r.Table {
			parts = append(parts, fmt.Sprintf("%s %+d", p.Code.Text, p.Points))
		}
		if r.Times.Text != "" {
			parts = append(parts, fmt.Sprintf("times `%s`", r.Times.Text))
		}
		parts = append(parts, bounds(r.Floor, r.Cap))
	}
	if len(parts) == 0 {
		return "nothing by itself; gates or minima ask for it"
	}
	if ch.Missing != nil {
		parts = append(parts, fmt.Sprintf("no value: %d", ch.Missing.Points))
	}
	return strings.Join(parts, "; ")
}

func attribute(write func(int64) string, a *language.Attribute) string {
	switch {
	case a.Other:
		return "other"
	case a.Codes != nil:
		return names(a.Codes)
	case a.From == nil:
		return "below " + write(*a.Below)
	case a.Below == nil:
		return "from " + write(*a.From)
	}
	return fmt.Sprintf("%s to below %s", write(*a.From), write(*a.Below))
}

func gates(b *bytes.Buffer, m *scorecard.Model) {
	if len(m.Gates) == 0 {
		return
	}
	b.WriteString("\n**Gates.**\n\n")
	for i := range m.Gates {
		g := &m.Gates[i]
		effect := "band " + g.Band.Text
		switch {
		case g.AtMost.Text != "":
			effect = "no better than " + g.AtMost.Text
		case g.AtLeast.Text != "":
			effect = "no worse than " + g.AtLeast.Text
		}
		fmt.Fprintf(b, "%d. `%s`, where %s: %s. %s.\n", i+1, g.Name.Text, condition(m, &g.When), effect, reason(m, g.Reason).EN)
	}
}

func minima(b *bytes.Buffer, m *scorecard.Model) {
	if len(m.NotRated) == 0 {
		return
	}
	b.WriteString("\n**Not rated.**\n\n")
	for i := range m.NotRated {
		n := &m.NotRated[i]
		var when string
		switch {
		case n.RecordsBelow == nil:
			when = condition(m, &n.When)
		case *n.RecordsBelow == 1:
			when = "no record counts"
		default:
			when = fmt.Sprintf("fewer than %d records count", *n.RecordsBelow)
		}
		fmt.Fprintf(b, "- Where %s: %s.\n", when, reason(m, n.Reason).EN)
	}
}

func condition(m *scorecard.Model, c *language.Condition) string {
	name := "`" + c.Characteristic.Text + "`"
	switch {
	case c.All != nil:
		return joined(m, c.All, " and ")
	case c.Any != nil:
		return joined(m, c.Any, " or ")
	case c.ScoreFrom != nil || c.ScoreBelow != nil:
		return "the score is " + span(plain, c.ScoreFrom, c.ScoreBelow)
	case c.Missing != nil && *c.Missing:
		return name + " has no value"
	case c.Missing != nil:
		return name + " has a value"
	case c.Codes != nil:
		return name + " is " + names(c.Codes)
	}
	i := slices.IndexFunc(m.Characteristics, func(ch language.Characteristic) bool { return ch.Name.Text == c.Characteristic.Text })
	return name + " is " + span(written(&m.Characteristics[i]), c.From, c.Below)
}

func joined(m *scorecard.Model, parts []language.Condition, word string) string {
	texts := make([]string, len(parts))
	for i := range parts {
		texts[i] = condition(m, &parts[i])
		if parts[i].All != nil || parts[i].Any != nil {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, word)
}

func span(write func(int64) string, from, below *int64) string {
	switch {
	case from == nil:
		return "below " + write(*below)
	case below == nil:
		return write(*from) + " or more"
	}
	return fmt.Sprintf("from %s below %s", write(*from), write(*below))
}

// written is how the values of a characteristic are written: sums of money in yuan, everything else as it is.
func written(ch *language.Characteristic) func(int64) string {
	if strings.HasSuffix(ch.Title.EN, "(fen)") {
		return yuan
	}
	return plain
}

func plain(v int64) string { return strconv.FormatInt(v, 10) }

// yuan writes an amount in fen as people do: 100000000 is 1,000,000 yuan.
func yuan(fen int64) string {
	text := strconv.FormatInt(fen/100, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if rest := fen % 100; rest != 0 {
		text += fmt.Sprintf(".%02d", rest)
	}
	return text + " yuan"
}

func bounds(low, high *int64) string {
	switch {
	case low != nil && high != nil:
		return fmt.Sprintf("%d to %d", *low, *high)
	case low != nil:
		return fmt.Sprintf("no less than %d", *low)
	case high != nil:
		return fmt.Sprintf("no more than %d", *high)
	}
	return "without bounds"
}

func reason(m *scorecard.Model, code scorecard.Name) scorecard.Label {
	for i := range m.Reasons {
		if m.Reasons[i].Code.Text == code.Text {
			return m.Reasons[i].Title
		}
	}
	return scorecard.Label{}
}

func names(list []scorecard.Name) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = n.Text
	}
	return strings.Join(texts, ", ")
}

// spoken writes a kind as people say it.
func spoken(kind string) string { return strings.ReplaceAll(kind, "_", " ") }

// oneLine undoes the folding of a filter over several lines.
func oneLine(filter string) string { return strings.Join(strings.Fields(filter), " ") }
