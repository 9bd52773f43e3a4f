package deployment

import (
	"runtime"

	"probity/internal/catalogue"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/snapshot"
)

// Impact asks what a candidate would do to everybody in an open snapshot, compared with the current side; one without a
// model stands for nothing to compare with. The report lives no longer than the snapshot.
func (d *Deployment) Impact(ratings *rating.Desk, open *snapshot.Snapshot, candidate, current impact.Side) *impact.Question {
	now := d.Now()
	return &impact.Question{
		Candidate: candidate, Current: current, Facts: open.Facts, Consents: ratings, Seen: open.Seen, DeleteBy: open.DeleteBy,
		People: impact.People{
			IDs: open.IDs(), Kinds: open.Kinds(), Soles: open.Soles(), Regions: open.RegionCodes(), Sections: open.SectionCodes(),
			Employees: open.Employees(), RegionList: open.Regions, SectionList: open.Sections, SectionTitles: d.sectionTitles(open.Sections),
		},
		Population: impact.Population{Snapshot: open.Digest, Ledger: open.Point.Ledger, Seen: open.Seen},
		Catalogue:  d.Catalogue, Limits: impact.BuiltIn().On(open.Seen), At: now, Workers: runtime.GOMAXPROCS(0),
	}
}

// sectionTitles are what the sections of industry are called in the contracts that have them.
func (d *Deployment) sectionTitles(codes []string) []catalogue.Text {
	titles := make([]catalogue.Text, len(codes))
	for i, code := range codes {
		titles[i], _ = d.Catalogue.CodeTitle(snapshot.SectionFamily, snapshot.SectionField, code)
	}
	return titles
}
