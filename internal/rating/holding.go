package rating

import (
	"context"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/subject"
)

// Holding says which of a subject's records may be held ready for rating.
type Holding struct {
	// Any: whatever the dataset. The Charter asks for no consent.
	Any bool
	// Until is, for each dataset that the subject's consents cover, the first day on which none of them does any more.
	Until map[string]calendar.Day
}

// None tells that nothing of the subject may be held.
func (h *Holding) None() bool { return !h.Any && len(h.Until) == 0 }

// Holdings asks the Charter, for each of the subjects in their order, which records may be held ready for rating by the
// models: all where no consent is needed, and else those of the datasets that a model reads which the subject's own
// consent lets be used on the day (C1).
func (d *Desk) Holdings(ctx context.Context, models []*Model, page []subject.Subject, today calendar.Day) ([]Holding, error) {
	people, err := d.people(ctx, page)
	if err != nil {
		return nil, err
	}
	list := make([]Holding, len(page))
	for i, s := range page {
		if !charter.NeedsConsent(s) {
			list[i].Any = true
			continue
		}
		if len(people.consents[s.ID]) == 0 {
			continue
		}
		if list[i].Until, err = people.until(models, s, today); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// until is, by dataset, the last of the days until which the models may rate the subject.
func (p people) until(models []*Model, s subject.Subject, today calendar.Day) (map[string]calendar.Day, error) {
	until := map[string]calendar.Day{}
	for _, m := range models {
		if !m.Rates(s.Kind) {
			continue
		}
		permit, err := p.permit(m, s, today)
		if refused(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, dataset := range m.Facts.Datasets {
			until[dataset] = max(until[dataset], permit.Until())
		}
	}
	return until, nil
}
