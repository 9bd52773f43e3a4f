package catalogue_test

import (
	"os"
	"testing"

	"probity/internal/catalogue"
)

func TestBuiltInIsWhole(t *testing.T) {
	t.Parallel()
	c, faults := catalogue.Load(os.DirFS("data"))
	for _, f := range faults {
		t.Errorf("%s (%s)", f, f.Cure)
	}
	if c.Dataset("samr.penalty") == nil {
		t.Error("there is no dataset samr.penalty")
	}
}
