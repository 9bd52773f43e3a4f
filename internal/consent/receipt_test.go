package consent_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/consent"
)

// TestEveryElementIsInTheDigest: a receipt with any element changed is not the one that the ledger commits to.
func TestEveryElementIsInTheDigest(t *testing.T) {
	t.Parallel()
	base := consent.Consent{
		ID: 1, Subject: 2, Handler: "platform", Recipients: []string{"bank"}, Purpose: "lending", Contexts: []string{"finance-credit"},
		Categories: []string{"a.b"}, Method: "m", From: calendar.MustParse("2026-07-01"), To: calendar.MustParse("2026-12-01"),
		Language: "zh", TextVersion: "v1", Proof: consent.Proof{Means: consent.OwnAct, Credential: "own"},
	}
	want := base.Receipt().Digest
	for name, change := range map[string]func(*consent.Consent){
		"subject": func(c *consent.Consent) { c.Subject = 3 }, "handler": func(c *consent.Consent) { c.Handler = "x" },
		"recipient": func(c *consent.Consent) { c.Recipients = []string{"bank", "other"} }, "purpose": func(c *consent.Consent) { c.Purpose = "x" },
		"context": func(c *consent.Consent) { c.Contexts = []string{"x"} }, "category": func(c *consent.Consent) { c.Categories = []string{"a.c"} },
		"method": func(c *consent.Consent) { c.Method = "x" }, "from": func(c *consent.Consent) { c.From++ }, "to": func(c *consent.Consent) { c.To++ },
		"once": func(c *consent.Consent) { c.Once = true }, "language": func(c *consent.Consent) { c.Language = "en" },
		"text": func(c *consent.Consent) { c.TextVersion = "v2" }, "proof": func(c *consent.Consent) { c.Proof.Credential = "x" },
	} {
		c := base
		change(&c)
		if c.Receipt().Digest == want {
			t.Errorf("a changed %s goes unseen", name)
		}
	}
	taken := base
	taken.Withdrawn = calendar.MustParse("2026-08-01").Start(calendar.Shanghai)
	if r := taken.Receipt(); r.Digest != want || r.Withdrawn.IsZero() {
		t.Error("a withdrawal changes what was given")
	}
}
