package acts

import (
	"strings"

	"probity/internal/cli/console"
	"probity/internal/listing/entry"
)

// listDraft drafts an entry.
type listDraft struct {
	Subject string   `arg:"" help:"SCHEME:VALUE or a subject id."`
	List    string   `arg:"" help:"The code of the list."`
	Ground  string   `required:"" placeholder:"CODE" help:"The ground, from the criteria of the list."`
	Fact    []string `placeholder:"ELEMENT=VALUE" sep:"none" help:"An element of the ground; once for each."`
	Tier    string   `placeholder:"TIER" help:"How serious the conduct was found to be: minor, general or serious."`
	Measure []string `placeholder:"CODE" complete:"measure" help:"A measure of class II that is to follow; once for each."`
	Order   string   `placeholder:"ID" help:"The court's order in force, where the subject is a human being."`
	reasoned
	dated
	paper
}

// Help shows the examples.
func (listDraft) Help() string {
	return `The keeper of a list drafts an entry on a ground of the list, with every element of the ground as the penalty or judgment states it. Nothing can be added to the criteria. probity list criteria LIST shows what is asked for. Nothing follows from a draft.

Examples:

    probity list draft uscc:91000000MA0000007C serious-violators --as li-wei --ground quality --tier serious --measure key-supervision --fact "penalty-number=沪市监罚〔2026〕17号" --fact penalty-day=2026-06-01 --fact heavier-penalty=licence-revoked --fact "harm=12,000 boilers without a test" --number "draft 17" --document draft.pdf --reasons "the penalty of 1 June is final"`
}

// Run drafts the entry.
func (c listDraft) Run(s *console.Session) error {
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
	e := entry.Entry{Subject: sub.ID, List: c.List, Ground: c.Ground, Tier: c.Tier, Measures: c.Measure}
	for _, f := range c.Fact {
		name, value, ok := strings.Cut(f, "=")
		if !ok {
			return console.Misuse("--fact: %q is no element with its value", f).With("write ELEMENT=VALUE; probity list criteria " + c.List + " shows the elements")
		}
		e.Facts = append(e.Facts, entry.Fact{Element: name, Value: value})
	}
	if c.Order != "" {
		if err := e.Order.UnmarshalText([]byte(c.Order)); err != nil {
			return console.Misuse("--order: %v", err).With("probity order list shows a subject's orders with their ids")
		}
	}
	first := entry.Step{Reasons: c.Reasons}
	if first.Document, err = c.paper.read(); err != nil {
		return err
	}
	if first.Day, err = dayOr(c.Day, s.Today()); err != nil {
		return err
	}
	drafted, err := svc.Draft(s.Ctx, by, e, first)
	if err != nil {
		return err
	}
	printEntry(s, svc, &drafted)
	return nil
}

// listNotify enters the advance notice.
type listNotify struct {
	target
	dated
	paper
}

// Help shows the examples.
func (listNotify) Help() string {
	return `The advance notice tells the subject the facts, the reasons, the law and its rights. The time to object counts from the day on which the notice is recorded here.

Examples:

    probity list notify uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --number "notice 17" --document notice.pdf`
}

// Run enters the notice.
func (c listNotify) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Notify}, c.paper, c.dated)
}

// said is the paper of what a subject says; it needs none where it speaks with its own credential.
type said struct {
	Number   string `placeholder:"NUMBER" help:"The number under which the keeper received it; none with the subject's own credential."`
	Document string `placeholder:"FILE" help:"What the subject wrote; its SHA-256 is kept."`
}

func (p said) paper() paper { return paper{Number: p.Number, Document: p.Document} }

// listObject objects.
type listObject struct {
	target
	Hearing bool `help:"Ask for a hearing."`
	reasoned
	dated
	said
}

// Help shows the examples.
func (listObject) Help() string {
	return `The subject objects with its own credential, or the keeper enters what the subject wrote to it. Nothing is decided before every objection is answered with reasons and a hearing that was asked for is held.

Examples:

    probity list object uscc:91000000MA0000007C e0f3k0000000a1 --as company --reasons "the boilers were tested on 3 June"
    probity list object uscc:91000000MA0000007C e0f3k0000000a1 --as company --hearing --reasons "we want to be heard"`
}

// Run objects.
func (c listObject) Run(s *console.Session) error {
	step := entry.Step{Act: entry.Object, Reasons: c.Reasons}
	if c.Hearing {
		step.Act = entry.AskToHear
	}
	return c.take(s, step, c.said.paper(), c.dated)
}

// listHear enters a hearing.
type listHear struct {
	target
	dated
	paper
}

// Help shows the examples.
func (listHear) Help() string {
	return `The document is the record of the hearing. What was said there is answered like an objection.

Examples:

    probity list hear uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --number "hearing 4" --document hearing.pdf`
}

// Run enters the hearing.
func (c listHear) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Hear}, c.paper, c.dated)
}

// listAnswer answers objections.
type listAnswer struct {
	target
	reasoned
	dated
	paper
}

// Help shows the examples.
func (listAnswer) Help() string {
	return `Examples:

    probity list answer uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --number "answer 17" --document answer.pdf --reasons "the reports are of another plant"`
}

// Run answers.
func (c listAnswer) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Answer, Reasons: c.Reasons}, c.paper, c.dated)
}

// listGrace gives a respite.
type listGrace struct {
	target
	Until string `placeholder:"DAY" help:"The last day of the respite; the shortest that the law knows where it is not given."`
	reasoned
	dated
	paper
}

// Help shows the examples.
func (listGrace) Help() string {
	return `A court may give a judgment debtor one to three months before it lists it. Nothing is decided meanwhile.

Examples:

    probity list grace uscc:91000000MA0000007C e0f3k0000000a1 --as judge-chen --until 2026-09-01 --number "grace 3" --document grace.pdf --reasons "the debtor sells its warehouse"`
}

// Run gives the respite.
func (c listGrace) Run(s *console.Session) error {
	until, err := console.Day("until", c.Until)
	if err != nil {
		return err
	}
	return c.take(s, entry.Step{Act: entry.Grace, Until: until, Reasons: c.Reasons}, c.paper, c.dated)
}

// listDecide decides.
type listDecide struct {
	target
	End    string   `placeholder:"DAY" help:"The first day on which the entry no longer stands; the list's term where it is not given."`
	NoneOf []string `placeholder:"CODE,..." help:"The exemptions of the list that were looked at and do not apply; all must be named."`
	reasoned
	dated
	paper
}

// Help shows the examples.
func (listDecide) Help() string {
	return `A decision is taken once the time to object is over, every objection is answered, and a hearing that was asked for is held. It names a fixed end under the ceiling of the list.

Examples:

    probity list decide uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --number "decision 17" --document decision.pdf --reasons "the conduct is grave and the harm is not undone"
    probity list decide uscc:91000000MA0000007C e0f3k0000000a2 --as judge-chen --none-of minor,security,seized,not-due,campus-loan --number "(2026) 31-9" --document decision.pdf --reasons "assets were moved to a sister company"`
}

// Run decides.
func (c listDecide) Run(s *console.Session) error {
	end, err := console.Day("end", c.End)
	if err != nil {
		return err
	}
	return c.take(s, entry.Step{Act: entry.Decide, End: end, Excluded: c.NoneOf, Reasons: c.Reasons}, c.paper, c.dated)
}

// listApprove approves.
type listApprove struct {
	target
	lawful
	dated
	paper
}

// Help shows the examples.
func (listApprove) Help() string {
	return `Where the law leaves decisions of cities and counties to the approval of the next higher level, they are not published without it.

Examples:

    probity list approve uscc:91000000MA0000007C e0f3k0000000a1 --as province --law "samr-order44 art. 9" --number "approval 5" --document approval.pdf`
}

// Run approves.
func (c listApprove) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Approve, Basis: c.basis()}, c.paper, c.dated)
}

// listDrop drops a draft.
type listDrop struct {
	target
	reasoned
	dated
	paper
}

// Help shows the examples.
func (listDrop) Help() string {
	return `Examples:

    probity list drop uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --number "drop 17" --document drop.pdf --reasons "the objection is right"`
}

// Run drops the draft.
func (c listDrop) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Drop, Reasons: c.Reasons}, c.paper, c.dated)
}

// listPublish publishes.
type listPublish struct {
	target
	dated
	paper
}

// Help shows the examples.
func (listPublish) Help() string {
	return `The document is the proof that the decision was served. From now on the entry stands in the public feed, and its measures follow. An honour is not published while its subject stands on a black list.

Examples:

    probity list publish uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --number "service 17" --document service.pdf`
}

// Run publishes.
func (c listPublish) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Publish}, c.paper, c.dated)
}

// listRequest asks for removal.
type listRequest struct {
	target
	Cause string `required:"" placeholder:"CODE" help:"The cause, from the criteria of the list."`
	reasoned
	dated
	said
}

// Help shows the examples.
func (listRequest) Help() string {
	return `The subject asks with its own credential, or the keeper enters what the subject wrote to it. The answer is due within the time that the list gives; where the law orders removal within days, an entry whose keeper lets that pass is out of use until it is decided.

Examples:

    probity list request uscc:91000000MA0000007C e0f3k0000000a1 --as company --cause cured --reasons "the fine is paid and the boilers were recalled"`
}

// Run asks.
func (c listRequest) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Request, Cause: c.Cause, Reasons: c.Reasons}, c.said.paper(), c.dated)
}

// listRefuse refuses a request.
type listRefuse struct {
	target
	reasoned
	dated
	paper
}

// Help shows the examples.
func (listRefuse) Help() string {
	return `Examples:

    probity list refuse uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --number "refusal 2" --document refusal.pdf --reasons "half of the boilers are still in use"`
}

// Run refuses.
func (c listRefuse) Run(s *console.Session) error {
	return c.take(s, entry.Step{Act: entry.Refuse, Reasons: c.Reasons}, c.paper, c.dated)
}

// listRemove takes an entry down.
type listRemove struct {
	target
	Because string `required:"" enum:"repaired,revoked,annulled" placeholder:"HOW" help:"repaired: a request is granted; revoked: the keeper or the body above it takes its decision back; annulled: a court or the body above says it should never have been."`
	lawful
	reasoned
	dated
	paper
}

// Help shows the examples.
func (listRemove) Help() string {
	return `The entry is gone from every answer at once. The feed shows its withdrawal with the reasons, and every agency that was told of it is told, acknowledges, and is chased until it does. Nobody takes down an entry on itself, or on a body above or below it.

Examples:

    probity list remove uscc:91000000MA0000007C e0f3k0000000a1 --as li-wei --because repaired --number "removal 17" --document removal.pdf --reasons "the boilers were recalled and the fine paid"
    probity list remove uscc:91000000MA0000007C e0f3k0000000a1 --as judge-wu --because annulled --law "samr-order44" --number "(2026) 2-7" --document judgment.pdf --reasons "the tests were made"`
}

// Run takes it down.
func (c listRemove) Run(s *console.Session) error {
	act := map[string]entry.Act{"repaired": entry.Accept, "revoked": entry.Revoke, "annulled": entry.Annul}[c.Because]
	return c.take(s, entry.Step{Act: act, Basis: c.basis(), Reasons: c.Reasons}, c.paper, c.dated)
}
