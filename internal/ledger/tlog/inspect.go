package tlog

import (
	"bytes"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"

	"probity/internal/fault"
	"probity/internal/ledger"
)

// maxFaults is how many faults of a kind are named one by one; the rest are counted.
const maxFaults = 20

// inspection is one pass over a tree: it computes the tree anew from its leaves and compares what it finds on the way.
type inspection struct {
	tree *Tree
	cp   Checkpoint
	// changed are the leaves that differ from their tile.
	changed []uint64
	tiles   map[compact.NodeID][][]byte
	faults  []*fault.Error
}

// inspect checks one tree against its checkpoints, and gives each leaf to visit. The error says that we could not look.
func (t *Tree) inspect(visit func(index uint64, leaf []byte) error) (cp Checkpoint, faults []*fault.Error, err error) {
	x := &inspection{tree: t, tiles: map[compact.NodeID][][]byte{}}
	if x.cp, err = t.Checkpoint(); err != nil {
		return x.cp, nil, err
	}
	history, err := t.History()
	if err != nil {
		return x.cp, nil, err
	}
	states := history
	if n := len(states); n == 0 || !bytes.Equal(states[n-1].Note, x.cp.Note) {
		states = append(states, x.cp)
	}
	for i := range states[1:] {
		if a, b := &states[i], &states[i+1]; a.Size > b.Size || a.At.After(b.At) {
			x.add(Broken("rewound", "%s stands before %s: the log was taken back, or its clock was", a, b))
		}
	}
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	var index uint64
	for leaf, err := range t.Leaves(x.cp.Size) {
		if err != nil {
			return x.cp, x.faults, err
		}
		hash := rfc6962.DefaultHasher.HashLeaf(leaf)
		if err := r.Append(hash, x.gather); err != nil {
			return x.cp, x.faults, err
		}
		if err := x.compareTiles(index, false); err != nil {
			return x.cp, x.faults, err
		}
		if err := visit(index, leaf); err != nil {
			return x.cp, x.faults, err
		}
		index++
		for len(states) > 0 && states[0].Size <= index {
			if states[0].Size == index {
				x.compareRoot(r, states[0])
			}
			states = states[1:]
		}
	}
	if err := x.compareTiles(index, true); err != nil {
		return x.cp, x.faults, err
	}
	x.nameChanged()
	return x.cp, x.faults, nil
}

func (x *inspection) add(f *fault.Error) { x.faults = append(x.faults, f.At(x.tree.Name)) }

// gather keeps the nodes that stand in tiles.
func (x *inspection) gather(id compact.NodeID, hash []byte) {
	if id.Level%layout.TileHeight == 0 {
		key := compact.NodeID{Level: id.Level / layout.TileHeight, Index: id.Index / layout.TileWidth}
		x.tiles[key] = append(x.tiles[key], hash)
	}
}

// compareTiles compares the tiles that are complete, at the end all of them, with those on disk.
func (x *inspection) compareTiles(index uint64, end bool) error {
	if !end && (index+1)%layout.TileWidth != 0 {
		return nil
	}
	for id, nodes := range x.tiles {
		if !end && len(nodes) < layout.TileWidth {
			continue
		}
		delete(x.tiles, id)
		stored, err := x.tree.tile(uint64(id.Level), id.Index, x.cp.Size)
		if fault.Is(err, fault.Conflict) {
			x.add(Broken("tile", "the tile %s is missing or damaged", layout.TilePath(uint64(id.Level), id.Index, 0)))
			continue
		}
		if err != nil {
			return err
		}
		for i, node := range nodes {
			if i < len(stored) && bytes.Equal(stored[i], node) {
				continue
			}
			if id.Level > 0 {
				x.add(Broken("tile", "node %d of the tile %s is not what its leaves give", i, layout.TilePath(uint64(id.Level), id.Index, 0)))
				break
			}
			x.changed = append(x.changed, id.Index*layout.TileWidth+uint64(i))
		}
	}
	return nil
}

func (x *inspection) compareRoot(r *compact.Range, cp Checkpoint) {
	root, err := r.GetRootHash(nil)
	if err != nil || !bytes.Equal(root, cp.Root[:]) {
		x.add(Broken("root", "the first %d leaves are not those that %s signs: one of them was changed, moved, taken out or put in later", cp.Size, cp))
	}
}

func (x *inspection) nameChanged() {
	for i, index := range x.changed {
		if i == maxFaults {
			x.add(Broken("leaf", "and %d more leaves", len(x.changed)-i))
			break
		}
		x.add(Broken("leaf", "leaf %d was changed: it is not what its tile holds", index))
	}
}

// positionName names the place of a leaf in messages.
func positionName(segment string, index uint64, position int64) string {
	return fmt.Sprintf("leaf %d of %s, position %d", index, segment, position)
}

// comparison holds the entries that somebody has against the leaves of the log.
type comparison struct {
	next   func() (ledger.Entry, error, bool)
	entry  ledger.Entry
	have   bool
	last   int64
	report *Report
	heads  map[int64]ledger.Head
	// inLog and inHand are what stands at a position here and otherwise there.
	inLog  map[ledger.Hash]place
	inHand []misplaced
	lost   []place
}

// place is a leaf of an entry.
type place struct {
	segment  string
	index    uint64
	position int64
	hash     ledger.Hash
}

func (p place) String() string { return positionName(p.segment, p.index, p.position) }

type misplaced struct {
	entry ledger.Entry
	log   place
}

// advance takes the next entry, and checks its place in the order of positions and in its subject's chain.
func (c *comparison) advance() error {
	e, err, ok := c.next()
	c.entry, c.have = e, ok
	if !ok || err != nil {
		return err
	}
	c.report.Entries++
	if e.Position <= c.last {
		c.report.add(Broken("order", "%s stands at position %d, behind an entry at position %d: it was put there later", NameOf(&e), e.Position, c.last))
	}
	c.last = max(c.last, e.Position)
	key := int64(e.Subject)
	head, seen := c.heads[key]
	if !seen {
		head = ledger.Head{Subject: e.Subject}
	}
	if err := c.report.addError(ledger.Follows(head, &e)); err != nil {
		return err
	}
	c.heads[key] = ledger.Head{Subject: e.Subject, Seq: e.Seq, Hash: e.Hash}
	return nil
}

// leaf compares what the log holds at a position.
func (c *comparison) leaf(p place) error {
	for c.have && c.entry.Position < p.position {
		c.report.Unproven++ // its tree was dropped
		if err := c.advance(); err != nil {
			return err
		}
	}
	if !c.have || c.entry.Position > p.position {
		c.lost = append(c.lost, p)
		c.inLog[p.hash] = p
		return nil
	}
	if c.entry.Hash != p.hash {
		c.inHand = append(c.inHand, misplaced{c.entry, p})
		c.inLog[p.hash] = p
	}
	return c.advance()
}

// finish names what differs.
func (c *comparison) finish() error {
	for c.have {
		c.report.Pending++
		if err := c.advance(); err != nil {
			return err
		}
	}
	here := map[ledger.Hash]bool{}
	for _, m := range c.inHand {
		here[m.entry.Hash] = true
	}
	var found []*fault.Error
	for _, m := range c.inHand {
		other, moved := c.inLog[m.entry.Hash]
		switch {
		case moved:
			found = append(found, Broken("reordered", "%s stands at position %d, and in the log at %s", NameOf(&m.entry), m.entry.Position, other))
		case here[m.log.hash]:
			found = append(found, Broken("invented", "%s stands at position %d and nowhere in the log", NameOf(&m.entry), m.entry.Position))
		default:
			found = append(found, Broken("replaced", "%s is not the one that the log holds at %s: it was changed or put in its place later", NameOf(&m.entry), m.log))
		}
	}
	for _, p := range c.lost {
		if !here[p.hash] {
			found = append(found, Broken("missing", "the entry at position %d is missing; the log holds it (%s)", p.position, p))
		}
	}
	for i, f := range found {
		if i == maxFaults {
			c.report.add(Broken("more", "and %d more entries differ from the log", len(found)-i))
			break
		}
		c.report.add(f)
	}
	return nil
}
