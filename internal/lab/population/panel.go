package population

import (
	"fmt"
	"math"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/fault"
	"probity/internal/lab/chance"
)

// PanelSize is how many people a panel holds. A panel is a slice through the whole country that lives by itself: its
// households, contacts and its share of offices lie within it, so that panels can be worked on in any order on any number
// of cores, and memory does not grow with the population.
const PanelSize = 2048

// Panel is consecutive people as columns. Columns of attributes hold places in the lists of [World.Dimensions].
type Panel struct {
	// First is the ordinal of the first person; N how many there are.
	First, N int
	Key      []chance.Key
	// Column is one column for each dimension.
	Column [len6][]uint8
	// Household is the ordinal in the panel of the household's first adult; Adults how many it has; Children whether children
	// at school live in it.
	Household []uint16
	Adults    []uint8
	Children  []bool
	// Income is disposable income in fen a month while there is work.
	Income []int64
}

// What is drawn once for each person or household.
const (
	drawSize chance.Stream = iota
	drawGroup
	drawWithin
	drawIncome
	drawBirth
)

// spreadOfIncome is how far incomes lie apart within a fifth: the standard deviation of their logarithm, approximated by a sum of
// four even numbers.
const spreadOfIncome = 0.25

// Fill makes the people from first on, at most PanelSize of them; first is a multiple of PanelSize. The same seed gives the
// same people, however many are asked for in all.
func (w *World) Fill(p *Panel, seed chance.Seed, first, n int) {
	p.First, p.N = first, n
	p.grow(n)
	inner := len(w.dims[dimSex].Values)
	for i := 0; i < n; {
		head := seed.Subject(uint64(first + i))
		size := 1 + pick(w.adults, even(head.Draw(chance.Once, drawSize)))
		group := pick(w.groups, even(head.Draw(chance.Once, drawGroup)))
		children := size > 1 && chance.Of(w.children).HitLow(head.Draw(chance.Once, drawSize))
		for k := i; k < min(i+size, n); k++ {
			key := seed.Subject(uint64(first + k))
			p.Key[k] = key
			at := pick(w.within[group], even(key.Draw(chance.Once, drawWithin)))
			p.Column[dimAge][k], p.Column[dimSex][k] = uint8(at/inner), uint8(at%inner)
			g := group
			for d := dimIncome; d >= dimRegion; d-- {
				values := len(w.dims[d].Values)
				p.Column[d][k] = uint8(g % values)
				g /= values
			}
			p.Household[k], p.Adults[k], p.Children[k] = uint16(i), uint8(size), children
			p.Income[k] = int64(w.incomes[p.Column[dimIncome][k]] * math.Exp(spreadOfIncome*bell(key.Draw(chance.Once, drawIncome))))
		}
		i += size
	}
}

func (p *Panel) grow(n int) {
	if cap(p.Key) < n {
		p.Key, p.Household, p.Adults, p.Children, p.Income = make([]chance.Key, n), make([]uint16, n), make([]uint8, n), make([]bool, n), make([]int64, n)
		for d := range p.Column {
			p.Column[d] = make([]uint8, n)
		}
	}
	p.Key, p.Household, p.Adults, p.Children, p.Income = p.Key[:n], p.Household[:n], p.Adults[:n], p.Children[:n], p.Income[:n]
	for d := range p.Column {
		p.Column[d] = p.Column[d][:n]
	}
}

// even is a number from 0 to 1 of the upper bits of a draw.
func even(draw uint64) float64 { return (float64(draw>>11) + 0.5) / (1 << 53) }

// bell is about normal with mean 0 and deviation 1: the sum of four even numbers (Irwin and Hall).
func bell(draw uint64) float64 {
	sum := 0.0
	for range 4 {
		sum += float64(draw&0xffff)/65536 - 0.5
		draw >>= 16
	}
	return sum * math.Sqrt(3)
}

// The dimensions by name, for those who read columns.
const (
	Region = dimRegion
	Area   = dimArea
	People = dimPeople
	Income = dimIncome
	Age    = dimAge
	Sex    = dimSex
)

// Identifier is a resident number for a person of the panel that cannot belong to anyone: its region begins with 00. No two
// people of a population share one.
func (w *World) Identifier(p *Panel, i int, today calendar.Day) (string, error) {
	ordinal := uint64(p.First + i)
	n := ordinal % identifier.SyntheticResidentIDs
	year, _, _ := today.Date()
	oldest := 20 + 5*int(p.Column[dimAge][i]) + 4
	from, ok := calendar.Date(year-oldest, 1, 1)
	if !ok {
		return "", fault.New(fault.Invalid, "lab.day", "%s is too early a day for people of that age", today).With("begin the run later")
	}
	const days = 4 * 365
	birth := from + calendar.Day((chance.Mix(n)+ordinal/identifier.SyntheticResidentIDs)%days)
	return identifier.SyntheticResidentID(birth, n, w.dims[dimSex].Values[p.Column[dimSex][i]] == "male")
}

// Certificate says from what a population can be generated again, to the byte.
type Certificate struct {
	Generator int    `json:"generator"`
	Seed      uint64 `json:"seed,string"`
	Margins   string `json:"margins"`
	People    int    `json:"people"`
}

// Certify makes the certificate of a population of this world.
func (w *World) Certify(seed chance.Seed, people int) Certificate {
	return Certificate{Generator: w.generator, Seed: uint64(seed), Margins: w.digest, People: people}
}

// String is the certificate on one line, as exports carry it.
func (c Certificate) String() string {
	return fmt.Sprintf("generated population, generator %d, seed %d, margins %.16s, %d people", c.Generator, c.Seed, c.Margins, c.People)
}

// Regenerates refuses a certificate that this world does not generate again: another generator, other margins, nobody.
func (w *World) Regenerates(c Certificate) error {
	var missing string
	switch {
	case c.Generator != w.generator:
		missing = fmt.Sprintf("generator %d (this is %d)", c.Generator, w.generator)
	case c.Margins != w.digest:
		missing = fmt.Sprintf("the margins %.16s (these are %.16s)", c.Margins, w.digest)
	case c.People < 1 || c.People > MostPeople:
		missing = fmt.Sprintf("a number of people from 1 to %d (it says %d)", MostPeople, c.People)
	default:
		return nil
	}
	return fault.Refuse("C16", missing, "the laboratory works on populations it has generated itself, and this certificate does not regenerate",
		"generate the population anew: probity lab run")
}

// MostPeople is the largest population: identifiers stay distinct up to it.
const MostPeople = 2_000_000_000
