package rating

import (
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/dispute/contest"
	"probity/internal/record"
	"probity/internal/subject"
	"probity/scorecard"
)

// View is a rating as it is answered: the JSON of docs/design.md. Base, points and adjustments add up to the score.
type View struct {
	Subject         subject.ID             `json:"subject"`
	Kind            subject.Kind           `json:"kind"`
	Model           string                 `json:"model"`
	Version         int                    `json:"version"`
	Digest          string                 `json:"model_digest"`
	Context         []string               `json:"context"`
	AsOf            calendar.Day           `json:"as_of"`
	KnownAt         time.Time              `json:"known_at"`
	GoodUntil       *calendar.Day          `json:"good_until"`
	Status          Status                 `json:"status"`
	Score           *int64                 `json:"score"`
	Band            string                 `json:"band,omitempty"`
	Gate            string                 `json:"gate,omitempty"`
	WhyNot          []Reason               `json:"why_not"`
	Base            int64                  `json:"base"`
	Characteristics []Characteristic       `json:"characteristics"`
	Adjustments     []scorecard.Adjustment `json:"adjustments"`
	Gates           []scorecard.GateEffect `json:"gates,omitempty"`
	Reasons         []Reason               `json:"reasons"`
	Helped          []scorecard.Gained     `json:"helped"`
	NextBand        *scorecard.NextBand    `json:"next_band"`
	// Statements are the subject's own; they travel with what they are about.
	Statements []contest.Statement `json:"statements"`
}

// Characteristic is one summand with the records behind it.
type Characteristic struct {
	Name      string          `json:"name"`
	Title     scorecard.Label `json:"title"`
	Value     string          `json:"value"`
	Missing   bool            `json:"missing,omitempty"`
	Attribute string          `json:"attribute"`
	Points    int64           `json:"points"`
	Baseline  int64           `json:"baseline"`
	Reason    string          `json:"reason,omitempty"`
	Records   []Evidence      `json:"records"`
	Disputed  []Evidence      `json:"disputed"`
}

// Evidence is a record behind a characteristic.
type Evidence struct {
	Record   record.ID    `json:"record"`
	Dataset  string       `json:"dataset"`
	Occurred calendar.Day `json:"occurred"`
	// Points are the record's own, where points are given record by record.
	Points *int64 `json:"points,omitempty"`
}

// Reason is a reason code in words, with what the subject can do about it.
type Reason struct {
	Code           string          `json:"code"`
	Text           scorecard.Label `json:"text"`
	Cure           scorecard.Label `json:"cure,omitzero"`
	Characteristic string          `json:"characteristic,omitempty"`
	PointsLost     int64           `json:"points_lost,omitempty"`
}

func newView(m *Model, sub subject.Subject, r Rating, x *scorecard.Explanation) View {
	v := View{
		Subject: sub.ID, Kind: sub.Kind, Model: r.Model, Version: r.Version, Digest: m.Plan.Model().Digest.String(),
		Context: m.Facts.Contexts, AsOf: r.AsOf, KnownAt: r.KnownAt, Status: r.Status, Band: r.Band, Gate: r.Gate,
		Base: x.Base, Adjustments: x.Adjustments, Gates: x.Gates, Helped: x.Helped,
		WhyNot: []Reason{}, Reasons: []Reason{}, Statements: []contest.Statement{},
	}
	if r.GoodUntil != calendar.None {
		v.GoodUntil = &r.GoodUntil
	}
	if r.Status == Rated {
		v.Score = &r.Score
	}
	for _, code := range x.WhyNot {
		v.WhyNot = append(v.WhyNot, m.reason(code))
	}
	for _, lost := range x.Reasons {
		reason := m.reason(lost.Code)
		reason.Characteristic, reason.PointsLost = lost.Characteristic, lost.Points
		v.Reasons = append(v.Reasons, reason)
	}
	for i := range x.Characteristics {
		f := &x.Characteristics[i]
		v.Characteristics = append(v.Characteristics, Characteristic{
			Name: f.Name, Title: f.Title, Value: f.Value, Missing: f.Missing, Attribute: f.Attribute, Points: f.Points,
			Baseline: f.Baseline, Reason: f.Reason, Records: evidence(f.Records), Disputed: evidence(f.Disputed),
		})
	}
	return v
}

// reason puts a reason code into the model's words.
func (m *Model) reason(code string) Reason {
	for i := range m.Plan.Model().Reasons {
		if r := &m.Plan.Model().Reasons[i]; r.Code.Text == code {
			return Reason{Code: code, Text: r.Title, Cure: r.Cure}
		}
	}
	if code == scorecard.ReasonOverflow {
		return Reason{Code: code, Text: scorecard.Label{
			EN: "A sum over the records is too large to be computed exactly", ZH: "记录合计数额过大，无法精确计算",
		}}
	}
	return Reason{Code: code}
}

func evidence(list []scorecard.Evidence) []Evidence {
	out := make([]Evidence, 0, len(list))
	for _, e := range list {
		out = append(out, Evidence{record.ID(e.ID), e.Dataset, e.Occurred, e.Points})
	}
	return out
}

// terms is the view as the Charter judges it.
func (v *View) terms() charter.Explanation {
	t := charter.Explanation{
		Subject: v.Subject, Model: v.Model, Version: v.Version, Digest: v.Digest, Rated: v.Status == Rated,
		Band: v.Band, Base: v.Base,
	}
	if v.Score != nil {
		t.Score = *v.Score
	}
	for _, r := range v.WhyNot {
		t.WhyNot = append(t.WhyNot, r.Code)
	}
	if !t.Rated {
		t.Base = 0
		return t
	}
	for i := range v.Characteristics {
		c := &v.Characteristics[i]
		part := charter.Part{Name: c.Name, Points: c.Points}
		for _, e := range c.Records {
			part.Records = append(part.Records, e.Record)
		}
		t.Characteristics = append(t.Characteristics, part)
	}
	for _, a := range v.Adjustments {
		t.Adjustments = append(t.Adjustments, charter.Part{Name: a.Name, Points: a.Points})
	}
	return t
}

// evidence are the records that the view shows, counted or contested.
func (v *View) evidence() []record.ID {
	ids := []record.ID{}
	for i := range v.Characteristics {
		for _, list := range [][]Evidence{v.Characteristics[i].Records, v.Characteristics[i].Disputed} {
			for _, e := range list {
				ids = append(ids, e.Record)
			}
		}
	}
	return ids
}
