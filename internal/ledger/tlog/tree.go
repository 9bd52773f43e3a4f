package tlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"

	"probity/internal/ledger"
)

// Tree is one tree of a log.
type Tree struct {
	Name   string
	files  fs.FS
	origin string
	keys   Keys
}

// Begun tells whether the tree has ever signed a leaf. One that has not is being begun, or was when the process died.
func (t *Tree) Begun() (bool, error) {
	raw, err := fs.ReadFile(t.files, layout.CheckpointPath)
	if err == nil {
		cp, err := ParseCheckpoint(raw, t.origin, t.keys)
		return err != nil || cp.Size > 0, nil //nolint:nilerr // a checkpoint that is wrong is for the check of the tree
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, unreadable(t.Name, err)
	}
	_, err = fs.Stat(t.files, HistoryFile)
	return err == nil, nil
}

// Checkpoint is the newest signed state of the tree.
func (t *Tree) Checkpoint() (Checkpoint, error) {
	raw, err := fs.ReadFile(t.files, layout.CheckpointPath)
	if errors.Is(err, fs.ErrNotExist) {
		return Checkpoint{}, Broken("checkpoint", "the tree has no checkpoint").At(t.Name)
	}
	if err != nil {
		return Checkpoint{}, unreadable(t.Name, err)
	}
	cp, err := ParseCheckpoint(raw, t.origin, t.keys)
	return cp, at(err, t.Name)
}

// Remembered is a line of the file of earlier checkpoints.
type Remembered struct {
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// History are the earlier checkpoints that were kept, oldest first. A last line that was cut off while it was written is
// none.
func (t *Tree) History() ([]Checkpoint, error) {
	b, err := fs.ReadFile(t.files, HistoryFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(t.Name, err)
	}
	var list []Checkpoint
	for line := range bytes.Lines(b) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		where := fmt.Sprintf("%s/%s:%d", t.Name, HistoryFile, len(list)+1)
		var kept Remembered
		if err := json.Unmarshal(line, &kept); err != nil {
			return nil, Broken("checkpoint", "a kept checkpoint cannot be read: %v", err).At(where)
		}
		cp, err := ParseCheckpoint([]byte(kept.Note), t.origin, t.keys)
		if err != nil {
			return nil, at(err, where)
		}
		list = append(list, cp)
	}
	return list, nil
}

// resource reads a tile or bundle; where the partial one is gone because the tree has grown, the whole one holds it.
func (t *Tree) resource(name func(p uint8) string, p uint8) ([]byte, error) {
	b, err := fs.ReadFile(t.files, name(p))
	if errors.Is(err, fs.ErrNotExist) && p > 0 {
		b, err = fs.ReadFile(t.files, name(0))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Broken("missing", "the file %s is missing", name(p)).At(t.Name)
	}
	if err != nil {
		return nil, unreadable(t.Name, err)
	}
	return b, nil
}

// tile gives the nodes of a tile in a tree of the size.
func (t *Tree) tile(level, index, size uint64) ([][]byte, error) {
	p := layout.PartialTileSize(level, index, size)
	b, err := t.resource(func(p uint8) string { return layout.TilePath(level, index, p) }, p)
	if err != nil {
		return nil, err
	}
	var tile api.HashTile
	want := width(p)
	if err := tile.UnmarshalText(b); err != nil || len(tile.Nodes) < want {
		return nil, Broken("tile", "the tile %s is damaged", layout.TilePath(level, index, p)).At(t.Name)
	}
	return tile.Nodes[:want], nil
}

func width(p uint8) int {
	if p == 0 {
		return layout.TileWidth
	}
	return int(p)
}

// Leaves are the first leaves of the tree, in order.
func (t *Tree) Leaves(size uint64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for index := uint64(0); index*layout.EntryBundleWidth < size; index++ {
			bundle, err := t.bundle(index, size)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, leaf := range bundle {
				if !yield(leaf, nil) {
					return
				}
			}
		}
	}
}

func (t *Tree) bundle(index, size uint64) ([][]byte, error) {
	p := layout.PartialTileSize(0, index, size)
	b, err := t.resource(func(p uint8) string { return layout.EntriesPath(index, p) }, p)
	if err != nil {
		return nil, err
	}
	var bundle api.EntryBundle
	want := width(p)
	if err := bundle.UnmarshalText(b); err != nil || len(bundle.Entries) < want {
		return nil, Broken("missing", "the leaves in %s are damaged or too few", layout.EntriesPath(index, p)).At(t.Name)
	}
	return bundle.Entries[:want], nil
}

// Anchor is leaf 0 of the tree.
func (t *Tree) Anchor() (Anchor, error) {
	cp, err := t.Checkpoint()
	if err != nil {
		return Anchor{}, err
	}
	if cp.Size == 0 {
		return Anchor{}, Broken("anchor", "the tree is empty").At(t.Name)
	}
	bundle, err := t.bundle(0, cp.Size)
	if err != nil {
		return Anchor{}, err
	}
	a, err := ParseAnchor(bundle[0])
	return a, at(err, t.Name)
}

// Prove builds the proof that the leaf of the index is in the tree of the checkpoint's size, from the tiles.
func (t *Tree) Prove(index, size uint64) ([]ledger.Hash, error) {
	nodes, err := proof.Inclusion(index, size)
	if err != nil {
		return nil, Broken("proof", "there is no leaf %d among %d", index, size).At(t.Name)
	}
	hashes := make([][]byte, 0, len(nodes.IDs))
	read := map[compact.NodeID][][]byte{} // the path stays in a tile for up to eight steps
	for _, id := range nodes.IDs {
		h, err := t.node(id, size, read)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	if hashes, err = nodes.Rehash(hashes, rfc6962.DefaultHasher.HashChildren); err != nil {
		return nil, Broken("proof", "the proof of leaf %d cannot be built: %v", index, err).At(t.Name)
	}
	path := make([]ledger.Hash, len(hashes))
	for i, h := range hashes {
		copy(path[i][:], h)
	}
	return path, nil
}

// node is one node of the tree, rehashed from the tile that holds it or what stands below it.
func (t *Tree) node(id compact.NodeID, size uint64, read map[compact.NodeID][][]byte) ([]byte, error) {
	level, index, inLevel, inIndex := layout.NodeCoordsToTileAddress(uint64(id.Level), id.Index)
	key := compact.NodeID{Level: uint(level), Index: index}
	nodes := read[key]
	if nodes == nil {
		var err error
		if nodes, err = t.tile(level, index, size); err != nil {
			return nil, err
		}
		read[key] = nodes
	}
	if inLevel == 0 {
		if inIndex >= uint64(len(nodes)) {
			return nil, Broken("tile", "a tile of level %d is too short", level).At(t.Name)
		}
		return nodes[inIndex], nil
	}
	first, last := inIndex<<inLevel, (inIndex+1)<<inLevel
	if last > uint64(len(nodes)) {
		return nil, Broken("tile", "a tile of level %d is too short", level).At(t.Name)
	}
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for _, n := range nodes[first:last] {
		if err := r.Append(n, nil); err != nil {
			return nil, err
		}
	}
	return r.GetRootHash(nil)
}
