// Package rating keeps what models say of subjects: the newest rating, how it came about, what it was on another day,
// and from which day on it must be computed again.
//
// A rating is derived. It can be thrown away and computed again from records and consents at any time, and must then
// come out the same to the last point.
package rating

import (
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/subject"
)

// Status tells a rating from its absence. "Not rated" is an answer of its own and never a low rating.
type Status string

// The two answers to whether there is a rating.
const (
	Rated    Status = "rated"
	NotRated Status = "not_rated"
)

// Rating is one subject's rating by one model on one day, as far as the facts were known at an instant.
type Rating struct {
	Subject subject.ID
	Model   string
	Version int
	AsOf    calendar.Day
	KnownAt time.Time
	// GoodUntil is the first day on which it must be computed again; None where only a new record changes it.
	GoodUntil calendar.Day
	Status    Status
	// Score is meaningful where Status is Rated.
	Score int64
	Band  string
	// Gate names the gate that set or limited the band, "" where none did.
	Gate string
	// WhyNot are the reason codes of a subject that is not rated.
	WhyNot []string
}

// Good tells whether the rating still stands on the day.
func (r *Rating) Good(today calendar.Day) bool {
	return r.AsOf <= today && (r.GoodUntil == calendar.None || today < r.GoodUntil)
}

// Same tells whether a reader would see the same: the version, the status, the score, the band and the gate.
func (r *Rating) Same(o *Rating) bool {
	return r.Version == o.Version && r.Status == o.Status && r.Score == o.Score && r.Band == o.Band && r.Gate == o.Gate
}

// Kept is a rating on its way into the store, with the permit it was computed under.
type Kept struct {
	Permit charter.RatingPermit
	Rating Rating
}
