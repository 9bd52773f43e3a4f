package deployment

import (
	"encoding/hex"
	"fmt"
	"runtime/debug"

	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/store/walks"
)

// Snapshots is the desk that builds and opens snapshots of this database, for the models in force.
func (d *Deployment) Snapshots(ratings *rating.Desk) *snapshot.Desk {
	of := d.Vault.Fingerprint()
	desk := &snapshot.Desk{
		Store: walks.In(d.Store), Holder: ratings, Journal: d.Gone, Catalogue: d.Catalogue, Keys: hex.EncodeToString(of[:]),
		Datasets: ratings.Datasets, Now: d.Now,
	}
	for _, m := range ratings.Book.Models() {
		desk.Models = append(desk.Models, fmt.Sprintf("%s version %d", m.Facts.Code, m.Facts.Version))
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		desk.Program = info.Main.Version
	}
	return desk
}
