package deployment

import (
	"context"
	"runtime"
	"strconv"

	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/store/rulebooks"
)

// Impact asks what a candidate would do to everybody in an open snapshot, compared with the current side; one without a
// model stands for nothing to compare with. The report lives no longer than the snapshot.
//
// Human beings are in a snapshot only as far as their consents to the versions that were in force, or waited to be decided on,
// when it was built. A version that was registered later is refused: they would seem not to be rated. Where one side was
// replaced or given up, for whose rating nobody is held, they are left out, and the report says so.
func (d *Deployment) Impact(ctx context.Context, ratings *rating.Desk, open *snapshot.Snapshot, candidate, current impact.Side) (*impact.Question, error) {
	var notHeld []string
	for _, side := range []impact.Side{candidate, current} {
		if side.Model == nil || open.HoldsFor(&side.Model.Facts) {
			continue
		}
		if err := d.decided(ctx, &side.Model.Facts); err != nil {
			return nil, err
		}
		notHeld = append(notHeld, side.Model.Facts.Code+"@"+strconv.Itoa(side.Model.Facts.Version))
	}
	now := d.Now()
	q := &impact.Question{
		Candidate: candidate, Current: current, Facts: open.Facts, Consents: ratings, Seen: open.Seen, DeleteBy: open.DeleteBy,
		People: impact.People{
			IDs: open.IDs(), Kinds: open.Kinds(), Soles: open.Soles(), Regions: open.SeatCodes(), Sections: open.SectionCodes(),
			Employees: open.Employees(), RegionList: open.Regions, SectionList: open.Sections, SectionTitles: d.sectionTitles(open.Sections),
		},
		Population: impact.Population{Snapshot: open.Digest, Ledger: open.Point.Ledger, Seen: open.Seen},
		Catalogue:  d.Catalogue, Limits: impact.BuiltIn().On(open.Seen), At: now, Workers: runtime.GOMAXPROCS(0), NotHeld: notHeld,
	}
	return q, nil
}

// decided refuses a version that is in force or waits to be decided on.
func (d *Deployment) decided(ctx context.Context, m *charter.ModelFacts) error {
	all, err := rulebooks.In(d.Store).All(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if x := &all[i]; x.Code == m.Code && x.Version == m.Version && x.State != rulebooks.Retired {
			return fault.New(fault.Conflict, "impact.not_held",
				"the snapshot was built before version %d of %s was registered: of persons and sole traders it does not hold what they agreed to for it", m.Version, m.Code).
				With("refresh it: probity snapshot refresh, or build it anew")
		}
	}
	return nil
}

// sectionTitles are what the sections of industry are called in the contracts that have them.
func (d *Deployment) sectionTitles(codes []string) []catalogue.Text {
	titles := make([]catalogue.Text, len(codes))
	for i, code := range codes {
		titles[i], _ = d.Catalogue.CodeTitle(snapshot.SectionFamily, snapshot.SectionField, code)
	}
	return titles
}
