package remedy_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/repair/application"
)

func wish() remedy.ErasureTerms {
	return remedy.ErasureTerms{Subject: person, Ground: remedy.ErasureWish, By: own, Catalogue: world(), Today: today}
}

func unlawful(t *remedy.ErasureTerms) {
	t.Ground, t.Document, t.By, t.With = remedy.ErasureUnlawful, digestHex, clerk, teller
}

// keptByLaw is matter against the person that a contract with a legal basis reports, and that has not lapsed.
func keptByLaw() record.Version {
	return record.Version{Subject: person.ID, Record: 7, Dataset: "bank.repayment", Status: record.Reported, Adverse: true, Lapse: today + 1}
}

// TestC10WishForWhatIsNotKept: a person has a record erased that tells in its favour, that has lapsed, or that no law reports.
func TestC10WishForWhatIsNotKept(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*record.Version){
		"nothing against the person": func(v *record.Version) { v.Adverse = false },
		"lapsed":                     func(v *record.Version) { v.Lapse = today },
		"retracted":                  func(v *record.Version) { v.Status = record.Retracted },
		"of no contract":             func(v *record.Version) { v.Dataset = "bank.nothing" },
	} {
		v := keptByLaw()
		change(&v)
		terms := wish()
		terms.Records, terms.Record = []record.Version{v}, v.Record
		if _, err := remedy.PermitErasure(terms); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestC10Erasure(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.ErasureTerms) error { _, err := remedy.PermitErasure(t); return err }
	refuses(t, wish, permit, map[string]func(*remedy.ErasureTerms){
		"C10: subject":                                func(t *remedy.ErasureTerms) { t.Subject.ID = 0 },
		"C10: ground of the erasure":                  func(t *remedy.ErasureTerms) { t.Ground = "tidiness" },
		"C10: own act of the subject, another's":      func(t *remedy.ErasureTerms) { t.By = other },
		"C10: own act of the subject, an official":    func(t *remedy.ErasureTerms) { t.By = clerk },
		"C10: own act of the subject, no credential":  func(t *remedy.ErasureTerms) { t.By.Credential = "" },
		"C10: own act of the subject, twice the same": func(t *remedy.ErasureTerms) { t.By, t.With = clerk, clerk },
		"C10: file of a human being in private life": func(t *remedy.ErasureTerms) {
			t.Subject = company
			t.By.Subject = company.ID
		},
		"C10: file of a human being in private life, an office": func(t *remedy.ErasureTerms) {
			t.Subject = head
			t.By.Subject = head.ID
		},
		"C10: file of a human being in private life, one record of a firm": func(t *remedy.ErasureTerms) {
			t.Subject, t.Record = company, 5
			t.By.Subject = company.ID
		},
		"C10: own act of the subject, another's, with a document": func(t *remedy.ErasureTerms) {
			unlawful(t)
			t.By = other
		},
		"C10: record of the subject": func(t *remedy.ErasureTerms) { t.Record = 99 },
		"C10: matter that no law has kept": func(t *remedy.ErasureTerms) {
			t.Records, t.Record = []record.Version{keptByLaw()}, 7
		},
		"C10: document":        func(t *remedy.ErasureTerms) { unlawful(t); t.Document = "" },
		"C10: second official": func(t *remedy.ErasureTerms) { unlawful(t); t.With = nobody },
		"C13: order of a court": func(t *remedy.ErasureTerms) {
			unlawful(t)
			t.Subject, t.Record = company, 5
		},
		"C10: official of a court": func(t *remedy.ErasureTerms) {
			unlawful(t)
			t.Ground = remedy.ErasureCourt
		},
		"C10: file of a human being in private life, whole, by a court": func(t *remedy.ErasureTerms) {
			t.Ground, t.Document, t.By, t.Subject = remedy.ErasureCourt, digestHex, judge, head
		},
	})
	permit = func(t remedy.ErasureTerms) error { _, err := remedy.PermitHeldErasure(t); return err }
	refuses(t, wish, permit, map[string]func(*remedy.ErasureTerms){
		"C10: subject":             func(t *remedy.ErasureTerms) { t.Subject.ID = 0 },
		"C10: subject, a firm":     func(t *remedy.ErasureTerms) { t.Subject = company },
		"C10: subject, one record": func(t *remedy.ErasureTerms) { t.Record = 5 },
	})
}

func asked() remedy.RepairTerms {
	return remedy.RepairTerms{
		Application: application.Application{
			ID: 3, Subject: company.ID, Record: 9, Dataset: "ministry.penalty", Earliest: today, Cure: "paid on the day", Commitment: "all of this is true and we answer for it",
			Proofs: []application.Proof{{Seq: 1, Name: "receipt"}},
		},
		Subject: company, Newest: record.Version{Subject: company.ID, Record: 9, Status: record.Reported, Adverse: true, Lapse: calendar.None},
		Repairable: true, By: other, Today: today,
	}
}

func TestC10RepairAsked(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.RepairTerms) error { _, err := remedy.PermitRepairRequest(t); return err }
	refuses(t, asked, permit, map[string]func(*remedy.RepairTerms){
		"C10: own act of the subject, another's":      func(t *remedy.RepairTerms) { t.By = own },
		"C10: own act of the subject, no credential":  func(t *remedy.RepairTerms) { t.By.Credential = "" },
		"C10: own act of the subject, one official":   func(t *remedy.RepairTerms) { t.By, t.Document = officer, digestHex },
		"C10: own act of the subject, twice the same": func(t *remedy.RepairTerms) { t.By, t.With, t.Document = officer, officer, digestHex },
		"C10: own act of the subject, no document":    func(t *remedy.RepairTerms) { t.By, t.With = officer, deputy },
		"C10: rule of repair":                         func(t *remedy.RepairTerms) { t.Repairable = false },
		"C10: least period of publication":            func(t *remedy.RepairTerms) { t.Application.Earliest = today + 1 },
		"C10: account of the cure":                    func(t *remedy.RepairTerms) { t.Application.Cure = " " },
		"C10: proof of the cure":                      func(t *remedy.RepairTerms) { t.Application.Proofs = nil },
		"C10: public commitment":                      func(t *remedy.RepairTerms) { t.Application.Commitment = "yes" },
	})
}

func decided(act application.Act, steps ...application.Step) remedy.RepairStepTerms {
	a := asked().Application
	a.Handler = "bank"
	a.Steps = append([]application.Step{{Act: application.Forward}}, steps...)
	return remedy.RepairStepTerms{
		Application: a, Subject: company, Conditions: []string{"cure"}, By: clerk, Catalogue: world(), Today: today,
		Step: application.Step{Act: act, Reasons: "the receipt is of another fine; bring the right one", Unmet: []string{"cure"}, Due: calendar.None},
	}
}

func TestC10RepairDecided(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.RepairStepTerms) error { _, err := remedy.PermitRepairStep(t); return err }
	refuses(t, func() remedy.RepairStepTerms { return decided(application.Refuse) }, permit, map[string]func(*remedy.RepairStepTerms){
		"C10: official of the body that listed it": func(t *remedy.RepairStepTerms) { t.By = other },
		"C10: body that listed it":                 func(t *remedy.RepairStepTerms) { t.By = stranger },
		"C13: independent decider":                 func(t *remedy.RepairStepTerms) { t.Bodies = []string{codeOf("bank")} },
		"C4: ground other than a rating":           func(t *remedy.RepairStepTerms) { t.Step.Reasons = "the credit score is too low for that" },
		"C10: reasons":                             func(t *remedy.RepairStepTerms) { t.Step.Reasons = "no" },
		"C10: unmet condition":                     func(t *remedy.RepairStepTerms) { t.Step.Unmet = nil },
		"C10: condition of the rule":               func(t *remedy.RepairStepTerms) { t.Step.Unmet = []string{"humility"} },
	})
	refuses(t, func() remedy.RepairStepTerms { return decided(application.Grant) }, permit, map[string]func(*remedy.RepairStepTerms){
		"C10: least period of publication": func(t *remedy.RepairStepTerms) { t.Application.Earliest = today + 1 },
	})
	falsely := func() remedy.RepairStepTerms {
		t := decided(application.Withdraw, application.Step{Act: application.Grant, Agency: clerk.Agency, Official: clerk.Official})
		t.Step.Finding, t.Term = digestHex, today+1
		t.Conditions = []string{"period", "cure", "commitment"}
		return t
	}
	refuses(t, falsely, permit, map[string]func(*remedy.RepairStepTerms){
		"C10: body that listed it":            func(t *remedy.RepairStepTerms) { t.By = stranger },
		"C13: independent decider":            func(t *remedy.RepairStepTerms) { t.Bodies = []string{codeOf("bank")} },
		"C10: reasons":                        func(t *remedy.RepairStepTerms) { t.Step.Reasons = "no" },
		"C10: unmet condition":                func(t *remedy.RepairStepTerms) { t.Step.Unmet = nil },
		"C10: false statement of the subject": func(t *remedy.RepairStepTerms) { t.Step.Unmet = []string{"cure", "period"} },
		"C10: finding":                        func(t *remedy.RepairStepTerms) { t.Step.Finding = "" },
		"C10: new finding": func(t *remedy.RepairStepTerms) {
			t.Application.Steps = append(t.Application.Steps, application.Step{Act: application.Withdraw, Finding: digestHex},
				application.Step{Act: application.AskReview}, application.Step{Act: application.Grant})
		},
	})
	over := falsely()
	over.Term = today
	if err := permit(over); !fault.Is(err, fault.Conflict) {
		t.Errorf("a record that is over by itself is brought back: %v", err)
	}
	refused := application.Step{Act: application.Refuse, Agency: clerk.Agency, Official: clerk.Official}
	byItself := func() remedy.RepairStepTerms {
		t := decided(application.AskReview, refused)
		t.By = other
		return t
	}
	refuses(t, byItself, permit, map[string]func(*remedy.RepairStepTerms){
		"C10: own act of the subject":            func(t *remedy.RepairStepTerms) { t.By = clerk },
		"C10: own act of the subject, another's": func(t *remedy.RepairStepTerms) { t.By = own },
	})
	reviewed := func() remedy.RepairStepTerms {
		t := decided(application.Uphold, refused, application.Step{Act: application.AskReview})
		t.By = teller
		return t
	}
	refuses(t, reviewed, permit, map[string]func(*remedy.RepairStepTerms){
		"C10: another official":                    func(t *remedy.RepairStepTerms) { t.By = clerk },
		"C10: body that listed it or its superior": func(t *remedy.RepairStepTerms) { t.By = stranger },
		"C10: reasons":                             func(t *remedy.RepairStepTerms) { t.Step.Reasons = "" },
	})
}
