package charter_test

import (
	"testing"

	"probity/internal/charter"
	"probity/internal/subject"
	"probity/internal/subject/proof"
)

// TestC12Counter: who has no credential gets its own file from two officials who both saw a document that identifies it;
// one of them alone, the same one twice, or a document of another kind of subject, opens nothing.
func TestC12Counter(t *testing.T) {
	t.Parallel()
	second := charter.Actor{Agency: "bank", Official: "Notary Lin", Credential: "lin"}
	for _, c := range []struct {
		name  string
		of    subject.Subject
		spoil func(*charter.ReadTerms)
		want  string
	}{
		{"person", person, nil, ""},
		{"sole trader", trader, nil, ""},
		{"office holder", mayor, nil, ""},
		{"company", company, func(t *charter.ReadTerms) { t.Counter.Proof = proof.Licence }, ""},
		{"officials of two agencies", person, func(t *charter.ReadTerms) { t.Counter.With.Agency = "court" }, ""},
		{"nobody named", person, func(t *charter.ReadTerms) { t.By.Official = "" }, "C11: official"},
		{"of no agency of the catalogue", person, func(t *charter.ReadTerms) { t.By.Agency = "moon" }, "C11: official"},
		{"no credential", person, func(t *charter.ReadTerms) { t.By.Credential = "" }, "C11: official"},
		{"alone", person, func(t *charter.ReadTerms) { t.Counter.With = charter.Actor{} }, "C11: second official"},
		{"the same official twice", person, func(t *charter.ReadTerms) { t.Counter.With.Official = t.By.Official }, "C11: second official"},
		{"one credential twice", person, func(t *charter.ReadTerms) { t.Counter.With.Credential = t.By.Credential }, "C11: second official"},
		{"the second without credential", person, func(t *charter.ReadTerms) { t.Counter.With.Credential = "" }, "C11: second official"},
		{"the second of no agency", person, func(t *charter.ReadTerms) { t.Counter.With.Agency = "moon" }, "C11: second official"},
		{"the subject as the second", person, func(t *charter.ReadTerms) { t.Counter.With = itself }, "C11: second official"},
		{"no document", person, func(t *charter.ReadTerms) { t.Counter.Proof = "" }, "C11: proof of identity"},
		{"a person by a licence", person, func(t *charter.ReadTerms) { t.Counter.Proof = proof.Licence }, "C11: proof of identity"},
		{"a company by a passport", company, func(t *charter.ReadTerms) { t.Counter.Proof = proof.Passport }, "C11: proof of identity"},
		{"another read", company, func(t *charter.ReadTerms) { t.What = charter.ReadFile }, "C11: purpose"},
		{"with one's own credential", person, func(t *charter.ReadTerms) { t.By = itself }, "C11: own file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := charter.ReadTerms{
				By: clerk, Subject: c.of, What: charter.ReadOwnFile, Catalogue: world(), Today: today,
				Counter: &charter.Counter{With: second, Proof: proof.ResidentCard},
			}
			if c.spoil != nil {
				c.spoil(&terms)
			}
			p, err := charter.PermitRead(terms)
			wantRefusal(t, err, c.want)
			if p.Own() != (err == nil) || p.Own() && (p.Level() != charter.FullAnswer || p.Terms().Purpose != "own-file") {
				t.Errorf("%v: own %v, level %s", err, p.Own(), p.Level())
			}
		})
	}
}
