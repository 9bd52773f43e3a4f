package signature

import (
	"crypto/ed25519"
	"strings"
	"time"
)

// Input is what a Signature-Input field says of one signature.
type Input struct {
	// Label names the signature within the message.
	Label string
	// Components are what it covers, in order and as the field writes them: `"@method"`, `"@status";req`.
	Components []string
	// Created and Expires are instants to the second; zero where the field gives none.
	Created, Expires       time.Time
	Nonce, KeyID, Alg, Tag string

	items []item
	with  params
}

// String is the field Signature-Input of this signature alone, in its canonical form.
func (in *Input) String() string { return in.Label + "=" + list(in.items, in.with) }

func (in *Input) covers(name string) bool {
	for _, c := range in.items {
		if c.value == name && len(c.with) == 0 {
			return true
		}
	}
	return false
}

// Inputs are the signatures that a Signature-Input field announces, in its order.
func Inputs(field string) ([]Input, error) {
	members, err := dictionary("Signature-Input", field)
	if err != nil {
		return nil, err
	}
	all := make([]Input, 0, len(members))
	for _, m := range members {
		in, err := inputOf(m)
		if err != nil {
			return nil, err
		}
		all = append(all, in)
	}
	return all, nil
}

func inputOf(m member) (Input, error) {
	in := Input{Label: m.name, items: m.items, with: m.with}
	const place, cure = "Signature-Input", "write it as RFC 9421, 2.3 has it"
	if !m.inner {
		return in, refuse(Malformed, place, cure, "%s is no list of components", m.name)
	}
	for _, c := range m.items {
		name, ok := c.value.(string)
		if !ok || name == "" || name != strings.ToLower(name) {
			return in, refuse(Malformed, place, cure, "%s is no name of a component", c)
		}
		in.Components = append(in.Components, c.String())
	}
	for _, p := range m.with {
		var ok bool
		switch p.name {
		case "created":
			ok = instant(p.value, &in.Created)
		case "expires":
			ok = instant(p.value, &in.Expires)
		case "nonce":
			in.Nonce, ok = p.value.(string)
		case "keyid":
			in.KeyID, ok = p.value.(string)
		case "alg":
			in.Alg, ok = p.value.(string)
		case "tag":
			in.Tag, ok = p.value.(string)
		default:
			return in, refuse(Outside, place, "leave the parameter out", "the parameter %s is outside this profile", p.name)
		}
		if !ok {
			return in, refuse(Malformed, place, cure, "the parameter %s is not of its kind", p.name)
		}
	}
	return in, nil
}

func instant(value any, to *time.Time) bool {
	n, ok := value.(int64)
	if ok && n > 0 {
		*to = time.Unix(n, 0).UTC()
	}
	return ok && n > 0
}

// Params are what a signature says of itself when it is made. Expires, Nonce and Tag may be left out; Label is "sig1" where
// it is.
type Params struct {
	Label            string
	Created, Expires time.Time
	Nonce, KeyID     string
	Tag              string
	// Named says the algorithm in the parameter alg.
	Named bool
}

func (p *Params) written() params {
	var with params
	if !p.Created.IsZero() {
		with.set("created", p.Created.Unix())
	}
	if !p.Expires.IsZero() {
		with.set("expires", p.Expires.Unix())
	}
	with.set("keyid", p.KeyID)
	if p.Named {
		with.set("alg", "ed25519")
	}
	if p.Nonce != "" {
		with.set("nonce", p.Nonce)
	}
	if p.Tag != "" {
		with.set("tag", p.Tag)
	}
	return with
}

// Sign signs the components of the message, named as "@method", "content-digest" or, for what a response answers,
// "@method;req", and gives the values of the fields Signature-Input and Signature.
func Sign(m *Message, key ed25519.PrivateKey, p Params, components ...string) (input, sig string, err error) {
	items := make([]item, len(components))
	for i, c := range components {
		name, of := strings.CutSuffix(c, ";req")
		items[i] = item{value: strings.ToLower(name)}
		if of {
			items[i].with.set("req", true)
		}
	}
	for _, word := range []string{p.KeyID, p.Nonce, p.Tag} {
		if strings.ContainsFunc(word, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
			return "", "", refuse(Malformed, "Signature-Input", "use visible ASCII", "%q cannot be written into the field", word)
		}
	}
	with := p.written()
	base, err := m.base(items, with)
	if err != nil {
		return "", "", err
	}
	label := p.Label
	if label == "" {
		label = "sig1"
	}
	return label + "=" + list(items, with), label + "=" + written(ed25519.Sign(key, []byte(base))), nil
}

// Proof is a signature that was verified, with all that a third needs to verify it again.
type Proof struct {
	Input
	// Base is the very text that was signed, Signature the 64 octets over it.
	Base      string
	Signature []byte
}

// Verify finds the signature of the message and checks it: the policy, the key and the signature itself. keyOf finds a key
// by its id; one it does not know is a key without Public. Where the message carries several signatures label says which is
// meant; "" stands for the only one. The content itself is checked against the field Content-Digest by a [Content].
func Verify(m *Message, label string, p Policy, keyOf func(id string) (Key, error)) (Proof, error) {
	in, sig, err := m.signature(label)
	if err != nil {
		return Proof{}, err
	}
	if err := p.check(&in); err != nil {
		return Proof{}, err
	}
	key, err := keyOf(in.KeyID)
	if err != nil {
		return Proof{}, err
	}
	key.ID = in.KeyID
	if err := key.Good(p.Now); err != nil {
		return Proof{}, err
	}
	base, err := m.base(in.items, in.with)
	if err != nil {
		return Proof{}, err
	}
	if !ed25519.Verify(key.Public, []byte(base), sig) {
		return Proof{}, refuse(Mismatch, "Signature", "sign with the key it names, and send what was signed as it was signed",
			"the signature is not that of the key %q over %s: one of them was changed on the way, or another key signed", in.KeyID, strings.Join(in.Components, " "))
	}
	return Proof{Input: in, Base: base, Signature: sig}, nil
}

// signature reads both fields and finds the signature that is meant.
func (m *Message) signature(label string) (Input, []byte, error) {
	announced, found, err := m.field("signature-input")
	if err != nil {
		return Input{}, nil, err
	}
	signed, given, err := m.field("signature")
	if err != nil {
		return Input{}, nil, err
	}
	if !found || !given {
		return Input{}, nil, refuse(Unsigned, "Signature", "send the fields Signature-Input and Signature", "the message is not signed")
	}
	inputs, err := Inputs(announced)
	if err != nil {
		return Input{}, nil, err
	}
	members, err := dictionary("Signature", signed)
	if err != nil {
		return Input{}, nil, err
	}
	if label == "" {
		if len(inputs) != 1 {
			return Input{}, nil, refuse(Outside, "Signature-Input", "send one signature", "there are %d signatures", len(inputs))
		}
		label = inputs[0].Label
	}
	for _, in := range inputs {
		if in.Label != label {
			continue
		}
		for _, s := range members {
			if b, ok := s.items[0].value.([]byte); s.name == label && !s.inner && ok {
				if len(b) != ed25519.SignatureSize {
					return Input{}, nil, refuse(Algorithm, "Signature", "sign with ed25519", "the signature has %d octets, one of Ed25519 has %d", len(b), ed25519.SignatureSize)
				}
				return in, b, nil
			}
		}
	}
	return Input{}, nil, refuse(Unsigned, "Signature", "send both fields under one label", "there is no signature %q", label)
}

// Base is the signature base of the message for a list of components with its parameters, as it stands in Signature-Input
// behind the label: for who wants to see what he should have signed.
func Base(m *Message, list string) (string, error) {
	all, err := Inputs("sig=" + list)
	if err != nil {
		return "", err
	}
	if len(all) != 1 {
		return "", refuse(Malformed, "Signature-Input", "give one list of components", "there are %d", len(all))
	}
	return m.base(all[0].items, all[0].with)
}
