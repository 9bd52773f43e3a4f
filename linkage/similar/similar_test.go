package similar_test

import (
	"math"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"probity/linkage/similar"
)

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"martha", "marhta", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3},
		{"上海示例公司", "上海例示公司", 1}, {"müller", "muller", 1}, {"é", "è", 1}, {"\xc3\xa9", "\xc3", 1},
		{"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "bacdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxzy", 2},
	} {
		if got := similar.Edits(c.a, c.b); got != c.want {
			t.Errorf("Edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestJaroWinkler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{
		// The first five are the examples of Winkler's paper of 1990.
		{"martha", "marhta", 0.9611}, {"dwayne", "duane", 0.84}, {"dixon", "dicksonx", 0.8133}, {"jones", "johnson", 0.8324},
		{"abroms", "abrams", 0.9222}, {"", "", 1}, {"a", "", 0}, {"a", "b", 0}, {"李明", "李明明", 0.9111},
	} {
		if got := similar.JaroWinkler(c.a, c.b); math.Abs(got-c.want) > 0.0001 {
			t.Errorf("JaroWinkler(%q, %q) = %.4f, want %.4f", c.a, c.b, got, c.want)
		}
	}
}

// TestPathsAgree holds that the bit-parallel paths and the tables give the same: the same words in letters that are not
// ASCII go through the tables.
func TestPathsAgree(t *testing.T) {
	t.Parallel()
	words := rapid.StringMatching(`[abc]{0,30}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := words.Draw(t, "a"), words.Draw(t, "b")
		x, y := []rune(a), []rune(b)
		for i := range x {
			x[i] += 'а' - 'a'
		}
		for i := range y {
			y[i] += 'а' - 'a'
		}
		if quick, slow := similar.Edits(a, b), similar.Edits(string(x), string(y)); quick != slow {
			t.Fatalf("edits of %q and %q: %d by bits, %d by table", a, b, quick, slow)
		}
		if quick, slow := similar.JaroWinkler(a, b), similar.JaroWinkler(string(x), string(y)); quick != slow {
			t.Fatalf("Jaro-Winkler of %q and %q: %v by bits, %v by table", a, b, quick, slow)
		}
	})
}

func TestMeasuresAreSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		checkPair(t, a, b)
	})
}

type failing interface {
	Fatalf(format string, args ...any)
}

func checkPair(t failing, a, b string) {
	d := similar.Edits(a, b)
	if back := similar.Edits(b, a); d != back {
		t.Fatalf("edits %d and back %d", d, back)
	}
	if longest := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b)); d > longest || (d == 0) != (a == b) && utf8.ValidString(a+b) {
		t.Fatalf("%d edits between %q and %q", d, a, b)
	}
	j := similar.JaroWinkler(a, b)
	if back := similar.JaroWinkler(b, a); math.Abs(j-back) > 1e-12 || j < 0 || j > 1 {
		t.Fatalf("Jaro-Winkler %v and back %v", j, back)
	}
	for q := 1; q <= 3; q++ {
		if g := similar.Dice(similar.Grams(a, q), similar.Grams(b, q)); g < 0 || g > 1 || a == b && g != 1 {
			t.Fatalf("Dice %v", g)
		}
	}
}

func FuzzMeasures(f *testing.F) {
	for _, s := range []string{"", "a", "smith", "上海", "\xff\xfe", "e\u0301"} {
		f.Add(s, "smyth")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		checkPair(t, a, b)
		similar.Sound(a)
	})
}

func TestSound(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"smith", "smyth"}, {"philip", "filip"}, {"meier", "mayer"}, {"schmidt", "schmitt"}, {"catherine", "kathryn"}} {
		if a, b := similar.Sound(c[0]), similar.Sound(c[1]); a != b || a == "" {
			t.Errorf("%s sounds %q, %s sounds %q", c[0], a, c[1], b)
		}
	}
	if a, b := similar.Sound("smith"), similar.Sound("jones"); a == b {
		t.Errorf("smith and jones both sound %q", a)
	}
	if got := similar.Sound("上海"); got != "" {
		t.Errorf("上海 sounds %q", got)
	}
}

func BenchmarkEdits(b *testing.B) {
	for b.Loop() {
		similar.Edits("christopher", "cristofer")
	}
}

func BenchmarkJaroWinkler(b *testing.B) {
	for b.Loop() {
		similar.JaroWinkler("christopher", "cristofer")
	}
}
