// Package upkeep holds the commands that keep a database as it must be: what is erased, what has lapsed, what is backed up
// and put back.
package upkeep

import (
	"fmt"
	"io"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/cli/console"
	"probity/internal/erasure"
	"probity/internal/record"
)

// Erase makes a record or a whole file gone.
type Erase struct {
	Subject  string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Record   string `placeholder:"RECORD" help:"One record of it; the whole file where none is named."`
	Ground   string `default:"own-wish" enum:"own-wish,unlawful,court-order" placeholder:"CODE" help:"Why: own-wish, unlawful or court-order."`
	Document string `placeholder:"FILE" help:"The finding or the court's order, where it is not the subject's own wish; its SHA-256 is judged."`
	Yes      bool   `help:"Do not ask: it cannot be undone."`
	console.Witness
}

// Help shows the examples.
func (Erase) Help() string {
	return `A human being has its file erased with its own credential, or before two officials: rows are deleted and overwritten, its key is destroyed, those who read the file are ordered to delete what they got, and nothing of it comes in again or back with a backup. What an order in force needs, and what law has a supplier report until it lapses, stays for that alone and goes by itself when nothing holds it any more; probity retention sweep sees to it. Records on organisations end by their retention; a court erases single ones. It cannot be undone: the command does nothing without --yes.

Examples:

    probity erase id:000000199001011239 --as zhang-own --yes
    probity erase id:000000199001011239 --with wang-min --yes
    probity erase uscc:91000000MA0000007C --record r0sadq5xqg0000 --ground court-order --document order.pdf --as court --yes`
}

// Run erases.
func (c Erase) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := s.Subject(c.Subject)
	if err != nil {
		return err
	}
	req := erasure.Request{Subject: sub.ID, Ground: remedy.ErasureGround(c.Ground)}
	if c.Record != "" {
		var id record.ID
		if err := id.UnmarshalText([]byte(c.Record)); err != nil {
			return console.Misuse("%q is no record id", c.Record).With("probity subject show lists a subject's records with their ids")
		}
		req.Record = id
	}
	if c.Document != "" {
		if req.Document, err = console.DigestOf(c.Document); err != nil {
			return err
		}
	}
	if !c.Yes {
		return console.Misuse("an erasure cannot be undone").With("see the file first with probity file export, then type the command again with --yes")
	}
	var by, with access.Credential
	if by, with, err = s.Pair(c.With); err != nil {
		return err
	}
	rep, err := r.Erasure().Erase(s.Ctx, by, with, req)
	if err != nil {
		return err
	}
	s.Result(rep, func(w io.Writer) { printErasure(w, &rep) })
	return nil
}

func printErasure(w io.Writer, rep *erasure.Report) {
	what := "the file of " + rep.Subject.String()
	if rep.Record != 0 {
		what = "the record " + rep.Record.String()
	}
	state := "is erased"
	if !rep.Done {
		state = "is restricted until it can be erased"
	}
	fmt.Fprintf(w, "%s %s: %s and %s deleted\n", what, state, console.Count(rep.Records, "record"), console.Count(rep.Rows, "row"))
	for _, h := range rep.Holds {
		until := "until it ends"
		if h.Until != calendar.None {
			until = "until " + h.Until.String()
		}
		fmt.Fprintf(w, "  kept: the %s, %s\n", map[string]string{"order": "order " + h.Name, "law": "record " + h.Name + ", which law has kept"}[h.Because], until)
	}
	if len(rep.Recipients) > 0 {
		fmt.Fprintf(w, "ordered to delete what they got: %s\n", strings.Join(rep.Recipients, ", "))
	}
}

// Retention are the commands about what has lapsed.
type Retention struct {
	Sweep retentionSweep `cmd:"" help:"Delete everything whose time is over."`
	List  retentionList  `cmd:"" help:"Show how long what is kept, by which rule, and what is overdue."`
}

type retentionSweep struct{}

// Help shows the examples.
func (retentionSweep) Help() string {
	return `What has lapsed is shown to nobody whether this runs or not. Run it every night: it deletes and overwrites what is over, completes erasures that an order had held up, and leaves nothing overdue. It may be interrupted and run again.

Examples:

    probity retention sweep
    probity retention sweep --json`
}

// Run sweeps.
func (retentionSweep) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	bar := s.Progress("deleting", "", 0)
	swept, err := r.Erasure().Sweep(s.Ctx, bar.At)
	bar.Done()
	if err != nil {
		return console.Resumable(err, "run it again: what is done stays done")
	}
	s.Result(swept, func(w io.Writer) {
		for _, l := range counted(swept.Deleted) {
			fmt.Fprintln(w, l+" deleted")
		}
		if swept.Erased > 0 {
			fmt.Fprintf(w, "%s that had been held up erased\n", console.Count(swept.Erased, "file"))
		}
		fmt.Fprintf(w, "%s overdue\n", console.Count(swept.Overdue, "thing"))
	})
	return nil
}

type retentionList struct{}

// Help shows the examples.
func (retentionList) Help() string {
	return `Adverse information lapses by its contract, and about human beings after five years at most; the list is of everything else that is kept about human beings.

Examples:

    probity retention list`
}

// Run lists.
func (retentionList) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	overdue, err := r.Erasure().Overdue(s.Ctx)
	if err != nil {
		return err
	}
	limits := erasure.Retention()
	s.Result(map[string]any{"retention": limits, "overdue": overdue}, func(w io.Writer) {
		rows := make([]console.Row, 0, len(limits))
		for _, l := range limits {
			rows = append(rows, console.Row{l.What, l.Keep, l.From, l.Source})
		}
		console.Columns(w, console.Row{"what", "kept", "from", "source"}, rows)
		for _, l := range counted(overdue) {
			fmt.Fprintln(w, l+" overdue: run probity retention sweep")
		}
	})
	return nil
}
