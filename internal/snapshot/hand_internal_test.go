package snapshot

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"probity/internal/record"
)

// TestHand: records come in their order with what they held when they were read; the first fault, on either side, ends both.
func TestHand(t *testing.T) {
	t.Parallel()
	const all = 10*trayRecords + 7
	b := &build{}
	read := func(until int, end error) func(context.Context, func(*record.Version) error) error {
		return func(ctx context.Context, yield func(*record.Version) error) error {
			room := make([]byte, 0, 20) // as the store has it, what is yielded is good until yield returns
			for n := range until {
				room = strconv.AppendInt(room[:0], int64(n), 10)
				if err := yield(&record.Version{Record: record.ID(n + 1), Payload: room}); err != nil {
					return err
				}
			}
			return errors.Join(end, ctx.Err())
		}
	}
	for range 2 { // a second page has the same trays
		next := 0
		if err := b.hand(t.Context(), read(all, nil), func(v *record.Version) error {
			if v.Record != record.ID(next+1) || string(v.Payload) != strconv.Itoa(next) {
				t.Fatalf("%d came as %s with %q", next, v.Record, v.Payload)
			}
			next++
			return nil
		}); err != nil || next != all {
			t.Fatalf("%d of %d records, %v", next, all, err)
		}
	}
	broken := errors.New("broken")
	for _, at := range []int{0, 1, trayRecords, 5 * trayRecords} {
		if err := b.hand(t.Context(), read(at, broken), func(*record.Version) error { return nil }); !errors.Is(err, broken) {
			t.Errorf("reading broke after %d: %v", at, err)
		}
		taken := 0
		if err := b.hand(t.Context(), read(all, nil), func(*record.Version) error {
			if taken++; taken > at {
				return broken
			}
			return nil
		}); !errors.Is(err, broken) || taken != at+1 {
			t.Errorf("taking broke after %d: %d, %v", at, taken, err)
		}
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := b.hand(ctx, read(all, nil), func(*record.Version) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("ended from outside: %v", err)
	}
}
