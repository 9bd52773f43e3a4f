package catalogue_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/record"
)

var update = flag.Bool("update", false, "write catalogue.schema.json anew")

const schemaFile = "catalogue.schema.json"

type schema = map[string]any

// sections are the lists a catalogue file may have, with the type of their entries.
var sections = map[string]reflect.Type{
	"laws": reflect.TypeFor[catalogue.Law](), "rules": reflect.TypeFor[catalogue.RuleSet](),
	"editions": reflect.TypeFor[catalogue.Edition](), "contexts": reflect.TypeFor[catalogue.Context](),
	"purposes": reflect.TypeFor[catalogue.Purpose](), "offices": reflect.TypeFor[catalogue.Office](),
	"regions": reflect.TypeFor[catalogue.Region](), "agencies": reflect.TypeFor[catalogue.Agency](),
	"families": reflect.TypeFor[catalogue.Family](), "measures": reflect.TypeFor[catalogue.Measure](),
}

// describe is the JSON Schema of a type as the loader reads it, short forms included.
func describe(t reflect.Type) schema {
	long := func(short schema, ref string) schema {
		return schema{"anyOf": []any{short, schema{"$ref": "#/$defs/" + ref}}}
	}
	switch t {
	case reflect.TypeFor[calendar.Day]():
		return schema{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}$`}
	case reflect.TypeFor[calendar.Period]():
		return schema{"type": "string", "pattern": `^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?$`}
	case reflect.TypeFor[record.Tier]():
		return schema{"enum": []any{"minor", "general", "serious"}}
	case reflect.TypeFor[catalogue.Text]():
		return long(schema{"type": "string", "pattern": `^[^|]+\|[^|]+$`}, "Text")
	case reflect.TypeFor[catalogue.Law]():
		return long(schema{"type": "string", "pattern": `^[a-z0-9-]+( .*)?$`}, "Law")
	case reflect.TypeFor[catalogue.Code]():
		return long(schema{"type": "string", "pattern": `^[^|]+\|[^|]+\|[^|]+`}, "Code")
	case reflect.TypeFor[catalogue.TierRule]():
		return long(describe(reflect.TypeFor[record.Tier]()), "TierRule")
	case reflect.TypeFor[catalogue.Condition]():
		test := schema{"$ref": "#/$defs/Test"}
		return schema{"anyOf": []any{schema{"enum": []any{"always", "never"}}, test, schema{"type": "array", "items": test}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem())
	case reflect.Slice:
		return schema{"type": "array", "items": describe(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": describe(t.Elem())}
	case reflect.Struct:
		return schema{"$ref": "#/$defs/" + t.Name()}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return schema{"type": "integer"}
	}
	return schema{"type": "string"}
}

// define adds the schema of a struct, and of all it holds, to the definitions.
func define(defs schema, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || defs[t.Name()] != nil || t == reflect.TypeFor[calendar.Period]() {
		return
	}
	properties := schema{}
	defs[t.Name()] = schema{"type": "object", "additionalProperties": false, "properties": properties}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		properties[name] = describe(t.Field(i).Type)
		define(defs, t.Field(i).Type)
	}
}

func editorSchema() schema {
	defs, top := schema{}, schema{"supplier": schema{"type": "string"}}
	for name, t := range sections {
		top[name] = schema{"type": "array", "items": describe(t)}
		define(defs, t)
	}
	define(defs, reflect.TypeFor[catalogue.Test]())
	contract, _ := defs["Contract"].(schema)
	properties, _ := contract["properties"].(schema)
	dataset := schema{"family": schema{"type": "string"}, "qualifier": schema{"type": "string"},
		"of": describe(reflect.TypeFor[catalogue.Text]()), "drop": schema{"type": "array", "items": schema{"type": "string"}}}
	for name, of := range properties {
		dataset[name] = of
	}
	defs["Dataset"] = schema{"type": "object", "additionalProperties": false, "properties": dataset}
	top["datasets"] = schema{"type": "array", "items": schema{"$ref": "#/$defs/Dataset"}}
	top["defaults"] = schema{"$ref": "#/$defs/Contract"}
	return schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A file of the catalogue",
		"description": "See docs/data-contract.md.", "type": "object", "additionalProperties": false,
		"properties": top, "$defs": defs,
	}
}

func TestEditorSchemaIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := json.MarshalIndent(editorSchema(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not what the types say; run: go test ./internal/catalogue -run EditorSchema -update", schemaFile)
	}
}

// TestEditorSchemaTakesTheBuiltInFiles: the schema and the loader agree on every file that ships.
func TestEditorSchemaTakesTheBuiltInFiles(t *testing.T) {
	t.Parallel()
	compiler := jsonschema.NewCompiler()
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource(schemaFile, doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	files := catalogue.Files()
	err = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		var n yaml.Node
		if err := yaml.Unmarshal(text, &n); err != nil {
			return err
		}
		if err := compiled.Validate(asJSON(&n)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]any{"datasets": []any{map[string]any{"famly": "penalty"}}}
	if compiled.Validate(bad) == nil {
		t.Error("the schema takes an unknown key")
	}
}

// asJSON is a document as JSON has it: days stay texts, as they are for the loader.
func asJSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return asJSON(n.Content[0])
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, asJSON(c))
		}
		return list
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			object[n.Content[i].Value] = asJSON(n.Content[i+1])
		}
		return object
	}
	if n.Tag == "!!timestamp" {
		return n.Value
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return n.Value
	}
	return v
}
