package linkage

import (
	"math"
	"slices"

	"probity/linkage/block"
	"probity/linkage/field"
)

// column is a field of the configuration, read.
type column struct {
	name  string
	kind  field.Kind
	space *field.Space
	cells []uint32 // each record's form, 0 for none
	often []uint32 // records that have a form, by form
	// filled is the number of records that have one, filledBits its logarithm, and shares whose space is read with this one, the first such column.
	filled, filledBits float64
	shares             int
	swaps              int // the field that values stray into, -1 for none
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
	var leads []string
	var kinds []field.Kind
	for _, f := range c.Fields {
		if lead := leader(f); !slices.Contains(leads, lead) {
			leads, kinds = append(leads, lead), append(kinds, f.Kind)
			values := 0
			for _, name := range groups[lead] {
				offsets[name] = values
				values += len(t.Column(name).Values)
			}
		}
	}
	read := make([]*field.Space, len(leads))
	largest := make([]int, len(leads)) // the columns with the most values first, so that no worker is left with one at the end
	for i := range largest {
		largest[i] = i
	}
	slices.SortStableFunc(largest, func(i, j int) int {
		return len(t.Column(leads[j]).Values) - len(t.Column(leads[i]).Values)
	})
	each(len(leads), workers, func(k int) {
		i := largest[k]
		read[i] = readTogether(t, groups[leads[i]], kinds[i])
	})
	for i, lead := range leads {
		spaces[lead] = read[i]
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
		from := []*Column{t.Column(f.Column)}
		for _, name := range f.With {
			from = append(from, t.Column(name))
		}
		parts := make([]string, len(from))
		for r := range one.Cells {
			for k, c := range from {
				parts[k] = c.Values[c.Cells[r]]
			}
			value := written(f.Kind, parts)
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
func readTogether(t *Table, names []string, kind field.Kind) *field.Space {
	if len(names) == 1 {
		c := t.Column(names[0])
		return field.Read(kind, c.Values, c.counts())
	}
	var values []string
	var counts, of []uint32 // of each value of the columns, its place among the distinct ones
	place := map[string]uint32{}
	for _, name := range names {
		c := t.Column(name)
		often := c.counts()
		for i, value := range c.Values {
			at, ok := place[value]
			if !ok {
				at = uint32(len(values))
				place[value] = at
				values, counts = append(values, value), append(counts, 0)
			}
			counts[at] += often[i]
			of = append(of, at)
		}
	}
	s := field.Read(kind, values, counts)
	for i, at := range of {
		of[i] = s.Of[at]
	}
	s.Of = of
	return s
}

// fill gives each record its form, and finds how common the forms are.
func (c *column) fill(t *Table, f Field, offsets map[string]int) {
	c.cells = make([]uint32, t.Len())
	main, other := t.Column(f.Column), t.Column(f.Column)
	offset, otherOffset := offsets[f.Column], offsets[f.Column]
	if f.Other != "" && len(t.Files) == 2 {
		other, otherOffset = t.Column(f.Other), offsets[f.Other]
	}
	c.often = make([]uint32, c.space.Forms+1)
	for r := range c.cells {
		if t.File(r) == 0 {
			c.cells[r] = c.space.Of[offset+int(main.Cells[r])]
		} else {
			c.cells[r] = c.space.Of[otherOffset+int(other.Cells[r])]
		}
		if c.cells[r] != 0 {
			c.often[c.cells[r]]++
			c.filled++
		}
	}
	c.filledBits = math.Log2(max(c.filled, 1))
}

// logs are the logarithms of how often most values are there.
var logs = func() (table [1 << 10]float64) {
	for n := range table {
		table[n] = math.Log2(max(float64(n), 1))
	}
	return table
}()

// shareBits is the logarithm of the share of the filled records that have a form.
func (c *column) shareBits(form uint32) float64 {
	n := c.often[form]
	if int(n) < len(logs) {
		return logs[n] - c.filledBits
	}
	return math.Log2(float64(n)) - c.filledBits
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
func sources(columns []column, workers int) []block.Source {
	var all []block.Source
	var sorts []int
	for i := range columns {
		c := &columns[i]
		for sort, key := range c.space.Keys() {
			all = append(all, block.Source{Field: i, Name: key.Name, Agrees: key.Agrees, Several: key.Several, Cells: c.cells})
			sorts = append(sorts, sort)
		}
	}
	each(len(all), workers, func(k int) {
		s, space := &all[k], columns[all[k].Field].space
		s.First = make([]uint32, 2, space.Forms+2)
		if !s.Several {
			s.Keys = make([]uint64, 0, space.Forms)
		}
		for form := 1; form <= space.Forms; form++ {
			s.Keys = space.AppendKeys(s.Keys, sorts[k], uint32(form))
			s.First = append(s.First, uint32(len(s.Keys)))
		}
		s.One = !s.Several && len(s.Keys) == space.Forms
	})
	return all
}

// information is how many bits a field tells, on average, about a filled record.
func (c *column) information() float64 {
	sum := 0.0
	for _, n := range c.often[1:] {
		p := float64(n) / max(c.filled, 1)
		sum += p * p
	}
	if sum == 0 {
		return 0
	}
	return -math.Log2(sum)
}
