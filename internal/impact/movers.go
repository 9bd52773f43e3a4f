package impact

import (
	"cmp"
	"slices"
	"sync"
)

// before orders movers: by bands, then by points, then by id.
func before(x, y *mover) int {
	return cmp.Or(cmp.Compare(y.steps, x.steps), cmp.Compare(y.difference, x.difference), cmp.Compare(x.id, y.id))
}

// heap keeps the first movers, at most so many, in no order but for the last of them at the root.
type heap struct {
	most int
	list []mover
}

// takes tells whether a mover belongs among the first.
func (h *heap) takes(m *mover) bool {
	return len(h.list) < h.most || h.most > 0 && before(m, &h.list[0]) < 0
}

// put adds a mover that the heap takes, in place of the last one where it is full.
func (h *heap) put(m mover) {
	if len(h.list) < h.most {
		h.list = append(h.list, m)
		for i := len(h.list) - 1; i > 0; {
			up := (i - 1) / 2
			if before(&h.list[i], &h.list[up]) <= 0 {
				break
			}
			h.list[i], h.list[up] = h.list[up], h.list[i]
			i = up
		}
		return
	}
	h.list[0] = m
	for i := 0; ; {
		last := i
		for _, k := range []int{2*i + 1, 2*i + 2} {
			if k < len(h.list) && before(&h.list[k], &h.list[last]) > 0 {
				last = k
			}
		}
		if last == i {
			return
		}
		h.list[i], h.list[last] = h.list[last], h.list[i]
		i = last
	}
}

func (h *heap) join(o *heap) {
	for i := range o.list {
		if h.takes(&o.list[i]) {
			h.put(o.list[i])
		}
	}
}

// sorted are the movers, the first one first.
func (h *heap) sorted() []Mover {
	slices.SortFunc(h.list, func(x, y mover) int { return before(&x, &y) })
	list := make([]Mover, len(h.list))
	for i := range h.list {
		list[i] = h.list[i].is
	}
	return list
}

// describe says of a mover where it stands and what moves it.
func (w *worker) describe(m *mover, x *block, i int) {
	c := w.c
	way := &c.ways[int(w.was[i])*c.newStates()+int(w.is[i])]
	m.is = Mover{
		Subject: m.id.String(), From: w.bandsNames[0][w.was[i]], To: w.bandsNames[1][w.is[i]], Steps: way.steps,
		Score: x.was.Score(i), NewScore: x.is.Score(i), Difference: x.is.Score(i) - x.was.Score(i), Through: []Through{},
	}
	for n := range c.terms {
		t := &c.terms[n]
		if d := t.difference(x.was, x.is, i); d != 0 {
			m.is.Through = append(m.is.Through, Through{t.kind, t.name, t.title, d})
		}
	}
	slices.SortStableFunc(m.is.Through, func(x, y Through) int { return cmp.Compare(max(y.Points, -y.Points), max(x.Points, -x.Points)) })
}

// ahead is how many blocks may wait for one that is not done.
const ahead = 64

// outbox writes the movements of blocks in the order of the blocks, though they come as they are done.
type outbox struct {
	write   func([]Movement) error
	lock    *sync.Mutex
	turn    *sync.Cond
	next    int
	waiting map[int][]Movement
	err     error
}

func newOutbox(write func([]Movement) error) outbox {
	lock := &sync.Mutex{}
	return outbox{write: write, lock: lock, turn: sync.NewCond(lock), waiting: map[int][]Movement{}}
}

// add takes the movements of a block, and waits where too many blocks are ahead of the one that is to be written next:
// the worker that has that one never waits.
func (o *outbox) add(number int, list []Movement) error {
	o.lock.Lock()
	defer o.lock.Unlock()
	for o.err == nil && number > o.next+ahead {
		o.turn.Wait()
	}
	if number != o.next {
		o.waiting[number] = slices.Clone(list)
		return o.err
	}
	for ok := true; ok && o.err == nil; {
		if len(list) > 0 {
			o.err = o.write(list)
		}
		o.next++
		list, ok = o.waiting[o.next]
		delete(o.waiting, o.next)
	}
	o.turn.Broadcast()
	return o.err
}
