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
	"probity/internal/notice"
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

// Reason is one reason of a decision, in plain words of both languages; Code is stable, for programs.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
	ZH   string `json:"zh,omitempty"`
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

// because is a reason in both languages; zh has the verbs of format in the same order.
func because(code, format, zh string, args ...any) Reason {
	return Reason{code, fmt.Sprintf(format, args...), fmt.Sprintf(zh, args...)}
}

// orderReasons says what binds, on whose word, until when, and how to contest it.
func (s *Service) orderReasons(o *order.Order, m *catalogue.Measure) []Reason {
	scope, zhScope := "", ""
	if o.Scope != "" {
		scope, zhScope = ", for "+o.Scope, "，范围："+o.Scope
	}
	until := charter.RestrictsUntil(o, m)
	return []Reason{
		{
			reasonOrder,
			fmt.Sprintf("%s ordered %s (%s)%s under %s; it holds until %s", o.Issuer, m.Title.EN, o.Document.Number, scope, o.Basis, until),
			fmt.Sprintf("%s依据%s以%s命令%s%s，至%s止", s.chinese("agency", o.Issuer), s.lawZH(o.Basis.String()), o.Document.Number, m.Title.ZH, zhScope, until),
		},
		because(reasonContest, "to contest it: %s", "救济途径：%s", o.Appeal),
	}
}

// chinese is what the code of an agency or a law is called in Chinese; the code itself where the catalogue does not have it.
func (s *Service) chinese(what, code string) string {
	switch what {
	case "agency":
		if a := s.parts.Catalogue.Agency(code); a != nil {
			return a.Title.ZH
		}
	case "law":
		if l := s.parts.Catalogue.Law(code); l != nil {
			return l.Title.ZH
		}
	}
	return code
}

func (s *Service) lawZH(basis string) string {
	return notice.LawIn(notice.Chinese, basis, func(what, code string, _ notice.Language) string {
		if t := s.chinese(what, code); t != code {
			return t
		}
		return ""
	})
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
			r = because(reasonRule, "the rule of the benefit is met", "符合该项激励措施的规则")
			if d.Outcome != charter.Granted {
				r = because(reasonRule, "the rule of the benefit is not met", "不符合该项激励措施的规则")
			}
		case reasonOrder:
			r = because(reasonOrder, "an order is in force", "有限制令正在生效")
		}
		if !slices.Contains(reasons, r) {
			reasons = append(reasons, r)
		}
	}
	d.Reasons = reasons
	return d
}

func baselineReason(m *catalogue.Measure) Reason {
	return Reason{
		reasonBaseline, "nothing is taken away; as for everybody: " + strings.TrimRight(m.Benefit.Baseline.EN, "."),
		"不减损任何既有待遇，与所有人相同：" + strings.TrimRight(m.Benefit.Baseline.ZH, "。"),
	}
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
