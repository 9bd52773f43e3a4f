// Package server is the HTTP server that the pages and the API stand on: what a handler may rely on and need not think
// of. Every request has a number; a fault in a handler ends that request and no other; what comes in too large, too slowly
// or too often is refused; what is logged and counted names the route, the status and the time, and nobody. When it is told
// to end, it takes no more connections and answers every request that it has taken, before it ends.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"probity/internal/fault"
)

// Limits bound what one client may do.
type Limits struct {
	// Rate is how many requests a second a client (an address) may send on average, and Burst how many at once; 0 is no
	// limit.
	Rate  float64
	Burst int
	// Header is how long a client may take to send a request's header, Idle how long a connection may do nothing. Bodies are
	// bounded by their routes: see [Patience].
	Header, Idle time.Duration
	// Patience is how long a body or an answer may make no progress at all before the connection is given up.
	Patience time.Duration
	// HeaderBytes is how large a request's header may be.
	HeaderBytes int
	// Grace is how long requests that were taken may still run once the server is told to end.
	Grace time.Duration
}

// Usual are the limits where nothing else is said.
func Usual() Limits {
	return Limits{
		Rate: 0, Burst: 0, Header: 10 * time.Second, Idle: 2 * time.Minute, Patience: 30 * time.Second, HeaderBytes: 64 << 10,
		Grace: 30 * time.Second,
	}
}

// Options are what a server is made of.
type Options struct {
	// Handler answers; it is a http.ServeMux or stands on one, so that requests have a Pattern.
	Handler http.Handler
	// Log takes one line a request, and what went wrong.
	Log *slog.Logger
	// Ready tells whether requests can be answered now; nil is always.
	Ready func(context.Context) error
	// Certificate is nil for plain HTTP.
	Certificate *Certificate
	Limits      Limits
	// Now is the clock.
	Now func() time.Time
}

// Server answers on one address.
type Server struct {
	options Options
	metrics *metrics
	clients *clients
	ending  chan struct{} // closed when it is told to end
}

// New makes a server.
func New(o Options) *Server {
	return &Server{options: o, metrics: newMetrics(), clients: newClients(o.Limits), ending: make(chan struct{})}
}

// Handler is everything that the server answers: what it was given, /healthz, /readyz and /metrics. It stands alone in
// tests; Serve serves it.
func (s *Server) Handler() http.Handler {
	own := http.NewServeMux()
	own.HandleFunc("GET /healthz", s.alive)
	own.HandleFunc("GET /readyz", s.ready)
	own.Handle("GET /metrics", s.metrics.handler())
	own.Handle("/", s.options.Handler)
	return s.numbered(s.watched(s.unbroken(headed(s.limited(s.patient(own))))))
}

// Serve answers on the address until the context ends; told is called with the server's URL when it takes requests. Then it
// takes no more, waits until those that it took are answered, at most for the limits' grace, and returns nil where all were.
// An address that is not this machine's alone is refused without a certificate.
func (s *Server) Serve(ctx context.Context, address string, told func(url string)) error {
	l, err := Listen(ctx, address, s.options.Certificate != nil)
	if err != nil {
		return err
	}
	return s.ServeOn(ctx, l, told)
}

// Listen takes the address, for whoever has to know it before it is served; certified tells that there is a certificate, without
// which an address that is not this machine's alone is refused.
func Listen(ctx context.Context, address string, certified bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "server.address", "%q is no address to serve on", address).With("write 127.0.0.1:8371, or 127.0.0.1:0 for any free port")
	}
	if !certified && !Loopback(host) {
		return nil, fault.New(fault.Invalid, "server.plain", "%s can be reached from other machines, and there is no certificate", address).
			With("serve on 127.0.0.1, or name a certificate and its key: --tls-cert and --tls-key")
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "server.listen", "cannot serve on %s: %v", address, err).By(err).
			With("choose a free port, or 127.0.0.1:0 for any")
	}
	return l, nil
}

// ServeOn is Serve on what Listen took; it closes it.
func (s *Server) ServeOn(ctx context.Context, l net.Listener, told func(url string)) error {
	scheme := "http"
	h := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: s.options.Limits.Header, IdleTimeout: s.options.Limits.Idle,
		MaxHeaderBytes: s.options.Limits.HeaderBytes, ErrorLog: slog.NewLogLogger(quiet{s.options.Log.Handler()}, slog.LevelWarn),
	}
	if c := s.options.Certificate; c != nil {
		scheme = "https"
		h.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, ClientAuth: tls.RequestClientCert, NextProtos: []string{"h2", "http/1.1"}}
		l = tls.NewListener(l, h.TLSConfig)
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		close(s.ending)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.Limits.Grace)
		defer cancel()
		stopped <- h.Shutdown(end)
	}()
	told(scheme + "://" + l.Addr().String() + "/")
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fault.New(fault.Unavailable, "server.ended", "the server ended: %v", err).By(err).With("start it again")
	}
	return <-stopped
}

// Loopback tells whether a host can be reached from this machine alone.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// alive answers as long as the process does.
func (s *Server) alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// ready answers 503 from the moment at which the server is told to end, and while it cannot look.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	select {
	case <-s.ending:
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("ending\n"))
		return
	default:
	}
	if s.options.Ready != nil {
		if err := s.options.Ready(r.Context()); err != nil {
			s.options.Log.WarnContext(r.Context(), "not ready", "code", string(fault.CodeOf(err)))
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("not ready\n"))
			return
		}
	}
	_, _ = w.Write([]byte("ready\n"))
}
