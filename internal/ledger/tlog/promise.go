package tlog

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"probity/internal/fault"
	"probity/internal/ledger"
)

// Promise is what the platform signs at once when something came in: that the entry is in the ledger, and will be under a
// signed checkpoint. Who holds one, and gets no receipt later, can show that the platform broke it.
type Promise struct {
	// Log is the log's id, Position the entry's place in it, Leaf the entry's hash, At when it was promised.
	Log      string
	Position int64
	Leaf     ledger.Hash
	At       time.Time
}

// promiseHead is the first line of a promise, so that no signature of one passes for that of a checkpoint.
const promiseHead = "probity promise v1"

// Name is the name under which promises of a log are signed.
func (p Promise) Name() string { return "probity/" + p.Log + "/promise" }

// Text is what is signed: five lines.
func (p Promise) Text() string {
	return fmt.Sprintf("%s\n%s\n%d\n%s\n%s\n", promiseHead, p.Log, p.Position, p.Leaf, p.At.UTC().Format(time.RFC3339))
}

// VerifyPromise reads a signed promise and checks it by the log's keys.
func VerifyPromise(keys Keys, signed string) (Promise, error) {
	wrong := func(text string) (Promise, error) {
		return Promise{}, fault.New(fault.Invalid, "tlog.promise", "this is no promise of the log: %s", text).
			With("give the promise as it came back, and the keys of the log that gave it")
	}
	lines := strings.SplitN(signed, "\n", 6)
	if len(lines) < 6 || lines[0] != promiseHead {
		return wrong("it is not made like one")
	}
	p := Promise{Log: lines[1]}
	var err error
	if p.Position, err = strconv.ParseInt(lines[2], 10, 64); err != nil {
		return wrong("its position is no number")
	}
	if p.Leaf.UnmarshalText([]byte(lines[3])) != nil {
		return wrong("its leaf is no hash")
	}
	if p.At, err = time.Parse(time.RFC3339, lines[4]); err != nil {
		return wrong("its instant is none")
	}
	for _, k := range keys {
		plain, _, err := k.Verifiers(p.Name())
		if err != nil || !k.Signs(p.At) {
			continue
		}
		if n, err := note.Open([]byte(signed), note.VerifierList(plain)); err == nil && n.Text == p.Text() {
			return p, nil
		}
	}
	return wrong("no key of the log that was in use then signed it")
}
