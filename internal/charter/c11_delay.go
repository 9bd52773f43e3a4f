package charter

import (
	"encoding/hex"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/subject"
)

// DelayTerms is an order of a court, about to be entered, by which reads of one reader in one case are shown to their
// subject only from a day on.
type DelayTerms struct {
	// By is the official who enters it.
	By      Actor
	Subject subject.Subject
	// Reader is the agency whose reads are meant, Purpose and Case as it states them.
	Reader, Purpose, Case string
	// Document is the number of the order and Digest the SHA-256 of its text in hexadecimal; Basis its law, with the article.
	Document, Digest, Basis string
	// End is the first day on which the reads are shown.
	End, Today calendar.Day
	Catalogue  *catalogue.Catalogue
}

// DelayPermit permits the store to keep one such order. Its zero value permits nothing.
type DelayPermit struct{ terms *DelayTerms }

// Terms are those of the order; nil in a zero permit.
func (p DelayPermit) Terms() *DelayTerms { return p.terms }

// delayable are the purposes whose reads a court may keep back for a time: investigations that their subject could
// frustrate. Nothing that decides on a benefit, a loan, a contract or a restriction is among them.
var delayable = []string{"court-case", "audit"}

// longestDelay is how long one order keeps reads back at most, a number of our own; a court that needs longer orders it
// anew, and the public count tells of it.
var longestDelay = calendar.Period{Months: 6}

// PermitDelay holds that reads are hidden from their subject by order of a court alone, for a named reader and case, from
// the order on (what was shown once stays shown), and with an end (C11).
func PermitDelay(t DelayTerms) (DelayPermit, error) {
	refusal := func(element, cure, text string) (DelayPermit, error) {
		return DelayPermit{}, Refuse("C11", element, cure, "%s", text)
	}
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	court := t.Catalogue.Agency(t.By.Agency)
	p := t.Catalogue.Purpose(t.Purpose)
	digest, err := hex.DecodeString(t.Digest)
	switch {
	case t.Subject.ID == 0:
		return refusal("subject", "name one subject", "the order names no subject")
	case !t.By.IsOfficial():
		return refusal("official", "show the credential of an official of the court: --as NAME", "the order names no official")
	case court == nil || court.Kind != "court":
		return refusal("court", "have an official of the court that gave the order enter it", "only a court keeps reads from their subject, and "+t.By.Agency+" is none")
	case t.Catalogue.Agency(t.Reader) == nil:
		return refusal("reader", "name the agency whose reads are meant: --reader", "the order names no reader of the catalogue")
	case p == nil || !slices.Contains(delayable, p.Code):
		return refusal("purpose", "only reads for "+strings.Join(delayable, " or ")+" may be kept back", "reads for the purpose "+t.Purpose+" are always shown at once")
	case blank(t.Case):
		return refusal("case", "name the case: --case", "the order names no case")
	case blank(t.Document) || err != nil || len(digest) != 32:
		return refusal("document", "give the order's number and its text: --document and --file", "the order's document is not stated")
	case !allows(p, t.Basis):
		return refusal("legal basis", "state one that the purpose allows: "+basesOf(p), "the order names no legal basis of the purpose "+p.Code)
	case t.End == calendar.None:
		return refusal("end date", "state the first day on which the reads are shown: --until", "the order has no end")
	case t.End <= t.Today:
		return refusal("end date", "state a day to come", "the order ends before it begins")
	case t.End > t.Today.Add(longestDelay):
		return refusal("end date", "state a day within six months; the court can order it anew", "the order keeps reads back for longer than one order may")
	}
	if err := Article(t.Basis); err != nil {
		return DelayPermit{}, err
	}
	if err := CaseNumber(t.Case); err != nil {
		return DelayPermit{}, err
	}
	return DelayPermit{&t}, nil
}
