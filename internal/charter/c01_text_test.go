package charter_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/consent/wording"
)

// editions are three versions of one text, which follow each other without a gap.
func editions(t *testing.T) *wording.Texts {
	t.Helper()
	texts, err := wording.Parse("editions.yaml", []byte(`texts:
  - {id: a, version: "1", from: 2026-01-01, to: 2026-07-01, source: law, words: {en: one, zh: 一}, warning: {en: mind, zh: 注意}}
  - {id: a, version: "2", from: 2026-07-01, to: 2027-01-01, source: law, words: {en: two, zh: 二}, warning: {en: mind, zh: 注意}}
  - {id: a, version: "3", from: 2027-01-01, source: law, words: {en: three, zh: 三}, warning: {en: mind, zh: 注意}}
`))
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// TestC1SaysSinceWhenATextHolds: who agreed by a text of tomorrow is told from when it holds, by one of yesterday since when
// it holds no more.
func TestC1SaysSinceWhenATextHolds(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"1": "the text a/1 has not been in force since 2026-07-01", "3": "the text a/3 is not in force before 2027-01-01",
	} {
		terms := consentTerms()
		terms.Texts, terms.Today = editions(t), calendar.MustParse("2026-08-01")
		terms.Consent.Words.Text, terms.Consent.Words.Version, terms.Consent.Words.Digest = "a", version, ""
		_, err := charter.PermitConsent(terms)
		if f := refusalIn(t, err); f.Missing != "text in force" || f.Text != want {
			t.Errorf("version %s: %v", version, err)
		}
	}
}

// TestC1TextsInForce: on every day people agree by the one version in force, are told which, and the digest is that of its
// words; the consent goes on when the text has ended, and none but the text in force renews it.
func TestC1TextsInForce(t *testing.T) {
	t.Parallel()
	texts := editions(t)
	rapid.Check(t, func(t *rapid.T) {
		terms := consentTerms()
		terms.Texts = texts
		terms.Today = calendar.MustParse("2026-01-01") + calendar.Day(rapid.IntRange(0, 700).Draw(t, "day"))
		terms.Consent.From, terms.Consent.To = terms.Today, terms.Today.Add(calendar.Period{Months: 12})
		terms.Consent.Words.Text, terms.Consent.Words.Digest = "a", ""
		terms.Consent.Words.Version = rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "version")
		inForce := map[bool]string{true: "1", false: "2"}[terms.Today < calendar.MustParse("2026-07-01")]
		if terms.Today >= calendar.MustParse("2027-01-01") {
			inForce = "3"
		}
		p, err := charter.PermitConsent(terms)
		if terms.Consent.Words.Version != inForce {
			mustRefuse(t, err)
			if !strings.Contains(err.Error(), "in force") {
				t.Fatalf("refused for something else: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatalf("the text in force was refused: %v", err)
		}
		given := *p.Consent()
		if given.Words.Digest != texts.Text("a", inForce).Digest("zh") {
			t.Fatalf("the digest is %s", given.Words.Digest)
		}
		late := ratingTerms()
		late.Today, late.Consent = given.To-1, &given
		if _, err := charter.PermitRating(late); err != nil {
			t.Fatalf("a consent ended with its text: %v", err)
		}
	})
}
