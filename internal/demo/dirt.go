package demo

import (
	"slices"
	"strings"

	"probity/internal/catalogue"
)

// slip spoils a row so that its contract or the Charter refuses it, and tells whether it could. It spoils in one way only.
type slip func(s *sheet, row []string) bool

// slips are the mistakes that suppliers make, those met most often first.
func slips() []slip {
	return []slip{
		brokenIdentifier, impossibleDay, unknownCode, missingName, negativeNumber, fineOutOfClass, untoldPerson, untoldTrader, noise,
	}
}

// brokenIdentifier loses the last character; where no check digit is forgiven, it is a wrong one instead.
func brokenIdentifier(s *sheet, row []string) bool {
	at := s.columns[s.contract.Binding[0].Field]
	id := row[at]
	if id == "" {
		return false
	}
	last := id[len(id)-1]
	if s.contract.LenientCheckDigit {
		row[at] = id[:len(id)-1]
		return true
	}
	if last == '1' {
		row[at] = id[:len(id)-1] + "2"
	} else {
		row[at] = id[:len(id)-1] + "1"
	}
	return true
}

func impossibleDay(s *sheet, row []string) bool {
	f := s.contract.Field(s.contract.Occurred)
	if f == nil || f.Type != catalogue.DateField || !f.Required {
		return false
	}
	row[s.columns[f.Name]] = "2026-02-30"
	return true
}

func unknownCode(s *sheet, row []string) bool {
	for i := range s.contract.Fields {
		if f := &s.contract.Fields[i]; f.Type == catalogue.CodeField && f.Required {
			row[i] = "不详"
			return true
		}
	}
	return false
}

func missingName(s *sheet, row []string) bool {
	f := s.contract.Field(s.contract.Name)
	if f == nil || !f.Required {
		return false
	}
	row[s.columns[f.Name]] = ""
	return true
}

// negativeNumber turns a duration or a count around.
func negativeNumber(s *sheet, row []string) bool {
	for i := range s.contract.Fields {
		if f := &s.contract.Fields[i]; f.Type == catalogue.IntField && f.Bounded && f.Min >= 0 && row[i] != "" && row[i] != "0" {
			row[i] = "-" + row[i]
			return true
		}
	}
	return false
}

// fineOutOfClass states a fine under a class of penalty that has none.
func fineOutOfClass(s *sheet, row []string) bool {
	if s.contract.Family != "penalty" || row[s.columns["cf_cflb"]] != "fine" {
		return false
	}
	row[s.columns["cf_cflb"]] = "warning"
	row[s.columns["cf_gsjzq"]] = ""
	return true
}

// untoldPerson tells against a person who was not told before (C7).
func untoldPerson(s *sheet, row []string) bool {
	if s.contract.Notice == "" || row[s.columns[s.contract.Notice]] == "" {
		return false
	}
	row[s.columns[s.contract.Notice]], row[s.columns["notice_no"]] = "", ""
	return true
}

// untoldTrader tells against the human being behind a sole trader's business, who was not told either (C7).
func untoldTrader(s *sheet, row []string) bool {
	if s.contract.Family != "inspection" || !strings.HasPrefix(row[s.columns["uscc"]], "92") {
		return false
	}
	row[s.columns["result"]] = "to_correct"
	return true
}

// noise is what a wrong encoding leaves in a text: a control character.
func noise(s *sheet, row []string) bool {
	f := s.contract.Field(s.contract.Name)
	if f == nil || row[s.columns[f.Name]] == "" {
		return false
	}
	row[s.columns[f.Name]] += "\u0085"
	return true
}

// mostBad keeps a file below the share of bad rows at which the whole of it is held.
const mostBad = 18

// spoil makes some rows bad and repeats some good ones at the end. It gives the places of the bad rows.
func (s *sheet) spoil() map[int]bool {
	d := s.World.dice("dirt of " + s.contract.Code)
	n := len(s.rows)
	wanted := min(d.poisson(0.15+float64(n)/1600), mostBad, n/8)
	bad := map[int]bool{}
	kinds := slips()
	for tries := 0; len(bad) < wanted && tries < 50*wanted; tries++ {
		at := d.IntN(n)
		if bad[at] {
			continue
		}
		spoilt := slices.Clone(s.rows[at])
		switch {
		case !kinds[d.IntN(len(kinds))](s, spoilt):
		case s.contract.Binding[0].Scheme.Personal():
			// A human being may have this one row: the bad one is sent beside it, so that nobody goes missing.
			s.rows = append(s.rows, spoilt)
			bad[len(s.rows)-1] = true
		default:
			s.rows[at], bad[at] = spoilt, true
		}
	}
	for range d.poisson(float64(n) / 400) {
		if at := d.IntN(n); !bad[at] {
			s.rows = append(s.rows, s.rows[at])
		}
	}
	return bad
}

// good are up to n places of rows that are right and in the file once.
func (s *sheet) good(bad map[int]bool, made, n int) []int {
	d := s.World.dice("second thoughts on " + s.contract.Code)
	var places []int
	taken := map[int]bool{}
	for tries := 0; len(places) < n && tries < 10*n; tries++ {
		if at := d.IntN(made); !bad[at] && !taken[at] {
			taken[at] = true
			places = append(places, at)
		}
	}
	return places
}

// corrected are rows as the supplier sends them again with other content: the same keys, another amount or remark.
func (s *sheet) corrected(places []int) [][]string {
	rows := make([][]string, 0, len(places))
	for _, at := range places {
		row := slices.Clone(s.rows[at])
		for i := range s.contract.Fields {
			f := &s.contract.Fields[i]
			switch {
			case f.Type == catalogue.AmountField && row[i] != "" && row[i] != "0" && !strings.Contains(row[i], "."):
				row[i] += "0"
			case f.Name == "bz":
				row[i] = "经核实更正"
			default:
				continue
			}
			break
		}
		rows = append(rows, row)
	}
	return rows
}
