// Command probity is the whole platform in one program: `probity --help` lists what it does.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"probity/internal/cli"
)

func main() { os.Exit(run()) }

// run ends on the first Ctrl-C by cancelling the work in hand, which leaves nothing half done; a second one ends the
// process at once.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return cli.Main(ctx, cli.Process{
		Args: os.Args[1:],
		In:   os.Stdin,
		Out:  os.Stdout,
		Err:  os.Stderr,
		Env:  os.Getenv,
		Now:  time.Now,
	})
}
