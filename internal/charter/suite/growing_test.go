package suite_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"probity/internal/store/rulebooks"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/access/quota"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// newcomes has a supplier report on somebody nobody has heard of: a subject comes into the register, once, and gets a
// credential of its own. From then on it is one of the town.
func newcomes(h *history) act {
	n := h.number()
	p := &party{name: fmt.Sprintf("newcomer-%d", n), kind: subject.Enterprise, scheme: subject.USCC, born: calendar.None}
	var err error
	if h.seldom(2, "a person") {
		p.kind, p.scheme, p.born = subject.Person, subject.ResidentID, calendar.MustParse("1985-03-02")
		p.value, err = identifier.SyntheticResidentID(p.born, uint64(1000+n), true)
	} else {
		p.value, err = identifier.SyntheticUSCC("91", uint64(1000+n))
	}
	if err != nil {
		h.Fatal(err)
	}
	dataset, line := firstMatter(p, 1000+n, h.today())
	a := act{name: p.name + " comes into the register"}
	subjects := h.count(`SELECT count(*) FROM subject`)
	r := &row{dataset: dataset, key: fmt.Sprintf("first-%d", 1000+n), of: p, on: h.today() - 60, ended: calendar.None, final: calendar.None}
	if p.kind == subject.Enterprise {
		r.weight = 1
	}
	r.lapse = r.lapses()
	r.earliest = r.lapse
	flawed := h.seldom(4, "a number nobody has")
	if flawed { // the last character checks the others: one of the two is wrong
		wrong := "1"
		if strings.HasSuffix(p.value, wrong) {
			wrong = "2"
		}
		line = strings.Replace(line, p.value, p.value[:len(p.value)-1]+wrong, 1)
		a.breaks = "C15: strong identifier"
	}
	r.record, a.err = h.send(intake.Job{By: h.sends(supplierOf(dataset)), Dataset: dataset}, headings[dataset], line)
	grown := h.count(`SELECT count(*) FROM subject`) - subjects
	if flawed && grown != 0 || !flawed && a.err == nil && grown != 1 {
		h.violated("C15", "%s: %d subjects came into the register", a, grown)
	}
	if a.err != nil || flawed {
		return a
	}
	p.id = idOf(fmt.Sprint(h.count(`SELECT subject FROM record_version WHERE record = ?`, int64(r.record))))
	a.touched = []subject.ID{p.id}
	h.town.secrets[p.name], a.err = h.d.Access.Issue(h.ctx, h.as("wu"), h.as("lin"), access.Grant{Name: p.name, Subject: p.id, Proof: digestHex})
	h.rows, h.town.parties = append(h.rows, r), append(h.town.parties, p)
	return a
}

// exhausts has an agency read until its quota for the day is used up, and once more.
func exhausts(h *history) act {
	p := h.somebody(subject.Enterprise, subject.PublicBody)
	as := h.as(pick(h, "reader", "wu", "mu", "he"))
	r := access.Request{As: as, Subject: p.id, What: access.Decision, Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: fmt.Sprintf("case %d", h.number())}
	a := act{touched: []subject.ID{h.stands(p)}, breaks: "C11: quota"}
	a.name = fmt.Sprintf("%s reads about %s once more than its quota allows", as.Name(), p.name)
	uses, err := h.d.Access.Uses(h.ctx, h.today())
	if err != nil {
		h.Fatal(err)
	}
	made := int64(0)
	for _, u := range uses {
		if u.Reader == as.Agency() && u.Purpose == r.Purpose {
			made = u.Count
		}
	}
	h.limits(fmt.Sprintf("quotas: [{purpose: %s, per_day: %d, from: 2026-01-01}]\n", r.Purpose, made+1))
	defer func() { h.d.Access.Limiting(quota.BuiltIn()) }()
	if _, err := h.d.Access.Open(h.ctx, r); err != nil {
		h.violated("C11", "%s: %d reads of %d were made, and the next is refused: %v", a, made, made+1, err)
	}
	h.looked(as, h.stands(p), r.What, r.Purpose, r.Case)
	_, a.err = h.d.Access.Open(h.ctx, r)
	return a
}

// limits puts quotas into the place of the built-in ones.
func (h *history) limits(quotas string) {
	h.Helper()
	t, err := quota.Parse([]byte(quotas + "others: {per_day: 10000, from: 2026-01-01}\nrise: {factor: 3, days: 28, least: 200}\n"))
	if err != nil {
		h.Fatal(err)
	}
	h.d.Access.Limiting(t)
}

// imports has files put on top of the catalogue, as probity catalogue import does: a dataset of another agency, one that
// asks for what is never recorded, or a benefit whose baseline got worse.
func imports(h *history) act {
	agency, family := pick(h, "supplier", "neighbour", "museum", "court"), pick(h, "family", "penalty", "fine")
	a := act{everybody: true, name: fmt.Sprintf("a dataset %s.%s comes into the catalogue", agency, family)}
	files, err := rulebooks.In(h.d.Store).Catalogue(h.ctx)
	if err != nil {
		h.Fatal(err)
	}
	files = maps.Clone(files)
	file := deployment.LocalFolder + agency + "-" + family + ".yaml"
	files[file] = fmt.Appendf(nil, "supplier: %s\ndatasets:\n  - {family: %s}\n", agency, family)
	switch pick(h, "flaw", "", "", "", "belief", "worse baseline") {
	case "belief":
		files[file] = append(files[file], "    fields: [{name: religion, title: Religion | 宗教, type: text}]\n"...)
		files[file] = []byte(strings.Replace(string(files[file]), "- {family: "+family+"}", "- family: "+family, 1))
		a.name, a.breaks = "a dataset that asks for belief comes into the catalogue", "C2: field of the catalogue"
	case "worse baseline":
		world := deployment.LocalFolder + "world.yaml"
		text := strings.Replace(string(files[world]), "open to everybody by day, free on Sundays", "open to everybody on Mondays", 1)
		if text == string(files[world]) {
			h.Fatal("the baseline of the museum is not where it was")
		}
		files[world] = []byte(text)
		a.name, a.breaks = "a benefit whose baseline got worse comes into the catalogue", "C5: baseline"
	}
	set, faults, err := deployment.ReadRules(files, nil)
	if a.err = errors.Join(err, faults.Err()); a.err != nil {
		return a
	}
	permit, err := h.d.AdmitRules(h.ctx, files, set, h.today())
	if a.err = err; err != nil {
		return a
	}
	if a.err = rulebooks.In(h.d.Store).SaveCatalogue(h.ctx, permit, h.clock()); a.err != nil || a.breaks != "" {
		return a
	}
	if a.err = h.shut(); a.err != nil {
		return a
	}
	h.reopen()
	clear(h.credentials)
	if h.d.Catalogue.Dataset(agency+"."+family) == nil {
		h.violated("C2", "%s: and is not in it", a)
	}
	return a
}

// sweepsEnds writes down what has come to its end and brings what was let lie before the body above, once: exactly what is
// over or late by the diary.
func sweepsEnds(h *history) act {
	a := act{name: "what has come to its end is told, and what was let lie goes to the body above", everybody: true}
	ends, err := h.d.SweepEnds(h.ctx, h.ratings)
	if a.err = err; err != nil {
		return a
	}
	for _, e := range ends.Entries {
		for _, l := range h.listed {
			if fmt.Sprint(e) == fmt.Sprint(l.ID) {
				l.steps = append(l.steps, entry.Step{Act: entry.Expire})
			}
		}
	}
	for _, id := range ends.Orders {
		if o := h.ordered(id); o == nil || o.annuled || h.today() < o.Until() {
			h.violated("C4", "%s: the order %s came to its end by %+v", a, id, o)
		}
	}
	for _, id := range ends.Escalated {
		if o := h.ordered(id); o == nil || !o.above && (o.answerBy == calendar.None || h.today() <= o.answerBy) {
			h.violated("C4", "%s: the order %s went to the body above, by %+v", a, id, o)
		}
	}
	for _, o := range h.orders {
		late := o.answerBy != calendar.None && h.today() > o.answerBy && o.holds(h.today()) && !h.confined[o.on] && !h.erased[o.on]
		if late && !slices.Contains(ends.Escalated, o.ID) {
			h.violated("C4", "%s: nobody answered the objection to the order %s by %s, and it lies", a, o.ID, o.answerBy)
		}
		if slices.Contains(ends.Escalated, o.ID) {
			o.answerBy, o.above = calendar.None, true // the clock of the body above runs now
		}
	}
	for _, id := range ends.Reviews {
		if !slices.ContainsFunc(h.proposals, func(p *proposal) bool { return p.made.ID == id && p.asked && !p.reviewed }) {
			h.violated("C14", "%s: nobody waits for a review of %s", a, id)
		}
	}
	again, err := h.d.SweepEnds(h.ctx, h.ratings)
	if n := len(again.Entries) + len(again.Orders) + len(again.Escalated) + len(again.Reviews) + len(again.Overdue); err == nil && n != 0 {
		h.violated("C7", "%s: %d ends are told twice: %+v", a, n, again)
	}
	a.err = err
	return a
}

// ordered is the order of a number, nil where there is none.
func (h *history) ordered(id order.ID) *ordered {
	i := slices.IndexFunc(h.orders, func(o *ordered) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return h.orders[i]
}
