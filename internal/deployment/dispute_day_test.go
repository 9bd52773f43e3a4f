package deployment_test

import (
	"fmt"
	"testing"
	"time"

	"probity/internal/dispute"
	"probity/internal/dispute/contest"
)

// TestTheDayIsShanghais: whatever zone the clock of the machine keeps, a dispute is due at the end of the twentieth day after
// its day in Shanghai, over a month's end and the turn of the year; the record is seen in the last second of that
// day and in none after it.
func TestTheDayIsShanghais(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e, _ := b.bad(b.reader)
	id := e.Newest().Record.String()
	west, east := time.FixedZone("west", -12*3600), time.FixedZone("east", 14*3600)
	for _, c := range []struct {
		name   string
		opened time.Time
		due    string
		last   time.Time
	}{
		{"the last second of a day, over the turn of the year", time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC), "2027-01-20", time.Date(2027, 1, 20, 15, 59, 59, 0, time.UTC)},
		{"the first of the next, still the day before in the west", time.Date(2027, 1, 31, 4, 0, 0, 0, west), "2027-02-21", time.Date(2027, 2, 21, 3, 59, 59, 0, west)},
		{"the end of February, the first of the month in the east", time.Date(2027, 3, 1, 5, 59, 59, 0, east), "2027-03-20", time.Date(2027, 3, 21, 5, 59, 59, 0, east)},
		{"over the end of April", time.Date(2027, 4, 20, 20, 0, 0, 0, time.UTC), "2027-05-11", time.Date(2027, 5, 11, 15, 59, 59, 0, time.UTC)},
	} {
		b.now = c.opened
		d, err := b.open(contest.WrongValue, id, fmt.Sprint("sheet of ", c.due))
		if err != nil {
			t.Fatal(err)
		}
		if d.Due.String() != c.due {
			t.Errorf("%s: due on %s, want %s", c.name, d.Due, c.due)
		}
		b.now = c.last
		if _, ok := b.bad(b.reader); !ok {
			t.Errorf("%s: not seen in the last second", c.name)
		}
		b.now = c.last.Add(time.Second)
		if _, ok := b.bad(b.reader); ok {
			t.Errorf("%s: seen a second after the last", c.name)
		}
		if _, err := b.Disputes(b.ratings).Withdraw(t.Context(), d.ID, dispute.Plea{Own: dispute.Own{By: b.own}}); err != nil {
			t.Fatal(err)
		}
	}
}
