package charter

import (
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/ceiling"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// Outcome is the answer to the question whether a measure applies to a subject.
type Outcome string

const (
	// Granted and NotGranted answer for a benefit. NotGranted takes nothing away: the baseline stays.
	Granted    Outcome = "granted"
	NotGranted Outcome = "not_granted"
	// Restricted and Clear answer for a restriction: an order in force stands behind the one, none behind the other.
	Restricted Outcome = "restricted"
	Clear      Outcome = "clear"
	// RefusedByCharter says that the question could be asked, and that the Charter forbids to answer it by a rating.
	RefusedByCharter Outcome = "refused"
)

// RatingGround is the rating a benefit is decided by. For a restriction there is none.
type RatingGround struct {
	Subject subject.ID
	Model   ModelFacts
	Rated   bool
	Band    string
}

// DecisionTerms is a decision about to be given and recorded.
type DecisionTerms struct {
	Subject subject.Subject
	// Same are the ids that were merged into Subject; nil mostly.
	Same    []subject.ID
	Measure *catalogue.Measure
	Outcome Outcome
	// Order is the order in force behind Restricted, nil for every other outcome.
	Order *order.Order
	// Listing is the published entry behind Restricted where the restriction follows from a list, and List its criteria;
	// nil for every other outcome, and where an order stands behind it.
	Listing *entry.Entry
	List    *criteria.List
	// Ceilings says how long a measure may follow from an entry of its tier; looked at with Listing alone.
	Ceilings *ceiling.Table
	// Rating is what Granted and NotGranted rest on, nil for every other outcome.
	Rating *RatingGround
	// Consent is the person's own, for a benefit decided on a natural subject.
	Consent *consent.Consent
	// Use is the consent beneath the read that asks, 0 where it rests on none; see RatingTerms.Use.
	Use             consent.ID
	Reader, Purpose string
	Today           calendar.Day
}

// Decision permits one decision to be recorded and answered. Its zero value permits nothing.
type Decision struct {
	subject subject.Subject
	measure string
	outcome Outcome
	order   order.ID
	listing entry.ID
}

// Subject is whom it is about, by the true kind.
func (d Decision) Subject() subject.Subject { return d.subject }

// Measure is the code of the measure decided on; "" in a zero Decision.
func (d Decision) Measure() string { return d.measure }

// Outcome is the permitted answer.
func (d Decision) Outcome() Outcome { return d.outcome }

// Order is the order behind a restriction; 0 unless the outcome is Restricted by an order.
func (d Decision) Order() order.ID { return d.order }

// Listing is the entry behind a restriction that follows from a list; 0 for every other answer.
func (d Decision) Listing() entry.ID { return d.listing }

// PermitDecision holds C3 and C4 where a decision is made, and C1, C5 and C6 as far as they bind it: a restriction is
// answered from an order in force on this very subject or, for organisations and measures of class II, from a published
// entry on a list, and from nothing else; a benefit is answered from this very
// subject's rating, for persons of the benefit's own context and under a consent that covers reader, purpose and context.
func PermitDecision(t DecisionTerms) (Decision, error) {
	if t.Measure == nil {
		return Decision{}, Refuse("C4", "measure of the closed list", "see the list with: probity catalogue list measures", "a decision needs a measure of the list")
	}
	var err error
	switch t.Outcome {
	case Restricted, Clear:
		err = restrictionDecided(&t)
	case Granted, NotGranted:
		err = benefitDecided(&t)
	case RefusedByCharter:
		if t.Order != nil || t.Listing != nil || t.Rating != nil {
			err = Refuse("C4", "refusal without grounds", "give neither order nor rating with a refusal", "a refused decision rests on nothing")
		}
	default:
		err = fault.New(fault.Invalid, "decision.outcome", "%q is no outcome of a decision", t.Outcome)
	}
	if err != nil {
		return Decision{}, err
	}
	d := Decision{subject: t.Subject, measure: t.Measure.Code, outcome: t.Outcome}
	if t.Order != nil {
		d.order = t.Order.ID
	}
	if t.Listing != nil {
		d.listing = t.Listing.ID
	}
	return d, nil
}

func restrictionDecided(t *DecisionTerms) error {
	if t.Rating != nil {
		return Refuse("C4", "ground other than a rating", "decide it from orders alone", "a restriction cannot be decided from a rating")
	}
	if t.Measure.Class == "benefit" {
		return Refuse("C4", "measure that can be ordered", "a benefit is granted or not granted", "the measure %s is a benefit", t.Measure.Code)
	}
	if t.Outcome == Clear {
		if t.Order != nil || t.Listing != nil {
			return Refuse("C4", "answer that fits the order", "answer restricted, or leave the order out", "an order is named for an answer that says there is none")
		}
		return nil
	}
	if t.Listing != nil {
		return restrictionListed(t)
	}
	o := t.Order
	switch {
	case o == nil || o.ID == 0:
		return Refuse("C4", "order", "name the order in force", "nobody is restricted without an order")
	case o.Subject != t.Subject.ID && !slices.Contains(t.Same, o.Subject):
		return Refuse("C6", "order on this subject", "no measure moves from one subject to another", "the order %s is on another subject", o.ID)
	case o.Measure != t.Measure.Code:
		return Refuse("C4", "order of this measure", "name an order of the measure asked about", "the order %s is for the measure %s", o.ID, o.Measure)
	case o.State(t.Today) != order.InForce:
		return Refuse("C4", "order in force", "answer clear: this order restricts nobody", "the order %s is %s on %s", o.ID, o.State(t.Today), t.Today)
	case !StandsInList(t.Measure, t.Today):
		return Refuse("C4", "measure in force", "answer clear: the list no longer has this measure", "the measure %s does not stand in the list on %s", t.Measure.Code, t.Today)
	case t.Today >= o.Start.Add(t.Measure.Ceiling):
		return Refuse("C4", "end under the ceiling", "answer clear: the measure may not run this long", "the order %s has run longer than the measure %s may", o.ID, t.Measure.Code)
	}
	return Restrictable(t.Measure, t.Subject)
}

func benefitDecided(t *DecisionTerms) error {
	r := t.Rating
	if t.Order != nil || t.Listing != nil {
		return Refuse("C5", "benefit decided by its own rule", "decide it from the rating alone", "a benefit is not decided from an order")
	}
	if r == nil || t.Measure.Benefit == nil || r.Model.Code != t.Measure.Benefit.Model {
		return Refuse("C5", "rating by the benefit's model", "rate the subject by the model the benefit names", "the measure %s is decided by its own model only", t.Measure.Code)
	}
	if r.Subject != t.Subject.ID && !slices.Contains(t.Same, r.Subject) {
		return Refuse("C6", "rating of this subject", "no rating moves from one subject to another", "the rating is another subject's")
	}
	if err := AdmitBenefit(BenefitTerms{Measure: t.Measure, Model: r.Model}); err != nil {
		return err
	}
	if !slices.Contains(t.Measure.Kinds, t.Subject.Kind) {
		return Refuse("C5", "benefit for this kind of subject", "see the list with: probity catalogue list measures", "the benefit %s is not for subjects of the kind %s", t.Measure.Code, t.Subject.Kind)
	}
	if t.Subject.Natural() {
		if err := naturalBenefit(t); err != nil {
			return err
		}
	}
	if t.Outcome == Granted && (!r.Rated || !slices.Contains(t.Measure.Benefit.Bands, r.Band) || !StandsInList(t.Measure, t.Today)) {
		return Refuse("C5", "rule of the benefit", "grant it to the bands the list names, while the list names it", "the benefit %s is not granted to the band %q", t.Measure.Code, r.Band)
	}
	return nil
}

// naturalBenefit asks what only human beings are owed: a rating of the benefit's own context, and their own consent to
// this reader, purpose and context. A sole trader's business may be rated across contexts (C3 does not name it), but
// only under the trader's consent (C1).
func naturalBenefit(t *DecisionTerms) error {
	if t.Subject.Kind.Natural() {
		if err := ownContext(t.Measure, t.Rating.Model.Contexts); err != nil {
			return err
		}
	}
	return ConsentCovers(t)
}

// ConsentCovers holds C1 for a decision: the consent is the subject's own, stands today, and names the method, the
// context, the purpose and the reader. Of the terms it reads the subject, the measure, the consent, reader, purpose and
// day.
func ConsentCovers(t *DecisionTerms) error {
	const ask = "ask the person for a consent that covers it: probity consent give"
	c, m := t.Consent, t.Measure
	switch {
	case c == nil || c.Subject == 0 || c.Subject != t.Subject.ID && !slices.Contains(t.Same, c.Subject):
		return Refuse("C1", "consent", ask, "subject %s gave no consent to this being decided by a rating", t.Subject.ID)
	case !c.Withdrawn.IsZero():
		return Refuse("C1", "standing consent", ask, "the consent %s was withdrawn", c.ID)
	case !c.Standing(t.Today):
		return Refuse("C1", "unexpired consent", ask, "the consent %s runs from %s to %s", c.ID, c.From, c.To)
	case c.Spent() && t.Use != c.ID:
		return Refuse("C1", MissingUnused, ask, spent, c.ID, c.Used.In(calendar.Shanghai).Format(minute))
	case m.Benefit != nil && c.Method != m.Benefit.Model:
		return Refuse("C1", "method", ask, "the consent %s names the method %s; %s is decided by %s", c.ID, c.Method, m.Code, m.Benefit.Model)
	case m.Context != "" && !slices.Contains(c.Contexts, m.Context):
		return Refuse("C1", "context", ask, "the consent %s does not cover the context %s of %s", c.ID, m.Context, m.Code)
	case c.Purpose != t.Purpose:
		return Refuse("C1", "purpose", ask, "the consent %s is for the purpose %s, not %s", c.ID, c.Purpose, t.Purpose)
	case !slices.Contains(c.Recipients, t.Reader):
		return Refuse("C1", "recipient", ask, "the consent %s does not name %s as a recipient of the answer", c.ID, t.Reader)
	}
	return nil
}

// ownContext holds C3: what is decided about a person is decided by a rating of the very context of the decision.
func ownContext(m *catalogue.Measure, contexts []string) error {
	switch {
	case m.Context == "":
		return Refuse("C3", "context of the benefit", "state the one context the benefit belongs to", "the benefit %s is for persons and names no context", m.Code)
	case len(contexts) != 1:
		return Refuse("C3", "rating of one context", "rest it on a model of the single context "+m.Context, "the model of %s joins %d contexts (%s)", m.Code, len(contexts), strings.Join(contexts, ", "))
	case contexts[0] != m.Context:
		return Refuse("C3", "rating of the benefit's own context", "rest it on a model of the context "+m.Context, "the benefit %s belongs to the context %s, its model to %s", m.Code, m.Context, contexts[0])
	}
	return nil
}
