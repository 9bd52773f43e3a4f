package consent

import (
	"encoding/hex"
	"time"

	"probity/calendar"
	"probity/internal/subject"
)

// Receipt is a consent as its subject takes it away, with the fields of the consent record of ISO/IEC TS 27560 that the
// platform has a use for. Digest is what the subject's ledger commits to: whoever holds the receipt can show that it is
// the one that was recorded.
type Receipt struct {
	Schema       string       `json:"schema"`
	ID           ID           `json:"record_id"`
	Subject      subject.ID   `json:"pii_principal"`
	Handler      string       `json:"pii_controller"`
	Recipients   []string     `json:"recipients"`
	Purpose      string       `json:"purpose"`
	Contexts     []string     `json:"contexts"`
	Categories   []string     `json:"pii_categories"`
	Method       string       `json:"processing_method"`
	From         calendar.Day `json:"valid_from"`
	To           calendar.Day `json:"valid_to"`
	Frequency    string       `json:"frequency"`
	Language     string       `json:"notice_language"`
	TextVersion  string       `json:"notice_version"`
	TextDigest   string       `json:"notice_digest,omitempty"`
	Collection   Means        `json:"collection_method"`
	Jurisdiction string       `json:"jurisdiction"`
	Proof        Proof        `json:"proof"`
	Given        time.Time    `json:"given_at"`
	Withdrawn    time.Time    `json:"withdrawn_at,omitzero"`
	Used         time.Time    `json:"used_at,omitzero"`
	Digest       string       `json:"digest"`
}

// receiptSchema names the form of a receipt.
const receiptSchema = "probity-consent-receipt/1 after ISO/IEC TS 27560:2023"

// Receipt is the consent's receipt.
func (c *Consent) Receipt() Receipt {
	digest := c.Digest()
	frequency := "periodic"
	if c.Once {
		frequency = "one-time"
	}
	return Receipt{
		Schema: receiptSchema, ID: c.ID, Subject: c.Subject, Handler: c.Handler, Recipients: c.Recipients, Purpose: c.Purpose,
		Contexts: c.Contexts, Categories: c.Categories, Method: c.Method, From: c.From, To: c.To, Frequency: frequency,
		Language: c.Language, TextVersion: c.TextVersion, TextDigest: c.TextDigest, Collection: c.Proof.Means, Jurisdiction: "CN",
		Proof: c.Proof, Given: c.Given, Withdrawn: c.Withdrawn, Used: c.Used, Digest: hex.EncodeToString(digest[:]),
	}
}
