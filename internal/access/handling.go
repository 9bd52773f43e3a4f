package access

import (
	"context"
	"fmt"

	"probity/internal/charter"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Handling records that an official looked into a matter that is the official's to handle, such as a dispute it has to
// answer: durably, and before anything of it is answered (C11). Who may handle it is for the caller to have asked of the
// Charter. It gives the name of the entry.
func (d *Desk) Handling(ctx context.Context, by charter.Actor, of subject.ID, what, purpose, basis, matter string) (string, error) {
	if d.guard != nil {
		if err := d.guard.Check(ctx); err != nil {
			return "", err
		}
	}
	e := &ledger.Entry{
		Subject: of, At: d.now(), Act: ledger.Read, What: what, Reader: by.Agency, Official: by.Official,
		Purpose: purpose, Basis: basis, Case: matter,
	}
	if err := d.store.RecordAttempt(ctx, e, nil); err != nil {
		return "", unwritten(err)
	}
	return fmt.Sprintf("%s/%d", of, e.Seq), nil
}
