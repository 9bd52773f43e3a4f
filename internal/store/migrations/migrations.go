// Package migrations holds the steps that bring a new database to the version the program needs, a folder for each engine.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

//go:embed sqlite postgres
var files embed.FS

// Migration is one step; it only goes forward.
type Migration struct {
	Number int
	Name   string
	SQL    string
}

// Of lists the engine's migrations in order. They are numbered from 1 without gaps, and only go forward.
func Of(engine string) ([]Migration, error) {
	entries, err := fs.ReadDir(files, engine)
	if err != nil {
		return nil, err
	}
	var list []Migration
	for _, e := range entries {
		digits, _, ok := strings.Cut(e.Name(), "_")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil {
			return nil, fmt.Errorf("migration %s has no number", e.Name())
		}
		body, err := fs.ReadFile(files, engine+"/"+e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, Migration{n, e.Name(), string(body)})
	}
	slices.SortFunc(list, func(a, b Migration) int { return a.Number - b.Number })
	for i, m := range list {
		if m.Number != i+1 {
			return nil, fmt.Errorf("migration %s should have number %d", m.Name, i+1)
		}
	}
	return list, nil
}
