package dispute

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/subject"
)

// Answer is what an official says to a dispute, to a complaint, or in certifying a record.
type Answer struct {
	By access.Credential
	// Outcome is empty where a record is certified.
	Outcome contest.Outcome
	Reasons string
	// Document is the SHA-256 of the document behind it, zero where there is none.
	Document [32]byte
}

// Settle answers a dispute. With it the records contested are in use again, or out of use for good; in the second case
// everybody who received them is told to delete them, and the ratings that used them are computed again.
func (s *Service) Settle(ctx context.Context, id contest.ID, a Answer) (contest.Dispute, error) {
	return s.step(ctx, id, a, contest.Result)
}

// AnswerComplaint decides on a complaint: upheld, or rejected.
func (s *Service) AnswerComplaint(ctx context.Context, id contest.ID, a Answer) (contest.Dispute, error) {
	return s.step(ctx, id, a, contest.Answer)
}

// Reinstate brings a record back that a dispute put out of use: the agency answerable for it certifies that it is
// complete and accurate, and the subject is told in the same transaction.
func (s *Service) Reinstate(ctx context.Context, id contest.ID, a Answer) (contest.Dispute, error) {
	return s.step(ctx, id, a, contest.Reinstate)
}

// step keeps what an official does about a dispute.
func (s *Service) step(ctx context.Context, id contest.ID, a Answer, act contest.Act) (contest.Dispute, error) {
	if err := a.By.As(role.Handler); err != nil {
		return contest.Dispute{}, err
	}
	c, err := s.theCase(ctx, id)
	if err != nil {
		return contest.Dispute{}, err
	}
	at := s.parts.Now().UTC().Truncate(time.Microsecond)
	by := a.By.Actor()
	terms := remedy.StepTerms{
		Dispute: c.dispute, By: by, Catalogue: s.parts.Catalogue, Today: s.today(), Supplier: c.target.Author, Bodies: c.bodies,
		Step:   contest.Step{Act: act, At: at, Outcome: a.Outcome, Reasons: a.Reasons, Document: a.Document, Due: calendar.None},
		Mended: c.target.Changed.After(c.dispute.OpenedAt) || c.place.ID != c.sub.ID,
	}
	permit, err := permitStep(act, terms)
	if err != nil {
		return c.dispute, s.attempted(ctx, by, c.sub.ID, id.String(), err)
	}
	return s.keepStep(ctx, c, permit)
}

func permitStep(act contest.Act, t remedy.StepTerms) (remedy.StepPermit, error) {
	switch act {
	case contest.Result:
		return remedy.PermitResult(t)
	case contest.Answer:
		return remedy.PermitComplaintAnswer(t)
	}
	return remedy.PermitReinstatement(t)
}

// Plea is what a subject says about its own dispute.
type Plea struct {
	Own
	// Account says what is wrong with the result.
	Account string
}

// Complain takes a dispute that was settled, or not answered in time, to the body above.
func (s *Service) Complain(ctx context.Context, id contest.ID, p Plea) (contest.Dispute, error) {
	due, err := s.parts.Clocks.Due(clock.DisputeComplaint, s.today())
	if err != nil {
		return contest.Dispute{}, err
	}
	return s.plead(ctx, id, p, contest.Step{Reasons: p.Account, Due: due.Day}, remedy.PermitComplaint)
}

// Withdraw takes a dispute back; what it suspended is in use again.
func (s *Service) Withdraw(ctx context.Context, id contest.ID, p Plea) (contest.Dispute, error) {
	return s.plead(ctx, id, p, contest.Step{Due: calendar.None, Reasons: p.Account}, remedy.PermitWithdrawnDispute)
}

// plead keeps what a subject does about its own dispute.
func (s *Service) plead(ctx context.Context, id contest.ID, p Plea, step contest.Step, permitted func(remedy.ComplaintTerms) (remedy.StepPermit, error)) (contest.Dispute, error) {
	by, with, err := s.actors(ctx, &p.Own)
	if err != nil {
		return contest.Dispute{}, err
	}
	c, err := s.theCase(ctx, id)
	if err != nil {
		return contest.Dispute{}, err
	}
	if by.Subject != 0 && by.Subject != c.sub.ID {
		return contest.Dispute{}, unknown(id) // another's disputes do not exist for a stranger
	}
	step.At = s.parts.Now().UTC().Truncate(time.Microsecond)
	c.with = with
	permit, err := permitted(remedy.ComplaintTerms{
		Dispute: c.dispute, Step: step, Subject: c.sub, Joined: []subject.ID{c.dispute.Subject}, By: by, With: with,
		Document: p.Document, Signed: p.Signed, Bodies: c.bodies, Catalogue: s.parts.Catalogue, Today: s.today(),
	})
	if err != nil {
		return c.dispute, err
	}
	return s.keepStep(ctx, c, permit)
}

// theCase is a dispute with its subject and what it contests. A dispute, its steps and its notices stay with whom it was
// opened by, however subjects are joined and parted meanwhile.
type theCase struct {
	// sub is who opened the dispute, or the subject which that one was merged into since.
	sub     subject.Subject
	dispute contest.Dispute
	target  Target
	// place is the subject with which the record contested stands: sub, unless the two were parted since the dispute was
	// opened. Of the other layers it is sub.
	place  subject.Subject
	bodies []string
	// with is the second official before whom the subject signed; zero where it acts by itself, and where an official
	// answers.
	with charter.Actor
}

func (s *Service) theCase(ctx context.Context, id contest.ID) (theCase, error) {
	list, err := s.parts.Book.Disputes(ctx, Query{ID: id})
	if err != nil {
		return theCase{}, err
	}
	if len(list) == 0 {
		return theCase{}, unknown(id)
	}
	c := theCase{}
	if c.dispute, err = s.opened(&list[0]); err != nil {
		return c, err
	}
	if c.sub, err = s.parts.Book.Subject(ctx, c.dispute.Subject); err != nil {
		return c, err
	}
	c.place = c.sub
	if id := c.dispute.Record(); id != 0 {
		place, err := s.parts.Book.Place(ctx, c.dispute.Subject, id)
		if err == nil {
			c.place = place
		} else if !fault.Is(err, fault.NotFound) {
			return c, err
		}
	}
	if c.target, err = s.parts.Book.Target(ctx, c.place.ID, c.dispute.Layer(), c.dispute.Target); err != nil && !fault.Is(err, fault.NotFound) {
		return c, err
	}
	c.bodies, err = s.parts.Bodies(ctx, c.sub)
	return c, err
}

// opener is whose dispute it is, redirects not followed.
func (c *theCase) opener() subject.Subject {
	s := c.sub
	s.ID = c.dispute.Subject
	return s
}

// holder is whom it concerns what becomes of the record contested: the opener, unless the record went from it.
func (c *theCase) holder() subject.Subject {
	if c.place.ID == c.sub.ID {
		return c.opener()
	}
	return c.place
}

func unknown(id contest.ID) error {
	return fault.New(fault.NotFound, "dispute.none", "there is no dispute %s that you may see", id).
		With("probity dispute list shows those that concern you")
}

// keepStep writes a permitted step with its entry, its notices and what is recalled.
func (s *Service) keepStep(ctx context.Context, c theCase, permit remedy.StepPermit) (contest.Dispute, error) {
	d, step := permit.Dispute(), permit.Step()
	reasons, err := s.sealBytes(c.opener(), reasonsPlace, []byte(step.Reasons))
	if err != nil {
		return *d, err
	}
	by := charter.Actor{Agency: step.Agency, Official: step.Official}
	left, err := s.left(c.opener(), c.sub.ID, d, step.At, by, string(step.Act), step.Document, stepFacts(d, &step), calendar.None)
	if err != nil {
		return *d, err
	}
	witnessed(left.Entry, c.with)
	if step.Outcome != "" {
		left.Entry.Case = string(step.Outcome)
	}
	further, err := s.furtherNotices(c, permit)
	if err != nil {
		return *d, err
	}
	left.Notices = append(left.Notices, further...)
	if step.Outcome.Bars() && d.Layer() == contest.Record {
		if left.Recall, err = s.takeBack(ctx, c, &step); err != nil {
			return *d, err
		}
	}
	if step.Act == contest.Reminder || step.Act == contest.Complaint {
		left.Recall = toDecide(d, &step)
	}
	left.Place = c.place.ID
	submission, err := s.parts.Book.Step(ctx, permit, reasons, left)
	if err != nil {
		return *d, err
	}
	step.Seq = len(d.Steps) + 1
	d.Steps = append(d.Steps, step)
	return *d, s.refresh(ctx, submission)
}

// toDecide puts the dispute before who has to answer it, in that body's own list: after its day has passed before the
// handler, after a complaint before the body above. It is chased once a day until it has answered.
func toDecide(d *contest.Dispute, step *contest.Step) *Recall {
	r := &Recall{Demand: recall.Demand{
		Subject: d.Subject, Kind: recall.Decide, About: d.ID.String(), Ground: "overdue", At: step.At, Due: d.Due,
	}}
	recipient := d.Handler
	if step.Act == contest.Complaint {
		r.Demand.Ground, r.Demand.Due, recipient = "escalated", step.Due, step.Handler
	}
	r.Choose = func([]ledger.Entry) []string { return []string{recipient} }
	return r
}

// stepFacts are what the subject is told of a step.
func stepFacts(d *contest.Dispute, step *contest.Step) []notice.Fact {
	facts := append([]notice.Fact{{Name: "layer", Value: string(d.Layer())}}, named(d)...)
	word := "settled"
	switch {
	case step.Outcome == contest.Withdrawn:
		word = "withdrawn"
	case step.Act == contest.Complaint:
		word = "escalated"
		facts = append(facts, notice.Fact{Name: "agency", Value: step.Handler}, notice.Fact{Name: "due", Value: step.Due.String()})
	case step.Act == contest.Answer:
		word = "reviewed"
	case step.Act == contest.Reinstate:
		word = "done"
	case step.Act == contest.Reminder:
		word = "overdue"
	}
	facts = append(facts, notice.Fact{Name: "step", Value: word})
	if step.Outcome != "" && step.Outcome != contest.Withdrawn {
		facts = append(facts, notice.Fact{Name: "outcome", Value: string(step.Outcome)})
	}
	if step.Agency != "" && step.Act != contest.Complaint {
		facts = append(facts, notice.Fact{Name: "agency", Value: step.Agency}, notice.Fact{Name: "official", Value: step.Official})
	}
	if step.Reasons != "" && step.Act != contest.Complaint {
		facts = append(facts, notice.Fact{Name: notice.Reason, Value: step.Reasons})
	}
	return facts
}

// furtherNotices tell of a record that comes back, or that is out of use for good: who opened the dispute, and with whom
// the record stands where that is another since the two were parted.
func (s *Service) furtherNotices(c theCase, permit remedy.StepPermit) ([]notice.Written, error) {
	d, step := permit.Dispute(), permit.Step()
	n := notice.Notice{At: step.At, About: d.Target, By: step.Agency, Contest: "dispute", Until: calendar.None}
	switch {
	case permit.Reinserts():
		n.Occasion = notice.Reinserted
		n.Facts = []notice.Fact{
			{Name: "record", Value: d.Target}, {Name: "certified-by", Value: step.Agency + "/" + step.Official},
			{Name: "official", Value: step.Official}, {Name: notice.Reason, Value: step.Reasons},
		}
	case step.Outcome.Bars() && d.Layer() == contest.Record:
		n.Occasion = notice.Corrected
		n.Facts = []notice.Fact{{Name: "record", Value: d.Target}, {Name: "act", Value: "deleted"}, {Name: notice.Reason, Value: step.Reasons}}
	default:
		return nil, nil
	}
	to := []subject.Subject{c.opener()}
	if holder := c.holder(); holder.ID != to[0].ID {
		to = append(to, holder)
	}
	var list []notice.Written
	for _, sub := range to {
		n.Subject, n.Law = sub.ID, law(sub)
		w, err := s.parts.Clerk.Write(sub, n)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

// takeBack is the demand to delete a record that turned out wrong, or could not be shown to be right.
func (s *Service) takeBack(ctx context.Context, c theCase, step *contest.Step) (*Recall, error) {
	due, err := s.parts.Clocks.Due(clock.DeletionAcknowledged, s.today())
	if err != nil {
		return nil, err
	}
	covers, err := s.parts.Covers(ctx, c.place.ID)
	if err != nil {
		return nil, err
	}
	matter := recall.Matter{Record: c.dispute.Target, Dataset: c.target.Version.Dataset, Reads: s.parts.Reads, Covers: covers}
	return &Recall{
		Demand: recall.Demand{
			Subject: c.holder().ID, Kind: recall.Delete, About: c.dispute.Target, Ground: string(step.Outcome), At: step.At, Due: due.Day,
		},
		Choose: func(readings []ledger.Entry) []string { return recall.Recipients(readings, matter) },
	}, nil
}
