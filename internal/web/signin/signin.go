// Package signin lets people in by OpenID Connect: the authorization code flow with PKCE, state and nonce, at whatever issuer
// the deployment trusts. Who signed in gets a session, whose cookie no script reads and no other site sends; whose account
// it is stands in the register that two officials wrote.
package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"probity/internal/access"
	"probity/internal/api"
	"probity/internal/fault"
	"probity/internal/identity"
	"probity/internal/identity/account"
)

// The cookies: of a session, and of a sign-in under way. The prefix has browsers hold them to this very host, over TLS. A
// demonstration on an address of one machine has no TLS, and its cookies no prefix.
const (
	SessionCookie = hostPrefix + "probity-session"
	hostPrefix    = "__Host-"
	loginCookie   = hostPrefix + "probity-login"
)

// GuardHeader carries, with whatever changes something, what GET /session gives: no other site can know it.
const GuardHeader = "Probity-Guard"

// Options are what a door is made of.
type Options struct {
	// Issuer is the address of the issuer; ClientID and ClientSecret are what it knows this deployment by. A public client has
	// no secret.
	Issuer, ClientID, ClientSecret string
	// Origin is the address under which people reach the deployment, such as https://probity.example.
	Origin string
	// Proofing says what of the issuer's words on who somebody is is relied on; nil for nothing but that it is the same as before.
	Proofing *Proofing
	// HTTP talks to the issuer; nil is the default client.
	HTTP *http.Client
	// Problem shows people in a browser why they were not let in; nil answers in JSON.
	Problem func(http.ResponseWriter, *http.Request, error)
	// Log takes faults of our own.
	Log *slog.Logger
	Now func() time.Time
}

// Proofing is how an issuer says who somebody is.
type Proofing struct {
	// Claim is the one that carries the resident number, Scope the one that it is asked for by.
	Claim, Scope string
	// Levels are the levels that the issuer's words for them (acr) stand for.
	Levels map[string]account.Level
}

// Door lets people in and out.
type Door struct {
	reception *identity.Reception
	access    *access.Desk
	options   Options

	mu     sync.Mutex
	issuer *issuer // nil until it was asked
}

// issuer is what an issuer says of itself.
type issuer struct {
	verifier *oidc.IDTokenVerifier
	config   oauth2.Config
}

// New makes a door. The issuer is asked for its metadata when the first person signs in, so that one that is away keeps nobody
// out but those who would sign in at it.
func New(reception *identity.Reception, desk *access.Desk, o Options) *Door {
	return &Door{reception: reception, access: desk, options: o}
}

// Ask asks the issuer for its metadata (OpenID Connect Discovery), unless it said so before. Where it cannot be reached the fault
// is Unavailable.
func (d *Door) Ask(ctx context.Context) error {
	_, err := d.asked(ctx)
	return err
}

func (d *Door) asked(ctx context.Context) (*issuer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.issuer != nil {
		return d.issuer, nil
	}
	o := &d.options
	provider, err := oidc.NewProvider(o.client(ctx), o.Issuer)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "signin.issuer", "the issuer %s cannot be asked: %v", o.Issuer, err).By(err).
			With("check its address; it must serve /.well-known/openid-configuration")
	}
	scopes := []string{oidc.ScopeOpenID}
	if o.Proofing != nil && o.Proofing.Scope != "" {
		scopes = append(scopes, o.Proofing.Scope)
	}
	d.issuer = &issuer{
		verifier: provider.Verifier(&oidc.Config{ClientID: o.ClientID, Now: o.Now}),
		config: oauth2.Config{
			ClientID: o.ClientID, ClientSecret: o.ClientSecret, Endpoint: provider.Endpoint(), Scopes: scopes,
			RedirectURL: strings.TrimSuffix(o.Origin, "/") + "/login/callback",
		},
	}
	return d.issuer, nil
}

// secure tells whether cookies go over TLS alone; they do wherever the origin is not plain, which it is on one machine alone.
func (d *Door) secure() bool { return !strings.HasPrefix(d.options.Origin, "http://") }

// named is the name of a cookie here.
func (d *Door) named(name string) string {
	if d.secure() {
		return name
	}
	return strings.TrimPrefix(name, hostPrefix)
}

func (o *Options) client(ctx context.Context) context.Context {
	if o.HTTP == nil {
		return ctx
	}
	return oidc.ClientContext(ctx, o.HTTP)
}

// Handler answers /login, /login/callback, /session and /logout.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", d.login)
	mux.HandleFunc("GET /login/callback", d.callback)
	mux.HandleFunc("GET /session", d.session)
	mux.HandleFunc("POST /logout", d.logout)
	return http.NewCrossOriginProtection().Handler(mux)
}

// underWay is a sign-in that waits for the issuer; it stands in a cookie of the browser that began it, so that nobody can
// finish another's.
type underWay struct {
	State, Nonce, Verifier, Back string
	// Fresh demands that the issuer sees its bearer anew.
	Fresh bool
}

func (d *Door) login(w http.ResponseWriter, r *http.Request) {
	at, err := d.asked(r.Context())
	if err != nil {
		d.fail(w, r, err)
		return
	}
	u := underWay{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Back: local(r.URL.Query().Get("back"))}
	u.Fresh = r.URL.Query().Get("step-up") != ""
	extra := []oauth2.AuthCodeOption{oidc.Nonce(u.Nonce), oauth2.S256ChallengeOption(u.Verifier)}
	if u.Fresh {
		extra = append(extra, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	text, err := json.Marshal(u)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	http.SetCookie(w, d.cookie(loginCookie, base64.RawURLEncoding.EncodeToString(text), 10*time.Minute))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, at.config.AuthCodeURL(u.State, extra...), http.StatusSeeOther)
}

// local keeps a way back on this site.
func local(back string) string {
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n") {
		return "/"
	}
	return back
}

func (d *Door) cookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{Name: d.named(name), Value: value, Path: "/", MaxAge: int(life.Seconds()), Secure: d.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode} //nolint:gosec // secure but on an address of one machine, see secure
}

func (d *Door) callback(w http.ResponseWriter, r *http.Request) {
	u, err := d.begun(r)
	http.SetCookie(w, d.cookie(loginCookie, "", -time.Second))
	w.Header().Set("Cache-Control", "no-store")
	if err != nil {
		d.fail(w, r, err)
		return
	}
	in, err := d.proved(r.Context(), r.URL.Query().Get("code"), &u)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	value, err := d.reception.Begin(r.Context(), in)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	if old, err := r.Cookie(d.named(SessionCookie)); err == nil { // whoever signs in anew leaves the session before
		if err := d.reception.Leave(r.Context(), old.Value); err != nil {
			d.fail(w, r, err)
			return
		}
	}
	http.SetCookie(w, d.cookie(SessionCookie, value, account.Life))
	http.Redirect(w, r, u.Back, http.StatusSeeOther)
}

// begun finds the sign-in that this browser began, and holds the answer to its state.
func (d *Door) begun(r *http.Request) (underWay, error) {
	var u underWay
	q := r.URL.Query()
	if q.Get("error") != "" {
		return u, fault.New(fault.Unauthenticated, "signin.refused", "the issuer did not let you in (%s)", code(q.Get("error"))).With("begin again: /login")
	}
	c, err := r.Cookie(d.named(loginCookie))
	var text []byte
	if err == nil {
		text, err = base64.RawURLEncoding.DecodeString(c.Value)
	}
	if err == nil {
		err = json.Unmarshal(text, &u)
	}
	if err != nil || u.State == "" || subtle.ConstantTimeCompare([]byte(u.State), []byte(q.Get("state"))) != 1 {
		return u, fault.New(fault.Unauthenticated, "signin.state", "this sign-in was not begun in this browser, or too long ago").With("begin again: /login")
	}
	u.Back = local(u.Back)
	return u, nil
}

// code leaves of what an issuer says only what its codes consist of.
func code(text string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c == '_' {
			return c
		}
		return -1
	}, text)
}

// proved exchanges the code and checks the ID token.
func (d *Door) proved(ctx context.Context, code string, u *underWay) (identity.SignIn, error) {
	no := func(cause error, text string) (identity.SignIn, error) {
		return identity.SignIn{}, fault.New(fault.Unauthenticated, "signin.token", "%s", text).By(cause).With("begin again: /login")
	}
	at, err := d.asked(ctx)
	if err != nil {
		return identity.SignIn{}, err
	}
	token, err := at.config.Exchange(d.options.client(ctx), code, oauth2.VerifierOption(u.Verifier))
	if err != nil {
		if _, answered := errors.AsType[*oauth2.RetrieveError](err); !answered {
			return identity.SignIn{}, fault.New(fault.Unavailable, "signin.issuer", "the issuer cannot be reached").By(err).With("try again in a few minutes")
		}
		return no(err, "the issuer does not know this sign-in any more")
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := at.verifier.Verify(d.options.client(ctx), raw)
	if err != nil {
		return no(err, "what the issuer said cannot be relied on")
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(u.Nonce)) != 1 {
		return no(nil, "what the issuer said is for another sign-in")
	}
	if id.Subject == "" {
		return no(nil, "what the issuer said is of nobody") // all such would be one
	}
	var claims struct {
		AuthTime int64    `json:"auth_time"`
		Methods  []string `json:"amr"`
	}
	if err := id.Claims(&claims); err != nil {
		return no(err, "what the issuer said cannot be read")
	}
	in := identity.SignIn{Issuer: id.Issuer, Name: id.Subject, At: id.IssuedAt, Methods: claims.Methods}
	if claims.AuthTime > 0 {
		in.At = time.Unix(claims.AuthTime, 0)
	}
	if err := d.options.Proofing.read(id, raw, &in); err != nil {
		return no(err, "what the issuer said cannot be read")
	}
	if u.Fresh && d.options.Now().Sub(in.At) >= account.Fresh {
		return no(nil, "the issuer did not ask you anew")
	}
	return in, nil
}

// read takes from what the issuer signed who its bearer is, and how sure it is of that.
func (p *Proofing) read(id *oidc.IDToken, raw string, in *identity.SignIn) error {
	if p == nil {
		return nil
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return err
	}
	acr, _ := claims["acr"].(string)
	in.Level = p.Levels[acr] // "" is a word that nobody has explained: by it nobody is bound
	in.Number, _ = claims[p.Claim].(string)
	sum := sha256.Sum256([]byte(raw))
	in.Proof = hex.EncodeToString(sum[:])
	return nil
}

// Authenticate is the credential of whoever signed in and sent the request, for the API and the pages; see [api.Authenticator].
// What changes something must carry the guard, which no other site can know.
func (d *Door) Authenticate(r *http.Request) (access.Credential, error) {
	c, err := r.Cookie(d.named(SessionCookie))
	if err != nil {
		return access.Credential{}, fault.New(fault.Unauthenticated, api.NoCredential, "nobody is signed in").With("sign in: /login")
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
	default:
		if subtle.ConstantTimeCompare([]byte(account.Guard(c.Value)), []byte(given(r))) != 1 {
			return access.Credential{}, fault.New(fault.Unauthenticated, "signin.guard", "the request does not carry the guard of the session").
				With("send what GET /session gives as guard, in the header " + GuardHeader + " or the field guard of the form")
		}
	}
	return d.access.Seated(r.Context(), c.Value)
}

// Guard is what a form of the pages carries in its field guard for whoever sent the request; "" where nobody is signed in.
func (d *Door) Guard(r *http.Request) string {
	c, err := r.Cookie(d.named(SessionCookie))
	if err != nil {
		return ""
	}
	return account.Guard(c.Value)
}

// given is the guard in the header, or in a form's field.
func given(r *http.Request) string {
	if g := r.Header.Get(GuardHeader); g != "" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return g
	}
	return r.PostFormValue("guard")
}

// session says who is signed in.
func (d *Door) session(w http.ResponseWriter, r *http.Request) {
	c, err := d.Authenticate(r)
	if err != nil {
		said(w, d.log(err))
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"credential": c.Name(), "agency": c.Agency(), "official": c.Official(), "subject": c.Subject(), "level": c.Level(), "guard": d.Guard(r),
	})
}

func (d *Door) logout(w http.ResponseWriter, r *http.Request) {
	if _, err := d.Authenticate(r); err != nil {
		d.fail(w, r, err)
		return
	}
	own, _ := r.Cookie(d.named(SessionCookie))
	if err := d.reception.Leave(r.Context(), own.Value); err != nil {
		d.fail(w, r, err)
		return
	}
	http.SetCookie(w, d.cookie(SessionCookie, "", -time.Second))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// fail shows why somebody was not let in.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	if err = d.log(err); d.options.Problem != nil {
		d.options.Problem(w, r, err)
		return
	}
	said(w, err)
}

// log writes down what is our own fault, or the issuer's, and gives back what may be shown of it.
func (d *Door) log(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if d.options.Log != nil && (!ok || f.Code != fault.Unauthenticated) {
		d.options.Log.Error("a sign-in failed", "error", err)
	}
	if ok && (f.Code == fault.Unauthenticated || f.Code == fault.Unavailable) {
		return err
	}
	return fault.New(fault.Internal, "signin.failed", "something went wrong here")
}

// said answers with a fault, in JSON.
func said(w http.ResponseWriter, err error) {
	f, _ := errors.AsType[*fault.Error](err)
	switch f.Code {
	case fault.Unauthenticated:
		answer(w, http.StatusUnauthorized, map[string]string{"key": f.Key, "detail": f.Text, "cure": f.Cure})
	case fault.Unavailable:
		answer(w, http.StatusServiceUnavailable, map[string]string{"key": f.Key, "detail": f.Text, "cure": f.Cure})
	default:
		answer(w, http.StatusInternalServerError, map[string]string{"detail": f.Text})
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever does not read it has gone
}
