// Package reviewing holds the commands of the official at whose desk two subjects lie that may be one.
package reviewing

import (
	"fmt"
	"io"

	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/rating"
	"probity/internal/registrar/review"
	"probity/internal/subject/candidate"
)

// Commands are the commands about subjects that may be one.
type Commands struct {
	List    listCommand    `cmd:"" help:"List the pairs that wait, or what was said of pairs."`
	Show    showCommand    `cmd:"" help:"Lay two subjects side by side: what differs, what matched and why."`
	Effect  effectCommand  `cmd:"" help:"Say what joining two subjects would do to their ratings, before it is done."`
	Decide  decideCommand  `cmd:"" help:"Say of two subjects: the same, not the same, or that it cannot be told."`
	Propose proposeCommand `cmd:"" help:"Put two subjects before the officials because they may be one."`
	Learn   learnCommand   `cmd:"" help:"Learn from the register how organisations are written."`
	Find    findCommand    `cmd:"" help:"Find organisations of the register that may be one."`
}

type listCommand struct {
	Judged string `enum:",same,different,unclear" default:"" placeholder:"WORD" help:"Those that were judged so, instead of those that wait: same, different or unclear."`
	Limit  int    `default:"50" placeholder:"N" help:"At most so many, the most probable first."`
}

// Help shows the examples.
func (listCommand) Help() string {
	return `Numbers and days; what stands in the files is shown one pair at a time, and recorded there. Pairs that were judged different stay so, whatever is found later.

Examples:

    probity review list
    probity review list --judged different --json`
}

// Run prints a line a pair.
func (c listCommand) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	list, err := s.Opened.Review().List(s.Ctx, by, candidate.Verdict(c.Judged), c.Limit)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"candidates": list}, func(w io.Writer) {
		if len(list) == 0 {
			fmt.Fprintln(w, "no pair waits")
			return
		}
		console.Columns(w, console.Row{"pair", "kind", "likely", "found", "by", ""}, console.Listed(list, func(l *review.Listed) console.Row {
			likely := ""
			if l.Model != "" {
				likely = candidate.Percent(l.Probability)
			}
			return console.Row{l.Pair, console.Spoken(string(l.Kinds[0])), likely, console.Minute(l.FoundAt), l.By, waitsFor(l)}
		}))
	})
	return nil
}

func waitsFor(l *review.Listed) string {
	switch {
	case l.Verdict == candidate.Waits && l.Way == candidate.Hold && l.Bare:
		return "its rows wait for the answer, unless their file was given up"
	case l.Verdict == candidate.Waits && l.Way == candidate.Hold:
		return "further rows wait for it"
	case l.Verdict == candidate.Waits && l.Bare:
		return "its file is held or was given up; nothing stands on it"
	case l.Verdict == candidate.Waits && l.Way == candidate.Beside:
		return "its rows are in, on a subject of their own"
	}
	return ""
}

type showCommand struct {
	Pair string `arg:"" help:"The pair: both ids with a + between them."`
}

// Help shows the examples.
func (showCommand) Help() string {
	return `Of organisations the writings of the two that agree the most are laid out line by line, with how they agree and what it is worth: one bit doubles the odds. Of human beings neither names nor numbers are laid out, only whether an exact identifier is on both. Both subjects see in their files who looked.

Examples:

    probity review show s0sadq5xqg0000+s0sadq5xqg0001`
}

// Run lays the two out.
func (c showCommand) Run(s *console.Session) error {
	pair, desk, by, err := at(s, c.Pair)
	if err != nil {
		return err
	}
	v, err := desk.Show(s.Ctx, by, pair)
	if err != nil {
		return err
	}
	s.Result(v, func(w io.Writer) { printView(w, v) })
	return nil
}

func at(s *console.Session, text string) (candidate.Pair, *review.Desk, access.Credential, error) {
	pair, err := candidate.ParsePair(text)
	if err != nil {
		return pair, nil, access.Credential{}, err
	}
	by, err := s.Acting()
	if err != nil {
		return pair, nil, by, err
	}
	return pair, s.Opened.Review(), by, nil
}

func printView(w io.Writer, v *review.View) {
	fmt.Fprintf(w, "%s, %s\n", v.Pair, judged(v))
	rows := []console.Row{
		{"subject", v.Sides[0].Subject, v.Sides[1].Subject},
		{"kind", console.Spoken(string(v.Sides[0].Kind)), console.Spoken(string(v.Sides[1].Kind))},
		{"region", v.Sides[0].Region, v.Sides[1].Region},
		{"identifiers", console.List(v.Sides[0].Identifiers), console.List(v.Sides[1].Identifiers)},
		{"names", console.List(v.Sides[0].Names), console.List(v.Sides[1].Names)},
		{"recorded as", v.Sides[0].Entry, v.Sides[1].Entry},
	}
	console.Columns(w, console.Row{"", "one", "other"}, rows)
	if len(v.Compared) > 0 {
		fmt.Fprintln(w)
		console.Columns(w, console.Row{"", "compared", "bits", "sum", "one", "other", ""}, console.Listed(v.Compared, func(c *review.Compared) console.Row {
			mark := ""
			if c.Differ {
				mark = "differs"
			}
			return console.Row{c.Field, c.Agree, fmt.Sprintf("%+.2f", c.Bits), fmt.Sprintf("%+.2f", c.Sum), c.One, c.Other, mark}
		}))
	}
	for _, st := range v.Steps {
		fmt.Fprintf(w, "%s, %s: %s: %s\n", console.Minute(st.At), st.By, spoken(st.Verdict), st.Reason)
	}
	if v.Stands && v.Bare {
		fmt.Fprintf(w, "nothing stands on %s yet: its rows wait, or their file was given up\n", v.Pair.Other)
	}
	if v.Stands {
		fmt.Fprintf(w, "what joining them would do: probity review effect %s --purpose CODE --basis LAW\n", v.Pair)
	}
}

func judged(v *review.View) string {
	switch {
	case v.Verdict == candidate.Same && v.Stands:
		return "joined, and parted again since; same or different can be said anew"
	case v.Verdict != candidate.Waits:
		return spoken(v.Verdict)
	case v.Model != "":
		return "the same with a probability of " + candidate.Percent(v.Probability) + "; nobody has judged it"
	}
	return "proposed by " + v.By + "; nobody has judged it"
}

func spoken(v candidate.Verdict) string {
	return map[candidate.Verdict]string{candidate.Same: "the same", candidate.Different: "not the same", candidate.Unclear: "it cannot be told"}[v]
}

type effectCommand struct {
	Pair string `arg:"" help:"The pair: both ids with a + between them."`
	console.Reading
}

// Help shows the examples.
func (effectCommand) Help() string {
	return `For each model, what it says of either today, and what it would say of one with the records of both. It is computed for the answer alone; nothing is kept, and both readings are recorded. Human beings are rated under their own consent for that reader and purpose only, and where it does not reach, that is said instead.

Examples:

    probity review effect s0sadq5xqg0000+s0sadq5xqg0001 --purpose supervision --basis supervision-opinions`
}

// Run prints a line a model.
func (c effectCommand) Run(s *console.Session) error {
	pair, desk, by, err := at(s, c.Pair)
	if err != nil {
		return err
	}
	ratings, err := s.Ratings()
	if err != nil {
		return err
	}
	e, err := desk.Effect(s.Ctx, ratings, access.Request{As: by, Purpose: c.Purpose, Basis: c.Basis, Case: c.Case}, pair)
	if err != nil {
		return err
	}
	s.Result(e, func(w io.Writer) {
		fmt.Fprintf(w, "one is %s, the other %s\n", pair.One, pair.Other)
		console.Columns(w, console.Row{"model", "one", "other", "together"}, console.Listed(e.Models, func(j *rating.Joint) console.Row {
			return console.Row{j.Model, saidOf(j.One), saidOf(j.Other), saidOf(j.Together)}
		}))
		for _, r := range e.NotShown {
			fmt.Fprintf(w, "%s is not shown: %s\n", r.Model, r.Why)
		}
		fmt.Fprintln(w, "nothing was joined, and nothing of it is kept")
	})
	return nil
}

func saidOf(s rating.Said) string {
	switch {
	case s.Status != rating.Rated:
		return "not rated"
	case s.Score == nil:
		return s.Band
	}
	return fmt.Sprintf("%s (%d)", s.Band, *s.Score)
}

type decideCommand struct {
	Pair    string `arg:"" help:"The pair: both ids with a + between them."`
	Verdict string `arg:"" enum:"same,different,unclear" help:"same, different or unclear."`
	Reason  string `required:"" placeholder:"TEXT" help:"The official's reason."`
}

// Help shows the examples.
func (decideCommand) Help() string {
	return `Where organisations are the same they are joined at once, the one with the older id goes on, and probity subject split undoes it. Not the same holds whatever is found later, until an official takes it back by saying otherwise. Of human beings a second official must say the same, and they are joined only where one exact strong identifier is on both (Charter C15).

Examples:

    probity review decide s0sadq5xqg0000+s0sadq5xqg0001 same --reason "the address of both is the works in Harbour Road"
    probity review decide s0sadq5xqg0000+s0sadq5xqg0001 different --reason "two branches with one owner"`
}

// Run keeps what was said.
func (c decideCommand) Run(s *console.Session) error {
	pair, desk, by, err := at(s, c.Pair)
	if err != nil {
		return err
	}
	holds, joined, err := desk.Judge(s.Ctx, by, pair, candidate.Verdict(c.Verdict), c.Reason)
	if err != nil {
		return err
	}
	answer := map[string]any{"candidate": pair, "verdict": c.Verdict, "holds": holds}
	if joined != nil {
		answer["kept"], answer["merged"], answer["records"] = joined.Kept, joined.Merged, len(joined.Records)
	}
	s.Result(answer, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s\n", pair, spoken(candidate.Verdict(c.Verdict)))
		switch {
		case !holds:
			fmt.Fprintln(w, "it holds when a second official says the same")
		case joined != nil:
			fmt.Fprintf(w, "%s now leads to %s; %s moved\n", joined.Merged, joined.Kept, console.Count(len(joined.Records), "record"))
			fmt.Fprintf(w, "to undo it: probity subject split %s --reason TEXT\n", joined.Merged)
		}
	})
	return nil
}

type proposeCommand struct {
	One   string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Other string `arg:"" help:"SCHEME:VALUE or a subject id."`
}

// Help shows the examples.
func (proposeCommand) Help() string {
	return `Nothing is joined by it. Both subjects see it in their files.

Examples:

    probity review propose uscc:91000000MA0000007C fdic:25851`
}

// Run enters the pair.
func (c proposeCommand) Run(s *console.Session) error {
	one, err := s.Subject(c.One)
	if err != nil {
		return err
	}
	other, err := s.Subject(c.Other)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	found, err := s.Opened.Review().Propose(s.Ctx, by, one.ID, other.ID)
	if err != nil {
		return err
	}
	s.Result(found, func(w io.Writer) {
		fmt.Fprintf(w, "%s waits for an official; next: probity review show %s\n", found.Pair, found.Pair)
	})
	return nil
}

type learnCommand struct{}

// Help shows the examples.
func (learnCommand) Help() string {
	return `How often the names, addresses and telephone numbers of organisations agree among those of the same and among others, without examples. What is kept are frequencies and weights, no organisation. It is in force for probity review find and for deliveries whose contract binds organisations by name, until it is learnt anew; what was judged and linked stays.

Examples:

    probity review learn`
}

// Run learns.
func (learnCommand) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	permit, err := s.Opened.Access.Working(s.Ctx, by, "learn how organisations are written")
	if err != nil {
		return err
	}
	bar := s.Progress("learning", "", 0)
	defer func() { bar.Done() }()
	m, err := s.Opened.Review().Learn(s.Ctx, permit, func(step string) {
		bar.Done()
		bar = s.Progress(step, "", 0)
	})
	if err != nil {
		return err
	}
	s.Result(map[string]any{"digest": m.Digest, "records": m.Records, "at": m.At, "rather_the_same": m.Same, "weak": m.Weak}, func(w io.Writer) {
		fmt.Fprintf(w, "learnt from %s of organisations; in force as %s\n", console.Plural(m.Records, "writing", "writings"), m.Digest[:12])
		if m.Weak {
			fmt.Fprintf(w, "%s of them rather the same: too few to learn from how the same organisation is written in two ways\n", console.Plural(m.Same, "pair", "pairs"))
			fmt.Fprintln(w, "what review find finds by it is worth little; learn again when more agencies' files are in")
		}
	})
	return nil
}

type findCommand struct{}

// Help shows the examples.
func (findCommand) Help() string {
	return `Every organisation is looked up among all others by what was learnt. Pairs whose evidence deserves a look, and that no strong identifiers keep apart, wait for an official with their probability, the most probable first. Nothing is joined.

Examples:

    probity review learn
    probity review find`
}

// Run looks through the register.
func (findCommand) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	bar := s.Progress("looking for pairs", "organisations", 0)
	defer func() { bar.Done() }()
	found, err := s.Opened.Review().Find(s.Ctx, by, func(done, _ int64) { bar.At(done, 0) })
	if err != nil {
		return err
	}
	s.Result(found, func(w io.Writer) {
		fmt.Fprintf(w, "%s looked at: %s may be one, %d of them new\n", console.Count(found.Organisations, "organisation"), console.Count(found.Pairs, "pair"), found.New)
		if found.New > 0 {
			fmt.Fprintln(w, "next: probity review list")
		}
	})
	return nil
}
