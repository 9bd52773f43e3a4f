// Package index answers, for one record and at once, which of those that are there it may be the same as, and keeps the
// groups of records that are about the same one as records come and go, without linking everything anew.
//
// What records are weighed by is a saved model of package linkage: an index learns nothing from what it is given, so the
// same two records have the same evidence today and next year. Groups are those that a run would make of the same pairs:
// they depend on which records there are and on what is to be kept apart, not on the order of arrival, as long as no
// record has more than [Looked] others to be compared with. A group keeps its number when others come, go or part from it;
// [Change] says which number goes on.
package index

import (
	"cmp"
	"slices"
	"sync"

	"probity/linkage"
)

// Looked is about how many records one is compared with at most: those that share the rarest keys with it. What is shared
// by more than so many is no key.
const Looked = 1024

// Index is records with their groups. It is safe for several goroutines, which wait for each other.
type Index struct {
	mu     sync.Mutex
	saved  *linkage.Saved
	pool   *linkage.Pool
	least  float32
	near   float32
	names  []string // by record; "" for one that was removed
	number map[string]uint32
	group  []uint64          // by record
	holder map[uint64]uint32 // one of each group's records
	after  []uint32          // by record, the next of its group, in a ring
	next   uint64
	leads  map[uint64]uint64

	keys   postings
	first  map[uint64]uint32   // by mark, the record that is compared for all that say the same, the head
	copies map[uint32][]uint32 // the others, by that record
	copied map[uint32]uint32   // that record, by the others

	edges    map[uint32][]edge // between heads
	explored map[uint32]bool
	apart    map[string][]string
	buffer   []uint64
}

// edge is what is known of a record and another one.
type edge struct {
	to   uint32
	bits float32
}

// New makes an empty index under a saved model.
func New(s *linkage.Saved) *Index {
	return &Index{
		saved: s, pool: s.Pool(), least: s.Least(), near: s.Near(), number: map[string]uint32{}, holder: map[uint64]uint32{}, next: 1,
		leads: map[uint64]uint64{}, keys: newPostings(), first: map[uint64]uint32{}, copies: map[uint32][]uint32{}, copied: map[uint32]uint32{},
		edges: map[uint32][]edge{}, explored: map[uint32]bool{}, apart: map[string][]string{},
	}
}

// Len is the number of records.
func (x *Index) Len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.number)
}

// Found is a record that another may be the same as.
type Found struct {
	// Name is the record's, and Group the number of its group.
	Name  string `json:"id"`
	Group uint64 `json:"cluster"`
	// Probability is that the two are the same, Bits the evidence it comes from, and Evidence that field by field.
	Probability float64            `json:"probability"`
	Bits        float64            `json:"bits"`
	Evidence    []linkage.Evidence `json:"evidence"`
	// Linked tells that the probability reaches the threshold.
	Linked bool `json:"linked"`
}

// Load takes in a record that is known to stand in a group, without looking for others: groups were made before, by a run
// or by an index. A group of 0 is a new one of its own. The values stand in the order of [linkage.Saved.Columns]. A name
// that is there already is an error.
func (x *Index) Load(name string, values []string, group uint64) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	r, err := x.enter(name, values)
	if err != nil {
		return err
	}
	if group == 0 {
		group = x.next
	}
	x.next = max(x.next, group+1)
	x.assign(r, group)
	return nil
}

// Add takes in a record and finds its group: one that is there, several that it makes one, or a new one.
func (x *Index) Add(name string, values []string) (Change, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r, err := x.enter(name, values)
	if err != nil {
		return Change{}, err
	}
	if group, ok := x.asItsCopies(r); ok {
		x.assign(r, group)
		return Change{Group: group, Moved: []Moved{{Name: name, To: group}}}, nil
	}
	return x.settle([]uint32{r}), nil
}

// Remove takes a record out. What was in a group only through it parts.
func (x *Index) Remove(name string) (Change, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r, ok := x.number[name]
	if !ok {
		return Change{}, missing(name)
	}
	rest := x.closure([]uint32{r})
	x.leave(r)
	return x.settle(slices.DeleteFunc(rest, func(other uint32) bool { return other == r })), nil
}

// Find tells what a record that is not in the index may be the same as, the most probable first, at most so many. The index
// stays as it is.
func (x *Index) Find(values []string, most int) []Found {
	x.mu.Lock()
	defer x.mu.Unlock()
	forms := x.pool.Forms()
	r := x.pool.Add(values)
	defer func() {
		x.pool.Drop()
		x.pool.Shrink(forms)
	}()
	return x.found(r, x.candidates(r), most)
}

// Beside tells what a record of the index may be the same as, itself left out, the most probable first, at most so many.
func (x *Index) Beside(name string, most int) ([]Found, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r, ok := x.number[name]
	if !ok {
		return nil, missing(name)
	}
	return x.found(r, x.candidates(r), most), nil
}

// Pair weighs two records of the index.
func (x *Index) Pair(a, b string) (Found, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.number[a]
	j, also := x.number[b]
	switch {
	case !ok:
		return Found{}, missing(a)
	case !also:
		return Found{}, missing(b)
	}
	return x.found(i, []edge{{j, x.pool.Compare(i, j).Bits}}, 1)[0], nil
}

// found puts candidates into words. Where neither file names anybody twice, they share what one of them can have.
func (x *Index) found(r uint32, list []edge, most int) []Found {
	slices.SortFunc(list, func(a, b edge) int {
		return cmp.Or(-cmp.Compare(a.bits, b.bits), cmp.Compare(x.names[a.to], x.names[b.to]))
	})
	odds := 0.0
	for _, e := range list {
		odds += linkage.Odds(e.bits)
	}
	var all []Found
	for _, e := range list[:min(len(list), most)] {
		l := x.pool.Compare(r, e.to)
		f := Found{
			Name: x.names[e.to], Group: x.group[e.to], Probability: linkage.Probability(float64(e.bits)), Bits: float64(e.bits),
			Evidence: x.pool.Explain(l), Linked: e.bits >= x.least,
		}
		if x.saved.One() && len(list) > 1 {
			own := linkage.Odds(e.bits)
			f.Probability = own / (1 + odds)
			f.Linked = f.Probability >= x.saved.Config().Threshold
		}
		all = append(all, f)
	}
	return all
}

// Apart holds that two records are never in one group, whatever is found later: a human said so, or a strong identifier
// does. It holds for the names, whether or not they are in the index yet, and stays when they leave it.
func (x *Index) Apart(a, b string) Change {
	x.mu.Lock()
	defer x.mu.Unlock()
	if a == b || slices.Contains(x.apart[a], b) {
		return Change{}
	}
	x.apart[a], x.apart[b] = append(x.apart[a], b), append(x.apart[b], a)
	i, ok := x.number[a]
	j, also := x.number[b]
	if ok && also && x.group[i] == x.group[j] {
		return x.settle([]uint32{i, j})
	}
	// What says the same as others speaks for itself from now on, and weighs in their group on its own.
	var speaks []uint32
	if ok && len(x.copies[x.head(i)]) > 0 {
		speaks = append(speaks, i)
	}
	if also && len(x.copies[x.head(j)]) > 0 {
		speaks = append(speaks, j)
	}
	return x.settle(speaks)
}

// Group is the number of a record's group.
func (x *Index) Group(name string) (uint64, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r, ok := x.number[name]
	if !ok {
		return 0, missing(name)
	}
	return x.group[r], nil
}

// Members are the records of a group, by name; a number that gave way leads to the group that took it in.
func (x *Index) Members(group uint64) []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	group = x.standing(group)
	var names []string
	if r, ok := x.holder[group]; ok {
		for _, r := range x.ring(r) {
			names = append(names, x.names[r])
		}
	}
	slices.Sort(names)
	return names
}

// Standing is the number that goes on for one that gave way, itself where it stands.
func (x *Index) Standing(group uint64) uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.standing(group)
}

func (x *Index) standing(group uint64) uint64 {
	for {
		next, gone := x.leads[group]
		if !gone {
			return group
		}
		group = next
	}
}

// All gives every record with its group, in the order in which they came.
func (x *Index) All(give func(name string, group uint64)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for r, name := range x.names {
		if name != "" {
			give(name, x.group[r])
		}
	}
}

func missing(name string) error {
	return &linkage.Error{Place: name, Text: "there is no such record", Cure: "name a record of the index"}
}

// enter takes a record into the pool and makes it findable.
func (x *Index) enter(name string, values []string) (uint32, error) {
	if _, there := x.number[name]; there || name == "" {
		return 0, &linkage.Error{Place: name, Text: "a record of this name is there already, or it has none", Cure: "give every record a name of its own; remove the one that is there to replace it"}
	}
	r := x.pool.Add(values)
	x.names, x.group, x.after = append(x.names, name), append(x.group, 0), append(x.after, r)
	x.number[name] = r
	if first, there := x.first[x.pool.Mark(r)]; there && x.pool.Same(first, r) {
		x.copies[first] = append(x.copies[first], r)
		x.copied[r] = first
		return r, nil
	}
	x.present(r)
	return r, nil
}

// present makes a record the one that is compared for those that say the same.
func (x *Index) present(r uint32) {
	x.first[x.pool.Mark(r)] = r
	x.buffer = x.pool.AppendKeys(x.buffer[:0], r)
	x.keys.add(x.buffer, r)
}

// leave takes a record out of everything.
func (x *Index) leave(r uint32) {
	delete(x.number, x.names[r])
	x.names[r] = ""
	for _, e := range x.edges[r] {
		x.edges[e.to] = slices.DeleteFunc(x.edges[e.to], func(back edge) bool { return back.to == r })
	}
	x.unassign(r)
	first, isCopy := x.copied[r]
	switch rest := x.copies[r]; {
	case isCopy:
		delete(x.copied, r)
		if x.copies[first] = slices.DeleteFunc(x.copies[first], func(other uint32) bool { return other == r }); len(x.copies[first]) == 0 {
			delete(x.copies, first)
		}
	case len(rest) > 0: // the next of those that say the same is compared from now on
		heir := rest[0]
		delete(x.copied, heir)
		delete(x.copies, r)
		x.present(heir)
		delete(x.explored, heir)
		for _, other := range rest[1:] {
			x.copied[other] = heir
			x.copies[heir] = append(x.copies[heir], other)
		}
	default:
		delete(x.first, x.pool.Mark(r))
	}
	delete(x.edges, r)
	delete(x.explored, r)
}

// link notes what is known of two records.
func (x *Index) link(a, b uint32, bits float32) {
	if slices.ContainsFunc(x.edges[a], func(e edge) bool { return e.to == b }) {
		return
	}
	x.edges[a], x.edges[b] = append(x.edges[a], edge{b, bits}), append(x.edges[b], edge{a, bits})
}

// candidates are the records that share a rare key with one and are worth a look.
func (x *Index) candidates(r uint32) []edge {
	x.buffer = x.pool.AppendKeys(x.buffer[:0], r)
	var found []edge
	for _, other := range x.keys.near(x.buffer, Looked) {
		if other == r || x.names[other] == "" {
			continue
		}
		if _, isCopy := x.copied[other]; isCopy {
			continue
		}
		bits := x.pool.Compare(r, other).Bits
		if bits < x.near {
			continue
		}
		found = append(found, edge{other, bits})
		for _, same := range x.copies[other] {
			if same != r && len(found) < Looked {
				found = append(found, edge{same, bits})
			}
		}
	}
	return found
}

// explore finds a head's edges, once.
func (x *Index) explore(r uint32) {
	if x.explored[r] {
		return
	}
	x.explored[r] = true
	for _, e := range x.candidates(r) {
		if _, isCopy := x.copied[e.to]; !isCopy {
			x.link(r, e.to, e.bits)
		}
	}
}

// head is the record that is compared for one.
func (x *Index) head(r uint32) uint32 {
	if first, isCopy := x.copied[r]; isCopy {
		return first
	}
	return r
}

// asItsCopies is the group of a record that says what another has said already, where nothing has to be weighed anew:
// nobody around is to be kept apart from anybody, and the two say enough to be linked.
func (x *Index) asItsCopies(r uint32) (uint64, bool) {
	first, isCopy := x.copied[r]
	if !isCopy || !x.explored[first] || x.pool.Compare(first, r).Bits < x.least {
		return 0, false
	}
	held := func(other uint32) bool { return len(x.apart[x.names[other]]) > 0 }
	if len(x.apart) > 0 && slices.ContainsFunc(x.closure([]uint32{first}), held) {
		return 0, false // by whose name those that say the same speak may be another's now
	}
	return x.group[first], true
}
