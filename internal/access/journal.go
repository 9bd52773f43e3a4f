package access

import (
	"context"
	"time"

	"probity/internal/batch"
	"probity/internal/fault"
)

// journal makes entries durable, many at a time; where they cannot be written, none of them is.
type journal struct{ *batch.Batch[*Line] }

func newJournal(now func() time.Time, store Store) journal {
	return journal{batch.New(now, func(ctx context.Context, lines []*Line) error { return unwritten(store.RecordReads(ctx, lines)) })}
}

// write returns when the line's entry is on disk or refused, or could not be written; the line may be looked at where it
// returns nil. Where ctx ends first the entry may still be
// written: a read that was recorded and not answered does no harm.
func (j journal) write(ctx context.Context, l *Line) error { return j.Put(ctx, l) }

func unwritten(err error) error {
	if err == nil || fault.Is(err, fault.Unavailable) {
		return err
	}
	return fault.New(fault.Unavailable, "access.unwritten", "the read could not be recorded, so nothing is answered").By(err).
		With("find out why the database cannot be written, then ask again")
}
