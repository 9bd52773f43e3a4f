package form

import (
	"time"

	"probity/calendar"
	"probity/internal/rating"
	"probity/internal/subject"
)

// RatingAnswer is a rating with every point of it, or, where others than a person itself ask for that person's, its band.
type RatingAnswer struct {
	rating.View
	Recorded
}

// BandAnswer is as much of a person's rating as others are told.
type BandAnswer struct {
	Subject   subject.ID    `json:"subject"`
	Kind      subject.Kind  `json:"kind"`
	Model     string        `json:"model"`
	Version   int           `json:"version"`
	AsOf      calendar.Day  `json:"as_of"`
	KnownAt   time.Time     `json:"known_at"`
	GoodUntil *calendar.Day `json:"good_until"`
	Status    rating.Status `json:"status"`
	Band      string        `json:"band,omitempty"`
	Recorded
}

// PastRatings are what a model said of a subject, oldest first.
type PastRatings struct {
	Subject subject.ID   `json:"subject"`
	Model   string       `json:"model"`
	History []PastRating `json:"history" nullable:"false"`
	Recorded
}

// PastRating is what a model said at one time.
type PastRating struct {
	Version   int           `json:"version"`
	AsOf      calendar.Day  `json:"as_of"`
	KnownAt   time.Time     `json:"known_at"`
	GoodUntil *calendar.Day `json:"good_until"`
	Status    rating.Status `json:"status"`
	Score     *int64        `json:"score"`
	Band      string        `json:"band,omitempty"`
	Gate      string        `json:"gate,omitempty"`
	WhyNot    []string      `json:"why_not,omitempty"`
}

// PastOf is a rating of the past; full says that the reader may see its score.
func PastOf(r *rating.Rating, full bool) PastRating {
	p := PastRating{
		Version: r.Version, AsOf: r.AsOf, KnownAt: r.KnownAt, Status: r.Status, Band: r.Band, Gate: r.Gate, WhyNot: r.WhyNot,
	}
	if r.GoodUntil != calendar.None {
		p.GoodUntil = &r.GoodUntil
	}
	if full && r.Status == rating.Rated {
		p.Score = &r.Score
	}
	return p
}
