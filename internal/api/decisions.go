package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"probity/internal/fault"
	"probity/internal/measure"
)

// Question asks whether a measure applies to a subject.
type Question struct {
	Subject string `json:"subject" minLength:"3" maxLength:"200" doc:"Whom it is about: a subject id, or SCHEME:VALUE; here a human being's identifier may stand too." example:"uscc:91000000MA0000007C"`
	Measure string `json:"measure" minLength:"1" maxLength:"100" doc:"The benefit or restriction, by its code in the catalogue." example:"bidding-ban"`
}

type (
	decideInput struct {
		ReadingHeaders
		Body Question
	}
	decideOutput struct {
		Access string `header:"Probity-Access" doc:"The entry under which the reading stands in its subject's ledger."`
		Body   measure.Decision
	}
)

// decisionRoutes are the questions whether a measure applies: the route that is called most, so that it reads its requests
// itself.
func (a *API) decisionRoutes() {
	raw[decideInput, decideOutput](a, a.described(operation{
		method: http.MethodPost, path: "/v1/decisions", id: "decide", tag: "decisions", summary: "Ask whether a measure applies to a subject",
		about: "A benefit is granted or not granted, from a rating and for persons under their own consent; where it is not granted nothing is taken away. A restriction is restricted or clear, from orders in force and from nothing else. What the Charter refuses to decide is an answer too: refused, with the invariant. That we could not look is a problem and never clear.",
	}), a.decide)
	a.batchRoute()
}

// maxQuestion is how large a question may be.
const maxQuestion = 4 << 10

func (a *API) decide(w http.ResponseWriter, r *http.Request) {
	q, err := question(w, r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	why, err := readingOf(r.Header)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	s, err := a.desks.current(r.Context())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	d, err := a.decided(r.Context(), s, q, why)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	body, err := json.Marshal(&d)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if d.Access != "" {
		h.Set("Probity-Access", d.Access)
	}
	_, _ = w.Write(append(body, '\n')) // the reader may have gone
}

// why is what a reading is for.
type why struct{ purpose, basis, file string }

// readingOf reads the headers of a reading.
func readingOf(h http.Header) (q why, err error) {
	if q.purpose, err = plain("Probity-Purpose", h.Get("Probity-Purpose")); err != nil {
		return q, err
	}
	if q.basis, err = plain("Probity-Basis", h.Get("Probity-Basis")); err != nil {
		return q, err
	}
	q.file, err = plain("Probity-Case", h.Get("Probity-Case"))
	return q, err
}

// decided answers one question.
func (a *API) decided(ctx context.Context, s *services, q Question, y why) (measure.Decision, error) {
	sub, err := a.known(ctx, q.Subject)
	if err != nil {
		return measure.Decision{}, err
	}
	return s.measures.Decide(ctx, measure.Request{
		As: caller(ctx), Subject: sub.ID, Measure: q.Measure, Purpose: y.purpose, Basis: y.basis, Case: y.file,
	})
}

// question reads the one question of a request, as strictly as the framework reads its bodies.
func question(w http.ResponseWriter, r *http.Request) (Question, error) {
	var q Question
	if r.URL.RawQuery != "" {
		return q, fault.New(fault.Invalid, "api.query", "this route takes no parameters").At("query").With("leave them out")
	}
	if kind := r.Header.Get("Content-Type"); kind != "" && kind != "application/json" {
		if m, _, err := mime.ParseMediaType(kind); err != nil || m != "application/json" {
			return q, unsupported(r.Context(), kind, "application/json")
		}
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxQuestion))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return q, unreadable(r.Context(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return q, malformed(r.Context(), "something stands behind the JSON")
	}
	return q, q.check()
}

func (q Question) check() error {
	for _, f := range []struct {
		name, text string
		most       int
	}{{"subject", q.Subject, 200}, {"measure", q.Measure, 100}} {
		if f.text == "" || len(f.text) > f.most {
			return fault.New(fault.Invalid, "api.question", "the member %s is missing, empty or longer than %d bytes", f.name, f.most).
				At("body." + f.name).With(`ask {"subject":"SCHEME:VALUE","measure":"CODE"}`)
		}
	}
	return nil
}

// unreadable says why a body could not be read.
func unreadable(ctx context.Context, err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		p := kindOf(ctx, string(fault.Invalid), "the body is larger than this route takes", "api.large")
		p.Status = http.StatusRequestEntityTooLarge
		return p.with("send less at once")
	}
	text := err.Error()
	if strings.Contains(text, "unknown field") {
		return fault.New(fault.Invalid, "api.member", "the body has a member that this route does not know: %s", strings.TrimPrefix(text, "json: ")).
			At("body").With("see the document of the API at /openapi.json")
	}
	return malformed(ctx, "the body is no JSON as this route takes it")
}

// malformed is a body that cannot be read at all.
func malformed(ctx context.Context, text string) error {
	p := kindOf(ctx, string(fault.Invalid), text, "api.json")
	p.Status, p.Where = http.StatusBadRequest, "body"
	return p.with("see the document of the API at /openapi.json")
}

// unsupported is a body of another kind than the route takes.
func unsupported(ctx context.Context, kind, takes string) error {
	p := kindOf(ctx, string(fault.Invalid), "this route does not take "+kind, "api.content")
	p.Status, p.Where = http.StatusUnsupportedMediaType, "header.Content-Type"
	return p.with("send " + takes)
}
