package store

import (
	"sync"
	"time"
)

// allocator gives time-ordered numbers: milliseconds since 2020 in the upper bits, a counter in the lower 22, so that
// new keys land at the end of their trees. Numbers never repeat within a process; a process that starts within the
// same millisecond as another ended on the same database does not happen, as opening takes longer than that.
type allocator struct {
	mu   sync.Mutex
	last int64
	now  func() time.Time
}

const idEpoch = 1577836800000 // 2020-01-01T00:00:00Z in milliseconds

// next reserves n numbers and gives the first.
func (a *allocator) next(n int) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := (a.now().UnixMilli() - idEpoch) << 22
	if id <= a.last {
		id = a.last + 1
	}
	a.last = id + int64(n) - 1
	return id
}

// NextIDs reserves n time-ordered numbers and gives the first. Every kind of thing draws from the same numbers.
func (s *Store) NextIDs(n int) int64 { return s.ids.next(n) }
