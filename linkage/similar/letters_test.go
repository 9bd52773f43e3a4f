package similar_test

import (
	"testing"

	"pgregory.net/rapid"

	"probity/linkage/similar"
)

// TestLettersNeverMislead: what the sorts of letters tell quickly holds of the measures themselves.
func TestLettersNeverMislead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-f0-3 .@]{1,12}|[a-cé王]{1,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		x, y := similar.Letters(a), similar.Letters(b)
		if least, edits := similar.Foreign(x, y), similar.Edits(a, b); least > edits {
			t.Fatalf("%q and %q: %d edits at least, and there are %d", a, b, least, edits)
		}
		bound := rapid.Float64Range(0, 1).Draw(t, "bound")
		if jw := similar.JaroWinkler(a, b); similar.Below(bound, len(a), len(b), x, y, a[0] == b[0]) && jw >= bound {
			t.Fatalf("%q and %q are below %v, and are %v", a, b, bound, jw)
		}
	})
}
