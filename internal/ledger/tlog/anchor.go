package tlog

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"probity/internal/ledger"
)

const anchorHead = "probity-segment v1"

// Anchor is leaf 0 of a tree: where in the row of trees it stands.
type Anchor struct {
	// Segment is the tree's own name, First the position of the entry that is leaf 1.
	Segment string
	First   int64
	Opened  time.Time
	// Reason says why the tree was begun: "first", "period", or in words why the log was begun anew.
	Reason string
	// Previous is the name of the tree before, "" for the first of all, and Last the checkpoint on which it ended, as it
	// was signed; "" where none was signed.
	Previous, Last string
}

// The reasons for which trees are begun of themselves.
const (
	ReasonFirst  = "first"
	ReasonPeriod = "period"
)

// Leaf is the anchor as a leaf: lines of text, which no hash can be mistaken for.
func (a Anchor) Leaf() []byte {
	previous := a.Previous
	if previous == "" {
		previous = "-"
	}
	return fmt.Appendf(nil, "%s\nsegment %s\nfirst %d\nopened %s\nprevious %s\nreason %s\n\n%s", anchorHead, a.Segment, a.First,
		a.Opened.UTC().Format(time.RFC3339), previous, a.Reason, a.Last)
}

// ParseAnchor reads what Leaf writes.
func ParseAnchor(leaf []byte) (Anchor, error) {
	bad := func(what string) (Anchor, error) {
		return Anchor{}, Broken("anchor", "the first leaf is no anchor of a tree: %s", what)
	}
	head, last, ok := strings.Cut(string(leaf), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) != 6 || lines[0] != anchorHead {
		return bad("it has another form")
	}
	values := make([]string, 0, 5)
	for i, name := range []string{"segment ", "first ", "opened ", "previous ", "reason "} {
		v, ok := strings.CutPrefix(lines[i+1], name)
		if !ok || v == "" {
			return bad("it does not state " + strings.TrimSpace(name))
		}
		values = append(values, v)
	}
	a := Anchor{Segment: values[0], Previous: values[3], Reason: values[4], Last: last}
	if a.Previous == "-" {
		a.Previous = ""
	}
	var err error
	if a.First, err = strconv.ParseInt(values[1], 10, 64); err != nil || a.First < 1 {
		return bad("its first position is no number")
	}
	if a.Opened, err = time.Parse(time.RFC3339, values[2]); err != nil {
		return bad("its instant is none")
	}
	return a, nil
}

// Leaf is an entry's hash as a leaf.
func Leaf(h ledger.Hash) []byte { return h[:] }

// ParseLeaf reads what Leaf writes; ok is false where the leaf is none of an entry.
func ParseLeaf(leaf []byte) (h ledger.Hash, ok bool) {
	if len(leaf) != len(h) {
		return h, false
	}
	copy(h[:], leaf)
	return h, true
}
