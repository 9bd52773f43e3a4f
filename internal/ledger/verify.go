package ledger

import (
	"iter"

	"probity/internal/subject"
)

// Verify reads entries ordered by subject and sequence, and heads ordered by subject, and names the first entry that
// was changed, is missing or has moved. heads may be nil; entries lost at the end of a chain are then not seen. An
// error of an iterator is returned as it is: it means that we could not look, not that the ledger is broken.
func Verify(entries iter.Seq2[Entry, error], heads iter.Seq2[Head, error]) error {
	tips := map[subject.ID]Head{}
	var last Head
	for e, err := range entries {
		if err != nil {
			return err
		}
		if e.Subject != last.Subject {
			if _, seen := tips[e.Subject]; seen {
				return broken(e.Subject, "order", "entry %d stands apart from the others of its subject", e.Seq)
			}
			last = Head{Subject: e.Subject}
		}
		if err := Follows(last, &e); err != nil {
			return err
		}
		last = Head{Subject: e.Subject, Seq: e.Seq, Hash: e.Hash}
		if heads != nil {
			tips[e.Subject] = last
		}
	}
	if heads == nil {
		return nil
	}
	for h, err := range heads {
		if err != nil {
			return err
		}
		tip := tips[h.Subject]
		switch {
		case tip.Seq < h.Seq:
			return broken(h.Subject, "missing", "entries %d to %d are missing at the end", tip.Seq+1, h.Seq)
		case tip.Seq > h.Seq:
			return broken(h.Subject, "head", "the head names entry %d, but there are %d", h.Seq, tip.Seq)
		case tip.Hash != h.Hash:
			return broken(h.Subject, "head", "the head does not carry the hash of entry %d", h.Seq)
		}
		delete(tips, h.Subject)
	}
	for id, tip := range tips {
		return broken(id, "head", "there are %d entries and no head", tip.Seq)
	}
	return nil
}

// Follows checks that the entry is sound and stands behind the head of its subject's chain.
func Follows(last Head, e *Entry) error {
	switch {
	case e.Seq <= last.Seq:
		return broken(e.Subject, "order", "entry %d stands after entry %d", e.Seq, last.Seq)
	case e.Seq == last.Seq+2:
		return broken(e.Subject, "missing", "entry %d is missing", last.Seq+1)
	case e.Seq > last.Seq+1:
		return broken(e.Subject, "missing", "entries %d to %d are missing", last.Seq+1, e.Seq-1)
	case e.Hash != e.Sum():
		return broken(e.Subject, "changed", "entry %d of %s was changed after it was written", e.Seq, e.At.UTC().Format("2006-01-02 15:04:05"))
	case e.Prev != last.Hash:
		return broken(e.Subject, "changed", "entry %d does not follow from entry %d: one of the two was put there later", e.Seq, last.Seq)
	}
	return nil
}
