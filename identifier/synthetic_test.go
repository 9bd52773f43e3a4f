package identifier_test

import (
	"errors"
	"math"
	"testing"

	"probity/calendar"
	"probity/identifier"
)

// FuzzSynthetic holds the round trip: what is made is synthetic, says what it was made from, and differs from the
// next one.
func FuzzSynthetic(f *testing.F) {
	for _, n := range []uint64{0, 1, 9, 10, 30, 31, 498, 499, 99_998, 60_000_000, math.MaxUint32, math.MaxUint64} {
		f.Add(n, n+1, int32(n), n%2 == 0)
	}
	f.Fuzz(func(t *testing.T, n, m uint64, day int32, male bool) {
		class := identifier.Classes()[n%uint64(len(identifier.Classes()))].Code
		oldest := calendar.MustParse("1800-01-01")
		birth := oldest + calendar.Day(uint32(day))%(calendar.Last-oldest+1)
		if birth < oldest {
			birth += calendar.Last - oldest + 1
		}
		for _, g := range []struct {
			kind  identifier.Kind
			limit uint64
			make  func(n uint64) (string, error)
		}{
			{identifier.USCC, identifier.SyntheticUSCCs, func(n uint64) (string, error) { return identifier.SyntheticUSCC(class, n) }},
			{identifier.OrgCode, identifier.SyntheticOrgCodes, identifier.SyntheticOrgCode},
			{identifier.LEI, identifier.SyntheticLEIs, identifier.SyntheticLEI},
			{identifier.ResidentID, identifier.SyntheticResidentIDs,
				func(n uint64) (string, error) { return identifier.SyntheticResidentID(birth, n, male) }},
		} {
			n, m := n%g.limit, m%g.limit
			one, err := g.make(n)
			if err != nil {
				t.Fatal(err)
			}
			v := identifier.Check(g.kind, one)
			if v.Status != identifier.Synthetic || v.Normalised != one {
				t.Errorf("synthetic %s number %d is %s", g.kind, n, v)
			}
			if g.kind == identifier.USCC && v.Parts.Class.Code != class {
				t.Errorf("%s was made for class %s", one, class)
			}
			if g.kind == identifier.ResidentID && (v.Parts.BirthDate != birth || (v.Parts.Sex == identifier.Male) != male) {
				t.Errorf("%s was made for %s, male %t", one, birth, male)
			}
			if other, err := g.make(m); err != nil || (other == one) != (n == m) {
				t.Errorf("synthetic %s numbers %d and %d are %s and %s, %v", g.kind, n, m, one, other, err)
			}
		}
	})
}

func TestSyntheticIsAsItWas(t *testing.T) {
	t.Parallel()
	uscc, err1 := identifier.SyntheticUSCC("91", 10)
	org, err2 := identifier.SyntheticOrgCode(0)
	lei, err3 := identifier.SyntheticLEI(0)
	id, err4 := identifier.SyntheticResidentID(calendar.MustParse("1990-01-01"), 0, true)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		uscc: "91000000MA00000A9W", org: "PDY00001X", lei: "00000000000000000195", id: "000000199001010018",
	} {
		if got != want {
			t.Errorf("%s, want %s: generated files would change", got, want)
		}
	}
}

func TestSyntheticIsDistinct(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	add := func(s string, err error) {
		t.Helper()
		if err != nil || seen[s] {
			t.Fatalf("%s twice, or %v", s, err)
		}
		seen[s] = true
	}
	for n := range uint64(20_000) {
		add(identifier.SyntheticUSCC("91", n))
		add(identifier.SyntheticUSCC("92", identifier.SyntheticUSCCs-1-n))
		add(identifier.SyntheticOrgCode(n))
		add(identifier.SyntheticLEI(n))
		add(identifier.SyntheticResidentID(0, n, true))
		add(identifier.SyntheticResidentID(0, n, false))
	}
}

func TestSyntheticRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field string
		make  func() (string, error)
	}{
		"Class":       {"class", func() (string, error) { return identifier.SyntheticUSCC("94", 0) }},
		"ClassLength": {"class", func() (string, error) { return identifier.SyntheticUSCC("9", 0) }},
		"USCC":        {"n", func() (string, error) { return identifier.SyntheticUSCC("91", identifier.SyntheticUSCCs) }},
		"OrgCode":     {"n", func() (string, error) { return identifier.SyntheticOrgCode(identifier.SyntheticOrgCodes) }},
		"LEI":         {"n", func() (string, error) { return identifier.SyntheticLEI(identifier.SyntheticLEIs) }},
		"ResidentID": {"n", func() (string, error) {
			return identifier.SyntheticResidentID(0, identifier.SyntheticResidentIDs, true)
		}},
		"NoBirth": {"birth", func() (string, error) { return identifier.SyntheticResidentID(calendar.None, 0, true) }},
		"BirthTooEarly": {"birth", func() (string, error) {
			return identifier.SyntheticResidentID(calendar.MustParse("1799-12-31"), 0, true)
		}},
	} {
		s, err := c.make()
		var bad *identifier.Error
		if s != "" || !errors.As(err, &bad) || bad.Field != c.field || bad.Cure == "" {
			t.Errorf("%s: %q, %v", name, s, err)
		}
	}
}
