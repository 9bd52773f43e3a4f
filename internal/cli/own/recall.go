package own

import (
	"fmt"
	"io"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/recall"
)

// Recalls are the commands about what recipients have to take back.
type Recalls struct {
	List        recallList        `cmd:"" help:"List what your agency was told to take back, or who was told about your file."`
	Acknowledge recallAcknowledge `cmd:"" help:"Say that your agency has done what it was told."`
	Laggards    recallLaggards    `cmd:"" help:"List who is late in taking back what was wrong; it is public."`
	Chase       recallChase       `cmd:"" help:"Remind everybody who is late, once a day at most."`
}

type recallList struct {
	Subject string `arg:"" optional:"" help:"Your own file: SCHEME:VALUE or a subject id. Without it, what your agency was told."`
}

// Help shows the examples.
func (recallList) Help() string {
	return `A correction goes to everybody who received the wrong value. With an official's credential it lists what the agency was told to do; with the subject's own, who was told, and who has answered.

Examples:

    probity recall list --as mof-clerk
    probity recall list uscc:91000000MA0000007C --as example-own`
}

// Run prints a line a demand.
func (c recallList) Run(s *console.Session) error {
	var list []recall.Pending
	by, err := s.Acting()
	if err != nil {
		return err
	}
	if c.Subject == "" {
		list, err = s.Opened.Recalls().Mine(s.Ctx, by)
	} else {
		var scope access.Scope
		if scope, err = s.OwnPart(c.Subject, access.Recalls); err != nil {
			return err
		}
		list, err = s.Opened.Recalls().Told(s.Ctx, scope)
	}
	if err != nil {
		return err
	}
	printPending(s, list)
	return nil
}

func printPending(s *console.Session, list []recall.Pending) {
	if list == nil {
		list = []recall.Pending{}
	}
	s.Result(map[string]any{"recalls": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "nothing has to be taken back")
			return
		}
		console.Columns(w, console.Row{"subject", "recipient", "to do", "about", "ground", "due", "state"}, console.Listed(list, func(p *recall.Pending) console.Row {
			return console.Row{p.Subject, p.Recipient, string(p.Kind), p.About, p.Ground, p.Due, state(s, p)}
		}))
	})
}

func state(s *console.Session, p *recall.Pending) string {
	switch {
	case !p.Open():
		return "done " + console.Minute(p.Acknowledged)
	case p.Late(s.Today()) > 0:
		return console.Count(p.Late(s.Today()), "day") + " late"
	case p.Due == calendar.None:
		return "open"
	}
	return "open, " + console.Count(int(p.Due-s.Today()), "day") + " left"
}

type recallAcknowledge struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id, as the list shows it."`
	About   string `arg:"" help:"What it is about: the id in the list."`
}

// Help shows the examples.
func (recallAcknowledge) Help() string {
	return `An official says for its own agency that the wrong value was corrected or deleted wherever the agency keeps it. The subject sees who said so.

Examples:

    probity recall acknowledge s0sadq5xqg0001 r0sadq5xqg0002 --as mof-clerk`
}

// Run acknowledges.
func (c recallAcknowledge) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	n, err := s.Opened.Recalls().Acknowledge(s.Ctx, by, sub.ID, c.About)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"acknowledged": n}, func(w io.Writer) {
		if n == 0 {
			fmt.Fprintf(w, "%s had answered that already\n", by.Agency())
			return
		}
		fmt.Fprintf(w, "%s has done what it was told about %s\n", by.Agency(), c.About)
	})
	return nil
}

type recallLaggards struct{}

// Help shows the examples.
func (recallLaggards) Help() string {
	return `No subject is named.

Examples:

    probity recall laggards`
}

// Run prints a line a recipient that is late.
func (recallLaggards) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	list, err := r.Recalls().Laggards(s.Ctx)
	if err != nil {
		return err
	}
	if list == nil {
		list = []recall.Laggard{}
	}
	s.Result(map[string]any{"laggards": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "nobody is late")
			return
		}
		console.Columns(w, console.Row{"recipient", "to do", "late", "oldest due", "days late", "reminders"}, console.Listed(list, func(l *recall.Laggard) console.Row {
			return console.Row{l.Recipient, string(l.Kind), l.Open, l.Oldest, l.Late, l.Reminders}
		}))
	})
	return nil
}

type recallChase struct{}

// Help shows the examples.
func (recallChase) Help() string {
	return `Examples:

    probity recall chase --json`
}

// Run reminds.
func (recallChase) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	list, err := r.Recalls().Chase(s.Ctx)
	if err != nil {
		return err
	}
	printPending(s, list)
	return nil
}
