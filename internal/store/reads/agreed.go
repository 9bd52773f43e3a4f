package reads

import (
	"context"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/store/agreements"
)

// Agreements are all of an agency's, and whether the record of its own that each rests on is in force on the day.
func (s *Store) Agreements(ctx context.Context, reader, code string, day calendar.Day) ([]charter.Agreed, error) {
	return agreements.In(s.Store).Agreements(ctx, reader, code, day)
}
