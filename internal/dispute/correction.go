package dispute

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/clock"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/record"
)

// Follow says what follows from records that their suppliers correct or retract: the subject is told, and everybody who
// received what was wrong has to take it back (C9). Nothing is written here.
func (s *Service) Follow(ctx context.Context, at time.Time, list []recall.TakenBack) ([]notice.Written, []recall.Demand, error) {
	due, err := s.parts.Clocks.Due(clock.CorrectionAcknowledged, calendar.In(at, calendar.Shanghai))
	if err != nil {
		return nil, nil, err
	}
	var notices []notice.Written
	var demands []recall.Demand
	for i := range list {
		t := &list[i]
		id, act := t.Record.String(), "corrected"
		demand := recall.Demand{Subject: t.Subject.ID, Kind: recall.Correct, About: id, Ground: "corrected", At: at, Due: due.Day}
		if t.Status == record.Retracted {
			act, demand.Kind, demand.Ground = "retracted", recall.Delete, "retracted"
		}
		w, err := s.parts.Clerk.Write(t.Subject, notice.Notice{
			Subject: t.Subject.ID, Occasion: notice.Corrected, At: at, About: id, By: t.Agency,
			Facts: []notice.Fact{{Name: "record", Value: id}, {Name: "act", Value: act}, {Name: "dataset", Value: t.Dataset}, {Name: "supplier", Value: t.Agency}},
			Law:   law(t.Subject), Contest: "dispute", Until: calendar.None,
		})
		if err != nil {
			return nil, nil, err
		}
		notices = append(notices, w)
		covers, err := s.parts.Covers(ctx, t.Subject.ID)
		if err != nil {
			return nil, nil, err
		}
		demand.Recipients = recall.Recipients(t.Readings, recall.Matter{
			Record: id, Dataset: t.Dataset, Reads: s.parts.Reads, Covers: covers,
		})
		if len(demand.Recipients) > 0 {
			demands = append(demands, demand)
		}
	}
	return notices, demands, nil
}
