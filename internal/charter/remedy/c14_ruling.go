package remedy

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"probity/internal/charter"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/ruling/verdict"
	"probity/internal/subject"
)

// NeedsRuling tells whether an answer about a subject is a proposal only, which takes effect when a named official has
// decided on it (C14): a benefit granted or not granted to a human being draws strongly on a rating. An order behind a
// restriction is a human decision already, and a refusal by the Charter decides nothing.
func NeedsRuling(s subject.Subject, o charter.Outcome) bool {
	return s.Natural() && (o == charter.Granted || o == charter.NotGranted)
}

// RulingTerms is a ruling about to be made.
type RulingTerms struct {
	Ruling  verdict.Ruling
	Subject subject.Subject
	// Reader is the agency whose question the proposal answers, Until the day on which the proposal no longer holds, None
	// where it does until something changes.
	Reader string
	Until  calendar.Day
	// System are the texts that the system itself gave as reasons.
	System []string
	// Earlier are the sketches of the office's earlier reasons on other proposals.
	Earlier []verdict.Sketch
	// Others are the rulings made on the same proposal, oldest first.
	Others []verdict.Ruling
	By     charter.Actor
	// Bodies are the unified codes of the body the subject is or, for an office holder, serves.
	Bodies []string
	// Catalogue knows who directs whom.
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
}

// RulingPermit permits the store to keep one ruling. Its zero value permits nothing.
type RulingPermit struct{ ruling *verdict.Ruling }

// Ruling is the ruling that may be kept; nil in a zero permit.
func (p RulingPermit) Ruling() *verdict.Ruling { return p.ruling }

// Needs is the notice of the ruling to whom it is about.
func (p RulingPermit) Needs() []notice.Duty {
	if p.ruling == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.ruling.Subject, Occasion: notice.RulingStep, About: p.ruling.ID.String()}}
}

// The Charter's own numbers, which no setting changes.
const (
	// leastReasons is how much own reasons say at least: letters, of which a Chinese character counts as three.
	leastReasons = 60
	// mostAlike is how much of a text may be that of another, in thousandths: above it, it is the same text with other names.
	mostAlike = 600
)

// PermitRuling holds C14: a decision about a human being that draws on a rating is taken by a named official of the office
// that asked, for reasons of that official's own, which say what was considered and what counted in favour. It may follow
// the proposal or not. A review is answered by another official than the one who decided, of that office, of a body above it,
// or of the court that stands in for one (see [BodyOfAppeal]). Nobody decides on its own house (C13), should a list
// ever have a benefit for holders of offices.
func PermitRuling(t RulingTerms) (RulingPermit, error) {
	for _, check := range []func(*RulingTerms) error{rulingNeeded, rulingOfficial, rulingInTurn, rulingReasons} {
		if err := check(&t); err != nil {
			return RulingPermit{}, err
		}
	}
	r := t.Ruling
	r.Agency, r.Official = t.By.Agency, t.By.Official
	r.At = r.At.UTC().Truncate(time.Microsecond)
	r.Considered, r.Favour = slices.Clone(r.Considered), slices.Clone(r.Favour)
	return RulingPermit{&r}, nil
}

func rulingNeeded(t *RulingTerms) error {
	r := &t.Ruling
	switch {
	case r.Subject == 0 || r.Subject != t.Subject.ID:
		return charter.Refuse("C14", "subject", "rule on a proposal about this subject", "the ruling is not about this subject")
	case !NeedsRuling(t.Subject, charter.Outcome(r.Proposed)):
		return fault.New(fault.Invalid, "ruling.needless", "the answer %s needs no ruling: it is not about a human being, or grants and refuses nothing", r.Decision).
			With("only proposals that probity decide marks with needs_ruling are ruled on")
	case r.Outcome != verdict.Granted && r.Outcome != verdict.NotGranted:
		return fault.New(fault.Invalid, "ruling.outcome", "%q is no outcome of a ruling", r.Outcome).With("say granted or not_granted")
	case t.Until != calendar.None && t.Today >= t.Until && r.Reviews == 0:
		return fault.New(fault.Conflict, "ruling.late", "the proposal %s held until %s", r.Decision, t.Until).With("ask anew: probity decide")
	}
	return nil
}

func rulingOfficial(t *RulingTerms) error {
	const cure = "an official of the office that asked decides, with a credential of its own"
	switch {
	case !t.By.IsOfficial():
		return charter.Refuse("C14", "named official", cure, "no official takes this decision")
	case t.By.Agency != t.Reader && (t.Ruling.Reviews == 0 || !mayReview(t)):
		return charter.Refuse("C14", "official of the office that asked", cure, "%s did not ask; %s did", t.By.Agency, t.Reader)
	case charter.OwnHouse(t.Catalogue, t.By.Agency, t.Bodies):
		other := "a body that neither answers to it nor directs it asks anew (probity decide), and an official of that body rules on the answer"
		if t.Ruling.Reviews != 0 {
			other = "nobody of one house answers this review; the court that stands in for the body above does, or the person disputes the decision: probity dispute open"
		}
		return charter.Refuse("C13", "independent decider", other,
			"%s cannot decide on itself, its superiors, its subordinates, bodies it controls or the holders of their offices; the attempt is logged", t.By.Agency)
	}
	return nil
}

// mayReview tells whether the official is of a body that answers reviews in place of the office: one above it, or the court
// before which the review comes where those may not judge.
func mayReview(t *RulingTerms) bool {
	return charter.Directs(t.Catalogue, t.By.Agency, t.Reader) || t.By.Agency == BodyOfAppeal(t.Catalogue, t.Reader, 1, t.Bodies)
}

// rulingInTurn holds that one official decides first and another one reviews.
func rulingInTurn(t *RulingTerms) error {
	last := verdict.InEffect(t.Others)
	switch {
	case t.Ruling.Reviews == 0 && last != nil:
		return fault.New(fault.Conflict, "ruling.twice", "%s has decided on the proposal %s already (%s)", last.By(), t.Ruling.Decision, last.ID).
			With("the person may ask for a review: probity ruling review")
	case t.Ruling.Reviews == 0:
		return nil
	case last == nil || last.ID != t.Ruling.Reviews || last.Review == nil || last.Review.Answer != 0:
		return fault.New(fault.Conflict, "ruling.review", "no review of the ruling %s is open", t.Ruling.Reviews).
			With("list the rulings with: probity ruling list")
	case slices.ContainsFunc(t.Others, func(o verdict.Ruling) bool { return o.By() == t.By.Title() }):
		return charter.Refuse("C14", "another official", "have an official look at it who had no part in the decision", "%s took the decision under review", t.By.Title())
	}
	return nil
}

// rulingReasons holds that the reasons are the official's own.
func rulingReasons(t *RulingTerms) error {
	r := &t.Ruling
	const own = "say in your own words what in this person's case decided it"
	blank := func(list []string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
	}
	switch {
	case weight(said(r.Reasons)) < leastReasons:
		return charter.Refuse("C14", "own reasons", own, "the reasons say too little to be anybody's own")
	case blank(r.Considered):
		return charter.Refuse("C14", "facts considered", "name the facts that were looked at", "the ruling names no fact that was considered")
	case blank(r.Favour):
		return charter.Refuse("C14", "what counted in favour", "name what speaks for the person, or say what was looked for in vain", "the ruling does not say what counted in the person's favour")
	}
	sketch := verdict.SketchOf(r.Reasons)
	for _, text := range t.System {
		if s := verdict.SketchOf(text); sketch.Alike(&s) > mostAlike {
			return charter.Refuse("C14", "own reasons", own, "the reasons are those that the system gave")
		}
	}
	for i := range t.Earlier {
		if sketch.Alike(&t.Earlier[i]) > mostAlike {
			return charter.Refuse("C14", "own reasons", own, "the reasons are those of an earlier ruling of this office: a template")
		}
	}
	return nil
}

// templates are sentences that decide nothing: they would fit any person. A sentence that is nearly one of them counts for
// nothing among reasons.
var templates = []string{
	"the applicant did not achieve a qualifying score", "the score of the applicant is insufficient", "the rating is too low",
	"the applicant meets the requirements", "the applicant does not meet the requirements", "the application is approved",
	"the application is rejected", "decided in accordance with the rating", "the decision follows the result of the system",
	"the proposal of the system is adopted", "i agree with the proposal", "the conditions of the benefit are met",
	"the conditions of the benefit are not met", "in accordance with internal policy", "after a comprehensive assessment",
	"申请人评分不足", "信用评分未达到要求", "根据系统评级结果作出决定", "同意系统建议", "经综合评估符合条件", "经综合评估不符合条件", "按照内部规定办理",
}

// said is what is left of a text once sentences that stand in it twice, that say nothing, or that would fit anybody are
// taken out.
func said(text string) string {
	var left []string
	for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?;\n。！？；", r) }) {
		sketch := verdict.SketchOf(sentence)
		empty := !notice.Specific(sentence) || slices.ContainsFunc(templates, func(t string) bool {
			s := verdict.SketchOf(t)
			return sketch.Alike(&s) > mostAlike
		})
		twice := slices.ContainsFunc(left, func(o string) bool {
			s := verdict.SketchOf(o)
			return sketch.Alike(&s) > mostAlike
		})
		if !empty && !twice {
			left = append(left, sentence)
		}
	}
	return strings.Join(left, " ")
}

// weight is how much a text says: its letters, of which a Chinese character counts as three.
func weight(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			n += 3
		case unicode.IsLetter(r):
			n++
		}
	}
	return n
}

// ReviewTerms is a request for the review of a ruling.
type ReviewTerms struct {
	Ruling  verdict.Ruling
	Subject subject.Subject
	// By is the subject's own credential; or By and With are two officials before whom it signed the document with the SHA-256.
	By, With charter.Actor
	Document string
	At       time.Time
	Due      calendar.Day
	Account  string
	Today    calendar.Day
}

// ReviewPermit permits the store to keep one request for a review. Its zero value permits nothing.
type ReviewPermit struct{ ruling *verdict.Ruling }

// Ruling is the ruling with the request that may be kept; nil in a zero permit.
func (p ReviewPermit) Ruling() *verdict.Ruling { return p.ruling }

// Needs is the receipt of the request, with the day of the answer.
func (p ReviewPermit) Needs() []notice.Duty {
	if p.ruling == nil {
		return nil
	}
	return []notice.Duty{{Subject: p.ruling.Subject, Occasion: notice.RulingStep, About: p.ruling.ID.String()}}
}

// PermitReview holds that the person itself asks, in time and once; no reason need be given.
func PermitReview(t ReviewTerms) (ReviewPermit, error) {
	own := t.By.Subject != 0 && t.By.Subject == t.Subject.ID && t.By.Credential != ""
	counter := t.By.IsOfficial() && t.With.IsOfficial() && t.By.Title() != t.With.Title() && charter.IsSHA256(t.Document)
	r := t.Ruling
	switch {
	case !own && !counter:
		return ReviewPermit{}, charter.Refuse("C14", "own act of the subject", "ask with the person's own credential, or before two officials with the signed document", "a review is asked for by the person itself")
	case r.Reviews != 0:
		return ReviewPermit{}, fault.New(fault.Conflict, "ruling.reviewed", "the ruling %s is itself a review", r.ID).
			With("contest it before the supervising authority or a court, or dispute the decision: probity dispute open")
	case r.Review != nil:
		return ReviewPermit{}, fault.New(fault.Conflict, "ruling.asked", "a review of the ruling %s was asked for already", r.ID)
	case r.ReviewUntil != calendar.None && t.Today > r.ReviewUntil:
		return ReviewPermit{}, fault.New(fault.Conflict, "ruling.late", "a review of the ruling %s could be asked for until %s", r.ID, r.ReviewUntil).
			With("ask anew: probity decide; or dispute the decision: probity dispute open")
	}
	r.Review = &verdict.Review{At: t.At.UTC().Truncate(time.Microsecond), Due: t.Due, Account: strings.TrimSpace(t.Account)}
	return ReviewPermit{&r}, nil
}
