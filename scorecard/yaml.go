package scorecard

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

const (
	// maxSource bounds a model or case file, in bytes.
	maxSource = 1 << 20
	// maxDepth bounds how deep mappings and lists may stand in each other.
	maxDepth = 32
)

// reader walks the nodes of one YAML document and gathers what is wrong with it. It reads a strict part of YAML: no
// anchors, aliases, tags of its own, merge keys, floats, nulls or second documents, no key twice and none unknown.
type reader struct {
	file   string
	lines  [][]byte
	faults Faults
}

func (r *reader) fault(at Pos, rule, cure, format string, args ...any) {
	r.faults = append(r.faults, Fault{File: r.file, Pos: at, Rule: rule, Text: fmt.Sprintf(format, args...), Cure: cure})
}

func at(n *yaml.Node) Pos { return Pos{n.Line, n.Column} }

// document reads the one document of a source; nil where there is none that can be walked safely.
func (r *reader) document(source []byte) *yaml.Node {
	start := Pos{1, 1}
	if len(source) > maxSource {
		r.fault(start, "size", "split it", "the file has %d bytes, more than the %d allowed", len(source), maxSource)
		return nil
	}
	if depth := flowDepth(source); depth > 4*maxDepth {
		r.fault(start, "depth", "write it flatter", "brackets stand %d deep in each other", depth)
		return nil
	}
	r.lines = bytes.Split(source, []byte("\n"))
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		r.fault(errorPos(err), "yaml", "", "this is not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if err := decoder.Decode(&second); err == nil {
		r.fault(at(&second), "yaml", "put it into a file of its own", "the file holds a second document")
		return nil
	}
	if len(doc.Content) != 1 || !r.safe(doc.Content[0], 1) {
		return nil
	}
	return doc.Content[0]
}

// safe refuses everything that makes a YAML tree larger than its text, or ambiguous.
func (r *reader) safe(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		r.fault(at(n), "depth", "write it flatter", "mappings and lists stand more than %d deep in each other", maxDepth)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.fault(at(n), "alias", "write the value out", "anchors and aliases are not read")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.fault(at(n), "tag", "write the value without a tag", "the tag %s is not read", n.Tag)
		return false
	}
	if n.Kind == yaml.ScalarNode {
		switch n.Tag {
		case "!!str", "!!int", "!!bool", "!!timestamp":
		case "!!float":
			if strings.Trim(n.Value, "+-0123456789") == "" {
				r.fault(at(n), "float", "use a larger unit", "%s is too large a number", clip(n.Value))
				return false
			}
			r.fault(at(n), "float", "use a whole number of a smaller unit, or quote it if it is a text", "%s is not a whole number", n.Value)
			return false
		default:
			r.fault(at(n), "empty", "give a value or leave the key out", "there is no value here")
			return false
		}
	}
	ok := true
	seen := map[string]Pos{}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if c.Kind != yaml.ScalarNode || c.Tag == "!!merge" {
				r.fault(at(c), "key", "use a plain word", "a key must be a plain word")
				ok = false
				continue
			}
			if first, twice := seen[c.Value]; twice {
				r.fault(at(c), "duplicate-key", "keep one of the two", "%s stands here a second time; first in line %d", c.Value, first.Line)
				ok = false
			}
			seen[c.Value] = at(c)
		}
		ok = r.safe(c, depth+1) && ok
	}
	return ok
}

// flowDepth is the largest number of brackets open at once, quotes and comments not regarded: an upper bound that
// keeps the parser's recursion small.
func flowDepth(source []byte) int {
	depth, most := 0, 0
	for _, c := range source {
		switch c {
		case '[', '{':
			depth++
			most = max(most, depth)
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return most
}

var lineOfError = regexp.MustCompile(`line (\d+)`)

func errorPos(err error) Pos {
	var syntax *yaml.TypeError
	if errors.As(err, &syntax) {
		return Pos{1, 1}
	}
	if m := lineOfError.FindStringSubmatch(err.Error()); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			return Pos{line, 1}
		}
	}
	return Pos{1, 1}
}

// object is a mapping being read; what names it in messages.
type object struct {
	r    *reader
	what string
	at   Pos
	vals map[string]*yaml.Node
}

// object reads a mapping whose keys are those of the named shape (see shapes).
func (r *reader) object(n *yaml.Node, what string) *object {
	o := &object{r: r, what: what, vals: map[string]*yaml.Node{}}
	if n == nil {
		return o
	}
	o.at = at(n)
	if n.Kind != yaml.MappingNode {
		r.fault(o.at, "shape", "write it as key: value", "%s must be a mapping", what)
		return o
	}
	allowed := shapes[what]
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(allowed, key.Value) {
			r.fault(at(key), "unknown-key", meant(key.Value, allowed), "%s has no key %q", what, key.Value)
			continue
		}
		o.vals[key.Value] = n.Content[i+1]
	}
	return o
}

// pairs calls do for each entry of a mapping whose keys are names that the file chooses.
func (r *reader) pairs(n *yaml.Node, what string, do func(key Name, value *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fault(at(n), "shape", "write it as key: value", "%s must be a mapping", what)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		do(Name{n.Content[i].Value, at(n.Content[i])}, n.Content[i+1])
	}
}

// has tells whether the key is there.
func (o *object) has(key string) bool { return o.vals[key] != nil }

// place is the place of a key's value, or of the mapping where it is not there.
func (o *object) place(key string) Pos {
	if n := o.vals[key]; n != nil {
		return at(n)
	}
	return o.at
}

// need reports keys that are not there.
func (o *object) need(keys ...string) {
	for _, k := range keys {
		if !o.has(k) {
			o.r.fault(o.at, "missing-key", "add "+k+":", "%s needs the key %q", o.what, k)
		}
	}
}

// one reports where not exactly one of the keys is there.
func (o *object) one(keys ...string) {
	n := 0
	for _, k := range keys {
		if o.has(k) {
			n++
		}
	}
	if n != 1 {
		o.r.fault(o.at, "choice", "keep exactly one", "%s needs exactly one of the keys %s", o.what, strings.Join(keys, ", "))
	}
}

func (o *object) name(key string) Name {
	n := o.vals[key]
	if n == nil {
		return Name{}
	}
	return o.r.scalar(n, o.what+"."+key)
}

func (o *object) text(key string) string { return o.name(key).Text }

// word is a name that other parts refer to: short, without spaces.
func (o *object) word(key string) Name {
	n := o.name(key)
	if o.has(key) {
		o.r.word(n)
	}
	return n
}

var wordForm = regexp.MustCompile(`^[\pL\pN][\pL\pN_.+-]*$`)

func (r *reader) word(n Name) {
	if len(n.Text) > 80 || !wordForm.MatchString(n.Text) {
		r.fault(n.At, "name", "use letters, digits, _ . + and -, at most 80 bytes", "%q cannot be a name", clip(n.Text))
	}
}

func (r *reader) scalar(n *yaml.Node, what string) Name {
	if n.Kind != yaml.ScalarNode {
		r.fault(at(n), "shape", "write one value", "%s must be a single value", what)
		return Name{At: at(n)}
	}
	if strings.TrimSpace(n.Value) == "" {
		r.fault(at(n), "empty", "give a value or leave the key out", "%s is empty", what)
	}
	return Name{n.Value, at(n)}
}

// words reads a list of names, or a single one.
func (o *object) words(key string) []Name {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []Name{o.r.scalar(n, o.what+"."+key)}
	}
	var names []Name
	for _, c := range o.items(key) {
		name := o.r.scalar(c, o.what+"."+key)
		if slices.ContainsFunc(names, func(m Name) bool { return m.Text == name.Text }) {
			o.r.fault(name.At, "twice", "keep one of the two", "%q stands twice in %s", name.Text, key)
		}
		names = append(names, name)
	}
	return names
}

// items reads a list that is not empty.
func (o *object) items(key string) []*yaml.Node {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		o.r.fault(at(n), "shape", "begin each entry with -", "%s.%s must be a list", o.what, key)
		return nil
	}
	if len(n.Content) == 0 {
		o.r.fault(at(n), "empty", "add an entry or leave the key out", "%s.%s is an empty list", o.what, key)
	}
	return n.Content
}

// int reads a whole number between lo and hi; nil where the key is not there.
func (o *object) int(key string, lo, hi int64) *int64 {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	v, ok := o.r.int(n, o.what+"."+key, lo, hi)
	if !ok {
		return nil
	}
	return &v
}

// number is int with a value for a key that is not there.
func (o *object) number(key string, lo, hi, otherwise int64) int64 {
	if v := o.int(key, lo, hi); v != nil {
		return *v
	}
	return otherwise
}

func (r *reader) int(n *yaml.Node, what string, lo, hi int64) (int64, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" {
		r.fault(at(n), "number", "write a whole number without quotes", "%s must be a whole number", what)
		return 0, false
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || !plainInt(n.Value) {
		r.fault(at(n), "number", "write it in decimal digits alone", "%s: %s cannot be read as a whole number", what, clip(n.Value))
		return 0, false
	}
	if v < lo || v > hi {
		r.fault(at(n), "number", "", "%s is %d; it must lie between %d and %d", what, v, lo, hi)
		return 0, false
	}
	return v, true
}

func (o *object) bool(key string) *bool {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	if n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
		o.r.fault(at(n), "bool", "write true or false", "%s.%s must be true or false", o.what, key)
		return nil
	}
	v := n.Value == "true"
	return &v
}

func (o *object) yes(key string) bool {
	v := o.bool(key)
	return v != nil && *v
}

func (o *object) date(key string) calendar.Day {
	if !o.has(key) {
		return calendar.None
	}
	n := o.name(key)
	d, err := calendar.Parse(n.Text)
	if err != nil {
		o.r.fault(n.At, "date", "write it as 2025-06-01", "%s.%s: %v", o.what, key, err)
		return calendar.None
	}
	return d
}

func (r *reader) period(n *yaml.Node, what string) calendar.Period {
	text := r.scalar(n, what)
	p, err := calendar.ParsePeriod(text.Text)
	if err != nil {
		r.fault(text.At, "period", "", "%s: %v", what, err)
	}
	return p
}

// label reads a text in one or more languages; English is always there.
func (o *object) label(key string) Label {
	if !o.has(key) {
		return Label{}
	}
	l := o.r.object(o.vals[key], "label")
	l.need("en")
	return Label{EN: l.text("en"), ZH: l.text("zh")}
}

// filter reads an expression and finds out where in the file its first character stands.
func (o *object) filter(key string) *Filter {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	text := o.r.scalar(n, o.what+"."+key)
	f := &Filter{Text: text.Text, At: text.At, inner: text.At}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		f.block = n.Style&yaml.LiteralStyle != 0
		f.inner = Pos{text.At.Line + 1, 1}
		if text.At.Line < len(o.r.lines) {
			line := o.r.lines[text.At.Line]
			f.inner.Column += len(line) - len(bytes.TrimLeft(line, " "))
		}
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		f.inner.Column++
	}
	return f
}

// place is where in the file a place in the filter's text stands; exact for expressions on one line and in literal
// blocks.
func (f *Filter) place(line, column int) Pos {
	if f.block {
		return Pos{f.inner.Line + line - 1, f.inner.Column + column}
	}
	if line > 1 {
		return f.inner
	}
	return Pos{f.inner.Line, f.inner.Column + column}
}

// clip shortens a foreign text for a message.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
