package charter_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/consent/wording"
	"probity/internal/subject"
)

func ratingTerms() charter.RatingTerms {
	c := goodConsent()
	return charter.RatingTerms{Model: goodModel(), Subject: person, Born: grownUp, Consent: &c, Today: today}
}

// consentFlaws are all the ways in which a consent fails to carry a rating, each with the element the refusal names.
var consentFlaws = []struct {
	name  string
	spoil func(*charter.RatingTerms)
	want  string
}{
	{"none", func(t *charter.RatingTerms) { t.Consent = nil }, "C1: consent"},
	{"another person's", func(t *charter.RatingTerms) { t.Consent.Subject = 999 }, "C1: consent"},
	{"no handler", func(t *charter.RatingTerms) { t.Consent.Handler = " " }, "C1: handler"},
	{"no recipient", func(t *charter.RatingTerms) { t.Consent.Recipients = nil }, "C1: recipient"},
	{"any recipient", func(t *charter.RatingTerms) { t.Consent.Recipients = []string{"*"} }, "C1: recipient"},
	{"no purpose", func(t *charter.RatingTerms) { t.Consent.Purpose = "" }, "C1: purpose"},
	{"no context", func(t *charter.RatingTerms) { t.Consent.Contexts = nil }, "C1: context"},
	{"two contexts", func(t *charter.RatingTerms) { t.Consent.Contexts = []string{"finance-credit", "traffic"} }, "C1: one context"},
	{"no categories", func(t *charter.RatingTerms) { t.Consent.Categories = nil }, "C1: data categories"},
	{"no method", func(t *charter.RatingTerms) { t.Consent.Method = "" }, "C1: method"},
	{"no text", func(t *charter.RatingTerms) { t.Consent.Words.Text = "" }, "C1: text"},
	{"no version", func(t *charter.RatingTerms) { t.Consent.Words.Version = "" }, "C1: text"},
	{"no digest of the words", func(t *charter.RatingTerms) { t.Consent.Words.Digest = "" }, "C1: text"},
	{"not warned", func(t *charter.RatingTerms) { t.Consent.Words.Warned = false }, "C1: warning"},
	{"not in writing", func(t *charter.RatingTerms) { t.Consent.Words.Written = false }, "C1: agreement in writing"},
	{"no language", func(t *charter.RatingTerms) { t.Consent.Words.Language = "" }, "C1: text"},
	{"no proof", func(t *charter.RatingTerms) { t.Consent.Proof = consent.Proof{} }, "C1: proof"},
	{"one witness", func(t *charter.RatingTerms) {
		t.Consent.Proof = consent.Proof{Means: consent.SignedDocument, Document: digestHex, Witnesses: []string{"a/b"}}
	}, "C1: proof"},
	{"tied", func(t *charter.RatingTerms) { t.Consent.Asked.Tied = true }, "C1: free choice"},
	{"preselected", func(t *charter.RatingTerms) { t.Consent.Asked.Preselected = true }, "C1: free choice"},
	{"employer", func(t *charter.RatingTerms) { t.Consent.Asked.Employer = true }, "C1: free choice"},
	{"authority", func(t *charter.RatingTerms) { t.Consent.Asked.Authority = true }, "C1: free choice"},
	{"13 months", func(t *charter.RatingTerms) { t.Consent.To = t.Consent.From.Add(calendar.Period{Months: 13}) }, "C1: period of at most 12 months"},
	{"a day too long", func(t *charter.RatingTerms) { t.Consent.To++ }, "C1: period of at most 12 months"},
	{"endless", func(t *charter.RatingTerms) { t.Consent.To = calendar.None }, "C1: period"},
	{"once for a week", func(t *charter.RatingTerms) { t.Consent.Once, t.Consent.To = true, t.Consent.From+7 }, "C1: single day"},
	{"under 18", func(t *charter.RatingTerms) { t.Born = t.Today.Add(calendar.Period{}) - 17*366 }, "C1: full age"},
	{"age unknown", func(t *charter.RatingTerms) { t.Born = calendar.None }, "C1: proof of age"},
	{"withdrawn", func(t *charter.RatingTerms) { t.Consent.Withdrawn = time.Unix(1, 0) }, "C1: standing consent"},
	{"used up", func(t *charter.RatingTerms) {
		t.Consent.Once, t.Consent.From, t.Consent.To, t.Consent.Used = true, t.Today, t.Today+1, time.Unix(1, 0)
	}, "C1: unused consent"},
	{"not begun", func(t *charter.RatingTerms) { t.Today = t.Consent.From - 1 }, "C1: consent in force"},
	{"over", func(t *charter.RatingTerms) { t.Today = t.Consent.To }, "C1: unexpired consent"},
	{"another method", func(t *charter.RatingTerms) { t.Consent.Method = "city-points" }, "C1: method"},
	{"another handler", func(t *charter.RatingTerms) { t.Model.Handler = "bank" }, "C1: handler"},
	{"another purpose", func(t *charter.RatingTerms) { t.Consent.Purpose = "court-order" }, "C1: purpose"},
	{"another context", func(t *charter.RatingTerms) { t.Consent.Contexts = []string{"traffic"} }, "C1: context"},
	{"a category more", func(t *charter.RatingTerms) { t.Model.Datasets = append(t.Model.Datasets, "bank.cards") }, "C1: data categories"},
}

func TestC1NamesTheMissingElement(t *testing.T) {
	t.Parallel()
	for _, flaw := range consentFlaws {
		t.Run(flaw.name, func(t *testing.T) {
			t.Parallel()
			terms := ratingTerms()
			flaw.spoil(&terms)
			_, err := charter.PermitRating(terms)
			wantRefusal(t, err, flaw.want)
		})
	}
}

// TestC1Property: under any good consent a person is rated and the permit names the very act; with any flaw in it, alone
// or with others, the person is not.
func TestC1Property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(2, 365).Draw(t, "length")
		good := func() charter.RatingTerms {
			terms := ratingTerms()
			terms.Consent.From = today - calendar.Day(rapid.IntRange(0, length-1).Draw(t, "days ago"))
			terms.Consent.To = terms.Consent.From + calendar.Day(length)
			terms.Born = today - calendar.Day(rapid.IntRange(19*366, 90*366).Draw(t, "age in days"))
			return terms
		}
		terms := good()
		permit, err := charter.PermitRating(terms)
		if err != nil {
			t.Fatalf("a good consent was refused: %v", err)
		}
		if permit.Subject() != person || permit.Model() != terms.Model.Code || permit.Version() != terms.Model.Version ||
			permit.Until() != terms.Consent.To || permit.Consent() != terms.Consent.ID {
			t.Fatalf("the permit %+v is for another act", permit)
		}
		for _, flaw := range consentFlaws {
			terms := good()
			if strings.HasPrefix(flaw.name, "a day too long") {
				terms.Consent.To = terms.Consent.From.Add(calendar.Period{Months: 12})
			}
			if rapid.Bool().Draw(t, "two flaws") {
				rapid.SampledFrom(consentFlaws[1:]).Draw(t, "another flaw").spoil(&terms)
			}
			flaw.spoil(&terms)
			permit, err := charter.PermitRating(terms)
			if err == nil {
				t.Fatalf("rated in spite of %q", flaw.name)
			}
			mustRefuse(t, err)
			if permit.Subject().ID != 0 || permit.Model() != "" {
				t.Fatalf("a refusal came with a permit %+v", permit)
			}
		}
	})
}

// TestC1Kinds: who needs a consent is decided by who the subject truly is.
func TestC1Kinds(t *testing.T) {
	t.Parallel()
	model := func(kind subject.Kind, contexts ...string) charter.ModelFacts {
		return charter.ModelFacts{Code: "m", Version: 1, Kinds: []string{string(kind)}, Contexts: contexts, Datasets: []string{"ministry.penalty"}}
	}
	for _, c := range []struct {
		name  string
		terms charter.RatingTerms
		want  string
	}{
		{"company", charter.RatingTerms{Model: model(subject.Enterprise, "market", "traffic"), Subject: company, Today: today}, ""},
		{"public body", charter.RatingTerms{Model: model(subject.PublicBody, "market"), Subject: body, Today: today}, ""},
		{"office holder", charter.RatingTerms{Model: model(subject.OfficeHolder, "public-duty"), Subject: mayor, Today: today}, ""},
		{"sole trader", charter.RatingTerms{Model: model(subject.Enterprise, "market"), Subject: trader, Born: calendar.None, Today: today}, "C1: consent"},
		{"person by a model for companies", charter.RatingTerms{Model: model(subject.Enterprise, "market"), Subject: person, Today: today}, "C3: model for this kind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := charter.PermitRating(c.terms)
			wantRefusal(t, err, c.want)
		})
	}
	t.Run("sole trader with consent", func(t *testing.T) {
		t.Parallel()
		c := goodConsent()
		c.Subject, c.Method, c.Contexts, c.Categories = trader.ID, "m", []string{"market", "traffic"}, []string{"ministry.penalty"}
		terms := charter.RatingTerms{Model: model(subject.Enterprise, "market", "traffic"), Subject: trader, Born: calendar.None, Consent: &c, Today: today}
		_, err := charter.PermitRating(terms)
		wantRefusal(t, err, "")
	})
}

func TestC1NobodyUnder18(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ born, today, want string }{
		{"2008-11-22", "2026-11-22", "C1: full age"}, // the birthday itself still counts as 17
		{"2008-11-22", "2026-11-23", ""},
		{"2008-02-29", "2026-02-28", "C1: full age"},
		{"2008-02-29", "2026-03-01", ""},
	} {
		terms := ratingTerms()
		terms.Born, terms.Today = calendar.MustParse(c.born), calendar.MustParse(c.today)
		terms.Consent.From = terms.Today
		terms.Consent.To = terms.Today + 30
		_, err := charter.PermitRating(terms)
		wantRefusal(t, err, c.want)
	}
}

// TestC1NoPopulationOfPersons: persons and sole traders are never rated as a population.
func TestC1NoPopulationOfPersons(t *testing.T) {
	t.Parallel()
	_, err := charter.PermitPopulation(goodModel(), subject.Person)
	wantRefusal(t, err, "C1: consent")
	m := charter.ModelFacts{Code: "m", Version: 2, Kinds: []string{"enterprise"}, Contexts: []string{"market"}}
	p, err := charter.PermitPopulation(m, subject.Enterprise)
	wantRefusal(t, err, "")
	if !p.Covers(company) || p.Covers(trader) || p.Covers(person) || p.Covers(body) {
		t.Errorf("the permit covers company %v, sole trader %v, person %v, public body %v; want only the company",
			p.Covers(company), p.Covers(trader), p.Covers(person), p.Covers(body))
	}
	var none charter.PopulationPermit
	if none.Covers(company) {
		t.Error("a zero permit covers a company")
	}
}

func consentTerms() charter.ConsentTerms {
	return charter.ConsentTerms{
		Consent: goodConsent(), Subject: person, Born: grownUp, By: itself, Catalogue: world(), Texts: wording.BuiltIn(), Today: today,
	}
}

// witnessed makes terms of a signed document.
func witnessed() charter.ConsentTerms {
	t := consentTerms()
	t.By, t.With = clerk, notary
	t.Consent.Proof = consent.Proof{Document: digestHex, Signed: today - 1}
	return t
}

// givingFlaws are the ways in which the giving of a consent fails, each with the element the refusal names.
var givingFlaws = []struct {
	name  string
	from  func() charter.ConsentTerms
	spoil func(*charter.ConsentTerms)
	want  string
}{
	{"by an agency's file", consentTerms, func(t *charter.ConsentTerms) { t.By = clerk }, "C1: own act of the subject or signed document"},
	{"by nobody", consentTerms, func(t *charter.ConsentTerms) { t.By = charter.Actor{} }, "C1: own act of the subject"},
	{"by another person", consentTerms, func(t *charter.ConsentTerms) { t.By.Subject = 999 }, "C1: subject's own credential"},
	{"own act without credential", consentTerms, func(t *charter.ConsentTerms) { t.By.Credential = "" }, "C1: own act of the subject"},
	{"one witness", witnessed, func(t *charter.ConsentTerms) { t.With = charter.Actor{} }, "C1: second witness"},
	{"the same witness twice", witnessed, func(t *charter.ConsentTerms) { t.With = clerk }, "C1: second witness"},
	{"signed tomorrow", witnessed, func(t *charter.ConsentTerms) { t.Consent.Proof.Signed = today + 1 }, "C1: day of signature"},
	{"no digest", witnessed, func(t *charter.ConsentTerms) { t.Consent.Proof.Document = strings.Repeat("z", 64) }, "C1: own act of the subject or signed document"},
	{"a company consents", consentTerms, func(t *charter.ConsentTerms) { t.Subject = company }, "C1: subject that consents"},
	{"an office holder consents", consentTerms, func(t *charter.ConsentTerms) { t.Subject = mayor }, "C1: subject that consents"},
	{"for another", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Subject = 999 }, "C1: subject"},
	{"unknown recipient", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Recipients = []string{"moon"} }, "C1: recipient"},
	{"unknown purpose", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Purpose = "fun" }, "C1: purpose"},
	{"purpose without consent", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Purpose = "court-order" }, "C1: purpose"},
	{"unknown context", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Contexts = []string{"life"} }, "C1: context"},
	{"dataset of another context", consentTerms, func(t *charter.ConsentTerms) {
		t.Consent.Categories = append(t.Consent.Categories, "ministry.driving")
	}, "C1: data categories of the context"},
	{"unknown dataset", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Categories = []string{"bank.dreams"} }, "C1: data categories"},
	{"unknown handler", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Handler = "moon" }, "C1: handler"},
	{"asked by a ministry", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Asked.By = "ministry" }, "C1: free choice"},
	{"backdated", consentTerms, func(t *charter.ConsentTerms) { t.Consent.From--; t.Consent.To-- }, "C1: present consent"},
	{"no text", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Text = "" }, "C1: text"},
	{"unknown text", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Text = "song" }, "C1: known text"},
	{"unknown version", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Version = "9" }, "C1: known text"},
	{"text of no money", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Text = "rating" }, "C1: text for the area of life"},
	{"text in French", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Language = "fr" }, "C1: text in a language"},
	{"other words", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Digest = digestHex }, "C1: text as it was shown"},
	{"not warned", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Warned = false }, "C1: warning"},
	{"not in writing", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Words.Written = false }, "C1: agreement in writing"},
	{"minor", consentTerms, func(t *charter.ConsentTerms) { t.Born = today - 6000 }, "C1: full age"},
	{"tied", consentTerms, func(t *charter.ConsentTerms) { t.Consent.Asked.Tied = true }, "C1: free choice"},
}

func TestC1Giving(t *testing.T) {
	t.Parallel()
	for _, flaw := range givingFlaws {
		t.Run(flaw.name, func(t *testing.T) {
			t.Parallel()
			terms := flaw.from()
			flaw.spoil(&terms)
			_, err := charter.PermitConsent(terms)
			wantRefusal(t, err, flaw.want)
		})
	}
}

// TestC1GivingProperty: a consent is recorded by the person's own act or on a signed document, of whatever length up to
// a year; with any flaw, alone or with another, it is not.
func TestC1GivingProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length := calendar.Day(rapid.IntRange(1, 365).Draw(t, "length"))
		for _, from := range []func() charter.ConsentTerms{consentTerms, witnessed} {
			terms := from()
			terms.Consent.To = terms.Consent.From + length
			p, err := charter.PermitConsent(terms)
			if err != nil || p.Consent().To != terms.Consent.To {
				t.Fatalf("a good consent was refused: %v", err)
			}
		}
		for _, flaw := range givingFlaws {
			terms := flaw.from()
			terms.Consent.To = terms.Consent.From + length
			if rapid.Bool().Draw(t, "two flaws") {
				more := rapid.SampledFrom(givingFlaws).Draw(t, "another flaw")
				more.spoil(&terms)
			}
			flaw.spoil(&terms)
			p, err := charter.PermitConsent(terms)
			if err == nil {
				t.Fatalf("recorded in spite of %q", flaw.name)
			}
			mustRefuse(t, err)
			if p.Consent() != nil {
				t.Fatalf("a refusal came with a permit for %+v", p.Consent())
			}
		}
	})
}

// TestC1NotWhileTheFileGoes: a permit does not stand where the erasure of the file waits in the moment of the recording.
func TestC1NotWhileTheFileGoes(t *testing.T) {
	t.Parallel()
	terms := consentTerms()
	p, err := charter.PermitConsent(terms)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stands(false); err != nil {
		t.Errorf("no erasure waits, and the permit does not stand: %v", err)
	}
	if err := p.Stands(true); err == nil || !strings.Contains(err.Error(), "erasure") {
		t.Errorf("an erasure waits: %v", err)
	}
}

// TestC1ProofIsMade: what a consent claims of its own proof is replaced by what the credentials show.
func TestC1ProofIsMade(t *testing.T) {
	t.Parallel()
	terms := consentTerms()
	terms.Consent.Proof = consent.Proof{Means: consent.SignedDocument, Document: digestHex, Witnesses: []string{"made", "up"}}
	p, err := charter.PermitConsent(terms)
	wantRefusal(t, err, "")
	if got := p.Consent().Proof; got.Means != consent.OwnAct || got.Credential != "person" || got.Document != "" || got.Witnesses != nil {
		t.Errorf("the proof is %+v, want the own act of the subject", got)
	}
	terms = witnessed()
	terms.Consent.Proof.Witnesses = []string{"made", "up"}
	p, err = charter.PermitConsent(terms)
	wantRefusal(t, err, "")
	if w := p.Consent().Proof.Witnesses; len(w) != 2 || w[0] != "bank/Clerk Wu" || w[1] != "bank/Notary Lin" {
		t.Errorf("the witnesses are %v", w)
	}
}

// TestC1Withdrawal: the subject takes a consent back by its own act or before two officials; nobody else does.
func TestC1Withdrawal(t *testing.T) {
	t.Parallel()
	c := goodConsent()
	for _, by := range []struct {
		name     string
		by, with charter.Actor
		want     string
	}{
		{"itself", itself, charter.Actor{}, ""},
		{"two officials", clerk, notary, ""},
		{"one official", clerk, charter.Actor{}, "C1: own act of the subject"},
		{"one official twice", clerk, clerk, "C1: own act of the subject"},
		{"another subject", charter.Actor{Subject: 999, Credential: "x"}, charter.Actor{}, "C1: own act of the subject"},
		{"nobody", charter.Actor{}, charter.Actor{}, "C1: own act of the subject"},
	} {
		_, err := charter.PermitWithdrawal(&c, by.by, by.with, onDay("2026-07-01"))
		t.Run(by.name, func(t *testing.T) { wantRefusal(t, err, by.want) })
	}
}
