package remedy

import (
	"probity/internal/charter"
	"probity/internal/fault"
)

// AcknowledgementPermit permits the store to note that a recipient has done what a recall asked of it.
type AcknowledgementPermit struct {
	recipient, official string
}

// Recipient is the agency that acknowledges; "" in a zero permit.
func (p AcknowledgementPermit) Recipient() string { return p.recipient }

// Official is who does it in its name.
func (p AcknowledgementPermit) Official() string { return p.official }

// PermitAcknowledgement holds that a recipient acknowledges for itself: nobody reports another's copies as corrected or
// deleted (C1, C9, C10).
func PermitAcknowledgement(recipient string, by charter.Actor) (AcknowledgementPermit, error) {
	switch {
	case recipient == "":
		return AcknowledgementPermit{}, fault.New(fault.Invalid, "recall.recipient", "no recipient is named")
	case !by.IsOfficial() || by.Agency != recipient:
		return AcknowledgementPermit{}, charter.Refuse("C9", "recipient's own act", "an official of "+recipient+" acknowledges, with a credential of its own",
			"%s cannot say what %s did with what it received", who(by), recipient)
	}
	return AcknowledgementPermit{by.Agency, by.Official}, nil
}
