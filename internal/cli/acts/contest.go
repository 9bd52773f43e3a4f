package acts

import (
	"probity/calendar"
	"probity/internal/cli/console"
	"probity/internal/measure/order"
)

// contested is the order that a step is taken on, and the paper of the step.
type contested struct {
	ordered
	Number   string `placeholder:"NUMBER" help:"The number of the document; officials give one."`
	Document string `placeholder:"FILE" xor:"paper" help:"The signed document; its SHA-256 is kept. Officials give one."`
	SHA256   string `name:"sha256" placeholder:"HEX" xor:"paper" help:"The SHA-256 of the signed document, in place of the file."`
	lawful
	reasoned
}

func (c contested) take(s *console.Session, act order.StepAct, day string) error {
	at, err := c.find(s)
	if err != nil {
		return err
	}
	step := order.Step{Act: act, Basis: c.basis(), Reasons: c.Reasons, Day: calendar.None}
	if step.Document, err = (paper{c.Number, c.Document, c.SHA256}).read(); err != nil {
		return err
	}
	if day != "" {
		if step.Day, err = console.Day("day", day); err != nil {
			return err
		}
	}
	o, err := at.StepOrder(s.Ctx, at.by, at.subject, at.order, step)
	if err != nil {
		return err
	}
	return printOrder(s, at.Service, &o)
}

// orderObject objects.
type orderObject struct {
	contested
	Day string `placeholder:"DAY" help:"The day on which a written objection came in, where an official of the author enters it; today otherwise."`
}

// Help shows the examples.
func (orderObject) Help() string {
	return `The subject objects with its own credential, or an official of the author enters what it wrote. The author owes an answer with reasons; where none comes in time, the objection goes to the body above by itself. An order holds meanwhile: only a court stays it.

Examples:

    probity order object id:11010519491231002X o0f3k0000000a1 --as anna --reasons "the debt was paid in May; the receipt is with the court"
    probity order object uscc:91000000MA0000007C o0f3k0000000a1 --as judge-chen --number "objection 7" --document objection.pdf --day 2026-03-20 --reasons "says that the goods were never delivered"`
}

// Run objects.
func (c orderObject) Run(s *console.Session) error { return c.take(s, order.Object, c.Day) }

// orderAnswered answers.
type orderAnswered struct{ contested }

// Help shows the examples.
func (orderAnswered) Help() string {
	return `The author answers an objection with reasons and keeps to its order; the subject can then call for review. An author that finds the objection right lifts or annuls the order.

Examples:

    probity order answer uscc:91000000MA0000007C o0f3k0000000a1 --as judge-chen --number "(2026) 31-190" --document answer.pdf --reasons "the receipt is for another debt"`
}

// Run answers.
func (c orderAnswered) Run(s *console.Session) error { return c.take(s, order.Answer, "") }

// orderReview calls for review, or decides it.
type orderReview struct {
	contested
	Uphold bool `help:"Decide the review: the order stands. For the body above the author, or a court."`
}

// Help shows the examples.
func (orderReview) Help() string {
	return `After the answer the subject can call for review by the body above the author, or by a court; an objection that nobody answered in time stands before it already. Who reviews upholds the order with reasons, or annuls it with: probity order annul.

Examples:

    probity order review uscc:91000000MA0000007C o0f3k0000000a1 --as company --reasons "the receipt names the same debt"
    probity order review uscc:91000000MA0000007C o0f3k0000000a1 --as judge-wu --uphold --number "(2026) 2-9" --document review.pdf --reasons "the receipt is of another contract, number 17"`
}

// Run calls for review, or decides it.
func (c orderReview) Run(s *console.Session) error {
	if c.Uphold {
		return c.take(s, order.Uphold, "")
	}
	return c.take(s, order.AskForReview, "")
}
