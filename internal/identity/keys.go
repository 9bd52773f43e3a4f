// Package identity says who somebody is before anything is asked: by which keys agencies' systems prove themselves, who
// registers and ends them, and how a system gets the access token with which it works. What a proven system may then do is
// package access's; nothing here grants anything.
package identity

import (
	"context"
	"regexp"
	"strings"
	"time"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/identity/key"
	"probity/internal/ledger"
)

// Keybook is what the register of keys needs kept.
type Keybook interface {
	access.Systems
	// AddKey keeps a key with its ledger entry; one that is there already is a Conflict. What it replaces ends at ends.
	AddKey(ctx context.Context, k key.Key, ends time.Time, e *ledger.Entry) error
	// Keys are the agency's, or everybody's where it is "", by system and then newest first.
	Keys(ctx context.Context, agency string) ([]key.Key, error)
	// RevokeKey ends a key and its tokens with its ledger entry; one that is revoked already is a Conflict.
	RevokeKey(ctx context.Context, id, by, reason string, at time.Time, e *ledger.Entry) error
	// Demand has signatures demanded of an agency, or no longer, with its ledger entry.
	Demand(ctx context.Context, agency, dataset, officials string, on bool, e *ledger.Entry) error
	// AddToken keeps an access token, RevokeToken ends one that the key got.
	AddToken(ctx context.Context, t key.Token) error
	RevokeToken(ctx context.Context, digest [32]byte, key string, at time.Time) error
}

// Desk is where keys of agencies' systems are registered and ended, and where systems get access tokens.
type Desk struct {
	Book      Keybook
	Access    *access.Desk
	Catalogue *catalogue.Catalogue
	Now       func() time.Time
}

const (
	// longestLife is how long a key may be good; after that a new pair is made.
	longestLife = 2 * 366 * 24 * time.Hour
	// Overlap is how long a key goes on being good beside the one that replaces it, where nobody says otherwise.
	Overlap = 7 * 24 * time.Hour
)

// systems are what systems may be called.
var systems = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Request is a key that two officials want registered.
type Request struct {
	// Text is the public key or certificate as it was handed in, see [key.Parse].
	Text []byte
	// Agency and System are whose it is; Official is the name of the credential of the official who answers for the system.
	Agency, System, Official string
	// From is its first instant, zero for now; Until the first instant at which it is good no more, zero for a year later.
	From, Until time.Time
}

// Register registers a key. Two officials do it, each with a credential of its own, of the agency or of the one that set up
// the platform: whoever could register a key alone could act as any system of the agency.
func (d *Desk) Register(ctx context.Context, by, with access.Credential, r Request) (key.Key, error) {
	return d.add(ctx, by, with, r, "", time.Time{})
}

// Rotate registers a key in the place of another, for the same system. The old one goes on for the overlap, so that nothing
// stops; with none it ends at once.
func (d *Desk) Rotate(ctx context.Context, by, with access.Credential, old string, r Request, overlap time.Duration) (key.Key, error) {
	k, err := d.Book.Key(ctx, old)
	if err != nil {
		return key.Key{}, err
	}
	now := d.Now()
	if err := k.Good(now); err != nil {
		return key.Key{}, fault.New(fault.Conflict, "identity.key.over", "the key %s is good no more, and cannot be replaced", old).
			With("register the new one by itself: probity key add")
	}
	r.Agency, r.System = k.Agency, k.System
	if r.Official == "" {
		r.Official = k.Official
	}
	return d.add(ctx, by, with, r, k.ID, now.Add(max(overlap, 0)))
}

func (d *Desk) add(ctx context.Context, by, with access.Credential, r Request, replaces string, ends time.Time) (key.Key, error) {
	k, err := key.Parse(r.Text)
	if err != nil {
		return key.Key{}, err
	}
	now := d.Now()
	k.Agency, k.System, k.Official = r.Agency, r.System, r.Official
	k.From, k.Until, k.AddedAt, k.Replaces = r.From, r.Until, now, replaces
	if k.From.IsZero() {
		k.From = now
	}
	if k.Until.IsZero() {
		k.Until = k.From.AddDate(1, 0, 0)
	}
	if err := d.mayAdd(ctx, by, with, &k, now); err != nil {
		return key.Key{}, err
	}
	k.AddedBy, k.With = by.Actor().Title(), with.Actor().Title()
	what, detail := "key registered", "key="+k.ID+" system="+k.Agency+"/"+k.System
	if replaces != "" {
		what, detail = "key rotated", detail+" replaces="+replaces
	}
	err = d.Book.AddKey(ctx, k, ends, &ledger.Entry{
		At: now, Act: ledger.Credential, What: what, Detail: detail + " " + access.SecondOfficial + "=" + k.With,
		Reader: by.Agency(), Official: by.Official(),
	})
	return k, err
}

func (d *Desk) mayAdd(ctx context.Context, by, with access.Credential, k *key.Key, now time.Time) error {
	if err := d.pair(ctx, by, with, k.Agency); err != nil {
		return err
	}
	switch {
	case d.Catalogue.Agency(k.Agency) == nil:
		return fault.New(fault.Invalid, "identity.agency", "there is no agency %q in the catalogue", k.Agency).With("see probity catalogue show agencies")
	case !systems.MatchString(k.System):
		return fault.New(fault.Invalid, "identity.system", "%q cannot be the name of a system", k.System).
			With("use lower-case letters, digits and hyphens, at most 40, starting with a letter")
	case !k.Until.After(k.From) || !k.Until.After(now):
		return fault.New(fault.Invalid, "identity.period", "the key would end before it begins, or is over already").With("give it a period that lies ahead")
	case k.Until.Sub(k.From) > longestLife:
		return fault.New(fault.Invalid, "identity.long", "the key would be good for longer than two years").With("give it two years at most, and replace it before: probity key rotate")
	}
	_, err := d.Access.Behind(ctx, *k, k.Official)
	return err
}

// pair holds that two officials act, each of the agency or of the one that set up the platform.
func (d *Desk) pair(ctx context.Context, by, with access.Credential, agency string) error {
	if err := d.mayActFor(ctx, by, agency); err != nil {
		return err
	}
	if err := by.As(role.Steward); err != nil {
		return err
	}
	if with.Official() == "" || with.Name() == by.Name() || with.Actor().Title() == by.Actor().Title() {
		return fault.Refuse("C11", "second official", "one official alone cannot say by what a system proves itself",
			"have a second official, with a credential of its own, do it too: --with NAME")
	}
	return d.mayActFor(ctx, with, agency)
}

// mayActFor holds that an official is of the agency, or of the one that set up the platform.
func (d *Desk) mayActFor(ctx context.Context, by access.Credential, agency string) error {
	if by.Official() == "" || by.System() != "" {
		return fault.New(fault.Unauthenticated, "identity.official", "keys of systems are registered and ended by officials themselves").
			With("show an official's own credential with --as NAME")
	}
	founder, err := d.Access.Founder(ctx)
	if err != nil {
		return err
	}
	if by.Agency() != agency && by.Agency() != founder {
		return fault.New(fault.Unauthenticated, "identity.agency", "an official of %s cannot register or end keys of %s", by.Agency(), agency).
			With("have an official of " + agency + " or of " + founder + " do it")
	}
	return nil
}

// Revoke ends a key at once, with every token that was got by it: one official is enough, for a stolen key does not wait for
// a second. It stays in the register with the reason.
func (d *Desk) Revoke(ctx context.Context, by access.Credential, id, reason string) (key.Key, error) {
	k, err := d.Book.Key(ctx, id)
	if err != nil {
		return key.Key{}, err
	}
	if err := d.mayActFor(ctx, by, k.Agency); err != nil {
		return key.Key{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return key.Key{}, fault.New(fault.Invalid, "identity.reason", "a key is not revoked without a reason").With("say why: --reason TEXT")
	}
	k.RevokedAt, k.RevokedBy, k.Reason = d.Now(), by.Actor().Title(), reason
	err = d.Book.RevokeKey(ctx, id, k.RevokedBy, reason, k.RevokedAt, &ledger.Entry{
		At: k.RevokedAt, Act: ledger.Credential, What: "key revoked", Detail: "key=" + k.ID + " system=" + k.Agency + "/" + k.System,
		Reader: by.Agency(), Official: by.Official(),
	})
	return k, err
}

// List are the keys of the official's agency; those of the agency that set up the platform see everybody's.
func (d *Desk) List(ctx context.Context, by access.Credential) ([]key.Key, error) {
	if by.Official() == "" {
		return nil, fault.New(fault.Unauthenticated, "identity.official", "keys of systems are shown to officials").With("show an official's credential with --as NAME")
	}
	founder, err := d.Access.Founder(ctx)
	if err != nil {
		return nil, err
	}
	agency := by.Agency()
	if agency == founder {
		agency = ""
	}
	return d.Book.Keys(ctx, agency)
}

// Demand has the agency's files to a dataset ("" for all of them, "orders" for its orders) taken with its signature only, or
// no longer. Two officials do it, as for a key: to take the demand away is to open a door.
func (d *Desk) Demand(ctx context.Context, by, with access.Credential, agency, dataset string, on bool) error {
	if d.Catalogue.Agency(agency) == nil || dataset != "" && dataset != Orders && d.Catalogue.Dataset(dataset) == nil {
		return fault.New(fault.Invalid, "identity.demand", "there is no agency %q, or no dataset %q", agency, dataset).With("probity catalogue list shows them")
	}
	if err := d.pair(ctx, by, with, agency); err != nil {
		return err
	}
	what := "signatures demanded"
	if !on {
		what = "signatures demanded no longer"
	}
	second := with.Actor().Title()
	return d.Book.Demand(ctx, agency, dataset, by.Actor().Title()+" "+second, on, &ledger.Entry{
		At: d.Now(), Act: ledger.Credential, What: what, Detail: "agency=" + agency + " dataset=" + dataset + " " + access.SecondOfficial + "=" + second,
		Reader: by.Agency(), Official: by.Official(),
	})
}

// Orders is the name under which signatures are demanded of orders, in place of a dataset's.
const Orders = "orders"
