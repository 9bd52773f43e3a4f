package tlog

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"probity/internal/fault"
)

// Key is a public key of a log, and when it signs.
type Key struct {
	Public ed25519.PublicKey
	// From is the first instant at which a signature counts; Until is the first at which it counts no more, zero where
	// the key is in use.
	From, Until time.Time
}

// Signs tells whether a signature of the instant counts. A checkpoint carries whole seconds, so that the second in which
// a key begins or ends belongs to it.
func (k Key) Signs(at time.Time) bool {
	return !at.Before(k.From.Truncate(time.Second)) && (k.Until.IsZero() || !at.After(k.Until))
}

// Verifiers check the two signatures of a checkpoint of the origin: the plain one and the one that carries the instant.
func (k Key) Verifiers(origin string) (plain, timed note.Verifier, err error) {
	vkey, err := note.NewEd25519VerifierKey(origin, k.Public)
	if err != nil {
		return nil, nil, err
	}
	if plain, err = note.NewVerifier(vkey); err != nil {
		return nil, nil, err
	}
	timed, err = fnote.NewVerifierForCosignatureV1(vkey)
	return plain, timed, err
}

// Keys are all keys of a log, oldest first.
type Keys []Key

const keysHead = `# Public keys of the log. One a line: algorithm, key in base64, first instant, last instant ("-" while it is in use).
`

// String is the file of the keys.
func (k Keys) String() string {
	var b strings.Builder
	b.WriteString(keysHead)
	for _, key := range k {
		until := "-"
		if !key.Until.IsZero() {
			until = key.Until.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(&b, "ed25519 %s %s %s\n", base64.StdEncoding.EncodeToString(key.Public), key.From.UTC().Format(time.RFC3339), until)
	}
	return b.String()
}

// ParseKeys reads what [Keys.String] writes. A file without a key is Invalid.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := parseKey(strings.Fields(line))
		if err != nil {
			return nil, fault.New(fault.Invalid, "tlog.keys", "%v", err).At(fmt.Sprintf("%s:%d", KeysFile, n)).
				With("write: ed25519 KEY FROM UNTIL, the instants as 2026-11-23T00:00:00Z or -")
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fault.New(fault.Invalid, "tlog.keys", "it holds no key").At(KeysFile).With("use the file that the log's operator publishes")
	}
	return keys, nil
}

func parseKey(fields []string) (Key, error) {
	if len(fields) != 4 || fields[0] != "ed25519" {
		return Key{}, fmt.Errorf("this is no key")
	}
	public, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil || len(public) != ed25519.PublicKeySize {
		return Key{}, fmt.Errorf("%q is no Ed25519 key in base64", fields[1])
	}
	key := Key{Public: public}
	if key.From, err = time.Parse(time.RFC3339, fields[2]); err != nil {
		return Key{}, fmt.Errorf("%q is no instant", fields[2])
	}
	if fields[3] != "-" {
		if key.Until, err = time.Parse(time.RFC3339, fields[3]); err != nil {
			return Key{}, fmt.Errorf("%q is no instant", fields[3])
		}
	}
	return key, nil
}
