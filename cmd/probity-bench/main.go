// Command probity-bench prints the figures of docs/performance.md, one JSON object a line. `make bench` builds and runs
// it from the repository's root; its one argument, if given, is the beginning of the names to measure.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"probity/internal/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	prefix := ""
	if len(os.Args) > 1 {
		prefix = os.Args[1]
	}
	figures, err := bench.Select(bench.Figures(), prefix)
	if err != nil {
		return err
	}
	return bench.Print(ctx, figures, os.Stdout, bench.Run{Log: os.Stderr, Now: time.Now}, folder)
}

// folder makes an empty folder for one figure, and the way to remove it.
func folder() (string, func(), error) {
	dir, err := os.MkdirTemp("", "probity-bench-")
	if err != nil {
		return "", nil, err
	}
	return dir, func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, "bench: could not remove", dir, err)
		}
	}, nil
}
