package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/internal/ledger"
	"probity/internal/subject"
)

// TestDecodeReadsWhatAppendWrites: every entry comes back with its hash, and what stands behind it is left.
func TestDecodeReadsWhatAppendWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string { return rapid.StringN(0, 300, -1).Draw(t, name) }
		e := ledger.Entry{
			Subject: subject.ID(rapid.Int64Min(0).Draw(t, "subject")), At: time.UnixMicro(rapid.Int64Range(0, 1<<51).Draw(t, "at")),
			Act: ledger.Act(text("act")), What: text("what"), Detail: text("detail"), Reader: text("reader"), Official: text("official"),
			Purpose: text("purpose"), Basis: text("basis"), Case: text("case"),
		}
		if rapid.Bool().Draw(t, "committed") {
			e.Commitment = ledger.Hash{1, 2, 3}
		}
		e.Chain(ledger.Head{Seq: rapid.Int64Range(0, 1<<40).Draw(t, "seq"), Hash: ledger.Hash{9}})
		var got ledger.Entry
		rest, err := got.Decode(append(e.Append(nil), "rest"...))
		if err != nil || string(rest) != "rest" {
			t.Fatalf("rest %q, %v", rest, err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	})
}

// FuzzDecode: whatever stands there, it is an entry that is written as it was read, or an error.
func FuzzDecode(f *testing.F) {
	e := ledger.Entry{Subject: 7, At: time.UnixMicro(1), Act: ledger.Read, What: "file", Reader: "bank", Official: "Wu"}
	e.Chain(ledger.Head{})
	whole := e.Append(nil)
	f.Add(whole)
	for _, cut := range []int{0, 1, 40, 45, len(whole) - 1} {
		f.Add(whole[:cut])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var e, again ledger.Entry
		if _, err := e.Decode(b); err != nil {
			return
		}
		rest, err := again.Decode(e.Append(nil))
		if err != nil || len(rest) != 0 || again != e {
			t.Fatalf("%+v is read again as %+v, %v", e, again, err)
		}
	})
}
