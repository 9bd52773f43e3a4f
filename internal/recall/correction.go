package recall

import (
	"time"

	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/subject"
)

// TakenBack is a record that its supplier corrects or retracts, with who has read its subject's file until then.
type TakenBack struct {
	Subject subject.Subject
	Record  record.ID
	// Dataset and Agency are those of the record, Status what the new version does to it.
	Dataset, Agency string
	Status          record.Status
	// Since is the instant from which the record could be read, Readings are the subject's up to this very act.
	Since    time.Time
	Readings []ledger.Entry
}
