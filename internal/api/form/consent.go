package form

import (
	"encoding/json"

	"probity/calendar"
	"probity/internal/consent"
)

// Consents are a subject's consents, newest first.
type Consents struct {
	Consents []consent.Consent `json:"consents" nullable:"false"`
	Recorded
}

// ConsentReceipt is a receipt with the fields of ISO/IEC TS 27560.
type ConsentReceipt struct {
	Receipt json.RawMessage `json:"receipt"`
	Recorded
}

// ConsentText is a text by which people agree, with the digests of its words by language.
type ConsentText struct {
	Text     string            `json:"text" doc:"Its name and version, as consents name it."`
	From     calendar.Day      `json:"from"`
	To       calendar.Day      `json:"to"`
	Contexts []string          `json:"contexts,omitempty"`
	Words    map[string]string `json:"words" doc:"What the person is shown, letter by letter, by language."`
	Digests  map[string]string `json:"digests" doc:"The SHA-256 of the words, by language."`
}

// ConsentTexts are the texts in force.
type ConsentTexts struct {
	Texts []ConsentText `json:"texts" nullable:"false"`
}
