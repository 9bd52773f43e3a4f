package keys

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/internal/fault"
	"probity/internal/identity/evidence"
	"probity/internal/ledger/tlog"
)

// demandCommand says whose files must be signed.
type demandCommand struct {
	Agency  string `arg:"" complete:"agency" help:"The agency."`
	Dataset string `placeholder:"CODE" complete:"dataset" help:"One dataset, or the word orders for the agency's orders; all its files where none is given."`
	Off     bool   `help:"Demand them no longer."`
	console.Witness
}

// Help shows the examples.
func (demandCommand) Help() string {
	return `From then on the agency's files, or its orders, are taken with its signature only. Two officials say so, as for a key.

Examples:

    probity key demand samr --with wang-min
    probity key demand spc --dataset orders --with wang-min`
}

// Run keeps the demand.
func (c demandCommand) Run(s *console.Session) error {
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	if err := s.Opened.Identity().Demand(s.Ctx, by, with, c.Agency, c.Dataset, !c.Off); err != nil {
		return err
	}
	s.Result(map[string]any{"agency": c.Agency, "dataset": c.Dataset, "demanded": !c.Off}, func(w io.Writer) {
		what := console.Either(c.Dataset, "all its files")
		if c.Off {
			fmt.Fprintf(w, "signatures of %s are demanded no longer (%s)\n", c.Agency, what)
			return
		}
		fmt.Fprintf(w, "from now on %s needs its signature (%s)\n", c.Agency, what)
	})
	return nil
}

// Proof writes what proves a signed submission.
type Proof struct {
	Number int64  `arg:"" help:"The submission."`
	Out    string `placeholder:"FILE" help:"The file to write; standard output where none is named."`
	Now    bool   `help:"Do not wait until the log covers it: the promise alone, without the receipt."`
}

// Help shows the examples.
func (Proof) Help() string {
	return `The file holds the agency's signature with the public key it was made by, the platform's signed promise that the submission is in its log, and the receipt that redeems the promise. Sender and receiver keep the same file: neither can deny afterwards what was sent. It is for the agency that sent it.

Examples:

    probity submission proof 4 --out submission-4.json
    probity submission verify submission-4.json --file penalties.csv`
}

// Run writes the proof.
func (c Proof) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	f, err := s.Opened.SubmissionProof(s.Ctx, by, c.Number, !c.Now)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if c.Out == "" {
		return s.Raw(func(w io.Writer) error {
			_, err := w.Write(append(text, '\n'))
			return err
		})
	}
	if err := disk.WriteBytes(c.Out, 0o600, append(text, '\n')); err != nil {
		return fault.New(fault.Unavailable, "cli.write", "%s cannot be written: %v", c.Out, err).By(err).With("check the folder's rights, or choose another name")
	}
	s.Result(map[string]any{"file": c.Out, "submission": c.Number, "receipt": f.Receipt != nil}, func(w io.Writer) {
		fmt.Fprintf(w, "the proof is in %s\n  next: probity submission verify %s --file %s\n", c.Out, c.Out, f.Name)
	})
	return nil
}

// Verify checks such a proof.
type Verify struct {
	Proof string `arg:"" help:"The file that probity submission proof wrote."`
	File  string `placeholder:"FILE" help:"What was sent."`
	Keys  string `placeholder:"FILE" help:"The public keys of the log that promised; those of the database in use where none is named."`
}

// Help shows the examples.
func (Verify) Help() string {
	return `Checks that the agency's key signed what was sent, that the platform promised to keep it, and that the receipt shows it in the log. With --keys no database is opened. That the key was the agency's is for whoever compares its id with the agency's own list. The exit code is 6 where it does not hold.

Examples:

    probity submission verify submission-4.json --file penalties.csv
    probity submission verify submission-4.json --file penalties.csv --keys keys-of-the-platform`
}

// Run checks the proof.
func (c Verify) Run(s *console.Session) error {
	text, err := console.ReadWhole(c.Proof)
	if err != nil {
		return err
	}
	f, err := evidence.Read(bytes.NewReader(text))
	if err != nil {
		return err
	}
	if c.Keys == "" {
		r, err := s.Room()
		if err != nil {
			return err
		}
		c.Keys = r.LogFile(tlog.KeysFile)
	}
	if text, err = console.ReadWhole(c.Keys); err != nil {
		return err
	}
	keys, err := tlog.ParseKeys(string(text))
	if err != nil {
		return err
	}
	var content io.Reader
	if c.File != "" {
		file, err := os.Open(c.File)
		if err != nil {
			return console.Unreadable(c.File, err)
		}
		defer file.Close() //nolint:errcheck // it was only read
		content = file
	}
	if f.Promise == "" {
		keys = nil
	}
	a := verified{
		Sound: true, Submission: f.Submission, Agency: f.Signed.Agency, Key: f.Signed.Key, Digest: hex.EncodeToString(f.Signed.Digest), Promised: len(keys) > 0, Logged: f.Receipt != nil,
	}
	if err := f.Verify(content, keys); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		a.Sound, a.Fault = false, err.Error()
		s.Result(a, a.print)
		return console.Exit(console.ExitFaults)
	}
	s.Result(a, a.print)
	return nil
}

type verified struct {
	Sound      bool   `json:"sound"`
	Fault      string `json:"fault,omitempty"`
	Submission int64  `json:"submission"`
	Agency     string `json:"agency"`
	Key        string `json:"key"`
	Digest     string `json:"sha256"`
	Promised   bool   `json:"promised"`
	Logged     bool   `json:"logged"`
}

func (a verified) print(w io.Writer) {
	if !a.Sound {
		fmt.Fprintf(w, "it does not hold: %s\n", a.Fault)
		return
	}
	fmt.Fprintf(w, "submission %d was signed by %s with the key %s\n  SHA-256 of what was sent: %s\n", a.Submission, a.Agency, a.Key, a.Digest)
	switch {
	case a.Logged:
		fmt.Fprintln(w, "  the platform promised to keep it, and its log holds it")
	case a.Promised:
		fmt.Fprintln(w, "  the platform promised to keep it; ask for the proof again to have the receipt")
	default:
		fmt.Fprintln(w, "  it was not published, so that nothing was promised")
	}
}
