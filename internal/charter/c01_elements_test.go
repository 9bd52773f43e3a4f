package charter_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/consent"
	"probity/internal/subject"
)

// use is what somebody wants to do under a consent: rate the person, and be answered the rating.
type use struct {
	model   charter.ModelFacts
	subject subject.Subject
	reader  string
	purpose string
	context string
	today   calendar.Day
}

// rated tells whether the rating may be made under the consent.
func (u *use) rated(c *consent.Consent) bool {
	_, err := charter.PermitRating(charter.RatingTerms{Model: u.model, Subject: u.subject, Born: grownUp, Consent: c, Today: u.today})
	return err == nil
}

// answered tells whether the reader is answered the rating under the consent, and no other data than it names.
func (u *use) answered(c *consent.Consent) bool {
	p, err := charter.PermitRead(charter.ReadTerms{
		By: charter.Actor{Agency: u.reader, Official: "Clerk Wu", Credential: "wu"}, Subject: u.subject, What: charter.ReadRating,
		Purpose: u.purpose, Basis: "pipl art. 13", Case: "2026-7", Model: u.model.Code, Context: u.context,
		Consents: []consent.Consent{*c}, Catalogue: world(), Today: u.today,
		Agreements: []charter.Agreed{testworld.Agreed(u.reader, u.purpose)},
	})
	return err == nil && p.Consent() == c.ID && slices.Equal(p.Datasets(), c.Categories)
}

// Codes from which the elements are drawn.
var (
	someAgencies = []string{"bank", "court", "ministry", "bureau", "institute", "neighbour"}
	someContexts = []string{"finance-credit", "traffic", "market"}
	someDatasets = []string{"bank.repayment", "bank.cards", "bank.loans", "bank.leasing"}
)

// agreement draws a consent and a use within it. In the use of one for one time the consent is not used up yet.
func agreement(t *rapid.T) (consent.Consent, use) {
	c := goodConsent()
	c.Recipients = rapid.SliceOfNDistinct(rapid.SampledFrom(someAgencies), 1, 4, rapid.ID).Draw(t, "recipients")
	c.Contexts = []string{rapid.SampledFrom(someContexts).Draw(t, "context")}
	c.Categories = rapid.SliceOfNDistinct(rapid.SampledFrom(someDatasets), 1, 3, rapid.ID).Draw(t, "data")
	c.Handler = rapid.SampledFrom([]string{consent.Platform, "bank", "court"}).Draw(t, "handler")
	c.Method = rapid.SampledFrom([]string{"repayment-score", "other-score"}).Draw(t, "method")
	c.Once = rapid.Bool().Draw(t, "once")
	days := 1
	if !c.Once {
		days = rapid.IntRange(1, 365).Draw(t, "days")
	}
	c.To = c.From + calendar.Day(days)
	u := use{
		model: charter.ModelFacts{
			Code: c.Method, Version: rapid.IntRange(1, 9).Draw(t, "version"), Kinds: []string{"person"}, Contexts: c.Contexts,
			Datasets: c.Categories[:rapid.IntRange(1, len(c.Categories)).Draw(t, "used")], ConsentPurpose: c.Purpose,
		},
		subject: person, reader: rapid.SampledFrom(c.Recipients).Draw(t, "reader"), purpose: c.Purpose, context: c.Contexts[0],
		today: c.From + calendar.Day(rapid.IntRange(0, days-1).Draw(t, "day")),
	}
	if c.Handler != consent.Platform {
		u.model.Handler = c.Handler
	}
	return c, u
}

// other draws one of the codes that is not among those named.
func other(t *rapid.T, what string, from, named []string) string {
	rest := slices.DeleteFunc(slices.Clone(from), func(s string) bool { return slices.Contains(named, s) })
	return rapid.SampledFrom(rest).Draw(t, what)
}

// beyond is how a use goes beyond one element of a consent, and which of the two doors each must keep it out by itself.
type beyond struct {
	rating, answer bool
	widen          func(t *rapid.T, c *consent.Consent, u *use)
}

// widened are the elements that a use is held against, by the field of the consent.
var widened = map[string]beyond{
	"Subject": {true, true, func(_ *rapid.T, _ *consent.Consent, u *use) { u.subject.ID++ }},
	"Handler": {true, false, func(t *rapid.T, c *consent.Consent, u *use) {
		u.model.Handler = other(t, "operator", someAgencies, []string{c.Handler})
	}},
	"Recipients": {false, true, func(t *rapid.T, c *consent.Consent, u *use) {
		u.reader = other(t, "stranger", someAgencies, c.Recipients)
	}},
	"Purpose": {true, true, func(_ *rapid.T, _ *consent.Consent, u *use) {
		u.model.ConsentPurpose, u.purpose = "court-order", "court-order"
	}},
	"Contexts": {true, true, func(t *rapid.T, c *consent.Consent, u *use) {
		u.context = other(t, "other context", someContexts, c.Contexts)
		u.model.Contexts = []string{u.context}
		if rapid.Bool().Draw(t, "beside its own") {
			u.model.Contexts = append(slices.Clone(c.Contexts), u.context)
		}
	}},
	"Categories": {true, false, func(t *rapid.T, c *consent.Consent, u *use) {
		u.model.Datasets = append(slices.Clone(u.model.Datasets), other(t, "other data", someDatasets, c.Categories))
	}},
	"Method": {true, true, func(_ *rapid.T, c *consent.Consent, u *use) { u.model.Code = "new-" + c.Method }},
	"From": {true, true, func(t *rapid.T, c *consent.Consent, u *use) {
		u.today = c.From - calendar.Day(rapid.IntRange(1, 400).Draw(t, "days before"))
	}},
	"To": {true, true, func(t *rapid.T, c *consent.Consent, u *use) {
		u.today = c.To + calendar.Day(rapid.IntRange(0, 400).Draw(t, "days after"))
	}},
	"Once":      {true, true, useAgain},
	"Used":      {true, true, useAgain},
	"Withdrawn": {true, true, func(_ *rapid.T, c *consent.Consent, _ *use) { c.Withdrawn = time.Unix(1, 0) }},
	"Words": {true, false, func(t *rapid.T, c *consent.Consent, _ *use) {
		rapid.SampledFrom([]func(*consent.Words){
			func(w *consent.Words) { w.Text = "" }, func(w *consent.Words) { w.Version = "" }, func(w *consent.Words) { w.Language = "" },
			func(w *consent.Words) { w.Digest = "" }, func(w *consent.Words) { w.Warned = false }, func(w *consent.Words) { w.Written = false },
		}).Draw(t, "what is lost of the words")(&c.Words)
	}},
	"Asked": {true, false, func(t *rapid.T, c *consent.Consent, _ *use) {
		rapid.SampledFrom([]func(*consent.Asked){
			func(a *consent.Asked) { a.Tied = true }, func(a *consent.Asked) { a.Preselected = true },
			func(a *consent.Asked) { a.Employer = true }, func(a *consent.Asked) { a.Authority = true },
		}).Draw(t, "pressure")(&c.Asked)
	}},
	"Proof": {true, false, func(_ *rapid.T, c *consent.Consent, _ *use) { c.Proof = consent.Proof{} }},
}

// useAgain is a second use of a consent for one time, on its day.
func useAgain(_ *rapid.T, c *consent.Consent, u *use) {
	c.Once, c.To, c.Used, u.today = true, c.From+1, time.Unix(1, 0), c.From
}

// unheld are the fields that name the consent and widen nothing, with the reason.
var unheld = map[string]string{
	"ID":     "it is the consent's own name, by which a use says what it rests on",
	"Given":  "the instant of giving; the days are From and To",
	"Salt":   "it keeps the ledger's commitment from being guessed, and says nothing",
	"Sealed": "the names in the proof as they are kept, shown when the consent was given",
}

// TestC1EveryElement: under a consent everything within it is permitted; what goes beyond it in any one element, all others
// being right, is not. A new element of a consent without a line here fails the test.
func TestC1EveryElement(t *testing.T) {
	t.Parallel()
	fields := reflect.VisibleFields(reflect.TypeFor[consent.Consent]())
	for _, f := range fields {
		if widened[f.Name].widen == nil && unheld[f.Name] == "" {
			t.Errorf("a consent has the element %s, and nothing shows that a use is held against it", f.Name)
		}
	}
	for name, element := range widened {
		if !slices.ContainsFunc(fields, func(f reflect.StructField) bool { return f.Name == name }) {
			t.Errorf("there is no element %s", name)
		}
		t.Run(strings.ToLower(name), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				c, u := agreement(t)
				if !u.rated(&c) || !u.answered(&c) {
					t.Fatalf("refused, though it is within the consent: %+v under %+v", u, c)
				}
				element.widen(t, &c, &u)
				if element.rating && u.rated(&c) {
					t.Fatalf("rated, though the %s goes beyond the consent: %+v under %+v", name, u, c)
				}
				if element.answer && u.answered(&c) {
					t.Fatalf("answered, though the %s goes beyond the consent: %+v under %+v", name, u, c)
				}
			})
		})
	}
}
