package acts

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/cli/console"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// Orders are the commands about orders of courts and authorities.
type Orders struct {
	Enter  orderEnter    `cmd:"" help:"Enter an order of a court or authority that restricts one subject."`
	Lift   orderLift     `cmd:"" help:"End an order: the duty is done or the ground is gone."`
	Annul  orderAnnul    `cmd:"" help:"Say that an order should never have been: it counts as never having held."`
	Object orderObject   `cmd:"" help:"Object to an order; its author owes an answer."`
	Answer orderAnswered `cmd:"" help:"Keep to an order after an objection, with reasons."`
	Review orderReview   `cmd:"" help:"Call for review of an answer or, as the body above or a court, uphold the order."`
	List   orderList     `cmd:"" help:"List the orders on a subject, ended ones too."`

	Ceilings orderCeilings `cmd:"" help:"Show how far each law carries a measure: from which gravity and amount on, and how long."`
}

// paper are the flags that name the document an act stands on.
type paper struct {
	Number   string `required:"" placeholder:"NUMBER" help:"The number its author gave the document."`
	Document string `placeholder:"FILE" xor:"paper" help:"The signed document; its SHA-256 is kept."`
	SHA256   string `name:"sha256" placeholder:"HEX" xor:"paper" help:"The SHA-256 of the signed document, in place of the file."`
}

func (p paper) read() (order.Document, error) {
	d := order.Document{Number: p.Number}
	text := p.SHA256
	if p.Document != "" {
		var err error
		if text, err = console.DigestOf(p.Document); err != nil {
			return d, err
		}
	}
	if text == "" {
		return d, nil // the Charter says what is missing
	}
	var err error
	d.Digest, err = measure.ParseDigest(text)
	return d, err
}

// orderEnter enters an order.
type orderEnter struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Measure string `required:"" placeholder:"CODE" complete:"measure" help:"The restriction, from the closed list."`
	Law     string `placeholder:"LAW" help:"The legal basis of the order, with its article: \"consumption-provisions art. 3\"."`
	Issuer  string `placeholder:"CODE" complete:"agency" help:"The court or authority; that of the credential where it is not given."`
	Tier    string `required:"" placeholder:"TIER" help:"How grave the order found the conduct: minor, general or serious."`
	Amount  int64  `placeholder:"FEN" help:"What is owed or was fined, in fen: 295100 for 2,951 yuan; left out where the order turns on no amount."`
	Scope   string `placeholder:"TEXT" help:"What the restriction is confined to; all that the measure covers where it is not given."`
	Start   string `required:"" placeholder:"DAY" help:"The first day."`
	End     string `placeholder:"DAY" help:"The first day on which it no longer holds."`
	Review  string `placeholder:"DAY" help:"The day on which it ends unless ordered anew, where it has no end."`
	Appeal  string `placeholder:"TEXT" help:"How, where and by when the subject can contest it."`
	Served  string `placeholder:"DAY" help:"The day on which the subject was served with it."`
	paper
	Signature string `placeholder:"FILE" help:"The author's detached signature over the document, as probity key sign makes it."`
}

// Help shows the examples.
func (orderEnter) Help() string {
	return `No restriction exists but through an order, and no order without its legal basis, document, first day, end or review date, route of appeal, and service on its subject. Nothing in it can refer to a rating. The gravity of the conduct and the sum at stake bound what can be ordered and for how long: probity order ceilings.

Examples:

    probity order enter uscc:91000000MA0000007C --as judge-chen --measure consumption-limit --law "consumption-provisions art. 3" --tier serious --amount 5000000 --number "(2026) 31-118" --document order.pdf --start 2026-03-01 --end 2027-03-01 --served 2026-03-02 --appeal "objection to the executing court within 10 days"`
}

// Run enters the order.
func (c orderEnter) Run(s *console.Session) error {
	m, err := s.Measures()
	if err != nil {
		return err
	}
	meant, err := s.Named(c.Subject)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	law, article, _ := strings.Cut(strings.TrimSpace(c.Law), " ")
	o := order.Order{
		Subject: meant, Issuer: console.Either(c.Issuer, by.Agency()), Basis: order.Basis{Law: law, Article: strings.TrimSpace(article)},
		Measure: c.Measure, Tier: c.Tier, Amount: c.Amount, Scope: c.Scope, Appeal: c.Appeal,
	}
	if o.Document, err = c.paper.read(); err != nil {
		return err
	}
	for _, d := range []struct {
		flag, text string
		to         *calendar.Day
	}{{"start", c.Start, &o.Start}, {"end", c.End, &o.End}, {"review", c.Review, &o.Review}, {"served", c.Served, &o.Served}} {
		if *d.to, err = console.Day(d.flag, d.text); err != nil {
			return err
		}
	}
	if err := c.signed(s, o.Issuer); err != nil {
		return err
	}
	entered, err := m.EnterOrder(s.Ctx, by, o)
	if err != nil {
		return err
	}
	return printOrder(s, m, &entered)
}

// signed verifies the author's signature over the document and keeps it.
func (c *orderEnter) signed(s *console.Session, issuer string) error {
	if c.Signature == "" {
		return nil
	}
	text, err := console.ReadWhole(c.Signature)
	if err != nil {
		return err
	}
	f, err := os.Open(c.paper.Document)
	if err != nil {
		return console.Unreadable(c.paper.Document, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	return s.Opened.DocumentSignature(s.Ctx, text, issuer, f)
}

// orderLift lifts an order.
type orderLift struct{ ending }

// Help shows the examples.
func (orderLift) Help() string {
	return `An order is lifted by its author.

Examples:

    probity order lift uscc:91000000MA0000007C o0f3k0000000a1 --as judge-chen --number "(2026) 31-240" --document lifted.pdf --reason "the debt is paid"`
}

// Run lifts the order.
func (c orderLift) Run(s *console.Session) error { return c.end(s, order.Lift) }

// orderAnnul annuls an order.
type orderAnnul struct{ ending }

// Help shows the examples.
func (orderAnnul) Help() string {
	return `An order is annulled by its author, by its author's superior or by a court. Nobody ends an order on itself, or on a body above or below it.

Examples:

    probity order annul uscc:91000000MA0000007C o0f3k0000000a1 --as judge-wu --number "(2026) 2-7" --document annulled.pdf --reason "wrong debtor"`
}

// Run annuls the order.
func (c orderAnnul) Run(s *console.Session) error { return c.end(s, order.Annul) }

// ordered names an order that an act is about.
type ordered struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Order   string `arg:"" help:"The order's id."`
}

// place is an order with who acts on it.
type place struct {
	*measure.Service
	by      access.Credential
	subject subject.ID
	order   order.ID
}

func (o ordered) find(s *console.Session) (p place, err error) {
	if p.Service, err = s.Measures(); err != nil {
		return p, err
	}
	sub, err := s.Subject(o.Subject)
	if err != nil {
		return p, err
	}
	if p.by, err = s.Acting(); err != nil {
		return p, err
	}
	p.subject = sub.ID
	if err := p.order.UnmarshalText([]byte(o.Order)); err != nil {
		return p, console.Misuse("%v", err).With("probity order list shows a subject's orders with their ids")
	}
	return p, nil
}

// ending is the act of ending an order before its time.
type ending struct {
	ordered
	Day    string `placeholder:"DAY" help:"The first day on which it no longer holds; today where it is not given."`
	Reason string `required:"" placeholder:"TEXT" help:"Why."`
	paper
}

func (c ending) end(s *console.Session, act order.Act) error {
	at, err := c.find(s)
	if err != nil {
		return err
	}
	e := order.Ending{Act: act, Reason: c.Reason}
	if e.Document, err = c.paper.read(); err != nil {
		return err
	}
	if e.Day, err = console.Day("day", c.Day); err != nil {
		return err
	}
	if e.Day == calendar.None {
		e.Day = s.Today()
	}
	ended, err := at.EndOrder(s.Ctx, at.by, at.subject, at.order, e)
	if err != nil {
		return err
	}
	return printOrder(s, at.Service, &ended)
}

func printOrder(s *console.Session, m *measure.Service, o *order.Order) error {
	a, err := form.OrderOf(m, o, s.Today())
	if err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) { tellOrder(w, &a) })
	return nil
}

func tellOrder(w io.Writer, a *form.Order) {
	until := a.End
	if until == calendar.None {
		until = a.Review
	}
	fmt.Fprintf(w, "order %s on %s: %s, %s\n", a.ID, a.Subject, a.Measure, console.Spoken(string(a.State)))
	grave := a.Tier
	if a.Amount > 0 {
		grave += ", " + strconv.FormatInt(a.Amount, 10) + " fen"
	}
	console.Columns(w, nil, []console.Row{
		{"  conduct", grave}, {"  by", a.Issuer + ", " + a.Document.Number}, {"  basis", a.Basis}, {"  from, until", fmt.Sprintf("%s, %s", a.Start, until)},
		{"  served", a.Served}, {"  to contest it", a.Appeal},
	})
	for i := range a.Steps {
		tellStep(w, &a.Steps[i])
	}
	if a.Due != calendar.None {
		owed := "due"
		if a.Overdue {
			owed = "overdue since"
		}
		fmt.Fprintf(w, "  %s, %s %s; the order holds unless it is lifted, annulled or stayed by a court\n", console.Spoken(string(a.Contest)), owed, a.Due)
	}
	if e := a.Ended; e != nil {
		fmt.Fprintf(w, "  %s by %s on %s: %s\n", e.Act, e.Agency, e.Day, e.Reason)
	}
}

func tellStep(w io.Writer, x *form.OrderStep) {
	if x.Act == order.WasLifted || x.Act == order.WasAnnulled {
		return // stands below, with its reason
	}
	who := "by itself"
	switch {
	case x.Agency != "":
		who = x.Agency + "/" + x.Official
	case x.Act == order.Object || x.Act == order.AskForReview:
		who = "the subject"
	}
	fmt.Fprintf(w, "  %s %s, %s, %s", x.Day, console.Spoken(string(x.Act)), who, x.Basis)
	if x.Document.Number != "" {
		fmt.Fprintf(w, ", %s", x.Document.Number)
	}
	if x.Until != calendar.None {
		fmt.Fprintf(w, ", until %s", x.Until)
	}
	if x.Reasons != "" {
		fmt.Fprintf(w, ": %s", x.Reasons)
	}
	fmt.Fprintln(w)
}

// orderList lists orders.
type orderList struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (orderList) Help() string {
	return `The reading is recorded.

Examples:

    probity order list uscc:91000000MA0000007C --purpose restriction --basis basic-list --case 2026-118`
}

// Run prints the orders.
func (c orderList) Run(s *console.Session) error {
	m, err := s.Measures()
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
	all, err := m.Orders(s.Ctx, measure.Request{As: by, Subject: sub.ID, Purpose: c.Purpose, Basis: c.Basis, Case: c.Case})
	if err != nil {
		return err
	}
	answers := make([]form.Order, 0, len(all))
	for i := range all {
		a, err := form.OrderOf(m, &all[i], s.Today())
		if err != nil {
			return err
		}
		answers = append(answers, a)
	}
	s.Result(map[string]any{"orders": answers}, func(w io.Writer) {
		if len(answers) == 0 {
			fmt.Fprintln(w, "there is no order on this subject")
		}
		for i := range answers {
			tellOrder(w, &answers[i])
		}
	})
	return nil
}
