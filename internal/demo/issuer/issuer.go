// Package issuer is an OpenID Connect issuer for trying Probity out: it lets anybody in as whomever they choose, so that the
// demonstration and the tests run the real flow of a sign-in. It is made only for databases that were born demo.
package issuer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"probity/internal/fault"
	"probity/internal/store"
)

// User is somebody who can sign in.
type User struct {
	// Name is the claim sub; Methods are what the issuer says it saw (amr).
	Name    string
	Methods []string
	// ACR is how surely the issuer says that it knew the bearer, and Number the resident number that it says in the claim
	// [NumberClaim] to who asks for the scope of that name; "" says nothing.
	ACR, Number string
	// About says in words who that is.
	About string
}

// NumberClaim is the claim, and the scope, of the resident number.
const NumberClaim = "resident_id"

// Client is what the issuer knows a deployment by.
type Client struct {
	ID string
	// Callback is where its sign-ins go back to.
	Callback string
}

// New makes an issuer at the address for one client; a database that was not born demo gets none. The address may have a path:
// the handler answers below it.
func New(birth store.Birth, address string, client Client, users []User, now func() time.Time) (http.Handler, error) {
	if birth != store.Demo {
		return nil, fault.New(fault.Refused, "issuer.live", "an issuer that lets anybody in is for demonstrations alone").
			With("name the issuer that your officials sign in at: --issuer")
	}
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	s := &storage{client: client, users: users, now: now, key: key, path: at.Path, requests: map[string]*request{}, codes: map[string]string{}}
	config := &op.Config{CodeMethodS256: true, SupportedScopes: []string{oidc.ScopeOpenID, NumberClaim}}
	rand.Read(config.CryptoKey[:]) // it never fails
	provider, err := op.NewProvider(config, s, op.StaticIssuer(address), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /choose", s.choose)
	mux.Handle("POST /choose", op.NewIssuerInterceptor(provider.IssuerFromRequest).HandlerFunc(s.chosen(op.AuthCallbackURL(provider))))
	mux.Handle("/", provider)
	return http.StripPrefix(at.Path, mux), nil
}

// style is that of the page; its hash lets it pass the page's own policy.
const style = `body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f23; }
button { font: inherit; font-weight: 600; width: 100%; text-align: left; padding: .625rem 1rem; background: #fff; border: 1px solid #14507a; cursor: pointer; }
button:focus-visible { outline: 3px solid #e0a100; } span { display: block; font-weight: 400; color: #57606a; } p { margin: .5rem 0; }`

var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'"
}()

var page = template.Must(template.New("choose").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to try Probity</title><style>{{.Style}}</style>
<h1>Sign in to try Probity</h1><p>Choose who you are. Nobody is asked for a password here: this is a demonstration, and nobody in it exists.</p>
<form method="post" action="{{.Path}}/choose"><input type="hidden" name="id" value="{{.ID}}">
{{range .Users}}<p><button name="user" value="{{.Name}}">{{.Name}}<span>{{.About}}</span></button></p>{{end}}</form></html>`))

func (s *storage) choose(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	_ = page.Execute(w, struct { // whoever does not read it has gone
		ID, Path string
		Style    template.CSS
		Users    []User
	}{r.URL.Query().Get("id"), s.path, style, s.users})
}

func (s *storage) chosen(back func(context.Context, string) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, name := r.PostFormValue("id"), r.PostFormValue("user")
		s.mu.Lock()
		defer s.mu.Unlock()
		i := slices.IndexFunc(s.users, func(u User) bool { return u.Name == name })
		one := s.requests[id]
		if i < 0 || one == nil {
			http.Error(w, "there is no such sign-in, or nobody of that name", http.StatusBadRequest)
			return
		}
		one.user, one.at = &s.users[i], s.now()
		http.Redirect(w, r, back(r.Context(), id), http.StatusSeeOther)
	}
}

// storage is what the issuer remembers, for as long as it runs.
type storage struct {
	client Client
	users  []User
	path   string
	now    func() time.Time
	key    *ecdsa.PrivateKey

	mu       sync.Mutex
	requests map[string]*request
	codes    map[string]string // to requests
}

var errNone = errors.New("there is no such thing here")

// request is a sign-in under way.
type request struct {
	id   string
	asks *oidc.AuthRequest
	user *User
	at   time.Time
}

func (r *request) GetID() string          { return r.id }
func (r *request) GetAudience() []string  { return []string{r.asks.ClientID} }
func (r *request) GetAuthTime() time.Time { return r.at }
func (r *request) GetClientID() string    { return r.asks.ClientID }
func (r *request) GetNonce() string       { return r.asks.Nonce }
func (r *request) GetRedirectURI() string { return r.asks.RedirectURI }
func (r *request) GetScopes() []string    { return r.asks.Scopes }
func (r *request) GetState() string       { return r.asks.State }
func (r *request) Done() bool             { return r.user != nil }

func (r *request) GetResponseType() oidc.ResponseType { return r.asks.ResponseType }
func (r *request) GetResponseMode() oidc.ResponseMode { return r.asks.ResponseMode }

func (r *request) GetACR() string {
	if r.user == nil {
		return ""
	}
	return r.user.ACR
}

func (r *request) GetAMR() []string {
	if r.user == nil {
		return nil
	}
	return r.user.Methods
}

func (r *request) GetSubject() string {
	if r.user == nil {
		return ""
	}
	return r.user.Name
}

func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	if r.asks.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: r.asks.CodeChallenge, Method: r.asks.CodeChallengeMethod}
}

func (s *storage) CreateAuthRequest(_ context.Context, asks *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &request{id: rand.Text(), asks: asks}
	s.requests[one.id] = one
	return one, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.requests[id]; one != nil {
		return one, nil
	}
	return nil, errNone
}

func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	for code, of := range s.codes {
		if of == id {
			delete(s.codes, code)
		}
	}
	return nil
}

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), s.now().Add(time.Minute), nil
}

func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errNone
}

func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errNone
}

func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error { return nil }

func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	return signing{s.key}, nil
}

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{public{s.key}}, nil }

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.client.ID {
		return nil, errNone
	}
	return client{s.client, s.path}, nil
}

func (s *storage) AuthorizeClientIDSecret(context.Context, string, string) error { return errNone }

func (s *storage) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, name, _ string, scopes []string) error {
	info.Subject = name // the library would leave it out
	for i := range s.users {
		if u := &s.users[i]; u.Name == name && u.Number != "" && slices.Contains(scopes, NumberClaim) {
			info.AppendClaims(NumberClaim, u.Number)
		}
	}
	return nil
}

func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, _, subject, _ string) error {
	info.Subject = subject
	return nil
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errNone
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNone
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNone
}

func (s *storage) Health(context.Context) error { return nil }

const keyID = "demo"

type signing struct{ key *ecdsa.PrivateKey }

func (k signing) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k signing) Key() any                                    { return k.key }
func (k signing) ID() string                                  { return keyID }

type public struct{ key *ecdsa.PrivateKey }

func (k public) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k public) Key() any                           { return k.key.Public() }
func (k public) ID() string                         { return keyID }
func (k public) Use() string                        { return "sig" }

// client is a public client, which proves itself by PKCE.
type client struct {
	Client
	path string
}

func (c client) GetID() string                       { return c.ID }
func (c client) RedirectURIs() []string              { return []string{c.Callback} }
func (c client) PostLogoutRedirectURIs() []string    { return nil }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodNone }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType         { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) LoginURL(id string) string            { return c.path + "/choose?id=" + id }
func (c client) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration       { return 5 * time.Minute }
func (c client) DevMode() bool                        { return true }
func (c client) IsScopeAllowed(scope string) bool     { return scope == NumberClaim }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return false }
func (c client) ClockSkew() time.Duration             { return 0 }

func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string { //nolint:revive,staticcheck // the library's name
	return func(asked []string) []string { return asked }
}

func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func([]string) []string { return nil }
}
