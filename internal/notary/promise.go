package notary

import (
	"golang.org/x/mod/sumdb/note"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
)

// Promise signs at once that the entry, which is in the database, is in the ledger at its position and will be under a
// signed checkpoint; a [Notary.Receipt] redeems it. It waits for nothing.
func (n *Notary) Promise(e *ledger.Entry) (string, error) {
	key, err := loadKey(n.opt.KeyFile)
	if err != nil {
		return "", err
	}
	p := tlog.Promise{Log: n.log.ID, Position: e.Position, Leaf: e.Hash, At: n.opt.Now()}
	plain, _, err := signers(p.Name(), key, n.opt.Now, n.opt.Now)
	if err != nil {
		return "", fault.New(fault.Internal, "notary.signer", "the log's key cannot sign").By(err)
	}
	signed, err := note.Sign(&note.Note{Text: p.Text()}, plain)
	if err != nil {
		return "", fault.New(fault.Internal, "notary.promise", "the promise cannot be signed").By(err)
	}
	return string(signed), nil
}
