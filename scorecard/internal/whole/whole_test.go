package whole_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"probity/scorecard/internal/whole"
)

// numbers crowds round the ends of the range, round nought, and round the square root of the largest.
func numbers() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(whole.Lowest, whole.Lowest+3), rapid.Int64Range(whole.Highest-3, whole.Highest),
		rapid.Int64Range(-3, 3), rapid.Int64Range(3037000495, 3037000505), rapid.Int64Range(whole.Lowest, whole.Highest),
	)
}

// TestExactOrRefused compares with numbers of any size: a result that fits is exact, one that does not is refused.
func TestExactOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers().Draw(t, "a"), numbers().Draw(t, "b")
		x, y := big.NewInt(a), big.NewInt(b)
		for _, c := range []struct {
			name string
			do   func(a, b int64) (int64, bool)
			want *big.Int
		}{
			{"add", whole.Add, new(big.Int).Add(x, y)},
			{"subtract", whole.Subtract, new(big.Int).Sub(x, y)},
			{"multiply", whole.Multiply, new(big.Int).Mul(x, y)},
		} {
			check(t, c.name, c.want, func() (int64, bool) { return c.do(a, b) })
		}
		of := rapid.Int64Range(1, 1_000_000).Draw(t, "of")
		if b > 0 {
			q, _ := new(big.Int).DivMod(new(big.Int).Mul(x, big.NewInt(of)), y, new(big.Int))
			check(t, "scale", q, func() (int64, bool) { return whole.Scale(a, of, b) })
		}
	})
}

func check(t *rapid.T, name string, want *big.Int, do func() (int64, bool)) {
	t.Helper()
	got, ok := do()
	fits := want.IsInt64() && want.Int64() != math.MinInt64
	if ok != fits || ok && got != want.Int64() {
		t.Fatalf("%s is %d, %v, want %s, %v", name, got, ok, want, fits)
	}
}
