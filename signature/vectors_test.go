package signature_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"probity/signature"
)

// The keys and messages of RFC 9421, Appendix B.
const (
	rfcEd25519Private = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU"
	rfcEd25519Public  = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"
	rfcSharedSecret   = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
	rfcPSSPublic      = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`
	rfcP256Public = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`
	rfcContent        = `{"hello": "world"}`
	rfcContentDigest  = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
	rfcAnswer         = `{"message": "good dog"}`
	rfcResponseDigest = "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"
	rfcClientCert     = ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:"
	rfcCreated        = 1618884473
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func rfcKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(must(base64.RawURLEncoding.DecodeString(rfcEd25519Private)))
}

func keyOf(id string) (signature.Key, error) {
	if id != "test-key-ed25519" {
		return signature.Key{}, nil
	}
	return signature.Key{Public: must(base64.RawURLEncoding.DecodeString(rfcEd25519Public))}, nil
}

func rfcRequest() *signature.Message {
	return must(signature.Request("POST", "https://example.com/foo?param=Value&Pet=dog", map[string][]string{
		"Date": {"Tue, 20 Apr 2021 02:07:55 GMT"}, "Content-Type": {"application/json"},
		"Content-Digest": {rfcContentDigest}, "Content-Length": {"18"},
	}))
}

func rfcResponse() *signature.Message {
	return &signature.Message{Status: 200, Fields: map[string][]string{
		"date": {"Tue, 20 Apr 2021 02:07:56 GMT"}, "content-type": {"application/json"},
		"content-digest": {rfcResponseDigest}, "content-length": {"23"},
	}}
}

func public(text string) any {
	block, _ := pem.Decode([]byte(text))
	return must(x509.ParsePKIXPublicKey(block.Bytes))
}

// TestAppendixB: the signatures that RFC 9421 prints are those of our own signature bases: those of Ed25519 are made to the
// octet and verified, those of other algorithms are checked over our bases with the standard library.
func TestAppendixB(t *testing.T) {
	t.Parallel()
	pss := func(base string, sig []byte) bool {
		sum := sha512.Sum512([]byte(base))
		return rsa.VerifyPSS(public(rfcPSSPublic).(*rsa.PublicKey), crypto.SHA512, sum[:], sig, nil) == nil
	}
	p256 := func(base string, sig []byte) bool {
		sum := sha256.Sum256([]byte(base))
		return ecdsa.Verify(public(rfcP256Public).(*ecdsa.PublicKey), sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	}
	shared := func(base string, sig []byte) bool {
		h := hmac.New(sha256.New, must(base64.StdEncoding.DecodeString(rfcSharedSecret)))
		h.Write([]byte(base))
		return hmac.Equal(h.Sum(nil), sig)
	}
	ed := func(base string, sig []byte) bool {
		return ed25519.Verify(rfcKey().Public().(ed25519.PublicKey), []byte(base), sig)
	}
	proxied := must(signature.Request("POST", "https://service.internal.example/foo?param=Value&Pet=dog", map[string][]string{"Client-Cert": {rfcClientCert}}))
	for _, v := range []struct {
		name, input, sig string
		of               *signature.Message
		verifies         func(string, []byte) bool
	}{
		{
			"B.2.1", `();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"`,
			"d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
			rfcRequest(), pss,
		},
		{
			"B.2.3", `("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"`,
			"bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
			rfcRequest(), pss,
		},
		{
			"B.2.4", `("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"`,
			"wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
			rfcResponse(), p256,
		},
		{
			"B.2.5", `("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`,
			"pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=", rfcRequest(), shared,
		},
		{
			"B.2.6", `("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
			"wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==", rfcRequest(), ed,
		},
		{
			"B.3", `("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"`,
			"xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==", proxied, p256,
		},
	} {
		base, err := signature.Base(v.of, v.input)
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		if !strings.HasSuffix(base, `"@signature-params": `+v.input) {
			t.Errorf("%s: the parameters are not written as they came: %s", v.name, base)
		}
		if sig := must(base64.StdEncoding.DecodeString(v.sig)); !v.verifies(base, sig) {
			t.Errorf("%s: the RFC's signature is not over our base:\n%s", v.name, base)
		}
	}
	if _, err := signature.Base(rfcRequest(), `("@authority" "content-digest" "@query-param";name="Pet");created=1618884473`); reason(err) != signature.Outside {
		t.Errorf("B.2.2 covers one parameter of the query, which is outside the profile: %v", err)
	}
	input, sig, err := signature.Sign(rfcRequest(), rfcKey(), signature.Params{Label: "sig-b26", Created: time.Unix(rfcCreated, 0), KeyID: "test-key-ed25519"},
		"date", "@method", "@path", "@authority", "content-type", "content-length")
	if err != nil || input != `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"` ||
		sig != "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:" {
		t.Errorf("B.2.6 signed anew: %s\n%s\n%v", input, sig, err)
	}
}

// TestTransformations: what Appendix B.4 says survives a proxy does, and what does not, does not.
func TestTransformations(t *testing.T) {
	t.Parallel()
	at := signature.Policy{Now: time.Unix(rfcCreated+5, 0), Age: time.Minute}
	for _, v := range []struct {
		name, method, address string
		accept                []string
		also                  string
		want                  signature.Reason
	}{
		{"as sent", "GET", "https://example.org/demo?name1=Value1&Name2=value2", []string{"application/json", "*/*"}, "Date", ""},
		{"a field and a parameter added", "GET", "https://example.org/demo?name1=Value1&Name2=value2&param=added", []string{"application/json", "*/*"}, "Accept-Language", ""},
		{"two lines joined", "GET", "https://EXAMPLE.org:443/demo?name1=Value1&Name2=value2", []string{" application/json, */* "}, "Referer", ""},
		{"method and host changed", "POST", "https://example.com/demo?name1=Value1&Name2=value2", []string{"application/json", "*/*"}, "Date", signature.Mismatch},
		{"lines in another order", "GET", "https://example.org/demo?name1=Value1&Name2=value2", []string{"*/*", "application/json"}, "Date", signature.Mismatch},
		{"a field dropped", "GET", "https://example.org/demo?name1=Value1&Name2=value2", nil, "Date", signature.Altered},
	} {
		m := must(signature.Request(v.method, v.address, map[string][]string{
			"Accept": v.accept, v.also: {"something"},
			"Signature-Input": {`transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"`},
			"Signature":       {"transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:"},
		}))
		if _, err := signature.Verify(m, "", at, keyOf); reason(err) != v.want {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

// TestContentDigest: the digests of the RFC's messages are those of their contents.
func TestContentDigest(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		content, field string
		length         int64
		want           signature.Reason
	}{
		{rfcContent, rfcContentDigest, 18, ""},
		{rfcAnswer, rfcResponseDigest, -1, ""},
		{"", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", 0, ""},
		{rfcContent[:17], rfcContentDigest, 18, signature.Truncated},
		{rfcContent[:17], rfcContentDigest, -1, signature.Altered},
		{rfcContent, rfcResponseDigest, 18, signature.Altered},
		{rfcContent, signature.ContentDigest([]byte(rfcContent)) + ", " + rfcResponseDigest, 18, signature.Altered},
		{rfcContent, "md5=:AAAA:", 18, signature.Algorithm},
		{rfcContent, "sha-256=:AAAA:", 18, signature.Malformed},
	} {
		c, err := signature.NewContent(strings.NewReader(v.content), v.field, v.length)
		if err == nil {
			_, err = io.ReadAll(c)
		}
		if reason(err) != v.want {
			t.Errorf("%q against %s: %v", v.content, v.field, err)
		}
	}
}

func reason(err error) signature.Reason {
	if e, ok := errors.AsType[*signature.Error](err); ok {
		return e.Reason
	}
	if err != nil {
		return signature.Reason(err.Error())
	}
	return ""
}
