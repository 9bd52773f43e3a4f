package own

import (
	"context"
	"fmt"
	"io"

	"probity/internal/cli/console"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
)

// answering are what an official says to a dispute.
type answering struct {
	Dispute  string `arg:"" help:"The dispute's id."`
	Reasons  string `required:"" placeholder:"TEXT" help:"What was checked, and what was found."`
	Document string `placeholder:"FILE" help:"The document that certifies it; its SHA-256 is kept."`
}

// act carries out one act of an official and shows the dispute as it stands then.
func (c answering) act(s *console.Session, outcome contest.Outcome, do func(*dispute.Service) func(context.Context, contest.ID, dispute.Answer) (contest.Dispute, error)) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	id, err := numbered(c.Dispute)
	if err != nil {
		return err
	}
	a := dispute.Answer{Outcome: outcome, Reasons: c.Reasons}
	if a.By, err = s.Acting(); err != nil {
		return err
	}
	if a.Document, err = digestOf(c.Document); err != nil {
		return err
	}
	d, err := do(desk)(s.Ctx, id, a)
	if err == nil {
		show(s, &dispute.View{Dispute: d, State: d.State(s.Today())})
	}
	return err
}

type disputeSettle struct {
	answering
	Outcome string `required:"" enum:"corrected,deleted,verified,unverifiable" placeholder:"OUTCOME" help:"corrected, deleted, verified or unverifiable."`
}

// Help shows the examples.
func (disputeSettle) Help() string {
	return `An official of the agency that has to answer says what came of it, with reasons; another one than who took what is contested, and none whose agency the subject is a part of. "corrected" is said once it is corrected: send the right row with probity record correct first. A record that was deleted or could not be verified is out of use for good; everybody who received it is told to delete it. After the due day a record comes back with a certification only: --document.

Examples:

    probity dispute settle q0sadq5xqg0002 --outcome corrected --reasons "the code was mistyped; the sheet says clean" --as samr-clerk
    probity dispute settle q0sadq5xqg0002 --outcome unverifiable --reasons "the sheet cannot be found" --as samr-clerk`
}

// Run answers the dispute.
func (c disputeSettle) Run(s *console.Session) error {
	return c.act(s, contest.Outcome(c.Outcome), func(d *dispute.Service) func(context.Context, contest.ID, dispute.Answer) (contest.Dispute, error) {
		return d.Settle
	})
}

type disputeDecide struct {
	answering
	Outcome string `required:"" enum:"upheld,rejected" placeholder:"OUTCOME" help:"upheld or rejected."`
}

// Help shows the examples.
func (disputeDecide) Help() string {
	return `The body above the one that answered decides on the complaint, by an official who had no part in the answer. Where it is upheld, the record is out of use, and everybody who received it is told.

Examples:

    probity dispute decide q0sadq5xqg0002 --outcome upheld --reasons "the sheet was not looked at" --as council-clerk`
}

// Run decides on the complaint.
func (c disputeDecide) Run(s *console.Session) error {
	return c.act(s, contest.Outcome(c.Outcome), func(d *dispute.Service) func(context.Context, contest.ID, dispute.Answer) (contest.Dispute, error) {
		return d.AnswerComplaint
	})
}

type disputeReinstate struct{ answering }

// Help shows the examples.
func (disputeReinstate) Help() string {
	return `The record's supplier certifies with a document that it is complete and accurate. The subject is told in the same transaction, and may contest it anew.

Examples:

    probity dispute reinstate q0sadq5xqg0002 --reasons "the signed sheet was found" --document sheet.pdf --as samr-clerk`
}

// Run brings the record back.
func (c disputeReinstate) Run(s *console.Session) error {
	return c.act(s, "", func(d *dispute.Service) func(context.Context, contest.ID, dispute.Answer) (contest.Dispute, error) {
		return d.Reinstate
	})
}

type disputeComplain struct {
	Dispute string `arg:"" help:"The dispute's id."`
	Account string `required:"" placeholder:"TEXT" help:"What is wrong with the answer."`
	signing
}

// Help shows the examples.
func (disputeComplain) Help() string {
	return `The complaint goes to the body above the one that had to answer, which decides within 30 days. The courts stay open to you.

Examples:

    probity dispute complain q0sadq5xqg0002 --account "nobody looked at the sheet" --as example-own`
}

// Run makes the complaint.
func (c disputeComplain) Run(s *console.Session) error {
	return c.plead(s, c.Dispute, c.Account, func(d *dispute.Service) func(context.Context, contest.ID, dispute.Plea) (contest.Dispute, error) {
		return d.Complain
	})
}

type disputeWithdraw struct {
	Dispute string `arg:"" help:"The dispute's id."`
	signing
}

// Help shows the examples.
func (disputeWithdraw) Help() string {
	return `What it suspended is in use again.

Examples:

    probity dispute withdraw q0sadq5xqg0002 --as example-own`
}

// Run takes the dispute back.
func (c disputeWithdraw) Run(s *console.Session) error {
	return c.plead(s, c.Dispute, "", func(d *dispute.Service) func(context.Context, contest.ID, dispute.Plea) (contest.Dispute, error) {
		return d.Withdraw
	})
}

// plead carries out one act of a subject on its own dispute.
func (c signing) plead(s *console.Session, number, account string, do func(*dispute.Service) func(context.Context, contest.ID, dispute.Plea) (contest.Dispute, error)) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	id, err := numbered(number)
	if err != nil {
		return err
	}
	own, err := c.own(s)
	if err != nil {
		return err
	}
	d, err := do(desk)(s.Ctx, id, dispute.Plea{Own: own, Account: account})
	if err == nil {
		show(s, &dispute.View{Dispute: d, State: d.State(s.Today())})
	}
	return err
}

type disputeOverdue struct{}

// Help shows the examples.
func (disputeOverdue) Help() string {
	return `What is contested is suppressed when the day passes, whether this is run or not; it only sends the notices, once each.

Examples:

    probity dispute overdue`
}

// Run tells of disputes that are late.
func (disputeOverdue) Run(s *console.Session) error {
	desk, err := service(s)
	if err != nil {
		return err
	}
	told, err := desk.Overdue(s.Ctx)
	if err != nil {
		return err
	}
	if told == nil {
		told = []contest.Dispute{}
	}
	s.Result(map[string]any{"overdue": len(told)}, func(w io.Writer) {
		fmt.Fprintf(w, "told of %s that nobody answered in time\n", console.Count(len(told), "dispute"))
		for i := range told {
			fmt.Fprintf(w, "  %s, due %s, for %s to answer\n", told[i].ID, told[i].Due, told[i].Handler)
		}
	})
	return nil
}
