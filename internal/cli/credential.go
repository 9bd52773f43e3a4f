package cli

import (
	"fmt"
	"io"
	"time"

	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/subject"
)

type credentialCommands struct {
	Add    credentialAdd    `cmd:"" help:"Make a credential for an official, or for a subject that two officials identified."`
	List   credentialList   `cmd:"" help:"List the credentials whose secrets are on this machine."`
	Revoke credentialRevoke `cmd:"" help:"End a credential."`
}

// credentialAdd issues a credential. The first one of a database is made by whoever holds its file.
type credentialAdd struct {
	Name     string `arg:"" help:"What it will be called: lower-case letters, digits and hyphens."`
	Agency   string `placeholder:"CODE" complete:"agency" xor:"holder" help:"The official's agency."`
	Official string `placeholder:"NAME" help:"The official's name."`
	Subject  string `placeholder:"SUBJECT" xor:"holder" help:"The subject whose own it will be."`
	Document string `placeholder:"FILE" help:"The signed document by which the subject was identified; its SHA-256 is kept."`
	console.Witness
	Default bool `help:"Use it wherever none is named."`
}

// Help shows the examples.
func (credentialAdd) Help() string {
	return `The secret goes into a file of its own in the folder FILE.credentials beside the database, readable by you only. An official's credential is issued by an official of the same agency or of the agency that set the platform up; a subject's by two officials who identified it.

Examples:

    probity credential add li-wei --agency samr --official "Li Wei"
    probity credential add zhang-own --subject id:000000199001011239 --document identity.pdf --with wang-min`
}

type credentialAnswer struct {
	Name      string     `json:"name"`
	Agency    string     `json:"agency,omitempty"`
	Official  string     `json:"official,omitempty"`
	Subject   subject.ID `json:"subject,omitempty"`
	IssuedAt  time.Time  `json:"issued_at,omitzero"`
	RevokedAt time.Time  `json:"revoked_at,omitzero"`
	Default   bool       `json:"default,omitempty"`
}

// Run issues the credential and keeps its secret in the wallet.
func (c credentialAdd) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	g := access.Grant{Name: c.Name, Agency: c.Agency, Official: c.Official}
	if c.Subject != "" {
		sub, err := s.Subject(c.Subject)
		if err != nil {
			return err
		}
		g.Subject = sub.ID
	}
	if c.Document != "" {
		if g.Proof, err = console.DigestOf(c.Document); err != nil {
			return err
		}
	}
	if err := c.issue(s, r, g); err != nil {
		return err
	}
	if c.Default {
		if err := r.Wallet.SetDefault(c.Name); err != nil {
			return err
		}
	}
	a := credentialAnswer{Name: g.Name, Agency: g.Agency, Official: g.Official, Subject: g.Subject, Default: c.Default}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "made the credential %s; its secret is in %s\n", c.Name, r.Wallet.Dir())
	})
	return nil
}

func (c credentialAdd) issue(s *console.Session, r *deployment.Deployment, g access.Grant) error {
	var secret string
	_, err := r.Access.Founder(s.Ctx)
	switch {
	case fault.Is(err, fault.NotFound):
		secret, err = r.Access.Bootstrap(s.Ctx, g)
	case err == nil:
		secret, err = c.issued(s, r, g)
	}
	if err != nil {
		return err
	}
	return r.Wallet.Save(g.Name, secret)
}

func (c credentialAdd) issued(s *console.Session, r *deployment.Deployment, g access.Grant) (string, error) {
	by, err := s.Acting()
	if err != nil {
		return "", err
	}
	with, err := s.Credential(c.With)
	if err != nil {
		return "", err
	}
	return r.Access.Issue(s.Ctx, by, with, g)
}

// credentialList lists the wallet.
type credentialList struct{}

// Help shows the examples.
func (credentialList) Help() string {
	return `Examples:

    probity credential list`
}

// Run prints a line a credential.
func (credentialList) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	names, err := r.Wallet.Names()
	if err != nil {
		return err
	}
	standard, err := r.Wallet.Default()
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	answers := make([]credentialAnswer, 0, len(names))
	rows := make([]console.Row, 0, len(names))
	for _, n := range names {
		g, err := r.Access.Grant(s.Ctx, n)
		if fault.Is(err, fault.NotFound) {
			continue // a secret of another database
		}
		if err != nil {
			return err
		}
		a := credentialAnswer{
			Name: n, Agency: g.Agency, Official: g.Official, Subject: g.Subject, IssuedAt: g.IssuedAt, RevokedAt: g.RevokedAt,
			Default: n == standard,
		}
		answers = append(answers, a)
		rows = append(rows, a.cells())
	}
	s.Result(map[string]any{"credentials": answers}, func(w io.Writer) {
		if len(rows) == 0 {
			fmt.Fprintln(w, "there is none yet; probity credential add makes one")
			return
		}
		console.Columns(w, console.Row{"name", "holder", "issued", ""}, rows)
	})
	return nil
}

func (a *credentialAnswer) cells() console.Row {
	holder, note := a.Official+" of "+a.Agency, ""
	if a.Subject != 0 {
		holder = "subject " + a.Subject.String()
	}
	switch {
	case !a.RevokedAt.IsZero():
		note = "revoked " + console.Minute(a.RevokedAt)
	case a.Default:
		note = "used where none is named"
	}
	return console.Row{a.Name, holder, console.Minute(a.IssuedAt), note}
}

// credentialRevoke ends a credential.
type credentialRevoke struct {
	Name string `arg:"" complete:"credential" help:"Its name."`
}

// Help shows the examples.
func (credentialRevoke) Help() string {
	return `A revoked credential opens nothing from that moment on. Officials revoke those of their own agency and of subjects, a subject its own.

Examples:

    probity credential revoke li-wei`
}

// Run revokes the credential.
func (c credentialRevoke) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	if err := r.Access.Revoke(s.Ctx, by, c.Name); err != nil {
		return err
	}
	s.Result(map[string]string{"revoked": c.Name}, func(w io.Writer) { fmt.Fprintf(w, "revoked %s\n", c.Name) })
	return nil
}
