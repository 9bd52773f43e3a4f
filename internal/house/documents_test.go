package house_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/house"
)

// TestDocuments follows the documents as a reader would: targets and commands that they name exist, blocks marked "run"
// give what stands under them, Go snippets compile.
func TestDocuments(t *testing.T) {
	t.Parallel()
	root := rootOf(t)
	repo, err := house.Read(os.DirFS(root), tracked(t, root))
	if err != nil {
		t.Fatal(err)
	}
	blocks := repo.Documents()
	if len(blocks) == 0 {
		t.Fatal("no document has a fenced block")
	}
	t.Run("make targets exist", func(t *testing.T) {
		t.Parallel()
		checkTargets(t, root, blocks)
	})
	t.Run("Go snippets compile", func(t *testing.T) {
		t.Parallel()
		checkSnippets(t, root, blocks)
	})
	t.Run("commands", func(t *testing.T) {
		t.Parallel()
		binary := build(t, root)
		t.Run("exist", func(t *testing.T) {
			t.Parallel()
			checkCommands(t, binary, blocks)
		})
		t.Run("do what is shown", func(t *testing.T) {
			t.Parallel()
			runBlocks(t, root, binary, blocks)
		})
		t.Run("do what is shown on a cluster", func(t *testing.T) {
			t.Parallel()
			runCluster(t, root, binary, blocks)
		})
	})
}

func checkTargets(t *testing.T, root string, blocks []house.Block) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		for _, step := range b.Steps() {
			for _, target := range step.Targets() {
				if !regexp.MustCompile(`(?m)^` + target + `:`).Match(makefile) {
					t.Errorf("%s:%d: the Makefile has no target %s", b.Path, step.Line, target)
				}
			}
		}
	}
}

// build makes the program once for all documents.
func build(t *testing.T, root string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "probity")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, "./cmd/probity")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// checkCommands asks the program for help on each call that a document makes. A command is at most two words long; a
// third that looks like one is an argument.
func checkCommands(t *testing.T, binary string, blocks []house.Block) {
	known := map[string]bool{}
	helps := func(words []string) bool {
		key := strings.Join(words, " ")
		found, asked := known[key]
		if !asked {
			found = exec.CommandContext(t.Context(), binary, append(words[:len(words):len(words)], "--help")...).Run() == nil
			known[key] = found
		}
		return found
	}
	for _, b := range blocks {
		for _, step := range b.Steps() {
			for _, words := range step.Calls() {
				words = words[:min(len(words), 2)]
				if len(words) > 0 && !helps(words) {
					t.Errorf("%s:%d: the program has no command %q", b.Path, step.Line, strings.Join(words, " "))
				}
			}
		}
	}
}

// runBlocks executes the blocks marked "run", those of one document in order and in one folder, in which examples and
// docs are those of the repository. Those marked "server" too find a PostgreSQL server of the document's own where libpq looks;
// those marked "cluster" are runCluster's.
func runBlocks(t *testing.T, root, binary string, blocks []house.Block) {
	rooms, servers := map[string]string{}, map[string]string{}
	for _, b := range blocks {
		if !b.Marked("run") || b.Marked("cluster") {
			continue
		}
		if rooms[b.Path] == "" {
			rooms[b.Path] = furnish(t, root, binary)
		}
		if b.Marked("server") && servers[b.Path] == "" {
			servers[b.Path] = serve(t, root)
		}
		if len(b.Steps()) == 0 {
			t.Errorf("%s:%d: marked to be run, and no command in it", b.Path, b.Line)
		}
		for _, step := range b.Steps() {
			got := shell(t, rooms[b.Path], servers[b.Path], step.Command)
			if !house.Matches(step.Output, got) {
				t.Errorf("%s:%d: %s\nshown and got:\n%s", b.Path, step.Line, step.Command, cmp.Diff(step.Output, got))
			}
		}
	}
}

// serve starts a server that ends with the test, and gives the folder of its socket.
func serve(t *testing.T, root string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(root, "scripts", "postgres"))
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = time.Minute
	held, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Cancel = held.Close // it stops the server, and tidies up
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(held.Close(), cmd.Wait()) })
	_, host, _ := strings.Cut(strings.TrimSpace(address), "host=")
	return host
}

func furnish(t *testing.T, root, binary string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	links := map[string]string{binary: "bin/probity"}
	for _, folder := range []string{"docs", "examples"} {
		if _, err := os.Stat(filepath.Join(root, folder)); err == nil {
			links[filepath.Join(root, folder)] = folder
		}
	}
	for from, to := range links {
		if err := os.Symlink(from, filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// shell runs one command of a document and returns what it wrote, output and messages together as a terminal shows
// them. Exit codes are shown by the document where they matter (`; echo $?`).
func shell(t *testing.T, dir, server, command string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + filepath.Join(dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + dir, "LANG=C.UTF-8", "TERM=dumb", "PROBITY_DATA=" + os.Getenv("PROBITY_DATA"),
	}
	if server != "" {
		cmd.Env = append(cmd.Env, "PGHOST="+server, "PGUSER=probity", "PGDATABASE=postgres")
	}
	return written(t, command, cmd)
}

// written runs the shell of a command of a document.
func written(t *testing.T, command string, cmd *exec.Cmd) string {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
			t.Fatalf("%s: %v", command, err)
		}
	}
	return out.String()
}

// checkSnippets compiles the Go blocks that are whole files as if they stood in the module, without writing there, and
// parses the others.
func checkSnippets(t *testing.T, root string, blocks []house.Block) {
	overlay := map[string]map[string]string{"Replace": {}}
	places := []string{}
	for _, b := range blocks {
		switch {
		case b.Language != "go":
		case !strings.HasPrefix(strings.TrimSpace(b.Body), "package ") && !strings.Contains(b.Body, "\npackage "):
			if err := parses(b.Body); err != nil {
				t.Errorf("%s:%d: %v", b.Path, b.Line, err)
			}
		default:
			dir := fmt.Sprintf("internal/house/snippet%d", len(places))
			file := filepath.Join(t.TempDir(), "snippet.go")
			if err := os.WriteFile(file, []byte(b.Body), 0o600); err != nil {
				t.Fatal(err)
			}
			overlay["Replace"][filepath.Join(root, dir, "snippet.go")] = file
			places = append(places, fmt.Sprintf("%s:%d is ./%s", b.Path, b.Line, dir))
		}
	}
	if len(places) == 0 {
		return
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"build", "-overlay", file, "-o", os.DevNull}
	for i := range places {
		args = append(args, fmt.Sprintf("./internal/house/snippet%d", i))
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, strings.Join(places, "\n"))
	}
}

// parses says whether a fragment is Go at all: declarations, or statements.
func parses(fragment string) error {
	_, declarations := parser.ParseFile(token.NewFileSet(), "", "package p\n"+fragment, parser.SkipObjectResolution)
	if declarations == nil {
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+fragment+"\n}", parser.SkipObjectResolution)
	if err == nil && len(file.Decls) == 1 {
		if _, ok := file.Decls[0].(*ast.FuncDecl); ok {
			return nil
		}
	}
	return declarations
}

func TestBlocksAndSteps(t *testing.T) {
	t.Parallel()
	text := "# T\n\n```console run\n$ probity identifier check x \\\n    | cat\nout 1\n\nout 2\n$ make demo DEMO=--json && make test\n```\n" +
		"```sh\n# a remark\nX=1 ./bin/probity rate uscc:1 --model m\n```\n```yaml\n$ no command\n```\n````md\n```\ninner\n```\n````\n"
	repo := read(t, map[string]string{"docs/a.md": text, "internal/x/b.md": "```sh\nmake nothing\n```\n"})
	got := repo.Documents()
	if len(got) != 4 || got[0].Line != 4 || got[0].Path != "docs/a.md" || !got[0].Marked("run") || got[1].Marked("run") {
		t.Fatalf("blocks: %+v", got)
	}
	want := []house.Step{
		{Line: 4, Command: "probity identifier check x \\\n    | cat\n", Output: "out 1\n\nout 2\n"},
		{Line: 9, Command: "make demo DEMO=--json && make test\n"},
	}
	steps := got[0].Steps()
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"demo", "test"}, steps[1].Targets()); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"identifier", "check", "x"}}, steps[0].Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"rate"}}, got[1].Steps()[0].Calls()); diff != "" {
		t.Errorf("calls with a variable before them (-want +got):\n%s", diff)
	}
	if got[2].Steps() != nil || got[3].Body != "```\ninner\n```\n" {
		t.Errorf("other blocks: %+v", got[2:])
	}
}

// TestBlocksOfLists: a block in a list stands as far in as its fence, and its commands are commands all the same.
func TestBlocksOfLists(t *testing.T) {
	t.Parallel()
	repo := read(t, map[string]string{"docs/a.md": "1. First:\n\n   ```console run\n   $ echo a\n     b\n   ```\n"})
	got := repo.Documents()
	if len(got) != 1 {
		t.Fatalf("blocks: %+v", got)
	}
	if diff := cmp.Diff([]house.Step{{Line: 4, Command: "echo a\n", Output: "  b\n"}}, got[0].Steps()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	cases := []struct {
		shown, got string
		want       bool
	}{
		{"a\nb\n", "a\nb\n", true},
		{"a\nb", "a  \nb\n\n", true},
		{"a\n...\nz\n", "a\nb\nc\nz\n", true},
		{"a\n...\n", "a\n", true},
		{"took … ms\n", "took 12.5 ms\n", true},
		{"took … ms\n", "took 12.5 s\n", false},
		{"a.c\n", "abc\n", false},
		{"a\n", "a\nb\n", false},
		{"", "a\n", false},
		{"", "", true},
		{"...\n", "a\nb\n", true},
	}
	for _, c := range cases {
		if got := house.Matches(c.shown, c.got); got != c.want {
			t.Errorf("Matches(%q, %q) = %t", c.shown, c.got, got)
		}
	}
}
