package suite_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
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

func (t *tally) print() {
	t.Lock()
	defer t.Unlock()
	for _, name := range slices.Sorted(maps.Keys(t.of)) {
		s := t.of[name]
		fmt.Fprintf(os.Stdout, "%-32s %6d accepted %6d refused %6d without occasion\n", name, s.done, s.refused, s.idle)
	}
}
