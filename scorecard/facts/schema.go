package facts

import (
	"fmt"
	"slices"

	"probity/scorecard/internal/whole"
)

// Type says what the values of a field are and so what a model may do with it.
type Type uint8

const (
	// Text is free text. No model may read it.
	Text Type = iota
	// Int is a whole number.
	Int
	// Amount is a sum of money in the minor unit (fen).
	Amount
	// Date is a civil day.
	Date
	// Code is a member of a closed list; its value is its place in the list, counted from 0.
	Code
	// Bool is no (0) or yes (1).
	Bool
)

var typeNames = [...]string{"text", "int", "amount", "date", "code", "bool"}

// String is the type's name in lower case, as data contracts write it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type(%d)", uint8(t))
}

// Missing stands for a value that is not there, in values of every type. No field may hold it as a number: amounts and
// counts run from -2^63+1 to 2^63-1.
const Missing = whole.Missing

// Schema is what a model can be written against: the datasets of a catalogue.
type Schema struct {
	Datasets []Dataset
}

// Dataset describes the records of one dataset.
type Dataset struct {
	// Code names the dataset ("samr.penalty"); Family is the record family it is made of ("penalty").
	Code, Family string
	// Context is the one context the dataset belongs to.
	Context string
	// Kinds are the kinds of subject its records can be about.
	Kinds []string
	// Adverse says that its records speak against their subject: more of them must not earn points.
	Adverse bool
	Fields  []Field
}

// Field describes one field of a dataset's records.
type Field struct {
	Name string
	Type Type
	// Codes is the closed list of a Code field, at most 65,535 long.
	Codes []string
	// Ordered says that the list runs from low to high, so that its codes may be compared with < and >=.
	Ordered bool
	// Unit is for readers: "fen", "day", "month".
	Unit string
	// Sensitive fields may be read by no model.
	Sensitive bool
}

// The fields every record has beside those of its dataset. All are of type Date; a model may filter by them and lay a
// window on them.
const (
	// Occurred is the day on which what the record says happened.
	Occurred = "occurred"
	// ValidFrom is the first day on which what the record says holds; missing means it always did.
	ValidFrom = "valid_from"
	// ValidTo is the first day on which it holds no longer; missing means it has no end.
	ValidTo = "valid_to"
)

var builtins = []Field{
	{Name: Occurred, Type: Date},
	{Name: ValidFrom, Type: Date},
	{Name: ValidTo, Type: Date},
}

// Names is the list of names of a field's values, for fields whose values have names.
func (f *Field) Names() []string {
	if f.Type == Bool {
		return []string{"false", "true"}
	}
	return f.Codes
}

// Coded tells whether the field's values are places in a list.
func (f *Field) Coded() bool { return f.Type == Code || f.Type == Bool }

// Number tells whether sums, least and most of the field make sense.
func (f *Field) Number() bool { return f.Type == Int || f.Type == Amount }

// Same tells whether one filter can run over both fields: a value means the same in both.
func (f *Field) Same(g *Field) bool {
	return f.Type == g.Type && f.Ordered == g.Ordered && slices.Equal(f.Codes, g.Codes)
}

// Field finds a field that every record has, or one of the dataset. A dataset cannot redefine the former.
func (d *Dataset) Field(name string) *Field {
	if f := Builtin(name); f != nil {
		return f
	}
	for i := range d.Fields {
		if d.Fields[i].Name == name {
			return &d.Fields[i]
		}
	}
	return nil
}

// Builtin is a field that every record has, or nil.
func Builtin(name string) *Field {
	for i := range builtins {
		if builtins[i].Name == name {
			return &builtins[i]
		}
	}
	return nil
}
