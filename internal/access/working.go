package access

import (
	"context"

	"probity/internal/access/role"
	"probity/internal/charter"
)

// Working permits the credential to have everybody rated, and to pause and end that; doing says what it is about to do. An
// attempt that is refused stands in the platform's ledger.
func (d *Desk) Working(ctx context.Context, as Credential, doing string) (charter.WorkPermit, error) {
	founder, err := d.founder(ctx, as)
	if err != nil {
		return charter.WorkPermit{}, err
	}
	p, err := charter.PermitWork(as.Actor(), founder)
	if err == nil {
		err = as.As(role.Operator)
	}
	if err != nil {
		return charter.WorkPermit{}, d.Tried(ctx, as, "job", doing, err)
	}
	return p, nil
}
