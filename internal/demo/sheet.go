package demo

import (
	"fmt"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
)

// sheet is the rows of one dataset as they are made. Values stand in the contract's own form (days as YYYY-MM-DD, codes
// as codes, numbers plain); how the supplier writes them is decided when the file is written.
type sheet struct {
	*World
	dice     *dice
	contract *catalogue.Contract
	agency   *catalogue.Agency
	// quota is how many rows the dataset should have, as far as the recipe leaves it open.
	quota int

	columns map[string]int
	rows    [][]string
	row     []string // the last of rows
	slab    []string
	// nameless is the code of an organisation that one row is about without it, called how it is written there.
	nameless, called string
}

func (w *World) newSheet(c *catalogue.Contract, quota int) *sheet {
	s := &sheet{
		World: w, dice: w.dice(c.Code), contract: c, agency: w.catalogue.Agency(c.Supplier), quota: quota,
		columns: make(map[string]int, len(c.Fields)),
	}
	for i := range c.Fields {
		s.columns[c.Fields[i].Name] = i
	}
	return s
}

// begin starts a row.
func (s *sheet) begin() {
	n := len(s.contract.Fields)
	if len(s.slab) < n {
		s.slab = make([]string, 256*n)
	}
	s.row, s.slab = s.slab[:n:n], s.slab[n:]
	s.rows = append(s.rows, s.row)
}

func (s *sheet) set(field, value string) {
	i, ok := s.columns[field]
	if !ok {
		panic(fmt.Sprintf("demo: %s has no field %s", s.contract.Code, field))
	}
	s.row[i] = value
}

func (s *sheet) date(field string, day calendar.Day) {
	if day != calendar.None {
		s.set(field, day.String())
	}
}

func (s *sheet) number(field string, n int) { s.set(field, strconv.Itoa(n)) }

// amount writes whole yuan in the unit of the field.
func (s *sheet) amount(field string, yuan float64) {
	whole := int64(yuan)
	if s.contract.Fields[s.columns[field]].Factor != 1_000_000 {
		s.set(field, strconv.FormatInt(whole, 10))
		return
	}
	text := strconv.FormatInt(whole/10_000, 10)
	if rest := whole % 10_000; rest != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%04d", rest), "0")
	}
	s.set(field, text)
}

func (s *sheet) yes(field string, holds bool) { s.set(field, strconv.FormatBool(holds)) }

// about names the row's subject in the fields that most families share.
func (s *sheet) about(p *party) {
	s.set("uscc", p.uscc)
	s.set("org_name", p.name)
}

// document is a number as authorities give them, unlike any other of the sheet: 沪罚〔2026〕00012号.
func (s *sheet) document(word string, day calendar.Day) string {
	year, _, _ := day.Date()
	return provinceOf(s.agency) + word + "〔" + strconv.Itoa(year) + "〕" + strconv.Itoa(100_000+len(s.rows)) + "号"
}

// serial is a number of a register, unlike any other of the sheet.
func (s *sheet) serial(prefix string) string { return prefix + strconv.Itoa(1_000_000+len(s.rows)) }

func provinceOf(a *catalogue.Agency) string {
	switch {
	case strings.HasPrefix(a.Region, "31"):
		return "沪"
	case strings.HasPrefix(a.Region, "32"):
		return "苏"
	case strings.HasPrefix(a.Region, "33"):
		return "浙"
	case strings.HasPrefix(a.Region, "34"):
		return "皖"
	}
	return "国"
}

// authority is who decided: the supplier where it is a body of the state, otherwise the body that it answers to.
func (s *sheet) authority() (name, uscc string) {
	if publicBody(s.agency) {
		return s.agency.Title.ZH, s.agency.USCC
	}
	b := &s.bodies[len(s.contract.Code)%len(s.bodies)]
	return b.name, b.uscc
}

// court is the court of a place.
func court(p *party) string { return p.region.name + "人民法院" }

// event is a day on which something is recorded of a party; later days are likelier.
func (s *sheet) event(p *party) calendar.Day { return s.dice.recent(p.since, p.until) }

// after is a day within a time after another, None where that lies beyond the end of the story.
func (s *sheet) after(day calendar.Day, least, most int) calendar.Day {
	if then := day + calendar.Day(s.dice.between(least, most)); then <= s.On {
		return then
	}
	return calendar.None
}

// open is the last day of something that begins on a day and holds some years, or the far day that stands for "always".
func (s *sheet) open(day calendar.Day, years int) calendar.Day {
	if years == 0 {
		return calendar.MustParse("2099-12-31")
	}
	return day.Add(calendar.Period{Years: years}) - 1
}

// monthEnd is the last day of the month that lies some months before the month of the story's end; 1 is the month before.
func (s *sheet) monthEnd(before int) calendar.Day {
	y, m, _ := s.On.Date()
	m -= before - 1
	for m < 1 {
		y, m = y-1, m+12
	}
	first, ok := calendar.Date(y, m, 1)
	if !ok {
		panic("demo: no such month")
	}
	return first - 1
}
