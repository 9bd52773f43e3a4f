// Package evidence is what proves afterwards who sent something and what it was: the agency's signature with the key it was
// made by, and the platform's promise and receipt. Sender and receiver hold the same file, and whoever gets it checks it with
// nothing but that file, what was sent, and the log's public keys.
package evidence

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"time"

	"probity/internal/fault"
	"probity/internal/identity/key"
	"probity/internal/ledger/tlog"
	"probity/signature"
)

// Form is how something was signed.
type Form string

// The forms: a detached JWS of the content (RFC 7515, 7797), or an HTTP message signature that covers its digest (RFC 9421).
const (
	JWS  Form = "jws"
	HTTP Form = "http"
)

// Signed is an agency's signature over something it sent.
type Signed struct {
	// Key is the id of the agency's key, Agency and System whose it is.
	Key    string `json:"key"`
	Agency string `json:"agency"`
	System string `json:"system"`
	Form   Form   `json:"form"`
	// Text is the JWS itself, or the signature base of the request; Signature the 64 octets over it.
	Text      string `json:"text"`
	Signature []byte `json:"signature"`
	// Digest is the SHA-256 of the content.
	Digest []byte `json:"digest"`
	// Content checks a JWS over the content as it is read; nil where the content is held to its digest by whoever reads it.
	Content func(io.Reader) error `json:"-"`
}

// OfRequest is what a verified request proves of its content. It is false where the request's signature covers no SHA-256
// of a content.
func OfRequest(p *signature.Proof, key, agency, system string) (*Signed, bool) {
	sum, ok := digestIn(p.Base)
	return &Signed{Key: key, Agency: agency, System: system, Form: HTTP, Text: p.Base, Signature: p.Signature, Digest: sum}, ok
}

// digestIn finds the SHA-256 that a signature base covers.
func digestIn(base string) ([]byte, bool) {
	for line := range strings.Lines(base) {
		field, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), `"content-digest": `)
		if !ok {
			continue
		}
		for _, part := range strings.Split(field, ",") {
			text, ok := strings.CutPrefix(strings.TrimSpace(part), "sha-256=:")
			if sum, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, ":")); ok && err == nil && len(sum) == sha256.Size {
				return sum, true
			}
		}
	}
	return nil, false
}

// File is what both sides keep.
type File struct {
	Version    int       `json:"version"`
	Submission int64     `json:"submission"`
	Dataset    string    `json:"dataset"`
	Name       string    `json:"file"`
	SignedAt   time.Time `json:"received_at"`
	Signed     Signed    `json:"signed"`
	// Public is the key's public half in base64url, as a JWK has it.
	Public string `json:"public"`
	// Promise came back at once; Receipt redeems it, and is missing until a checkpoint covers the entry.
	Promise string        `json:"promise,omitempty"`
	Receipt *tlog.Receipt `json:"receipt,omitempty"`
}

// Version is that of [File].
const Version = 1

// longest is how many octets such a file has at most.
const longest = 2 << 20

// Read reads one; what is none is Invalid.
func Read(r io.Reader) (File, error) {
	var f File
	d := json.NewDecoder(io.LimitReader(r, longest))
	d.DisallowUnknownFields()
	err := d.Decode(&f)
	if err != nil || f.Version != Version {
		return File{}, fault.New(fault.Invalid, "evidence.form", "this is no proof of a submission").With("make it with probity submission proof")
	}
	return f, nil
}

// Verify checks the agency's signature, over the content where it is given, and promise and receipt by the keys of the log
// where they are given. It names the first thing that does not hold.
func (f *File) Verify(content io.Reader, keys tlog.Keys) error {
	public, err := base64.RawURLEncoding.DecodeString(f.Public)
	if err != nil || len(public) != ed25519.PublicKeySize {
		return broken("its public key is none")
	}
	if key.Thumbprint(public) != f.Signed.Key { // the id is what is compared with the agency's own list
		return broken("its public key is not the one of the id that it names")
	}
	switch f.Signed.Form {
	case JWS:
		err = f.jws(public, content)
	case HTTP:
		err = f.request(public, content)
	default:
		err = broken("it is signed in a form that nobody knows")
	}
	if err != nil || len(keys) == 0 {
		return err
	}
	p, err := tlog.VerifyPromise(keys, f.Promise)
	if err != nil || f.Receipt == nil {
		return err
	}
	if _, err := f.Receipt.Verify(keys, nil); err != nil {
		return err
	}
	if f.Receipt.Leaf != p.Leaf {
		return broken("the receipt is for another entry than the promise")
	}
	return nil
}

func broken(text string) error {
	return fault.New(fault.Invalid, "evidence.broken", "the proof does not hold: %s", text).With("ask whoever gave it to you for the file as it was made")
}

func (f *File) jws(public ed25519.PublicKey, content io.Reader) error {
	d, err := signature.ParseDetached([]byte(f.Signed.Text))
	if err != nil {
		return broken(err.Error())
	}
	if content == nil {
		return fault.New(fault.Invalid, "evidence.content", "the signature of a file is checked over the file").With("name the file that was sent: --file FILE")
	}
	h := sha256.New()
	if err := d.Verify(public, io.TeeReader(content, h)); err != nil {
		return broken(err.Error())
	}
	return f.digest(h.Sum(nil))
}

func (f *File) request(public ed25519.PublicKey, content io.Reader) error {
	if !ed25519.Verify(public, []byte(f.Signed.Text), f.Signed.Signature) {
		return broken("the signature is not that of the key over the request")
	}
	covered, ok := digestIn(f.Signed.Text)
	if !ok || !bytes.Equal(covered, f.Signed.Digest) {
		return broken("the request's signature covers another digest")
	}
	if content == nil {
		return nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, content); err != nil {
		return err
	}
	return f.digest(h.Sum(nil))
}

func (f *File) digest(have []byte) error {
	if !bytes.Equal(have, f.Signed.Digest) {
		return broken("the file has the SHA-256 " + hex.EncodeToString(have) + ", and " + hex.EncodeToString(f.Signed.Digest) + " was signed")
	}
	return nil
}
