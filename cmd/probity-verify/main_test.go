package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
	"probity/internal/notary"
	"probity/internal/store"
	"probity/internal/store/notaries"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world makes a log, an export of its entries and a receipt, as the platform hands them out, and gives the folder.
func world(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	db, err := store.Create(t.Context(), filepath.Join(dir, "a.db"), store.Demo, store.Options{Now: now})
	must(t, err)
	defer func() { must(t, db.Close()) }()
	n, err := notary.Create(notary.Options{
		Book: notaries.In(db), Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "key"), Now: now,
		Elapsed: func() time.Duration { return 0 },
	})
	must(t, err)
	list := make([]*ledger.Entry, 4)
	for i := range list {
		list[i] = &ledger.Entry{Subject: 9, At: now(), Act: ledger.Read, What: "file", Reader: "bank", Official: "Wu Jing"}
	}
	must(t, db.AppendEntries(t.Context(), list))
	receipt, err := n.Receipt(t.Context(), 3)
	must(t, err)
	whole := tlog.Disclose(list[2])
	receipt.Entry = &whole
	text, err := json.Marshal(receipt)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "receipt.json"), text, 0o600))
	var entries bytes.Buffer
	_, err = tlog.WriteEntries(&entries, notaries.In(db).Entries(t.Context()))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "entries.ndjson"), entries.Bytes(), 0o600))
	must(t, n.Close(t.Context()))
	return dir
}

func TestVerify(t *testing.T) {
	t.Parallel()
	dir := world(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	spoil := func(name, old, with string) string {
		b, err := os.ReadFile(in(name))
		must(t, err)
		spoilt := bytes.Replace(b, []byte(old), []byte(with), 1)
		if bytes.Equal(b, spoilt) {
			t.Fatalf("%s holds no %q", name, old)
		}
		out := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(out, spoilt, 0o600))
		return out
	}
	entries, err := os.ReadFile(in("entries.ndjson"))
	must(t, err)
	lines := strings.SplitAfter(string(entries), "\n")
	missing := filepath.Join(t.TempDir(), "missing.ndjson")
	must(t, os.WriteFile(missing, []byte(lines[0]+lines[2]+lines[3]), 0o600))
	for _, c := range []struct {
		name string
		args []string
		code int
		say  string
	}{
		{"the log alone", []string{in("log")}, 0, "tree 0001-2026-11: 5 leaves, signed on 2026-11-23T08:00:00Z\neverything holds"},
		{"entries and a receipt", []string{in("log"), "--entries", in("entries.ndjson"), "--receipt", in("receipt.json")}, 0, "entries: 4 held against the log, 0 newer than it"},
		{"a receipt with keys alone", []string{"--keys", in("log/keys"), "--receipt", in("receipt.json")}, 0, "leaf 3 of probity/"},
		{"an entry changed", []string{in("log"), "--entries", spoil("entries.ndjson", "Wu Jing", "Li Na")}, 6, "entry 1 of 2026-11-23 08:00:00 was changed after it was written"},
		{"an entry missing", []string{in("log"), "--entries", missing}, 6, "the entry at position 2 is missing; the log holds it (leaf 2 of 0001-2026-11"},
		{"a receipt changed", []string{"--keys", in("log/keys"), "--receipt", spoil("receipt.json", "Wu Jing", "Li Na")}, 6, "entry 3 of s0000000000009 was changed"},
		{"no receipt", []string{"--keys", in("log/keys"), "--receipt", in("entries.ndjson")}, 1, "this is no receipt"},
		{"no log", []string{dir}, 1, "there is no log"},
		{"no keys", []string{"--keys", in("receipt.json"), "--receipt", in("receipt.json")}, 1, "this is no key"},
		{"nothing named", nil, 2, "name the folder of the log"},
		{"too much", []string{in("log"), "more"}, 2, "there is no argument more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if code := run(c.args, &out, &out); code != c.code || !strings.Contains(out.String(), c.say) {
				t.Errorf("exit code %d, want %d that says %q:\n%s", code, c.code, c.say, out.String())
			}
		})
	}
}
