package demo

import (
	"slices"
	"strconv"

	"probity/calendar"
	"probity/internal/catalogue"
)

// grace is how long after the end of the story a matter still stands that is sent at all: suppliers do not send what is
// about to be forgotten, and demonstrations are made on later days too.
const grace = 45

// forget leaves out what has lapsed: nobody may take it in any more (C10).
func (s *sheet) forget() {
	s.rows = slices.DeleteFunc(s.rows, func(row []string) bool {
		if !s.holds(&s.contract.Adverse, row) {
			return false
		}
		day := s.lapse(row)
		return day != calendar.None && day <= s.On+grace
	})
}

// lapse is the day on which an adverse row is forgotten, None where its matter has not ended.
func (s *sheet) lapse(row []string) calendar.Day {
	r := &s.contract.Retention
	if !r.Period.IsZero() && r.From != "" {
		if day := s.dayIn(row, r.From); day != calendar.None {
			return day.Add(r.Period)
		}
	}
	if day := s.dayIn(row, s.contract.Occurred); day != calendar.None && !r.Cap.IsZero() {
		return day.Add(r.Cap)
	}
	return calendar.None
}

func (s *sheet) dayIn(row []string, field string) calendar.Day {
	if i, ok := s.columns[field]; ok {
		if day, err := calendar.Parse(row[i]); err == nil {
			return day
		}
	}
	return calendar.None
}

// holds tells whether a condition of the contract holds for a row in the contract's own form. It knows the tests with which
// contracts say what is adverse.
func (s *sheet) holds(c *catalogue.Condition, row []string) bool {
	for i := range c.All {
		if !s.passes(&c.All[i], row) {
			return false
		}
	}
	return c.Always || len(c.All) > 0
}

func (s *sheet) passes(t *catalogue.Test, row []string) bool {
	value := row[s.columns[t.Field]]
	if value == "" {
		return t.Absent
	}
	number, err := strconv.ParseInt(value, 10, 64)
	bounded := t.Above != nil || t.Below != nil || t.Equal != nil
	switch {
	case t.Absent, bounded && err != nil:
		return false
	case len(t.In) > 0 && !slices.Contains(t.In, value), slices.Contains(t.NotIn, value):
		return false
	case t.Above != nil && number <= *t.Above, t.Below != nil && number >= *t.Below, t.Equal != nil && number != *t.Equal:
		return false
	}
	return true
}
