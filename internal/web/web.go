// Package web is the small page: search an organisation, see its rating, every point of it and the records behind. It
// works without scripts, and reads as any other reader does: with the credential of who signed in, for a stated purpose, and in
// the subject's ledger before the page leaves. Where nobody signs in it reads with the credential in use, and is served on an
// address of this machine alone. Who signed in for itself sees its own file. Persons and sole traders cannot be searched for.
package web

import (
	"log/slog"
	"net/http"

	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/rating"
	"probity/internal/web/signin"
)

// The page reads what the law makes public about organisations, for the reason that law gives.
const (
	purpose = "public-search"
	basis   = "enterprise-publicity"
)

// Server answers the pages of one deployment.
type Server struct {
	open      *deployment.Deployment
	ratings   *rating.Desk
	measures  *measure.Service
	admission Admission
	pages     *pages
	log       *slog.Logger
}

// New makes a server that lets in whom the admission says. What is our own fault goes to the log and never into a page.
func New(open *deployment.Deployment, ratings *rating.Desk, by Admission, log *slog.Logger) (*Server, error) {
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	return &Server{open: open, ratings: ratings, measures: open.Measures(ratings), admission: by, pages: p, log: log}, nil
}

// Handler routes the pages; these are all routes there are.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.page(s.search))
	mux.HandleFunc("GET /own", s.own)
	mux.Handle("GET /subject/{id}", s.page(s.subject))
	mux.Handle("GET /subject/{id}/records", s.page(s.records))
	mux.Handle("GET /models/{code}", s.page(s.model))
	mux.Handle("/", s.page(func(*http.Request) (view, error) {
		return view{}, fault.New(fault.NotFound, "web.none", "there is no such page").With("start from the search")
	}))
	outside := http.NewServeMux()
	outside.Handle("GET /assets/", http.StripPrefix("/assets/", assetServer()))
	if d := s.admission.Door; d != nil {
		for _, path := range []string{"/login", "/login/", "/logout", "/session"} {
			outside.Handle(path, d.Handler())
		}
	}
	outside.Handle("/", s.known(mux))
	return headers(outside)
}

// Enter gives the server the door through which people come in. It is for the wiring, before the server is used: the door shows
// its problems by the server's pages.
func (s *Server) Enter(d *signin.Door) { s.admission.Door = d }

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
