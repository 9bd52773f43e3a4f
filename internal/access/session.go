package access

import (
	"context"
	"time"

	"probity/internal/fault"
	"probity/internal/identity/account"
)

// Sessions is what the desk needs kept of people who signed in.
type Sessions interface {
	// Account finds an account; NotFound where it is bound to nobody.
	Account(ctx context.Context, digest [32]byte) (account.Account, error)
	// Session finds a session by the digest of its cookie; NotFound where there is none.
	Session(ctx context.Context, digest [32]byte) (account.Session, error)
	// UseSession notes that a session was used.
	UseSession(ctx context.Context, digest [32]byte, at time.Time) error
}

// Seating gives the desk the register of people who signed in, and gives the desk back. It is for the wiring, before the
// desk is used.
func (d *Desk) Seating(s Sessions) *Desk {
	d.sessions = s
	return d
}

// useEvery is how often the use of a session is written down.
const useEvery = time.Minute

// Seated turns the cookie of a session into the credential that its account is bound to. Session, account and credential
// are looked up each time, so that ending one of them ends it at once; a session that lies unused ends by itself.
func (d *Desk) Seated(ctx context.Context, cookie string) (Credential, error) {
	over := fault.New(fault.Unauthenticated, "access.session", "nobody is signed in, or no longer").With("sign in again")
	if d.sessions == nil || cookie == "" {
		return Credential{}, over
	}
	now := d.now()
	s, err := d.sessions.Session(ctx, account.SessionDigest(cookie))
	if fault.Is(err, fault.NotFound) || err == nil && s.Over(now) {
		return Credential{}, over
	}
	if err != nil {
		return Credential{}, err
	}
	a, err := d.sessions.Account(ctx, s.Account)
	if fault.Is(err, fault.NotFound) || err == nil && a.Credential != s.Credential {
		return Credential{}, over
	}
	if err != nil {
		return Credential{}, err
	}
	g, err := d.store.Credential(ctx, a.Credential)
	if fault.Is(err, fault.NotFound) || err == nil && !g.RevokedAt.IsZero() {
		return Credential{}, over
	}
	if err != nil {
		return Credential{}, err
	}
	if now.Sub(s.UsedAt) >= useEvery {
		if err := d.sessions.UseSession(ctx, s.Digest, now); err != nil {
			return Credential{}, err
		}
	}
	return d.appointed(ctx, Credential{
		name: g.Name, agency: g.Agency, official: g.Official, subject: g.Subject,
		seat: &seat{level: s.Level, factors: s.Factors, signedAt: s.SignedAt},
	})
}

// seat is how the bearer of a session proved itself.
type seat struct {
	level    account.Level
	factors  int
	signedAt time.Time
}

// Level is how surely the account of a session belongs to who acts by it; "" where no session was shown.
func (c Credential) Level() account.Level {
	if c.seat == nil {
		return ""
	}
	return c.seat.level
}

// StepUp is the key of the fault that an act asks for a fresh sign-in with a second factor.
const StepUp = "access.step-up"

// Stepped holds that an act of great effect, such as an order or the approval of a model, is done by somebody who has just
// signed in, with two factors: a session that was left open is not enough. A local credential and a system's signature are
// proved anew with every act, and pass.
func (c Credential) Stepped(now time.Time) error {
	if c.seat == nil || c.seat.factors >= 2 && now.Sub(c.seat.signedAt) < account.Fresh {
		return nil
	}
	return fault.New(fault.Unauthenticated, StepUp, "this asks for a sign-in of the last five minutes, with a second factor").
		With("sign in again for it: /login?step-up=1")
}
