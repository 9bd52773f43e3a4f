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

// Of lists the engine's migrations in order. Their numbers ascend and only go forward; one that was given out and not used is
// left out.
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
		if m.Number < 1 || i > 0 && m.Number == list[i-1].Number {
			return nil, fmt.Errorf("migration %s has a number that another one has, or none", m.Name)
		}
	}
	return list, nil
}

// Version is that of a database that has gone all the steps.
func Version(list []Migration) int { return list[len(list)-1].Number }
