package cli

import (
	"fmt"
	"io"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/measure"
)

// decideCommand answers whether a measure applies to a subject.
type decideCommand struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Measure string `required:"" placeholder:"CODE" complete:"measure" help:"The benefit or restriction asked about."`
	console.Reading
}

// Help shows the examples.
func (decideCommand) Help() string {
	return `A benefit is granted or not granted, from a rating and for persons under their own consent; where it is not granted nothing is taken away. A restriction is "restricted" or "clear", from orders in force and from nothing else. All four are exit code 0; an answer that the Charter refuses is exit code 3, and that we could not look is exit code 5 and never "clear". The reading is recorded before the answer, and the answer is kept with its reasons. About a person, granted and not granted are proposals (needs_ruling in the JSON): they take effect when a named official has ruled on them, with probity ruling make.

Examples:

    probity decide uscc:91000000MA0000007C --measure green-lane --purpose benefit --basis joint-incentives
    probity decide uscc:91000000MA0000007C --measure bidding-ban --purpose procurement --basis "bidding-law art. 26" --case 2026-118 --json`
}

// Run prints the decision.
func (c decideCommand) Run(s *console.Session) error {
	m, err := s.Measures()
	if err != nil {
		return err
	}
	cat, err := s.CatalogueInUse()
	if err != nil {
		return err
	}
	if cat.Measure(c.Measure) == nil {
		return console.Unknown("measure", c.Measure, s.Codes("measure"), "probity catalogue list measures shows those there are")
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	d, err := m.Decide(s.Ctx, measure.Request{
		As: by, Subject: sub.ID, Measure: c.Measure, Purpose: c.Purpose, Basis: c.Basis, Case: c.Case,
	})
	if err != nil {
		return err
	}
	s.Result(d, func(w io.Writer) { printDecision(w, &d) })
	if d.Outcome == charter.RefusedByCharter {
		return console.Exit(console.ExitRefused)
	}
	return nil
}

func printDecision(w io.Writer, d *measure.Decision) {
	fmt.Fprintf(w, "%s: %s for %s\n", console.Spoken(string(d.Outcome)), d.Measure, d.Subject)
	for _, r := range d.Reasons {
		fmt.Fprintf(w, "  %s\n", r.Text)
	}
	if d.Invariant != "" {
		fmt.Fprintf(w, "  refused by the Charter (%s)\n", d.Invariant)
	}
	if d.NeedsRuling {
		fmt.Fprintln(w, "  a proposal: it takes effect when an official has ruled on it, with reasons of its own (probity ruling make)")
	}
	if d.Until != calendar.None {
		fmt.Fprintf(w, "  holds until %s, unless a new act changes it\n", d.Until)
	}
	fmt.Fprintf(w, "decision %s, recorded as %s\n", d.ID, console.Either(d.Access, "an attempt"))
}
