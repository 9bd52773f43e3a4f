package notary_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"

	"probity/internal/ledger/tlog"
)

const segment = "0001-2026-11"

// TestTamperingIsNamed does to a database or its log what somebody might who has the files, and demands that the check
// names the very entry.
func TestTamperingIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(t *testing.T, d *desk)
		key  string
		text string
	}{
		{"official changed in the database", func(t *testing.T, d *desk) {
			d.tamper(t, `UPDATE ledger_fresh SET official = 'Li Na' WHERE position = 5`)
		}, "ledger.changed", "ledger of s0000000000035: entry 2 of 2026-11-23 08:00:00 was changed after it was written"},
		{"salt changed", func(t *testing.T, d *desk) {
			d.tamper(t, `UPDATE ledger_fresh SET salt = x'`+strings.Repeat("00", 16)+`' WHERE position = 5`)
		}, "ledger.changed", "entry 2"},
		{"hash changed", func(t *testing.T, d *desk) {
			d.tamper(t, `UPDATE ledger_fresh SET hash = x'`+strings.Repeat("00", 32)+`' WHERE position = 5`)
		}, "tlog.replaced", "entry 2 of s0000000000035 is not the one that the log holds at leaf 5 of " + segment},
		{"removed with its place in the chain", func(t *testing.T, d *desk) {
			d.tamper(t, `DELETE FROM ledger_fresh WHERE position = 5`)
		}, "tlog.missing", "the entry at position 5 is missing; the log holds it (leaf 5 of " + segment},
		{"the newest removed, and the head set back", func(t *testing.T, d *desk) {
			d.tamper(t, `DELETE FROM ledger_fresh WHERE position = 300`, `UPDATE ledger_end SET last = last - 1`)
		}, "tlog.missing", "the entry at position 300 is missing"},
		{"two swapped", func(t *testing.T, d *desk) {
			d.tamper(t, `UPDATE ledger_fresh SET position = -5 WHERE position = 5`, `UPDATE ledger_fresh SET position = 5 WHERE position = 9`,
				`UPDATE ledger_fresh SET position = 9 WHERE position = -5`)
		}, "tlog.reordered", "stands at position 9, and in the log at leaf 5 of " + segment + ", position 5"},
		{"invented in the place of another", func(t *testing.T, d *desk) {
			d.tamper(t, `UPDATE ledger_fresh SET position = 1000 WHERE position = 5`,
				`INSERT INTO ledger_fresh SELECT 5, 7777, 1, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, x'`+strings.Repeat("5a", 32)+`'
				FROM ledger_fresh WHERE position = 1`)
		}, "tlog.replaced", "entry 1 of s00000000007k1 is not the one that the log holds at leaf 5"},
		{"invented before all others", func(t *testing.T, d *desk) {
			d.tamper(t, `INSERT INTO ledger_fresh SELECT 0, 7777, 1, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash
				FROM ledger_fresh WHERE position = 1`)
		}, "tlog.order", "stands at position 0"},
		{"leaf changed in the log", func(t *testing.T, d *desk) {
			d.flip(t, "tile/entries/000", 2+1+anchorSize(t, d)+34*4+20)
		}, "tlog.leaf", "leaf 5 was changed"},
		{"leaf and tile changed in the log", func(t *testing.T, d *desk) {
			at := 2 + anchorSize(t, d) + 34*4 + 2
			d.flip(t, "tile/entries/000", at)
			bundle := d.read(t, "tile/entries/000")
			d.change(t, "tile/0/000", func(b []byte) []byte {
				copy(b[5*32:], rfc6962.DefaultHasher.HashLeaf(bundle[at:at+32]))
				return b
			})
		}, "tlog.replaced", "entry 2 of s0000000000035 is not the one that the log holds at leaf 5"},
		{"tree computed anew without a key", func(t *testing.T, d *desk) {
			at := 2 + anchorSize(t, d) + 34*4 + 2
			d.flip(t, "tile/entries/000", at)
			bundle := d.read(t, "tile/entries/000")
			d.change(t, "tile/0/000", func(b []byte) []byte {
				copy(b[5*32:], rfc6962.DefaultHasher.HashLeaf(bundle[at:at+32]))
				return b
			})
		}, "tlog.root", "are not those that the checkpoint of 2026-11-23T08:00:00Z over 301 leaves signs"},
		{"tile changed", func(t *testing.T, d *desk) { d.flip(t, "tile/0/000", 32*7+3) }, "tlog.leaf", "leaf 7 was changed: it is not what its tile holds"},
		{"tile of the next storey changed", func(t *testing.T, d *desk) { d.flip(t, "tile/1/000.p/1", 3) }, "tlog.tile", "node 0 of the tile tile/1/000"},
		{"leaves removed", func(t *testing.T, d *desk) { d.remove(t, "tile/entries/000") }, "tlog.missing", "the file tile/entries/000 is missing"},
		{"checkpoint over other leaves", func(t *testing.T, d *desk) {
			d.change(t, "checkpoint", func(b []byte) []byte { return bytes.Replace(b, []byte("\n301\n"), []byte("\n300\n"), 1) })
		}, "tlog.signature", "is not signed by a key of the log"},
		{"checkpoint taken back", func(t *testing.T, d *desk) {
			first := d.history(t)[0]
			d.now = d.now.Add(2 * time.Minute)
			d.reopen(t)
			d.write(t, 1)
			d.shut(t)
			d.change(t, "checkpoint", func([]byte) []byte { return first.Note })
		}, "tlog.rewound", "the log was taken back"},
		{"a kept checkpoint changed", func(t *testing.T, d *desk) {
			d.change(t, tlog.HistoryFile, func(b []byte) []byte { return bytes.Replace(b, []byte(`\n301\n`), []byte(`\n300\n`), 1) })
		}, "tlog.signature", segment + "/checkpoints:1"},
		{"anchor changed", func(t *testing.T, d *desk) {
			d.change(t, "tile/entries/000", func(b []byte) []byte { return bytes.Replace(b, []byte("first 1\n"), []byte("first 2\n"), 1) })
		}, "tlog.leaf", "leaf 0 was changed"},
		{"key replaced", func(t *testing.T, d *desk) {
			other := newDesk(t)
			keys, err := os.ReadFile(filepath.Join(other.path+".log", tlog.KeysFile))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(d.path+".log", tlog.KeysFile), keys, 0o600))
		}, "tlog.signature", "is not signed by a key of the log"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.write(t, 300)
			d.shut(t)
			d.sound(t, 300)
			c.do(t, d)
			faulty(t, d.verify(t), c.key, c.text)
		})
	}
}

// TestAppendingStopsWhenLogAndDatabasePart: what was tampered with is not built upon.
func TestAppendingStopsWhenLogAndDatabasePart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(t *testing.T, d *desk)
		text string
	}{
		{"database taken back", func(t *testing.T, d *desk) { d.tamper(t, `DELETE FROM ledger_fresh WHERE position > 2`) }, "the database ends at 2"},
		{"log taken back", func(t *testing.T, d *desk) {
			must(t, os.RemoveAll(filepath.Join(d.path+".log", tlog.SegmentsDir, segment)))
		}, "the log holds 0 leaves in " + segment + ", and the database knows of 6"},
		{"last entry replaced", func(t *testing.T, d *desk) {
			d.tamper(t, `UPDATE ledger_fresh SET hash = x'`+strings.Repeat("00", 32)+`' WHERE position = 5`)
			d.write(t, 1)
		}, "the log ends on an entry at position 5 that the database does not hold"},
		{"log gone", func(t *testing.T, d *desk) { must(t, os.RemoveAll(d.path+".log")) }, "the log of this database is missing"},
		{"checkpoint forged", func(t *testing.T, d *desk) {
			d.change(t, "checkpoint", func(b []byte) []byte { return bytes.Replace(b, []byte("\n6\n"), []byte("\n5\n"), 1) })
		}, "is not signed by a key of the log"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.write(t, 5)
			d.shut(t)
			c.do(t, d)
			d.reopen(t)
			err := d.n.Check(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.text) {
				t.Errorf("reads go on: %v", err)
			}
			if s, err := d.n.Status(t.Context()); err != nil || !strings.Contains(s.Trouble, c.text) || s.Cure == "" {
				t.Errorf("status %+v, %v", s, err)
			}
			_ = d.n.Close(t.Context()) // it says the same
		})
	}
}

func (d *desk) file(name string) string {
	return filepath.Join(d.path+".log", tlog.SegmentsDir, segment, name)
}

func (d *desk) read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(d.file(name))
	must(t, err)
	return b
}

func (d *desk) change(t testing.TB, name string, f func([]byte) []byte) {
	t.Helper()
	before := d.read(t, name)
	after := f(bytes.Clone(before))
	if bytes.Equal(before, after) {
		t.Fatalf("%s was not changed", name)
	}
	must(t, os.WriteFile(d.file(name), after, 0o600))
}

func (d *desk) flip(t testing.TB, name string, at int) {
	t.Helper()
	d.change(t, name, func(b []byte) []byte { b[at] ^= 1; return b })
}

func (d *desk) remove(t testing.TB, name string) {
	t.Helper()
	must(t, os.Remove(d.file(name)))
}

// anchorSize is that of leaf 0.
func anchorSize(t testing.TB, d *desk) int {
	t.Helper()
	b := d.read(t, "tile/entries/000")
	return int(b[0])<<8 | int(b[1])
}

func (d *desk) history(t testing.TB) []tlog.Checkpoint {
	t.Helper()
	l, err := tlog.Open(os.DirFS(d.path + ".log"))
	must(t, err)
	tree, err := l.Tree(segment)
	must(t, err)
	list, err := tree.History()
	must(t, err)
	return list
}
