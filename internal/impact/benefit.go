package impact

import (
	"slices"

	"probity/calendar"
)

// benefit is a measure that rests on the candidate's model.
type benefit struct {
	of       Consequence
	from, to []bool // by state: it is granted
}

func (b *benefit) had(state int) bool { return b.from[state] }
func (b *benefit) has(state int) bool { return b.to[state] }

// benefits are the measures of the closed list that name the candidate's model and may be granted on the day it rates.
func (c *comparison) benefits() []benefit {
	var list []benefit
	for i := range c.q.Catalogue.Measures {
		m := &c.q.Catalogue.Measures[i]
		if m.Benefit == nil || m.Benefit.Model != c.candidate.model.Code || m.To != calendar.None && m.To <= c.q.Seen || m.From > c.q.Seen {
			continue
		}
		b := benefit{of: Consequence{Measure: m.Code, Title: m.Title, Type: m.Type, Bands: m.Benefit.Bands, Baseline: m.Benefit.Baseline}}
		b.from, b.to = make([]bool, c.states()), make([]bool, c.newStates())
		if c.current != nil {
			mark(b.from, c.current, m.Benefit.Bands)
		}
		found := mark(b.to, c.candidate, m.Benefit.Bands)
		for _, name := range m.Benefit.Bands {
			if !found[name] {
				b.of.Missing = append(b.of.Missing, name)
			}
		}
		list = append(list, b)
	}
	return list
}

func mark(states []bool, s *side, bands []string) map[string]bool {
	found := map[string]bool{}
	for i := range s.model.Bands {
		name := s.model.Bands[i].Name.Text
		states[i] = slices.Contains(bands, name)
		found[name] = true
	}
	return found
}
