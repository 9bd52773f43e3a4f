package charter_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/consent/wording"
	"probity/internal/subject"
)

// TestC1GivingNamesEveryElement: what is left out when a consent is given is asked for then, and not when it is first used.
func TestC1GivingNamesEveryElement(t *testing.T) {
	t.Parallel()
	for want, leave := range map[string]func(*consent.Consent){
		"C1: data categories": func(c *consent.Consent) { c.Categories = nil },
		"C1: method":          func(c *consent.Consent) { c.Method = " " },
	} {
		c := goodConsent()
		leave(&c)
		_, err := charter.PermitConsent(charter.ConsentTerms{
			Consent: c, Subject: person, Born: grownUp, By: itself, Catalogue: world(), Texts: wording.BuiltIn(), Today: today,
		})
		wantRefusal(t, err, want)
	}
}

// TestC1ATraderIsRatedForANamedPurpose: a model that asks for no purpose of its own does not make one needless.
func TestC1ATraderIsRatedForANamedPurpose(t *testing.T) {
	t.Parallel()
	c := goodConsent()
	c.Subject, c.Method, c.Contexts, c.Categories = trader.ID, "company-score", []string{"market"}, []string{"ministry.penalty"}
	terms := charter.RatingTerms{
		Model: charter.ModelFacts{
			Code: "company-score", Version: 1, Kinds: []string{"enterprise"}, Contexts: []string{"market"}, Datasets: []string{"ministry.penalty"},
		},
		Subject: trader, Born: calendar.None, Consent: &c, Today: today,
	}
	_, err := charter.PermitRating(terms)
	wantRefusal(t, err, "")
	c.Purpose = " "
	_, err = charter.PermitRating(terms)
	wantRefusal(t, err, "C1: purpose")
}

// TestC4NothingEndsWithoutAnOrder: there must be an order to end.
func TestC4NothingEndsWithoutAnOrder(t *testing.T) {
	t.Parallel()
	_, err := charter.PermitEnding(charter.EndingTerms{By: clerk, Catalogue: world(), Today: today})
	refused := refusalIn(t, err)
	if refused.Invariant != "C4" {
		t.Errorf("refused for %s: %s", refused.Invariant, refused.Missing)
	}
}

// TestC16ABirthIsKnown: without knowing whether a database is demo or live nobody comes into its register.
func TestC16ABirthIsKnown(t *testing.T) {
	t.Parallel()
	wantRefusal(t, charter.AdmitIdentifier("", subject.Identifier{Scheme: subject.USCC, Value: syntheticUSCC}, false), "C16: birth of the database")
}
