package remedy

import (
	"fmt"
	"io"
	"slices"

	"probity/calendar"
	"probity/internal/cli/console"
	"probity/internal/clock"
)

// Clocks are the commands about time limits.
type Clocks struct {
	List clockList `cmd:"" help:"List the time limits with their sources."`
	Due  clockDue  `cmd:"" help:"Say when a clock runs out."`
}

type clockList struct {
	Event string `placeholder:"CODE" help:"One event only."`
}

// Help shows the examples.
func (clockList) Help() string {
	return `Each limit is dated and names its source. "verified" was read in a public copy, "recalled" is to be confirmed before anybody relies on it, "own" is a number of this platform.

Examples:

    probity clock list
    probity clock list --event dispute-answer --json`
}

// Run prints the limits.
func (c clockList) Run(s *console.Session) error {
	list := []clock.Limit{}
	for _, l := range clock.BuiltIn().Limits() {
		if c.Event == "" || c.Event == string(l.Event) {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		return console.Unknown("event", c.Event, console.Words(clock.BuiltIn().Events()), "probity clock list shows those there are")
	}
	s.Result(map[string]any{"limits": list}, func(w io.Writer) {
		console.Columns(w, console.Row{"event", "limit", "extension", "of", "from", "until", "checked", "source"}, console.Listed(list, func(l *clock.Limit) console.Row {
			least := ""
			if l.Sense == clock.AtLeast {
				least = "at least "
			}
			return console.Row{l.Event, least + l.Length.String(), l.Extension, l.Jurisdiction, l.From, l.To, l.Checked, l.Source}
		}))
	})
	return nil
}

type clockDue struct {
	Event        string   `arg:"" help:"What the clock runs for; probity clock list shows the events."`
	From         string   `placeholder:"DAY" help:"The day on which it began; today where it is not given."`
	Jurisdiction []string `placeholder:"CODE" help:"Whose law counts beside the Charter's: cn, eu, us; may be given more than once. All where it is not given."`
}

// Help shows the examples.
func (clockDue) Help() string {
	return `The shortest limit in force counts (for what may not be over sooner, the longest). Working days go by the published holidays with the days worked in exchange; in a year that is not published yet Monday to Friday are assumed, and that is said.

Examples:

    probity clock due dispute-answer --from 2026-02-13
    probity clock due repair-decision --from 2026-09-30 --jurisdiction cn --json`
}

// Run prints the day.
func (c clockDue) Run(s *console.Session) error {
	from, err := console.Day("from", c.From)
	if err != nil {
		return err
	}
	if from == calendar.None {
		from = s.Today()
	}
	table := clock.BuiltIn()
	if events := console.Words(table.Events()); !slices.Contains(events, c.Event) {
		return console.Unknown("event", c.Event, events, "probity clock list shows those there are")
	}
	in := make([]clock.Jurisdiction, 0, len(c.Jurisdiction))
	for _, j := range c.Jurisdiction {
		in = append(in, clock.Jurisdiction(j))
	}
	d, err := table.Due(clock.Event(c.Event), from, in...)
	if err != nil {
		return err
	}
	s.Result(d, func(w io.Writer) {
		fmt.Fprintf(w, "%s from %s: %s (%s, %s)\n", c.Event, from, d.Day, d.Limit.Length, d.Limit.Source)
		if d.Assumed {
			fmt.Fprintln(w, "  the public holidays of a year on the way are not known; Monday to Friday were assumed")
		}
	})
	return nil
}
