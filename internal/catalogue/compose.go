package catalogue

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

// composition is what a dataset's entry says beyond the contract's own keys: how it differs from its family.
type composition struct {
	Family    string   `json:"family"`
	Qualifier string   `json:"qualifier"`
	Of        Text     `json:"of"`
	Drop      []string `json:"drop"`
}

func (l *loader) datasets() {
	families := make(map[string]*Family, len(l.Families))
	for i := range l.Families {
		families[l.Families[i].Code] = &l.Families[i]
	}
	at := make(map[string]int, len(l.Datasets))
	for i, c := range l.Datasets {
		at[c.Code] = i
	}
	base := len(l.Datasets)
	l.each("datasets", func(d *decoder, f file, n *yaml.Node) {
		if n.Kind != yaml.SequenceNode {
			d.fault(n, "yaml.type", "start each dataset with a dash", "datasets is a list")
			return
		}
		c := composer{decoder: d, families: families, defaults: f.sections["defaults"]}
		if s := f.sections["supplier"]; s != nil {
			d.decode(s, reflect.ValueOf(&c.supplier).Elem())
		}
		for _, e := range n.Content {
			contract := c.compose(e)
			if contract == nil {
				continue
			}
			i, known := at[contract.Code]
			switch {
			case !known:
				at[contract.Code] = len(l.Datasets)
				l.Datasets = append(l.Datasets, contract)
			case l.Datasets[i].Version < contract.Version:
				l.Datasets[i] = contract
			case i >= base || l.Datasets[i].Version > contract.Version || !same(withoutVersion(l.Datasets[i]), withoutVersion(contract)):
				d.fault(e, "dataset.twice", "give this one a higher version where it is meant to follow the other, otherwise a qualifier",
					"%s version %d is already there, from %s", contract.Code, l.Datasets[i].Version, l.Datasets[i].At)
			}
		}
	})
}

type composer struct {
	*decoder
	families map[string]*Family
	defaults *yaml.Node
	supplier string
}

// compose makes a contract of an entry: of its family's template, of the file's defaults where the family leaves
// something open, and of the entry's own keys, which override both. Fields go by name and override key by key; checks
// and laws add up; all else is replaced. An entry with a code of its own is the whole contract, written out.
func (c *composer) compose(n *yaml.Node) *Contract {
	if n.Kind != yaml.MappingNode {
		c.fault(n, "yaml.type", "write family: NAME and what differs from it", "a dataset is keys and values")
		return nil
	}
	out := &Contract{}
	blank(reflect.ValueOf(out).Elem())
	if value(n, "code") != nil {
		c.decode(n, reflect.ValueOf(out).Elem())
		if out.Supplier == "" {
			out.Supplier = c.supplier
		}
		out.complete()
		return out
	}
	var how composition
	c.parts(n, composed, reflect.ValueOf(&how).Elem())
	family := c.families[how.Family]
	if family == nil {
		have := make([]string, 0, len(c.families))
		for code := range c.families {
			have = append(have, code)
		}
		c.fault(n, "dataset.family", nearest(how.Family, have), "there is no family %q", clip(how.Family))
		return nil
	}
	*out = family.Template
	out.Fields = slices.Clone(out.Fields)
	out.Family, out.Supplier, out.Version = family.Code, c.supplier, 1
	if c.defaults != nil {
		c.overlay(c.open(out), out)
	}
	c.overlay(n, out)
	out.Code = out.Supplier + "." + family.Code
	if how.Qualifier != "" {
		out.Code += "-" + how.Qualifier
	}
	if out.Title == (Text{}) {
		out.Title = title(family.Title, how.Of)
	}
	c.drop(n, out, how.Drop)
	out.complete()
	return out
}

// composed, merged and the rest: which keys of an entry are read how.
var (
	composed = []string{"family", "qualifier", "of", "drop"}
	merged   = []string{"fields", "checks", "basis"}
)

// open is the file's defaults without what the family has settled.
func (c *composer) open(out *Contract) *yaml.Node {
	if c.defaults.Kind != yaml.MappingNode {
		return c.defaults
	}
	v, names := reflect.ValueOf(out).Elem(), c.fieldNames(reflect.TypeFor[Contract]())
	return pick(c.defaults, func(k string) bool {
		at, known := names[k]
		return !known || slices.Contains(merged, k) || v.Field(at).IsZero()
	})
}

// overlay decodes the keys of n over the contract.
func (c *composer) overlay(n *yaml.Node, out *Contract) {
	if n.Kind != yaml.MappingNode {
		c.fault(n, "yaml.type", "write key: value", "here should stand keys and values")
		return
	}
	c.rest(n, append(slices.Clone(composed), merged...), reflect.ValueOf(out).Elem())
	if fields := value(n, "fields"); fields != nil {
		c.fields(fields, out)
	}
	if v := value(n, "checks"); v != nil {
		var more []Check
		c.decode(v, reflect.ValueOf(&more).Elem())
		out.Checks = append(slices.Clone(out.Checks), more...)
	}
	if v := value(n, "basis"); v != nil {
		var more []Law
		c.decode(v, reflect.ValueOf(&more).Elem())
		out.Basis = append(slices.Clone(out.Basis), more...)
	}
}

func (c *composer) fields(n *yaml.Node, out *Contract) {
	if n.Kind != yaml.SequenceNode {
		c.fault(n, "yaml.type", "start each field with a dash", "fields is a list")
		return
	}
	for _, e := range n.Content {
		var name string
		if e.Kind == yaml.MappingNode {
			if v := value(e, "name"); v != nil {
				name = v.Value
			}
		}
		f := out.Field(name)
		if f == nil {
			out.Fields = append(out.Fields, Field{})
			f = &out.Fields[len(out.Fields)-1]
		}
		c.decode(e, reflect.ValueOf(f).Elem())
	}
}

func (c *composer) drop(n *yaml.Node, out *Contract, names []string) {
	for _, name := range names {
		if out.Field(name) == nil {
			c.fault(n, "dataset.drop", "leave it out of drop", "the family has no field %q to drop", clip(name))
		}
	}
	out.Fields = slices.DeleteFunc(out.Fields, func(f Field) bool { return slices.Contains(names, f.Name) })
	out.Checks = slices.DeleteFunc(slices.Clone(out.Checks), func(k Check) bool {
		return slices.ContainsFunc(k.tests(), func(t Test) bool {
			return slices.Contains(names, t.Field) || slices.Contains(names, t.NotBefore) || slices.Contains(names, t.NotAfter)
		})
	})
}

// parts decodes only the named keys of n into v; rest decodes all but them, and it is rest that meets unknown keys.
func (c *composer) parts(n *yaml.Node, names []string, v reflect.Value) {
	c.decode(pick(n, func(k string) bool { return slices.Contains(names, k) }), v)
}

func (c *composer) rest(n *yaml.Node, but []string, v reflect.Value) {
	c.decode(pick(n, func(k string) bool { return !slices.Contains(but, k) }), v)
}

func pick(n *yaml.Node, want func(string) bool) *yaml.Node {
	out := *n
	out.Content = nil
	for i := 0; i < len(n.Content); i += 2 {
		if want(n.Content[i].Value) {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &out
}

func value(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// title says what the family is and what this dataset of it is about: "Administrative penalties: food safety".
func title(family, of Text) Text {
	if of == (Text{}) {
		return family
	}
	return Text{EN: family.EN + ": " + of.EN, ZH: of.ZH + family.ZH}
}

// complete fills in what a file may leave out because it follows.
func (c *Contract) complete() {
	if c.Version == 0 {
		c.Version = 1
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if f.Sensitivity == "" {
			f.Sensitivity = Internal
		}
		if f.Type == AmountField {
			if f.Factor == 0 {
				f.Factor = 100
			}
			if f.Unit == "" {
				f.Unit = "CNY"
			}
		}
		if f.Title.ZH != "" && f.Title.ZH != f.Name && !slices.Contains(f.Aliases, f.Title.ZH) {
			f.Aliases = append(slices.Clip(f.Aliases), f.Title.ZH)
		}
	}
	if c.Frequency == (calendar.Period{}) {
		c.Frequency = calendar.Period{Months: 1}
	}
	c.Title.EN, c.Title.ZH = strings.TrimSpace(c.Title.EN), strings.TrimSpace(c.Title.ZH)
}

// tests are all tests of a check.
func (k *Check) tests() []Test { return slices.Concat(k.When.All, k.Require.All) }
