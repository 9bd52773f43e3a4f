package charter_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/dispute/contest"
	"probity/internal/record"
)

// TestC9DueDays: an answer is due on the twentieth calendar day after the day of opening as Shanghai reckons it, in
// whatever zone the clock runs, over leap days, ends of months and holidays; it is late from the next midnight there on.
func TestC9DueDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("somewhere", rapid.IntRange(-12*3600, 14*3600).Draw(t, "offset"))
		at := time.Unix(rapid.Int64Range(1_583_000_000, 1_900_000_000).Draw(t, "at"), 0).In(zone) // 2020-02-29 to 2030
		opened := calendar.In(at, calendar.Shanghai)
		due, err := clock.BuiltIn().Due(clock.DisputeAnswer, opened)
		if err != nil {
			t.Fatal(err)
		}
		local := at.In(calendar.Shanghai)
		want := time.Date(local.Year(), local.Month(), local.Day()+20, 23, 59, 59, 0, calendar.Shanghai)
		if due.Day != calendar.In(want, calendar.Shanghai) {
			t.Fatalf("opened at %s, due %s and not on %s", at, due.Day, want)
		}
		d := contest.Dispute{Ground: contest.NotMine, Due: due.Day}
		if d.State(calendar.In(want, calendar.Shanghai)) != contest.Open || d.State(calendar.In(want.Add(time.Second), calendar.Shanghai)) != contest.Overdue {
			t.Fatalf("opened at %s, the due day does not end with midnight in Shanghai", at)
		}
	})
}

// TestC9NeverCounts: through any history of contests a record that is disputed, overdue or barred counts in no rating, and
// of a human being nobody else sees it; what is overdue stays suppressed on every later day.
func TestC9NeverCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var held record.Contest
		for range rapid.IntRange(0, 4).Draw(t, "contests") {
			c := record.Contest{
				State: rapid.SampledFrom([]record.ContestState{record.Disputed, record.Barred}).Draw(t, "state"),
				Due:   today + calendar.Day(rapid.IntRange(-40, 40).Draw(t, "due")),
			}
			if c.Outweighs(&held) {
				held = c
			}
		}
		v := record.Version{Status: record.Reported, Lapse: calendar.None, Contest: held}
		day := today + calendar.Day(rapid.IntRange(-60, 60).Draw(t, "day"))
		contested := held.State != record.Uncontested
		if charter.OutOfUse(&v) != contested {
			t.Fatalf("%+v: out of use %v", held, !contested)
		}
		if contested && charter.Shown(&v, true, false, day) {
			t.Fatalf("%+v: another sees a human being's contested record", held)
		}
		if !charter.Shown(&v, true, true, day) {
			t.Fatalf("%+v: the subject does not see its own", held)
		}
		suppressed := held.State == record.Barred || held.State == record.Disputed && day > held.Due
		if charter.Shown(&v, false, false, day) == suppressed || charter.Visible(&v, day) == suppressed {
			t.Fatalf("%+v on %s: suppressed is %v", held, day, suppressed)
		}
		if later := day + calendar.Day(rapid.IntRange(0, 400).Draw(t, "later")); suppressed && charter.Visible(&v, later) {
			t.Fatalf("%+v: suppressed on %s and seen on %s", held, day, later)
		}
	})
}

// TestC9Statement: what identifies others is refused however it is written, words of any temper are not.
func TestC9Statement(t *testing.T) {
	t.Parallel()
	sub := company
	own := charter.Actor{Subject: sub.ID, Credential: "own"}
	state := func(text string) error {
		_, err := remedy.PermitStatement(remedy.StatementTerms{Subject: sub, By: own, Statement: contest.Statement{Text: text}, Today: today})
		return err
	}
	long := func(word string, n int) string {
		text := ""
		for range n {
			text += word
		}
		return text
	}
	for _, c := range []struct {
		name, text string
		refused    bool
	}{
		{"plain", "We had moved; nobody was told.", false},
		{"rude", "The damned office lies, and knows it.", false},
		{"amount", "We paid 1,250,000.00 on 2026-03-01.", false},
		{"credit code", "It is 91000000MA0000074A that owes.", false},
		{"resident number", "Ask 000000199001010018.", true},
		{"spaced", "Ask 000000 1990 0101 0018.", true},
		{"full width", "问０００００0１９９００１０１００１８。", true},
		{"mobile", "call 138-0013-8000", true},
		{"abroad", "+86 13800138000", true},
		{"200 words", long("answers ", 200), false},
		{"201 words", long("answers ", 201), true},
		{"1,000 characters", long("错", 1000), false},
		{"1,001 characters", long("错", 1001), true},
		{"no text", "\xff", true},
	} {
		if err := state(c.text); (err != nil) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
