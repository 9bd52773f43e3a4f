// Package key is what a key of an agency's system is: a public key by which the system signs, or a certificate by which it
// connects. It holds types only; who may register one and what it is good for stands in package identity.
package key

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"time"

	"probity/internal/fault"
	"probity/signature"
)

// Kind is how a system proves itself by the key.
type Kind string

// The kinds: an Ed25519 key that signs requests, files and assertions; a certificate of mutual TLS (RFC 8705).
const (
	Signing     Kind = "signing"
	Certificate Kind = "certificate"
)

// Key is a key of an agency's system, as it is kept. The private half is never seen here.
type Key struct {
	// ID names the key wherever it is used: the thumbprint of a signing key (RFC 7638, RFC 8037) or of a certificate
	// (x5t#S256, RFC 8705), both in base64url. It is the public half's own and cannot be chosen.
	ID   string
	Kind Kind
	// Agency and System are whose key it is. Official is the name of the credential of the official who answers for what the
	// system does by itself.
	Agency, System, Official string
	// Public is the 32 octets of an Ed25519 key, or the SHA-256 of a certificate.
	Public []byte
	// From is the first instant at which it is good, Until the first at which it is no longer.
	From, Until time.Time
	// AddedBy and With are the two officials who registered it, as agency/name; Replaces is the key it took the place of.
	AddedAt       time.Time
	AddedBy, With string
	Replaces      string
	// RevokedAt is zero while it is good.
	RevokedAt         time.Time
	RevokedBy, Reason string
}

// Good tells whether the key may be relied on at the instant; see [signature.Key.Good].
func (k *Key) Good(now time.Time) error {
	s := k.Signature()
	return s.Good(now)
}

// Signature is the key as those see it who verify.
func (k *Key) Signature() signature.Key {
	return signature.Key{ID: k.ID, Public: k.Public, From: k.From, Until: k.Until, Revoked: k.RevokedAt}
}

// Token is an access token as it is kept: of its text only the digest.
type Token struct {
	Digest [32]byte
	// Key is the key by which the system got it, Credential that of the official it acts for.
	Key, Credential string
	// Certificate is the SHA-256 of the certificate it is bound to; nil where it is bound to none.
	Certificate         []byte
	IssuedAt, ExpiresAt time.Time
	RevokedAt           time.Time
}

const cure = `give an Ed25519 public key as JWK ({"kty":"OKP","crv":"Ed25519","x":...}) or PEM, or a certificate as PEM`

// longest is how many octets the text of a key or certificate has at most.
const longest = 64 << 10

// Parse reads the public key or certificate that an agency hands in: kind, id and public half are filled in. A private key is
// refused: whoever handed it in has shown it to somebody, and needs a new one.
func Parse(text []byte) (Key, error) {
	if len(text) > longest {
		return Key{}, fault.New(fault.Invalid, "key.long", "the key has more than %d octets", longest).With(cure)
	}
	text = bytes.TrimSpace(text)
	if bytes.HasPrefix(text, []byte("{")) {
		return parseJWK(text)
	}
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return Key{}, fault.New(fault.Invalid, "key.form", "it is neither a JWK nor PEM").With(cure)
	case len(bytes.TrimSpace(rest)) > 0:
		return Key{}, fault.New(fault.Invalid, "key.several", "there is more than one thing in it").With("give one key or certificate a file")
	}
	switch block.Type {
	case "PUBLIC KEY":
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		public, ok := parsed.(ed25519.PublicKey)
		if err != nil || !ok {
			return Key{}, fault.New(fault.Invalid, "key.algorithm", "it is no Ed25519 key").With(cure)
		}
		return signing(public), nil
	case "CERTIFICATE":
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return Key{}, fault.New(fault.Invalid, "key.certificate", "the certificate cannot be read: %v", err).With(cure)
		}
		return OfCertificate(block.Bytes), nil
	case "PRIVATE KEY":
		return Key{}, private()
	}
	return Key{}, fault.New(fault.Invalid, "key.form", "a PEM block %q is neither a public key nor a certificate", block.Type).With(cure)
}

// OfCertificate is the key that a certificate in DER stands for.
func OfCertificate(der []byte) Key {
	sum := sha256.Sum256(der)
	return Key{ID: base64.RawURLEncoding.EncodeToString(sum[:]), Kind: Certificate, Public: sum[:]}
}

func private() error {
	return fault.New(fault.Invalid, "key.private", "it is a private key, which nobody but its holder may see").
		With("make a new pair, for this one has been shown, and give the public half: probity key make")
}

func parseJWK(text []byte) (Key, error) {
	var j struct {
		Kty string  `json:"kty"`
		Crv string  `json:"crv"`
		X   string  `json:"x"`
		D   *string `json:"d"`
		Use string  `json:"use"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&j); err != nil {
		return Key{}, fault.New(fault.Invalid, "key.form", "the JWK cannot be read").With(cure)
	}
	if _, err := d.Token(); err != io.EOF {
		return Key{}, fault.New(fault.Invalid, "key.several", "there is more than one thing in it").With("give one key a file")
	}
	if j.D != nil {
		return Key{}, private()
	}
	x, err := base64.RawURLEncoding.Strict().DecodeString(j.X)
	if j.Kty != "OKP" || j.Crv != "Ed25519" || err != nil || len(x) != ed25519.PublicKeySize || j.Use != "" && j.Use != "sig" {
		return Key{}, fault.New(fault.Invalid, "key.algorithm", "it is no Ed25519 key for signatures").With(cure)
	}
	return signing(x), nil
}

// Thumbprint is the id of a signing key: that of its required members in their order (RFC 7638, 3).
func Thumbprint(public ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func signing(public ed25519.PublicKey) Key {
	return Key{ID: Thumbprint(public), Kind: Signing, Public: public}
}

// ReadPrivate reads the private half of a pair in PEM (PKCS #8), for those who sign.
func ReadPrivate(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block != nil {
		if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if own, ok := parsed.(ed25519.PrivateKey); ok {
				return own, nil
			}
		}
	}
	return nil, fault.New(fault.Invalid, "key.private.form", "it is no Ed25519 private key in PEM").With("make one: probity key make NAME")
}

// Pair writes both halves of a pair in PEM.
func Pair(own ed25519.PrivateKey) (private, public []byte, err error) {
	inner, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		return nil, nil, err
	}
	outer, err := x509.MarshalPKIXPublicKey(own.Public())
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: inner}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: outer}), nil
}
