package lists

import (
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/clock"
	"probity/internal/listing/criteria"
)

// ListTerms are the criteria of a list about to be admitted.
type ListTerms struct {
	List *criteria.List
	// Established tells that the criteria are those of an instrument in force that came with this program; criteria that
	// somebody proposes here are not, and must have been open to comment.
	Established bool
	Catalogue   *catalogue.Catalogue
	Clock       *clock.Table
}

// longestBlackEntry is the Charter's own: adverse information lapses after five years (C10), and no entry stands longer.
var longestBlackEntry = calendar.Period{Years: 5}

// criteriaRatingWords are the words by which criteria would lean on what somebody computed. They are more than those
// looked for in orders: a list names grades and stars where an order names a score.
var criteriaRatingWords = []string{
	"grade", "grades", "graded", "ranking", "rank", "ranked", "stars", "star", "points", "scores", "ratings",
	"等级", "星级", "积分", "排名", "a级", "b级", "c级", "d级",
}

// AdmitList holds C4 for the criteria of a list: the scope is closed, the rank of the instrument suffices, the public
// could comment, every entry ends, there are removal conditions and a remedy, what follows is listed and under its
// ceiling, and no ground refers to a rating or to anything derived from one. Human beings are listed by courts only, and
// on no list of honour.
func AdmitList(t ListTerms) error {
	for _, check := range []func(*ListTerms) error{
		listWithoutRating, listScope, listLevel, listPersons, listEnds, listOpen, listMeasures,
	} {
		if err := check(&t); err != nil {
			return err
		}
	}
	return nil
}

func listWithoutRating(t *ListTerms) error {
	l := t.List
	texts := []string{l.Code, l.Title.EN, l.Title.ZH}
	for i := range l.Grounds {
		g := &l.Grounds[i]
		texts = append(texts, g.Code, g.Title.EN, g.Title.ZH)
		for _, e := range l.May(g) {
			texts = append(texts, e.Code, e.Title.EN, e.Title.ZH, strings.Join(e.Values, " "))
		}
	}
	for _, c := range l.Removal {
		texts = append(texts, c.Code, c.Title.EN, c.Title.ZH)
	}
	for _, text := range texts {
		if word := charter.RatingWord(text, criteriaRatingWords...); word != "" {
			return charter.Refuse("C4", "ground other than a rating", "state the conduct, the award or the finding that a document shows; no list may refer to a rating or to anything derived from one",
				"the list %s refers to what somebody computed (%q)", l.Code, word)
		}
	}
	return nil
}

func listScope(t *ListTerms) error {
	l := t.List
	switch {
	case l.Colour == criteria.Black && len(l.Scope) == 0:
		return charter.Refuse("C4", "scope of Guobanfa (2020) 49", "name one of a, b, c or d; conduct that is none of them leads on no list", "the list %s names no scope", l.Code)
	case l.Colour == criteria.Red && (len(l.Scope) > 0 || len(l.Measures) > 0):
		return charter.Refuse("C4", "list of honour without restrictions", "leave scope and measures out", "the list %s honours and would restrict", l.Code)
	}
	return nil
}

func listLevel(t *ListTerms) error {
	l := t.List
	switch local := l.Level == criteria.LocalRegulation; {
	case l.Territory == "" && local:
		return charter.Refuse("C4", "instrument of sufficient rank", "a nationwide list needs a law, an administrative regulation, a central document or, while there is none, a ministry's rule", "the list %s holds nationwide by a local regulation", l.Code)
	case l.Territory != "" && !local:
		return charter.Refuse("C4", "instrument of sufficient rank", "a list of one place needs a local regulation of its people's congress", "the list %s holds in %s alone and rests on no local regulation", l.Code, l.Territory)
	}
	return nil
}

func listPersons(t *ListTerms) error {
	for _, k := range t.List.Kinds {
		if k.Natural() && (t.List.Colour == criteria.Red || !slices.Equal(t.List.Keepers, []string{"court"})) {
			return charter.Refuse("C4", "order of a court", "leave persons and office holders out; they are listed by courts, on an order, and on no list of honour", "the list %s would name human beings", t.List.Code)
		}
	}
	return nil
}

func listEnds(t *ListTerms) error {
	l := t.List
	const from = calendar.Day(0)
	longest := from.Add(longestBlackEntry)
	for i := range l.Grounds {
		term := l.TermOf(&l.Grounds[i])
		until := from.Add(term)
		if l.Extension != nil {
			until = until.Add(l.Extension.Max)
		}
		switch {
		case term.IsZero():
			return charter.Refuse("C4", "fixed end", "state a term for every ground", "an entry on the list %s for %s would have no end", l.Code, l.Grounds[i].Code)
		case l.Colour == criteria.Black && until > longest:
			return charter.Refuse("C4", "end under the ceiling", "let term and extension together run for 5 years at most", "an entry on the list %s for %s could stand longer than 5 years", l.Code, l.Grounds[i].Code)
		}
	}
	switch {
	case len(l.Removal) == 0:
		return charter.Refuse("C4", "conditions of removal", "state what takes an entry down before its end", "the list %s has no conditions of removal", l.Code)
	case l.Contest.IsZero():
		return charter.Refuse("C4", "time to contest", "state within what time the decision can be contested", "an entry on the list %s could not be contested", l.Code)
	}
	return nil
}

// listOpen holds that the public could comment for thirty days and that somebody independent evaluates the list.
func listOpen(t *ListTerms) error {
	l := t.List
	if l.Evaluation == calendar.None || l.Evaluation <= l.From {
		return charter.Refuse("C4", "evaluation date", "state the day by which a third party evaluates the list", "nobody would ever look whether the list %s does what it is for", l.Code)
	}
	if t.Established {
		return nil
	}
	if l.Comment.From == calendar.None || l.Comment.To == calendar.None {
		return charter.Refuse("C4", "public comment", "publish the draft criteria, and state from when to when anybody could comment", "the criteria of %s were not open to comment", l.Code)
	}
	enough, err := t.Clock.Due(clock.ListCriteriaComment, l.Comment.From, clock.China)
	if err != nil {
		return err
	}
	if l.Comment.To < enough.Day || l.From < l.Comment.To {
		return charter.Refuse("C4", "public comment of 30 days", "leave the draft open until "+enough.Day.String()+" at the earliest, and put it in force after that",
			"the criteria of %s were open to comment from %s to %s and are in force from %s", l.Code, l.Comment.From, l.Comment.To, l.From)
	}
	return nil
}

func listMeasures(t *ListTerms) error {
	for i := range t.List.Measures {
		have := &t.List.Measures[i]
		m := t.Catalogue.Measure(have.Code)
		switch {
		case m == nil || m.Class != "II":
			return charter.Refuse("C4", "measure of class II", "leave it to an order of a court or authority", "the measure %s does not follow from a list", have.Code)
		case have.Ceiling.IsZero() || Longer(have.Ceiling, m.Ceiling):
			return charter.Refuse("C4", "ceiling of the measure", "state a ceiling of "+m.Ceiling.String()+" at most", "the list %s lets the measure %s run %s", t.List.Code, have.Code, have.Ceiling)
		case !criteria.Reaches(criteriaTier(t.List, have), m.Tier):
			return charter.Refuse("C4", "tier of the measure", "leave it out, or ask for conduct of the tier "+m.Tier, "the measure %s needs conduct of the tier %s; the list %s asks for less", have.Code, m.Tier, t.List.Code)
		}
	}
	return nil
}

// criteriaTier is the least serious conduct from which the list lets the measure follow.
func criteriaTier(l *criteria.List, m *criteria.Measure) string {
	if m.Tier != "" {
		return m.Tier
	}
	return l.Tier
}

// Longer tells whether a is longer than b, counted from the same day.
func Longer(a, b calendar.Period) bool {
	const from = calendar.Day(0)
	return from.Add(a) > from.Add(b)
}
