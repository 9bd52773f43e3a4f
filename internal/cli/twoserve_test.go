package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/internal/store/storetest"
)

// side are processes beside each other on one database.
type side struct {
	*testing.T
	address, dir, began string
}

func (s *side) process(args ...string) *exec.Cmd {
	s.Helper()
	self, err := os.Executable()
	fatal(s.T, err)
	c := exec.CommandContext(s.Context(), self)
	c.Args = append([]string{"probity", "--db", s.address}, args...)
	c.Env, c.Dir, c.Stderr = append(os.Environ(), scriptBegan+"="+s.began), s.dir, &bytes.Buffer{}
	return c
}

func (s *side) run(args ...string) string {
	s.Helper()
	c := s.process(args...)
	out, err := c.Output()
	if err != nil {
		s.Fatalf("%v: %v\n%s", args, err, c.Stderr)
	}
	return string(out)
}

// serve starts a process that serves, and gives the address of its pages.
func (s *side) serve() (c *exec.Cmd, at string) {
	s.Helper()
	c = s.process("serve", "--listen", "127.0.0.1:0")
	out, err := c.StdoutPipe()
	fatal(s.T, err)
	fatal(s.T, c.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	found := regexp.MustCompile(`serving on (http://\S+?)/ `).FindStringSubmatch(line)
	if err != nil || found == nil {
		s.Fatalf("it says %q, %v\n%s", line, err, c.Stderr)
	}
	return c, found[1]
}

// page asks for a page and gives it; any answer but 200 is an error.
func (s *side) page(at string) (string, error) {
	ask, err := http.NewRequestWithContext(s.Context(), http.MethodGet, at, http.NoBody)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", at, answer.Status)
	}
	return string(body), err
}

// entries is how many the ledger has, all of them proved.
func (s *side) entries() int {
	s.Helper()
	out := s.run("ledger", "verify")
	found := regexp.MustCompile(`holds ([\d ,]+) entries`).FindStringSubmatch(out)
	if !strings.Contains(out, "every chain is sound") || found == nil {
		s.Fatalf("the ledger: %s", out)
	}
	n, err := strconv.Atoi(strings.NewReplacer(",", "", " ", "").Replace(found[1]))
	fatal(s.T, err)
	return n
}

// TestTwoProcessesServe has two processes serve one database on a server while a third takes files in, and kills one of the two:
// every answer comes, every reading is in the ledger, and the other goes on.
func TestTwoProcessesServe(t *testing.T) {
	t.Parallel()
	if storetest.Engine() != storetest.Postgres {
		t.Skip("NOT TESTED: of the embedded database one process serves; make test-postgres has two of a server's")
	}
	dir := t.TempDir()
	s := &side{t, storetest.Address(t, filepath.Join(dir, "probity.db")), dir, strconv.FormatInt(time.Now().UnixNano(), 10)}
	s.run("init", "--demo", "--official", "Gu Yan")
	row := func(key string) string {
		return "inspection_no,uscc,org_name,kind,result,inspected_on,corrected_on,authority\n" +
			key + ",91000000MA0000007C,示例贸易有限公司,routine,clean,2026-05-01,,示例市市场监督管理局\n"
	}
	ingest := func(key string) error {
		c := s.process("ingest", "-", "--dataset", "samr.inspection", "--agency", "samr", "--format", "csv")
		c.Stdin = strings.NewReader(row(key))
		if err := c.Run(); err != nil {
			return fmt.Errorf("%w: %s", err, c.Stderr)
		}
		return nil
	}
	fatal(t, ingest("first"))
	one, first := s.serve()
	other, second := s.serve()
	found, err := s.page(first + "/?q=91000000MA0000007C")
	fatal(t, err)
	path := regexp.MustCompile(`/subject/\w+`).FindString(found)
	if path == "" {
		t.Fatalf("nobody is found: %s", found)
	}
	path += "?purpose=public-search&basis=government-information"
	before := s.entries()
	const pages, files = 15, 3
	failed := make(chan error, 2*pages+files)
	var all sync.WaitGroup
	for _, at := range []string{first, second} {
		all.Go(func() {
			for range pages {
				if _, err := s.page(at + path); err != nil {
					failed <- err
				}
			}
		})
	}
	for n := range files {
		if err := ingest(fmt.Sprint("more", n)); err != nil {
			failed <- err
		}
	}
	all.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	fatal(t, one.Process.Kill())
	_ = one.Wait() // it was killed
	if _, err := s.page(second + path); err != nil {
		t.Errorf("after the other was killed: %v", err)
	}
	fatal(t, other.Process.Signal(os.Interrupt))
	if err := other.Wait(); err != nil {
		t.Errorf("the other ended with %v\n%s", err, other.Stderr)
	}
	if after := s.entries(); after < before+2*pages+1+files {
		t.Errorf("after %d readings and %d files the ledger has %d entries, and had %d", 2*pages+1, files, after, before)
	}
}
