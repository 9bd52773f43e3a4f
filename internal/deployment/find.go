package deployment

import (
	"context"
	"strings"

	"probity/identifier"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/orders"
	"probity/internal/subject"
)

// Find finds whom SCHEME:VALUE or a subject id names. Nothing about the subject is read but that it is in the register. A
// text that is no identifier is Invalid, a subject that is not in the register NotFound.
func (d *Deployment) Find(ctx context.Context, text string) (subject.Subject, error) {
	if id, ok := idOf(text); ok {
		return d.Store.Subject(ctx, id)
	}
	key, shown, err := d.keyOf(text)
	if err != nil {
		return subject.Subject{}, err
	}
	sub, err := d.Store.FindSubject(ctx, key)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "subject.none", "nobody here has the identifier %s", shown).
			With("check it for a slip; if it is right, no published record has named this subject yet")
	}
	return sub, err
}

// Named finds whom SCHEME:VALUE or a subject id names itself, though it was merged into another: what is ordered on one of two
// that were joined belongs to that one when they are parted.
func (d *Deployment) Named(ctx context.Context, text string) (subject.ID, error) {
	sub, err := d.Find(ctx, text)
	if err != nil {
		return 0, err
	}
	if id, ok := idOf(text); ok {
		return id, nil
	}
	key, _, err := d.keyOf(text)
	if err != nil {
		return 0, err
	}
	id, err := orders.In(d.Store).Named(ctx, key)
	if id == 0 {
		id = sub.ID
	}
	return id, err
}

// idOf reads a subject id; ok is false for everything that is an identifier with its scheme.
func idOf(text string) (id subject.ID, ok bool) {
	return id, !strings.Contains(text, ":") && id.UnmarshalText([]byte(strings.ToLower(text))) == nil
}

// keyOf is what an identifier is found by. shown is the form that may stand in messages.
func (d *Deployment) keyOf(text string) (key store.Key, shown string, err error) {
	id, err := subject.ParseIdentifier(text)
	if err != nil {
		return key, "", err
	}
	if kind, err := identifier.ParseKind(string(id.Scheme)); err == nil {
		v := identifier.Check(kind, id.Value).Allowing(identifier.CodeCheckDigit)
		if !v.Valid {
			return key, "", fault.New(fault.Invalid, "subject.identifier", "%s is no identifier: %s", id, v.Problem.Text).With(v.Problem.Cure)
		}
		id.Value = v.Canonical()
	}
	key = store.Key{Scheme: id.Scheme, Value: id.Value}
	if id.Scheme.Personal() {
		hash := d.Vault.Hash(id)
		key.Value = string(hash[:])
	}
	return key, id.String(), nil
}
