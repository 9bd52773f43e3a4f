package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"probity/identifier"
	"probity/internal/fault"
	"probity/internal/server"
	"probity/scorecard"
)

// Problem is what went wrong, as RFC 9457 has it, with the members that a refusal by the Charter has beside them.
type Problem struct { //nolint:errname // RFC 9457 calls it a problem
	Type   string `json:"type" doc:"What kind of problem it is: urn:probity:problem: and the code." example:"urn:probity:problem:refused"`
	Title  string `json:"title" doc:"The kind of problem in words; the same each time." example:"Refused by the Charter"`
	Status int    `json:"status" doc:"The status of the response." example:"403"`
	Detail string `json:"detail" doc:"What went wrong this time."`
	Code   string `json:"code" doc:"What kind of answer it is, for programs." enum:"invalid,not_found,conflict,unauthenticated,forbidden,refused,quota,unavailable,internal"`
	Key    string `json:"key,omitempty" doc:"The name of the message, which never changes." example:"charter.c11"`
	Where  string `json:"where,omitempty" doc:"The place: a member, a parameter, a line of what was sent."`
	Cure   string `json:"cure,omitempty" doc:"What to do about it."`
	// Invariant and Missing are set where the Charter refuses.
	Invariant string         `json:"invariant,omitempty" doc:"The invariant of the Charter that refuses." example:"C11"`
	Missing   string         `json:"missing,omitempty" doc:"The element without which the act is not lawful." example:"purpose"`
	Instance  string         `json:"instance,omitempty" doc:"The number of the request, which the server's log has too."`
	Errors    []ProblemPlace `json:"errors,omitempty" nullable:"false" doc:"Each place that is wrong, where there are several."`
	retry     int            // seconds
}

// ProblemPlace is one place of a request that is wrong.
type ProblemPlace struct {
	Where  string `json:"where" doc:"The place, such as body.measure or query.limit."`
	Detail string `json:"detail" doc:"What is wrong there."`
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the status of the response.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problems, in place of JSON's.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders are those that go with the problem.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="probity", charset="UTF-8"`)
	}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	return h
}

const (
	problemType = "application/problem+json"
	typePrefix  = "urn:probity:problem:"
)

// Codes of problems that are no codes of faults: the credential is good and not good for this, and the quota is used up.
const (
	codeForbidden = "forbidden"
	codeQuota     = "quota"
)

// kinds gives status and title for each code.
var kinds = map[string]struct {
	status int
	title  string
}{
	string(fault.Invalid):         {http.StatusUnprocessableEntity, "The request is wrong as it stands"},
	string(fault.NotFound):        {http.StatusNotFound, "There is no such thing that this reader may know of"},
	string(fault.Conflict):        {http.StatusConflict, "It contradicts what is there already"},
	string(fault.Unauthenticated): {http.StatusUnauthorized, "No usable credential was shown"},
	codeForbidden:                 {http.StatusForbidden, "The credential is not good for this"},
	string(fault.Refused):         {http.StatusForbidden, "Refused by the Charter"},
	codeQuota:                     {http.StatusTooManyRequests, "The quota is used up"},
	string(fault.Unavailable):     {http.StatusServiceUnavailable, "We could not look"},
	string(fault.Internal):        {http.StatusInternalServerError, "This is our fault and not yours"},
}

// cures are what helps callers of the API where the fault speaks of the command line.
var cures = map[string]string{
	"access.credential": "send the Authorization header that your agency's credential calls for",
	"access.name":       "send the name under which the credential was issued",
	"cli.official":      "authenticate with the credential of an official",
	"access.case":       "ask the agency that read, or authenticate with the credential of an official of it",
}

// retryAfter is how many seconds whoever could not be answered had better wait.
const retryAfter = 2

// problem is the one translator of faults to answers of the API. What is our own fault shows none of its text.
func (a *API) problem(ctx context.Context, err error) *Problem {
	var already *Problem
	var f *fault.Error
	var id *identifier.Error
	var of scorecard.Faults
	switch {
	case errors.As(err, &already):
		return already
	case errors.As(err, &f) && f.Code != fault.Internal:
		return ofFault(ctx, f)
	case errors.As(err, &of):
		return ofFile(ctx, of)
	case errors.As(err, &id):
		return kindOf(ctx, string(fault.Invalid), id.Field+" "+id.Text, "identifier").with(id.Cure)
	case ctx.Err() != nil:
		p := kindOf(ctx, string(fault.Unavailable), "the request ended before it was answered", "api.ended")
		p.retry = retryAfter
		return p
	}
	a.log.ErrorContext(ctx, "fault", "request", server.RequestID(ctx), "error", err)
	return kindOf(ctx, string(fault.Internal), "something went wrong here; it has been written down under the number of the request", "internal")
}

// ofFile lists the faults of a model file, each with its line and cure.
func ofFile(ctx context.Context, of scorecard.Faults) *Problem {
	p := kindOf(ctx, string(fault.Invalid), "the model file has faults", "model.faults")
	for _, f := range of {
		text := f.Text
		if f.Cure != "" {
			text += "; cure: " + f.Cure
		}
		p.Errors = append(p.Errors, ProblemPlace{fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column), text})
	}
	return p.with("mend the places that are listed")
}

func kindOf(ctx context.Context, code, detail, key string) *Problem {
	k := kinds[code]
	return &Problem{Type: typePrefix + code, Title: k.title, Status: k.status, Detail: detail, Code: code, Key: key, Instance: server.RequestID(ctx)}
}

func (p *Problem) with(cure string) *Problem {
	p.Cure = cure
	return p
}

// ofFault puts a fault that is not our own into the form of the API.
func ofFault(ctx context.Context, f *fault.Error) *Problem {
	code := string(f.Code)
	switch {
	case f.Code == fault.Unauthenticated && caller(ctx).Name() != "":
		code = codeForbidden // who it is, is known: it is not good for this
	case f.Code == fault.Refused && f.Missing == "quota":
		code = codeQuota
	}
	p := kindOf(ctx, code, f.Text, f.Key)
	p.Where, p.Invariant, p.Missing = f.Where, f.Invariant, f.Missing
	switch other, ok := cures[f.Key]; {
	case ok:
		p.Cure = other
	case strings.Contains(f.Cure, "probity "):
		p.Cure = "on the command line: " + f.Cure
	case strings.Contains(f.Cure, "--as"):
		p.Cure = "authenticate with a credential that is good for it"
	default:
		p.Cure = f.Cure
	}
	switch code {
	case string(fault.Unavailable):
		p.retry = retryAfter
	case codeQuota:
		p.retry = 3600 // it opens with the next day; the detail says at which instant
	}
	return p
}

// fail answers with the problem, outside of the operations that the framework runs.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.problem(r.Context(), err).write(w)
}

func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(p) // the reader may have gone
}

// ofFramework turns what the framework found wrong with a request into a problem.
func ofFramework(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code := string(fault.Invalid)
	if m.Status >= http.StatusInternalServerError {
		code = string(fault.Internal)
	}
	p := kindOf(ctx.Context(), code, m.Detail, "api.request")
	p.Status = m.Status
	p.Cure = "see the document of the API at /openapi.json"
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, ProblemPlace{e.Location, e.Message})
	}
	if len(p.Errors) > 0 {
		p.Detail = "the request is not as the document of the API has it"
		p.Where = p.Errors[0].Where
	}
	return p, nil
}
