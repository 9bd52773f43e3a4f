package scorecard_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"probity/scorecard"
	"probity/scorecard/worked"
)

// snippets are the YAML blocks of the documentation, by the word in their first line.
func snippets(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("../docs/model-language.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string][]string{}
	for _, part := range strings.Split(string(b), "```yaml\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		first, _, _ := strings.Cut(block, "\n")
		kind := strings.TrimPrefix(first, "# ")
		blocks[kind] = append(blocks[kind], block)
	}
	return blocks
}

// TestDocumentedExample compiles the worked example of the documentation, runs its cases, and parses its fragments in
// the place where they belong.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	blocks := snippets(t)
	if len(blocks["model"]) != 1 || len(blocks["cases"]) != 1 || len(blocks["fragment"]) == 0 {
		t.Fatalf("the documentation has %d models, %d case files and %d fragments", len(blocks["model"]), len(blocks["cases"]), len(blocks["fragment"]))
	}
	p := plan(t, blocks["model"][0])
	cases, err := worked.Parse("docs", []byte(blocks["cases"][0]))
	if err != nil {
		t.Fatal(err)
	}
	results, err := worked.Run(p, cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		for _, d := range r.Differences {
			t.Errorf("%s: %s", r.Case.Name, d)
		}
	}
	for _, fragment := range blocks["fragment"] {
		first := strings.SplitN(fragment, "\n", 3)[1]
		source := blocks["model"][0] + fragment
		if !strings.HasPrefix(first, "not_rated") {
			source = blocks["model"][0] + "characteristics:\n  - name: x\n    title: {en: X}\n    datasets: [a]\n    " +
				strings.ReplaceAll(strings.TrimSpace(fragment), "\n", "\n    ")
			if !strings.HasPrefix(first, "points_by") {
				source += "\n    aggregate: count\n"
			}
			source = strings.Replace(source, "\ncharacteristics:", "\nignored:", 1)
		} else {
			source = strings.Replace(source, "\nnot_rated:", "\nignored:", 1)
		}
		var left []scorecard.Fault
		_, err := scorecard.Parse("fragment", []byte(source))
		var faults scorecard.Faults
		errors.As(err, &faults)
		for _, f := range faults {
			if !strings.Contains(f.Text, `"ignored"`) {
				left = append(left, f)
			}
		}
		if left != nil {
			t.Errorf("%v in\n%s", left, fragment)
		}
	}
}
