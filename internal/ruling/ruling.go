// Package ruling is the decision of a named official about a person, with that official's own reasons, and its review by
// another (Charter C14). It also counts how mechanically an office follows the cut-off of a rating, and warns.
//
// An answer that draws on a person's rating is a proposal. It takes effect through a ruling on it, which may follow it or
// not; the person is told of the ruling with its reasons, and may have another official look at it again. Nothing is ever
// changed: the first ruling stays as it was made, beside the one that reviews it.
package ruling

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/ruling/verdict"
	"probity/internal/subject"
)

// Proposal is a kept answer as the database knows it.
type Proposal struct {
	// Subject is under whose key it is sealed: who it was about when it was given.
	Subject subject.ID
	Reader  string
	At      time.Time
	Text    measure.Text
}

// Stored is a ruling as it is kept; Text holds what the official said, Account what the person said who asks for its review.
type Stored struct {
	Ruling        verdict.Ruling
	Text, Account measure.Text
}

// Pending is a proposal that waits for a ruling.
type Pending struct {
	Subject  subject.ID         `json:"subject"`
	Decision measure.DecisionID `json:"decision"`
	Measure  string             `json:"measure"`
	Proposed charter.Outcome    `json:"proposed"`
	At       time.Time          `json:"at"`
	// Review is the ruling whose review is open, 0 where the proposal itself waits.
	Review verdict.ID `json:"review,omitzero"`
	// Due is the last day for the ruling.
	Due calendar.Day `json:"due"`
}

// Book is where rulings are kept. Package store/rulings implements it.
type Book interface {
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// Proposal is a kept decision of a subject; NotFound where there is none.
	Proposal(context.Context, subject.ID, measure.DecisionID) (Proposal, error)
	// Rulings are those on a subject, oldest first.
	Rulings(context.Context, subject.ID) ([]Stored, error)
	// Sketches are those of an office's reasons, the newest first, at most as many.
	Sketches(ctx context.Context, agency string, most int) ([]verdict.Sketch, error)
	// Make keeps a permitted ruling with the sketch of its reasons, its line in the ledger and its notice.
	Make(context.Context, remedy.RulingPermit, measure.Text, verdict.Sketch, *ledger.Entry, []notice.Written) error
	// Ask keeps a permitted request for a review.
	Ask(context.Context, remedy.ReviewPermit, measure.Text, *ledger.Entry, []notice.Written) error
	// Counts are how often each official of an office followed the proposal; of every office where none is named.
	Counts(ctx context.Context, agency string) ([]verdict.Count, error)
	// Pending are the proposals of an office that nobody has ruled on, and the reviews that nobody has answered.
	Pending(ctx context.Context, agency string) ([]Pending, error)
	NextID() int64
	// OverdueReviews are the reviews asked for that were to be answered before the day and were not, by the ids of their
	// rulings, at most limit, from the one after the given on.
	OverdueReviews(ctx context.Context, on calendar.Day, after verdict.ID, limit int) ([]Place, error)
	// DemandOnce keeps a demand with its line and notices; false where its recipient was told the same before.
	DemandOnce(context.Context, recall.Demand, *ledger.Entry, ...notice.Written) (bool, error)
}

// Place is where a ruling stands.
type Place struct {
	Subject subject.ID
	Ruling  verdict.ID
}

// Vault seals and opens what concerns a human being. Package vault implements it.
type Vault interface {
	Ensure(ids ...subject.ID) error
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// Desk opens scopes, and records looks into matters and attempts that the Charter refused.
type Desk interface {
	Open(context.Context, access.Request) (access.Scope, error)
	Attempt(ctx context.Context, by charter.Actor, about subject.ID, what, file string, refusal *fault.Error) error
	// Handling records that an official looked into a matter of its own office.
	Handling(ctx context.Context, by charter.Actor, of subject.ID, what, purpose, basis, matter string) (string, error)
}

// Parts are what the service stands on; every one must be set.
type Parts struct {
	Book      Book
	Vault     Vault
	Desk      Desk
	Clerk     *notice.Clerk
	Clocks    *clock.Table
	Catalogue *catalogue.Catalogue
	// Bodies are the unified codes of the body a subject is or, for an office holder, serves.
	Bodies func(context.Context, subject.Subject) ([]string, error)
	Now    func() time.Time
}

// Service makes, reviews and counts rulings. It is safe for concurrent use.
type Service struct{ parts Parts }

// New makes a service.
func New(p Parts) *Service { return &Service{p} }

func (s *Service) today() calendar.Day { return calendar.In(s.parts.Now(), calendar.Shanghai) }

// Places of sealed texts.
const (
	textPlace    = "ruling"
	accountPlace = "ruling.review"
)

// law is what a ruling about a person rests on, as its notice says it.
const law = "charter C14; pipl art. 24"

// earlierReasons is how many of an office's earlier reasons new ones are compared with.
const earlierReasons = 500

// Making is a ruling about to be made.
type Making struct {
	As       access.Credential
	Subject  subject.ID
	Decision measure.DecisionID
	Outcome  verdict.Outcome
	// Reasons are the official's own; Considered the facts looked at, Favour what counted for the person.
	Reasons            string
	Considered, Favour []string
	// Reviews is the ruling that this one reviews, 0 for the first.
	Reviews verdict.ID
}

// Made is a ruling with what the counts of its official and office then show.
type Made struct {
	verdict.Ruling
	// Warnings name who follows the cut-off of the rating so closely that the decision is hardly a human being's.
	Warnings []verdict.Concordance `json:"warnings"`
}

// Make makes a ruling. When it returns the ruling is in effect and the person has been told.
func (s *Service) Make(ctx context.Context, m Making) (Made, error) {
	by := m.As.Actor()
	if err := m.As.As(role.Authority, role.Lender, role.BenefitProvider, role.Handler); err != nil {
		return Made{}, err
	}
	sub, err := s.parts.Book.Subject(ctx, m.Subject)
	if err != nil {
		return Made{}, err
	}
	terms, err := s.terms(ctx, sub, by, &m)
	if err != nil {
		return Made{}, err
	}
	permit, err := remedy.PermitRuling(terms)
	if err != nil {
		return Made{}, s.attempted(ctx, sub.ID, by, m.Decision.String(), err)
	}
	r := permit.Ruling()
	text, err := s.seal(sub, textPlace, said{r.Reasons, r.Considered, r.Favour})
	if err != nil {
		return Made{}, err
	}
	told, err := s.parts.Clerk.Write(sub, announcement(r))
	if err != nil {
		return Made{}, err
	}
	act := "made "
	if r.Reviews != 0 {
		act = "reviewed "
	}
	err = s.parts.Book.Make(ctx, permit, text, verdict.SketchOf(r.Reasons), s.line(r, r.At, by, act), []notice.Written{told})
	if err != nil {
		return Made{}, err
	}
	warnings, err := s.warnings(ctx, r)
	return Made{*r, warnings}, err
}

// said is the sealed part of a ruling.
type said struct {
	Reasons    string   `json:"reasons"`
	Considered []string `json:"considered"`
	Favour     []string `json:"favour"`
}

// terms gathers what the ruling is judged against.
func (s *Service) terms(ctx context.Context, sub subject.Subject, by charter.Actor, m *Making) (remedy.RulingTerms, error) {
	t := remedy.RulingTerms{Subject: sub, By: by, Catalogue: s.parts.Catalogue, Today: s.today()}
	p, err := s.parts.Book.Proposal(ctx, sub.ID, m.Decision)
	if err != nil {
		return t, err
	}
	d, err := s.proposed(p)
	if err != nil {
		return t, err
	}
	t.Reader, t.Until = p.Reader, d.Until
	if t.Bodies, err = s.parts.Bodies(ctx, sub); err != nil {
		return t, err
	}
	for _, reason := range d.Reasons {
		t.System = append(t.System, reason.Text)
	}
	if len(t.System) > 1 {
		t.System = append(t.System, strings.Join(t.System, " "))
	}
	all, err := s.Of(ctx, sub.ID)
	if err != nil {
		return t, err
	}
	for _, r := range all {
		if r.Decision == m.Decision.String() {
			t.Others = append(t.Others, r)
		}
	}
	if t.Earlier, err = s.parts.Book.Sketches(ctx, by.Agency, earlierReasons); err != nil {
		return t, err
	}
	until, err := s.parts.Clocks.Due(clock.RulingReviewRequest, s.today())
	if err != nil {
		return t, err
	}
	t.Ruling = verdict.Ruling{
		ID: verdict.ID(s.parts.Book.NextID()), Subject: sub.ID, Decision: m.Decision.String(), Measure: d.Measure,
		Proposed: verdict.Outcome(d.Outcome), Outcome: m.Outcome, At: s.parts.Now(), Reasons: strings.TrimSpace(m.Reasons),
		Considered: m.Considered, Favour: m.Favour, Reviews: m.Reviews, ReviewUntil: until.Day,
	}
	if m.Reviews != 0 {
		t.Ruling.ReviewUntil = calendar.None
	}
	if x := s.parts.Catalogue.Measure(d.Measure); x != nil && x.Benefit != nil {
		t.Ruling.Model = x.Benefit.Model
	}
	return t, nil
}

// proposed reads a kept answer.
func (s *Service) proposed(p Proposal) (measure.Decision, error) {
	var d measure.Decision
	body := p.Text.Body
	if p.Text.Sealed {
		var err error
		if body, err = s.parts.Vault.Open(p.Subject, measure.DecisionPlace, body); err != nil {
			return d, err
		}
	}
	if err := json.Unmarshal(body, &d); err != nil {
		return d, fault.New(fault.Internal, "ruling.proposal", "the proposal cannot be read").By(err)
	}
	return d, nil
}

// announcement is what the person is told of a ruling.
func announcement(r *verdict.Ruling) notice.Notice {
	step := "made"
	if r.Reviews != 0 {
		step = "reviewed"
	}
	n := notice.Notice{
		Subject: r.Subject, Occasion: notice.RulingStep, At: r.At, About: r.ID.String(), By: r.Agency, Law: law,
		Contest: notice.ByReview, Until: r.ReviewUntil,
		Facts: []notice.Fact{
			{Name: "step", Value: step}, {Name: "official", Value: r.Agency + "/" + r.Official}, {Name: "measure", Value: r.Measure},
			{Name: "outcome", Value: string(r.Outcome)}, {Name: "decision", Value: r.Decision}, {Name: notice.Reason, Value: r.Reasons},
		},
	}
	if r.Reviews != 0 {
		n.Contest = notice.ByComplaint
	}
	if r.Model != "" {
		n.Facts = append(n.Facts, notice.Fact{Name: "model", Value: r.Model})
	}
	for _, f := range r.Favour {
		n.Favour = append(n.Favour, notice.Fact{Name: notice.Reason, Value: f})
	}
	return n
}

// line is what the person's ledger says of it.
func (s *Service) line(r *verdict.Ruling, at time.Time, by charter.Actor, act string) *ledger.Entry {
	return &ledger.Entry{
		Subject: r.Subject, At: at, Act: ledger.Ruling, What: "ruling", Detail: act + r.ID.String() + by.Through(), Reader: by.Agency, Official: by.Official,
	}
}

// warnings are what the counts of the ruling's official and office show, where they show too much.
func (s *Service) warnings(ctx context.Context, r *verdict.Ruling) ([]verdict.Concordance, error) {
	all, err := s.Concordance(ctx, r.Agency)
	found := []verdict.Concordance{}
	for _, c := range all {
		if c.Warning && (c.Official == "" || c.Official == r.Official) {
			found = append(found, c)
		}
	}
	return found, err
}

// Concordance says of each office, and of each of its officials, how often the decision was what the cut-off of the rating
// alone would have said; of every office where none is named. Reviews are not counted.
func (s *Service) Concordance(ctx context.Context, agency string) ([]verdict.Concordance, error) {
	counts, err := s.parts.Book.Counts(ctx, agency)
	if err != nil {
		return nil, err
	}
	list := []verdict.Concordance{}
	for i := 0; i < len(counts); {
		office := verdict.Count{Agency: counts[i].Agency}
		at := len(list)
		list = append(list, verdict.Concordance{})
		for ; i < len(counts) && counts[i].Agency == office.Agency; i++ {
			office.Rulings += counts[i].Rulings
			office.Same += counts[i].Same
			list = append(list, counts[i].Concordance())
		}
		list[at] = office.Concordance()
	}
	return list, nil
}

// Pending are what an office has to rule on, by the day it is due, once it is recorded for each that an official of the
// office saw what is proposed.
func (s *Service) Pending(ctx context.Context, as access.Credential) ([]Pending, error) {
	if as.Agency() == "" {
		return nil, fault.New(fault.Unauthenticated, "ruling.official", "the credential %s is no official's", as.Name()).With("show an official's credential with --as NAME")
	}
	list, err := s.parts.Book.Pending(ctx, as.Agency())
	if err != nil {
		return nil, err
	}
	for i := range list {
		_, err := s.parts.Desk.Handling(ctx, as.Actor(), list[i].Subject, string(access.Decision), "benefit", "pipl art. 13", list[i].Decision.String())
		if err != nil {
			return nil, err
		}
		if list[i].Review != 0 {
			continue // the request set its own day
		}
		d, err := s.parts.Clocks.Due(clock.Ruling, calendar.In(list[i].At, calendar.Shanghai), clock.China)
		if err != nil {
			return nil, err
		}
		list[i].Due = d.Day
	}
	return list, nil
}

// Asking is a request for a review; By and With are two officials before whom the document with the SHA-256 was signed, or
// By is the person's own credential.
type Asking struct {
	By, With access.Credential
	Document string
	Subject  subject.ID
	Ruling   verdict.ID
	Account  string
}

// Review asks that another official look at a ruling. The ruling stays in effect as it is until that official has ruled.
func (s *Service) Review(ctx context.Context, a Asking) (verdict.Ruling, error) {
	var err error
	if a.By, err = a.By.For(mandate.Contest); err != nil {
		return verdict.Ruling{}, err
	}
	if err := a.By.As(role.Registrar, role.Handler); err != nil { // at a counter, for who asks
		return verdict.Ruling{}, err
	}
	sub, err := s.parts.Book.Subject(ctx, a.Subject)
	if err != nil {
		return verdict.Ruling{}, err
	}
	by := a.By.Actor()
	if by.Subject != 0 {
		own, err := s.parts.Book.Subject(ctx, by.Subject)
		if err != nil {
			return verdict.Ruling{}, err
		}
		by.Subject = own.ID
	}
	r, err := s.find(ctx, sub.ID, a.Ruling)
	if err != nil && !fault.Is(err, fault.NotFound) { // whether there is one is told to the person alone
		return r, err
	}
	missing := err
	due, err := s.parts.Clocks.Due(clock.RulingReview, s.today(), clock.China)
	if err != nil {
		return r, err
	}
	permit, err := remedy.PermitReview(remedy.ReviewTerms{
		Ruling: r, Subject: sub, By: by, With: a.With.Actor(), Document: a.Document, At: s.parts.Now(), Due: due.Day,
		Account: a.Account, Today: s.today(),
	})
	if err != nil {
		return r, s.attempted(ctx, sub.ID, by, "review", err)
	}
	if missing != nil {
		return r, missing
	}
	return s.ask(ctx, sub, by, permit)
}

func (s *Service) ask(ctx context.Context, sub subject.Subject, by charter.Actor, permit remedy.ReviewPermit) (verdict.Ruling, error) {
	r := *permit.Ruling()
	text, err := s.seal(sub, accountPlace, r.Review.Account)
	if err != nil {
		return r, err
	}
	told, err := s.parts.Clerk.Write(sub, reviewNotice(&r, r.Review.At, "review-requested", r.Review.Due))
	if err != nil {
		return r, err
	}
	return r, s.parts.Book.Ask(ctx, permit, text, s.line(&r, r.Review.At, by, "review-requested "), []notice.Written{told})
}

// reviewNotice is what the person is told of a step of a review that is under way.
func reviewNotice(r *verdict.Ruling, at time.Time, step string, due calendar.Day) notice.Notice {
	return notice.Notice{
		Subject: r.Subject, Occasion: notice.RulingStep, At: at, About: r.ID.String(), By: r.Agency, Law: law,
		Contest: notice.ByComplaint, Until: calendar.None,
		Facts: []notice.Fact{
			{Name: "step", Value: step}, {Name: "official", Value: r.Agency + "/" + r.Official},
			{Name: "measure", Value: r.Measure}, {Name: "decision", Value: r.Decision}, {Name: "due", Value: due.String()},
		},
	}
}

// Reading is who reads, about whom, and why. A person reading its own file states no purpose.
type Reading struct {
	As                   access.Credential
	Subject              subject.ID
	Purpose, Basis, Case string
}

// List are the rulings on a person, oldest first, once the reading is recorded.
func (s *Service) List(ctx context.Context, q Reading) ([]verdict.Ruling, error) {
	what := access.File
	if q.As.Subject() != 0 {
		what = access.OwnFile
	}
	scope, err := s.parts.Desk.Open(ctx, access.Request{
		As: q.As, Subject: q.Subject, What: what, Part: access.Rulings, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case,
	})
	if err != nil {
		return nil, err
	}
	list, err := s.Of(ctx, scope.Subject().ID)
	if scope.Level() != charter.FullAnswer {
		for i := range list {
			list[i].Reasons, list[i].Considered, list[i].Favour = "", nil, nil
		}
	}
	return list, err
}

// Of are the rulings on a person with their texts, oldest first. It is for those who have opened a scope.
func (s *Service) Of(ctx context.Context, id subject.ID) ([]verdict.Ruling, error) {
	stored, err := s.parts.Book.Rulings(ctx, id)
	if err != nil {
		return nil, err
	}
	list := make([]verdict.Ruling, 0, len(stored))
	for i := range stored {
		r := stored[i].Ruling
		var words said
		err := s.open(r.Subject, textPlace, stored[i].Text, &words)
		if err == nil && r.Review != nil {
			err = s.open(r.Subject, accountPlace, stored[i].Account, &r.Review.Account)
		}
		if err != nil {
			return nil, fault.New(fault.Internal, "ruling.text", "the ruling %s cannot be read", r.ID).By(err)
		}
		r.Reasons, r.Considered, r.Favour = words.Reasons, words.Considered, words.Favour
		list = append(list, r)
	}
	return list, nil
}

func (s *Service) find(ctx context.Context, id subject.ID, which verdict.ID) (verdict.Ruling, error) {
	all, err := s.Of(ctx, id)
	if err != nil {
		return verdict.Ruling{}, err
	}
	for _, r := range all {
		if r.ID == which {
			return r, nil
		}
	}
	return verdict.Ruling{}, fault.New(fault.NotFound, "ruling.none", "subject %s has no ruling %s", id, which).
		With("list them with: probity ruling list")
}

// attempted records an attempt that the Charter refused and gives the refusal back.
func (s *Service) attempted(ctx context.Context, id subject.ID, by charter.Actor, file string, err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.Refused {
		return err
	}
	return errors.Join(err, s.parts.Desk.Attempt(ctx, by, id, "ruling", file, refusal))
}

// seal keeps a value sealed: rulings are about human beings alone.
func (s *Service) seal(sub subject.Subject, place string, v any) (measure.Text, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return measure.Text{}, fault.New(fault.Internal, "ruling.text", "a text cannot be written").By(err)
	}
	if err := s.parts.Vault.Ensure(sub.ID); err != nil {
		return measure.Text{}, err
	}
	sealed, err := s.parts.Vault.Seal(sub.ID, place, body)
	return measure.Text{Body: sealed, Sealed: true}, err
}

func (s *Service) open(id subject.ID, place string, t measure.Text, into any) error {
	body := t.Body
	if t.Sealed {
		var err error
		if body, err = s.parts.Vault.Open(id, place, body); err != nil {
			return err
		}
	}
	return json.Unmarshal(body, into)
}
