package identity_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/identity"
	"probity/internal/identity/key"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/signature"
)

// house is a deployment with two officials of the founder, one of samr and one of another agency.
type house struct {
	*testing.T
	now                time.Time
	d                  *deployment.Deployment
	desk               *identity.Desk
	gu, wang, li, bank access.Credential
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, now: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)}
	path := storetest.Address(t, filepath.Join(t.TempDir(), "probity.db"))
	founder := access.Grant{Name: "gu", Agency: "npcic", Official: "Gu Yan"}
	h.d = must(deployment.Create(t.Context(), path, store.Demo, founder, deployment.Options{Now: func() time.Time { return h.now }}))
	t.Cleanup(func() {
		if err := h.d.Close(); err != nil {
			t.Error(err)
		}
	})
	h.desk = h.d.Identity()
	h.gu = must(h.d.Access.Authenticate(t.Context(), "gu", must(h.d.Wallet.Load("gu"))))
	h.wang = h.official("wang", "npcic", "Wang Min")
	h.li = h.official("li", "samr", "Li Wei")
	h.bank = h.official("zhou", "delta-bank", "Zhou Lan")
	return h
}

func (h *house) official(name, agency, official string) access.Credential {
	h.Helper()
	secret := must(h.d.Access.Issue(h.Context(), h.gu, access.Credential{}, access.Grant{Name: name, Agency: agency, Official: official}))
	return must(h.d.Access.Authenticate(h.Context(), name, secret))
}

func pair(t testing.TB) (ed25519.PrivateKey, []byte) {
	t.Helper()
	_, own, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, public, err := key.Pair(own)
	if err != nil {
		t.Fatal(err)
	}
	return own, public
}

// gateway registers a key of samr's gateway.
func (h *house) gateway() (ed25519.PrivateKey, key.Key) {
	h.Helper()
	own, public := pair(h.T)
	return own, must(h.desk.Register(h.Context(), h.gu, h.wang, identity.Request{Text: public, Agency: "samr", System: "gateway", Official: "li"}))
}

func faultKey(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Key + "/" + string(f.Code)
	}
	return ""
}

// TestWhoRegistersKeys: two officials of the agency or of the founder, and nobody alone, no stranger, no system.
func TestWhoRegistersKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, public := pair(t)
	good := identity.Request{Text: public, Agency: "samr", System: "gateway", Official: "li"}
	with := func(f func(*identity.Request)) identity.Request {
		r := good
		f(&r)
		return r
	}
	for name, c := range map[string]struct {
		by, with access.Credential
		r        identity.Request
		want     fault.Code
	}{
		"alone":                       {h.li, access.Credential{}, good, fault.Refused},
		"the same twice":              {h.li, h.li, good, fault.Refused},
		"by a stranger":               {h.bank, h.li, good, fault.Unauthenticated},
		"with a stranger":             {h.li, h.bank, good, fault.Unauthenticated},
		"by nobody":                   {access.Credential{}, h.li, good, fault.Unauthenticated},
		"for an official of another":  {h.gu, h.wang, with(func(r *identity.Request) { r.Official = "zhou" }), fault.Unauthenticated},
		"for an agency that is none":  {h.gu, h.wang, with(func(r *identity.Request) { r.Agency = "nobody" }), fault.Invalid},
		"a system with a bad name":    {h.gu, h.wang, with(func(r *identity.Request) { r.System = "Gate Way" }), fault.Invalid},
		"longer than two years":       {h.gu, h.wang, with(func(r *identity.Request) { r.Until = h.now.AddDate(3, 0, 0) }), fault.Invalid},
		"over before it begins":       {h.gu, h.wang, with(func(r *identity.Request) { r.Until = h.now }), fault.Invalid},
		"what is no key":              {h.gu, h.wang, with(func(r *identity.Request) { r.Text = []byte("key") }), fault.Invalid},
		"an official and the founder": {h.li, h.gu, good, ""},
	} {
		if _, err := h.desk.Register(t.Context(), c.by, c.with, c.r); c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.desk.Register(t.Context(), h.gu, h.wang, good); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same key again: %v", err)
	}
	if n := len(must(h.desk.List(t.Context(), h.li))); n != 1 {
		t.Errorf("samr sees %d keys", n)
	}
	if n := len(must(h.desk.List(t.Context(), h.bank))); n != 0 {
		t.Errorf("the bank sees %d keys of samr", n)
	}
}

// request is a request signed by a key.
func request(own ed25519.PrivateKey, id, nonce string, at time.Time, fields map[string][]string, cover ...string) *signature.Message {
	m := must(signature.Request(http.MethodGet, "https://probity.example/v1/subjects/s1", fields))
	input, sig, err := signature.Sign(m, own, signature.Params{Created: at, Nonce: nonce, KeyID: id}, append(signature.Complete(false), cover...)...)
	if err != nil {
		panic(err)
	}
	if m.Fields == nil {
		m.Fields = map[string][]string{}
	}
	m.Fields["Signature-Input"], m.Fields["Signature"] = []string{input}, []string{sig}
	return m
}

// TestASignedRequestIsACredential: the system's agency, the official behind it or the one it names, and only once; a header
// of ours that is not signed, a key revoked or replaced, an official without a credential are refused with the reason.
func TestASignedRequestIsACredential(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, k := h.gateway()
	ask := func(m *signature.Message) (access.Signed, error) { return h.d.Access.Signed(t.Context(), m, false) }
	s, err := ask(request(own, k.ID, "1", h.now, nil))
	if err != nil {
		t.Fatal(err)
	}
	c := s.Credential
	if c.Agency() != "samr" || c.Official() != "Li Wei" || c.System() != "gateway" || c.Name() != "key:"+k.ID+"/li" || s.Proof.Base == "" {
		t.Errorf("it acts as %+v", c)
	}
	if _, err := ask(request(own, k.ID, "1", h.now, nil)); faultKey(err) != "signature.replay/unauthenticated" {
		t.Errorf("the same again: %v", err)
	}
	second := h.official("chen", "samr", "Chen Yu")
	behalf := map[string][]string{access.OnBehalf: {"chen"}}
	if s, err = ask(request(own, k.ID, "2", h.now, behalf, "probity-on-behalf-of")); err != nil || s.Credential.Official() != "Chen Yu" || s.Credential.System() != "gateway" {
		t.Errorf("on behalf of another: %+v, %v", s.Credential, err)
	}
	if _, err := ask(request(own, k.ID, "3", h.now, behalf)); faultKey(err) != "signature.uncovered/unauthenticated" {
		t.Errorf("a name that is not signed: %v", err)
	}
	if _, err := ask(request(own, k.ID, "4", h.now, map[string][]string{access.OnBehalf: {"zhou"}}, "probity-on-behalf-of")); faultKey(err) != "access.behalf/unauthenticated" {
		t.Errorf("on behalf of another agency's: %v", err)
	}
	if _, err := ask(request(own, k.ID, "two", h.now, map[string][]string{access.OnBehalf: {"chen", "li"}}, "probity-on-behalf-of")); faultKey(err) != "access.behalf/unauthenticated" {
		t.Errorf("on behalf of two: %v", err)
	}
	if err := h.d.Access.Revoke(t.Context(), h.li, "chen"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(request(own, k.ID, "5", h.now, behalf, "probity-on-behalf-of")); faultKey(err) != "access.behalf/unauthenticated" {
		t.Errorf("on behalf of one who left (%v): %v", second.Name(), err)
	}
	for want, m := range map[string]*signature.Message{
		"signature.clock_skew":  request(own, k.ID, "6", h.now.Add(time.Minute), nil),
		"signature.stale":       request(own, k.ID, "7", h.now.Add(-6*time.Minute), nil),
		"signature.unknown_key": request(own, "other", "8", h.now, nil),
		"signature.unsigned":    must(signature.Request(http.MethodGet, "https://probity.example/", nil)),
	} {
		if _, err := ask(m); faultKey(err) != want+"/unauthenticated" {
			t.Errorf("%s: %v", want, err)
		}
	}
	next, public := pair(t)
	replaced := must(h.desk.Rotate(t.Context(), h.gu, h.wang, k.ID, identity.Request{Text: public}, identity.Overlap))
	for _, pair := range []struct {
		own ed25519.PrivateKey
		id  string
	}{{own, k.ID}, {next, replaced.ID}} {
		if _, err := ask(request(pair.own, pair.id, "9", h.now, nil)); err != nil {
			t.Errorf("in the overlap: %v", err)
		}
	}
	h.now = h.now.Add(identity.Overlap)
	if _, err := ask(request(own, k.ID, "10", h.now, nil)); faultKey(err) != "signature.key_expired/unauthenticated" {
		t.Errorf("after the overlap: %v", err)
	}
	if _, err := h.desk.Revoke(t.Context(), h.bank, replaced.ID, "ours now"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("revoked by a stranger: %v", err)
	}
	if _, err := h.desk.Revoke(t.Context(), h.li, replaced.ID, "the disk was stolen"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(request(next, replaced.ID, "11", h.now, nil)); faultKey(err) != "signature.key_revoked/unauthenticated" {
		t.Errorf("revoked: %v", err)
	}
	if _, err := h.desk.Revoke(t.Context(), h.li, replaced.ID, "again"); !fault.Is(err, fault.Conflict) {
		t.Errorf("revoked again: %v", err)
	}
}

// TestAKeyRevokedMeanwhile: a reading that was let in by a key is refused when the key is revoked before it is recorded.
func TestAKeyRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	report := h.inspections()
	own, k := h.gateway()
	s := must(h.d.Access.Signed(t.Context(), request(own, k.ID, "1", h.now, nil), false))
	r := access.Request{As: s.Credential, Subject: report, What: access.File, Purpose: "public-search", Basis: "government-information"}
	if _, err := h.d.Access.Open(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	must(h.desk.Revoke(t.Context(), h.li, k.ID, "stolen"))
	if _, err := h.d.Access.Open(t.Context(), r); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("read by a key that was revoked: %v", err)
	}
	found := 0
	for e := range h.entries() {
		if e.What == "file" && e.Official == "Li Wei" && strings.Contains(e.Detail, "system=gateway") {
			found++
		}
	}
	if found == 0 {
		t.Error("the ledger does not name the system beside the official")
	}
}

// TestParse: what is a key, and what is not; the thumbprint is that of RFC 8037, A.3.
func TestParse(t *testing.T) {
	t.Parallel()
	const rfc = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
	k, err := key.Parse([]byte(`{"kty":"OKP","crv":"Ed25519","x":"` + rfc + `"}`))
	if err != nil || k.ID != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" || k.Kind != key.Signing {
		t.Fatalf("%+v, %v", k, err)
	}
	own, public := pair(t)
	if k, err := key.Parse(public); err != nil || !ed25519.PublicKey(k.Public).Equal(own.Public()) {
		t.Errorf("%+v, %v", k, err)
	}
	private, _, _ := key.Pair(own)
	for want, text := range map[string]string{
		"key.private/invalid":   string(private),
		"key.algorithm/invalid": `{"kty":"EC","crv":"P-256","x":"` + rfc + `"}`,
		"key.several/invalid":   string(public) + string(public),
		"key.form/invalid":      "a key",
	} {
		if _, err := key.Parse([]byte(text)); faultKey(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, text := range []string{
		`{"kty":"OKP","crv":"Ed25519","x":"` + rfc + `","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}`,
		`{"kty":"OKP","crv":"Ed25519","x":"` + rfc + `="}`, `{"kty":"OKP","crv":"Ed25519","x":""}`,
		`{"kty":"OKP","crv":"Ed25519","use":"enc","x":"` + rfc + `"}`, `{"kty":"OKP"}{}`,
	} {
		if k, err := key.Parse([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", text, k, err)
		}
	}
}

// FuzzParse: whatever is handed in as a key, what is taken has 32 octets and their thumbprint.
func FuzzParse(f *testing.F) {
	_, public := pair(f)
	f.Add(public)
	f.Add([]byte(`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := key.Parse(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v", err)
			}
			return
		}
		if id, err := base64.RawURLEncoding.DecodeString(k.ID); err != nil || len(id) != 32 || len(k.Public) != 32 {
			t.Fatalf("%+v", k)
		}
	})
}
