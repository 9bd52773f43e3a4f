// Package ledger answers whether anybody has tampered with the record of who looked and who did what: each entry
// carries the hash of the same subject's previous entry, so that a changed, missing or moved entry shows.
//
// An entry holds the pseudonymous subject, codes, and the names of officials acting in office; never a value from a
// file. Its hash is salted, so that whoever sees the hash alone learns nothing. Removing the newest entries together with
// the head that names them cannot be seen from the chain alone; that is what the signed log is for (package tlog), which
// holds nothing but those hashes.
package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"probity/internal/fault"
	"probity/internal/subject"
)

// Hash is a SHA-256 value; in text it is hexadecimal.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (h *Hash) UnmarshalText(b []byte) error { return unhex(h[:], b) }

func unhex(into, text []byte) error {
	if hex.DecodedLen(len(text)) != len(into) {
		return fmt.Errorf("%q does not have %d hexadecimal digits", text, 2*len(into))
	}
	_, err := hex.Decode(into, text)
	return err
}

// Salt hides what a hash was made of; in text it is hexadecimal.
type Salt [16]byte

// String is the salt in hexadecimal.
func (s Salt) String() string { return hex.EncodeToString(s[:]) }

// MarshalText writes the salt in hexadecimal.
func (s Salt) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads 32 hexadecimal digits.
func (s *Salt) UnmarshalText(b []byte) error { return unhex(s[:], b) }

// Act says what an entry records.
type Act string

const (
	Read       Act = "read"       // a file, rating or decision was opened to a reader
	Attempt    Act = "attempt"    // something the Charter forbids was tried and refused
	Consent    Act = "consent"    // a consent was given
	Withdrawal Act = "withdrawal" // a consent was withdrawn
	Credential Act = "credential" // a credential was issued or revoked
	Order      Act = "order"      // an order was entered, lifted, annulled
	Listing    Act = "listing"    // a step was taken in the procedure of a list
	Link       Act = "link"       // two subjects were joined or parted
	Channel    Act = "channel"    // a way on which the subject is told was set or ended
	Erasure    Act = "erasure"    // a record or a file was erased, or restricted until it can be
	Restore    Act = "restore"    // the database was put back from a backup
	Received   Act = "received"   // a supplier's file was published; the commitment is its digest
	Key        Act = "key"        // the log's signing key was changed, or the log begun anew
	Dispute    Act = "dispute"    // something was contested, answered, complained about or certified
	Statement  Act = "statement"  // the subject put its own words beside a record, or took them away
	Recall     Act = "recall"     // a recipient acknowledged that it corrected or deleted what it had received
	Model      Act = "model"      // a model version was registered, compared, approved, put in force or retired; the commitment is its file's digest
)

// Entry is one line of a subject's ledger.
type Entry struct {
	// Subject is whose ledger it is; 0 is the platform's own.
	Subject subject.ID
	// Seq counts the subject's entries from 1; At is the instant in microseconds of UTC, as it is stored.
	Seq int64
	At  time.Time
	Act Act
	// What was read or acted upon: "file", "rating", ...; Detail are codes that narrow it down: a model, a consent id.
	What, Detail string
	// Reader is the agency, Official the human being who answers for it; both are empty where the subject itself acted.
	Reader, Official string
	// Purpose, Basis and Case are as the reader stated them.
	Purpose, Basis, Case string
	// Commitment is the digest of a document the entry stands for; zero where there is none.
	Commitment Hash
	// Salt is drawn at random when the entry is chained. It is told only to those who may see the entry.
	Salt Salt
	// Prev is the Hash of the subject's previous entry, zero for the first; Hash is that of this one.
	Prev, Hash Hash
	// Position is the entry's place among those of all subjects, counted from 1 as they were written. The store assigns
	// it; it is no part of the hash, and what holds it is the signed log.
	Position int64
}

// Head is the newest entry of a subject's chain.
type Head struct {
	Subject subject.ID
	Seq     int64
	Hash    Hash
}

// encodingVersion is the first byte of what is hashed; another form of entry gets another number.
const encodingVersion = 2

// Append writes the canonical encoding behind b: the version byte; the salt; subject, sequence and instant in eight bytes
// each, big-endian; the texts in the order of the fields, each behind its length as a varint; the commitment; the previous
// hash.
func (e *Entry) Append(b []byte) []byte {
	b = append(b, encodingVersion)
	b = append(b, e.Salt[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Subject))
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	for _, s := range [...]string{string(e.Act), e.What, e.Detail, e.Reader, e.Official, e.Purpose, e.Basis, e.Case} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = append(b, e.Commitment[:]...)
	return append(b, e.Prev[:]...)
}

// Sum is the hash that the entry's content asks for.
func (e *Entry) Sum() Hash {
	var room [512]byte
	return sha256.Sum256(e.Append(room[:0]))
}

// Chain puts the entry behind the head: it sets Salt, Seq, Prev and Hash and gives the new head. The instant is cut to
// microseconds first, as that is how it is stored.
func (e *Entry) Chain(head Head) Head {
	_, _ = rand.Read(e.Salt[:]) // it never fails; where there is no randomness the program ends
	e.At = e.At.UTC().Truncate(time.Microsecond)
	e.Seq, e.Prev = head.Seq+1, head.Hash
	e.Hash = e.Sum()
	return Head{Subject: e.Subject, Seq: e.Seq, Hash: e.Hash}
}

// MarshalJSON writes the entry as its subject sees it.
func (e Entry) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Subject  subject.ID `json:"subject"`
		Seq      int64      `json:"seq"`
		At       time.Time  `json:"at,omitzero"`
		Act      Act        `json:"act"`
		What     string     `json:"what,omitempty"`
		Detail   string     `json:"detail,omitempty"`
		Reader   string     `json:"reader,omitempty"`
		Official string     `json:"official,omitempty"`
		Purpose  string     `json:"purpose,omitempty"`
		Basis    string     `json:"basis,omitempty"`
		Case     string     `json:"case,omitempty"`
		Hash     Hash       `json:"hash"`
	}{e.Subject, e.Seq, e.At, e.Act, e.What, e.Detail, e.Reader, e.Official, e.Purpose, e.Basis, e.Case, e.Hash})
}

func broken(subjectID subject.ID, rule, format string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, "ledger."+rule, format, args...).
		At("ledger of " + name(subjectID)).
		With("treat the database as tampered with: keep a copy of it, and compare it with a backup")
}

func name(id subject.ID) string {
	if id == 0 {
		return "the platform"
	}
	return id.String()
}
