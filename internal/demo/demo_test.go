package demo_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"probity/internal/catalogue"
	"probity/internal/demo"
)

func world(permille int) *demo.World {
	return demo.New(1, demo.LastDay, demo.Part(permille), catalogue.BuiltIn())
}

// digests of every file below a folder, by path.
func digests(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	all := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = sha256.Sum256(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if _, err := world(20).Write(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	a, b := digests(t, first), digests(t, second)
	if len(a) != len(b) {
		t.Fatalf("%d files, then %d", len(a), len(b))
	}
	for name, sum := range a {
		if b[name] != sum {
			t.Errorf("%s differs from one run to the next", name)
		}
	}
	other := t.TempDir()
	if _, err := demo.New(2, demo.LastDay, demo.Part(20), catalogue.BuiltIn()).Write(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	same := 0
	for name, sum := range digests(t, other) {
		if a[name] == sum {
			same++
		}
	}
	if same > 0 {
		t.Errorf("%d files are the same for another seed", same)
	}
}

func BenchmarkWrite(b *testing.B) {
	for b.Loop() {
		files, err := world(1000).Write(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		rows := 0
		for _, f := range files {
			rows += f.Rows
		}
		b.ReportMetric(float64(rows), "rows")
	}
}
