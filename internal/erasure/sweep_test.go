package erasure_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/erasure"
	"probity/internal/record"
	"probity/internal/store/erasures"
)

func (w *world) on(day string) {
	w.clock = calendar.MustParse(day).Start(calendar.Shanghai).Add(9 * time.Hour)
}

// TestSweepLeavesNothingOverdue: what is over is deleted, and nothing else; the second sweep finds nothing.
func TestSweepLeavesNothingOverdue(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.send(loanHeader+loanRows(1, true), record.Reported) // the last month lapses on 2031-06-10
	w.lend(2)
	w.identify(1)
	w.agree(1) // until 2027-01-01
	w.restrict(2)
	w.decide(2)
	w.send(loanHeader+"A9,not-a-number,2026-01-31,consumer,1,1,1,1,0,current,2025-01-02,,,\n", record.Reported)
	for _, at := range []struct {
		day  string
		want map[string]int64
	}{
		{"2026-07-02", map[string]int64{}},
		{"2026-10-03", map[string]int64{"waiting-row": 1}},
		{"2027-01-02", map[string]int64{"rating": 1, "rating-history": 1}},
		{"2030-01-01", map[string]int64{"ended-consent": 1, "decision": 1}},
		{"2031-06-09", map[string]int64{"plain-record": 33}},
		{"2031-06-10", map[string]int64{"lapsed-record": 1}},
		{"2031-12-02", map[string]int64{"ended-order": 1}},
	} {
		w.on(at.day)
		due, err := w.d.Erasure().Overdue(t.Context())
		w.must(err)
		got, err := w.d.Erasure().Sweep(t.Context(), nil)
		w.must(err)
		for _, counts := range []map[string]int64{got.Deleted, due} {
			delete(counts, "notice") // made by other rooms, and told for as long as they say
		}
		if diff := cmp.Diff(at.want, got.Deleted); diff != "" {
			t.Errorf("on %s: %s", at.day, diff)
		}
		if diff := cmp.Diff(at.want, map[string]int64(due)); diff != "" {
			t.Errorf("due on %s: %s", at.day, diff)
		}
		if got.Overdue != 0 {
			t.Errorf("on %s %d are overdue still", at.day, got.Overdue)
		}
		again, err := w.d.Erasure().Sweep(t.Context(), nil)
		w.must(err)
		if len(again.Deleted) != 0 {
			t.Errorf("on %s the second sweep deleted %v", at.day, again.Deleted)
		}
	}
	w.must(w.d.Store.VerifyLedger(t.Context()))
}

// TestNoCopyOutlivesItsSource (CJEU C-26/22): whatever the day, what a sweep leaves of a lapsed record is nothing: no
// version, no rating that rests on it, no row in any table that knows records.
func TestNoCopyOutlivesItsSource(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.send(loanHeader+loanRows(1, true), record.Reported)
	w.identify(1)
	w.agree(1)
	rapid.Check(t, func(rt *rapid.T) {
		day := calendar.MustParse("2026-07-02") + calendar.Day(rapid.IntRange(0, 2500).Draw(rt, "day"))
		if now := calendar.In(w.clock, calendar.Shanghai); day < now {
			day = now
		}
		w.clock = day.Start(calendar.Shanghai).Add(time.Hour)
		if _, err := w.d.Erasure().Sweep(w.Context(), nil); err != nil {
			rt.Fatal(err)
		}
		today := calendar.In(w.clock, calendar.Shanghai)
		list, err := w.d.Store.Moving(w.Context(), w.id(1), w.d.Contracts)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range list {
			if v := &list[i]; v.Lapse != calendar.None && v.Lapse <= today {
				rt.Fatalf("on %s the record %s, lapsed on %s, is there", today, v.Record, v.Lapse)
			}
		}
		if _, err := w.rate(1); err == nil && today >= calendar.MustParse("2027-01-01") {
			rt.Fatalf("on %s a rating outlives its consent", today)
		}
	})
}

func TestRetentionTable(t *testing.T) {
	t.Parallel()
	if got := len(erasure.Retention()); got != len(erasures.Sorts()) {
		t.Errorf("%d limits for %d sorts", got, len(erasures.Sorts()))
	}
	for _, text := range []string{
		"retention: []", "retention:\n  - {what: nothing, keep: P1Y, from: x, since: 2000-01-01, source: own}",
		"retention:\n  - {what: decision, keep: P1Y, from: x, since: 2000-01-01}", "surprise: 1", "retention: [",
	} {
		if _, err := erasure.ParseRetention([]byte(text)); err == nil {
			t.Errorf("accepted: %s", text)
		}
	}
}
