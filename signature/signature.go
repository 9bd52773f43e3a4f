// Package signature proves who sent a message or a file, and that it arrived as it was sent: HTTP message signatures (RFC
// 9421) with Ed25519 over a Content-Digest (RFC 9530), and detached signatures beside a file (RFC 7515, 7797, 8037). Both
// sides can keep what was signed and show it to a third.
//
// It is a narrow profile of the standards, and it is strict: what lies outside is refused with the reason, never guessed.
// There is one algorithm, Ed25519. Components are the derived @method, @target-uri, @scheme, @authority, @path, @query and
// @status, and whole fields; the flag req binds a response to its request. Structured fields are parsed as RFC 9651 has
// them and compared in their one canonical form. Nothing here reads a clock, keeps a key or does I/O of its own: instants,
// keys and the memory of nonces are the caller's.
package signature

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"time"
)

// Reason is why something was refused, as a code that programs may turn on.
type Reason string

// The reasons.
const (
	// Malformed: it cannot be read.
	Malformed Reason = "malformed"
	// Outside: it is well formed and lies outside this profile.
	Outside Reason = "outside_profile"
	// Unsigned: there is no signature.
	Unsigned Reason = "unsigned"
	// Uncovered: the signature leaves out what it must cover.
	Uncovered Reason = "uncovered"
	// Algorithm: another algorithm than Ed25519.
	Algorithm Reason = "algorithm"
	// UnknownKey, KeyNotYet, KeyExpired and KeyRevoked: the key is not registered, or not good at the instant.
	UnknownKey Reason = "unknown_key"
	KeyNotYet  Reason = "key_not_yet_valid"
	KeyExpired Reason = "key_expired"
	KeyRevoked Reason = "key_revoked"
	// Skew: made later than now, by more than clocks may differ. Stale: made too long ago, or expired.
	Skew  Reason = "clock_skew"
	Stale Reason = "stale"
	// Replay: the nonce was used before. The package keeps no nonces; it is for those who do.
	Replay Reason = "replay"
	// Truncated and Altered: the content is shorter than was sent, or another.
	Truncated Reason = "truncated"
	Altered   Reason = "altered"
	// Mismatch: the signature is not that of this key over what is covered.
	Mismatch Reason = "mismatch"
)

// Error is a refusal: where it stands, what is wrong, and what to do.
type Error struct {
	Reason            Reason
	Place, Text, Cure string
}

func (e *Error) Error() string { return "signature: " + e.Place + ": " + e.Text + "; " + e.Cure }

func refuse(r Reason, place, cure, text string, about ...any) *Error {
	return &Error{Reason: r, Place: place, Text: fmt.Sprintf(text, about...), Cure: cure}
}

// Key is a public key as its keeper knows it. From is the first instant at which it is good, Until the first at which it is
// no longer; Revoked is when it was revoked. A zero instant is no bound.
type Key struct {
	ID                   string
	Public               ed25519.PublicKey
	From, Until, Revoked time.Time
}

// Good tells whether the key may be relied on at the instant; nil, or an [*Error] with the reason. A key that is revoked is
// good for nothing from then on, whenever the signature says it was made: who has stolen it writes what date he likes.
func (k *Key) Good(now time.Time) error {
	const place = "keyid"
	switch {
	case len(k.Public) != ed25519.PublicKeySize:
		return refuse(UnknownKey, place, "register the key, or name one that is registered", "there is no key %q", k.ID)
	case !k.Revoked.IsZero() && !now.Before(k.Revoked):
		return refuse(KeyRevoked, place, "sign with a key that is in force", "the key %q was revoked on %s", k.ID, stamp(k.Revoked))
	case !k.From.IsZero() && now.Before(k.From):
		return refuse(KeyNotYet, place, "sign with a key that is in force", "the key %q is good from %s on", k.ID, stamp(k.From))
	case !k.Until.IsZero() && !now.Before(k.Until):
		return refuse(KeyExpired, place, "register a new key and sign with that", "the key %q was good until %s", k.ID, stamp(k.Until))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Policy is what a signature must satisfy.
type Policy struct {
	// Now is the instant of the check.
	Now time.Time
	// Skew is how far ahead of Now the sender's clock may be; Age how long ago the signature may have been made.
	Skew, Age time.Duration
	// Required are the components that must be covered, such as "@method" or "content-digest"; see [Complete].
	Required []string
	// Tag is the application that the signature must name; "" accepts any.
	Tag string
	// Nonce demands one.
	Nonce bool
}

// Complete is what must be covered of a request so that nothing of it can be exchanged: method and target, and the
// content with its type where there is any. With @target-uri the scheme is covered too.
func Complete(content bool) []string {
	all := []string{"@method", "@target-uri"}
	if content {
		all = append(all, "content-digest", "content-type")
	}
	return all
}

// check holds the parameters and the cover of a signature to the policy.
func (p *Policy) check(in *Input) error {
	for _, name := range p.Required {
		if !in.covers(name) {
			return refuse(Uncovered, "Signature-Input", "sign "+strings.Join(p.Required, ", "), "the signature does not cover %s", name)
		}
	}
	const place = "Signature-Input"
	switch {
	case in.Alg != "" && in.Alg != "ed25519":
		return refuse(Algorithm, place, "sign with ed25519", "the algorithm is %q", in.Alg)
	case in.KeyID == "":
		return refuse(UnknownKey, place, "give the parameter keyid", "the signature names no key")
	case in.Created.IsZero():
		return refuse(Stale, place, "give the parameter created", "the signature does not say when it was made")
	case in.Created.After(p.Now.Add(p.Skew)):
		return refuse(Skew, place, "set the sender's clock", "the signature was made at %s, and it is %s here", stamp(in.Created), stamp(p.Now))
	case p.Age > 0 && in.Created.Add(p.Age).Before(p.Now):
		return refuse(Stale, place, "sign it anew, or set the sender's clock", "the signature was made at %s, and it is %s here: more than %s ago", stamp(in.Created), stamp(p.Now), p.Age)
	case !in.Expires.IsZero() && !p.Now.Before(in.Expires):
		return refuse(Stale, place, "sign it anew", "the signature expired at %s, and it is %s here", stamp(in.Expires), stamp(p.Now))
	case p.Nonce && in.Nonce == "":
		return refuse(Unsigned, place, "give the parameter nonce, another one each time", "the signature has no nonce")
	case p.Tag != "" && in.Tag != p.Tag:
		return refuse(Uncovered, place, "give the parameter tag=\""+p.Tag+"\"", "the signature is for %q, not for %q", in.Tag, p.Tag)
	}
	return nil
}
