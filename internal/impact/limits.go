package impact

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
)

//go:embed limits.yaml
var builtIn []byte

// Editions are the numbers by which reports are made and judged, by the day from which they hold; the oldest first.
// They are read-only.
type Editions []Limits

// BuiltIn are the editions that come with the program.
var BuiltIn = sync.OnceValue(func() Editions {
	e, err := ParseLimits("limits.yaml", builtIn)
	if err != nil {
		panic(err) // it is compiled in and tested
	}
	return e
})

// Limits is one edition; each number stands with its source in the file.
type Limits struct {
	From calendar.Day `yaml:"from" json:"from"`
	// GoodFor is how long after it was made a report carries an approval.
	GoodFor struct {
		Is      calendar.Period `yaml:"is" json:"is"`
		Sourced `yaml:",inline"`
	} `yaml:"good_for" json:"good_for"`
	// Small: of human beings, counts from 1 to Below-1 are not shown.
	Small struct {
		Below   int64 `yaml:"below" json:"below"`
		Sourced `yaml:",inline"`
	} `yaml:"small" json:"small"`
	Stability struct {
		Thumb struct {
			Watch   float64 `yaml:"watch" json:"watch"`
			Act     float64 `yaml:"act" json:"act"`
			Sourced `yaml:",inline"`
		} `yaml:"thumb" json:"thumb"`
		Chance struct {
			Probability float64 `yaml:"probability" json:"probability"`
			Sourced     `yaml:",inline"`
		} `yaml:"chance" json:"chance"`
		Bins struct {
			Is      int `yaml:"is" json:"is"`
			Sourced `yaml:",inline"`
		} `yaml:"bins" json:"bins"`
	} `yaml:"stability" json:"stability"`
	// Cuts are the numbers of points by which each cut is moved, ascending.
	Cuts struct {
		By      []int64 `yaml:"by" json:"by"`
		Sourced `yaml:",inline"`
	} `yaml:"cuts" json:"cuts"`
	// Movers is how many organisations are named in each direction.
	Movers struct {
		Is      int `yaml:"is" json:"is"`
		Sourced `yaml:",inline"`
	} `yaml:"movers" json:"movers"`
	Histogram struct {
		Bins    int `yaml:"bins" json:"bins"`
		Sourced `yaml:",inline"`
	} `yaml:"histogram" json:"histogram"`
	Sizes struct {
		Classes []SizeClass `yaml:"classes" json:"classes"`
		Sourced `yaml:",inline"`
	} `yaml:"sizes" json:"sizes"`
}

// Sourced says where a number is from. Checked is "verified", "recalled", or "own" for a number of this platform.
type Sourced struct {
	Source  string `yaml:"source" json:"source"`
	Checked string `yaml:"checked" json:"checked"`
}

// SizeClass is a class of organisations by persons employed; Below is 0 in the last one.
type SizeClass struct {
	Code  string         `yaml:"code" json:"code"`
	Title catalogue.Text `yaml:"title" json:"title"`
	Below int64          `yaml:"below" json:"below,omitempty"`
}

// ParseLimits reads a file of editions.
func ParseLimits(name string, text []byte) (Editions, error) {
	var file struct {
		Editions Editions `yaml:"editions"`
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return nil, fault.New(fault.Invalid, "impact.limits", "the limits cannot be read: %v", err).At(name)
	}
	if len(file.Editions) == 0 {
		return nil, fault.New(fault.Invalid, "impact.limits", "there is no edition of the limits").At(name)
	}
	for i := range file.Editions {
		l := &file.Editions[i]
		if i > 0 && l.From <= file.Editions[i-1].From {
			return nil, fault.New(fault.Invalid, "impact.limits", "the edition from %s does not follow the one before it", l.From).At(name)
		}
		if text := l.wrong(); text != "" {
			return nil, fault.New(fault.Invalid, "impact.limits", "the edition from %s: %s", l.From, text).At(name)
		}
	}
	return file.Editions, nil
}

func (l *Limits) wrong() string {
	s := &l.Stability
	switch {
	case l.GoodFor.Is.IsZero():
		return "good_for is missing"
	case l.Small.Below < 2:
		return "small.below hides nothing"
	case s.Thumb.Watch <= 0 || s.Thumb.Act <= s.Thumb.Watch:
		return "stability.thumb: act is above watch, and both above 0"
	case s.Chance.Probability <= 0 || s.Chance.Probability >= 1:
		return "stability.chance.probability is between 0 and 1"
	case s.Bins.Is < 2 || l.Histogram.Bins < 2:
		return "a distribution has two bins at least"
	case l.Movers.Is < 0:
		return "movers.is is below 0"
	case len(l.Cuts.By) == 0 || len(l.Sizes.Classes) == 0:
		return "cuts.by or sizes.classes is empty"
	}
	return l.wrongOrder()
}

func (l *Limits) wrongOrder() string {
	for i, by := range l.Cuts.By {
		if by < 1 || i > 0 && by <= l.Cuts.By[i-1] {
			return "cuts.by does not ascend from 1"
		}
	}
	last := len(l.Sizes.Classes) - 1
	for i, c := range l.Sizes.Classes {
		if (c.Below == 0) != (i == last) || i > 0 && i < last && c.Below <= l.Sizes.Classes[i-1].Below {
			return fmt.Sprintf("the class %s does not end above the one before it", c.Code)
		}
	}
	for _, s := range []Sourced{
		l.GoodFor.Sourced, l.Small.Sourced, l.Stability.Thumb.Sourced, l.Stability.Chance.Sourced, l.Stability.Bins.Sourced, l.Cuts.Sourced,
		l.Movers.Sourced, l.Histogram.Sourced, l.Sizes.Sourced,
	} {
		if s.Source == "" || s.Checked != "verified" && s.Checked != "recalled" && s.Checked != "own" {
			return "a number has no source, or does not say how far it was checked"
		}
	}
	return ""
}

// On is the edition in force on the day; the oldest before any is.
func (e Editions) On(day calendar.Day) *Limits {
	found := &e[0]
	for i := range e {
		if e[i].From <= day {
			found = &e[i]
		}
	}
	return found
}
