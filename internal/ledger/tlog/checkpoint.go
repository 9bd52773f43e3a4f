package tlog

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"probity/internal/ledger"
)

// Checkpoint is the signed state of a tree.
type Checkpoint struct {
	Origin string
	// Size counts the leaves, the anchor among them; Root is the root hash over them.
	Size uint64
	Root ledger.Hash
	// At is the instant that the log signed with it, in whole seconds.
	At time.Time
	// Note is the checkpoint as it was signed.
	Note []byte
}

// ParseCheckpoint reads a signed checkpoint of the origin and checks its signatures: the plain one and the timed one, by
// one of the keys, at an instant at which that key signs.
func ParseCheckpoint(raw []byte, origin string, keys Keys) (Checkpoint, error) {
	for _, key := range keys {
		cp, ok, err := openedBy(raw, origin, key)
		if ok || err != nil {
			return cp, err
		}
	}
	return Checkpoint{}, Broken("signature", "the checkpoint of %s is not signed by a key of the log", origin)
}

func openedBy(raw []byte, origin string, key Key) (cp Checkpoint, ok bool, err error) {
	plain, timed, err := key.Verifiers(origin)
	if err != nil {
		return cp, false, Broken("keys", "the key cannot sign for %s: %v", origin, err)
	}
	n, err := note.Open(raw, note.VerifierList(plain, timed))
	if err != nil || len(n.Sigs) != 2 {
		return cp, false, nil //nolint:nilerr // another key may have signed it
	}
	for _, sig := range n.Sigs {
		if sig.Hash == timed.KeyHash() {
			if cp.At, err = fnote.CoSigV1Timestamp(sig); err != nil {
				return cp, false, Broken("signature", "the checkpoint's instant cannot be read: %v", err)
			}
			cp.At = cp.At.UTC()
		}
	}
	var body flog.Checkpoint
	rest, err := body.Unmarshal([]byte(n.Text))
	switch {
	case err != nil || len(rest) != 0 || len(body.Hash) != sha256.Size:
		return cp, false, Broken("checkpoint", "the checkpoint of %s is not in the form of tlog-checkpoint", origin)
	case body.Origin != origin:
		return cp, false, Broken("origin", "the checkpoint is of %s, not of %s", body.Origin, origin)
	case !key.Signs(cp.At):
		return cp, false, Broken("key-validity", "the checkpoint was signed on %s with a key that did not sign then", cp.At.Format(time.RFC3339))
	}
	cp.Origin, cp.Size, cp.Note = body.Origin, body.Size, bytes.Clone(raw)
	copy(cp.Root[:], body.Hash)
	return cp, true, nil
}

// String names the checkpoint in messages.
func (c Checkpoint) String() string {
	return fmt.Sprintf("the checkpoint of %s over %d leaves", c.At.Format(time.RFC3339), c.Size)
}
