package identifier_test

import (
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/identifier"
)

// TestUnissuableIsSynthetic: among well-formed values the range alone says which are synthetic.
func TestUnissuableIsSynthetic(t *testing.T) {
	t.Parallel()
	day := calendar.MustParse("1988-02-29")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, 99_998).Draw(t, "n")
		uscc, err := identifier.SyntheticUSCC("91", n)
		org, err2 := identifier.SyntheticOrgCode(n)
		lei, err3 := identifier.SyntheticLEI(n)
		id, err4 := identifier.SyntheticResidentID(day, n, true)
		if err != nil || err2 != nil || err3 != nil || err4 != nil {
			t.Fatal(err, err2, err3, err4)
		}
		for kind, v := range map[identifier.Kind]string{
			identifier.USCC: uscc, identifier.OrgCode: org, identifier.LEI: lei, identifier.ResidentID: id,
		} {
			v = identifier.Normalise(kind, v)
			if !identifier.Unissuable(kind, v) || identifier.StatusOf(kind, v) != identifier.Synthetic {
				t.Fatalf("%s %s: unissuable %v, status %s", kind, v, identifier.Unissuable(kind, v), identifier.StatusOf(kind, v))
			}
		}
	})
	for kind, v := range map[identifier.Kind]string{
		identifier.USCC: "91350100M000100Y43", identifier.OrgCode: "D2143569X", identifier.LEI: "5493001KJTIIGC8Y1R12",
		identifier.ResidentID: "11010519491231002X",
	} {
		if s := identifier.StatusOf(kind, v); identifier.Unissuable(kind, v) || !s.WellFormed() || s == identifier.Synthetic {
			t.Errorf("%s %s: unissuable %v, status %s", kind, v, identifier.Unissuable(kind, v), s)
		}
	}
}
