// Package web is the small page: search an organisation, see its rating, every point of it and the records behind. It
// works without scripts, is served on an address of this machine alone since it has no sign-in, and reads as any other reader does: with a credential, for a stated
// purpose, and in the subject's ledger before the page leaves. Persons and sole traders cannot be searched for.
package web

import (
	"log/slog"
	"net/http"

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
