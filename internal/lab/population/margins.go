// Package population is for whoever needs people who do not exist: persons and their households, drawn from a joint
// distribution that is fitted to published margins (iterative proportional fitting), so that the whole looks like the
// statistics and no row like anybody. The fit is shown beside what was published.
//
// A population is a function of the generator's version, a seed and the margins; its [Certificate] states the three, and
// what cannot be generated again from them is refused (Charter C16). Protected attributes exist here and nowhere else.
package population

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/internal/lab/parameter"
)

//go:embed margins.yaml
var builtin []byte

// BuiltinFile is the path of the built-in margins in the repository, for messages.
const BuiltinFile = "internal/lab/population/margins.yaml"

// leastCell is the least a cell of a published margin may hold: smaller ones could point at somebody.
const leastCell = 100

// Dimension is one attribute and its values.
type Dimension struct {
	Name, Title string
	// Protected attributes are those by which nobody may be treated worse; harm is reported by them.
	Protected bool
	// Values and Titles are in the order of the file; a column holds places in this list.
	Values, Titles []string
	line           int
}

// Margin is a published table.
type Margin struct {
	Title, Source, Basis, Universe string
	// Over are the places of its dimensions.
	Over []int
	// Cells are the published counts, in row-major order over the dimensions.
	Cells []float64
	line  int
}

// sheet is the file as it stands.
type sheet struct {
	Edition    string
	Generator  int
	Dimensions []struct {
		Name, Title string
		Protected   bool
		Values      yaml.Node
	}
	Margins []struct {
		Over     []string
		Title    string
		Universe string
		Basis    string
		Source   string
		Cells    yaml.Node
	}
	Households struct {
		Basis, Source string
		Adults        []parameter.Number
		Children      parameter.Number
	}
	Incomes struct {
		Basis, Source string
		Monthly       []parameter.Number
	}
}

// reader turns a file into a world, or says what is wrong and where.
type reader struct {
	file  string
	sheet sheet
	world *World
}

func (r *reader) wrong(line int, cure, format string, args ...any) error {
	return parameter.Wrong(r.file, line, fmt.Sprintf(format, args...), cure)
}

// Builtin is the world of the built-in margins.
func Builtin() (*World, error) { return Read(BuiltinFile, builtin) }

// Read makes a world of a file of margins. Margins that contradict each other, cells below 100 and unknown values are
// refused with file and line.
func Read(file string, text []byte) (*World, error) {
	r := &reader{file: file, world: &World{}}
	if err := parameter.Decode(file, text, &r.sheet); err != nil {
		return nil, err
	}
	for _, step := range []func() error{r.dimensions, r.margins, r.households, r.agree, r.fit} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(text)
	r.world.digest = hex.EncodeToString(sum[:])
	r.world.generator = r.sheet.Generator
	return r.world, nil
}

// needed are the dimensions that the laboratory knows what to do with, in the order of the joint table.
var needed = []string{"region", "area", "people", "income", "age", "sex"}

func (r *reader) dimensions() error {
	for _, d := range r.sheet.Dimensions {
		dim := Dimension{Name: d.Name, Title: d.Title, Protected: d.Protected, line: d.Values.Line}
		for i := 0; i+1 < len(d.Values.Content); i += 2 {
			value := d.Values.Content[i]
			if slices.Contains(dim.Values, value.Value) {
				return r.wrong(value.Line, "name each once", "dimension %s has %q twice", d.Name, value.Value)
			}
			dim.Values, dim.Titles = append(dim.Values, value.Value), append(dim.Titles, d.Values.Content[i+1].Value)
		}
		if len(dim.Values) == 0 || len(dim.Values) > 100 {
			return r.wrong(max(dim.line, 1), "give it from 1 to 100 values", "dimension %s has %d values", d.Name, len(dim.Values))
		}
		r.world.dims = append(r.world.dims, dim)
	}
	for i, name := range needed {
		if i >= len(r.world.dims) || r.world.dims[i].Name != name || len(r.world.dims) != len(needed) {
			return r.wrong(1, "state the dimensions "+strings.Join(needed, ", ")+", in this order", "the dimensions are not those that the laboratory knows")
		}
	}
	return nil
}

func (r *reader) margins() error {
	for i := range r.sheet.Margins {
		s := &r.sheet.Margins[i]
		m := Margin{Title: s.Title, Source: s.Source, Basis: s.Basis, Universe: s.Universe, line: s.Cells.Line}
		size := 1
		for _, name := range s.Over {
			d := slices.Index(needed, name)
			if d < 0 || slices.Contains(m.Over, d) {
				return r.wrong(s.Cells.Line, "use dimensions of the file, each once", "margin %q is over %q", s.Title, name)
			}
			m.Over = append(m.Over, d)
			size *= len(r.world.dims[d].Values)
		}
		if m.Source == "" || m.Basis == "" || len(m.Over) == 0 {
			return r.wrong(s.Cells.Line, "state over, basis and source", "margin %q does not say over what it is or where it comes from", s.Title)
		}
		m.Cells = make([]float64, size)
		for j := 0; j+1 < len(s.Cells.Content); j += 2 {
			if err := r.cell(&m, s.Cells.Content[j], s.Cells.Content[j+1]); err != nil {
				return err
			}
		}
		if at := slices.Index(m.Cells, 0); at >= 0 {
			return r.wrong(s.Cells.Line, "state every cell", "margin %q has no cell %q", s.Title, r.world.cellName(&m, at))
		}
		r.world.margins = append(r.world.margins, m)
	}
	if len(r.world.margins) == 0 {
		return r.wrong(1, "give at least one margin", "the file has no margins")
	}
	return nil
}

// cell reads one cell of a margin: the values of its dimensions, parted by a space, and the count.
func (r *reader) cell(m *Margin, key, value *yaml.Node) error {
	words := strings.Fields(key.Value)
	if len(words) != len(m.Over) {
		return r.wrong(key.Line, "name one value for each dimension", "cell %q has %d values for %d dimensions", key.Value, len(words), len(m.Over))
	}
	at := 0
	for k, d := range m.Over {
		v := slices.Index(r.world.dims[d].Values, words[k])
		if v < 0 {
			return r.wrong(key.Line, "use one of "+strings.Join(r.world.dims[d].Values, ", "), "%q is no value of %s", words[k], needed[d])
		}
		at = at*len(r.world.dims[d].Values) + v
	}
	var n parameter.Number
	if err := n.UnmarshalYAML(value); err != nil {
		return r.wrong(value.Line, "give a count of persons", "%q is not a number", value.Value)
	}
	switch {
	case n.Value < leastCell:
		return r.wrong(n.Line, "join it with another cell", "cell %q holds %v persons; published cells hold at least %d (Charter C16)", key.Value, n.Value, leastCell)
	case m.Cells[at] != 0:
		return r.wrong(key.Line, "state each cell once", "cell %q stands twice", key.Value)
	}
	m.Cells[at] = n.Value
	return nil
}

func (r *reader) households() error {
	h, w := &r.sheet.Households, r.world
	sum := 0.0
	for _, n := range h.Adults {
		if n.Value < 0 || n.Value > 1 {
			return r.wrong(n.Line, "give shares from 0 to 1", "a share of households is %v", n.Value)
		}
		sum += n.Value
		w.adults = append(w.adults, sum)
	}
	if len(h.Adults) == 0 || math.Abs(sum-1) > 1e-6 {
		line := 1
		if len(h.Adults) > 0 {
			line = h.Adults[0].Line
		}
		return r.wrong(line, "make the shares add up to 1", "the shares of households by adults add up to %v", sum)
	}
	if c := h.Children; c.Value < 0 || c.Value > 1 {
		return r.wrong(c.Line, "give a share from 0 to 1", "the share of households with children is %v", c.Value)
	}
	w.children = h.Children.Value
	if want := len(w.dims[dimIncome].Values); len(r.sheet.Incomes.Monthly) != want {
		return r.wrong(1, "give one for each fifth", "there are %d incomes for %d values of income", len(r.sheet.Incomes.Monthly), want)
	}
	for _, n := range r.sheet.Incomes.Monthly {
		if n.Value < 1 || n.Value > 1e8 {
			return r.wrong(n.Line, "give fen a month", "an income is %v fen a month", n.Value)
		}
		w.incomes = append(w.incomes, n.Value)
	}
	return nil
}

// mostDisagreement is by how much, as a share of everybody, two margins of the same dimension may differ.
const mostDisagreement = 0.01

// agree refuses margins that cannot all be true.
func (r *reader) agree() error {
	for d := range r.world.dims {
		var first []float64
		name := ""
		for i := range r.world.margins {
			m := &r.world.margins[i]
			if !slices.Contains(m.Over, d) {
				continue
			}
			shares := r.world.project(m, d)
			if first == nil {
				first, name = shares, m.Title
				continue
			}
			for v := range shares {
				if math.Abs(shares[v]-first[v]) > mostDisagreement {
					return r.wrong(m.line, "correct one of them, or take it away", "impossible margins: %q puts %.1f per cent at %s %s, %q %.1f",
						m.Title, 100*shares[v], needed[d], r.world.dims[d].Values[v], name, 100*first[v])
				}
			}
		}
		if first == nil {
			return r.wrong(1, "add a margin over it", "no margin is over %s", needed[d])
		}
	}
	return nil
}
