package signature_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"probity/signature"
)

func encoded(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// FuzzInputs: whatever a Signature-Input field holds, what is read is written again in one form that reads the same.
func FuzzInputs(f *testing.F) {
	for _, seed := range []string{
		`sig1=("@method" "@target-uri" "content-digest");created=1618884473;keyid="k";alg="ed25519";nonce="n";tag="t"`,
		`a=();created=1, b=("date";req);expires=2`, `sig1=("a" "b"`, `sig1=("a""b")`, `sig1=(tok :AAAA: ?1 @5 12);x`, "sig1=1.5", `sig1="\x"`, "a=(),", "é=()",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		all, err := signature.Inputs(field)
		if err != nil {
			if reason(err) == signature.Reason(err.Error()) {
				t.Fatalf("%q: a refusal without a reason: %v", field, err)
			}
			return
		}
		for _, in := range all {
			base, err := signature.Base(rfcRequest(), strings.TrimPrefix(in.String(), in.Label+"="))
			if err != nil {
				continue
			}
			if again, err := signature.Inputs(in.String()); err != nil || len(again) != 1 || again[0].String() != in.String() {
				t.Fatalf("%q is not read as it is written: %v", in.String(), err)
			}
			if lines := strings.Count(base, "\n"); lines != len(in.Components) {
				t.Fatalf("%q gives a base of %d lines for %d components", field, lines, len(in.Components))
			}
		}
	})
}

// FuzzSignature: no Signature field that was not made with the key is one.
func FuzzSignature(f *testing.F) {
	for _, seed := range []string{"sig1=:AAAA:", "sig1=:" + strings.Repeat("A", 86) + "==:", "sig1=:AB==:", "sig1=?1", `sig1=(:AAAA:)`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		m := signed(t, good())
		own := m.Fields["Signature"][0]
		m.Fields["Signature"] = []string{field}
		if _, err := signature.Verify(m, "", policy(), keyOf); err == nil && !strings.Contains(field, own) {
			t.Fatalf("%q passes", field)
		}
	})
}

// FuzzContentDigest: content passes under no field that does not hold its digest.
func FuzzContentDigest(f *testing.F) {
	own := signature.ContentDigest([]byte(rfcContent))
	for _, seed := range []string{own, rfcContentDigest, "sha-256=:AAAA:", "sha-256=1", "sha-512=(:AAAA:)", "sha-256", "md5=:AAAA:"} {
		f.Add(seed)
	}
	sum256, sum512 := strings.TrimPrefix(own, "sha-256="), strings.TrimPrefix(rfcContentDigest, "sha-512=")
	f.Fuzz(func(t *testing.T, field string) {
		c, err := signature.NewContent(strings.NewReader(rfcContent), field, 18)
		if err != nil {
			return
		}
		if _, err := io.ReadAll(c); err == nil && !strings.Contains(field, sum256) && !strings.Contains(field, sum512) {
			t.Fatalf("%q passes", field)
		}
	})
}

// FuzzDetached: what is read as a detached signature is in the profile, to the letter.
func FuzzDetached(f *testing.F) {
	f.Add(encoded(`{"alg":"EdDSA","kid":"k1","b64":false,"crit":["b64"]}`) + ".." + strings.Repeat("A", 86))
	f.Add(encoded(`{"alg":"EdDSA","kid":"k1","b64":true,"crit":["b64"]}`) + ".." + strings.Repeat("A", 86))
	f.Add("..")
	f.Add(encoded(`[]`) + "..")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := signature.ParseDetached([]byte(text))
		if err != nil {
			if reason(err) == signature.Reason(err.Error()) {
				t.Fatalf("%q: a refusal without a reason: %v", text, err)
			}
			return
		}
		if d.KeyID == "" || len(d.Signature) != 64 || d.Verify(rfcKey().Public().(ed25519.PublicKey), strings.NewReader("x")) == nil {
			t.Fatalf("%q is read as %+v", text, d)
		}
	})
}
