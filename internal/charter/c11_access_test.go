package charter_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/consent"
	"probity/internal/subject"
)

var inspector = charter.Actor{Agency: "ministry", Official: "Inspector He", Credential: "he"}

// read is a read that nothing is wrong with: an inspector looks at a company's file.
func read(s subject.Subject) charter.ReadTerms {
	t := charter.ReadTerms{
		By: inspector, Subject: s, What: charter.ReadFile, Purpose: "supervision", Basis: "credit-reporting", Catalogue: world(), Today: today,
	}
	if s.Natural() && s.Kind != subject.OfficeHolder {
		t.By, t.Purpose, t.Basis, t.Context = clerk, "lending", "pipl art. 13", "finance-credit"
		c := goodConsent()
		c.Subject = s.ID
		t.Consents = []consent.Consent{c}
		t.Agreements = []charter.Agreed{testworld.Agreed("bank", "lending")}
	}
	return t
}

func TestC11StatesEverything(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		of    subject.Subject
		spoil func(*charter.ReadTerms)
		want  string
		level charter.Level
	}{
		{"company's file", company, nil, "", charter.FullAnswer},
		{"no subject", company, func(t *charter.ReadTerms) { t.Subject.ID = 0 }, "C11: subject", 0},
		{"no reader", company, func(t *charter.ReadTerms) { t.By.Agency = "" }, "C11: reader", 0},
		{"no official", company, func(t *charter.ReadTerms) { t.By.Official = " " }, "C11: official", 0},
		{"reader of no catalogue", company, func(t *charter.ReadTerms) { t.By.Agency = "moon" }, "C11: reader of the catalogue", 0},
		{"nothing asked", company, func(t *charter.ReadTerms) { t.What = "" }, "C11: what is read", 0},
		{"no purpose", company, func(t *charter.ReadTerms) { t.Purpose = "" }, "C11: purpose", 0},
		{"purpose of no list", company, func(t *charter.ReadTerms) { t.Purpose = "curiosity" }, "C11: purpose of the closed list", 0},
		{"purpose for others", body, func(t *charter.ReadTerms) { t.Purpose, t.Basis = "lending", "pipl" }, "C11: purpose for this kind", 0},
		{"the platform's own purpose", company, func(t *charter.ReadTerms) { t.Purpose, t.Basis = charter.OwnFilePurpose, "pipl art. 45" }, "C11: purpose of a reader", 0},
		{"the suppliers' purpose", person, func(t *charter.ReadTerms) { t.Purpose, t.Case = charter.OwnDeliveryPurpose, "17" }, "C11: purpose of a reader", 0},
		{"no basis", company, func(t *charter.ReadTerms) { t.Basis = "  " }, "C11: legal basis", 0},
		{"basis of something else", company, func(t *charter.ReadTerms) { t.Basis = "pipl art. 13" }, "C11: legal basis of the purpose", 0},
		{"another article", person, func(t *charter.ReadTerms) { t.Basis = "pipl art. 99" }, "C11: legal basis of the purpose", 0},
		{"law without article", person, func(t *charter.ReadTerms) { t.Basis = "pipl" }, "", charter.FullAnswer},
		{"no case", company, func(t *charter.ReadTerms) { t.Purpose, t.Basis = "court-order", "pipl" }, "C11: case", 0},

		{"person's file under consent", person, nil, "", charter.FullAnswer},
		{"consent for one time", person, func(t *charter.ReadTerms) { t.Consents[0].Once = true }, "", charter.FullAnswer},
		{"consent for one time, used", person, func(t *charter.ReadTerms) { t.Consents[0].Once, t.Consents[0].Used = true, time.Unix(1, 0) }, "C1: unused consent", 0},
		{"person's rating", person, func(t *charter.ReadTerms) { t.What, t.Model = charter.ReadRating, "repayment-score" }, "", charter.BandOnly},
		{"person's history", person, func(t *charter.ReadTerms) { t.What, t.Model = charter.ReadHistory, "repayment-score" }, "", charter.BandOnly},
		{"person's rating by no model", person, func(t *charter.ReadTerms) { t.What = charter.ReadRating }, "C11: model", 0},
		{"person's decision", person, func(t *charter.ReadTerms) { t.What = charter.ReadDecision }, "", charter.YesNoOnly},
		{"person's explanation", person, func(t *charter.ReadTerms) { t.What, t.Model = charter.ReadExplanation, "repayment-score" }, "C11: own credential", 0},
		{"person without consent", person, func(t *charter.ReadTerms) { t.Consents = nil }, "C11: consent", 0},
		{"consent withdrawn", person, func(t *charter.ReadTerms) { t.Consents[0].Withdrawn = time.Unix(1, 0) }, "C11: consent", 0},
		{"consent over", person, func(t *charter.ReadTerms) { t.Today = t.Consents[0].To }, "C11: consent", 0},
		{"consent to another reader", person, func(t *charter.ReadTerms) { t.Consents[0].Recipients = []string{"court"} }, "C11: consent", 0},
		{"consent for another purpose", person, func(t *charter.ReadTerms) { t.Consents[0].Purpose = "court-order" }, "C11: consent", 0},
		{"consent in another context", person, func(t *charter.ReadTerms) { t.Context = "traffic" }, "C11: consent", 0},
		{"consent to another model", person, func(t *charter.ReadTerms) { t.Model = "city-points" }, "C11: consent", 0},
		{"another person's consent", person, func(t *charter.ReadTerms) { t.Consents[0].Subject = 999 }, "C11: consent", 0},
		{"sole trader without consent", trader, func(t *charter.ReadTerms) { t.Consents = nil }, "C11: consent", 0},
		{"person by a court's case", person, func(t *charter.ReadTerms) {
			t.By, t.Purpose, t.Consents, t.Case = charter.Actor{Agency: "court", Official: "Judge Qi"}, "court-order", nil, "(2026) 17"
		}, "", charter.FullAnswer},
		{"office holder's rating", mayor, func(t *charter.ReadTerms) { t.What = charter.ReadRating }, "", charter.BandOnly},
		{"office holder's records without an order", mayor, nil, "C11: consent or order", 0},

		{"own file", person, func(t *charter.ReadTerms) { *t = own() }, "", charter.FullAnswer},
		{"own explanation", person, func(t *charter.ReadTerms) { *t = own(); t.What = charter.ReadExplanation }, "", charter.FullAnswer},
		{"another's file with one's own credential", company, func(t *charter.ReadTerms) { t.By = itself }, "C11: own file", 0},
		{"own file without credential", person, func(t *charter.ReadTerms) { *t = own(); t.By.Credential = "" }, "C11: own file", 0},
		{"own file by an official", person, func(t *charter.ReadTerms) { t.What = charter.ReadOwnFile }, "C11: own credential", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := read(c.of)
			if c.spoil != nil {
				c.spoil(&terms)
			}
			p, err := charter.PermitRead(terms)
			wantRefusal(t, err, c.want)
			if p.Level() != c.level {
				t.Errorf("level %s, want %s", p.Level(), c.level)
			}
		})
	}
}

// own is the subject reading its own file: it states nothing.
func own() charter.ReadTerms {
	return charter.ReadTerms{By: itself, Subject: person, What: charter.ReadOwnFile, Catalogue: world(), Today: today}
}

// ownReads holds that a subject's credential opens its own file, stating nothing, and no other.
func ownReads(t *rapid.T, terms charter.ReadTerms) {
	t.Helper()
	terms.By = charter.Actor{Subject: rapid.SampledFrom([]subject.ID{terms.Subject.ID, 999}).Draw(t, "own"), Credential: "c"}
	p, err := charter.PermitRead(terms)
	if own := terms.By.Subject == terms.Subject.ID; own != (err == nil) || own != (p.Level() == charter.FullAnswer) {
		t.Fatalf("own %v; level %s, %v", own, p.Level(), err)
	}
}

// TestC11Property: whatever is stated, a read that is let through has reader, official, purpose and basis; nobody but
// the subject sees more of a human being than a band, except records for a named consent or a case; and a purpose that
// needs a consent has one that covers reader, purpose and context.
func TestC11Property(t *testing.T) {
	t.Parallel()
	// text is the first, which is right, more often than not.
	text := func(t *rapid.T, name string, from ...string) string {
		if rapid.IntRange(0, 3).Draw(t, name+" as it should be") > 0 {
			return from[0]
		}
		return rapid.SampledFrom(append(from, "", " ")).Draw(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]subject.Subject{person, trader, company, body, mayor}).Draw(t, "subject")
		terms := charter.ReadTerms{
			By:      charter.Actor{Agency: text(t, "agency", "bank", "ministry", "moon"), Official: text(t, "official", "Wu"), Credential: "c"},
			Subject: s,
			What:    charter.What(text(t, "what", "file", "rating", "decision", "explanation", "history", "own_file", "soul")),
			Purpose: text(t, "purpose", "lending", "supervision", "court-order", "curiosity"),
			Basis:   text(t, "basis", "pipl", "pipl art. 13", "credit-reporting", "credit-reporting art. 18", "a feeling"),
			Case:    rapid.SampledFrom([]string{"", "(2026) 17"}).Draw(t, "case"), Context: text(t, "context", "finance-credit", "traffic"), Model: text(t, "model", "repayment-score", "city-points"),
			Catalogue: world(), Today: today,
		}
		if rapid.Bool().Draw(t, "agreed") {
			terms.Agreements = []charter.Agreed{testworld.Agreed(text(t, "agreed with", "bank", "court"), text(t, "agreed for", "lending", "supervision"))}
		}
		switch rapid.IntRange(0, 3).Draw(t, "reader") {
		case 0:
			terms.By.Agency, terms.Purpose, terms.Basis = "ministry", "supervision", "credit-reporting"
		case 1:
			terms.By.Agency, terms.Purpose, terms.Basis = "court", "court-order", "pipl"
		case 2:
			ownReads(t, terms)
		}
		if rapid.IntRange(0, 3).Draw(t, "consents") > 0 {
			c := goodConsent()
			c.Subject = rapid.SampledFrom([]subject.ID{s.ID, s.ID, person.ID, trader.ID}).Draw(t, "whose")
			c.Recipients = []string{text(t, "recipient", terms.By.Agency, "court")}
			if rapid.IntRange(0, 3).Draw(t, "withdrawn") == 0 {
				c.Withdrawn = time.Unix(1, 0)
			}
			terms.Consents = []consent.Consent{c}
		}
		p, err := charter.PermitRead(terms)
		if err != nil {
			mustRefuse(t, err)
			return
		}
		pp := world().Purpose(terms.Purpose)
		stated := map[string]string{"lending": "pipl credit-reporting", "supervision": "credit-reporting", "court-order": "pipl"}[terms.Purpose]
		law, _, _ := strings.Cut(terms.Basis, " ")
		if world().Agency(terms.By.Agency) == nil || terms.By.Official != "Wu" || pp == nil || !slices.Contains(pp.Kinds, s.Kind) ||
			law == "" || !slices.Contains(strings.Fields(stated), law) {
			t.Fatalf("a read went through that states %+v", terms)
		}
		if charter.NeedsAgreement(&terms) && terms.What != charter.ReadFile && (len(terms.Agreements) == 0 || len(p.Agreements()) != 1 || terms.Agreements[0].Reader != terms.By.Agency || terms.Agreements[0].Purpose != terms.Purpose) {
			t.Fatalf("%s read without an agreement: %+v", terms.By.Agency, terms)
		}
		if pp.NeedsCase && terms.Case != "(2026) 17" {
			t.Fatalf("a read for %s went through without a case", pp.Code)
		}
		if pp.NeedsConsent && charter.NeedsConsent(s) {
			if len(terms.Consents) == 0 {
				t.Fatalf("a read for %s went through without a consent", pp.Code)
			}
			c := terms.Consents[0]
			if p.Consent() != c.ID || c.Subject != s.ID || !c.Withdrawn.IsZero() || c.Recipients[0] != terms.By.Agency {
				t.Fatalf("the consent %+v does not cover the read %+v", c, terms)
			}
			if !slices.Equal(p.Datasets(), c.Categories) {
				t.Fatalf("under a consent to %v the records of %v would leave", c.Categories, p.Datasets())
			}
		}
		if s.Kind == subject.Person || s.Kind == subject.OfficeHolder {
			records := terms.What == charter.ReadFile && (p.Consent() != 0 || terms.Case == "(2026) 17")
			if p.Level() == charter.FullAnswer && !records {
				t.Fatalf("a third party would see everything of a %s: %+v", s.Kind, terms)
			}
		}
	})
}
