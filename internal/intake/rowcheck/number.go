package rowcheck

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// Numbers are read in exact decimal arithmetic: a fine of 0.29 ten thousand yuan is 290000 fen and never 289999.

const (
	noNumber = "this is not a number"
	tooLarge = "the number is too large"
)

// parseDecimal reads a decimal number and multiplies it with factor; the product must be whole. It takes a sign,
// separators of thousands (comma, blank, apostrophe) in groups of three, and full-width characters. why is "" where a
// number was read.
func parseDecimal(b []byte, factor int64) (n int64, why string) {
	if len(b) > 100 {
		return 0, noNumber
	}
	if hasWide(b) {
		b = trim(appendNarrow(make([]byte, 0, len(b)), b))
	}
	if len(b) == 0 {
		return 0, noNumber
	}
	negative := b[0] == '-'
	if negative || b[0] == '+' {
		b = b[1:]
	}
	whole, rest, why := wholePart(b)
	if why != "" {
		return 0, why
	}
	mantissa, decimals, why := fraction(whole, rest)
	if why != "" {
		return 0, why
	}
	return scale(mantissa, decimals, factor, negative)
}

// wholePart reads the digits before the point, and gives what follows them.
func wholePart(b []byte) (n uint64, rest []byte, why string) {
	digits, group, grouped := 0, 0, false
	i := 0
	for ; i < len(b); i++ {
		c := b[i]
		if c >= '0' && c <= '9' {
			hi, lo := bits.Mul64(n, 10)
			sum, carry := bits.Add64(lo, uint64(c-'0'), 0)
			if hi != 0 || carry != 0 {
				return 0, nil, tooLarge
			}
			n = sum
			digits++
			group++
			continue
		}
		if c != ',' && c != ' ' && c != '\'' {
			break
		}
		if digits == 0 || group == 0 || group > 3 || (grouped && group != 3) {
			return 0, nil, "thousands are parted by a mark every three digits, and decimals by a point"
		}
		grouped, group = true, 0
	}
	if grouped && group != 3 {
		return 0, nil, "thousands are parted by a mark every three digits, and decimals by a point"
	}
	if digits == 0 && (i == len(b) || b[i] != '.') {
		return 0, nil, noNumber
	}
	return n, b[i:], ""
}

// fraction appends the decimals to the whole part; zeros at the end count for nothing.
func fraction(whole uint64, b []byte) (mantissa uint64, decimals int, why string) {
	if len(b) == 0 {
		return whole, 0, ""
	}
	if b[0] == 'e' || b[0] == 'E' {
		return 0, 0, "the number is in scientific notation, in which a spreadsheet loses digits"
	}
	if b[0] != '.' {
		return 0, 0, noNumber
	}
	b = b[1:]
	for i, c := range b {
		if (c == 'e' || c == 'E') && i > 0 {
			return 0, 0, "the number is in scientific notation, in which a spreadsheet loses digits"
		}
		if c < '0' || c > '9' {
			return 0, 0, noNumber
		}
	}
	b = bytes.TrimRight(b, "0")
	for _, c := range b {
		hi, lo := bits.Mul64(whole, 10)
		sum, carry := bits.Add64(lo, uint64(c-'0'), 0)
		if hi != 0 || carry != 0 {
			return 0, 0, "the number has too many digits"
		}
		whole = sum
		decimals++
	}
	return whole, decimals, ""
}

// scale gives mantissa × factor ÷ 10^decimals, which must be whole.
func scale(mantissa uint64, decimals int, factor int64, negative bool) (int64, string) {
	hi, lo := bits.Mul64(mantissa, uint64(factor))
	for ; decimals > 0; decimals-- {
		var rest uint64
		var high uint64
		high, rest = hi/10, hi%10
		lo, rest = bits.Div64(rest, lo, 10)
		hi = high
		if rest != 0 {
			if factor == 1 {
				return 0, "this must be a whole number"
			}
			return 0, fmt.Sprintf("the amount has more decimals than there are: its smallest part is 1/%d", factor)
		}
	}
	limit := uint64(math.MaxInt64)
	if hi != 0 || lo > limit {
		return 0, tooLarge
	}
	if negative {
		return -int64(lo), ""
	}
	return int64(lo), ""
}

// money reads amounts of one currency. factor turns what a bare number counts into minor units; units written behind
// a number outweigh it.
type money struct {
	factor int64
	unit   string
}

// chineseUnits are the units written behind amounts in yuan, longest first, in fen. CNY is how this platform writes
// amounts itself: what it shows can be sent back whatever the column's own unit.
var chineseUnits = []struct {
	name   string
	factor int64
}{
	{"亿元", 1e10}, {"万元", 1e6}, {"亿", 1e10}, {"万", 1e6}, {"元", 100}, {"圆", 100}, {"CNY", 100},
}

func newMoney(factor int64, unit string) money {
	if factor == 0 {
		factor = 100
	}
	return money{factor, strings.ToUpper(unit)}
}

func (m money) parse(b []byte) (int64, string) {
	if last := b[len(b)-1]; last >= '0' && last <= '9' && (b[0] >= '0' && b[0] <= '9' || b[0] == '-') {
		return parseDecimal(b, m.factor)
	}
	if len(b) > 100 {
		return 0, noNumber
	}
	b = trim(appendNarrow(make([]byte, 0, len(b)), b))
	factor := m.factor
	if m.unit == "CNY" {
		for _, sign := range []string{"¥", "￥", "CNY", "RMB", "人民币"} {
			b = trim(bytes.TrimPrefix(b, []byte(sign)))
		}
		for _, u := range chineseUnits {
			if rest, ok := bytes.CutSuffix(b, []byte(u.name)); ok {
				b, factor = trim(rest), u.factor
				break
			}
		}
	} else if m.unit != "" {
		b = trim(bytes.TrimPrefix(b, []byte(m.unit)))
		if rest, ok := bytes.CutSuffix(b, []byte(m.unit)); ok {
			b, factor = trim(rest), 100
		}
		if m.unit == "USD" {
			b = bytes.TrimPrefix(b, []byte("$"))
		}
		if m.unit == "EUR" {
			b = trim(bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("€")), []byte("€")))
		}
	}
	return parseDecimal(b, factor)
}
