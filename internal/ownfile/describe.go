package ownfile

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"probity/internal/fault"
)

// Titles gives a code its title: what is the kind of code as words.yaml names it, such as "agency" or "law". It gives the
// zero Text where it knows none; the code then stands for itself.
type Titles func(what, code string) Text

// Describe makes a part of a list that a room holds: every element becomes an item with its fields named and their codes
// put into words, as words.yaml says, in the order of the JSON; a list within an element becomes a table. title names the
// fields that say what an element is; they stand above it and not again below. A field of T that words.yaml neither names
// nor leaves out is a fault of the house, whether or not there is anything to describe. Rooms whose things read better
// otherwise make their items themselves.
func Describe[T any](section string, titles Titles, list []T, title ...string) (Part, error) {
	if list == nil {
		list = []T{}
	}
	part := Part{Data: list}
	w := writer{section, titles, words()}
	if name := w.unnamed(reflect.TypeFor[T](), ""); name != "" {
		return part, fault.New(fault.Internal, "ownfile.words", "readers of the section %s are not told what its field %q is", section, name).
			With("name it in words.yaml of package ownfile, or leave it out there")
	}
	for i := range list {
		text, err := json.Marshal(list[i])
		if err != nil {
			return part, fault.New(fault.Internal, "ownfile.describe", "a part of the own file cannot be written").By(err)
		}
		item, err := w.item(text, title)
		if err != nil {
			return part, fault.New(fault.Internal, "ownfile.describe", "a part of the own file cannot be read").By(err)
		}
		part.Items = append(part.Items, item)
	}
	return part, nil
}

// writer puts the JSON of one section into words.
type writer struct {
	section string
	titles  Titles
	words   *glossary
}

var (
	writesText = reflect.TypeFor[encoding.TextMarshaler]()
	writesJSON = reflect.TypeFor[json.Marshaler]()
)

// unnamed is the path of the first field of a type that has no name for readers; "" where all have one.
func (w *writer) unnamed(t reflect.Type, path string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if written(t) {
			return ""
		}
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || written(t) || bilingual(t) {
		return ""
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			if bad := w.unnamed(f.Type, path); bad != "" {
				return bad
			}
			continue
		case !f.IsExported() || name == "-":
			continue
		case name == "":
			name = f.Name
		}
		full := under(path, name)
		if full == w.words.numbers[w.section] || w.words.without(w.section, full) {
			continue
		}
		if _, ok := w.words.field(w.section, full); !ok && !spreads(f.Type) {
			return full
		}
		if bad := w.unnamed(f.Type, full); bad != "" {
			return bad
		}
	}
	return ""
}

// spreads tells an object whose fields stand by themselves, so that it needs no name.
func spreads(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && !written(t) && !bilingual(t)
}

func written(t reflect.Type) bool { return t.Implements(writesText) || t.Implements(writesJSON) }

// bilingual tells a text in both languages.
func bilingual(t reflect.Type) bool {
	return t.NumField() == 2 && t.Field(0).Tag.Get("json") == "en" && t.Field(1).Tag.Get("json") == "zh"
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// item is one element with its fields.
func (w *writer) item(text []byte, title []string) (Item, error) {
	var item Item
	var head []Text
	facts, tables, err := w.facts(text, "")
	if err != nil {
		return item, err
	}
	for _, name := range title {
		if i := slices.IndexFunc(facts, func(f pathed) bool { return f.path == name }); i >= 0 {
			head = append(head, facts[i].Value)
			facts = slices.Delete(facts, i, i+1)
		}
	}
	item.Title = joined(head, " · ", " · ")
	for _, f := range facts {
		if f.path == w.words.numbers[w.section] {
			item.ID = f.Value.EN
			continue
		}
		item.Facts = append(item.Facts, f.Fact)
	}
	item.Tables = tables
	return item, nil
}

// pathed is a fact with the place of its field.
type pathed struct {
	path string
	Fact
}

// facts are the fields of an object that say something, those of objects within it among them, and its lists of objects.
func (w *writer) facts(text json.RawMessage, path string) (facts []pathed, tables []Table, err error) {
	fields, err := fieldsOf(text)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range fields {
		full := under(path, f.name)
		if w.words.without(w.section, full) {
			continue
		}
		switch {
		case isText(f.value) || !opens(f.value, '{') && !listsObjects(f.value):
			if value := w.value(full, f.value); value.EN != "" {
				facts = append(facts, pathed{full, Fact{w.name(full), value}})
			}
		case opens(f.value, '{'):
			if f.name == "basis" {
				f.value = asBasis(f.value)
			}
			below, more, err := w.facts(f.value, full)
			if err != nil {
				return nil, nil, err
			}
			facts, tables = append(facts, below...), append(tables, more...)
		default:
			table, err := w.table(full, f.value)
			if err != nil {
				return nil, nil, err
			}
			switch {
			case len(table.Columns) == 1:
				facts = append(facts, pathed{full, Fact{table.Title, table.lines()}})
			case len(table.Rows) > 0:
				tables = append(tables, table)
			}
		}
	}
	return facts, tables, nil
}

// table is a list of objects: a column for each field that says something in any of them.
func (w *writer) table(path string, list json.RawMessage) (Table, error) {
	table := Table{Title: w.name(path)}
	var elements []json.RawMessage
	if err := json.Unmarshal(list, &elements); err != nil {
		return table, err
	}
	var order []string
	rows := make([]map[string]Text, len(elements))
	for i, e := range elements {
		facts, within, err := w.facts(e, path)
		if err != nil {
			return table, err
		}
		for _, t := range within {
			facts = append(facts, pathed{under(path, t.Title.EN), Fact{t.Title, t.line()}})
		}
		rows[i] = map[string]Text{}
		for _, f := range facts {
			rows[i][f.path] = f.Value
			if !slices.Contains(order, f.path) {
				order = append(order, f.path)
				table.Columns = append(table.Columns, f.Name)
			}
		}
	}
	for _, r := range rows {
		row := make([]Text, len(order))
		for i, p := range order {
			row[i] = r[p]
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

// lines is a table of one column, a line a row.
func (t *Table) lines() Text {
	rows := make([]Text, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = r[0]
	}
	return joined(rows, "\n", "\n")
}

// line is a table within the row of another one.
func (t *Table) line() Text {
	rows := make([]Text, 0, len(t.Rows))
	for _, r := range t.Rows {
		var cells []Text
		for i, c := range r {
			if c.EN != "" {
				cells = append(cells, joined([]Text{t.Columns[i], c}, ": ", "："))
			}
		}
		rows = append(rows, joined(cells, ", ", "，"))
	}
	return joined(rows, "; ", "；")
}

func (w *writer) name(path string) Text {
	f, _ := w.words.field(w.section, path)
	return f.name
}

// value is a value that is no object, in words; the zero Text where it says nothing.
func (w *writer) value(path string, raw json.RawMessage) Text {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return Plain(string(raw))
	}
	f, _ := w.words.field(w.section, path)
	switch v := v.(type) {
	case string:
		return w.code(f.holds, path, v)
	case json.Number:
		if n, err := v.Int64(); err == nil && f.holds == "fen" {
			return Money(n)
		}
		return Plain(v.String())
	case bool:
		if v {
			return YesNo(true)
		}
	case map[string]any: // in both languages
		en, _ := v["en"].(string)
		zh, _ := v["zh"].(string)
		return Text{en, zh}
	case []any:
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) != nil {
			return Plain(string(raw))
		}
		var parts []Text
		for _, e := range elements {
			if t := w.value(path, e); t.EN != "" {
				parts = append(parts, t)
			}
		}
		return joined(parts, "; ", "；")
	}
	return Text{}
}

// code puts a code into words, and an instant into the civil time of the report.
func (w *writer) code(holds, path, v string) Text {
	if v == "" {
		return Text{}
	}
	if t, ok := w.words.said(w.section, path, v); ok {
		return t
	}
	if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
		return Minute(at)
	}
	switch holds {
	case "":
		return Plain(v)
	case "official":
		return w.official(v)
	case "actor":
		return w.actor(v)
	case "law":
		return w.law(v)
	}
	if w.titles != nil {
		if t := w.titles(holds, v); t.EN != "" {
			return t
		}
	}
	return Plain(v)
}

// official is an agency and its official's name, as ledgers write it: "samr/Li Wei".
func (w *writer) official(v string) Text {
	agency, name, ok := strings.Cut(v, "/")
	if !ok {
		return w.code("agency", "", v)
	}
	t := w.code("agency", "", agency)
	return Text{name + ", " + t.EN, t.In(ZH) + "的" + name}
}

// between is where one official's name ends and the next one's agency begins.
var between = regexp.MustCompile(`,? ([a-z0-9-]+/)`)

// actor is the subject itself, whose own credential is all that is kept of it, or the officials before whom it signed.
func (w *writer) actor(v string) Text {
	if !strings.Contains(v, "/") {
		return Text{"you, with the credential " + v, "您本人（凭证 " + v + "）"}
	}
	var list []Text
	for _, one := range strings.Split(between.ReplaceAllString(v, "\n$1"), "\n") {
		list = append(list, w.official(one))
	}
	return joined(list, "; ", "；")
}

// law is the title of the instrument, where its code is known, and the article.
func (w *writer) law(v string) Text {
	code, article, _ := strings.Cut(v, " ")
	var t Text
	if w.titles != nil {
		t = w.titles("law", code)
	}
	if t.EN == "" {
		return Plain(v)
	}
	zh := "《" + t.In(ZH) + "》"
	if number, ok := strings.CutPrefix(article, "art. "); ok {
		zh += "第" + number + "条"
	} else {
		zh += article
	}
	return Text{strings.TrimSpace(t.EN + " " + article), zh}
}

// asBasis writes the law and the article of a basis as one text.
func asBasis(raw json.RawMessage) json.RawMessage {
	var b struct{ Law, Article string }
	if json.Unmarshal(raw, &b) != nil || b.Law == "" {
		return raw
	}
	return json.RawMessage(`{"law":` + strconv.Quote(strings.TrimSpace(b.Law+" "+b.Article)) + `}`)
}

func opens(raw json.RawMessage, with byte) bool { return len(raw) > 0 && raw[0] == with }

func listsObjects(raw json.RawMessage) bool {
	if !opens(raw, '[') {
		return false
	}
	inner := bytes.TrimSpace(raw[1:])
	return opens(inner, '{') && !isText(inner)
}

// isText tells a text in both languages.
func isText(raw json.RawMessage) bool {
	if !opens(raw, '{') {
		return false
	}
	fields, err := fieldsOf(raw)
	return err == nil && len(fields) == 2 && fields[0].name == "en" && fields[1].name == "zh"
}

type field struct {
	name  string
	value json.RawMessage
}

// fieldsOf reads an object's fields in their order.
func fieldsOf(text []byte) (fields []field, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%.40q is no object", text)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var f field
		if err := d.Decode(&f.value); err != nil {
			return nil, err
		}
		f.name = fmt.Sprint(name)
		fields = append(fields, f)
	}
	return fields, nil
}

// Field is a field of a record, its value without quotes.
type Field struct{ Name, Value string }

// Fields are the fields of a JSON object in their order; none where there is no object.
func Fields(object json.RawMessage) ([]Field, error) {
	if len(bytes.TrimSpace(object)) == 0 {
		return nil, nil
	}
	found, err := fieldsOf(object)
	if err != nil {
		return nil, fault.New(fault.Internal, "ownfile.record", "a record of the own file cannot be read").By(err)
	}
	list := make([]Field, 0, len(found))
	for _, f := range found {
		value := string(f.value)
		if opens(f.value, '"') {
			if err := json.Unmarshal(f.value, &value); err != nil {
				return nil, fault.New(fault.Internal, "ownfile.record", "a record of the own file cannot be read").By(err)
			}
		}
		if value != "null" {
			list = append(list, Field{f.name, value})
		}
	}
	return list, nil
}
