package linkage

import (
	"math"
	"slices"
	"strings"

	"probity/linkage/block"
	"probity/linkage/field"
)

// column is a field of the configuration, read.
type column struct {
	name  string
	kind  field.Kind
	space *field.Space
	cells []uint32  // each record's form, 0 for none
	share []float64 // of the filled records that have a form, by form
	// filled is the number of records that have one, and shares whose space is read with this one, the first such column.
	filled float64
	shares int
	swaps  int // the field that values stray into, -1 for none
	// levels are the names of the levels of a pair, the first of which is missing.
	levels []string
}

// strayed is the name of the level for a value that stands in the other column.
const strayed = "in the other column"

// read reads the columns of a table into forms.
func read(t *Table, c Config, workers int) []column {
	t = joined(t, c)
	columns := make([]column, len(c.Fields))
	groups := map[string][]string{} // columns that are read together, by the first of them
	leader := func(f Field) string {
		name := f.Column
		if f.Swaps != "" {
			name = min(name, f.Swaps)
		}
		return name
	}
	for _, f := range c.Fields {
		lead := leader(f)
		for _, name := range []string{f.Column, f.Other} {
			if name != "" && !slices.Contains(groups[lead], name) {
				groups[lead] = append(groups[lead], name)
			}
		}
	}
	spaces := map[string]*field.Space{}
	offsets := map[string]int{}
	for _, f := range c.Fields {
		if lead := leader(f); spaces[lead] == nil {
			spaces[lead] = readTogether(t, groups[lead], f.Kind, offsets)
		}
	}
	each(len(columns), workers, func(i int) {
		f := c.Fields[i]
		columns[i] = column{name: f.Column, kind: f.Kind, space: spaces[leader(f)], swaps: -1}
		columns[i].shares = slices.IndexFunc(c.Fields, func(g Field) bool { return leader(g) == leader(f) })
		columns[i].fill(t, f, offsets)
	})
	for i, f := range c.Fields {
		if f.Swaps != "" {
			columns[i].swaps = slices.IndexFunc(c.Fields, func(g Field) bool { return g.Column == f.Swaps })
		}
		columns[i].levels = append([]string{"missing"}, columns[i].space.Levels()...)
		if columns[i].swaps >= 0 {
			columns[i].levels = append(columns[i].levels, strayed)
		}
	}
	return columns
}

// joined is a table in which the columns that are compared as one are one.
func joined(t *Table, c Config) *Table {
	whole := *t
	whole.Columns = slices.Clone(t.Columns)
	for _, f := range c.Fields {
		if len(f.With) == 0 {
			continue
		}
		one := Column{Name: f.Column, Values: []string{""}, Cells: make([]uint32, t.Len())}
		seen := map[string]uint32{"": 0}
		for r := range one.Cells {
			var parts []string
			for _, name := range append([]string{f.Column}, f.With...) {
				if c := t.Column(name); c.Cells[r] != 0 {
					parts = append(parts, c.Values[c.Cells[r]])
				}
			}
			value := strings.Join(parts, " | ")
			place, ok := seen[value]
			if !ok {
				place = uint32(len(one.Values))
				seen[value] = place
				one.Values = append(one.Values, value)
			}
			one.Cells[r] = place
		}
		whole.Columns[slices.IndexFunc(whole.Columns, func(c Column) bool { return c.Name == f.Column })] = one
	}
	return &whole
}

// readTogether reads the values of several columns as one, so that equal values have equal forms.
func readTogether(t *Table, names []string, kind field.Kind, offsets map[string]int) *field.Space {
	var values []string
	var counts []uint32
	for _, name := range names {
		c := t.Column(name)
		offsets[name] = len(values)
		values = append(values, c.Values...)
		counts = append(counts, c.counts()...)
	}
	return field.Read(kind, values, counts)
}

// fill gives each record its form, and finds how common the forms are.
func (c *column) fill(t *Table, f Field, offsets map[string]int) {
	c.cells = make([]uint32, t.Len())
	main, other := t.Column(f.Column), t.Column(f.Column)
	offset, otherOffset := offsets[f.Column], offsets[f.Column]
	if f.Other != "" && len(t.Files) == 2 {
		other, otherOffset = t.Column(f.Other), offsets[f.Other]
	}
	often := make([]float64, c.space.Forms+1)
	filled := 0.0
	for r := range c.cells {
		if t.File(r) == 0 {
			c.cells[r] = c.space.Of[offset+int(main.Cells[r])]
		} else {
			c.cells[r] = c.space.Of[otherOffset+int(other.Cells[r])]
		}
		if c.cells[r] != 0 {
			often[c.cells[r]]++
			filled++
		}
	}
	c.share, c.filled = often, filled
	for i := range c.share {
		c.share[i] /= max(filled, 1)
	}
}

// same is how often two of the records that are compared, or one of each file, have the same form where both have one. In
// one file a record counts as a pair with itself: a value that was seen once may well be somebody else's, too, and of
// the pairs that are there most are matches.
func (c *column) same(second int) float64 {
	first, all := make([]float64, c.space.Forms+1), make([]float64, c.space.Forms+1)
	for r, form := range c.cells {
		all[form]++
		if r < second {
			first[form]++
		}
	}
	same, filled, filledFirst := 0.0, 0.0, 0.0
	for form := 1; form < len(all); form++ {
		filled += all[form]
		filledFirst += first[form]
		if second > 0 {
			same += first[form] * (all[form] - first[form])
		} else {
			same += all[form] * all[form]
		}
	}
	if second > 0 {
		return same / max(filledFirst*(filled-filledFirst), 1)
	}
	return same / max(filled*filled, 1)
}

// sources are the ways in which the fields bucket records.
func sources(columns []column) []block.Source {
	var all []block.Source
	for i := range columns {
		c := &columns[i]
		for sort, key := range c.space.Keys() {
			s := block.Source{Field: i, Name: key.Name, Agrees: key.Agrees, Several: key.Several, Cells: c.cells, First: make([]uint32, 2, c.space.Forms+2)}
			for form := 1; form <= c.space.Forms; form++ {
				s.Keys = c.space.AppendKeys(s.Keys, sort, uint32(form))
				s.First = append(s.First, uint32(len(s.Keys)))
			}
			all = append(all, s)
		}
	}
	return all
}

// information is how many bits a field tells, on average, about a filled record.
func (c *column) information() float64 {
	sum := 0.0
	for _, p := range c.share[1:] {
		sum += p * p
	}
	if sum == 0 {
		return 0
	}
	return -math.Log2(sum)
}
