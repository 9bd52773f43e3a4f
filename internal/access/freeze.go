package access

import (
	"context"

	"probity/internal/charter"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Freeze has the subject close its file to reads that rest on its consent, or open it again; changed is false where it was
// so already. Who tries to read a closed file is refused, and the subject is told.
func (d *Desk) Freeze(ctx context.Context, by Credential, id subject.ID, closes bool) (changed bool, err error) {
	sub, err := d.store.Subject(ctx, id)
	if err != nil {
		return false, err
	}
	actor := by.Actor()
	if actor.Subject != 0 {
		own, err := d.store.Subject(ctx, actor.Subject) // it may have been merged since the credential was issued
		if err != nil {
			return false, err
		}
		actor.Subject = own.ID
	}
	permit, err := charter.PermitFreeze(actor, sub, closes)
	if err != nil {
		return false, err
	}
	what := "opened"
	if closes {
		what = "closed"
	}
	return d.store.SetFreeze(ctx, permit, &ledger.Entry{Subject: sub.ID, At: d.now(), Act: ledger.Freeze, What: what, Purpose: charter.OwnFilePurpose, Basis: "charter C12"})
}
