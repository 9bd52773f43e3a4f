package regime

import (
	"encoding/json"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/record"
)

// Limits reckons when records lapse by the rules of repair, besides the day their own contract sets. It is read-only and
// safe for concurrent use.
type Limits struct {
	rules *Rules
	// by is what each contract number asks for; most ask for nothing.
	by map[int]*limit
}

type limit struct {
	dataset, agency, family string
	// tiered: the regimes of repair end its publication; field is the day they count from, "" for the event day.
	tiered    bool
	field     string
	amnesties []*Amnesty
}

// NewLimits makes limits for the contracts, given as the dataset of each contract number.
func NewLimits(rules *Rules, cat *catalogue.Catalogue, datasets map[int]string) *Limits {
	l := &Limits{rules: rules, by: map[int]*limit{}}
	for number, code := range datasets {
		if x := rules.limit(cat.Dataset(code)); x != nil {
			l.by[number] = x
		}
	}
	return l
}

func (r *Rules) limit(c *catalogue.Contract) *limit {
	if c == nil {
		return nil
	}
	x := &limit{dataset: c.Code, agency: c.Supplier, family: c.Family, tiered: Repairable(c)}
	if c.Publication.From != c.Occurred {
		x.field = c.Publication.From
	}
	for _, a := range r.Amnesties {
		for _, f := range a.Families {
			if f == c.Family {
				x.amnesties = append(x.amnesties, a)
			}
		}
	}
	if !x.tiered && x.amnesties == nil {
		return nil
	}
	return x
}

// Repairable tells whether the regimes of repair bear on a dataset: its contract refers to them.
func Repairable(c *catalogue.Contract) bool {
	const prefix = len("repair")
	r := c.Publication.Rules
	return c.Publication.Public && len(r) >= prefix && r[:prefix] == "repair"
}

// Lapse is the first day on which the version may no longer be seen: the day its contract sets, or the end of its
// publication by the regimes of repair, or the day of an amnesty, whichever comes first. A matter that has not ended, so
// that its contract sets no day, is not ended by the passing of a period of publication either: until it is corrected the
// rules of its sector hold (Order 36). Of the version it reads contract, tier, adverse, occurred, lapse and payload.
func (l *Limits) Lapse(v *record.Version) calendar.Day {
	x := l.by[v.Contract]
	if x == nil || !v.Adverse {
		return v.Lapse
	}
	lapse := v.Lapse
	if x.tiered && lapse != calendar.None {
		if w, ok := l.rules.Window(v.Tier, x.since(v), x.dataset, x.agency); ok && w.Until < lapse {
			lapse = w.Until
		}
	}
	for _, a := range x.amnesties {
		if day := a.Hides(x.family, v); day != calendar.None && (lapse == calendar.None || day < lapse) {
			lapse = day
		}
	}
	return lapse
}

// Window is from when and until when the version may be shown; ok is false where the regimes do not bear on it.
func (l *Limits) Window(v *record.Version) (w Window, ok bool) {
	x := l.by[v.Contract]
	if x == nil || !x.tiered || !v.Adverse {
		return w, false
	}
	return l.rules.Window(v.Tier, x.since(v), x.dataset, x.agency)
}

// Amnesty is the amnesty that takes the version down, nil where none does.
func (l *Limits) Amnesty(v *record.Version) *Amnesty {
	if x := l.by[v.Contract]; x != nil {
		for _, a := range x.amnesties {
			if a.Hides(x.family, v) != calendar.None {
				return a
			}
		}
	}
	return nil
}

// since is the day from which the publication counts.
func (x *limit) since(v *record.Version) calendar.Day {
	if x.field == "" {
		return v.Occurred
	}
	var fields map[string]json.RawMessage
	day := v.Occurred
	if json.Unmarshal(v.Payload, &fields) == nil {
		if raw, ok := fields[x.field]; ok && json.Unmarshal(raw, &day) != nil {
			return v.Occurred
		}
	}
	return day
}
