package linking

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"probity/internal/cli/console"
	"probity/linkage"
)

// answer is a file of pairs, read.
type answer struct {
	name string
	rows []pair
	// report is what stands beside it, nil where another program wrote the file.
	report *Summary
	spoken []string // the evidence as it was written, in CSV
}

// readAnswer reads a file that probity link wrote, or any CSV whose first line names id_a and id_b.
func readAnswer(name string) (*answer, error) {
	a := &answer{name: name}
	as, err := formOf("out", name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, console.Unreadable(name, err)
	}
	defer f.Close() //nolint:errcheck // read only
	if as == asNDJSON {
		err = a.objects(bufio.NewReader(f))
	} else {
		err = a.lines(bufio.NewReader(f))
	}
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(reportName(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a, nil
	case err != nil:
		return nil, console.Unreadable(reportName(name), err)
	}
	a.report = new(Summary)
	if err := json.Unmarshal(text, a.report); err != nil {
		return nil, console.Misuse("%s is no report of probity link: %v", reportName(name), err).With("link again, or take the file away")
	}
	return a, nil
}

func (a *answer) objects(in io.Reader) error {
	d := json.NewDecoder(in)
	for {
		var p pair
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && (p.A == "" || p.B == "") {
			err = errors.New("id_a or id_b is not there")
		}
		if err != nil {
			return console.Misuse("%s, pair %d: %v", a.name, len(a.rows)+1, err).With("every line is an object with id_a and id_b, as probity link writes it")
		}
		a.rows = append(a.rows, p)
	}
}

func (a *answer) lines(in io.Reader) error {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return console.Misuse("%s: there is no line of column names", a.name).With("the first line names id_a and id_b")
	}
	at := func(name string) int { return slices.Index(header, name) }
	idA, idB, probability, bits, cluster, evidence := at("id_a"), at("id_b"), at("probability"), at("bits"), at("cluster"), at("evidence")
	if idA < 0 || idB < 0 {
		return console.Misuse("%s has no columns id_a and id_b", a.name).With("give a file that probity link wrote, or name its columns so")
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && len(row) != len(header) {
			err = fmt.Errorf("%d columns, and the first line has %d", len(row), len(header))
		}
		var p pair
		if err == nil {
			p, err = a.line(row, idA, idB, probability, bits, cluster)
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return console.Misuse("%s, line %d: %v", a.name, line, err).With("mend the line")
		}
		a.rows = append(a.rows, p)
		if evidence >= 0 {
			a.spoken = append(a.spoken, row[evidence])
		}
	}
}

func (a *answer) line(row []string, idA, idB, probability, bits, cluster int) (p pair, err error) {
	p.A, p.B, p.Probability = row[idA], row[idB], 1
	if p.A == "" || p.B == "" {
		return p, errors.New("id_a or id_b is empty")
	}
	if probability >= 0 {
		if p.Probability, err = strconv.ParseFloat(row[probability], 64); err != nil || !(p.Probability >= 0 && p.Probability <= 1) {
			return p, fmt.Errorf("%q is no probability", row[probability])
		}
	}
	if bits >= 0 {
		if p.Bits, err = strconv.ParseFloat(row[bits], 64); err != nil {
			return p, fmt.Errorf("%q is no number of bits", row[bits])
		}
	}
	if cluster >= 0 {
		p.Cluster = row[cluster]
	}
	return p, nil
}

// twoFiles tells whether the second identifiers are of another file than the first.
func (a *answer) twoFiles() bool { return a.report != nil && len(a.report.Files) == 2 }

// register numbers records as they are named.
type register struct {
	two     bool
	numbers map[named]uint32
	second  []bool // whether a record is of the second file
}

type named struct {
	file int
	id   string
}

func newRegister(two bool) *register { return &register{two: two, numbers: map[named]uint32{}} }

// of is the number of a record on the first or second side of a pair.
func (g *register) of(side int, id string) uint32 {
	if !g.two {
		side = 0
	}
	n, ok := g.numbers[named{side, id}]
	if !ok {
		n = uint32(len(g.second))
		g.numbers[named{side, id}] = n
		g.second = append(g.second, side == 1)
	}
	return n
}

// forest joins records into groups.
type forest []uint32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = uint32(i)
	}
	return f
}

func (f forest) root(i uint32) uint32 {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

func (f forest) join(a, b uint32) { f[max(f.root(a), f.root(b))] = min(f.root(a), f.root(b)) }

func (f forest) names() []uint32 {
	names := make([]uint32, len(f))
	for i := range f {
		names[i] = f.root(uint32(i))
	}
	return names
}

// groups are the clusters that the answer's pairs make.
func (a *answer) groups(g *register) []uint32 {
	type edge struct{ a, b uint32 }
	var edges []edge
	for _, p := range a.rows {
		x, y := g.of(0, p.A), g.of(1, p.B)
		if p.Cluster != "" || p.Probability >= linkage.DefaultThreshold {
			edges = append(edges, edge{x, y})
		}
	}
	f := newForest(len(g.second))
	for _, e := range edges {
		f.join(e.a, e.b)
	}
	return f.names()
}
