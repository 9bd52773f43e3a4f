package deed_test

import (
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/agreement/deed"
	"probity/internal/subject"
)

var first = calendar.MustParse("2026-12-01")

func with(acts ...deed.Act) *deed.Agreement {
	a := &deed.Agreement{ID: 1, Wish: deed.Wish{
		Reader: "bank", Grantor: "samr", Purpose: "lending", Reads: []string{"rating"}, Kinds: []subject.Kind{subject.Enterprise},
		From: first, To: first + 100, Certified: "samr.licence",
	}}
	for i, act := range acts {
		a.Steps = append(a.Steps, deed.Step{Act: act, At: first.Start(calendar.Shanghai).Add(time.Duration(10*i) * 24 * time.Hour), By: "samr/" + string(act)})
	}
	return a
}

func TestWhereAnAgreementStands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		acts      []deed.Act
		day       calendar.Day
		certified bool
		want      deed.State
	}{
		{"asked", []deed.Act{deed.Asked}, first, true, deed.Waiting},
		{"fit", []deed.Act{deed.Asked, deed.Fit}, first, true, deed.Judged},
		{"unfit", []deed.Act{deed.Asked, deed.Unfit}, first, true, deed.Turned},
		{"refused", []deed.Act{deed.Asked, deed.Fit, deed.Refused}, first, true, deed.Turned},
		{"before its first day", []deed.Act{deed.Asked, deed.Fit, deed.Granted}, first - 1, true, deed.Future},
		{"on its first day", []deed.Act{deed.Asked, deed.Fit, deed.Granted}, first, true, deed.InForce},
		{"a month and a day before its end", []deed.Act{deed.Asked, deed.Fit, deed.Granted}, first + 69, true, deed.InForce},
		{"a month before its end", []deed.Act{deed.Asked, deed.Fit, deed.Granted}, first + 70, true, deed.Expiring},
		{"on the day it is over", []deed.Act{deed.Asked, deed.Fit, deed.Granted}, first + 100, true, deed.Over},
		{"without the licence", []deed.Act{deed.Asked, deed.Fit, deed.Granted}, first, false, deed.Uncertain},
		{"suspended", []deed.Act{deed.Asked, deed.Fit, deed.Granted, deed.Suspended}, first + 40, true, deed.HeldUp},
		{"resumed", []deed.Act{deed.Asked, deed.Fit, deed.Granted, deed.Suspended, deed.Resumed}, first + 40, true, deed.InForce},
		{"ended", []deed.Act{deed.Asked, deed.Fit, deed.Granted, deed.Ended}, first + 40, true, deed.Over},
		{"ended while suspended", []deed.Act{deed.Asked, deed.Fit, deed.Granted, deed.Suspended, deed.Ended}, first + 40, true, deed.Over},
		{"copies gone", []deed.Act{deed.Asked, deed.Fit, deed.Granted, deed.Ended, deed.Deleted}, first + 40, true, deed.Closed},
	} {
		if got := with(c.acts...).On(c.day, c.certified); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestCopiesGo: a month after the end, whichever way it came; who never read has nothing to delete.
func TestCopiesGo(t *testing.T) {
	t.Parallel()
	run := []deed.Act{deed.Asked, deed.Fit, deed.Granted}
	for _, c := range []struct {
		name string
		of   *deed.Agreement
		day  calendar.Day
		want calendar.Day
	}{
		{"running", with(run...), first + 99, calendar.None},
		{"run out", with(run...), first + 100, first + 130},
		{"ended on its thirtieth day", with(append(run, deed.Ended)...), first + 30, first + 60},
		{"never granted", with(deed.Asked, deed.Fit), first + 500, calendar.None},
	} {
		if got := c.of.DeleteBy(c.day); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestOfWhomAnAgreementIsDemanded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, purpose string
		want          bool
	}{{"operator", "lending", true}, {"utility", "contracting", true}, {"organ", "lending", false}, {"court", "court-case", false}, {"operator", "public-search", false}} {
		if got := deed.BuiltIn().Demanded(c.kind, c.purpose, first); got != c.want {
			t.Errorf("%s for %s: %v", c.kind, c.purpose, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("terms: [{from: 2026-01-01, of: [operator], longest_days: 1, warn_days: 1, delete_days: 1}]"))
	f.Add([]byte("terms: []"))
	f.Add([]byte("terms: [{from: 2026-01-01, of: [], longest_days: 0}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if terms, err := deed.Parse(text); err == nil && terms.Longest(first) < 1 {
			t.Errorf("an agreement of no days came out of %q", text)
		}
	})
}
