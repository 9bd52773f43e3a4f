// Package language holds what a rating-model file says, as it says it: [Parse] reads one into a [Model], every part with
// its place in the file. What it means against a catalogue of datasets is package scorecard's.
package language

import (
	"encoding/hex"

	"probity/calendar"
	"probity/scorecard/internal/strict"
)

// Model is a rating model as its file states it, not yet checked against a schema. Every part knows its place in the
// file, so that whatever is found wrong later can name it.
type Model struct {
	// File is the name under which the model was parsed.
	File    string
	Code    string
	Version int64
	Title   Label
	// Kinds are the kinds of subject it rates; Contexts are those whose datasets it may read.
	Kinds, Contexts []Name
	Source          Source
	LeftOut         []LeftOut
	// Consent is set for models of persons and for no others.
	Consent *Consent
	// IncentiveOnly promises that no attribute, floor or gate ever takes anything from anybody.
	IncentiveOnly bool
	// Year is set for models that rate years, each when it is over.
	Year *Year
	// Table is set for models over a plain table.
	Table           *Table
	Base            int64
	Clip            *Limits
	NotRated        []Minimum
	Characteristics []Characteristic
	Groups          []Group
	Gates           []Gate
	// Bands stand from best to worst, unordered ones anywhere.
	Bands   []Band
	Reasons []Reason
	// Digest identifies the content of the file.
	Digest Digest
	At     Pos
}

// Digest is the SHA-256 over the model in canonical form: the file's content as JSON without white space, the keys of
// every mapping sorted by their bytes, whole numbers in decimal, true and false, everything else as the string that YAML reads, with
// only the quote, the backslash and control characters escaped. Comments, layout and the order of keys do not change
// it; everything that can change a rating or a text does.
type Digest [32]byte

// String is the digest in lower-case hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Label is a text for readers, in the languages the model was written in.
type Label struct {
	EN string `json:"en,omitempty"`
	ZH string `json:"zh,omitempty"`
}

// What is read by its place in the file.
type (
	// Name is a word of the file with its place.
	Name = strict.Name
	// Pos is a place in the file.
	Pos = strict.Pos
	// Filter is a condition on a record in the CEL subset of the language.
	Filter = strict.Passage
)

// Source says where the rules come from: a law, a standard, a paper, or our own drawing board.
type Source struct {
	Title, URL, Note string
	Date             calendar.Day
}

// LeftOut is a part of the source that the model does not carry out, on purpose.
type LeftOut struct{ Rule, Why string }

// Consent says for which purpose a person's consent must have been given.
type Consent struct{ Purpose string }

// Limits bound a sum; nil is no bound.
type Limits struct {
	Min, Max *int64
	At       Pos
}

// Minimum is the least information a rating needs: where its condition holds, the subject is not rated, and Reason
// says why.
type Minimum struct {
	// RecordsBelow, where set, holds for subjects with fewer records that any characteristic uses.
	RecordsBelow *int64
	When         Condition
	Reason       Name
	At           Pos
}

// Characteristic is one thing the model looks at: an aggregate over some of the subject's records, and the points that
// its value is worth. One without Attributes, PerUnit and PerRecord is worth nothing by itself and serves conditions.
type Characteristic struct {
	Name  Name
	Title Label
	Selection
	Aggregate Aggregate
	Direction Direction
	// Missing is the attribute of a subject for whom the aggregate has no value.
	Missing *Attribute
	// MissingWithoutRecords extends that to a count or sum over a file without any record in the window.
	MissingWithoutRecords bool
	Attributes            []Attribute
	PerUnit               *PerUnit
	PerRecord             *PerRecord
	// Baseline are the points against which points are lost; nil is the most that can be had.
	Baseline *int64
	// Actionable characteristics are those the subject can do something about.
	Actionable bool
	Group      Name
	// Reason is the reason code of attributes that name none.
	Reason Name
	At     Pos
}

// Selection says which records an aggregate runs over.
type Selection struct {
	// Datasets are codes or patterns with *; Families are record families. The records of all of them are taken.
	Datasets, Families []Name
	Where              *Filter
	Window             *Window
	// By is the day field that the window and the order of records go by; empty is Occurred.
	By Name
}

// Window limits the records by time or by count.
type Window struct {
	// Outer is the age at which a record leaves the window and Inner that at which it enters it; a zero Outer is none.
	Outer, Inner calendar.Period
	// InForce takes the records whose valid interval holds the as-of day.
	InForce bool
	// Latest, where not 0, takes the newest so many of what is left.
	Latest int64
	At     Pos
}

// AggregateKind names what is made of the records.
type AggregateKind string

// The aggregates.
const (
	Count            AggregateKind = "count"
	Sum              AggregateKind = "sum"
	Min              AggregateKind = "min"
	Max              AggregateKind = "max"
	Latest           AggregateKind = "latest"
	Exists           AggregateKind = "exists"
	MonthsSinceFirst AggregateKind = "months_since_first"
	MonthsSinceLast  AggregateKind = "months_since_last"
	Distinct         AggregateKind = "distinct"
	Share            AggregateKind = "share"
	Ratio            AggregateKind = "ratio"
	// PointsByRecord is what PerRecord makes of the records.
	PointsByRecord AggregateKind = "points_by"
)

// Aggregate makes one whole number of the selected records.
type Aggregate struct {
	Kind AggregateKind
	// Field is the field of Sum, Min, Max, Latest and Distinct.
	Field Name
	// Share is the second condition of Share; Of is the scale of Share and Ratio (1000 is per mille), rounded down.
	Share                  *Filter
	Of                     int64
	Numerator, Denominator *Part
	At                     Pos
}

// Part is one of the two aggregates of a ratio. What it does not say of the selection it takes from its
// characteristic.
type Part struct {
	Selection
	Aggregate Aggregate
	At        Pos
}

// Direction promises how points move as the value rises; a model whose attributes break it is refused.
type Direction string

// The directions. NoDirection promises nothing.
const (
	Rising      Direction = "rising"
	Falling     Direction = "falling"
	NoDirection Direction = "none"
)

// Attribute is a range of values, or some codes, and the points they are worth.
type Attribute struct {
	// From and Below bound a range, Below excluded.
	From, Below *int64
	Codes       []Name
	// Other takes the codes that no attribute names.
	Other  bool
	Points int64
	Reason Name
	At     Pos
}

// PerUnit gives Each points for every full Every units of the value above Over, bounded by Floor and Cap.
type PerUnit struct {
	Each, Every, Over int64
	Floor, Cap        *int64
	Reason            Name
	At                Pos
}

// PerRecord gives points record by record, from a table over a code, and adds them up, bounded by Floor and Cap.
type PerRecord struct {
	Field Name
	Table []CodePoints
	// Other are the points of codes that the table does not name, and of records without a code.
	Other *int64
	// Times, where set, is a number field that the points of a record are multiplied by.
	Times      Name
	Floor, Cap *int64
	Reason     Name
	At         Pos
}

// CodePoints is one line of a PerRecord table.
type CodePoints struct {
	Code   Name
	Points int64
}

// Group bounds the sum of the points of some characteristics; what it adds or takes away is a named adjustment.
type Group struct {
	Name       Name
	Floor, Cap *int64
	At         Pos
}

// Gate moves the band where its condition holds: to Band directly, or to no better than AtMost, or to no worse than
// AtLeast.
type Gate struct {
	Name                  Name
	When                  Condition
	Band, AtMost, AtLeast Name
	Reason                Name
	At                    Pos
}

// Condition is a condition on the value of a characteristic, on the score, or a combination of conditions.
type Condition struct {
	Characteristic        Name
	From, Below           *int64
	Codes                 []Name
	Missing               *bool
	ScoreFrom, ScoreBelow *int64
	All, Any              []Condition
	At                    Pos
}

// Band is a range of scores with a name; it ends where the band before it begins.
type Band struct {
	Name Name
	// From is the least score of the band; nil in the last one.
	From  *int64
	Title Label
	// Unordered bands are neither better nor worse than others and are reached through gates alone.
	Unordered bool
	At        Pos
}

// Reason is a reason code with its text and, where something can be done about it, the cure.
type Reason struct {
	Code        Name
	Title, Cure Label
}
