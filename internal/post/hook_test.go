package post_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/internal/charter"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/store"
	"probity/internal/store/notices"
)

// receiver is a subject's own system behind a real HTTPS server.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []call
	answer func(w http.ResponseWriter, r *http.Request)
}

type call struct {
	header http.Header
	body   []byte
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		if err != nil {
			t.Error(err)
		}
		r.calls = append(r.calls, call{req.Header.Clone(), body})
		if r.answer != nil {
			r.answer(w, req)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// hook is a caller that trusts the receiver's certificate.
func (r *receiver) hook(birth store.Birth) map[charter.ChannelKind]post.Carrier {
	roots := x509.NewCertPool()
	roots.AddCert(r.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}}
	return map[charter.ChannelKind]post.Carrier{charter.HookChannel: post.NewHook(birth, transport)}
}

// TestHook walks the whole way: the channel is set, confirmed by a call, and called with a notice; each call is signed with
// the secret that was shown once.
func TestHook(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := receive(t)
	set := h.choose(h.firm, post.Choice{Kind: charter.HookChannel, Address: r.URL + "/notices?x=1", Language: notice.English})
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(set.Secret, "whsec_"))
	if err != nil || len(secret) != 32 || !set.Confirm {
		t.Fatalf("%+v, %v", set, err)
	}
	h.run(r.hook(store.Demo))
	var asked post.Call
	if len(r.calls) != 1 || json.Unmarshal(r.calls[0].body, &asked) != nil || asked.Type != "confirm" || asked.Code == "" {
		t.Fatalf("%+v", r.calls)
	}
	h.must(h.Counter().Confirm(t.Context(), h.scope(h.firm), set.Number, asked.Code))
	h.tell(h.firm, false)
	if round := h.run(r.hook(store.Demo)); round.Delivered != 1 {
		t.Fatalf("%+v", round)
	}
	var told post.Call
	h.must(json.Unmarshal(r.calls[1].body, &told))
	if told.Type != "notice" || told.Version != 1 || told.Subject != h.firm.ID || len(told.Letters) != 1 || told.Letters[0].Headline == "" || told.Notices[0].Seq != 1 {
		t.Errorf("%s", r.calls[1].body)
	}
	for _, c := range r.calls {
		id, stamp := c.header.Get("Webhook-Id"), c.header.Get("Webhook-Timestamp")
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + stamp + "." + string(c.body)))
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if id == "" || stamp == "" || c.header.Get("Webhook-Signature") != want || c.header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%+v", c.header)
		}
	}
	if r.calls[0].header.Get("Webhook-Id") == r.calls[1].header.Get("Webhook-Id") {
		t.Error("two messages have one id")
	}
}

// TestHookAnswers holds what each kind of answer leads to.
func TestHookAnswers(t *testing.T) {
	t.Parallel()
	elsewhere := receive(t)
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		birth  store.Birth
		state  notices.State
		said   string
		calls  int
	}{
		"taken":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, store.Demo, notices.Delivered, "answered 204 No Content", 1},
		"broken": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, store.Demo, notices.Waiting, "answered 502 Bad Gateway", 1},
		"moved away": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, store.Demo, notices.Waiting, "answered 307 Temporary Redirect; redirects are not followed", 1},
		"no more":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, store.Demo, notices.GivenUp, "answered 410 Gone", 1},
		"cut off":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, store.Demo, notices.Waiting, "calling the address: the connection failed", 1},
		"in the house": {nil, store.Live, notices.GivenUp, "calling the address: the address leads into a private network", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			r := receive(t)
			set := h.choose(h.firm, post.Choice{Kind: charter.HookChannel, Address: r.URL})
			ask := &recorder{}
			h.run(map[charter.ChannelKind]post.Carrier{charter.HookChannel: ask})
			h.must(h.Counter().Confirm(t.Context(), h.scope(h.firm), set.Number, ask.parcels[0].Code))
			h.tell(h.firm, false)
			r.answer = c.answer
			h.run(r.hook(c.birth))
			f := h.inbox(h.firm)[0].Deliveries[0]
			if f.State != c.state || f.Said != c.said || len(r.calls) != c.calls {
				t.Errorf("%+v, %d calls", f, len(r.calls))
			}
		})
	}
	if len(elsewhere.calls) != 0 {
		t.Error("a redirect was followed")
	}
}

// TestHookOfAStranger holds that a certificate that nobody vouches for is not called.
func TestHookOfAStranger(t *testing.T) {
	t.Parallel()
	r := receive(t)
	_, err := post.NewHook(store.Demo, nil).Carry(t.Context(), &post.Parcel{ID: "s.1.1", Address: r.URL, At: time.Unix(1, 0)})
	if err == nil || err.Error() != "calling the address: its certificate is not valid" || len(r.calls) != 0 {
		t.Errorf("%v", err)
	}
}
