package store_test

import (
	"os"
	"testing"
	"time"

	"probity/internal/store"
)

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

// contract numbers the first version of a dataset's contract.
func contract(t *testing.T, s *store.Store, dataset string) {
	t.Helper()
	files := map[string][]byte{"a.yaml": []byte("a: 1\n")}
	if err := s.SaveCatalogue(t.Context(), files, []store.ContractRow{{Dataset: dataset, Version: 1, Agency: "samr"}}, time.Now()); err != nil {
		t.Fatal(err)
	}
}
