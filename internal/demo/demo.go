// Package demo makes a world to try the platform on: the agencies, firms, public bodies, office holders and persons of
// the Yangtze delta, none of whom exist, and the files that the agencies would send about them, with the faults that such
// files have. The regions and agencies are those of the catalogue; every identifier stands in a range that nobody can
// have.
//
// The same seed, day and size give the same bytes, on any machine and any number of cores.
package demo

import (
	"math/rand/v2"

	"probity/calendar"
	"probity/internal/catalogue"
)

// LastDay is the day on which the generated delta ends where nobody says otherwise: a fixed one, so that the same seed
// gives the same bytes on any day.
var LastDay = calendar.MustParse("2026-11-22")

// Size is how much there is of everything.
type Size struct {
	// Enterprises counts firms, sole traders among them; Bodies public bodies, Holders appointments to public office.
	Enterprises, Bodies, Holders int
	// Consenting persons agree to be rated, Silent ones do not; both have records.
	Consenting, Silent int
	// Permille scales the records of datasets that do not follow from the number of subjects alone.
	Permille int
}

// Full is the size of the delta as it is shown: about half a million records.
func Full() Size {
	return Size{Enterprises: 20_000, Bodies: 400, Holders: 2_000, Consenting: 20_000, Silent: 20_000, Permille: 1000}
}

// Part is that share of the full size, in thousandths.
func Part(permille int) Size {
	f := Full()
	of := func(n int) int { return max(1, n*permille/1000) }
	return Size{
		Enterprises: of(f.Enterprises), Bodies: of(f.Bodies), Holders: of(f.Holders),
		Consenting: of(f.Consenting), Silent: of(f.Silent), Permille: permille,
	}
}

// World is everybody in the delta, and when its story ends. It is read-only once made.
type World struct {
	Seed uint64
	// On is the last day of the story: no record is later.
	On   calendar.Day
	Size Size

	catalogue *catalogue.Catalogue
	regions   []region
	firms     []firm
	bodies    []body
	holders   []holder
	persons   []person
}

// New makes the world of a seed.
func New(seed uint64, on calendar.Day, size Size, cat *catalogue.Catalogue) *World {
	w := &World{Seed: seed, On: on, Size: size, catalogue: cat}
	w.regions = deltaRegions(cat, on)
	w.firms = w.makeFirms()
	w.bodies = w.makeBodies()
	w.persons = w.makePersons()
	w.holders = w.makeHolders()
	return w
}

// Organisations are the unified codes of all firms and public bodies, firms first.
func (w *World) Organisations() []string {
	codes := make([]string, 0, len(w.firms)+len(w.bodies))
	for i := range w.firms {
		codes = append(codes, w.firms[i].uscc)
	}
	for i := range w.bodies {
		codes = append(codes, w.bodies[i].uscc)
	}
	return codes
}

// SoleTraders are the unified codes of the firms behind which a human being stands.
func (w *World) SoleTraders() []string {
	var codes []string
	for i := range w.firms {
		if w.firms[i].sole {
			codes = append(codes, w.firms[i].uscc)
		}
	}
	return codes
}

// Silent are the resident numbers of the persons who agreed to nothing.
func (w *World) Silent() []string {
	var ids []string
	for i := range w.persons {
		if !w.persons[i].consents {
			ids = append(ids, w.persons[i].id)
		}
	}
	return ids
}

// dice are the chances of one part of the story: named, so that no part changes when another is made longer.
func (w *World) dice(name string) *dice {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return &dice{rand.New(rand.NewPCG(w.Seed, h))}
}
