package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"probity/internal/access"
	"probity/internal/fault"
)

// Authenticator says whose credential a request shows. A request that shows none is a fault Unauthenticated whose key is
// [NoCredential]; one that shows a wrong, expired or revoked credential is Unauthenticated too. That we could not look is
// Unavailable. It is asked once for each request, and reader and official come from what it gives and from nothing else.
type Authenticator interface {
	Authenticate(r *http.Request) (access.Credential, error)
}

// NoCredential is the key of the fault that a request shows no credential of the authenticator's kind.
const NoCredential = "api.credential.none" //nolint:gosec // a key of a message, and no secret

// Basic takes the name and the secret of a local credential as HTTP Basic authentication (RFC 7617).
type Basic struct{ Desk *access.Desk }

// Authenticate proves the name and the secret.
func (b Basic) Authenticate(r *http.Request) (access.Credential, error) {
	name, secret, ok := r.BasicAuth()
	if !ok {
		return access.Credential{}, fault.New(fault.Unauthenticated, NoCredential, "the request shows no credential").
			With("send the Authorization header that your agency's credential calls for")
	}
	return b.Desk.Authenticate(r.Context(), name, secret)
}

// Either asks one authenticator after the other, until one finds a credential of its kind in the request.
type Either []Authenticator

// Authenticate gives the first credential that is found, or why it is no good.
func (e Either) Authenticate(r *http.Request) (access.Credential, error) {
	none := fault.New(fault.Unauthenticated, NoCredential, "the request shows no credential").
		With("send the Authorization header that your agency's credential calls for")
	for _, one := range e {
		c, err := one.Authenticate(r)
		var f *fault.Error
		if errors.As(err, &f) && f.Key == NoCredential {
			continue
		}
		return c, err
	}
	return access.Credential{}, none
}

// For is the header field in which who holds a mandate names the subject for whom the request is made.
const For = access.FieldPrefix + "For"

// representing is the credential with the mandate by which the request is made; itself where it names nobody.
func (a *API) representing(r *http.Request, c access.Credential) (access.Credential, error) {
	named := r.Header.Values(For)
	if len(named) == 0 {
		return c, nil
	}
	principal, err := a.room.Named(r.Context(), strings.Join(named, ", ")) // two are nobody
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return access.Credential{}, err
	}
	return a.room.Access.Represent(r.Context(), c, principal) // to who holds none, nobody and somebody are the same
}

type callerKey struct{}

// caller is who makes the request.
func caller(ctx context.Context) access.Credential {
	c, _ := ctx.Value(callerKey{}).(access.Credential)
	return c
}

// authenticated lets those requests through that show a credential, and no other. It is the one place where that is asked.
func (a *API) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := a.auth.Authenticate(r)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		if c, err = a.representing(r, c); err != nil {
			a.fail(w, r, err)
			return
		}
		known := r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
		next.ServeHTTP(w, known)
		r.Pattern = known.Pattern // the log and the metrics name the route by it
	})
}
