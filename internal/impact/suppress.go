package impact

import "slices"

// table is the counts of disjoint cells and of sums over them that are to be shown together. It is made safe as a whole:
// what is not shown cannot be computed from what is.
type table struct {
	cells []int64
	sums  []sum
	// hidden is the outcome, by cell; that of a sum stands in it.
	hidden []bool
}

// sum is the number of subjects in some cells.
type sum struct {
	of    []int
	value int64
	// fixed sums are known from elsewhere and cannot be hidden.
	fixed, hidden bool
}

func newTable(cells []int64) *table {
	return &table{cells: cells, hidden: make([]bool, len(cells))}
}

// add adds a sum, and gives its place.
func (t *table) add(of []int, fixed bool) int {
	s := sum{of: of, fixed: fixed}
	for _, c := range of {
		s.value += t.cells[c]
	}
	t.sums = append(t.sums, s)
	return len(t.sums) - 1
}

func small(n, below int64) bool { return n > 0 && n < below }

// hideAll hides everything that is not known from elsewhere.
func (t *table) hideAll() {
	for i := range t.hidden {
		t.hidden[i] = true
	}
	for i := range t.sums {
		t.hideSum(i)
	}
}

// protect hides counts from 1 to below-1, and as many others as it takes (complementary suppression), so that neither a
// hidden small cell or sum nor a small remainder of a sum that is shown follows from what is shown. Zeros may be shown.
func (t *table) protect(below int64) {
	for i, n := range t.cells {
		t.hidden[i] = small(n, below)
	}
	for i := range t.sums {
		s := &t.sums[i]
		s.hidden = !s.fixed && small(s.value, below)
	}
	for t.one(below) {
	}
	t.reveal(below)
}

// one looks for something that should not follow from what is shown, and hides one more count; false where all is well.
func (t *table) one(below int64) bool {
	k := t.known()
	open := make([]bool, len(t.cells)) // hidden, and not to be computed
	for c := range open {
		open[c] = t.hidden[c] && !k.follows([]int{c})
	}
	for c, hidden := range t.hidden {
		if hidden && !open[c] && small(t.cells[c], below) && t.cut(k, []int{c}) {
			return true
		}
	}
	for i := range t.sums {
		s := &t.sums[i]
		if s.hidden && !k.follows(s.of) {
			continue
		}
		n, rest := 0, int64(0)
		for _, c := range s.of {
			if open[c] {
				n++
				rest += t.cells[c]
			}
		}
		if s.hidden && small(s.value, below) || small(rest, below) || n == 1 {
			if t.hideSum(i) || t.cut(k, s.of) || t.hideIn(s.of) {
				return true
			}
		}
	}
	return false
}

// cut hides one of the counts from which the number in some cells follows: the smallest sum that can be hidden, one that is
// not 0 where there is any, or else a cell.
func (t *table) cut(k *known, of []int) bool {
	from, _ := k.span.made(k.vector(of, -1))
	best := -1
	var over []int
	for _, i := range from {
		over = append(over, t.sums[i].of...)
		if s := &t.sums[i]; s.fixed || s.hidden || best >= 0 && !firmer(s.value, t.sums[best].value) {
			continue
		}
		best = i
	}
	if best >= 0 {
		return t.hideSum(best)
	}
	return t.hideIn(of) || t.hideIn(over)
}

// firmer tells which of two counts is the better one to hide: not 0, and small.
func firmer(a, b int64) bool { return a > 0 && (b == 0 || a < b) }

// reveal shows what is large enough and follows from what is shown anyway.
func (t *table) reveal(below int64) {
	k := t.known()
	for i := range t.sums {
		if s := &t.sums[i]; s.hidden && !small(s.value, below) && k.follows(s.of) {
			s.hidden = false
		}
	}
	for c, hidden := range slices.Clone(t.hidden) {
		if hidden && !small(t.cells[c], below) && k.follows([]int{c}) {
			t.hidden[c] = false
		}
	}
}

// known is everything that follows from the sums and cells that are shown.
type known struct {
	place []int // of each cell among those that are hidden; -1 for one that is shown
	n     int
	sums  int
	span  *span
}

func (t *table) known() *known {
	k := &known{place: make([]int, len(t.cells)), sums: len(t.sums)}
	for c, hidden := range t.hidden {
		k.place[c] = -1
		if hidden {
			k.place[c] = k.n
			k.n++
		}
	}
	k.span = newSpan(k.n)
	for i := range t.sums {
		if !t.sums[i].hidden {
			k.span.add(k.vector(t.sums[i].of, i))
		}
	}
	return k
}

// vector is the hidden ones among some cells, and behind them the number of the sum that they are, -1 for none.
func (k *known) vector(of []int, number int) []uint64 {
	v := make([]uint64, k.n+k.sums)
	for _, c := range of {
		if k.place[c] >= 0 {
			v[k.place[c]] = 1
		}
	}
	if number >= 0 {
		v[k.n+number] = 1
	}
	return v
}

// follows tells whether the number in some cells can be computed.
func (k *known) follows(of []int) bool {
	_, ok := k.span.made(k.vector(of, -1))
	return ok
}

// hideIn hides the smallest cell that is shown among some, one that is not 0 where there is any.
func (t *table) hideIn(of []int) bool {
	best := -1
	for _, c := range of {
		if t.hidden[c] {
			continue
		}
		if best < 0 || firmer(t.cells[c], t.cells[best]) {
			best = c
		}
	}
	if best >= 0 {
		t.hidden[best] = true
	}
	return best >= 0
}

func (t *table) hideSum(i int) bool {
	if t.sums[i].fixed || t.sums[i].hidden {
		return false
	}
	t.sums[i].hidden = true
	return true
}

// cell and whole are what is shown of a cell and of a sum.
func (t *table) cell(c int) Count {
	return Count{N: masked(t.cells[c], t.hidden[c]), Hidden: t.hidden[c]}
}

func (t *table) whole(i int) Count {
	s := &t.sums[i]
	return Count{N: masked(s.value, s.hidden), Hidden: s.hidden}
}

// masked leaves nothing of a number that is not shown.
func masked(n int64, hidden bool) int64 {
	if hidden {
		return 0
	}
	return n
}

// shown makes a list of counts safe that add up to a total which is known.
func shown(counts []int64, below int64) []Count {
	t := newTable(counts)
	t.add(upTo(len(counts)), true)
	t.protect(below)
	list := make([]Count, len(counts))
	for i := range list {
		list[i] = t.cell(i)
	}
	return list
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
