package linking

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/linkage"
)

// showCommand shows one pair of an answer.
type showCommand struct {
	Out string `arg:"" name:"out" help:"The pairs that probity link wrote."`
	A   string `arg:"" name:"id" help:"The identifier of one record."`
	B   string `arg:"" name:"other" help:"That of the other."`
}

// Help shows the examples.
func (showCommand) Help() string {
	return `One bit of evidence doubles the odds that the two are the same. The bits are added up from what is known before anything is compared, which is how rare matches are.

Examples:

    probity link show pairs.csv rec-12 rec-973`
}

// Run shows the pair.
func (c showCommand) Run(s *console.Session) error {
	a, err := readAnswer(c.Out)
	if err != nil {
		return err
	}
	for i, p := range a.rows {
		if !(p.A == c.A && p.B == c.B || p.A == c.B && p.B == c.A) {
			continue
		}
		if len(p.Evidence) == 0 && i < len(a.spoken) {
			p.Evidence = understood(a.spoken[i])
		}
		s.Result(p, func(w io.Writer) { p.print(w) })
		return nil
	}
	return fault.New(fault.NotFound, "link.pair", "%s has no pair of %s and %s", c.Out, c.A, c.B).
		With("pairs that are no candidates at all are not kept; those below the threshold are where --review wrote them")
}

// entryPattern is one entry of evidence as spoken writes it: the field, in quotes where it has marks of its own, the level,
// the bits.
var entryPattern = regexp.MustCompile(`("(?:[^"\\]|\\.)*"|[^":;]*): ([^:;]*) ([+-]\d+\.\d+)(?:; |$)`)

// understood reads evidence as it is written in CSV.
func understood(line string) []linkage.Evidence {
	var all []linkage.Evidence
	for _, m := range entryPattern.FindAllStringSubmatch(line, -1) {
		name := m[1]
		if plain, err := strconv.Unquote(name); err == nil {
			name = plain
		}
		if bits, err := strconv.ParseFloat(m[3], 64); err == nil {
			all = append(all, linkage.Evidence{Field: name, Level: m[2], Bits: bits})
		}
	}
	return all
}

// fall is how many characters a waterfall is wide.
const fall = 48

func (p pair) print(w io.Writer) {
	fmt.Fprintf(w, "%s and %s are the same with probability %v\n\n", p.A, p.B, p.Probability)
	least, most, sum, name := -1.0, 1.0, 0.0, len("field")
	for _, e := range p.Evidence {
		sum += e.Bits
		least, most = min(least, sum), max(most, sum)
		name = max(name, len([]rune(e.Field)))
	}
	fmt.Fprintf(w, "  %-*s %7s  %7s  %-*s  %s\n", name, "field", "bits", "sum", fall+1, "", "compared")
	column := func(bits float64) int { return int(math.Round((bits - least) / (most - least) * fall)) }
	sum = 0
	for _, e := range p.Evidence {
		from := column(sum)
		sum += e.Bits
		fmt.Fprintf(w, "  %-*s %+7.2f  %+7.2f  %s  %s\n", name, e.Field, e.Bits, sum, bar(from, column(sum), column(0)), e.Level)
	}
	fmt.Fprintf(w, "\n  each bar begins where the one before it ends; %+.2f bits are odds of %s\n", p.Bits, odds(p.Bits))
}

// bar is one step of a waterfall, from one column to another, with the column of nothing marked.
func bar(from, to, zero int) string {
	line := []byte(strings.Repeat(" ", fall+1))
	line[zero] = '|'
	sign := byte('+')
	if to < from {
		from, to, sign = to, from, '-'
	}
	for i := from; i < to; i++ {
		line[i] = sign
	}
	return string(line)
}

// odds writes odds as people say them, to three figures.
func odds(bits float64) string {
	x := math.Exp2(min(math.Abs(bits), 60))
	text := strconv.FormatFloat(x, 'g', 3, 64)
	if x >= 100 {
		unit := math.Pow10(int(math.Log10(x)) - 2)
		text = console.Grouped(int64(math.Round(x/unit)) * int64(unit))
	}
	if bits >= 0 {
		return text + " to 1"
	}
	return "1 to " + text
}
