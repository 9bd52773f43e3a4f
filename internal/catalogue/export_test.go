package catalogue_test

import (
	"bytes"
	"os"
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
	want, faults := catalogue.Load(os.DirFS("data"))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := want.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	got, faults := catalogue.Load(one("all.yaml", b.Bytes()))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, content); d != "" {
		t.Errorf("the catalogue does not come back (-written +read):\n%s", d)
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
