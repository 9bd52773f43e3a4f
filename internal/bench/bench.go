// Package bench measures what docs/performance.md promises. `make bench` prints one JSON object per figure; `make bench
// ONLY=intake` runs those whose names start so.
//
// A figure is an entry of [Figures], one file each. Where it is a ratio, both sides are measured in turn in the same run
// by [Ratio], because on a shared machine the same program differs by a third from one minute to the next.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Figure is one measurement by name.
type Figure struct {
	// Name is the name in docs/performance.md, for example "scorecard.one.ns".
	Name string
	// Unit is what Value counts: "ns", "s", "records/s", "x".
	Unit string
	// What tells in a line what is measured, against what, on what input.
	What string
	// Measure runs it. It may write progress to the run's log and files to its folder, which is empty at the start.
	Measure func(ctx context.Context, run Run) (Reading, error)
}

// Run is what a measurement is given.
type Run struct {
	// Dir is an empty folder of its own, removed afterwards.
	Dir string
	// Log takes progress for people.
	Log io.Writer
	// Now is the clock.
	Now func() time.Time
}

// Tell writes a line of progress, formatted as by fmt.Sprintf. A log that cannot be written to stops no measurement.
func (r Run) Tell(format string, args ...any) {
	_, _ = fmt.Fprintf(r.Log, format+"\n", args...)
}

// Reading is what came out.
type Reading struct {
	Value float64
	// Rival is the other side's value in the same unit, 0 where there is none.
	Rival float64
	// Ratio is what the name's "vs" says, 0 where there is none: our time over theirs, or our rate over theirs for the
	// rivals that docs/performance.md names.
	Ratio float64
}

// Line is the JSON of one figure; field order and names are a promise to scripts.
type Line struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	Unit  string   `json:"unit"`
	Rival *float64 `json:"rival,omitempty"`
	Ratio *float64 `json:"ratio,omitempty"`
}

// ErrNotMeasured is the error of a figure for which this machine lacks something. The figures after it are measured.
var ErrNotMeasured = errors.New("not measured")

// Select returns the figures whose names start with the prefix, in order of name. A prefix that fits none is an error
// that lists the names there are: a benchmark that silently measures nothing is worse than none.
func Select(figures []Figure, prefix string) ([]Figure, error) {
	var chosen []Figure
	names := make([]string, 0, len(figures))
	for _, f := range figures {
		names = append(names, f.Name)
		if strings.HasPrefix(f.Name, prefix) {
			chosen = append(chosen, f)
		}
	}
	if len(chosen) == 0 {
		slices.Sort(names)
		return nil, fmt.Errorf("no figure starts with %q; there are: %s", prefix, strings.Join(names, ", "))
	}
	slices.SortFunc(chosen, func(a, b Figure) int { return strings.Compare(a.Name, b.Name) })
	return chosen, nil
}

// Print measures the figures one after the other and writes a line of JSON for each as soon as it is known. dir makes an
// empty folder for a figure and returns how to remove it. It stops at the first that
// fails; one that cannot be taken here ([ErrNotMeasured]) is told and left out.
func Print(ctx context.Context, figures []Figure, out io.Writer, run Run, dir func() (string, func(), error)) error {
	encoder := json.NewEncoder(out)
	for _, figure := range figures {
		run.Tell("%s: %s", figure.Name, figure.What)
		reading, err := take(ctx, figure, run, dir)
		if errors.Is(err, ErrNotMeasured) {
			run.Tell("%s: %s", strings.ToUpper(figure.Name), err)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", figure.Name, err)
		}
		if err := encoder.Encode(line(figure, reading)); err != nil {
			return err
		}
	}
	return nil
}

func take(ctx context.Context, figure Figure, run Run, dir func() (string, func(), error)) (Reading, error) {
	path, remove, err := dir()
	if err != nil {
		return Reading{}, err
	}
	defer remove()
	run.Dir = path
	return figure.Measure(ctx, run)
}

func line(figure Figure, r Reading) Line {
	l := Line{Name: figure.Name, Value: r.Value, Unit: figure.Unit}
	if r.Rival != 0 {
		l.Rival = &r.Rival
	}
	if r.Ratio != 0 {
		l.Ratio = &r.Ratio
	}
	return l
}

// Side is one side of a comparison: it does the work once and returns how long that took, what it set up apart.
type Side func(ctx context.Context, round int) (time.Duration, error)

// Ratio runs both sides in turn, rounds times, starting with the other side every second round, and returns the medians
// in seconds and ours over theirs.
func Ratio(ctx context.Context, run Run, rounds int, ours, theirs Side) (Reading, error) {
	var a, b []time.Duration
	sides := []struct {
		name string
		side Side
		took *[]time.Duration
	}{{"ours", ours, &a}, {"theirs", theirs, &b}}
	for round := range rounds {
		for turn := range sides {
			s := sides[(turn+round)%len(sides)]
			took, err := s.side(ctx, round)
			if err != nil {
				return Reading{}, fmt.Errorf("%s, round %d: %w", s.name, round+1, err)
			}
			*s.took = append(*s.took, took)
			run.Tell("  round %d of %d, %s: %.3f s", round+1, rounds, s.name, took.Seconds())
		}
	}
	value, rival := median(a).Seconds(), median(b).Seconds()
	if rival == 0 {
		return Reading{}, fmt.Errorf("the other side took no time that the clock could see; give it more to do")
	}
	return Reading{Value: value, Rival: rival, Ratio: value / rival}, nil
}

// median of an even number is the mean of the middle two; of none it is 0.
func median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	t := slices.Sorted(slices.Values(times))
	return (t[(len(t)-1)/2] + t[len(t)/2]) / 2
}
