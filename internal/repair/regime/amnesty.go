package regime

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"probity/calendar"
	"probity/internal/record"
)

//go:embed amnesties.yaml
var amnestiesFile []byte

// Amnesty is one rule that takes records down by itself.
type Amnesty struct {
	Code      string       `yaml:"code" json:"code"`
	Title     Text         `yaml:"title" json:"title"`
	Source    Text         `yaml:"source" json:"source"`
	Published calendar.Day `yaml:"published" json:"published"`
	Checked   string       `yaml:"checked" json:"checked"`
	// Families are the record families it bears on.
	Families []string `yaml:"families" json:"families"`
	// Occurred bounds the event days, To excluded.
	Occurred struct {
		From calendar.Day `yaml:"from" json:"from"`
		To   calendar.Day `yaml:"to" json:"to"`
	} `yaml:"occurred" json:"occurred"`
	// Amount is what may be owed at most, in fen: the one field less the other, where that is named.
	Amount struct {
		Field string `yaml:"field" json:"field"`
		Less  string `yaml:"less" json:"less,omitempty"`
		Most  int64  `yaml:"most" json:"most"`
	} `yaml:"amount" json:"amount"`
	// Repaid is the field with the day of the last payment, and the last day on which that counts.
	Repaid struct {
		Field string       `yaml:"field" json:"field"`
		To    calendar.Day `yaml:"to" json:"to"`
	} `yaml:"repaid" json:"repaid"`
	// Hidden says from when on the record is gone.
	Hidden []Hidden `yaml:"hidden" json:"hidden"`
}

// Hidden is from when on a record repaid on RepaidTo or before is gone: on the day From, or at the end of the month after
// the payment.
type Hidden struct {
	RepaidTo       calendar.Day `yaml:"repaid_to" json:"repaid_to"`
	From           calendar.Day `yaml:"from" json:"from,omitzero"`
	EndOfNextMonth bool         `yaml:"end_of_next_month" json:"end_of_next_month,omitempty"`
}

func parseAmnesties(name string, text []byte) ([]*Amnesty, error) {
	var f struct{ Amnesties []*Amnesty }
	if err := strictly(text, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, a := range f.Amnesties {
		whole := a.Code != "" && len(a.Families) > 0 && a.Occurred.From < a.Occurred.To && a.Amount.Field != "" && a.Amount.Most > 0 &&
			a.Repaid.Field != "" && len(a.Hidden) > 0 && (a.Checked == "verified" || a.Checked == "recalled")
		if !whole || a.Hidden[len(a.Hidden)-1].RepaidTo != a.Repaid.To {
			return nil, fmt.Errorf("%s: the amnesty %q is not whole: state families, occurred, amount, repaid, hidden up to the last day of repayment, and checked", name, a.Code)
		}
		for i, h := range a.Hidden {
			if h.EndOfNextMonth == (h.From != 0) || i > 0 && h.RepaidTo <= a.Hidden[i-1].RepaidTo {
				return nil, fmt.Errorf("%s: the amnesty %q: the lines of hidden go on in time, and each has one day", name, a.Code)
			}
		}
	}
	return f.Amnesties, nil
}

// Hides is the day from which on the amnesty takes a record of the family down, None where it does not bear on it. What the
// record does not state, an amount or the day of the payment, is not guessed.
func (a *Amnesty) Hides(family string, v *record.Version) calendar.Day {
	if !v.Adverse || v.Occurred < a.Occurred.From || v.Occurred >= a.Occurred.To || !slices.Contains(a.Families, family) {
		return calendar.None
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(v.Payload, &fields) != nil {
		return calendar.None
	}
	owed, stated := amount(fields, a.Amount.Field)
	if !stated {
		return calendar.None
	}
	if paid, stated := amount(fields, a.Amount.Less); stated {
		owed -= paid
	}
	var repaid calendar.Day
	if raw, ok := fields[a.Repaid.Field]; !ok || json.Unmarshal(raw, &repaid) != nil || repaid == calendar.None {
		return calendar.None
	}
	if owed > a.Amount.Most {
		return calendar.None
	}
	for _, h := range a.Hidden {
		if repaid <= h.RepaidTo {
			return h.day(repaid)
		}
	}
	return calendar.None
}

func (h Hidden) day(repaid calendar.Day) calendar.Day {
	if !h.EndOfNextMonth {
		return h.From
	}
	y, m, _ := repaid.Add(calendar.Period{Months: 1}).Date()
	last, _ := calendar.Date(y, m, calendar.DaysIn(y, m))
	return last
}

func amount(fields map[string]json.RawMessage, name string) (n int64, stated bool) {
	raw, ok := fields[name]
	return n, ok && json.Unmarshal(raw, &n) == nil
}
