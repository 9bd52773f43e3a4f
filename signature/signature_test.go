package signature_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/signature"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func policy() signature.Policy {
	return signature.Policy{Now: now, Skew: 30 * time.Second, Age: 5 * time.Minute, Required: signature.Complete(true), Tag: "probity", Nonce: true}
}

// signed is a request signed by the RFC's key with these parameters over everything that must be covered.
func signed(t testing.TB, p signature.Params, components ...string) *signature.Message {
	t.Helper()
	m := must(signature.Request("POST", "https://probity.example/v1/submissions?dataset=samr.inspection", map[string][]string{
		"Content-Type": {"text/csv"}, "Content-Digest": {signature.ContentDigest([]byte("a,b\n"))},
	}))
	if components == nil {
		components = signature.Complete(true)
	}
	input, sig, err := signature.Sign(m, rfcKey(), p, components...)
	if err != nil {
		t.Fatal(err)
	}
	m.Fields["Signature-Input"], m.Fields["Signature"] = []string{input}, []string{sig}
	return m
}

func good() signature.Params {
	return signature.Params{Created: now, Expires: now.Add(time.Minute), Nonce: "n1", KeyID: "test-key-ed25519", Tag: "probity", Named: true}
}

// TestRefusedWithAReason: each way in which a signature is not to be relied on has a reason of its own.
func TestRefusedWithAReason(t *testing.T) {
	t.Parallel()
	params := func(f func(*signature.Params)) *signature.Message {
		p := good()
		f(&p)
		return signed(t, p)
	}
	changed := func(f func(*signature.Message)) *signature.Message {
		m := signed(t, good())
		f(m)
		return m
	}
	field := func(name, value string) *signature.Message {
		return changed(func(m *signature.Message) { m.Fields[name] = []string{value} })
	}
	for _, c := range []struct {
		name string
		of   *signature.Message
		want signature.Reason
	}{
		{"good", signed(t, good()), ""},
		{"ahead within what clocks differ", params(func(p *signature.Params) { p.Created = now.Add(29 * time.Second) }), ""},
		{"ahead", params(func(p *signature.Params) { p.Created = now.Add(31 * time.Second) }), signature.Skew},
		{"old", params(func(p *signature.Params) { p.Created, p.Expires = now.Add(-6*time.Minute), time.Time{} }), signature.Stale},
		{"expired", params(func(p *signature.Params) { p.Created, p.Expires = now.Add(-time.Minute), now }), signature.Stale},
		{"without an instant", params(func(p *signature.Params) { p.Created = time.Time{} }), signature.Stale},
		{"without a nonce", params(func(p *signature.Params) { p.Nonce = "" }), signature.Unsigned},
		{"for another application", params(func(p *signature.Params) { p.Tag = "other" }), signature.Uncovered},
		{"unknown key", params(func(p *signature.Params) { p.KeyID = "nobody" }), signature.UnknownKey},
		{"digest left out", signed(t, good(), "@method", "@target-uri", "content-type"), signature.Uncovered},
		{"header changed", field("Content-Type", "text/plain"), signature.Mismatch},
		{"header doubled", changed(func(m *signature.Message) { m.Fields["content-type"] = []string{"text/csv"} }), signature.Malformed},
		{"header gone", changed(func(m *signature.Message) { delete(m.Fields, "Content-Digest") }), signature.Altered},
		{"another path", changed(func(m *signature.Message) { m.Path = "/v1/orders" }), signature.Mismatch},
		{"another query", changed(func(m *signature.Message) { m.Query = "dataset=spc.judgment" }), signature.Mismatch},
		{"another method", changed(func(m *signature.Message) { m.Method = "PUT" }), signature.Mismatch},
		{"another algorithm", field("Signature-Input", `sig1=("@method" "@target-uri" "content-digest" "content-type");created=1795435200;keyid="test-key-ed25519";alg="rsa-pss-sha512";nonce="n1";tag="probity"`), signature.Algorithm},
		{"a signature of another length", field("Signature", "sig1=:AAAA:"), signature.Algorithm},
		{"no signature", changed(func(m *signature.Message) { delete(m.Fields, "Signature") }), signature.Unsigned},
		{"another label", field("Signature", "sig2=:AAAA:"), signature.Unsigned},
		{"no structured field", field("Signature-Input", "sig1=(@method)"), signature.Malformed},
		{"an unknown parameter", field("Signature-Input", `sig1=("@method");created=1;extra="x"`), signature.Outside},
		{"a component twice", field("Signature-Input", `sig1=("@method" "@method" "@target-uri" "content-digest" "content-type");created=1795435200;keyid="test-key-ed25519";nonce="n1";tag="probity"`), signature.Malformed},
	} {
		proof, err := signature.Verify(c.of, "", policy(), keyOf)
		if reason(err) != c.want {
			t.Errorf("%s: %v, and it should be %q", c.name, err, c.want)
		}
		if err == nil && (proof.Nonce != "n1" || !ed25519.Verify(rfcKey().Public().(ed25519.PublicKey), []byte(proof.Base), proof.Signature)) {
			t.Errorf("%s: what is kept does not prove it: %+v", c.name, proof)
		}
	}
}

// TestKeysBeginAndEnd: a key is good from its first instant to before its last, and for nothing once it is revoked.
func TestKeysBeginAndEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		key  signature.Key
		want signature.Reason
	}{
		{"from now", signature.Key{From: now}, ""},
		{"from later", signature.Key{From: now.Add(1)}, signature.KeyNotYet},
		{"until later", signature.Key{Until: now.Add(1)}, ""},
		{"until now", signature.Key{Until: now}, signature.KeyExpired},
		{"revoked now", signature.Key{Revoked: now}, signature.KeyRevoked},
		{"revoked and expired", signature.Key{Revoked: now, Until: now}, signature.KeyRevoked},
	} {
		c.key.Public = rfcKey().Public().(ed25519.PublicKey)
		_, err := signature.Verify(signed(t, good()), "", policy(), func(string) (signature.Key, error) { return c.key, nil })
		if reason(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestResponse: an answer is bound to the question it answers, and to no other.
func TestResponse(t *testing.T) {
	t.Parallel()
	answer := &signature.Message{Status: 201, Request: signed(t, good()), Fields: map[string][]string{"Content-Digest": {signature.ContentDigest([]byte("{}"))}}}
	p := good()
	p.Nonce = ""
	input, sig, err := signature.Sign(answer, rfcKey(), p, "@status", "content-digest", "@method;req", "@target-uri;req", "signature;req")
	if err != nil {
		t.Fatal(err)
	}
	answer.Fields["signature-input"], answer.Fields["signature"] = []string{input}, []string{sig}
	policy := signature.Policy{Now: now, Required: []string{"@status", "content-digest"}}
	if _, err := signature.Verify(answer, "", policy, keyOf); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*signature.Message){
		"status":           func(m *signature.Message) { m.Status = 200 },
		"another question": func(m *signature.Message) { m.Request.Query = "dataset=other" },
	} {
		other, request := *answer, *answer.Request
		other.Request, other.Fields = &request, maps.Clone(answer.Fields)
		change(&other)
		if _, err := signature.Verify(&other, "", policy, keyOf); reason(err) != signature.Mismatch {
			t.Errorf("%s: %v", name, err)
		}
	}
	answer.Request = nil
	if _, err := signature.Verify(answer, "", policy, keyOf); reason(err) != signature.Uncovered {
		t.Errorf("without its question: %v", err)
	}
}

// TestDetached: a file's signature is that of the standard library, whoever of the two makes it, and of no other file.
func TestDetached(t *testing.T) {
	t.Parallel()
	public := rfcKey().Public().(ed25519.PublicKey)
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "content")
		text := must(signature.SignDetached(rfcKey(), rand.Reader, "k1", bytes.NewReader(content)))
		head, _, _ := strings.Cut(text, "..")
		d := must(signature.ParseDetached([]byte(text + "\n")))
		if d.KeyID != "k1" || !ed25519.Verify(public, append([]byte(head+"."), content...), d.Signature) {
			t.Fatalf("ours is not theirs: %s", text)
		}
		d.Signature = ed25519.Sign(rfcKey(), append([]byte(head+"."), content...))
		if err := d.Verify(public, bytes.NewReader(content)); err != nil {
			t.Fatalf("theirs is not ours: %v", err)
		}
		at := rapid.IntRange(0, len(d.Signature)*8-1).Draw(t, "bit")
		d.Signature[at/8] ^= 1 << (at % 8)
		theirs := ed25519.Verify(public, append([]byte(head+"."), content...), d.Signature)
		if err := d.Verify(public, bytes.NewReader(content)); (err == nil) != theirs || theirs {
			t.Fatalf("a bit of the signature changed: %v and %v", err, theirs)
		}
	})
	text := must(signature.SignDetached(rfcKey(), rand.Reader, "k1", strings.NewReader("a,b\n")))
	d := must(signature.ParseDetached([]byte(text)))
	if err := d.Verify(public, strings.NewReader("a,c\n")); reason(err) != signature.Mismatch {
		t.Errorf("another file: %v", err)
	}
	for _, c := range []struct {
		header string
		want   signature.Reason
	}{
		{`{"alg":"EdDSA","kid":"k1","b64":false,"crit":["b64"]}`, ""},
		{`{"alg":"Ed25519","kid":"k1","b64":false,"crit":["b64"]}`, ""},
		{`{"alg":"none","kid":"k1","b64":false,"crit":["b64"]}`, signature.Algorithm},
		{`{"alg":"HS256","kid":"k1","b64":false,"crit":["b64"]}`, signature.Algorithm},
		{`{"alg":"EdDSA","kid":"k1"}`, signature.Outside},
		{`{"alg":"EdDSA","b64":false,"crit":["b64"]}`, signature.UnknownKey},
		{`{"alg":"EdDSA","kid":"k1","b64":false,"crit":["b64","exp"]}`, signature.Outside},
		{`{"alg":"EdDSA","kid":"k1","kid":"k2","b64":false,"crit":["b64"]}`, signature.Malformed},
		{`{"alg":"EdDSA","kid":"k1","b64":false,"crit":["b64"],"jwk":{}}`, signature.Malformed},
		{`{"alg":"EdDSA","kid":"k1","b64":false,"crit":["b64"]}{}`, signature.Malformed},
	} {
		_, err := signature.ParseDetached([]byte(encoded(c.header) + ".." + strings.Repeat("A", 86)))
		if reason(err) != c.want {
			t.Errorf("%s: %v", c.header, err)
		}
	}
	for _, bad := range []string{"", "a.b.c", "..", encoded(`{}`) + "." + encoded("x") + ".AA"} {
		if _, err := signature.ParseDetached([]byte(bad)); reason(err) != signature.Malformed {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
