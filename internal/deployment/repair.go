package deployment

import (
	"probity/internal/catalogue"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/repair"
	"probity/internal/repair/regime"
	"probity/internal/store"
	"probity/internal/store/repairs"
	"probity/internal/subject"
)

// Repairs is the service that plans, takes and decides repairs.
func (d *Deployment) Repairs(ratings *rating.Desk) *repair.Service {
	return repair.New(repair.Parts{
		Book: repairs.In(d.Store, d.Contracts), Vault: d.Vault, Desk: d.Access, Clerk: d.Clerk, Clocks: clock.BuiltIn(),
		Catalogue: d.Catalogue, Rules: d.Rules, Limits: d.Limits, Orders: d.Measures(ratings), Ratings: rated{ratings},
		Reads: ratings.Book.Datasets, Covers: d.covers, Bodies: d.bodies(), Now: d.Now,
	})
}

// rated is the desk of ratings as repairs ask it.
type rated struct{ *rating.Desk }

// Models are the codes of the models in force for a kind.
func (r rated) Models(kind subject.Kind) []string {
	var codes []string
	for _, m := range r.Book.For(kind) {
		codes = append(codes, m.Facts.Code)
	}
	return codes
}

// forgetting loads the rules of repair and has the store forget by them.
func forgetting(db *store.Store, cat *catalogue.Catalogue, contracts map[int]store.ContractRow) (*regime.Rules, *regime.Limits, error) {
	rules, err := regime.Load(cat)
	if err != nil {
		return nil, nil, fault.New(fault.Unavailable, "deployment.repair", "the rules of repair cannot be used with the catalogue in use: %v", err).
			With("give the catalogue the rule sets of repair that the program comes with")
	}
	datasets := make(map[int]string, len(contracts))
	for n, c := range contracts {
		datasets[n] = c.Dataset
	}
	limits := regime.NewLimits(rules, cat, datasets)
	db.Forget(limits)
	return rules, limits, nil
}
