package deployment

import (
	"context"
	"slices"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
)

// AdmitBaselines has the Charter judge what a catalogue, about to come into force, says of its benefits (C5), against the one
// in force and, for a benefit that is not in that, against all there were before.
func (d *Deployment) AdmitBaselines(ctx context.Context, after *catalogue.Catalogue, today calendar.Day) error {
	before := []*catalogue.Catalogue{d.Catalogue}
	news := func(m catalogue.Measure) bool { return m.Benefit != nil && d.Catalogue.Measure(m.Code) == nil }
	if slices.ContainsFunc(after.Measures, news) {
		former, err := d.Store.FormerCatalogues(ctx)
		if err != nil {
			return err
		}
		for _, files := range former {
			cat, faults := Layers(files)
			if err := faults.Err(); err != nil {
				return fault.New(fault.Unavailable, "deployment.catalogue", "a catalogue that was in force before cannot be read: %v", err).
					With("import it with the version of the program that kept it: the baselines of its benefits go on holding")
			}
			before = append(before, cat)
		}
	}
	return charter.AdmitBaseline(before, after, today)
}
