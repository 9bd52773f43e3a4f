package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"probity/internal/access"
	"probity/internal/api/oauth"
	"probity/internal/fault"
	"probity/internal/identity/key"
	"probity/signature"
)

// Bearer takes the access token of an agency's system (RFC 6750), in the header alone. Where the caller connected with a
// certificate the token may be bound to that one (RFC 8705).
type Bearer struct{ Desk *access.Desk }

// Authenticate looks the token up.
func (b Bearer) Authenticate(r *http.Request) (access.Credential, error) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return access.Credential{}, fault.New(fault.Unauthenticated, NoCredential, "the request shows no access token")
	}
	var certificate []byte
	if der := oauth.Certificate(r); der != nil {
		certificate = key.OfCertificate(der).Public
	}
	return b.Desk.Bearer(r.Context(), strings.TrimSpace(token), certificate)
}

// Signature takes the signature of an agency's system over the request (RFC 9421). The content is held to its digest: short
// content before anything is done, long content while it is read, and then its end is an error where it is another.
type Signature struct {
	Desk *access.Desk
	// Origin is the address under which the server is reached, see [oauth.Endpoints].
	Origin string
}

// shortContent is how much content is read before a request is answered, so that it is refused whole.
const shortContent = 1 << 20

type signedKey struct{}

// SignedBy is the signature by which the request was let in; false where it was let in otherwise.
func SignedBy(ctx context.Context) (access.Signed, bool) {
	s, ok := ctx.Value(signedKey{}).(access.Signed)
	return s, ok
}

// Authenticate verifies the signature, remembers it in the request's context, and puts the reader that checks the content in
// place of the request's body.
func (s Signature) Authenticate(r *http.Request) (access.Credential, error) {
	if r.Header.Get("Signature-Input") == "" && r.Header.Get("Signature") == "" {
		return access.Credential{}, fault.New(fault.Unauthenticated, NoCredential, "the request is not signed")
	}
	fields := r.Header.Clone()
	m, err := signature.Request(r.Method, oauth.OriginOf(r, s.Origin)+r.URL.RequestURI(), fields)
	if err != nil {
		return access.Credential{}, access.Unproven(err)
	}
	content := r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0
	signed, err := s.Desk.Signed(r.Context(), m, content)
	if err != nil {
		return access.Credential{}, err
	}
	if content {
		if err := checked(r); err != nil {
			return access.Credential{}, err
		}
	}
	*r = *r.WithContext(context.WithValue(r.Context(), signedKey{}, signed))
	return signed.Credential, nil
}

// checked has the request's body give what was signed, or an error.
func checked(r *http.Request) error {
	c, err := signature.NewContent(r.Body, r.Header.Get("Content-Digest"), r.ContentLength)
	if err != nil {
		return access.Unproven(err)
	}
	if r.ContentLength < 0 || r.ContentLength > shortContent {
		r.Body = body{c, r.Body}
		return nil
	}
	whole, err := io.ReadAll(c)
	if err != nil {
		if _, ours := errors.AsType[*signature.Error](err); !ours {
			return fault.New(fault.Invalid, "api.body", "the request's content did not come in whole").By(err).With("send it again")
		}
		return access.Unproven(err)
	}
	r.Body = body{bytes.NewReader(whole), r.Body}
	return nil
}

// body reads from one place and closes another.
type body struct {
	io.Reader
	io.Closer
}
