package store_test

import (
	"os"
	"testing"

	"probity/internal/store/rulebooks"

	"probity/internal/charter/rules"
	"probity/internal/store"
)

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

// contracts numbers the contracts of the built-in catalogue.
func contracts(t *testing.T, s *store.Store) {
	t.Helper()
	permit, err := rules.Founding()
	if err != nil {
		t.Fatal(err)
	}
	if err := rulebooks.In(s).SaveCatalogue(t.Context(), permit, clock()); err != nil {
		t.Fatal(err)
	}
}
