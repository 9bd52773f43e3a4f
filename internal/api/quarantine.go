package api

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"probity/internal/fault"
	"probity/internal/intake"
)

type (
	waitingInput  struct{ ActingFor }
	waitingOutput struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
)

// quarantineRoutes are about rows that wait until somebody has mended them. They may tell of persons: that somebody looked
// is recorded.
func (a *API) quarantineRoutes() {
	lines := a.described(operation{
		method: http.MethodGet, path: "/v1/submissions/{number}/quarantine", id: "list-waiting-rows", tag: "submissions", summary: "The rows that wait, a line each, with the rules they broke",
		about: "For their supplier alone. That you looked is recorded.",
	})
	lines.Responses["200"] = &huma.Response{
		Description: "A line for each row, by its place in the file.", Content: map[string]*huma.MediaType{linesType: {Schema: &huma.Schema{Type: "string"}}},
	}
	a.lined(intake.WaitingRow{})
	raw[waitingInput, waitingOutput](a, lines, a.waiting)
	table := a.described(operation{
		method: http.MethodGet, path: "/v1/submissions/{number}/quarantine.csv", id: "export-waiting-rows", tag: "submissions", summary: "The rows that wait as CSV, to be mended in place",
		about: "The first columns say where each row stood, which rules it broke and what to do; leave them as they are and mend the others. That you looked is recorded.",
	})
	table.Responses["200"] = &huma.Response{
		Description: "The file.", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string"}}},
	}
	raw[waitingInput, waitingOutput](a, table, a.waitingTable)
	back := a.described(operation{
		method: http.MethodPost, path: "/v1/submissions/{number}/replay", id: "replay-rows", tag: "submissions", summary: "Send mended rows in again, alone", status: http.StatusCreated,
		about: "Rows that are right now go in under a submission of their own; rows that are bad again wait under that one.",
	})
	raw[replayInput, uploadOutput](a, back, a.replay)
}

// submissionNamed reads the path and the parameters of a route about one submission.
func submissionNamed(r *http.Request) (number int64, agency string, err error) {
	q, err := parameters(r, "agency")
	if err != nil {
		return 0, "", err
	}
	number, err = strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil || number < 1 {
		return 0, "", fault.New(fault.Invalid, "api.submission", "%q is no number of a submission", r.PathValue("number")).At("path.number").With("list those of your agency")
	}
	return number, q.Get("agency"), nil
}

func (a *API) waiting(w http.ResponseWriter, r *http.Request) {
	number, agency, err := submissionNamed(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	look, err := a.looking(r.Context(), number, agency)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", linesType)
	out := bufio.NewWriter(w)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	err = intake.EachWaiting(r.Context(), a.room.Store, a.room.Vault, look, func(row *intake.WaitingRow) error { return e.Encode(row) })
	a.ended(r, out, err)
}

// ended sends what is left of a streamed answer; one that failed half-way must not look like a whole one.
func (a *API) ended(r *http.Request, out *bufio.Writer, err error) {
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		_ = a.problem(r.Context(), err) // writes down what is our own fault
		panic(http.ErrAbortHandler)
	}
}

func (a *API) waitingTable(w http.ResponseWriter, r *http.Request) {
	number, agency, err := submissionNamed(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	look, err := a.looking(r.Context(), number, agency)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="quarantine-`+strconv.FormatInt(number, 10)+`.csv"`)
	out := bufio.NewWriter(w)
	_, err = intake.ExportWaiting(r.Context(), a.room.Store, a.room.Vault, look, out)
	a.ended(r, out, err)
}

func (a *API) replay(w http.ResponseWriter, r *http.Request) {
	number, agency, err := submissionNamed(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	sub, err := a.sent(r.Context(), number)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	job := intake.Job{Dataset: sub.Dataset, File: "mended rows of " + strconv.FormatInt(number, 10), Replays: number}
	if job.By, err = a.room.Access.Delivery(r.Context(), caller(r.Context()), agency); err != nil {
		a.fail(w, r, err)
		return
	}
	a.take(w, r, job)
}
