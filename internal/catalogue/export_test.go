package catalogue_test

import (
	"bytes"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"probity/internal/catalogue"
)

// content compares what entries say, and not where they were written.
var content = cmp.Options{
	cmpopts.IgnoreTypes(catalogue.Place{}),
	cmpopts.IgnoreUnexported(catalogue.Catalogue{}),
	cmpopts.EquateEmpty(),
}

func one(name string, text []byte) fstest.MapFS {
	return fstest.MapFS{name: &fstest.MapFile{Data: text, Mode: 0o600}}
}

func TestWrittenCatalogueReadsBackEqual(t *testing.T) {
	t.Parallel()
	whole := *catalogue.BuiltIn()
	whole.Datasets = ofEachFamily()
	want := &whole
	var b bytes.Buffer
	if err := want.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	got, faults := catalogue.Load(one("all.yaml", b.Bytes()))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := got.WriteYAML(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the catalogue read back is written in another way")
	}
	// What the writer forgot would not show above.
	for _, c := range want.Datasets {
		compare(t, c.Code, c, got.Dataset(c.Code))
	}
	compare(t, "laws", want.Laws, got.Laws)
	compare(t, "rules", want.Rules, got.Rules)
	compare(t, "editions", want.Editions, got.Editions)
	compare(t, "purposes", want.Purposes, got.Purposes)
	compare(t, "measures", want.Measures, got.Measures)
	compare(t, "agencies", want.Agencies, got.Agencies)
	compare(t, "regions", want.Regions, got.Regions)
	compare(t, "families", want.Families, got.Families)
}

// ofEachFamily is one dataset of each record family of the built-in catalogue.
func ofEachFamily() []*catalogue.Contract {
	var out []*catalogue.Contract
	seen := map[string]bool{}
	for _, c := range catalogue.BuiltIn().Datasets {
		if !seen[c.Family] {
			seen[c.Family] = true
			out = append(out, c)
		}
	}
	return out
}

func compare(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, content); d != "" {
		t.Errorf("%s does not come back (-written +read):\n%s", what, d)
	}
}

func TestWrittenContractStandsAlone(t *testing.T) {
	t.Parallel()
	c := catalogue.BuiltIn()
	want := c.Dataset("samr.penalty")
	var b bytes.Buffer
	if err := want.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	got, _ := catalogue.Load(one("penalty.yaml", b.Bytes()))
	if d := cmp.Diff(want, got.Dataset("samr.penalty"), content); d != "" {
		t.Errorf("the contract does not come back (-written +read):\n%s", d)
	}
}
