package keys

import (
	"fmt"
	"io"
	"time"

	"probity/internal/access/mandate"
	"probity/internal/cli/console"
	"probity/internal/identity"
	"probity/internal/subject"
)

// Mandates are the commands about who may act for whom.
type Mandates struct {
	Give mandateGive `cmd:"" help:"Enter that somebody acts for a subject, by two officials at a counter."`
	End  mandateEnd  `cmd:"" help:"End a mandate at once."`
	List mandateList `cmd:"" help:"List who may act for a subject, and for whom it may act."`
}

// mandateAnswer is a mandate as JSON shows it.
type mandateAnswer struct {
	Mandate   mandate.ID    `json:"mandate"`
	Principal subject.ID    `json:"principal"`
	Holder    subject.ID    `json:"holder"`
	Acts      []mandate.Act `json:"acts"`
	From      time.Time     `json:"from"`
	Until     time.Time     `json:"until"`
	GivenAt   time.Time     `json:"given_at"`
	By        string        `json:"by"`
	With      string        `json:"with"`
	Document  string        `json:"document"`
	EndedAt   time.Time     `json:"ended_at,omitzero"`
	EndedBy   string        `json:"ended_by,omitempty"`
	State     string        `json:"state"`
}

func mandateOf(m *mandate.Mandate, now time.Time) mandateAnswer {
	a := mandateAnswer{
		Mandate: m.ID, Principal: m.Principal, Holder: m.Holder, Acts: m.Acts, From: m.From, Until: m.Until, GivenAt: m.Given, By: m.By, With: m.With,
		Document: m.Proof, EndedAt: m.EndedAt, EndedBy: m.EndedBy, State: "not yet",
	}
	switch {
	case !m.EndedAt.IsZero():
		a.State = "ended"
	case m.Over(now):
		a.State = "over"
	case m.Good(now):
		a.State = "good"
	}
	return a
}

// mandateGive enters a mandate.
type mandateGive struct {
	Subject    string        `arg:"" help:"For whom: SCHEME:VALUE, or a subject id."`
	Credential string        `arg:"" complete:"credential" help:"The own credential of who is to act, a human being's."`
	Act        []mandate.Act `required:"" enum:"read,contest,repair" placeholder:"ACT" help:"What it covers: read, contest, repair; several with a comma between them."`
	Document   string        `required:"" placeholder:"FILE" help:"The document by which it was given, or by which the law gives it; its SHA-256 is kept."`
	period
	console.Witness
}

// Help shows the examples.
func (mandateGive) Help() string {
	return `A company's clerk acts for the company, a guardian or an attorney for a human being. Two officials at a counter enter it, who saw the document and knew who gave it. Both sides are told. Whoever holds it names the subject with --for. It covers reading the whole file, contesting, and asking for repairs, as far as it says so. To consent, to withdraw a consent, to close a file and to have it erased is for the subject alone.

Examples:

    probity mandate give uscc:91330000MA000000XX wang-own --act read,contest,repair --document power-of-attorney.pdf --with wang-min
    probity file export uscc:91330000MA000000XX --as wang-own --for uscc:91330000MA000000XX`
}

// Run enters the mandate.
func (c mandateGive) Run(s *console.Session) error {
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	m := mandate.Mandate{Acts: c.Act}
	if m.Principal, err = s.Named(c.Subject); err != nil {
		return err
	}
	if m.Proof, err = console.DigestOf(c.Document); err != nil {
		return err
	}
	var term identity.Request
	if err := c.into(&term); err != nil {
		return err
	}
	m.From, m.Until = term.From, term.Until
	if m, err = s.Opened.Access.Entrust(s.Ctx, by, with, c.Credential, m); err != nil {
		return err
	}
	s.Result(mandateOf(&m, s.Process.Now()), func(w io.Writer) {
		fmt.Fprintf(w, "entered the mandate %s: %s acts for %s until %s\n", m.ID, m.Holder, m.Principal, console.Minute(m.Until))
	})
	return nil
}

// mandateEnd ends a mandate.
type mandateEnd struct {
	Subject string `arg:"" help:"Who gave it: SCHEME:VALUE, or a subject id."`
	Mandate string `arg:"" help:"The mandate, by its id."`
}

// Help shows the examples.
func (mandateEnd) Help() string {
	return `Who gave it ends it, or who holds it, or an official at a counter. From that moment on nothing is done by it; a reading that was let in by it and is not recorded yet is refused.

Examples:

    probity mandate end uscc:91330000MA000000XX m0000000000001 --as wang-own`
}

// Run ends the mandate.
func (c mandateEnd) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	id, err := mandate.ParseID(c.Mandate)
	if err != nil {
		return err
	}
	principal, err := s.Named(c.Subject)
	if err != nil {
		return err
	}
	if err := s.Opened.Access.EndMandate(s.Ctx, by, principal, id); err != nil {
		return err
	}
	s.Result(map[string]string{"mandate": id.String(), "state": "ended"}, func(w io.Writer) {
		fmt.Fprintf(w, "the mandate %s has ended\n", id)
	})
	return nil
}

// mandateList lists mandates.
type mandateList struct {
	Subject string `arg:"" optional:"" help:"Whose: SCHEME:VALUE, or a subject id; your own where none is named."`
}

// Help shows the examples.
func (mandateList) Help() string {
	return `A subject sees its own; an official at a counter those of a subject, which the subject's ledger says.

Examples:

    probity mandate list --as wang-own
    probity mandate list uscc:91330000MA000000XX --json`
}

// Run prints a line a mandate.
func (c mandateList) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	of := by.Subject()
	if c.Subject != "" {
		if of, err = s.Named(c.Subject); err != nil {
			return err
		}
	}
	if of == 0 {
		return console.Misuse("an official has no mandates of its own").With("name a subject: probity mandate list SCHEME:VALUE")
	}
	all, err := s.Opened.Access.Mandates(s.Ctx, by, of)
	if err != nil {
		return err
	}
	now := s.Process.Now()
	list := make([]mandateAnswer, len(all))
	for i := range all {
		list[i] = mandateOf(&all[i], now)
	}
	s.Result(map[string]any{"mandates": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "nobody acts for this subject, and it acts for nobody")
			return
		}
		console.Columns(w, console.Row{"mandate", "for", "acts", "may", "until", ""}, console.Listed(list, func(a *mandateAnswer) console.Row {
			return console.Row{a.Mandate.String(), a.Principal.String(), a.Holder.String(), fmt.Sprint(a.Acts), console.Minute(a.Until), a.State}
		}))
	})
	return nil
}
