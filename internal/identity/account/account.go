// Package account is what an account of a human being and its sessions are. It holds types only; who binds an account, and
// what a session is good for, stands in packages identity and access.
package account

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"probity/internal/subject"
)

// Level is how surely an account belongs to who it is bound to, lowest first (the levels of eIDAS, Art. 8).
type Level string

// The levels.
const (
	Low         Level = "low"
	Substantial Level = "substantial"
	High        Level = "high"
)

// Known tells whether it is one of the levels.
func (l Level) Known() bool { return l == Low || l == Substantial || l == High }

// AtMost is the lower of two levels: what a sign-in proved, and what the account was bound at. No level is none to be lower.
func (l Level) AtMost(bound Level) Level {
	if l == Low || l == Substantial && bound == High {
		return l
	}
	return bound
}

// Account is an account at an issuer that is bound to a credential.
type Account struct {
	// Digest is that of issuer and account name, see [Digest].
	Digest [32]byte
	// Credential is the one that whoever signs in acts by; Subject whose own it is, 0 for an official's.
	Credential string
	Subject    subject.ID
	Level      Level
	BoundAt    time.Time
	// Officials are the two who bound it; Proof the SHA-256 in hexadecimal of the document by which they knew the holder.
	Officials, Proof string
	EndedAt          time.Time
}

// Digest stands for an account's name (the claim sub) at an issuer.
func Digest(issuer, name string) [32]byte {
	return sha256.Sum256([]byte("account\x00" + issuer + "\x00" + name))
}

// Session is one sign-in.
type Session struct {
	Digest     [32]byte
	Account    [32]byte
	Credential string
	Subject    subject.ID
	Level      Level
	// Factors is how many the sign-in proved, SignedAt when its bearer last proved itself.
	Factors  int
	SignedAt time.Time
	// BegunAt, UsedAt and EndsAt bound it; EndedAt is zero until it is ended by hand.
	BegunAt, UsedAt, EndsAt time.Time
	EndedAt                 time.Time
}

// The bounds of a session: how long it may lie unused, how long it lasts at most, and how long after a sign-in an act may
// be done that asks for a fresh one.
const (
	Idle  = 30 * time.Minute
	Life  = 12 * time.Hour
	Fresh = 5 * time.Minute
)

// Over tells whether the session is good no more at the instant.
func (s *Session) Over(now time.Time) bool {
	return !s.EndedAt.IsZero() || !now.Before(s.EndsAt) || now.Sub(s.UsedAt) >= Idle
}

// SessionDigest is what is kept of a cookie, which is 256 random bits.
func SessionDigest(cookie string) [32]byte { return sha256.Sum256([]byte("session\x00" + cookie)) }

// Guard is what a page or a script sends beside the cookie with whatever changes something, so that no other site can have it
// done. It follows from the cookie, and the cookie does not follow from it.
func Guard(cookie string) string {
	sum := sha256.Sum256([]byte("guard\x00" + cookie))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
