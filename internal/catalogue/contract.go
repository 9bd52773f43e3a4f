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
	Code string `json:"code"`
	// Version counts from 1; Number is the database's own number of this version, 0 in a catalogue not yet loaded.
	Version int `json:"version"`
	Number  int `json:"-"`
	// Family is the record family the contract was composed from.
	Family string `json:"family,omitempty"`
	Title  Text   `json:"title"`
	// Supplier is the code of the agency answerable for the data.
	Supplier string `json:"supplier"`
	// Category is the code of a category of the basic catalogue, Context a code of the closed list of contexts.
	Category string         `json:"category"`
	Context  string         `json:"context"`
	Kinds    []subject.Kind `json:"kinds"`
	Basis    []Law          `json:"basis"`
	// Adverse says when a record counts against its subject; a zero Condition means never.
	Adverse Condition `json:"adverse,omitzero"`
	// PublicByLaw: the law itself makes the matter public, so that no prior notice to a person is needed (C7).
	PublicByLaw bool        `json:"public_by_law,omitempty"`
	Tier        TierRule    `json:"tier,omitzero"`
	Retention   Retention   `json:"retention,omitzero"`
	Publication Publication `json:"publication,omitzero"`
	// Frequency is how often the supplier delivers.
	Frequency calendar.Period `json:"frequency"`
	// Key names the fields that together are the row's key at its supplier.
	Key []string `json:"key"`
	// Binding says which fields lead to the subject, strongest first.
	Binding []Binding `json:"binding"`
	// ByName binds organisations without a code; nil where rows without one wait.
	ByName *ByName `json:"by_name,omitempty"`
	// Occurred, From and To name the fields of the event day and the valid interval; From and To may be "".
	Occurred string `json:"occurred"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
	// Name names the field with the name under which an organisation may be searched for, Notice the date field of the
	// prior notice to a person (C7); "" where there is none.
	Name       string     `json:"name,omitempty"`
	Notice     string     `json:"notice,omitempty"`
	Fields     []Field    `json:"fields"`
	Checks     []Check    `json:"checks,omitempty"`
	Thresholds Thresholds `json:"thresholds,omitzero"`
	// LenientCheckDigit allows early pilot-city codes whose check digit fails: a warning, not a reject.
	LenientCheckDigit bool `json:"lenient_check_digit,omitempty"`
	// Derived lists the datasets and fields a field was computed from, for the closed catalogue's lineage check (C2).
	Derived []Lineage `json:"derived,omitempty"`
	At      Place     `json:"-"`
}

// FieldType is what a field holds once read.
type FieldType string

const (
	// TextField holds free text; no model reads it.
	TextField FieldType = "text"
	// CodeField holds a code of the field's closed list.
	CodeField FieldType = "code"
	// IntField holds a whole number of the field's Unit.
	IntField FieldType = "integer"
	// AmountField holds money: in the file as Factor says, in minor units (fen) once read.
	AmountField FieldType = "amount"
	// DateField holds a civil day.
	DateField FieldType = "date"
	// BoolField holds yes or no.
	BoolField FieldType = "boolean"
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
	// Name is lower case letters, digits and underscores, starting with a letter: the name models use.
	Name  string    `json:"name"`
	Title Text      `json:"title"`
	Type  FieldType `json:"type"`
	// Aliases are other headings under which files carry the column, matched exactly and then without case. The
	// Chinese title is always among them.
	Aliases  []string `json:"aliases,omitempty"`
	Required bool     `json:"required,omitempty"`
	// Codes is the closed list of a CodeField, in the order in which models see it.
	Codes []Code `json:"codes,omitempty"`
	// Ordered says that the list runs from low to high, so that models may compare its codes with < and >=.
	Ordered bool `json:"ordered,omitempty"`
	// Scheme is the identifier scheme of an IdentifierField.
	Scheme subject.Scheme `json:"scheme,omitempty"`
	// Unit names what an integer counts ("day", "month", "hour"), or the currency of an amount ("CNY").
	Unit string `json:"unit,omitempty"`
	// Factor turns what the file says into minor units: 100 for yuan, 1000000 for ten thousand yuan. 0 means 100.
	Factor int64 `json:"factor,omitempty"`
	// Min and Max bound an integer or amount (in minor units) where Bounded, MaxLength a text (in characters; 0 is 500).
	// In files Bounded follows from a min or a max being written; the one left out is then unlimited.
	Min         int64       `json:"min,omitempty"`
	Max         int64       `json:"max,omitempty"`
	Bounded     bool        `json:"bounded,omitempty"`
	MaxLength   int         `json:"max_length,omitempty"`
	Sensitivity Sensitivity `json:"sensitivity"`
	Basis       []Law       `json:"basis,omitempty"`
	// Default is the text taken where a file leaves an optional field empty.
	Default string `json:"default,omitempty"`
	// Open is the text that means "no end" in a date field, such as 2099-12-31.
	Open []string `json:"open,omitempty"`
	At   Place    `json:"-"`
}

// Code is one entry of a code list. Aliases are the forms seen in files. In files an entry may be written on one line:
// "code | English | 中文 | further | forms".
type Code struct {
	Code    string   `json:"code"`
	Title   Text     `json:"title"`
	Aliases []string `json:"aliases,omitempty"`
}

// Binding leads from a row to its subject.
type Binding struct {
	Field  string         `json:"field"`
	Scheme subject.Scheme `json:"scheme"`
	// Kind is the subject's kind where the identifier alone does not decide it; "" lets the identifier decide.
	Kind subject.Kind `json:"kind,omitempty"`
	// Office names the field that holds the office code, for appointments.
	Office string `json:"office,omitempty"`
}

// TierRule gives the severity tier of an adverse record: fixed, or by the code of a field; where neither applies, Fixed.
// In files a fixed tier is just its name.
type TierRule struct {
	Fixed record.Tier            `json:"fixed,omitempty"`
	Field string                 `json:"field,omitempty"`
	By    map[string]record.Tier `json:"by,omitempty"`
}

// Retention is when adverse information lapses: Period after the day in the field From (the end of the conduct). While
// that field is empty the conduct has not ended and nothing lapses, unless Cap, counted from the event day, is set.
type Retention struct {
	Period calendar.Period `json:"period"`
	From   string          `json:"from,omitempty"`
	Cap    calendar.Period `json:"cap,omitzero"`
}

// Publication bounds how long a record may be shown to the public, by tier, counted from the day in the field From. A
// record past its maximum is neither shown, shared nor used any more.
type Publication struct {
	Public bool   `json:"public,omitempty"`
	From   string `json:"from,omitempty"`
	// Rules names the dated rule set whose limits by tier apply: "repair" for the edition in force on the day of
	// looking, "repair.order36" for that one edition.
	Rules string `json:"rules,omitempty"`
}

// Thresholds hold a batch by its share of bad rows, in thousandths: above Warn it is said, above Hold nothing of the
// batch is published until somebody decides. 0 means 10 and 50.
type Thresholds struct {
	Warn int `json:"warn,omitempty"`
	Hold int `json:"hold,omitempty"`
}

// Lineage says that Field was derived from Source's field Of.
type Lineage struct {
	Field  string `json:"field"`
	Source string `json:"source"`
	Of     string `json:"of"`
}

// Condition holds for a row when every part of it holds. The zero Condition never holds. In files it is "always",
// "never", one test, or a list of tests.
type Condition struct {
	Always bool   `json:"always,omitempty"`
	All    []Test `json:"all,omitempty"`
}

// Test looks at one field of a row. It holds when everything it names holds; where a field it looks at has no value,
// only Absent holds.
type Test struct {
	Field string `json:"field"`
	// Present: the field has a value. Absent: it has none. In: its code or text is one of these. NotIn: none of these.
	Present bool     `json:"present,omitempty"`
	Absent  bool     `json:"absent,omitempty"`
	In      []string `json:"in,omitempty"`
	NotIn   []string `json:"not_in,omitempty"`
	// Prefix: the text starts with one of these.
	Prefix []string `json:"prefix,omitempty"`
	// Above, Below, Equal compare an integer or amount where set.
	Above *int64 `json:"above,omitempty"`
	Below *int64 `json:"below,omitempty"`
	Equal *int64 `json:"equal,omitempty"`
	// NotBefore, NotAfter name another date field to compare with, moved by Plus.
	NotBefore string          `json:"not_before,omitempty"`
	NotAfter  string          `json:"not_after,omitempty"`
	Plus      calendar.Period `json:"plus,omitzero"`
	// Limit names the period that Plus was taken from, "repair.order36 general.max": a number of law, resolved when
	// the catalogue is loaded.
	Limit string `json:"limit,omitempty"`
	// Since and Until compare a date field with a day: on or after Since, before Until. nil compares nothing.
	Since *calendar.Day `json:"since,omitempty"`
	Until *calendar.Day `json:"until,omitempty"`
	// Valid: an identifier that passes its checks.
	Valid bool `json:"valid,omitempty"`
}

// Check is a rule over a whole row: where When holds (or When is empty), Require must hold.
type Check struct {
	ID      string    `json:"id"`
	When    Condition `json:"when,omitzero"`
	Require Condition `json:"require"`
	Text    Text      `json:"text"`
	Cure    Text      `json:"cure"`
	// Warn: the row goes in and the finding is reported; otherwise the row waits in quarantine.
	Warn bool  `json:"warn,omitempty"`
	At   Place `json:"-"`
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
