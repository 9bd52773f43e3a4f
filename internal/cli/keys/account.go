package keys

import (
	"fmt"
	"io"

	"probity/internal/cli/console"
	"probity/internal/identity"
	"probity/internal/identity/account"
)

// Accounts are the commands about accounts of people at issuers of OpenID Connect.
type Accounts struct {
	Bind bindCommand `cmd:"" help:"Bind an account at an issuer to a credential, by two officials."`
	End  endCommand  `cmd:"" help:"End a binding, and every session under it, at once."`
}

// bindCommand binds an account.
type bindCommand struct {
	Name       string `arg:"" help:"The account's name at the issuer: the claim sub of its sign-ins."`
	Issuer     string `required:"" placeholder:"URL" help:"The issuer's address: the claim iss."`
	Credential string `required:"" placeholder:"NAME" complete:"credential" help:"The credential that whoever signs in acts by: an official's, or a subject's own."`
	Level      string `enum:"low,substantial,high" default:"substantial" placeholder:"LEVEL" help:"How surely the account is its holder's: low, substantial or high."`
	Document   string `placeholder:"FILE" help:"The document by which both officials knew the holder; its SHA-256 is kept."`
	console.Witness
}

// Help shows the examples.
func (bindCommand) Help() string {
	return `From then on whoever signs in with the account acts by the credential, and by nothing else. Two officials bind it, who both saw whose account it is, with a document from the level substantial on and for every subject. Of the account's name only a digest is kept.

Examples:

    probity account bind 8f14e45f --issuer https://login.example.gov --credential li-wei --document badge.pdf --with wang-min`
}

// Run binds the account.
func (c bindCommand) Run(s *console.Session) error {
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	b := identity.Binding{Issuer: c.Issuer, Name: c.Name, Credential: c.Credential, Level: account.Level(c.Level)}
	if c.Document != "" {
		if b.Proof, err = console.DigestOf(c.Document); err != nil {
			return err
		}
	}
	if err := s.Opened.Reception().Bind(s.Ctx, by, with, b); err != nil {
		return err
	}
	s.Result(map[string]string{"credential": c.Credential, "level": c.Level}, func(w io.Writer) {
		fmt.Fprintf(w, "bound the account to the credential %s (%s)\n", c.Credential, c.Level)
	})
	return nil
}

// endCommand ends a binding.
type endCommand struct {
	Name   string `arg:"" help:"The account's name at the issuer."`
	Issuer string `required:"" placeholder:"URL" help:"The issuer's address."`
}

// Help shows the examples.
func (endCommand) Help() string {
	return `Whoever is signed in with the account is signed out at once. An official of the agency does it, or the account's holder.

Examples:

    probity account end 8f14e45f --issuer https://login.example.gov`
}

// Run ends the binding.
func (c endCommand) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	if err := s.Opened.Reception().End(s.Ctx, by, c.Issuer, c.Name); err != nil {
		return err
	}
	s.Result(map[string]bool{"ended": true}, func(w io.Writer) { fmt.Fprintln(w, "ended the binding, and every session under it") })
	return nil
}
