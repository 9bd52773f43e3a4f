package charter_test

import (
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/record"
)

// TestC10Property: whether a record may be seen is decided by the day of looking and its newest version alone, and once
// it is forgotten it stays so.
func TestC10Property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := record.Version{
			Status: rapid.SampledFrom([]record.Status{record.Reported, record.Corrected, record.Retracted}).Draw(t, "status"),
			Lapse:  rapid.SampledFrom([]calendar.Day{calendar.None, today - 1, today, today + 1, today + 400}).Draw(t, "lapse"),
		}
		day := today + calendar.Day(rapid.IntRange(-500, 500).Draw(t, "day"))
		seen := charter.Visible(&v, day)
		if seen && (v.Status == record.Retracted || (v.Lapse != calendar.None && day >= v.Lapse)) {
			t.Fatalf("a %s record that lapses on %v is seen on %v", v.Status, v.Lapse, day)
		}
		if !seen && v.Status != record.Retracted && (v.Lapse == calendar.None || day < v.Lapse) {
			t.Fatalf("a %s record that lapses on %v is not seen on %v", v.Status, v.Lapse, day)
		}
		later := day + calendar.Day(rapid.IntRange(0, 500).Draw(t, "later"))
		if !seen && charter.Visible(&v, later) {
			t.Fatalf("what was forgotten on %v is seen again on %v", day, later)
		}
	})
}
