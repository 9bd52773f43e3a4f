package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/subject"
)

// Mandatebook is what the desk needs kept of mandates.
type Mandatebook interface {
	// NextMandate draws the id of a new one.
	NextMandate() mandate.ID
	// Mandates are those given by a subject or held by it, that are over among them, oldest first.
	Mandates(ctx context.Context, of subject.ID) ([]mandate.Mandate, error)
	// GiveMandate keeps one, with the entries of both ledgers and what both are told.
	GiveMandate(ctx context.Context, m mandate.Mandate, entries []*ledger.Entry, told []notice.Written) error
	// EndMandate ends one that was read, likewise; what is over already is a Conflict.
	EndMandate(ctx context.Context, m mandate.Mandate, entries []*ledger.Entry, told []notice.Written) error
}

// Mandating gives the desk the register of mandates, and gives the desk back. It is for the wiring, before the desk is used.
func (d *Desk) Mandating(b Mandatebook) *Desk {
	d.mandates = b
	return d
}

// MissingMandate is the element that an act for another lacks.
const MissingMandate = "mandate"

// Entrust enters a mandate by which the holder of a subject's own credential acts for another subject. Two officials at a counter enter
// it, who saw the document by which it was given and knew the principal, or who speaks for it by law. Both subjects are told.
func (d *Desk) Entrust(ctx context.Context, by, with Credential, credential string, m mandate.Mandate) (mandate.Mandate, error) {
	g, err := d.store.Credential(ctx, credential)
	if err != nil {
		return m, err
	}
	now := d.now().UTC().Truncate(time.Microsecond)
	m.Holder, m.Given, m.By, m.With = g.Subject, now, by.Actor().Title(), with.Actor().Title()
	if m.From.IsZero() {
		m.From = now
	}
	if m.Until.IsZero() {
		m.Until = m.From.AddDate(1, 0, 0)
	}
	principal, err := d.store.Subject(ctx, m.Principal)
	if err != nil {
		return m, err
	}
	if err := d.mayEntrust(ctx, by, with, &m, &g); err != nil {
		return m, d.Tried(ctx, by, "mandate", principal.ID.String(), err)
	}
	m.ID = d.mandates.NextMandate()
	return m, d.enter(ctx, &m, by.Actor(), notice.MandateGiven, d.mandates.GiveMandate)
}

// mayEntrust holds that two officials enter it, by a document, for a human being who acts in its own name, and for a time.
func (d *Desk) mayEntrust(ctx context.Context, by, with Credential, m *mandate.Mandate, g *Grant) error {
	if by.official == "" || with.official == "" || by.system != "" || with.system != "" || by.Actor().Title() == with.Actor().Title() {
		return charter.Refuse("C12", "second official", "have two officials, each with a credential of its own, see the document: --with NAME",
			"one official alone lets nobody act for another")
	}
	if err := by.As(role.Registrar); err != nil {
		return err
	}
	switch {
	case g.Subject == 0 || !g.RevokedAt.IsZero():
		return charter.Refuse("C12", "credential of the holder", "name the own credential of who is to act: probity credential add issues one at a counter",
			"the credential %q is no subject's own, or is revoked", g.Name)
	case g.Subject == m.Principal:
		return fault.New(fault.Invalid, "access.mandate.self", "nobody needs a mandate for itself")
	case !charter.IsSHA256(m.Proof):
		return charter.Refuse("C12", "document", "give the SHA-256 of the document by which the mandate was given",
			"no document shows that subject %s lets anybody act for it", m.Principal)
	case len(m.Acts) == 0:
		return fault.New(fault.Invalid, "access.mandate.acts", "the mandate is for nothing").With("say what for: read, contest, repair")
	case !m.Until.After(m.From) || m.Over(m.Given):
		return fault.New(fault.Invalid, "access.mandate.period", "the mandate would end before it begins, or is over already").With("give it a term that lies ahead")
	case m.Until.Sub(m.From) > mandate.Longest:
		return fault.New(fault.Invalid, "access.mandate.long", "the mandate would be good for longer than two years").With("give it for two years at most, and anew before its end")
	}
	for _, a := range m.Acts {
		if !slices.Contains(mandate.All, a) {
			return charter.Refuse("C12", "own act of the subject", "name read, contest or repair; to consent and the like is for the subject alone",
				"nobody does %q for another", a)
		}
	}
	holder, err := d.store.Subject(ctx, g.Subject)
	if err == nil && !holder.Natural() {
		err = charter.Refuse("C12", "human being", "name the credential of the human being who is to act", "subject %s is no human being, and acts through one itself", holder.ID)
	}
	return err
}

// EndMandate ends a mandate at once: the principal does it, the holder, or one official at a counter.
func (d *Desk) EndMandate(ctx context.Context, by Credential, principal subject.ID, id mandate.ID) error {
	none := fault.New(fault.NotFound, "access.mandate.none", "subject %s has given no mandate %s", principal, id).With("see those there are: probity mandate list")
	all, err := d.mandates.Mandates(ctx, principal)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(m mandate.Mandate) bool { return m.ID == id && m.Principal == principal })
	own := i >= 0 && by.subject != 0 && (by.subject == all[i].Principal || by.subject == all[i].Holder)
	if i < 0 || by.official == "" && !own {
		return none
	}
	if by.official != "" {
		if err := by.As(role.Registrar); err != nil {
			return d.Tried(ctx, by, "mandate", id.String(), err)
		}
	}
	m := all[i]
	m.EndedAt, m.EndedBy = d.now().UTC().Truncate(time.Microsecond), "the holder"
	switch {
	case by.official != "":
		m.EndedBy = by.Actor().Title()
	case by.subject == m.Principal:
		m.EndedBy = "the subject itself"
	}
	return d.enter(ctx, &m, by.Actor(), notice.MandateEnded, d.mandates.EndMandate)
}

// enter keeps what was done to a mandate, in the ledgers of both subjects, and tells both.
func (d *Desk) enter(ctx context.Context, m *mandate.Mandate, by charter.Actor, what notice.Occasion, keep keeping) error {
	at, with := m.Given, " "+SecondOfficial+"="+m.With
	facts := []notice.Fact{{Name: "holder", Value: m.Holder.String()}, {Name: "principal", Value: m.Principal.String()}}
	acts := make([]string, len(m.Acts))
	for i, a := range m.Acts {
		acts[i] = string(a)
		facts = append(facts, notice.Fact{Name: "covers", Value: string(a)})
	}
	if what == notice.MandateGiven {
		facts = append(facts, notice.Fact{Name: "to", Value: calendar.In(m.Until, calendar.Shanghai).String()}, notice.Fact{Name: "official", Value: m.By}, notice.Fact{Name: "official", Value: m.With})
	} else {
		at, with = m.EndedAt, ""
	}
	var entries []*ledger.Entry
	var told []notice.Written
	for _, of := range []subject.ID{m.Principal, m.Holder} {
		sub, err := d.store.Subject(ctx, of)
		if err != nil {
			return err
		}
		entries = append(entries, &ledger.Entry{
			Subject: sub.ID, At: at, Act: ledger.Mandate, What: strings.TrimPrefix(string(what), "mandate-"), Reader: by.Agency, Official: by.Official, Case: m.Proof,
			Detail: m.ID.String() + " holder=" + m.Holder.String() + " of=" + m.Principal.String() + " acts=" + strings.Join(acts, ",") + with,
		})
		sub.ID = of // each is told under its own id, whatever it is joined with
		w, err := d.clerk.Write(sub, notice.Notice{
			Subject: of, Occasion: what, At: at, About: m.ID.String(), By: by.Agency, Facts: facts, Law: "charter C12", Contest: notice.ByComplaint, Until: calendar.None,
		})
		if err != nil {
			return err
		}
		told = append(told, w)
	}
	return keep(ctx, *m, entries, told)
}

// keeping is what keeps a mandate as it is now, with the entries and notices of both subjects.
type keeping func(context.Context, mandate.Mandate, []*ledger.Entry, []notice.Written) error

// Mandates are those that a subject gave or holds: for the subject itself, and for officials at a counter.
func (d *Desk) Mandates(ctx context.Context, by Credential, of subject.ID) ([]mandate.Mandate, error) {
	if by.name == "" {
		return nil, noCredential()
	}
	if by.official == "" && by.subject != of {
		return nil, fault.New(fault.NotFound, "subject.none", "there is no such subject that this reader may know of").With("ask for your own mandates")
	}
	if by.official != "" {
		if err := by.As(role.Registrar); err != nil {
			return nil, d.Tried(ctx, by, "mandate", of.String(), err)
		}
		if _, err := d.Handling(ctx, by.Actor(), of, "mandates", charter.OwnFilePurpose, "charter C12", ""); err != nil {
			return nil, err
		}
	}
	return d.mandates.Mandates(ctx, of)
}

// Represent has a subject's credential act for another subject from here on, in what its mandate covers. It is asked for with
// every request, so that a mandate that ended is good for nothing at once. Whoever has none does not even learn whether there is
// such a subject.
func (d *Desk) Represent(ctx context.Context, c Credential, principal subject.ID) (Credential, error) {
	refused := fault.New(fault.Unauthenticated, "access.mandate", "the credential %q holds no mandate in force of whom it was shown for", c.name).
		With("have two officials at a counter enter it: probity mandate give")
	if c.subject == 0 || d.mandates == nil {
		return Credential{}, refused
	}
	all, err := d.mandates.Mandates(ctx, c.subject)
	if err != nil {
		return Credential{}, err
	}
	now := d.now()
	for i := range all {
		if m := &all[i]; m.Principal == principal && m.Holder == c.subject && m.Good(now) {
			c.mandate = *m
			return c, nil
		}
	}
	return Credential{}, refused
}

// For is the credential as it does such an act: where it was shown with a mandate, that of the principal, done through the
// holder; otherwise itself. A mandate that does not cover the act is refused. Who does not ask this acts for nobody but itself.
func (c Credential) For(act mandate.Act) (Credential, error) {
	if c.mandate.ID == 0 || c.through == c.mandate.ID {
		return c, nil
	}
	if !c.mandate.Covers(act) {
		return Credential{}, charter.Refuse("C12", MissingMandate, "have the subject do it itself, or a mandate entered that covers it",
			"the mandate %s does not cover the act %q", c.mandate.ID, act)
	}
	c.subject, c.through = c.mandate.Principal, c.mandate.ID
	return c, nil
}

// ActsFor is the subject for whom the credential was shown: the principal of its mandate, otherwise its own; 0 for an official's.
func (c Credential) ActsFor() subject.ID {
	if c.mandate.ID != 0 {
		return c.mandate.Principal
	}
	return c.subject
}
