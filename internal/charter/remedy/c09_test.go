package remedy_test

import (
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/dispute/contest"
)

func opening() remedy.DisputeTerms {
	return remedy.DisputeTerms{
		Dispute: contest.Dispute{ID: 7, Ground: contest.WrongValue, Target: "r0000000000001", Account: "the day is wrong", Due: today + 20, Clock: "the table of time limits"},
		Subject: person, By: own, Author: "bank", Catalogue: world(), Today: today,
	}
}

// signed turns an act with the own credential into one before two officials.
func signed(t *remedy.DisputeTerms) {
	t.By, t.With, t.Document, t.Signed = clerk, teller, document, today
}

func TestC9Opening(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.DisputeTerms) error { _, err := remedy.PermitDispute(t); return err }
	refuses(t, opening, permit, map[string]func(*remedy.DisputeTerms){
		"C9: subject": func(t *remedy.DisputeTerms) { t.Subject.ID = 0 },
		"C9: own act of the subject, another subject":   func(t *remedy.DisputeTerms) { t.By = other },
		"C9: own act of the subject, nobody":            func(t *remedy.DisputeTerms) { t.By = nobody },
		"C9: own act of the subject, no credential":     func(t *remedy.DisputeTerms) { t.By.Credential = "" },
		"C9: own act of the subject or signed document": func(t *remedy.DisputeTerms) { signed(t); t.Document = [32]byte{} },
		"C9: second witness":                            func(t *remedy.DisputeTerms) { signed(t); t.With = nobody },
		"C9: second witness, the same official":         func(t *remedy.DisputeTerms) { signed(t); t.With = clerk },
		"C9: second witness, one official, two names":   func(t *remedy.DisputeTerms) { signed(t); t.With.Credential = clerk.Credential },
		"C9: day of signature":                          func(t *remedy.DisputeTerms) { signed(t); t.Signed = calendar.None },
		"C9: day of signature, to come":                 func(t *remedy.DisputeTerms) { signed(t); t.Signed = today + 1 },
		"C9: what is contested":                         func(t *remedy.DisputeTerms) { t.Dispute.Target = "" },
		"C9: what is contested, nobody answers for it":  func(t *remedy.DisputeTerms) { t.Author = "" },
		"C9: account":              func(t *remedy.DisputeTerms) { t.Dispute.Account = " \n" },
		"C9: due day":              func(t *remedy.DisputeTerms) { t.Dispute.Due = calendar.None },
		"C9: due day, past":        func(t *remedy.DisputeTerms) { t.Dispute.Due = today - 1 },
		"C9: due day, of no rule":  func(t *remedy.DisputeTerms) { t.Dispute.Clock = "" },
		"C13: independent handler": func(t *remedy.DisputeTerms) { t.Author, t.Bodies = "court", []string{codeOf("court")} },
	})
	terms := opening()
	signed(&terms)
	if p, err := remedy.PermitDispute(terms); err != nil || !p.Dispute().Suspends || p.Dispute().Handler != "bank" {
		t.Errorf("before two officials: %+v, %v", p.Dispute(), err)
	}
	terms = opening()
	terms.Subject, terms.By.Subject, terms.Author, terms.Bodies = bureau, bureau.ID, "ministry", []string{codeOf("bureau")}
	if p, err := remedy.PermitDispute(terms); err != nil || p.Dispute().Handler != "court" {
		t.Errorf("of what the ministry says on its bureau a court judges: %+v, %v", p.Dispute(), err)
	}
}

// open is a dispute of a record that waits for the bank.
func open() contest.Dispute {
	return contest.Dispute{ID: 7, Subject: person.ID, Ground: contest.WrongValue, Target: "r0000000000001", Handler: "bank", Due: today + 9, Suspends: true, Clock: "a rule"}
}

func with(d contest.Dispute, steps ...contest.Step) contest.Dispute {
	d.Steps = steps
	return d
}

func answer() remedy.StepTerms {
	return remedy.StepTerms{
		Dispute: open(), By: clerk, Supplier: "bank", Catalogue: world(), Today: today,
		Step: contest.Step{At: time.Unix(1_790_000_000, 0), Outcome: contest.Verified, Reasons: "the slip of the third was found in the file"},
	}
}

// unanswered has the due day pass without an answer, and the subject complain of that.
func unanswered(t *remedy.StepTerms) {
	t.Today = t.Dispute.Due + 1
	t.Dispute = with(t.Dispute, contest.Step{Act: contest.Reminder}, contest.Step{Act: contest.Complaint, Handler: "court", Due: t.Today + 20})
}

func TestC9Answer(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.StepTerms) error { _, err := remedy.PermitResult(t); return err }
	refuses(t, answer, permit, map[string]func(*remedy.StepTerms){
		"C9: who has to answer":              func(t *remedy.StepTerms) { t.By = stranger },
		"C9: who has to answer, no official": func(t *remedy.StepTerms) { t.By = own },
		"C9: reasons":                        func(t *remedy.StepTerms) { t.Step.Reasons = " ok " },
		"C9: correction":                     func(t *remedy.StepTerms) { t.Step.Outcome = contest.Corrected },
		"C9: certification":                  func(t *remedy.StepTerms) { t.Today = t.Dispute.Due + 1 },
		"C9: certification, complained of":   func(t *remedy.StepTerms) { unanswered(t) },
		"C9: certification, upheld": func(t *remedy.StepTerms) {
			unanswered(t)
			t.Dispute.Steps = append(t.Dispute.Steps, contest.Step{Act: contest.Answer, Outcome: contest.Upheld, Agency: "court"})
		},
		"C13: independent handler":            func(t *remedy.StepTerms) { t.Bodies = []string{codeOf("bank")} },
		"C14: another official":               func(t *remedy.StepTerms) { t.Dispute.Except = clerk.Title() },
		"C14: another official, of a link":    func(t *remedy.StepTerms) { t.Dispute.Ground, t.Dispute.Except = contest.WrongLink, clerk.Title() },
		"C14: another official, of an answer": func(t *remedy.StepTerms) { t.Dispute.Ground, t.Dispute.Except = contest.WrongDecision, clerk.Title() },
	})
	late := answer()
	late.Today, late.Step.Document = late.Dispute.Due+1, document
	if p, err := remedy.PermitResult(late); err != nil || !p.Reinserts() || len(p.Needs()) != 2 {
		t.Errorf("what the missed day suppressed comes back certified and told of: %v, %v", p.Needs(), err)
	}
	unanswered(&late)
	if p, err := remedy.PermitResult(late); err != nil || !p.Reinserts() || len(p.Needs()) != 2 {
		t.Errorf("so it does while a complaint waits: %v, %v", p.Needs(), err)
	}
}

func certified() remedy.StepTerms {
	t := answer()
	t.Dispute = with(open(), contest.Step{Act: contest.Result, Outcome: contest.Deleted, Agency: "bank", Official: "Clerk Wu"})
	t.Step.Outcome, t.Step.Document = "", document
	return t
}

func TestC9Reinsertion(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.StepTerms) error { _, err := remedy.PermitReinstatement(t); return err }
	refuses(t, certified, permit, map[string]func(*remedy.StepTerms){
		"C9: certification":        func(t *remedy.StepTerms) { t.Step.Document = [32]byte{} },
		"C9: who has to answer":    func(t *remedy.StepTerms) { t.By = stranger },
		"C9: reasons":              func(t *remedy.StepTerms) { t.Step.Reasons = "" },
		"C13: independent handler": func(t *remedy.StepTerms) { t.Bodies = []string{codeOf("bank")} },
	})
	p, err := remedy.PermitReinstatement(certified())
	if err != nil || !p.Reinserts() || len(p.Needs()) != 2 {
		t.Errorf("needs %v, %v: the subject is told that the record is back", p.Needs(), err)
	}
}

func complaint() remedy.ComplaintTerms {
	return remedy.ComplaintTerms{
		Dispute: with(open(), contest.Step{Act: contest.Result, Outcome: contest.Verified, Agency: "bank", Official: "Clerk Wu"}),
		Step:    contest.Step{Reasons: "nobody read the letter", Due: today + 30},
		Subject: person, By: own, Catalogue: world(), Today: today,
	}
}

func TestC9Complaint(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.ComplaintTerms) error { _, err := remedy.PermitComplaint(t); return err }
	refuses(t, complaint, permit, map[string]func(*remedy.ComplaintTerms){
		"C9: own dispute":            func(t *remedy.ComplaintTerms) { t.Dispute.Subject = company.ID },
		"C9: own act of the subject": func(t *remedy.ComplaintTerms) { t.By = other },
		"C9: account":                func(t *remedy.ComplaintTerms) { t.Step.Reasons = " " },
		"C13: independent handler":   func(t *remedy.ComplaintTerms) { t.Bodies = []string{codeOf("court")} },
	})
	taken := complaint()
	taken.Dispute = open()
	permit = func(t remedy.ComplaintTerms) error { _, err := remedy.PermitWithdrawnDispute(t); return err }
	refuses(t, func() remedy.ComplaintTerms { return taken }, permit, map[string]func(*remedy.ComplaintTerms){
		"C9: own dispute":            func(t *remedy.ComplaintTerms) { t.Dispute.Subject = company.ID },
		"C9: own act of the subject": func(t *remedy.ComplaintTerms) { t.By = other },
	})
	decided := answer()
	decided.Dispute = with(open(), complaint().Dispute.Steps[0], contest.Step{Act: contest.Complaint, Handler: "bank", Due: today + 30})
	decided.By, decided.Step.Outcome = teller, contest.Upheld
	permitted := func(t remedy.StepTerms) error { _, err := remedy.PermitComplaintAnswer(t); return err }
	refuses(t, func() remedy.StepTerms { return decided }, permitted, map[string]func(*remedy.StepTerms){
		"C9: who has to answer": func(t *remedy.StepTerms) { t.By = stranger },
		"C9: reasons":           func(t *remedy.StepTerms) { t.Step.Reasons = "no" },
		"C14: another official": func(t *remedy.StepTerms) { t.By = clerk },
	})
}

func TestC9OthersLookIntoNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		by     int
		bodies []string
		may    bool
	}{
		{"who has to answer", 0, nil, true}, {"a stranger", 1, nil, false}, {"another subject", 2, nil, false},
		{"who is the body itself", 0, []string{codeOf("bank")}, false},
	} {
		d := open()
		by := clerk
		switch c.by {
		case 1:
			by = stranger
		case 2:
			by = other
		}
		if err := remedy.PermitHandling(&d, by, world(), c.bodies); (err == nil) != c.may {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := remedy.PermitAcknowledgement("bank", clerk); err != nil {
		t.Errorf("a recipient acknowledges for itself: %v", err)
	}
	for _, by := range []struct{ agency, official string }{{"ministry", "He"}, {"bank", ""}} {
		a := clerk
		a.Agency, a.Official = by.agency, by.official
		if _, err := remedy.PermitAcknowledgement("bank", a); err == nil {
			t.Errorf("%v acknowledges for the bank", by)
		}
	}
}
