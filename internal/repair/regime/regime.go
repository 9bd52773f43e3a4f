// Package regime holds the rules of repair as data: how long a matter of which tier is shown at least and at most under
// each of the regimes that followed each other, what must be done to have it taken down sooner, and which amnesties take it
// down by themselves. From them it reckons, for any record, from when and until when it may be shown.
//
// Which regime counts. A matter is judged by the regime in force on the day of its document and by every later one that
// is milder, never by a harsher one (Legislation Law art. 104: no rule reaches back, unless to the better protection of
// rights). A milder regime works from its first day in force, not before.
package regime

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/record"
)

//go:embed regimes.yaml
var regimesFile []byte

// ruleSet is the subject of the catalogue's rule sets in which the numbers stand.
const ruleSet = "repair."

// Text is a text in the languages of the platform; in files "English | 中文".
type Text catalogue.Text

// UnmarshalText reads "English | 中文".
func (t *Text) UnmarshalText(b []byte) error {
	en, zh, ok := strings.Cut(string(b), " | ")
	if !ok || en == "" || zh == "" {
		return fmt.Errorf("%q is not a text in two languages, \"English | 中文\"", b)
	}
	t.EN, t.ZH = en, zh
	return nil
}

// Effect is what a granted repair ends.
type Effect string

// The effects.
const (
	Unpublish Effect = "unpublish" // the public no longer sees it
	Unshare   Effect = "unshare"   // readers no longer get it, those who have it take it back
	Unscore   Effect = "unscore"   // no rating counts it any more
	Lift      Effect = "lift"      // measures that rest on it are lifted
)

// Condition is one thing the subject must have done.
type Condition struct {
	Code  string `json:"code"`
	Do    Text   `json:"do"`
	Where Text   `json:"where"`
	Proof Text   `json:"proof"`
}

// Regime is one edition of the rules.
type Regime struct {
	// Code is that of the catalogue's rule set, "repair.order36".
	Code  string         `json:"code"`
	Title catalogue.Text `json:"title"`
	// From and To bound the time in which it is in force, To excluded and None while it is.
	From   calendar.Day  `json:"from"`
	To     calendar.Day  `json:"to"`
	Source catalogue.Law `json:"source"`
	// Starts says from which day it counts, Decider who decides.
	Starts     Text        `json:"starts"`
	Decider    Text        `json:"decider"`
	Conditions []Condition `json:"conditions"`
	Effects    []Effect    `json:"effects"`
	Checked    string      `json:"checked"`

	periods                        map[string]calendar.Period
	safetyDatasets, safetyAgencies []string
}

// Rules are the regimes in the order of time, and the amnesties. They are read-only and safe for concurrent use.
type Rules struct {
	Regimes   []*Regime
	Amnesties []*Amnesty
}

type regimesYAML struct {
	Regimes []struct {
		Code, Checked   string
		Starts, Decider Text
		Conditions      []Condition
		Effects         []Effect
		SafetyDatasets  []string `yaml:"safety_datasets"`
		SafetyAgencies  []string `yaml:"safety_agencies"`
	}
}

// Load puts the built-in rules together with the numbers of the catalogue.
func Load(cat *catalogue.Catalogue) (*Rules, error) {
	amnesties, err := parseAmnesties("amnesties.yaml", amnestiesFile)
	if err != nil {
		return nil, err
	}
	regimes, err := parse("regimes.yaml", regimesFile, cat)
	return &Rules{regimes, amnesties}, err
}

// parse reads regimes and finds their numbers; name stands in messages.
func parse(name string, text []byte, cat *catalogue.Catalogue) ([]*Regime, error) {
	var f regimesYAML
	if err := strictly(text, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var list []*Regime
	for i := range f.Regimes {
		y := &f.Regimes[i]
		set := cat.RuleSet(y.Code, calendar.None)
		if set == nil || !strings.HasPrefix(y.Code, ruleSet) {
			return nil, fmt.Errorf("%s: the catalogue has no rule set %q with the regime's numbers", name, y.Code)
		}
		r := &Regime{
			Code: y.Code, Title: set.Title, From: set.From, To: set.To, Source: set.Source, Starts: y.Starts, Decider: y.Decider,
			Conditions: y.Conditions, Effects: y.Effects, Checked: y.Checked, periods: set.Periods,
			safetyDatasets: y.SafetyDatasets, safetyAgencies: y.SafetyAgencies,
		}
		for _, tier := range tiers {
			if r.periods[tier.String()+".max"].IsZero() {
				return nil, fmt.Errorf("%s: the rule set %s does not say how long a %s matter is shown at most", name, y.Code, tier)
			}
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b *Regime) int { return int(a.From) - int(b.From) })
	return list, nil
}

func strictly(text []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	return d.Decode(into)
}

var tiers = []record.Tier{record.Minor, record.General, record.Serious}

// Gravest is the tier of a matter that several penalties were imposed for: the longest period counts. A matter without a
// tier is general.
func Gravest(list ...record.Tier) record.Tier {
	g := record.NoTier
	for _, t := range list {
		g = max(g, t)
	}
	if g == record.NoTier {
		return record.General
	}
	return g
}

// bounds are how long a matter of the tier is shown at least and at most.
func (r *Regime) bounds(tier record.Tier, safety bool) (least, most calendar.Period) {
	t := Gravest(tier).String()
	least, most = r.periods[t+".min"], r.periods[t+".max"]
	const anyDay = calendar.Day(0)
	if s := r.periods["safety.min"]; safety && anyDay.Add(s) > anyDay.Add(least) {
		least = s
	}
	return least, most
}

// safety tells whether the regime counts a dataset among those of safety.
func (r *Regime) safety(dataset, agency string) bool {
	return slices.Contains(r.safetyDatasets, dataset) || slices.Contains(r.safetyAgencies, agency)
}

// Regime is the edition of the code, nil where there is none.
func (r *Rules) Regime(code string) *Regime {
	for _, x := range r.Regimes {
		if x.Code == code {
			return x
		}
	}
	return nil
}

// InForce is the edition in force on the day, nil where none is.
func (r *Rules) InForce(on calendar.Day) *Regime {
	for _, x := range slices.Backward(r.Regimes) {
		if on >= x.From && (x.To == calendar.None || on < x.To) {
			return x
		}
	}
	return nil
}
