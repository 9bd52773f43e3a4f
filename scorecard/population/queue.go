package population

import "sync"

// queue hands out the blocks in order and knows which have been through the sink.
type queue struct {
	from, to, size int

	mu sync.Mutex
	// turn wakes those who wait for their block to be the next one for the sink.
	turn sync.Cond
	// given counts blocks handed out, finished those that the sink has had, rated their subjects.
	given, finished, rated int
	// ended stops everything; err is why.
	ended bool
	err   error
}

func newQueue(from, to, size int) *queue {
	q := &queue{from: from, to: to, size: size}
	q.turn.L = &q.mu
	return q
}

// next is the next block: its number and its subjects, end excluded; ok is false where there is none left.
func (q *queue) next() (number, first, end int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	first = q.from + q.given*q.size
	if q.ended || first >= q.to {
		return 0, 0, 0, false
	}
	number = q.given
	q.given++
	return number, first, min(first+q.size, q.to), true
}

// await waits until all blocks before the given one have been through the sink. Blocks are handed out in order, so the
// worker with the least one never waits. It is false where the run ended meanwhile.
func (q *queue) await(number int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.finished < number && !q.ended {
		q.turn.Wait()
	}
	return !q.ended
}

// done counts a block that the sink has had. It is false where the run ended meanwhile.
func (q *queue) done(subjects int, progress func(done, of int)) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.finished++
	q.rated += subjects
	q.turn.Broadcast()
	if progress != nil && !q.ended {
		progress(q.rated, q.to-q.from)
	}
	return !q.ended
}

// end stops the run; the first reason counts.
func (q *queue) end(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return
	}
	q.ended, q.err = true, err
	q.turn.Broadcast()
}

// result is nil where every block has been through the sink, whatever came after the last of them.
func (q *queue) result() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.rated == q.to-q.from {
		return nil
	}
	return q.err
}
