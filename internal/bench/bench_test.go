package bench_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/bench"
)

func TestSelect(t *testing.T) {
	t.Parallel()
	figures := []bench.Figure{{Name: "b.two"}, {Name: "a.one"}, {Name: "b.one"}}
	chosen, err := bench.Select(figures, "b.")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range chosen {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"b.one", "b.two"}, names); diff != "" {
		t.Errorf("chosen (-want +got):\n%s", diff)
	}
	if _, err := bench.Select(figures, "c"); err == nil || !strings.Contains(err.Error(), "a.one, b.one, b.two") {
		t.Errorf("a prefix that fits nothing: %v", err)
	}
}

func TestPrint(t *testing.T) {
	t.Parallel()
	var dirs []string
	figures := []bench.Figure{
		{Name: "a", Unit: "ns", Measure: func(_ context.Context, run bench.Run) (bench.Reading, error) {
			dirs = append(dirs, run.Dir)
			return bench.Reading{Value: 12.5}, nil
		}},
		{Name: "b.vs_c", Unit: "s", Measure: func(context.Context, bench.Run) (bench.Reading, error) {
			return bench.Reading{Value: 3, Rival: 2, Ratio: 1.5}, nil
		}},
		{Name: "c", Measure: func(context.Context, bench.Run) (bench.Reading, error) {
			return bench.Reading{}, errors.New("no room")
		}},
	}
	removed := 0
	room := func() (string, func(), error) { return "there", func() { removed++ }, nil }
	var out strings.Builder
	err := bench.Print(t.Context(), figures, &out, bench.Run{Log: io.Discard}, room)
	if err == nil || err.Error() != "c: no room" {
		t.Errorf("error %v", err)
	}
	want := `{"name":"a","value":12.5,"unit":"ns"}
{"name":"b.vs_c","value":3,"unit":"s","rival":2,"ratio":1.5}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"there"}, dirs); diff != "" || removed != 3 {
		t.Errorf("folders %v, removed %d of 3", dirs, removed)
	}
}

func TestRatio(t *testing.T) {
	t.Parallel()
	var order []string
	side := func(name string, took ...time.Duration) bench.Side {
		return func(_ context.Context, round int) (time.Duration, error) {
			order = append(order, name)
			return took[round], nil
		}
	}
	ours := side("ours", 4*time.Second, 8*time.Second, time.Hour)
	theirs := side("theirs", 2*time.Second, time.Second, 4*time.Second)
	got, err := bench.Ratio(t.Context(), bench.Run{Log: io.Discard}, 3, ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bench.Reading{Value: 8, Rival: 2, Ratio: 4}, got); diff != "" {
		t.Errorf("reading (-want +got):\n%s", diff)
	}
	want := []string{"ours", "theirs", "theirs", "ours", "ours", "theirs"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if _, err := bench.Ratio(t.Context(), bench.Run{Log: io.Discard}, 1, ours, side("theirs", 0)); err == nil {
		t.Error("a rival that took no time gave a ratio")
	}
	failing := func(context.Context, int) (time.Duration, error) { return 0, os.ErrClosed }
	if _, err := bench.Ratio(t.Context(), bench.Run{Log: io.Discard}, 1, ours, failing); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a side that fails: %v", err)
	}
}

// TestFiguresAreNamedOnce guards the promise of docs/performance.md: one figure a name, each with unit and description.
func TestFiguresAreNamedOnce(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range bench.Figures() {
		if f.Name == "" || f.Unit == "" || f.What == "" || f.Measure == nil {
			t.Errorf("%q is not whole: unit %q, what %q", f.Name, f.Unit, f.What)
		}
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		if !strings.Contains(string(text), "`"+f.Name+"`") {
			t.Errorf("docs/performance.md does not know %s", f.Name)
		}
	}
}

func TestMedianNs(t *testing.T) {
	t.Parallel()
	out := "goos: linux\nBenchmarkOne/with_times-2  \t  305066\t      4069 ns/op\t  0 B/op\nBenchmarkOne/with_times-2  \t 1\t 12.5 ns/op\nBenchmarkOne/with_times-2 \t 1\t 90 ns/op\nPASS\n"
	if got, err := bench.MedianNs([]byte(out)); got != 90 || err != nil {
		t.Errorf("median %v, %v", got, err)
	}
	if _, err := bench.MedianNs([]byte("PASS\n")); err == nil {
		t.Error("no benchmark gave a figure")
	}
}
