package record

import (
	"probity/calendar"
	"probity/internal/subject"
)

// Draft is a version about to be written: what intake found in a row, and what the Charter needs to judge it. Only
// package charter turns a draft into something the store accepts.
type Draft struct {
	Version
	// Kind and Sole are the subject's true kind, as its identifier and register entry show it.
	Kind subject.Kind
	Sole bool
	// Bound is the identifier that led to the subject, normalised and in the clear; it is not stored with the record.
	Bound subject.Identifier
	// Born is the birth day a resident number shows, None elsewhere; Notice the day on which a person was told that
	// adverse information would be furnished, None where the row names none.
	Born, Notice calendar.Day
	// Changes is set where the row's key already has a version: the draft would change or hide it.
	Changes bool
	// Barred tells that a dispute put the record out of use until it is certified.
	Barred bool
	// Lapsing is the earliest day on which an earlier version of the record would lapse, None where none would.
	Lapsing calendar.Day
	// Digest is what tells equal content: the first 16 bytes of SHA-256 over days, status, payload and sealed fields.
	Digest [16]byte
}

// Natural tells whether rules made for persons bind the draft.
func (d *Draft) Natural() bool { return d.Kind.Natural() || d.Sole }
