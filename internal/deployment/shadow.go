package deployment

import (
	"context"
	"strconv"

	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/shadow"
	"probity/internal/snapshot"
	"probity/internal/store/rulebooks"
	"probity/internal/store/shadows"
)

// Shadows is the desk of the model versions that are tried beside those in force.
func (d *Deployment) Shadows(ratings *rating.Desk) *shadow.Desk {
	return &shadow.Desk{
		Store: shadows.In(d.Store), Versions: versions{d}, Ratings: ratings, Snapshots: d.Snapshots(ratings), Now: d.Now,
		Compare: func(ctx context.Context, open *snapshot.Snapshot, candidate, current impact.Side) (*impact.Question, error) {
			return d.Impact(ctx, ratings, open, candidate, current)
		},
	}
}

// versions are the registered versions of a deployment's models.
type versions struct{ d *Deployment }

// Version compiles a registered version.
func (v versions) Version(ctx context.Context, model string, version int) (m *rating.Model, author string, fresh bool, err error) {
	all, err := rulebooks.In(v.d.Store).All(ctx)
	if err != nil {
		return nil, "", false, err
	}
	for i := range all {
		if x := &all[i]; x.Code == model && x.Version == version {
			m, err := rating.NewModel(x.Code+" version "+strconv.Itoa(x.Version), x.Body, v.d.Catalogue.Schema())
			return m, x.Author, x.State == rulebooks.Draft || x.State == rulebooks.Approved, err
		}
	}
	return nil, "", false, fault.New(fault.NotFound, "model.none", "there is no version %d of a model %q", version, model).With("probity model list shows them")
}

// undecided are the versions in force and those that are drafts or approved, compiled. A draft that the catalogue has left
// behind is left out: it can rate nobody.
func (v versions) undecided(ctx context.Context) (list []*rating.Model, err error) {
	all, err := rulebooks.In(v.d.Store).All(ctx)
	if err != nil {
		return nil, err
	}
	schema := v.d.Catalogue.Schema()
	for i := range all {
		x := &all[i]
		if x.State == rulebooks.Retired {
			continue
		}
		m, err := rating.NewModel(x.Code+" version "+strconv.Itoa(x.Version), x.Body, schema)
		switch {
		case err == nil:
			list = append(list, m)
		case x.State == rulebooks.Active:
			return nil, err
		}
	}
	return list, nil
}
