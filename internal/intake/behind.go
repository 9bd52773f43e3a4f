package intake

import (
	"context"

	"probity/internal/charter"
	"probity/internal/record"
)

// behind writes drafts in short commits, one while the next is gathered: merging and judging take one core, and the database
// another. The commits follow each other in the order of the drafts.
type behind struct {
	in      *ingest
	gather  *gathered
	full    chan *gathered
	empty   chan *gathered
	stopped chan struct{} // closed when nothing more is written
	err     error         // why; read once stopped is closed
}

// gathered are the drafts of one commit, as the Charter admits them.
type gathered struct {
	drafts   []record.Draft
	admitted []charter.Admitted
}

// commitMost is how many rows one commit writes at most: one ends where a subject does, so that no subject is marked twice, unless
// that would make it twice as long.
const commitMost = 2 * commitRows

func (in *ingest) newBehind(ctx context.Context) *behind {
	b := &behind{in: in, full: make(chan *gathered), empty: make(chan *gathered, 2), stopped: make(chan struct{})}
	for range cap(b.empty) {
		b.empty <- &gathered{drafts: make([]record.Draft, 0, commitMost)}
	}
	go b.write(ctx)
	return b
}

// write writes what is full until there is no more or it fails.
func (b *behind) write(ctx context.Context) {
	defer close(b.stopped)
	for g := range b.full {
		if b.err = b.in.desk.Store.AddVersions(ctx, b.in.number, g.admitted); b.err != nil {
			return
		}
		b.in.places.count(g.admitted)
		clear(g.drafts)
		g.drafts, g.admitted = g.drafts[:0], g.admitted[:0]
		b.empty <- g
	}
}

// add admits a draft, which is copied, to those that are written. Its error is the Charter's, or that of what was written before.
func (b *behind) add(d *record.Draft) error {
	if g := b.gather; g != nil {
		n := len(g.drafts)
		if n == commitMost || n >= commitRows && g.drafts[n-1].Subject != d.Subject {
			if err := b.hand(); err != nil {
				return err
			}
		}
	}
	if b.gather == nil {
		select {
		case b.gather = <-b.empty:
		case <-b.stopped:
			return b.err
		}
	}
	g := b.gather
	g.drafts = append(g.drafts, *d) // never beyond its room: those that were admitted point into it
	a, err := b.in.gate.Admit(&g.drafts[len(g.drafts)-1])
	g.admitted = append(g.admitted, a)
	return err
}

// hand hands over what was gathered.
func (b *behind) hand() error {
	select {
	case b.full <- b.gather:
		b.gather = nil
		return nil
	case <-b.stopped:
		return b.err
	}
}

// end hands over the rest, where all went well, and waits until everything is written or writing has failed.
func (b *behind) end(well bool) error {
	var err error
	if well && b.gather != nil {
		err = b.hand()
	}
	close(b.full)
	<-b.stopped
	if err != nil || !well {
		return err
	}
	return b.err
}
