package remedy

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"probity/internal/charter"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/record"
	"probity/internal/repair/application"
	"probity/internal/subject"
)

// RepairTerms is an application for repair about to be made.
type RepairTerms struct {
	Application application.Application
	Subject     subject.Subject
	// Newest is the record's newest version, and Others the subject's applications for the same record.
	Newest record.Version
	Others []application.Application
	// Repairable tells that the rules of repair bear on the record; Until is when it ends by itself under them.
	Repairable bool
	Until      calendar.Day
	// By is the subject's own credential; or By and With are two officials before whom it signed the document with the
	// SHA-256.
	By, With charter.Actor
	Document string
	Today    calendar.Day
}

// RepairRequest permits the store to keep one application. Its zero value permits nothing.
type RepairRequest struct{ application *application.Application }

// Application is the application that may be kept; nil in a zero permit.
func (p RepairRequest) Application() *application.Application { return p.application }

// Needs is the notice that the application went on, with the day of the answer.
func (p RepairRequest) Needs() []notice.Duty {
	if p.application == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.application.Subject, Occasion: notice.RepairStep, About: p.application.ID.String()}}
}

// leastCommitment is how many characters a commitment has at least: who promises nothing has not promised.
const leastCommitment = 20

// PermitRepairRequest holds the asking half of repair (C10): the subject itself asks, for a record that tells against it,
// is still held and may be repaired; the least period of publication is over; the cure is proved by a document and the
// public commitment is given.
func PermitRepairRequest(t RepairTerms) (RepairRequest, error) {
	for _, check := range []func(*RepairTerms) error{repairAsked, repairMatter, repairTime, repairProved} {
		if err := check(&t); err != nil {
			return RepairRequest{}, err
		}
	}
	a := t.Application
	a.AskedBy = "own"
	if t.By.Subject == 0 {
		a.AskedBy = t.By.Title() + "+" + t.With.Title()
	}
	return RepairRequest{&a}, nil
}

// repairAsked holds that nobody asks for another.
func repairAsked(t *RepairTerms) error {
	own := t.By.Subject != 0 && t.By.Subject == t.Subject.ID && t.By.Credential != ""
	counter := t.By.IsOfficial() && t.With.IsOfficial() && t.By.Title() != t.With.Title() && t.By.Credential != t.With.Credential && charter.IsSHA256(t.Document)
	if own || counter {
		return nil
	}
	return charter.Refuse("C10", "own act of the subject",
		"ask with the subject's own credential, or bring the SHA-256 of the application that two officials saw signed",
		"a repair is asked for by the subject itself")
}

func repairMatter(t *RepairTerms) error {
	v := &t.Newest
	switch {
	case v.Subject == 0 || v.Subject != t.Subject.ID || v.Record != t.Application.Record:
		return fault.New(fault.NotFound, "repair.record", "subject %s has no record %s", t.Subject.ID, t.Application.Record).
			With("probity repair plan shows the records that can be repaired")
	case !v.Held(t.Today):
		return fault.New(fault.Conflict, "repair.gone", "the record %s is shown no more already", v.Record)
	case !v.Adverse:
		return fault.New(fault.Invalid, "repair.adverse", "the record %s does not tell against the subject", v.Record).
			With("dispute it if it is wrong: probity dispute open")
	case !t.Repairable:
		return charter.Refuse("C10", "rule of repair", "wait until it lapses by itself, or dispute it if it is wrong",
			"no rule of repair bears on the dataset %s", v.Dataset)
	}
	for i := range t.Others {
		if o := &t.Others[i]; o.Open() {
			return fault.New(fault.Conflict, "repair.open", "the repair %s of this record is not decided yet", o.ID)
		}
	}
	return nil
}

// repairTime holds that the least period of publication is over.
func repairTime(t *RepairTerms) error {
	if a := &t.Application; a.Earliest > t.Today {
		return charter.Refuse("C10", "least period of publication", "ask again on "+a.Earliest.String()+" or later",
			"under %s the record %s can be repaired from %s on", a.Regime, a.Record, a.Earliest)
	}
	return nil
}

func repairProved(t *RepairTerms) error {
	a := &t.Application
	switch {
	case strings.TrimSpace(a.Cure) == "":
		return charter.Refuse("C10", "account of the cure", "say what was done and when", "the application does not say how the conduct was corrected")
	case len(a.Proofs) == 0:
		return charter.Refuse("C10", "proof of the cure", "attach the receipt, or the authority's statement that the duties are done", "the application brings no document")
	case utf8.RuneCountInString(strings.TrimSpace(a.Commitment)) < leastCommitment:
		return charter.Refuse("C10", "public commitment", "state that what the application says is true, and that the subject answers for it", "the application makes no public commitment")
	}
	return nil
}

// RepairStepTerms is a step of an application about to be taken.
type RepairStepTerms struct {
	Application application.Application
	Step        application.Step
	Subject     subject.Subject
	// Conditions are the codes of the conditions of the regime, one of which a refusal must find unmet.
	Conditions []string
	// Term is the day on which the record ends apart from the repair, None where nothing ends it by itself.
	Term calendar.Day
	By   charter.Actor
	// Bodies are the unified codes of the body the subject is or, for an office holder, serves.
	Bodies    []string
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// RepairStep permits the store to keep one step. Its zero value permits nothing.
type RepairStep struct {
	application *application.Application
	step        application.Step
}

// Application is the application as it stood before the step; nil in a zero permit.
func (p RepairStep) Application() *application.Application { return p.application }

// Step is the step that may be kept.
func (p RepairStep) Step() application.Step { return p.step }

// Reinstates tells that the step brings the record back.
func (p RepairStep) Reinstates() bool {
	return p.application != nil && p.step.Act == application.Withdraw
}

// Repairs tells that the step takes the record down.
func (p RepairStep) Repairs() bool { return p.application != nil && p.step.Act == application.Grant }

// Needs is the notice of the step.
func (p RepairStep) Needs() []notice.Duty {
	if p.application == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.application.Subject, Occasion: notice.RepairStep, About: p.application.ID.String()}}
}

// PermitRepairStep holds the deciding half (C10, C13): who lists, repairs; nobody decides on a body it is, directs or
// answers to; a refusal names the condition that is not met and the official's own reasons, which are no rating; a review
// is asked for by the subject and answered by another official. A granted repair is taken back by repairFalse alone.
func PermitRepairStep(t RepairStepTerms) (RepairStep, error) {
	if !slices.Contains(t.Application.Allowed(), t.Step.Act) {
		return RepairStep{}, fault.New(fault.Conflict, "repair.step", "the repair %s is %s; what may follow is: %s",
			t.Application.ID, t.Application.State(), allowed(&t.Application)).With("see it with: probity repair show")
	}
	checks := []func(*RepairStepTerms) error{repairDecider, repairIndependent, repairReasons}
	if t.Step.Act == application.AskReview {
		checks = []func(*RepairStepTerms) error{repairReviewAsked}
	}
	if t.Step.Act == application.Withdraw {
		checks = append(checks, repairFalse)
	}
	for _, check := range checks {
		if err := check(&t); err != nil {
			return RepairStep{}, err
		}
	}
	a := t.Application
	step := t.Step
	step.Agency, step.Official = t.By.Agency, t.By.Official
	step.At = step.At.UTC().Truncate(time.Microsecond)
	return RepairStep{&a, step}, nil
}

func allowed(a *application.Application) string {
	list := a.Allowed()
	if len(list) == 0 {
		return "nothing, it is over"
	}
	words := make([]string, len(list))
	for i, act := range list {
		words[i] = string(act)
	}
	return strings.Join(words, ", ")
}

// repairDecider holds that who lists, repairs; a review may also be answered by the handler's superior.
func repairDecider(t *RepairStepTerms) error {
	a := &t.Application
	const cure = "an official of the body that listed the matter decides, with a credential of its own"
	switch {
	case !t.By.IsOfficial():
		return charter.Refuse("C10", "official of the body that listed it", cure, "no official decides on this repair")
	case a.State() == application.Reviewing:
		if t.By.Agency != a.Handler && !charter.Directs(t.Catalogue, t.By.Agency, a.Handler) {
			return charter.Refuse("C10", "body that listed it or its superior", cure, "%s cannot answer a review of %s", t.By.Agency, a.Handler)
		}
		if t.By.Title() == a.Decider() {
			return charter.Refuse("C10", "another official", "have an official look at it who had no part in the decision", "%s took the decision under review", t.By.Title())
		}
	case t.By.Agency != a.Handler:
		return charter.Refuse("C10", "body that listed it", cure, "%s did not list the matter; %s did, and who lists, repairs", t.By.Agency, a.Handler)
	}
	return nil
}

// repairIndependent holds C13 for repairs.
func repairIndependent(t *RepairStepTerms) error {
	if charter.OwnHouse(t.Catalogue, t.By.Agency, t.Bodies) {
		return charter.Refuse("C13", "independent decider", "have another body that neither answers to it nor directs it decide",
			"%s cannot repair the record of itself, its superiors, its subordinates or bodies it controls; the attempt is logged", t.By.Agency)
	}
	return nil
}

func repairReasons(t *RepairStepTerms) error {
	s := &t.Step
	if word := charter.RatingWord(s.Reasons); word != "" {
		return charter.Refuse("C4", "ground other than a rating", "state what was done or not done; a repair neither rests on a rating nor is refused for one", "the reasons refer to a rating (%q)", word)
	}
	if s.Act == application.Grant {
		if t.Application.Earliest > t.Today {
			return charter.Refuse("C10", "least period of publication", "decide on "+t.Application.Earliest.String()+" or later", "the record cannot be repaired before %s", t.Application.Earliest)
		}
		return nil
	}
	if !notice.Specific(s.Reasons) {
		return charter.Refuse("C10", "reasons", "say in the official's own words what is missing and where it can be brought", "the decision gives no reason that the subject could answer")
	}
	if s.Act != application.Refuse && s.Act != application.Withdraw {
		return nil
	}
	if len(s.Unmet) == 0 {
		return charter.Refuse("C10", "unmet condition", "name the condition: "+strings.Join(t.Conditions, ", "), "the decision names no condition of the rule that is not met")
	}
	for _, code := range s.Unmet {
		if !slices.Contains(t.Conditions, code) {
			return charter.Refuse("C10", "condition of the rule", "name one of: "+strings.Join(t.Conditions, ", "), "the rule has no condition %q", code)
		}
	}
	return nil
}

func repairReviewAsked(t *RepairStepTerms) error {
	if t.By.Subject == 0 || t.By.Subject != t.Subject.ID {
		return charter.Refuse("C10", "own act of the subject", "ask with the subject's own credential", "a review is asked for by the subject itself")
	}
	return nil
}
