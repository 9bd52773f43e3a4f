// Package rulebook is for whoever wants to know by which rules the platform rates out of the box: the built-in rating
// models, each a YAML file with its source and date, and beside each a file of worked cases.
//
// The models are data in the language of package scorecard; docs/models.md says of each what it rates, what it rests
// on and what it leaves out, docs/adding-a-model.md how to add one. This package only hands the files over.
package rulebook

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed *.yaml cases/*.yaml
var files embed.FS

// File is one built-in model as it stands in the repository.
type File struct {
	// Name is the file's name without its ending: the model's code, followed by "-v" and the version where the rulebook
	// holds several versions of it.
	Name string
	// Model is the source of the model, Cases that of its worked cases.
	Model, Cases []byte
}

// ModelPath is the path of the model's file in the repository, for messages.
func (f File) ModelPath() string { return "rulebook/" + f.Name + ".yaml" }

// CasesPath is the path of the file of cases in the repository, for messages.
func (f File) CasesPath() string { return "rulebook/cases/" + f.Name + ".yaml" }

// All lists every built-in model, by name; versions of the same model follow each other, the oldest first.
func All() []File {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic("rulebook: " + err.Error()) // The pattern is a constant.
	}
	all := make([]File, len(names))
	for i, name := range names {
		all[i] = File{Name: strings.TrimSuffix(name, ".yaml"), Model: read(name), Cases: read(path.Join("cases", name))}
	}
	return all
}

// read returns an embedded file; that each model has its cases is held by a test.
func read(name string) []byte {
	content, err := files.ReadFile(name)
	if err != nil {
		panic("rulebook: " + err.Error())
	}
	return content
}
