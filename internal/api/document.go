package api

import (
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"probity/internal/api/form"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/scorecard"
)

// title and about open the document.
const (
	title = "Probity"
	about = `Recorded, explained answers about companies, public bodies, office holders and consenting people.

Who reads comes from the credential. What it reads for comes in three headers, Probity-Purpose, Probity-Basis and Probity-Case, which stand in no address and no log. The reading is recorded before the answer leaves, and the answer names its entry in Probity-Access. Who holds a mandate of a subject names the subject in Probity-For.

What goes wrong is said as RFC 9457 has it. A refusal by the Charter names its invariant, the missing element and the cure. What there is not, and what a reader may not know of, are the same answer.`
)

// configuration is how the framework is set up: the document at /openapi.json and /openapi.yaml, no page that loads from
// elsewhere, unknown parameters refused, and problems in our own form.
func configuration(version string) huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", named)
	for what, like := range texts() {
		registry.RegisterTypeAlias(what, like)
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: title, Version: version, Description: about, License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"basic": {Type: "http", Scheme: "basic", Description: "The name and the secret of a local credential."},
				},
			},
			Security: []map[string][]string{{"basic": {}}},
		},
		OpenAPIPath:                  "/openapi",
		Formats:                      huma.DefaultFormats,
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{ofFramework},
	}
}

// named names a schema by its package and its type, as several rooms have a Reason.
func named(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Name() == "" || t.PkgPath() == "" || strings.ContainsRune(t.Name(), '[') {
		return huma.DefaultSchemaNamer(t, hint)
	}
	room := path.Base(t.PkgPath())
	name := t.Name()
	name = strings.ToUpper(name[:1]) + name[1:]
	if room == "api" || room == "form" {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// texts are the types whose JSON is a text, or another type's, though their fields do not say so.
func texts() map[reflect.Type]reflect.Type {
	text := reflect.TypeFor[string]()
	return map[reflect.Type]reflect.Type{
		reflect.TypeFor[record.Status]():    text,
		reflect.TypeFor[record.Tier]():      text,
		reflect.TypeFor[scorecard.Status](): text,
		reflect.TypeFor[scorecard.Effect](): text,
		reflect.TypeFor[ledger.Hash]():      text,
		reflect.TypeFor[ledger.Salt]():      text,
		reflect.TypeFor[ledger.Entry]():     reflect.TypeFor[form.LedgerEntry](),
	}
}
