package tlog

import (
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"
	"time"

	"probity/internal/fault"
	"probity/internal/ledger"
)

// Report is what a check of the log found.
type Report struct {
	Log   string       `json:"log"`
	Trees []TreeReport `json:"trees"`
	// Dropped are the trees of which only the last checkpoint was kept.
	Dropped []string `json:"dropped,omitempty"`
	// Entries were held against the log; of those Pending are newer than it and Unproven stood in trees that were
	// dropped.
	Entries  int64 `json:"entries"`
	Pending  int64 `json:"pending"`
	Unproven int64 `json:"unproven"`
	// Faults is what is wrong, each naming the entry, leaf or checkpoint.
	Faults []*fault.Error `json:"-"`
}

// TreeReport is one tree.
type TreeReport struct {
	Name   string    `json:"name"`
	Leaves uint64    `json:"leaves"`
	First  int64     `json:"first"`
	Opened time.Time `json:"opened"`
	Signed time.Time `json:"signed"`
	// Witnesses are those who co-signed the newest checkpoint.
	Witnesses []string `json:"witnesses,omitempty"`
}

// Sound tells that nothing is wrong.
func (r *Report) Sound() bool { return len(r.Faults) == 0 }

func (r *Report) add(f *fault.Error) { r.Faults = append(r.Faults, f) }

// addError adds a fault that the log shows, and gives back any other error.
func (r *Report) addError(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Code == fault.Conflict {
		r.add(f)
		return nil
	}
	return err
}

// Verify computes every tree anew from its leaves, checks the signatures and that no checkpoint was taken back, and
// follows the anchors from tree to tree. Where entries are given, in the order of their positions, it checks their chains
// and that they are the ones the log holds; nil checks the log alone. The error says that we could not look.
func (l *Log) Verify(entries iter.Seq2[ledger.Entry, error]) (*Report, error) {
	r := &Report{Log: l.About.ID, Dropped: l.Dropped}
	c := &comparison{report: r, heads: map[int64]ledger.Head{}, inLog: map[ledger.Hash]place{}}
	if entries != nil {
		next, stop := pull(entries)
		defer stop()
		c.next = next
		if err := c.advance(); err != nil {
			return r, err
		}
	}
	segments, err := l.begun()
	if err != nil {
		return r, err
	}
	from, err := l.lastStart(segments)
	if err != nil {
		if err := r.addError(err); err != nil {
			return r, err
		}
	}
	for i, name := range segments {
		var against *comparison
		if entries != nil && i >= from {
			against = c
		}
		if err := r.addError(l.verifyTree(r, i, name, against)); err != nil {
			return r, err
		}
	}
	if entries == nil {
		return r, nil
	}
	return r, c.finish()
}

func pull(entries iter.Seq2[ledger.Entry, error]) (next func() (ledger.Entry, error, bool), stop func()) {
	return iter.Pull2(entries)
}

// begun are the trees that hold leaves: all but the last, where nothing was signed there yet.
func (l *Log) begun() ([]string, error) {
	if len(l.Segments) == 0 {
		return nil, nil
	}
	end := len(l.Segments) - 1
	t, err := l.Tree(l.Segments[end])
	if err != nil {
		return nil, err
	}
	yes, err := t.Begun()
	if err != nil || yes {
		return l.Segments, err
	}
	return l.Segments[:end], nil
}

// lastStart is the first tree of those that hold today's entries: where a log was begun anew, the trees before are about
// what the database was then.
func (l *Log) lastStart(segments []string) (int, error) {
	for i, name := range slices.Backward(segments) {
		t, err := l.Tree(name)
		if err != nil {
			return 0, err
		}
		a, err := t.Anchor()
		if err != nil {
			return 0, err
		}
		if a.Reason != ReasonPeriod {
			return i, nil
		}
	}
	return 0, nil
}

func (l *Log) verifyTree(r *Report, i int, name string, against *comparison) error {
	t, err := l.Tree(name)
	if err != nil {
		return err
	}
	var anchor Anchor
	cp, faults, err := t.inspect(func(index uint64, leaf []byte) error {
		if index == 0 {
			var err error
			if anchor, err = ParseAnchor(leaf); err != nil {
				return at(err, name)
			}
			return at(l.followsOn(i, anchor), name)
		}
		position := anchor.First + int64(index) - 1
		hash, ok := ParseLeaf(leaf)
		if !ok {
			r.add(Broken("leaf", "%s is no hash of an entry", positionName(name, index, position)))
		}
		if against == nil {
			return nil
		}
		return against.leaf(place{name, index, position, hash})
	})
	r.Faults = append(r.Faults, faults...)
	if err != nil {
		return err
	}
	report := TreeReport{Name: name, Leaves: cp.Size, First: anchor.First, Opened: anchor.Opened, Signed: cp.At}
	if l.Policy != nil {
		var enough bool
		if enough, report.Witnesses = l.Policy.Signed(cp.Note); !enough && !l.Policy.FailOpen && i == len(l.Segments)-1 {
			r.add(Broken("witnesses", "%s was co-signed by too few witnesses: %s", cp, listed(report.Witnesses)).At(name))
		}
		slices.Sort(report.Witnesses)
	}
	r.Trees = append(r.Trees, report)
	return nil
}

// followsOn checks that a tree names itself and the checkpoint on which the tree before it ended.
func (l *Log) followsOn(i int, a Anchor) error {
	name := l.Segments[i]
	if a.Segment != name {
		return Broken("anchor", "the tree says that it is %s", a.Segment)
	}
	before := ""
	switch {
	case i > 0:
		before = l.Segments[i-1]
	case len(l.Dropped) > 0:
		before = l.Dropped[len(l.Dropped)-1]
	}
	switch {
	case a.Previous == before:
	case before == "" && a.Reason != ReasonPeriod:
		return nil // begun anew beside a database that was brought back: the trees before are elsewhere
	default:
		return Broken("missing", "the tree before it, %s, is missing", a.Previous)
	}
	if before == "" {
		return nil
	}
	end, first, err := l.endOf(before, i == 0)
	if err != nil {
		return err
	}
	if string(end.Note) != a.Last {
		return Broken("anchor", "%s did not end on the checkpoint that this tree names", before)
	}
	if first > 0 && a.Reason == ReasonPeriod && a.First != first+int64(end.Size)-1 {
		return Broken("anchor", "it begins at position %d, and %s ended before position %d", a.First, before, first+int64(end.Size)-1)
	}
	return nil
}

// endOf is the last checkpoint of a tree, and the position of its first entry, 0 where the tree was dropped.
func (l *Log) endOf(name string, dropped bool) (Checkpoint, int64, error) {
	if dropped {
		raw, err := fs.ReadFile(l.files, path.Join(DroppedDir, name))
		if err != nil {
			return Checkpoint{}, 0, unreadable(name, err)
		}
		cp, err := ParseCheckpoint(raw, l.About.Origin(name), l.Keys)
		return cp, 0, err
	}
	t, err := l.Tree(name)
	if err != nil {
		return Checkpoint{}, 0, err
	}
	cp, err := t.Checkpoint()
	if err != nil {
		return cp, 0, err
	}
	a, err := t.Anchor()
	return cp, a.First, err
}
