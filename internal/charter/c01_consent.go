package charter

import (
	"encoding/hex"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/clock"
	"probity/internal/consent"
	"probity/internal/consent/wording"
	"probity/internal/subject"
)

// The Charter's own numbers, which no setting changes.
var (
	longestConsent = calendar.Period{Months: 12}
	fullAge        = calendar.Period{Years: 18}
)

// ConsentTerms is a consent about to be recorded, and what it must be judged against.
type ConsentTerms struct {
	Consent consent.Consent
	// Subject is the register's entry of the subject, Born the birth day its identifier shows (None for a sole
	// trader's business, whose code shows none).
	Subject subject.Subject
	Born    calendar.Day
	// By is who brings it: the subject itself, or an official who saw it signed; With is then the second official.
	By, With  Actor
	Catalogue *catalogue.Catalogue
	// Texts are the words by which people may agree.
	Texts *wording.Texts
	Today calendar.Day
}

// ConsentPermit permits the store to record one consent.
type ConsentPermit struct{ consent *consent.Consent }

// Consent is the consent that may be recorded; nil in a zero permit.
func (p ConsentPermit) Consent() *consent.Consent { return p.consent }

// Stands tells whether the consent may be recorded in the moment in which it is written. erasing: the erasure of the
// subject's file was asked for and is not done yet, or is held up by a law or an order; what it waits to take away may not
// begin to be used anew. It is found in the transaction that records the consent.
func (p ConsentPermit) Stands(erasing bool) error {
	if p.consent != nil && erasing {
		return Refuse("C1", "file that stays", "wait until the erasure is done, and give the consent then",
			"the erasure of the file of subject %s was asked for and is not done", p.consent.Subject)
	}
	return nil
}

// PermitConsent holds the giving half of C1: the consent names every element, was freely given, runs for 12 months at
// most, is the subject's own authenticated act or a signed document that two officials saw signed, and its subject is
// of full age. The proof in the consent is replaced by what the credentials show, and the digest of the words by that of
// the text it names, in force today.
func PermitConsent(t ConsentTerms) (ConsentPermit, error) {
	c := t.Consent
	c.Recipients, c.Contexts, c.Categories = slices.Clone(c.Recipients), slices.Clone(c.Contexts), slices.Clone(c.Categories)
	if !t.Subject.Natural() || t.Subject.Kind == subject.OfficeHolder {
		return ConsentPermit{}, Refuse("C1", "subject that consents", "rate organisations and office holders without one",
			"a consent is given by persons and sole traders; subject %s is of the kind %s", t.Subject.ID, t.Subject.Kind)
	}
	if err := consentProved(&c, &t); err != nil {
		return ConsentPermit{}, err
	}
	for _, err := range []error{
		consentText(&c, &t), consentNames(&c, t.Subject), consentFree(&c), consentPeriod(&c),
		consentListed(&c, t.Subject, t.Catalogue), ofAge(t.Subject, t.Born, t.Today),
	} {
		if err != nil {
			return ConsentPermit{}, err
		}
	}
	if c.From < t.Today {
		return ConsentPermit{}, Refuse("C1", "present consent", "let it begin on "+t.Today.String()+" or later",
			"the consent would begin on %s, before it was given", c.From)
	}
	return ConsentPermit{&c}, nil
}

// consentProved replaces the proof by the one the credentials carry.
func consentProved(c *consent.Consent, t *ConsentTerms) error {
	const cure = "have the person give it with its own credential, or bring the SHA-256 of a document that two officials saw signed"
	switch {
	case c.Subject != t.Subject.ID || t.Subject.ID == 0:
		return Refuse("C1", "subject", "name the subject that consents", "the consent does not name this subject")
	case t.By.Subject != 0 && t.By.Subject != t.Subject.ID:
		return Refuse("C1", "subject's own credential", cure, "nobody consents for another")
	case t.By.Subject == t.Subject.ID:
		if t.By.Credential == "" {
			return Refuse("C1", "own act of the subject", cure, "no credential of the subject was shown")
		}
		c.Proof = consent.Proof{Means: consent.OwnAct, Credential: t.By.Credential}
		return nil
	case !t.By.IsOfficial():
		return Refuse("C1", "own act of the subject", cure, "neither the subject nor an official brings this consent")
	}
	p := c.Proof
	switch {
	case !IsSHA256(p.Document):
		return Refuse("C1", "own act of the subject or signed document", cure,
			"%s brings a consent without the subject's own act and without a signed document", t.By.Title())
	case !t.With.IsOfficial() || t.With.Title() == t.By.Title() || t.With.Credential == t.By.Credential:
		return Refuse("C1", "second witness", "have a second official, with a credential of its own, witness the signature",
			"one official alone witnessed the signature")
	case p.Signed == calendar.None || p.Signed == 0 || p.Signed > t.Today:
		return Refuse("C1", "day of signature", "state the day on which the document was signed", "the signed document has no day, or one still to come")
	}
	c.Proof = consent.Proof{
		Means: consent.SignedDocument, Document: p.Document, Signed: p.Signed,
		Witnesses: []string{t.By.Title(), t.With.Title()},
	}
	return nil
}

// IsSHA256 tells whether a text is a SHA-256 in hexadecimal: 64 digits.
func IsSHA256(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}

// consentNames holds that every element is named; s is whose consent it is.
func consentNames(c *consent.Consent, s subject.Subject) error {
	missing := func(element, what string) error {
		return Refuse("C1", element, "ask the person anew, in words that name the "+element, "the consent names no %s", what)
	}
	blank := func(list []string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" || s == "*" })
	}
	switch {
	case strings.TrimSpace(c.Handler) == "":
		return missing("handler", "handler")
	case blank(c.Recipients):
		return missing("recipient", "recipient of the answer")
	case strings.TrimSpace(c.Purpose) == "":
		return missing("purpose", "purpose")
	case blank(c.Contexts):
		return missing("context", "context")
	case s.Kind == subject.Person && len(c.Contexts) != 1:
		return Refuse("C1", "one context", "give one consent for each context", "a person's consent covers one context, and this names %d", len(c.Contexts))
	case blank(c.Categories):
		return missing("data categories", "data categories, or names them all at once")
	case strings.TrimSpace(c.Method) == "" || c.Method == "*":
		return missing("method", "method of rating")
	case c.Words.Text == "" || c.Words.Version == "" || c.Words.Language == "" || !IsSHA256(c.Words.Digest):
		return missing("text", "text and language that the person agreed to")
	case !c.Words.Warned:
		return Refuse("C1", "warning", "warn the person of what adverse and financial information may do to it, and ask anew",
			"the person was not warned before it agreed (Order 631 art. 14)")
	case !c.Words.Written:
		return Refuse("C1", "agreement in writing", "ask the person to agree in writing, on paper or with its own credential",
			"the person did not agree in writing (Order 631 art. 14)")
	}
	switch c.Proof.Means {
	case consent.OwnAct:
		if c.Proof.Sealed || c.Proof.Credential != "" {
			return nil
		}
	case consent.SignedDocument:
		if c.Proof.Sealed || IsSHA256(c.Proof.Document) && len(c.Proof.Witnesses) == 2 && c.Proof.Witnesses[0] != c.Proof.Witnesses[1] {
			return nil
		}
	}
	return missing("proof", "proof that the person gave it")
}

func consentFree(c *consent.Consent) error {
	const cure = "offer the service without a rating on the same terms, and ask only where the person may say no"
	switch a := c.Asked; {
	case a.Tied:
		return Refuse("C1", "free choice", cure, "the consent was tied to a contract, a price, a job or a public service and is void")
	case a.Preselected:
		return Refuse("C1", "free choice", cure, "the consent was preselected and is void: silence is no consent")
	case a.Employer:
		return Refuse("C1", "free choice", cure, "the consent was asked for by the person's employer and is void")
	case a.Authority:
		return Refuse("C1", "free choice", cure, "the consent was asked for by an authority over the person and is void")
	}
	return nil
}

func consentPeriod(c *consent.Consent) error {
	switch {
	case c.From == calendar.None || c.To == calendar.None || c.From >= c.To:
		return Refuse("C1", "period", "state the first day and the day on which it ends", "the consent states no period")
	case c.To > c.From.Add(longestConsent):
		return Refuse("C1", "period of at most 12 months", "end it on "+c.From.Add(longestConsent).String()+" at the latest, and ask anew then",
			"the consent would run from %s to %s, longer than 12 months", c.From, c.To)
	case c.Once && c.To != c.From+1:
		return Refuse("C1", "single day", "let it end on "+(c.From+1).String(), "a consent for one time covers one day, and this one runs to %s", c.To)
	}
	return nil
}

// consentListed holds that what the consent names exists, fits together, and was not asked for by an authority.
func consentListed(c *consent.Consent, s subject.Subject, cat *catalogue.Catalogue) error {
	if c.Handler != consent.Platform && cat.Agency(c.Handler) == nil {
		return Refuse("C1", "handler", "name the platform or a registered operator", "there is no handler %q", c.Handler)
	}
	for _, r := range c.Recipients {
		if cat.Agency(r) == nil {
			return Refuse("C1", "recipient", "name agencies of the catalogue", "there is no agency %q that could receive the answer", r)
		}
	}
	p := cat.Purpose(c.Purpose)
	if p == nil || !p.NeedsConsent || !slices.Contains(p.Kinds, s.Kind) {
		return Refuse("C1", "purpose", "see the purposes with: probity catalogue list purposes", "%q is no purpose that a subject of the kind %s can consent to", c.Purpose, s.Kind)
	}
	for _, code := range c.Contexts {
		if cat.Context(code) == nil {
			return Refuse("C1", "context", "see the contexts with: probity catalogue list contexts", "there is no context %q", code)
		}
	}
	for _, code := range c.Categories {
		d := cat.Dataset(code)
		switch {
		case d == nil:
			return Refuse("C1", "data categories", "name datasets of the catalogue", "there is no dataset %q", code)
		case !slices.Contains(c.Contexts, d.Context):
			return Refuse("C1", "data categories of the context", "leave it out, or give a consent of its own for that context",
				"the dataset %s is of the context %s, which the consent does not name", code, d.Context)
		}
	}
	if by := cat.Agency(c.Asked.By); by != nil && Authority(by) {
		return Refuse("C1", "free choice", "let the person come of its own accord, without being asked by an authority",
			"the consent was asked for by %s, an authority, and is void", by.Code)
	}
	return nil
}

// Underage tells whether who was born on the day is a child today. Full age is reached on the day after the eighteenth
// birthday, as Chinese law counts it, so that a birthday on 29 February needs no rule of its own.
func Underage(born, today calendar.Day) bool { return today <= born.Add(fullAge) }

// ofAge holds that nobody under 18 is rated.
func ofAge(s subject.Subject, born, today calendar.Day) error {
	if born == calendar.None {
		if s.Sole { // its code shows no birth; a business is registered by persons of full capacity only
			return nil
		}
		return Refuse("C1", "proof of age", "bind the person by a resident number, which shows the birth day", "the age of subject %s is not known", s.ID)
	}
	if Underage(born, today) {
		return Refuse("C1", "full age", "nobody under 18 is rated; come back after "+born.Add(fullAge).String(), "subject %s is under 18", s.ID)
	}
	return nil
}

// WithdrawalPermit permits the store to withdraw one consent and to delete what rested on it.
type WithdrawalPermit struct {
	consent *consent.Consent
	due     calendar.Day
}

// Consent is the consent that may be withdrawn; nil in a zero permit.
func (p WithdrawalPermit) Consent() *consent.Consent { return p.consent }

// Due is the last day on which recipients may acknowledge that they have deleted what they got.
func (p WithdrawalPermit) Due() calendar.Day { return p.due }

// PermitWithdrawal holds the taking half of C1: whoever gave a consent takes it back when it likes, without reasons and
// as easily as it was given: by its own act, or before two officials. From today on runs the clock of the recipients.
func PermitWithdrawal(c *consent.Consent, by, with Actor, today calendar.Day) (WithdrawalPermit, error) {
	own := by.Subject != 0 && by.Subject == c.Subject
	witnessed := by.IsOfficial() && with.IsOfficial() && by.Title() != with.Title()
	if !own && !witnessed {
		return WithdrawalPermit{}, Refuse("C1", "own act of the subject",
			"have the person withdraw it with its own credential, or before two officials", "nobody withdraws another's consent")
	}
	due, err := clock.BuiltIn().Due(clock.DeletionAcknowledged, today)
	if err != nil {
		return WithdrawalPermit{}, err
	}
	w := *c
	return WithdrawalPermit{&w, due.Day}, nil
}

// RatingTerms is a rating about to be computed, and what it must be judged against.
type RatingTerms struct {
	Model   ModelFacts
	Subject subject.Subject
	// Born is the birth day the subject's identifier shows, None where it shows none.
	Born calendar.Day
	// Consent is the subject's consent to this model, nil where it gave none. Organisations and office holders need none.
	Consent *consent.Consent
	// Use is the consent beneath the read that the rating is for; 0 where it is for none. A consent for one time that was
	// used up covers the read that used it, and nothing after.
	Use   consent.ID
	Today calendar.Day
}

// RatingPermit permits the store to give one subject's facts to one model and to keep the rating.
type RatingPermit struct {
	subject subject.Subject
	model   string
	version int
	until   calendar.Day
	consent consent.ID
	use     bool
}

// Subject is whom it lets rate; its ID is 0 in a zero permit.
func (p RatingPermit) Subject() subject.Subject { return p.subject }

// Model and Version are what it lets rate with.
func (p RatingPermit) Model() string { return p.model }

// Version is the model's version.
func (p RatingPermit) Version() int { return p.version }

// Until is the first day on which the rating no longer rests on a consent; None where it needs none.
func (p RatingPermit) Until() calendar.Day { return p.until }

// Consent is the consent it rests on, 0 where it needs none.
func (p RatingPermit) Consent() consent.ID { return p.consent }

// InUse tells that the rating is for a read under the very consent: it is kept though the read has used the consent up.
func (p RatingPermit) InUse() bool { return p.use }

// NeedsConsent tells whether the subject is rated under its own consent only: persons, and sole traders' businesses.
func NeedsConsent(s subject.Subject) bool { return s.Natural() && s.Kind != subject.OfficeHolder }

// PermitRating holds C1 when somebody is rated: a person, and a sole trader's business, only under its own unexpired
// consent that names every element of this rating. The kind must be one the model is for.
func PermitRating(t RatingTerms) (RatingPermit, error) {
	permit := RatingPermit{subject: t.Subject, model: t.Model.Code, version: t.Model.Version, until: calendar.None}
	if err := modelFor(&t.Model, t.Subject.Kind); err != nil {
		return RatingPermit{}, err
	}
	if !NeedsConsent(t.Subject) {
		return permit, nil
	}
	if err := consentCoversRating(&t); err != nil {
		return RatingPermit{}, err
	}
	permit.until, permit.consent, permit.use = t.Consent.To, t.Consent.ID, t.Use == t.Consent.ID
	return permit, nil
}

// MissingUnused is the element that lacks where a consent for one time was used.
const MissingUnused = "unused consent"

const (
	spent  = "the consent %s was for one time, and was used at %s"
	minute = "2006-01-02 15:04"
)

func consentCoversRating(t *RatingTerms) error {
	c, m := t.Consent, &t.Model
	ask := "ask the person for a consent that covers it: probity consent give"
	if c == nil || c.Subject != t.Subject.ID {
		return Refuse("C1", "consent", ask, "subject %s gave no consent to being rated by %s", t.Subject.ID, m.Code)
	}
	for _, err := range []error{consentNames(c, t.Subject), consentFree(c), consentPeriod(c), ofAge(t.Subject, t.Born, t.Today)} {
		if err != nil {
			return err
		}
	}
	switch {
	case !c.Withdrawn.IsZero():
		return Refuse("C1", "standing consent", ask, "the consent %s was withdrawn", c.ID)
	case t.Today < c.From:
		return Refuse("C1", "consent in force", "wait until then", "the consent %s begins on %s", c.ID, c.From)
	case t.Today >= c.To:
		return Refuse("C1", "unexpired consent", ask, "the consent %s ended on %s", c.ID, c.To)
	case c.Spent() && t.Use != c.ID:
		return Refuse("C1", MissingUnused, ask, spent, c.ID, c.Used.In(calendar.Shanghai).Format(minute))
	case c.Method != m.Code:
		return Refuse("C1", "method", ask, "the consent %s names the method %s, not %s", c.ID, c.Method, m.Code)
	case c.Handler != m.handler():
		return Refuse("C1", "handler", ask, "the consent %s names the handler %s, not %s", c.ID, c.Handler, m.handler())
	case m.ConsentPurpose != "" && c.Purpose != m.ConsentPurpose:
		return Refuse("C1", "purpose", ask, "the consent %s is for the purpose %s, not %s", c.ID, c.Purpose, m.ConsentPurpose)
	}
	for _, code := range m.Contexts {
		if !slices.Contains(c.Contexts, code) {
			return Refuse("C1", "context", ask, "the consent %s does not cover the context %s", c.ID, code)
		}
	}
	for _, code := range m.Datasets {
		if !slices.Contains(c.Categories, code) {
			return Refuse("C1", "data categories", ask, "the consent %s does not cover the dataset %s, which %s uses", c.ID, code, m.Code)
		}
	}
	return nil
}

// PopulationPermit permits the store to give a whole kind's facts to one model and to keep the ratings.
type PopulationPermit struct {
	model   string
	version int
	kind    subject.Kind
}

// Model is the model's code, "" in a zero permit.
func (p PopulationPermit) Model() string { return p.model }

// Version is the model's version.
func (p PopulationPermit) Version() int { return p.version }

// Kind is the kind of subject it lets rate.
func (p PopulationPermit) Kind() subject.Kind { return p.kind }

// Covers tells whether the permit lets rate the subject: it is of the kind and needs no consent of its own.
func (p PopulationPermit) Covers(s subject.Subject) bool {
	return p.model != "" && s.Kind == p.kind && !NeedsConsent(s)
}

// PermitPopulation permits rating every subject of a kind that needs no consent; sole traders' businesses are never
// among them (see Covers), they are rated one by one under their own.
func PermitPopulation(m ModelFacts, kind subject.Kind) (PopulationPermit, error) {
	if err := modelFor(&m, kind); err != nil {
		return PopulationPermit{}, err
	}
	if kind == subject.Person {
		return PopulationPermit{}, Refuse("C1", "consent", "rate the persons who consented, one permit each", "persons are never rated as a population")
	}
	return PopulationPermit{m.Code, m.Version, kind}, nil
}
