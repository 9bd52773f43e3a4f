// Package oauth answers agencies' systems that ask for an access token: OAuth 2.0 client credentials by private_key_jwt (RFC
// 7523) or mutual TLS (RFC 8705), revocation (RFC 7009), and the metadata by which clients find their way (RFC 8414). It
// speaks HTTP alone; who gets a token is package identity's to say.
package oauth

import (
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"probity/internal/fault"
	"probity/internal/identity"
)

// The paths that are answered.
const (
	TokenPath    = "/oauth/token" //nolint:gosec // a path, and no secret
	RevokePath   = "/oauth/revoke"
	MetadataPath = "/.well-known/oauth-authorization-server"
)

// Endpoints answer for one deployment.
type Endpoints struct {
	Desk *identity.Desk
	// Origin is the address under which the server is reached, such as https://probity.example; "" takes it from each request.
	Origin string
	// Log takes faults of our own.
	Log *slog.Logger
}

// Handler answers the three paths.
func (e *Endpoints) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+TokenPath, e.token)
	mux.HandleFunc("POST "+RevokePath, e.revoke)
	mux.HandleFunc("GET "+MetadataPath, e.metadata)
	return mux
}

// OriginOf is the address under which the request reached the server: origin, or what the request itself says where it is "".
func OriginOf(r *http.Request, origin string) string {
	if origin != "" {
		return strings.TrimSuffix(origin, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Certificate is the one in DER with which the caller connected, nil where it showed none. The handshake has proved that the
// caller holds its key; whose it is only the register says.
func Certificate(r *http.Request) []byte {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return r.TLS.PeerCertificates[0].Raw
}

// longestForm is how many octets a request's form may have.
const longestForm = 64 << 10

// form reads a request strictly: a form in the body, each parameter once (RFC 6749, 3.2).
func (e *Endpoints) form(w http.ResponseWriter, r *http.Request) (identity.TokenRequest, func(string) string, bool) {
	no := func(text string) (identity.TokenRequest, func(string) string, bool) {
		answer(w, http.StatusBadRequest, failure{"invalid_request", text})
		return identity.TokenRequest{}, nil, false
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return no("send application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		return no("the form cannot be read")
	}
	if r.URL.RawQuery != "" {
		return no("send parameters in the body, not in the address, where they end up in logs")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return no("the parameter " + name + " stands more than once")
		}
	}
	get := r.PostForm.Get
	if get("client_secret") != "" || r.Header.Get("Authorization") != "" {
		return no("secrets are not taken here: prove yourself by private_key_jwt or mutual TLS")
	}
	origin := OriginOf(r, e.Origin)
	return identity.TokenRequest{
		Grant: get("grant_type"), Assertion: get("assertion"), Client: get("client_id"), ClientAssertionType: get("client_assertion_type"),
		ClientAssertion: get("client_assertion"), Certificate: Certificate(r), Audiences: []string{origin, origin + TokenPath},
	}, get, true
}

func (e *Endpoints) token(w http.ResponseWriter, r *http.Request) {
	request, get, ok := e.form(w, r)
	if !ok {
		return
	}
	if get("scope") != "" {
		answer(w, http.StatusBadRequest, failure{"invalid_scope", "there are no scopes: what a system may do follows from whose it is and for whom it acts"})
		return
	}
	issued, err := e.Desk.Token(r.Context(), request)
	if err != nil {
		e.fail(w, err)
		return
	}
	kind := "Bearer"
	answer(w, http.StatusOK, map[string]any{"access_token": issued.Text, "token_type": kind, "expires_in": int(issued.ExpiresIn.Seconds())})
}

func (e *Endpoints) revoke(w http.ResponseWriter, r *http.Request) {
	request, get, ok := e.form(w, r)
	if !ok {
		return
	}
	if err := e.Desk.EndToken(r.Context(), request, get("token")); err != nil {
		e.fail(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

func (e *Endpoints) metadata(w http.ResponseWriter, r *http.Request) {
	origin := OriginOf(r, e.Origin)
	methods := []string{"private_key_jwt", "self_signed_tls_client_auth"}
	answer(w, http.StatusOK, map[string]any{
		"issuer": origin, "token_endpoint": origin + TokenPath, "revocation_endpoint": origin + RevokePath,
		"grant_types_supported": []string{identity.ClientCredentials, identity.OnBehalfOf}, "response_types_supported": []string{},
		"token_endpoint_auth_methods_supported": methods, "revocation_endpoint_auth_methods_supported": methods,
		"token_endpoint_auth_signing_alg_values_supported":      []string{"EdDSA"},
		"revocation_endpoint_auth_signing_alg_values_supported": []string{"EdDSA"},
		"tls_client_certificate_bound_access_tokens":            true,
	})
}

// failure is an answer of RFC 6749, 5.2.
type failure struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (e *Endpoints) fail(w http.ResponseWriter, err error) {
	f, ok := errors.AsType[*fault.Error](err)
	code, found := "", false
	if ok {
		code, found = strings.CutPrefix(f.Key, "oauth.")
	}
	if !found {
		if e.Log != nil {
			e.Log.Error("a token could not be given", "error", err)
		}
		w.Header().Set("Retry-After", "5")
		answer(w, http.StatusServiceUnavailable, failure{"temporarily_unavailable", "the register of keys cannot be looked at now"})
		return
	}
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	answer(w, status, failure{code, inASCII(f.Text + "; " + f.Cure)})
}

// inASCII leaves what an error_description may hold (RFC 6749, 5.2).
func inASCII(text string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return '\''
		}
		return c
	}, text)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever does not read it has gone
}
