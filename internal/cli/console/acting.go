package console

import (
	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/fault"
	"probity/internal/subject"
)

// Reading are the flags of commands that read about a subject. Who reads comes from the credential in use.
type Reading struct {
	Purpose string `placeholder:"CODE" complete:"purpose" group:"reading" help:"What it is read for: a purpose of the closed list."`
	Basis   string `placeholder:"LAW" group:"reading" help:"The legal basis: one that the purpose allows, such as \"pipl art. 13\"."`
	Case    string `placeholder:"NUMBER" group:"reading" help:"The number of the case, where the purpose asks for one."`
}

// Witness is the flag that names a second official.
type Witness struct {
	With string `placeholder:"CREDENTIAL" complete:"credential" help:"The credential of the second official."`
}

// Acting is the credential in use: that of --as or PROBITY_AS, otherwise the database's default one.
func (s *Session) Acting() (access.Credential, error) {
	r, err := s.Room()
	if err != nil {
		return access.Credential{}, err
	}
	name := s.Flags.As
	if name == "" {
		if name, err = r.Wallet.Default(); err != nil {
			return access.Credential{}, err
		}
	}
	c, err := s.Credential(name)
	if err != nil || s.Flags.For == "" {
		return c, err
	}
	principal, err := s.Named(s.Flags.For)
	if err != nil {
		return access.Credential{}, err
	}
	return r.Access.Represent(s.Ctx, c, principal)
}

// Credential proves the local credential of the name; "" is nobody.
func (s *Session) Credential(name string) (access.Credential, error) {
	if name == "" {
		return access.Credential{}, nil
	}
	r, err := s.Room()
	if err != nil {
		return access.Credential{}, err
	}
	secret, err := r.Wallet.Load(name)
	if err != nil {
		return access.Credential{}, err
	}
	return r.Access.Authenticate(s.Ctx, name, secret)
}

// Subject finds whom SCHEME:VALUE or a subject id names. Nothing about the subject is read but that it is in the
// register.
func (s *Session) Subject(text string) (subject.Subject, error) {
	r, err := s.Room()
	if err != nil {
		return subject.Subject{}, err
	}
	return r.Find(s.Ctx, text)
}

// Named finds whom SCHEME:VALUE or a subject id names itself, though it was merged into another.
func (s *Session) Named(text string) (subject.ID, error) {
	r, err := s.Room()
	if err != nil {
		return 0, err
	}
	return r.Named(s.Ctx, text)
}

// Day reads a day that was typed; "" is None.
func Day(flag, text string) (calendar.Day, error) {
	if text == "" {
		return calendar.None, nil
	}
	d, err := calendar.Parse(text)
	if err != nil {
		return calendar.None, Misuse("--%s: %v", flag, err).With("write a day as 2026-03-31")
	}
	return d, nil
}

// Scope opens the desk for one reading of one subject: the subject's own credential opens its own file, an official's
// what was asked.
func (s *Session) Scope(text string, what access.What, why Reading, model string) (access.Scope, error) {
	return s.open(text, why, access.Request{What: what, Model: model})
}

// PartScope is Scope for a part of the file; record is the id of the one record that is shown, "" where there is none.
func (s *Session) PartScope(text string, part access.Part, why Reading, record string) (access.Scope, error) {
	return s.open(text, why, access.Request{What: access.File, Part: part, Record: record})
}

// OwnPart is PartScope for what the subject alone may read.
func (s *Session) OwnPart(text string, part access.Part) (access.Scope, error) {
	return s.open(text, Reading{}, access.Request{What: access.OwnFile, Part: part})
}

func (s *Session) open(text string, why Reading, r access.Request) (access.Scope, error) {
	sub, err := s.Subject(text)
	if err != nil {
		return access.Scope{}, err
	}
	by, err := s.Acting()
	if err != nil {
		return access.Scope{}, err
	}
	if by.Subject() != 0 {
		r.What = access.OwnFile
	}
	r.As, r.Subject, r.Purpose, r.Basis, r.Case = by, sub.ID, why.Purpose, why.Basis, why.Case
	return s.Opened.Access.Open(s.Ctx, r)
}

// Pair is the credential in use and that of the second official, if one is named.
func (s *Session) Pair(second string) (by, with access.Credential, err error) {
	if by, err = s.Acting(); err != nil {
		return by, with, err
	}
	with, err = s.Credential(second)
	return by, with, err
}

// Author is Official for an act on rating models that asks for one of the roles.
func (s *Session) Author(one ...role.Role) (string, error) {
	by, err := s.Acting()
	if err == nil {
		err = by.As(one...)
	}
	if err != nil {
		return "", err
	}
	return s.Official()
}

// Official is the official of the credential in use, as models name their authors: agency/name.
func (s *Session) Official() (string, error) {
	by, err := s.Acting()
	if err != nil {
		return "", err
	}
	if by.Official() == "" {
		return "", fault.New(fault.Unauthenticated, "cli.official", "the credential %s is no official's", by.Name()).
			With("show an official's credential with --as NAME")
	}
	return by.Agency() + "/" + by.Official(), nil
}
