package rowcheck

import (
	"probity/calendar"
	"probity/identifier"
	"probity/internal/record"
	"probity/internal/subject"
)

// Finding is one thing wrong, or worth a warning, about a row.
type Finding struct {
	// Rule names the rule in a stable way: field.required, field.date, field.number, field.range, field.code,
	// field.boolean, field.text, field.identifier, check.<id of the contract's check>, or a rule of package format.
	Rule string
	// Field is the contract's field, "" where the row as a whole is meant.
	Field string
	// Value is what the file says there, clipped; masked where the field is about a human being.
	Value string
	// Text says what is wrong, Hint what to do about it.
	Text, Hint string
	// Warn: the row goes in all the same.
	Warn bool
}

// Identifier is one identifier found in a row that may lead to its subject.
type Identifier struct {
	Scheme subject.Scheme
	// Value is normalised. Values of a scheme that is Personal must be hashed before they are kept or logged.
	Value []byte
	// Kind is the subject's kind as the contract binds it; "" lets the identifier decide.
	Kind   subject.Kind
	Field  string
	Status identifier.Status
}

// Out is what became of one row. It is made once and used again and again: all slices are valid until the next Check.
type Out struct {
	// Line and Part are the row's place, see format.Row.
	Line, Part int
	Findings   []Finding
	// Key is the row's key at its supplier: the key fields' values joined by 0x1F. Digest tells whether content has
	// changed: the first 16 bytes of a SHA-256 over Payload and Sealed, keyed where Options.Secret is set. SHA-256 and
	// not a fast hash, because equal digests are taken for equal content without looking, and a supplier could
	// otherwise make two contents collide; 16 bytes, because it stands in an index once per record.
	Key    []byte
	Digest [16]byte
	// Payload is the canonical JSON of what may be kept in the clear, Sealed of what only the subject's key may open;
	// Sealed is empty where there is nothing of the kind.
	Payload, Sealed []byte
	// Occurred is the event day; From and To bound the valid interval, To None while open.
	Occurred, From, To calendar.Day
	Adverse            bool
	Tier               record.Tier
	// Lapse is the first day on which the adverse record may no longer be seen; None where nothing ends it yet.
	Lapse calendar.Day
	// Identifiers are those found well formed, strongest first.
	Identifiers []Identifier

	slots  []slot
	arena  []byte
	reject bool
}

// Rejected tells whether a finding keeps the row out.
func (o *Out) Rejected() bool { return o.reject }

func (o *Out) reset(fields int) {
	if cap(o.slots) < fields {
		o.slots = make([]slot, fields)
	}
	if o.Sealed == nil {
		o.Sealed = make([]byte, 0, 256) // a row that seals nothing keeps no buffer of its own
	}
	clear(o.slots[:fields])
	*o = Out{
		Findings: o.Findings[:0], Key: o.Key[:0], Payload: o.Payload[:0], Sealed: o.Sealed[:0],
		Identifiers: o.Identifiers[:0], slots: o.slots[:fields], arena: o.arena[:0],
		Occurred: calendar.None, From: calendar.None, To: calendar.None, Lapse: calendar.None,
	}
}

func (o *Out) add(f Finding) {
	o.Findings = append(o.Findings, f)
	o.reject = o.reject || !f.Warn
}

// keep copies bytes into the arena, where they stand until the next row.
func (o *Out) keep(b []byte) []byte {
	n := len(o.arena)
	o.arena = append(o.arena, b...)
	return o.arena[n:len(o.arena):len(o.arena)]
}

// slot is one field's value once read.
type slot struct {
	state state
	// n is an integer, an amount, a day, a boolean as 0 or 1, or the index of a code.
	n int64
	// b is a text, a code or a normalised identifier.
	b []byte
	// plain: JSON takes b as it stands.
	plain  bool
	status identifier.Status
}

type state uint8

const (
	absent  state = iota
	present       // has a value
	open          // a day that the contract takes for "no end"
	bad           // could not be read: a finding says why, and checks on the field keep still
)

// Day is the value of the date field with the index that [Checker.Index] gives; None where there is none.
func (o *Out) Day(field int) calendar.Day {
	if s := o.slots[field]; s.state == present {
		return calendar.Day(s.n)
	}
	return calendar.None
}

// Int is the value of an integer, amount or boolean field.
func (o *Out) Int(field int) (n int64, ok bool) {
	s := o.slots[field]
	return s.n, s.state == present
}

// Bytes is the value of a text, code or identifier field, nil where there is none.
func (o *Out) Bytes(field int) []byte {
	if s := o.slots[field]; s.state == present {
		return s.b
	}
	return nil
}
