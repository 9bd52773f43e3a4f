// Package charter decides what the platform may do to the people and organisations it keeps records on: the invariants
// C1 to C16, one file each, as pure functions over what is about to happen.
//
// An act that is allowed comes back as a permit. A permit carries the very act it allows, can be made by this package
// alone, and is what the store and the readers' desk take instead of the act itself; its zero value permits nothing.
// No flag, role, setting or model file reaches in here. A refusal is a fault with the code "refused": it names the
// invariant, what is missing for the act to be lawful, and the lawful way.
package charter

//go:generate go run ../house/charterpage

import (
	"fmt"

	"probity/internal/fault"
	"probity/internal/subject"
)

// Birth is what the database was born as; the values are those of package store.
type Birth string

const (
	Demo Birth = "demo" // generated subjects only
	Live Birth = "live" // real subjects only
)

// Actor is who is about to act, as a credential proved it: an official of an agency, or a subject itself.
type Actor struct {
	// Agency and Official are set for an official, Subject for a subject's own act; never both.
	Agency, Official string
	Subject          subject.ID
	// Credential is the name of the credential shown.
	Credential string
	// Mandate is the id of that by which somebody acts for the subject, "" where it acts itself.
	Mandate string
}

// Through names, at the end of an entry's detail, the mandate by which somebody acted for the subject; nothing where it acted itself.
func (a Actor) Through() string {
	if a.Mandate == "" {
		return ""
	}
	return " mandate=" + a.Mandate
}

// IsOfficial tells whether the actor is a named official of a named agency.
func (a Actor) IsOfficial() bool { return a.Agency != "" && a.Official != "" && a.Subject == 0 }

// Title is how an official is named in proofs and ledgers: agency/official.
func (a Actor) Title() string { return a.Agency + "/" + a.Official }

// Refuse makes a refusal; the text is formatted, the cure is taken as it is.
func Refuse(invariant, missing, cure, format string, args ...any) error {
	return fault.Refuse(invariant, missing, fmt.Sprintf(format, args...), cure)
}
