package recall

import (
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/subject"
)

// TakenBack is a record that its supplier corrects or retracts, with who can have received it until then.
type TakenBack struct {
	Subject subject.Subject
	Record  record.ID
	// Dataset and Agency are those of the record, Status what the new version does to it.
	Dataset, Agency string
	Status          record.Status
	// Readings are those of each subject while the record stood with it, up to this very act.
	Readings []ledger.Entry
}
