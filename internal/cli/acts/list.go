// Package acts holds the commands by which courts and authorities act on subjects: orders, and the procedure of lists.
package acts

import (
	"fmt"
	"io"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/cli/console"
	"probity/internal/listing"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
)

// Lists are the commands about lists and their procedure.
type Lists struct {
	Criteria listCriteria `cmd:"" help:"Show the lists in force, or the criteria of one: grounds, times, what follows, and what is uncertain."`
	Check    listCheck    `cmd:"" help:"Say whether proposed criteria would be lawful."`
	Draft    listDraft    `cmd:"" help:"Begin the procedure: draft an entry on a list."`
	Notify   listNotify   `cmd:"" help:"Enter that the advance notice was served; the time to object begins."`
	Object   listObject   `cmd:"" help:"Object to a draft, or ask for a hearing."`
	Hear     listHear     `cmd:"" help:"Enter that the hearing was held."`
	Answer   listAnswer   `cmd:"" help:"Answer the objections with reasons."`
	Grace    listGrace    `cmd:"" help:"Give the respite that the law knows before a decision."`
	Decide   listDecide   `cmd:"" help:"Decide to list, with reasons and a fixed end."`
	Approve  listApprove  `cmd:"" help:"Approve a decision, as the body above the keeper."`
	Drop     listDrop     `cmd:"" help:"Give a draft up."`
	Publish  listPublish  `cmd:"" help:"Publish a decision that was served."`
	Request  listRequest  `cmd:"" help:"Ask for removal before the end: the duty is done, the ground is gone."`
	Refuse   listRefuse   `cmd:"" help:"Refuse a request for removal, with reasons."`
	Remove   listRemove   `cmd:"" help:"Take an entry down: repaired, revoked on review, or annulled."`
	Show     listShow     `cmd:"" help:"Show the entries on a subject with every step."`
	Feed     listFeed     `cmd:"" help:"Print the public feed: statements of reasons and withdrawals."`
	Sweep    listSweep    `cmd:"" help:"Tell everybody concerned which entries and orders have come to their end."`
}

// target is the entry that a step is taken on.
type target struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Entry   string `arg:"" help:"The entry's id."`
}

// dated is the flag for the day on which a step was done.
type dated struct {
	Day string `placeholder:"DAY" help:"The day on which it was done; today where it is not given."`
}

// reasoned is the flag for reasons.
type reasoned struct {
	Reasons string `required:"" placeholder:"TEXT" help:"The reasons, in words of your own."`
}

// lawful is the flag for the law of a step that is not the list's own.
type lawful struct {
	Law string `placeholder:"LAW" help:"The legal basis with its article; that of the list where it is not given."`
}

func (l lawful) basis() order.Basis {
	law, article, _ := strings.Cut(strings.TrimSpace(l.Law), " ")
	return order.Basis{Law: law, Article: strings.TrimSpace(article)}
}

// take takes a step and prints where the entry then stands.
func (t target) take(s *console.Session, step entry.Step, p paper, d dated) error {
	svc, err := s.Lists()
	if err != nil {
		return err
	}
	sub, err := s.Subject(t.Subject)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	var which entry.ID
	if err := which.UnmarshalText([]byte(t.Entry)); err != nil {
		return console.Misuse("%v", err).With("probity list show shows a subject's entries with their ids")
	}
	if step.Document, err = p.read(); err != nil {
		return err
	}
	if step.Day, err = dayOr(d.Day, s.Today()); err != nil {
		return err
	}
	e, err := svc.Step(s.Ctx, by, sub.ID, which, step)
	if err != nil {
		return err
	}
	printEntry(s, svc, &e)
	return nil
}

func dayOr(text string, today calendar.Day) (calendar.Day, error) {
	if text == "" {
		return today, nil
	}
	return console.Day("day", text)
}

// entryAnswer is an entry as JSON shows it: with its state today, and what may be done next.
type entryAnswer struct {
	entry.Entry
	State  entry.State  `json:"state"`
	Stands bool         `json:"stands"`
	End    calendar.Day `json:"end"`
	Next   []entry.Act  `json:"next"`
}

func answerOfEntry(s *console.Session, svc *listing.Service, e *entry.Entry) entryAnswer {
	state := e.StateOn(s.Today())
	return entryAnswer{*e, state, e.Stands(s.Today(), svc.Criteria(e.List, e.Drafted)), e.End(), state.Allowed()}
}

func printEntry(s *console.Session, svc *listing.Service, e *entry.Entry) {
	a := answerOfEntry(s, svc, e)
	s.Result(a, func(w io.Writer) { a.print(w) })
}

func (a *entryAnswer) print(w io.Writer) {
	fmt.Fprintf(w, "entry %s on %s: %s, %s\n", a.ID, a.Subject, a.List, console.Spoken(string(a.State)))
	rows := []console.Row{{"  keeper, ground", a.Keeper + ", " + a.Ground}}
	if a.End != calendar.None {
		rows = append(rows, console.Row{"  ends", a.End})
	}
	if len(a.Measures) > 0 {
		rows = append(rows, console.Row{"  what follows", strings.Join(a.Measures, ", ")})
	}
	console.Columns(w, nil, rows)
	for i := range a.Steps {
		fmt.Fprintf(w, "  %s\n", stepLine(&a.Steps[i]))
	}
	if len(a.Next) > 0 {
		fmt.Fprintf(w, "  may follow: %s\n", strings.Join(words(a.Next), ", "))
	}
}

func words(acts []entry.Act) []string {
	list := make([]string, len(acts))
	for i, a := range acts {
		list[i] = string(a)
	}
	return list
}

func stepLine(x *entry.Step) string {
	who := "the subject"
	switch {
	case x.Agency != "":
		who = x.Agency + "/" + x.Official
	case x.Act == entry.Expire:
		who = "by itself"
	}
	line := fmt.Sprintf("%s %s, %s", x.Day, x.Act, who)
	if x.Document.Number != "" {
		line += ", " + x.Document.Number
	}
	if x.Until != calendar.None && x.Until != 0 {
		line += ", until " + x.Until.String()
	}
	if x.Reasons != "" {
		line += ": " + x.Reasons
	}
	return line
}

// listShow shows entries.
type listShow struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (listShow) Help() string {
	return `The subject sees every entry, those that have ended among them. Others see entries that stand, and the keeper its own drafts; the reading is recorded, and whoever was told is told again when an entry ends.

Examples:

    probity list show uscc:91000000MA0000007C --purpose restriction --basis basic-list --case 2026-118
    probity list show uscc:91000000MA0000007C --as company`
}

// Run prints the entries.
func (c listShow) Run(s *console.Session) error {
	svc, err := s.Lists()
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
	all, err := svc.Show(s.Ctx, listing.Request{As: by, Subject: sub.ID, Purpose: c.Purpose, Basis: c.Basis, Case: c.Case})
	if err != nil {
		return err
	}
	answers := make([]entryAnswer, 0, len(all))
	for i := range all {
		answers = append(answers, answerOfEntry(s, svc, &all[i]))
	}
	s.Result(map[string]any{"entries": answers}, func(w io.Writer) {
		if len(answers) == 0 {
			fmt.Fprintln(w, "this subject stands on no list")
		}
		for i := range answers {
			answers[i].print(w)
		}
	})
	return nil
}

// listFeed prints the public feed.
type listFeed struct {
	List  string `placeholder:"CODE" help:"One list alone; see probity list criteria."`
	After string `placeholder:"INSTANT" help:"Read on after this instant: the \"changed\" of the last line you have, as 2026-07-01T09:00:00Z."`
	Limit int    `default:"1000" help:"At most so many lines."`
}

// Help shows the examples.
func (listFeed) Help() string {
	return `One line an entry: its statement of reasons while it stands, its withdrawal afterwards. The feed names organisations; of human beings it names nobody. It is public, and reading it is no reading of anybody's file. Who keeps a copy takes an entry down when the feed withdraws it.

Examples:

    probity list feed --json
    probity list feed --list serious-violators --after 2026-07-01T09:00:00Z`
}

// Run prints the feed.
func (c listFeed) Run(s *console.Session) error {
	var after time.Time
	if c.After != "" {
		var err error
		if after, err = time.Parse(time.RFC3339Nano, c.After); err != nil {
			return console.Misuse("--after: %q is no instant", c.After).With("write it as 2026-07-01T09:00:00Z")
		}
	}
	svc, err := s.Lists()
	if err != nil {
		return err
	}
	lines, err := svc.Feed(s.Ctx, c.List, after, c.Limit)
	if err != nil {
		return err
	}
	for i := range lines {
		p := &lines[i]
		s.Result(p, func(w io.Writer) { printPublication(w, p) })
	}
	return nil
}

func printPublication(w io.Writer, p *listing.Publication) {
	fmt.Fprintf(w, "%s %s on %s by %s\n", p.State, p.Entry, p.List, p.Keeper)
	if len(p.Subjects) > 0 {
		fmt.Fprintf(w, "  uscc: %s\n", strings.Join(p.Subjects, ", "))
	}
	if x := p.Reasons; x != nil {
		fmt.Fprintf(w, "  ground: %s (%s)\n  from %s until %s\n", x.Title.EN, x.Basis, x.From, x.Until)
		if x.Reasons != "" {
			fmt.Fprintf(w, "  reasons: %s\n", x.Reasons)
		}
		fmt.Fprintf(w, "  to contest it: %s\n", x.Contest.EN)
	}
	if x := p.Ended; x != nil {
		fmt.Fprintf(w, "  %s", console.Spoken(x.How))
		if x.Reasons != "" {
			fmt.Fprintf(w, ": %s", x.Reasons)
		}
		fmt.Fprintln(w)
	}
}

// listSweep tells everybody concerned what has ended.
type listSweep struct{}

// Help shows the examples.
func (listSweep) Help() string {
	return `Entries and orders that have come to their end restrict nobody, swept or not. The sweep tells their subjects, and has every agency that was told of them acknowledge that they are gone. Run it once a day; it may be run at any time, and twice. It also brings what was let lie before the body above, which is told once and is late from then on until it decides: objections to orders, reviews of orders and of rulings, requests for removal from a list.

Examples:

    probity list sweep`
}

// Run sweeps.
func (listSweep) Run(s *console.Session) error {
	ended, err := s.SweepEnds()
	if err != nil {
		return err
	}
	s.Result(ended, func(w io.Writer) {
		fmt.Fprintf(w, "ended: %s, %s\n", console.Plural(len(ended.Entries), "entry on a list", "entries on lists"), console.Count(len(ended.Orders), "order"))
		for _, id := range ended.Escalated {
			fmt.Fprintf(w, "escalated: the contest of the order %s, which was not answered in time\n", id)
		}
		for _, id := range ended.Reviews {
			fmt.Fprintf(w, "escalated: the review of the ruling %s, which was not answered in time\n", id)
		}
		for _, id := range ended.Overdue {
			fmt.Fprintf(w, "overdue: the request for removal of %s\n", id)
		}
	})
	return nil
}

// listCriteria shows criteria.
type listCriteria struct {
	List string `arg:"" optional:"" help:"The code of a list."`
}

// Help shows the examples.
func (listCriteria) Help() string {
	return `The lists are data with their sources; each says how sure its figures are and what is not known. No ground refers to a rating or to anything derived from one.

Examples:

    probity list criteria
    probity list criteria serious-violators
    probity list criteria judgment-defaulters --json`
}

// Run prints the lists, or one.
func (c listCriteria) Run(s *console.Session) error {
	svc, err := s.Lists()
	if err != nil {
		return err
	}
	lists := svc.Lists()
	if c.List != "" {
		l := svc.Criteria(c.List, s.Today())
		if l == nil {
			codes := make([]string, len(lists))
			for i, x := range lists {
				codes[i] = x.Code
			}
			return console.Unknown("list", c.List, codes, "see the lists with: probity list criteria")
		}
		s.Result(l, func(w io.Writer) { printCriteria(w, l) })
		return nil
	}
	s.Result(map[string]any{"lists": lists}, func(w io.Writer) {
		console.Columns(w, console.Row{"list", "colour", "keepers", "title"}, console.Listed(lists, func(l **criteria.List) console.Row {
			return console.Row{(*l).Code, (*l).Colour, strings.Join((*l).Keepers, ", "), (*l).Title.EN}
		}))
	})
	return nil
}

func printCriteria(w io.Writer, l *criteria.List) {
	fmt.Fprintf(w, "%s: %s (%s), %s\n", l.Code, l.Title.EN, l.Title.ZH, l.Colour)
	console.Columns(w, nil, []console.Row{
		{"  keepers", strings.Join(l.Keepers, ", ")}, {"  basis", string(l.Basis) + ", " + string(l.Level)}, {"  in force from", l.From},
		{"  time to object", l.Window}, {"  stands at most", l.Term}, {"  removal from", l.Repair}, {"  figures", l.Confidence},
	})
	for i := range l.Grounds {
		g := &l.Grounds[i]
		fmt.Fprintf(w, "  ground %s: %s (%s)\n", g.Code, g.Title.EN, g.Basis)
		for _, e := range g.Elements {
			fmt.Fprintf(w, "    %s: %s\n", e.Code, e.Title.EN)
		}
	}
	if l.Repeated != nil {
		fmt.Fprintf(w, "  stands %s to %s longer for repeated conduct, which a draft shows by\n    %s: %s\n", l.Extension.Min, l.Extension.Max, l.Repeated.Code, l.Repeated.Title.EN)
	}
	for _, x := range l.Exempt {
		fmt.Fprintf(w, "  nobody is listed where %s: %s\n", x.Code, x.Title.EN)
	}
	for _, x := range l.Removal {
		when := ""
		if x.AnyTime {
			when = ", at any time"
		}
		fmt.Fprintf(w, "  removed for %s: %s, within %s%s\n", x.Code, x.Title.EN, x.Within, when)
	}
	for _, m := range l.Measures {
		fmt.Fprintf(w, "  may follow: %s, %s at most\n", m.Code, m.Ceiling)
	}
	for _, u := range l.Uncertain {
		fmt.Fprintf(w, "  uncertain: %s\n", u)
	}
}

// listCheck checks proposed criteria.
type listCheck struct {
	File string `arg:"" help:"A YAML file with lists:, in the form of the built-in ones."`
}

// Help shows the examples.
func (listCheck) Help() string {
	return `Proposed criteria must fall under one of the four scopes of Guobanfa (2020) 49, rest on an instrument of sufficient rank, have been open to public comment for 30 days, name an end, conditions of removal, a remedy and a day of evaluation, and refer to no rating.

Examples:

    probity list check water-wasters.yaml`
}

// Run checks the file.
func (c listCheck) Run(s *console.Session) error {
	text, err := console.ReadWhole(c.File)
	if err != nil {
		return err
	}
	cat, err := s.CatalogueInUse()
	if err != nil {
		return err
	}
	lists, err := listing.CheckCriteria(c.File, text, cat, s.Limits())
	if err != nil {
		return err
	}
	codes := make([]string, len(lists))
	for i := range lists {
		codes[i] = lists[i].Code
	}
	s.Result(map[string]any{"lawful": codes}, func(w io.Writer) { fmt.Fprintf(w, "lawful: %s\n", strings.Join(codes, ", ")) })
	return nil
}
