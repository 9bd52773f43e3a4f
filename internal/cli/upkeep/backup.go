package upkeep

import (
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"probity/internal/cli/console"
	"probity/internal/deployment"
	"probity/internal/store/erasures"
)

// Backup writes a copy of the database.
type Backup struct {
	File string `arg:"" help:"The new file."`
}

// Help shows the examples.
func (Backup) Help() string {
	return `The copy is of one moment, while others go on reading and writing. The keys are not in it: keep FILE.vault and FILE.gone apart from the backups, as docs/backup.md says; without them the backup cannot be put back.

Examples:

    probity backup /backups/2026-11-23.probity
    probity backup today.probity --db sqlite:credit.db`
}

// Run writes the backup.
func (c Backup) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	bar := s.Progress("writing", "bytes", 0)
	m, err := r.Erasure().Backup(s.Ctx, c.File, program(), bar.At)
	bar.Done()
	if err != nil {
		return console.Resumable(err, "type it again")
	}
	s.Result(m, func(w io.Writer) {
		fmt.Fprintf(w, "%s holds the database as of %s: %s bytes, ledger to entry %s\n", c.File, console.Minute(m.MadeAt),
			console.Grouped(m.Bytes), console.Grouped(m.Position))
		fmt.Fprintf(w, "keep %s and %s apart from it: without them it cannot be put back\n",
			deployment.VaultPath(r.Store.Path()), deployment.JournalPath(r.Store.Path()))
	})
	return nil
}

func program() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

// Restore puts a backup back.
type Restore struct {
	File string `arg:"" help:"The backup."`
	Keys string `placeholder:"FILE" help:"The key file (FILE.vault, with FILE.gone beside it) to copy; those beside the new database where none is named."`
}

// Help shows the examples.
func (Restore) Help() string {
	return `The new database is the one that --db names; it must not be there yet, and the keys of the old one stand beside it. The backup is proved byte for byte and its ledger entry by entry, and everything that was erased, withdrawn, corrected, lifted or revoked after it is made gone again before anybody can read. What agencies sent since is not in it: they send it again.

Examples:

    probity restore /backups/2026-11-23.probity --db sqlite:credit.db
    probity restore today.probity --db sqlite:copy.db --keys credit.db.vault`
}

// Run restores.
func (c Restore) Run(s *console.Session) error {
	bar := s.Progress("reading", "bytes", 0)
	out, err := deployment.Restore(s.Ctx, c.File, s.Flags.DB, c.Keys, deployment.Options{Now: s.Process.Now}, bar.At)
	bar.Done()
	if err != nil {
		return console.Resumable(err, "type it again: nothing was left half done")
	}
	s.Result(out, func(w io.Writer) {
		fmt.Fprintf(w, "restored the database of %s\n", console.Minute(out.Manifest.MadeAt))
		for _, kind := range slices.Sorted(maps.Keys(out.Replayed)) {
			fmt.Fprintf(w, "gone again: %s, %s\n", kind, console.Count(out.Replayed[kind], "time"))
		}
		for _, l := range out.Lost {
			fmt.Fprintf(w, "lost: %s %s of subject %s; have it handed in again\n", lostWords[l.What], l.Name, l.Subject)
		}
		if out.Demands > 0 {
			fmt.Fprintf(w, "raised again: %s on who had received what is gone\n", console.Count(out.Demands, "demand"))
		}
		for _, l := range counted(out.Swept) {
			fmt.Fprintln(w, "lapsed since: "+l)
		}
		fmt.Fprintln(w, "what agencies sent since then is not in it: have them send it again")
	})
	return nil
}

// lostWords are the sorts of what is lost, in words.
var lostWords = map[string]string{
	erasures.LostStatement: "the subject's own words beside", erasures.LostDispute: "the dispute", erasures.LostObjection: "an objection to",
	erasures.LostRepair: "the application for repair", erasures.LostReview: "the call for a review of", erasures.LostDelay: "the court's order on reads",
}

// counted are numbers by sort, in words.
func counted(counts map[string]int64) []string {
	list := make([]string, 0, len(counts))
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, console.Count(counts[what], strings.ReplaceAll(what, "-", " ")))
	}
	return list
}
