package intake

import (
	"cmp"
	"encoding/binary"
	"slices"

	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// recordIDs hands out time-ordered numbers.
type recordIDs interface {
	NextRecords(n int) record.ID
	NextSubjects(n int) subject.ID
}

// row is one checked row on its way through a run.
type row struct {
	draft record.Draft
	part  int
	key   string
	// bound are the strong identifiers of the row, strongest first.
	bound []bound
	name  string
	// party is what the row says of its organisation, where the contract binds by name. brings: the row waits for an official,
	// and its subject is in the register all the same.
	party  candidate.Party
	brings bool
	// values are the row's values as they stood, packed (see pack), in case it has to wait.
	values []byte
	// waits is why the row cannot go in; nil while it can.
	waits *waits
	// same: the content stands already.
	same bool
	// from is the subject the row's record was on before, where that is another one.
	from     subject.ID
	fromSeq  int
	warnings int
}

// bound is one identifier of a row and what it leads to.
type bound struct {
	identifier subject.Identifier
	key        store.Key
	// kind is the kind of subject that the identifier shows, sole that a human being stands behind it.
	kind   subject.Kind
	sole   bool
	region string
}

// waits says why a row waits.
type waits struct {
	state    string
	findings []Finding
}

// Finding is one thing found wrong with a row, or worth a look.
type Finding struct {
	Rule  string `json:"rule"`
	Field string `json:"field,omitempty"`
	Value string `json:"value,omitempty"`
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
	// Warning: the row went in all the same.
	Warning bool `json:"warning,omitempty"`
	// Invariant is the Charter's id where the Charter refused the row.
	Invariant string `json:"invariant,omitempty"`
}

// run is a stretch of rows that are sorted and stored together.
type run struct {
	rows  []row
	ended bool // the file ends with it
	tally tally
	// bounds holds the rows' identifiers, arena their payloads, sealed fields and values, so that a million rows do not
	// make a million small objects.
	bounds []bound
	arena  arena
}

// arena gives out bytes from large blocks that it keeps for the next run. Blocks are never moved, so that what was given
// out stays where it is until reset.
type arena struct {
	blocks [][]byte
	at     int
}

const arenaBlock = 1 << 20

func (a *arena) reset() {
	for i := range a.blocks {
		a.blocks[i] = a.blocks[i][:0]
	}
	a.at = 0
}

// copy gives a copy of b.
func (a *arena) copy(b []byte) []byte {
	return a.add(func(to []byte) []byte { return append(to, b...) })
}

// add gives what put appends, cut so that nothing appended to it can reach what follows.
func (a *arena) add(put func([]byte) []byte) []byte {
	if len(a.blocks) == 0 {
		a.blocks = append(a.blocks, make([]byte, 0, arenaBlock))
	}
	block := a.blocks[a.at]
	from := len(block)
	grown := put(block)
	if cap(grown) == cap(block) {
		a.blocks[a.at] = grown
		return grown[from:len(grown):len(grown)]
	}
	// It did not fit: what was appended goes into the next block, and stays alone where it fits none.
	part := grown[from:]
	if len(part) > arenaBlock/4 {
		return part[:len(part):len(part)]
	}
	if a.at++; a.at == len(a.blocks) {
		a.blocks = append(a.blocks, make([]byte, 0, arenaBlock))
	}
	block = append(a.blocks[a.at][:0], part...)
	a.blocks[a.at] = block
	return block[:len(block):len(block)]
}

// byKey orders rows by their key at the supplier, then by their place in the file.
func byKey(a, b *row) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.draft.Line, b.draft.Line), cmp.Compare(a.part, b.part))
}

// bySubject orders rows by the subject they are about.
func bySubject(a, b *row) int { return cmp.Compare(a.draft.Subject, b.draft.Subject) }

// sorted gives pointers to the rows that still go in, in an order.
func (r *run) sorted(order func(a, b *row) int) []*row {
	list := make([]*row, 0, len(r.rows))
	for i := range r.rows {
		if r.rows[i].waits == nil {
			list = append(list, &r.rows[i])
		}
	}
	slices.SortFunc(list, order)
	return list
}

// pack puts a row's values behind arena: for each its length plus one as a varint, 0 for a value that is not there, and
// its bytes.
func pack(arena []byte, values [][]byte) []byte {
	for _, v := range values {
		if v == nil {
			arena = append(arena, 0)
			continue
		}
		arena = binary.AppendUvarint(arena, uint64(len(v))+1)
		arena = append(arena, v...)
	}
	return arena
}

// unpack is the inverse of pack.
func unpack(packed []byte) []*string {
	var values []*string
	for len(packed) > 0 {
		n, used := binary.Uvarint(packed)
		packed = packed[used:]
		if n == 0 {
			values = append(values, nil)
			continue
		}
		s := string(packed[:n-1])
		values = append(values, &s)
		packed = packed[n-1:]
	}
	return values
}

// tally counts findings by rule and field, with an example each.
type tally map[tallyKey]*store.FindingCount

type tallyKey struct {
	rule, field string
	warning     bool
}

func (t tally) add(f *Finding) {
	k := tallyKey{f.Rule, f.Field, f.Warning}
	c := t[k]
	if c == nil {
		c = &store.FindingCount{Rule: f.Rule, Field: f.Field, Warning: f.Warning, Example: f.Text}
		t[k] = c
	}
	c.Count++
}

// list gives the counts in a fixed order.
func (t tally) list() []store.FindingCount {
	list := make([]store.FindingCount, 0, len(t))
	for _, c := range t {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b store.FindingCount) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Field, b.Field))
	})
	return list
}
