package access

import (
	"context"
	"errors"
	"fmt"

	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
)

// Delivery permits the credential to act for a supplier: to bring in its files, to decide about those that are held, and
// to look into its rows that wait. An agency of "" is the official's own. An attempt that is refused stands in the
// platform's ledger (C13).
func (d *Desk) Delivery(ctx context.Context, as Credential, agency string) (charter.DeliveryPermit, error) {
	founder, err := d.founder(ctx, as)
	if err != nil {
		return charter.DeliveryPermit{}, err
	}
	p, err := charter.PermitDelivery(as.Actor(), agency, founder)
	if err == nil {
		err = as.As(role.Submitter)
	}
	if err != nil {
		return charter.DeliveryPermit{}, d.Tried(ctx, as, "delivery", agency, err)
	}
	return p, nil
}

// Keeping permits the credential to change the log over all ledgers; doing says what it is about to do. An attempt that
// is refused stands in the platform's ledger.
func (d *Desk) Keeping(ctx context.Context, as Credential, doing string) (charter.LogPermit, error) {
	founder, err := d.founder(ctx, as)
	if err != nil {
		return charter.LogPermit{}, err
	}
	p, err := charter.PermitLog(as.Actor(), founder)
	if err == nil {
		err = as.As(role.Operator)
	}
	if err != nil {
		return charter.LogPermit{}, d.Tried(ctx, as, "log", doing, err)
	}
	return p, nil
}

// Copying permits the credential to write a copy beside the database that tells of every organisation: what is impact or export,
// about says of what. An attempt that is refused is written down.
func (d *Desk) Copying(ctx context.Context, as Credential, what, about string) (charter.CopyPermit, error) {
	founder, err := d.founder(ctx, as)
	if err != nil {
		return charter.CopyPermit{}, err
	}
	p, err := charter.PermitCopy(as.Actor(), founder)
	if err == nil {
		err = as.As(role.Operator, role.Auditor)
	}
	if err != nil {
		return charter.CopyPermit{}, d.Tried(ctx, as, what, about, err)
	}
	return p, nil
}

// Waiting opens the rows of one submission that wait, for the supplier that sent it. Its zero value opens nothing.
type Waiting struct {
	agency     string
	submission int64
}

// Agency is the supplier for which an official looks.
func (w Waiting) Agency() string { return w.agency }

// Submission is whose rows may be shown; false where that of none.
func (w Waiting) Submission() (int64, bool) { return w.submission, w.agency != "" }

// LookIntoWaiting writes down, before a row is shown, that an official looks into the rows of a submission that wait: they
// may tell of persons, and nobody knows yet whose they are, so that the entry stands in the platform's ledger (C11).
func (d *Desk) LookIntoWaiting(ctx context.Context, p charter.DeliveryPermit, submission int64) (Waiting, error) {
	by := p.By()
	if by.Credential == "" {
		return Waiting{}, fault.Refuse("C11", "permit", "nobody was permitted to look into the rows that wait", "show the credential of an official of the supplier: --as NAME")
	}
	if d.guard != nil {
		if err := d.guard.Check(ctx); err != nil {
			return Waiting{}, err
		}
	}
	err := unwritten(d.store.RecordAttempt(ctx, &ledger.Entry{
		At: d.now(), Act: ledger.Read, What: "quarantine", Detail: fmt.Sprintf("submission=%d supplier=%s", submission, p.Agency()),
		Reader: by.Agency, Official: by.Official, Purpose: charter.OwnDeliveryPurpose, Basis: "charter C13",
	}, nil))
	if err != nil {
		return Waiting{}, err
	}
	return Waiting{p.Agency(), submission}, nil
}

// founder is the agency that set the platform up, for whoever shows a credential.
func (d *Desk) founder(ctx context.Context, as Credential) (string, error) {
	if as.name == "" {
		return "", noCredential()
	}
	founder, err := d.store.Founder(ctx)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return founder, err
}

// Tried writes a refusal that concerns no subject down, and gives it back.
func (d *Desk) Tried(ctx context.Context, as Credential, what, about string, err error) error {
	if as.name == "" {
		return noCredential()
	}
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.Refused {
		return err
	}
	if failed := d.Attempt(ctx, as.Actor(), 0, what, about, refusal); failed != nil {
		return failed
	}
	return err
}
