package suite_test

import (
	"bytes"
	"fmt"

	"probity/internal/access"
	"probity/internal/ownfile"
	"probity/internal/subject"
	"probity/internal/subject/proof"
)

// readsWholeFile has somebody take its whole file away, in both forms; each of its records is in it.
func readsWholeFile(h *history) act {
	p := h.somebody()
	as := h.as(p.name)
	a := act{name: p.name + " takes its whole file away", everybody: h.linked(p), touched: []subject.ID{h.stands(p)}}
	h.takesAway(&a, p, as, func() (*ownfile.File, error) { return h.d.OwnFile(h.ctx, as, p.id, "en") })
	return a
}

// takesFileAtCounter has two officials hand somebody its whole file, by a document that both looked at, or with one thing
// wrong. Nobody else's business is in it, and the entry names both.
func takesFileAtCounter(h *history) act {
	p := h.somebody()
	as, counter := h.as("wu"), access.Counter{With: h.as("he"), Proof: proof.Of(p.natural())[0]}
	a := act{everybody: h.linked(p), touched: []subject.ID{h.stands(p)}}
	switch pick(h, "flaw", "", "", "", "alone", "nobody", "document", "subject") {
	case "alone":
		counter.With, a.breaks = as, "C11: second official"
	case "nobody":
		counter.With, a.breaks = access.Credential{}, "C11: second official"
	case "document":
		counter.Proof, a.breaks = proof.Of(!p.natural())[0], "C11: proof of identity"
	case "subject":
		as, a.breaks = h.as(p.name), "C11: official"
	}
	a.name = fmt.Sprintf("%s hands %s its whole file at a counter, by its %s", as.Name(), p.name, counter.Proof)
	h.takesAway(&a, p, as, func() (*ownfile.File, error) {
		return h.d.OwnFileAtCounter(h.ctx, as, counter, p.id, "zh")
	})
	if a.err == nil && a.breaks == "" && h.count(`SELECT count(*) FROM ledger_entry WHERE subject = ? AND official = ? AND detail LIKE '%with=ministry/' || ?`,
		int64(h.stands(p)), as.Official(), counter.With.Official()) == 0 {
		h.violated("C11", "%s: no entry names both officials", a)
	}
	return a
}

// takesAway has the whole file of a party given, and holds that each of its records is in it, and nobody else's number.
func (h *history) takesAway(a *act, p *party, by access.Credential, give func() (*ownfile.File, error)) {
	before := h.count(`SELECT count(*) FROM ledger_entry WHERE act = 'read'`)
	file, err := give()
	if a.err = err; err != nil || a.breaks != "" {
		return
	}
	for range h.count(`SELECT count(*) FROM ledger_entry WHERE act = 'read'`) - before {
		h.looked(by, h.stands(p), access.OwnFile, ownPurpose, "")
	}
	text, err := file.MarshalJSON()
	if a.err = err; err != nil {
		return
	}
	for _, r := range h.livingRows(p) {
		if r.seen(h.today()) && !bytes.Contains(text, []byte(r.record.String())) {
			h.violated("C12", "%s: %s of %s is not in it", a, r.key, r.dataset)
		}
	}
	for _, other := range h.town.parties {
		if h.stands(other) != h.stands(p) && other.scheme.Personal() && bytes.Contains(text, []byte(other.value)) {
			h.violated("C6", "%s: it names the number of %s", a, other.name)
		}
	}
	var page bytes.Buffer
	a.err = file.WriteReport(&page, "zh")
}
