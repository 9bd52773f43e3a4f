package job

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

// Plan says what is rated again, and when.
type Plan struct {
	Code  string `yaml:"code"`
	Title struct {
		EN string `yaml:"en"`
		ZH string `yaml:"zh"`
	} `yaml:"title"`
	// Models are their codes; none is every model in force.
	Models []string `yaml:"models"`
	// Outdated: only those are rated again whose ratings are outdated.
	Outdated bool `yaml:"outdated"`
	// Every is day, month or year; Day and Month say which one of the month or year.
	Every string `yaml:"every"`
	Month int    `yaml:"month"`
	Day   int    `yaml:"day"`
	// From is the first day on which it may be due.
	From   string `yaml:"from"`
	Source string `yaml:"source"`

	from calendar.Day
}

//go:embed schedule.yaml
var builtIn []byte

// BuiltIn is the schedule that comes with the program.
func BuiltIn() ([]Plan, error) { return ParseSchedule("schedule.yaml", builtIn) }

// ParseSchedule reads a schedule; a fault names the file and the plan.
func ParseSchedule(name string, text []byte) ([]Plan, error) {
	var file struct {
		Plans []Plan `yaml:"plans"`
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[string]bool{}
	for i := range file.Plans {
		p := &file.Plans[i]
		var err error
		if p.from, err = calendar.Parse(p.From); err != nil {
			return nil, fmt.Errorf("%s: plan %q: from: %w", name, p.Code, err)
		}
		switch {
		case p.Code == "" || seen[p.Code]:
			return nil, fmt.Errorf("%s: plan %d: its code %q is missing or taken", name, i+1, p.Code)
		case p.Title.EN == "" || p.Title.ZH == "" || p.Source == "":
			return nil, fmt.Errorf("%s: plan %q: it needs a title in both languages and a source", name, p.Code)
		case !slices.Contains([]string{"day", "month", "year"}, p.Every):
			return nil, fmt.Errorf("%s: plan %q: every is day, month or year, not %q", name, p.Code, p.Every)
		case p.Every != "day" && (p.Day < 1 || p.Day > 28), p.Every == "year" && (p.Month < 1 || p.Month > 12):
			return nil, fmt.Errorf("%s: plan %q: name a day from 1 to 28, and for a year the month", name, p.Code)
		}
		seen[p.Code] = true
	}
	return file.Plans, nil
}

// Due is the newest day, up to today, on which the plan was due; ok is false where it was not yet.
func (p *Plan) Due(today calendar.Day) (due calendar.Day, ok bool) {
	if due = today; p.Every != "day" {
		for due >= p.from && !p.on(due) {
			due--
		}
	}
	return due, due >= p.from
}

func (p *Plan) on(d calendar.Day) bool {
	_, month, day := d.Date()
	return day == p.Day && (p.Every == "month" || month == p.Month)
}
