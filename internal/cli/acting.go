package cli

import (
	"strings"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/subject"
)

// reading are the flags of commands that read about a subject. Who reads comes from the credential in use.
type reading struct {
	Purpose string `placeholder:"CODE" complete:"purpose" group:"reading" help:"What it is read for: a purpose of the closed list."`
	Basis   string `placeholder:"LAW" group:"reading" help:"The legal basis: one that the purpose allows, such as \"pipl art. 13\"."`
	Case    string `placeholder:"NUMBER" group:"reading" help:"The number of the case, where the purpose asks for one."`
}

// witness is the flag that names a second official.
type witness struct {
	With string `placeholder:"CREDENTIAL" complete:"credential" help:"The credential of the second official."`
}

// acting is the credential in use: that of --as or PROBITY_AS, otherwise the database's default one.
func (s *session) acting() (access.Credential, error) {
	r, err := s.room()
	if err != nil {
		return access.Credential{}, err
	}
	name := s.flags.As
	if name == "" {
		if name, err = r.Wallet.Default(); err != nil {
			return access.Credential{}, err
		}
	}
	return s.credential(name)
}

// credential proves the local credential of the name; "" is nobody.
func (s *session) credential(name string) (access.Credential, error) {
	if name == "" {
		return access.Credential{}, nil
	}
	r, err := s.room()
	if err != nil {
		return access.Credential{}, err
	}
	secret, err := r.Wallet.Load(name)
	if err != nil {
		return access.Credential{}, err
	}
	return r.Access.Authenticate(s.ctx, name, secret)
}

// subject finds whom SCHEME:VALUE or a subject id names. Nothing about the subject is read but that it is in the
// register.
func (s *session) subject(text string) (subject.Subject, error) {
	r, err := s.room()
	if err != nil {
		return subject.Subject{}, err
	}
	var id subject.ID
	if !strings.Contains(text, ":") && id.UnmarshalText([]byte(strings.ToLower(text))) == nil {
		return r.Store.Subject(s.ctx, id)
	}
	key, shown, err := keyOf(r, text)
	if err != nil {
		return subject.Subject{}, err
	}
	sub, err := r.Store.FindSubject(s.ctx, key)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "cli.subject.none", "nobody here has the identifier %s", shown).
			With("check it for a slip; if it is right, no published record has named this subject yet")
	}
	return sub, err
}

// keyOf is what an identifier is found by. shown is the form that may stand in messages.
func keyOf(r *deployment.Deployment, text string) (key store.Key, shown string, err error) {
	id, err := subject.ParseIdentifier(text)
	if err != nil {
		return key, "", err
	}
	if kind, err := identifier.ParseKind(string(id.Scheme)); err == nil {
		v := identifier.Check(kind, id.Value).Allowing(identifier.CodeCheckDigit)
		if !v.Valid {
			return key, "", misuseOf("%s is no identifier: %s", id, v.Problem.Text).With(v.Problem.Cure)
		}
		id.Value = v.Canonical()
	}
	key = store.Key{Scheme: id.Scheme, Value: id.Value}
	if id.Scheme.Personal() {
		hash := r.Vault.Hash(id)
		key.Value = string(hash[:])
	}
	return key, id.String(), nil
}

// day reads a day that was typed; "" is None.
func day(flag, text string) (calendar.Day, error) {
	if text == "" {
		return calendar.None, nil
	}
	d, err := calendar.Parse(text)
	if err != nil {
		return calendar.None, misuseOf("--%s: %v", flag, err).With("write a day as 2026-03-31")
	}
	return d, nil
}

// scope opens the desk for one reading of one subject: the subject's own credential opens its own file, an official's
// what was asked.
func (s *session) scope(text string, what access.What, why reading, model string) (access.Scope, error) {
	sub, err := s.subject(text)
	if err != nil {
		return access.Scope{}, err
	}
	by, err := s.acting()
	if err != nil {
		return access.Scope{}, err
	}
	if by.Subject() != 0 {
		what = access.OwnFile
	}
	return s.opened.Access.Open(s.ctx, access.Request{
		As: by, Subject: sub.ID, What: what, Purpose: why.Purpose, Basis: why.Basis, Case: why.Case, Model: model,
	})
}
