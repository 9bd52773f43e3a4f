package own

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
)

// Disputes are the commands by which something is contested and answered.
type Disputes struct {
	Open      disputeOpen      `cmd:"" help:"Contest a record, a link, the use of a model, or a decision on your file."`
	List      disputeList      `cmd:"" help:"List the disputes on a file, or those that your agency has to answer."`
	Show      disputeShow      `cmd:"" help:"Show one dispute whole, or hand out its evidence."`
	Settle    disputeSettle    `cmd:"" help:"Answer a dispute, as who can mend it."`
	Complain  disputeComplain  `cmd:"" help:"Complain about an answer, or that none came in time."`
	Decide    disputeDecide    `cmd:"" help:"Decide on a complaint, as the body above."`
	Reinstate disputeReinstate `cmd:"" help:"Bring a record back that a dispute put out of use, with a certification."`
	Withdraw  disputeWithdraw  `cmd:"" help:"Take a dispute back."`
	Overdue   disputeOverdue   `cmd:"" help:"Tell both sides of every dispute that nobody answered in time."`
}

// service is the desk for disputes with the ratings it outdates.
func service(s *console.Session) (*dispute.Service, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	return s.Opened.Disputes(ratings), nil
}

// signing are the flags of what a subject does itself, or signs before two officials.
type signing struct {
	Document string `placeholder:"FILE" help:"The signed document, where two officials saw it signed; its SHA-256 is kept."`
	Signed   string `placeholder:"DAY" help:"The day on which it was signed."`
	console.Witness
}

func (c signing) own(s *console.Session) (own dispute.Own, err error) {
	if own.By, own.With, err = s.Pair(c.With); err != nil {
		return own, err
	}
	if own.Document, err = digestOf(c.Document); err != nil {
		return own, err
	}
	own.Signed, err = console.Day("signed", c.Signed)
	return own, err
}

// digestOf is the SHA-256 of a file; of none where none is named.
func digestOf(name string) (digest [32]byte, err error) {
	if name == "" {
		return digest, nil
	}
	text, err := console.DigestOf(name)
	if err != nil {
		return digest, err
	}
	_, err = hex.Decode(digest[:], []byte(text))
	return digest, err
}

// numbered reads the id of a dispute.
func numbered(text string) (contest.ID, error) {
	id, ok := contest.ParseID(text)
	if !ok {
		return 0, console.Misuse("%q is no dispute id", text).With("probity dispute list shows those that concern you")
	}
	return id, nil
}

type disputeOpen struct {
	Subject  string   `arg:"" help:"Whose file: SCHEME:VALUE or a subject id."`
	Target   string   `arg:"" help:"What is contested: the id of a record, an order or a decision, of the subject that was merged, or the code of a model."`
	Ground   string   `required:"" enum:"not-mine,wrong-value,wrong-status,outdated,duplicate,already-repaired,no-legal-basis,wrong-link,wrong-model-use,wrong-decision" placeholder:"GROUND" help:"What is wrong: not-mine, wrong-value, wrong-status, outdated, duplicate, already-repaired or no-legal-basis of a record; wrong-link, wrong-model-use, wrong-decision."`
	Account  string   `required:"" placeholder:"TEXT" help:"What is wrong, in your own words."`
	Claims   string   `placeholder:"TEXT" help:"What would be right; on organisations it is shown beside the record meanwhile."`
	Evidence []string `placeholder:"FILE" sep:"none" help:"A document, passed on whole to who has to answer; again for each."`
	signing
}

// Help shows the examples.
func (disputeOpen) Help() string {
	return `What you contest is marked and out of use at once, in every rating and report, until it is settled; an order is stayed by a court alone. It goes to who can mend it, with your evidence whole. You see until when it must be answered: when that day passes without an answer, the record is suppressed by itself. The same again without new evidence suspends nothing.

Examples:

    probity dispute open uscc:91000000MA0000007C r0sadq5xqg0002 --ground wrong-value --account "the sheet we signed says clean" --claims "result: clean" --evidence sheet.pdf --as example-own
    probity dispute open id:000000199001011239 r0sadq5xqg0009 --ground not-mine --account "I never had this loan" --document signed.pdf --signed 2026-03-01 --with wang-min`
}

// Run opens the dispute.
func (c disputeOpen) Run(s *console.Session) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	r := dispute.Request{Subject: sub.ID, Ground: contest.Ground(c.Ground), Target: c.Target, Account: c.Account, Claims: c.Claims}
	if r.Own, err = c.own(s); err != nil {
		return err
	}
	for _, name := range c.Evidence {
		body, err := os.ReadFile(name)
		if err != nil {
			return console.Unreadable(name, err)
		}
		r.Evidence = append(r.Evidence, dispute.File{Name: filepath.Base(name), Body: body})
	}
	d, err := desk.Open(s.Ctx, r)
	if err != nil {
		return err
	}
	show(s, &dispute.View{Dispute: d, State: d.State(s.Today())})
	return nil
}

// show prints one dispute.
func show(s *console.Session, v *dispute.View) {
	s.Result(v, func(w io.Writer) {
		d := &v.Dispute
		fmt.Fprintf(w, "dispute %s of %s: %s\n", d.ID, d.Subject, v.State)
		rows := []console.Row{
			{"  contested", string(d.Layer()) + " " + d.Target + ", " + string(d.Ground)},
			{"  opened", console.Minute(d.OpenedAt) + ", " + d.OpenedBy},
			{"  to answer", d.Handler + ", by " + d.Due.String() + " (" + d.Clock + ")"},
			{"  meanwhile", meanwhile(v)},
			{"  account", d.Account},
		}
		if d.Claims != "" {
			rows = append(rows, console.Row{"  claims", d.Claims})
		}
		for _, e := range d.Evidence {
			rows = append(rows, console.Row{fmt.Sprintf("  evidence %d", e.Seq), fmt.Sprintf("%s, %s, SHA-256 %x", e.Name, console.Count(e.Bytes, "byte"), e.Digest)})
		}
		for i := range d.Steps {
			rows = append(rows, stepRow(&d.Steps[i]))
		}
		if v.Record != nil {
			rows = append(rows, console.Row{"  record", fmt.Sprintf("%s of %s: %s", v.Record.Dataset, v.Record.Occurred, v.Record.Payload)})
		}
		console.Columns(w, nil, rows)
		if v.Access != "" {
			fmt.Fprintf(w, "recorded as %s\n", v.Access)
		}
	})
}

func meanwhile(v *dispute.View) string {
	switch {
	case v.Barred():
		return "out of use until it is certified"
	case v.Result() != nil:
		return "settled"
	case !v.Suspends:
		return "stays in use"
	case v.State == contest.Overdue:
		return "suppressed, since no answer came in time"
	}
	return "marked and out of use"
}

func stepRow(step *contest.Step) console.Row {
	text := console.Minute(step.At)
	for _, part := range []string{string(step.Outcome), step.Official, step.Agency} {
		if part != "" {
			text += ", " + part
		}
	}
	if step.Handler != "" && step.Due != calendar.None {
		text += fmt.Sprintf(", for %s to answer by %s", step.Handler, step.Due)
	}
	if step.Reasons != "" {
		text += ": " + step.Reasons
	}
	return console.Row{"  " + string(step.Act), text}
}

type disputeList struct {
	Subject string `arg:"" optional:"" help:"Your own file: SCHEME:VALUE or a subject id. Without it, what your agency has to answer."`
}

// Help shows the examples.
func (disputeList) Help() string {
	return `With the subject's own credential it lists the disputes on its file; the reading is recorded. With an official's it lists what the agency has to answer, the most urgent first.

Examples:

    probity dispute list uscc:91000000MA0000007C --as example-own
    probity dispute list --as samr-clerk`
}

// Run prints a line a dispute.
func (c disputeList) Run(s *console.Session) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	if c.Subject == "" {
		return tasks(s, desk)
	}
	scope, err := s.OwnPart(c.Subject, access.Disputes)
	if err != nil {
		return err
	}
	list, err := desk.List(s.Ctx, scope)
	if err != nil {
		return err
	}
	views := make([]dispute.View, 0, len(list))
	for i := range list {
		views = append(views, dispute.View{Dispute: list[i], State: list[i].State(s.Today())})
	}
	s.Result(map[string]any{"access": scope.Entry(), "disputes": views}, func(w io.Writer) {
		if len(views) == 0 {
			fmt.Fprintln(w, "nothing is contested")
			return
		}
		console.Columns(w, console.Row{"dispute", "state", "ground", "contested", "to answer", "due"}, console.Listed(views, func(v *dispute.View) console.Row {
			return console.Row{v.ID, string(v.State), string(v.Ground), v.Target, v.Handler, v.Due}
		}))
	})
	return nil
}

func tasks(s *console.Session, desk *dispute.Service) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	list, err := desk.Tasks(s.Ctx, by)
	if err != nil {
		return err
	}
	if list == nil {
		list = []dispute.Task{}
	}
	s.Result(map[string]any{"tasks": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintf(w, "%s has nothing to answer\n", by.Agency())
			return
		}
		console.Columns(w, console.Row{"dispute", "state", "ground", "contested", "due", "days left"}, console.Listed(list, func(t *dispute.Task) console.Row {
			return console.Row{t.Dispute, string(t.State), string(t.Ground), t.Target, t.Due, t.Left}
		}))
	})
	return nil
}

type disputeShow struct {
	Dispute  string `arg:"" help:"The dispute's id."`
	Evidence int    `placeholder:"N" help:"Hand out this file of the evidence instead, as it was brought."`
	To       string `placeholder:"FILE" help:"Where to put it; standard output where it is not given."`
}

// Help shows the examples.
func (disputeShow) Help() string {
	return `The subject sees its own disputes. Who has to answer sees the account, the evidence whole and the record as it stands; that reading is recorded in the subject's ledger.

Examples:

    probity dispute show q0sadq5xqg0002 --as samr-clerk
    probity dispute show q0sadq5xqg0002 --evidence 1 --to sheet.pdf --as samr-clerk`
}

// Run prints the dispute, or writes a file of its evidence.
func (c disputeShow) Run(s *console.Session) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	id, err := numbered(c.Dispute)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	if c.Evidence == 0 {
		v, err := desk.Show(s.Ctx, by, id)
		if err == nil {
			show(s, &v)
		}
		return err
	}
	f, err := desk.Evidence(s.Ctx, by, id, c.Evidence)
	if err != nil {
		return err
	}
	if c.To == "" {
		return s.Raw(func(w io.Writer) error { _, err := w.Write(f.Body); return err })
	}
	if err := os.WriteFile(c.To, f.Body, 0o600); err != nil {
		return fault.New(fault.Unavailable, "cli.dispute.evidence", "cannot write %s: %v", c.To, err).By(err).With("choose another place: --to")
	}
	s.Result(map[string]any{"file": f.Name, "bytes": len(f.Body)}, func(w io.Writer) {
		fmt.Fprintf(w, "wrote %s, %s, to %s\n", f.Name, console.Count(len(f.Body), "byte"), c.To)
	})
	return nil
}
