package suite_test

import (
	"fmt"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/delay"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// kept is an order of a court that keeps reads from their subject for a time.
type kept struct {
	of                    *party
	reader, purpose, file string
	from                  time.Time
	end                   calendar.Day
	revealed              bool
}

// hides tells whether the order keeps a read back on a day.
func (k *kept) hides(r *reading, today calendar.Day) bool {
	return today < k.end && r.of == k.of.id && r.by.Agency() == k.reader && r.purpose == k.purpose && r.file == k.file && !r.at.Before(k.from)
}

// closes has somebody close its file to reads that rest on its consent, or open it again.
func closes(h *history) act {
	p := h.somebody(subject.Person, subject.Enterprise)
	by, shut := h.as(p.name), h.seldom(2, "closes")
	a := act{touched: []subject.ID{h.stands(p)}}
	switch flaw := pick(h, "by", "own", "own", "own", "official", "stranger"); {
	case flaw == "official":
		by, a.breaks = h.as("wu"), "C11: own credential"
	case flaw == "stranger" && p.name != "neighbour":
		by, a.breaks = h.as("neighbour"), "C11: own credential"
	case !p.consents():
		a.breaks = "C11: read by consent"
	}
	a.name = fmt.Sprintf("%s closes the file of %s (%v)", by.Name(), p.name, shut)
	changed, err := h.d.Access.Freeze(h.ctx, by, p.id, shut)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	if changed != (h.closed[p] != shut) {
		h.violated("C11", "%s: changed is %v, and it was %v", a, changed, h.closed[p])
	}
	h.closed[p] = shut
	return a
}

// keepsBack has a court order that reads be kept from their subject, in order or with one thing wrong.
func keepsBack(h *history) act {
	p := pick(h, "who", h.party("yard"), h.party("bureau"), h.party("head"), h.party("ai"))
	if h.erased[p] {
		return act{}
	}
	o := delay.Order{
		Subject: p.id, Reader: pick(h, "reader", "ministry", "bank"), Purpose: "court-case", Case: fmt.Sprintf("(2026) inquiry %d", h.number()),
		Document: "(2026) order 5", Digest: digestHex, Basis: "civil-procedure-law", End: h.today() + calendar.Day(pick(h, "days", 1, 20, 100)),
	}
	by := h.as(pick(h, "court", "qi", "ma"))
	a := act{touched: []subject.ID{p.id}}
	switch pick(h, "flaw", "", "", "", "", "no court", "itself", "no end", "too long", "for lending", "no case", "no document", "a name for a case") {
	case "no court":
		by, a.breaks = h.as("he"), "C11: court"
	case "itself":
		by, a.breaks = h.as(p.name), "C11: official"
	case "no end":
		o.End, a.breaks = calendar.None, "C11: end date"
	case "too long":
		o.End, a.breaks = h.today().Add(calendar.Period{Months: 7}), "C11: end date"
	case "for lending":
		o.Purpose, o.Basis, a.breaks = "home-lending", "pipl art. 13", "C11: purpose"
	case "no case":
		o.Case, a.breaks = " ", "C11: case"
	case "no document":
		o.Digest, a.breaks = "", "C11: document"
	case "a name for a case":
		o.Case, a.breaks = "the case of "+p.value, "C11: case number"
		if !p.kind.Natural() {
			o.Case = "the case of " + p.id.String()
		}
	}
	a.name = fmt.Sprintf("%s keeps reads of %s by %s in %q back until %s", by.Name(), p.name, o.Reader, o.Case, o.End)
	from := h.now
	if _, a.err = h.d.Delays().Enter(h.ctx, by, o); a.err == nil && a.breaks == "" {
		h.kept = append(h.kept, &kept{of: p, reader: o.Reader, purpose: o.Purpose, file: o.Case, from: from, end: o.End})
	}
	return a
}

// looksInCase has the reader of such an order read in its case.
func looksInCase(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.kept), func(k *kept) bool { return h.erased[k.of] })
	if len(list) == 0 {
		return act{}
	}
	k := pick(h, "order", list...)
	r := access.Request{
		As: h.as(map[string]string{"ministry": "he", "bank": "wu"}[k.reader]), Subject: k.of.id, What: access.File, Purpose: k.purpose,
		Basis: "civil-procedure-law", Case: k.file,
	}
	a := act{name: fmt.Sprintf("%s reads the file of %s in %q", r.As.Name(), k.of.name, r.Case), touched: []subject.ID{k.of.id}}
	a.err = h.read(a, k.of, r)
	return a
}

// reveals tells everybody of the reads whose time to be kept back is over.
func reveals(h *history) act {
	a := act{name: "reads that were kept back are shown", everybody: true}
	due := 0
	for i := range h.reads {
		r := &h.reads[i]
		over := slices.ContainsFunc(h.kept, func(k *kept) bool {
			return !k.revealed && h.today() >= k.end && k.hides(r, k.end-1)
		})
		if over && !slices.ContainsFunc(h.kept, func(k *kept) bool { return k.hides(r, h.today()) }) {
			due++
		}
	}
	told, err := h.d.Delays().Reveal(h.ctx)
	if a.err = err; err != nil {
		return a
	}
	if told != due {
		h.violated("C11", "%s: subjects are told of %d reads, and %d were kept from them until today", a, told, due)
	}
	for _, k := range h.kept {
		k.revealed = k.revealed || h.today() >= k.end
	}
	counts, err := h.d.Delays().Counts(h.ctx)
	var orders, running int64
	for _, c := range counts {
		orders, running = orders+c.Orders, running+c.Running
	}
	still := 0
	for _, k := range h.kept {
		if h.today() < k.end {
			still++
		}
	}
	if a.err = err; err == nil && (orders != int64(len(h.kept)) || running != int64(still)) {
		h.violated("C11", "%s: the public count is %d, %d of them running; there are %d and %d", a, orders, running, len(h.kept), still)
	}
	return a
}

// logIsWhole holds that the subject is shown every line of its ledger, and what each says but for what a court keeps back
// today.
func (h *history) logIsWhole(a act, p *party, log []ledger.Entry) {
	if n := h.count(`SELECT count(*) FROM ledger_entry WHERE subject = ?`, int64(h.stands(p))); n != len(log) {
		h.violated("C11", "%s: %d lines of the ledger are shown, and there are %d", a, len(log), n)
	}
	hidden := 0
	for _, k := range h.kept {
		if k.of == p && h.today() < k.end {
			hidden++ // the line of the order itself
		}
	}
	for i := range h.reads {
		if r := &h.reads[i]; r.of == h.stands(p) && slices.ContainsFunc(h.kept, func(k *kept) bool { return k.hides(r, h.today()) }) {
			hidden++
		}
	}
	withheld := 0
	for i := range log {
		if log[i].Act == ledger.Withheld {
			withheld++
		}
	}
	if withheld != hidden {
		h.violated("C11", "%s: of %d lines the contents are withheld, and by the orders in force of %d", a, withheld, hidden)
	}
}

// looksAtSeveral has an official ask about two subjects in one case: each has an entry that tells nothing of the other.
func looksAtSeveral(h *history) act {
	p, q := h.somebody(), h.somebody()
	if h.stands(p) == h.stands(q) {
		return act{}
	}
	r := access.Request{
		As: h.as("qi"), What: access.Decision, Purpose: "decide-restriction", Basis: "civil-procedure-law",
		Case: fmt.Sprintf("(2026) both %d", h.number()),
	}
	a := act{touched: []subject.ID{h.stands(p), h.stands(q)}}
	switch pick(h, "flaw", "", "", "", "no case", "no purpose") {
	case "no case":
		r.Case, a.breaks = "", "C11: case"
	case "no purpose":
		r.Purpose, a.breaks = "", "C11: purpose"
	}
	a.name = fmt.Sprintf("%s asks about %s and %s together", r.As.Name(), p.name, q.name)
	scopes, err := h.d.Access.OpenEach(h.ctx, r, []subject.ID{p.id, q.id})
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	for i, of := range []*party{p, q} {
		if scopes[i].Subject().ID != h.stands(of) {
			h.violated("C11", "%s: scope %d is about %s", a, i, scopes[i].Subject().ID)
		}
		h.looked(r.As, h.stands(of), access.Decision, r.Purpose, "")
	}
	if n := h.count(`SELECT count(*) FROM ledger_entry WHERE casefile = ?`, r.Case); n != 0 {
		h.violated("C11", "%s: %d entries carry the number of the case, by which each learns of the other", a, n)
	}
	reference := ""
	h.each(func(col []string) { reference = col[0] }, `SELECT casefile FROM ledger_entry WHERE subject = ? ORDER BY seq DESC LIMIT 1`, int64(h.stands(p)))
	if file, err := h.d.Access.CaseOf(h.ctx, h.as("ma"), reference); err != nil || file != r.Case {
		h.violated("C11", "%s: the reader is told the case %q behind its reference: %v", a, file, err)
	}
	if _, err := h.d.Access.CaseOf(h.ctx, h.as("wu"), reference); err == nil {
		h.violated("C11", "%s: another agency learns the case behind a reference", a)
	}
	return a
}
