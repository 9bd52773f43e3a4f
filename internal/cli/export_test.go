package cli

import (
	"io"
	"time"

	"github.com/alecthomas/kong"

	"probity/internal/cli/console"
)

// Parser is the parser of the program, for tests that walk the commands.
func Parser() *kong.Kong {
	var g grammar
	parser, err := newParser(&g, Process{
		Out: io.Discard, Err: io.Discard, Env: func(string) string { return "" }, Now: func() time.Time { return time.Time{} },
	})
	if err != nil {
		panic(err)
	}
	return parser
}

// ExitCodes are the exit codes there are.
var ExitCodes = []int{
	console.ExitDone, console.ExitFailed, console.ExitMisuse, console.ExitRefused, console.ExitRejected, console.ExitUnavailable,
	console.ExitFaults,
}
