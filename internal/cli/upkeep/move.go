package upkeep

import (
	"context"
	"fmt"
	"io"

	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/deployment"
)

// Move carries a database to another place.
type Move struct {
	From string `required:"" placeholder:"ADDRESS" help:"The database there is: sqlite:FILE or postgres://USER@HOST/DATABASE."`
	To   string `required:"" placeholder:"ADDRESS" help:"Where it goes: a file that is not there, or an empty database on a server."`
}

// Help shows the examples.
func (Move) Help() string {
	return `An official of the agency that set the platform up does it, by a credential of the old database; the ledger says so at both places. Everything goes along: every row with its history, the keys, the journal, the log and the credentials. Each table is read back and compared by a digest, and the ledger is verified at the new place. End whatever works on the old database first; a move during which somebody wrote is refused. What was there stays, as a copy that nobody may go on with: put it away, or destroy it.

Examples:

    probity move --from sqlite:probity.db --to sqlite:/srv/credit/credit.db
    probity move --from sqlite:probity.db --to postgres://probity@db.example/credit`
}

// permitted has the credential in use permitted, which is one of the database that is moved.
func (Move) permitted(s *console.Session) deployment.Permitted {
	return func(ctx context.Context, d *deployment.Deployment) (permit charter.CopyPermit, err error) {
		name := s.Flags.As
		if name == "" {
			if name, err = d.Wallet.Default(); err != nil {
				return permit, err
			}
		}
		secret, err := d.Wallet.Load(name)
		if err != nil {
			return permit, err
		}
		by, err := d.Access.Authenticate(ctx, name, secret)
		if err != nil {
			return permit, err
		}
		return d.Access.Copying(ctx, by, "database", "move")
	}
}

// Run moves.
func (c Move) Run(s *console.Session) error {
	bar := s.Progress("carrying", "rows", 0)
	var done, of int64
	table := ""
	out, err := deployment.Move(s.Ctx, c.From, c.To, deployment.Options{Now: s.Process.Now}, c.permitted(s), func(name string, rows int64) {
		if name != table {
			table, done, of = name, done+of, 0
		}
		of = rows
		bar.At(done+of, 0)
	})
	bar.Done()
	if err != nil {
		return console.Resumable(err, "type it again: what was begun at the new place is taken up or thrown away, and the old one is as it was")
	}
	s.Result(out, func(w io.Writer) {
		var rows int64
		for _, t := range out.Tables {
			rows += t.Rows
		}
		fmt.Fprintf(w, "carried %s to %s: %s in %s, each the same at both places; ledger to entry %s\n", out.From, out.To,
			console.Count(rows, "row"), console.Count(len(out.Tables), "table"), console.Grouped(out.Position))
		for _, f := range out.Files {
			fmt.Fprintf(w, "copied %s\n", f)
		}
		fmt.Fprintf(w, "go on with --db %s; nobody may go on with %s: put it away\n", out.To, out.From)
	})
	return nil
}
