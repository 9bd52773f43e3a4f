package cli_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"probity/internal/cli"
)

// reference is the page on the command line; everything below its marker is written from the commands themselves.
const (
	reference = "../../docs/command-line.md"
	marker    = "<!-- From here on written by the tests of internal/cli: UPDATE_DOCS=1 go test ./internal/cli -run TestReference -->\n"
)

func TestReference(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	head, have, ok := strings.Cut(string(page), marker)
	if !ok {
		t.Fatalf("%s has lost its marker:\n%s", reference, marker)
	}
	want := written()
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(reference, []byte(head+marker+want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s is not what the commands say; run UPDATE_DOCS=1 go test ./internal/cli -run TestReference\n%s", reference, diff)
	}
	for _, code := range cli.ExitCodes {
		if !strings.Contains(head, fmt.Sprintf("\n| %d |", code)) {
			t.Errorf("%s does not explain exit code %d", reference, code)
		}
	}
	if rows := strings.Count(head, "\n| ") - 1; rows != len(cli.ExitCodes) {
		t.Errorf("%s explains %d exit codes, there are %d", reference, rows, len(cli.ExitCodes))
	}
}

// commands are all commands that do something, in the order of the help.
func commands() []*kong.Node {
	var leaves []*kong.Node
	for _, n := range cli.Parser().Model.Leaves(true) {
		if !n.Hidden {
			leaves = append(leaves, n)
		}
	}
	return leaves
}

// written is the generated part of the page.
func written() string {
	var b strings.Builder
	b.WriteString("\n## Commands\n\n| command | what it does |\n|---|---|\n")
	for _, n := range commands() {
		fmt.Fprintf(&b, "| [`probity %s`](#%s) | %s |\n", name(n), strings.ReplaceAll("probity "+name(n), " ", "-"), n.Help)
	}
	for _, n := range commands() {
		fmt.Fprintf(&b, "\n### probity %s\n\n    probity %s\n\n%s\n", name(n), n.Summary(), n.Help)
		about, examples, _ := strings.Cut(n.Detail, "Examples:")
		if about = strings.TrimSpace(about); about != "" {
			b.WriteString("\n" + about + "\n")
		}
		if rows := parameters(n); len(rows) > 0 {
			b.WriteString("\n| | |\n|---|---|\n" + strings.Join(rows, ""))
		}
		b.WriteString("\n" + strings.TrimRight(strings.TrimPrefix(examples, "\n\n"), "\n") + "\n")
	}
	return b.String()
}

func name(n *kong.Node) string { return strings.TrimPrefix(n.Path(), "probity ") }

func parameters(n *kong.Node) []string {
	var rows []string
	for _, p := range n.Positional {
		rows = append(rows, fmt.Sprintf("| `%s` | %s |\n", p.Summary(), p.Help))
	}
	for _, level := range n.AllFlags(true) {
		for _, f := range level {
			if f.Group == nil || f.Group.Key != "everywhere" {
				rows = append(rows, fmt.Sprintf("| `%s` | %s |\n", f.String(), strings.ReplaceAll(f.Help, "|", "\\|")))
			}
		}
	}
	return rows
}

// TestHelp holds that each command explains itself: in a sentence, with examples, with a word on every argument and
// flag; and that the examples are commands that the program takes.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, n := range commands() {
		t.Run(strings.ReplaceAll(name(n), " ", "-"), func(t *testing.T) {
			t.Parallel()
			if !strings.HasSuffix(n.Help, ".") && !strings.HasSuffix(n.Help, "...") {
				t.Errorf("its help %q is no sentence", n.Help)
			}
			for _, p := range n.Positional {
				if p.Help == "" {
					t.Errorf("nothing is said of %s", p.Name)
				}
			}
			for _, f := range slices.Concat(n.AllFlags(true)...) {
				if f.Help == "" {
					t.Errorf("nothing is said of --%s", f.Name)
				}
			}
			found := 0
			for line := range strings.Lines(n.Detail) {
				for _, args := range typed(line) {
					found++
					if _, err := cli.Parser().Parse(args); err != nil {
						t.Errorf("the example %q is not taken: %v", strings.TrimSpace(line), err)
					}
				}
			}
			if found == 0 {
				t.Error("it has no example")
			}
		})
	}
}

// shellWord is a word of a shell command, possibly quoted, or one of the signs that end a command.
var shellWord = regexp.MustCompile(`"[^"]*"|[|<>;]|<\(|\)|[^\s"|<>;()]+`)

// typed finds the arguments of each probity command in a line of an example, as a shell would split them.
func typed(line string) [][]string {
	if !strings.HasPrefix(line, "    ") {
		return nil
	}
	var found [][]string
	var args []string
	open := false
	for _, w := range append(shellWord.FindAllString(line, -1), ";") {
		switch {
		case w == "probity" && !open:
			open, args = true, []string{}
		case strings.ContainsAny(w[:1], "|<>;)"):
			if open {
				found = append(found, args)
			}
			open = false
		case open && w != "...":
			args = append(args, strings.Trim(w, `"`))
		}
	}
	return found
}
