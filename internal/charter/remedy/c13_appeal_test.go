package remedy_test

import (
	"testing"

	"probity/internal/charter/remedy"
)

// TestC13NobodyIsToldToJudgeItsKin: a matter that was let lie comes before the body above its author, or, where that one may not
// judge whom the matter is on, before an independent court; a body that could only refuse is not told to decide.
func TestC13NobodyIsToldToJudgeItsKin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, on string
		instance int
		want     string
	}{
		{"on a company", "", 1, "ministry"},
		{"on another body", "bank", 1, "ministry"},
		{"on the body above itself", "ministry", 1, "court"},
		{"on one below the body above", "bureau", 1, "court"},
		{"with nobody above", "ministry", 7, ""},
	} {
		var bodies []string
		if c.on != "" {
			bodies = []string{codeOf(c.on)}
		}
		if got := remedy.BodyOfAppeal(world(), "bureau", c.instance, bodies); got != c.want {
			t.Errorf("%s it comes before %q, want %q", c.name, got, c.want)
		}
	}
}
