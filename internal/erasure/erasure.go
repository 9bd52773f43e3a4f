// Package erasure makes things gone: on a subject's demand, at the end of their retention, and again after a restore from a
// backup that was taken before (Charter C10).
package erasure

import (
	"context"
	"errors"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure/order"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/erasures"
	"probity/internal/subject"
	"probity/internal/vault"
	"probity/internal/vault/gone"
)

// Desk erases, keeps retention, and takes and puts back backups. It is safe for concurrent use.
type Desk struct {
	Store     *store.Store
	Vault     *vault.Vault
	Journal   *gone.Journal
	Catalogue *catalogue.Catalogue
	Contracts map[int]store.ContractRow
	// Now is the clock.
	Now func() time.Time
}

func (d *Desk) today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

// Request asks for an erasure.
type Request struct {
	Subject subject.ID
	// Record is the one record to be erased, 0 for the whole file.
	Record record.ID
	Ground remedy.ErasureGround
	// Document is the SHA-256 in hexadecimal of the finding or the court's order; "" for the subject's own wish.
	Document string
}

// Report says what came of it.
type Report struct {
	Subject subject.ID `json:"subject"`
	Record  record.ID  `json:"record,omitzero"`
	// Done is false where something holds the file up; Holds says what. All else is gone already.
	Done  bool          `json:"done"`
	Holds []remedy.Hold `json:"holds"`
	// Records and Rows count what was deleted.
	Records int64 `json:"records_deleted"`
	Rows    int64 `json:"rows_deleted"`
	// Recipients were ordered to delete what they got.
	Recipients []string `json:"recipients"`
}

// Erase erases a record or a file at once: when it returns, its rows are deleted and overwritten, and the key under which
// the rest was sealed is destroyed, so that no copy of it can be read anywhere. Where an order or the law holds the file
// up it is restricted instead. by is the subject's own credential; or by and with are those of two officials.
func (d *Desk) Erase(ctx context.Context, by, with access.Credential, r Request) (Report, error) {
	if err := by.As(role.Registrar); err != nil { // at a counter
		return Report{}, err
	}
	sub, err := d.Store.Subject(ctx, r.Subject)
	if err != nil {
		return Report{}, err
	}
	terms, err := d.terms(ctx, sub)
	if err != nil {
		return Report{}, err
	}
	terms.Record, terms.Ground, terms.Document, terms.By, terms.With = r.Record, r.Ground, r.Document, by.Actor(), with.Actor()
	if terms.By.Subject != 0 { // it may have been merged since the credential was issued
		own, err := d.Store.Subject(ctx, terms.By.Subject)
		if err != nil {
			return Report{}, err
		}
		terms.By.Subject = own.ID
	}
	permit, err := remedy.PermitErasure(terms)
	if err != nil {
		return Report{}, d.attempted(ctx, by, sub.ID, err)
	}
	return d.carryOut(ctx, permit, by)
}

// terms reads what an erasure is judged against.
func (d *Desk) terms(ctx context.Context, sub subject.Subject) (remedy.ErasureTerms, error) {
	t := remedy.ErasureTerms{Subject: sub, Catalogue: d.Catalogue, Today: d.today()}
	var err error
	if t.Records, err = d.Store.Moving(ctx, sub.ID, d.Contracts); err != nil {
		return t, err
	}
	t.Orders, err = d.orders(ctx, sub.ID)
	return t, err
}

func (d *Desk) orders(ctx context.Context, id subject.ID) ([]order.Order, error) {
	stored, err := d.Store.Orders(ctx, id)
	if err != nil {
		return nil, err
	}
	orders := make([]order.Order, 0, len(stored.Orders))
	for i := range stored.Orders {
		orders = append(orders, stored.Orders[i].Order)
	}
	return orders, nil
}

// attempted writes a refused attempt into the subject's ledger where somebody tried to free itself or its superiors.
func (d *Desk) attempted(ctx context.Context, by access.Credential, about subject.ID, refusal error) error {
	var f *fault.Error
	if !errors.As(refusal, &f) || f.Invariant != "C13" {
		return refusal
	}
	err := d.Store.AppendEntries(ctx, []*ledger.Entry{{
		Subject: about, At: d.Now(), Act: ledger.Attempt, What: "erasure", Detail: f.Invariant + ": " + f.Missing,
		Reader: by.Agency(), Official: by.Official(),
	}})
	if err != nil {
		return errors.Join(refusal, err)
	}
	return refusal
}

// carryOut erases under a permit; by is who asked, nobody where it had been held up and is no more.
func (d *Desk) carryOut(ctx context.Context, p remedy.Erasure, by access.Credential) (Report, error) {
	at := d.Now().UTC().Truncate(time.Microsecond)
	due, err := clock.BuiltIn().Due(clock.DeletionAcknowledged, d.today())
	if err != nil {
		return Report{}, err
	}
	what := "file"
	if p.Record() != 0 {
		what = "record"
	}
	entry := &ledger.Entry{
		Subject: p.Subject().ID, At: at, Act: ledger.Erasure, What: what, Detail: string(p.Ground()),
		Reader: by.Agency(), Official: by.Official(),
	}
	if len(p.Holds()) > 0 {
		entry.Detail += " restricted"
	}
	trace := &store.Trace{Entries: []*ledger.Entry{entry}}
	var out erasures.Erased
	if p.Record() != 0 {
		out, err = erasures.In(d.Store).Record(ctx, p, at, due.Day, trace)
	} else {
		var keys []store.Key
		if keys, err = d.lookups(ctx, p.Subject().ID); err != nil {
			return Report{}, err
		}
		out, err = erasures.In(d.Store).Subject(ctx, p, keys, at, due.Day, trace)
	}
	if err != nil {
		return Report{}, err
	}
	// From here on the journal has the key destroyed even where this process ends now.
	if err := d.Vault.Destroy(out.Subjects...); err != nil {
		return Report{}, err
	}
	return Report{
		Subject: p.Subject().ID, Record: p.Record(), Done: len(p.Holds()) == 0, Holds: p.Holds(),
		Records: out.Records, Rows: out.Rows, Recipients: out.Recipients,
	}, nil
}

// lookups are the keys under which the register finds a subject.
func (d *Desk) lookups(ctx context.Context, id subject.ID) ([]store.Key, error) {
	kept, err := erasures.In(d.Store).Identifiers(ctx, id)
	if err != nil {
		return nil, err
	}
	keys := make([]store.Key, 0, len(kept))
	for _, k := range kept {
		value := k.Value
		if k.Sealed {
			if value, err = d.Vault.Open(k.Subject, subject.SealedIdentifier, k.Value); err != nil {
				return nil, err
			}
		}
		key := store.Key{Scheme: k.Scheme, Value: string(value)}
		if k.Scheme.Personal() {
			hash := d.Vault.Hash(subject.Identifier{Scheme: k.Scheme, Value: key.Value})
			key.Value = string(hash[:])
		}
		keys = append(keys, key)
	}
	return keys, nil
}
