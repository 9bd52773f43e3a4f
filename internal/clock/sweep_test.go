package clock_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/internal/clock"
)

// due are the numbers up to most, as a book would find them.
func due(most int) func(after, limit int) ([]int, error) {
	return func(after, limit int) (list []int, err error) {
		for n := after + 1; n <= most && len(list) < limit; n++ {
			list = append(list, n)
		}
		return list, nil
	}
}

func itself(n int) int { return n }

// TestSweepPassesByWhatCannotBeDone: hundreds of matters on which nothing can be done, as where nobody stands above who let
// them lie, keep none behind them waiting; each is looked at once.
func TestSweepPassesByWhatCannotBeDone(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 1, 255, 256, 257, 512, 1000} {
		looked := 0
		done, err := clock.Sweep(due(most), itself, func(n int) (bool, error) {
			looked++
			return n > 600, nil
		})
		if err != nil || looked != most {
			t.Errorf("of %d it looked at %d: %v", most, looked, err)
		}
		want := []int{}
		for n := 601; n <= most; n++ {
			want = append(want, n)
		}
		if diff := cmp.Diff(want, done); diff != "" {
			t.Errorf("of %d it acted on others:\n%s", most, diff)
		}
	}
}

// TestSweepSaysWhatItDidBeforeAnError: what was done stays done, and is said.
func TestSweepSaysWhatItDidBeforeAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full")
	done, err := clock.Sweep(due(300), itself, func(n int) (bool, error) {
		if n == 258 {
			return false, broken
		}
		return true, nil
	})
	if !errors.Is(err, broken) || len(done) != 257 || !slices.Contains(done, 257) {
		t.Errorf("done %d, %v", len(done), err)
	}
	done, err = clock.Sweep(func(int, int) ([]int, error) { return nil, broken }, itself, func(int) (bool, error) { return true, nil })
	if !errors.Is(err, broken) || done == nil {
		t.Errorf("done %v, %v", done, err)
	}
}
