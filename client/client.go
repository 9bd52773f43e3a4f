// Package client asks a Probity server from a Go program: decisions one by one and by the thousand, ratings with their
// explanation, records, and files sent. What the server refuses comes back as a [Problem], which says what is missing and
// what to do about it.
//
// The client sends what it is told: who asks is the credential, and every reading states what it is for.
package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Client asks one server by one credential. It is safe for concurrent use.
type Client struct {
	// Server is its address, such as https://probity.example.
	Server string
	// Sign shows the credential in a request: see [Basic] and [Bearer].
	Sign func(*http.Request) error
	// HTTP sends; nil is http.DefaultClient.
	HTTP *http.Client
}

// Basic shows the name and the secret of a local credential.
func Basic(name, secret string) func(*http.Request) error {
	return func(r *http.Request) error {
		r.SetBasicAuth(name, secret)
		return nil
	}
}

// Bearer shows an access token; token is asked for it before each request, so that it can be renewed.
func Bearer(token func(context.Context) (string, error)) func(*http.Request) error {
	return func(r *http.Request) error {
		t, err := token(r.Context())
		if err == nil {
			r.Header.Set("Authorization", "Bearer "+t)
		}
		return err
	}
}

// Why is what a reading is for: a purpose of the closed list, a legal basis that it allows, and the number of the case where
// the purpose asks for one.
type Why struct{ Purpose, Basis, Case string }

func (y Why) into(h http.Header) {
	for name, text := range map[string]string{"Probity-Purpose": y.Purpose, "Probity-Basis": y.Basis, "Probity-Case": y.Case} {
		if text == "" {
			continue
		}
		if strings.IndexFunc(text, func(r rune) bool { return r > 126 || r < 32 }) >= 0 {
			text = "UTF-8''" + url.PathEscape(text)
		}
		h.Set(name, text)
	}
}

// Problem is why a request was not answered, as RFC 9457 has it. Code says what kind of answer it is: "refused" by the
// Charter, with Invariant and Missing; "not_found"; "unavailable", where the server could not look; and others.
type Problem struct { //nolint:errname // RFC 9457 calls it a problem
	Status    int    `json:"status"`
	Title     string `json:"title"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	Key       string `json:"key"`
	Where     string `json:"where"`
	Cure      string `json:"cure"`
	Invariant string `json:"invariant"`
	Missing   string `json:"missing"`
	// Instance is the number of the request, by which the server's operator finds it.
	Instance string `json:"instance"`
	Errors   []struct {
		Where  string `json:"where"`
		Detail string `json:"detail"`
	} `json:"errors"`
}

// Error is what went wrong, and the cure.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if p.Invariant != "" {
		text = "refused by the Charter (" + p.Invariant + "): " + text
	}
	if p.Cure != "" {
		text += "; cure: " + p.Cure
	}
	return text
}

// NotFound tells whether an error is that there is no such thing, or none that the reader may know of.
func NotFound(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Code == "not_found"
}

// do sends a request and reads the JSON of the answer into v.
func (c *Client) do(ctx context.Context, method, path string, header http.Header, body io.Reader, v any) error {
	resp, err := c.send(ctx, method, path, header, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", path, err)
	}
	return nil
}

// send sends a request; an answer that is a problem is an error.
func (c *Client) send(ctx context.Context, method, path string, header http.Header, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Server, "/")+path, body)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if c.Sign != nil {
		if err := c.Sign(r); err != nil {
			return nil, err
		}
	}
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	resp, err := h.Do(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < http.StatusBadRequest {
		return resp, nil
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	p := &Problem{Status: resp.StatusCode, Title: resp.Status}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil {
		_ = json.Unmarshal(text, p) // a proxy on the way may answer otherwise: then the status is all there is
	}
	return nil, p
}

func (c *Client) post(ctx context.Context, path string, why Why, body, v any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	h := http.Header{"Content-Type": {"application/json"}}
	why.into(h)
	return c.do(ctx, http.MethodPost, path, h, bytes.NewReader(text), v)
}

func (c *Client) get(ctx context.Context, path string, why Why, v any) error {
	h := http.Header{}
	why.into(h)
	return c.do(ctx, http.MethodGet, path, h, http.NoBody, v)
}

// Decision is the answer to one question. Outcome is granted, not_granted, restricted, clear or refused.
type Decision struct {
	ID      string `json:"decision"`
	Access  string `json:"access"`
	Subject string `json:"subject"`
	Measure string `json:"measure"`
	Outcome string `json:"outcome"`
	Reasons []struct {
		Code string `json:"code"`
		Text string `json:"text"`
	} `json:"reasons"`
	Order       string `json:"order"`
	Listing     string `json:"listing"`
	Until       string `json:"until"`
	Official    string `json:"official"`
	Basis       string `json:"basis"`
	Consent     string `json:"consent"`
	Invariant   string `json:"invariant"`
	NeedsRuling bool   `json:"needs_ruling"`
}

// Question asks whether a measure applies to a subject: its id, or SCHEME:VALUE.
type Question struct {
	Subject string `json:"subject"`
	Measure string `json:"measure"`
}

// Decide asks one question.
func (c *Client) Decide(ctx context.Context, why Why, q Question) (d Decision, err error) {
	err = c.post(ctx, "/v1/decisions", why, q, &d)
	return d, err
}

// Decided is the answer to one question of many; Err is why there is none, a *Problem where the server says so.
type Decided struct {
	Line     int
	Decision Decision
	Err      error
}

// DecideAll asks any number of questions on one connection and gives the answers in their order, while questions still come.
// An answer that broke off ends with an error of line 0.
func (c *Client) DecideAll(ctx context.Context, why Why, questions iter.Seq[Question]) iter.Seq[Decided] {
	return func(yield func(Decided) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		in, out := io.Pipe()
		go func() {
			w := bufio.NewWriter(out)
			e := json.NewEncoder(w)
			for q := range questions {
				if e.Encode(q) != nil {
					break // the other side has gone
				}
			}
			_ = out.CloseWithError(w.Flush()) // nil is the end of the questions
		}()
		defer in.Close() //nolint:errcheck // a pipe's reader has no fault of its own
		h := http.Header{"Content-Type": {"application/x-ndjson"}}
		why.into(h)
		resp, err := c.send(ctx, http.MethodPost, "/v1/decisions/batch", h, in)
		if err != nil {
			yield(Decided{Err: err})
			return
		}
		defer resp.Body.Close() //nolint:errcheck // it was only read
		for d := json.NewDecoder(resp.Body); ; {
			var line struct {
				Line     int
				Decision Decision
				Problem  *Problem
			}
			if err := d.Decode(&line); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				yield(Decided{Err: err})
				return
			}
			one := Decided{Line: line.Line, Decision: line.Decision}
			if line.Problem != nil {
				one.Err = line.Problem
			}
			if !yield(one) {
				return
			}
		}
	}
}

// Rating is what a model says of a subject; base, points and adjustments add up to the score. Score is nil where it is not
// rated.
type Rating struct {
	Subject         string `json:"subject"`
	Kind            string `json:"kind"`
	Model           string `json:"model"`
	Version         int    `json:"version"`
	AsOf            string `json:"as_of"`
	KnownAt         string `json:"known_at"`
	GoodUntil       string `json:"good_until"`
	Status          string `json:"status"`
	Score           *int64 `json:"score"`
	Band            string `json:"band"`
	Base            int64  `json:"base"`
	Characteristics []struct {
		Name    string `json:"name"`
		Value   string `json:"value"`
		Points  int64  `json:"points"`
		Records []struct {
			Record  string `json:"record"`
			Dataset string `json:"dataset"`
		} `json:"records"`
	} `json:"characteristics"`
	Adjustments []struct {
		Name   string `json:"name"`
		Points int64  `json:"points"`
	} `json:"adjustments"`
	Access string `json:"access"`
}

// At asks about another day, or leaves out what was published after an instant; both as text, "" for now.
type At struct{ AsOf, KnownAt string }

// Explain gives what a model says of a subject, with every point.
func (c *Client) Explain(ctx context.Context, why Why, subject, model string, at At) (r Rating, err error) {
	q := url.Values{}
	if at.AsOf != "" {
		q.Set("as_of", at.AsOf)
	}
	if at.KnownAt != "" {
		q.Set("known_at", at.KnownAt)
	}
	path := "/v1/subjects/" + url.PathEscape(subject) + "/ratings/" + url.PathEscape(model)
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	err = c.get(ctx, path, why, &r)
	return r, err
}

// Subject is a subject as the register has it; of a human being it says neither names nor identifiers.
type Subject struct {
	Subject     string   `json:"subject"`
	Kind        string   `json:"kind"`
	Names       []string `json:"names"`
	Identifiers []string `json:"identifiers"`
}

// Find finds whom an identifier names, SCHEME:VALUE.
func (c *Client) Find(ctx context.Context, identifier string) (Subject, error) {
	var found struct{ Subjects []Subject }
	err := c.post(ctx, "/v1/subjects/find", Why{}, map[string]string{"identifier": identifier}, &found)
	if err != nil || len(found.Subjects) == 0 {
		return Subject{}, err
	}
	return found.Subjects[0], nil
}

// Record is a record by its newest version; Fields are by the names of its contract.
type Record struct {
	Record   string          `json:"record"`
	Dataset  string          `json:"dataset"`
	Agency   string          `json:"agency"`
	Status   string          `json:"status"`
	Occurred string          `json:"occurred"`
	Adverse  bool            `json:"adverse"`
	Lapses   string          `json:"lapses"`
	Fields   json.RawMessage `json:"fields"`
}

// Records gives the records of a subject, page after page; each page is a reading of its own. It ends with an error, or
// with the last record.
func (c *Client) Records(ctx context.Context, why Why, subject string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for cursor := ""; ; {
			var page struct {
				Records []Record
				Next    string
			}
			path := "/v1/subjects/" + url.PathEscape(subject) + "/records?limit=500"
			if cursor != "" {
				path += "&cursor=" + url.QueryEscape(cursor)
			}
			if err := c.get(ctx, path, why, &page); err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range page.Records {
				if !yield(r, nil) {
					return
				}
			}
			if cursor = page.Next; cursor == "" {
				return
			}
		}
	}
}

// Report is what became of a file.
type Report struct {
	Submission int64  `json:"submission"`
	Dataset    string `json:"dataset"`
	State      string `json:"state"`
	// Known: the same file was sent before; nothing was done.
	Known  bool `json:"known"`
	Counts struct {
		Read, Stored, Unchanged, Rejected, Unbound int64
	} `json:"counts"`
	Held string `json:"held"`
}

// Submit sends a file to a dataset, of any size; name is what it is called in messages. Sent again it changes nothing.
func (c *Client) Submit(ctx context.Context, dataset, name string, file io.Reader) (r Report, err error) {
	q := url.Values{"dataset": {dataset}, "file": {name}}
	err = c.do(ctx, http.MethodPost, "/v1/submissions?"+q.Encode(), http.Header{"Content-Type": {"application/octet-stream"}}, file, &r)
	return r, err
}

// Submission gives what became of a file that was sent.
func (c *Client) Submission(ctx context.Context, number int64) (r Report, err error) {
	err = c.get(ctx, "/v1/submissions/"+strconv.FormatInt(number, 10), Why{}, &r)
	return r, err
}
