package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/fault"
	"probity/internal/identity/account"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// Accountbook is what accounts and sessions need kept.
type Accountbook interface {
	access.Sessions
	// Bind keeps an account with its ledger entry; one that is bound is a Conflict. EndAccount ends it with its sessions.
	Bind(ctx context.Context, a account.Account, e *ledger.Entry) error
	EndAccount(ctx context.Context, digest [32]byte, at time.Time, e *ledger.Entry) error
	// WasEnded tells whether there was a binding of the account that was ended.
	WasEnded(ctx context.Context, digest [32]byte) (bool, error)
	// BeginSession keeps a session, EndSession ends one.
	BeginSession(ctx context.Context, s account.Session) error
	EndSession(ctx context.Context, digest [32]byte, at time.Time) error
}

// Reception is where accounts of people are bound to credentials, and where who signed in gets a session.
type Reception struct {
	Book   Accountbook
	Access *access.Desk
	// Known finds the human being of a resident number; NotFound where nothing is held on it.
	Known func(ctx context.Context, number string) (subject.Subject, error)
	Now   func() time.Time
}

// Binding is an account that two officials want bound.
type Binding struct {
	// Issuer and Name are the claims iss and sub of the account's sign-ins.
	Issuer, Name string
	// Credential is the one that it leads to: an official's, or a subject's own.
	Credential string
	Level      account.Level
	// Proof is the SHA-256 in hexadecimal of the document by which both officials knew the holder; it must be there from the
	// level substantial on.
	Proof string
}

// Bind binds an account to a credential. Two officials do it, who both saw whose account it is: an official's is bound by
// officials of its agency or of the one that set up the platform, a subject's by any two.
func (r *Reception) Bind(ctx context.Context, by, with access.Credential, b Binding) error {
	g, err := r.Access.Grant(ctx, b.Credential)
	if err != nil {
		return err
	}
	if err := r.two(ctx, by, with, g.Agency); err != nil {
		return err
	}
	switch {
	case !g.RevokedAt.IsZero():
		return fault.New(fault.Conflict, "identity.account.revoked", "the credential %s is revoked", b.Credential).With("issue another first: probity credential add")
	case b.Issuer == "" || b.Name == "" || !b.Level.Known():
		return fault.New(fault.Invalid, "identity.account.form", "issuer, account or level is missing").With("give the issuer's address, the account's sub, and low, substantial or high")
	case (b.Level != account.Low || g.Subject != 0) && len(b.Proof) != 64:
		return fault.Refuse("C11", "proof of identity", "no document shows whose account it is", "give the SHA-256 of the document by which its holder was identified")
	}
	second := with.Actor().Title()
	now := r.Now()
	return r.Book.Bind(ctx, account.Account{
		Digest: account.Digest(b.Issuer, b.Name), Credential: g.Name, Subject: g.Subject, Level: b.Level, BoundAt: now,
		Officials: by.Actor().Title() + " " + second, Proof: b.Proof,
	}, &ledger.Entry{
		Subject: g.Subject, At: now, Act: ledger.Credential, What: "account bound", Detail: "level=" + string(b.Level) + " " + access.SecondOfficial + "=" + second,
		Reader: by.Agency(), Official: by.Official(), Case: b.Proof,
	})
}

func (r *Reception) two(ctx context.Context, by, with access.Credential, agency string) error {
	if by.Official() == "" || with.Official() == "" || by.System() != "" || with.System() != "" || with.Name() == by.Name() || with.Actor().Title() == by.Actor().Title() {
		return fault.Refuse("C11", "second official", "one official alone cannot say whose an account is",
			"have two officials, each with a credential of its own, see its holder: --with NAME")
	}
	may := role.Steward
	if agency == "" {
		may = role.Registrar // a subject stands at a counter
	}
	if err := by.As(may); err != nil {
		return err
	}
	founder, err := r.Access.Founder(ctx)
	if err != nil {
		return err
	}
	for _, c := range []access.Credential{by, with} {
		if agency != "" && c.Agency() != agency && c.Agency() != founder {
			return fault.New(fault.Unauthenticated, "identity.account.agency", "an official of %s cannot bind accounts of %s", c.Agency(), agency).
				With("have officials of " + agency + " or of " + founder + " do it")
		}
	}
	return nil
}

// End ends a binding, and every session under it, at once. One official is enough, or the account's own holder.
func (r *Reception) End(ctx context.Context, by access.Credential, issuer, name string) error {
	a, err := r.Book.Account(ctx, account.Digest(issuer, name))
	if err != nil {
		return err
	}
	if by.Official() == "" && (by.Subject() == 0 || by.Subject() != a.Subject) {
		return fault.New(fault.Unauthenticated, "identity.account.end", "the account is not yours to end").With("have its holder or an official end it")
	}
	if err := r.mayEnd(ctx, by, &a); err != nil {
		return err
	}
	now := r.Now()
	return r.Book.EndAccount(ctx, a.Digest, now, &ledger.Entry{
		Subject: a.Subject, At: now, Act: ledger.Credential, What: "account ended", Reader: by.Agency(), Official: by.Official(),
	})
}

func (r *Reception) mayEnd(ctx context.Context, by access.Credential, a *account.Account) error {
	if by.Official() == "" || a.Subject != 0 {
		return nil
	}
	g, err := r.Access.Grant(ctx, a.Credential)
	if err != nil {
		return err
	}
	founder, err := r.Access.Founder(ctx)
	if err == nil && by.Agency() != g.Agency && by.Agency() != founder {
		err = fault.New(fault.Unauthenticated, "identity.account.agency", "an official of %s cannot end accounts of %s", by.Agency(), g.Agency).
			With("have an official of " + g.Agency + " or of " + founder + " do it")
	}
	return err
}

// SignIn is what an issuer has proved of somebody.
type SignIn struct {
	Issuer, Name string
	// At is when the issuer saw its bearer (auth_time), Methods how (amr, RFC 8176).
	At      time.Time
	Methods []string
	// Level is how surely the issuer knew its bearer in this sign-in, "" where nobody has said what its words mean.
	Level account.Level
	// Number is the resident number by which the issuer knows its bearer, "" where it is not relied on for that; Proof the SHA-256
	// in hexadecimal of what it signed.
	Number, Proof string
}

// factors counts what was proved: two where the issuer says so, or where methods of two kinds were used.
func (s *SignIn) factors() int {
	kinds := map[string]bool{}
	for _, m := range s.Methods {
		switch m {
		case "mfa":
			return 2
		case "pwd", "pin", "kba":
			kinds["knows"] = true
		case "hwk", "swk", "otp", "sms", "tel", "sc", "pop":
			kinds["has"] = true
		case "face", "fpt", "iris", "retina", "vbm":
			kinds["is"] = true
		}
	}
	return max(len(kinds), 1)
}

// Begin gives who signed in a session under its account, and the cookie, which is kept nowhere else. An account that is
// bound to nobody gets none.
func (r *Reception) Begin(ctx context.Context, in SignIn) (cookie string, err error) {
	a, err := r.Book.Account(ctx, account.Digest(in.Issuer, in.Name))
	if fault.Is(err, fault.NotFound) && in.Number != "" {
		a, err = r.vouched(ctx, in)
	}
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.Unauthenticated, "identity.account.unbound", "the account is bound to nobody here").
			With("go to a counter with a document: two officials bind it to your credential, with probity account bind")
	}
	if err != nil {
		return "", err
	}
	var random [32]byte
	rand.Read(random[:]) // it never fails
	cookie = base64.RawURLEncoding.EncodeToString(random[:])
	now := r.Now()
	if in.At.IsZero() || in.At.After(now) {
		in.At = now
	}
	return cookie, r.Book.BeginSession(ctx, account.Session{
		Digest: account.SessionDigest(cookie), Account: a.Digest, Credential: a.Credential, Subject: a.Subject, Level: in.Level.AtMost(a.Level),
		Factors: in.factors(), SignedAt: in.At, BegunAt: now, UsedAt: now, EndsAt: now.Add(account.Life),
	})
}

// vouched binds an account to the human being whose resident number the issuer has proved, in place of two officials: at the level
// substantial or high, and under a credential of its own that nobody has the secret of. An account that was ended is bound again at a
// counter alone.
func (r *Reception) vouched(ctx context.Context, in SignIn) (account.Account, error) {
	digest := account.Digest(in.Issuer, in.Name)
	if ended, err := r.Book.WasEnded(ctx, digest); err != nil || ended {
		return account.Account{}, errors.Join(err, fault.New(fault.Unauthenticated, "identity.account.ended", "the binding of this account was ended").
			With("go to a counter with a document: two officials bind it anew"))
	}
	if in.Level != account.Substantial && in.Level != account.High {
		return account.Account{}, fault.New(fault.Unauthenticated, "identity.account.level", "the issuer is not sure enough who you are").
			With("sign in there in a way that proves it, such as with your identity card, or go to a counter with a document")
	}
	sub, err := r.Known(ctx, in.Number)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) || err == nil && !sub.Natural() { // what is no number is nobody's, and goes into no log
		return account.Account{}, fault.New(fault.Unauthenticated, "identity.account.nobody", "nothing is held here on whom the issuer knows you as").
			With("there is no file of yours to see; should that be wrong, go to a counter with a document")
	}
	if err != nil {
		return account.Account{}, err
	}
	now := r.Now()
	a := account.Account{
		Digest: digest, Credential: "issuer-" + hex.EncodeToString(digest[:8]), Subject: sub.ID, Level: in.Level, BoundAt: now, Officials: in.Issuer, Proof: in.Proof,
	}
	if err := r.Access.Vouched(ctx, a.Credential, sub.ID, in.Proof); err != nil && !fault.Is(err, fault.Conflict) { // cut off after it, it is there
		return a, err
	}
	return a, r.Book.Bind(ctx, a, &ledger.Entry{
		Subject: sub.ID, At: now, Act: ledger.Credential, What: "account bound", Detail: "level=" + string(in.Level) + " issuer=" + in.Issuer, Case: in.Proof,
	})
}

// Leave ends a session at once.
func (r *Reception) Leave(ctx context.Context, cookie string) error {
	return r.Book.EndSession(ctx, account.SessionDigest(cookie), r.Now())
}
