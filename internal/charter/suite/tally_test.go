package suite_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// score is how often an operation was accepted, refused as forbidden, and could not be tried since there was nothing to
// try it with.
type score struct{ done, refused, idle int }

// tally counts over all histories of a run, so that an operation that never gets anywhere shows. It is printed with -v.
type tally struct {
	sync.Mutex
	of map[string]score
}

var theTally = tally{of: map[string]score{}}

func (t *tally) count(operation string, a act) {
	t.Lock()
	defer t.Unlock()
	s := t.of[operation]
	switch {
	case a.name == "":
		s.idle++
	case a.err == nil:
		s.done++
	default:
		s.refused++
	}
	t.of[operation] = s
}

// score is what came of an operation until now.
func (t *tally) score(operation string) score {
	t.Lock()
	defer t.Unlock()
	return t.of[operation]
}

func (t *tally) print() {
	t.Lock()
	defer t.Unlock()
	for _, name := range slices.Sorted(maps.Keys(t.of)) {
		s := t.of[name]
		fmt.Fprintf(os.Stdout, "%-32s %6d accepted %6d refused %6d without occasion\n", name, s.done, s.refused, s.idle)
	}
}

// alwaysForbidden are the operations that only try what nobody may do, each with what it tries.
var alwaysForbidden = map[string]string{
	"knock":                       "asks at each door with a scope that was not opened for it",
	"report on an erased subject": "brings back what was erased",
	"use the quota up":            "reads once more than the quota allows",
}

// tries is how often one history tries an operation that nobody has got anywhere with; rounds is how often as many histories
// as any property runs are added while there is such an operation.
const (
	tries  = 25
	rounds = 10
)

// TestEveryOperationIsAccepted: none of the operations only ever fails for want of occasion, or is only ever refused, so that
// the histories would prove nothing of it. Each is tried, after what gives occasion to it, until it is accepted.
func TestEveryOperationIsAccepted(t *testing.T) {
	t.Parallel()
	waiting := func(o operation) bool {
		s := theTally.score(o.name)
		if _, forbidden := alwaysForbidden[o.name]; forbidden {
			return s.refused == 0
		}
		return s.done == 0
	}
	for range rounds {
		if !slices.ContainsFunc(operations(), waiting) {
			return
		}
		rapid.Check(t, func(r *rapid.T) {
			missing := slices.DeleteFunc(operations(), func(o operation) bool { return !waiting(o) })
			if len(missing) == 0 {
				return
			}
			h := open(t, r)
			for _, o := range missing {
				for n := 0; n < tries && waiting(o); n++ {
					h.step(o)
				}
			}
		})
		if t.Failed() {
			return
		}
	}
	for _, o := range operations() {
		if s := theTally.score(o.name); waiting(o) {
			t.Errorf("%q was never accepted: %d times refused, %d times without occasion", o.name, s.refused, s.idle)
		}
	}
}
