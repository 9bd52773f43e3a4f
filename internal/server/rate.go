package server

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// clients are how much each client may still send: a bucket each, which fills with time.
type clients struct {
	rate  float64
	burst float64
	mu    sync.Mutex
	left  map[string]*bucket
	swept time.Time
}

type bucket struct {
	tokens float64
	at     time.Time
}

// manyClients is how many buckets are kept before those that are full again are thrown away.
const manyClients = 10_000

func newClients(l Limits) *clients {
	return &clients{rate: l.Rate, burst: float64(max(l.Burst, 1)), left: map[string]*bucket{}}
}

// take takes one request out of the client's bucket; wait is how long until there is one again, 0 where there was.
func (c *clients) take(client string, now time.Time) (wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep(now)
	b := c.left[client]
	if b == nil {
		b = &bucket{tokens: c.burst, at: now}
		c.left[client] = b
	}
	b.tokens = min(c.burst, b.tokens+now.Sub(b.at).Seconds()*c.rate)
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		return 0
	}
	return time.Duration((1 - b.tokens) / c.rate * float64(time.Second))
}

// sweep throws full buckets away, where there are many.
func (c *clients) sweep(now time.Time) {
	if len(c.left) < manyClients || now.Sub(c.swept) < time.Second {
		return
	}
	c.swept = now
	for client, b := range c.left {
		if b.tokens+now.Sub(b.at).Seconds()*c.rate >= c.burst {
			delete(c.left, client)
		}
	}
}

// limited refuses what one client sends beyond its rate. A client is an address: who it says it is, is found out later and
// costs more.
func (s *Server) limited(next http.Handler) http.Handler {
	if s.options.Limits.Rate <= 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		if wait := s.clients.take(host, s.options.Now()); wait > 0 {
			s.metrics.refused.Inc()
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"type":"urn:probity:problem:rate","title":"Too many requests","status":429,"code":"rate",` +
				`"detail":"more requests came from this address than one client may send","cure":"wait as long as Retry-After says",` +
				`"instance":"` + RequestID(r.Context()) + `"}` + "\n"))
			return
		}
		next.ServeHTTP(w, r)
	})
}
