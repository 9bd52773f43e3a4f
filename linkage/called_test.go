package linkage_test

import (
	"fmt"
	"slices"
	"testing"

	"probity/linkage"
)

// TestFormerNames: a column of former names is read with the name, a body is found by either, and a pool under the saved model
// weighs it as the run did.
func TestFormerNames(t *testing.T) {
	t.Parallel()
	syllables := []string{"ka", "ro", "mi", "tel", "va", "sun", "dor", "wei", "lan", "po", "gri", "nor"}
	word := func(n int) string {
		return syllables[n%12] + syllables[n/12%12] + syllables[(n*7+n/144)%12]
	}
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"company", "former_name", "town"}); err != nil {
		t.Fatal(err)
	}
	const firms, renamed = 400, 60
	town := func(i int) string { return word(i*31%40 + 2000) }
	for i := range firms {
		b.Add(fmt.Sprint("firm", i), []string{word(i) + " " + word(i+700) + " Ltd", "", town(i)})
	}
	for i := range renamed {
		b.Add(fmt.Sprint("renamed", i), []string{word(i+1000) + " " + word(i+1300) + " Ltd", word(i) + " " + word(i+700) + " Limited", town(i)})
	}
	table := b.Table()
	c, reasons := linkage.Suggest(table)
	if at := slices.IndexFunc(c.Fields, func(f linkage.Field) bool { return f.Column == "company" }); at < 0 || !slices.Equal(c.Fields[at].With, []string{"former_name"}) {
		t.Fatalf("suggested are %v, for %v", c.Fields, reasons)
	}
	if err := c.Check(table); err != nil {
		t.Fatal(err)
	}
	r := linkage.Run(table, c, linkage.Options{Workers: 2})
	found := 0
	for i := range renamed {
		if r.Cluster[firms+i] == r.Cluster[i] {
			found++
		}
	}
	if found < renamed*9/10 {
		t.Errorf("%d of %d bodies are found by their former names", found, renamed)
	}
	saved := r.Save()
	pool := saved.Pool()
	old := pool.Add([]string{word(5) + " " + word(705) + " Ltd", "", town(5)})
	forms := pool.Forms()
	now := pool.Add([]string{word(1005) + " " + word(1305) + " Ltd", word(5) + " " + word(705) + " Limited", town(5)})
	want := r.Compare(5, firms+5).Bits
	if got := pool.Compare(old, now).Bits; got != want {
		t.Errorf("a pool weighs the two with %v bits, the run with %v", got, want)
	}
	pool.Drop()
	pool.Shrink(forms)
	if again := pool.Add([]string{word(1005) + " " + word(1305) + " Ltd", word(5) + " " + word(705) + " Limited", town(5)}); pool.Compare(old, again).Bits != want {
		t.Errorf("after it forgot one, the pool weighs the two with %v bits", pool.Compare(old, again).Bits)
	}
}
