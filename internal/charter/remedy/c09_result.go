package remedy

import (
	"slices"
	"strings"

	"probity/internal/charter"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/notice"
)

// StepTerms is an answer to a dispute or a complaint, or the certification of a record, about to be kept.
type StepTerms struct {
	Dispute contest.Dispute
	Step    contest.Step
	By      charter.Actor
	// Mended tells that what was contested was changed since the dispute was opened: another version of the record, the
	// link undone, another decision.
	Mended bool
	// Supplier is the agency answerable for the record contested.
	Supplier string
	// Bodies are the unified codes of the body the subject is or, for an office holder, serves.
	Bodies    []string
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// PermitResult holds the answering half of C9 and of C13. The official of the agency that has to answer decides, another
// one than who took what is contested; no agency decides on a record about itself, its superiors, its subordinates or
// bodies it controls. The answer gives reasons. "Corrected" is said where it is corrected, and a record that the missed
// deadline has suppressed comes back only with a certification.
func PermitResult(t StepTerms) (StepPermit, error) {
	d, s := t.Dispute, t.Step
	s.Act, s.Agency, s.Official, s.Handler, s.Due = contest.Result, t.By.Agency, t.By.Official, "", calendar.None
	if err := answers(&t, d.Handler, d.Except); err != nil {
		return StepPermit{}, err
	}
	outcomes := []contest.Outcome{contest.Corrected, contest.Verified}
	if d.Layer() == contest.Record {
		outcomes = append(outcomes, contest.Deleted, contest.Unverifiable)
	}
	// A complaint that no answer came does not make the answer any earlier: the day counts, not where the dispute stands.
	late := t.Today > d.Due && d.Suspends
	switch {
	case d.Result() != nil:
		return StepPermit{}, fault.New(fault.Conflict, "dispute.settled", "the dispute %s was settled on %s", d.ID, calendar.In(d.Result().At, calendar.Shanghai)).
			With("a complaint about the result goes to the body above")
	case !slices.Contains(outcomes, s.Outcome):
		return StepPermit{}, fault.New(fault.Invalid, "dispute.outcome", "%q is no outcome of a dispute about a %s", s.Outcome, d.Layer()).
			With("one of " + outcomeList(outcomes))
	case s.Outcome == contest.Corrected && !t.Mended:
		return StepPermit{}, charter.Refuse("C9", "correction", mendFirst(d.Layer()), "nothing was changed since the dispute %s was opened", d.ID)
	case late && !s.Outcome.Bars() && s.Document == [32]byte{}:
		return StepPermit{}, charter.Refuse("C9", "certification", "certify it with a document: --document; otherwise it stays suppressed",
			"the dispute %s was due on %s; what it suppressed comes back with a certification only", d.ID, d.Due)
	}
	return StepPermit{dispute: &d, step: s, back: late && !s.Outcome.Bars() && d.Layer() == contest.Record}, nil
}

// PermitComplaintAnswer decides on a complaint: upheld, the record contested is out of use; rejected, the result stands.
func PermitComplaintAnswer(t StepTerms) (StepPermit, error) {
	d, s := t.Dispute, t.Step
	complaint := d.Complaint()
	if complaint == nil || d.Answer() != nil {
		return StepPermit{}, fault.New(fault.Conflict, "dispute.complaint", "no complaint about the dispute %s waits for an answer", d.ID)
	}
	except := ""
	if r := d.Result(); r != nil {
		except = r.Agency + "/" + r.Official
	}
	if err := answers(&t, complaint.Handler, except); err != nil {
		return StepPermit{}, err
	}
	if s.Outcome != contest.Upheld && s.Outcome != contest.Rejected {
		return StepPermit{}, fault.New(fault.Invalid, "dispute.outcome", "%q is no answer to a complaint", s.Outcome).With("upheld or rejected")
	}
	s.Act, s.Agency, s.Official, s.Handler, s.Due = contest.Answer, t.By.Agency, t.By.Official, "", calendar.None
	return StepPermit{dispute: &d, step: s}, nil
}

// PermitReinstatement holds that what a dispute put out of use comes back only when the agency answerable for it
// certifies, with a document, that it is complete and accurate.
func PermitReinstatement(t StepTerms) (StepPermit, error) {
	d, s := t.Dispute, t.Step
	if err := answers(&t, t.Supplier, ""); err != nil {
		return StepPermit{}, err
	}
	switch {
	case !d.Barred():
		return StepPermit{}, fault.New(fault.Conflict, "dispute.barred", "the dispute %s keeps nothing out of use that could come back", d.ID)
	case d.State(t.Today) == contest.Appealed:
		return StepPermit{}, fault.New(fault.Conflict, "dispute.complaint", "a complaint about the dispute %s is not answered yet", d.ID)
	case s.Document == [32]byte{}:
		return StepPermit{}, charter.Refuse("C9", "certification", "give the document that certifies it: --document", "nothing certifies that the record is complete and accurate")
	}
	s.Act, s.Outcome, s.Agency, s.Official, s.Handler, s.Due = contest.Reinstate, "", t.By.Agency, t.By.Official, "", calendar.None
	return StepPermit{dispute: &d, step: s, back: true}, nil
}

// PermitWithdrawnDispute lets the subject take a dispute back; what it suspended is in use again.
func PermitWithdrawnDispute(t ComplaintTerms) (StepPermit, error) {
	if _, err := ownOrWitnessed(t.Subject, t.By, t.With, t.Document, t.Signed, t.Today); err != nil {
		return StepPermit{}, err
	}
	d, s := t.Dispute, t.Step
	switch {
	case !t.own():
		return StepPermit{}, charter.Refuse("C9", "own dispute", "withdraw a dispute of your own", "the dispute %s is another's", d.ID)
	case d.Result() != nil:
		return StepPermit{}, fault.New(fault.Conflict, "dispute.settled", "the dispute %s is settled", d.ID)
	}
	s.Act, s.Outcome, s.Agency, s.Official, s.Handler, s.Due = contest.Result, contest.Withdrawn, t.By.Agency, t.By.Official, "", calendar.None
	return StepPermit{dispute: &d, step: s}, nil
}

// PermitReminder lets the platform tell both sides, once, that nobody answered in time. The suppression itself waits for
// no reminder.
func PermitReminder(d contest.Dispute, s contest.Step, today calendar.Day) (StepPermit, error) {
	if d.State(today) != contest.Overdue || d.Reminded() {
		return StepPermit{}, fault.New(fault.Conflict, "dispute.overdue", "the dispute %s is not overdue, or both sides know it", d.ID)
	}
	s.Act, s.Outcome, s.Agency, s.Official, s.Handler, s.Due = contest.Reminder, "", "", "", d.Handler, calendar.None
	return StepPermit{dispute: &d, step: s}, nil
}

// answers holds who may answer: an official of the agency, other than the one excepted, whose agency the subject is no
// part of, with reasons.
func answers(t *StepTerms, agency, except string) error {
	switch {
	case !t.By.IsOfficial() || t.By.Agency != agency:
		return charter.Refuse("C9", "who has to answer", "an official of "+agency+" answers, with a credential of its own", "the dispute %s is not for %s to answer", t.Dispute.ID, who(t.By))
	case t.By.Title() == except:
		return charter.Refuse("C14", "another official", "have another official of "+agency+" answer", "%s took what is contested", except)
	case charter.OwnHouse(t.Catalogue, t.By.Agency, t.Bodies):
		return charter.Refuse("C13", "independent handler", "have a court, or another body that neither answers to it nor directs it, decide",
			"%s cannot decide on a record about itself, its superiors, its subordinates or bodies it controls; the attempt is logged", t.By.Agency)
	case !notice.Specific(t.Step.Reasons):
		return charter.Refuse("C9", "reasons", "say what was checked, and what was found", "the answer gives no reasons")
	}
	return nil
}

func who(a charter.Actor) string {
	switch {
	case a.IsOfficial():
		return a.Title()
	case a.Subject != 0:
		return "a subject"
	}
	return "nobody named"
}

func mendFirst(l contest.Layer) string {
	switch l {
	case contest.Link:
		return "part the two first: probity subject split"
	case contest.ModelUse:
		return "put another version of the model in force first: probity model activate"
	case contest.Decision:
		return "decide again, or end the order, first"
	}
	return "correct it first: probity record correct"
}

// PermitHandling lets who has to answer a dispute, or the complaint about it, see it whole: the account, the evidence and
// the record. Everybody else is refused (C11).
func PermitHandling(d *contest.Dispute, by charter.Actor, catalogue *catalogue.Catalogue, bodies []string) error {
	if by.IsOfficial() && !charter.OwnHouse(catalogue, by.Agency, bodies) {
		if c := d.Complaint(); by.Agency == d.Handler || c != nil && by.Agency == c.Handler {
			return nil
		}
	}
	return charter.Refuse("C11", "who has to answer", "the subject reads it with its own credential, "+d.Handler+" with an official's",
		"the dispute %s is not for %s to read", d.ID, who(by))
}

func outcomeList(list []contest.Outcome) string {
	names := make([]string, len(list))
	for i, o := range list {
		names[i] = string(o)
	}
	return strings.Join(names, ", ")
}
