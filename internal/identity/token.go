package identity

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/identity/key"
)

// TokenLife is how long an access token is good: short, since what is asked with it is asked anew in a moment.
const TokenLife = 10 * time.Minute

// assertionLife is how far ahead an assertion may expire, and how long its number is remembered beside that.
const (
	assertionLife = 10 * time.Minute
	assertionSkew = 30 * time.Second
	longestJWT    = 8 << 10
)

// The kinds of grants and of assertions that are taken (RFC 6749, 4.4; RFC 7523).
const (
	ClientCredentials = "client_credentials"
	OnBehalfOf        = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	JWTAssertion      = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// TokenRequest is what a system asks for an access token with.
type TokenRequest struct {
	// Grant is [ClientCredentials], by which the system acts for the official who answers for it, or [OnBehalfOf], by which
	// Assertion says for whom it acts.
	Grant, Assertion string
	// Client is agency/system. ClientAssertion proves it by a key (private_key_jwt), and Certificate by the connection: the
	// certificate in DER that the caller connected with, nil where it showed none.
	Client, ClientAssertionType, ClientAssertion string
	Certificate                                  []byte
	// Audiences are the names of this server that an assertion may be meant for.
	Audiences []string
}

// Issued is an access token on its way to the system. Text is kept nowhere else.
type Issued struct {
	Text      string
	ExpiresIn time.Duration
	// Credential is that of the official the system acts for.
	Credential string
	// Bound tells that it is good only with the certificate that was shown.
	Bound bool
}

func oauth(code, cure, text string, about ...any) error {
	return fault.New(fault.Unauthenticated, "oauth."+code, text, about...).With(cure)
}

// Token gives a system an access token. The key of each fault is oauth. and the code of RFC 6749, 5.2.
func (d *Desk) Token(ctx context.Context, r TokenRequest) (Issued, error) {
	k, err := d.client(ctx, &r)
	if err != nil {
		return Issued{}, err
	}
	credential := k.Official
	switch r.Grant {
	case ClientCredentials:
	case OnBehalfOf:
		a, err := d.asserted(ctx, r.Assertion, &r, "invalid_grant")
		if err != nil {
			return Issued{}, err
		}
		if a.key.Agency != k.Agency || a.key.System != k.System || a.issuer != clientOf(&k) {
			return Issued{}, oauth("invalid_grant", "sign the assertion with a key of the system that asks", "the assertion is another system's")
		}
		credential = a.subject
	default:
		return Issued{}, oauth("unsupported_grant_type", "use "+ClientCredentials+" or "+OnBehalfOf, "the grant %q is not taken here", r.Grant)
	}
	if _, err := d.Access.Behind(ctx, k, credential); err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			err = oauth("invalid_grant", "name the credential of an official of "+k.Agency, "the system cannot act for %q", credential)
		}
		return Issued{}, err
	}
	var random [32]byte
	rand.Read(random[:]) // it never fails
	issued := Issued{Text: base64.RawURLEncoding.EncodeToString(random[:]), ExpiresIn: TokenLife, Credential: credential, Bound: r.Certificate != nil}
	now := d.Now()
	t := key.Token{Digest: access.TokenDigest(issued.Text), Key: k.ID, Credential: credential, IssuedAt: now, ExpiresAt: now.Add(TokenLife)}
	if r.Certificate != nil {
		t.Certificate = key.OfCertificate(r.Certificate).Public
	}
	return issued, d.Book.AddToken(ctx, t)
}

// EndToken ends an access token of the system that asks; one that is another's, or none, is left alone without a word (RFC
// 7009, 2.2).
func (d *Desk) EndToken(ctx context.Context, r TokenRequest, text string) error {
	k, err := d.client(ctx, &r)
	if err != nil {
		return err
	}
	digest := access.TokenDigest(text)
	t, err := d.Book.Token(ctx, digest)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	owner, err := d.Book.Key(ctx, t.Key)
	if err != nil || clientOf(&owner) != clientOf(&k) {
		return err
	}
	return d.Book.RevokeToken(ctx, digest, t.Key, d.Now())
}

func clientOf(k *key.Key) string { return k.Agency + "/" + k.System }

// client proves which system asks, by its assertion or by the certificate of its connection.
func (d *Desk) client(ctx context.Context, r *TokenRequest) (key.Key, error) {
	const code = "invalid_client"
	if r.ClientAssertion == "" {
		if r.Certificate == nil {
			return key.Key{}, oauth(code, "send client_assertion (private_key_jwt), or connect with a registered certificate", "the request does not prove whose it is")
		}
		k, err := d.Book.Key(ctx, key.OfCertificate(r.Certificate).ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return key.Key{}, err
		}
		if err != nil || k.Kind != key.Certificate || clientOf(&k) != r.Client || k.Good(d.Now()) != nil {
			return key.Key{}, oauth(code, "register the certificate, and give the client_id agency/system that it is registered for",
				"the certificate of the connection is none of %q that is good", r.Client)
		}
		return k, nil
	}
	if r.ClientAssertionType != JWTAssertion {
		return key.Key{}, oauth(code, "give client_assertion_type="+JWTAssertion, "the assertion is of another kind")
	}
	a, err := d.asserted(ctx, r.ClientAssertion, r, code)
	if err != nil {
		return key.Key{}, err
	}
	own := clientOf(&a.key)
	if a.issuer != own || a.subject != own || r.Client != "" && r.Client != own {
		return key.Key{}, oauth(code, "give iss, sub and client_id as agency/system", "the assertion does not speak for %s, whose key signed it", own)
	}
	return a.key, nil
}

// assertion is a signed statement of a system.
type assertion struct {
	key             key.Key
	issuer, subject string
}

// asserted verifies a JWT that a system signed: its key, its audience, its period, and that it is seen for the first time.
func (d *Desk) asserted(ctx context.Context, text string, r *TokenRequest, code string) (assertion, error) {
	if len(text) > longestJWT {
		return assertion{}, oauth(code, "send a short one", "the assertion is too long")
	}
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(parsed.Headers) != 1 {
		return assertion{}, oauth(code, "send a JWT signed with EdDSA, with the key's id as kid", "the assertion is no JWT by an algorithm that is taken")
	}
	k, err := d.Book.Key(ctx, parsed.Headers[0].KeyID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return assertion{}, err
	}
	if err != nil || k.Kind != key.Signing {
		return assertion{}, oauth(code, "register the key: probity key add", "the key %q is not registered", parsed.Headers[0].KeyID)
	}
	now := d.Now()
	if err := k.Good(now); err != nil {
		return assertion{}, oauth(code, "sign with a key that is in force", "%s", strings.TrimPrefix(access.Unproven(err).Error(), "keyid: "))
	}
	var c jwt.Claims
	if err := parsed.Claims(ed25519.PublicKey(k.Public), &c); err != nil {
		return assertion{}, oauth(code, "sign with the key that kid names", "the signature is not that of the key %s", k.ID)
	}
	switch {
	case !slices.ContainsFunc(r.Audiences, func(a string) bool { return c.Audience.Contains(a) }):
		return assertion{}, oauth(code, "give aud as "+strings.Join(r.Audiences, " or "), "the assertion is for another server")
	case c.Expiry == nil || !now.Before(c.Expiry.Time().Add(assertionSkew)):
		return assertion{}, oauth(code, "make another, and set the clock", "the assertion has expired, or says no end")
	case c.Expiry.Time().After(now.Add(assertionLife + assertionSkew)):
		return assertion{}, oauth(code, "let it expire within ten minutes", "the assertion is good for too long")
	case c.NotBefore != nil && c.NotBefore.Time().After(now.Add(assertionSkew)), c.IssuedAt != nil && c.IssuedAt.Time().After(now.Add(assertionSkew)):
		return assertion{}, oauth(code, "set the clock", "the assertion is from the future")
	case c.ID == "" || len(c.ID) > 200:
		return assertion{}, oauth(code, "give a jti, another one each time", "the assertion has no number")
	}
	err = d.Book.Seen(ctx, k.ID, "assertion "+c.ID, now, c.Expiry.Time().Add(assertionSkew))
	if fault.Is(err, fault.Conflict) {
		err = oauth(code, "make another, with another jti", "the assertion was used before")
	}
	return assertion{k, c.Issuer, c.Subject}, err
}
