package repair

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/repair/application"
	"probity/internal/subject"
)

// Verdict is a decision about to be taken on an application, or the request for its review.
type Verdict struct {
	As      access.Credential
	Subject subject.ID
	Repair  application.ID
	Act     application.Act
	// Reasons are the official's own; Unmet are the conditions that a refusal finds not met, or that a withdrawal finds
	// falsely vouched for; Finding is the SHA-256, in hexadecimal, of the document that a withdrawal stands on.
	Reasons string
	Unmet   []string
	Finding string
	// Lift are orders of the same author that rest on the matter and end with it.
	Lift []order.ID
}

// Decide takes one step: the body that listed the matter grants, refuses or withdraws, the subject asks for a review,
// another official answers it. A granted repair is in effect when it returns: the record is shown to nobody, counts in no
// rating, whoever received it is told to delete it, and the orders named are lifted. With a withdrawal the record is shown
// and counts again, from that instant on, and whoever received it is told to read the file anew; the orders stay lifted.
func (s *Service) Decide(ctx context.Context, v Verdict) (application.Application, error) {
	if err := v.As.As(role.Handler); err != nil {
		return application.Application{}, err
	}
	sub, a, err := s.find(ctx, v.Subject, v.Repair)
	if err != nil {
		return a, err
	}
	if v.As, err = v.As.For(mandate.Repair); err != nil {
		return a, err
	}
	by, err := s.actor(ctx, v.As)
	if err != nil {
		return a, err
	}
	step := application.Step{
		Act: v.Act, At: s.instant(), Reasons: strings.TrimSpace(v.Reasons), Unmet: v.Unmet, Finding: v.Finding, Lifted: v.Lift,
		Due: calendar.None,
	}
	if v.Act == application.AskReview {
		due, err := s.parts.Clocks.Due(clock.RepairAnswer, s.today(), clock.China)
		if err != nil {
			return a, err
		}
		step.Due = due.Day
	}
	bodies, err := s.parts.Bodies(ctx, sub)
	if err != nil {
		return a, err
	}
	held := Held{Term: calendar.None}
	if v.Act == application.Grant || v.Act == application.Withdraw {
		place, err := s.parts.Book.Place(ctx, a.Subject, a.Record)
		if err != nil {
			return a, err
		}
		if held, err = s.parts.Book.Record(ctx, place.ID, a.Record); err != nil {
			return a, err
		}
	}
	permit, err := remedy.PermitRepairStep(remedy.RepairStepTerms{
		Application: a, Step: step, Subject: sub, Conditions: s.conditions(a.Regime), By: by, Bodies: bodies,
		Catalogue: s.parts.Catalogue, Term: held.Term, Today: s.today(),
	})
	if err != nil {
		return a, s.attempted(ctx, sub.ID, by, string(v.Act), err)
	}
	return s.take(ctx, sub, a, by, permit, &held, &v)
}

// take writes a permitted step and what follows from it: for the application and its notices, with whom it is of; for the
// record, where that stands. sub is the subject that the first of them is now.
func (s *Service) take(ctx context.Context, sub subject.Subject, a application.Application, by charter.Actor, permit remedy.RepairStep, held *Held, v *Verdict) (application.Application, error) {
	step := permit.Step()
	own := sub
	own.ID = a.Subject
	reasons, err := s.seal(own, reasonsPlace, spoken{step.Reasons, step.Unmet, step.Lifted, step.Finding})
	if err != nil {
		return a, err
	}
	left, err := s.left(own, sub.ID, &a, by, step, word(&a, step.Act), factsOf(&step))
	if err != nil {
		return a, err
	}
	if digest, err := hex.DecodeString(step.Finding); err == nil && len(digest) == len(left.Entry.Commitment) {
		left.Entry.Commitment = ledger.Hash(digest)
	}
	if permit.Repairs() || permit.Reinstates() {
		if err := s.consumers(ctx, sub.ID, &a, &step, held, &left); err != nil {
			return a, err
		}
	}
	if left.Lifts, err = s.lifts(ctx, v); err != nil {
		return a, err
	}
	submission, err := s.parts.Book.Step(ctx, permit, reasons, left)
	if err != nil {
		return a, err
	}
	err = s.refresh(ctx, submission)
	_, now, found := s.find(ctx, sub.ID, a.ID)
	return now, errors.Join(err, found)
}

// word is how the notice names a step.
func word(a *application.Application, act application.Act) string {
	switch {
	case act == application.Grant && a.State() == application.Reviewing, act == application.Uphold:
		return "reviewed"
	case act == application.Grant:
		return "repair-accepted"
	case act == application.Refuse:
		return "repair-refused"
	case act == application.AskReview:
		return "review-requested"
	case act == application.Withdraw:
		return Withdrawn
	}
	return string(act)
}

func factsOf(step *application.Step) []notice.Fact {
	var facts []notice.Fact
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, notice.Fact{Name: name, Value: value})
		}
	}
	switch step.Act {
	case application.Grant:
		add("outcome", "accepted")
	case application.Refuse:
		add("outcome", "rejected")
	case application.Uphold:
		add("outcome", "upheld")
	case application.AskReview:
		add("due", step.Due.String())
	case application.Forward, application.Withdraw:
	}
	add("official", step.Official)
	add("agency", step.Agency)
	add(notice.Reason, step.Reasons)
	for _, c := range step.Unmet {
		add("condition", c)
	}
	return facts
}

// consumers adds the demand to delete what was repaired, or to read anew what counts again. It is about whose application it
// is, which now is the subject now; or about the one with which the record stands, where that is neither.
func (s *Service) consumers(ctx context.Context, now subject.ID, a *application.Application, step *application.Step, held *Held, left *Left) error {
	event, kind, ground := clock.DeletionAcknowledged, recall.Delete, Ground
	if step.Act == application.Withdraw {
		event, kind, ground = clock.CorrectionAcknowledged, recall.Correct, Withdrawn
	}
	due, err := s.parts.Clocks.Due(event, s.today())
	if err != nil {
		return err
	}
	about := a.Subject
	if left.Place = held.Subject; left.Place != now {
		about = left.Place
	}
	covers, err := s.parts.Covers(ctx, left.Place)
	if err != nil {
		return err
	}
	left.Demand = &recall.Demand{
		Subject: about, Kind: kind, About: a.Record.String(), Ground: ground, At: step.At, Due: due.Day,
	}
	left.Received = recall.Matter{Record: a.Record.String(), Dataset: a.Dataset, Reads: s.parts.Reads, Covers: covers}
	return nil
}

// Ground is why what was repaired is taken back, Withdrawn why it is to be read anew, as the demands say it.
const (
	Ground    = "repaired"
	Withdrawn = "repair-withdrawn"
)

// lifts prepares the end of the orders that rest on the matter, by the same author. They end with the repair or, where one
// may not be lifted, the repair is not granted.
func (s *Service) lifts(ctx context.Context, v *Verdict) ([]measure.OrderEnding, error) {
	if len(v.Lift) > 0 && (s.parts.Orders == nil || v.Act != application.Grant) {
		return nil, fault.New(fault.Invalid, "repair.lift", "orders are lifted with a repair that is granted").With("lift them by themselves: probity order lift")
	}
	var list []measure.OrderEnding
	for _, id := range v.Lift {
		x, err := s.parts.Orders.PrepareEnding(ctx, v.As, v.Subject, id, order.Ending{
			Act: order.Lift, Day: s.today(), Reason: "the matter it rests on was repaired (" + v.Repair.String() + ")",
			Document: order.Document{Number: v.Repair.String(), Digest: sha256.Sum256([]byte(v.Repair.String()))},
		})
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

func (s *Service) refresh(ctx context.Context, submission int64) error {
	if s.parts.Ratings == nil || submission == 0 {
		return nil // whoever asks next has them computed
	}
	return rating.Later(s.parts.Ratings.Refresh(ctx, submission, nil))
}

func (s *Service) conditions(code string) []string {
	var list []string
	if r := s.parts.Rules.Regime(code); r != nil {
		for _, c := range r.Conditions {
			list = append(list, c.Code)
		}
	}
	return list
}

// spoken is the sealed part of a step.
type spoken struct {
	Reasons string     `json:"reasons,omitempty"`
	Unmet   []string   `json:"unmet,omitempty"`
	Lifted  []order.ID `json:"lifted,omitempty"`
	Finding string     `json:"finding,omitempty"`
}

func (s *Service) find(ctx context.Context, id subject.ID, which application.ID) (subject.Subject, application.Application, error) {
	sub, err := s.parts.Book.Subject(ctx, id)
	if err != nil {
		return sub, application.Application{}, err
	}
	all, err := s.Of(ctx, sub.ID, 0)
	if err != nil {
		return sub, application.Application{}, err
	}
	for _, a := range all {
		if a.ID == which {
			return sub, a, nil
		}
	}
	return sub, application.Application{}, fault.New(fault.NotFound, "repair.none", "subject %s has no repair %s", sub.ID, which).
		With("list them with: probity repair list")
}

// Of are a subject's applications with their texts, oldest first; those for one record where one is named. It is for those
// who have opened a scope.
func (s *Service) Of(ctx context.Context, id subject.ID, one record.ID) ([]application.Application, error) {
	stored, err := s.parts.Book.Applications(ctx, Query{Subject: id})
	if err != nil {
		return nil, err
	}
	list := make([]application.Application, 0, len(stored))
	for i := range stored {
		if one != 0 && stored[i].Application.Record != one {
			continue
		}
		a, err := s.read(&stored[i])
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// Waiting are the applications that an agency has to decide, those due first, without their texts.
func (s *Service) Waiting(ctx context.Context, as access.Credential) ([]application.Application, error) {
	if as.Agency() == "" {
		return nil, fault.New(fault.Unauthenticated, "repair.official", "the credential %s is no official's", as.Name()).With("show an official's credential with --as NAME")
	}
	stored, err := s.parts.Book.Applications(ctx, Query{Handler: as.Agency()})
	if err != nil {
		return nil, err
	}
	list := make([]application.Application, 0, len(stored))
	for i := range stored {
		if a := stored[i].Application; a.Open() {
			list = append(list, a)
		}
	}
	return list, nil
}

// List are a subject's applications, once the reading is recorded.
func (s *Service) List(ctx context.Context, q Reading) ([]application.Application, error) {
	scope, err := s.scope(ctx, q, access.File)
	if err != nil {
		return nil, err
	}
	return s.Of(ctx, scope.Subject().ID, 0)
}

// Proof is one document of an application, whole, once the reading is recorded.
func (s *Service) Proof(ctx context.Context, q Reading, id application.ID, seq int) (File, error) {
	scope, err := s.scope(ctx, q, access.File)
	if err != nil {
		return File{}, err
	}
	of := scope.Subject().ID
	e, err := s.parts.Book.Proof(ctx, of, id, seq)
	if err != nil {
		return File{}, err
	}
	name, err := s.open(of, namePlace, e.Title)
	if err != nil {
		return File{}, err
	}
	body, err := s.open(of, proofPlace, e.Whole)
	return File{string(name), body}, err
}

// read opens the texts of an application.
func (s *Service) read(stored *Stored) (application.Application, error) {
	a := stored.Application
	bad := func(err error) error {
		return fault.New(fault.Internal, "repair.text", "the repair %s cannot be read", a.ID).By(err)
	}
	var told account
	plain, err := s.open(a.Subject, accountPlace, stored.Account)
	if err == nil {
		err = json.Unmarshal(plain, &told)
	}
	if err != nil {
		return a, bad(err)
	}
	a.Commitment, a.Cure = told.Commitment, told.Cure
	for i := range a.Proofs {
		name, err := s.open(a.Subject, namePlace, stored.Names[i])
		if err != nil {
			return a, bad(err)
		}
		a.Proofs[i].Name = string(name)
	}
	for i := range a.Steps {
		if len(stored.Reasons[i].Body) == 0 {
			continue
		}
		var said spoken
		plain, err := s.open(a.Subject, reasonsPlace, stored.Reasons[i])
		if err == nil {
			err = json.Unmarshal(plain, &said)
		}
		if err != nil {
			return a, bad(err)
		}
		a.Steps[i].Reasons, a.Steps[i].Unmet, a.Steps[i].Lifted = said.Reasons, said.Unmet, said.Lifted
		a.Steps[i].Finding = said.Finding
	}
	return a, nil
}
