package linkage

import "slices"

// Table holds the records of one file or of two: for each column every distinct value once, and for each record the
// numbers of its values.
type Table struct {
	// ID is each record's own name in its file.
	ID []string
	// Files are the names of the files, one or two. Records of the second stand behind those of the first, from Second.
	Files  []string
	Second int
	// Columns in the order of the first file.
	Columns []Column
}

// Column is one column of a table.
type Column struct {
	Name string
	// Values are the distinct values as they were written, the first of them the empty one.
	Values []string
	// Cells is the place in Values of each record's value.
	Cells []uint32
}

// Len is the number of records.
func (t *Table) Len() int { return len(t.ID) }

// Column is the column of the name, nil where there is none.
func (t *Table) Column(name string) *Column {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}

// File is the place in Files of a record's file.
func (t *Table) File(record int) int {
	if len(t.Files) > 1 && record >= t.Second {
		return 1
	}
	return 0
}

// Builder puts a table together row by row. It is not safe for several goroutines.
type Builder struct {
	table *Table
	at    []int // for each field of the rows that come, the column; -1 for none
	seen  []map[string]uint32
}

// NewBuilder starts a table.
func NewBuilder() *Builder { return &Builder{table: &Table{}} }

// File starts the rows of a file; columns are the names of its fields. Columns of a second file are those of the first
// that are called the same. A third file is an [Error], and so is a second one that has no column in common.
func (b *Builder) File(name string, columns []string) error {
	t := b.table
	if len(t.Files) == 2 {
		return &Error{name, "two files can be linked, not three", "put three files into one, with a column that says where each record is from"}
	}
	b.at = make([]int, len(columns))
	common := 0
	for i, column := range columns {
		at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == column })
		switch {
		case at >= 0:
			common++
		case len(t.Files) == 0:
			at = len(t.Columns)
			t.Columns = append(t.Columns, Column{Name: column, Values: []string{""}})
			b.seen = append(b.seen, map[string]uint32{"": 0})
		}
		b.at[i] = at
	}
	if len(t.Files) == 1 {
		t.Second = len(t.ID)
		if common == 0 {
			return &Error{name, "it has no column in common with " + t.Files[0], "call the columns to be compared the same in both files"}
		}
	}
	t.Files = append(t.Files, name)
	return nil
}

// Add appends a record of the file that was started last. Missing values at the end are empty ones.
func (b *Builder) Add(id string, values []string) {
	t := b.table
	t.ID = append(t.ID, id)
	for i := range t.Columns {
		t.Columns[i].Cells = append(t.Columns[i].Cells, 0)
	}
	for i, value := range values {
		if i >= len(b.at) || b.at[i] < 0 || value == "" {
			continue
		}
		c, seen := &t.Columns[b.at[i]], b.seen[b.at[i]]
		n, ok := seen[value]
		if !ok {
			n = uint32(len(c.Values))
			value = string(append([]byte(nil), value...))
			seen[value] = n
			c.Values = append(c.Values, value)
		}
		c.Cells[len(c.Cells)-1] = n
	}
}

// Table is what was put together.
func (b *Builder) Table() *Table { return b.table }
