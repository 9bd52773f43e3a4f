// Package strict reads a part of YAML that means one thing only, and says of everything that is wrong where it stands
// and what cures it. Models and their cases are read through it, so that an author sees all faults at once.
//
// It takes no anchors, aliases, tags, merge keys, fractions, empty values or second documents, no key that stands twice
// and none that is unknown.
package strict

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

// Name is a word of the file with its place.
type Name struct {
	Text string
	At   Pos
}

// Passage is a text in another language inside the file, such as a filter.
type Passage struct {
	Text string
	At   Pos
	// inner is the place of the first character of Text; block is set where each line of Text is a line of the file.
	inner Pos
	block bool
}

// Reader walks the nodes of one YAML document and gathers what is wrong with it.
type Reader struct {
	file   string
	shapes map[string][]string
	lines  [][]byte
	faults Faults
}

// NewReader makes a reader for a file, whose name stands in messages. Shapes are the keys that each sort of mapping may
// have, by the name of the sort.
func NewReader(file string, shapes map[string][]string) *Reader {
	return &Reader{file: file, shapes: shapes}
}

// Err is everything that was found wrong so far, of type [Faults], or nil.
func (r *Reader) Err() error { return r.faults.Err() }

// Fault notes a fault; the text is formatted as by fmt.Sprintf.
func (r *Reader) Fault(at Pos, rule, cure, format string, args ...any) {
	r.faults = append(r.faults, Fault{File: r.file, Pos: at, Rule: rule, Text: fmt.Sprintf(format, args...), Cure: cure})
}

// At is the place of a node.
func At(n *yaml.Node) Pos { return Pos{n.Line, n.Column} }

// Document reads the one document of a source; nil, and a fault, where there is none that can be walked safely.
func (r *Reader) Document(source []byte) *yaml.Node {
	if len(bytes.TrimSpace(source)) == 0 {
		r.Fault(Pos{1, 1}, "empty", "write something into it", "the file is empty")
		return nil
	}
	start := Pos{1, 1}
	if len(source) > maxSource {
		r.Fault(start, "size", "split it", "the file has %d bytes, more than the %d allowed", len(source), maxSource)
		return nil
	}
	if depth := flowDepth(source); depth > 4*maxDepth {
		r.Fault(start, "depth", "write it flatter", "brackets stand %d deep in each other", depth)
		return nil
	}
	r.lines = bytes.Split(source, []byte("\n"))
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		r.Fault(errorPos(err), "yaml", "", "this is not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if err := decoder.Decode(&second); err == nil {
		r.Fault(At(&second), "yaml", "put it into a file of its own", "the file holds a second document")
		return nil
	}
	if len(doc.Content) != 1 {
		r.Fault(start, "empty", "write something into it", "the file is empty")
		return nil
	}
	if !r.safe(doc.Content[0], 1) {
		return nil
	}
	return doc.Content[0]
}

// safe refuses everything that makes a YAML tree larger than its text, or ambiguous.
func (r *Reader) safe(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		r.Fault(At(n), "depth", "write it flatter", "mappings and lists stand more than %d deep in each other", maxDepth)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.Fault(At(n), "alias", "write the value out", "anchors and aliases are not read")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.Fault(At(n), "tag", "write the value without a tag", "the tag %s is not read", n.Tag)
		return false
	}
	if n.Kind == yaml.ScalarNode {
		switch n.Tag {
		case "!!str", "!!int", "!!bool", "!!timestamp":
		case "!!float":
			if strings.Trim(n.Value, "+-0123456789") == "" {
				r.Fault(At(n), "float", "use a larger unit", "%s is too large a number", Clip(n.Value))
				return false
			}
			r.Fault(At(n), "float", "use a whole number of a smaller unit, or quote it if it is a text", "%s is not a whole number", n.Value)
			return false
		default:
			r.Fault(At(n), "empty", "give a value or leave the key out", "there is no value here")
			return false
		}
	}
	ok := true
	seen := map[string]Pos{}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if c.Kind != yaml.ScalarNode || c.Tag == "!!merge" {
				r.Fault(At(c), "key", "use a plain word", "a key must be a plain word")
				ok = false
				continue
			}
			if first, twice := seen[c.Value]; twice {
				r.Fault(At(c), "duplicate-key", "keep one of the two", "%s stands here a second time; first in line %d", c.Value, first.Line)
				ok = false
			}
			seen[c.Value] = At(c)
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

// Object is a mapping being read; what names it in messages.
type Object struct {
	// At is its place.
	At   Pos
	r    *Reader
	what string
	vals map[string]*yaml.Node
}

// Entry is an object of a single key, for mappings whose other keys the file chooses.
func (r *Reader) Entry(what string, key Name, value *yaml.Node) *Object {
	return &Object{r: r, what: what, At: key.At, vals: map[string]*yaml.Node{key.Text: value}}
}

// Node is the value of a key, or nil.
func (o *Object) Node(key string) *yaml.Node { return o.vals[key] }

// Object reads a mapping whose keys are those of the named shape.
func (r *Reader) Object(n *yaml.Node, what string) *Object {
	o := &Object{r: r, what: what, vals: map[string]*yaml.Node{}}
	if n == nil {
		return o
	}
	o.At = At(n)
	if n.Kind != yaml.MappingNode {
		r.Fault(o.At, "shape", "write it as key: value", "%s must be a mapping", what)
		return o
	}
	allowed := r.shapes[what]
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(allowed, key.Value) {
			r.Fault(At(key), "unknown-key", Meant(key.Value, allowed), "%s has no key %q", what, key.Value)
			continue
		}
		o.vals[key.Value] = n.Content[i+1]
	}
	return o
}

// Pairs calls do for each entry of a mapping whose keys are names that the file chooses.
func (r *Reader) Pairs(n *yaml.Node, what string, do func(key Name, value *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.Fault(At(n), "shape", "write it as key: value", "%s must be a mapping", what)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		do(Name{n.Content[i].Value, At(n.Content[i])}, n.Content[i+1])
	}
}

// Has tells whether the key is there.
func (o *Object) Has(key string) bool { return o.vals[key] != nil }

// Place is the place of a key's value, or of the mapping where it is not there.
func (o *Object) Place(key string) Pos {
	if n := o.vals[key]; n != nil {
		return At(n)
	}
	return o.At
}

// Need reports keys that are not there.
func (o *Object) Need(keys ...string) {
	for _, k := range keys {
		if !o.Has(k) {
			o.r.Fault(o.At, "missing-key", "add "+k+":", "%s needs the key %q", o.what, k)
		}
	}
}

// One reports where not exactly one of the keys is there.
func (o *Object) One(keys ...string) {
	n := 0
	for _, k := range keys {
		if o.Has(k) {
			n++
		}
	}
	if n != 1 {
		o.r.Fault(o.At, "choice", "keep exactly one", "%s needs exactly one of the keys %s", o.what, strings.Join(keys, ", "))
	}
}

// Name reads a single value; the zero Name where the key is not there.
func (o *Object) Name(key string) Name {
	n := o.vals[key]
	if n == nil {
		return Name{}
	}
	return o.r.Scalar(n, o.what+"."+key)
}

// Text reads a single value.
func (o *Object) Text(key string) string { return o.Name(key).Text }

// Word is a name that other parts refer to: short, without spaces.
func (o *Object) Word(key string) Name {
	n := o.Name(key)
	if o.Has(key) {
		o.r.CheckWord(n)
	}
	return n
}

var wordForm = regexp.MustCompile(`^[\pL\pN][\pL\pN_.+-]*$`)

// CheckWord reports a name that other parts could not refer to.
func (r *Reader) CheckWord(n Name) {
	if len(n.Text) > 80 || !wordForm.MatchString(n.Text) {
		r.Fault(n.At, "name", "use letters, digits, _ . + and -, at most 80 bytes", "%q cannot be a name", Clip(n.Text))
	}
}

// Scalar reads a node that is a single value; what names it in messages.
func (r *Reader) Scalar(n *yaml.Node, what string) Name {
	if n.Kind != yaml.ScalarNode {
		r.Fault(At(n), "shape", "write one value", "%s must be a single value", what)
		return Name{At: At(n)}
	}
	if strings.TrimSpace(n.Value) == "" {
		r.Fault(At(n), "empty", "give a value or leave the key out", "%s is empty", what)
	}
	return Name{n.Value, At(n)}
}

// Words reads a list of names, or a single one.
func (o *Object) Words(key string) []Name {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []Name{o.r.Scalar(n, o.what+"."+key)}
	}
	var names []Name
	for _, c := range o.Items(key) {
		name := o.r.Scalar(c, o.what+"."+key)
		if slices.ContainsFunc(names, func(m Name) bool { return m.Text == name.Text }) {
			o.r.Fault(name.At, "twice", "keep one of the two", "%q stands twice in %s", name.Text, key)
		}
		names = append(names, name)
	}
	return names
}

// Items reads a list that is not empty.
func (o *Object) Items(key string) []*yaml.Node {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		o.r.Fault(At(n), "shape", "begin each entry with -", "%s.%s must be a list", o.what, key)
		return nil
	}
	if len(n.Content) == 0 {
		o.r.Fault(At(n), "empty", "add an entry or leave the key out", "%s.%s is an empty list", o.what, key)
	}
	return n.Content
}

// Int reads a whole number between lo and hi; nil where the key is not there.
func (o *Object) Int(key string, lo, hi int64) *int64 {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	v, ok := o.r.Int(n, o.what+"."+key, lo, hi)
	if !ok {
		return nil
	}
	return &v
}

// Number is Int with a value for a key that is not there.
func (o *Object) Number(key string, lo, hi, otherwise int64) int64 {
	if v := o.Int(key, lo, hi); v != nil {
		return *v
	}
	return otherwise
}

// Int reads a node that is a whole number between lo and hi.
func (r *Reader) Int(n *yaml.Node, what string, lo, hi int64) (int64, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" {
		r.Fault(At(n), "number", "write a whole number without quotes", "%s must be a whole number", what)
		return 0, false
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || !plainInt(n.Value) {
		r.Fault(At(n), "number", "write it in decimal digits alone", "%s: %s cannot be read as a whole number", what, Clip(n.Value))
		return 0, false
	}
	if v < lo || v > hi {
		r.Fault(At(n), "number", "", "%s is %d; it must lie between %d and %d", what, v, lo, hi)
		return 0, false
	}
	return v, true
}

// Bool reads true or false; nil where the key is not there.
func (o *Object) Bool(key string) *bool {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	if n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
		o.r.Fault(At(n), "bool", "write true or false", "%s.%s must be true or false", o.what, key)
		return nil
	}
	v := n.Value == "true"
	return &v
}

// Yes tells whether the key is there and true.
func (o *Object) Yes(key string) bool {
	v := o.Bool(key)
	return v != nil && *v
}

// Date reads a day; calendar.None where the key is not there.
func (o *Object) Date(key string) calendar.Day {
	if !o.Has(key) {
		return calendar.None
	}
	n := o.Name(key)
	d, err := calendar.Parse(n.Text)
	if err != nil {
		o.r.Fault(n.At, "date", "write it as 2025-06-01", "%s.%s: %v", o.what, key, err)
		return calendar.None
	}
	return d
}

// Period reads a node that is a period.
func (r *Reader) Period(n *yaml.Node, what string) calendar.Period {
	text := r.Scalar(n, what)
	p, err := calendar.ParsePeriod(text.Text)
	if err != nil {
		r.Fault(text.At, "period", "", "%s: %v", what, err)
	}
	return p
}

// Passage reads an expression and finds out where in the file its first character stands.
func (o *Object) Passage(key string) *Passage {
	n := o.vals[key]
	if n == nil {
		return nil
	}
	text := o.r.Scalar(n, o.what+"."+key)
	f := &Passage{Text: text.Text, At: text.At, inner: text.At}
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

// Place is where in the file a place in the passage's text stands; exact for expressions on one line and in literal
// blocks.
func (f *Passage) Place(line, column int) Pos {
	if f.block {
		return Pos{f.inner.Line + line - 1, f.inner.Column + column}
	}
	if line > 1 {
		return f.inner
	}
	return Pos{f.inner.Line, f.inner.Column + column}
}

// Clip shortens a foreign text for a message.
func Clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
