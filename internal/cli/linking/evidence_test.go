package linking_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/internal/cli/linking"
	"probity/linkage"
)

// TestEvidenceIsUnderstood: what is written in a cell of CSV is read again as it was, whatever the columns are called.
func TestEvidenceIsUnderstood(t *testing.T) {
	t.Parallel()
	levels := []string{"missing", "the same", "one slip", "the same before the sign, other host", "alike to 90 in 100"}
	rapid.Check(t, func(t *rapid.T) {
		var want []linkage.Evidence
		for range rapid.IntRange(1, 6).Draw(t, "entries") {
			want = append(want, linkage.Evidence{
				Field: rapid.OneOf(rapid.SampledFrom([]string{"surname", "town: old", "a; b", `say "when"`, "x +1.00; y", "名称"}), rapid.String()).Draw(t, "field"),
				Level: rapid.SampledFrom(levels).Draw(t, "level"),
				Bits:  math.Round(rapid.Float64Range(-40, 40).Draw(t, "bits")*100) / 100,
			})
		}
		if diff := cmp.Diff(want, linking.Understood(linking.Spoken(want))); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", linking.Spoken(want), diff)
		}
	})
}
