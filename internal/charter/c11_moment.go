package charter

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/fault"
	"probity/internal/subject"
)

// ReadFacts are what is so in the moment in which the entry of a read is written. They are found in the transaction that
// writes it, so that a revocation, a withdrawal or a freeze and a read do not pass each other.
type ReadFacts struct {
	// Revoked: the credential that was shown is good no more. Withdrawn: nor is the consent that the read rests on.
	Revoked, Withdrawn bool
	// Used: that consent was for one time, and another read has used it up.
	Used bool
	// Frozen: the subject keeps its file closed to reads that rest on its consent.
	Frozen bool
	// Unmandated: the mandate by which somebody read for the subject is good no more.
	Unmandated bool
	// Dismissed: the official no longer holds the role by which it was let in.
	Dismissed bool
	// Disagreed: an agreement that the read rests on was suspended or ended.
	Disagreed bool
	// Made counts the reads that the reader's agency has made today for the purpose, Limit how many it may make; 0 is
	// without limit, for the subject itself.
	Made, Limit int64
	// Again is the first day on which that quota is not used up, and so opens again: the day after in the ordinary case,
	// later where a clock ran ahead and readers have used that one too.
	Again calendar.Day
}

// The elements that a read may lack in the moment in which it is recorded.
const (
	MissingUnfrozen = "open file"
	MissingQuota    = "quota"
)

// Stands tells whether what was permitted may still be recorded, and so answered (C11).
func (p ReadPermit) Stands(f ReadFacts) error {
	switch {
	case p.terms == nil:
		return Refuse("C11", "permit", "have the read judged first", "a read was to be recorded that nobody judged")
	case f.Revoked:
		return fault.New(fault.Unauthenticated, "access.credential", "the credential %q is revoked", p.terms.By.Credential).
			With("show another one: --as NAME")
	case f.Unmandated:
		return Refuse("C12", "mandate", "have the subject read itself, or another mandate entered: probity mandate give", "the mandate by which it was read has ended")
	case f.Dismissed:
		return Refuse("C11", "role", "have it given anew: probity role give", "the role by which %s was let in has ended", p.terms.By.Title())
	case p.consent != 0 && f.Withdrawn:
		return Refuse("C11", "consent", "ask the person for a new consent: probity consent give",
			"the consent of subject %s that covered the read is withdrawn", p.terms.Subject.ID)
	case p.once && f.Used:
		return Refuse("C1", MissingUnused, "ask the person for a new consent: probity consent give",
			"the consent %s of subject %s was for one time, and was used", p.consent, p.terms.Subject.ID)
	case p.consent != 0 && f.Frozen:
		return Refuse("C11", MissingUnfrozen, "ask the subject to open its file: probity reads unfreeze",
			"subject %s keeps its file closed to reads that rest on its consent; it is told of the attempt", p.terms.Subject.ID)
	case len(p.agreements) > 0 && f.Disagreed:
		return Refuse("C11", MissingAgreement, "see where it stands: probity agreement list", "an agreement that the read by %s rested on is in force no more", p.terms.By.Agency)
	case p.terms.By.Subject == 0 && f.Made >= f.Limit:
		opens := opening(max(f.Again, p.terms.Today+1), calendar.Shanghai)
		return Refuse("C11", MissingQuota, "go on from "+opens+" on, or have the limit for the purpose examined and raised: probity reads quotas",
			"%s has made the %d reads that an agency may make on one day for the purpose %s; it opens again at %s; the attempt is logged",
			p.terms.By.Agency, f.Limit, p.terms.Purpose, opens)
	}
	return nil
}

// opening writes the instant at which a civil day begins in the zone, with the zone's distance from UTC, so that a reader
// in another one is not misled.
func opening(day calendar.Day, zone *time.Location) string {
	return day.Start(zone).Format(minute + " (UTC-07:00)")
}

// numeral tells a digit, or one of the characters with which Chinese writes numbers.
func numeral(r rune) bool {
	return unicode.IsDigit(r) || strings.ContainsRune("〇零一二三四五六七八九十百", r)
}

// maxCase is how long the number of a case may be, in bytes.
const maxCase = 120

// CaseNumber holds that what is stated as a case is a number and carries nobody's identifier: the subject sees it, and so
// it may not tell of anybody else who is a party to the case.
func CaseNumber(text string) error {
	const cure = "state the number of the case alone: it is shown to the subject, and must not name anybody"
	switch {
	case strings.TrimSpace(text) == "":
		return nil
	case len(text) > maxCase:
		return Refuse("C11", "case number", cure, "what is stated as the case is longer than a number")
	case strings.ContainsFunc(text, unicode.IsControl):
		return Refuse("C11", "case number", cure, "what is stated as the case is no number")
	case !strings.ContainsFunc(text, numeral):
		return Refuse("C11", "case number", cure, "what is stated as the case holds no number")
	case identifies(text):
		return Refuse("C11", "case number", cure, "what is stated as the case carries somebody's identifier")
	}
	return nil
}

// Article holds that a legal basis is a law and its article, short and with nobody's identifier: the subject sees it as
// it was stated.
func Article(basis string) error {
	if len(basis) <= maxCase && !strings.ContainsFunc(basis, unicode.IsControl) && !identifies(basis) {
		return nil
	}
	return Refuse("C11", "legal basis", "state the code of the law, and the article: it is shown to the subject, and must not name anybody",
		"what is stated as the legal basis is more than a law and its article")
}

// identifies tells whether one of the words is the number of a subject here or of a human being.
func identifies(text string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(words, func(w string) bool {
		_, isSubject := subject.Decode('s', strings.ToLower(w))
		return isSubject || len(w) == 18 && identifier.Check(identifier.ResidentID, w).Valid
	})
}
