// Package remedy holds the commands by which something is made good: the repair of a record, the ruling of a human being on
// what a machine proposed, and the clocks that all of it runs against.
package remedy

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/record"
	"probity/internal/repair"
	"probity/internal/repair/application"
	"probity/internal/subject"
)

// Repairs are the commands about repair.
type Repairs struct {
	Plan     repairPlan     `cmd:"" help:"Say of each record that tells against a subject until when it is shown, how it can be repaired, and what that changes."`
	Notice   repairNotice   `cmd:"" help:"Print the repair notice of one record, as it goes with the penalty."`
	Ask      repairAsk      `cmd:"" help:"Apply for the repair of one record."`
	List     repairList     `cmd:"" help:"List a subject's applications with their steps and receipts."`
	Waiting  repairWaiting  `cmd:"" help:"List the applications that the office of the credential has to decide."`
	Grant    repairGrant    `cmd:"" help:"Grant a repair: the record is gone at once, everywhere."`
	Refuse   repairRefuse   `cmd:"" help:"Refuse a repair, with reasons and the condition that is not met."`
	Withdraw repairWithdraw `cmd:"" help:"Take a granted repair back that was got by a false commitment: the record counts again."`
	Review   repairReview   `cmd:"" help:"Ask that another official look at a refusal or a withdrawal."`
	Uphold   repairUphold   `cmd:"" help:"Answer a review: the refusal or the withdrawal stands, with reasons."`
	Proof    repairProof    `cmd:"" help:"Write one document of an application into a file."`
}

// desk is the service with who acts and about whom.
func desk(s *console.Session, who string) (*repair.Service, subject.ID, access.Credential, error) {
	sub, err := s.Subject(who)
	if err != nil {
		return nil, 0, access.Credential{}, err
	}
	by, err := s.Acting()
	if err != nil {
		return nil, 0, by, err
	}
	ratings, err := s.Ratings()
	if err != nil {
		return nil, 0, by, err
	}
	return s.Opened.Repairs(ratings), sub.ID, by, nil
}

func reading(by access.Credential, of subject.ID, why console.Reading) repair.Reading {
	return repair.Reading{As: by, Subject: of, Purpose: why.Purpose, Basis: why.Basis, Case: why.Case}
}

func recordID(text string) (id record.ID, err error) {
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return id, console.Misuse("%v", err).With("probity repair plan shows the records with their ids")
	}
	return id, nil
}

func repairID(text string) (id application.ID, err error) {
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return id, console.Misuse("%v", err).With("probity repair list shows the applications with their ids")
	}
	return id, nil
}

type repairPlan struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (repairPlan) Help() string {
	return `The subject plans with its own credential; an official plans for an organisation for a stated purpose. Ratings without a record are computed for the answer alone and kept nowhere. The reading is recorded.

Examples:

    probity repair plan uscc:91000000MA0000007C --as own
    probity repair plan uscc:91000000MA0000007C --purpose dispute --basis repair-order36 --case 2026-7 --json`
}

// Run prints the plan.
func (c repairPlan) Run(s *console.Session) error {
	svc, of, by, err := desk(s, c.Subject)
	if err != nil {
		return err
	}
	p, err := svc.Plan(s.Ctx, reading(by, of, c.Reading))
	if err != nil {
		return err
	}
	s.Result(p, func(w io.Writer) {
		if len(p.Items) == 0 {
			fmt.Fprintln(w, "nothing that tells against this subject is held")
		}
		for i := range p.Items {
			printItem(w, &p.Items[i])
		}
		printChanges(w, "all that can be repaired today, repaired", p.Together)
	})
	return nil
}

func printItem(w io.Writer, it *repair.Item) {
	fmt.Fprintf(w, "%s  %s, %s\n", it.Record, it.Title.EN, it.Occurred)
	until := "until the matter itself is over"
	if it.Until != calendar.None {
		until = fmt.Sprintf("until %s by itself (%s)", it.Until, it.EndedBy)
	}
	fmt.Fprintf(w, "  shown since %s, %s\n", it.Since, until)
	if it.Regime == "" {
		fmt.Fprintln(w, "  no rule of repair bears on it; if it is wrong, dispute it")
		return
	}
	if it.Open {
		fmt.Fprintf(w, "  %s; can be repaired now (%s), decided by %s\n", it.Tier, it.Regime, console.Either(it.Name.EN, it.Decider))
	} else {
		fmt.Fprintf(w, "  %s; can be repaired from %s on (%s), decided by %s\n", it.Tier, it.Earliest, it.Regime, console.Either(it.Name.EN, it.Decider))
	}
	for _, t := range it.Checklist {
		mark := "[ ]"
		if t.Done {
			mark = "[x]"
		}
		fmt.Fprintf(w, "    %s %s\n        where: %s\n        proof: %s\n", mark, t.Do.EN, t.Where.EN, t.Proof.EN)
	}
	if it.Repair != nil {
		fmt.Fprintf(w, "  repair %s: %s\n", it.Repair.ID, it.Repair.State())
	}
	printChanges(w, "without it", it.Changes)
}

func printChanges(w io.Writer, what string, list []repair.Change) {
	for _, c := range list {
		fmt.Fprintf(w, "  %s, %s: %s becomes %s\n", what, c.Model, rated(c.Before), rated(c.After))
	}
}

func rated(r repair.Said) string {
	if r.Band == "" {
		return console.Spoken(string(r.Status))
	}
	return fmt.Sprintf("%s (%d)", r.Band, r.Score)
}

type repairNotice struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Record  string `arg:"" help:"The record's id."`
	console.Reading
}

// Help shows the examples.
func (repairNotice) Help() string {
	return `What is said to the subject together with the penalty: how grave the matter is, how long it is shown, from when it can be repaired, what must be done, where, and how it is proved. It is drawn from the record and the rules whenever it is asked for.

Examples:

    probity repair notice uscc:91000000MA0000007C r0f3k0000000a1 --as own`
}

// Run prints the notice.
func (c repairNotice) Run(s *console.Session) error {
	svc, of, by, err := desk(s, c.Subject)
	if err != nil {
		return err
	}
	id, err := recordID(c.Record)
	if err != nil {
		return err
	}
	it, err := svc.Notice(s.Ctx, reading(by, of, c.Reading), id)
	if err != nil {
		return err
	}
	s.Result(it, func(w io.Writer) { printItem(w, &it) })
	return nil
}

type repairAsk struct {
	Subject    string   `arg:"" help:"SCHEME:VALUE or a subject id."`
	Record     string   `arg:"" help:"The record's id."`
	Cure       string   `required:"" placeholder:"TEXT" help:"What was done to correct the conduct, and when."`
	Commitment string   `required:"" placeholder:"TEXT" help:"The public credit commitment: that this is true, and that the subject answers for it."`
	Proof      []string `placeholder:"FILE" sep:"none" help:"A document that shows it; may be given more than once."`
	Document   string   `placeholder:"FILE" help:"The application as two officials saw it signed, where they bring it."`
	console.Witness
}

// Help shows the examples.
func (repairAsk) Help() string {
	return `The subject asks with its own credential, or two officials bring the document they saw signed. The application goes on at once to the body that listed the matter.

Examples:

    probity repair ask uscc:91000000MA0000007C r0f3k0000000a1 --as own --cure "the fine was paid on 20 June 2026" --commitment "What is stated here is true; the company answers for it." --proof receipt.pdf`
}

// Run makes the application.
func (c repairAsk) Run(s *console.Session) error {
	svc, of, _, err := desk(s, c.Subject)
	if err != nil {
		return err
	}
	id, err := recordID(c.Record)
	if err != nil {
		return err
	}
	r := repair.Request{Subject: of, Record: id, Cure: c.Cure, Commitment: c.Commitment}
	if r.By, r.With, err = s.Pair(c.With); err != nil {
		return err
	}
	if c.Document != "" {
		if r.Document, err = console.DigestOf(c.Document); err != nil {
			return err
		}
	}
	for _, name := range c.Proof {
		body, err := os.ReadFile(name)
		if err != nil {
			return fault.New(fault.Unavailable, "cli.file", "cannot read %s: %v", name, err).With("check the name")
		}
		r.Proofs = append(r.Proofs, repair.File{Name: filepath.Base(name), Body: body})
	}
	a, err := svc.Ask(s.Ctx, r)
	if err != nil {
		return err
	}
	printRepair(s, &a)
	return nil
}

// answer is an application as it is answered, with its state.
type answer struct {
	application.Application
	State   application.State `json:"state"`
	Overdue bool              `json:"overdue"`
}

func answerOf(s *console.Session, a *application.Application) answer {
	return answer{*a, a.State(), a.Overdue(s.Today())}
}

func printRepair(s *console.Session, a *application.Application) {
	x := answerOf(s, a)
	s.Result(x, func(w io.Writer) { x.print(w) })
}

// lastly is the act that the receipts answer.
func (a *answer) lastly() application.Act {
	for _, step := range slices.Backward(a.Steps) {
		if step.Act == application.Grant || step.Act == application.Withdraw {
			return step.Act
		}
	}
	return ""
}

func (a *answer) print(w io.Writer) {
	fmt.Fprintf(w, "repair %s of %s on %s: %s\n", a.ID, a.Record, a.Subject, a.State)
	fmt.Fprintf(w, "  with %s, to be decided by %s, answered by %s\n", a.Handler, a.DecideBy, a.AnswerBy)
	if a.Overdue {
		fmt.Fprintf(w, "  overdue since %s\n", a.Due())
	}
	for _, step := range a.Steps {
		by := "by " + console.Either(strings.Trim(step.Agency+"/"+step.Official, "/"), "the subject")
		if step.Act == application.Forward {
			by = "to " + step.Agency // the platform forwards, at once
		}
		fmt.Fprintf(w, "  %s %s %s", console.Minute(step.At), step.Act, by)
		if len(step.Unmet) > 0 {
			fmt.Fprintf(w, ", not met: %s", strings.Join(step.Unmet, ", "))
		}
		if step.Reasons != "" {
			fmt.Fprintf(w, ": %s", step.Reasons)
		}
		fmt.Fprintln(w)
	}
	for _, r := range a.Receipts {
		said := map[bool]string{true: "is to delete it by ", false: "is to read the file anew by "}[a.lastly() == application.Grant] + r.Due.String()
		if !r.Acknowledged.IsZero() {
			said = "acknowledged " + console.Minute(r.Acknowledged)
		}
		fmt.Fprintf(w, "  %s %s\n", r.Recipient, said)
	}
}

type repairList struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (repairList) Help() string {
	return `The reading is recorded.

Examples:

    probity repair list uscc:91000000MA0000007C --as own`
}

// Run prints the applications.
func (c repairList) Run(s *console.Session) error {
	svc, of, by, err := desk(s, c.Subject)
	if err != nil {
		return err
	}
	list, err := svc.List(s.Ctx, reading(by, of, c.Reading))
	if err != nil {
		return err
	}
	printRepairs(s, list, "nothing was asked to be repaired")
	return nil
}

func printRepairs(s *console.Session, list []application.Application, none string) {
	answers := make([]answer, 0, len(list))
	for i := range list {
		answers = append(answers, answerOf(s, &list[i]))
	}
	s.Result(map[string]any{"repairs": answers}, func(w io.Writer) {
		if len(answers) == 0 {
			fmt.Fprintln(w, none)
		}
		for i := range answers {
			answers[i].print(w)
		}
	})
}

type repairWaiting struct{}

// Help shows the examples.
func (repairWaiting) Help() string {
	return `What waits for the office of the credential in use, due first; the texts are read with probity repair list.

Examples:

    probity repair waiting --as lin`
}

// Run prints what waits.
func (repairWaiting) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	ratings, err := s.Ratings()
	if err != nil {
		return err
	}
	list, err := s.Opened.Repairs(ratings).Waiting(s.Ctx, by)
	if err != nil {
		return err
	}
	printRepairs(s, list, "nothing waits for this office")
	return nil
}

// step is what every step of an application names.
type step struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Repair  string `arg:"" help:"The application's id."`
}

func (c step) take(s *console.Session, v repair.Verdict) error {
	svc, of, by, err := desk(s, c.Subject)
	if err != nil {
		return err
	}
	v.As, v.Subject = by, of
	if v.Repair, err = repairID(c.Repair); err != nil {
		return err
	}
	a, err := svc.Decide(s.Ctx, v)
	if err != nil {
		return err
	}
	printRepair(s, &a)
	return nil
}

type repairGrant struct {
	step
	Reasons string   `placeholder:"TEXT" help:"The official's reasons."`
	Lift    []string `placeholder:"ORDER" sep:"none" help:"An order of the same author that rests on the matter and is lifted with it; may be given more than once."`
}

// Help shows the examples.
func (repairGrant) Help() string {
	return `Who lists, repairs: an official of the body that listed the matter decides, and on a review another one. The record is shown to nobody any more and counts in no rating, whoever received it is told to delete it, and the subject is told. The orders that --lift names end with it: where one of them may not be lifted, nothing is done.

Examples:

    probity repair grant uscc:91000000MA0000007C m0f3k0000000a1 --as lin`
}

// Run grants the repair.
func (c repairGrant) Run(s *console.Session) error {
	v := repair.Verdict{Act: application.Grant, Reasons: c.Reasons}
	for _, text := range c.Lift {
		var id order.ID
		if err := id.UnmarshalText([]byte(text)); err != nil {
			return console.Misuse("%v", err).With("probity order list shows a subject's orders with their ids")
		}
		v.Lift = append(v.Lift, id)
	}
	return c.take(s, v)
}

type repairRefuse struct {
	step
	Reasons string   `required:"" placeholder:"TEXT" help:"What is missing, in the official's own words."`
	Unmet   []string `required:"" placeholder:"CODE" sep:"none" help:"The condition that is not met: period, cure, commitment; may be given more than once."`
}

// Help shows the examples.
func (repairRefuse) Help() string {
	return `A refusal names the condition of the rule that is not met, and reasons that the subject can answer; no reason may be a rating. The subject may have another official look at it.

Examples:

    probity repair refuse uscc:91000000MA0000007C m0f3k0000000a1 --as lin --unmet cure --reasons "the corrective advertisement has not been published"`
}

// Run refuses the repair.
func (c repairRefuse) Run(s *console.Session) error {
	return c.take(s, repair.Verdict{Act: application.Refuse, Reasons: c.Reasons, Unmet: c.Unmet})
}

type repairWithdraw struct {
	step
	Reasons string   `required:"" placeholder:"TEXT" help:"What was false, and how that was found, in the official's own words."`
	False   []string `required:"" placeholder:"CODE" sep:"none" help:"What the subject vouched for falsely: cure, commitment; may be given more than once."`
	Finding string   `required:"" placeholder:"FILE" help:"The document in which it was found; its SHA-256 is kept."`
}

// Help shows the examples.
func (repairWithdraw) Help() string {
	return `An official of the body that listed the matter takes the repair back, for nothing but a falsehood that the subject vouched for. From then on the record is shown and counts again, for as long as it would have without the repair; whoever received it is told to read the file anew, and the subject is told. Orders that were lifted with the repair stay lifted. The subject may have another official look at it.

Examples:

    probity repair withdraw uscc:91000000MA0000007C m0f3k0000000a1 --as lin --false cure --finding visit.pdf --reasons "the corrective advertisement of 1 July was never printed, as the newspaper confirms"`
}

// Run withdraws the repair.
func (c repairWithdraw) Run(s *console.Session) error {
	digest, err := console.DigestOf(c.Finding)
	if err != nil {
		return err
	}
	return c.take(s, repair.Verdict{Act: application.Withdraw, Reasons: c.Reasons, Unmet: c.False, Finding: digest})
}

type repairReview struct {
	step
	Reasons string `placeholder:"TEXT" help:"What the official overlooked; nothing need be said."`
}

// Help shows the examples.
func (repairReview) Help() string {
	return `The subject asks with its own credential.

Examples:

    probity repair review uscc:91000000MA0000007C m0f3k0000000a1 --as own --reasons "it was published on 1 July"`
}

// Run asks for the review.
func (c repairReview) Run(s *console.Session) error {
	return c.take(s, repair.Verdict{Act: application.AskReview, Reasons: c.Reasons})
}

type repairUphold struct {
	step
	Reasons string `required:"" placeholder:"TEXT" help:"Why, in the official's own words."`
}

// Help shows the examples.
func (repairUphold) Help() string {
	return `Another official than the one who refused or withdrew answers; to grant after a review, use probity repair grant.

Examples:

    probity repair uphold uscc:91000000MA0000007C m0f3k0000000a1 --as he --reasons "the advertisement appeared in another city"`
}

// Run upholds the refusal.
func (c repairUphold) Run(s *console.Session) error {
	return c.take(s, repair.Verdict{Act: application.Uphold, Reasons: c.Reasons})
}

type repairProof struct {
	step
	Number int    `arg:"" help:"Which document, counted from 1."`
	Out    string `required:"" placeholder:"FILE" help:"Where to write it."`
	console.Reading
}

// Help shows the examples.
func (repairProof) Help() string {
	return `The document comes out as it was handed in. The reading is recorded.

Examples:

    probity repair proof uscc:91000000MA0000007C m0f3k0000000a1 1 --out receipt.pdf --as own`
}

// Run writes the document.
func (c repairProof) Run(s *console.Session) error {
	svc, of, by, err := desk(s, c.Subject)
	if err != nil {
		return err
	}
	id, err := repairID(c.Repair)
	if err != nil {
		return err
	}
	f, err := svc.Proof(s.Ctx, reading(by, of, c.Reading), id, c.Number)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, f.Body, 0o600); err != nil {
		return fault.New(fault.Unavailable, "cli.file", "cannot write %s: %v", c.Out, err).With("choose another place")
	}
	s.Result(map[string]any{"name": f.Name, "bytes": len(f.Body), "file": c.Out}, func(w io.Writer) {
		fmt.Fprintf(w, "%s, %d bytes, written to %s\n", f.Name, len(f.Body), c.Out)
	})
	return nil
}
