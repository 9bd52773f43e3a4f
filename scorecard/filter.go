package scorecard

import (
	"fmt"
	"math/bits"
	"slices"
)

// exprKind is what a node of a filter is.
type exprKind uint8

const (
	// Whole numbers; days are numbers too, counted as calendar.Day counts them.
	exNumber exprKind = iota // value
	exField                  // field, of a number or date type
	exNegate                 // kids[0]
	exAdd                    // kids[0] + kids[1]
	exSubtract
	exMultiply
	exChoose // kids[0] ? kids[1] : kids[2], of numbers

	// Conditions: always true or false, never missing.
	exTruth     // value 0 or 1
	exCompare   // kids[0] (op) kids[1], of numbers
	exMember    // kids[0] in numbers
	exCodes     // field's code is in set
	exIsMissing // field has no value
	exNot
	exAnd
	exOr
	exEither // kids[0] ? kids[1] : kids[2], of conditions
)

// expr is a filter after parsing, checking and resolving: the whole of the language that our kernels carry out.
type expr struct {
	kind    exprKind
	op      comparison
	value   int64
	field   string
	numbers []int64
	set     []bool
	kids    []*expr
}

// String is a text that is equal for equal filters.
func (e *expr) String() string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("(%d %d %d %s %v %v %s)", e.kind, e.op, e.value, e.field, e.numbers, e.set, e.kids)
}

type comparison uint8

const (
	equal comparison = iota
	notEqual
	less
	lessEqual
	greater
	greaterEqual
)

// flip is the comparison with its sides exchanged.
func (c comparison) flip() comparison {
	switch c {
	case less:
		return greater
	case lessEqual:
		return greaterEqual
	case greater:
		return less
	case greaterEqual:
		return lessEqual
	}
	return c
}

// holds compares two values that are both there.
func (c comparison) holds(a, b int64) bool {
	switch c {
	case equal:
		return a == b
	case notEqual:
		return a != b
	case less:
		return a < b
	case lessEqual:
		return a <= b
	case greater:
		return a > b
	}
	return a >= b
}

// truth makes a constant condition.
func truth(yes bool) *expr {
	e := &expr{kind: exTruth}
	if yes {
		e.value = 1
	}
	return e
}

func (e *expr) constant() bool { return e.kind == exNumber || e.kind == exTruth }

func (e *expr) yes() bool { return e.kind == exTruth && e.value == 1 }

// fold replaces what can be computed now: constants in arithmetic, comparisons and logic. It reports a constant whose
// computation overflows.
func (e *expr) fold() (folded *expr, overflow bool) {
	for i, k := range e.kids {
		if e.kids[i], overflow = k.fold(); overflow {
			return e, true
		}
	}
	k := e.kids
	switch e.kind {
	case exNegate, exAdd, exSubtract, exMultiply:
		if !slices.ContainsFunc(k, func(k *expr) bool { return !k.constant() }) {
			return e.compute()
		}
	case exCompare:
		if k[0].constant() && k[1].constant() {
			return truth(e.op.holds(k[0].value, k[1].value)), false
		}
		if k[0].constant() {
			e.kids, e.op = []*expr{k[1], k[0]}, e.op.flip()
		}
	case exMember:
		if k[0].constant() {
			return truth(slices.Contains(e.numbers, k[0].value)), false
		}
	case exNot:
		if k[0].constant() {
			return truth(!k[0].yes()), false
		}
	case exAnd:
		return foldLogic(e, false), false
	case exOr:
		return foldLogic(e, true), false
	case exChoose, exEither:
		if k[0].constant() {
			if k[0].yes() {
				return k[1], false
			}
			return k[2], false
		}
	}
	return e, false
}

// foldLogic drops constant sides of and (absorbing false) and or (absorbing true).
func foldLogic(e *expr, absorbing bool) *expr {
	a, b := e.kids[0], e.kids[1]
	switch {
	case a.constant() && a.yes() == absorbing, b.constant() && b.yes() != absorbing:
		return a
	case b.constant() && b.yes() == absorbing, a.constant() && a.yes() != absorbing:
		return b
	}
	return e
}

// compute carries out arithmetic on constants.
func (e *expr) compute() (*expr, bool) {
	a, b := e.kids[0].value, int64(0)
	if len(e.kids) > 1 {
		b = e.kids[1].value
	}
	v, ok := int64(0), true
	switch e.kind {
	case exNegate:
		v, ok = subtract(0, a)
	case exAdd:
		v, ok = add(a, b)
	case exSubtract:
		v, ok = subtract(a, b)
	case exMultiply:
		v, ok = multiply(a, b)
	}
	return &expr{kind: exNumber, value: v}, !ok
}

// The arithmetic of the package. A result that does not lie between -2^63+1 and 2^63-1 is an overflow and not a
// number: -2^63 stands for the missing value.

func add(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0) && s != Missing
}

func subtract(a, b int64) (int64, bool) {
	d := a - b
	return d, (d < a) == (b > 0) && d != Missing
}

func multiply(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > uint64(highest) {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

// scale is floor(a * of / b) for b > 0, exact whatever the size of the product; ok is false where the result is
// larger than 2^63-1.
func scale(a, of, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(of))
	if hi >= uint64(b) {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, uint64(b))
	if a < 0 && rest > 0 && q <= uint64(highest) {
		q++
	}
	if q > uint64(highest) {
		return 0, false
	}
	if a < 0 {
		return -int64(q), true
	}
	return int64(q), true
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}
