// Package upkeep holds the commands by which operators keep the platform itself in order.
package upkeep

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/ledger/tlog"
)

// Ledger are the commands about the ledgers and the signed log over them.
type Ledger struct {
	Verify    ledgerVerify    `cmd:"" help:"Check that no entry of who looked was changed, removed, moved or invented."`
	Status    ledgerStatus    `cmd:"" help:"Say how far the signed log has come, and what keeps it."`
	Receipt   ledgerReceipt   `cmd:"" help:"Prove that an entry, or a file that came in, is in the signed log."`
	Check     ledgerCheck     `cmd:"" help:"Check a receipt with the public keys of the log alone."`
	Export    ledgerExport    `cmd:"" help:"Write all entries to a file, to be checked elsewhere."`
	RotateKey ledgerRotateKey `cmd:"" help:"Make a new signing key; what was signed before stays valid."`
	Drop      ledgerDrop      `cmd:"" help:"Remove the trees of the log that are older than a day, and keep what proves the rest."`
	Restart   ledgerRestart   `cmd:"" help:"Begin the log anew, after the database was brought back or the log was lost."`
}

// ledgerVerify checks chains and log.
type ledgerVerify struct{}

// Help shows the examples.
func (ledgerVerify) Help() string {
	return `Every entry carries the hash of the same subject's entry before it, and every entry's hash is in a log of Merkle trees, whose state is signed within ten seconds. This computes every chain and every tree anew, checks the signatures, and holds the database against the log. The exit code is 6 where something is wrong; the entries, leaves or checkpoints are named. probity-verify does the same without this program and without the database.

Examples:

    probity ledger verify
    probity ledger verify --json`
}

type ledgerFault struct {
	Key   string `json:"key"`
	Text  string `json:"text"`
	Where string `json:"where,omitempty"`
	Cure  string `json:"cure,omitempty"`
}

type ledgerAnswer struct {
	Sound  bool          `json:"sound"`
	Log    *tlog.Report  `json:"log,omitempty"`
	Faults []ledgerFault `json:"faults,omitempty"`
}

func (a *ledgerAnswer) add(f *fault.Error) {
	a.Faults = append(a.Faults, ledgerFault{f.Key, f.Text, f.Where, f.Cure})
}

// Run verifies every chain and the log.
func (ledgerVerify) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	var a ledgerAnswer
	if err := onlyFaults(&a, r.Store.VerifyLedger(s.Ctx)); err != nil {
		return err
	}
	switch report, err := r.VerifyLog(s.Ctx); {
	case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict):
		if err := onlyFaults(&a, err); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		a.Log = report
		for _, f := range report.Faults {
			a.add(f)
		}
	}
	if status, err := r.Notary.Status(s.Ctx); err != nil {
		return err
	} else if status.Trouble != "" {
		a.add(&fault.Error{Key: "notary.trouble", Text: status.Trouble, Cure: status.Cure})
	}
	a.Sound = len(a.Faults) == 0
	s.Result(a, a.print)
	if !a.Sound {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

// onlyFaults adds what a check found; any other error says that we could not look.
func onlyFaults(a *ledgerAnswer, err error) error {
	var f *fault.Error
	if errors.As(err, &f) && (f.Code == fault.Conflict || f.Code == fault.NotFound) {
		a.add(f)
		return nil
	}
	return err
}

func (a *ledgerAnswer) print(w io.Writer) {
	for _, f := range a.Faults {
		where := ""
		if f.Where != "" {
			where = f.Where + ": "
		}
		fmt.Fprintf(w, "%s%s\n  cure: %s\n", where, f.Text, f.Cure)
	}
	if !a.Sound {
		return
	}
	fmt.Fprintln(w, "every chain is sound")
	fmt.Fprintf(w, "the log %s holds %s in %s", a.Log.Log, console.Plural(int(a.Log.Entries-a.Log.Pending-a.Log.Unproven), "entry", "entries"), console.Count(len(a.Log.Trees), "tree"))
	if n := len(a.Log.Trees); n > 0 {
		fmt.Fprintf(w, ", signed last on %s", a.Log.Trees[n-1].Signed.In(calendar.Shanghai).Format("2006-01-02 15:04:05"))
	}
	fmt.Fprintln(w)
	if a.Log.Pending > 0 {
		fmt.Fprintf(w, "%s not in it yet\n", console.Plural(int(a.Log.Pending), "entry is", "entries are"))
	}
}

type ledgerStatus struct{}

// Help shows the examples.
func (ledgerStatus) Help() string {
	return `Says which position the log has reached, when it was last signed and by which witnesses, and what is the trouble where it does not go on. Reads stop when an entry has been without a signature for ten seconds.

Examples:

    probity ledger status
    probity ledger status --json`
}

// Run prints how the notary stands.
func (ledgerStatus) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	a, err := r.Notary.Status(s.Ctx)
	if err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "log %s in %s\n", a.Log, a.Folder)
		fmt.Fprintf(w, "signed up to entry %d of %d", a.Covered, a.Last)
		if !a.Signed.IsZero() {
			fmt.Fprintf(w, ", on %s", a.Signed.In(calendar.Shanghai).Format("2006-01-02 15:04:05"))
		}
		fmt.Fprintln(w)
		if len(a.Witnesses) > 0 {
			fmt.Fprintf(w, "co-signed by %s\n", strings.Join(a.Witnesses, ", "))
		}
		if a.Trouble != "" {
			fmt.Fprintf(w, "trouble: %s\n  cure: %s\n", a.Trouble, a.Cure)
		}
	})
	return nil
}

type ledgerReceipt struct {
	Entry      string `arg:"" optional:"" placeholder:"SUBJECT/SEQ" help:"An entry of your own ledger, as every answer names it: s0123456789abc/17."`
	Submission int64  `placeholder:"NUMBER" help:"A file of your agency's that was published, instead of an entry."`
	Out        string `placeholder:"FILE" help:"The file to write; standard output where none is named."`
}

// Help shows the examples.
func (ledgerReceipt) Help() string {
	return `A receipt holds the entry, the path from it to the root of the tree, and the signed checkpoint over that root. Whoever has it and the public keys of the log (FILE.log/keys) can prove that the entry was in the log then, whatever becomes of this platform. Subjects get receipts for entries of their own ledger, agencies for the files they sent: such an entry holds the SHA-256 of the file.

Examples:

    probity ledger receipt s0123456789abc/17 --as zhang-own --out looked.json
    probity ledger receipt --submission 4 --as samr-clerk --out received.json`
}

// Run writes a receipt.
func (c ledgerReceipt) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	var receipt tlog.Receipt
	switch who, number, ok := strings.Cut(c.Entry, "/"); {
	case c.Submission > 0 && c.Entry == "":
		by, err := s.Acting()
		if err != nil {
			return err
		}
		if receipt, err = r.SubmissionReceipt(s.Ctx, by, c.Submission); err != nil {
			return err
		}
	case ok && c.Submission == 0:
		seq, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return console.Misuse("%q is no number of an entry", number).With("write SUBJECT/SEQ, such as s0123456789abc/17")
		}
		scope, err := s.OwnPart(who, access.Receipt)
		if err != nil {
			return err
		}
		if receipt, err = r.EntryReceipt(s.Ctx, scope, seq); err != nil {
			return err
		}
	default:
		return console.Misuse("a receipt is for one entry or for one submission").With("write SUBJECT/SEQ, or --submission NUMBER")
	}
	if c.Out == "" {
		return s.Raw(func(w io.Writer) error { return writeReceipt(w, receipt) })
	}
	if err := writeTo(c.Out, func(w io.Writer) error { return writeReceipt(w, receipt) }); err != nil {
		return err
	}
	s.Result(map[string]any{"file": c.Out, "index": receipt.Index, "leaf": receipt.Leaf}, func(w io.Writer) {
		fmt.Fprintf(w, "the receipt is in %s: leaf %d of %s\n", c.Out, receipt.Index, receipt.Origin)
		fmt.Fprintf(w, "  next: probity ledger check %s\n", c.Out)
	})
	return nil
}

func writeReceipt(w io.Writer, r tlog.Receipt) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// writeTo makes a file that only its owner reads, and has it whole or not at all.
func writeTo(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "cli.file.write", "the file cannot be written: %v", err).By(err).At(name).
			With("check the folder's rights, or choose another name")
	}
	if err = errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

type ledgerCheck struct {
	Receipt string `arg:"" placeholder:"FILE" help:"A receipt."`
	Keys    string `placeholder:"FILE" help:"The public keys of the log, as you got them from its operator; those of the database in use where none are named."`
}

// Help shows the examples.
func (ledgerCheck) Help() string {
	return `Checks without database and network that the receipt's entry gives its leaf, that the path leads from the leaf to the root, and that a key of the log signed the root. The exit code is 6 where it does not hold. probity-verify does the same without this program.

Examples:

    probity ledger check looked.json
    probity ledger check looked.json --keys keys-of-the-platform`
}

// Run checks a receipt.
func (c ledgerCheck) Run(s *console.Session) error {
	text, err := console.ReadWhole(c.Receipt)
	if err != nil {
		return err
	}
	receipt, err := tlog.ReadReceipt(strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	keyFile := c.Keys
	if keyFile == "" {
		r, err := s.Room()
		if err != nil {
			return err
		}
		keyFile = r.LogFile(tlog.KeysFile)
	}
	if text, err = console.ReadWhole(keyFile); err != nil {
		return err
	}
	keys, err := tlog.ParseKeys(string(text))
	if err != nil {
		return err
	}
	var a ledgerAnswer
	cp, err := receipt.Verify(keys, nil)
	if err := onlyFaults(&a, err); err != nil {
		return err
	}
	a.Sound = len(a.Faults) == 0
	if !a.Sound {
		s.Result(a, a.print)
		return console.Exit(console.ExitFaults)
	}
	s.Result(a, func(w io.Writer) {
		what := "an entry whose contents are withheld"
		if receipt.Entry != nil {
			e := receipt.Entry.Entry()
			what = fmt.Sprintf("%s (%s, %s)", tlog.NameOf(&e), e.Act, e.At.In(calendar.Shanghai).Format("2006-01-02 15:04:05"))
		}
		fmt.Fprintf(w, "%s is leaf %d of %s, signed on %s\n", what, receipt.Index, receipt.Origin, cp.At.In(calendar.Shanghai).Format("2006-01-02 15:04:05"))
	})
	return nil
}

type ledgerExport struct {
	Out string `required:"" placeholder:"FILE" help:"The file to write."`
}

// Help shows the examples.
func (ledgerExport) Help() string {
	return `Writes every entry of every ledger, one a line as JSON, with what its hash is made of, so that probity-verify can hold them against the log elsewhere. The file holds who looked at whom (by subject number) and why: give it to auditors only. That it was written is an entry of the platform's own ledger.

Examples:

    probity ledger export --out entries.ndjson
    probity-verify probity.db.log --entries entries.ndjson`
}

// Run writes the entries.
func (c ledgerExport) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	permit, err := r.Access.Keeping(s.Ctx, by, "export")
	if err != nil {
		return err
	}
	if err := r.Noted(s.Ctx, permit, "export", "entries"); err != nil {
		return err
	}
	if err := r.Notary.Flush(s.Ctx); err != nil {
		return err
	}
	var n int64
	err = writeTo(c.Out, func(w io.Writer) (err error) {
		n, err = tlog.WriteEntries(w, r.Entries(s.Ctx))
		return err
	})
	if err != nil {
		return err
	}
	s.Result(map[string]any{"file": c.Out, "entries": n}, func(w io.Writer) {
		fmt.Fprintf(w, "wrote %s to %s\n", console.Plural(int(n), "entry", "entries"), c.Out)
	})
	return nil
}

type ledgerRotateKey struct{}

// Help shows the examples.
func (ledgerRotateKey) Help() string {
	return `Makes a new key and publishes it in the file of keys, where the one before gets an end: signatures by it count up to that instant and no longer. Give the file of keys (FILE.log/keys) to those who check your log. The change is an entry of the platform's own ledger.

Examples:

    probity ledger rotate-key`
}

// Run changes the key.
func (ledgerRotateKey) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	permit, err := r.Access.Keeping(s.Ctx, by, "rotate-key")
	if err != nil {
		return err
	}
	public, err := r.Notary.RotateKey(s.Ctx, permit)
	if err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(public)
	if err := r.Noted(s.Ctx, permit, "rotated", text); err != nil {
		return err
	}
	s.Result(map[string]any{"key": text, "keys": r.LogFile(tlog.KeysFile)}, func(w io.Writer) {
		fmt.Fprintf(w, "the log is signed with the key %s from now on\n  next: give %s to those who check your log\n", text, r.LogFile(tlog.KeysFile))
	})
	return nil
}

type ledgerDrop struct {
	Before string `required:"" placeholder:"DAY" help:"Trees that hold nothing of this day or later go."`
}

// Help shows the examples.
func (ledgerDrop) Help() string {
	return `A log has one tree a month. Trees whose time of keeping is over are removed whole; of each its last checkpoint is kept, which the next tree names, so that what remains still proves where it began. Entries of a dropped tree can be proven by receipts given before, and no longer by the log.

Examples:

    probity ledger drop --before 2024-01-01`
}

// Run drops trees.
func (c ledgerDrop) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	permit, err := r.Access.Keeping(s.Ctx, by, "drop")
	if err != nil {
		return err
	}
	day, err := console.Day("before", c.Before)
	if err != nil {
		return err
	}
	before := time.Unix(int64(day)*int64(24*time.Hour/time.Second), 0).UTC()
	dropped, err := r.Notary.Drop(s.Ctx, permit, before)
	if err != nil {
		return err
	}
	for _, name := range dropped {
		if err := r.Noted(s.Ctx, permit, "dropped", name); err != nil {
			return err
		}
	}
	s.Result(map[string]any{"dropped": dropped}, func(w io.Writer) {
		if len(dropped) == 0 {
			fmt.Fprintln(w, "no tree is as old as that")
			return
		}
		fmt.Fprintf(w, "dropped %s; their last checkpoints are kept\n", strings.Join(dropped, ", "))
	})
	return nil
}

type ledgerRestart struct {
	Reason string `required:"" placeholder:"TEXT" help:"Why; it stands in the log for everybody to read."`
}

// Help shows the examples.
func (ledgerRestart) Help() string {
	return `Begins a new tree that holds every entry of the database from the first on, and says why. It names the last checkpoint that is known, so that nobody can hide that there was a log before. Where the signing key is lost a new one is made.

Examples:

    probity ledger restart --reason "brought back from the backup of 22 November"`
}

// Run begins the log anew.
func (c ledgerRestart) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	permit, err := r.Access.Keeping(s.Ctx, by, "restart")
	if err != nil {
		return err
	}
	if err := r.Noted(s.Ctx, permit, "restarted", "log"); err != nil {
		return err
	}
	if err := r.Notary.Restart(s.Ctx, permit, c.Reason); err != nil {
		return err
	}
	a, err := r.Notary.Status(s.Ctx)
	if err != nil {
		return err
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "the log goes on with %s, from the first entry to entry %d\n", a.Segment, a.Covered)
	})
	return nil
}
