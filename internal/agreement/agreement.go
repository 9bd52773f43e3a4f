// Package agreement is the desk where agencies ask to read what is not theirs by law: the wish is judged before anybody
// grants it, answered with reasons, told when it is near its end, and ends by itself. Everybody may see which agreements
// there are.
package agreement

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/quota"
	"probity/internal/access/role"
	"probity/internal/agreement/deed"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/sharing"
)

// Book keeps agreements. Package store/agreements implements it.
type Book interface {
	// Ask keeps permitted wishes, all or none, and gives their ids in that order.
	Ask(ctx context.Context, permits []sharing.AskPermit, reason string, at time.Time) ([]deed.ID, error)
	// Step keeps a permitted step; a Conflict where somebody took another one meanwhile.
	Step(ctx context.Context, p sharing.StepPermit, at time.Time) error
	// Agreement is one with its steps; NotFound where there is none. All are all, oldest first.
	Agreement(ctx context.Context, id deed.ID) (deed.Agreement, error)
	All(ctx context.Context) ([]deed.Agreement, error)
	// Agreements are an agency's own, and whether the record of its own that each rests on is in force on the day.
	Agreements(ctx context.Context, reader, code string, day calendar.Day) ([]charter.Agreed, error)
}

// Desk is where agreements are asked for, answered and ended. It is safe for concurrent use.
type Desk struct {
	Book      Book
	Access    *access.Desk
	Catalogue *catalogue.Catalogue
	Quotas    *quota.Table
	Now       func() time.Time
}

// Standing is an agreement and where it stands today.
type Standing struct {
	deed.Agreement
	State deed.State `json:"state"`
	// Left is for how many days it goes on; 0 where it does not run.
	Left int `json:"days_left,omitempty"`
	// DeleteBy is the last day on which its reader may hold copies; None while it is not over.
	DeleteBy calendar.Day `json:"delete_by"`
}

func (d *Desk) today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

// Ask puts wishes before the platform, all or none: one for each pair of a reader and a grantor, where many ask many for
// the same. A wish that is refused leaves the attempt in the platform's ledger.
func (d *Desk) Ask(ctx context.Context, by access.Credential, wishes []deed.Wish) ([]deed.ID, error) {
	if err := by.As(role.Steward); err != nil {
		return nil, err
	}
	founder, err := d.Access.Founder(ctx)
	if err != nil {
		return nil, err
	}
	permits := make([]sharing.AskPermit, len(wishes))
	for i, w := range wishes {
		permits[i], err = sharing.PermitAsk(sharing.AskTerms{
			By: by.Actor(), Wish: w, Founder: founder, Quota: d.Quotas.PerDay(w.Purpose, d.today()), Catalogue: d.Catalogue, Today: d.today(),
		})
		if err != nil {
			return nil, d.Access.Tried(ctx, by, "agreement", w.Reader+" asks "+w.Grantor, err)
		}
	}
	return d.Book.Ask(ctx, permits, "", d.Now())
}

// Step takes the next step with an agreement, for a reason.
func (d *Desk) Step(ctx context.Context, by access.Credential, id deed.ID, act deed.Act, reason string) (Standing, error) {
	if err := by.As(role.Steward); err != nil {
		return Standing{}, err
	}
	founder, err := d.Access.Founder(ctx)
	if err != nil {
		return Standing{}, err
	}
	a, err := d.Book.Agreement(ctx, id)
	if err != nil {
		return Standing{}, err
	}
	permit, err := sharing.PermitStep(sharing.StepTerms{
		By: by.Actor(), Agreement: &a, Act: act, Reason: reason, Founder: founder, Today: d.today(),
	})
	if err != nil {
		return Standing{}, d.Access.Tried(ctx, by, "agreement", id.String()+" "+string(act), err)
	}
	if err := d.Book.Step(ctx, permit, d.Now()); err != nil {
		return Standing{}, err
	}
	return d.Show(ctx, id)
}

// Show is one agreement as it stands.
func (d *Desk) Show(ctx context.Context, id deed.ID) (Standing, error) {
	a, err := d.Book.Agreement(ctx, id)
	if err != nil {
		return Standing{}, err
	}
	return d.standing(ctx, &a)
}

// All are all agreements as they stand, oldest first.
func (d *Desk) All(ctx context.Context) ([]Standing, error) {
	all, err := d.Book.All(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Standing, len(all))
	for i := range all {
		if list[i], err = d.standing(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (d *Desk) standing(ctx context.Context, a *deed.Agreement) (Standing, error) {
	today := d.today()
	s := Standing{Agreement: *a, DeleteBy: a.DeleteBy(today)}
	certified := false
	if a.Certified != "" && a.On(today, true).Reads() {
		own := ""
		if agency := d.Catalogue.Agency(a.Reader); agency != nil {
			own = agency.USCC
		}
		all, err := d.Book.Agreements(ctx, a.Reader, own, today)
		if err != nil {
			return s, err
		}
		for i := range all {
			certified = certified || all[i].ID == a.ID && all[i].Certified
		}
	}
	if s.State = a.On(today, certified); s.State.Reads() {
		s.Left = int(a.To - today)
	}
	return s, nil
}
