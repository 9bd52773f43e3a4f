package cli

import (
	"fmt"
	"io"
	"runtime/debug"

	"probity/internal/cli/console"
)

// versionCommand says what is running, exactly enough to build it again.
type versionCommand struct{}

type versionAnswer struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
}

// Help shows the examples.
func (versionCommand) Help() string {
	return "Examples:\n\n    probity version\n    probity version --json"
}

// Run prints what the Go tool recorded when it built the program.
func (versionCommand) Run(s *console.Session) error {
	a := versionAnswer{Version: "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		a.Version, a.Go = info.Main.Version, info.GoVersion
		for _, set := range info.Settings {
			switch set.Key {
			case "vcs.revision":
				a.Revision = set.Value
			case "vcs.modified":
				a.Modified = set.Value == "true"
			}
		}
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "probity %s", console.Either(a.Version, "(devel)"))
		if a.Revision != "" {
			fmt.Fprintf(w, ", revision %.12s", a.Revision)
		}
		if a.Modified {
			fmt.Fprint(w, " with changes")
		}
		fmt.Fprintf(w, ", built with %s\n", a.Go)
	})
	return nil
}
