package demo

import (
	"fmt"
	"strconv"
	"strings"

	"probity/calendar"
)

var taxWrongs = bag{
	{"010101", 38}, {"010102", 8}, {"010103", 12}, {"010104", 6}, {"010106", 1}, {"020101", 14}, {"020102", 3}, {"020103", 5},
	{"020104", 1}, {"030101", 5}, {"030102", 3}, {"040101", 4}, {"040102", 1.5}, {"050101", 4}, {"050102", 3}, {"060103", 0.6},
	{"060104", 0.6}, {"070102", 0.35}, {"070103", 0.5}, {"070104", 0.15},
}

func taxConduct(s *sheet, p *party) {
	day := s.event(p)
	indicator := taxWrongs.draw(s.dice)
	s.about(p)
	s.set("record_no", s.serial("NS"))
	s.set("indicator", indicator)
	if indicator == "010101" || indicator == "010102" {
		s.number("months", 1+s.dice.poisson(0.5))
	}
	s.amount("amount", s.dice.lognormal(20_000, 1.2))
	year, _, _ := day.Date()
	s.number("year", year)
	s.yes("first_offence", s.dice.chance(0.3) && indicator < "050000")
	s.date("occurred_on", day)
	if s.dice.chance(0.8) {
		s.date("ended_on", s.after(day, 5, 200))
	}
	s.set("authority", p.region.name+"税务局")
}

// taxPeriods are the yearly facts of every firm that was under tax management in the year.
func taxPeriods(s *sheet) {
	last, _, _ := s.On.Date()
	for i := range s.firms {
		f := &s.firms[i]
		if f.sole && s.dice.chance(0.5) {
			continue
		}
		closed, _ := calendar.Date(last-1, 12, 31)
		if f.established > closed || f.until < closed {
			continue
		}
		months := min(12, int(closed-f.established)/30)
		s.begin()
		s.about(&f.party)
		s.number("year", last-1)
		s.number("months_in_year", months)
		s.yes("has_revenue", !s.dice.chance(0.06))
		s.yes("audit_information", s.dice.chance(0.3))
		if s.dice.chance(bad(&f.party, 0.03)) {
			run := s.dice.between(1, 5)
			s.number("zero_vat_months", min(12, run+s.dice.between(0, 3)))
			s.number("zero_vat_run", run)
		}
		s.amount("tax_paid", s.dice.lognormal(60_000, 1)*f.size)
		s.date("registered_on", f.established)
		s.date("closed_on", closed)
	}
}

// taxGrades are those of the last evaluation; sole traders have none here.
func taxGrades(s *sheet) {
	last, _, _ := s.On.Date()
	for i := range s.firms {
		f := &s.firms[i]
		day, _ := calendar.Date(last, 4, 1+i%25)
		if f.sole || f.established > day-500 && !s.dice.chance(0.3) || f.until < day {
			continue
		}
		s.begin()
		s.about(&f.party)
		s.number("year", last-1)
		grade := gradeOf(s.dice, &f.party, []string{"a", "b", "c", "d"})
		if f.established > day-1100 && grade == "a" {
			grade = "m"
		}
		s.set("grade", grade)
		s.date("evaluated_on", day)
		s.date("expires_on", s.open(day, 1))
	}
}

func arrears(s *sheet, p *party) {
	due := s.event(p)
	announced := s.after(due, 20, 120)
	if announced == calendar.None {
		announced = s.On
	}
	s.about(p)
	s.set("arrears_no", s.serial("QJ"))
	s.set("item", one(s.dice, []string{"增值税", "企业所得税", "土地出让金", "水土保持补偿费", "社会保险费滞纳金"}))
	s.amount("amount", 100+s.dice.lognormal(60_000, 1.4))
	s.date("due_on", due)
	s.date("announced_on", announced)
	if s.dice.chance(0.65) {
		s.date("paid_on", s.after(announced, 5, 400))
	}
	name, _ := s.authority()
	s.set("authority", name)
}

// customsConduct: every trader has its declarations of the year; errors and violations are added to them.
func customsConduct(s *sheet) {
	s.sample(firmsAtWork, func(s *sheet, p *party) {
		day := s.event(p)
		kind := "declaration_year"
		switch {
		case s.dice.chance(bad(p, 0.09)):
			kind = bag{{"error", 55}, {"violation", 36}, {"heavy_violation", 5}, {"arrears", 4}, {"smuggling", 1}}.draw(s.dice)
		case s.dice.chance(0.04) && p.quality > 0.5:
			kind = "aeo_pass"
		}
		s.about(p)
		s.set("record_no", s.serial("HG"))
		s.set("kind", kind)
		s.set("role", bag{{"trader", 9}, {"broker", 1}}.draw(s.dice))
		if kind == "declaration_year" || kind == "error" {
			n := 3 + int(s.dice.lognormal(60, 1)*p.size)
			s.number("declarations", n)
			s.number("errors", s.dice.poisson(float64(min(n, 2000))*0.004))
		}
		if kind == "violation" || kind == "heavy_violation" {
			s.amount("fine", s.dice.lognormal(20_000, 1))
		}
		s.date("decided_on", day)
		if kind != "declaration_year" && kind != "aeo_pass" && s.dice.chance(0.8) {
			s.date("ended_on", s.after(day, 5, 200))
		}
		s.set("authority", one(s.dice, []string{"上海海关", "南京海关", "杭州海关", "合肥海关", "宁波海关"}))
	})
}

func customsGrade(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("grade", gradeOf(s.dice, p, []string{"certified", "regular", "regular", "dishonest"}))
	s.date("evaluated_on", day)
	s.date("expires_on", s.open(day, 3))
}

func contractPerformance(s *sheet, p *party) {
	day := s.event(p)
	due := day + calendar.Day(s.dice.between(30, 500))
	s.about(p)
	s.set("contract_no", s.serial("HT"))
	s.set("role", bag{{"supplier", 50}, {"contractor", 30}, {"buyer", 14}, {"lessee", 4}, {"borrower", 2}}.draw(s.dice))
	s.amount("amount", 1_000+s.dice.lognormal(400_000, 1.4))
	s.date("signed_on", day)
	s.date("due_on", due)
	switch {
	case due > s.On:
		s.set("state", "running")
	case s.dice.chance(bad(p, 0.012)):
		s.set("state", "breached")
		s.set("document_no", s.document("民终", day))
		s.date("ended_on", due)
	case s.dice.chance(bad(p, 0.06)):
		late := s.dice.between(1, 90)
		if s.after(due, late, late) == calendar.None {
			s.set("state", "running")
			return
		}
		s.set("state", "late")
		s.number("days_late", late)
		s.date("ended_on", due+calendar.Day(late))
	case s.dice.chance(0.02):
		s.set("state", "terminated")
		s.date("ended_on", due)
	default:
		s.set("state", "performed")
		s.date("ended_on", due-calendar.Day(s.dice.between(0, 20)))
	}
}

func utilityPayment(s *sheet, p *party) {
	end := s.monthEnd(1 + s.dice.IntN(18))
	year, month, _ := end.Date()
	s.about(p)
	nameless := s.withoutCode(p)
	s.set("account_no", s.serial("H"))
	s.set("period", fmt.Sprintf("%d-%02d", year, month))
	s.amount("amount", 50+s.dice.lognormal(4_000, 1)*p.size)
	due := end - 5
	s.date("due_on", due)
	late := 0
	if s.dice.chance(bad(p, 0.07)) {
		late = s.dice.between(1, 20)
		if s.dice.chance(0.3) {
			late = s.dice.between(31, 120)
		}
	}
	if nameless {
		late = 45
	}
	paid := due + calendar.Day(late) - calendar.Day(s.dice.between(0, 4))*calendar.Day(min(1, max(0, 1-late)))
	if paid <= s.On {
		s.date("paid_on", paid)
	} else {
		late = int(s.On - due)
	}
	s.number("days_late", late)
	s.set("agreement_no", s.serial("GY"))
}

// enoughToLearn is the number of firms below which nothing could be learnt of how they are written.
const enoughToLearn = 50

// withoutCode has two waterworks send one customer each by name alone, written otherwise than in the register, so that an
// official finds at the desk two subjects that may be one.
func (s *sheet) withoutCode(p *party) bool {
	stem, is := strings.CutSuffix(p.name, "有限公司")
	if s.nameless != "" || len(s.firms) < enoughToLearn || !is || p.sole || s.agency.Code != "shanghai-water" && s.agency.Code != "zhejiang-water" {
		return false
	}
	s.set("uscc", "")
	s.nameless, s.called = p.uscc, stem+"有限责任公司"
	s.set("org_name", s.called)
	return true
}

// loans: a firm's loan over the months of a year.
func loans(s *sheet) {
	all := s.candidates(firmsAtWork)
	for len(s.rows) < s.quota && len(all) > 0 {
		p := one(s.dice, all)
		number, balance := s.serial("DK"), s.dice.lognormal(1_200_000, 1)*p.size
		class := gradeOf(s.dice, p, []string{"normal", "normal", "attention", "substandard"})
		for back := 6; back > 0; back-- {
			s.begin()
			s.about(p)
			s.set("contract_no", number)
			s.date("month", s.monthEnd(back))
			s.amount("balance", balance*float64(back+6)/12)
			if class != "normal" && back < 3 {
				s.amount("overdue", balance/20)
			}
			s.set("class", class)
		}
	}
}

func wageArrears(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("case_no", s.serial("QX"))
	s.number("workers", 1+int(s.dice.lognormal(4, 1)))
	s.amount("amount", 1_000+s.dice.lognormal(50_000, 1.1))
	paid := calendar.None
	if s.dice.chance(0.85) {
		paid = s.after(day, 5, 150)
	}
	if paid != calendar.None {
		s.set("stage", "paid")
		s.date("paid_on", paid)
	} else {
		s.set("stage", bag{{"found", 30}, {"ordered", 55}, {"refused", 12}, {"listed", 3}}.draw(s.dice))
	}
	s.date("found_on", day)
	s.set("authority", p.region.name+"人力资源和社会保障局")
}

// socialInsurance: the last months of a part of the firms, every third of them.
func socialInsurance(s *sheet) {
	for i := range s.firms {
		f := &s.firms[i]
		if f.sole || f.status != "active" || !s.dice.chance(0.3) {
			continue
		}
		troubled := s.dice.chance(bad(&f.party, 0.05))
		for back := 6; back > 0; back-- {
			month := s.monthEnd(back)
			if month < f.established {
				continue
			}
			due := float64(f.employees) * 1_450
			s.begin()
			s.about(&f.party)
			s.date("month", month)
			s.number("insured", f.employees)
			s.amount("due", due)
			state, owed := "paid", 0.0
			if troubled && s.dice.chance(0.6) {
				state, owed = "arrears", due/2+1
				if s.dice.chance(0.04) {
					state = "refused"
				}
				if s.dice.chance(0.5) {
					s.date("paid_on", s.after(month, 15, 80))
				}
			} else if s.dice.chance(0.01) {
				state = "deferred"
			}
			s.amount("owed", owed)
			s.set("state", state)
		}
	}
}

func labourConduct(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("decision_no", s.document("劳监", day))
	s.set("kind", bag{{"contract", 25}, {"wages", 30}, {"hours", 20}, {"insurance", 18}, {"agency", 6}, {"child_labour", 0.6}}.draw(s.dice))
	s.number("workers", 1+int(s.dice.lognormal(3, 1)))
	s.date("decided_on", day)
	if s.dice.chance(0.8) {
		s.date("corrected_on", s.after(day, 5, 100))
	}
	s.set("authority", p.region.name+"人力资源和社会保障局")
}

// indicators of environmental credit by their group.
var indicators = []struct{ code, group string }{
	{"water", "pollution"}, {"air", "pollution"}, {"solid_waste", "pollution"}, {"hazardous_waste", "pollution"}, {"noise", "pollution"},
	{"ecology_resource", "ecology"}, {"ecology_development", "ecology"}, {"permit", "management"}, {"facility", "management"},
	{"outlet", "management"}, {"self_monitoring", "management"}, {"risk", "management"}, {"penalty", "management"},
	{"complaint", "social"}, {"disclosure", "social"},
}

func environmentalConduct(s *sheet, p *party) {
	day := s.event(p)
	year, _, _ := day.Date()
	x := one(s.dice, indicators)
	s.about(p)
	s.set("record_no", s.serial("HJ"))
	s.number("year", year)
	s.set("indicator", x.code)
	s.set("group", x.group)
	finding := "good"
	if s.dice.chance(bad(p, 0.25)) {
		finding = bag{{"minor", 64}, {"poor", 34}, {"veto", 2}}.draw(s.dice)
	}
	s.set("finding", finding)
	s.date("found_on", day)
	if finding != "good" && s.dice.chance(0.6) {
		s.date("corrected_on", s.after(day, 10, 150))
	}
	if finding == "veto" {
		s.set("document_no", s.document("环罚", day))
	}
}

func environmentalGrade(s *sheet, p *party) {
	last, _, _ := s.On.Date()
	day, _ := calendar.Date(last, 5, 20)
	day = min(max(day, p.since), s.On)
	s.about(p)
	s.set("year", strconv.Itoa(last-1))
	s.set("grade", gradeOf(s.dice, p, []string{"green", "blue", "yellow", "red"}))
	s.date("evaluated_on", day)
	s.date("expires_on", s.open(day, 1))
}
