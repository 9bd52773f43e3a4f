package deployment

import (
	"context"

	"probity/internal/clock"
	"probity/internal/dispute"
	"probity/internal/rating"
	"probity/internal/recall"
	"probity/internal/store/disputes"
	"probity/internal/store/recalls"
	"probity/internal/subject"
)

// Disputes is the service at which subjects contest what is held on them, and put their own words beside it.
func (d *Deployment) Disputes(ratings *rating.Desk) *dispute.Service {
	return dispute.New(dispute.Parts{
		Book: disputes.In(d.Store, d.Contracts), Vault: d.Vault, Desk: d.Access, Clerk: d.Clerk, Clocks: clock.BuiltIn(),
		Catalogue: d.Catalogue, Ratings: ratings, Bodies: d.bodies(), Reads: ratings.Book.Datasets, Covers: d.covers,
		NextID: func() int64 { return d.Store.NextIDs(1) }, Now: d.Now,
	})
}

// statements are the subjects' own words, for those who show what they are about.
func (d *Deployment) statements() *dispute.Service {
	return dispute.New(dispute.Parts{Book: disputes.In(d.Store, d.Contracts), Vault: d.Vault, Now: d.Now})
}

// covers gives the datasets that each consent of a subject names.
func (d *Deployment) covers(ctx context.Context, of subject.ID) (func(string) ([]string, bool), error) {
	list, err := d.Store.Consents(ctx, of)
	named := make(map[string][]string, len(list))
	for i := range list {
		named[list[i].ID.String()] = list[i].Categories
	}
	return func(id string) ([]string, bool) {
		datasets, known := named[id]
		return datasets, known
	}, err
}

// Recalls is the desk of those who received what has to be taken back.
func (d *Deployment) Recalls() *recall.Service { return recall.New(recalls.In(d.Store), d.Now) }
