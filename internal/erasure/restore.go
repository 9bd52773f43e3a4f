package erasure

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/erasures"
	"probity/internal/vault"
)

// Restored says what became of a backup.
type Restored struct {
	Manifest Manifest `json:"backup"`
	// Replayed counts what had been made gone after the backup and was made gone again, by kind.
	Replayed erasures.Replayed `json:"made_gone_again"`
	// Lost names what was put before the platform after the backup and is lost with the database.
	Lost []erasures.Lost `json:"lost"`
	// Demands counts those that were raised again on who had received what is gone.
	Demands int `json:"demands_raised_again"`
	// Swept counts what had lapsed since.
	Swept map[string]int64 `json:"lapsed_since"`
}

// Prove holds a restored database against its manifest: it is of the keys, its ledger is unbroken, and it ends where the
// manifest says.
func Prove(ctx context.Context, db *store.Store, keys *vault.Vault, m *Manifest) error {
	fingerprint := keys.Fingerprint()
	if hex.EncodeToString(fingerprint[:]) != m.Keys {
		return fault.New(fault.Conflict, "backup.keys", "the backup belongs to other keys than those beside the new database").
			With("put the key file and the journal of the database that was backed up there: FILE.vault and FILE.gone, or name them with --keys")
	}
	position, hash, err := newest(ctx, db)
	if err != nil {
		return err
	}
	if position != m.Position || hash != m.Hash {
		return fault.New(fault.Conflict, "backup.ledger", "the ledger in the backup ends at entry %d, and its manifest says %d", position, m.Position).
			With("use another backup")
	}
	return db.VerifyLedger(ctx)
}

// Settle brings a restored database up to what has happened since: what was made gone is made gone again, and what has
// lapsed is deleted. It leaves an entry in the ledger of the platform, and a note that the signed log begins anew.
func (d *Desk) Settle(ctx context.Context, m *Manifest) (Restored, error) {
	out := Restored{Manifest: *m}
	played, err := CatchUp(ctx, d.Store, d.Vault, d.Journal, d.Now())
	if err != nil {
		return out, err
	}
	out.Replayed, out.Lost, out.Demands = played.Gone, played.Lost, played.Demands
	if err := erasures.In(d.Store).SpendOnce(ctx, d.Now()); err != nil {
		return out, err
	}
	swept, err := d.Sweep(ctx, nil)
	if err != nil {
		return out, err
	}
	out.Swept = swept.Deleted
	if err := erasures.In(d.Store).SetRestored(ctx, m.MadeAt); err != nil {
		return out, err
	}
	return out, d.Store.AppendEntries(ctx, []*ledger.Entry{{
		At: d.Now(), Act: ledger.Restore, What: "database",
		Detail:     fmt.Sprintf("backup of %s, ledger to %d, journal %d", m.MadeAt.UTC().Format(time.RFC3339), m.Position, m.Journal),
		Commitment: m.Hash,
	}})
}
