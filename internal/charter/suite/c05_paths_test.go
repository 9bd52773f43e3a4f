package suite_test

import (
	"fmt"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/ownfile"
	"probity/internal/repair"
)

// looksAt has others read the person's file for reasons that need no consent, and asks what of it the person sees.
func looksAt(w *twins, p *party) (lines []string) {
	for _, r := range []access.Request{
		{As: w.as("qi"), What: access.File, Purpose: "court-order", Basis: "pipl art. 13", Case: "case 1"},
		{As: w.as("qi"), What: access.Decision, Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: "case 2"},
		{As: w.as("he"), What: access.File, Purpose: "home-supervision", Basis: "credit-reporting"},
		{As: w.as("ne"), What: access.File, Purpose: "home-lending", Basis: "pipl art. 13"},
	} {
		r.Subject = p.id
		scope, err := w.d.Access.Open(w.ctx, r)
		if err != nil || r.What != access.File {
			lines = append(lines, said(r.As.Name()+" opens", err, scope.Level()))
			continue
		}
		file, err := w.d.Store.File(w.ctx, scope, w.d.Contracts)
		for i := range file {
			v := file[i].Newest()
			lines = append(lines, said(r.As.Name()+" reads", nil, v.Dataset, v.Status))
		}
		lines = append(lines, said(r.As.Name()+" reads the file", err, len(file)))
	}
	scope, err := w.own(p)
	if err != nil {
		return append(lines, said("own", err))
	}
	log, err := w.d.Access.Log(w.ctx, scope)
	for i := range log {
		if e := &log[i]; e.Reader == "court" || e.Reader == "ministry" || e.Reader == "neighbour" {
			lines = append(lines, said("who looked", nil, e.Act, e.What, e.Reader, e.Official, e.Purpose, e.Basis))
		}
	}
	return append(lines, said("log", err))
}

// own opens the person's own file.
func (w *twins) own(p *party) (access.Scope, error) {
	return w.d.Access.Open(w.ctx, access.Request{As: w.as(p.name), Subject: p.id, What: access.OwnFile})
}

// decidesEverything asks for every measure of the list. Of a benefit the rating itself, granted or not, is left out: what is
// left is that nothing restricts, and no order or list stands behind it.
func decidesEverything(w *twins, p *party) (lines []string) {
	desk := w.d.Measures(w.ratings)
	for i := range w.d.Catalogue.Measures {
		m := &w.d.Catalogue.Measures[i]
		q := measure.Request{As: w.as("qi"), Subject: p.id, Measure: m.Code, Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: "case 3"}
		if m.Benefit != nil {
			q.As, q.Purpose, q.Basis, q.Case = w.as("mu"), "home-lending", "pipl art. 13", "case 3"
		}
		d, err := desk.Decide(w.ctx, q)
		if m.Benefit != nil && err == nil {
			if !slices.Contains([]charter.Outcome{charter.Granted, charter.NotGranted, charter.RefusedByCharter}, d.Outcome) || p == w.other && d.Outcome == charter.Granted {
				w.violated("C5", "the benefit %s answers %s about %s", m.Code, d.Outcome, p.name)
			}
			lines = append(lines, said(m.Code, nil, "the baseline at least", d.Order, d.Listing))
			continue
		}
		lines = append(lines, said(m.Code, err, d.Outcome, d.Order != 0, d.Until, d.Invariant, d.NeedsRuling, d.Consent))
	}
	scope, err := w.d.Access.Open(w.ctx, access.Request{As: w.as("qi"), Subject: p.id, What: access.Decision, Purpose: "decide-restriction", Basis: "civil-procedure-law", Case: "case 4"})
	if err != nil {
		return append(lines, said("standing", err))
	}
	standing, err := w.d.Store.Standing(w.ctx, scope)
	return append(lines, said("standing", err, len(standing.Orders)))
}

// takesIn has the same reported, once in order and once without the notice that the law asks for.
func takesIn(w *twins, p *party) (lines []string) {
	one := row{dataset: "bank.repayment", on: w.today() - 20, weight: 2, ended: calendar.None, final: calendar.None}
	before := len(w.records[p])
	w.reported(p, one)
	return append(lines, said("stored", nil, len(w.records[p])-before))
}

// ofTheRating are the notices that there are only with a rating or a consent.
var ofTheRating = []notice.Occasion{notice.RatingChanged, notice.ConsentGiven, notice.ConsentWithdrawn, notice.DecisionRefused, notice.RulingStep}

func tells(w *twins, p *party) (lines []string) {
	scope, err := w.own(p)
	if err != nil {
		return []string{said("own", err)}
	}
	list, err := w.d.Inbox(w.ratings).List(w.ctx, scope, notice.Language("en"), 1000)
	for i := range list {
		if m := &list[i]; !slices.Contains(ofTheRating, m.Occasion) {
			lines = append(lines, said("told", nil, m.Occasion, m.By, m.Letter != nil, len(m.Deliveries)))
		}
	}
	slices.Sort(lines)
	return append(lines, said("inbox", err))
}

func offersWays(w *twins, p *party) []string {
	scope, err := w.own(p)
	if err != nil {
		return []string{said("own", err)}
	}
	ways, err := w.d.Counter().Ways(w.ctx, scope)
	return []string{said("ways", err, len(ways))}
}

// hears has the person contest the first matter reported of it.
func hears(w *twins, p *party) []string {
	d, err := w.d.Disputes(w.ratings).Open(w.ctx, dispute.Request{
		Own: dispute.Own{By: w.as(p.name)}, Subject: p.id, Ground: contest.WrongValue, Target: w.records[p][0].record.String(),
		Account: "the day is wrong", Evidence: []dispute.File{{Name: "letter.txt", Body: []byte(fmt.Sprint("letter of ", p.name))}},
	})
	return []string{said("dispute", err, d.Suspends, d.Due, d.Handler, d.Ground)}
}

func plans(w *twins, p *party) (lines []string) {
	plan, err := w.d.Repairs(w.ratings).Plan(w.ctx, repair.Reading{As: w.as(p.name), Subject: p.id})
	for i := range plan.Items {
		x := &plan.Items[i]
		lines = append(lines, said("repair", nil, x.Dataset, x.Occurred, x.Tier, x.Regime))
	}
	slices.Sort(lines)
	return append(lines, said("plan", err, len(plan.Items)))
}

// recalled is what must be taken back of the person; the deletion of ratings upon a withdrawal is of the consent.
func recalled(w *twins, p *party) (lines []string) {
	scope, err := w.own(p)
	if err != nil {
		return []string{said("own", err)}
	}
	list, err := w.d.Recalls().Told(w.ctx, scope)
	for i := range list {
		if list[i].Ground != "withdrawn" {
			lines = append(lines, said("recall", nil, list[i].Kind, list[i].Ground, list[i].Recipient))
		}
	}
	slices.Sort(lines)
	return append(lines, said("recalls", err))
}

func listedOn(w *twins, p *party) []string {
	lists, err := w.d.Lists()
	if err != nil {
		return []string{said("lists", err)}
	}
	all, err := lists.All(w.ctx, p.id)
	return []string{said("lists", err, len(all))}
}

// ownParts are the parts of the own file that tell of the rating, of the consent, or of who asked about either.
var ownParts = []string{"ratings", "history", "consents", "readers", "notices", "decisions", "recalls"}

// showsItself is how many things each part of the own file shows; a part that is new is compared without being named here.
func showsItself(w *twins, p *party) (lines []string) {
	file, err := w.d.OwnFile(w.ctx, w.as(p.name), p.id, ownfile.EN)
	if err != nil {
		return []string{said("own file", err)}
	}
	for i := range file.Sections {
		s := &file.Sections[i]
		if slices.Contains(ownParts, s.Section.Key) {
			lines = append(lines, said(s.Section.Key, nil, "is there"))
			continue
		}
		lines = append(lines, said(s.Section.Key, nil, len(s.Part.Items), s.Part.Withheld))
	}
	return lines
}
