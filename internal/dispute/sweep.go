package dispute

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
)

// Overdue tells the subjects of disputes that nobody answered in time, once each, and gives those disputes; whoever has to
// answer sees them at the head of its list. What they contest was suppressed when the day passed, whether this was run or
// not.
func (s *Service) Overdue(ctx context.Context) ([]contest.Dispute, error) {
	kept, err := s.parts.Book.Disputes(ctx, Query{Before: s.today()})
	if err != nil {
		return nil, err
	}
	var told []contest.Dispute
	for i := range kept {
		d, err := s.remind(ctx, kept[i].Dispute)
		if fault.Is(err, fault.Conflict) {
			continue
		}
		if err != nil {
			return told, err
		}
		told = append(told, d)
	}
	return told, nil
}

func (s *Service) remind(ctx context.Context, d contest.Dispute) (contest.Dispute, error) {
	step := contest.Step{At: s.parts.Now().UTC().Truncate(time.Microsecond), Due: calendar.None}
	permit, err := remedy.PermitReminder(d, step, s.today())
	if err != nil {
		return d, err
	}
	c, err := s.theCase(ctx, d.ID)
	if err != nil {
		return d, err
	}
	return s.keepStep(ctx, c, permit)
}
