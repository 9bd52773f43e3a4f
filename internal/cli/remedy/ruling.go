package remedy

import (
	"fmt"
	"io"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/measure"
	"probity/internal/ruling"
	"probity/internal/ruling/verdict"
	"probity/internal/subject"
)

// Rulings are the commands about decisions of officials on persons.
type Rulings struct {
	Pending     rulingPending     `cmd:"" help:"List the proposals and reviews that wait for the office of the credential."`
	Make        rulingMake        `cmd:"" help:"Decide on a proposal about a person, or answer a review, for reasons of one's own."`
	Review      rulingReview      `cmd:"" help:"Ask that another official look at a ruling."`
	List        rulingList        `cmd:"" help:"List the rulings on a person; the newest on a proposal is in effect."`
	Concordance rulingConcordance `cmd:"" help:"Say how often officials decided what the cut-off of the rating alone would have said."`
}

func bench(s *console.Session, who string) (*ruling.Service, subject.ID, access.Credential, error) {
	sub, err := s.Subject(who)
	if err != nil {
		return nil, 0, access.Credential{}, err
	}
	by, err := s.Acting()
	if err != nil {
		return nil, 0, by, err
	}
	return s.Opened.Rulings(), sub.ID, by, nil
}

type rulingPending struct{}

// Help shows the examples.
func (rulingPending) Help() string {
	return `Examples:

    probity ruling pending --as zhou`
}

// Run prints what waits.
func (rulingPending) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	list, err := s.Opened.Rulings().Pending(s.Ctx, by)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"pending": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "nothing waits for this office")
			return
		}
		console.Columns(w, console.Row{"due", "subject", "decision", "measure", "proposed", "review of"}, console.Listed(list, func(p *ruling.Pending) console.Row {
			return console.Row{p.Due, p.Subject, p.Decision, p.Measure, console.Spoken(string(p.Proposed)), p.Review}
		}))
	})
	return nil
}

type rulingMake struct {
	Subject    string   `arg:"" help:"SCHEME:VALUE or a subject id."`
	Decision   string   `arg:"" help:"The id of the proposal that probity decide gave."`
	Outcome    string   `required:"" enum:"granted,not-granted" placeholder:"WORD" help:"granted or not-granted; it need not be what was proposed."`
	Reasons    string   `required:"" placeholder:"TEXT" help:"The official's own reasons in this person's case."`
	Considered []string `required:"" placeholder:"TEXT" sep:"none" help:"A fact that was looked at; may be given more than once."`
	Favour     []string `required:"" placeholder:"TEXT" sep:"none" help:"What counted in the person's favour; may be given more than once."`
	Reviews    string   `placeholder:"RULING" help:"The ruling whose review this answers."`
}

// Help shows the examples.
func (rulingMake) Help() string {
	return `A decision about a person that draws on a rating is taken by a named official, for reasons of that official's own: a text that is too short, that fits anybody, that is the system's or that of an earlier ruling is refused. The ruling is in effect when the command returns, and the person has been told. Where an official or an office follows the cut-off in more than 95 of 100 decisions (thirty at least), that is said.

Examples:

    probity ruling make id:000000199001010018 d0f3k0000000a1 --as zhou --outcome granted --considered "ten months of repayments" --favour "no instalment was late" --reasons "All ten instalments came in on the day; the transfer that was late in 2024 was explained at the counter."`
}

// Run makes the ruling.
func (c rulingMake) Run(s *console.Session) error {
	svc, of, by, err := bench(s, c.Subject)
	if err != nil {
		return err
	}
	m := ruling.Making{As: by, Subject: of, Outcome: verdict.Granted, Reasons: c.Reasons, Considered: c.Considered, Favour: c.Favour}
	if c.Outcome == "not-granted" {
		m.Outcome = verdict.NotGranted
	}
	var ok bool
	if m.Decision, ok = measure.ParseDecisionID(c.Decision); !ok {
		return console.Misuse("%q is not a decision id", c.Decision).With("probity ruling pending lists what waits for a ruling")
	}
	if err := m.Reviews.UnmarshalText([]byte(c.Reviews)); err != nil {
		return console.Misuse("%v", err).With("probity ruling list shows the rulings with their ids")
	}
	made, err := svc.Make(s.Ctx, m)
	if err != nil {
		return err
	}
	s.Result(made, func(w io.Writer) {
		printRuling(w, &made.Ruling)
		for _, c := range made.Warnings {
			fmt.Fprintf(w, "warning: %s\n", concordant(&c))
		}
	})
	return nil
}

func printRuling(w io.Writer, r *verdict.Ruling) {
	fmt.Fprintf(w, "ruling %s on %s: %s, %s (proposed: %s)\n", r.ID, r.Subject, r.Measure, console.Spoken(string(r.Outcome)), console.Spoken(string(r.Proposed)))
	fmt.Fprintf(w, "  by %s, %s, on the proposal %s\n", r.By(), console.Minute(r.At), r.Decision)
	if r.Reviews != 0 {
		fmt.Fprintf(w, "  reviews %s\n", r.Reviews)
	}
	if r.Reasons != "" {
		fmt.Fprintf(w, "  %s\n", r.Reasons)
	}
	for _, f := range r.Considered {
		fmt.Fprintf(w, "  considered: %s\n", f)
	}
	for _, f := range r.Favour {
		fmt.Fprintf(w, "  in favour: %s\n", f)
	}
	switch {
	case r.Review != nil && r.Review.Answer != 0:
		fmt.Fprintf(w, "  reviewed by %s\n", r.Review.Answer)
	case r.Review != nil:
		fmt.Fprintf(w, "  a review was asked for, due %s\n", r.Review.Due)
	case r.ReviewUntil != calendar.None:
		fmt.Fprintf(w, "  a review can be asked for until %s\n", r.ReviewUntil)
	}
}

type rulingReview struct {
	Subject  string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Ruling   string `arg:"" help:"The ruling's id."`
	Account  string `placeholder:"TEXT" help:"What should be looked at again; nothing need be said."`
	Document string `placeholder:"FILE" help:"The request as two officials saw it signed, where they bring it."`
	console.Witness
}

// Help shows the examples.
func (rulingReview) Help() string {
	return `The person asks with its own credential, or two officials bring the document they saw signed. Another official of the office answers; the ruling stands until then.

Examples:

    probity ruling review id:000000199001010018 v0f3k0000000a1 --as own --account "the late transfer was the bank's own fault"`
}

// Run asks for the review.
func (c rulingReview) Run(s *console.Session) error {
	svc, of, _, err := bench(s, c.Subject)
	if err != nil {
		return err
	}
	a := ruling.Asking{Subject: of, Account: c.Account}
	if a.By, a.With, err = s.Pair(c.With); err != nil {
		return err
	}
	if c.Document != "" {
		if a.Document, err = console.DigestOf(c.Document); err != nil {
			return err
		}
	}
	if err := a.Ruling.UnmarshalText([]byte(c.Ruling)); err != nil {
		return console.Misuse("%v", err).With("probity ruling list shows the rulings with their ids")
	}
	r, err := svc.Review(s.Ctx, a)
	if err != nil {
		return err
	}
	s.Result(r, func(w io.Writer) { printRuling(w, &r) })
	return nil
}

type rulingList struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (rulingList) Help() string {
	return `The reading is recorded. Others than the person itself see what was decided, by whom and when, and no reasons.

Examples:

    probity ruling list id:000000199001010018 --as own`
}

// Run prints the rulings.
func (c rulingList) Run(s *console.Session) error {
	svc, of, by, err := bench(s, c.Subject)
	if err != nil {
		return err
	}
	list, err := svc.List(s.Ctx, ruling.Reading{As: by, Subject: of, Purpose: c.Purpose, Basis: c.Basis, Case: c.Case})
	if err != nil {
		return err
	}
	if list == nil {
		list = []verdict.Ruling{}
	}
	s.Result(map[string]any{"rulings": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "nobody has ruled on anything about this person")
		}
		for i := range list {
			printRuling(w, &list[i])
		}
	})
	return nil
}

type rulingConcordance struct {
	Agency string `placeholder:"CODE" complete:"agency" help:"One office; every one where it is not given."`
}

// Help shows the examples.
func (rulingConcordance) Help() string {
	return `Of each office and each of its officials: how many rulings, how many of them what the cut-off of the rating would have said, and between which bounds the share lies (95 % interval after Wilson). Above 95 % of thirty rulings or more it is a warning; nothing is said on fewer.

Examples:

    probity ruling concordance --agency delta-bank`
}

// Run prints the counts.
func (c rulingConcordance) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	list, err := r.Rulings().Concordance(s.Ctx, c.Agency)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"concordance": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "nobody has ruled on anything yet")
		}
		for i := range list {
			mark := "  "
			if list[i].Warning {
				mark = "! "
			}
			fmt.Fprintln(w, mark+concordant(&list[i]))
		}
	})
	return nil
}

func concordant(c *verdict.Concordance) string {
	who := "the office " + c.Agency
	if c.Official != "" {
		who = c.Agency + "/" + c.Official
	}
	return fmt.Sprintf("%s followed the cut-off in %d of %d rulings (%d.%d %%, between %d.%d and %d.%d)", who, c.Same, c.Rulings,
		c.Permille/10, c.Permille%10, c.From/10, c.From%10, c.To/10, c.To%10)
}
