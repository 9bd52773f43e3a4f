package deployment

import (
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/repair/regime"
	"probity/internal/store"
)

// forgetting loads the rules of repair and has the store forget by them.
func forgetting(db *store.Store, cat *catalogue.Catalogue, contracts map[int]store.ContractRow) (*regime.Limits, error) {
	rules, err := regime.Load(cat)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "deployment.repair", "the rules of repair cannot be used with the catalogue in use: %v", err).
			With("give the catalogue the rule sets of repair that the program comes with")
	}
	datasets := make(map[int]string, len(contracts))
	for n, c := range contracts {
		datasets[n] = c.Dataset
	}
	limits := regime.NewLimits(rules, cat, datasets)
	db.Forget(limits)
	return limits, nil
}
