package catalogue_test

import (
	"testing"

	"probity/internal/catalogue"
)

// BenchmarkLoad is what every command that needs the catalogue pays first.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, faults := catalogue.Load(catalogue.Files()); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}
