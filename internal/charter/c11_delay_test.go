package charter_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
)

// TestC11ReadsAreKeptBackByOrder: of a court, on one subject, for a named reader and case, with an end within six months.
func TestC11ReadsAreKeptBackByOrder(t *testing.T) {
	t.Parallel()
	good := charter.DelayTerms{
		By: charter.Actor{Agency: "spc", Official: "Judge Qi", Credential: "qi"}, Subject: person, Reader: "samr", Purpose: "court-case",
		Case: "2026-7", Document: "No 12", Digest: digestHex, Basis: "civil-procedure-law", End: today + 30, Today: today, Catalogue: catalogue.BuiltIn(),
	}
	for name, c := range map[string]struct {
		spoil func(*charter.DelayTerms)
		want  string
		text  string
	}{
		"in order":          {func(*charter.DelayTerms) {}, "", ""},
		"six months":        {func(t *charter.DelayTerms) { t.End = today.Add(calendar.Period{Months: 6}) }, "", ""},
		"no subject":        {func(t *charter.DelayTerms) { t.Subject.ID = 0 }, "C11: subject", "the order names no subject"},
		"no official":       {func(t *charter.DelayTerms) { t.By.Official = "" }, "C11: official", "the order names no official"},
		"no court":          {func(t *charter.DelayTerms) { t.By.Agency = "samr" }, "C11: court", "only a court keeps reads from their subject, and samr is none"},
		"unknown court":     {func(t *charter.DelayTerms) { t.By.Agency = "moon" }, "C11: court", "only a court keeps reads from their subject, and moon is none"},
		"unknown reader":    {func(t *charter.DelayTerms) { t.Reader = "moon" }, "C11: reader", "the order names no reader of the catalogue"},
		"another purpose":   {func(t *charter.DelayTerms) { t.Purpose = "lending" }, "C11: purpose", "reads for the purpose lending are always shown at once"},
		"no case":           {func(t *charter.DelayTerms) { t.Case = " " }, "C11: case", "the order names no case"},
		"no document":       {func(t *charter.DelayTerms) { t.Document = "" }, "C11: document", "the order's document is not stated"},
		"half a digest":     {func(t *charter.DelayTerms) { t.Digest = digestHex[:32] }, "C11: document", "the order's document is not stated"},
		"basis of no law":   {func(t *charter.DelayTerms) { t.Basis = "audit-law" }, "C11: legal basis", "the order names no legal basis of the purpose court-case"},
		"no end":            {func(t *charter.DelayTerms) { t.End = calendar.None }, "C11: end date", "the order has no end"},
		"an end today":      {func(t *charter.DelayTerms) { t.End = today }, "C11: end date", "the order ends before it begins"},
		"a day over it":     {func(t *charter.DelayTerms) { t.End = today.Add(calendar.Period{Months: 6}) + 1 }, "C11: end date", "the order keeps reads back for longer than one order may"},
		"somebody's number": {func(t *charter.DelayTerms) { t.Case = "2026 " + syntheticID }, "C11: case number", "what is stated as the case carries somebody's identifier"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms := good
			c.spoil(&terms)
			p, err := charter.PermitDelay(terms)
			wantRefusal(t, err, c.want)
			if (p.Terms() != nil) != (err == nil) {
				t.Errorf("the permit has terms: %t, and the refusal is %v", p.Terms() != nil, err)
			}
			if err != nil && refusalIn(t, err).Text != c.text {
				t.Errorf("it says %v", err)
			}
		})
	}
}
