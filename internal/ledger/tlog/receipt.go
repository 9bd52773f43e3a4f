package tlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Disclosed is an entry with everything its hash is made of, so that whoever holds it can compute the hash.
type Disclosed struct {
	Position   int64       `json:"position"`
	Subject    subject.ID  `json:"subject,omitzero"` // none in the platform's own ledger
	Seq        int64       `json:"seq"`
	At         time.Time   `json:"at"`
	Act        ledger.Act  `json:"act"`
	What       string      `json:"what,omitempty"`
	Detail     string      `json:"detail,omitempty"`
	Reader     string      `json:"reader,omitempty"`
	Official   string      `json:"official,omitempty"`
	Purpose    string      `json:"purpose,omitempty"`
	Basis      string      `json:"basis,omitempty"`
	Case       string      `json:"case,omitempty"`
	Commitment ledger.Hash `json:"commitment"`
	Salt       ledger.Salt `json:"salt"`
	Prev       ledger.Hash `json:"prev"`
	Hash       ledger.Hash `json:"hash"`
}

// Disclose is the entry with everything.
func Disclose(e *ledger.Entry) Disclosed {
	return Disclosed{
		Position: e.Position, Subject: e.Subject, Seq: e.Seq, At: e.At.UTC(), Act: e.Act, What: e.What, Detail: e.Detail, Reader: e.Reader,
		Official: e.Official, Purpose: e.Purpose, Basis: e.Basis, Case: e.Case, Commitment: e.Commitment, Salt: e.Salt,
		Prev: e.Prev, Hash: e.Hash,
	}
}

// Entry is the entry again.
func (d Disclosed) Entry() ledger.Entry {
	return ledger.Entry{
		Position: d.Position, Subject: d.Subject, Seq: d.Seq, At: d.At, Act: d.Act, What: d.What, Detail: d.Detail, Reader: d.Reader,
		Official: d.Official, Purpose: d.Purpose, Basis: d.Basis, Case: d.Case, Commitment: d.Commitment, Salt: d.Salt,
		Prev: d.Prev, Hash: d.Hash,
	}
}

// Receipt proves that an entry is in the log: its hash is the leaf of the index in the tree that the checkpoint signs.
// Nothing but the log's public keys is needed to check it.
type Receipt struct {
	Version int    `json:"version"`
	Origin  string `json:"origin"`
	Index   uint64 `json:"index"`
	// Leaf is the entry's hash.
	Leaf ledger.Hash `json:"leaf"`
	// Entry is what the leaf was made of; nil where a court has withheld it for a time.
	Entry      *Disclosed    `json:"entry,omitempty"`
	Proof      []ledger.Hash `json:"proof"`
	Checkpoint string        `json:"checkpoint"`
}

// maxReceipt bounds what is read of a receipt.
const maxReceipt = 1 << 20

// ReadReceipt reads a receipt as JSON; what is no receipt is Invalid.
func ReadReceipt(r io.Reader) (Receipt, error) {
	var receipt Receipt
	d := json.NewDecoder(io.LimitReader(r, maxReceipt))
	d.DisallowUnknownFields()
	err := d.Decode(&receipt)
	if err == nil && receipt.Version != Format {
		err = fmt.Errorf("it has version %d, and %d is known", receipt.Version, Format)
	}
	if err != nil {
		return Receipt{}, fault.New(fault.Invalid, "tlog.receipt", "this is no receipt: %v", err).
			With("name a file that probity ledger receipt wrote")
	}
	return receipt, nil
}

// Receipt proves the leaf of the index in a tree, without what it was made of. A tree that was dropped is NotFound.
func (l *Log) Receipt(segment string, index uint64) (Receipt, error) {
	if !slices.Contains(l.Segments, segment) {
		return Receipt{}, fault.New(fault.NotFound, "tlog.dropped", "the tree %s was dropped, and with it what proves its entries", segment).
			With("use a receipt that was given before")
	}
	t, err := l.Tree(segment)
	if err != nil {
		return Receipt{}, err
	}
	cp, err := t.Checkpoint()
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Version: Format, Origin: cp.Origin, Index: index, Checkpoint: string(cp.Note)}
	if r.Proof, err = t.Prove(index, cp.Size); err != nil {
		return Receipt{}, err
	}
	bundle, err := t.bundle(index/layout.EntryBundleWidth, cp.Size)
	if err != nil {
		return Receipt{}, err
	}
	hash, ok := ParseLeaf(bundle[index%layout.EntryBundleWidth])
	if !ok {
		return Receipt{}, Broken("leaf", "leaf %d is no hash of an entry", index).At(segment)
	}
	r.Leaf = hash
	return r, nil
}

// Verify checks the receipt with the keys of the log, and with its policy on witnesses where there is one, and gives the
// checkpoint that proves it.
func (r Receipt) Verify(keys Keys, policy *Policy) (Checkpoint, error) {
	if !strings.HasPrefix(r.Origin, "probity/") {
		return Checkpoint{}, Broken("origin", "the receipt is of no log of ours: %q", r.Origin)
	}
	if r.Entry != nil {
		e := r.Entry.Entry()
		if e.Hash = e.Sum(); e.Hash != r.Leaf {
			return Checkpoint{}, Broken("changed", "%s was changed: it is not what the receipt was given for", NameOf(&e))
		}
	}
	cp, err := ParseCheckpoint([]byte(r.Checkpoint), r.Origin, keys)
	if err != nil {
		return Checkpoint{}, err
	}
	if policy != nil && !policy.FailOpen {
		if enough, by := policy.Signed(cp.Note); !enough {
			return Checkpoint{}, Broken("witnesses", "%s was co-signed by too few witnesses: %s", cp, listed(by))
		}
	}
	path := make([][]byte, len(r.Proof))
	for i := range r.Proof {
		path[i] = r.Proof[i][:]
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(Leaf(r.Leaf))
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, r.Index, cp.Size, leaf, path, cp.Root[:]); err != nil {
		return Checkpoint{}, Broken("proof", "the proof does not lead from leaf %d to %s", r.Index, cp)
	}
	return cp, nil
}

// NameOf names an entry in messages.
func NameOf(e *ledger.Entry) string {
	whose := e.Subject.String()
	if e.Subject == 0 {
		whose = "the platform"
	}
	return fmt.Sprintf("entry %d of %s", e.Seq, whose)
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// at adds the place to a fault.
func at(err error, where string) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.At(where)
	}
	return err
}
