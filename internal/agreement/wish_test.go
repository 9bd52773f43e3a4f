package agreement_test

import (
	"strings"
	"testing"

	"probity/internal/agreement"
)

// TestTheFormIsAWish: what is printed as an example can be read, and asks for what it says.
func TestTheFormIsAWish(t *testing.T) {
	t.Parallel()
	list, err := agreement.Wishes("form.yaml", agreement.Form)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Reader != "delta-bank" || list[0].Risk.Missing() != "" {
		t.Errorf("the form reads as %+v", list)
	}
}

func TestManyAskMany(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("[delta-bank]", "[a, b]", "[npcic]", "[x, y, z]", "# datasets:", "datasets: [\"*.honour\", x.fines] #").Replace(string(agreement.Form))
	list, err := agreement.Wishes("many.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 6 {
		t.Fatalf("%d wishes of two readers and three grantors", len(list))
	}
	for _, w := range list {
		if len(w.Shares) != 2 || w.Shares[0].Dataset != w.Grantor+".honour" || w.Shares[1].Dataset != "x.fines" {
			t.Errorf("%s asks %s for %v", w.Reader, w.Grantor, w.Shares)
		}
	}
}

func FuzzWishes(f *testing.F) {
	f.Add(agreement.Form)
	f.Add([]byte("readers: [a]\ngrantors: []"))
	f.Add([]byte("datasets: [{dataset: x, fields: [y]}, 3, {}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := agreement.Wishes("f", text)
		if err == nil && len(list) == 0 {
			t.Errorf("no wish and no fault in %q", text)
		}
	})
}
