package listing

import (
	"context"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/listing/entry"
)

// Swept is what one sweep wrote down.
type Swept struct {
	// Expired are the entries whose end had come: their subjects and everybody who was told of them now know.
	Expired []entry.ID `json:"expired"`
	// Overdue are requests for removal that their keepers let lie.
	Overdue []entry.ID `json:"overdue"`
}

// sweepPage is how many entries are looked for at once.
const sweepPage = 256

// Sweep writes down which entries have come to their end, tells their subjects, and has everybody who was told of them
// acknowledge that they are gone. Nothing waits for it: an entry that has ended is out of every answer already. It may be
// run at any time, twice, and by several processes; what one has written another leaves.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	swept := Swept{Expired: []entry.ID{}, Overdue: []entry.ID{}}
	today := s.today()
	for {
		page, err := s.parts.Book.Ended(ctx, today, sweepPage)
		if err != nil {
			return swept, err
		}
		progress := false
		for _, p := range page {
			done, err := s.expire(ctx, p)
			if err != nil {
				return swept, err
			}
			if done {
				swept.Expired = append(swept.Expired, p.Entry)
				progress = true
			}
		}
		if len(page) < sweepPage || !progress {
			break
		}
	}
	overdue, err := s.parts.Book.Overdue(ctx, today, sweepPage)
	if err != nil {
		return swept, err
	}
	for _, p := range overdue {
		all, err := s.All(ctx, p.Subject)
		if err != nil {
			return swept, err
		}
		for i := range all {
			if all[i].ID == p.Entry && all[i].Overdue(today) {
				swept.Overdue = append(swept.Overdue, p.Entry)
			}
		}
	}
	return swept, nil
}

// expire writes down the end of one entry; false where another did so first.
func (s *Service) expire(ctx context.Context, p Place) (bool, error) {
	sub, err := s.parts.Register.Subject(ctx, p.Subject)
	if err != nil {
		return false, err
	}
	e, err := s.entry(ctx, sub.ID, p.Entry)
	if err != nil {
		return false, err
	}
	_, err = s.take(ctx, charter.Actor{}, sub, e, entry.Step{Act: entry.Expire})
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}
