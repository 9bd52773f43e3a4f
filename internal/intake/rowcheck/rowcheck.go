// Package rowcheck holds one row of a file against its dataset's contract: it reads each value by its type, runs the
// contract's checks, and yields the row as it will be kept, or every finding that keeps it out.
//
// A contract is compiled once, bound to a file's columns once, and then checks rows without allocating for a good one:
//
//	plan, err := rowcheck.Compile(contract, rowcheck.Options{Received: today, Secret: secret})
//	checker, err := plan.Bind(reader.Header())
//	var row format.Row
//	var out rowcheck.Out
//	for {
//		if err := reader.Next(&row); err == io.EOF {
//			break
//		} else if err != nil {
//			return err
//		}
//		checker.Check(&row, &out)
//		if out.Rejected() {
//			quarantine(&row, out.Findings)
//			continue
//		}
//		store(&out)
//	}
//
// Whether the row may be kept at all is for the Charter to say, and who it is about for package subject.
package rowcheck

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/intake/format"
)

// Options are what a contract does not say.
type Options struct {
	// Received is the day on which the submission came: contracts refer to it by the name "received".
	Received calendar.Day
	// Zone is where an instant with an offset becomes a civil day; nil is calendar.Shanghai.
	Zone *time.Location
	// Secret keys digests and the personal parts of keys, so that nobody who sees one can find the person by trying.
	// It must stay the same as long as the database. A contract with a personal key field cannot do without.
	Secret []byte
	// KeysOnly reads the fields of the key and nothing else of a row, as retractions need it: the other fields may be
	// missing, or be there and are not looked at, no check runs, and the row is kept as an empty object.
	KeysOnly bool
}

// Received is the name by which checks refer to the day on which the submission came.
const Received = "received"

// Checker is a plan bound to one file's columns. It is for one goroutine; bind once more for another.
type Checker struct {
	*Plan
	// Unknown are columns of the file that the contract does not know, in their order. They are said once and not read.
	Unknown []string

	header  *format.Header
	bound   int   // names of the header that are bound
	columns []int // of each field; -1 where the file has none
	reads   []int // the fields that can have a value or must have one; the others cost a row nothing
	before  []known
	digest  hash.Hash
	keyed   hash.Hash
	sum     [sha256.Size]byte
}

// known is the last well-formed identifier of a field.
type known struct {
	raw    []byte
	status identifier.Status
}

// Check reads a row into out.
func (c *Checker) Check(row *format.Row, out *Out) {
	out.reset(len(c.fields) + 1)
	out.Line, out.Part = row.Line, row.Part
	if p := row.Problem; p != nil {
		c.addProblem(p, out)
		return
	}
	if len(c.header.Names) != c.bound {
		c.rebind()
	}
	for _, i := range c.reads {
		if len(row.Notes) > 0 && c.addNotes(i, row.Notes, out) {
			continue
		}
		var raw []byte
		if col := c.columns[i]; col >= 0 && col < len(row.Values) {
			raw = trim(row.Values[col])
		}
		if f := &c.fields[i]; f.kind != "" {
			c.readIdentifier(i, raw, out)
		} else {
			f.read(raw, out, &out.slots[i], c.opt.Zone)
		}
	}
	out.slots[c.received] = slot{state: bad} // an unknown day decides no check
	if c.opt.Received != calendar.None {
		out.slots[c.received] = slot{state: present, n: int64(c.opt.Received)}
	}
	if c.opt.KeysOnly {
		c.concludeKey(out)
		return
	}
	spoiled := out.reject || c.opt.Received == calendar.None
	for i := range c.checks {
		if ck := &c.checks[i]; !spoiled || !ck.spoiled(out.slots) {
			ck.run(c.Plan, out)
		}
	}
	c.conclude(out)
}

// readIdentifier reads an identifier, unless it is the one that was there before: agencies name themselves in every row.
func (c *Checker) readIdentifier(i int, raw []byte, out *Out) {
	s, before := &out.slots[i], &c.before[i]
	if len(raw) > 0 && bytes.Equal(raw, before.raw) {
		*s = slot{state: present, b: raw, plain: true, status: before.status}
		return
	}
	c.fields[i].read(raw, out, s, c.opt.Zone)
	if s.plain {
		before.raw, before.status = append(before.raw[:0], raw...), s.status
	}
}

// addNotes turns what a mapping says of a field's value into findings, which stand for those of the value itself.
func (c *Checker) addNotes(field int, notes []format.Problem, out *Out) (noted bool) {
	col := c.columns[field]
	for i := range notes {
		if col >= 0 && notes[i].Field == c.header.Names[col] {
			c.addProblem(&notes[i], out)
			noted = true
		}
	}
	if noted {
		out.slots[field] = slot{state: bad}
	}
	return noted
}

// addProblem turns a row's own problem into a finding. Where the column is one of a contract's personal fields, its
// value is masked as everywhere.
func (c *Checker) addProblem(p *format.Problem, out *Out) {
	f := Finding{Rule: p.Rule, Field: p.Field, Value: p.Value, Text: p.Text, Hint: p.Cure}
	for i, col := range c.columns {
		if col >= 0 && c.header.Names[col] == p.Field {
			f.Field = c.fields[i].Name
			if c.fields[i].secret && p.Value != "" {
				f.Value = masked
			}
		}
	}
	out.add(f)
}
