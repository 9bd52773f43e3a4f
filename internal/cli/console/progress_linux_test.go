package console_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"probity/internal/cli/console"
)

// terminal opens a new terminal: what is written to tty is read from screen.
func terminal(t *testing.T) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0) // so that reads can have a deadline
	if err != nil {
		t.Skipf("THE PROGRESS BAR IS NOT TESTED: this machine gives no terminal: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return screen, tty
}

// until reads the screen until it has shown the texts, one behind the other.
func until(t *testing.T, screen *os.File, texts ...string) string {
	t.Helper()
	if err := screen.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	b := make([]byte, 4096)
	shows := func() bool {
		rest := seen.String()
		for _, text := range texts {
			_, after, ok := strings.Cut(rest, text)
			if !ok {
				return false
			}
			rest = after
		}
		return true
	}
	for !shows() {
		n, err := screen.Read(b)
		if err != nil {
			t.Fatalf("%v; the screen shows %q", err, seen.String())
		}
		seen.Write(b[:n])
	}
	return seen.String()
}

// TestProgress holds that a bar is drawn on a terminal after a while, with share and rate, and is wiped when it is done.
func TestProgress(t *testing.T) {
	t.Parallel()
	screen, tty := terminal(t)
	s := console.New(t.Context(), console.Process{Err: tty, Env: func(string) string { return "xterm" }})
	b := s.Progress("reading f.csv", "bytes", 2000)
	b.At(1000, 0)
	shown := until(t, screen, "/s]")
	if !strings.Contains(shown, "reading f.csv") || !strings.Contains(shown, "50.00%") || !strings.Contains(shown, "1.00KB") {
		t.Errorf("the screen shows %q", shown)
	}
	b.Done()
	b.Done()
	until(t, screen, "done!", "\x1b[A\x1b[K")
}

// TestProgressInPipe holds that nothing is drawn where nobody looks, and that a bar that never showed ends in silence.
func TestProgressInPipe(t *testing.T) {
	t.Parallel()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	screen, tty := terminal(t)
	defer screen.Close()
	for _, p := range []console.Process{
		{Err: write, Env: func(string) string { return "xterm" }},
		{Err: &strings.Builder{}, Env: func(string) string { return "xterm" }},
		{Err: tty, Env: func(string) string { return "dumb" }},
		{Err: tty, Env: func(string) string { return "xterm" }}, // done before it would show
	} {
		b := console.New(t.Context(), p).Progress("reading", "", 0)
		b.At(1, 10)
		b.Done()
		if out, ok := p.Err.(*strings.Builder); ok && out.Len() > 0 {
			t.Errorf("a pipe was given %q", out.String())
		}
	}
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	if n, _ := read.Read(make([]byte, 10)); n > 0 {
		t.Error("a pipe was given something")
	}
}
