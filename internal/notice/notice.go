// Package notice is what the platform tells a subject: what happened to it, on which facts, what counted in its favour,
// by which law, and how to contest it until when (Charter C7). An act that needs a notice is written in one transaction
// with it, so that it is not effective before the notice is recorded; bringing the notice to the subject's door is the
// work of package post.
package notice

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/subject"
)

// Occasion is why somebody is told; a closed list.
type Occasion string

// The occasions. What each must say stands in words/occasions.yaml.
const (
	RatingChanged    Occasion = "rating-changed"
	OrderEntered     Occasion = "order-entered"
	OrderEnded       Occasion = "order-ended"
	OrderStep        Occasion = "order-step"
	ListStep         Occasion = "list-step"
	Restricted       Occasion = "restricted"       // a decision answered that a restriction is in force
	DecisionRefused  Occasion = "decision-refused" // a refusal that used the subject's data
	AdverseFurnished Occasion = "adverse-furnished"
	ConsentGiven     Occasion = "consent-given"
	ConsentWithdrawn Occasion = "consent-withdrawn"
	DisputeStep      Occasion = "dispute-step"
	Corrected        Occasion = "corrected"
	Reinserted       Occasion = "reinserted"
	RepairStep       Occasion = "repair-step"
	RulingStep       Occasion = "ruling-step"
	LinkChanged      Occasion = "link-changed"
	Erased           Occasion = "erased"
	ReadRevealed     Occasion = "read-revealed"   // a read whose showing a court had delayed
	ReadRefused      Occasion = "read-refused"    // a read of a file that its subject keeps closed
	FileHandedOut    Occasion = "file-handed-out" // an own file that two officials handed out at a counter
	MandateGiven     Occasion = "mandate-given"   // somebody may act for a subject from now on
	MandateEnded     Occasion = "mandate-ended"
	Lost             Occasion = "lost" // what the subject had put before the platform was lost in a restore
)

// Routes by which a subject contests what it is told; Notice.Contest takes one of these keys or a text as an order
// states it.
const (
	ByDispute    = "dispute"
	ByReview     = "review"
	BySupplier   = "supplier"
	ByAuthor     = "author"
	ByWithdrawal = "withdraw"
	ByComplaint  = "complaint"
)

// Reason is the name of the facts that say why; an occasion that needs reasons needs at least one that is specific.
const Reason = "reason"

// Fact is one thing the notice states: Name is a key of the notice's wordings, Value stands as its kind demands (see
// words/occasions.yaml): a day as 2026-03-31, an amount in fen, a code, or a text as it stands. Of a text that is known in
// Chinese too, ZH is the Chinese.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	ZH    string `json:"zh,omitempty"`
}

// Notice is what is told, in no language yet.
type Notice struct {
	// Subject is who is told; At is when it was recorded.
	Subject  subject.ID
	Occasion Occasion
	At       time.Time
	// About names what it tells of: an order, a model, a dispute, by its id or code.
	About string
	// By is the agency whose act it is, "" for the platform or the subject itself.
	By string
	// Facts are those the act rests on, Favour what counted in the subject's favour.
	Facts, Favour []Fact
	// Faded tells that what counted can no longer be shown, since records have changed since; it is not kept.
	Faded bool
	// Law is the law with its article.
	Law string
	// Contest is how it can be contested: the key of a route of the notice's wordings, or a text as an order states it.
	Contest string
	// ContestZH is the Chinese of such a text, where it is known in both languages.
	ContestZH string
	// Until is the last day to contest it; calendar.None, or the zero Day, where there is no end.
	Until calendar.Day
}

// Ref names a recorded notice: the Seq-th of its subject.
type Ref struct {
	Subject subject.ID
	Seq     int64
}

// String is the reference as people and JSON see it: s0123456789abc/17.
func (r Ref) String() string { return fmt.Sprintf("%s/%d", r.Subject, r.Seq) }

// MarshalText writes the form of String.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the form of String.
func (r *Ref) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRef(string(b), 0)
	if err == nil && r.Subject == 0 {
		err = noRef(string(b))
	}
	return err
}

// ParseRef reads the form of String, or a bare number, which counts the notices of the subject of.
func ParseRef(text string, of subject.ID) (Ref, error) {
	r := Ref{Subject: of}
	id, number, ok := strings.Cut(text, "/")
	if !ok {
		number = text
	} else if err := r.Subject.UnmarshalText([]byte(id)); err != nil {
		return Ref{}, noRef(text)
	}
	var err error
	if r.Seq, err = strconv.ParseInt(number, 10, 64); err != nil || r.Seq < 1 || strconv.FormatInt(r.Seq, 10) != number {
		return Ref{}, noRef(text)
	}
	return r, nil
}

func noRef(text string) error {
	return fault.New(fault.Invalid, "notice.number", "%q is no notice", text).
		With("name a notice by its number in the inbox: probity notice list shows them")
}

// Duty is a notice without which an act may not take effect. About is "" where any notice of the occasion to the subject
// will do.
type Duty struct {
	Subject  subject.ID
	Occasion Occasion
	About    string
}

// Fulfils tells whether the notice is the one that the duty asks for.
func (n *Notice) Fulfils(d Duty) bool {
	return n.Subject == d.Subject && n.Occasion == d.Occasion && (d.About == "" || n.About == d.About)
}

// Sealer seals what is told to a human being under that subject's key. Package vault implements it.
type Sealer interface {
	// Ensure makes a key for each subject that has none.
	Ensure(of ...subject.ID) error
	Seal(of subject.ID, place string, plain []byte) ([]byte, error)
}

// Clerk writes notices. It is safe for concurrent use.
type Clerk struct{ sealer Sealer }

// NewClerk makes a clerk; the sealer holds the subjects' keys.
func NewClerk(s Sealer) *Clerk { return &Clerk{s} }

// Written is a notice that may be recorded beside the act it tells of. Only this package makes one.
type Written struct {
	notice Notice
	body   []byte
	sealed bool
}

// Notice is what was written.
func (w Written) Notice() Notice { return w.notice }

// Body is what the store keeps of it, sealed where the subject is a human being.
func (w Written) Body() (body []byte, sealed bool) { return w.body, w.sealed }

// Place is where notices are sealed, so that no sealed text can be taken for another.
const Place = "notice"

// Write makes a notice ready to be recorded. It refuses one that lacks what a subject must be told (Charter C7), naming
// what is missing; a fact or a word that the list does not have is Invalid. sub is the register's entry of whom it tells.
func (c *Clerk) Write(sub subject.Subject, n Notice) (Written, error) {
	if err := n.check(sub); err != nil {
		return Written{}, err
	}
	body, err := n.body()
	if err != nil {
		return Written{}, err
	}
	w := Written{notice: n, body: body, sealed: sub.Natural()}
	if !w.sealed {
		return w, nil
	}
	if err := c.sealer.Ensure(n.Subject); err != nil {
		return Written{}, err
	}
	w.body, err = c.sealer.Seal(n.Subject, Place, body)
	return w, err
}

// OfRecord is the notice that a record that tells against the subject was furnished, or that a record was corrected or
// retracted. act is "" for the first. It holds codes alone, so that it is kept in the clear, as the record's own codes are.
func OfRecord(of subject.ID, record, act, dataset, supplier string, at time.Time) (Written, error) {
	n := Notice{
		Subject: of, Occasion: AdverseFurnished, At: at, About: record, By: supplier, Law: "credit-reporting art. 15", Contest: BySupplier,
		Facts: []Fact{{Name: "record", Value: record}, {Name: "dataset", Value: dataset}, {Name: "supplier", Value: supplier}},
	}
	if act != "" {
		n.Occasion, n.Law, n.Contest = Corrected, "credit-reporting art. 25", ByDispute
		n.Facts = append(n.Facts, Fact{Name: "act", Value: act})
	}
	if err := n.check(subject.Subject{ID: of}); err != nil {
		return Written{}, err
	}
	w := Written{notice: n}
	var err error
	w.body, err = n.body()
	return w, err
}

// body is what is kept of the notice beside what is kept in the clear.
func (n *Notice) body() ([]byte, error) {
	b, err := json.Marshal(told{n.Facts, n.Favour, n.Law, n.Contest, n.ContestZH, ending(n.Until)})
	if err != nil {
		return nil, fault.New(fault.Internal, "notice.body", "a notice cannot be written").By(err)
	}
	return b, nil
}

// told is the part of a notice that is kept in its body.
type told struct {
	Facts   []Fact        `json:"facts,omitempty"`
	Favour  []Fact        `json:"favour,omitempty"`
	Law     string        `json:"law"`
	Contest string        `json:"contest"`
	ZH      string        `json:"contest_zh,omitempty"`
	Until   *calendar.Day `json:"until,omitempty"`
}

func ending(d calendar.Day) *calendar.Day {
	if d == calendar.None || d == 0 {
		return nil
	}
	return &d
}

// Read puts a kept body, opened where it was sealed, back into the notice. A body that was not written by a Clerk is a
// Conflict.
func (n *Notice) Read(body []byte) error {
	var t told
	if err := json.Unmarshal(body, &t); err != nil {
		return fault.New(fault.Conflict, "notice.body", "the notice about %s to %s is damaged", n.Occasion, n.Subject).By(err)
	}
	n.Facts, n.Favour, n.Law, n.Contest, n.ContestZH, n.Until = t.Facts, t.Favour, t.Law, t.Contest, t.ZH, calendar.None
	if t.Until != nil {
		n.Until = *t.Until
	}
	return nil
}
