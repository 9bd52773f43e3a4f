package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
)

type requestKey struct{}

// RequestID is the number of the request that is being answered; "" outside of one. It says nothing about anybody.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// numbered gives every request a number, in the answer as X-Request-Id. A number that a client sends is not taken over: it
// could carry anything into the log.
func (s *Server) numbered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.ToLower(rand.Text()[:20])
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

// watched logs and counts every request by its route, never by its address, its parameters or its headers: those tell of
// people.
func (s *Server) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.options.Now()
		seen := &seen{ResponseWriter: w}
		s.metrics.running.Inc()
		defer func() {
			s.metrics.running.Dec()
			took := s.options.Now().Sub(began)
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			s.metrics.answered(route, seen.status(), took)
			if quick(route) && seen.status() < http.StatusBadRequest {
				return
			}
			s.options.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("request", RequestID(r.Context())),
				slog.String("route", route), slog.Int("status", seen.status()), slog.Int64("bytes", seen.bytes),
				slog.Int64("micros", took.Microseconds()))
		}()
		next.ServeHTTP(seen, r)
	})
}

// quick tells the routes that watchers ask for every few seconds; their being well is not written down.
func quick(route string) bool {
	return route == "GET /healthz" || route == "GET /readyz" || route == "GET /metrics"
}

// seen remembers what was answered.
type seen struct {
	http.ResponseWriter
	code  int
	bytes int64
}

func (s *seen) status() int {
	if s.code == 0 {
		return http.StatusOK
	}
	return s.code
}

// WriteHeader remembers the status.
func (s *seen) WriteHeader(code int) {
	if s.code == 0 && code >= http.StatusOK {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

// Write counts the bytes.
func (s *seen) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	n, err := s.ResponseWriter.Write(b)
	s.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (s *seen) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// unbroken keeps a fault in one handler from ending the others. Its text goes to the log without what it was about: a
// panic's value may tell of anybody.
func (s *Server) unbroken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // it is compared as net/http does
				panic(v)
			}
			s.metrics.panics.Inc()
			s.options.Log.ErrorContext(r.Context(), "panic", "request", RequestID(r.Context()), "route", r.Pattern, "kind", kindOf(v), "stack", string(debug.Stack()))
			if seen, ok := w.(*seen); ok && seen.code == 0 {
				w.Header().Set("Content-Type", "text/plain; charset=utf-8")
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = w.Write([]byte("This is our fault, not yours. It has been written down under the number " + RequestID(r.Context()) + ".\n"))
				return
			}
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}()
		next.ServeHTTP(w, r)
	})
}

func kindOf(v any) string {
	if _, ok := v.(error); ok {
		return "error"
	}
	return "value"
}

// headed sets the headers that keep answers to those who asked: no guessing of types, no frames, nothing kept by caches on
// the way, nothing told to other sites. A handler may say otherwise.
func headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// patient gives a body that comes, and an answer that goes, as long as they make progress, and no longer.
func (s *Server) patient(next http.Handler) http.Handler {
	most := s.options.Limits.Patience
	if most <= 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			body := &steady{ReadCloser: r.Body, giveUp: stopReading(w), patience: most}
			defer body.stop()
			r.Body = body
		}
		next.ServeHTTP(&taken{ResponseWriter: w, giveUp: stopWriting(w), patience: most}, r)
	})
}
