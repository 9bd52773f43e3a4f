package charter

import (
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/agreement/deed"
	"probity/internal/catalogue"
	"probity/internal/consent"
	"probity/internal/subject"
)

// What names what is read.
type What string

const (
	ReadFile        What = "file"        // the records
	ReadRating      What = "rating"      // the newest rating, or one of another day
	ReadDecision    What = "decision"    // the answer about a benefit or a restriction
	ReadExplanation What = "explanation" // how a rating came about
	ReadHistory     What = "history"     // what the ratings were
	ReadOwnFile     What = "own_file"    // everything, by the subject itself
	ReadLog         What = "log"         // who looked, by the subject itself
)

// Level is how much of it may be answered. A higher level holds the lower ones.
type Level int

const (
	NoAnswer   Level = iota // that of a zero permit
	YesNoOnly               // whether a measure applies, and nothing else
	BandOnly                // whether the subject is rated and in which band: no score, points, reasons or records
	FullAnswer              // everything that was asked for
)

// String is the level in the words of the ledger.
func (l Level) String() string {
	return [...]string{"nothing", "yes_no", "band", "full"}[l]
}

// ReadTerms is a read about to happen, and what it must be judged against.
type ReadTerms struct {
	By      Actor
	Subject subject.Subject
	What    What
	// Purpose is the code of a purpose, Basis a legal basis the purpose names ("pipl art. 13"), Case the file number
	// of the reader's own case or of the order it acts on.
	Purpose, Basis, Case string
	// Model and Context are those of the rating asked for, or of the benefit's; "" where the read has none.
	Model, Context string
	// Consents are the subject's own; nil for subjects that give none.
	Consents []consent.Consent
	// Agreements are the reader's own, of every state, and Founder the agency that set the platform up; neither is looked at
	// for readers of whom no agreement is demanded.
	Agreements []Agreed
	Founder    string
	// Counter is where the own file is handed out; nil for every other read.
	Counter   *Counter
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// ReadPermit permits the readers' desk to write the entry of one read and then to open the scope for it.
type ReadPermit struct {
	terms    *ReadTerms
	level    Level
	consent  consent.ID
	once     bool
	own      bool
	datasets []string
	// agreements are those the read rests on; fields are what they show of datasets that they do not show whole.
	agreements []deed.ID
	perDay     int64
	fields     map[string][]string
}

// Terms are those of the read as they will be recorded; nil in a zero permit.
func (p ReadPermit) Terms() *ReadTerms { return p.terms }

// Own tells that the answer goes to the subject itself: it reads, or stands at the counter.
func (p ReadPermit) Own() bool { return p.own }

// Level is how much may be answered.
func (p ReadPermit) Level() Level { return p.level }

// Consent is the consent the read rests on; 0 where it rests on none.
func (p ReadPermit) Consent() consent.ID { return p.consent }

// UsesUp tells that the consent is for one time: the read is its one use, and is recorded together with it.
func (p ReadPermit) UsesUp() bool { return p.once }

// Datasets are the codes of the datasets whose records may be answered; nil is all of them.
func (p ReadPermit) Datasets() []string { return p.datasets }

// PermitRead holds C11 and C12. The subject reads its own file with no more than its credential. Everybody else states
// official, purpose and legal basis, and the case where the purpose asks for one. About persons and office holders
// third parties get yes or no, or a band; records leave for a named consent or order only, and under a consent only those
// of the datasets it names.
func PermitRead(t ReadTerms) (ReadPermit, error) {
	if t.Subject.ID == 0 {
		return ReadPermit{}, Refuse("C11", "subject", "read one subject at a time", "the read names no subject")
	}
	if t.By.Subject != 0 {
		return ownRead(t)
	}
	if t.What == ReadOwnFile && t.Counter != nil {
		return counterRead(t)
	}
	p, err := statedRead(&t)
	if err != nil {
		return ReadPermit{}, err
	}
	covering, err := consentForRead(&t, p)
	if err != nil {
		return ReadPermit{}, err
	}
	permit := ReadPermit{terms: &t, level: FullAnswer}
	if covering != nil {
		permit.consent, permit.once = covering.ID, covering.Once
		if p.NeedsConsent {
			permit.datasets = slices.Clone(covering.Categories)
		}
	}
	if t.Subject.Kind.Natural() {
		if permit.level, err = thirdParty(&t, permit.consent); err != nil {
			return ReadPermit{}, err
		}
	}
	if err := permit.agreed(); err != nil {
		return ReadPermit{}, err
	}
	return permit, nil
}

// The purposes that the platform enters itself and no reader may state: what the reads of an own file state, whoever hands
// it out, a supplier's look into its own rows that wait, and an official's into two files that may be of one.
const (
	OwnFilePurpose     = "own-file"
	OwnDeliveryPurpose = "own-delivery"
	// SameSubjectPurpose is an official's look into two files to tell whether they are of one.
	SameSubjectPurpose = "same-subject"

	ownFileBasis = "charter C12"
)

func ownRead(t ReadTerms) (ReadPermit, error) {
	if t.By.Subject != t.Subject.ID || t.By.Credential == "" || t.Counter != nil {
		return ReadPermit{}, Refuse("C11", "own file", "read your own file, or have an official ask for a stated purpose", "a subject's credential opens its own file and no other")
	}
	t.Purpose, t.Basis, t.Case = OwnFilePurpose, ownFileBasis, ""
	return ReadPermit{terms: &t, level: FullAnswer, own: true}, nil
}

// statedRead holds that everything is stated, and that the purpose is of the closed list and allows it.
func statedRead(t *ReadTerms) (*catalogue.Purpose, error) {
	missing := func(element, cure, text string) error { return Refuse("C11", element, cure, "%s", text) }
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	const list = "see the purposes with: probity catalogue list purposes"
	switch t.What {
	case ReadFile, ReadRating, ReadDecision, ReadExplanation, ReadHistory:
	case ReadOwnFile, ReadLog:
		return nil, missing("own credential", "use the subject's own credential: --as; two officials hand the file out at a counter: probity file export --counter", "the own file and who looked at it are for the subject itself")
	default:
		return nil, missing("what is read", "ask for a file, a rating, a decision, an explanation or a history", "the read does not say what is read")
	}
	switch {
	case blank(t.By.Agency):
		return nil, missing("reader", "show a credential: --as NAME", "the read names no reader")
	case blank(t.By.Official):
		return nil, missing("official", "show the credential of a named official: --as NAME", "the read names no official")
	case t.Catalogue.Agency(t.By.Agency) == nil:
		return nil, missing("reader of the catalogue", "register the agency in the catalogue", "the reader "+t.By.Agency+" is no agency of the catalogue")
	case blank(t.Purpose):
		return nil, missing("purpose", "state one with --purpose; "+list, "the read names no purpose")
	}
	p := t.Catalogue.Purpose(t.Purpose)
	switch {
	case t.Purpose == OwnFilePurpose || t.Purpose == OwnDeliveryPurpose || t.Purpose == SameSubjectPurpose:
		return nil, missing("purpose of a reader", "state what it is read for; "+list, "the purpose "+t.Purpose+" is entered by the platform itself and stated by no reader")
	case p == nil:
		return nil, missing("purpose of the closed list", list, "there is no purpose "+t.Purpose)
	case !slices.Contains(p.Kinds, t.Subject.Kind):
		return nil, missing("purpose for this kind", list, "nobody of the kind "+string(t.Subject.Kind)+" is read for the purpose "+p.Code)
	case blank(t.Basis):
		return nil, missing("legal basis", "state one with --basis; the purpose allows: "+basesOf(p), "the read names no legal basis")
	case !allows(p, t.Basis):
		return nil, missing("legal basis of the purpose", "the purpose allows: "+basesOf(p), "the purpose "+p.Code+" does not rest on "+t.Basis)
	case p.NeedsCase && blank(t.Case):
		return nil, missing("case", "state the number of the case with --case", "the purpose "+p.Code+" needs a case")
	}
	if err := Article(t.Basis); err != nil {
		return nil, err
	}
	return p, CaseNumber(t.Case)
}

// Rests tells whether the purpose may rest on the basis as it is stated.
func Rests(p *catalogue.Purpose, basis string) bool { return allows(p, basis) }

// allows tells whether a stated basis is one of the purpose's: its code, followed by the article where it names one.
func allows(p *catalogue.Purpose, basis string) bool {
	code, article, _ := strings.Cut(strings.Join(strings.Fields(basis), " "), " ")
	return slices.ContainsFunc(p.Basis, func(l catalogue.Law) bool {
		return l.Code == code && (l.Article == "" || article == "" || l.Article == article)
	})
}

func basesOf(p *catalogue.Purpose) string {
	names := make([]string, 0, len(p.Basis))
	for _, l := range p.Basis {
		names = append(names, strings.TrimSpace(l.Code+" "+l.Article))
	}
	return strings.Join(names, ", ")
}

// consentForRead finds the consent a read rests on. A purpose that needs one is refused without, for persons and sole
// traders; for any other read a covering consent is named where there is one.
func consentForRead(t *ReadTerms, p *catalogue.Purpose) (*consent.Consent, error) {
	if !NeedsConsent(t.Subject) {
		return nil, nil
	}
	if t.Model == "" && (t.What == ReadRating || t.What == ReadExplanation || t.What == ReadHistory) {
		return nil, Refuse("C11", "model", "name the model: a consent covers the ratings of one", "the read does not say by which model the rating was made")
	}
	var once, used *consent.Consent
	for i := range t.Consents {
		c := &t.Consents[i]
		if c.Subject != t.Subject.ID || !c.Standing(t.Today) || !c.Covers(t.By.Agency, t.Purpose, t.Context) ||
			t.Model != "" && c.Method != t.Model {
			continue
		}
		switch {
		case !c.Once:
			return c, nil // one that holds for longer spares the one for one time
		case c.Spent():
			used = c
		case once == nil:
			once = c
		}
	}
	switch {
	case once != nil || !p.NeedsConsent:
		return once, nil
	case used != nil:
		return nil, Refuse("C1", MissingUnused, "ask the person for a new consent: probity consent give",
			spent, used.ID, used.Used.In(calendar.Shanghai).Format(minute))
	}
	return nil, Refuse("C11", "consent", "ask the person for a consent that names "+t.By.Agency+" as recipient: probity consent give",
		"no consent of subject %s covers a read by %s for the purpose %s", t.Subject.ID, t.By.Agency, t.Purpose)
}

// thirdParty is how much somebody else may see about a human being.
func thirdParty(t *ReadTerms, covering consent.ID) (Level, error) {
	switch t.What {
	case ReadDecision:
		return YesNoOnly, nil
	case ReadRating:
		return BandOnly, nil
	case ReadFile, ReadHistory:
		if covering == 0 && strings.TrimSpace(t.Case) == "" {
			return NoAnswer, Refuse("C11", "consent or order", "name the order with --case, or ask the person for its consent",
				"records about a human being leave for a named consent or order only")
		}
		if t.What == ReadHistory {
			return BandOnly, nil
		}
		return FullAnswer, nil
	}
	return NoAnswer, Refuse("C11", "own credential", "ask for the rating's band; the subject can show its own explanation",
		"how the rating of a human being came about is for that person alone")
}
