// Package cli is the command line: it reads what was typed, calls the service that does it, and says what came of it.
// It holds no rule of the field. What it prints and exits with follows the rules at the top of package console.
//
// There is one file for each noun (identifier.go, subject.go, ...); the catalogue and the models, the rules by which
// everything goes, have package rules. A command is a struct whose fields are its arguments and flags and whose Run
// calls the service; grammar.go lists them all.
package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"probity/internal/cli/console"
	"probity/internal/fault"
)

// Process is everything that a command may touch of the process it runs in.
type Process = console.Process

// Main runs the one command that p.Args asks for and returns the exit code, one of those of package console. It ends
// early, leaving nothing half done, when ctx is cancelled.
func Main(ctx context.Context, p Process) int {
	s := console.New(ctx, p)
	err := run(s)
	if closed := s.Close(); err == nil {
		err = closed
	}
	return s.Finish(err)
}

// run parses and runs; panics of the libraries below are not caught: they are bugs and should be seen as such.
func run(s *console.Session) error {
	var g grammar
	parser, err := newParser(&g, s.Process)
	if err != nil {
		return err
	}
	s.Flags = &g.Flags
	if len(s.Process.Args) == 0 {
		return showOverview(parser)
	}
	parsed, err := parser.Parse(s.Process.Args)
	if errors.Is(err, errHelpShown) {
		return nil
	}
	if err != nil {
		return misuse(err)
	}
	return parsed.Run(s, parser)
}

// misuse turns an error of the parser into ours. The parser's suggestion ("did you mean ...?") becomes the cure.
func misuse(err error) error {
	var own *fault.Error
	if errors.As(err, &own) {
		return own
	}
	what, guess, _ := strings.Cut(err.Error(), ", did you mean ")
	command := "probity"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if n := parse.Context.Selected(); n != nil {
			command = n.FullPath()
		}
	}
	f := console.Misuse("%s", plain(what)).With(fmt.Sprintf("%s --help shows what it takes", command))
	if guess != "" {
		f.Cure = "did you mean " + strings.ReplaceAll(guess, `"`, "") + " Otherwise: " + f.Cure
	}
	return f
}

// plain puts the parser's own words, of which it has no types, into ours.
func plain(text string) string {
	if rest, ok := strings.CutPrefix(text, "expected one of "); ok {
		return "a command is missing: " + rest
	}
	if rest, ok := strings.CutPrefix(text, "expected "); ok {
		return "an argument is missing: " + strings.Trim(rest, `"`)
	}
	return strings.NewReplacer(
		`expected string value but got "EOL" (<EOL>)`, "a value is missing",
		`expected a valid 64 bit int but got`, "a whole number is needed, not",
		"unexpected argument ", "there is no command or argument ",
		"unknown flag ", "there is no flag ",
	).Replace(text)
}
