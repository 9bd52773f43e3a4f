package engine

import (
	"context"
	"math/rand/v2"
	"time"
)

// Patience is how long a beginning is tried again: as long as a server takes to restart.
const Patience = 10 * time.Second

// Patiently calls f until it succeeds, or fails with what does not pass by waiting, or until Patience or the context is at its end.
// The pauses double from 20 milliseconds to a second, each shorter by chance, so that processes that were cut off together
// do not come back together. It gives f's last error.
func Patiently(ctx context.Context, passing func(error) bool, f func() error) error {
	return PatientlyFor(ctx, Patience, passing, f)
}

// PatientlyFor is [Patiently] with an end of its own.
func PatientlyFor(ctx context.Context, most time.Duration, passing func(error) bool, f func() error) error {
	waiting, stop := context.WithTimeout(ctx, most)
	defer stop()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := f()
		if err == nil || !passing(err) {
			return err
		}
		select {
		case <-time.After(pause/2 + rand.N(pause/2)):
		case <-waiting.Done():
			return err
		}
	}
}
