package suite_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/intake"
	"probity/internal/record"
	"probity/internal/subject"
)

// row is a supplier's row as it stands after what was accepted.
type row struct {
	dataset, key string
	record       record.ID
	of           *party
	on           calendar.Day
	// weight is what the row counts: days late, offences; 1 where the dataset counts nothing.
	weight int
	// ended is the end of the conduct where the dataset has one, final the day on which a finding became final.
	ended, final calendar.Day
	// lapse is when it must be forgotten, calendar.None for never; earliest the earliest lapse that any of its adverse
	// versions had.
	lapse, earliest calendar.Day
	// gone: retracted by its supplier.
	gone bool
}

// adverse tells whether the row tells against its subject.
func (r *row) adverse() bool {
	switch r.dataset {
	case "bank.repayment", "ministry.driving":
		return r.weight > 0
	case "ministry.office-appointment":
		return false
	}
	return true
}

// lapses is the day of forgetting that the catalogue's periods give, worked out here anew.
func (r *row) lapses() calendar.Day {
	if !r.adverse() {
		return calendar.None
	}
	years := map[string]int{"bank.repayment": 5, "ministry.driving": 2, "ministry.penalty": 3, "ministry.fine": 1, "ministry.export-penalty": 3, "ministry.finding": 5}
	from := r.on
	switch r.dataset {
	case "bank.repayment":
		from = r.ended
	case "ministry.finding":
		from = r.final
	}
	if from == calendar.None {
		return calendar.None
	}
	return from.Add(calendar.Period{Years: years[r.dataset]})
}

// seen tells whether the row may be seen and counted on a day.
func (r *row) seen(today calendar.Day) bool {
	return !r.gone && (r.lapse == calendar.None || today < r.lapse)
}

// text is the row as its supplier sends it, with the day of the notice.
func (r *row) text(notice calendar.Day) string {
	day := func(d calendar.Day) string {
		if d == calendar.None {
			return ""
		}
		return d.String()
	}
	value := r.of.value
	switch r.dataset {
	case "bank.repayment":
		return fmt.Sprintf("%s,%s,%s,%s,%d,%s", r.key, value, r.on, day(r.ended), r.weight, day(notice))
	case "ministry.driving":
		return fmt.Sprintf("%s,%s,%s,%d,%s", r.key, value, r.on, r.weight, day(notice))
	case "ministry.finding":
		office, number, _ := strings.Cut(value, "/")
		return fmt.Sprintf("%s,%s,%s,%s,%s,%s", r.key, number, office, r.on, day(r.final), day(notice))
	}
	return fmt.Sprintf("%s,%s,%s", r.key, value, r.on)
}

// publicByLaw are the datasets whose matters need no prior notice.
var publicByLaw = map[string]bool{"ministry.penalty": true, "ministry.fine": true, "ministry.export-penalty": true, "ministry.office-appointment": true}

// kinOfMinistry are the bodies on which the ministry may not change a record; the head holds an office of the bureau.
var kinOfMinistry = map[string]bool{"bureau": true, "head": true}

// begin writes the town's first matters into the diary.
func (h *history) begin() {
	town := calendar.In(firstDay, calendar.Shanghai)
	for i, p := range h.town.parties {
		dataset, _ := firstMatter(p, i+1, town)
		r := &row{dataset: dataset, key: fmt.Sprintf("first-%d", i+1), of: p, on: town - 60, weight: 1, ended: calendar.None, final: calendar.None}
		if p.kind == subject.Person {
			r.weight = 0
		}
		r.lapse = r.lapses()
		r.earliest = r.lapse
		r.record = record.ID(h.count(`SELECT record FROM record_version WHERE subject = ?`, int64(p.id)))
		h.rows = append(h.rows, r)
	}
}

// sends permits an official of an agency to bring in its files.
func (h *history) sends(agency string) charter.DeliveryPermit {
	h.Helper()
	permit, err := h.d.Access.Delivery(h.ctx, h.as(officialIn(agency)), agency)
	if err != nil {
		h.Fatalf("an official of %s brings in a file: %v\n%s", agency, err, h.tale())
	}
	return permit
}

// send lets an agency send one row and gives the number of its record; a row that waits is an error.
func (h *history) send(job intake.Job, heading, line string) (record.ID, error) {
	job.File = fmt.Sprintf("%s-%d.csv", job.Dataset, h.number())
	job.Source = strings.NewReader(heading + "\n" + line + "\n")
	report, err := h.d.Intake(h.ratings).Ingest(h.ctx, job, nil)
	if err != nil {
		return 0, err
	}
	if report.Counts.Stored != 1 {
		findings, err := h.d.Store.Findings(h.ctx, report.Submission)
		return 0, errors.Join(fmt.Errorf("the row waits: %+v %+v", report.Counts, findings), err)
	}
	return record.ID(h.count(`SELECT record FROM record_version WHERE submission = ?`, report.Submission)), nil
}

// datasetFor are the datasets that are about such a party.
func datasetsFor(p *party) []string {
	switch {
	case p.kind == subject.Person:
		return []string{"bank.repayment", "ministry.driving"}
	case p.kind == subject.OfficeHolder:
		return []string{"ministry.finding"}
	case p.scheme == subject.LEI:
		return []string{"ministry.export-penalty"}
	}
	return []string{"ministry.penalty", "ministry.fine"}
}

func supplierOf(dataset string) string {
	agency, _, _ := strings.Cut(dataset, ".")
	return agency
}

// draft draws a row about somebody that is in order.
func (h *history) draft(p *party) *row {
	today := h.today()
	r := &row{
		dataset: pick(h, "dataset", datasetsFor(p)...), key: fmt.Sprintf("no-%d", h.number()), of: p,
		on: today - calendar.Day(pick(h, "days ago", 3, 30, 200, 700)), ended: calendar.None, final: calendar.None, weight: 1,
	}
	switch r.dataset {
	case "bank.repayment":
		r.weight = pick(h, "days late", 0, 1, 40)
		if r.weight > 0 && h.seldom(2, "ended") {
			r.ended = r.on + 1
		}
	case "ministry.driving":
		r.weight = pick(h, "offences", 0, 1)
	case "ministry.fine":
		r.on = max(r.on, today-200) // a year later it is over
	case "ministry.finding":
		// The first matter of an office holder is the appointment, 400 days before the first day.
		r.on = max(r.on, calendar.In(firstDay, calendar.Shanghai)-390)
		r.final = r.on + 1
	}
	r.lapse = r.lapses()
	r.earliest = r.lapse
	return r
}

// report has a supplier report a new matter, in order or with one thing wrong.
func report(h *history) act {
	p := h.somebody()
	r := h.draft(p)
	notice := calendar.None
	if r.adverse() {
		notice = r.on + 1
	}
	agency, heading := supplierOf(r.dataset), headings[r.dataset]
	a := act{touched: []subject.ID{h.stands(p)}}
	if r.on >= h.today()-1 {
		r.on = h.today() - 2
	}
	flaw := pick(h, "flaw", "", "", "", "", "no notice", "late notice", "stranger", "lapsed", "real person", "before the office", "not final", "no such office", "unknown dataset")
	switch natural := p.natural() && !publicByLaw[r.dataset]; {
	case flaw == "no notice" && natural && r.adverse():
		notice, a.breaks = calendar.None, "C7: prior notice"
	case flaw == "late notice" && natural && r.adverse():
		notice, a.breaks = h.today(), "C7: prior notice"
	case flaw == "stranger":
		agency, a.breaks = pick(h, "stranger", "neighbour", "court", "museum"), "C2: contract of the supplier"
	case flaw == "lapsed" && r.adverse() && r.dataset != "ministry.finding":
		r.on, r.ended = h.today().Add(calendar.Period{Years: -5})-2, calendar.None
		if r.dataset == "bank.repayment" {
			r.ended = r.on + 1
		}
		if notice != calendar.None {
			notice = r.on + 1
		}
		a.breaks = "C10: matter that has not lapsed"
	case flaw == "real person" && p.kind == subject.Person:
		real := *p
		real.value = "11010519491231002X" // the example of the standard, in a range that is issued
		r.of, a.breaks = &real, "C16: synthetic identifier"
	case flaw == "before the office" && p.kind == subject.OfficeHolder:
		r.on = calendar.In(firstDay, calendar.Shanghai) - 450
		r.final = r.on + 1
		notice, a.breaks = r.on+1, "C2: act inside the term"
	case flaw == "not final" && p.kind == subject.OfficeHolder:
		r.final, a.breaks = h.today()+9, "C2: final finding"
	case flaw == "no such office" && p.kind == subject.OfficeHolder:
		other := *p
		_, number, _ := strings.Cut(p.value, "/")
		other.value = "king/" + number
		r.of, a.breaks = &other, "C2: office of the published list"
	case flaw == "unknown dataset":
		agency, a.breaks = "bank", "C2: contract"
		a.name = "the bank reports to a dataset that is not in the catalogue"
		_, a.err = h.send(intake.Job{By: h.sends(agency), Dataset: "bank.purchases"}, heading, r.text(notice))
		return a
	}
	a.name = fmt.Sprintf("%s reports %s on %s to %s, weight %d, of %s, lapsing %s", agency, r.key, r.of.name, r.dataset, r.weight, r.on, r.lapse)
	r.record, a.err = h.send(intake.Job{By: h.sends(agency), Dataset: r.dataset}, heading, r.text(notice))
	if a.err == nil && a.breaks == "" {
		h.rows = append(h.rows, r)
	}
	return a
}

// amend has a supplier correct, send anew or retract a matter it reported; the kin of the supplier cannot be touched.
func amend(h *history) act {
	list := slices.DeleteFunc(slices.Clone(h.rows), func(r *row) bool {
		return r.gone || r.dataset == "ministry.office-appointment" || !r.seen(h.today()) || h.contestOf(r) != nil
	})
	if len(list) == 0 {
		return act{}
	}
	r := pick(h, "row", list...)
	next := *r
	how := pick(h, "how", record.Reported, record.Corrected, record.Corrected, record.Retracted)
	a := act{touched: []subject.ID{h.stands(r.of)}}
	switch {
	case how == record.Retracted:
		next.gone = true
	case r.dataset == "bank.repayment" && r.weight > 0 && r.ended == calendar.None:
		next.ended = r.on + 2
	case r.dataset == "bank.repayment":
		next.weight = r.weight + 1
	case r.dataset == "ministry.driving" && r.weight > 0 && h.seldom(2, "withdraw the offence"):
		next.weight = 0
	default: // another day of the matter, earlier or later
		next.on += calendar.Day(pick(h, "another day", -1, 1))
	}
	next.lapse = next.lapses()
	notice := calendar.None
	if next.adverse() && !publicByLaw[r.dataset] {
		notice = min(next.on+1, h.today()-1)
		if r.dataset == "ministry.finding" {
			next.final = r.final
		}
	}
	kin := supplierOf(r.dataset) == "ministry" && kinOfMinistry[r.of.name]
	later := !next.gone && next.adverse() && r.earliest != calendar.None && (next.lapse == calendar.None || next.lapse > r.earliest)
	switch {
	case kin:
		a.breaks = "C13: independent supplier"
	case later:
		a.breaks = "C10: unmoved day of lapse"
	case !next.gone && next.lapse != calendar.None && next.lapse <= h.today():
		a.breaks = "C10: matter that has not lapsed"
	case !next.gone && next.adverse() && r.of.natural() && !publicByLaw[r.dataset] && h.seldom(5, "without notice"):
		notice, a.breaks = calendar.None, "C7: prior notice"
	}
	a.name = fmt.Sprintf("%s sends %s on %s of %s as %s, weight %d, of %s, lapsing %s", supplierOf(r.dataset), r.key, r.of.name, r.dataset, how, next.weight, next.on, next.lapse)
	_, a.err = h.send(intake.Job{By: h.sends(supplierOf(r.dataset)), Dataset: r.dataset, Act: how}, headings[r.dataset], next.text(notice))
	if a.err == nil && a.breaks == "" {
		next.earliest = r.earliest
		if next.lapse != calendar.None && (next.earliest == calendar.None || next.lapse < next.earliest) {
			next.earliest = next.lapse
		}
		*r = next
	}
	return a
}

// letTimePass moves the clock on: a day, or so far that something lapses, ends or expires.
func letTimePass(h *history) act {
	days := pick(h, "days", 1, 1, 5, 30, 100, 400, 800)
	h.later(days)
	return act{name: fmt.Sprintf("%d days go by", days), touched: []subject.ID{}}
}

// rateEverybody computes every rating anew.
func rateEverybody(h *history) act {
	return act{name: "everybody is rated", err: h.ratings.All(h.ctx, nil, nil), everybody: true}
}
