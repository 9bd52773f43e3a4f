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
	"probity/internal/subject"
)

// DisputeTerms is a dispute about to be opened.
type DisputeTerms struct {
	// Dispute carries ground, target, account and the day it is due; its evidence carries the digests.
	Dispute contest.Dispute
	Subject subject.Subject
	// By is the subject itself, or an official before whom it signed; With is then the second one, Document the SHA-256
	// of what was signed and Signed its day.
	By, With charter.Actor
	Document [32]byte
	Signed   calendar.Day
	// Author is the agency that made what is contested, Official who took it in its name, "" where nobody did by name.
	Author, Official string
	// Bodies are the unified codes of the body the subject is or, for an office holder, serves.
	Bodies []string
	// Order tells that an order is contested, which only a court stays.
	Order bool
	// Earlier are the subject's disputes of the same target.
	Earlier   []contest.Dispute
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// DisputePermit permits the store to keep one dispute and to mark what it contests.
type DisputePermit struct{ dispute *contest.Dispute }

// Dispute is the one that may be kept, with its handler and whether it suspends; nil in a zero permit.
func (p DisputePermit) Dispute() *contest.Dispute { return p.dispute }

// Needs is the notice by which the subject is told who has to answer until when.
func (p DisputePermit) Needs() []notice.Duty {
	if p.dispute == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.dispute.Subject, Occasion: notice.DisputeStep, About: p.dispute.ID.String()}}
}

// PermitDispute holds the opening half of C9: whoever a record is about contests it, and nobody else does, by its own
// credential or before two officials. It says who has to answer: the author of what is contested, unless that is a body
// that may not judge it (C13), and then an independent court. Records contested are out of use from the same instant,
// unless the same was contested before and no new evidence comes with it. An order is stayed by a court alone.
func PermitDispute(t DisputeTerms) (DisputePermit, error) {
	d := t.Dispute
	if err := openedBySubject(&t, &d); err != nil {
		return DisputePermit{}, err
	}
	layer := d.Layer()
	switch {
	case layer == "":
		return DisputePermit{}, fault.New(fault.Invalid, "dispute.ground", "%q is no ground for a dispute", d.Ground).
			With("one of " + groundList())
	case d.Target == "" || t.Author == "":
		return DisputePermit{}, charter.Refuse("C9", "what is contested", "name the record, link, model, decision or order by its id", "the dispute does not say what it contests")
	case strings.TrimSpace(d.Account) == "":
		return DisputePermit{}, charter.Refuse("C9", "account", "say in your own words what is wrong", "the dispute does not say what is wrong")
	case d.Due == calendar.None || d.Due < t.Today || d.Clock == "":
		return DisputePermit{}, charter.Refuse("C9", "due day", "reckon it from the table of time limits", "the dispute has no day by which it must be answered")
	}
	for i := range t.Earlier {
		if e := &t.Earlier[i]; e.Result() == nil {
			return DisputePermit{}, fault.New(fault.Conflict, "dispute.open", "the same is contested already, in the dispute %s", e.ID).
				With("wait for its result, which is due on " + e.Due.String() + ", or withdraw it first")
		}
	}
	d.Handler, d.Except = handlerOf(&t), t.Official
	if d.Handler == "" {
		return DisputePermit{}, charter.Refuse("C13", "independent handler", "enter a court in the catalogue that neither answers to the body nor directs it",
			"no body of the catalogue may judge what %s reports on its own people", t.Author)
	}
	if d.Handler != t.Author {
		d.Except = ""
	}
	d.Suspends = (layer == contest.Record || layer == contest.Link) && !t.Order && (len(t.Earlier) == 0 || newEvidence(&d, t.Earlier))
	return DisputePermit{&d}, nil
}

func groundList() string {
	names := make([]string, len(contest.Grounds))
	for i, g := range contest.Grounds {
		names[i] = string(g)
	}
	return strings.Join(names, ", ")
}

// openedBySubject holds that the subject itself acts, and writes down how we know.
func openedBySubject(t *DisputeTerms, d *contest.Dispute) error {
	name, err := ownOrWitnessed(t.Subject, t.By, t.With, t.Document, t.Signed, t.Today)
	if err != nil {
		return err
	}
	d.Subject, d.OpenedBy = t.Subject.ID, name
	return nil
}

// ownOrWitnessed holds that an act on a file is its subject's own: done with its credential, or signed before two
// officials. It gives the name under which the act is kept.
func ownOrWitnessed(s subject.Subject, by, with charter.Actor, document [32]byte, signed, today calendar.Day) (string, error) {
	const cure = "the subject does it with its own credential, or signs a document before two officials"
	switch {
	case s.ID == 0:
		return "", charter.Refuse("C9", "subject", "name whose file it is", "no subject is named")
	case by.Subject == s.ID && by.Credential != "":
		return by.Credential, nil
	case !by.IsOfficial():
		return "", charter.Refuse("C9", "own act of the subject", cure, "neither the subject itself nor an official brings this, and nobody contests another's file")
	case document == [32]byte{}:
		return "", charter.Refuse("C9", "own act of the subject or signed document", cure, "%s brings it without the subject's own act and without a signed document", by.Title())
	case !with.IsOfficial() || with.Title() == by.Title() || with.Credential == by.Credential:
		return "", charter.Refuse("C9", "second witness", "have a second official, with a credential of its own, witness the signature", "one official alone witnessed the signature")
	case signed == calendar.None || signed == 0 || signed > today:
		return "", charter.Refuse("C9", "day of signature", "state the day on which the document was signed", "the signed document has no day, or one still to come")
	}
	return by.Title() + " " + with.Title(), nil
}

// newEvidence tells whether a file comes that no earlier dispute came with.
func newEvidence(d *contest.Dispute, earlier []contest.Dispute) bool {
	return slices.ContainsFunc(d.Evidence, func(e contest.Evidence) bool {
		for i := range earlier {
			if slices.ContainsFunc(earlier[i].Evidence, func(o contest.Evidence) bool { return o.Digest == e.Digest }) {
				return false
			}
		}
		return true
	})
}

// handlerOf is who has to answer: the author, or the nearest court that may judge where the author may not. Nearest is
// the court of the author's own region, then of its province, then any.
func handlerOf(t *DisputeTerms) string {
	if !charter.OwnHouse(t.Catalogue, t.Author, t.Bodies) {
		return t.Author
	}
	return independentCourt(t.Catalogue, t.Author, t.Bodies)
}

func independentCourt(cat *catalogue.Catalogue, author string, bodies []string) string {
	region := ""
	if a := cat.Agency(author); a != nil {
		region = a.Region
	}
	best, nearest := "", -1
	for i := range cat.Agencies {
		c := &cat.Agencies[i]
		if c.Kind != "court" || c.Code == author || charter.OwnHouse(cat, c.Code, bodies) {
			continue
		}
		near := 0
		for near < min(len(c.Region), len(region)) && c.Region[near] == region[near] {
			near++
		}
		if near > nearest {
			best, nearest = c.Code, near
		}
	}
	return best
}

// ComplaintTerms is a complaint about to be made: about a result, or that none came in time.
type ComplaintTerms struct {
	Dispute contest.Dispute
	Step    contest.Step
	Subject subject.Subject
	// Joined are subjects that were merged into Subject: their disputes are its own while they are one.
	Joined   []subject.ID
	By, With charter.Actor
	Document [32]byte
	Signed   calendar.Day
	// Bodies are as in DisputeTerms.
	Bodies    []string
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// own tells whether the dispute is the subject's, or that of one merged into it.
func (t *ComplaintTerms) own() bool {
	return t.Dispute.Subject == t.Subject.ID || slices.Contains(t.Joined, t.Dispute.Subject)
}

// StepPermit permits the store to keep one step of a dispute and what follows from it.
type StepPermit struct {
	dispute *contest.Dispute
	step    contest.Step
	back    bool
}

// Dispute is the dispute as it stood before; nil in a zero permit.
func (p StepPermit) Dispute() *contest.Dispute { return p.dispute }

// Step is what may be kept.
func (p StepPermit) Step() contest.Step { return p.step }

// Needs is the notice by which the subject is told of the step; where a record comes back, that it does and who certified it.
func (p StepPermit) Needs() []notice.Duty {
	if p.dispute == nil {
		return nil
	}
	duties := []notice.Duty{{Subject: p.dispute.Subject, Occasion: notice.DisputeStep, About: p.dispute.ID.String()}}
	if p.back {
		duties = append(duties, notice.Duty{Subject: p.dispute.Subject, Occasion: notice.Reinserted, About: p.dispute.Target})
	}
	return duties
}

// Reinserts tells that a record that was suppressed may be seen again.
func (p StepPermit) Reinserts() bool { return p.back }

// PermitComplaint lets the subject complain once about a dispute that was settled or is overdue; the superior of who had
// to answer judges it, and where there is none, or one that may not judge it, an independent court.
func PermitComplaint(t ComplaintTerms) (StepPermit, error) {
	if _, err := ownOrWitnessed(t.Subject, t.By, t.With, t.Document, t.Signed, t.Today); err != nil {
		return StepPermit{}, err
	}
	d := t.Dispute
	s := t.Step
	s.Act, s.Outcome, s.Agency, s.Official = contest.Complaint, "", t.By.Agency, t.By.Official
	switch state := d.State(t.Today); {
	case !t.own():
		return StepPermit{}, charter.Refuse("C9", "own dispute", "complain about a dispute of your own", "the dispute %s is another's", d.ID)
	case state == contest.Open:
		return StepPermit{}, fault.New(fault.Conflict, "dispute.complaint", "the dispute %s is not answered yet", d.ID).
			With("the answer is due on " + d.Due.String() + "; after that day complain at once")
	case state == contest.Appealed, state == contest.Closed:
		return StepPermit{}, fault.New(fault.Conflict, "dispute.complaint", "a complaint about the dispute %s was made already", d.ID).
			With("the courts are open to you whatever comes of it")
	case strings.TrimSpace(s.Reasons) == "":
		return StepPermit{}, charter.Refuse("C9", "account", "say what is wrong with the answer", "the complaint does not say what it is about")
	}
	if a := t.Catalogue.Agency(d.Handler); a != nil && a.Superior != "" && !charter.OwnHouse(t.Catalogue, a.Superior, t.Bodies) {
		s.Handler = a.Superior
	} else {
		s.Handler = independentCourt(t.Catalogue, d.Handler, t.Bodies)
	}
	if s.Handler == "" {
		return StepPermit{}, charter.Refuse("C13", "independent handler", "enter a court in the catalogue", "no body may judge the complaint")
	}
	return StepPermit{dispute: &d, step: s}, nil
}
