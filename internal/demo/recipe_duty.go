package demo

import (
	"strings"

	"probity/calendar"
)

func judgment(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("case_no", s.document("民初", day))
	s.set("cause", bag{{"contract", 52}, {"loan", 16}, {"labour", 12}, {"construction", 9}, {"tort", 4}, {"ip", 3}, {"company", 2}, {"administrative", 1}, {"other", 1}}.draw(s.dice))
	s.set("role", bag{{"plaintiff", 45}, {"defendant", 50}, {"third_party", 5}}.draw(s.dice))
	s.set("outcome", bag{{"won", 34}, {"lost_partly", 22}, {"lost", 20}, {"settled", 18}, {"withdrawn", 6}}.draw(s.dice))
	s.amount("amount", s.dice.lognormal(120_000, 1.4))
	s.date("final_on", day)
	s.set("court", court(p))
}

func enforcementCase(s *sheet, p *party) {
	day := s.event(p)
	amount := 1_000 + s.dice.lognormal(150_000, 1.4)
	s.about(p)
	s.set("case_no", s.document("执", day))
	s.amount("amount", amount)
	closed := calendar.None
	if s.dice.chance(0.88) {
		closed = s.after(day, 20, 400)
	}
	state := "open"
	if closed != calendar.None {
		state = bag{{"performed", 62}, {"settled", 12}, {"no_assets", 20}, {"closed", 6}}.draw(s.dice)
		s.date("closed_on", closed)
		if state == "performed" {
			s.amount("performed", amount)
		}
	}
	s.set("state", state)
	s.date("filed_on", day)
	s.set("court", court(p))
}

func defaulterListing(s *sheet, p *party) {
	day := s.event(p)
	decided := max(day-calendar.Day(s.dice.between(1, 10)), p.since)
	s.about(p)
	s.set("case_no", s.document("执", day))
	s.set("basis_no", s.document("民终", day))
	ground := bag{{"able_refuses", 62}, {"no_asset_report", 24}, {"hides_assets", 8}, {"consumption", 4}, {"breaks_settlement", 2}}.draw(s.dice)
	s.set("ground", ground)
	s.amount("amount", 1_000+s.dice.lognormal(250_000, 1.3))
	s.date("decided_on", decided)
	s.date("published_on", day)
	until := s.open(day, 2)
	if ground != "able_refuses" {
		s.date("until_on", until)
	}
	removed := calendar.None
	switch {
	case s.dice.chance(0.5):
		removed = s.after(day, 30, 500)
	case ground != "able_refuses" && until < s.On:
		removed = until + 1
	}
	s.set("performance", "none")
	if removed != calendar.None {
		s.set("performance", "full")
		s.date("removed_on", removed)
	} else if s.dice.chance(0.25) {
		s.set("performance", "part")
	}
	s.set("court", court(p))
}

func courtMeasure(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("order_no", s.document("限", day))
	kind := "consumption"
	if !strings.HasSuffix(s.contract.Code, "consumption") {
		kind = one(s.dice, []string{"freeze", "seizure", "freeze", "auction"})
	}
	s.set("kind", kind)
	s.date("issued_on", day)
	if s.dice.chance(0.72) {
		s.date("lifted_on", s.after(day, 20, 400))
	}
	s.set("court", court(p))
}

func insolvency(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("case_no", s.document("破", day))
	s.set("stage", bag{{"accepted", 50}, {"reorganisation", 18}, {"settlement", 6}, {"bankrupt", 16}, {"dismissed", 10}}.draw(s.dice))
	s.date("accepted_on", day)
	if s.dice.chance(0.4) {
		s.date("closed_on", s.after(day, 100, 700))
	}
	s.set("court", court(p))
}

// bodyArrears: what public bodies owe to firms; the law gives them sixty days at most.
func bodyArrears(s *sheet, p *party) {
	delivered := s.event(p) - 90
	due := delivered + calendar.Day([]int{30, 30, 60}[s.dice.IntN(3)])
	s.about(p)
	s.set("invoice_no", s.serial("ZK"))
	s.set("creditor_uscc", s.firms[s.dice.IntN(len(s.firms))].uscc)
	s.set("kind", bag{{"goods", 40}, {"services", 32}, {"works", 24}, {"deposit", 4}}.draw(s.dice))
	s.amount("amount", 500+s.dice.lognormal(90_000, 1.4))
	s.date("delivered_on", delivered)
	s.date("due_on", due)
	late := 0
	if s.dice.chance(bad(p, 0.07)) {
		late = 1 + int(s.dice.lognormal(25, 1))
	}
	paid := due + calendar.Day(late)
	switch {
	case late == 0:
		s.set("state", "paid")
		s.date("paid_on", due-calendar.Day(s.dice.between(0, 12)))
	case paid <= s.On && s.dice.chance(0.9):
		s.set("state", "paid_late")
		s.date("paid_on", paid)
	default:
		late = max(1, int(s.On-due))
		s.set("state", "overdue")
		if s.dice.chance(0.05) {
			s.set("state", "refused")
		}
	}
	s.number("days_overdue", late)
}

// bodyPublication: each public body's own figures of twelve months. The national register repeats a part of them.
func bodyPublication(s *sheet) {
	for i := range s.bodies {
		p := &s.bodies[i].party
		if !covers(s.agency.Region, p.region.code) || s.agency.Region == "" && i%8 != 0 {
			continue
		}
		for back := 12; back > 0; back-- {
			decisions := s.dice.poisson(6 * p.size)
			late, concealed := 0, 0
			if s.dice.chance(bad(p, 0.08)) {
				late = s.dice.poisson(float64(decisions) * 0.12)
			}
			if s.dice.chance(bad(p, 0.004)) {
				concealed = min(1, decisions)
			}
			late = min(late, decisions-concealed)
			s.begin()
			s.about(p)
			s.date("month", s.monthEnd(back))
			s.number("decisions", decisions)
			s.number("published_in_time", decisions-late-concealed)
			s.number("late", late)
			s.number("concealed", concealed)
			s.number("late_or_concealed", late+concealed)
			switch {
			case concealed > 0:
				s.set("finding", "concealed")
			case late > 0:
				s.set("finding", "late")
			default:
				s.set("finding", "timely")
			}
		}
	}
}

func bodyHandling(s *sheet, p *party) {
	received := s.event(p)
	due := received + 28 // twenty working days
	s.about(p)
	s.set("case_no", s.serial("BJ"))
	s.set("kind", bag{{"licence", 55}, {"hotline", 20}, {"information", 12}, {"objection", 6}, {"repair", 5}, {"reconsideration", 2}}.draw(s.dice))
	s.date("received_on", received)
	s.date("due_on", due)
	taken, over := s.dice.between(1, 20), 0
	if s.dice.chance(bad(p, 0.05)) {
		over = 1 + int(s.dice.lognormal(5, 0.9))
		taken = 20 + over
	}
	done := received + calendar.Day(taken*7/5)
	if done <= s.On {
		s.date("done_on", done)
		s.set("outcome", bag{{"granted", 78}, {"refused", 17}, {"withdrawn", 5}}.draw(s.dice))
	} else if over > 0 && received+28 < s.On {
		s.set("outcome", "unanswered")
	} else {
		over = 0
	}
	s.number("working_days", taken)
	s.number("days_over", over)
}

func bodyDefaulter(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("case_no", s.document("执", day))
	s.amount("amount", 10_000+s.dice.lognormal(400_000, 1))
	s.date("published_on", day)
	if s.dice.chance(0.7) {
		s.date("removed_on", s.after(day, 20, 300))
	}
	s.set("court", court(p))
}

func bodyPromise(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("promise_no", s.serial("CN"))
	s.set("kind", bag{{"investment", 35}, {"subsidy", 25}, {"contract", 20}, {"livelihood", 14}, {"debt", 4}, {"statistics", 2}}.draw(s.dice))
	s.amount("amount", s.dice.lognormal(2_000_000, 1))
	s.date("found_on", day)
	switch {
	case s.dice.chance(bad(p, 0.04)):
		s.set("state", "broken")
		s.set("document_no", s.document("行终", day))
		if s.dice.chance(0.6) {
			s.date("settled_on", s.after(day, 30, 300))
		}
	case s.dice.chance(0.3):
		s.set("state", "running")
	default:
		s.set("state", "kept")
	}
}

// keeps tells whether the sheet's supplier reports on the holder: its own province's, and the commission of the centre
// those of one public body in nine.
func (s *sheet) keeps(h *holder, i int) bool {
	if s.agency.Region == "" {
		return i%9 == 0
	}
	return i%9 != 0 && covers(s.agency.Region, h.body.region.code)
}

func appointments(s *sheet) {
	for i := range s.holders {
		h := &s.holders[i]
		if !s.keeps(h, i) {
			continue
		}
		s.begin()
		s.set("appointment_no", h.number)
		s.set("id_no", h.id)
		s.set("holder_name", "任职人"+h.number[len(h.number)-8:len(h.number)-3])
		s.set("office", h.office.Code)
		s.set("body_uscc", h.body.uscc)
		s.date("appointed_on", h.from)
		s.date("left_on", h.to)
	}
}

// sanctions hold for their periods: six months for a warning, then twelve, eighteen and twenty-four.
var sanctions = map[string]int{"warning": 6, "demerit": 12, "major_demerit": 18, "demotion": 24, "removal": 24}

func findingsOf(code string) bag {
	switch afterDash(code) {
	case "audit":
		return bag{{"audit_finding", 70}, {"cleared", 30}}
	case "commendation":
		return bag{{"commended", 85}, {"cleared", 15}}
	case "judgment", "crime":
		return bag{{"court_judgment", 100}}
	case "operation":
		return bag{{"warning", 50}, {"demerit", 30}, {"cleared", 20}}
	}
	return bag{{"warning", 34}, {"demerit", 20}, {"major_demerit", 8}, {"demotion", 4}, {"removal", 2}, {"dismissal", 1}, {"commended", 20}, {"ombudsman_finding", 11}}
}

var duties = []string{"licensing", "enforcement", "procurement", "budget", "disclosure", "decision", "supervision", "statistics"}

// officeFindings are final findings on acts in the term. Crimes are few: a dataset of them has a handful of rows.
func officeFindings(s *sheet) {
	findings := findingsOf(s.contract.Code)
	wanted := s.quota
	if findings[0].code == "court_judgment" {
		wanted = min(wanted, 6)
	}
	pull := trouble
	if findings[0].code == "commended" {
		pull = merit
	}
	weights := make([]float64, len(s.holders))
	for i := range s.holders {
		h := &s.holders[i]
		if covers(s.agency.Region, h.body.region.code) && lastOf(h, s.On)-h.from > 30 {
			weights[i] = pull(&party{quality: h.quality, size: 1})
		}
	}
	drawn := weigh(weights)
	if drawn.sums[len(drawn.sums)-1] == 0 {
		return
	}
	for range wanted {
		h := &s.holders[drawn.choose(s.dice)]
		last := lastOf(h, s.On)
		act := s.dice.recent(h.from, last-20)
		final := s.after(act, 20, 400)
		if final == calendar.None || final >= s.On {
			final = s.On - 1
		}
		finding := findings.draw(s.dice)
		s.begin()
		s.set("document_no", s.document("监处", final))
		s.set("appointment_no", h.number)
		s.set("id_no", h.id)
		s.set("office", h.office.Code)
		s.set("finding", finding)
		s.set("duty", one(s.dice, duties))
		s.date("act_on", act)
		s.date("term_from", h.from)
		s.date("term_to", h.to)
		s.date("final_on", final)
		if months := sanctions[finding]; months > 0 {
			s.date("effective_to", final.Add(calendar.Period{Months: months}))
		}
		s.set("notice_no", s.document("告", final))
		s.date("notice_on", max(act, final-10))
		s.set("authority", s.agency.Title.ZH)
	}
}

// lastOf is the last day of a term so far.
func lastOf(h *holder, on calendar.Day) calendar.Day {
	if h.to != calendar.None {
		return h.to
	}
	return on
}
