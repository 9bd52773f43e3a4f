package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/rating"
)

// moment are the flags that ask about another day or another state of knowledge.
type moment struct {
	AsOf    string `name:"as-of" placeholder:"DAY" help:"The day whose state of affairs is rated; today where it is not given."`
	KnownAt string `name:"known-at" placeholder:"TIME" help:"Leave out what was published after this moment (a day, or a time such as 2026-03-01T12:00:00Z)."`
}

func (m moment) read() (when rating.Moment, err error) {
	if m.AsOf != "" {
		if when.AsOf, err = console.Day("as-of", m.AsOf); err != nil {
			return when, err
		}
	}
	if m.KnownAt == "" {
		return when, nil
	}
	if when.KnownAt, err = time.Parse(time.RFC3339, m.KnownAt); err == nil {
		return when, nil
	}
	d, err := calendar.Parse(m.KnownAt)
	if err != nil {
		return when, console.Misuse("--known-at %q is neither a day nor a time", m.KnownAt).With("write 2026-03-01 or 2026-03-01T12:00:00Z")
	}
	when.KnownAt = (d + 1).Start(calendar.Shanghai).Add(-time.Microsecond) // to the end of that day
	return when, nil
}

// rateCommand says what a model says of a subject, or rates everybody.
type rateCommand struct {
	Subject  string `arg:"" optional:"" help:"SCHEME:VALUE or a subject id."`
	All      bool   `help:"Rate every subject that may be rated, and answer about nobody."`
	Model    string `placeholder:"CODE" complete:"model" help:"The rating model; with --all every model in force where it is not given."`
	Snapshot string `placeholder:"FOLDER" help:"With --all: rate over the snapshot in this folder, which is made, or brought up to date, first."`
	moment
	console.Reading
}

// Help shows the examples.
func (rateCommand) Help() string {
	return `A rating comes with every point explained, or not at all; "not rated" is an answer too and never a low rating. Others than a person itself are told of a person's rating no more than the band, and only under the person's consent. The reading is recorded.

With --all everybody is rated, and whose rating changes is told. Over a snapshot all models rate in one pass over columns, and only what has changed is written; the ratings are the same. Versions on trial are counted by probity job run alone, which an official of the platform starts: whoever rates by hand is told of those that wait.

Examples:

    probity rate uscc:91000000MA0000007C --model enterprise-credit --purpose public-search --basis government-information
    probity rate uscc:91000000MA0000007C --model enterprise-credit --as-of 2026-03-31 --purpose public-search --basis government-information --json
    probity rate --all
    probity rate --all --model enterprise-credit
    probity rate --all --snapshot today.snapshot`
}

// Run rates one subject, or everybody.
func (c rateCommand) Run(s *console.Session) error {
	switch {
	case c.All && c.Subject != "":
		return console.Misuse("--all rates everybody, and %s names one subject", c.Subject).With("give one of the two")
	case c.All:
		return c.everybody(s)
	case c.Snapshot != "":
		return console.Misuse("--snapshot is for rating everybody").With("rate everybody with --all, or leave --snapshot out")
	case c.Subject == "":
		return console.Misuse("no subject was named").With("name one as SCHEME:VALUE, or rate everybody with --all")
	case c.Model == "":
		return console.Misuse("no model was named").With("name one with --model; probity model list shows them")
	}
	when, err := c.moment.read()
	if err != nil {
		return err
	}
	return answerRating(s, question{c.Subject, c.Model, when, c.Reading, true}, printRating)
}

// modelInForce finds a model of the book, or says which looks like it.
func modelInForce(desk *rating.Desk, code string) (*rating.Model, error) {
	m, err := desk.Book.Model(code)
	if !fault.Is(err, fault.NotFound) {
		return m, err
	}
	have := console.CodesOf(desk.Book.Models(), func(m **rating.Model) string { return (*m).Facts.Code })
	return nil, console.Unknown("model in force", code, have, "probity model list shows the models; a draft is approved and activated first")
}

// question asks for one subject's rating.
type question struct {
	subject, model string
	when           rating.Moment
	why            console.Reading
	// band: somebody else than the person asked about is content with the band.
	band bool
}

// answerRating answers with the whole rating, or with the band where the subject is a human being and somebody else asks.
func answerRating(s *console.Session, q question, text func(io.Writer, *rating.Explained)) error {
	desk, err := s.Ratings()
	if err != nil {
		return err
	}
	if _, err := modelInForce(desk, q.model); err != nil {
		return err
	}
	sub, err := s.Subject(q.subject)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	if q.band && sub.Kind.Natural() && by.Subject() == 0 {
		return answerBand(s, desk, q)
	}
	scope, err := s.Scope(q.subject, access.Explanation, q.why, q.model)
	if err != nil {
		return err
	}
	e, err := desk.Explain(s.Ctx, scope, q.model, q.when)
	if err != nil {
		return err
	}
	s.Result(form.RatingAnswer{View: e.View, Recorded: form.Recorded{Access: scope.Entry()}}, func(w io.Writer) {
		text(w, e)
		fmt.Fprintf(w, "recorded as %s\n", scope.Entry())
	})
	return nil
}

func answerBand(s *console.Session, desk *rating.Desk, q question) error {
	if q.when != (rating.Moment{}) {
		return fault.Refuse("C11", "own credential", "only a person itself has its rating of another day computed",
			"ask for the rating as it stands, or have the subject ask with its own credential: --as")
	}
	scope, err := s.Scope(q.subject, access.Rating, q.why, q.model)
	if err != nil {
		return err
	}
	r, err := desk.Answer(s.Ctx, scope, q.model)
	if err != nil {
		return err
	}
	a := form.BandAnswer{
		Subject: r.Subject, Kind: scope.Subject().Kind, Model: r.Model, Version: r.Version, AsOf: r.AsOf, KnownAt: r.KnownAt,
		Status: r.Status, Band: r.Band, Recorded: form.Recorded{Access: scope.Entry()},
	}
	if r.GoodUntil != calendar.None {
		a.GoodUntil = &r.GoodUntil
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "%s by %s version %d on %s: %s\n", a.Subject, a.Model, a.Version, a.AsOf, verdict(a.Status, a.Band))
		fmt.Fprintf(w, "recorded as %s\n", a.Access)
	})
	return nil
}

func verdict(status rating.Status, band string) string {
	if status != rating.Rated {
		return "not rated"
	}
	return "band " + band
}

// printRating is a rating in a few lines: the result, and why it is no better.
func printRating(w io.Writer, e *rating.Explained) {
	v := &e.View
	printHeading(w, v)
	for _, r := range v.WhyNot {
		fmt.Fprintf(w, "  %s\n", r.Text.EN)
	}
	for _, r := range v.Reasons {
		fmt.Fprintf(w, "  %+d  %s\n", -r.PointsLost, r.Text.EN)
	}
	if len(v.Characteristics) > 0 {
		fmt.Fprintf(w, "every point: probity explain %s --model %s\n", v.Subject, v.Model)
	}
}

func printHeading(w io.Writer, v *rating.View) {
	fmt.Fprintf(w, "%s (%s) by %s version %d on %s: %s", v.Subject, console.Spoken(string(v.Kind)), v.Model, v.Version, v.AsOf, verdict(v.Status, v.Band))
	if v.Score != nil {
		fmt.Fprintf(w, ", score %d", *v.Score)
	}
	if v.GoodUntil != nil {
		fmt.Fprintf(w, ", good until %s", *v.GoodUntil)
	}
	fmt.Fprintln(w)
}

// explainCommand shows how a rating came about.
type explainCommand struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Model   string `required:"" placeholder:"CODE" complete:"model" help:"The rating model."`
	Full    bool   `help:"Show the characteristics too that are worth nothing and have no record behind them."`
	moment
	console.Reading
}

// Help shows the examples.
func (explainCommand) Help() string {
	return `Base, points and adjustments are the score, exactly. Each point has the records behind it; probity record show tells what they say. Below stand the reasons for lost points with what the subject can do, what helped, and the least change to the next band. The reading is recorded.

Examples:

    probity explain uscc:91000000MA0000007C --model enterprise-credit --purpose public-search --basis government-information
    probity explain id:000000199001011239 --model person-repayment --as zhang-own --json`
}

// Run prints the explanation.
func (c explainCommand) Run(s *console.Session) error {
	when, err := c.moment.read()
	if err != nil {
		return err
	}
	return answerRating(s, question{c.Subject, c.Model, when, c.Reading, false}, func(w io.Writer, e *rating.Explained) {
		printExplanation(w, e, c.Full)
	})
}

// printExplanation is the rating as a sum: one line a summand, with the running total.
func printExplanation(w io.Writer, e *rating.Explained, full bool) {
	v := &e.View
	printHeading(w, v)
	for _, r := range v.WhyNot {
		fmt.Fprintf(w, "  %s: %s\n", r.Code, r.Text.EN)
	}
	if v.Status == rating.Rated {
		printSum(w, v, full)
	}
	for _, g := range v.Gates {
		decisive := ""
		if g.Decisive {
			decisive = "; it set the band"
		}
		fmt.Fprintf(w, "gate %s: %s %s%s\n", g.Name, console.Spoken(g.Effect.String()), g.Band, decisive)
	}
	for _, r := range v.Reasons {
		fmt.Fprintf(w, "lost %d: %s [%s]\n", r.PointsLost, r.Text.EN, r.Code)
		if r.Cure.EN != "" {
			fmt.Fprintf(w, "  what helps: %s\n", r.Cure.EN)
		}
	}
	titles := map[string]string{}
	for _, c := range v.Characteristics {
		titles[c.Name] = c.Title.EN
	}
	for _, h := range v.Helped {
		fmt.Fprintf(w, "helped %+d: %s\n", h.Points, titles[h.Characteristic])
	}
	printNext(w, v, titles)
}

func printSum(w io.Writer, v *rating.View, full bool) {
	total, nothing := v.Base, 0
	rows := []console.Row{{"base", "", "", "", total, ""}}
	for i := range v.Characteristics {
		c := &v.Characteristics[i]
		total += c.Points
		if !full && c.Points == 0 && len(c.Records)+len(c.Disputed) == 0 {
			nothing++
			continue
		}
		value := c.Value
		if c.Missing {
			value = "(nothing known)"
		}
		rows = append(rows, console.Row{c.Title.EN, value, c.Attribute, fmt.Sprintf("%+d", c.Points), total, behind(c)})
	}
	for _, a := range v.Adjustments {
		total += a.Points
		rows = append(rows, console.Row{a.Name, "", "", fmt.Sprintf("%+d", a.Points), total, ""})
	}
	console.Columns(w, console.Row{"", "value", "falls under", "points", "sum", "records"}, rows)
	if nothing > 0 {
		fmt.Fprintf(w, "and %s worth nothing, without a record; --full shows them\n", console.Count(nothing, "characteristic"))
	}
}

// behind lists the records behind a characteristic, or the beginning of a long list.
func behind(c *rating.Characteristic) string {
	const shown = 2
	var ids []string
	for _, e := range c.Records {
		ids = append(ids, e.Record.String())
	}
	text := strings.Join(ids[:min(len(ids), shown)], " ")
	if len(ids) > shown {
		text += fmt.Sprintf(" and %d more", len(ids)-shown)
	}
	if n := len(c.Disputed); n > 0 {
		text += fmt.Sprintf(" (%d disputed and out of use)", n)
	}
	return text
}

func printNext(w io.Writer, v *rating.View, titles map[string]string) {
	n := v.NextBand
	if n == nil {
		return
	}
	if len(n.Changes) > 0 {
		fmt.Fprintf(w, "least change to band %s (score %d):\n", n.Band, n.Score)
	}
	for _, c := range n.Changes {
		fmt.Fprintf(w, "  %s from %s to %s (%s): %+d", titles[c.Characteristic], console.Either(c.From, "nothing"), c.To, c.Attribute, c.Gain)
		if c.ByTime != calendar.None {
			fmt.Fprintf(w, ", which waiting until %s brings too", c.ByTime)
		}
		fmt.Fprintln(w)
	}
	if n.ByTime != calendar.None {
		fmt.Fprintf(w, "by waiting alone, without any new record: a better band on %s\n", n.ByTime)
	}
}

// historyCommand lists what a model said of a subject.
type historyCommand struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Model   string `required:"" placeholder:"CODE" complete:"model" help:"The rating model."`
	console.Reading
}

// Help shows the examples.
func (historyCommand) Help() string {
	return `A line for each time the rating changed, oldest first. The reading is recorded.

Examples:

    probity history uscc:91000000MA0000007C --model enterprise-credit --purpose public-search --basis government-information`
}

// Run prints the history.
func (c historyCommand) Run(s *console.Session) error {
	desk, err := s.Ratings()
	if err != nil {
		return err
	}
	scope, err := s.Scope(c.Subject, access.History, c.Reading, c.Model)
	if err != nil {
		return err
	}
	all, err := desk.Past(s.Ctx, scope, c.Model)
	if err != nil {
		return err
	}
	full := scope.Level() == charter.FullAnswer
	answers := make([]form.PastRating, 0, len(all))
	rows := make([]console.Row, 0, len(all))
	for i := range all {
		p := form.PastOf(&all[i], full)
		answers = append(answers, p)
		score := ""
		if p.Score != nil {
			score = fmt.Sprint(*p.Score)
		}
		rows = append(rows, console.Row{p.AsOf, p.Version, verdict(p.Status, p.Band), score, p.Gate, console.Minute(p.KnownAt)})
	}
	a := map[string]any{"subject": scope.Subject().ID, "model": c.Model, "history": answers, "access": scope.Entry()}
	s.Result(a, func(w io.Writer) {
		if len(rows) == 0 {
			fmt.Fprintf(w, "%s was never rated by %s\n", scope.Subject().ID, c.Model)
		} else {
			console.Columns(w, console.Row{"as of", "version", "rating", "score", "gate", "computed"}, rows)
		}
		fmt.Fprintf(w, "recorded as %s\n", scope.Entry())
	})
	return nil
}
