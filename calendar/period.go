package calendar

import (
	"fmt"
	"strconv"
	"strings"
)

// Period is a length of time in calendar units, as ISO 8601 writes it without clock parts: P5Y, P18M, P90D, P1Y6M.
// Weeks (P2W) are read and become days. A period is never negative.
type Period struct{ Years, Months, Days int }

// maxUnit bounds each number of a period, so that a slip of the pen (P50000Y) is refused and not obeyed.
const maxUnit = 9999

// ParsePeriod reads an ISO 8601 duration made of years, months, weeks and days, largest unit first.
func ParsePeriod(s string) (Period, error) {
	bad := func(why string) (Period, error) {
		return Period{}, fmt.Errorf("%q is not a period: %s; write P5Y, P18M, P90D or P1Y6M", clip(s), why)
	}
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" {
		return bad("it must start with P and name a unit")
	}
	var p Period
	const units = "YMWD"
	next := 0
	for rest != "" {
		n := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if n <= 0 {
			return bad("each unit needs a whole number before it")
		}
		u := strings.IndexByte(units, rest[n])
		if u < 0 {
			return bad("units are Y, M, W and D")
		}
		if u < next {
			return bad("units go from large to small, each once")
		}
		v, err := strconv.Atoi(rest[:n])
		if err != nil || v > maxUnit {
			return bad("the number is too large")
		}
		switch units[u] {
		case 'Y':
			p.Years = v
		case 'M':
			p.Months = v
		case 'W':
			p.Days = 7 * v
		case 'D':
			p.Days += v
		}
		next, rest = u+1, rest[n+1:]
	}
	return p, nil
}

// IsZero tells whether the period has no length.
func (p Period) IsZero() bool { return p == Period{} }

// String is the ISO 8601 form; the zero period is P0D.
func (p Period) String() string {
	if p.IsZero() {
		return "P0D"
	}
	b := []byte{'P'}
	for _, u := range []struct {
		n int
		c byte
	}{{p.Years, 'Y'}, {p.Months, 'M'}, {p.Days, 'D'}} {
		if u.n != 0 {
			b = append(strconv.AppendInt(b, int64(u.n), 10), u.c)
		}
	}
	return string(b)
}

// MarshalText writes the ISO 8601 form.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the ISO 8601 form.
func (p *Period) UnmarshalText(b []byte) error {
	v, err := ParsePeriod(string(b))
	if err != nil {
		return err
	}
	*p = v
	return nil
}
