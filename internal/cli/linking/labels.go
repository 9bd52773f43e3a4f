package linking

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"probity/internal/cli/console"
	"probity/linkage"
)

// numbers are the records of each name: the first one that has it and the last, which of two files is one of each.
func numbers(t *linkage.Table) (first, last map[string]uint32) {
	first, last = map[string]uint32{}, map[string]uint32{}
	for i, id := range t.ID {
		if _, there := first[id]; !there {
			first[id] = uint32(i)
		}
		last[id] = uint32(i)
	}
	return first, last
}

// labelColumns are the columns of a file of labels.
var labelColumns = []string{"id_a", "id_b", "same"}

// labelled are pairs of which it is known whether they are the same, for linkage to learn from.
func (c linkCommand) labelled(t *linkage.Table) ([]linkage.Label, error) {
	if c.Labels == "" {
		return nil, nil
	}
	f, err := os.Open(c.Labels)
	if err != nil {
		return nil, console.Unreadable(c.Labels, err)
	}
	defer f.Close() //nolint:errcheck // read only
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	header, err := r.Read()
	var at []int
	for _, name := range labelColumns {
		at = append(at, slices.Index(header, name))
	}
	if err != nil || slices.Contains(at, -1) {
		return nil, console.Misuse("--labels: %s has not the columns %s", c.Labels, strings.Join(labelColumns, ", ")).With("a line for each pair: the two records, and yes or no")
	}
	first, last := numbers(t)
	var labels []linkage.Label
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return nil, console.Misuse("--labels: %s, line %d: %v", c.Labels, line, err).With("write the file as CSV")
		}
		a, ok := first[row[at[0]]]
		b, also := last[row[at[1]]]
		same, said := map[string]bool{"yes": true, "true": true, "1": true, "no": false, "false": false, "0": false}[strings.ToLower(row[at[2]])]
		switch {
		case !ok || !also:
			return nil, console.Misuse("--labels: %s, line %d: no record is called %s", c.Labels, line, unknown(ok, row[at[0]], row[at[1]])).With("name records as the column of --id does")
		case !said:
			return nil, console.Misuse("--labels: %s, line %d: %q says neither yes nor no", c.Labels, line, row[at[2]]).With("write yes or no; leave out pairs of which nobody can tell")
		}
		labels = append(labels, linkage.Label{A: a, B: b, Same: same})
	}
	return labels, nil
}

func unknown(first bool, a, b string) string {
	if first {
		return b
	}
	return a
}
