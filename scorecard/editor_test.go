package scorecard_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"probity/scorecard"
	"probity/scorecard/language"
)

// TestSchemaAndParserAgreeOnKeys compares the keys that the parser takes with those that the JSON Schema describes.
func TestSchemaAndParserAgreeOnKeys(t *testing.T) {
	t.Parallel()
	var doc map[string]any
	if err := json.Unmarshal(scorecard.ModelSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := doc["$defs"].(map[string]any)
	defs["model"] = doc
	for shape, keys := range language.Keys() {
		def, ok := defs[shape].(map[string]any)
		if !ok {
			t.Errorf("the schema lacks %s", shape)
			continue
		}
		if shape == "aggregate" {
			def = def["oneOf"].([]any)[1].(map[string]any)
		}
		if def["additionalProperties"] != false {
			t.Errorf("the schema lets %s have any key", shape)
		}
		got := slices.Sorted(maps.Keys(def["properties"].(map[string]any)))
		if d := cmp.Diff(slices.Sorted(slices.Values(keys)), got); d != "" {
			t.Errorf("%s: the parser's keys (-) and the schema's (+) differ:\n%s", shape, d)
		}
	}
}

// TestSchemaTakesEveryModel validates all models there are in testdata, the benchmark's, and the worked example of the
// documentation, and refuses some broken ones.
func TestSchemaTakesEveryModel(t *testing.T) {
	t.Parallel()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(scorecard.ModelSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("model.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("model.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(source string) error {
		var v any
		if err := yaml.Unmarshal([]byte(source), &v); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		// Days are texts to the language; the generic reader takes them for instants.
		b = bytes.ReplaceAll(b, []byte("T00:00:00Z"), nil)
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(instance)
	}
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	models := map[string]string{"thirty": thirty()}
	for _, f := range files {
		models[f] = string(source(t, filepath.Base(f)))
	}
	for name, model := range models {
		if err := validate(model); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, change := range [][2]string{{"base: 0", "bass: 0"}, {"aggregate: count", "aggregate: cuont"}, {"points: 20", "points: some"}} {
		if validate(strings.Replace(frame+scored, change[0], change[1], 1)) == nil {
			t.Errorf("the schema takes %q", change[1])
		}
	}
}
