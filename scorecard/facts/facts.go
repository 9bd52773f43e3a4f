// Package facts is for whoever hands records to a rating model: which datasets and fields there are ([Schema]), which
// of them a model reads ([Layout]), and the records of any number of subjects as columns ([Facts]), filled one by one
// with a [Builder] or taken over from a file that is mapped into memory ([NewFacts]).
//
// One subject is a batch of one. Columns may lie anywhere; nothing here copies or changes them.
package facts

import (
	"fmt"
	"math"
	"slices"

	"probity/calendar"
)

// Read is one dataset that a layout holds, with the fields it holds of it.
type Read struct {
	Dataset string
	// Fields are in the order of the columns and of the values given to [Builder.Add].
	Fields []Field
}

// Layout says which datasets, and which of their fields, a set of facts holds. A plan has the smallest layout that it
// can be evaluated on; facts in a wider one serve several plans in turn. A layout never changes once made.
type Layout struct {
	reads []Read
	index map[string]int
}

// Reads lists the datasets and fields; the place of a dataset in the list is its table.
func (l *Layout) Reads() []Read { return l.reads }

// Table is the place of a dataset's table, or -1 where the layout does not hold the dataset: its records are not
// looked at. Ask once per dataset, not once per record.
func (l *Layout) Table(dataset string) int {
	if t, ok := l.index[dataset]; ok {
		return t
	}
	return -1
}

// NewLayout makes a layout without a table.
func NewLayout() *Layout { return &Layout{index: map[string]int{}} }

// Add adds a table for a dataset, unless there is one, and returns its place. Layouts are added to while they are made
// and at no other time.
func (l *Layout) Add(dataset string) int {
	if t, ok := l.index[dataset]; ok {
		return t
	}

	l.reads = append(l.reads, Read{Dataset: dataset})
	l.index[dataset] = len(l.reads) - 1
	return len(l.reads) - 1
}

// Want adds a field to a table unless it is there; it fails where it is there in another form.
func (l *Layout) Want(table int, f Field) error {
	r := &l.reads[table]
	for i := range r.Fields {
		if r.Fields[i].Name != f.Name {
			continue
		}
		if !r.Fields[i].Same(&f) {
			return fmt.Errorf("field %s of dataset %s stands in two forms: the plans were compiled against different schemas", f.Name, r.Dataset)
		}
		return nil
	}
	r.Fields = append(r.Fields, f)
	return nil
}

// Column is the place of a field's column: 0 and up for the layout's own, negative for those of every record.
func (l *Layout) Column(table int, name string) (int, bool) {
	switch name {
	case Occurred:
		return ColumnOccurred, true
	case ValidFrom:
		return ColumnValidFrom, true
	case ValidTo:
		return ColumnValidTo, true
	}
	i := slices.IndexFunc(l.reads[table].Fields, func(f Field) bool { return f.Name == name })
	return i, i >= 0
}

// The columns that every record has.
const (
	ColumnOccurred  = -1
	ColumnValidFrom = -2
	ColumnValidTo   = -3
)

// MissingCode is the value that is not there in a column of codes.
const MissingCode uint16 = math.MaxUint16

// Column holds one field of a table's records. The one slice that the field's type calls for is set: Ints for Int and
// Amount (absent: [Missing]), Days for Date (absent: calendar.None), Codes for Code and Bool (absent: [MissingCode]).
// Absence is a value and not a bitmap, so that a kernel is one comparison and a column mapped from a file is used as
// it lies there.
type Column struct {
	Ints  []int64
	Days  []calendar.Day
	Codes []uint16
}

// Table holds the records of one dataset, by ascending subject; the order within a subject means nothing. All slices
// that are set have the same length, and the evaluator only reads them, so they may lie in a mapped file.
type Table struct {
	// Subject is the ordinal of the record's subject, from 0.
	Subject []uint32
	// ID is the record's number at its keeper, unique; with the day and Recorded it gives the total order of records.
	ID []int64
	// Recorded is when the version was recorded, in any unit that only grows.
	Recorded []int64
	Occurred []calendar.Day
	// ValidFrom and ValidTo bound the days on which the record holds, the last one excluded. Nil: none has a bound.
	ValidFrom, ValidTo []calendar.Day
	// Lapse is the first day on which the record may no longer be used. Nil: none lapses.
	Lapse []calendar.Day
	// Disputed is not 0 for a contested record, which is out of use. Nil: none is.
	Disputed []uint8
	Columns  []Column
}

// Len is the number of records.
func (t *Table) Len() int { return len(t.Subject) }

// Facts are the records of some subjects, as columns. They never change while an evaluator works on them.
type Facts struct {
	layout   *Layout
	subjects int
	tables   []Table
	// used are the tables with records: a subject has few of the several hundred there are.
	used []int
}

// NewFacts takes over tables made elsewhere, one for each dataset of the layout, in its order, without copying. It
// checks their shape and that subjects ascend.
func NewFacts(layout *Layout, subjects int, tables []Table) (*Facts, error) {
	if len(tables) != len(layout.reads) {
		return nil, fmt.Errorf("the layout has %d tables, %d were given", len(layout.reads), len(tables))
	}
	f := &Facts{layout: layout, subjects: subjects, tables: tables}
	for i := range tables {
		if err := tables[i].check(&layout.reads[i], subjects); err != nil {
			return nil, fmt.Errorf("table %s: %w", layout.reads[i].Dataset, err)
		}
		if tables[i].Len() > 0 {
			f.used = append(f.used, i)
		}
	}
	return f, nil
}

func (t *Table) check(r *Read, subjects int) error {
	n := t.Len()
	for _, c := range []struct {
		name     string
		len      int
		optional bool
	}{
		{"id", len(t.ID), false}, {"recorded", len(t.Recorded), false}, {"occurred", len(t.Occurred), false},
		{"valid_from", len(t.ValidFrom), t.ValidFrom == nil}, {"valid_to", len(t.ValidTo), t.ValidTo == nil},
		{"lapse", len(t.Lapse), t.Lapse == nil}, {"disputed", len(t.Disputed), t.Disputed == nil},
	} {
		if c.len != n && !c.optional {
			return fmt.Errorf("column %s holds %d records, subject holds %d", c.name, c.len, n)
		}
	}
	if len(t.Columns) != len(r.Fields) {
		return fmt.Errorf("it has %d value columns, the layout has %d", len(t.Columns), len(r.Fields))
	}
	for i := range t.Columns {
		if got := t.Columns[i].len(&r.Fields[i]); got != n {
			return fmt.Errorf("column %s holds %d records, subject holds %d", r.Fields[i].Name, got, n)
		}
	}
	if !slices.IsSorted(t.Subject) {
		return fmt.Errorf("the records are not in the order of their subjects")
	}
	if n > 0 && int64(t.Subject[n-1]) >= int64(subjects) {
		return fmt.Errorf("it has a record of subject %d, and there are %d", t.Subject[n-1], subjects)
	}
	return nil
}

// len is the length of the slice that holds the field's values.
func (c *Column) len(f *Field) int {
	switch {
	case f.Coded():
		return len(c.Codes)
	case f.Type == Date:
		return len(c.Days)
	default:
		return len(c.Ints)
	}
}

// Subjects is the number of subjects.
func (f *Facts) Subjects() int { return f.subjects }

// Table is the i-th table of the layout.
func (f *Facts) Table(i int) *Table { return &f.tables[i] }

// Used lists the tables that hold any record.
func (f *Facts) Used() []int { return f.used }

// Layout is what the facts hold.
func (f *Facts) Layout() *Layout { return f.layout }

// Days is a day column; those that every record has may be nil, which is a column of calendar.None.
func (t *Table) Days(col int) []calendar.Day {
	switch col {
	case ColumnOccurred:
		return t.Occurred
	case ColumnValidFrom:
		return t.ValidFrom
	case ColumnValidTo:
		return t.ValidTo
	}
	return t.Columns[col].Days
}

// Record is what every record has, whatever its dataset.
type Record struct {
	ID, Recorded int64
	Occurred     calendar.Day
	// ValidFrom, ValidTo and Lapse are calendar.None where the record has none.
	ValidFrom, ValidTo, Lapse calendar.Day
	Disputed                  bool
}

// Builder fills facts record by record, subject after subject, and reuses its memory: a builder that is Reset for
// every subject allocates nothing after the first few.
type Builder struct {
	facts Facts
}

// NewBuilder makes an empty builder for facts of the layout.
func NewBuilder(layout *Layout) *Builder {
	b := &Builder{facts: Facts{layout: layout, tables: make([]Table, len(layout.reads))}}
	for i := range b.facts.tables {
		b.facts.tables[i].Columns = make([]Column, len(layout.reads[i].Fields))
	}
	return b
}

// Reset forgets all subjects. Facts handed out before are no longer valid.
func (b *Builder) Reset() {
	for _, i := range b.facts.used {
		b.facts.tables[i].clear()
	}
	b.facts.used = b.facts.used[:0]
	b.facts.subjects = 0
}

// Subject begins the next subject and returns its ordinal; the records added from now on are its own.
func (b *Builder) Subject() int {
	b.facts.subjects++
	return b.facts.subjects - 1
}

// Add adds a record of the current subject to a table (see [Layout.Table]); records of table -1 are not wanted and are
// dropped. The values are in the order of the layout's fields, [Missing] where there is none: numbers and amounts as
// they are, days as their calendar.Day, codes as their place in the list, booleans 0 or 1.
func (b *Builder) Add(table int, r Record, values ...int64) {
	if table < 0 {
		return
	}
	if b.facts.subjects == 0 {
		panic("facts: Builder.Add before Builder.Subject")
	}
	t := &b.facts.tables[table]
	fields := b.facts.layout.reads[table].Fields
	if len(values) != len(fields) {
		panic(fmt.Sprintf("facts: dataset %s has %d fields in the layout, %d values were given",
			b.facts.layout.reads[table].Dataset, len(fields), len(values)))
	}
	if t.Len() == 0 {
		b.facts.used = append(b.facts.used, table)
	}
	t.append(uint32(b.facts.subjects-1), r)
	for i, v := range values {
		t.Columns[i].append(&fields[i], v)
	}
}

// Facts are the facts so far. They share the builder's memory and are valid until it is reset or added to.
func (b *Builder) Facts() *Facts { return &b.facts }

func (t *Table) append(subject uint32, r Record) {
	t.Subject = append(t.Subject, subject)
	t.ID = append(t.ID, r.ID)
	t.Recorded = append(t.Recorded, r.Recorded)
	t.Occurred = append(t.Occurred, r.Occurred)
	t.ValidFrom = append(t.ValidFrom, r.ValidFrom)
	t.ValidTo = append(t.ValidTo, r.ValidTo)
	t.Lapse = append(t.Lapse, r.Lapse)
	disputed := uint8(0)
	if r.Disputed {
		disputed = 1
	}
	t.Disputed = append(t.Disputed, disputed)
}

func (t *Table) clear() {
	t.Subject, t.ID, t.Recorded, t.Occurred = t.Subject[:0], t.ID[:0], t.Recorded[:0], t.Occurred[:0]
	t.ValidFrom, t.ValidTo, t.Lapse, t.Disputed = t.ValidFrom[:0], t.ValidTo[:0], t.Lapse[:0], t.Disputed[:0]
	for i := range t.Columns {
		c := &t.Columns[i]
		c.Ints, c.Days, c.Codes = c.Ints[:0], c.Days[:0], c.Codes[:0]
	}
}

// append adds a value in the width of the field's type. A code beyond the list is as good as none.
func (c *Column) append(f *Field, v int64) {
	switch {
	case f.Coded():
		code := MissingCode
		if v >= 0 && v < int64(len(f.Names())) {
			code = uint16(v)
		}
		c.Codes = append(c.Codes, code)
	case f.Type == Date:
		d := calendar.None
		if v >= int64(calendar.First) && v <= int64(calendar.Last) {
			d = calendar.Day(v)
		}
		c.Days = append(c.Days, d)
	default:
		c.Ints = append(c.Ints, v)
	}
}
