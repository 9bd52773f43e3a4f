package console_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/identifier"
	"probity/internal/cli/console"
	"probity/internal/fault"
)

// TestErrors holds the three lines of an error and the exit code of every kind of it.
func TestErrors(t *testing.T) {
	t.Parallel()
	_, misused := identifier.ParseKind("passport")
	for _, c := range []struct {
		name string
		err  error
		code int
		want string
	}{
		{"none", nil, console.ExitDone, ""},
		{"said already", console.Exit(console.ExitFaults), console.ExitFaults, ""},
		{
			"misuse", console.Misuse("--day: no day").With("write one"), console.ExitMisuse,
			"probity: --day: no day\n  cure: write one\n",
		},
		{
			"a place", fault.New(fault.Invalid, "x", "30 February").At("f.csv:7").With("mend it"), console.ExitMisuse,
			"probity: 30 February\n  f.csv:7\n  cure: mend it\n",
		},
		{
			"refused", fault.Refuse("C1", "consent", "not rated", "ask for it"), console.ExitRefused,
			"probity: refused by the Charter (C1): not rated\n  missing: consent\n  cure: ask for it\n",
		},
		{"not there", fault.New(fault.NotFound, "x", "no such"), console.ExitFailed, "probity: no such\n"},
		{"contradiction", fault.New(fault.Conflict, "x", "there already"), console.ExitFailed, "probity: there already\n"},
		{"no credential", fault.New(fault.Unauthenticated, "x", "who?"), console.ExitMisuse, "probity: who?\n"},
		{"could not look", fault.New(fault.Unavailable, "x", "disk"), console.ExitUnavailable, "probity: disk\n"},
		{
			"wrapped", fmt.Errorf("while ingesting: %w", fault.New(fault.Unavailable, "x", "disk")), console.ExitUnavailable,
			"probity: disk\n",
		},
		{
			"of our own", errors.New("index out of range"), console.ExitFailed,
			"probity: index out of range\n  cure: this is a fault of the program and not of your input; please report it with the command you typed\n",
		},
		{
			"interrupted", console.Resumable(context.Canceled, "type it again"), console.ExitFailed,
			"probity: interrupted; nothing was left half done\n  cure: type it again\n",
		},
		{
			"of a pure package", misused, console.ExitMisuse,
			"probity: kind is none of the kinds of identifier\n  cure: use uscc, orgcode, lei or id\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out, message strings.Builder
			s := console.New(t.Context(), console.Process{Out: &out, Err: &message})
			if code := s.Finish(c.err); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if diff := cmp.Diff(c.want, message.String()); diff != "" {
				t.Error(diff)
			}
			if out.Len() != 0 {
				t.Errorf("standard output has %q", out.String())
			}
		})
	}
}

// TestBrokenPipe holds that an answer that could not be written is no success.
func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	var message strings.Builder
	s := console.New(t.Context(), console.Process{Out: broken{}, Err: &message})
	s.Result(nil, func(w io.Writer) { io.WriteString(w, "answer") }) //nolint:errcheck // that is the test
	if code := s.Finish(nil); code != console.ExitFailed || !strings.Contains(message.String(), "cannot write the answer") {
		t.Errorf("exit code %d, message %q", code, message.String())
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestColumns holds that columns stand under their headings in Chinese too, and that no line ends in spaces.
func TestColumns(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	console.Columns(&b, console.Row{"name", "n", "kind"}, []console.Row{{"上海示例", 7, "a"}, {"Example", 1200, ""}})
	want := "NAME         N  KIND\n上海示例     7  a\nExample   1200\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	got := []string{
		console.Count(1, "row"), console.Count(0, "row"), console.Count(1234567, "row"), console.Plural(2, "agency", "agencies"),
		console.Grouped(-1234), console.Grouped(999), console.Spoken("not_granted"), console.Either("", "", "c"),
		console.Brief([]string{"a", "b", "c", "d", "e", "f", "g", "h"}), console.List{"a", "b"}.String(),
	}
	want := []string{
		"1 row", "0 rows", "1,234,567 rows", "2 agencies", "-1,234", "999", "not granted", "c", "a b c d e f and 2 more", "a, b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
