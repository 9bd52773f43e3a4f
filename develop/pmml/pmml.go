// Package pmml is for whoever has a scorecard in another program: it turns a PMML 4.4 Scorecard into a model over a plain
// table ([Import]) and such a model into PMML ([Export]), with the same score on every row. Numbers are those of package
// table, which have at most six decimals. What one of the two cannot say exactly is refused by name.
//
// The words and their meaning are those of the Data Mining Group's PMML 4.4: of the attributes of a characteristic the
// first whose predicate is true gives its points, a comparison with a missing value is unknown, and a row for which a
// characteristic has no true attribute has no score.
package pmml

import (
	"fmt"
	"math/big"
	"regexp"

	"probity/scorecard"
)

// Error is a part of a file that cannot be carried over, with its place.
type Error struct {
	At   scorecard.Pos
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.At.Line, e.Text) }

// mostDecimals is how many decimals columns and points of the model language can have.
const mostDecimals = 6

var numberForm = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$`)

// decimal is a decimal number and how many decimals it needs.
type decimal struct {
	value *big.Rat
	scale int
}

// parseDecimal reads a number as XML Schema writes a double; ok is false for one that is no finite number, or of more than
// mostDecimals decimals.
func parseDecimal(text string) (d decimal, ok bool) {
	if len(text) > 40 || !numberForm.MatchString(text) {
		return d, false
	}
	if d.value, ok = new(big.Rat).SetString(text); !ok {
		return d, false
	}
	for d.scale = 0; d.scale <= mostDecimals; d.scale++ {
		if scaled(d.value, d.scale).IsInt() {
			return d, true
		}
	}
	return d, false
}

func scaled(v *big.Rat, scale int) *big.Rat {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return new(big.Rat).Mul(v, new(big.Rat).SetInt(ten))
}

// largest is the greatest whole number that a scaled limit or sum of points may have.
const largest = 100_000_000_000_000_000

// at is the number times 10^scale; ok is false where that is not whole or too large.
func (d decimal) at(scale int) (int64, bool) {
	r := scaled(d.value, scale)
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	v := r.Num().Int64()
	return v, v <= largest && v >= -largest
}

func whole(n int) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }

func refuse(at scorecard.Pos, format string, args ...any) *Error {
	return &Error{at, fmt.Sprintf(format, args...)}
}

// clip shortens what is shown of a file.
func clip(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}
