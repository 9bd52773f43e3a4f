package policy_test

import (
	"testing"

	"probity/internal/lab/policy"
)

func TestPresetsAreWhole(t *testing.T) {
	t.Parallel()
	all, err := policy.Presets()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if len(p.Words()) == 0 || len(policy.Difference(p, p)) != 0 {
			t.Errorf("%s: %v", p.Code(), p.Words())
		}
	}
}
