package server_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/internal/fault"
	"probity/internal/server"
)

type safeLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func options(h http.Handler) (server.Options, *safeLog) {
	log := &safeLog{}
	return server.Options{Handler: h, Log: slog.New(slog.NewJSONHandler(log, nil)), Limits: server.Usual(), Now: time.Now}, log
}

// serve runs a server until the context ends; ended gives what Serve returned.
func serve(ctx context.Context, t *testing.T, o server.Options) (url string, ended chan error) {
	t.Helper()
	told, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- server.New(o).Serve(ctx, "127.0.0.1:0", func(u string) { told <- u }) }()
	select {
	case url = <-told:
	case err := <-ended:
		t.Fatal(err)
	}
	return strings.TrimSuffix(url, "/"), ended
}

// TestEndsInOrder: told to end under load, the server answers every request that it took: what it did and what it answered
// are the same.
func TestEndsInOrder(t *testing.T) {
	t.Parallel()
	var done atomic.Int64
	enough := make(chan struct{})
	h := http.NewServeMux()
	h.HandleFunc("POST /act", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		timer := time.NewTimer(3 * time.Millisecond) // an act takes a moment
		defer timer.Stop()
		<-timer.C
		if done.Add(1) == 200 {
			close(enough)
		}
		_, _ = io.WriteString(w, "done")
	})
	o, _ := options(h)
	ctx, end := context.WithCancel(t.Context())
	url, ended := serve(ctx, t, o)
	var answered atomic.Int64
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			c := &http.Client{Transport: &http.Transport{}}
			for {
				resp, err := c.Post(url+"/act", "text/plain", strings.NewReader("x"))
				if err != nil {
					return // it takes no more
				}
				if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "done" {
					t.Errorf("half an answer: %q, %v", body, err)
				}
				resp.Body.Close()
				answered.Add(1)
			}
		})
	}
	<-enough
	end()
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
	clients.Wait()
	if done.Load() != answered.Load() {
		t.Errorf("%d acts were done, %d were answered", done.Load(), answered.Load())
	}
}

// TestGuards: a panic ends its own request alone, what was said is in no log, and everything has its headers.
func TestGuards(t *testing.T) {
	t.Parallel()
	h := http.NewServeMux()
	h.HandleFunc("GET /subject/{id}", func(w http.ResponseWriter, r *http.Request) { panic("about " + r.PathValue("id")) })
	h.HandleFunc("GET /well/{id}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, server.RequestID(r.Context()))
	})
	o, log := options(h)
	o.Ready = func(context.Context) error { return fault.New(fault.Unavailable, "test", "not yet") }
	s := httptest.NewServer(server.New(o).Handler())
	defer s.Close()
	get := func(path string, want int) (*http.Response, string) {
		t.Helper()
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != want {
			t.Errorf("%s: %d %s %v", path, resp.StatusCode, body, err)
		}
		return resp, string(body)
	}
	if _, text := get("/subject/marked-person?name=marked-name", http.StatusInternalServerError); strings.Contains(text, "marked") {
		t.Errorf("the fault says %s", text)
	}
	resp, id := get("/well/marked-person?name=marked-name", http.StatusOK)
	if resp.Header.Get("X-Request-Id") != id || len(id) != 20 {
		t.Errorf("request %q, header %q", id, resp.Header.Get("X-Request-Id"))
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	get("/healthz", http.StatusOK)
	get("/readyz", http.StatusServiceUnavailable)
	if _, text := get("/metrics", http.StatusOK); !strings.Contains(text, `probity_http_requests_total{route="GET /well/{id}",status="200"} 1`) ||
		!strings.Contains(text, "probity_http_panics_total 1") || strings.Contains(text, "marked") {
		t.Errorf("metrics: %s", text)
	}
	if text := log.String(); strings.Contains(text, "marked") || !strings.Contains(text, `"route":"GET /well/{id}"`) || !strings.Contains(text, id) {
		t.Errorf("the log: %s", text)
	}
}

// TestRateOfOneClient: what comes beyond the burst is refused until time has passed.
func TestRateOfOneClient(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	o, _ := options(http.NotFoundHandler())
	o.Limits.Rate, o.Limits.Burst = 0.5, 2
	o.Now = func() time.Time { return now }
	h := server.New(o).Handler()
	ask := func(from string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = from + ":1234"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for i, want := range []int{404, 404, 429} {
		if got := ask("10.0.0.1").Code; got != want {
			t.Errorf("request %d: %d", i, got)
		}
	}
	if w := ask("10.0.0.1"); w.Header().Get("Retry-After") != "2" {
		t.Errorf("to be tried again after %q", w.Header().Get("Retry-After"))
	}
	if got := ask("10.0.0.2").Code; got != 404 {
		t.Errorf("another client: %d", got)
	}
	now = now.Add(2 * time.Second)
	if got := ask("10.0.0.1").Code; got != 404 {
		t.Errorf("later: %d", got)
	}
}

// TestAStalledBody: who sends nothing more does not hold its connection.
func TestAStalledBody(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	h := http.NewServeMux()
	h.HandleFunc("POST /file", func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		failed <- err
	})
	o, _ := options(h)
	o.Limits.Patience = 30 * time.Millisecond
	url, _ := serve(t.Context(), t, o)
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST /file HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nbegun"); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err == nil {
		t.Error("the body was read to an end that never came")
	}
}

// TestAnAnswerThatNobodyTakes: who takes nothing of a long answer does not hold it, and who takes it is sent it whole.
func TestAnAnswerThatNobodyTakes(t *testing.T) {
	t.Parallel()
	const whole = 64 << 20 // more than lies on the way between two ends
	failed := make(chan error, 2)
	h := http.NewServeMux()
	h.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write(make([]byte, whole))
		failed <- err
	})
	o, _ := options(h)
	o.Limits.Patience = 300 * time.Millisecond
	url, _ := serve(t.Context(), t, o)
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err == nil {
		t.Error("an answer that nobody took was written to its end")
	}
	answer, err := http.Get(url + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if n, err := io.Copy(io.Discard, answer.Body); n != whole || err != nil {
		t.Errorf("%d bytes were taken, %v", n, err)
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
}

// TestPlainStaysAtHome: without a certificate nothing but this machine is served.
func TestPlainStaysAtHome(t *testing.T) {
	t.Parallel()
	o, _ := options(http.NotFoundHandler())
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:80", "nonsense"} {
		if err := server.New(o).Serve(t.Context(), address, func(string) {}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// certificate writes a certificate of the serial number and its key.
func certificate(t *testing.T, cert, key string, serial int64) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRenewedCertificate: a renewed certificate is taken up without a restart, and a broken one leaves the old in use.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	certificate(t, cert, key, 1)
	var past atomic.Int64
	start := time.Now()
	now := func() time.Time { return start.Add(time.Duration(past.Load())) }
	o, _ := options(http.NotFoundHandler())
	var err error
	if o.Certificate, err = server.LoadCertificate(cert, key, now); err != nil {
		t.Fatal(err)
	}
	url, _ := serve(t.Context(), t, o)
	serial := func() int64 {
		t.Helper()
		c, err := tls.Dial("tcp", strings.TrimPrefix(url, "https://"), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Fatalf("serial %d", got)
	}
	certificate(t, cert, key, 2)
	later := time.Now().Add(time.Minute)
	for _, name := range []string{cert, key} {
		if err := os.Chtimes(name, later, later); err != nil {
			t.Fatal(err)
		}
	}
	past.Add(int64(time.Minute))
	if got := serial(); got != 2 {
		t.Errorf("renewed, and serves serial %d", got)
	}
	if err := os.WriteFile(cert, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	past.Add(int64(time.Minute))
	if got := serial(); got != 2 {
		t.Errorf("broken, and serves serial %d", got)
	}
	if _, err := server.LoadCertificate(cert, key, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("a broken certificate at the start: %v", err)
	}
}
