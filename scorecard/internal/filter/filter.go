// Package filter compiles the conditions on records that models state, a small part of the Common Expression Language,
// into trees of the few operations that the evaluator carries out. cel-go parses and checks types; what is allowed, and
// what codes and missing values mean, is decided here. Whatever is refused names its place, its reason and a cure.
package filter

import (
	"fmt"
	"slices"

	"probity/scorecard/internal/whole"
)

// Kind is what a node of a filter is.
type Kind uint8

// The kinds of node.
const (
	// Whole numbers; days are numbers too, counted as calendar.Day counts them.
	Number Kind = iota // Value
	Field              // Field, of a number or date type
	Negate             // Kids[0]
	Add                // Kids[0] + Kids[1]
	Subtract
	Multiply
	Choose // Kids[0] ? Kids[1] : Kids[2], of numbers

	// Conditions: always true or false, never missing.
	Truth     // Value 0 or 1
	Compare   // Kids[0] (op) Kids[1], of numbers
	Member    // Kids[0] in Numbers
	Codes     // Field's code is in Set
	IsMissing // Field has no value
	Not
	And
	Or
	Either // Kids[0] ? Kids[1] : Kids[2], of conditions
)

// Expr is a filter after parsing, checking and resolving: the whole of the language that our kernels carry out.
type Expr struct {
	Kind Kind
	Op   Comparison
	// Value is that of Number and Truth.
	Value int64
	// Field is the name of the field of Field, Codes and IsMissing.
	Field   string
	Numbers []int64
	// Set has an entry for each code of the field's list.
	Set  []bool
	Kids []*Expr
}

// String is a text that is equal for equal filters.
func (e *Expr) String() string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("(%d %d %d %s %v %v %s)", e.Kind, e.Op, e.Value, e.Field, e.Numbers, e.Set, e.Kids)
}

// Comparison is one of the six.
type Comparison uint8

// The comparisons.
const (
	Equal Comparison = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// flip is the comparison with its sides exchanged.
func (c Comparison) flip() Comparison {
	switch c {
	case Less:
		return Greater
	case LessEqual:
		return GreaterEqual
	case Greater:
		return Less
	case GreaterEqual:
		return LessEqual
	}
	return c
}

// Holds compares two values that are both there.
func (c Comparison) Holds(a, b int64) bool {
	switch c {
	case Equal:
		return a == b
	case NotEqual:
		return a != b
	case Less:
		return a < b
	case LessEqual:
		return a <= b
	case Greater:
		return a > b
	}
	return a >= b
}

// truth makes a constant condition.
func truth(yes bool) *Expr {
	e := &Expr{Kind: Truth}
	if yes {
		e.Value = 1
	}
	return e
}

func (e *Expr) constant() bool { return e.Kind == Number || e.Kind == Truth }

func (e *Expr) yes() bool { return e.Kind == Truth && e.Value == 1 }

// fold replaces what can be computed now: constants in arithmetic, comparisons and logic. It reports a constant whose
// computation overflows.
func (e *Expr) fold() (folded *Expr, overflow bool) {
	for i, k := range e.Kids {
		if e.Kids[i], overflow = k.fold(); overflow {
			return e, true
		}
	}
	k := e.Kids
	switch e.Kind {
	case Negate, Add, Subtract, Multiply:
		if !slices.ContainsFunc(k, func(k *Expr) bool { return !k.constant() }) {
			return e.compute()
		}
	case Compare:
		if k[0].constant() && k[1].constant() {
			return truth(e.Op.Holds(k[0].Value, k[1].Value)), false
		}
		if k[0].constant() {
			e.Kids, e.Op = []*Expr{k[1], k[0]}, e.Op.flip()
		}
	case Member:
		if k[0].constant() {
			return truth(slices.Contains(e.Numbers, k[0].Value)), false
		}
	case Not:
		if k[0].constant() {
			return truth(!k[0].yes()), false
		}
	case And:
		return foldLogic(e, false), false
	case Or:
		return foldLogic(e, true), false
	case Choose, Either:
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
func foldLogic(e *Expr, absorbing bool) *Expr {
	a, b := e.Kids[0], e.Kids[1]
	switch {
	case a.constant() && a.yes() == absorbing, b.constant() && b.yes() != absorbing:
		return a
	case b.constant() && b.yes() == absorbing, a.constant() && a.yes() != absorbing:
		return b
	}
	return e
}

// compute carries out arithmetic on constants.
func (e *Expr) compute() (*Expr, bool) {
	a, b := e.Kids[0].Value, int64(0)
	if len(e.Kids) > 1 {
		b = e.Kids[1].Value
	}
	v, ok := int64(0), true
	switch e.Kind {
	case Negate:
		v, ok = whole.Subtract(0, a)
	case Add:
		v, ok = whole.Add(a, b)
	case Subtract:
		v, ok = whole.Subtract(a, b)
	case Multiply:
		v, ok = whole.Multiply(a, b)
	}
	return &Expr{Kind: Number, Value: v}, !ok
}
