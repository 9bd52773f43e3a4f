package hook_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"probity/client"
	"probity/internal/event"
	"probity/internal/event/hook"
	"probity/internal/event/outward"
)

var at = time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)

func parcel(to string) *event.Parcel {
	e := event.Event{Subscription: 4, Position: 1, Subject: 7, Source: event.SourceNotice, Number: 3, Type: event.RatingChanged, Thing: "enterprise-credit", At: at}
	return &event.Parcel{Address: to, Envelope: e.Envelope("https://probity.example"), At: at, Secrets: [][]byte{[]byte("new"), []byte("old")}}
}

// receive is an agency's own system behind a real HTTPS server, and a transport that trusts its certificate.
func receive(t *testing.T, f http.HandlerFunc) (*httptest.Server, *http.Transport) {
	t.Helper()
	s := httptest.NewTLSServer(f)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}}
}

// TestCall: the receiver proves by the client's own function who calls, by the old secret and by the new one.
func TestCall(t *testing.T) {
	t.Parallel()
	calls := 0
	s, trusting := receive(t, func(_ http.ResponseWriter, r *http.Request) {
		calls++
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		for _, secret := range []string{"new", "old"} {
			e, err := client.Verify(r.Header, body, at, outward.SecretPrefix+base64.StdEncoding.EncodeToString([]byte(secret)))
			if err != nil || e.Type != "probity.rating.changed" || e.Data.Thing != "enterprise-credit" || e.Data.Position != 1 {
				t.Errorf("%+v, %v", e, err)
			}
		}
		if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/cloudevents+json") {
			t.Errorf("%s %v", r.Method, r.Header)
		}
	})
	if err := hook.New(nil, true, trusting).Carry(t.Context(), parcel(s.URL)); err != nil || calls != 1 {
		t.Fatalf("%v, %d calls", err, calls)
	}
}

// TestAnswers holds what each kind of answer leads to, and that no error tells the address.
func TestAnswers(t *testing.T) {
	t.Parallel()
	elsewhere, _ := receive(t, func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		live   bool
		want   string
		gone   bool
	}{
		"broken": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, false, "answered 502 Bad Gateway", false},
		"gone":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, false, "answered 410 Gone", true},
		"moved": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, false, "redirects are not followed", false},
		"cut off":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, "the connection failed", false},
		"in the house": {func(http.ResponseWriter, *http.Request) { t.Error("it was called") }, true, "private network", false},
		"slow": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the other side went away
			<-r.Context().Done()
		}, false, "no answer came in time", false},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, false, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, trusting := receive(t, c.answer)
			ctx := t.Context()
			if name == "slow" {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
			}
			err := hook.New(nil, !c.live, trusting).Carry(ctx, parcel(s.URL+"/secret-path"))
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, event.ErrGone) != c.gone || strings.Contains(err.Error(), "secret-path") || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestNamedNetwork: what the settings name is called also by a live deployment.
func TestNamedNetwork(t *testing.T) {
	t.Parallel()
	s, trusting := receive(t, func(http.ResponseWriter, *http.Request) {})
	inside, err := outward.ParseNetworks("127.0.0.0/8,::1")
	if err != nil {
		t.Fatal(err)
	}
	if err := hook.New(inside, false, trusting).Carry(t.Context(), parcel(s.URL)); err != nil {
		t.Error(err)
	}
	if err := hook.New(nil, true, nil).Carry(t.Context(), parcel(s.URL)); err == nil || err.Error() != "its certificate is not valid" {
		t.Errorf("a stranger's certificate: %v", err)
	}
}
