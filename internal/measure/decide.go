package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/charter/spoken"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/rating"
	"probity/internal/subject"
	"probity/scorecard"
)

// Request is a question: does the measure apply to the subject?
type Request struct {
	// As is the credential of who asks.
	As      access.Credential
	Subject subject.ID
	// Measure is the code of an entry of the list of measures.
	Measure string
	// Purpose, Basis and Case are what every reading states (Charter C11); Case where the purpose asks for one.
	Purpose, Basis, Case string
}

// Decide answers one question. The reading is recorded before anything of the subject is read, and the answer is kept
// with its reasons before it is given. About human beings others are told the outcome, and of an order no more than what
// carries it out; the full reasons are kept for the subject.
//
// What the Charter forbids to decide is an answer: the outcome "refused", with the invariant and the lawful way. Faults
// are other things: a question without the elements every reading must state is Refused under C11, a measure or
// subject that does not exist is NotFound, a measure that is not for this kind of subject is Invalid, and where the
// store or a rating could not be looked at the fault says so. That nothing could be looked at is never "clear".
func (s *Service) Decide(ctx context.Context, q Request) (Decision, error) {
	today := s.today()
	m, err := s.measure(q.Measure, today)
	if err != nil {
		return Decision{}, err
	}
	known, err := s.parts.Desk.Look(ctx, q.Subject)
	if err != nil {
		return Decision{}, err
	}
	sub := known.Subject()
	if err := fits(m, sub); err != nil {
		return Decision{}, err
	}
	by := q.As.Actor()
	j := judgement{
		Decision: Decision{
			Subject: sub.ID, Measure: m.Code, Official: officialName(by), Basis: q.Basis, Until: calendar.None,
		},
		terms: charter.DecisionTerms{Subject: sub, Measure: m, Ceilings: s.parts.Ceilings, Reader: by.Agency, Purpose: q.Purpose, Today: today},
	}
	if err := s.judge(ctx, &j, q, known); err != nil {
		if err = j.refuse(err); err != nil {
			return Decision{}, err
		}
	}
	return s.record(ctx, &j)
}

func officialName(by charter.Actor) string {
	if by.Agency == "" {
		return ""
	}
	return by.Agency + "/" + by.Official
}

// judgement is a decision in the making.
type judgement struct {
	Decision
	scope  access.Scope
	terms  charter.DecisionTerms
	permit charter.Decision
}

// judge opens the scope, finds the grounds and asks for the permit.
func (s *Service) judge(ctx context.Context, j *judgement, q Request, known access.Known) error {
	m := j.terms.Measure
	what := access.Request{
		As: q.As, Subject: known.Subject().ID, Known: known, What: access.Decision, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case, Context: m.Context,
		Measure: m.Code,
	}
	if m.Benefit != nil {
		what.Model = m.Benefit.Model
	}
	var err error
	if j.scope, err = s.parts.Desk.Open(ctx, what); err != nil {
		return s.unopened(ctx, j, err)
	}
	j.Access, j.terms.Use = j.scope.Entry(), j.scope.Consent()
	if m.Class == "benefit" {
		err = s.benefit(ctx, j)
	} else {
		err = s.restriction(ctx, j)
	}
	if err != nil {
		return err
	}
	j.permit, err = charter.PermitDecision(j.terms)
	return err
}

// unopened looks at why the desk opened no scope. A benefit asked about for a human being who has not consented is a
// question with an answer: refused, under C1, with the element that the consent lacks; the desk has recorded the attempt. Any other
// refusal is the reader's own fault and goes back to it.
func (s *Service) unopened(ctx context.Context, j *judgement, err error) error {
	var f *fault.Error
	if j.terms.Measure.Benefit == nil || !errors.As(err, &f) || f.Code != fault.Refused ||
		f.Missing != "consent" && f.Missing != charter.MissingUnused {
		return err
	}
	missing := s.consent(ctx, j)
	var refusal *fault.Error
	if !errors.As(missing, &refusal) || refusal.Code != fault.Refused {
		return errors.Join(err, missing)
	}
	return refusal
}

// measure finds the entry of the list as it stands today.
func (s *Service) measure(code string, today calendar.Day) (*catalogue.Measure, error) {
	m := s.parts.Catalogue.Measure(code)
	if m == nil || today < m.From || (m.To != calendar.None && today >= m.To) {
		return nil, fault.New(fault.NotFound, "measure.none", "the list of measures in force on %s has no %q", today, code).
			With("see the list with: probity catalogue list measures")
	}
	return m, nil
}

// fits refuses a question that makes no sense for the kind of subject. A measure that the list knows and the Charter
// keeps from human beings passes here: that question gets its answer from the Charter.
func fits(m *catalogue.Measure, sub subject.Subject) error {
	if slices.Contains(m.Kinds, sub.Kind) {
		return nil
	}
	kinds := make([]string, len(m.Kinds))
	for i, k := range m.Kinds {
		kinds[i] = string(k)
	}
	return fault.New(fault.Invalid, "measure.kind", "the measure %s is not for subjects of the kind %s", m.Code, sub.Kind).
		With("ask for a subject of the kind " + strings.Join(kinds, " or "))
}

// restriction answers from the orders in force and the entries on lists that stand, and looks at nothing else.
func (s *Service) restriction(ctx context.Context, j *judgement) error {
	m := j.terms.Measure
	if err := charter.Restrictable(m, j.terms.Subject); err != nil {
		return err
	}
	row, st, err := s.standing(ctx, j.scope)
	if err != nil {
		return err
	}
	j.terms.Same = row.Same
	j.terms.Outcome = charter.Clear
	j.Until = st.GoodUntil
	for i := range st.Orders {
		o := &st.Orders[i]
		until := charter.RestrictsUntil(o, m)
		if o.Measure != m.Code || j.terms.Today >= until {
			continue
		}
		j.Reasons = append(j.Reasons, s.orderReasons(o, m)...)
		if j.terms.Order == nil || until > j.Until {
			j.terms.Order, j.terms.Outcome, j.Order, j.Until = o, charter.Restricted, o.ID, until
		}
	}
	s.fromLists(j, &st, m)
	if j.terms.Outcome == charter.Clear {
		j.Reasons = []Reason{{
			reasonNoOrder, fmt.Sprintf("no order of a court or authority for %s is in force on this subject on %s", m.Code, j.terms.Today),
			fmt.Sprintf("%s，没有法院或者主管机关对该主体作出的“%s”命令正在生效", notice.Day(notice.Chinese, j.terms.Today), m.Title.ZH),
		}}
	}
	return nil
}

// benefit answers from the rating the benefit names. Where it is not granted the baseline stays, and the reasons say so.
func (s *Service) benefit(ctx context.Context, j *judgement) error {
	m := j.terms.Measure
	model, err := s.parts.Models.Model(m.Benefit.Model)
	if err != nil {
		return err
	}
	if err := charter.AdmitBenefit(charter.BenefitTerms{Measure: m, Model: model.Facts}); err != nil {
		return err
	}
	if charter.NeedsConsent(j.terms.Subject) {
		if err := s.consent(ctx, j); err != nil {
			return err
		}
	}
	r, err := s.rating(ctx, j, m.Benefit.Model)
	if err != nil {
		return err
	}
	j.terms.Rating = &charter.RatingGround{Subject: r.subject, Model: model.Facts, Rated: r.Status == rating.Rated, Band: r.Band}
	j.Until = earliest(j.Until, r.GoodUntil)
	j.Until = earliest(j.Until, m.To)
	switch {
	case r.Status != rating.Rated:
		j.terms.Outcome = charter.NotGranted
		j.Reasons = append(j.Reasons, notRated(m, model, r.WhyNot), baselineReason(m))
	case !slices.Contains(m.Benefit.Bands, r.Band):
		j.terms.Outcome = charter.NotGranted
		j.Reasons = append(j.Reasons, byBand(m, model, r.Band), baselineReason(m))
	default:
		j.terms.Outcome = charter.Granted
		if !m.Ceiling.IsZero() {
			j.Until = earliest(j.Until, j.terms.Today.Add(m.Ceiling))
		}
		j.Reasons = append(j.Reasons, byBand(m, model, r.Band))
	}
	return nil
}

// byBand says which band a benefit asks for, and which one the subject has.
func byBand(m *catalogue.Measure, model *rating.Model, band string) Reason {
	return Reason{
		reasonBand, fmt.Sprintf("rated %s by %s; %s is for %s", band, m.Benefit.Model, m.Code, strings.Join(m.Benefit.Bands, ", ")),
		fmt.Sprintf("%s的等级为%s；%s适用于%s", model.Title().ZH, model.BandTitle(band).ZH, m.Title.ZH, wanted(m, model).ZH),
	}
}

// wanted are the bands that a benefit is for.
func wanted(m *catalogue.Measure, model *rating.Model) scorecard.Label {
	var en, zh []string
	for _, b := range m.Benefit.Bands {
		t := model.BandTitle(b)
		en, zh = append(en, t.EN), append(zh, t.ZH)
	}
	return scorecard.Label{EN: strings.Join(en, ", "), ZH: strings.Join(zh, "、")}
}

// notRated says why there is no rating to decide by.
func notRated(m *catalogue.Measure, model *rating.Model, why []string) Reason {
	r := Reason{reasonNotRated, "not rated by " + m.Benefit.Model, "没有" + model.Title().ZH + "的评价"}
	if len(why) > 0 {
		zh := make([]string, len(why))
		for i, code := range why {
			zh[i] = model.ReasonTitle(code, code).ZH
		}
		r.Text += " (" + strings.Join(why, ", ") + ")"
		r.ZH += "（" + strings.Join(zh, "、") + "）"
	}
	return r
}

// consent finds the consent that covers the decision. Where none does, the refusal is about the one that came nearest:
// the newest.
func (s *Service) consent(ctx context.Context, j *judgement) error {
	given, err := s.parts.Book.Consents(ctx, j.terms.Subject.ID)
	if err != nil {
		return err
	}
	slices.SortFunc(given, func(a, b consent.Consent) int { return cmp.Compare(b.ID, a.ID) })
	if read := j.scope.Consent(); read != 0 { // the one that the read rests on, and has used up where it is for one time
		given = slices.DeleteFunc(given, func(c consent.Consent) bool { return c.ID != read })
	}
	missing := charter.ConsentCovers(&j.terms)
	for i := range given {
		t := j.terms
		t.Consent = &given[i]
		refusal := charter.ConsentCovers(&t)
		if refusal == nil {
			j.terms.Consent = t.Consent
			j.Consent = t.Consent.ID
			j.Until = earliest(j.Until, t.Consent.To)
			return nil
		}
		if i == 0 {
			missing = refusal
		}
	}
	return missing
}

// ground is the rating a benefit is decided by, as the standing keeps it.
type ground struct {
	Rated
	subject subject.ID
}

// rating gives the rating that stands now: for organisations from the standing row where it still holds; for human
// beings from the one place in which their ratings stand.
func (s *Service) rating(ctx context.Context, j *judgement, model string) (ground, error) {
	sub := j.terms.Subject
	if sub.Natural() {
		r, err := s.parts.Ratings.CurrentFor(ctx, j.scope, model)
		return ground{ratedOf(&r), r.Subject}, err
	}
	row, st, err := s.standing(ctx, j.scope)
	if err != nil {
		return ground{}, err
	}
	j.terms.Same = row.Same
	if have, ok := row.rated(&st, model, j.terms.Today); ok {
		return ground{have, sub.ID}, nil
	}
	r, err := s.parts.Ratings.CurrentFor(ctx, j.scope, model)
	if err != nil {
		return ground{}, err
	}
	have := ratedOf(&r)
	st.Ratings = slices.DeleteFunc(st.Ratings, func(k Rated) bool { return k.Model == model })
	st.Ratings = append(st.Ratings, have)
	return ground{have, r.Subject}, s.keep(ctx, sub, &row, &st)
}

func ratedOf(r *rating.Rating) Rated {
	return Rated{
		// The store keeps microseconds; a finer instant would never match the one it gives back.
		RatingKey: RatingKey{r.Model, r.Version, r.AsOf, r.KnownAt.Truncate(time.Microsecond).UTC()},
		GoodUntil: r.GoodUntil, Status: r.Status, Band: r.Band, WhyNot: r.WhyNot,
	}
}

// chineseCure is said to the subject in Chinese, whatever is missing: what would be lawful is for others to do, or its own
// free choice. What officials are told to do stands in English, case by case.
const chineseCure = "由提出查询的机构补齐所缺内容后重新办理；所缺为您的同意的，是否作出由您自愿决定，不作出不影响任何既有待遇。"

// refuse turns a refusal by the Charter into an answer, and gives every other fault back.
func (j *judgement) refuse(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant == "C11" {
		return err
	}
	j.Outcome, j.Invariant = charter.RefusedByCharter, f.Invariant
	j.Order, j.Listing, j.Consent, j.Until = 0, 0, 0, calendar.None
	missing, _ := spoken.Chinese(f.Missing)
	j.Reasons = []Reason{{reasonCharter, f.Text, "宪章" + f.Invariant + "不允许，缺少：" + missing}}
	if f.Cure != "" {
		j.Reasons = append(j.Reasons, Reason{reasonCharterCure, f.Cure, chineseCure})
	}
	if m := j.terms.Measure; m.Benefit != nil && strings.TrimSpace(m.Benefit.Baseline.EN) != "" {
		j.Reasons = append(j.Reasons, baselineReason(m))
	}
	j.terms.Outcome, j.terms.Order, j.terms.Rating, j.terms.Consent = charter.RefusedByCharter, nil, nil, nil
	j.terms.Listing, j.terms.List = nil, nil
	j.permit, err = charter.PermitDecision(j.terms)
	return err
}

// record keeps the decision under its permit and gives it its id.
func (s *Service) record(ctx context.Context, j *judgement) (Decision, error) {
	d := j.Decision
	d.Outcome, d.Order, d.Listing = j.permit.Outcome(), j.permit.Order(), j.permit.Listing()
	d.NeedsRuling = remedy.NeedsRuling(j.permit.Subject(), d.Outcome)
	body, err := d.frozen()
	if err != nil {
		return Decision{}, fault.New(fault.Internal, "decision.body", "a decision cannot be written").By(err)
	}
	text, err := s.seal(j.permit.Subject(), decisionPlace, body)
	if err != nil {
		return Decision{}, err
	}
	d.ID = s.parts.Book.NextDecision()
	at := s.parts.Now()
	told, err := s.tell(ctx, j, d.ID, at)
	if err != nil {
		return Decision{}, err
	}
	if err := s.parts.Book.SaveDecision(ctx, j.permit, d.ID, DecisionText{Text: text, Reader: j.terms.Reader, At: at}, told); err != nil {
		return Decision{}, err
	}
	return d.told(j.terms.Subject, j.scope.Level()), nil
}
