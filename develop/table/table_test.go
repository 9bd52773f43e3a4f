package table_test

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"probity/develop/table"
	"probity/scorecard/facts"
)

func TestScaledRoundsDown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		scale int
		want  int64
		ok    bool
	}{
		{"12", 0, 12, true}, {"12", 2, 1200, true}, {"-0.5", 0, -1, true}, {"-0.5", 1, -5, true}, {"0.059", 2, 5, true}, {"-0.059", 2, -6, true},
		{"1.5e3", 0, 1500, true}, {"1e-3", 2, 0, true}, {"-1e-3", 2, -1, true}, {"+7.", 0, 7, true}, {".5", 1, 5, true}, {"-0", 3, 0, true},
		{"123456789012345678", 0, 123456789012345678, true}, {"1234567890123456789", 0, 0, false}, {"1e30", 0, 0, false},
		{"", 0, 0, false}, {"-", 0, 0, false}, {".", 0, 0, false}, {"1.2.3", 0, 0, false}, {"0x1", 0, 0, false}, {"1e", 0, 0, false}, {"1e+", 0, 0, false}, {"1 2", 0, 0, false},
		{"0.1234567890123456789012", 6, 123456, true}, {"-0.1000000000000000000000001", 1, -2, true},
	} {
		have, ok := table.Scaled([]byte(c.text), c.scale)
		if ok != c.ok || have != c.want {
			t.Errorf("%q at %d: %d %v, want %d %v", c.text, c.scale, have, ok, c.want, c.ok)
		}
	}
}

// FuzzScaled holds what is read against arithmetic of any precision.
func FuzzScaled(f *testing.F) {
	for _, s := range []string{"12.5", "-0.001", "1e5", "-3.99e-2", "00012", "999999999999999999", "-0.0000001", "5e-400"} {
		f.Add(s, uint8(2))
	}
	f.Fuzz(func(t *testing.T, text string, scale uint8) {
		s := int(scale % (table.MaxScale + 1))
		have, ok := table.Scaled([]byte(text), s)
		if !ok || len(text) > 60 {
			return
		}
		exact, valid := new(big.Rat).SetString(strings.TrimSuffix(text, "."))
		if !valid {
			exact, valid = new(big.Rat).SetString(strings.Replace(text, ".e", "e", 1))
		}
		if !valid {
			exact, valid = new(big.Rat).SetString(strings.Replace(text, ".E", "E", 1))
		}
		if !valid {
			t.Fatalf("%q was read as %d", text, have)
		}
		power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(s)), nil)
		exact.Mul(exact, new(big.Rat).SetInt(power))
		want := new(big.Int).Div(exact.Num(), exact.Denom()) // rounds down for a denominator above 0
		if want.Cmp(big.NewInt(have)) != 0 {
			t.Fatalf("%q at %d: %d, want %v", text, s, have, want)
		}
	})
}

func build(t *testing.T, names []string, rows ...string) *table.Table {
	t.Helper()
	b, err := table.NewBuilder(names)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		var values [][]byte
		for _, v := range strings.Split(r, "|") {
			values = append(values, []byte(v))
		}
		if err := b.Add(i+2, values); err != nil {
			t.Fatal(err)
		}
	}
	return b.Table()
}

func TestColumnsAreWhatTheyHold(t *testing.T) {
	t.Parallel()
	tab := build(t, []string{"amount", "code", "day", "branch", "empty"},
		"1.50|red|2026-01-02|007", "NA| blue |2025-12-31|012|?", "-3|red|?|007|", "0.125||2026-01-02|")
	kinds := []table.Kind{table.Number, table.Code, table.Day, table.Code, table.Empty}
	for i, k := range kinds {
		if tab.Columns[i].Kind != k {
			t.Errorf("%s is %s, want %s", tab.Columns[i].Name, tab.Columns[i].Kind, k)
		}
	}
	a := tab.Column("amount")
	if a.Scale != 3 || !slices.Equal(a.Numbers, []int64{1500, facts.Missing, -3000, 125}) || a.Missing() != 1 {
		t.Errorf("amounts %v with %d decimals", a.Numbers, a.Scale)
	}
	if have := []string{a.Text(0), a.Text(1), a.Text(2), a.Text(3), tab.Column("day").Text(1), tab.Column("branch").Text(0), tab.Column("code").Text(1)}; !slices.Equal(have, []string{"1.5", "", "-3", "0.125", "2025-12-31", "007", "blue"}) {
		t.Errorf("texts %q", have)
	}
}

// TestManyNumbersAreRead: beyond what is kept as words, with decimals that come late.
func TestManyNumbersAreRead(t *testing.T) {
	t.Parallel()
	b, err := table.NewBuilder([]string{"n"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10_000 {
		text := fmt.Sprint(i)
		if i == 9_000 {
			text = "0.25"
		}
		if err := b.Add(i+2, [][]byte{[]byte(text)}); err != nil {
			t.Fatal(err)
		}
	}
	var bad *table.Error
	if err := b.Add(10_002, [][]byte{[]byte("many")}); !errors.As(err, &bad) || !strings.Contains(bad.Text, `line 10002: n: "many" is no number`) || bad.Cure == "" {
		t.Errorf("a word among numbers: %v", err)
	}
	c := b.Table().Column("n")
	if c.Kind != table.Number || c.Scale != 2 || c.Numbers[9_000] != 25 || c.Numbers[9_999] != 999_900 || c.Numbers[7] != 700 {
		t.Errorf("%s with %d decimals", c.Kind, c.Scale)
	}
}

func TestNamesMustTellColumnsApart(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"a", "a"}, {"a", ""}} {
		if _, err := table.NewBuilder(names); err == nil {
			t.Errorf("%q is taken", names)
		}
	}
}

func TestRescaleRoundsDown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v        int64
		from, to int
		want     int64
	}{{125, 2, 1, 12}, {-125, 2, 1, -13}, {12, 0, 3, 12000}, {-1, 6, 0, -1}} {
		if have, ok := table.Rescale(c.v, c.from, c.to); !ok || have != c.want {
			t.Errorf("%d from %d to %d: %d %v, want %d", c.v, c.from, c.to, have, ok, c.want)
		}
	}
	if _, ok := table.Rescale(999_999_999_999_999_999, 0, 1); ok {
		t.Error("19 digits are taken")
	}
}
