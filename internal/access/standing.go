package access

import (
	"context"
	"strings"

	"probity/internal/charter"
	"probity/internal/fault"
)

// Standing is Open for a reading that an official ordered in advance, such as to be told when a rating changes: name is that of
// the credential by which it was ordered. It is judged anew each time, by what is so now: a credential that was revoked, a
// role that was ended, an agreement that was suspended or ended and a consent that was withdrawn stop it at once. Nobody asks at this moment, so
// that a refusal is no attempt of anybody's, and leaves no entry. A consent for one time is not used up in this way: it is
// refused.
//
// Without record nothing is written and the scope permits nothing; the fault alone says whether the reading would be refused.
// It is for an answer that is sent again because it did not arrive.
func (d *Desk) Standing(ctx context.Context, name string, r Request, record bool) (Scope, error) {
	as, err := d.orderedBy(ctx, name)
	if err != nil {
		return Scope{}, err
	}
	r.As = as
	if err := d.ready(ctx, &r); err != nil {
		return Scope{}, err
	}
	sub, err := d.store.Subject(ctx, r.Subject)
	if err != nil {
		return Scope{}, err
	}
	now := d.now()
	permit, err := d.judge(ctx, &r, sub, now)
	if err != nil {
		return Scope{}, err
	}
	if permit.UsesUp() {
		return Scope{}, fault.Refuse("C1", charter.MissingUnused, "a consent for one time is not used up by being told of a change",
			"ask the person for a consent that holds for longer: probity consent give")
	}
	if !record {
		return Scope{}, nil
	}
	o, err := d.line(&r, sub, permit, now)
	if err != nil {
		return Scope{}, err
	}
	if err := d.journal.write(ctx, o.line); err != nil {
		return Scope{}, err
	}
	if o.line.Refused != nil {
		return Scope{}, o.line.Refused
	}
	return o.scope(), nil
}

// orderedBy is the credential of the name, where it is an official's, or a system's that acts for one, and good.
func (d *Desk) orderedBy(ctx context.Context, name string) (Credential, error) {
	if pair, system := strings.CutPrefix(name, CredentialPrefix); system && d.systems != nil {
		id, official, _ := strings.Cut(pair, "/")
		k, err := d.systems.Key(ctx, id)
		if err == nil {
			err = k.Good(d.now())
		}
		if err != nil {
			return Credential{}, Unproven(err)
		}
		return d.through(ctx, k, official)
	}
	g, err := d.store.Credential(ctx, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Credential{}, err
	}
	if err != nil || !g.RevokedAt.IsZero() || g.Official == "" {
		return Credential{}, fault.New(fault.Unauthenticated, "access.credential", "the credential %q is not known or revoked", name).
			With("order it anew by a credential that is good")
	}
	return d.appointed(ctx, Credential{name: g.Name, agency: g.Agency, official: g.Official})
}
