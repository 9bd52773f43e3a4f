package deployment

import (
	"context"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"strings"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/intake"
	"probity/internal/job"
	"probity/internal/ledger"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/snapshot/everybody"
	"probity/internal/store"
	"probity/internal/store/jobs"
	"probity/internal/store/queue"
	"probity/internal/store/shards"
	"probity/internal/store/sheets"
	"probity/internal/store/walks"
	"probity/internal/subject"
)

// Everybody is the desk that rates all subjects of a snapshot, several blocks at once.
func (d *Deployment) Everybody(ratings *rating.Desk, workers int) *everybody.Desk {
	kept := sheets.In(d.Store)
	return &everybody.Desk{
		Snapshots: d.Snapshots(ratings), Ratings: ratings, Register: d.Store, Store: kept, Outdated: kept, Workers: workers,
	}
}

// Places are the workers of a distributed database with the parts of the subjects that each keeps, those first that are near; there
// are none where everybody stands in one place. process names who asks.
func (d *Deployment) Places(ctx context.Context, process string) ([]job.Place, error) {
	return shards.In(d.Store).Places(ctx, process)
}

// intakePlaces are these places as intake counts by them.
func (d *Deployment) intakePlaces(ctx context.Context) ([]intake.Place, error) {
	at, err := d.Places(ctx, "")
	list := make([]intake.Place, len(at))
	for i := range at {
		list[i] = intake.Place{Name: at[i].Name, Parts: at[i].Parts}
	}
	return list, err
}

// Run is the rating of everybody of a part by the models (all in force, where none is given), which goes on where it was as long as
// the day, the models, what was published and what was made gone are the same.
func (d *Deployment) Run(ctx context.Context, ratings *rating.Desk, models []*rating.Model, of subject.Part) (*sheets.Run, error) {
	if models == nil {
		models = ratings.Book.Models()
	}
	what := make([]string, len(models))
	for i, m := range models {
		what[i] = fmt.Sprintf("%s %d", m.Facts.Code, m.Facts.Version)
	}
	journal, err := d.Gone.Head()
	if err != nil {
		return nil, err
	}
	state := fmt.Sprintf("%s %d %d", calendar.In(d.Now(), calendar.Shanghai), store.Micro(ratings.Store.LastPublication()), journal)
	name := strings.Join(what, ", ")
	if !of.All() {
		name += " of " + of.String()
	}
	return sheets.In(d.Store).Begin(ctx, name, state)
}

// Jobs is the desk of the work on everybody, by the schedule that comes with the program.
func (d *Deployment) Jobs(ratings *rating.Desk, holder string, workers int) (*job.Desk, error) {
	plans, err := job.BuiltIn()
	return &job.Desk{
		Store: jobs.In(d.Store), Queue: queue.On(d.Store.Server()), Everybody: d.Everybody(ratings, workers), Plans: plans, Holder: holder, Now: d.Now,
		Places: func(ctx context.Context) ([]job.Place, error) { return d.Places(ctx, holder) },
	}, err
}

// Snapshots is the desk that builds and opens snapshots of this database, for the models in force.
func (d *Deployment) Snapshots(ratings *rating.Desk) *snapshot.Desk {
	of := d.Vault.Fingerprint()
	desk := &snapshot.Desk{
		Store: walks.In(d.Store), Holder: ratings, Journal: d.Gone, Catalogue: d.Catalogue, Keys: hex.EncodeToString(of[:]),
		Datasets: ratings.Datasets, Now: d.Now, Versions: versions{d}.undecided,
	}
	for _, m := range ratings.Book.Models() {
		desk.Models = append(desk.Models, fmt.Sprintf("%s version %d", m.Facts.Code, m.Facts.Version))
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		desk.Program = info.Main.Version
	}
	return desk
}

// Exported puts into the platform's ledger, before anything is written, that an official exports a snapshot, by its digest.
func (d *Deployment) Exported(ctx context.Context, p charter.CopyPermit, m *snapshot.Manifest) error {
	if err := p.Stands(); err != nil {
		return err
	}
	by := p.By()
	return d.Store.AppendEntries(ctx, []*ledger.Entry{{
		At: d.Now(), Act: ledger.Export, What: "exported", Detail: "snapshot=" + m.Digest, Reader: by.Agency, Official: by.Official,
	}})
}
