package pmml

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"probity/calendar"
	"probity/develop/modelfile"
	"probity/scorecard"
	"probity/scorecard/tabular"
)

const unseen = tabular.Unseen

// About is what a model says of itself that no scorecard does.
type About struct {
	// Code is the model's code; the scorecard's own name where it is empty. File is where it comes from.
	Code, File string
	Today      calendar.Day
}

// Import turns a PMML file into the text of a model over a plain table, which has been compiled. Rows that PMML gives no
// score are not rated: those for which a characteristic has no attribute, and those whose values are invalid. An error is of
// type [*Error].
func Import(source []byte, about About) ([]byte, error) {
	root, err := document(source)
	if err != nil {
		return nil, err
	}
	c, err := read(root)
	if err != nil {
		return nil, err
	}
	w := &writer{card: c, about: about, names: newNames(), reasons: map[string]string{}, reasonNames: newNames()}
	text, err := w.model()
	if err != nil {
		return nil, err
	}
	m, err := scorecard.Parse("model", text)
	if err == nil {
		_, err = tabular.Compile(m)
	}
	var faults scorecard.Faults
	if errors.As(err, &faults) {
		return nil, c.from.refuse("Scorecard %q: the model language refuses what it says: %s; %s", clip(c.name), faults[0].Text, faults[0].Cure)
	}
	return text, err
}

// names gives out words, each once.
type names struct{ given *modelfile.Names }

func newNames() *names { return &names{modelfile.Free()} }

// of is a word of letters, digits, _ and, where not plain, - that begins with a letter, as near to the text as can be.
func (n *names) of(text, otherwise string, plain bool) string {
	var b strings.Builder
	for _, r := range text {
		letter := r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || !plain && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-')
		switch {
		case letter:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() > 60 {
			break
		}
	}
	name := strings.Trim(b.String(), "_-")
	if name == "" || !unicode.IsLetter([]rune(name)[0]) {
		name = otherwise + "_" + name
	}
	name = strings.TrimRight(name, "_")
	return n.given.Give(name)
}

type writer struct {
	card     *card
	about    About
	names    *names
	decimals int
	base     int64
	columns  strings.Builder
	body     strings.Builder
	notRated strings.Builder
	// reasons are codes by their text in the file; order is the order in which they were met.
	reasons     map[string]string
	reasonNames *names
	order       []string
	noScore     string
}

func (w *writer) model() ([]byte, error) {
	c := w.card
	w.decimals = c.initial.scale
	for _, ch := range c.characteristics {
		if c.reasons {
			w.decimals = max(w.decimals, ch.baseline.scale)
		}
		for _, a := range ch.attributes {
			w.decimals = max(w.decimals, a.points.scale)
		}
	}
	var err error
	if w.base, err = w.points(c.initial, c.from); err != nil {
		return nil, err
	}
	for _, f := range c.fields {
		if err := w.column(f); err != nil {
			return nil, err
		}
	}
	for _, ch := range c.characteristics {
		if err := w.characteristic(ch); err != nil {
			return nil, err
		}
	}
	for _, f := range c.fields {
		w.validity(f)
	}
	code := w.about.Code
	if code == "" {
		code = newNames().of(c.name, "scorecard", false)
	}
	var b strings.Builder
	title := strings.TrimSpace(c.name)
	if title == "" {
		title = code
	}
	fmt.Fprintf(&b, "# A scorecard over a plain table, taken over from PMML. It rates rows of a file and nobody in a register.\n")
	fmt.Fprintf(&b, "model: %s\nversion: 1\ntitle: {en: %s}\nsource:\n  title: %s\n  date: %s\n  note: %s\n", modelfile.Quoted(code), modelfile.Quoted(title),
		modelfile.Quoted("imported from "+w.about.File), w.about.Today, modelfile.Quoted("PMML Scorecard "+title))
	fmt.Fprintf(&b, "table:\n")
	if w.decimals > 0 {
		fmt.Fprintf(&b, "  decimals: %d\n", w.decimals)
	}
	if w.columns.Len() == 0 {
		return nil, c.from.refuse("Scorecard %q reads no field", clip(c.name))
	}
	fmt.Fprintf(&b, "  columns:\n%sbase: %d\n", w.columns.String(), w.base)
	if w.notRated.Len() > 0 {
		fmt.Fprintf(&b, "not_rated:\n%s", w.notRated.String())
	}
	fmt.Fprintf(&b, "characteristics:\n%sbands:\n  - {name: all, title: {en: \"every score\"}}\n", w.body.String())
	if len(w.order) > 0 || w.noScore != "" {
		b.WriteString("reasons:\n")
		for _, text := range w.order {
			fmt.Fprintf(&b, "  %s: {en: %s}\n", modelfile.Quoted(w.reasons[text]), modelfile.Quoted(text))
		}
		if w.noScore != "" {
			fmt.Fprintf(&b, "  %s: {en: \"the scorecard gives such a row no score\"}\n", w.noScore)
		}
	}
	return []byte(b.String()), nil
}

// points are points at the model's decimals.
func (w *writer) points(d decimal, n *node) (int64, error) {
	v, ok := d.at(w.decimals)
	if !ok {
		return 0, n.refuse("%s: %s points with %d decimals do not fit", n.name, clip(d.value.RatString()), w.decimals)
	}
	return v, nil
}

func (w *writer) reason(text string) string {
	name, there := w.reasons[text]
	if !there {
		name = w.reasonNames.of(text, "R", false)
		w.reasons[text] = name
		w.order = append(w.order, text)
	}
	return name
}

func (w *writer) unscored() string {
	if w.noScore == "" {
		w.noScore = w.reasonNames.of("NO_SCORE", "N", false)
	}
	return w.noScore
}

// column writes a column that is read: by a predicate, or to see whether its value is valid.
func (w *writer) column(f *field) error {
	if !f.used && !f.checked() {
		return nil
	}
	f.own = w.names.of(f.name, "column", true)
	fmt.Fprintf(&w.columns, "    - name: %s\n      column: %s\n", f.own, modelfile.Quoted(f.name))
	if !f.words {
		for _, i := range f.ranges {
			for _, d := range []*decimal{i.from, i.to} {
				if d == nil {
					continue
				}
				if _, ok := d.at(f.scale); !ok {
					return f.from.refuse("MiningField %q: a limit does not fit with %d decimals", clip(f.name), f.scale)
				}
			}
		}
		if f.scale > 0 {
			fmt.Fprintf(&w.columns, "      scale: %d\n", f.scale)
		}
		return nil
	}
	words := f.valid
	if len(words) == 0 {
		words = slices.Clone(f.mentioned)
		slices.Sort(words)
		words = slices.Compact(words)
	}
	if len(words) == 0 {
		w.columns.WriteString("      codes: {none: \"\"}\n")
		return nil
	}
	given := &names{modelfile.NewNames(unseen)}
	f.codes = map[string]string{}
	w.columns.WriteString("      codes:\n")
	for _, word := range words {
		f.codes[word] = given.of(word, "word", false)
		f.known = append(f.known, word)
		fmt.Fprintf(&w.columns, "        %s: %s\n", modelfile.Quoted(f.codes[word]), modelfile.Quoted(word))
	}
	return nil
}

// checked tells whether rows are not rated for the field's value alone.
func (f *field) checked() bool {
	return f.missing == "returnInvalid" || f.limited() && f.treat == "returnInvalid"
}

// code is the code of a word, where the model knows it.
func (f *field) code(word string) (string, bool) {
	code, ok := f.codes[word]
	return code, ok
}

// validity writes what keeps a row from being rated because of one field.
func (w *writer) validity(f *field) {
	if !f.checked() {
		return
	}
	name := w.names.of(f.own+"_valid", "field", false)
	fmt.Fprintf(&w.body, "  - name: %s\n    title: {en: %s}\n    datasets: [table]\n    aggregate: exists\n", name, modelfile.Quoted(f.name+" has no value that the scorecard takes"))
	absent := atom("missing(%s)", f.own)
	invalid := never
	if f.limited() && f.treat == "returnInvalid" {
		invalid = both(atom("!missing(%s)", f.own), negated(f.ok()))
	}
	where := anyOf(invalid, absent)
	if f.missing != "returnInvalid" {
		where = invalid
	}
	fmt.Fprintf(&w.body, "    where: %s\n", modelfile.Quoted(where.text))
	fmt.Fprintf(&w.notRated, "  - {characteristic: %s, from: 1, reason: %s}\n", name, w.unscored())
}

func (w *writer) characteristic(ch *characteristic) error {
	var reads []*field
	size := 0
	for _, a := range ch.attributes {
		reads = a.when.reads(reads)
		if w.card.reasons && a.reason == "" {
			d := a.points.value.Cmp(ch.baseline.value)
			if d < 0 && !w.card.above || d > 0 && w.card.above {
				return a.from.refuse("Attribute of %q has no reasonCode, and can be a reason", clip(ch.name))
			}
		}
		if err := a.when.fit(a.from); err != nil {
			return err
		}
		if size += a.when.size(); size > mostValues {
			return a.from.refuse("Characteristic %q has more than %d predicates and values", clip(ch.name), mostValues)
		}
	}
	if len(reads) == 1 {
		done, err := w.ranged(ch, reads[0])
		if done || err != nil {
			return err
		}
	}
	return w.conditions(ch)
}

// fit scales the numbers and refuses those that are too large.
func (p *predicate) fit(n *node) error {
	for _, d := range p.numbers {
		v, ok := d.at(p.field.scale)
		if !ok {
			return n.refuse("Attribute: the limit %s of %q does not fit with %d decimals", clip(d.value.RatString()), clip(p.field.name), p.field.scale)
		}
		p.limits = append(p.limits, v)
	}
	for _, k := range p.kids {
		if err := k.fit(n); err != nil {
			return err
		}
	}
	return nil
}

// worth is what a cell of a field is worth: the attribute that takes it, -1 for none.
func worth(ch *characteristic, c cell) int {
	return slices.IndexFunc(ch.attributes, func(a attribute) bool { return a.when.truth(c) == yes })
}

// invalidAt tells whether a number is outside of all ranges.
func (f *field) invalidAt(v int64) bool {
	return len(f.ranges) > 0 && !slices.ContainsFunc(f.ranges, func(i interval) bool {
		if i.from != nil {
			from, _ := i.from.at(f.scale)
			if v < from || v == from && i.fromOpen {
				return false
			}
		}
		if i.to != nil {
			to, _ := i.to.at(f.scale)
			return v < to || v == to && !i.toOpen
		}
		return true
	})
}

// part is some values of a field and the attribute that takes them, -1 for none.
type part struct {
	from, below *int64
	codes       []string
	attribute   int
}

// parts divides the values of a field, without the missing one, among the attributes.
func (f *field) parts(ch *characteristic) []part {
	var out []part
	if f.words {
		byAttribute := map[int]int{}
		add := func(code string, c cell) {
			a := worth(ch, c)
			place, there := byAttribute[a]
			if !there {
				place = len(out)
				byAttribute[a] = place
				out = append(out, part{attribute: a})
			}
			out[place].codes = append(out[place].codes, code)
		}
		for _, word := range f.known {
			add(f.codes[word], cell{word: word})
		}
		add(unseen, cell{other: true, missing: len(f.valid) > 0})
		return out
	}
	var cuts []int64
	for _, a := range ch.attributes {
		cuts = a.when.cuts(cuts)
	}
	for _, i := range f.ranges {
		for _, d := range []*decimal{i.from, i.to} {
			if d != nil {
				v, _ := d.at(f.scale)
				cuts = append(cuts, v, v+1)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	at := int64(math.MinInt64)
	for i := 0; i <= len(cuts); i++ {
		c := cell{number: at}
		c.missing = f.invalidAt(at)
		p := part{attribute: worth(ch, c)}
		if i > 0 {
			from := cuts[i-1]
			p.from = &from
		}
		if i < len(cuts) {
			at = cuts[i]
			below := at
			p.below = &below
		}
		if n := len(out); n > 0 && out[n-1].attribute == p.attribute {
			out[n-1].below = p.below
			continue
		}
		out = append(out, p)
	}
	return out
}

// ranged writes a characteristic of one field by its values. It is not done where reasons are for points above the
// baseline, or a baseline lies outside of the points: then conditions say it.
func (w *writer) ranged(ch *characteristic, f *field) (done bool, err error) {
	parts := f.parts(ch)
	absent := worth(ch, cell{missing: true})
	var points []int64
	for _, a := range ch.attributes {
		v, err := w.points(a.points, a.from)
		if err != nil {
			return false, err
		}
		points = append(points, v)
	}
	var known []int64
	for _, p := range parts {
		if p.attribute >= 0 {
			known = append(known, points[p.attribute])
		}
	}
	switch {
	case len(known) == 0:
		return false, ch.from.refuse("Characteristic %q: no Attribute takes any value of %q", clip(ch.name), clip(f.name))
	case absent >= 0 && points[absent] < slices.Min(known):
		return false, ch.attributes[absent].from.refuse("Attribute of %q: a missing value would cost more than the worst known one, which no model may do", clip(ch.name))
	}
	baseline := slices.Min(known)
	if w.card.reasons {
		if baseline, err = w.points(ch.baseline, ch.from); err != nil {
			return false, err
		}
		if !w.card.above {
			// Below the least points nothing is lost, however far.
			baseline = max(baseline, slices.Min(known))
		}
	}
	if w.card.reasons && w.card.above || baseline < slices.Min(known) || baseline > slices.Max(known) {
		return false, nil
	}
	name := w.names.of(ch.name, "characteristic", false)
	fmt.Fprintf(&w.body, "  - name: %s\n    title: {en: %s}\n    datasets: [table]\n    aggregate: {latest: %s}\n    baseline: %d\n", name, w.title(ch, name), f.own, baseline)
	// What no attribute takes is never rated; its points are as good as any.
	value := func(a int) string {
		if a < 0 {
			return fmt.Sprintf("points: %d", slices.Max(known))
		}
		text := fmt.Sprintf("points: %d", points[a])
		if w.card.reasons && points[a] < baseline {
			text += ", reason: " + modelfile.Quoted(w.reason(ch.attributes[a].reason))
		}
		return text
	}
	fmt.Fprintf(&w.body, "    missing: {%s}\n", value(absent))
	if !f.words {
		w.body.WriteString("    direction: none\n")
	}
	if absent < 0 {
		fmt.Fprintf(&w.notRated, "  - {characteristic: %s, missing: true, reason: %s}\n", name, w.unscored())
	}
	w.body.WriteString("    attributes:\n")
	for _, p := range parts {
		limits := p.limits()
		fmt.Fprintf(&w.body, "      - {%s%s}\n", limits, value(p.attribute))
		if p.attribute < 0 {
			fmt.Fprintf(&w.notRated, "  - {characteristic: %s, %sreason: %s}\n", name, limits, w.unscored())
		}
	}
	return true, nil
}

func (p *part) limits() string {
	var b strings.Builder
	if p.codes != nil {
		var list []string
		for _, c := range p.codes {
			list = append(list, modelfile.Quoted(c))
		}
		fmt.Fprintf(&b, "codes: [%s], ", strings.Join(list, ", "))
	}
	if p.from != nil {
		fmt.Fprintf(&b, "from: %d, ", *p.from)
	}
	if p.below != nil {
		fmt.Fprintf(&b, "below: %d, ", *p.below)
	}
	return b.String()
}

func (w *writer) title(ch *characteristic, name string) string {
	if strings.TrimSpace(ch.name) == "" {
		return modelfile.Quoted(name)
	}
	return modelfile.Quoted(ch.name)
}

// conditions writes a characteristic as one yes or no for each attribute. The baseline goes into the base, and each
// attribute is worth what it differs from it: what is lost against it stays the same.
func (w *writer) conditions(ch *characteristic) error {
	baseline := int64(0)
	if w.card.reasons {
		var err error
		if baseline, err = w.points(ch.baseline, ch.from); err != nil {
			return err
		}
	}
	w.base += baseline
	parts := 0
	for _, a := range ch.attributes {
		if parts += a.when.cost(); parts > mostParts {
			return a.from.refuse("Characteristic %q compares more than a filter can, which has at most %d parts", clip(ch.name), mostParts)
		}
	}
	before := []condition{}
	for i, a := range ch.attributes {
		points, err := w.points(a.points, a.from)
		if err != nil {
			return err
		}
		holds := a.when.holds()
		where := both(append(slices.Clone(before), holds)...)
		before = append(before, negated(holds))
		differs := points - baseline
		if where.fixed == no || differs == 0 {
			continue
		}
		label := fmt.Sprintf("%s_%d", ch.name, i+1)
		switch {
		case !w.card.reasons:
			w.indicator(label, where, differs, min(differs, 0), "")
		case !w.card.above || differs < 0:
			reason := ""
			if differs < 0 && !w.card.above {
				reason = a.reason
			}
			w.indicator(label, where, differs, map[bool]int64{true: 0, false: differs}[!w.card.above], reason)
		default:
			// Points above the baseline are the reason here, and the language counts points lost. One characteristic gives
			// them twice, another takes them away once: the sum is the same, and the reason has its weight.
			w.indicator(label, where, 2*differs, 0, "")
			w.indicator(label+"_above", where, -differs, 0, a.reason)
		}
	}
	if rest := both(before...); rest.fixed != no {
		name := w.names.of(ch.name+"_none", "none", false)
		fmt.Fprintf(&w.body, "  - name: %s\n    title: {en: %s}\n    datasets: [table]\n    aggregate: exists\n%s", name, modelfile.Quoted(ch.name+": no attribute takes the row"), whereLine(rest))
		fmt.Fprintf(&w.notRated, "  - {characteristic: %s, from: 1, reason: %s}\n", name, w.unscored())
	}
	return nil
}

func whereLine(c condition) string {
	if c.fixed == yes {
		return ""
	}
	return fmt.Sprintf("    where: %s\n", modelfile.Quoted(c.text))
}

func (w *writer) indicator(label string, where condition, points, baseline int64, reason string) {
	name := w.names.of(label, "characteristic", false)
	fmt.Fprintf(&w.body, "  - name: %s\n    title: {en: %s}\n    datasets: [table]\n%s    aggregate: exists\n    direction: none\n    baseline: %d\n",
		name, modelfile.Quoted(label), whereLine(where), baseline)
	if reason != "" {
		fmt.Fprintf(&w.body, "    reason: %s\n", modelfile.Quoted(w.reason(reason)))
	}
	fmt.Fprintf(&w.body, "    attributes: [{below: 1, points: 0}, {from: 1, points: %d}]\n", points)
}
