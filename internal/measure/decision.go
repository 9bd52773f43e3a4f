package measure

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// DecisionID numbers a decision: time-ordered, positive, never reused.
type DecisionID int64

// String is the id as people and JSON see it: d and 13 characters; "" for no decision.
func (id DecisionID) String() string {
	if id == 0 {
		return ""
	}
	return subject.Encode('d', int64(id))
}

// ParseDecisionID reads the form of String; ok is false for any other text.
func ParseDecisionID(s string) (id DecisionID, ok bool) {
	n, ok := subject.Decode('d', s)
	return DecisionID(n), ok
}

// MarshalText writes the form of String.
func (id DecisionID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *DecisionID) UnmarshalText(b []byte) error {
	*id = 0
	if len(b) == 0 {
		return nil
	}
	n, ok := ParseDecisionID(string(b))
	if !ok {
		return fmt.Errorf("%q is not a decision id", b)
	}
	*id = n
	return nil
}

// Decision is the answer to one question about one subject and one measure, with the reasons as they were given.
type Decision struct {
	ID DecisionID `json:"decision"`
	// Access is the entry under which the reading was recorded before this answer left.
	Access  string          `json:"access"`
	Subject subject.ID      `json:"subject"`
	Measure string          `json:"measure"`
	Outcome charter.Outcome `json:"outcome"`
	Reasons []Reason        `json:"reasons"`
	// Order is the order behind a restriction, Listing the entry on a list where it follows from one; Until the first day
	// on which the answer no longer holds, None where only a new act or record changes it.
	Order   order.ID     `json:"order"`
	Listing entry.ID     `json:"listing,omitempty"`
	Until   calendar.Day `json:"until"`
	// Official is who asked, Basis the legal basis named for asking.
	Official string `json:"official"`
	Basis    string `json:"basis"`
	// Consent is the person's own consent that the answer rests on, 0 where it rests on none.
	Consent consent.ID `json:"consent"`
	// Invariant is the line of the Charter that refused, "" where none did.
	Invariant string `json:"invariant"`
	// NeedsRuling tells that the answer is a proposal: it draws on a human being's rating, and takes effect when a named
	// official of the asking office has ruled on it (Charter C14).
	NeedsRuling bool `json:"needs_ruling,omitempty"`
}

// Reason is one reason of a decision, in plain words; Code is stable, for programs and translations.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// DecisionText is a decision as it is kept.
type DecisionText struct {
	Text
	Reader string
	At     time.Time
}

// KeptDecision is a decision as it was kept on a subject.
type KeptDecision struct {
	DecisionText
	Subject subject.ID
	ID      DecisionID
}

// Codes of reasons.
const (
	reasonOrder       = "order.in_force"
	reasonContest     = "order.contest"
	reasonList        = "list.entry"
	reasonNoOrder     = "order.none"
	reasonBand        = "benefit.band"
	reasonNotRated    = "benefit.not_rated"
	reasonRule        = "benefit.rule"
	reasonBaseline    = "benefit.baseline"
	reasonCharter     = "charter.refused"
	reasonCharterCure = "charter.cure"
)

func because(code, format string, args ...any) Reason {
	return Reason{code, fmt.Sprintf(format, args...)}
}

// orderReasons says what binds, on whose word, until when, and how to contest it.
func orderReasons(o *order.Order, m *catalogue.Measure) []Reason {
	scope := ""
	if o.Scope != "" {
		scope = ", for " + o.Scope
	}
	return []Reason{
		because(reasonOrder, "%s ordered %s (%s)%s under %s; it holds until %s",
			o.Issuer, m.Title.EN, o.Document.Number, scope, o.Basis, charter.RestrictsUntil(o, m)),
		because(reasonContest, "to contest it: %s", o.Appeal),
	}
}

// told is the decision as the reader may be told it. Where only yes or no may leave, what came of a rating or stands in
// an order's document stays behind; the order's id and the way to contest it go along, for whoever stands at the counter
// must learn both.
func (d Decision) told(sub subject.Subject, level charter.Level) Decision {
	if level >= charter.BandOnly || !sub.Kind.Natural() {
		return d
	}
	var reasons []Reason
	for _, r := range d.Reasons {
		switch r.Code {
		case reasonBand, reasonNotRated:
			r = because(reasonRule, "the rule of the benefit is met")
			if d.Outcome != charter.Granted {
				r = because(reasonRule, "the rule of the benefit is not met")
			}
		case reasonOrder:
			r = because(reasonOrder, "an order is in force")
		}
		if !slices.Contains(reasons, r) {
			reasons = append(reasons, r)
		}
	}
	d.Reasons = reasons
	return d
}

func baselineReason(m *catalogue.Measure) Reason {
	return because(reasonBaseline, "nothing is taken away; as for everybody: %s", strings.TrimRight(m.Benefit.Baseline.EN, "."))
}

// earliest is the earlier of two days, None counting as never.
func earliest(a, b calendar.Day) calendar.Day {
	switch {
	case a == calendar.None:
		return b
	case b == calendar.None:
		return a
	}
	return min(a, b)
}

// frozen is the decision as it is kept: the answer without its id, which the store gives.
func (d *Decision) frozen() ([]byte, error) {
	plain := *d
	plain.ID = 0
	return json.Marshal(plain)
}
