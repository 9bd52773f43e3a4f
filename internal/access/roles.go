package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
)

// Rolebook is what the desk needs kept of officials' roles.
type Rolebook interface {
	// Roles are all roles that were given in the agency, or everywhere where it is "", those that are over among them; by agency,
	// credential, role and then instant. Where an agency has given none there are none.
	Roles(ctx context.Context, agency string) ([]role.Term, error)
	// HeldRoles are those that a credential of the agency holds at the instant; given tells that the agency has ever given a role.
	HeldRoles(ctx context.Context, agency, credential string, now time.Time) (held []role.Role, given bool, err error)
	// GiveRole keeps a term with its ledger entry.
	GiveRole(ctx context.Context, t role.Term, e *ledger.Entry) error
	// EndRole ends the role's terms that are not over, with the ledger entry; NotFound where there is none.
	EndRole(ctx context.Context, t role.Term, e *ledger.Entry) error
}

// Appointing gives the desk the register of officials' roles, and gives the desk back. It is for the wiring, before the desk is
// used.
func (d *Desk) Appointing(b Rolebook) *Desk {
	d.roles = b
	return d
}

// MissingRole is the element that an act lacks where its official has no role for it.
const MissingRole = "role"

// longestRole is how long a role may be given for; after that it is given anew.
const longestRole = 2 * 366 * 24 * time.Hour

// appointed puts into the credential what its official is appointed to. From the first role on that an agency has given, its
// officials can do only what they hold a role for.
func (d *Desk) appointed(ctx context.Context, c Credential) (Credential, error) {
	if d.roles == nil || c.official == "" {
		return c, nil
	}
	var err error
	c.held, c.narrow, err = d.roles.HeldRoles(ctx, c.agency, Holder(c.name), d.now())
	return c, err
}

// Holder is the name of the credential that holds the roles of one: its own, or that of the official for whom a system acts.
func Holder(name string) string {
	if pair, system := strings.CutPrefix(name, CredentialPrefix); system {
		_, name, _ = strings.Cut(pair, "/")
	}
	return name
}

// Roles are those that the credential's official held when it was proved; narrow tells that its agency gives roles, and that
// without one it can do nothing.
func (c Credential) Roles() (held []role.Role, narrow bool) { return slices.Clone(c.held), c.narrow }

// As holds that the credential's official is appointed to one of the roles: it is refused where the official's agency gives
// roles and it holds none of these. A subject needs no role, and no role lets anybody do what is refused without it.
func (c Credential) As(one ...role.Role) error {
	if !c.narrow || slices.ContainsFunc(one, func(r role.Role) bool { return slices.Contains(c.held, r) }) {
		return nil
	}
	return notAppointed(c.Actor(), one)
}

func notAppointed(by charter.Actor, one []role.Role) error {
	names := make([]string, len(one))
	for i, r := range one {
		names[i] = string(r)
	}
	text := strings.Join(names, " or ")
	return charter.Refuse("C11", MissingRole, "have a steward of "+by.Agency+" and a second official give it: probity role give "+Holder(by.Credential)+" "+names[0],
		"%s is not appointed to this: it asks for the role %s", by.Title(), text)
}

// Appointment is a role that is to be given.
type Appointment struct {
	// Credential is the name of the credential of the official who gets it.
	Credential string
	Role       role.Role
	// From is its first instant, zero for now; Until the first at which it is over, zero for a year later.
	From, Until time.Time
}

// Give gives an official a role for a time. Two officials do it, neither of whom is the one who gets it: a steward, and any other, of
// the official's agency or of the one that set up the platform. An agency that has no steward yet is given its first by two of its
// officials, or of the one that set up the platform; one that had stewards and has none is given one by the latter. Nobody is author
// and approver of models (C8).
func (d *Desk) Give(ctx context.Context, by, with Credential, a Appointment) (role.Term, error) {
	g, err := d.store.Credential(ctx, a.Credential)
	if err != nil {
		return role.Term{}, err
	}
	now := d.now()
	t := role.Term{
		Agency: g.Agency, Credential: g.Name, Official: g.Official, Role: a.Role, From: a.From, Until: a.Until, Given: now,
		By: by.Actor().Title(), With: with.Actor().Title(),
	}
	if t.From.IsZero() {
		t.From = now
	}
	if t.Until.IsZero() {
		t.Until = t.From.AddDate(1, 0, 0)
	}
	if err := wellFormed(&t, &g, now); err != nil {
		return t, err
	}
	all, err := d.roles.Roles(ctx, g.Agency)
	if err != nil {
		return t, err
	}
	if err := d.mayGive(ctx, by, with, &g, &t, all); err != nil {
		return t, d.Tried(ctx, by, "role", string(a.Role), err)
	}
	return t, d.roles.GiveRole(ctx, t, &ledger.Entry{
		At: now, Act: ledger.Credential, What: "role given", Reader: by.agency, Official: by.official,
		Detail: "role=" + string(t.Role) + " credential=" + t.Credential + " until=" + t.Until.UTC().Format(time.DateOnly) + " " + SecondOfficial + "=" + t.With,
	})
}

func wellFormed(t *role.Term, g *Grant, now time.Time) error {
	switch {
	case g.Subject != 0:
		return fault.New(fault.Invalid, "access.role.subject", "the credential %q is a subject's own: it needs no role for what is its own", g.Name).
			With("give roles to officials")
	case !g.RevokedAt.IsZero():
		return fault.New(fault.Conflict, "access.role.revoked", "the credential %q is revoked", g.Name).With("issue another first: probity credential add")
	case !t.Role.Known():
		return fault.New(fault.Invalid, "access.role.unknown", "there is no role %q", t.Role).With("see those there are: probity role list")
	case !t.Until.After(t.From) || !t.Until.After(now):
		return fault.New(fault.Invalid, "access.role.period", "the role would end before it begins, or is over already").With("give it a term that lies ahead")
	case t.Until.Sub(t.From) > longestRole:
		return fault.New(fault.Invalid, "access.role.long", "the role would be held for longer than two years").With("give it for two years at most, and anew before its end")
	}
	return nil
}

func (d *Desk) mayGive(ctx context.Context, by, with Credential, g *Grant, t *role.Term, all []role.Term) error {
	founder, err := d.store.Founder(ctx)
	if err != nil {
		return err
	}
	for _, c := range []Credential{by, with} {
		switch {
		case c.official == "" || c.system != "" || by.Actor().Title() == with.Actor().Title():
			return charter.Refuse("C11", "second official", "have two officials, each with a credential of its own, give it: --with NAME", "one official alone gives nobody a role")
		case c.agency == g.Agency && c.official == g.Official:
			return charter.Refuse("C11", "another official", "have two other officials give it", "nobody gives itself a role")
		case c.agency != g.Agency && c.agency != founder:
			return fault.New(fault.Unauthenticated, "access.role.agency", "an official of %s cannot give roles in %s", c.agency, g.Agency).
				With("have officials of " + g.Agency + " or of " + founder + " give it")
		}
	}
	now := d.now()
	apart := func(x role.Term) bool {
		return x.Official == t.Official && x.Role == t.Role.Apart() && x.EndedAt.IsZero() && x.From.Before(t.Until) && t.From.Before(x.Until)
	}
	if slices.ContainsFunc(all, apart) {
		return charter.Refuse("C8", "second official", "give it to another official, or end the other role first: probity role end",
			"%s holds the role %s, and whoever writes models does not approve them", t.Official, t.Role.Apart())
	}
	steward := func(x role.Term) bool { return x.Role == role.Steward && x.Good(now) }
	_, given, err := d.roles.HeldRoles(ctx, g.Agency, g.Name, now)
	switch {
	case err != nil:
		return err
	case t.Role != role.Steward || slices.ContainsFunc(all, steward) || given && by.agency != founder:
		return stewarded(by)
	case by.agency != g.Agency:
		return by.As(role.Steward)
	}
	return nil
}

// stewarded holds that the official is a steward, by a role that it holds: not to need one is not enough.
func stewarded(by Credential) error {
	if slices.Contains(by.held, role.Steward) {
		return nil
	}
	return notAppointed(by.Actor(), []role.Role{role.Steward})
}

// Dismiss ends a role at once, for a reason: one official is enough, a steward of the agency or of the one that set up the platform,
// or the holder itself. What was let in by it and is not recorded yet is refused.
func (d *Desk) Dismiss(ctx context.Context, by Credential, credential string, which role.Role, reason string) error {
	g, err := d.store.Credential(ctx, credential)
	if err != nil {
		return err
	}
	founder, err := d.store.Founder(ctx)
	if err != nil {
		return err
	}
	switch own := by.official == g.Official && by.agency == g.Agency; {
	case by.official == "" || by.system != "" || by.agency != g.Agency && by.agency != founder:
		return fault.New(fault.Unauthenticated, "access.role.agency", "the role is not yours to end").With("have its holder, or a steward of " + g.Agency + " or of " + founder + " end it")
	case strings.TrimSpace(reason) == "":
		return fault.New(fault.Invalid, "access.role.reason", "it is not said why the role ends").With("give the reason: --reason TEXT")
	case !own:
		if err := stewarded(by); err != nil {
			return d.Tried(ctx, by, "role", string(which), err)
		}
	}
	now := d.now()
	return d.roles.EndRole(ctx, role.Term{
		Agency: g.Agency, Credential: g.Name, Role: which, EndedAt: now, EndedBy: by.Actor().Title(), Reason: strings.Join(strings.Fields(reason), " "),
	}, &ledger.Entry{
		At: now, Act: ledger.Credential, What: "role ended", Reader: by.agency, Official: by.official, Detail: "role=" + string(which) + " credential=" + g.Name,
	})
}

// Appointments are the roles that were given in an agency, or everywhere where it is "", for officials of the agency and of the one
// that set up the platform.
func (d *Desk) Appointments(ctx context.Context, by Credential, agency string) ([]role.Term, error) {
	founder, err := d.store.Founder(ctx)
	if err != nil {
		return nil, err
	}
	if by.official == "" || by.agency != founder && by.agency != agency {
		return nil, fault.New(fault.Unauthenticated, "access.role.list", "who holds which role is for officials of the agency").
			With("name your own agency, or have an official of " + founder + " ask")
	}
	return d.roles.Roles(ctx, agency)
}
