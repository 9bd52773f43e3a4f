package consent

import (
	"encoding/hex"
	"time"

	"probity/calendar"
	"probity/internal/consent/wording"
	"probity/internal/subject"
)

// Receipt is a consent as its subject takes it away, with the fields of the consent record of ISO/IEC TS 27560 that the
// platform has a use for. Digest is what the subject's ledger commits to: with the receipt and its salt the subject can show
// that it is the one that was recorded. Others get neither.
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
	Text         string       `json:"notice_id"`
	TextVersion  string       `json:"notice_version"`
	Language     string       `json:"notice_language"`
	TextDigest   string       `json:"notice_digest"`
	Warned       bool         `json:"warned"`
	Written      bool         `json:"in_writing"`
	Collection   Means        `json:"collection_method"`
	Jurisdiction string       `json:"jurisdiction"`
	Proof        Proof        `json:"proof"`
	Given        time.Time    `json:"given_at"`
	Withdrawn    time.Time    `json:"withdrawn_at,omitzero"`
	Used         time.Time    `json:"used_at,omitzero"`
	Salt         string       `json:"salt,omitempty"`
	Digest       string       `json:"digest,omitempty"`
	// Words are the words that the person agreed to, letter by letter: those whose SHA-256 is TextDigest.
	Words string `json:"notice_text"`
}

// Shown are the words that the person agreed to, letter by letter; "" where the program does not know the words of that
// digest, as it is older than they are.
func (c *Consent) Shown() string {
	t := wording.BuiltIn().Text(c.Words.Text, c.Words.Version)
	if t == nil || t.Digest(c.Words.Language) != c.Words.Digest {
		return ""
	}
	return t.Shown(c.Words.Language)
}

// receiptSchema names the form of a receipt.
const receiptSchema = "probity-consent-receipt/2 after ISO/IEC TS 27560:2023"

// Receipt is the consent's receipt.
func (c *Consent) Receipt() Receipt {
	digest := ""
	if c.Salt != "" { // to others than the subject the digest of a consent without its salt is of nothing
		sum := c.Digest()
		digest = hex.EncodeToString(sum[:])
	}
	frequency := "periodic"
	if c.Once {
		frequency = "one-time"
	}
	return Receipt{
		Schema: receiptSchema, ID: c.ID, Subject: c.Subject, Handler: c.Handler, Recipients: c.Recipients, Purpose: c.Purpose,
		Contexts: c.Contexts, Categories: c.Categories, Method: c.Method, From: c.From, To: c.To, Frequency: frequency,
		Text: c.Words.Text, TextVersion: c.Words.Version, Language: c.Words.Language, TextDigest: c.Words.Digest,
		Warned: c.Words.Warned, Written: c.Words.Written, Words: c.Shown(), Collection: c.Proof.Means, Jurisdiction: "CN",
		Proof: c.Proof, Given: c.Given, Withdrawn: c.Withdrawn, Used: c.Used, Salt: c.Salt, Digest: digest,
	}
}
