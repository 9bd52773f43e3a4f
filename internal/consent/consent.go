// Package consent is what a person agreed to: with whom, what for, on which data, by which method, for how long, in
// which words, and how we know. The fields follow the consent record of ISO/IEC TS 27560 as far as the platform has a
// use for them.
//
// A consent is a statement of its subject. Whether it is good is judged by package charter (C1); it is given and
// withdrawn through package rights.
package consent

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/subject"
)

// ID numbers a consent: time-ordered, positive, never reused. 0 is no consent.
type ID int64

// String is the id as people and JSON see it: c and 13 characters.
func (id ID) String() string { return subject.Encode('c', int64(id)) }

// ParseID reads the form of String; ok is false for any other text.
func ParseID(s string) (id ID, ok bool) {
	n, ok := subject.Decode('c', s)
	return ID(n), ok
}

// MarshalText writes the form of String; nothing for 0.
func (id ID) MarshalText() ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	return []byte(id.String()), nil
}

// UnmarshalText reads the form of String; an empty text is 0.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = 0
		return nil
	}
	n, ok := ParseID(string(b))
	if !ok {
		return fmt.Errorf("%q is not a consent id", b)
	}
	*id = n
	return nil
}

// Platform is the handler's code where the platform itself rates, and not a licensed operator.
const Platform = "platform"

// Consent is one consent. A changed element is a new consent, never an edit of this one.
type Consent struct {
	ID      ID         `json:"id"`
	Subject subject.ID `json:"subject"`
	// Handler is who rates: Platform or an operator's agency code. Recipients are the agencies that may see the answer.
	Handler    string   `json:"handler"`
	Recipients []string `json:"recipients"`
	// Purpose is a purpose of the closed list. Contexts are the areas of life it covers: exactly one for a person; a
	// sole trader's business may name several for its business records.
	Purpose  string   `json:"purpose"`
	Contexts []string `json:"contexts"`
	// Categories are the codes of the datasets that may be used, Method the code of the rating model that uses them.
	Categories []string `json:"categories"`
	Method     string   `json:"method"`
	// From is the first day, To the first day on which it no longer holds. Once: it covers the day From and no other.
	From  calendar.Day `json:"from"`
	To    calendar.Day `json:"to"`
	Once  bool         `json:"once,omitempty"`
	Words Words        `json:"words"`
	Asked Asked        `json:"asked,omitzero"`
	Proof Proof        `json:"proof"`
	// Given, Withdrawn and Used are instants; Withdrawn is zero while the consent stands, Used until the read that used
	// up a consent for one time.
	Given     time.Time `json:"given_at"`
	Withdrawn time.Time `json:"withdrawn_at,omitzero"`
	Used      time.Time `json:"used_at,omitzero"`
	// Salt is drawn at random for each consent, in hexadecimal: without it nobody finds out what the ledger commits to by
	// trying. It is told to the subject alone.
	Salt string `json:"salt,omitempty"`
	// Sealed is what is kept under the subject's key, see Secret; nil in a consent that is not read from storage.
	Sealed []byte `json:"-"`
}

// Place is the place for which secrets of consents are sealed; see [vault.Vault.Seal].
const Place = "consent.secret"

// secret is the part of a consent that names human beings, and the salt.
type secret struct {
	Salt  string `json:"salt"`
	Proof Proof  `json:"proof"`
}

// Secret is what is kept under the subject's key, so that it goes when the key goes: the names in the proof, and the salt.
func (c *Consent) Secret() []byte {
	b, err := json.Marshal(secret{c.Salt, c.Proof})
	if err != nil {
		panic("consent: " + err.Error()) // no field can fail to be written
	}
	return b
}

// Bare is the consent without its secret.
func (c *Consent) Bare() Consent {
	bare := *c
	bare.Salt, bare.Proof = "", Proof{Means: c.Proof.Means, Signed: c.Proof.Signed, Sealed: true}
	return bare
}

// Reveal puts the secret back.
func (c *Consent) Reveal(plain []byte) error {
	var s secret
	if err := json.Unmarshal(plain, &s); err != nil {
		return fmt.Errorf("reading the secret of the consent %s: %w", c.ID, err)
	}
	c.Salt, c.Proof, c.Sealed = s.Salt, s.Proof, nil
	return nil
}

// Words are the words that the person agreed to: a version of a text of package wording.
type Words struct {
	// Text and Version name the text, Language is the one in which it was shown, Digest the SHA-256 of the exact words in
	// hexadecimal.
	Text     string `json:"text"`
	Version  string `json:"version"`
	Language string `json:"language"`
	Digest   string `json:"digest"`
	// Warned: before agreeing the person was warned of what adverse and financial information may do to it. Written: it
	// agreed in writing, on paper or by its own credential. Order 631 art. 14 asks for both.
	Warned  bool `json:"warned"`
	Written bool `json:"in_writing"`
}

// Asked is how the consent came to be asked for. Each of the flags makes it void, as it was not given freely.
type Asked struct {
	// By is the agency that asked, "" where the person came of its own accord.
	By string `json:"by,omitempty"`
	// Tied to a contract, a price, a job or a public service; Preselected, so that silence would have been consent;
	// Employer: asked by the person's employer; Authority: asked by an authority over the person.
	Tied        bool `json:"tied,omitempty"`
	Preselected bool `json:"preselected,omitempty"`
	Employer    bool `json:"employer,omitempty"`
	Authority   bool `json:"authority,omitempty"`
}

// Means is how the consent reached us.
type Means string

const (
	// OwnAct: the subject did it with a credential of its own.
	OwnAct Means = "own_act"
	// SignedDocument: the subject signed a document in front of two officials.
	SignedDocument Means = "signed_document"
)

// Proof is how we know that the subject consented.
type Proof struct {
	Means Means `json:"means"`
	// Credential is the name of the subject's own credential, for OwnAct.
	Credential string `json:"credential,omitempty"`
	// Document is the SHA-256 of the signed document in hexadecimal, Witnesses are the two officials ("agency/name")
	// who saw it signed, Signed is the day.
	Document  string       `json:"document,omitempty"`
	Witnesses []string     `json:"witnesses,omitempty"`
	Signed    calendar.Day `json:"signed,omitzero"`
	// Sealed: the names and the document were shown when the consent was given, and are kept under the subject's key.
	Sealed bool `json:"sealed,omitempty"`
}

// Standing tells whether the consent holds on the day: begun, neither expired nor withdrawn; one without an end never does. One that was used up stands
// for the read that used it, and for nothing else; see Spent.
func (c *Consent) Standing(today calendar.Day) bool {
	return c.Withdrawn.IsZero() && c.From <= today && today < c.To
}

// Spent tells whether the consent was for one time, and was used.
func (c *Consent) Spent() bool { return c.Once && !c.Used.IsZero() }

// Covers tells whether the consent names the recipient, the purpose and the context; an empty context asks for none.
func (c *Consent) Covers(recipient, purpose, context string) bool {
	return c.Purpose == purpose && slices.Contains(c.Recipients, recipient) &&
		(context == "" || slices.Contains(c.Contexts, context))
}

// Digest is the SHA-256 of the consent as given: its JSON, the salt in it, without the withdrawal and the use. It is what the
// ledger commits to.
func (c *Consent) Digest() [32]byte {
	given := *c
	given.Withdrawn, given.Used = time.Time{}, time.Time{}
	given.Given = given.Given.UTC()
	b, err := json.Marshal(&given)
	if err != nil {
		panic("consent: " + err.Error()) // no field can fail to be written
	}
	return sha256.Sum256(b)
}
