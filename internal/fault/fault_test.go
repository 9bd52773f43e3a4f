package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"probity/internal/fault"
)

func TestCodeSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("rating uscc:1: %w", fault.Refuse("C1", "consent", "there is no consent", "ask the person"))
	if !fault.Is(err, fault.Refused) {
		t.Errorf("code is %q", fault.CodeOf(err))
	}
	if got := fault.CodeOf(errors.New("disk")); got != fault.Internal {
		t.Errorf("a foreign error is %q, want internal", got)
	}
	if got := fault.CodeOf(nil); got != "" {
		t.Errorf("nil is %q", got)
	}
}

func TestTextHidesNothingButTheCauseOfKnownFaults(t *testing.T) {
	err := fault.New(fault.Invalid, "k", "no such day %q", "30 February").At("CF_JDRQ").At("a.csv:3").By(errors.New("secret"))
	if got, want := err.Error(), `a.csv:3: CF_JDRQ: no such day "30 February"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := fault.New(fault.Internal, "k", "writing").By(errors.New("disk full")).Error(); got != "writing: disk full" {
		t.Errorf("got %q", got)
	}
}
