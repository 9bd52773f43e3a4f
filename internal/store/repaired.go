package store

import (
	"context"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/subject"
)

// Forgetting says when a version lapses by the rules in force: the day it carries, or an earlier one. It is asked whenever a
// record is read, so that a rule that came into force since the record came in counts as well.
type Forgetting interface {
	Lapse(newest *record.Version) calendar.Day
}

// Forget has every record read from now on lapse by the rules. It is for the wiring, before the store is used.
func (s *Store) Forget(by Forgetting) { s.forgetting = by }

// lapse brings the lapse of a record's newest version forward: to the day on which it was repaired, and to the one on which
// a rule ends it. It gives the day on which it would lapse without the repair.
func (s *Store) lapse(v *record.Version, repaired map[beside.Spot]calendar.Day) (term calendar.Day) {
	if s.forgetting != nil && v.Adverse {
		v.Lapse = s.forgetting.Lapse(v)
	}
	term = v.Lapse
	if day, ok := repaired[beside.Spot{Subject: v.Subject, Record: v.Record}]; ok && (v.Lapse == calendar.None || day < v.Lapse) {
		v.Lapse = day
	}
	return term
}

// Matter reads one record of a subject for those who act on it under a permit, with all that bears on it; NotFound where the
// subject has none of that id.
func (s *Store) Matter(ctx context.Context, of subject.ID, id record.ID, contracts map[int]ContractRow) (Entry, error) {
	list, err := s.entries(ctx, contracts, of, id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "record.none", "subject %s has no record %s", of, id)
	}
	if err != nil {
		return Entry{}, err
	}
	return list[0], nil
}
