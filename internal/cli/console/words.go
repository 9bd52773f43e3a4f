package console

import (
	"fmt"
	"strings"
	"time"

	"probity/calendar"
)

// List prints its members separated by commas.
type List []string

// String is the members, separated by commas.
func (l List) String() string { return strings.Join(l, ", ") }

// Words makes a list of names of any kind.
func Words[T ~string](names []T) List {
	l := make(List, 0, len(names))
	for _, n := range names {
		l = append(l, string(n))
	}
	return l
}

// Count writes a number and the thing counted, with an s where there is not one of it.
func Count[N int | int64](n N, thing string) string { return Plural(n, thing, thing+"s") }

// Plural writes a number and the thing counted.
func Plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Grouped(int64(n)) + " " + many
}

// Grouped writes a whole number with a comma between thousands.
func Grouped(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// Spoken writes a code for readers: not_granted is "not granted".
func Spoken(code string) string { return strings.ReplaceAll(code, "_", " ") }

// Brief writes a list, or the beginning of a long one.
func Brief(list []string) string {
	const shown = 6
	if len(list) > shown {
		return strings.Join(list[:shown], " ") + fmt.Sprintf(" and %d more", len(list)-shown)
	}
	return strings.Join(list, " ")
}

// Minute writes an instant for readers: civil time to the minute.
func Minute(t time.Time) string { return t.In(calendar.Shanghai).Format("2006-01-02 15:04") }

// Either is the first text that is not empty.
func Either(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
