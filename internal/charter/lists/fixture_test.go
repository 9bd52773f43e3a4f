package lists_test

import (
	"errors"
	"testing"

	"probity/calendar"
	"probity/internal/fault"
)

func onDay(s string) calendar.Day { return calendar.MustParse(s) }

// refusal is the refusal that an error must be.
func refusal(t *testing.T, err error) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused {
		t.Fatalf("it was not refused: %v", err)
	}
	return f
}
