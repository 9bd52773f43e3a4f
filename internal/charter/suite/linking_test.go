package suite_test

import (
	"fmt"
	"slices"

	"probity/internal/access"
	"probity/internal/subject"
)

// joined is a link that was accepted.
type joined struct {
	kept, merged *party
	undone       bool
}

func (h *history) linked(p *party) bool {
	return slices.ContainsFunc(h.links, func(l *joined) bool { return !l.undone && (l.kept == p || l.merged == p) })
}

// joins has an official join two subjects, as the Charter lets him or not.
func joins(h *history) act {
	kept, merged := h.party("mill"), h.party("mill-abroad")
	by, reason, evidence := h.as(pick(h, "official", "wu", "he")), "one firm by the register of companies", "extract 17"
	a := act{}
	switch pick(h, "flaw", "", "", "", "no reason", "no evidence", "nobody", "persons", "conflict", "sole trader", "kinds", "itself", "subject") {
	case "no reason":
		reason, a.breaks = " ", "C15: reason"
	case "no evidence":
		evidence, a.breaks = "", "C15: evidence"
	case "nobody":
		by, a.breaks = access.Credential{}, "C15: official"
	case "subject":
		by, a.breaks = h.as("yard"), "C15: official"
	case "persons":
		kept, merged, a.breaks = h.party("ai"), h.party("bo"), "C15: exact strong identifier"
	case "conflict":
		merged, a.breaks = h.party("yard"), "C15: identifiers without conflict"
	case "sole trader":
		kept, a.breaks = h.party("trader"), "C15: same kind"
	case "kinds":
		kept, a.breaks = h.party("bureau"), "C15: same kind"
	case "itself":
		merged, a.breaks = kept, "C15: two subjects"
	}
	if h.linked(merged) || kept == merged {
		if a.breaks == "" {
			return act{}
		}
	}
	a.name = fmt.Sprintf("%s joins %s to %s", by.Name(), merged.name, kept.name)
	a.touched = []subject.ID{h.stands(kept), h.stands(merged), kept.id, merged.id}
	_, a.err = h.d.Registrar().Merge(h.ctx, by, h.stands(kept), h.stands(merged), reason, evidence)
	if a.err == nil && a.breaks == "" {
		h.links = append(h.links, &joined{kept: kept, merged: merged})
	}
	return a
}

// parts undoes a link.
func parts(h *history) act {
	i := slices.IndexFunc(h.links, func(l *joined) bool { return !l.undone })
	if i < 0 {
		return act{}
	}
	l := h.links[i]
	by, reason := h.as("wu"), "two firms after all"
	a := act{name: fmt.Sprintf("%s is parted from %s", l.merged.name, l.kept.name), touched: []subject.ID{l.kept.id, l.merged.id}}
	switch pick(h, "flaw", "", "", "", "no reason", "nobody") {
	case "no reason":
		reason, a.breaks = "", "C15: reason"
	case "nobody":
		by, a.breaks = access.Credential{}, "C15: official"
	}
	_, a.err = h.d.Registrar().Split(h.ctx, by, l.merged.id, reason)
	if a.err == nil && a.breaks == "" {
		l.undone = true
	}
	return a
}

// issues has officials issue a credential for a subject or for a colleague, in order or not.
func issues(h *history) act {
	p := h.somebody()
	g := access.Grant{Name: fmt.Sprintf("new-%d", h.number()), Subject: p.id, Proof: digestHex}
	by, with := h.as("wu"), h.as("lin")
	a := act{name: fmt.Sprintf("a credential for %s", p.name), touched: []subject.ID{h.stands(p), p.id}}
	switch pick(h, "flaw", "", "", "one official", "the same twice", "no proof", "by a subject") {
	case "one official":
		with, a.breaks = access.Credential{}, "C11: second official"
	case "the same twice":
		with, a.breaks = by, "C11: second official"
	case "no proof":
		g.Proof, a.breaks = "", "C11: proof of identity"
	case "by a subject":
		by, a.breaks = h.as("yard"), "C12: official"
	}
	secret, err := h.d.Access.Issue(h.ctx, by, with, g)
	if a.err = err; err != nil {
		return a
	}
	c, err := h.d.Access.Authenticate(h.ctx, g.Name, secret)
	if a.err = err; err == nil && c.Subject() != p.id && c.Subject() != h.stands(p) {
		h.violated("C12", "%s opens the file of %s", a, c.Subject())
	}
	if _, err := h.d.Access.Authenticate(h.ctx, g.Name, secret+"x"); err == nil {
		h.violated("C11", "%s: a wrong secret is good", a)
	}
	return a
}

// revokes ends a credential; what was shown before its end must not be good after it.
func revokes(h *history) act {
	p := h.somebody()
	name := fmt.Sprintf("short-%d", h.number())
	a := act{name: "a credential of " + p.name + " is issued and revoked", touched: []subject.ID{h.stands(p), p.id}}
	secret, err := h.d.Access.Issue(h.ctx, h.as("wu"), h.as("lin"), access.Grant{Name: name, Subject: p.id, Proof: digestHex})
	if a.err = err; err != nil {
		return a
	}
	shown, err := h.d.Access.Authenticate(h.ctx, name, secret)
	if a.err = err; err != nil {
		return a
	}
	if a.err = h.d.Access.Revoke(h.ctx, h.as("wu"), name); a.err != nil {
		return a
	}
	if _, err := h.d.Access.Open(h.ctx, access.Request{As: shown, Subject: p.id, What: access.OwnFile}); err == nil {
		h.violated("C11", "%s, and what was shown of it before is still good", a)
	}
	if _, err := h.d.Access.Authenticate(h.ctx, name, secret); err == nil {
		h.violated("C11", "%s, and opens a file", a)
	}
	return a
}
