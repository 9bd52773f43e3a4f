// Package parameter is for whoever asks where a number of the laboratory comes from: every one that bears on a result
// stands in a dated YAML file with its unit, the range it may lie in and the source it was read in, and how sure that
// reading is. Nothing is taken that lies outside its range, and every fault names file and line.
package parameter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/internal/fault"
)

// Number is a number of a file, with its line.
type Number struct {
	Value float64
	Line  int
}

// UnmarshalYAML reads a plain number.
func (n *Number) UnmarshalYAML(node *yaml.Node) error {
	v, err := strconv.ParseFloat(node.Value, 64)
	if node.Kind != yaml.ScalarNode || err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("line %d: %q is not a number", node.Line, clip(node.Value))
	}
	*n = Number{v, node.Line}
	return nil
}

// Parameter is one number that bears on results.
type Parameter struct {
	Name string `yaml:"-"`
	// Value is used; Low and High bound what may be tried instead.
	Value, Low, High Number
	// Unit is "probability" (0 to 1), "factor", "percent", "months", "fen", "count" or "points".
	Unit string
	// Basis is how the source was come by: verified (read in a public copy), recalled (general knowledge, to be confirmed
	// before anybody quotes it), or assumed (a number of our own where nobody has measured).
	Basis  string
	Source string
	// What says what the number does.
	What string
	Line int `yaml:"-"`
}

// Set is the parameters of one file or several. It never changes once made.
type Set struct {
	edition string
	all     map[string]Parameter
}

var units = []string{"probability", "factor", "percent", "months", "fen", "count", "points"}

var bases = []string{"verified", "recalled", "assumed"}

// Decode reads a YAML file of one known shape: an unknown or repeated key is refused with its line.
func Decode(file string, text []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(into)
	if err == nil {
		if d.Decode(new(yaml.Node)) == nil {
			err = errors.New("there is a second document behind ---")
		}
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the file is empty")
	}
	if err != nil {
		place, what := file, strings.TrimPrefix(err.Error(), "yaml: ")
		if te := (*yaml.TypeError)(nil); errors.As(err, &te) {
			what = strings.Join(te.Errors, "; ")
		}
		if rest, ok := strings.CutPrefix(what, "line "); ok {
			if line, text, ok := strings.Cut(rest, ": "); ok {
				place, what = file+":"+line, text
			}
		}
		return fault.New(fault.Invalid, "lab.file", "%s", what).At(place).With("see docs/lab.md for the form of the file")
	}
	return nil
}

// Parse reads a parameter file. The error is a fault that names file and line.
func Parse(file string, text []byte) (*Set, error) {
	var sheet struct {
		Edition    string
		Parameters map[string]yaml.Node
	}
	if err := Decode(file, text, &sheet); err != nil {
		return nil, err
	}
	s := &Set{edition: sheet.Edition, all: map[string]Parameter{}}
	if sheet.Edition == "" {
		return nil, wrong(file, 1, "the file has no edition", "state edition: YYYY-MM")
	}
	for name, node := range sheet.Parameters {
		p := Parameter{Name: name, Line: node.Line}
		if err := node.Decode(&p); err != nil {
			return nil, wrong(file, node.Line, name+": "+err.Error(), "a parameter has value, low, high, unit, basis, source and what")
		}
		if err := p.check(file); err != nil {
			return nil, err
		}
		s.all[name] = p
	}
	return s, nil
}

func (p *Parameter) check(file string) error {
	switch {
	case !slices.Contains(units, p.Unit):
		return wrong(file, p.Line, fmt.Sprintf("%s: %q is no unit", p.Name, p.Unit), "use one of "+strings.Join(units, ", "))
	case !slices.Contains(bases, p.Basis):
		return wrong(file, p.Line, fmt.Sprintf("%s: %q is no basis", p.Name, p.Basis), "use one of "+strings.Join(bases, ", "))
	case p.Source == "" || p.What == "":
		return wrong(file, p.Line, p.Name+" has no source or does not say what it does", "state source and what")
	case p.Low.Value > p.High.Value:
		return wrong(file, p.Low.Line, fmt.Sprintf("%s: low %v is above high %v", p.Name, p.Low.Value, p.High.Value), "put the smaller first")
	case p.Unit == "probability" && (p.Low.Value < 0 || p.High.Value > 1):
		return wrong(file, p.Low.Line, p.Name+" is a probability, and its range leaves 0 to 1", "give a range within 0 to 1")
	}
	return p.admit(p.Value, file)
}

// admit tells whether a value may stand for the parameter.
func (p *Parameter) admit(v Number, file string) error {
	switch {
	case p.Unit == "probability" && (v.Value < 0 || v.Value > 1):
		return wrong(file, v.Line, fmt.Sprintf("%s is a probability and cannot be %v", p.Name, v.Value), "give a number from 0 to 1")
	case v.Value < p.Low.Value || v.Value > p.High.Value:
		return wrong(file, v.Line, fmt.Sprintf("%s is %v, and its range is %v to %v (%s)", p.Name, v.Value, p.Low.Value, p.High.Value, p.Source),
			"give a number within the range; a wider range needs a source")
	}
	return nil
}

// Names lists the parameters by name.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.all)) }

// Get finds a parameter.
func (s *Set) Get(name string) (Parameter, bool) {
	p, ok := s.all[name]
	return p, ok
}

// Value is the value of a parameter that the program itself names. One that is not in the file is a fault of the program,
// which the tests of the files hold.
func (s *Set) Value(name string) float64 {
	p, ok := s.all[name]
	if !ok {
		panic("parameter: there is no " + name)
	}
	return p.Value.Value
}

// With is the set with some values replaced; file names where they stand. An unknown name, or a value outside its range,
// is refused with its line.
func (s *Set) With(file string, changes map[string]Number) (*Set, error) {
	with := &Set{edition: s.edition, all: maps.Clone(s.all)}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		p, ok := with.all[name]
		if !ok {
			return nil, wrong(file, changes[name].Line, fmt.Sprintf("there is no parameter %q", clip(name)), "use one of "+strings.Join(s.Names(), ", "))
		}
		if err := p.admit(changes[name], file); err != nil {
			return nil, err
		}
		p.Value = changes[name]
		with.all[name] = p
	}
	return with, nil
}

// Digest identifies the values: SHA-256 over names and values.
func (s *Set) Digest() string {
	h := sha256.New()
	fmt.Fprintln(h, s.edition)
	for _, name := range s.Names() {
		fmt.Fprintln(h, name, s.all[name].Value.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func wrong(file string, line int, text, cure string) error {
	place := file
	if line > 0 {
		place = fmt.Sprintf("%s:%d", file, line)
	}
	return fault.New(fault.Invalid, "lab.parameter", "%s", text).At(place).With(cure)
}

// Wrong is a fault in a file of the laboratory: where, what, and what cures it. Line 0 is the file as a whole.
func Wrong(file string, line int, text, cure string) error { return wrong(file, line, text, cure) }

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// Join makes one set of several. A name that two of them have is a fault of the program, held by the tests of the files.
func Join(sets ...*Set) *Set {
	joined := &Set{all: map[string]Parameter{}}
	for _, s := range sets {
		joined.edition += s.edition + " "
		for name, p := range s.all {
			if _, twice := joined.all[name]; twice {
				panic("parameter: two files have " + name)
			}
			joined.all[name] = p
		}
	}
	return joined
}
