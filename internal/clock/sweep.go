package clock

import "cmp"

// page is how many matters a sweep looks for at once.
const page = 256

// Sweep goes through what time has brought about: matters that have come to their end, or that somebody let lie. next
// gives at most limit of them behind an id, in the order of their ids, each once; id is that of a matter; act does what is
// to be done and says whether there was anything: another process may have been first. The ids of those on which it
// acted come back, beside an error too. A matter on which nothing can be done keeps none behind it waiting.
func Sweep[P any, ID cmp.Ordered](next func(after ID, limit int) ([]P, error), id func(P) ID, act func(P) (bool, error)) ([]ID, error) {
	done := []ID{}
	var last ID
	for {
		found, err := next(last, page)
		if err != nil {
			return done, err
		}
		for _, p := range found {
			acted, err := act(p)
			if err != nil {
				return done, err
			}
			if acted {
				done = append(done, id(p))
			}
			last = id(p)
		}
		if len(found) < page {
			return done, nil
		}
	}
}
