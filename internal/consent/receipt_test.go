package consent_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/consent"
	"probity/internal/consent/wording"
)

// TestEveryElementIsInTheDigest: a receipt with any element changed is not the one that the ledger commits to.
func TestEveryElementIsInTheDigest(t *testing.T) {
	t.Parallel()
	base := consent.Consent{
		ID: 1, Subject: 2, Handler: "platform", Recipients: []string{"bank"}, Purpose: "lending", Contexts: []string{"finance-credit"},
		Categories: []string{"a.b"}, Method: "m", From: calendar.MustParse("2026-07-01"), To: calendar.MustParse("2026-12-01"),
		Words: consent.Words{Text: "rating", Version: "1", Language: "zh", Digest: "ab", Warned: true, Written: true}, Proof: consent.Proof{Means: consent.OwnAct, Credential: "own"}, Salt: "0102",
	}
	want := base.Receipt().Digest
	for name, change := range map[string]func(*consent.Consent){
		"subject": func(c *consent.Consent) { c.Subject = 3 }, "handler": func(c *consent.Consent) { c.Handler = "x" },
		"recipient": func(c *consent.Consent) { c.Recipients = []string{"bank", "other"} }, "purpose": func(c *consent.Consent) { c.Purpose = "x" },
		"context": func(c *consent.Consent) { c.Contexts = []string{"x"} }, "category": func(c *consent.Consent) { c.Categories = []string{"a.c"} },
		"method": func(c *consent.Consent) { c.Method = "x" }, "from": func(c *consent.Consent) { c.From++ }, "to": func(c *consent.Consent) { c.To++ },
		"once": func(c *consent.Consent) { c.Once = true }, "language": func(c *consent.Consent) { c.Words.Language = "en" },
		"text": func(c *consent.Consent) { c.Words.Text = "x" }, "version": func(c *consent.Consent) { c.Words.Version = "2" },
		"the words": func(c *consent.Consent) { c.Words.Digest = "x" }, "warning": func(c *consent.Consent) { c.Words.Warned = false },
		"writing": func(c *consent.Consent) { c.Words.Written = false }, "salt": func(c *consent.Consent) { c.Salt = "0103" }, "proof": func(c *consent.Consent) { c.Proof.Credential = "x" },
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

// TestAReceiptRepeatsTheWords: whoever holds a receipt reads what was agreed to, letter by letter, and can check it against
// the digest; words that the program does not know are not made up.
func TestAReceiptRepeatsTheWords(t *testing.T) {
	t.Parallel()
	for _, text := range wording.BuiltIn().All() {
		for _, language := range wording.Languages() {
			c := consent.Consent{Words: consent.Words{Text: text.ID, Version: text.Version, Language: language, Digest: text.Digest(language)}}
			r := c.Receipt()
			if sum := sha256.Sum256([]byte(r.Words)); r.Words != text.Shown(language) || hex.EncodeToString(sum[:]) != r.TextDigest {
				t.Errorf("%s in %s: the receipt repeats %q", text.Name(), language, r.Words)
			}
			for _, change := range []func(*consent.Words){
				func(w *consent.Words) { w.Text = "x" }, func(w *consent.Words) { w.Version = "x" },
				func(w *consent.Words) { w.Language = "fr" }, func(w *consent.Words) { w.Digest = strings.Repeat("ab", 32) },
			} {
				other := c
				change(&other.Words)
				if got := other.Shown(); got != "" {
					t.Errorf("%+v is said to be %q", other.Words, got)
				}
			}
		}
	}
}
