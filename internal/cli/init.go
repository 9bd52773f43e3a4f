package cli

import (
	"fmt"
	"io"

	"probity/internal/store"
)

// initCommand makes a database.
type initCommand struct {
	Demo bool `help:"A database for generated subjects only. It can never become a live one."`
}

// Help shows the examples.
func (initCommand) Help() string {
	return `Makes the database, the file of its keys beside it (FILE.vault) and loads the built-in catalogue. A database is born live or as a demonstration, and stays what it was born: a live one refuses made-up identifiers, a demonstration refuses every identifier of a person that could be real.

Keep the key file apart from the backups of the database: it alone makes what tells of persons readable.

Examples:

    probity init
    probity init --db sqlite:/srv/probity/live.db
    probity init --demo --db demo.db`
}

type initAnswer struct {
	Database string      `json:"database"`
	Keys     string      `json:"keys"`
	Birth    store.Birth `json:"birth"`
	Datasets int         `json:"datasets"`
	Agencies int         `json:"agencies"`
}

// Run makes the database.
func (c initCommand) Run(s *session) error {
	birth := store.Live
	if c.Demo {
		birth = store.Demo
	}
	r, err := s.create(birth)
	if err != nil {
		return err
	}
	a := initAnswer{
		Database: r.store.Path(), Keys: vaultPath(r.store.Path()), Birth: birth,
		Datasets: len(r.catalogue.Datasets), Agencies: len(r.catalogue.Agencies),
	}
	s.out.result(a, func(w io.Writer) {
		fmt.Fprintf(w, "made %s (%s) with %s of %s\n", a.Database, a.Birth, count(a.Datasets, "dataset"), plural(a.Agencies, "agency", "agencies"))
		fmt.Fprintf(w, "its keys are in %s; keep them apart from its backups\n", a.Keys)
	})
	return nil
}
