package review_test

import (
	"errors"
	"testing"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/registrar/review"
	"probity/internal/subject/candidate"
)

// TestNobodyAtTheDesk: whoever shows no credential of an official is refused before the desk looks at anything.
func TestNobodyAtTheDesk(t *testing.T) {
	t.Parallel()
	desk, nobody, pair := &review.Desk{}, access.Credential{}, candidate.Of(1, 2)
	for name, ask := range map[string]func() error{
		"list": func() error { _, err := desk.List(t.Context(), nobody, candidate.Waits, 10); return err },
		"show": func() error { _, err := desk.Show(t.Context(), nobody, pair); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f *fault.Error
			if err := ask(); !errors.As(err, &f) || f.Code != fault.Refused {
				t.Errorf("nobody is refused nothing: %v", err)
			}
		})
	}
}
