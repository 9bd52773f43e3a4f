package catalogue_test

import (
	"os"
	"strings"
	"testing"

	"probity/internal/catalogue"
)

// yamlBlocks are the YAML blocks of a document, in order.
func yamlBlocks(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	rest := string(text)
	for {
		_, after, ok := strings.Cut(rest, "```yaml\n")
		if !ok {
			return blocks
		}
		block, next, _ := strings.Cut(after, "```")
		blocks, rest = append(blocks, block), next
	}
}

// TestContractsOfTheDocumentsLoad: what readers copy is right.
func TestContractsOfTheDocumentsLoad(t *testing.T) {
	t.Parallel()
	c := catalogue.BuiltIn()
	for i, block := range yamlBlocks(t, "../../docs/data-contract.md") {
		next, faults := catalogue.Extend(c, one("data-contract.yaml", []byte(block)))
		if err := faults.Err(); err != nil {
			t.Fatalf("block %d: %v", i+1, err)
		}
		c = next
	}
	if c.Dataset("harbour-office.berth-fees") == nil || c.Dataset("harbour-office.inspection-quay") == nil {
		t.Error("the datasets of the document are not there")
	}
}

func TestTheExampleIsWhatTheDocumentShows(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../examples/adding-a-dataset/bridges.yaml")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlocks(t, "../../docs/adding-a-dataset.md")
	if len(blocks) != 1 || !strings.HasSuffix(string(file), blocks[0]) {
		t.Error("docs/adding-a-dataset.md shows something else than examples/adding-a-dataset/bridges.yaml")
	}
}
