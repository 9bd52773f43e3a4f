// Package web is the small page: search an organisation, see its rating, every point of it and the records behind. It
// serves on loopback, works without scripts, and reads as any other reader does: with a credential, for a stated
// purpose, and in the subject's ledger before the page leaves. Persons and sole traders cannot be searched for.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"probity/internal/access"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/rating"
)

// The page reads what the law makes public about organisations, for the reason that law gives.
const (
	purpose = "public-search"
	basis   = "enterprise-publicity"
)

// Server answers the pages of one deployment.
type Server struct {
	open     *deployment.Deployment
	ratings  *rating.Desk
	measures *measure.Service
	reader   access.Credential
	pages    *pages
	log      *slog.Logger
}

// New makes a server that reads with the credential. What is our own fault goes to the log and never into a page.
func New(open *deployment.Deployment, ratings *rating.Desk, reader access.Credential, log *slog.Logger) (*Server, error) {
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	return &Server{open: open, ratings: ratings, measures: open.Measures(ratings), reader: reader, pages: p, log: log}, nil
}

// Handler routes the pages; these are all routes there are.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.page(s.search))
	mux.Handle("GET /subject/{id}", s.page(s.subject))
	mux.Handle("GET /subject/{id}/records", s.page(s.records))
	mux.Handle("GET /models/{code}", s.page(s.model))
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", assetServer()))
	mux.Handle("/", s.page(func(*http.Request) (view, error) {
		return view{}, fault.New(fault.NotFound, "web.none", "there is no such page").With("start from the search")
	}))
	return headers(mux)
}

// headers keeps the pages to themselves: nothing from elsewhere, no frames, no guessing of types, nothing kept by
// caches on the way.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// Serve answers on a loopback address until the context ends; ready is told the address. Any other address is refused:
// the page has no sign-in yet.
func (s *Server) Serve(ctx context.Context, address string, ready func(url string)) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fault.New(fault.Invalid, "web.address", "%q is no address to serve on", address).With("write 127.0.0.1:8080, or 127.0.0.1:0 for any free port")
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fault.New(fault.Invalid, "web.loopback", "%s is not an address of this machine alone", host).
			With("serve on 127.0.0.1: the page has no sign-in")
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return fault.New(fault.Unavailable, "web.listen", "cannot serve on %s: %v", address, err).By(err).
			With("choose a free port, or 127.0.0.1:0 for any")
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(end)
	}()
	ready(fmt.Sprintf("http://%s/", l.Addr()))
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
