package scorecard

import _ "embed"

//go:embed model.schema.json
var modelSchema []byte

// ModelSchema is the JSON Schema (2020-12) of model files, for editors. It knows the shape of a model; [Parse] and
// [Compile] know the rest.
func ModelSchema() []byte { return append([]byte(nil), modelSchema...) }
