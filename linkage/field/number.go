package field

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// numbers compares quantities by how far they are apart.
type numbers struct {
	form  []string
	value []float64
}

func (s *Space) numbers(raw []string) {
	form := s.intern(raw, numberForm)
	n := numbers{form, make([]float64, len(form))}
	for i, f := range form {
		n.value[i] = valueOf(f)
	}
	s.Comparer = n
}

func valueOf(form string) float64 {
	v, _ := strconv.ParseFloat(form, 64) // numberForm has made sure of it
	return v
}

// numberForm is the number in a value, without currency, unit and thousands separators; 万 and 亿 are resolved. "" where
// there is none.
func numberForm(raw string) string {
	f := strings.TrimSpace(norm.NFKC.String(raw))
	start := strings.IndexAny(f, "0123456789")
	if start < 0 {
		return ""
	}
	end := start
	for end < len(f) && (f[end] >= '0' && f[end] <= '9' || f[end] == '.' || f[end] == ',') {
		end++
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimRight(f[start:end], ".,"), ",", ""), 64)
	if err != nil {
		return ""
	}
	switch unit := f[end:]; {
	case strings.HasPrefix(unit, "万"):
		v *= 1e4
	case strings.HasPrefix(unit, "亿"):
		v *= 1e8
	}
	if start > 0 && f[start-1] == '-' {
		v = -v
	}
	return strconv.FormatFloat(v, 'g', 12, 64)
}

var numberLevels = []string{"the same", "one apart", "within 1 in 100", "within 1 in 20", "within 1 in 10", "within 1 in 4", "within a half", "different"}

func (numbers) Levels() []string { return numberLevels }

func (n numbers) Compare(a, b uint32) uint8 {
	x, y := n.value[a], n.value[b]
	apart := math.Abs(x - y)
	largest := max(math.Abs(x), math.Abs(y))
	if apart == 1 && x == math.Trunc(x) && y == math.Trunc(y) {
		return 1
	}
	for i, within := range []float64{0.01, 0.05, 0.1, 0.25, 0.5} {
		if apart <= within*largest {
			return uint8(i) + 2
		}
	}
	return 7
}

func (numbers) Keys() []Key { return []Key{{Name: "the same", Agrees: 0.6}} }

func (n numbers) AppendKeys(list []uint64, _ int, form uint32) []uint64 {
	return append(list, hash(0, n.form[form]))
}

func (n numbers) Form(form uint32) string { return n.form[form] }
