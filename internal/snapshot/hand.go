package snapshot

import (
	"context"

	"probity/internal/record"
)

// Records are read from the store on one core and put into columns on another. They go from one to the other by the tray.

// trayRecords is how many records a tray holds, trays how many there are.
const (
	trayRecords = 512
	trays       = 3
)

// tray is some records, with payloads of their own.
type tray struct {
	records []record.Version
	text    []byte
}

func (t *tray) put(v *record.Version) {
	start := len(t.text)
	t.text = append(t.text, v.Payload...) // where it grows, what was put before stands in the old room
	t.records = append(t.records, *v)
	t.records[len(t.records)-1].Payload = t.text[start:len(t.text):len(t.text)]
}

// hand calls take with every record that read yields, in its order; read runs beside it. The first fault ends both.
func (b *build) hand(ctx context.Context, read func(context.Context, func(*record.Version) error) error, take func(*record.Version) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	full, empty := make(chan *tray, trays), make(chan *tray, trays)
	if b.trays == nil {
		for range trays {
			b.trays = append(b.trays, &tray{records: make([]record.Version, 0, trayRecords)})
		}
	}
	for _, t := range b.trays {
		t.records, t.text = t.records[:0], t.text[:0]
		empty <- t
	}
	fault := make(chan error, 1)
	go func() {
		defer close(full)
		now := <-empty
		err := read(ctx, func(v *record.Version) error {
			if now.put(v); len(now.records) < trayRecords {
				return nil
			}
			full <- now // there is room for all there are
			select {
			case now = <-empty:
				return nil
			case <-ctx.Done():
				now = &tray{}
				return ctx.Err()
			}
		})
		if len(now.records) > 0 && err == nil {
			full <- now
		}
		fault <- err
	}()
	var failed error
	for t := range full {
		for i := range t.records {
			if failed == nil {
				failed = take(&t.records[i])
			}
		}
		if failed != nil {
			end()
		}
		t.records, t.text = t.records[:0], t.text[:0]
		empty <- t
	}
	if err := <-fault; failed == nil {
		failed = err
	}
	return failed
}
