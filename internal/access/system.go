package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"probity/internal/fault"
	"probity/internal/identity/key"
	"probity/signature"
)

// Systems is what the desk needs kept of agencies' systems.
type Systems interface {
	// Key finds a key by its id; NotFound where there is none.
	Key(ctx context.Context, id string) (key.Key, error)
	// Token finds an access token by the digest of its text; NotFound where there is none.
	Token(ctx context.Context, digest [32]byte) (key.Token, error)
	// Seen remembers until the instant that the key used the nonce. It is a Conflict where it did before.
	Seen(ctx context.Context, key, nonce string, now, until time.Time) error
}

// Knowing gives the desk the register of agencies' systems, and gives the desk back. It is for the wiring, before the desk
// is used.
func (d *Desk) Knowing(s Systems) *Desk {
	d.systems = s
	return d
}

// The clocks of sender and receiver may differ by skew. A signature is good for signatureAge; its nonce is remembered so
// long that it never passes twice.
const (
	skew         = 30 * time.Second
	signatureAge = 5 * time.Minute
)

// OnBehalf is the header field in which a signed request names the official it is made for, by the name of a credential. It
// must be covered by the signature, as must every field that begins with FieldPrefix.
const (
	FieldPrefix = "Probity-"
	OnBehalf    = FieldPrefix + "On-Behalf-Of"
)

// CredentialPrefix is how the names of those credentials begin that a system has: key:ID/NAME, of its key and of the
// official's own credential. Both are asked again in the transaction that records a read.
const CredentialPrefix = "key:"

// Signed is who signed a request, with what proves it.
type Signed struct {
	Credential Credential
	Key        key.Key
	Proof      signature.Proof
}

// Signed verifies the signature of a request (RFC 9421) and gives the credential of the system that signed it. With content
// the digest of the content must be covered; whoever reads the content must hold it to that digest, see
// [signature.Content]. A request passes once: its nonce is remembered.
func (d *Desk) Signed(ctx context.Context, m *signature.Message, content bool) (Signed, error) {
	now := d.now()
	required := signature.Complete(content)
	onBehalf := ""
	for name, lines := range m.Fields {
		if strings.HasPrefix(textproto.CanonicalMIMEHeaderKey(name), FieldPrefix) {
			required = append(required, strings.ToLower(name))
		}
		if strings.EqualFold(name, OnBehalf) {
			onBehalf = strings.Join(lines, ", ") // two names are nobody's, and no reason to take a third
		}
	}
	slices.Sort(required)
	var k key.Key
	policy := signature.Policy{Now: now, Skew: skew, Age: signatureAge, Required: required, Nonce: true}
	proof, err := signature.Verify(m, "", policy, func(id string) (signature.Key, error) {
		var err error
		k, err = d.signingKey(ctx, id)
		return k.Signature(), err
	})
	if err != nil {
		return Signed{}, Unproven(err)
	}
	err = d.systems.Seen(ctx, k.ID, "request "+proof.Nonce, now, proof.Created.Add(signatureAge+skew))
	if fault.Is(err, fault.Conflict) {
		return Signed{}, Unproven(&signature.Error{
			Reason: signature.Replay, Place: "nonce", Text: "the request was received before", Cure: "sign each request anew, with another nonce",
		})
	}
	if err != nil {
		return Signed{}, err
	}
	if onBehalf == "" {
		onBehalf = k.Official
	}
	c, err := d.through(ctx, k, onBehalf)
	return Signed{c, k, proof}, err
}

// signingKey finds a key for those who verify; one that nobody registered is a key without a public half.
func (d *Desk) signingKey(ctx context.Context, id string) (key.Key, error) {
	if d.systems == nil {
		return key.Key{ID: id}, nil
	}
	k, err := d.systems.Key(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && k.Kind != key.Signing {
		return key.Key{ID: id}, nil
	}
	return k, err
}

// FileSigned verifies a detached signature beside a file: its key must be one of the agency's. The content is verified by
// whoever reads it, see [signature.Detached.Verify]. An unknown, expired or revoked key is refused with its reason.
func (d *Desk) FileSigned(ctx context.Context, s *signature.Detached, agency string) (key.Key, error) {
	k, err := d.signingKey(ctx, s.KeyID)
	if err != nil {
		return key.Key{}, err
	}
	if err := k.Good(d.now()); err != nil {
		return key.Key{}, Unproven(err)
	}
	if k.Agency != agency {
		return key.Key{}, Unproven(&signature.Error{
			Reason: signature.UnknownKey, Place: "kid", Text: "the key " + k.ID + " is none of " + agency + "'s",
			Cure: "sign with a key that is registered for the agency that sends the file",
		})
	}
	return k, nil
}

// TokenDigest is what is kept of an access token, which is 256 random bits.
func TokenDigest(token string) [32]byte { return sha256.Sum256([]byte("token\x00" + token)) }

// Bearer turns an access token into the credential of the system it was issued to. certificate is the SHA-256 of the one
// with which the caller connected, nil where it showed none: a token that is bound to a certificate is good for nobody else
// (RFC 8705, 3). The token, its key and the official's own credential are looked up each time, so that ending one of them
// ends it at once.
func (d *Desk) Bearer(ctx context.Context, token string, certificate []byte) (Credential, error) {
	no := func(text, cure string) (Credential, error) {
		return Credential{}, fault.New(fault.Unauthenticated, "access.token", "%s", text).With(cure)
	}
	const anew = "ask for a new one: POST /oauth/token"
	if d.systems == nil {
		return no("no access token is known here", anew)
	}
	t, err := d.systems.Token(ctx, TokenDigest(token))
	now := d.now()
	switch {
	case fault.Is(err, fault.NotFound):
		return no("the access token is not known", anew)
	case err != nil:
		return Credential{}, err
	case !t.RevokedAt.IsZero():
		return no("the access token was revoked", anew)
	case !now.Before(t.ExpiresAt):
		return no("the access token expired at "+t.ExpiresAt.UTC().Format(time.RFC3339), anew)
	case len(t.Certificate) > 0 && subtle.ConstantTimeCompare(t.Certificate, certificate) != 1:
		return no("the access token is bound to a certificate that was not shown", "connect with the certificate with which the token was asked for")
	}
	k, err := d.systems.Key(ctx, t.Key)
	if err != nil {
		return Credential{}, err
	}
	if err := k.Good(now); err != nil {
		return Credential{}, Unproven(err)
	}
	return d.through(ctx, k, t.Credential)
}

// Behind is the grant of the official for whom a system may act by the key: one of the same agency, whose credential is good.
func (d *Desk) Behind(ctx context.Context, k key.Key, name string) (Grant, error) {
	g, err := d.store.Credential(ctx, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Grant{}, err
	}
	if err != nil || !g.RevokedAt.IsZero() || g.Official == "" || g.Agency != k.Agency {
		return Grant{}, fault.New(fault.Unauthenticated, "access.behalf", "the system %s of %s cannot act for %q: that is no official of %s with a credential that is good", k.System, k.Agency, name, k.Agency).
			With("name the credential of an official of " + k.Agency)
	}
	return g, nil
}

// through is the credential of a system that acts for an official of its agency.
func (d *Desk) through(ctx context.Context, k key.Key, name string) (Credential, error) {
	g, err := d.Behind(ctx, k, name)
	if err != nil {
		return Credential{}, err
	}
	return d.appointed(ctx, Credential{name: CredentialPrefix + k.ID + "/" + g.Name, agency: k.Agency, official: g.Official, system: k.System})
}

// System is the agency's system through which the official acts, "" where the official acts itself.
func (c Credential) System() string { return c.system }

// Unproven is the fault of what a signature was refused for; its key ends in the reason, such as signature.replay. Other
// errors stay as they are.
func Unproven(err error) error {
	e, ok := errors.AsType[*signature.Error](err)
	if !ok {
		return err
	}
	code := fault.Unauthenticated
	if e.Reason == signature.Truncated || e.Reason == signature.Altered || e.Reason == signature.Malformed {
		code = fault.Invalid
	}
	return fault.New(code, "signature."+string(e.Reason), "%s", e.Text).At(e.Place).With(e.Cure)
}
