package issuer

import (
	"bytes"
	"io"
	"net/http"
)

// Local is a client that asks the handler itself, without the network: the deployment that an issuer is part of asks it so, and
// need not be reachable by itself.
func Local(h http.Handler) *http.Client { return &http.Client{Transport: local{h}} }

type local struct{ h http.Handler }

// RoundTrip has the handler answer.
func (l local) RoundTrip(r *http.Request) (*http.Response, error) {
	asked := r.Clone(r.Context())
	asked.RequestURI = r.URL.RequestURI()
	if asked.Body == nil {
		asked.Body = http.NoBody
	}
	a := &answer{header: http.Header{}, code: http.StatusOK}
	l.h.ServeHTTP(a, asked)
	return &http.Response{
		Status: http.StatusText(a.code), StatusCode: a.code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.header,
		Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()), Request: r,
	}, asked.Body.Close()
}

// answer is what the handler writes.
type answer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) WriteHeader(code int) { a.code = code }
