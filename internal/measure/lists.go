package measure

import (
	"context"
	"fmt"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/ledger"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/subject"
)

// Lists gives the entries on lists from which restrictions on organisations follow. Package listing implements it.
type Lists interface {
	// All are the entries on the subject and on those merged into it, without their texts; those that have ended and those
	// not yet published may be among them.
	All(context.Context, subject.ID) ([]entry.Entry, error)
	// Criteria is the edition of the list in force on the day, nil where there is none.
	Criteria(list string, on calendar.Day) *criteria.List
}

// Leaves is what an act on an order leaves behind: the line in its subject's ledger, the notice to the subject, and the
// demand to everybody who was told of the order. The book adds to the demand whom.
type Leaves struct {
	Line   *ledger.Entry
	Notice notice.Written
	Lift   recall.Demand
	// Owed tells the body of appeal that it owes a decision; without recipients where it owes none.
	Owed recall.Demand
}

// listed are the entries that may restrict the subject now or later by the mere passing of days. A human being is
// restricted by orders alone (Charter C4), and has none.
func (s *Service) listed(ctx context.Context, sub subject.Subject) ([]entry.Entry, error) {
	if s.parts.Lists == nil || sub.Natural() {
		return nil, nil
	}
	all, err := s.parts.Lists.All(ctx, sub.ID)
	if err != nil {
		return nil, err
	}
	var listed []entry.Entry
	today := s.today()
	for _, e := range all {
		if st := e.StateOn(today); e.Colour == criteria.Black && len(e.Measures) > 0 && (st == entry.Published || st == entry.Requested) {
			listed = append(listed, e)
		}
	}
	return listed, nil
}

// fromLists looks for an entry that carries the measure and restricts longer than what was found so far.
func (s *Service) fromLists(j *judgement, st *Standing, m *catalogue.Measure) {
	for i := range st.Listed {
		e := &st.Listed[i]
		l := s.parts.Lists.Criteria(e.List, e.Drafted)
		until, carries := charter.ListedUntil(e, m, l, s.parts.Ceilings, j.terms.Today)
		if !carries {
			continue
		}
		if m.To != calendar.None {
			until = min(until, m.To)
		}
		j.Reasons = append(j.Reasons, s.listReasons(e, l, m, until)...)
		if j.terms.Outcome != charter.Restricted || until > j.Until {
			j.terms.Order, j.Order = nil, 0
			j.terms.Listing, j.terms.List, j.Listing = e, l, e.ID
			j.terms.Outcome, j.Until = charter.Restricted, until
		}
	}
}

// listReasons says what binds, by which list and on whose word, until when, and how to contest it.
func (s *Service) listReasons(e *entry.Entry, l *criteria.List, m *catalogue.Measure, until calendar.Day) []Reason {
	g := l.Ground(e.Ground)
	return []Reason{
		{
			reasonList,
			fmt.Sprintf("%s follows from the list “%s” of %s (%s), under %s; it holds until %s", m.Title.EN, l.Title.EN, e.Keeper, g.Title.EN, g.Basis, until),
			fmt.Sprintf("依据%s，因列入%s的“%s”（%s）而%s，至%s止", s.lawZH(string(g.Basis)), s.chinese("agency", e.Keeper), l.Title.ZH, g.Title.ZH, m.Title.ZH, until),
		},
		{reasonContest, "to contest it: " + l.Remedy.EN, "救济途径：" + l.Remedy.ZH},
	}
}
