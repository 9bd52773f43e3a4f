package api_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"probity/internal/access"
	"probity/internal/identity"
	"probity/internal/identity/key"
	"probity/signature"
)

// gateway registers the key or certificate of samr's gateway, whose official is samr-clerk.
func (w *world) gateway(public []byte) key.Key {
	w.t.Helper()
	return must(w.Identity().Register(w.t.Context(), w.credential("first"), w.credential("second"),
		identity.Request{Text: public, Agency: "samr", System: "gateway", Official: "samr-clerk"}))
}

func (w *world) pair() (ed25519.PrivateKey, key.Key) {
	w.t.Helper()
	_, own, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	_, public, err := key.Pair(own)
	if err != nil {
		w.t.Fatal(err)
	}
	return own, w.gateway(public)
}

// assertion is a JWT for the server, from noon for five minutes.
func assertion(own any, kid, subject, audience, id string, change ...func(*jwt.Claims)) string {
	algorithm := jose.EdDSA
	if _, shared := own.([]byte); shared {
		algorithm = jose.HS256
	}
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: own, KeyID: kid}}, nil))
	c := jwt.Claims{Issuer: "samr/gateway", Subject: subject, Audience: jwt.Audience{audience}, ID: id, Expiry: jwt.NewNumericDate(noon.Add(5 * time.Minute))}
	for _, f := range change {
		f(&c)
	}
	return must(jwt.Signed(signer).Claims(c).Serialize())
}

// post sends a form and reads the answer.
func post(t *testing.T, client *http.Client, address string, form url.Values) (int, map[string]any) {
	t.Helper()
	answer, err := client.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var v map[string]any
	text := must(io.ReadAll(answer.Body))
	if len(text) > 0 {
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return answer.StatusCode, v
}

func credentials(assertion string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {identity.JWTAssertion}, "client_assertion": {assertion}}
}

// bearer reads a company's rating with a token.
func (w *world) bearer(client *http.Client, origin, token string) int {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.t.Context(), http.MethodGet, origin+"/v1/subjects/"+w.company.String()+"/ratings/enterprise-credit/band", nil))
	for name, value := range supervising {
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestTokenByAKey: private_key_jwt, from the metadata to a reading under the official's and the system's name; each way in
// which an assertion is not to be relied on is refused; revoking ends a token at once.
func TestTokenByAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, k := w.pair()
	var meta struct {
		Issuer        string
		TokenEndpoint string `json:"token_endpoint"`
	}
	answer := must(http.Get(w.url + "/.well-known/oauth-authorization-server"))
	if err := json.NewDecoder(answer.Body).Decode(&meta); err != nil || meta.Issuer != w.url {
		t.Fatalf("%+v, %v", meta, err)
	}
	answer.Body.Close()
	status, got := post(t, http.DefaultClient, meta.TokenEndpoint, credentials(assertion(own, k.ID, "samr/gateway", meta.Issuer, "1")))
	token, _ := got["access_token"].(string)
	if status != http.StatusOK || token == "" || got["token_type"] != "Bearer" || got["expires_in"] != 600.0 {
		t.Fatalf("%d %v", status, got)
	}
	if s := w.bearer(http.DefaultClient, w.url, token); s != http.StatusOK {
		t.Fatalf("read with the token: %d", s)
	}
	if !w.read("Li Na", "system=gateway") {
		t.Error("the ledger does not name official and system")
	}
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := func(id string, f func(*jwt.Claims)) url.Values {
		return credentials(assertion(own, k.ID, "samr/gateway", meta.Issuer, id, f))
	}
	for name, c := range map[string]struct {
		form url.Values
		code string
	}{
		"used before":          {credentials(assertion(own, k.ID, "samr/gateway", meta.Issuer, "1")), "invalid_client"},
		"for another server":   {credentials(assertion(own, k.ID, "samr/gateway", "https://other.example", "2")), "invalid_client"},
		"by another's key":     {credentials(assertion(stranger, k.ID, "samr/gateway", meta.Issuer, "3")), "invalid_client"},
		"by no key":            {credentials(assertion(stranger, "nobody", "samr/gateway", meta.Issuer, "4")), "invalid_client"},
		"for another system":   {credentials(assertion(own, k.ID, "samr/other", meta.Issuer, "5")), "invalid_client"},
		"expired":              {at("6", func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(noon.Add(-time.Minute)) }), "invalid_client"},
		"good for a day":       {at("7", func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(noon.Add(24 * time.Hour)) }), "invalid_client"},
		"without an end":       {at("8", func(c *jwt.Claims) { c.Expiry = nil }), "invalid_client"},
		"from the future":      {at("9", func(c *jwt.Claims) { c.NotBefore = jwt.NewNumericDate(noon.Add(time.Hour)) }), "invalid_client"},
		"without a number":     {at("", func(*jwt.Claims) {}), "invalid_client"},
		"by a shared secret":   {credentials(assertion(k.Public, k.ID, "samr/gateway", meta.Issuer, "10")), "invalid_client"},
		"by nothing":           {url.Values{"grant_type": {"client_credentials"}, "client_id": {"samr/gateway"}}, "invalid_client"},
		"with a secret":        {url.Values{"grant_type": {"client_credentials"}, "client_secret": {"x"}}, "invalid_request"},
		"with a parameter two": {url.Values{"grant_type": {"client_credentials", "password"}}, "invalid_request"},
	} {
		if status, got := post(t, http.DefaultClient, meta.TokenEndpoint, c.form); status < 400 || status > 401 || got["error"] != c.code {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	form := credentials(assertion(own, k.ID, "samr/gateway", meta.Issuer, "20"))
	form.Set("grant_type", "password")
	if status, got := post(t, http.DefaultClient, meta.TokenEndpoint, form); status != http.StatusBadRequest || got["error"] != "unsupported_grant_type" {
		t.Errorf("by password: %d %v", status, got)
	}
	form = credentials(assertion(own, k.ID, "samr/gateway", meta.Issuer, "21"))
	form.Set("token", token)
	if status, _ := post(t, http.DefaultClient, w.url+"/oauth/revoke", form); status != http.StatusOK {
		t.Errorf("revoked: %d", status)
	}
	if s := w.bearer(http.DefaultClient, w.url, token); s != http.StatusUnauthorized {
		t.Errorf("read with a revoked token: %d", s)
	}
	_, got = post(t, http.DefaultClient, meta.TokenEndpoint, credentials(assertion(own, k.ID, "samr/gateway", meta.Issuer, "22")))
	token, _ = got["access_token"].(string)
	must(w.Identity().Revoke(t.Context(), w.credential("samr-clerk"), k.ID, "stolen"))
	if s := w.bearer(http.DefaultClient, w.url, token); s != http.StatusUnauthorized {
		t.Errorf("read by a token of a revoked key: %d", s)
	}
}

// read tells whether the ledger has a reading by the official with the words in its detail.
func (w *world) read(official, detail string) bool {
	w.t.Helper()
	for e, err := range w.Entries(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		if e.Act == "read" && e.Official == official && strings.Contains(e.Detail, detail) {
			return true
		}
	}
	return false
}

// TestTokenOnBehalfOfAnOfficial: the system's signed assertion says for whom it acts, and both stand in the ledger.
func TestTokenOnBehalfOfAnOfficial(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, k := w.pair()
	ask := func(id, official string) (int, map[string]any) {
		form := credentials(assertion(own, k.ID, "samr/gateway", w.url, "client "+id))
		form.Set("grant_type", identity.OnBehalfOf)
		form.Set("assertion", assertion(own, k.ID, official, w.url, "grant "+id))
		return post(t, http.DefaultClient, w.url+"/oauth/token", form)
	}
	status, got := ask("1", "samr-other")
	token, _ := got["access_token"].(string)
	if status != http.StatusOK || w.bearer(http.DefaultClient, w.url, token) != http.StatusOK || !w.read("Zhao Lei", "system=gateway") {
		t.Errorf("%d %v", status, got)
	}
	for name, official := range map[string]string{"another agency's": "mof", "a subject": "own", "nobody": "no-one"} {
		if status, got := ask(name, official); status != http.StatusBadRequest || got["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	if err := w.Access.Revoke(t.Context(), w.credential("samr-clerk"), "samr-other"); err != nil {
		t.Fatal(err)
	}
	if s := w.bearer(http.DefaultClient, w.url, token); s != http.StatusUnauthorized {
		t.Errorf("on behalf of one who left: %d", s)
	}
}

// certificate makes one that signs itself, as systems use for mutual TLS.
func certificate(t *testing.T) (tls.Certificate, []byte) {
	t.Helper()
	own := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der := must(x509.CreateCertificate(rand.Reader, template, template, own.Public(), own))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: own}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestTokenByMutualTLS: who connects with a registered certificate gets a token that is good with that certificate alone.
func TestTokenByMutualTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := httptest.NewUnstartedServer(w.api.Handler())
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)
	with := func(certs ...tls.Certificate) *http.Client {
		pool := x509.NewCertPool()
		pool.AddCert(s.Certificate())
		return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certs, MinVersion: tls.VersionTLS12}}}
	}
	own, public := certificate(t)
	other, _ := certificate(t)
	w.gateway(public)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"samr/gateway"}}
	status, got := post(t, with(own), s.URL+"/oauth/token", form)
	token, _ := got["access_token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("%d %v", status, got)
	}
	for name, c := range map[string]struct {
		client *http.Client
		want   int
	}{"its own": {with(own), 200}, "another's": {with(other), 401}, "none": {with(), 401}} {
		if got := w.bearer(c.client, s.URL, token); got != c.want {
			t.Errorf("read with the token and %s certificate: %d", name, got)
		}
	}
	for name, c := range map[string]*http.Client{"one that nobody registered": with(other), "none": with()} {
		if status, got := post(t, c, s.URL+"/oauth/token", form); status != http.StatusUnauthorized || got["error"] != "invalid_client" {
			t.Errorf("asked with %s: %d %v", name, status, got)
		}
	}
	form.Set("client_id", "samr/other")
	if status, _ := post(t, with(own), s.URL+"/oauth/token", form); status != http.StatusUnauthorized {
		t.Errorf("for another system: %d", status)
	}
}

// TestASignedRequest: a decision asked for under the agency's signature; what was changed on the way is refused with the
// reason, and a request passes once.
func TestASignedRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, k := w.pair()
	content := must(json.Marshal(map[string]any{"subject": w.company.String(), "measure": "bidding-ban"}))
	send := func(nonce string, change func(*http.Request)) (int, map[string]any) {
		r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v1/decisions", bytes.NewReader(content)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-Digest", signature.ContentDigest(content))
		cover := signature.Complete(true)
		for name, value := range procuring {
			r.Header.Set(name, value)
			cover = append(cover, name)
		}
		m := must(signature.Request(r.Method, r.URL.String(), r.Header))
		input, sig, err := signature.Sign(m, own, signature.Params{Created: noon, Nonce: nonce, KeyID: k.ID}, cover...)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Signature-Input", input)
		r.Header.Set("Signature", sig)
		if change != nil {
			change(r)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var v map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, v
	}
	if status, got := send("1", nil); status != http.StatusOK || text(got["outcome"]) != "clear" || !w.read("Li Na", "system=gateway") {
		t.Fatalf("%d %v", status, got)
	}
	for want, change := range map[string]func(*http.Request){
		"signature.altered":   func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(bytes.ToUpper(content))) },
		"signature.mismatch":  func(r *http.Request) { r.Header.Set("Probity-Case", "2026-999") },
		"signature.uncovered": func(r *http.Request) { r.Header.Set(access.OnBehalf, "samr-other") },
		"signature.unsigned":  func(r *http.Request) { r.Header.Del("Signature") },
	} {
		if _, got := send("changed "+want, change); text(got["key"]) != want {
			t.Errorf("%s: %v", want, got)
		}
	}
	if _, got := send("1", nil); text(got["key"]) != "signature.replay" {
		t.Errorf("sent again: %v", got)
	}
}

// TestASignedSubmission: a file under the agency's signature, promised at once; one that is short, or is another at its end,
// is refused, whatever its length, and a sender that may send signed files only sends no others.
func TestASignedSubmission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, k := w.pair()
	if err := w.Identity().Demand(t.Context(), w.credential("first"), w.credential("second"), "samr", "", true); err != nil {
		t.Fatal(err)
	}
	send := func(nonce, signed, sent string, length int64) (int, map[string]any) {
		r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v1/submissions?dataset=samr.inspection", strings.NewReader(sent)))
		r.ContentLength = length
		r.Header.Set("Content-Type", "application/octet-stream")
		r.Header.Set("Content-Digest", signature.ContentDigest([]byte(signed)))
		m := must(signature.Request(r.Method, r.URL.String(), r.Header))
		input, sig, err := signature.Sign(m, own, signature.Params{Created: noon, Nonce: nonce, KeyID: k.ID}, signature.Complete(true)...)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Signature-Input", input)
		r.Header.Set("Signature", sig)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var v map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, v
	}
	file := inspections(9, 3)
	status, got := send("1", file, file, int64(len(file)))
	if status != http.StatusCreated || got["key"] != k.ID || !strings.HasPrefix(text(got["promise"]), "probity promise v1") {
		t.Fatalf("%d %v", status, got)
	}
	other := inspections(10, 3)
	for name, length := range map[string]int64{"known": int64(len(other)), "unknown": -1} {
		if status, got := send("2"+name, file, other, length); status < 400 || text(got["key"]) != "signature.altered" {
			t.Errorf("another file of %s length: %d %v", name, status, got)
		}
	}
	if status, got := send("3", file, file[:len(file)-9], -1); status < 400 || text(got["key"]) != "signature.altered" {
		t.Errorf("a short file: %d %v", status, got)
	}
	if p := want[map[string]any](w, http.StatusForbidden, "samr-clerk", "POST", "/v1/submissions?dataset=samr.inspection", other); p["key"] != "intake.unsigned" {
		t.Errorf("unsigned: %v", p)
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
