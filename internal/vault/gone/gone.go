// Package gone remembers, apart from the database, what must stay gone: erasures, withdrawals, corrections, liftings. A
// backup is older than some of them, and a database that is put back from it would bring back what a person was promised
// is no more. The journal stands beside the keys, which are no part of a backup either, and is played over a restored
// database before anybody may read it.
//
// A mark carries a pseudonymous subject and a number, never a value from a file. A batch of marks is on disk before the
// act that it tells of is committed, so that no act that was acknowledged is missing. Where the commit failed after that,
// the act counts as done at the next restore: the journal forgets rather than remembers.
package gone

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"probity/internal/subject"
)

// Kind is what a mark says is gone. The numbers stand in journals and never change their meaning.
type Kind uint8

// The kinds of marks.
const (
	// Erased: everything on the subject; its key is destroyed. Matter is 0.
	Erased Kind = 1
	// RecordErased: one record, which may not come in again.
	RecordErased Kind = 2
	// RecordOut: what was known of a record until now, since it was corrected, retracted or moved. Its
	// supplier may send it again as it stands.
	RecordOut Kind = 3
	// Suppressed: a record is out of use while it is disputed, or since its dispute barred it.
	Suppressed Kind = 4
	// Freed: a suppressed record is in use again; it takes back one mark Suppressed on it.
	Freed Kind = 5
	// Withdrawn: a consent, with what rested on it.
	Withdrawn Kind = 6
	// OrderEnded: a restriction order that was lifted or annulled.
	OrderEnded Kind = 7
	// ListingEnded: an entry of a list that was annulled, repaired or removed.
	ListingEnded Kind = 8
	// Parted: two subjects that were wrongly one; Matter is the joining that was undone.
	Parted Kind = 9
	// Revoked: a credential; Matter is the [Number] of its name.
	Revoked Kind = 10
	// Confined: what is left of the subject's file serves the orders on it alone. Matter is 0.
	Confined Kind = 11
	// Repaired: a record that was repaired. It is in nobody's answer, and its supplier cannot bring it back.
	Repaired Kind = 12
	// ChannelEnded: a way on which the subject is told no more; Matter is its number among the subject's.
	ChannelEnded Kind = 13
	// FileClosed: the subject keeps its file closed to readings by consent. FileOpened takes it back.
	FileClosed Kind = 14
	FileOpened Kind = 15
	// Stated: the subject put words of its own beside a record, or beside its file where Matter is 0, in place of what
	// stood there; they are lost with the database. Unstated: it took them away.
	Stated   Kind = 16
	Unstated Kind = 17
	// The next tell that something was put before the platform which is lost with the database: nothing is made gone, but
	// what is lost is named.
	DelayOrdered    Kind = 18 // a court's order that keeps reads back
	DisputeOpened   Kind = 19
	OrderContested  Kind = 20 // Matter is the order
	ListContested   Kind = 21 // Matter is the entry of the list
	RepairAsked     Kind = 22
	RulingContested Kind = 23 // Matter is the ruling of which a review was asked
	// OfRow says of the mark before it on which supplier's row its record is, OfPerson by which identifier its subject is
	// found: Matter is a number under the deployment's key (see package vault). Where the backup knows neither
	// record nor subject, the mark waits for the row to come in again.
	OfRow    Kind = 24
	OfPerson Kind = 25
	// Unrepaired: a repair that was got by a false commitment is withdrawn; it takes back the marks Repaired on the record.
	Unrepaired Kind = 26
	// ModelRetired: a version of a model that rates nobody any more; Subject is 0, Matter its [ModelNumber].
	ModelRetired Kind = 27
	// KeyRevoked: a key of an agency's system; Subject is 0, Matter the [Number] of its id.
	KeyRevoked Kind = 28
	// AgreementClosed: an agreement on reading that was suspended or ended; Subject is 0, Matter its number.
	AgreementClosed Kind = 29
	// AccountEnded: an account that leads to its credential no more; Subject is whose own that is, Matter the number of its digest.
	AccountEnded Kind = 30
	// RoleEnded: a role that an official holds no more, and RolesGiven: an agency whose officials do only what they hold a role
	// for. Subject is 0, Matter the [Number] of the credential's role, and of the agency.
	RoleEnded  Kind = 31
	RolesGiven Kind = 32
	// MandateEnded: a mandate by which nobody acts any more; Matter is its number.
	MandateEnded Kind = 33
)

var kindNames = [...]string{
	Erased: "erased", RecordErased: "record erased", RecordOut: "record out of date", Suppressed: "record suppressed",
	Freed: "record in use again", Withdrawn: "consent withdrawn", OrderEnded: "order ended", ListingEnded: "listing ended",
	Parted: "subjects parted", Revoked: "credential revoked", Confined: "file confined", Repaired: "record repaired",
	ChannelEnded: "channel ended", FileClosed: "file closed", FileOpened: "file opened again", Stated: "statement made",
	Unstated: "statement taken away", DelayOrdered: "delay ordered", DisputeOpened: "dispute opened",
	OrderContested: "order contested", ListContested: "entry on a list contested", RepairAsked: "repair asked for",
	RulingContested: "review asked for", OfRow: "by row", OfPerson: "by identifier",
	KeyRevoked: "key revoked",
	Unrepaired: "repair withdrawn", ModelRetired: "model retired", AgreementClosed: "agreement closed",
	AccountEnded: "account ended", RoleEnded: "role ended", RolesGiven: "roles given", MandateEnded: "mandate ended",
}

// String is the kind in words.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return "unknown"
}

// Known tells whether k is one of the kinds above.
func (k Kind) Known() bool { return int(k) < len(kindNames) && kindNames[k] != "" }

// Mark is one thing that is gone.
type Mark struct {
	Kind    Kind
	Subject subject.ID
	// Matter numbers the record, consent, order, listing or joining; 0 where the kind needs none.
	Matter int64
}

// Batch is what one act made gone.
type Batch struct {
	// Seq counts the batches of a journal from 1.
	Seq   int64
	At    time.Time
	Marks []Mark
}

// Number is the number of a name, so that a name need not stand in the journal.
func Number(name string) int64 { return number("credential\x00" + name) }

// ModelNumber is the number of a version of a model.
func ModelNumber(code string, version int) int64 {
	return number("model\x00" + code + "\x00" + strconv.Itoa(version))
}

func number(name string) int64 {
	sum := sha256.Sum256([]byte(name))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1) // one bit less than it holds
}
