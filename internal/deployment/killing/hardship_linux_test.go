package killing_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hardshipVariable says what befalls the process: "full", a disk without room, or "readonly", one that cannot be written.
const hardshipVariable = "PROBITY_KILLING_HARDSHIP"

// room is how much longer a file may become before the disk counts as full.
const room = 256 << 10

// suffer brings the hardship about, for this process alone.
func suffer(what, address string) error {
	path := strings.TrimPrefix(address, "sqlite:")
	switch what {
	case "full":
		signal.Ignore(syscall.SIGXFSZ)
		most := uint64(0)
		for _, name := range []string{path, path + "-wal", path + "-reads"} {
			if info, err := os.Stat(name); err == nil {
				most = max(most, uint64(info.Size()))
			}
		}
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most + room, Max: most + room})
	case "readonly": // in a view of the file system that is this process's own
		dir := filepath.Dir(path)
		return errors.Join(
			syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
			syscall.Mount(dir, dir, "", syscall.MS_BIND, ""),
			syscall.Mount(dir, dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""),
		)
	}
	return nil
}

// bear acts until something fails, and some times more.
func (w *world) bear(ctx context.Context) error {
	for number := 1; number < 200; number++ {
		say(ctx, "order", "o"+strconv.Itoa(number), w.orders)
		say(ctx, "file", "f"+strconv.Itoa(number), w.takesIn)
	}
	return nil
}

// TestFullDisk: where a file may grow no more, each act says so with a cure and leaves nothing; what was acknowledged before is
// there, and work goes on when there is room again.
func TestFullDisk(t *testing.T) {
	t.Setenv("PROBITY_KILLING_ORIGIN", strconv.FormatInt(time.Now().UnixMicro(), 10))
	r := &run{t: t, address: "sqlite:" + filepath.Join(t.TempDir(), "probity.db"), acts: map[string]said{}, next: 1}
	fatal(t, found(t.Context(), r.address))
	lines, message := r.suffers("full", nil)
	for _, line := range lines {
		r.note(line)
	}
	outcomes := map[string]int{}
	for _, a := range r.acts {
		outcomes[a.outcome]++
	}
	if outcomes["done"] == 0 || outcomes["not"] == 0 {
		t.Fatalf("the disk should have become full: %v, %s", outcomes, message)
	}
	r.look()
	w, err := open(t.Context(), r.address)
	fatal(t, err)
	_, err = w.orders(t.Context(), "with room again")
	fatal(t, errors.Join(err, w.Close()))
}

// TestReadOnlyDisk: where nothing may be written the program says so, with a cure, and does not begin.
func TestReadOnlyDisk(t *testing.T) {
	t.Setenv("PROBITY_KILLING_ORIGIN", strconv.FormatInt(time.Now().UnixMicro(), 10))
	r := &run{t: t, address: "sqlite:" + filepath.Join(t.TempDir(), "probity.db"), acts: map[string]said{}, next: 1}
	fatal(t, found(t.Context(), r.address))
	lines, message := r.suffers("readonly", &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS})
	if strings.Contains(message, "operation not permitted") && len(lines) == 0 {
		t.Skip("NOT TESTED: mounting a read-only file system takes rights that this process does not have")
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "done") || strings.HasPrefix(line, "fault") {
			t.Errorf("on a disk that cannot be written: %s", line)
		}
	}
	if len(lines) == 0 && !strings.Contains(message, "cannot be") {
		t.Errorf("it said %q", message)
	}
	r.look()
}

// suffers runs a process under a hardship to its end.
func (r *run) suffers(what string, how *syscall.SysProcAttr) (lines []string, message string) {
	r.t.Helper()
	self, err := os.Executable()
	fatal(r.t, err)
	c := exec.CommandContext(r.t.Context(), self)
	c.Env = append(os.Environ(), childVariable+"="+r.address+"|1|", hardshipVariable+"="+what)
	c.SysProcAttr = how
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	fatal(r.t, err)
	if err := c.Start(); err != nil {
		return nil, fmt.Sprint(err)
	}
	for scan := bufio.NewScanner(out); scan.Scan(); {
		if scan.Text() != "begun" {
			lines = append(lines, scan.Text())
		}
	}
	_ = c.Wait() // it says why on its standard error
	return lines, errs.String()
}
