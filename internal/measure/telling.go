package measure

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/scorecard"
)

// facts gathers what a notice states; what has no value is left out.
type facts []notice.Fact

func (f *facts) add(name, value string) {
	if strings.TrimSpace(value) != "" {
		*f = append(*f, notice.Fact{Name: name, Value: value})
	}
}

// both states a reason in both languages.
func (f *facts) both(name string, r Reason) {
	if strings.TrimSpace(r.Text) != "" {
		*f = append(*f, notice.Fact{Name: name, Value: r.Text, ZH: r.ZH})
	}
}

// titled states what a code of a model is called; nothing where there is no code.
func (f *facts) titled(name, code string, t scorecard.Label) {
	if code != "" {
		*f = append(*f, notice.Fact{Name: name, Value: t.EN, ZH: t.ZH})
	}
}

func (f *facts) day(name string, d calendar.Day) { f.add(name, d.String()) }

// entered is what the subject is told of an order on it.
func entered(o *order.Order) notice.Notice {
	var f facts
	f.add("measure", o.Measure)
	f.add("issuer", o.Issuer)
	f.add("document", o.Document.Number)
	f.day("start", o.Start)
	f.day("end", o.End)
	f.day("review", o.Review)
	f.day("served", o.Served)
	f.add("tier", o.Tier)
	if o.Amount > 0 {
		f.add("money", strconv.FormatInt(o.Amount, 10))
	}
	f.add("scope", o.Scope)
	f.add("order", o.ID.String())
	return notice.Notice{
		Subject: o.Subject, Occasion: notice.OrderEntered, At: o.EnteredAt, About: o.ID.String(), By: o.Issuer,
		Facts: f, Law: o.Basis.String(), Contest: o.Appeal,
	}
}

// ended is what the subject is told of the end of an order on it.
func ended(o *order.Order, e *order.Ending) notice.Notice {
	var f facts
	f.add("measure", o.Measure)
	f.add("issuer", o.Issuer)
	f.add("act", string(e.Act))
	f.day("day", e.Day)
	f.add("document", e.Document.Number)
	f.add("order", o.ID.String())
	f.add(notice.Reason, e.Reason)
	return notice.Notice{
		Subject: o.Subject, Occasion: notice.OrderEnded, At: e.At, About: o.ID.String(), By: e.Agency,
		Facts: f, Law: o.Basis.String(), Contest: notice.ByAuthor,
	}
}

// tell writes what the subject is told of a decision: that others were told of a restriction, or that it was refused
// something, with the reasons and with what counted in its favour. Of other answers the ledger tells it.
func (s *Service) tell(ctx context.Context, j *judgement, id DecisionID, at time.Time) ([]notice.Written, error) {
	if len(j.permit.Needs()) == 0 {
		return nil, nil
	}
	n := notice.Notice{
		Subject: j.permit.Subject().ID, At: at, About: id.String(), Law: j.Basis, Until: calendar.None,
	}
	var f facts
	f.add("measure", j.Measure)
	f.add("asker", j.terms.Reader)
	f.add("purpose", j.terms.Purpose)
	f.add("decision", id.String())
	if e := j.terms.Listing; e != nil {
		l := j.terms.List
		g := l.Ground(e.Ground)
		n.Occasion, n.Contest, n.ContestZH, n.Law = notice.Restricted, l.Remedy.EN, l.Remedy.ZH, string(g.Basis)
		f.add("order", e.ID.String())
		f.add("issuer", e.Keeper)
		f = append(f, notice.Fact{Name: "list", Value: l.Title.EN, ZH: l.Title.ZH})
		f.day("end", j.Until)
	} else if o := j.terms.Order; o != nil {
		n.Occasion, n.Contest, n.Law = notice.Restricted, o.Appeal, o.Basis.String()
		f.add("order", o.ID.String())
		f.add("issuer", o.Issuer)
		f.add("document", o.Document.Number)
		f.day("end", j.Until)
	} else {
		n.Occasion, n.Contest = notice.DecisionRefused, notice.ByDispute
		f.add("outcome", string(j.permit.Outcome()))
		if err := s.because(ctx, j, &n, &f); err != nil {
			return nil, err
		}
	}
	n.Facts = f
	w, err := s.clerk.Write(j.permit.Subject(), n)
	if err != nil {
		return nil, err
	}
	return []notice.Written{w}, nil
}

// because adds why a benefit was not granted: what the Charter refused, or what cost the rating its points, by
// characteristic, as the law asks for the specific principal reasons (12 CFR 1002.9(b)(2)), and what helped it.
func (s *Service) because(ctx context.Context, j *judgement, n *notice.Notice, f *facts) error {
	m := j.terms.Measure
	if m.Benefit != nil {
		if base := strings.TrimSpace(m.Benefit.Baseline.EN); base != "" {
			*f = append(*f, notice.Fact{Name: "baseline", Value: base, ZH: m.Benefit.Baseline.ZH})
		}
	}
	if j.permit.Outcome() == charter.RefusedByCharter {
		f.add("invariant", j.Invariant)
		for _, r := range j.Reasons {
			switch r.Code {
			case reasonCharter:
				f.both(notice.Reason, r)
			case reasonCharterCure:
				f.both("cure", r)
			}
		}
		return nil
	}
	v, err := s.parts.Ratings.GroundsFor(ctx, j.scope, m.Benefit.Model)
	if err != nil {
		return err
	}
	f.add("model", v.Model)
	f.add("status", string(v.Status))
	model, err := s.parts.Models.Model(m.Benefit.Model)
	if err != nil {
		return err
	}
	f.titled("band", v.Band, model.BandTitle(v.Band))
	f.titled("gate", v.Gate, model.GateTitle(v.Gate))
	*f = append(*f, v.Principal(s.parts.Catalogue)...)
	n.Favour = v.Favour(s.parts.Catalogue)
	// What the answer itself gave as reasons stands last, where the rating names none that is more specific.
	for _, r := range j.Reasons {
		switch r.Code {
		case reasonBand:
			r.Text = fmt.Sprintf("rated %s by %s; %s is for %s", model.BandTitle(v.Band).EN, model.Title().EN, m.Title.EN, wanted(m, model).EN)
			f.both(notice.Reason, r)
		case reasonNotRated:
			r.Text = "not rated by " + model.Title().EN
			f.both(notice.Reason, r)
		}
	}
	return nil
}
