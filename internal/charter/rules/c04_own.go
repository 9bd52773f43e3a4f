package rules

import (
	"reflect"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/lists"
	"probity/internal/listing/criteria"
	"probity/internal/measure/ceiling"
)

// edition is a dated rule: what it says but for its end, and from when to when it is in force.
type edition struct {
	code, place string
	from, to    calendar.Day
	text        any
}

// stay holds that what was in force goes on saying what it said: an entry is judged for good by the edition of the day on
// which it was drafted, and an order by that of its first day. An edition that has come into force may be given an end that
// has not come; it is neither changed otherwise nor left out.
func stay[T any](t *Terms, before, after []T, what string, of func(*T) edition) error {
	for i := range before {
		was := of(&before[i])
		if was.from > t.Today {
			continue
		}
		same := slices.IndexFunc(after, func(x T) bool {
			is := of(&x)
			return is.from == was.from && reflect.DeepEqual(is.text, was.text)
		})
		if same < 0 {
			place := was.place
			if i := slices.IndexFunc(after, func(x T) bool { return of(&x).code == was.code }); i >= 0 {
				place = of(&after[i]).place
			}
			return at(place, charter.Refuse("C4", "edition that stays as it was in force", "leave the edition as it was, give it an end from today on under to:, and write the new one below it",
				"the %s %s of %s was in force and is changed or left out", what, was.code, was.from))
		}
		if is := of(&after[same]); is.to != was.to && (ended(was.to, t.Today) || ended(is.to, t.Today)) {
			return at(is.place, charter.Refuse("C4", "end that has not come", "let the edition end today or later",
				"the %s %s of %s would end on %s; what has been is not changed", what, is.code, is.from, is.to))
		}
	}
	return nil
}

// ended tells whether an edition with this end was over before the day.
func ended(to, today calendar.Day) bool { return to != calendar.None && to < today }

// admitCeiling holds that a ceiling of the deployment's own is of a measure of the closed list, on a law that the measure
// rests on, and lets it go no further than the list and the program's own ceilings do: not longer, not for lighter conduct,
// not for less money.
func admitCeiling(c *ceiling.Ceiling, cat *catalogue.Catalogue, standard *ceiling.Table) error {
	m := cat.Measure(c.Measure)
	if m == nil || m.Class == "benefit" {
		return charter.Refuse("C4", "measure of the closed list", "see the measures with: probity catalogue list measures", "the closed list has no restriction %q", c.Measure)
	}
	for _, basis := range c.Basis {
		law, article := criteria.Basis(basis).Parts()
		carried := slices.ContainsFunc(m.Basis, func(l catalogue.Law) bool {
			return l.Code == law && (l.Article == "" || article == "" || l.Article == article)
		})
		if !carried {
			return charter.Refuse("C4", "legal basis of the measure", "name a law on which the list rests the measure: "+restsOn(m), "the measure %s does not rest on %s", m.Code, basis)
		}
	}
	for i := range c.Tiers {
		x := &c.Tiers[i]
		switch {
		case !criteria.Reaches(x.Tier, m.Tier):
			return charter.Refuse("C4", "tier of the measure", "begin with the tier "+m.Tier, "the measure %s needs conduct of the tier %s; the ceiling begins with %s", m.Code, m.Tier, x.Tier)
		case lists.Longer(x.Longest, m.Ceiling):
			return charter.Refuse("C4", "ceiling of the measure", "let it run "+m.Ceiling.String()+" at most", "the measure %s would run %s for conduct of the tier %s", m.Code, x.Longest, x.Tier)
		}
		for _, s := range standard.All() {
			if !bearsOn(&s, c) {
				continue
			}
			if err := underStandard(c, x, &s); err != nil {
				return err
			}
		}
	}
	return nil
}

// bearsOn tells whether a ceiling of the program bears on what one of the deployment's own is about, on some day.
func bearsOn(s, own *ceiling.Ceiling) bool {
	law := slices.ContainsFunc(own.Basis, func(b string) bool {
		code, _ := criteria.Basis(b).Parts()
		return slices.Contains(s.Basis, b) || slices.Contains(s.Basis, code)
	})
	return law && s.Measure == own.Measure && (s.To == calendar.None || own.From < s.To) && (own.To == calendar.None || s.From < own.To)
}

func underStandard(c *ceiling.Ceiling, x *ceiling.Tier, s *ceiling.Ceiling) error {
	y := s.Of(x.Tier)
	switch {
	case y == nil:
		return charter.Refuse("C4", "tier of the legal basis", "begin with the tier "+s.Lightest().Tier, "the law carries the measure %s for conduct of the tier %s and graver (%s)", c.Measure, s.Lightest().Tier, s.Source)
	case lists.Longer(x.Longest, y.Longest):
		return charter.Refuse("C4", "ceiling of the legal basis", "let it run "+y.Longest.String()+" at most", "the law carries the measure %s for %s where the conduct is %s (%s)", c.Measure, y.Longest, x.Tier, s.Source)
	case x.Least < y.Least:
		return charter.Refuse("C4", "amount at stake", "ask for as much as the law does, or for more", "the law carries the measure %s from %d fen on (%s)", c.Measure, y.Least, s.Source)
	}
	return nil
}

func restsOn(m *catalogue.Measure) string {
	all := make([]string, 0, len(m.Basis))
	for _, l := range m.Basis {
		all = append(all, strings.TrimSpace(l.Code+" "+l.Article))
	}
	return strings.Join(all, "; ")
}
