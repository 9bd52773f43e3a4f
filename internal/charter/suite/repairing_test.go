package suite_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/intake"
	"probity/internal/repair"
	"probity/internal/repair/application"
	"probity/internal/subject"
)

// applied is an application for repair that was accepted.
type applied struct {
	id    application.ID
	row   *row
	by    *party
	state application.State
	// granted: its record is gone by it.
	granted bool
}

// repairable is the first day on which a fine can be repaired: three months after it, in every regime that bears on the
// histories' days.
func repairable(r *row) calendar.Day { return r.on.Add(calendar.Period{Months: 3}) }

// fines are the matters on which the rules of repair bear, that may be seen and that nobody contests.
func (h *history) fines(but func(*row) bool) []*row {
	return slices.DeleteFunc(slices.Clone(h.rows), func(r *row) bool {
		return r.dataset != "ministry.fine" || !r.seen(h.today()) || h.linked(r.of) || h.contestOf(r) != nil || but(r)
	})
}

// fined reports a fine that can be repaired already.
func (h *history) fined(p *party) *row {
	r := &row{
		dataset: "ministry.fine", key: fmt.Sprintf("no-%d", h.number()), of: p, on: h.today() - 120, ended: calendar.None,
		final: calendar.None, weight: 1,
	}
	r.lapse = r.lapses()
	r.earliest = r.lapse
	var err error
	if r.record, err = h.send(intake.Job{By: h.sends("ministry"), Dataset: r.dataset}, headings[r.dataset], r.text(calendar.None)); err != nil {
		h.Fatalf("the fine %s of %s: %v\n%s", r.key, p.name, err, h.tale())
	}
	h.rows = append(h.rows, r)
	return r
}

// asksRepair has a subject ask for the repair of a fine, in order or with one thing wrong.
func asksRepair(h *history) act {
	list := h.fines(func(r *row) bool {
		return slices.ContainsFunc(h.applied, func(a *applied) bool {
			return a.row == r && (a.state == application.Deciding || a.state == application.Reviewing || a.state == application.Withdrawn)
		})
	})
	ripe := slices.DeleteFunc(slices.Clone(list), func(r *row) bool { return h.today() < repairable(r) })
	if len(list) == 0 || len(ripe) == 0 && h.seldom(2, "fined before") {
		ripe = []*row{h.fined(h.party(pick(h, "fined", "yard", "trader", "neighbour")))}
	}
	if len(ripe) > 0 {
		list = ripe
	}
	r := pick(h, "fine", list...)
	q := repair.Request{
		Own: repair.Own{By: h.as(r.of.name)}, Subject: r.of.id, Record: r.record, Cure: "the fine was paid on the day",
		Commitment: "What is said here is true, and we answer for it.", Proofs: []repair.File{{Name: "receipt.txt", Body: []byte("paid")}},
	}
	a := act{touched: []subject.ID{h.stands(r.of)}}
	switch flaw := pick(h, "flaw", "", "", "", "", "stranger", "official", "no cure", "no proof", "no commitment"); {
	case flaw == "stranger" && r.of.name != "neighbour":
		q.By, a.breaks = h.as("neighbour"), "C10: own act of the subject"
	case flaw == "official":
		q.By, a.breaks = h.as("he"), "C10: own act of the subject"
	case flaw == "no cure":
		q.Cure, a.breaks = " ", "C10: account of the cure"
	case flaw == "no proof":
		q.Proofs, a.breaks = nil, "C10: proof of the cure"
	case flaw == "no commitment":
		q.Commitment, a.breaks = "yes", "C10: public commitment"
	}
	if a.breaks == "" && h.today() < repairable(r) {
		a.breaks = "C10: least period of publication"
	}
	a.name = fmt.Sprintf("%s asks for the repair of %s of %s, of %s", q.By.Name(), r.key, r.of.name, r.on)
	made, err := h.d.Repairs(h.ratings).Ask(h.ctx, q)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	if made.Handler != "ministry" || made.DecideBy <= h.today() || made.AnswerBy < made.DecideBy {
		h.violated("C10", "%s: %s decides until %s, and the subject is told until %s", a, made.Handler, made.DecideBy, made.AnswerBy)
	}
	h.applied = append(h.applied, &applied{id: made.ID, row: r, by: r.of, state: application.Deciding})
	return a
}

// repairSteps are the lawful steps of a repair by its state.
var repairSteps = map[application.State][]application.Act{
	application.Deciding: {application.Grant, application.Refuse}, application.Refused: {application.AskReview},
	application.Reviewing: {application.Grant, application.Uphold}, application.Withdrawn: {application.AskReview},
}

// decidesRepair has an official, or for a review the subject, take the next step of a repair, or somebody else try to.
func decidesRepair(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.applied), func(a *applied) bool {
		return repairSteps[a.state] == nil || a.row.gone || h.linked(a.by) || !a.row.seen(h.today()) || h.contestOf(a.row) != nil || h.today() < repairable(a.row)
	})
	if len(list) == 0 {
		return act{}
	}
	one := pick(h, "repair", list...)
	v := repair.Verdict{
		As: h.as("he"), Subject: one.by.id, Repair: one.id, Act: pick(h, "act", repairSteps[one.state]...),
		Reasons: "the receipt is of another fine; bring that of this one",
	}
	a := act{touched: []subject.ID{h.stands(one.by)}}
	switch v.Act {
	case application.Refuse:
		v.Unmet = []string{"cure"}
	case application.AskReview:
		v.As = h.as(one.by.name)
	}
	if one.state == application.Reviewing {
		v.As = h.as("hu")
	}
	flaw := pick(h, "flaw", "", "", "", "", "stranger", "rating", "no reasons", "no condition", "the same official", "an official asks")
	switch official := v.Act != application.AskReview; {
	case flaw == "stranger" && official:
		v.As, a.breaks = h.as(pick(h, "stranger", "mu", "ne")), "C10: body that listed it"
	case flaw == "rating" && official:
		v.Reasons, a.breaks = "its credit score is too low", "C4: ground other than a rating"
	case flaw == "no reasons" && official && v.Act != application.Grant:
		v.Reasons, a.breaks = "no", "C10: reasons"
	case flaw == "no condition" && v.Act == application.Refuse:
		v.Unmet, a.breaks = nil, "C10: unmet condition"
	case flaw == "the same official" && one.state == application.Reviewing:
		v.As, a.breaks = h.as("he"), "C10: another official"
	case flaw == "an official asks" && !official:
		v.As, a.breaks = h.as("he"), "C10: own act of the subject"
	}
	if a.breaks == "" && v.Act != application.AskReview && kinOfMinistry[one.by.name] {
		a.breaks = "C13: independent decider"
	}
	a.name = fmt.Sprintf("%s: the repair of %s of %s is %s", v.As.Name(), one.row.key, one.by.name, v.Act)
	after, err := h.d.Repairs(h.ratings).Decide(h.ctx, v)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	one.state, one.granted = after.State(), v.Act == application.Grant
	if v.Act == application.Grant {
		one.row.gone = true
	}
	return a
}

// takesRepairBack has the body that granted a repair withdraw it on a finding, or somebody else try to. The record is shown
// again and counts again; nothing else that is gone comes back with it.
func takesRepairBack(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.applied), func(a *applied) bool {
		return !a.granted || !a.row.gone || h.linked(a.by) || h.erased[a.by] || h.confined[a.by] || slices.Contains(h.erasedRows, a.row.record) ||
			a.row.lapse != calendar.None && h.today() >= a.row.lapse
	})
	if len(list) == 0 {
		return act{}
	}
	one := pick(h, "repair", list...)
	finding := sha256.Sum256(fmt.Appendf(nil, "inspector's report %d", h.number()))
	v := repair.Verdict{
		As: h.as("he"), Subject: one.by.id, Repair: one.id, Act: application.Withdraw, Reasons: "the inspector found the receipt to be made up",
		Unmet: []string{"cure"}, Finding: hex.EncodeToString(finding[:]),
	}
	a := act{touched: []subject.ID{h.stands(one.by)}}
	switch pick(h, "flaw", "", "", "", "stranger", "rating", "no finding", "its own word") {
	case "stranger":
		v.As, a.breaks = h.as(pick(h, "stranger", "mu", "ne")), "C10: body that listed it"
	case "rating":
		v.Reasons, a.breaks = "its credit score is too low", "C4: ground other than a rating"
	case "no finding":
		v.Finding, a.breaks = "", "C10: finding"
	case "its own word":
		v.Unmet, a.breaks = []string{"period"}, "C10: false statement of the subject"
	}
	a.name = fmt.Sprintf("%s takes the repair of %s of %s back", v.As.Name(), one.row.key, one.by.name)
	after, err := h.d.Repairs(h.ratings).Decide(h.ctx, v)
	if a.err = err; err != nil || a.breaks != "" {
		return a
	}
	if one.state = after.State(); one.state != application.Withdrawn {
		h.violated("C10", "%s: and it is %s", a, one.state)
	}
	one.row.gone, one.granted = false, false
	return a
}

// plansRepair has somebody look at what can be repaired, from when, and read an application back.
func plansRepair(h *history) act {
	list := h.fines(func(*row) bool { return false })
	if len(list) == 0 {
		return act{}
	}
	r := pick(h, "fine", list...)
	as := h.as(r.of.name)
	q := repair.Reading{As: as, Subject: r.of.id}
	a := act{name: r.of.name + " looks at what can be repaired", touched: []subject.ID{h.stands(r.of)}}
	service := h.d.Repairs(h.ratings)
	own := func() { h.looked(as, h.stands(r.of), access.OwnFile, ownPurpose, "") }
	if h.rateable(r.of, "company-score") {
		plan, err := service.Plan(h.ctx, q)
		if a.err = err; err != nil {
			return a
		}
		own()
		i := slices.IndexFunc(plan.Items, func(x repair.Item) bool { return x.Record == r.record })
		if i < 0 || plan.Items[i].Earliest != repairable(r) || plan.Items[i].Decider != "ministry" {
			h.violated("C10", "%s: %s of %s can be repaired from %s; the plan says %+v", a, r.key, r.on, repairable(r), plan.Items)
		}
	}
	item, err := service.Notice(h.ctx, q, r.record)
	if a.err = err; err != nil {
		return a
	}
	own()
	if item.Until != r.lapse {
		h.violated("C10", "%s: %s is shown until %s by its notice, and until %s by the rules", a, r.key, item.Until, r.lapse)
	}
	made, err := service.List(h.ctx, q)
	if a.err = err; err != nil {
		return a
	}
	own()
	for _, one := range h.applied {
		if one.by == r.of && !slices.ContainsFunc(made, func(m application.Application) bool { return m.ID == one.id }) {
			h.violated("C12", "%s: the application %s is not shown", a, one.id)
		}
	}
	if len(made) == 0 {
		return a
	}
	proof, err := service.Proof(h.ctx, q, made[0].ID, 1)
	if a.err = err; err == nil {
		own()
		if string(proof.Body) != "paid" {
			h.violated("C12", "%s: the proof is not as it was handed in: %q", a, proof.Body)
		}
	}
	waiting, err := service.Waiting(h.ctx, h.as("he"))
	if a.err = err; err == nil {
		for i := range waiting {
			if !slices.ContainsFunc(h.applied, func(one *applied) bool { return one.id == waiting[i].ID && repairSteps[one.state] != nil }) {
				h.violated("C10", "%s: %s waits, and by the diary it is decided", a, waiting[i].ID)
			}
		}
	}
	return a
}
