package remedy_test

import (
	"strings"
	"testing"
	"time"

	"probity/internal/cli/remedy"
	"probity/internal/repair/application"
)

// TestARepairSaysWhoDidWhat: the platform forwards to an office, officials decide, and the subject asks for a review.
func TestARepairSaysWhoDidWhat(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	got := remedy.Printed(application.Application{Handler: "mct", Steps: []application.Step{
		{Act: application.Forward, At: at, Agency: "mct"},
		{Act: application.Refuse, At: at, Agency: "mct", Official: "Liu Bo", Unmet: []string{"cure"}, Reasons: "the stall still stands"},
		{Act: application.AskReview, At: at, Reasons: "it was taken down in May"},
	}})
	for _, want := range []string{
		"forwarded to mct\n", "refused by mct/Liu Bo, not met: cure: the stall still stands\n", "by the subject: it was taken down in May\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
}
