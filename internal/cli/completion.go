package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"probity/internal/cli/console"

	"github.com/alecthomas/kong"
)

// completionCommand prints the script that makes a shell ask the program itself what may follow.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help shows the examples.
func (completionCommand) Help() string {
	return `Commands, flags and the codes that stand after them (datasets, agencies, models, purposes, measures, credentials) are completed. The codes are those of the database in use, or of the built-in catalogue where there is none yet.

Examples:

    source <(probity completion bash)
    probity completion zsh > "${fpath[1]}/_probity"
    probity completion fish > ~/.config/fish/completions/probity.fish`
}

// scripts are the completion scripts. Each hands the words typed so far to `probity complete`, which knows the rest.
var scripts = map[string]string{
	"bash": `_probity() {
    local IFS=$'\n'
    COMPREPLY=($(probity complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
    [[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
# The colon of SCHEME:VALUE is no boundary between words here.
COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}
complete -F _probity probity
`,
	"zsh": `#compdef probity
_probity() {
    local -a found
    found=("${(@f)$(probity complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${found[1]}" ]]; then compadd -Q -- "${found[@]}"; else _files; fi
}
if [[ "$funcstack[1]" = _probity ]]; then _probity "$@"; else compdef _probity probity; fi
`,
	"fish": `function __probity_complete
    set -l words (commandline -opc) (commandline -ct)
    probity complete -- $words[2..-1] 2>/dev/null
end
complete -c probity -a '(__probity_complete)'
`,
}

// Run prints the script.
func (c completionCommand) Run(s *console.Session) error {
	s.Result(map[string]string{"shell": c.Shell, "script": scripts[c.Shell]}, func(w io.Writer) {
		io.WriteString(w, scripts[c.Shell]) //nolint:errcheck // w is a sticky writer
	})
	return nil
}

// completeCommand lists what may stand where the last of the words stands, one candidate a line.
type completeCommand struct {
	Words []string `arg:"" optional:"" name:"word" help:"The words typed so far, the last one possibly empty."`
}

// Run prints the candidates. It finds nothing rather than fail: a shell has nobody to show an error to.
func (c completeCommand) Run(s *console.Session, parser *kong.Kong) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	typed, last := words[:len(words)-1], words[len(words)-1]
	node, waiting, positional := walk(parser.Model.Node, typed)
	for _, candidate := range candidates(s, node, waiting, positional, last) {
		if strings.HasPrefix(candidate, last) {
			fmt.Fprintln(s.Process.Out, candidate)
		}
	}
	return nil
}

// walk follows the words to the command they reach. waiting is the flag whose value comes next, nil where none does;
// positional counts the arguments already given to the command.
func walk(node *kong.Node, words []string) (at *kong.Node, waiting *kong.Flag, positional int) {
	for _, w := range words {
		if waiting != nil {
			waiting = nil
			continue
		}
		if name, ok := strings.CutPrefix(w, "--"); ok {
			waiting = awaited(node, name)
			continue
		}
		i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == w })
		if i < 0 {
			positional++
			continue
		}
		node, positional = node.Children[i], 0
	}
	return node, waiting, positional
}

// awaited is the flag of that name if its value is still to come.
func awaited(node *kong.Node, name string) *kong.Flag {
	if strings.Contains(name, "=") {
		return nil
	}
	for _, f := range flagsOf(node) {
		if f.Name == name && !f.IsBool() {
			return f
		}
	}
	return nil
}

func flagsOf(node *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, level := range node.AllFlags(true) {
		flags = append(flags, level...)
	}
	return flags
}

func candidates(s *console.Session, node *kong.Node, waiting *kong.Flag, positional int, last string) []string {
	if waiting != nil {
		return values(s, waiting.Value)
	}
	var found []string
	if strings.HasPrefix(last, "-") {
		for _, f := range flagsOf(node) {
			found = append(found, "--"+f.Name)
		}
		return found
	}
	for _, child := range node.Children {
		if !child.Hidden {
			found = append(found, child.Name)
		}
	}
	if n := len(node.Positional); n > 0 {
		found = append(found, values(s, node.Positional[min(positional, n-1)])...)
	}
	return found
}

// values lists what may be given for a flag or an argument: its closed list, or the codes that its tag names.
func values(s *console.Session, v *kong.Value) []string {
	if v.Enum != "" {
		return strings.Split(v.Enum, ",")
	}
	if v.Tag == nil {
		return nil
	}
	return s.Codes(v.Tag.Get("complete"))
}
