package charter_test

import (
	"errors"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/consent"
	"probity/internal/consent/wording"
	"probity/internal/fault"
	"probity/internal/subject"
)

var today = calendar.MustParse("2026-11-22")

// world is the catalogue of these tests.
func world() *catalogue.Catalogue { return testworld.Catalogue() }

// The register of these tests.
var (
	person    = subject.Subject{ID: 101, Kind: subject.Person}
	trader    = subject.Subject{ID: 102, Kind: subject.Enterprise, Sole: true}
	company   = subject.Subject{ID: 103, Kind: subject.Enterprise}
	body      = subject.Subject{ID: 104, Kind: subject.PublicBody}
	mayor     = subject.Subject{ID: 105, Kind: subject.OfficeHolder}
	grownUp   = calendar.MustParse("1990-05-01")
	itself    = charter.Actor{Subject: person.ID, Credential: "person"}
	clerk     = charter.Actor{Agency: "bank", Official: "Clerk Wu", Credential: "wu"}
	notary    = charter.Actor{Agency: "bank", Official: "Notary Lin", Credential: "lin"}
	digestHex = strings.Repeat("ab", 32)
)

// goodConsent is one that C1 has nothing against: the person's, to the bank's repayment model.
func goodConsent() consent.Consent {
	return consent.Consent{
		ID: 7, Subject: person.ID, Handler: consent.Platform, Recipients: []string{"bank"}, Purpose: "lending",
		Contexts: []string{"finance-credit"}, Categories: []string{"bank.repayment"}, Method: "repayment-score",
		From: today, To: today.Add(calendar.Period{Months: 12}), Words: consent.Words{
			Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true,
			Digest: wording.BuiltIn().Text("rating-finance", "1").Digest("zh"),
		},
		Proof: consent.Proof{Means: consent.OwnAct, Credential: "person"},
	}
}

// goodModel is the model that goodConsent is for.
func goodModel() charter.ModelFacts {
	return charter.ModelFacts{
		Code: "repayment-score", Version: 1, Kinds: []string{"person"}, Contexts: []string{"finance-credit"},
		Datasets: []string{"bank.repayment"}, ConsentPurpose: "lending",
	}
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// mustRefuse fails the test unless err is a refusal that says all it must.
func mustRefuse(t failer, err error) {
	t.Helper()
	_ = refusalIn(t, err)
}

// refusalIn is the refusal that mustRefuse found.
func refusalIn(t failer, err error) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused {
		t.Fatalf("got %v, want a refusal by the Charter", err)
	}
	if f.Invariant == "" || f.Missing == "" || f.Text == "" || f.Cure == "" {
		t.Fatalf("the refusal %+v leaves the invariant, the missing element, the text or the cure out", f)
	}
	return f
}

// wantRefusal checks invariant and missing element of a refusal, "C1: recipient"; "" wants none.
func wantRefusal(t failer, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	if f := refusalIn(t, err); f.Invariant+": "+f.Missing != want {
		t.Fatalf("refused for %s: %s (%s), want %s", f.Invariant, f.Missing, f.Text, want)
	}
}

// wantInvariant checks which invariant a refusal is for.
func wantInvariant(t failer, err error, want string) {
	t.Helper()
	if f := refusalIn(t, err); f.Invariant != want {
		t.Fatalf("refused for %s: %s (%s), want %s", f.Invariant, f.Missing, f.Text, want)
	}
}
