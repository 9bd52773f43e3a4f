package ledger_test

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/subject"
)

// chains makes chains of the given lengths, for subjects 1, 2, ...
func chains(lengths ...int) (entries []ledger.Entry, heads []ledger.Head) {
	for i, n := range lengths {
		head := ledger.Head{Subject: subject.ID(i + 1)}
		for j := range n {
			e := ledger.Entry{
				Subject: head.Subject, At: time.Unix(int64(1000+j), 123456789), Act: ledger.Read, What: "file",
				Reader: "bank", Official: "Wu", Purpose: "lending", Basis: "pipl", Case: strings.Repeat("c", j),
			}
			head = e.Chain(head)
			entries = append(entries, e)
		}
		heads = append(heads, head)
	}
	return entries, heads
}

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head)
		key   string
		text  string
	}{
		{"whole", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) { return e, h }, "", ""},
		{"official changed", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			e[4].Official = "Li"
			return e, h
		}, "ledger.changed", "entry 2 of 1970-01-01 00:16:41"},
		{"changed and hashed anew", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			e[4].Official = "Li"
			e[4].Hash = e[4].Sum()
			return e, h
		}, "ledger.changed", "entry 3 does not follow from entry 2"},
		{"instant moved", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			e[4].At = e[4].At.Add(time.Microsecond)
			return e, h
		}, "ledger.changed", "entry 2"},
		{"one missing", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			return slices.Delete(e, 4, 5), h
		}, "ledger.missing", "entry 2 is missing"},
		{"two missing", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			return slices.Delete(e, 3, 5), h
		}, "ledger.missing", "entries 1 to 2 are missing"},
		{"last missing", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			return e[:len(e)-1], h
		}, "ledger.missing", "entries 4 to 4 are missing at the end"},
		{"whole chain missing", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) { return e[:3], h }, "ledger.missing", "entries 1 to 4"},
		{"swapped", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			e[4], e[5] = e[5], e[4]
			return e, h
		}, "ledger.missing", "entry 2 is missing"},
		{"repeated", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			return slices.Insert(e, 5, e[4]), h
		}, "ledger.order", "entry 2 stands after entry 2"},
		{"moved to another subject", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			e[3].Subject = 1
			e[3].Seq = 4
			return e, h
		}, "ledger.changed", "entry 4"},
		{"head forged", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			h[1].Hash[0] ^= 1
			return e, h
		}, "ledger.head", "hash of entry 4"},
		{"head behind", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) {
			h[1].Seq--
			return e, h
		}, "ledger.head", "names entry 3, but there are 4"},
		{"no head", func(e []ledger.Entry, h []ledger.Head) ([]ledger.Entry, []ledger.Head) { return e, h[:1] }, "ledger.head", "no head"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			entries, heads := chains(3, 4)
			entries, heads = c.spoil(entries, heads)
			err := ledger.Verify(each(entries), each(heads))
			if c.key == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Key != c.key || !strings.Contains(f.Text, c.text) {
				t.Fatalf("got %v, want %s: %s", err, c.key, c.text)
			}
		})
	}
}

// TestVerifyDoesNotSwallowErrors: that we could not look is not the same as that something is wrong.
func TestVerifyDoesNotSwallowErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	entries, heads := chains(2)
	fail := func(yield func(ledger.Entry, error) bool) {
		_ = yield(entries[0], nil) && yield(ledger.Entry{}, broken)
	}
	if err := ledger.Verify(fail, each(heads)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	failHeads := func(yield func(ledger.Head, error) bool) { yield(ledger.Head{}, broken) }
	if err := ledger.Verify(each(entries), failHeads); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestEveryFieldCounts: no change of any field goes unseen, and no two different entries share an encoding by shifting
// text from one field to the next.
func TestEveryFieldCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entry := func(name string) ledger.Entry {
			s := func(field string) string {
				return rapid.SampledFrom([]string{"", "a", "ab", "b"}).Draw(t, name+" "+field)
			}
			return ledger.Entry{
				Subject: subject.ID(rapid.Int64Range(0, 2).Draw(t, name+" subject")), Seq: rapid.Int64Range(1, 2).Draw(t, name+" seq"),
				At: time.UnixMicro(rapid.Int64Range(0, 1).Draw(t, name+" at")).UTC(), Act: ledger.Act(s("act")), What: s("what"), Detail: s("detail"),
				Reader: s("reader"), Official: s("official"), Purpose: s("purpose"), Basis: s("basis"), Case: s("case"),
			}
		}
		a, b := entry("a"), entry("b")
		if (a == b) != (a.Sum() == b.Sum()) {
			t.Fatalf("%+v and %+v: equal %v, equal hashes %v", a, b, a == b, a.Sum() == b.Sum())
		}
	})
}

func TestEntryAsJSON(t *testing.T) {
	t.Parallel()
	entries, _ := chains(1)
	b, err := entries[0].MarshalJSON()
	if err != nil || !strings.Contains(string(b), `"official":"Wu"`) || strings.Contains(string(b), `"detail"`) {
		t.Errorf("got %s, %v", b, err)
	}
}
