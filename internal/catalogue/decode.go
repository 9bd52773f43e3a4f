package catalogue

import (
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/record"
)

// decoder turns YAML nodes into the types of this package, strictly: a key that the type does not know, a list where
// a word should stand, a number with a fraction are faults with their place. Keys are the json names of the fields.
type decoder struct {
	file   string
	faults Faults
	// laws and limits are what short forms refer to; both are nil while they are being read themselves.
	laws   map[string]Law
	limits func(name string) (calendar.Period, bool)
	// known are the keys of the types met so far, which the decoders of a load may share.
	known map[reflect.Type]map[string]int
}

var (
	dayType       = reflect.TypeFor[calendar.Day]()
	periodType    = reflect.TypeFor[calendar.Period]()
	tierType      = reflect.TypeFor[record.Tier]()
	placeType     = reflect.TypeFor[Place]()
	textType      = reflect.TypeFor[Text]()
	lawType       = reflect.TypeFor[Law]()
	codeType      = reflect.TypeFor[Code]()
	fieldType     = reflect.TypeFor[Field]()
	tierRuleType  = reflect.TypeFor[TierRule]()
	conditionType = reflect.TypeFor[Condition]()
)

func (d *decoder) fault(n *yaml.Node, rule, cure, format string, args ...any) {
	d.faults.add(Place{d.file, n.Line}, rule, cure, format, args...)
}

// decode fills v, which is addressable, from n. What n does not mention keeps its value.
func (d *decoder) decode(n *yaml.Node, v reflect.Value) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		d.fault(n, "yaml.empty", "write the value or leave the key out", "there is no value here")
		return
	}
	switch v.Type() {
	case dayType:
		d.day(n, v)
		return
	case periodType:
		d.unmarshal(n, v.Addr().Interface().(*calendar.Period).UnmarshalText)
		return
	case tierType:
		d.tier(n, v)
		return
	case conditionType:
		d.condition(n, v.Addr().Interface().(*Condition))
		return
	}
	if n.Kind == yaml.ScalarNode && d.short(n, v) {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if d.scalar(n, "a text") {
			v.SetString(n.Value)
		}
	case reflect.Bool:
		if d.scalar(n, "true or false") {
			if n.Value != "true" && n.Value != "false" {
				d.fault(n, "yaml.type", "write true or false", "%q is neither true nor false", clip(n.Value))
				return
			}
			v.SetBool(n.Value == "true")
		}
	case reflect.Int, reflect.Int64:
		if d.scalar(n, "a whole number") {
			i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, 64)
			if err != nil || v.OverflowInt(i) {
				d.fault(n, "yaml.type", "write digits only", "%q is not a whole number", clip(n.Value))
				return
			}
			v.SetInt(i)
		}
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		blank(p.Elem())
		d.decode(n, p.Elem())
		v.Set(p)
	case reflect.Slice:
		d.slice(n, v)
	case reflect.Map:
		d.mapping(n, v)
	case reflect.Struct:
		d.structure(n, v)
	default:
		panic("catalogue: no decoding for " + v.Type().String())
	}
}

func (d *decoder) scalar(n *yaml.Node, what string) bool {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "yaml.type", "write "+what, "here should stand %s", what)
		return false
	}
	return true
}

// short decodes the one-line forms; false means that the type has none.
func (d *decoder) short(n *yaml.Node, v reflect.Value) bool {
	switch v.Type() {
	case textType:
		t, ok := shortText(n.Value)
		if !ok {
			d.fault(n, "yaml.text", `write "English | 中文", or en: and zh: on lines of their own`, "%q is not in two languages", clip(n.Value))
			return true
		}
		v.Set(reflect.ValueOf(t))
	case lawType:
		d.lawReference(n, v)
	case codeType:
		part := split(n.Value)
		if len(part) < 3 {
			d.fault(n, "yaml.code", `write "code | English | 中文", and more forms behind if there are any`, "%q is not a code with its titles", clip(n.Value))
			return true
		}
		c := Code{Code: part[0], Title: Text{part[1], part[2]}}
		if len(part) > 3 {
			c.Aliases = part[3:]
		}
		v.Set(reflect.ValueOf(c))
	case tierRuleType:
		d.tier(n, v.FieldByName("Fixed"))
	default:
		return false
	}
	return true
}

func split(s string) []string {
	part := strings.Split(s, "|")
	for i := range part {
		part[i] = strings.TrimSpace(part[i])
	}
	return part
}

func shortText(s string) (Text, bool) {
	part := split(s)
	if len(part) != 2 || part[0] == "" || part[1] == "" {
		return Text{}, false
	}
	return Text{part[0], part[1]}, true
}

func (d *decoder) lawReference(n *yaml.Node, v reflect.Value) {
	code, article, _ := strings.Cut(n.Value, " ")
	law, ok := d.laws[code]
	if !ok {
		d.fault(n, "law.unknown", "add it to the laws, or write title, from and confidence here", "there is no law %q", clip(code))
		return
	}
	if article != "" {
		law.Article = article
	}
	law.At = Place{d.file, n.Line}
	v.Set(reflect.ValueOf(law))
}

func (d *decoder) day(n *yaml.Node, v reflect.Value) {
	d.unmarshal(n, func(b []byte) error {
		day, err := calendar.Parse(string(b))
		if err == nil {
			v.SetInt(int64(day))
		}
		return err
	})
}

func (d *decoder) unmarshal(n *yaml.Node, read func([]byte) error) {
	if !d.scalar(n, "a day or a period") {
		return
	}
	if err := read([]byte(n.Value)); err != nil {
		d.fault(n, "yaml.type", "days are YYYY-MM-DD, periods P3M, P1Y or P90D", "%s", err)
	}
}

func (d *decoder) tier(n *yaml.Node, v reflect.Value) {
	if !d.scalar(n, "a tier") {
		return
	}
	t, ok := record.ParseTier(n.Value)
	if !ok || t == record.NoTier {
		d.fault(n, "yaml.type", "write minor, general or serious", "%q is not a tier", clip(n.Value))
		return
	}
	v.SetUint(uint64(t))
}

func (d *decoder) condition(n *yaml.Node, c *Condition) {
	switch n.Kind {
	case yaml.ScalarNode:
		switch n.Value {
		case "always":
			*c = Condition{Always: true}
		case "never":
			*c = Condition{}
		default:
			d.fault(n, "yaml.condition", "write always, never, one test or a list of tests", "%q is not a condition", clip(n.Value))
		}
	case yaml.SequenceNode:
		*c = Condition{}
		d.decode(n, reflect.ValueOf(&c.All).Elem())
	default:
		*c = Condition{All: make([]Test, 1)}
		d.decode(n, reflect.ValueOf(&c.All[0]).Elem())
	}
	for i := range c.All {
		t := &c.All[i]
		if t.Limit == "" || d.limits == nil {
			continue
		}
		p, ok := d.limits(t.Limit)
		if !ok {
			d.fault(n, "rules.unknown", `write CODE and KEY of a rule set: "repair.order36 general.max"`, "no rule set gives the period %q", clip(t.Limit))
			continue
		}
		t.Plus = p
	}
}

func (d *decoder) slice(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.fault(n, "yaml.type", "write a list: [a, b] or lines that start with a dash", "here should stand a list")
		return
	}
	s := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		blank(s.Index(i))
		d.decode(c, s.Index(i))
	}
	v.Set(s)
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "yaml.type", "write key: value", "here should stand keys and values")
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		e := reflect.New(v.Type().Elem()).Elem()
		d.decode(n.Content[i+1], e)
		m.SetMapIndex(reflect.ValueOf(n.Content[i].Value), e)
	}
	v.Set(m)
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "yaml.type", "write key: value", "here should stand keys and values")
		return
	}
	names := d.fieldNames(v.Type())
	for i := 0; i < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		at, ok := names[k.Value]
		if !ok {
			d.unknownKey(k, names)
			continue
		}
		d.decode(c, v.Field(at))
	}
	if at := v.FieldByName("At"); at.IsValid() && at.Type() == placeType {
		at.Set(reflect.ValueOf(Place{d.file, n.Line}))
	}
	if v.Type() == fieldType {
		bound(n, v.Addr().Interface().(*Field))
	}
}

// bound reads a min without a max, and the other way round, as "unlimited on that side".
func bound(n *yaml.Node, f *Field) {
	has := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		has[n.Content[i].Value] = true
	}
	if !has["min"] && !has["max"] {
		return
	}
	if !f.Bounded {
		if !has["min"] {
			f.Min = minInt
		}
		if !has["max"] {
			f.Max = maxInt
		}
	}
	f.Bounded = true
}

const (
	maxInt = 1<<63 - 1
	minInt = -1 << 63
)

func (d *decoder) unknownKey(k *yaml.Node, names map[string]int) {
	have := make([]string, 0, len(names))
	for name := range names {
		have = append(have, name)
	}
	d.fault(k, "yaml.unknown", nearest(k.Value, have), "the key %q is not known here", clip(k.Value))
}

// fieldNames maps the keys of a file to the fields of a struct.
func (d *decoder) fieldNames(t reflect.Type) map[string]int {
	if m, ok := d.known[t]; ok {
		return m
	}
	m := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		if name, ok := keyOf(t.Field(i)); ok {
			m[name] = i
		}
	}
	if d.known == nil {
		d.known = map[reflect.Type]map[string]int{}
	}
	d.known[t] = m
	return m
}

func keyOf(f reflect.StructField) (name string, ok bool) {
	name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	return name, name != "" && name != "-"
}

// blank sets every day in v to None: a day left out of a file is no day, and not the first of 1970.
func blank(v reflect.Value) {
	if v.Type() == dayType {
		v.SetInt(int64(calendar.None))
		return
	}
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		if f := v.Field(i); f.CanSet() {
			blank(f)
		}
	}
}
