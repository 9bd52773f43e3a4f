package notary

import (
	"context"
	"os"

	"probity/internal/fault"
	"probity/internal/ledger/tlog"
)

// Receipt proves that the entry at the position is in the log; it waits until a signed checkpoint covers the entry. What
// the leaf was made of is for the caller to add, who knows what may be shown. An entry in a tree that was dropped, or none,
// is NotFound.
func (n *Notary) Receipt(ctx context.Context, position int64) (tlog.Receipt, error) {
	if err := n.Flush(ctx); err != nil {
		return tlog.Receipt{}, err
	}
	if position < 1 || position > n.covered.Load() {
		return tlog.Receipt{}, fault.New(fault.NotFound, "notary.position", "there is no entry at position %d in the log", position).
			With("where it was written just now by another process, ask again in a few seconds")
	}
	l, err := tlog.Open(os.DirFS(n.opt.Dir))
	if err != nil {
		return tlog.Receipt{}, unusable(err)
	}
	segments, err := n.opt.Book.Segments(ctx)
	if err != nil {
		return tlog.Receipt{}, err
	}
	for i := len(segments) - 1; i >= 0; i-- {
		if g := segments[i]; g.First <= position {
			return l.Receipt(g.Name, uint64(position-g.First)+1)
		}
	}
	return tlog.Receipt{}, fault.New(fault.NotFound, "notary.position", "the log does not reach back to position %d", position)
}
