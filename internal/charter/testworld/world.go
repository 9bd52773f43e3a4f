// Package testworld is a catalogue small enough to be read in one go, for tests of what the Charter forbids: a ministry
// with a bureau below it, an institute it owns and a cabinet above; a neighbour that has nothing to do with it; a bank
// that lends, and a court. Nothing of it is served to anybody.
package testworld

import (
	"embed"
	"io/fs"
	"sync"

	"probity/internal/catalogue"
	"probity/internal/charter"
)

//go:embed data
var files embed.FS

// Catalogue is the world's catalogue. It is loaded once; every caller gets the same, read-only.
var Catalogue = sync.OnceValue(Load)

// Delivery permits an official of an agency to bring in its files, for tests that are not about who may.
func Delivery(agency string) charter.DeliveryPermit {
	permit, err := charter.PermitDelivery(charter.Actor{Agency: agency, Official: "Official of " + agency, Credential: "of-" + agency}, agency, "")
	if err != nil {
		panic(err) // an official with a credential acts for its own agency
	}
	return permit
}

// Load loads the catalogue anew, for those who number its contracts.
func Load() *catalogue.Catalogue {
	data, err := fs.Sub(files, "data")
	if err != nil {
		panic(err) // the name is a constant
	}
	c, faults := catalogue.Load(data)
	if err := faults.Err(); err != nil {
		panic(err)
	}
	return c
}
