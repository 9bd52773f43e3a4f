//nolint:bodyclose // each body is closed where it is read; the linter does not see through must
package signin_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/api"
	"probity/internal/demo/issuer"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/identity"
	"probity/internal/identity/account"
	"probity/internal/intake"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/web/signin"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// house is a deployment behind a door, with an issuer at which three people have accounts: two of them are bound.
type house struct {
	*testing.T
	now      time.Time
	d        *deployment.Deployment
	gu, wang access.Credential
	url      string
	issuer   string
	client   *http.Client
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, now: time.Now().UTC().Truncate(time.Second)}
	now := func() time.Time { return h.now }
	founder := access.Grant{Name: "gu", Agency: "npcic", Official: "Gu Yan"}
	h.d = must(deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), store.Demo, founder, deployment.Options{Now: now}))
	t.Cleanup(func() {
		if err := h.d.Close(); err != nil {
			t.Error(err)
		}
	})
	h.gu = must(h.d.Access.Authenticate(t.Context(), "gu", must(h.d.Wallet.Load("gu"))))
	secret := must(h.d.Access.Issue(t.Context(), h.gu, access.Credential{}, access.Grant{Name: "wang", Agency: "npcic", Official: "Wang Min"}))
	h.wang = must(h.d.Access.Authenticate(t.Context(), "wang", secret))
	must(h.d.Access.Issue(t.Context(), h.gu, access.Credential{}, access.Grant{Name: "li", Agency: "samr", Official: "Li Wei"}))

	var doors http.Handler
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { doors.ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	var chosen http.Handler
	i := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { chosen.ServeHTTP(w, r) }))
	t.Cleanup(i.Close)
	chosen = must(issuer.New(h.d.Store.Birth(), i.URL, issuer.Client{ID: "probity", Callback: s.URL + "/login/callback"}, []issuer.User{
		{Name: "li@samr", Methods: []string{"pwd", "otp"}}, {Name: "gu@npcic", Methods: []string{"pwd"}}, {Name: "stranger", Methods: []string{"pwd"}},
		{Name: "card", Methods: []string{"hwk", "pin"}, ACR: "urn:card", Number: h.number(1)}, {Name: "password", Methods: []string{"pwd"}, ACR: "urn:password", Number: h.number(1)},
		{Name: "nobody", Methods: []string{"hwk"}, ACR: "urn:card", Number: h.number(2)}, {Name: "boast", Methods: []string{"pwd"}, ACR: "urn:oath", Number: h.number(1)},
	}, now))
	h.url, h.issuer = s.URL, i.URL
	door := signin.New(h.d.Reception(), h.d.Access, signin.Options{Issuer: i.URL, ClientID: "probity", Origin: s.URL, Now: now, Proofing: &signin.Proofing{
		Claim: issuer.NumberClaim, Scope: issuer.NumberClaim, Levels: map[string]account.Level{"urn:card": account.High, "urn:password": account.Low},
	}})
	calls := api.New(h.d, api.Options{Authenticator: api.Either{door, api.Basic{Desk: h.d.Access}}, Log: slog.New(slog.DiscardHandler)}).Handler()
	mux := http.NewServeMux()
	mux.Handle("/v1/", calls)
	mux.Handle("/", door.Handler())
	doors = mux
	h.client = s.Client()
	h.client.Jar = must(cookiejar.New(nil))
	h.bind("li@samr", "li", account.Substantial)
	h.bind("gu@npcic", "gu", account.Low)
	return h
}

func (h *house) bind(name, credential string, level account.Level) {
	h.Helper()
	err := h.d.Reception().Bind(h.Context(), h.gu, h.wang, identity.Binding{Issuer: h.issuer, Name: name, Credential: credential, Level: level, Proof: strings.Repeat("ab", 32)})
	if err != nil {
		h.Fatal(err)
	}
}

// number is a resident number that can belong to nobody.
func (h *house) number(n uint64) string {
	return must(identifier.SyntheticResidentID(calendar.MustParse("1980-01-01"), n, true))
}

// signIn goes through the whole flow as somebody who has an account; it gives where the flow ended, and what was said there.
func (h *house) signIn(name, path string) (*http.Response, map[string]any) {
	h.Helper()
	page := must(h.client.Get(h.url + path))
	defer page.Body.Close()
	id := page.Request.URL.Query().Get("id")
	if id == "" {
		h.Fatalf("the issuer's page is not shown: %s %s", page.Status, must(io.ReadAll(page.Body)))
	}
	answer := must(h.client.PostForm(h.issuer+"/choose", url.Values{"id": {id}, "user": {name}}))
	defer answer.Body.Close()
	var v map[string]any
	_ = json.NewDecoder(answer.Body).Decode(&v) // the door answers in JSON, and what is behind it need not
	return answer, v
}

// session asks who is signed in.
func (h *house) session() (int, map[string]any) {
	h.Helper()
	answer := must(h.client.Get(h.url + "/session"))
	defer answer.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
		h.Fatal(err)
	}
	return answer.StatusCode, v
}

// TestSignIn: an official signs in at an issuer, acts under its own name, and leaves; the cookie is held to this host and out
// of reach of scripts, a sign-in out needs the guard, and who is bound to nobody gets no session.
func TestSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if status, _ := h.session(); status != http.StatusUnauthorized {
		t.Errorf("before: %d", status)
	}
	if answer, said := h.signIn("stranger", "/login"); answer.StatusCode != http.StatusUnauthorized || said["key"] != "identity.account.unbound" {
		t.Errorf("a stranger: %d %v", answer.StatusCode, said)
	}
	answer, _ := h.signIn("li@samr", "/login?back=/session")
	if answer.Request.URL.Path != "/session" {
		t.Errorf("came back to %s", answer.Request.URL)
	}
	set := answer.Request.Response.Header.Values("Set-Cookie")
	if all := strings.Join(set, "\n"); !strings.Contains(all, signin.SessionCookie+"=") || !strings.Contains(all, "HttpOnly; Secure; SameSite=Lax") || strings.Contains(all, "Domain") {
		t.Errorf("cookies %s", all)
	}
	status, who := h.session()
	if status != http.StatusOK || who["agency"] != "samr" || who["official"] != "Li Wei" || who["level"] != "substantial" {
		t.Fatalf("%d %v", status, who)
	}
	leave := func(guard, origin string) int {
		r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/logout", nil))
		r.Header.Set(signin.GuardHeader, guard)
		r.Header.Set("Origin", origin)
		answer := must(h.client.Do(r))
		answer.Body.Close()
		return answer.StatusCode
	}
	guard, _ := who["guard"].(string)
	if s := leave("guess", h.url); s != http.StatusUnauthorized {
		t.Errorf("left without the guard: %d", s)
	}
	if s := leave(guard, "https://elsewhere.example"); s != http.StatusForbidden {
		t.Errorf("left from another site: %d", s)
	}
	if status, _ := h.session(); status != http.StatusOK {
		t.Errorf("still signed in: %d", status)
	}
	leave(guard, h.url)
	if status, _ := h.session(); status != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", status)
	}
}

// TestSessionsEnd: unused, by their age, when the account is ended, and when the credential is revoked.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := identity.SignIn{Issuer: h.issuer, Name: "li@samr", At: h.now}
	unused := must(h.d.Reception().Begin(t.Context(), in))
	if _, err := h.d.Access.Seated(t.Context(), unused); err != nil {
		t.Errorf("just begun: %v", err)
	}
	h.now = h.now.Add(account.Idle)
	if _, err := h.d.Access.Seated(t.Context(), unused); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("unused: %v", err)
	}
	cookie := must(h.d.Reception().Begin(t.Context(), in))
	for range 23 { // used all the time, it ends by its age
		h.now = h.now.Add(29 * time.Minute)
		_, _ = h.d.Access.Seated(t.Context(), cookie)
	}
	if _, err := h.d.Access.Seated(t.Context(), cookie); err != nil {
		t.Errorf("used all the time: %v", err)
	}
	h.now = h.now.Add(time.Hour)
	if _, err := h.d.Access.Seated(t.Context(), cookie); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("older than a session may be: %v", err)
	}
	one, two := must(h.d.Reception().Begin(t.Context(), in)), must(h.d.Reception().Begin(t.Context(), identity.SignIn{Issuer: h.issuer, Name: "gu@npcic"}))
	if err := h.d.Reception().End(t.Context(), h.gu, h.issuer, "li@samr"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.d.Access.Seated(t.Context(), one); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("its account is ended: %v", err)
	}
	if err := h.d.Access.Revoke(t.Context(), h.gu, "gu"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.d.Access.Seated(t.Context(), two); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("its credential is revoked: %v", err)
	}
}

// TestStepUp: an act of great effect asks for a sign-in of the last minutes with a second factor; a local credential passes.
func TestStepUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	seated := func(name string, methods ...string) access.Credential {
		return must(h.d.Access.Seated(t.Context(), must(h.d.Reception().Begin(t.Context(), identity.SignIn{Issuer: h.issuer, Name: name, At: h.now, Methods: methods}))))
	}
	for name, c := range map[string]struct {
		as   access.Credential
		good bool
	}{
		"a password":           {seated("gu@npcic", "pwd"), false},
		"two of a kind":        {seated("gu@npcic", "pwd", "pin"), false},
		"two of two kinds":     {seated("li@samr", "pwd", "otp"), true},
		"as the issuer says":   {seated("li@samr", "mfa"), true},
		"a local credential":   {h.gu, true},
		"nothing that is said": {seated("li@samr"), false},
	} {
		if err := c.as.Stepped(h.now); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := seated("li@samr", "mfa")
	if err := c.Stepped(h.now.Add(account.Fresh)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("too long ago: %v", err)
	}
	h.signIn("gu@npcic", "/login?back=/session")
	_, who := h.session()
	approve := func(guard any) (int, string) {
		r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/v1/models/enterprise-credit/versions/1/approve", strings.NewReader(`{"report":"r1"}`)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(signin.GuardHeader, fmt.Sprint(guard))
		answer := must(h.client.Do(r))
		defer answer.Body.Close()
		var problem struct{ Key string }
		if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, problem.Key
	}
	if status, key := approve("guess"); key != "signin.guard" {
		t.Errorf("without the guard: %d %s", status, key)
	}
	if status, key := approve(who["guard"]); key != access.StepUp {
		t.Errorf("a model approved by a password alone: %d %s", status, key)
	}
	h.signIn("li@samr", "/login?step-up=1&back=/session")
	if _, who = h.session(); who["official"] != "Li Wei" {
		t.Errorf("signed in anew as another: %v", who)
	}
	if status, key := approve(who["guard"]); key == access.StepUp || key == "signin.guard" {
		t.Errorf("with a second factor: %d %s", status, key)
	}
	if status, _ := h.session(); status != http.StatusOK {
		t.Errorf("signed in anew: %d", status)
	}
}

// TestNobodyFinishesAnothersSignIn: a callback without the cookie of the browser that began, with another state, or twice.
func TestNobodyFinishesAnothersSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/login/callback") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	page := must(h.client.Get(h.url + "/login?back=//evil.example"))
	page.Body.Close()
	answer := must(h.client.PostForm(h.issuer+"/choose", url.Values{"id": {page.Request.URL.Query().Get("id")}, "user": {"li@samr"}}))
	answer.Body.Close()
	back := answer.Header.Get("Location")
	other := &http.Client{Transport: h.client.Transport}
	for name, c := range map[string]struct {
		client *http.Client
		to     string
	}{
		"another browser": {other, back},
		"another state":   {h.client, strings.Replace(back, "state=", "state=x", 1)},
	} {
		got := must(c.client.Get(c.to))
		text := must(io.ReadAll(got.Body))
		got.Body.Close()
		if got.StatusCode != http.StatusUnauthorized || !bytes.Contains(text, []byte("signin.state")) {
			t.Errorf("%s: %d %s", name, got.StatusCode, text)
		}
	}
}

// TestWhoBindsAccounts: two officials, of the agency or the founder's, with the digest of the document they saw.
func TestWhoBindsAccounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret := must(h.d.Access.Issue(t.Context(), h.gu, access.Credential{}, access.Grant{Name: "zhou", Agency: "delta-bank", Official: "Zhou Lan"}))
	bank := must(h.d.Access.Authenticate(t.Context(), "zhou", secret))
	good := identity.Binding{Issuer: h.issuer, Name: "new", Credential: "li", Level: account.High, Proof: strings.Repeat("ab", 32)}
	bare := good
	bare.Proof = ""
	for name, c := range map[string]struct {
		by, with access.Credential
		b        identity.Binding
		want     fault.Code
	}{
		"alone":              {h.gu, access.Credential{}, good, fault.Refused},
		"the same twice":     {h.gu, h.gu, good, fault.Refused},
		"a stranger":         {h.gu, bank, good, fault.Unauthenticated},
		"without a document": {h.gu, h.wang, bare, fault.Refused},
		"without a level":    {h.gu, h.wang, identity.Binding{Issuer: "i", Name: "n", Credential: "li"}, fault.Invalid},
		"bound already":      {h.gu, h.wang, identity.Binding{Issuer: h.issuer, Name: "li@samr", Credential: "gu", Level: account.Low}, fault.Conflict},
	} {
		if err := h.d.Reception().Bind(t.Context(), c.by, c.with, c.b); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := issuer.New(store.Live, h.issuer, issuer.Client{}, nil, time.Now); !fault.Is(err, fault.Refused) {
		t.Errorf("an issuer for a live database: %v", err)
	}
}

// TestTheIssuerVouches: who the issuer has proved to be somebody signs in as that one, with no official in between, and has a file of
// its own to see; not by a password, not by a word that nobody has explained, not where nothing is held on it, and not again once the
// binding was ended.
func TestTheIssuerVouches(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(h.d.Intake(nil).Ingest(t.Context(), intake.Job{
		By: must(h.d.Access.Delivery(t.Context(), h.gu, "delta-bank")), Dataset: "delta-bank.person-repayment", File: "loans.csv", Source: strings.NewReader(
			"account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on\n" +
				"A1," + h.number(1) + ",2026-01-31,consumer,10000,5000,500,500,0,current,2020-01-01\n"),
	}, nil))
	sub := must(h.d.Find(t.Context(), "id:"+h.number(1)))
	refused := func(name, key string) {
		t.Helper()
		if answer, said := h.signIn(name, "/login?back=/session"); answer.StatusCode != http.StatusUnauthorized || said["key"] != key {
			t.Errorf("%s: %d, %v", name, answer.StatusCode, said)
		}
	}
	refused("password", "identity.account.level")
	refused("boast", "identity.account.level")
	refused("nobody", "identity.account.nobody")
	refused("stranger", "identity.account.unbound")
	for range 2 {
		answer, said := h.signIn("card", "/login?back=/session")
		if answer.StatusCode != http.StatusOK || said["subject"] != sub.ID.String() || said["level"] != "high" {
			t.Fatalf("%d, %v", answer.StatusCode, said)
		}
		if own := must(h.client.Get(h.url + "/v1/subjects/" + sub.ID.String() + "/own-file")); own.StatusCode != http.StatusOK {
			t.Errorf("its own file: %s", own.Status)
		}
	}
	if err := h.d.Reception().End(t.Context(), h.gu, h.issuer, "card"); err != nil {
		t.Fatal(err)
	}
	if status, _ := h.session(); status != http.StatusUnauthorized {
		t.Errorf("after its end: %d", status)
	}
	refused("card", "identity.account.ended")
}
