package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// operation is what every route says of itself in the document.
type operation struct {
	method, path string
	// id is what clients call it by, tag the noun it belongs to.
	id, tag, summary, about string
	// status is that of the answer where all went well, 0 for 200.
	status int
	// most is how many bytes a body may have, 0 for a mebibyte.
	most int64
}

// problems is the answer of every route where something went wrong.
func (a *API) problems() *huma.Response {
	return &huma.Response{
		Description: "What went wrong, as RFC 9457 has it.",
		Content: map[string]*huma.MediaType{problemType: {
			Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem"),
		}},
	}
}

func (a *API) described(o operation) huma.Operation {
	a.routes = append(a.routes, Route{Method: o.method, Path: o.path, ID: o.id})
	h := huma.Operation{
		Method: o.method, Path: o.path, OperationID: o.id, Tags: []string{o.tag}, Summary: o.summary, Description: o.about,
		DefaultStatus: o.status, MaxBodyBytes: o.most, Responses: map[string]*huma.Response{"default": a.problems()},
		BodyReadTimeout: -1, // the server bounds how long a body may make no progress
	}
	if h.DefaultStatus == 0 {
		h.DefaultStatus = http.StatusOK
	}
	return h
}

// unheard is where operations are registered for the document alone.
type unheard struct{ huma.Adapter }

// Handle does nothing.
func (unheard) Handle(*huma.Operation, func(huma.Context)) {}

// raw registers a route with a handler of our own, where the framework's reading of requests would cost too much or would
// read what has to be streamed. I and T are what the document says of it.
func raw[I, T any](a *API, op huma.Operation, f http.HandlerFunc) {
	huma.Register(a.paper, op, func(context.Context, *I) (*T, error) { panic("written down alone") })
	a.mux.HandleFunc(op.Method+" "+op.Path, f)
}

// lined puts the schemas of lines into the document, which a schema of the whole body cannot name.
func (a *API) lined(lines ...any) {
	for _, l := range lines {
		t := reflect.TypeOf(l)
		a.huma.OpenAPI().Components.Schemas.Schema(t, true, t.Name())
	}
}

// answer is what an act gives.
type answer[T any] struct{ Body T }

// do registers a route that does something, or reads without the reading being anybody's.
func do[I, T any](a *API, o operation, f func(context.Context, *I) (T, error)) {
	huma.Register(a.huma, a.described(o), func(ctx context.Context, in *I) (*answer[T], error) {
		body, err := f(ctx, in)
		if err != nil {
			return nil, a.answerable(ctx, err)
		}
		return &answer[T]{body}, nil
	})
}

// answerable is the problem as the framework sends it.
func (a *API) answerable(ctx context.Context, err error) error {
	p := a.problem(ctx, err)
	return huma.ErrorWithHeaders(p, p.GetHeaders())
}

// Conditional is the header by which a reader says what it has already.
type Conditional struct {
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of the answer that you have. Where it still holds, the answer is 304 without a body; it is a reading all the same, and recorded."`
}

func (c Conditional) has() string { return c.IfNoneMatch }

// recorded is the answer to a reading.
type recorded[T any] struct {
	Status int
	ETag   string `header:"ETag" doc:"Changes with what the answer says, and not with the entry under which the reading was recorded."`
	Access string `header:"Probity-Access" doc:"The entry under which the reading stands in its subject's ledger."`
	Body   T
}

// read registers a route that reads of a subject: f gives the answer and the entry of the reading.
func read[I interface{ has() string }, T any](a *API, o operation, f func(context.Context, *I) (T, string, error)) {
	op := a.described(o)
	op.Responses["304"] = &huma.Response{Description: "What you have still holds. The reading is recorded."}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*recorded[T], error) {
		body, entry, err := f(ctx, in)
		if err != nil {
			return nil, a.answerable(ctx, err)
		}
		out := &recorded[T]{Status: http.StatusOK, Access: entry, Body: body}
		if out.ETag, err = tagOf(body); err != nil {
			return nil, a.answerable(ctx, err)
		}
		if matches((*in).has(), out.ETag) {
			out.Status = http.StatusNotModified
			return out, nil
		}
		if r, ok := any(body).(interface{ Entered(string) }); ok {
			r.Entered(entry)
		}
		return out, nil
	})
}

// tagOf is the tag of an answer whose entry is not yet written into it.
func tagOf(body any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return "", err
	}
	sum := sha256.Sum256(b.Bytes())
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, nil
}

// matches tells whether one of the tags of If-None-Match is the tag; they are compared weakly, as RFC 9110 has it.
func matches(header, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}
