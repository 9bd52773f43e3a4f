package table

import (
	"math"
	"math/bits"

	"probity/scorecard/facts"
)

// MaxScale is how many decimals a number column keeps at most. What stands behind them is rounded down, so that a
// comparison with a limit of as many decimals comes out as it would for the number itself.
const MaxScale = 6

// maxDigits are the significant digits of a number that are read; a whole number of more is out of range.
const maxDigits = 18

// Scaled reads a decimal number ("12", "-0.5", "1.5e3") times 10^scale, rounded down. ok is false for a text that is
// no such number, or one whose result is not a whole number of at most 18 digits.
func Scaled(text []byte, scale int) (value int64, ok bool) {
	m, exponent, rest, ok := decimal(text)
	if !ok {
		return 0, false
	}
	negative := len(text) > 0 && text[0] == '-'
	shift := exponent + scale
	switch {
	case m == 0:
	case shift >= 0:
		for range shift {
			hi, lo := bits.Mul64(m, 10)
			if hi != 0 || lo > math.MaxInt64 {
				return 0, false
			}
			m = lo
		}
		rest = rest && shift == 0
	default:
		for range -shift {
			rest = rest || m%10 != 0
			m /= 10
			if m == 0 {
				break
			}
		}
	}
	if m > 999_999_999_999_999_999 {
		return 0, false
	}
	value = int64(m)
	if negative {
		value = -value
		if rest {
			value--
		}
	}
	return value, true
}

// decimal takes a number apart: m times 10^exponent, and whether further digits were dropped that are not all 0.
func decimal(text []byte) (m uint64, exponent int, rest, ok bool) {
	i := 0
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		i++
	}
	digits, seen, point := 0, false, false
	for ; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c < '0' || c > '9':
			return tail(text[i:], m, exponent, rest, seen)
		}
		seen = true
		if digits < maxDigits {
			m = m*10 + uint64(c-'0')
			if m > 0 {
				digits++
			}
			if point {
				exponent--
			}
			continue
		}
		rest = rest || c != '0'
		if !point {
			exponent++
		}
	}
	return m, exponent, rest, seen
}

// tail reads the power of ten behind a number.
func tail(text []byte, m uint64, exponent int, rest, seen bool) (uint64, int, bool, bool) {
	if !seen || len(text) < 2 || text[0] != 'e' && text[0] != 'E' {
		return 0, 0, false, false
	}
	text = text[1:]
	negative := text[0] == '-'
	if negative || text[0] == '+' {
		text = text[1:]
	}
	power := 0
	if len(text) == 0 || len(text) > 3 {
		return 0, 0, false, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, 0, false, false
		}
		power = power*10 + int(c-'0')
	}
	if negative {
		power = -power
	}
	return m, exponent + power, rest, true
}

// decimals is how many decimals a number is written with, at most MaxScale.
func decimals(text []byte) int {
	m, exponent, rest, ok := decimal(text)
	if !ok || m == 0 && !rest {
		return 0
	}
	for exponent < 0 && m%10 == 0 {
		m /= 10
		exponent++
	}
	return min(max(-exponent, 0), MaxScale)
}

// rescale multiplies by 10^by; ok is false where the result has more than 18 digits.
func rescale(v int64, by int) (int64, bool) {
	if v == facts.Missing {
		return v, true
	}
	for range by {
		if v > 99_999_999_999_999_999 || v < -99_999_999_999_999_999 {
			return 0, false
		}
		v *= 10
	}
	return v, true
}

// Rescale turns v/10^from into as many decimals as to says, rounded down; ok is false where it has more than 18 digits.
func Rescale(v int64, from, to int) (int64, bool) {
	if to >= from {
		return rescale(v, to-from)
	}
	for range from - to {
		q := v / 10
		if v < 0 && v%10 != 0 {
			q--
		}
		v = q
	}
	return v, true
}
