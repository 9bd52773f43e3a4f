// Package mapping lets a foreign file in without anybody editing it: a YAML file says how to read it, which of its
// records count, and from where each field of a dataset is taken.
//
// The language is written down in docs/mapping.md. It has no loops and no expressions to compute with: whoever reads a
// mapping can tell for each field where its value comes from.
package mapping

import (
	"crypto/sha256"
	"encoding/hex"

	"probity/internal/intake/format"
)

// Mapping is a mapping file that was read and checked.
type Mapping struct {
	// Name is the file it was read from, for messages.
	Name string
	// Title and Source say what it is for, and where the data it maps comes from.
	Title, Source string
	// Dataset is the code of the dataset it was written for; "" where it does not say.
	Dataset string

	digest  [sha256.Size]byte
	file    fileOptions
	each    *expr
	where   []filter
	lookups []*lookup
	fields  []field
	// others: columns that no field reads go on under their own names.
	others bool
}

// fileOptions is the part of format.Options that a mapping may set.
type fileOptions struct {
	format    format.Kind
	encoding  format.Encoding
	delimiter byte
	header    []string
	skip      int
	sheet     string
	record    string
}

// Fields lists the fields the mapping fills, in its order.
func (m *Mapping) Fields() []string {
	names := make([]string, len(m.fields))
	for i, f := range m.fields {
		names[i] = f.name
	}
	return names
}

// Digest is the SHA-256 of the mapping file in hexadecimal digits: the same file under another mapping is other data.
func (m *Mapping) Digest() string { return hex.EncodeToString(m.digest[:]) }

// Options completes what is known about a file by what the mapping says. What is given already stays.
func (m *Mapping) Options(given format.Options) format.Options {
	if given.Format == "" {
		given.Format = m.file.format
	}
	if given.Encoding == "" {
		given.Encoding = m.file.encoding
	}
	if given.Delimiter == 0 {
		given.Delimiter = m.file.delimiter
	}
	if given.Header == nil {
		given.Header = m.file.header
	}
	if given.Skip == 0 {
		given.Skip = m.file.skip
	}
	if given.Sheet == "" {
		given.Sheet = m.file.sheet
	}
	if given.Record == "" {
		given.Record = m.file.record
	}
	given.Trees = true
	return given
}

type field struct {
	name string
	expr *expr
}

// filter lets a record through.
type filter struct {
	expr            *expr
	in, notIn       map[string]bool
	prefix          []string
	present, absent bool
}

// lookup is an index of the file's own records by a key.
type lookup struct {
	name  string
	key   *expr
	where []filter
	// gets are the values that fields take from a record found; they are what the index keeps of it.
	gets []*expr
}

// manyRule says what becomes of several values where one is wanted.
type manyRule uint8

const (
	onlyOne manyRule = iota // several are a fault of the row
	firstOf
	lastOf
	joined
)

// expr says where a value comes from and what is done with it, in the order of the fields below.
type expr struct {
	line int

	// One of these is the source: a column or path, the element of each that the row is for (with a path from there),
	// a constant, texts put together, or another expression.
	source   string
	path     format.Path
	each     bool
	constant []byte
	concat   []*expr
	inner    *expr
	optional bool

	split string
	// lookup is the index of a lookup, -1 for none; get the index of the value taken from it.
	lookup, get  int
	missingEmpty bool
	empty        map[string]bool
	strip        string
	values       map[string]string
	otherwise    *string // what a value becomes that values does not have
	keepOthers   bool
	dates        []dateForm
	comma        bool // the decimal mark is a comma
	fold         byte // 'u' or 'l'
	many         manyRule
	separator    string
	fallback     []byte
}
