package erasure_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/consent"
)

// TestAConsentForOneTimeStaysSpent: a consent that is good for one answer, used after the backup was taken, gives no second
// one when the database was put back from that backup.
func TestAConsentForOneTimeStaysSpent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	w.identify(1)
	today := calendar.In(w.clock, calendar.Shanghai)
	_, err := w.d.Rights.Give(w.Context(), w.own[1], access.Credential{}, consent.Consent{
		Subject: w.id(1), Handler: consent.Platform, Recipients: []string{"delta-bank"}, Purpose: "lending", Contexts: []string{"finance-credit"},
		Categories: []string{loans, "delta-consumer-finance.person-repayment"}, Method: model, Once: true,
		From: today, To: today + 1,
		Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
	})
	w.must(err)
	saved := w.backup()
	if band, err := w.rate(1); err != nil || band == "" {
		t.Fatalf("the one answer is %q, %v", band, err)
	}
	w.restore(saved)
	if band, err := w.rate(1); err == nil {
		t.Errorf("put back, a spent consent gave a second answer: %q", band)
	}
}
