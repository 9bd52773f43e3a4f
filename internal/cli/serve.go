package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"probity/internal/cli/console"
	"probity/internal/web"
)

// serveCommand answers the small page.
type serveCommand struct {
	Listen string `default:"127.0.0.1:8371" placeholder:"ADDRESS" help:"The address; it must be of this machine, as the page has no sign-in."`
}

// Help shows the examples.
func (serveCommand) Help() string {
	return `The page searches organisations and shows their ratings, every point and the records behind it. It reads with the credential in use, and each reading is recorded. Ctrl-C ends it.

Examples:

    probity serve
    probity serve --listen 127.0.0.1:9000 --as li-wei`
}

// Run serves until it is interrupted.
func (c serveCommand) Run(s *console.Session) error {
	return servePage(s, c.Listen)
}

// servePage serves the small page on the address until the session's context ends, which is no fault.
func servePage(s *console.Session, address string) error {
	ratings, err := s.Ratings()
	if err != nil {
		return err
	}
	reader, err := s.Acting()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.Process.Err, nil))
	page, err := web.New(s.Opened, ratings, reader, log)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(s.Ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Opened.KeepEnds(ctx, ratings, log)
	}()
	defer func() { // the database is closed after this
		stop()
		<-ended
	}()
	return page.Serve(s.Ctx, address, func(url string) {
		s.Result(map[string]string{"url": url}, func(w io.Writer) {
			fmt.Fprintf(w, "serving on %s as %s of %s; Ctrl-C ends it\n", url, reader.Official(), reader.Agency())
		})
	})
}
