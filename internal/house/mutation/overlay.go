package mutation

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// removable is the file that each package with guards gets in the overlay: which guard is gone is told by the
// environment of the test, so that all of them are built once.
const removable = `package %s

import (
	"os"
	"strings"
)

var mutantInForce = os.Getenv("` + Variable + `")

func mutantNone(number string, err error) error {
	if mutantInForce == number {
		return nil
	}
	return err
}

func mutantQuery(number, guard, without, query string) string {
	if mutantInForce == number {
		return strings.ReplaceAll(query, guard, without)
	}
	return query
}

var _, _ = mutantNone, mutantQuery
`

// Variable is the environment variable by which a test that was built with the overlay learns which guard is gone: its
// place in the list of guards, counted from 0. Without it all of them stand.
const Variable = "PROBITY_MUTANT"

// Overlay writes the source with every guard removable into a folder and gives the file for go build -overlay. The
// repository's own files stay as they are.
func Overlay(root, folder string, guards []Guard) (string, error) {
	files := map[string][]edit{}
	packages := map[string]bool{}
	for i := range guards {
		g := &guards[i]
		packages[g.Package] = true
		name := filepath.Join(g.Package, g.File)
		for _, e := range g.edits {
			e.text = strings.Replace(e.text, "%s", strconv.Itoa(i), 1)
			files[name] = append(files[name], e)
		}
	}
	replace := map[string]string{}
	put := func(name string, text []byte) error {
		copied := filepath.Join(folder, strings.ReplaceAll(name, string(filepath.Separator), "+"))
		replace[filepath.Join(root, name)] = copied
		return os.WriteFile(copied, text, 0o600) //nolint:gosec // a file of the folder the caller made for it
	}
	for name, edits := range files {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		if err := put(name, apply(text, edits)); err != nil {
			return "", err
		}
	}
	for dir := range packages {
		if err := put(filepath.Join(dir, "mutant_in_force.go"), fmt.Appendf(nil, removable, filepath.Base(dir))); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// apply puts the edits in, from the end of the file to its beginning. Where one ends at the place at which another
// begins, the one that ends comes first; of several that begin at one place the first found is outermost.
func apply(text []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int {
		if a.at != b.at {
			return b.at - a.at
		}
		switch {
		case a.close == b.close:
			return 0
		case a.close:
			return 1
		}
		return -1
	})
	for _, e := range edits {
		text = slices.Concat(text[:e.at], []byte(e.text), text[e.at:])
	}
	return text
}
