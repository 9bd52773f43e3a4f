package scorecard

import (
	"probity/scorecard/facts"
	"probity/scorecard/internal/strict"
	"probity/scorecard/internal/whole"
	"probity/scorecard/language"
)

// What a model file says, from package language.
type (
	// Model is a rating model as its file states it.
	Model = language.Model
	// Digest identifies the content of a model file.
	Digest = language.Digest
	// Label is a text for readers, in the languages the model was written in.
	Label = language.Label
	// Characteristic is one thing a model looks at.
	Characteristic = language.Characteristic
	// Selection says which records an aggregate runs over.
	Selection = language.Selection
	// Aggregate makes one whole number of the selected records.
	Aggregate = language.Aggregate
	// Part is one of the two aggregates of a ratio.
	Part = language.Part
	// Window limits the records by time or by count.
	Window = language.Window
	// Condition is a condition on the value of a characteristic or on the score.
	Condition = language.Condition
	// Attribute is a range of values, or some codes, and the points they are worth.
	Attribute = language.Attribute
	// Gate moves the band where its condition holds.
	Gate = language.Gate
	// Band is a range of scores with a name.
	Band = language.Band
	// Reason is a reason code with its text.
	Reason = language.Reason
)

// The aggregates; see package language.
const (
	Count            = language.Count
	Sum              = language.Sum
	Min              = language.Min
	Max              = language.Max
	Latest           = language.Latest
	Exists           = language.Exists
	MonthsSinceFirst = language.MonthsSinceFirst
	MonthsSinceLast  = language.MonthsSinceLast
	Distinct         = language.Distinct
	Share            = language.Share
	Ratio            = language.Ratio
)

// Parse reads a model file; see [language.Parse].
func Parse(name string, source []byte) (*Model, error) { return language.Parse(name, source) }

// What is wrong with a file.
type (
	// Fault is one thing that is wrong with a model or case file, with its place and what cures it.
	Fault = strict.Fault //nolint:errname // see strict.Fault
	// Faults is everything that is wrong with a file. Every error of [Parse] and [Compile] is of this type, and those of package worked.
	Faults = strict.Faults //nolint:errname // see strict.Fault
	// Pos is a place in a file.
	Pos = strict.Pos
	// Name is a word of a file with its place.
	Name = strict.Name
)

// What models are written against and records are handed over in, from package facts.
type (
	// Schema is what a model can be written against: the datasets of a catalogue.
	Schema = facts.Schema
	// Dataset describes the records of one dataset.
	Dataset = facts.Dataset
	// Field describes one field of a dataset's records.
	Field = facts.Field
	// Type says what the values of a field are.
	Type = facts.Type
	// Layout says which datasets, and which of their fields, a set of facts holds.
	Layout = facts.Layout
	// Read is one dataset of a layout, with the fields held of it.
	Read = facts.Read
	// Facts are the records of some subjects, as columns.
	Facts = facts.Facts
	// Table holds the records of one dataset, as columns.
	Table = facts.Table
	// Column holds one field of a table's records.
	Column = facts.Column
	// Record is what every record has, whatever its dataset.
	Record = facts.Record
	// Builder fills facts record by record, subject after subject.
	Builder = facts.Builder
)

// The types of fields; see package facts.
const (
	Text   = facts.Text
	Int    = facts.Int
	Amount = facts.Amount
	Date   = facts.Date
	Code   = facts.Code
	Bool   = facts.Bool
)

// The fields every record has, and the values that are not there; see package facts.
const (
	Occurred    = facts.Occurred
	ValidFrom   = facts.ValidFrom
	ValidTo     = facts.ValidTo
	Missing     = facts.Missing
	MissingCode = facts.MissingCode
)

// NewBuilder makes an empty builder for facts of the layout.
func NewBuilder(layout *Layout) *Builder { return facts.NewBuilder(layout) }

// NewFacts takes over tables made elsewhere, without copying; see [facts.NewFacts].
func NewFacts(layout *Layout, subjects int, tables []Table) (*Facts, error) {
	return facts.NewFacts(layout, subjects, tables)
}

// The bounds of values.
const (
	lowest  = whole.Lowest
	highest = whole.Highest
)
