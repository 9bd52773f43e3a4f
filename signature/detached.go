package signature

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"

	"filippo.io/edwards25519"
)

// Detached is a signature that stands in a file of its own beside what it signs: a JWS in compact form whose middle is
// empty (RFC 7515, appendix F) over the octets as they are (RFC 7797).
type Detached struct {
	// KeyID is the header's kid. Algorithm is EdDSA (RFC 8037) or Ed25519 (RFC 9864), which is the same.
	KeyID, Algorithm string
	// Text is the whole, as it stands in the file; Signature the 64 octets.
	Text      string
	Signature []byte

	protected string
}

// longestDetached is how many octets a detached signature has at most.
const longestDetached = 4 << 10

type header struct {
	Alg  string   `json:"alg"`
	Kid  string   `json:"kid"`
	B64  *bool    `json:"b64"`
	Crit []string `json:"crit"`
	Typ  string   `json:"typ,omitempty"`
	Cty  string   `json:"cty,omitempty"`
}

// ParseDetached reads one; spaces and line breaks around it are overlooked.
func ParseDetached(text []byte) (Detached, error) {
	const place, cure = "signature", "make it as RFC 7797 has it: HEADER..SIGNATURE"
	text = bytes.TrimSpace(text)
	parts := strings.Split(string(text), ".")
	if len(text) > longestDetached || len(parts) != 3 || parts[1] != "" {
		return Detached{}, refuse(Malformed, place, cure, "it is no detached signature in compact form")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	if err != nil {
		return Detached{}, refuse(Malformed, place, cure, "its header is not base64url")
	}
	h, err := parseHeader(raw)
	if err != nil {
		return Detached{}, err
	}
	sig, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	switch {
	case err != nil:
		return Detached{}, refuse(Malformed, place, cure, "its last part is not base64url")
	case h.Alg != "EdDSA" && h.Alg != "Ed25519":
		return Detached{}, refuse(Algorithm, place, "sign with EdDSA over Ed25519", "the algorithm is %q", h.Alg)
	case len(sig) != ed25519.SignatureSize:
		return Detached{}, refuse(Algorithm, place, "sign with EdDSA over Ed25519", "the signature has %d octets, one of Ed25519 has %d", len(sig), ed25519.SignatureSize)
	case h.Kid == "":
		return Detached{}, refuse(UnknownKey, place, "name the key in the header: kid", "it names no key")
	case h.B64 == nil || *h.B64 || len(h.Crit) != 1 || h.Crit[0] != "b64":
		return Detached{}, refuse(Outside, place, `give the header "b64": false and "crit": ["b64"]`, "it is not over the octets as they are")
	}
	return Detached{KeyID: h.Kid, Algorithm: h.Alg, Text: string(text), Signature: sig, protected: parts[0]}, nil
}

// parseHeader reads a protected header strictly: no name that is unknown, differently spelt or stands twice.
func parseHeader(raw []byte) (header, error) {
	var h header
	d := json.NewDecoder(bytes.NewReader(raw))
	seen := map[string]bool{}
	wrong := func() (header, error) {
		return header{}, refuse(Malformed, "signature", "give alg, kid, b64 and crit once each, and nothing else but typ and cty", "its header cannot be read")
	}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return wrong()
	}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok || seen[name] {
			return wrong()
		}
		seen[name] = true
		var to any
		switch name {
		case "alg":
			to = &h.Alg
		case "kid":
			to = &h.Kid
		case "b64":
			to = &h.B64
		case "crit":
			to = &h.Crit
		case "typ":
			to = &h.Typ
		case "cty":
			to = &h.Cty
		default:
			return wrong()
		}
		if err := d.Decode(to); err != nil {
			return wrong()
		}
	}
	if _, err := d.Token(); err != nil {
		return wrong()
	}
	if _, err := d.Token(); err != io.EOF {
		return wrong()
	}
	return h, nil
}

// Verify checks the signature over what content reads, in one pass and in constant memory.
func (s *Detached) Verify(key ed25519.PublicKey, content io.Reader) error {
	ok, err := verifyStream(key, s.Signature, io.MultiReader(strings.NewReader(s.protected+"."), content))
	if err == nil && !ok {
		err = refuse(Mismatch, "signature", "sign the file as it is, with the key that the signature names",
			"it is not that of the key %q over this file: the file was changed, or another key signed", s.KeyID)
	}
	return err
}

// SignDetached signs what content holds and gives the detached signature; it reads it twice and holds none of it. random is
// where secret random octets come from, crypto/rand.Reader.
func SignDetached(key ed25519.PrivateKey, random io.Reader, keyID string, content io.ReadSeeker) (string, error) {
	no := false
	raw, err := json.Marshal(header{Alg: "EdDSA", Kid: keyID, B64: &no, Crit: []string{"b64"}})
	if err != nil {
		return "", err
	}
	protected := base64.RawURLEncoding.EncodeToString(raw)
	sig, err := signStream(key, random, func() (io.Reader, error) {
		_, err := content.Seek(0, io.SeekStart)
		return io.MultiReader(strings.NewReader(protected+"."), content), err
	})
	if err != nil {
		return "", err
	}
	return protected + ".." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// verifyStream is ed25519.Verify (RFC 8032, 5.1.7) for a message that is read and not held: files here are larger than
// memory. The equation is the one the standard library checks, [S]B = R + [k]A without cofactor, and a test holds both
// equal.
func verifyStream(public ed25519.PublicKey, sig []byte, message io.Reader) (bool, error) {
	if len(public) != ed25519.PublicKeySize || len(sig) != ed25519.SignatureSize {
		return false, nil
	}
	h := sha512.New()
	h.Write(sig[:32])
	h.Write(public)
	if _, err := io.Copy(h, message); err != nil {
		return false, err
	}
	a, err := new(edwards25519.Point).SetBytes(public)
	if err != nil {
		return false, nil //nolint:nilerr // a key that is no point verifies nothing
	}
	k, err := new(edwards25519.Scalar).SetUniformBytes(h.Sum(nil))
	if err != nil {
		return false, err
	}
	s, err := new(edwards25519.Scalar).SetCanonicalBytes(sig[32:])
	if err != nil {
		return false, nil //nolint:nilerr // a scalar out of range verifies nothing (RFC 8032, 5.1.7)
	}
	r := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(k, new(edwards25519.Point).Negate(a), s)
	return bytes.Equal(r.Bytes(), sig[:32]), nil
}

// signStream makes an Ed25519 signature of a message that is read twice and not held. Beside the key's own prefix and the
// message, the nonce is made of random octets: were it of the message alone (RFC 8032, 5.1.6), a file that changed between
// the two readings would give the key away, as two signatures with one nonce do.
func signStream(key ed25519.PrivateKey, random io.Reader, message func() (io.Reader, error)) ([]byte, error) {
	seed := sha512.Sum512(key.Seed())
	s, err := new(edwards25519.Scalar).SetBytesWithClamping(seed[:32])
	if err != nil {
		return nil, err
	}
	var fresh [32]byte
	if _, err := io.ReadFull(random, fresh[:]); err != nil {
		return nil, err
	}
	r, err := sumOf(message, seed[32:], fresh[:])
	if err != nil {
		return nil, err
	}
	point := new(edwards25519.Point).ScalarBaseMult(r).Bytes()
	k, err := sumOf(message, point, key[32:])
	if err != nil {
		return nil, err
	}
	return append(point, new(edwards25519.Scalar).MultiplyAdd(k, s, r).Bytes()...), nil
}

// sumOf is the SHA-512 of what comes before and the message, as a scalar.
func sumOf(message func() (io.Reader, error), before ...[]byte) (*edwards25519.Scalar, error) {
	h := sha512.New()
	for _, b := range before {
		h.Write(b)
	}
	from, err := message()
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(h, from); err != nil {
		return nil, err
	}
	return new(edwards25519.Scalar).SetUniformBytes(h.Sum(nil))
}
