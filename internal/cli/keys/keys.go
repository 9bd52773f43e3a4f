// Package keys holds the commands about the keys of agencies' systems, for the officials who register and end them and for
// the agency that signs its files.
package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"time"

	"probity/calendar"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/identity"
	"probity/internal/identity/key"
	"probity/signature"
)

// Commands are the commands about keys.
type Commands struct {
	Make   makeCommand   `cmd:"" help:"Make a pair of keys for a system: the public half is registered, the private half stays with the agency."`
	Add    addCommand    `cmd:"" help:"Register the public key or certificate of an agency's system, by two officials."`
	List   listCommand   `cmd:"" help:"List the keys of the agency's systems."`
	Rotate rotateCommand `cmd:"" help:"Register a key in the place of another, by two officials."`
	Revoke revokeCommand `cmd:"" help:"End a key at once."`
	Demand demandCommand `cmd:"" help:"Have an agency's files or orders taken with its signature only, by two officials."`
	Sign   signCommand   `cmd:"" help:"Sign a file with a private key: the signature goes into a file beside it."`
}

// answer is a key as JSON shows it.
type answer struct {
	Key       string    `json:"key"`
	Kind      key.Kind  `json:"kind"`
	Agency    string    `json:"agency"`
	System    string    `json:"system"`
	Official  string    `json:"official"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	AddedAt   time.Time `json:"added_at"`
	AddedBy   string    `json:"added_by"`
	With      string    `json:"with"`
	Replaces  string    `json:"replaces,omitempty"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	RevokedBy string    `json:"revoked_by,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	State     string    `json:"state"`
}

func answerOf(k *key.Key, now time.Time) answer {
	a := answer{
		Key: k.ID, Kind: k.Kind, Agency: k.Agency, System: k.System, Official: k.Official, From: k.From, Until: k.Until, AddedAt: k.AddedAt,
		AddedBy: k.AddedBy, With: k.With, Replaces: k.Replaces, RevokedAt: k.RevokedAt, RevokedBy: k.RevokedBy, Reason: k.Reason, State: "good",
	}
	switch {
	case !k.RevokedAt.IsZero():
		a.State = "revoked"
	case now.Before(k.From):
		a.State = "not yet"
	case !now.Before(k.Until):
		a.State = "expired"
	}
	return a
}

// makeCommand makes a pair.
type makeCommand struct {
	Name string `arg:"" help:"What the files are called: NAME.key.pem and NAME.pub.pem."`
}

// Help shows the examples.
func (makeCommand) Help() string {
	return `The private half is written readable by you only and is never sent anywhere; a key that was shown to somebody is replaced. No database is opened.

Examples:

    probity key make samr-gateway`
}

// Run makes the pair.
func (c makeCommand) Run(s *console.Session) error {
	private, public, k, err := freshPair()
	if err != nil {
		return err
	}
	files := [2]string{c.Name + ".key.pem", c.Name + ".pub.pem"}
	for i, text := range [][]byte{private, public} {
		if err := write(files[i], text, [2]os.FileMode{0o600, 0o644}[i]); err != nil {
			return err
		}
	}
	s.Result(map[string]string{"key": k.ID, "private": files[0], "public": files[1]}, func(w io.Writer) {
		fmt.Fprintf(w, "made the key %s\n  private half, which stays here: %s\n  public half, to be registered:  %s\n", k.ID, files[0], files[1])
	})
	return nil
}

// freshPair makes a pair whose id does not begin with a hyphen, so that it can be typed where flags may stand.
func freshPair() (private, public []byte, k key.Key, err error) {
	for err == nil && (k.ID == "" || k.ID[0] == '-') {
		var own ed25519.PrivateKey
		if _, own, err = ed25519.GenerateKey(rand.Reader); err == nil {
			private, public, err = key.Pair(own)
		}
		if err == nil {
			k, err = key.Parse(public)
		}
	}
	return private, public, k, err
}

// write makes a file that was not there.
func write(name string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if os.IsExist(err) {
		return fault.New(fault.Conflict, "cli.exists", "%s is there already", name).With("choose another name, or take it away first")
	}
	if err != nil {
		return fault.New(fault.Unavailable, "cli.write", "%s cannot be written: %v", name, err).By(err)
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// period is from when until when a key is good.
type period struct {
	From  string `placeholder:"DAY" help:"The first day on which it is good; at once where none is given."`
	Until string `placeholder:"DAY" help:"The last day on which it is good, two years ahead at most; a year where none is given."`
}

func (p period) into(r *identity.Request) error {
	from, err := console.Day("from", p.From)
	if err != nil {
		return err
	}
	until, err := console.Day("until", p.Until)
	if err != nil {
		return err
	}
	if from != calendar.None {
		r.From = from.Start(calendar.Shanghai)
	}
	if until != calendar.None {
		r.Until = (until + 1).Start(calendar.Shanghai)
	}
	return nil
}

// addCommand registers a key.
type addCommand struct {
	File     string `arg:"" help:"The public key (JWK or PEM, Ed25519) or the certificate (PEM) as the agency handed it in."`
	Agency   string `placeholder:"CODE" complete:"agency" help:"The agency; that of the credential in use where none is given."`
	System   string `required:"" placeholder:"NAME" help:"The system whose key it is: lower-case letters, digits and hyphens."`
	Official string `required:"" placeholder:"CREDENTIAL" complete:"credential" help:"The credential of the official who answers for what the system does by itself."`
	console.Witness
	period
}

// Help shows the examples.
func (addCommand) Help() string {
	return `Two officials register it, each with a credential of its own, of the agency or of the one that set the platform up. With a key a system signs requests and files and asks for access tokens; with a certificate it connects by mutual TLS. What the system does by itself is entered with the official who answers for it, and with the system's name.

Examples:

    probity key add samr-gateway.pub.pem --system gateway --official li-wei --with wang-min
    probity key add gateway.crt --agency samr --system gateway --official li-wei --with wang-min --until 2027-06-30`
}

// Run registers the key.
func (c addCommand) Run(s *console.Session) error {
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	r := identity.Request{Agency: console.Either(c.Agency, by.Agency()), System: c.System, Official: c.Official}
	if r.Text, err = console.ReadWhole(c.File); err != nil {
		return err
	}
	if err := c.into(&r); err != nil {
		return err
	}
	k, err := s.Opened.Identity().Register(s.Ctx, by, with, r)
	if err != nil {
		return err
	}
	said(s, &k, "registered")
	return nil
}

func said(s *console.Session, k *key.Key, what string) {
	a := answerOf(k, s.Process.Now())
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "%s the key %s of the system %s of %s\n", what, a.Key, a.System, a.Agency)
		switch {
		case a.State == "revoked":
			fmt.Fprintf(w, "  revoked %s by %s: %s\n", console.Minute(a.RevokedAt), a.RevokedBy, a.Reason)
		default:
			fmt.Fprintf(w, "  good from %s until %s\n", console.Minute(a.From), console.Minute(a.Until))
		}
		if a.Replaces != "" && what == "registered" {
			fmt.Fprintf(w, "  in the place of %s\n", a.Replaces)
		}
	})
}

// listCommand lists keys.
type listCommand struct{}

// Help shows the examples.
func (listCommand) Help() string {
	return `Those of the agency of the credential in use; officials of the agency that set the platform up see everybody's. Revoked and expired ones stay in the list.

Examples:

    probity key list
    probity key list --json`
}

// Run prints a line a key.
func (listCommand) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	list, err := s.Opened.Identity().List(s.Ctx, by)
	if err != nil {
		return err
	}
	now := s.Process.Now()
	answers := make([]answer, len(list))
	for i := range list {
		answers[i] = answerOf(&list[i], now)
	}
	s.Result(map[string]any{"keys": answers}, func(w io.Writer) {
		if len(answers) == 0 {
			fmt.Fprintln(w, "there is none yet; probity key add registers one")
			return
		}
		console.Columns(w, console.Row{"key", "agency", "system", "kind", "from", "until", "state"}, console.Listed(answers, func(a *answer) console.Row {
			return console.Row{a.Key, a.Agency, a.System, a.Kind, console.Minute(a.From), console.Minute(a.Until), a.State}
		}))
	})
	return nil
}

// rotateCommand replaces a key.
type rotateCommand struct {
	Key      string `arg:"" help:"The key that is replaced."`
	File     string `arg:"" help:"The new public key or certificate."`
	Official string `placeholder:"CREDENTIAL" complete:"credential" help:"The official who answers for the system; the same as before where none is given."`
	Overlap  int    `default:"7" placeholder:"DAYS" help:"So many days the old key goes on being good; with 0 it ends at once."`
	console.Witness
	period
}

// Help shows the examples.
func (rotateCommand) Help() string {
	return `Both keys are good for the days of the overlap, so that the system can change over without a stop. A key that somebody else may have is revoked instead. An id that begins with a hyphen is written behind --.

Examples:

    probity key rotate kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k new.pub.pem --with wang-min`
}

// Run replaces the key.
func (c rotateCommand) Run(s *console.Session) error {
	if c.Overlap < 0 || c.Overlap > 90 {
		return console.Misuse("--overlap %d is not between 0 and 90 days", c.Overlap).With("give days from 0 to 90")
	}
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	r := identity.Request{Official: c.Official}
	if r.Text, err = console.ReadWhole(c.File); err != nil {
		return err
	}
	if err := c.into(&r); err != nil {
		return err
	}
	k, err := s.Opened.Identity().Rotate(s.Ctx, by, with, c.Key, r, time.Duration(c.Overlap)*24*time.Hour)
	if err != nil {
		return err
	}
	said(s, &k, "registered")
	return nil
}

// revokeCommand ends a key.
type revokeCommand struct {
	Key    string `arg:"" help:"The key."`
	Reason string `required:"" placeholder:"TEXT" help:"Why; it stays with the key."`
}

// Help shows the examples.
func (revokeCommand) Help() string {
	return `From that moment on nothing signed with it passes, and every access token that was got by it is dead. One official of the agency is enough: a stolen key does not wait.

Examples:

    probity key revoke kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k --reason "the gateway's disk was stolen"`
}

// Run ends the key.
func (c revokeCommand) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	k, err := s.Opened.Identity().Revoke(s.Ctx, by, c.Key, c.Reason)
	if err != nil {
		return err
	}
	said(s, &k, "revoked")
	return nil
}

// signCommand signs a file.
type signCommand struct {
	File string `arg:"" help:"The file."`
	Key  string `required:"" placeholder:"FILE" help:"The private key, as probity key make wrote it."`
	Out  string `short:"o" placeholder:"FILE" help:"Where the signature goes; FILE.jws beside the file where none is given."`
}

// Help shows the examples.
func (signCommand) Help() string {
	return `The signature is a detached JWS over the file's octets as they are (RFC 7515, RFC 7797), so that other programs make and check it too. The file is read twice and not held in memory. No database is opened.

Examples:

    probity key sign penalties.csv --key samr-gateway.key.pem
    probity ingest penalties.csv --dataset samr.penalty --signature penalties.csv.jws`
}

// Run signs the file.
func (c signCommand) Run(s *console.Session) error {
	text, err := console.ReadWhole(c.Key)
	if err != nil {
		return err
	}
	own, err := key.ReadPrivate(text)
	if err != nil {
		return fault.New(fault.Invalid, "cli.key", "%s: %v", c.Key, err).With("make a pair: probity key make NAME")
	}
	_, public, err := key.Pair(own)
	if err != nil {
		return err
	}
	k, err := key.Parse(public)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return console.Unreadable(c.File, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	jws, err := signature.SignDetached(own, rand.Reader, k.ID, f)
	if err != nil {
		return console.Unreadable(c.File, err)
	}
	out := console.Either(c.Out, c.File+".jws")
	if err := write(out, []byte(jws+"\n"), 0o644); err != nil {
		return err
	}
	s.Result(map[string]string{"file": c.File, "key": k.ID, "signature": out}, func(w io.Writer) {
		fmt.Fprintf(w, "signed %s with the key %s; the signature is in %s\n", c.File, k.ID, out)
	})
	return nil
}
