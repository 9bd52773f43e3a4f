package remedy_test

import (
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/ruling/verdict"
	"probity/internal/subject"
)

const (
	ownReasons   = "Two of the three instalments came in before their day; the third waited for the harvest, as the letter of the mill shows."
	otherReasons = "She kept the archive of the village for nine winters without a fee, and the museum knows the ledger she wrote by hand."
)

func ruled() remedy.RulingTerms {
	return remedy.RulingTerms{
		Ruling: verdict.Ruling{
			ID: 4, Subject: person.ID, Decision: "d000000000001", Proposed: "not_granted", Outcome: verdict.Granted, At: time.Unix(1_790_000_000, 0),
			Reasons: ownReasons, Considered: []string{"the payments of the year"}, Favour: []string{"paid before the day twice"},
		},
		Subject: person, Reader: "bank", Until: calendar.None, System: []string{"Three late payments of the home loan since spring cost two hundred points each, and the model asks for more in this band."},
		By: clerk, Catalogue: world(), Today: today,
	}
}

func TestC14Ruling(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.RulingTerms) error { _, err := remedy.PermitRuling(t); return err }
	refuses(t, ruled, permit, map[string]func(*remedy.RulingTerms){
		"C14: subject":                           func(t *remedy.RulingTerms) { t.Ruling.Subject = company.ID },
		"C14: subject, none":                     func(t *remedy.RulingTerms) { t.Ruling.Subject, t.Subject.ID = 0, 0 },
		"C14: named official":                    func(t *remedy.RulingTerms) { t.By = own },
		"C14: named official, an agency alone":   func(t *remedy.RulingTerms) { t.By.Official = "" },
		"C14: official of the office that asked": func(t *remedy.RulingTerms) { t.By = stranger },
		"C14: own reasons":                       func(t *remedy.RulingTerms) { t.Ruling.Reasons = "approved" },
		"C14: own reasons, a template": func(t *remedy.RulingTerms) {
			t.Ruling.Reasons = "The applicant did not achieve a qualifying score. The proposal of the system is adopted."
		},
		"C14: own reasons, the system's": func(t *remedy.RulingTerms) { t.Ruling.Reasons = t.System[0] },
		"C14: own reasons, an earlier ruling's": func(t *remedy.RulingTerms) {
			t.Earlier = []verdict.Sketch{verdict.SketchOf(otherReasons), verdict.SketchOf(ownReasons)}
		},
		"C14: facts considered":              func(t *remedy.RulingTerms) { t.Ruling.Considered = nil },
		"C14: facts considered, blank":       func(t *remedy.RulingTerms) { t.Ruling.Considered = []string{" "} },
		"C14: what counted in favour":        func(t *remedy.RulingTerms) { t.Ruling.Favour = nil },
		"C14: what counted in favour, blank": func(t *remedy.RulingTerms) { t.Ruling.Favour = []string{"all", ""} },
	})
	review := func() remedy.RulingTerms {
		t := ruled()
		first := verdict.Ruling{ID: 4, Subject: person.ID, Agency: clerk.Agency, Official: clerk.Official, Outcome: verdict.NotGranted, Review: &verdict.Review{Due: today + 9}}
		t.Ruling.ID, t.Ruling.Reviews, t.Others, t.By = 5, 4, []verdict.Ruling{first}, teller
		t.Ruling.Reasons = otherReasons
		return t
	}
	refuses(t, review, permit, map[string]func(*remedy.RulingTerms){
		"C14: another official":                  func(t *remedy.RulingTerms) { t.By = clerk },
		"C14: official of the office that asked": func(t *remedy.RulingTerms) { t.By = stranger },
	})
}

// TestC13NobodyRulesOnItsOwnHouse: on the head of the bureau neither the bureau rules nor the ministry above it, also where one
// of them asked; an office that has nothing to do with it does, and a review comes before the court in place of the body above.
func TestC13NobodyRulesOnItsOwnHouse(t *testing.T) {
	t.Parallel()
	permit := func(t remedy.RulingTerms) error { _, err := remedy.PermitRuling(t); return err }
	asked := func(by charter.Actor) func(*remedy.RulingTerms) {
		return func(t *remedy.RulingTerms) { t.By, t.Reader = by, by.Agency }
	}
	ofBureau := charter.Actor{Agency: "bureau", Official: "Chief Bu", Credential: "bu"}
	first := func() remedy.RulingTerms {
		t := ruled()
		t.Subject, t.Ruling.Subject, t.Bodies = head, head.ID, []string{codeOf("bureau")}
		return t
	}
	refuses(t, first, permit, map[string]func(*remedy.RulingTerms){
		"C13: independent decider, the bureau asked":     asked(ofBureau),
		"C13: independent decider, the ministry asked":   asked(officer),
		"C14: official of the office that asked":         func(t *remedy.RulingTerms) { t.By = judge },
		"C14: named official, before whose house it is":  func(t *remedy.RulingTerms) { asked(officer)(t); t.By.Official = "" },
		"C13: independent decider, reasons of their own": func(t *remedy.RulingTerms) { asked(officer)(t); t.Ruling.Reasons = "approved" },
	})
	review := func() remedy.RulingTerms {
		t := first()
		made := verdict.Ruling{ID: 4, Subject: head.ID, Agency: "bureau", Official: "Someone", Outcome: verdict.NotGranted, Review: &verdict.Review{Due: today + 9}}
		t.Ruling.ID, t.Ruling.Reviews, t.Others, t.Reader, t.By = 5, 4, []verdict.Ruling{made}, "bureau", judge
		t.Ruling.Reasons = otherReasons
		return t
	}
	refuses(t, review, permit, map[string]func(*remedy.RulingTerms){
		"C13: independent decider, of the office itself":             func(t *remedy.RulingTerms) { t.By = ofBureau },
		"C13: independent decider, of the body above":                func(t *remedy.RulingTerms) { t.By = officer },
		"C14: official of the office that asked, a stranger":         func(t *remedy.RulingTerms) { t.By = stranger },
		"C14: official of the office that asked, on somebody else's": func(t *remedy.RulingTerms) { t.Bodies = nil },
	})
}

func TestC14Review(t *testing.T) {
	t.Parallel()
	good := func() remedy.ReviewTerms {
		return remedy.ReviewTerms{
			Ruling: verdict.Ruling{ID: 4, Subject: person.ID, ReviewUntil: today + 9}, Subject: person, By: own, Due: today + 20, Today: today,
			At: time.Unix(1_790_000_000, 0),
		}
	}
	permit := func(t remedy.ReviewTerms) error { _, err := remedy.PermitReview(t); return err }
	refuses(t, good, permit, map[string]func(*remedy.ReviewTerms){
		"C14: own act of the subject":                 func(t *remedy.ReviewTerms) { t.By = other },
		"C14: own act of the subject, no credential":  func(t *remedy.ReviewTerms) { t.By.Credential = "" },
		"C14: own act of the subject, one official":   func(t *remedy.ReviewTerms) { t.By, t.Document = clerk, digestHex },
		"C14: own act of the subject, no document":    func(t *remedy.ReviewTerms) { t.By, t.With = clerk, teller },
		"C14: own act of the subject, twice the same": func(t *remedy.ReviewTerms) { t.By, t.With, t.Document = clerk, clerk, digestHex },
	})
	counter := good()
	counter.By, counter.With, counter.Document = clerk, teller, digestHex
	if _, err := remedy.PermitReview(counter); err != nil {
		t.Errorf("before two officials: %v", err)
	}
}

// TestC14WhoNeedsARuling: a benefit granted or not to a human being waits for an official; nothing else does.
func TestC14WhoNeedsARuling(t *testing.T) {
	t.Parallel()
	for _, s := range []subject.Subject{person, head, {ID: 106, Kind: subject.Enterprise, Sole: true}, company, bureau} {
		for _, o := range []charter.Outcome{charter.Granted, charter.NotGranted, charter.Restricted, charter.Clear, charter.RefusedByCharter} {
			want := s.Natural() && (o == charter.Granted || o == charter.NotGranted)
			if remedy.NeedsRuling(s, o) != want {
				t.Errorf("%s, %s: needs a ruling is %v", s.Kind, o, !want)
			}
		}
	}
}
