package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/api"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/server"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func code(n uint64) string { return must(identifier.SyntheticUSCC("91", n)) }

// world is a small demo database behind the API and its server: two companies with inspections, and a credential for
// everybody who matters.
type world struct {
	*deployment.Deployment
	t       *testing.T
	api     *api.API
	url     string
	log     *bytes.Buffer
	secrets map[string]string
	company subject.ID
	other   subject.ID
	client  *http.Client
}

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, calendar.Shanghai)

// lockedBuffer is a log that several requests write to.
type lockedBuffer struct {
	mu sync.Mutex
	to *bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	founder := access.Grant{Name: "first", Agency: "npcic", Official: "Gu Yan"}
	d, err := deployment.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), store.Demo, founder,
		deployment.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.AddRulebook(t.Context(), "npcic/author", "npcic/approver"); err != nil {
		t.Fatal(err)
	}
	w := &world{Deployment: d, t: t, log: &bytes.Buffer{}, secrets: map[string]string{}}
	w.secrets["first"] = must(d.Wallet.Load("first"))
	ratings := must(d.Ratings(t.Context()))
	for n := range uint64(2) {
		rep, err := d.Intake(ratings).Ingest(t.Context(), intake.Job{
			By: testworld.Delivery("samr"), Dataset: "samr.inspection", File: "inspections.csv", Source: strings.NewReader(inspections(n+7, 12)),
		}, nil)
		if err != nil || rep.Counts.Stored != 12 {
			t.Fatalf("%+v, %v", rep, err)
		}
	}
	w.company, w.other = w.find(code(7)), w.find(code(8))
	w.issue("second", access.Grant{Agency: "npcic", Official: "Wang Min"})
	w.issue("samr-clerk", access.Grant{Agency: "samr", Official: "Li Na"})
	w.issue("samr-other", access.Grant{Agency: "samr", Official: "Zhao Lei"})
	w.issue("mof", access.Grant{Agency: "mof", Official: "Zhou Lan"})
	w.issue("court", access.Grant{Agency: "spc", Official: "Judge Chen"})
	w.issue("own", access.Grant{Subject: w.company, Proof: digest("licence")})
	w.issue("stranger", access.Grant{Subject: w.other, Proof: digest("other licence")})
	log := slog.New(slog.NewJSONHandler(&lockedBuffer{to: w.log}, nil))
	w.api = api.New(d, api.Options{Log: log, Version: "test"})
	s := server.New(server.Options{Handler: w.api.Handler(), Log: log, Limits: server.Usual(), Now: time.Now})
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	w.url = h.URL
	w.client = &http.Client{Transport: &checked{t: t, router: w.router()}}
	return w
}

func inspections(n uint64, rows int) string {
	var b strings.Builder
	b.WriteString("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n")
	for i := range rows {
		fmt.Fprintf(&b, "检%d%03d,%s,上海示例贸易有限公司,random,clean,2026-%02d-05,示例局\n", n, i, code(n), i%9+1)
	}
	return b.String()
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (w *world) find(uscc string) subject.ID {
	return must(w.Store.FindSubject(w.t.Context(), store.Key{Scheme: subject.USCC, Value: uscc})).ID
}

func (w *world) credential(name string) access.Credential {
	return must(w.Access.Authenticate(w.t.Context(), name, w.secrets[name]))
}

func (w *world) issue(name string, g access.Grant) {
	w.t.Helper()
	g.Name = name
	var second access.Credential
	if g.Subject != 0 {
		second = w.credential("second")
	}
	secret, err := w.Access.Issue(w.t.Context(), w.credential("first"), second, g)
	if err != nil {
		w.t.Fatal(err)
	}
	w.secrets[name] = secret
}

// supervising are the headers of a lawful reading of an organisation.
var supervising = map[string]string{"Probity-Purpose": "supervision", "Probity-Basis": "supervision-opinions", "Probity-Case": "2026-118"}

// call sends a request as the credential ("" is nobody) and reads the answer; body is JSON, a text or nil.
func (w *world) call(as, method, path string, body any, headers ...map[string]string) (*http.Response, []byte) {
	w.t.Helper()
	var in io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	case []byte:
		in = bytes.NewReader(b)
	default:
		in = bytes.NewReader(must(json.Marshal(b)))
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, in)
	if err != nil {
		w.t.Fatal(err)
	}
	if in != nil {
		r.Header.Set("Content-Type", kind)
	}
	for _, set := range headers {
		for name, value := range set {
			r.Header.Set(name, value)
		}
	}
	if as != "" {
		r.SetBasicAuth(as, w.secrets[as])
	}
	answer, err := w.client.Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer, text
}

// want calls and demands the status, and reads the answer into a T.
func want[T any](w *world, status int, as, method, path string, body any, headers ...map[string]string) T {
	w.t.Helper()
	answer, text := w.call(as, method, path, body, headers...)
	if answer.StatusCode != status {
		w.t.Fatalf("%s %s as %q: %d and not %d: %s", method, path, as, answer.StatusCode, status, text)
	}
	var v T
	if len(text) == 0 {
		return v
	}
	if err := json.Unmarshal(text, &v); err != nil {
		w.t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
	return v
}

// router reads the served document.
func (w *world) router() routers.Router {
	w.t.Helper()
	answer, err := http.Get(w.url + "/openapi.json")
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromIoReader(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: w.url}}
	if err := doc.Validate(context.Background()); err != nil {
		w.t.Fatalf("the document is not valid: %v", err)
	}
	return must(legacy.NewRouter(doc))
}

// checked holds every request that is answered well, and every answer, against the served document.
type checked struct {
	t      *testing.T
	router routers.Router
}

func (c *checked) RoundTrip(r *http.Request) (*http.Response, error) {
	route, params, routeErr := c.router.FindRoute(r)
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || routeErr != nil {
		return answer, err
	}
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(text))
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	if answer.StatusCode < 300 {
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(sent))
		in.Request = again
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			c.t.Errorf("%s %s: the request is not as the document says, and was answered: %v", r.Method, r.URL.Path, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(text)), Options: options,
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		c.t.Errorf("%s %s: the answer %d is not as the document says: %v\n%s", r.Method, r.URL.Path, answer.StatusCode, err, text)
	}
	return answer, nil
}

func init() {
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.FileBodyDecoder)
}
