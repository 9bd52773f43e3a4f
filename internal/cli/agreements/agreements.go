// Package agreements is the part of the command line on which agencies ask to read what is not theirs by law, and are
// answered.
package agreements

import (
	"fmt"
	"io"
	"strings"

	"probity/calendar"
	"probity/internal/agreement"
	"probity/internal/agreement/deed"
	"probity/internal/catalogue"
	"probity/internal/cli/console"
	"probity/internal/fault"
)

// Commands are what can be done with agreements.
type Commands struct {
	Form    form    `cmd:"" help:"Print the questions, answered as an example."`
	Request request `cmd:"" help:"Ask for agreements, one for each reader with each grantor of a file."`
	List    list    `cmd:"" help:"List the agreements there are, and where they stand."`
	Show    show    `cmd:"" help:"Show one: what is agreed, the risk form, every step."`
	Judge   judge   `cmd:"" help:"Judge the purpose, before anybody grants; for the agency that set the platform up."`
	Answer  answer  `cmd:"" help:"Grant or refuse; for the agency whose data it is."`
	Suspend suspend `cmd:"" help:"Hold an agreement up."`
	Resume  resume  `cmd:"" help:"Let a suspended agreement go on."`
	End     end     `cmd:"" help:"End an agreement before its last day."`
	Deleted deleted `cmd:"" help:"Say that the copies of an agreement that is over are gone; for its reader."`
}

type form struct{}

// Help shows the examples.
func (form) Help() string {
	return `Examples:

    probity agreement form > wish.yaml`
}

// Run prints the form.
func (form) Run(s *console.Session) error {
	return s.Raw(func(w io.Writer) error {
		_, err := w.Write(agreement.Form)
		return err
	})
}

type request struct {
	File string `arg:"" help:"The wish, in YAML: probity agreement form prints one. - is standard input."`
}

// Help shows the examples.
func (request) Help() string {
	return `Bodies with public power read by the law that their purpose names. Operators, utilities and associations read by agreement: for one purpose, from one grantor, until a day, so many times a day. An official of the reader asks, or of a body that the reader answers to; the whole file is asked for, or nothing.

Examples:

    probity agreement request wish.yaml --as wu-bank`
}

// Run asks.
func (c request) Run(s *console.Session) error {
	text, err := console.ReadWhole(c.File)
	if err != nil {
		return err
	}
	wishes, err := agreement.Wishes(c.File, text)
	if err != nil {
		return err
	}
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	ids, err := r.Agreements().Ask(s.Ctx, by, wishes)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"agreements": ids}, func(w io.Writer) {
		for i, id := range ids {
			fmt.Fprintf(w, "asked for agreement %s: %s reads from %s for the purpose %s; the purpose is judged first\n", id, wishes[i].Reader, wishes[i].Grantor, wishes[i].Purpose)
		}
	})
	return nil
}

type list struct {
	Reader string `placeholder:"CODE" complete:"agency" help:"Only those of this reader."`
	State  string `placeholder:"STATE" help:"Only those that stand so: waiting, judged, refused, future, in_force, expiring, suspended, uncertified, over, closed."`
}

// Help shows the examples.
func (list) Help() string {
	return `For everybody: which agencies may read what, and why. An agreement that is expiring ends within a month; one that is over names the day by which its reader's copies must be gone.

Examples:

    probity agreement list
    probity agreement list --reader delta-bank
    probity agreement list --state expiring --json`
}

// Run prints a line an agreement.
func (c list) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	all, err := r.Agreements().All(s.Ctx)
	if err != nil {
		return err
	}
	found := []agreement.Standing{}
	for _, a := range all {
		if (c.Reader == "" || a.Reader == c.Reader) && (c.State == "" || string(a.State) == c.State) {
			found = append(found, a)
		}
	}
	s.Result(map[string]any{"agreements": found}, func(w io.Writer) {
		if len(found) == 0 {
			fmt.Fprintln(w, "no such agreement")
			return
		}
		console.Columns(w, console.Row{"agreement", "reader", "from", "for", "reads", "until", "a day", "stands"}, console.Listed(found, func(a *agreement.Standing) console.Row {
			return console.Row{a.ID, a.Reader, a.Grantor, a.Purpose, strings.Join(a.Reads, ", "), a.To, console.Grouped(a.PerDay), stands(a)}
		}))
	})
	return nil
}

func stands(a *agreement.Standing) string {
	switch a.State {
	case deed.Expiring:
		return fmt.Sprintf("in force, %s left", console.Count(a.Left, "day"))
	case deed.Uncertain:
		return "suspended: no record of " + a.Certified + " in force"
	case deed.Over:
		if a.DeleteBy != calendar.None {
			return "over; copies gone by " + a.DeleteBy.String()
		}
	default:
	}
	return console.Spoken(string(a.State))
}

type one struct {
	ID string `arg:"" name:"agreement" help:"The agreement, as probity agreement list names it."`
}

func (o one) id() (deed.ID, error) {
	id, ok := deed.ParseID(o.ID)
	if !ok {
		return 0, console.Misuse("%q is no agreement", o.ID).With("name one as probity agreement list does: g and 13 characters")
	}
	return id, nil
}

type show struct{ one }

// Help shows the examples.
func (show) Help() string {
	return `Examples:

    probity agreement show g0h2k6m8p4t7vw`
}

// Run prints all of it.
func (c show) Run(s *console.Session) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	r, err := s.Room()
	if err != nil {
		return err
	}
	a, err := r.Agreements().Show(s.Ctx, id)
	if err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) { whole(w, r.Catalogue, &a) })
	return nil
}

// whole prints an agreement.
func whole(w io.Writer, cat *catalogue.Catalogue, a *agreement.Standing) {
	name := func(code string) string {
		if x := cat.Agency(code); x != nil {
			return code + " (" + x.Title.EN + ")"
		}
		return code
	}
	fmt.Fprintf(w, "agreement %s: %s\n", a.ID, stands(a))
	fmt.Fprintf(w, "reader     %s\ngrantor    %s\n", name(a.Reader), name(a.Grantor))
	fmt.Fprintf(w, "purpose    %s, by %s\n", a.Purpose, a.Basis)
	fmt.Fprintf(w, "reads      %s of %s\n", strings.Join(a.Reads, ", "), console.Words(a.Kinds))
	for _, x := range a.Shares {
		what := "every field"
		if len(x.Fields) > 0 {
			what = strings.Join(x.Fields, ", ")
		}
		fmt.Fprintf(w, "dataset    %s: %s\n", x.Dataset, what)
	}
	if len(a.Models) > 0 {
		fmt.Fprintf(w, "models     %s\n", strings.Join(a.Models, ", "))
	}
	fmt.Fprintf(w, "runs       from %s until %s, %s readings a day\n", a.From, a.To, console.Grouped(a.PerDay))
	if a.Certified != "" {
		fmt.Fprintf(w, "certified  by the reader's own record of %s\n", a.Certified)
	}
	fmt.Fprintf(w, "risk       personal data: %s; kept for %s; passed on to nobody\n", strings.Join(a.Risk.Data, ", "), console.Count(*a.Risk.KeepDays, "day"))
	fmt.Fprintf(w, "need       %s\nsafeguards %s\n", a.Risk.Need, a.Risk.Safeguards)
	for _, x := range a.Steps {
		fmt.Fprintf(w, "%s  %s by %s", console.Minute(x.At), x.Act, x.By)
		if x.Reason != "" {
			fmt.Fprintf(w, ": %s", x.Reason)
		}
		fmt.Fprintln(w)
	}
}

// why is the reason that every step needs.
type why struct {
	Reason string `required:"" placeholder:"TEXT" help:"Why, in a few sentences; everybody can read it."`
}

// take takes a step and says where the agreement stands.
func take(s *console.Session, o one, act deed.Act, reason string) error {
	id, err := o.id()
	if err != nil {
		return err
	}
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	a, err := r.Agreements().Step(s.Ctx, by, id, act, reason)
	if err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) { fmt.Fprintf(w, "agreement %s is %s\n", id, stands(&a)) })
	return nil
}

type judge struct {
	one
	Fit   bool `xor:"verdict" help:"The purpose is lawful, and what is asked for is no more than it needs."`
	Unfit bool `xor:"verdict" help:"It is not."`
	why
}

// Help shows the examples.
func (judge) Help() string {
	return `An official of the agency that set the platform up looks at the purpose, its law and the risk form before anybody grants anything. Whoever asked does not judge.

Examples:

    probity agreement judge g0h2k6m8p4t7vw --fit --reason "The basis holds, and no records are asked for." --as li-wei`
}

// Run judges.
func (c judge) Run(s *console.Session) error {
	act, err := chosen(c.Fit, c.Unfit, deed.Fit, deed.Unfit, "--fit or --unfit")
	if err != nil {
		return err
	}
	return take(s, c.one, act, c.Reason)
}

func chosen(yes, no bool, a, b deed.Act, flags string) (deed.Act, error) {
	switch {
	case yes:
		return a, nil
	case no:
		return b, nil
	}
	return "", fault.New(fault.Invalid, "cli.use", "it is not said what the answer is").With("say " + flags)
}

type answer struct {
	one
	Grant  bool `xor:"answer" help:"Let the reader read."`
	Refuse bool `xor:"answer" help:"Do not."`
	why
}

// Help shows the examples.
func (answer) Help() string {
	return `An official of the agency whose data it is answers, once the purpose was judged: another one than asked or judged.

Examples:

    probity agreement answer g0h2k6m8p4t7vw --grant --reason "As judged." --as wang-min
    probity agreement answer g0h2k6m8p4t7vw --refuse --reason "Half the fields would do." --as wang-min`
}

// Run answers.
func (c answer) Run(s *console.Session) error {
	act, err := chosen(c.Grant, c.Refuse, deed.Granted, deed.Refused, "--grant or --refuse")
	if err != nil {
		return err
	}
	return take(s, c.one, act, c.Reason)
}

type suspend struct {
	one
	why
}

// Help shows the examples.
func (suspend) Help() string {
	return `For the grantor and for the agency that set the platform up. It takes effect with the next reading. An agreement that rests on a certified record of its reader, such as a licence, is suspended by itself while that record is not in force.

Examples:

    probity agreement suspend g0h2k6m8p4t7vw --reason "The safeguards are under review." --as wang-min`
}

// Run suspends.
func (c suspend) Run(s *console.Session) error { return take(s, c.one, deed.Suspended, c.Reason) }

type resume struct {
	one
	why
}

// Help shows the examples.
func (resume) Help() string {
	return `For the agency that suspended it.

Examples:

    probity agreement resume g0h2k6m8p4t7vw --reason "The review is done." --as wang-min`
}

// Run resumes.
func (c resume) Run(s *console.Session) error { return take(s, c.one, deed.Resumed, c.Reason) }

type end struct {
	one
	why
}

// Help shows the examples.
func (end) Help() string {
	return `For the reader, the grantor and the agency that set the platform up. The reader's copies must be gone a month after.

Examples:

    probity agreement end g0h2k6m8p4t7vw --reason "We lend no more." --as wu-bank`
}

// Run ends.
func (c end) Run(s *console.Session) error { return take(s, c.one, deed.Ended, c.Reason) }

type deleted struct {
	one
	why
}

// Help shows the examples.
func (deleted) Help() string {
	return `Examples:

    probity agreement deleted g0h2k6m8p4t7vw --reason "Deleted on 3 December; protocol 17." --as wu-bank`
}

// Run notes it.
func (c deleted) Run(s *console.Session) error { return take(s, c.one, deed.Deleted, c.Reason) }
