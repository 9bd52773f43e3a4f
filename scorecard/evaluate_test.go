package scorecard_test

import (
	"testing"

	"probity/calendar"
	"probity/scorecard"
)

func day(s string) calendar.Day { return calendar.MustParse(s) }

func event(id int64, on string) scorecard.Record {
	return scorecard.Record{
		ID: id, Recorded: id, Occurred: day(on), ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: calendar.None,
	}
}

func TestOneSubject(t *testing.T) {
	t.Parallel()
	p := compiled(t, "conduct.yaml")
	b := scorecard.NewBuilder(p.Layout())
	b.Subject()
	t.Log(p.Layout().Reads())
	b.Add(p.Layout().Table("samr.licence"), event(1, "2019-05-01"), 0)
	r := p.NewEvaluator().Evaluate(b.Facts(), scorecard.At{AsOf: day("2026-11-22"), Seen: day("2026-11-22")})
	if r.Status(0) != scorecard.Rated || r.Score(0) != 710 {
		t.Errorf("%v %d %v", r.Status(0), r.Score(0), r.WhyNot(0))
	}
}
