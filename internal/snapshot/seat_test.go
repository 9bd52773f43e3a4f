package snapshot_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/subject"
)

// TestSeatIsThatOfTheRegistration: an organisation is where its newest registration that tells a region says, else where its
// identifier says; of a human being no record is asked. A refresh copies it.
func TestSeatIsThatOfTheRegistration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(4)
	w.subjects = append(w.subjects, subject.Subject{ID: 5, Kind: subject.Enterprise, Sole: true, Region: "330000"})
	w.holdings[5] = rating.Holding{Until: map[string]calendar.Day{"samr.registration": day("2027-01-01")}}
	registered := func(id subject.ID, on, region string) {
		w.add(id, "samr.registration", func(v *record.Version) {
			v.Occurred, v.Payload = day(on), []byte(`{"region":"`+region+`","section":"C"}`)
		})
	}
	registered(1, "2020-01-01", "320100")
	registered(1, "2026-01-01", "320500")
	registered(1, "2021-01-01", "340100")
	registered(2, "2020-01-01", "330200")
	registered(2, "2026-01-01", "near Ningbo")
	registered(5, "2020-01-01", "320100")
	seats := func() (list []string) {
		s, err := w.Open(w.dir)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, code := range s.SeatCodes() {
			list = append(list, s.Regions[code])
		}
		if n := s.Subject(0); n.Region != "310000" {
			t.Errorf("the register has the region %s", n.Region)
		}
		return list
	}
	check := func(want ...string) {
		t.Helper()
		got := seats()
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Errorf("seats %v, not %v", got, want)
				return
			}
		}
	}
	w.build(t)
	check("320500", "330200", "310000", "310000", "330000")
	registered(4, "2026-02-02", "330100")
	w.publish(4)
	if _, how, err := w.Refresh(t.Context(), w.dir, calendar.None, nil); err != nil || how.Whole || how.Read != 1 {
		t.Fatalf("refreshed: %+v, %v", how, err)
	}
	check("320500", "330200", "310000", "330100", "330000")
}

// TestOutlivesNoConsent: of a person also a record that never lapses is in the snapshot no longer than the consent by which it is
// held, and the copy must be gone by then; the consent that ends first decides. It is never older than 31 days.
func TestOutlivesNoConsent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ one, other, want calendar.Day }{
		"the first to end":  {day("2026-12-10"), day("2026-12-01"), day("2026-12-01")},
		"31 days at most":   {day("2027-11-01"), day("2027-10-01"), day("2026-12-24")},
		"ends on this date": {day("2026-11-24"), day("2027-10-01"), day("2026-11-24")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for i, until := range []calendar.Day{c.one, c.other} {
				id := subject.ID(i + 1)
				w.subjects = append(w.subjects, subject.Subject{ID: id, Kind: subject.Person})
				w.holdings[id] = rating.Holding{Until: map[string]calendar.Day{loan: until}}
				w.add(id, loan, nil)
			}
			if m := w.build(t); m.DeleteBy != c.want || m.Records != 2 {
				t.Errorf("%d records, to be gone by %s and not by %s", m.Records, m.DeleteBy, c.want)
			}
			w.clock = w.clock.AddDate(0, 0, int(c.want-day("2026-11-23")))
			if _, err := w.Open(w.dir); refused(err) != "C10" {
				t.Errorf("on %s: %v", c.want, err)
			}
		})
	}
}
