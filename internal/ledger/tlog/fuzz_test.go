package tlog_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
)

func someKeys() tlog.Keys {
	from := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	return tlog.Keys{
		{Public: bytes.Repeat([]byte{1}, ed25519.PublicKeySize), From: from, Until: from.Add(time.Hour)},
		{Public: bytes.Repeat([]byte{2}, ed25519.PublicKeySize), From: from.Add(time.Hour)},
	}
}

// FuzzParseKeys: what can be read is written and read again as the same.
func FuzzParseKeys(f *testing.F) {
	f.Add(someKeys().String())
	f.Add("# nothing\n")
	f.Add("ed25519 AAAA 2026-11-23T08:00:00Z -")
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := tlog.ParseKeys(text)
		if err != nil {
			return
		}
		again, err := tlog.ParseKeys(keys.String())
		if err != nil {
			t.Fatalf("what it wrote itself: %v\n%s", err, keys)
		}
		if diff := cmp.Diff(keys.String(), again.String()); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzParseAnchor: what can be read is written and read again as the same, and no hash is taken for an anchor.
func FuzzParseAnchor(f *testing.F) {
	a := tlog.Anchor{
		Segment: "0002-2026-12", First: 17, Opened: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Reason: tlog.ReasonPeriod,
		Previous: "0001-2026-11", Last: "probity/1/0001-2026-11\n17\nAAAA\n\n— probity sig\n",
	}
	f.Add(a.Leaf())
	f.Add(tlog.Anchor{Segment: "0001-2026-11", First: 1, Reason: tlog.ReasonFirst}.Leaf())
	f.Add(bytes.Repeat([]byte{'a'}, 32))
	f.Fuzz(func(t *testing.T, leaf []byte) {
		a, err := tlog.ParseAnchor(leaf)
		if err != nil {
			return
		}
		if _, ok := tlog.ParseLeaf(leaf); ok {
			t.Fatalf("%q is an anchor and a hash", leaf)
		}
		again, err := tlog.ParseAnchor(a.Leaf())
		if err != nil {
			t.Fatalf("what it wrote itself: %v\n%s", err, a.Leaf())
		}
		if diff := cmp.Diff(a, again); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzParsePolicy(f *testing.F) {
	const key = "w.example+a0ff5e4f+AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
	f.Add("witness a " + key + " https://w.example\ngroup g any a\nquorum g\nfail open\n")
	f.Add("quorum none\n")
	f.Add("group g 2 g g\nquorum g")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := tlog.ParsePolicy(text)
		if err != nil {
			return
		}
		if strings.Contains(p.Sigsum, "fail ") && !strings.Contains(text, "fail") {
			t.Error("our own line is in the text for others")
		}
		if enough, by := p.Signed([]byte("no checkpoint\n")); len(by) > 0 || enough && !strings.Contains(text, "none") {
			t.Errorf("nobody signed, and it is enough: %v %v", enough, by)
		}
	})
}

// FuzzReadEntries and receipts: whatever comes in, what is read has the hash it is said to have or fails the check.
func FuzzReadEntries(f *testing.F) {
	e := ledger.Entry{Subject: 7, At: time.Unix(1, 0), Act: ledger.Read, What: "file", Reader: "bank"}
	e.Chain(ledger.Head{Subject: 7})
	e.Position = 1
	var b bytes.Buffer
	if _, err := tlog.WriteEntries(&b, func(yield func(ledger.Entry, error) bool) { yield(e, nil) }); err != nil {
		f.Fatal(err)
	}
	f.Add(b.String())
	f.Add("{}\n")
	f.Add("[]")
	f.Fuzz(func(t *testing.T, text string) {
		var read []ledger.Entry
		for e, err := range tlog.ReadEntries(strings.NewReader(text)) {
			if err != nil {
				return
			}
			read = append(read, e)
		}
		for i := range read {
			d := tlog.Disclose(&read[i])
			if again := d.Entry(); again.Sum() != read[i].Sum() {
				t.Errorf("entry %d has another hash once it is disclosed", i)
			}
		}
	})
}

func FuzzReadReceipt(f *testing.F) {
	f.Add(`{"version":1,"origin":"probity/1/0001-2026-11","index":1,"leaf":"` + strings.Repeat("0", 64) + `","proof":[],"checkpoint":""}`)
	f.Add(`{"version":2}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := tlog.ReadReceipt(strings.NewReader(text))
		if err != nil {
			return
		}
		if cp, err := r.Verify(someKeys(), nil); err == nil {
			t.Errorf("a receipt nobody signed holds: %v", cp)
		}
	})
}
