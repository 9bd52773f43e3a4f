package catalogue

import (
	"probity/calendar"
	"probity/internal/record"
	"probity/internal/subject"
)

// Contract is what a supplier promises about one dataset and what the platform may do with it: the data contract, in
// the style of the Open Data Contract Standard 3.1. A published version never changes; a change is a new version.
type Contract struct {
	// Code is AGENCY.FAMILY or AGENCY.FAMILY-QUALIFIER in lower case: "samr.penalty", "mee.penalty-waste".
	Code string
	// Version counts from 1; Number is the database's own number of this version, 0 in a catalogue not yet loaded.
	Version int
	Number  int
	// Family is the record family the contract was composed from.
	Family string
	Title  Text
	// Supplier is the code of the agency answerable for the data.
	Supplier string
	// Category is the code of a category of the basic catalogue, Context a code of the closed list of contexts.
	Category string
	Context  string
	Kinds    []subject.Kind
	Basis    []Law
	// Adverse says when a record counts against its subject; a zero Condition means never.
	Adverse Condition
	// PublicByLaw: the law itself makes the matter public, so that no prior notice to a person is needed (C7).
	PublicByLaw bool
	Tier        TierRule
	Retention   Retention
	Publication Publication
	// Frequency is how often the supplier delivers.
	Frequency calendar.Period
	// Key names the fields that together are the row's key at its supplier.
	Key []string
	// Binding says which fields lead to the subject, strongest first.
	Binding []Binding
	// Occurred, From and To name the fields of the event day and the valid interval; From and To may be "".
	Occurred, From, To string
	Fields             []Field
	Checks             []Check
	Thresholds         Thresholds
	// LenientCheckDigit allows early pilot-city codes whose check digit fails: a warning, not a reject.
	LenientCheckDigit bool
	// Derived lists the datasets and fields a field was computed from, for the closed catalogue's lineage check (C2).
	Derived []Lineage
}

// FieldType is what a field holds once read.
type FieldType string

const (
	TextField   FieldType = "text"
	CodeField   FieldType = "code"
	IntField    FieldType = "integer"
	AmountField FieldType = "amount" // money in minor units (fen) once read
	DateField   FieldType = "date"
	BoolField   FieldType = "boolean"
	// IdentifierField holds an identifier of the Scheme the field names.
	IdentifierField FieldType = "identifier"
)

// Sensitivity says who may see a field, and how it is kept.
type Sensitivity string

const (
	// Public may be published with the record.
	Public Sensitivity = "public"
	// Internal is for authorised readers only.
	Internal Sensitivity = "internal"
	// Personal identifies or describes a human being: it is kept sealed under the subject's key and never filtered.
	Personal Sensitivity = "personal"
	// Dropped is read, checked and thrown away at intake: numbers of persons inside rows about firms.
	Dropped Sensitivity = "dropped"
)

// Field is one column of a dataset.
type Field struct {
	Name  string
	Title Text
	Type  FieldType
	// Aliases are other headings under which files carry the column, matched exactly and then without case.
	Aliases  []string
	Required bool
	// Codes is the closed list of a CodeField, in the order in which models see it.
	Codes []Code
	// Scheme is the identifier scheme of an IdentifierField.
	Scheme subject.Scheme
	// Unit names what an integer counts ("day", "month", "hour"), or the currency of an amount ("CNY").
	Unit string
	// Factor turns what the file says into minor units: 100 for yuan, 1000000 for ten thousand yuan. 0 means 100.
	Factor int64
	// Min and Max bound an integer or amount (in minor units) where Bounded, MaxLength a text (in characters; 0 is 500).
	Min, Max    int64
	Bounded     bool
	MaxLength   int
	Sensitivity Sensitivity
	Basis       []Law
	// Default is the text taken where a file leaves an optional field empty.
	Default string
	// Open is the text that means "no end" in a date field, such as 2099-12-31.
	Open []string
}

// Code is one entry of a code list. Aliases are the forms seen in files.
type Code struct {
	Code    string
	Title   Text
	Aliases []string
}

// Binding leads from a row to its subject.
type Binding struct {
	Field  string
	Scheme subject.Scheme
	// Kind is the subject's kind where the identifier alone does not decide it; "" lets the identifier decide.
	Kind subject.Kind
	// Office names the field that holds the office code, for appointments.
	Office string
}

// TierRule gives the severity tier of an adverse record: fixed, or by the code of a field; where neither applies, Fixed.
type TierRule struct {
	Fixed record.Tier
	Field string
	By    map[string]record.Tier
}

// Retention is when adverse information lapses: Period after the day in the field From (the end of the conduct). While
// that field is empty the conduct has not ended and nothing lapses, unless Cap, counted from the event day, is set.
type Retention struct {
	Period calendar.Period
	From   string
	Cap    calendar.Period
}

// Publication bounds how long a record may be shown to the public, by tier, counted from the day in the field From. A
// record past its maximum is neither shown, shared nor used any more.
type Publication struct {
	Public bool
	From   string
	// Rules names the dated rule set ("repair.order36") whose limits by tier apply.
	Rules string
}

// Thresholds hold a batch by its share of bad rows, in thousandths: above Warn it is said, above Hold nothing of the
// batch is published until somebody decides. 0 means 10 and 50.
type Thresholds struct{ Warn, Hold int }

// Lineage says that Field was derived from Source's field Of.
type Lineage struct{ Field, Source, Of string }

// Condition holds for a row when every part of it holds. The zero Condition never holds.
type Condition struct {
	Always bool
	All    []Test
}

// Test looks at one field of a row.
type Test struct {
	Field string
	// Present: the field has a value. Absent: it has none. In: its code or text is one of these. NotIn: none of these.
	Present, Absent bool
	In, NotIn       []string
	// Prefix: the text starts with one of these.
	Prefix []string
	// Above, Below, Equal compare an integer or amount where set.
	Above, Below, Equal *int64
	// NotBefore, NotAfter name another date field to compare with, moved by Plus.
	NotBefore, NotAfter string
	Plus                calendar.Period
	// Valid: an identifier that passes its checks.
	Valid bool
}

// Check is a rule over a whole row: where When holds (or When is empty), Require must hold.
type Check struct {
	ID      string
	When    Condition
	Require Condition
	Text    Text
	Cure    Text
	// Warn: the row goes in and the finding is reported; otherwise the row waits in quarantine.
	Warn bool
}

// Field finds a field by name; nil where there is none.
func (c *Contract) Field(name string) *Field {
	for i := range c.Fields {
		if c.Fields[i].Name == name {
			return &c.Fields[i]
		}
	}
	return nil
}

// Bears tells whether records of the dataset may be about subjects of the kind.
func (c *Contract) Bears(k subject.Kind) bool {
	for _, have := range c.Kinds {
		if have == k {
			return true
		}
	}
	return false
}
