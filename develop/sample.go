package develop

import (
	"math/rand/v2"
	"slices"
	"strings"

	"probity/develop/table"
	"probity/scorecard/facts"
)

// sample is the rows with their outcomes, and which of them are fitted to.
type sample struct {
	good, bad []float64 // weights, by row of the table
	fit, held []int32
	rejects   []int32
	badWord   string
}

// knownBad are words of an outcome that speak for themselves.
var knownBad = []string{"bad", "default", "defaulted", "bankrupt", "charged off", "chgoff", "true", "yes", "1"}

// outcomes reads the target.
func outcomes(t *table.Table, o *Options) (*sample, error) {
	c := t.Column(o.Target)
	if c == nil {
		return nil, unknownColumn(t, "--target", o.Target)
	}
	s := &sample{good: make([]float64, t.Rows), bad: make([]float64, t.Rows)}
	words := map[string]int{}
	texts := make([]string, t.Rows)
	for r := range texts {
		texts[r] = c.Text(r)
		if texts[r] != "" {
			words[texts[r]]++
		}
		if len(words) > 2 && o.Bad == "" {
			break
		}
	}
	var found []string
	for w := range words {
		found = append(found, w)
	}
	slices.Sort(found)
	switch {
	case len(found) == 0:
		return nil, wrong("name the column of outcomes", "the column %s is empty", o.Target)
	case o.Bad == "" && len(found) > 2:
		return nil, wrong("name the bad one with --bad VALUE", "the column %s has more than two values, such as %s", o.Target, list(found))
	case o.Bad == "":
		for _, w := range found {
			if slices.Contains(knownBad, strings.ToLower(w)) {
				s.badWord = w
			}
		}
		if s.badWord == "" && len(found) == 2 {
			return nil, wrong("name the bad one with --bad VALUE", "which of %s is bad does not speak for itself", strings.Join(found, " and "))
		}
	case !slices.Contains(found, o.Bad):
		return nil, wrong("the values are "+list(found), "no row of %s is %q", o.Target, o.Bad)
	default:
		s.badWord = o.Bad
	}
	if len(found) == 1 {
		return nil, wrong("take rows of both outcomes", "all rows have the same outcome, %s: there is nothing to tell apart", found[0])
	}
	var known []int32
	for r, w := range texts {
		switch w {
		case "":
			s.rejects = append(s.rejects, int32(r))
			continue
		case s.badWord:
			s.bad[r] = 1
		default:
			s.good[r] = 1
		}
		known = append(known, int32(r))
	}
	return s, s.split(t, o, known)
}

func unknownColumn(t *table.Table, option, name string) error {
	var names []string
	for i := range t.Columns {
		names = append(names, t.Columns[i].Name)
	}
	return wrong("the columns are "+list(names), "%s: there is no column %q", option, name)
}

// split parts the rows of known outcome.
func (s *sample) split(t *table.Table, o *Options, known []int32) error {
	switch {
	case o.Split != "":
		c := t.Column(o.Split)
		if c == nil {
			return unknownColumn(t, "--split", o.Split)
		}
		for _, r := range known {
			s.put(r, c.Text(int(r)) == o.SplitHeld)
		}
	case o.Time != "":
		if err := s.splitTime(t, o, known); err != nil {
			return err
		}
	default:
		random := rand.New(rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15))
		for _, outcome := range [][]float64{s.good, s.bad} {
			var rows []int32
			for _, r := range known {
				if outcome[r] > 0 {
					rows = append(rows, r)
				}
			}
			random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			n := int(float64(len(rows))*o.Holdout + 0.5)
			s.held, s.fit = append(s.held, rows[:n]...), append(s.fit, rows[n:]...)
		}
	}
	slices.Sort(s.fit)
	slices.Sort(s.held)
	for _, part := range []struct {
		rows []int32
		what string
	}{{s.fit, "to fit to"}, {s.held, "held out"}} {
		var good, bad float64
		for _, r := range part.rows {
			good, bad = good+s.good[r], bad+s.bad[r]
		}
		if good < 10 || bad < 10 {
			return wrong("take more rows, or another hold-out", "of the rows %s, %g are good and %g are bad: too few to say anything", part.what, good, bad)
		}
	}
	return nil
}

func (s *sample) put(row int32, held bool) {
	if held {
		s.held = append(s.held, row)
	} else {
		s.fit = append(s.fit, row)
	}
}

// splitTime holds the latest rows out: those after the instant before which a share of 1 - Holdout lies. Rows of one
// instant stay together.
func (s *sample) splitTime(t *table.Table, o *Options, known []int32) error {
	c := t.Column(o.Time)
	switch {
	case c == nil:
		return unknownColumn(t, "--time", o.Time)
	case c.Kind != table.Day && c.Kind != table.Number:
		return wrong("give days as 2026-11-24, or numbers", "--time: the column %s holds %ss", o.Time, c.Kind)
	}
	var times []int64
	for _, r := range known {
		if c.Numbers[r] == facts.Missing {
			return wrong("leave such rows out", "row %d has no %s, and cannot be put before or after others", r+1, o.Time)
		}
		times = append(times, c.Numbers[r])
	}
	slices.Sort(times)
	cut := times[min(int(float64(len(times))*(1-o.Holdout)), len(times)-1)]
	if cut == times[0] {
		return wrong("choose another column, or a smaller hold-out", "--time: too many rows have the first %s for a hold-out of later ones", o.Time)
	}
	for _, r := range known {
		s.put(r, c.Numbers[r] >= cut)
	}
	return nil
}
