package catalogue

import (
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/record"
)

// WriteYAML writes the whole catalogue as one file that [Load] reads back to an equal one. Datasets are written out in
// full, without reference to a family; laws of the list are referred to by code.
func (c *Catalogue) WriteYAML(w io.Writer) error {
	e := encoder{laws: c.index.laws}
	root := &yaml.Node{Kind: yaml.MappingNode}
	e.section(root, "laws", encoder{}.list(reflect.ValueOf(c.Laws)))
	for _, s := range []struct {
		name string
		of   any
	}{
		{"rules", c.Rules}, {"editions", c.Editions}, {"contexts", c.Contexts}, {"purposes", c.Purposes},
		{"offices", c.Offices}, {"regions", c.Regions}, {"agencies", c.Agencies}, {"families", c.Families},
		{"measures", c.Measures}, {"datasets", c.Datasets},
	} {
		e.section(root, s.name, e.list(reflect.ValueOf(s.of)))
	}
	return writeNode(w, root)
}

// WriteYAML writes the contract, in full and with its laws written out, as a catalogue file of its own.
func (c *Contract) WriteYAML(w io.Writer) error {
	root := &yaml.Node{Kind: yaml.MappingNode}
	encoder{}.section(root, "datasets", encoder{}.list(reflect.ValueOf([]*Contract{c})))
	return writeNode(w, root)
}

func writeNode(w io.Writer, n *yaml.Node) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return err
	}
	return enc.Close()
}

// encoder is the inverse of decoder: keys in the order of the struct, empty values left out, one-line forms where the
// decoder has them.
type encoder struct{ laws map[string]*Law }

func (e encoder) section(root *yaml.Node, name string, n *yaml.Node) {
	if len(n.Content) > 0 {
		root.Content = append(root.Content, scalar(name), n)
	}
}

func scalar(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

// plain is a scalar that is not a text: written without quotes.
func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func (e encoder) list(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	short := true
	for i := range v.Len() {
		c := e.node(v.Index(i))
		short = short && c.Kind == yaml.ScalarNode
		n.Content = append(n.Content, c)
	}
	if short {
		n.Style = yaml.FlowStyle
	}
	return n
}

func (e encoder) node(v reflect.Value) *yaml.Node {
	switch x := v.Interface().(type) {
	case calendar.Day:
		return plain(x.String())
	case calendar.Period:
		return plain(x.String())
	case record.Tier:
		return plain(x.String())
	case Text:
		if t, ok := shortText(x.EN + " | " + x.ZH); ok && t == x {
			return scalar(x.EN + " | " + x.ZH)
		}
	case Law:
		if ref, ok := e.reference(x); ok {
			return scalar(ref)
		}
	case Condition:
		return e.condition(x)
	case TierRule:
		if x.Field == "" {
			return plain(x.Fixed.String())
		}
	}
	switch v.Kind() {
	case reflect.String:
		return scalar(v.String())
	case reflect.Bool:
		return plain(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int64:
		return plain(strconv.FormatInt(v.Int(), 10))
	case reflect.Pointer:
		return e.node(v.Elem())
	case reflect.Slice:
		return e.list(v)
	case reflect.Map:
		return e.mapping(v)
	case reflect.Struct:
		return e.structure(v)
	}
	panic("catalogue: no encoding for " + v.Type().String())
}

func (e encoder) structure(v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := range v.NumField() {
		name, ok := keyOf(v.Type().Field(i))
		if !ok || empty(v.Field(i)) {
			continue
		}
		n.Content = append(n.Content, scalar(name), e.node(v.Field(i)))
	}
	return n
}

func (e encoder) mapping(v reflect.Value) *yaml.Node {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, k := range keys {
		n.Content = append(n.Content, scalar(k.String()), e.node(v.MapIndex(k)))
	}
	return n
}

func (e encoder) condition(c Condition) *yaml.Node {
	if c.Always {
		return plain("always")
	}
	return e.list(reflect.ValueOf(c.All))
}

// reference is the short form of a law of the list.
func (e encoder) reference(l Law) (string, bool) {
	of := e.laws[l.Code]
	if of == nil {
		return "", false
	}
	with := *of
	ref := l.Code
	if l.Article != of.Article {
		if l.Article == "" {
			return "", false
		}
		with.Article = l.Article
		ref += " " + l.Article
	}
	l.At, with.At = Place{}, Place{}
	return ref, l == with
}

// empty tells whether a value is what the decoder gives a key that is left out.
func empty(v reflect.Value) bool {
	if d, ok := v.Interface().(calendar.Day); ok {
		return d == calendar.None
	}
	if k := v.Kind(); k == reflect.Slice || k == reflect.Map {
		return v.Len() == 0
	}
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if _, ok := keyOf(v.Type().Field(i)); ok && !empty(v.Field(i)) {
				return false
			}
		}
		if _, ok := v.Interface().(calendar.Period); !ok {
			return true
		}
	}
	return v.IsZero()
}
