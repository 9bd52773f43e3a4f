package demo

import (
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
)

// share tells which of a family's suppliers a person is with: the suppliers of one province share its people, and what
// is left goes round among the others.
func (s *sheet) share(p *person, i int) bool {
	if s.agency.Region != "" {
		return covers(s.agency.Region, p.region.code) && i%5 != 0
	}
	regional := s.contract.Family == "person-driving" || s.contract.Family == "voluntary-service"
	if regional {
		return i%5 == 0
	}
	var codes []string
	for _, c := range s.catalogue.Datasets {
		if c.Family == s.contract.Family {
			codes = append(codes, c.Code)
		}
	}
	slices.Sort(codes)
	return codes[i%len(codes)] == s.contract.Code
}

// badPerson is how likely a person fails where the median one fails with the probability p.
func badPerson(p *person, median float64) float64 { return bad(&party{quality: p.quality}, median) }

// personRepayment: one account over the last months.
func personRepayment(s *sheet) {
	for i := range s.persons {
		p := &s.persons[i]
		if !p.lends || !s.share(p, i) {
			continue
		}
		d := s.dice
		product := bag{{"card", 45}, {"consumer", 28}, {"mortgage", 18}, {"business", 6}, {"student", 3}}.draw(d)
		limit := d.lognormal(60_000, 0.8)
		use := min(1, max(0.02, 0.45-0.2*p.quality+0.25*d.NormFloat64()))
		account := s.serial("ZH")
		opened := s.On - calendar.Day(300+int(d.lognormal(700, 0.8)))
		troubled := d.chance(badPerson(p, 0.28))
		late := 0
		months := d.between(7, 8)
		first := 0
		if d.chance(0.35) { // an old record, so that the history is as long as the loan
			first = d.between(14, 70)
		}
		for back := months; back > 0; back-- {
			month := s.monthEnd(back)
			if back == months && first > 0 {
				month = s.monthEnd(back + first)
			}
			late = nextDelay(d, late, troubled)
			s.begin()
			s.set("account_no", account)
			s.set("id_no", p.id)
			s.date("month", month)
			s.set("product", product)
			s.amount("limit_amount", limit)
			s.amount("balance", limit*use)
			due := limit * use / 12
			s.amount("due_amount", due)
			s.date("opened_on", min(opened, month-1))
			s.number("days_past_due", late)
			s.set("bucket", bucketOf(late))
			if late == 0 {
				s.amount("paid_amount", due)
				continue
			}
			s.amount("paid_amount", due/4)
			s.set("notice_no", s.serial("GZ"))
			s.date("notice_on", month-3)
			if back > 2 && late < 60 {
				s.date("cured_on", s.after(month, 3, 25))
			}
		}
	}
}

// nextDelay carries a delay from month to month: most are made good, some grow.
func nextDelay(d *dice, late int, troubled bool) int {
	switch {
	case late > 0 && d.chance(0.42):
		return late + 30
	case troubled && d.chance(0.3):
		return d.between(1, 29)
	case d.chance(0.004):
		return d.between(1, 12)
	}
	return 0
}

func bucketOf(late int) string {
	switch {
	case late == 0:
		return "current"
	case late <= 30:
		return "late_1_30"
	case late <= 60:
		return "late_31_60"
	case late <= 90:
		return "late_61_90"
	}
	return "late_91"
}

func personDriving(s *sheet) {
	for i := range s.persons {
		p := &s.persons[i]
		if !p.drives || !s.share(p, i) {
			continue
		}
		d := s.dice
		for year := range 1 + d.IntN(2) {
			day := s.On - calendar.Day(year*365+d.between(5, 360))
			s.begin()
			s.set("record_no", s.serial("JT"))
			s.set("id_no", p.id)
			kind, points := "clean_year", 0
			switch {
			case d.chance(badPerson(p, 0.22)):
				kind = bag{{"minor_offence", 62}, {"offence", 30}, {"at_fault_accident", 5}, {"serious_offence", 3}}.draw(d)
				points = map[string]int{"minor_offence": 1, "offence": 3, "at_fault_accident": 6, "serious_offence": 12}[kind]
			case d.chance(0.05):
				kind = "safety_course"
			}
			s.set("kind", kind)
			s.number("points", points)
			s.date("decided_on", day)
			if points > 0 {
				s.set("notice_no", s.serial("GZ"))
				s.date("notice_on", day-2)
				if d.chance(0.85) {
					s.date("paid_on", s.after(day, 1, 30))
				}
			}
		}
	}
}

func personContracts(s *sheet) {
	kinds := bag{{"lease", 60}, {"service", 30}, {"sale", 10}}
	if s.agency.Code == "delta-mobility" {
		kinds = bag{{"sharing", 100}}
	}
	for i := range s.persons {
		p := &s.persons[i]
		if !p.hires || !s.share(p, i) {
			continue
		}
		d := s.dice
		for range 3 + d.poisson(1.6) {
			signed := s.On - calendar.Day(d.between(40, 1000))
			due := signed + calendar.Day(d.between(1, 30))
			s.begin()
			s.set("contract_no", s.serial("HT"))
			s.set("id_no", p.id)
			s.set("kind", kinds.draw(d))
			s.amount("amount", 30+d.lognormal(300, 1))
			s.date("signed_on", signed)
			s.date("due_on", due)
			switch {
			case d.chance(badPerson(p, 0.01)):
				s.set("state", "breached")
				s.date("ended_on", due)
				s.set("notice_no", s.serial("GZ"))
				s.date("notice_on", due+5)
			case d.chance(badPerson(p, 0.05)):
				late := d.between(1, 10)
				s.set("state", "late")
				s.number("days_late", late)
				s.date("ended_on", due+calendar.Day(min(late, 10)))
			default:
				s.set("state", "performed")
				s.date("ended_on", due)
			}
		}
	}
}

var services = []string{"community", "environment", "elderly", "teaching", "rescue", "event", "traffic", "culture"}

func voluntaryService(s *sheet) {
	for i := range s.persons {
		p := &s.persons[i]
		if !p.serves || !s.share(p, i) {
			continue
		}
		d := s.dice
		likes := []string{one(d, services), one(d, services), one(d, services)}
		for range 1 + min(int(d.lognormal(2, 1)), 40) {
			s.begin()
			s.set("record_no", s.serial("ZY"))
			s.set("id_no", p.id)
			s.set("activity", one(d, likes))
			s.set("hours", strconv.Itoa(d.between(1, 8)))
			s.date("served_on", d.recent(s.On-900, s.On))
			s.set("organiser_uscc", s.organiser())
			s.yes("confirmed", true)
		}
	}
}

// organiser is the supplier where its code is one that an organisation can have.
func (s *sheet) organiser() string {
	if strings.HasPrefix(s.agency.USCC, "51") {
		return s.agency.USCC
	}
	return ""
}
