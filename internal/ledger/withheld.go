package ledger

import (
	"slices"
	"time"
)

const (
	Delay  Act = "delay"  // a court ordered that reads be shown later
	Freeze Act = "freeze" // the subject closed its file to reads by consent, or opened it again
	// Mandate: that somebody may act for the subject, or the subject for somebody, was entered or ended.
	Mandate Act = "mandate"
	// Withheld stands in place of the act of an entry whose contents a court keeps back for a time. It is never stored.
	Withheld Act = "withheld"
)

// Cover is what keeps entries back for a time: those of one reader in one case from an instant on, and the one that
// records the order itself.
type Cover struct {
	Reader string
	// Purpose is what the reads were for, Cases are the names under which the case stands in entries.
	Purpose string
	Cases   []string
	From    time.Time
	// Order is the Detail of the entry that records the order.
	Order string
}

// Hides tells whether the entry is kept back.
func (c *Cover) Hides(e *Entry) bool {
	if e.Act == Delay {
		return e.Detail == c.Order
	}
	return (e.Act == Read || e.Act == Attempt) && e.Reader == c.Reader && e.Purpose == c.Purpose && !e.At.Before(c.From) && slices.Contains(c.Cases, e.Case)
}

// Withhold takes the contents out of the entries that a cover hides. Their place in the chain and their hash stay, so
// that the subject sees that there is one, and can check the chain and later the contents.
func Withhold(entries []Entry, covers []Cover) {
	for i := range entries {
		e := &entries[i]
		if slices.ContainsFunc(covers, func(c Cover) bool { return c.Hides(e) }) {
			*e = Entry{Subject: e.Subject, Seq: e.Seq, Act: Withheld, Prev: e.Prev, Hash: e.Hash, Position: e.Position}
		}
	}
}
