package reads

import (
	"fmt"
	"io"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/delay"
	"probity/internal/cli/console"
)

type delayed struct {
	whose
	Reader   string `required:"" placeholder:"CODE" complete:"agency" help:"The agency whose readings are meant."`
	Case     string `required:"" placeholder:"NUMBER" help:"The case, as that agency states it."`
	Purpose  string `default:"court-case" placeholder:"CODE" complete:"purpose" help:"What they are read for: court-case or audit."`
	Document string `required:"" placeholder:"NUMBER" help:"The number of the court's order."`
	File     string `required:"" placeholder:"FILE" help:"Its text; the SHA-256 is kept."`
	Basis    string `required:"" placeholder:"LAW" help:"Its legal basis: one that the purpose allows."`
	Until    string `required:"" placeholder:"DAY" help:"The first day on which the readings are shown; within six months."`
}

// Help shows the examples.
func (delayed) Help() string {
	return `Entered by an official of the court. It covers readings from now on; what the subject could see stays visible. The subject sees meanwhile that there is an entry, and its hash; from the day on it sees the contents and is told.

Examples:

    probity reads delay uscc:91000000MA0000007C --reader audit-office --case "(2026) 17" --document "Order 5" --file order.pdf --basis civil-procedure-law --until 2027-02-01 --as judge`
}

// Run enters the order.
func (c delayed) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	o := delay.Order{Subject: sub.ID, Reader: c.Reader, Purpose: c.Purpose, Case: c.Case, Document: c.Document, Basis: c.Basis}
	if o.End, err = console.Day("until", c.Until); err != nil {
		return err
	}
	if o.Digest, err = console.DigestOf(c.File); err != nil {
		return err
	}
	id, err := r.Delays().Enter(s.Ctx, by, o)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"order": id, "until": o.End}, func(w io.Writer) {
		fmt.Fprintf(w, "entered order %s: readings by %s in the case %s are shown to their subject from %s on\n", id, c.Reader, c.Case, o.End)
	})
	return nil
}

type delays struct{}

// Help shows the examples.
func (delays) Help() string {
	return `For everybody: how many orders each court gave in a month, and how many still run. It names no subject, no reader and no case.

Examples:

    probity reads delays --json`
}

// Run prints a line a court and month.
func (delays) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	counts, err := r.Delays().Counts(s.Ctx)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"delays": counts}, func(w io.Writer) {
		if len(counts) == 0 {
			fmt.Fprintln(w, "no court has ordered that a reading be shown later")
			return
		}
		console.Columns(w, console.Row{"month", "court", "orders", "running"}, console.Listed(counts, func(c *delay.Count) console.Row {
			return console.Row{c.Month, c.Court, c.Orders, c.Running}
		}))
	})
	return nil
}

type reveal struct{}

// Help shows the examples.
func (reveal) Help() string {
	return `The ledger shows such readings by itself from the day on; this writes the notices. Run it once a day, and again as often as you like: nobody is told twice.

Examples:

    probity reads reveal`
}

// Run writes the notices.
func (reveal) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	told, err := r.Delays().Reveal(s.Ctx)
	if err != nil {
		return err
	}
	s.Result(map[string]int{"told": told}, func(w io.Writer) { fmt.Fprintf(w, "wrote %s\n", console.Count(told, "notice")) })
	return nil
}

type quotas struct {
	Day string `placeholder:"DAY" help:"The day; today where it is not given."`
}

// Help shows the examples.
func (quotas) Help() string {
	return `An agency that has used its quota for a purpose is refused until the next day, and each attempt is logged. A sudden rise over the weeks before is marked.

Examples:

    probity reads quotas
    probity reads quotas --day 2026-11-22 --json`
}

// use is a reader's line.
type use struct {
	Reader  string `json:"reader"`
	Purpose string `json:"purpose"`
	Reads   int64  `json:"reads"`
	Quota   int64  `json:"quota"`
	Earlier int64  `json:"earlier"`
	Rises   bool   `json:"rises"`
}

// Run prints a line a reader and purpose.
func (c quotas) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	day, err := console.Day("day", c.Day)
	if err != nil {
		return err
	}
	if day == calendar.None {
		day = calendar.In(r.Now(), calendar.Shanghai)
	}
	found, err := r.Access.Uses(s.Ctx, day)
	if err != nil {
		return err
	}
	uses := make([]use, 0, len(found))
	for i := range found {
		uses = append(uses, useOf(&found[i]))
	}
	s.Result(map[string]any{"day": day, "uses": uses}, func(w io.Writer) {
		if len(uses) == 0 {
			fmt.Fprintf(w, "no agency read on %s\n", day)
			return
		}
		console.Columns(w, console.Row{"reader", "purpose", "reads", "quota", ""}, console.Listed(uses, func(u *use) console.Row {
			return console.Row{u.Reader, u.Purpose, console.Grouped(u.Reads), console.Grouped(u.Quota), map[bool]string{true: "sudden rise"}[u.Rises]}
		}))
	})
	return nil
}

func useOf(u *access.Use) use {
	return use{Reader: u.Reader, Purpose: u.Purpose, Reads: u.Count, Quota: u.Limit, Earlier: u.Earlier, Rises: u.Rises}
}

type caseOf struct {
	Reference string `arg:"" help:"The reference: ref- and letters."`
}

// Help shows the examples.
func (caseOf) Help() string {
	return `Where a case concerns several subjects, each one's ledger carries a reference of its own in place of the case's number, so that none learns of the others. A subject that asks is answered by the agency that read.

Examples:

    probity reads case ref-k3v7q2m9x4c8b6n5`
}

// Run prints the case.
func (c caseOf) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	file, err := r.Access.CaseOf(s.Ctx, by, c.Reference)
	if err != nil {
		return err
	}
	s.Result(map[string]string{"reference": c.Reference, "case": file}, func(w io.Writer) { fmt.Fprintln(w, file) })
	return nil
}
