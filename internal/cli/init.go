package cli

import (
	"fmt"
	"io"

	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/cli/console"
	"probity/internal/deployment"
	"probity/internal/store"
)

// initCommand makes a database.
type initCommand struct {
	Demo       bool   `help:"A database for generated subjects only. It can never become a live one."`
	Agency     string `default:"npcic" placeholder:"CODE" complete:"agency" help:"The agency that sets the platform up: ${default} where none is named."`
	Official   string `placeholder:"NAME" help:"Its official who does so; your login name where none is named."`
	Distribute bool   `help:"Spread everything that has a subject over the workers of a Citus cluster whose coordinator --db names."`
	Shards     int    `default:"32" placeholder:"N" help:"With --distribute, into how many shards: ${default} where none are named; several for each worker there may come to be."`
	Credential string `default:"first" placeholder:"NAME" help:"The name of that official's credential: ${default} where none is named."`
}

// Help shows the examples.
func (initCommand) Help() string {
	return `Makes the database, the file of its keys beside it (FILE.vault), the signed log of its ledger with its key (FILE.log, FILE.logkey), loads the built-in catalogue, puts the built-in rating models in force, and makes the first credential (in the folder FILE.credentials), which is used wherever none is named. A database is born live or as a demonstration, and stays what it was born: a live one refuses made-up identifiers, a demonstration refuses every identifier of a person that could be real.

Keep the key file apart from the backups of the database: it alone makes what tells of persons readable.

Examples:

    probity init
    probity init --db sqlite:/srv/probity/live.db --agency shanghai-credit --official "Gu Yan"
    probity init --db postgres://probity@db.example/credit
    probity init --db postgres://probity@coordinator.example/credit --distribute --shards 128
    probity init --demo --db demo.db`
}

type initAnswer struct {
	Database string      `json:"database"`
	Keys     string      `json:"keys"`
	Birth    store.Birth `json:"birth"`
	Datasets int         `json:"datasets"`
	Agencies int         `json:"agencies"`
	// Credential is the name of the first credential, Official whose it is: agency/name.
	Credential string `json:"credential"`
	Official   string `json:"official"`
}

// Run makes the database.
func (c initCommand) Run(s *console.Session) error {
	birth := store.Live
	if c.Demo {
		birth = store.Demo
	}
	founder := access.Grant{
		Name: c.Credential, Agency: c.Agency,
		Official: console.Either(c.Official, s.Process.Env("LOGNAME"), s.Process.Env("USER"), "operator"),
	}
	if catalogue.BuiltIn().Agency(founder.Agency) == nil {
		have := console.CodesOf(catalogue.BuiltIn().Agencies, func(a *catalogue.Agency) string { return a.Code })
		return console.Unknown("agency", founder.Agency, have, "probity catalogue list agencies shows those there are")
	}
	if c.Distribute {
		var err error
		if s.Flags.DB, err = store.Distributed(s.Flags.DB, c.Shards); err != nil {
			return err
		}
	}
	r, err := s.Create(birth, founder)
	if err != nil {
		return err
	}
	a := initAnswer{
		Database: r.Store.Shown(), Keys: deployment.VaultPath(r.Store.Path()), Birth: birth,
		Datasets: len(r.Catalogue.Datasets), Agencies: len(r.Catalogue.Agencies),
		Credential: founder.Name, Official: founder.Agency + "/" + founder.Official,
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "made %s (%s) with %s of %s\n", a.Database, a.Birth, console.Count(a.Datasets, "dataset"), console.Plural(a.Agencies, "agency", "agencies"))
		fmt.Fprintf(w, "its keys are in %s; keep them apart from its backups\n", a.Keys)
		fmt.Fprintf(w, "the first credential is %s, of %s\n", a.Credential, a.Official)
	})
	return nil
}
