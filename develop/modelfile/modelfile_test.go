package modelfile_test

import (
	"testing"

	"go.yaml.in/yaml/v3"

	"probity/develop/modelfile"
)

// TestNames: each is given once, whatever the size of its letters, and none that means something already.
func TestNames(t *testing.T) {
	t.Parallel()
	n := modelfile.Free()
	for _, c := range [][2]string{{"age", "age"}, {"age", "age_2"}, {"Age", "Age_3"}, {"age_2", "age_2_2"}, {"in", "in_2"}, {"No", "No_2"}} {
		if got := n.Give(c[0]); got != c[1] {
			t.Errorf("%s is given as %s, not %s", c[0], got, c[1])
		}
	}
	if got := modelfile.NewNames("other").Give("no"); got != "no" || !modelfile.Reserved("No") || modelfile.Reserved("age") {
		t.Errorf("where words may be any but one, no is given as %s", got)
	}
}

// TestQuoted: YAML reads a text as it was.
func TestQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "plain", "no", "a: b # c", `"quoted" \ <b>`, "两行\n文字\t", "'", "1e3"} {
		var again string
		if err := yaml.Unmarshal([]byte(modelfile.Quoted(text)), &again); err != nil || again != text {
			t.Errorf("%q is read as %q, %v", text, again, err)
		}
	}
}
