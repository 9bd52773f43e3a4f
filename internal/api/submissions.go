package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/identity/evidence"
	"probity/internal/intake"
	"probity/internal/intake/format"
	"probity/internal/ledger/tlog"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/submissions"
	"probity/signature"
)

// Reading a file: what the parameters say of it.
type (
	uploadInput struct {
		Dataset   string `query:"dataset" required:"true" maxLength:"100" doc:"The dataset whose contract the rows keep." example:"samr.penalty"`
		Agency    string `query:"agency" maxLength:"100" doc:"The supplier; the agency of the credential where it is not given. Officials of the agency that set the platform up act for any."`
		File      string `query:"file" maxLength:"200" doc:"What the file is called, for messages and lineage."`
		Act       string `query:"act" enum:"reported,corrected,retracted" doc:"What the rows are; reported where it is not given."`
		Format    string `query:"format" enum:"csv,ndjson,xlsx,parquet,xml" doc:"Found from the content where it is not given."`
		Encoding  string `query:"encoding" enum:"utf-8,gb18030,utf-16le,utf-16be" doc:"Found from the content where it is not given."`
		Delimiter string `query:"delimiter" maxLength:"3" doc:"What separates the columns of a CSV file; tab for the tab character."`
		Sheet     string `query:"sheet" maxLength:"100" doc:"The sheet of an XLSX file; the first where it is not given."`
		Skip      int    `query:"skip" minimum:"0" maximum:"1000" doc:"Lines before the line of column names."`
		RawBody   []byte `contentType:"application/octet-stream"`
	}
	replayInput struct {
		Numbered
		Agency  string `query:"agency" maxLength:"100" doc:"The supplier; the agency of the credential where it is not given."`
		RawBody []byte `contentType:"text/csv"`
	}
	uploadOutput struct {
		Location string `header:"Location" doc:"The address of the submission."`
		Body     intake.Report
	}
	rowInput struct {
		Body struct {
			Dataset string            `json:"dataset" minLength:"1" maxLength:"100" example:"samr.annual-report"`
			Agency  string            `json:"agency,omitempty" maxLength:"100" doc:"The supplier; the agency of the credential where it is not given."`
			Act     string            `json:"act,omitempty" enum:"reported,corrected,retracted" doc:"What the row is; reported where it is not given."`
			Fields  map[string]string `json:"fields" doc:"The row, by the contract's names: all that it requires, or those of its key to retract."`
		}
	}
	submissionsInput struct {
		Page
		Dataset string `query:"dataset" maxLength:"100" doc:"Only those of this dataset."`
		State   string `query:"state" enum:"open,held,published,discarded" doc:"Only those in this state."`
	}
)

// Numbered is the path of one submission.
type Numbered struct {
	Number int64 `path:"number" minimum:"1" doc:"The number of the submission."`
}

// ActingFor names the supplier for whom an official of the founder acts.
type ActingFor struct {
	Numbered
	Agency string `query:"agency" maxLength:"100" doc:"The supplier; the agency of the credential where it is not given. Officials of the agency that set the platform up act for any."`
}

func (a *API) submissionRoutes() {
	up := a.described(operation{
		method: http.MethodPost, path: "/v1/submissions", id: "submit", tag: "submissions", summary: "Send a file, of any size",
		about:  "Good rows go in and become visible together, when the file is done; each bad row waits in quarantine with the rule it broke and a hint. A file with too many bad rows is held as a whole until it is published or discarded. The same file twice changes nothing, and one that broke off is sent again whole.",
		status: http.StatusCreated,
	})
	up.Responses["200"] = &huma.Response{Description: "The same file was sent before: nothing was done.", Content: up.Responses["default"].Content}
	raw[uploadInput, uploadOutput](a, up, a.upload)
	up.Responses["200"].Content = up.Responses["201"].Content
	do(a, operation{
		method: http.MethodPost, path: "/v1/records", id: "send-record", tag: "records", summary: "Send, correct or retract one record, as its supplier",
		about:  "One row, taken in as a file of one line is. A corrected row replaces the record with the same key as a new version; a retracted one is out of every rating, report and list from that moment on.",
		status: http.StatusCreated,
	}, a.sendRow)
	do(a, operation{
		method: http.MethodGet, path: "/v1/submissions", id: "list-submissions", tag: "submissions", summary: "The files that your agency sent, newest first",
	}, a.submissions)
	do(a, operation{
		method: http.MethodGet, path: "/v1/submissions/{number}", id: "get-submission", tag: "submissions", summary: "What became of one file",
	}, a.submission)
	do(a, operation{
		method: http.MethodPost, path: "/v1/submissions/{number}/publish", id: "publish-submission", tag: "submissions", summary: "Let a held submission's good rows in all the same",
	}, a.publish)
	do(a, operation{
		method: http.MethodPost, path: "/v1/submissions/{number}/discard", id: "discard-submission", tag: "submissions", summary: "Give up a held or unfinished submission",
	}, a.discard)
	do(a, operation{
		method: http.MethodGet, path: "/v1/submissions/{number}/receipt", id: "get-submission-receipt", tag: "submissions", summary: "Proof that the file's coming in stands in the signed log",
	}, a.submissionReceipt)
	a.quarantineRoutes()
}

// upload takes a file in while it comes.
func (a *API) upload(w http.ResponseWriter, r *http.Request) {
	job, agency, err := jobOf(r)
	if err == nil {
		job.By, err = a.room.Access.Delivery(r.Context(), caller(r.Context()), agency)
	}
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.take(w, r, job)
}

// take takes a body in by the job.
func (a *API) take(w http.ResponseWriter, r *http.Request, job intake.Job) {
	file, err := a.received(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	defer file.Close() //nolint:errcheck // nothing is kept of it
	report, err := a.ingest(r.Context(), job, file)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Location", "/v1/submissions/"+strconv.FormatInt(report.Submission, 10))
	w.Header().Set("Content-Type", "application/json")
	status := http.StatusCreated
	if report.Known {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(report) // the sender may have gone; sent again the file changes nothing
}

// received is the body of a request, whole, in a file beside the database: the intake works on one file at a time, and must
// not wait for whoever sends slowly; and what broke off is not begun. The file has no name any more and is gone when it is
// closed, or when the process ends.
func (a *API) received(r *http.Request) (*os.File, error) {
	f, err := os.CreateTemp(filepath.Dir(a.room.Store.Path()), ".received-*")
	if err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "api.received", "there is no room for the file beside the database").By(err).With("have the operator look at the disk")
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{r.Body}, make([]byte, 256<<10))
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		if _, ours := errors.AsType[*signature.Error](err); ours {
			return nil, access.Unproven(err)
		}
		p := kindOf(r.Context(), string(fault.Invalid), "the file broke off before its end; nothing of it was taken in", "api.broken")
		p.Status = http.StatusBadRequest
		return nil, p.with("send the whole file again")
	}
	return f, nil
}

func (a *API) ingest(ctx context.Context, job intake.Job, from io.Reader) (*intake.Report, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	job.Source = from
	if by, ok := SignedBy(ctx); ok {
		if signed, ok := evidence.OfRequest(&by.Proof, by.Key.ID, by.Key.Agency, by.Key.System); ok {
			job.Signed = signed
		}
	}
	report, err := a.room.Intake(s.ratings).Ingest(ctx, job, nil)
	if err == nil && job.Signed != nil {
		err = a.room.Promised(ctx, report)
	}
	return report, err
}

// jobOf reads the parameters of an upload, as strictly as the framework does.
func jobOf(r *http.Request) (job intake.Job, agency string, err error) {
	q, err := parameters(r, "dataset", "agency", "file", "act", "format", "encoding", "delimiter", "sheet", "skip")
	if err != nil {
		return job, "", err
	}
	job = intake.Job{Dataset: q.Get("dataset"), File: q.Get("file")}
	if job.Dataset == "" {
		return job, "", fault.New(fault.Invalid, "api.dataset", "no dataset was named").At("query.dataset").With("name the dataset whose contract the rows keep")
	}
	if job.File == "" {
		job.File = "upload"
	}
	if job.Act, err = actOf(q.Get("act")); err != nil {
		return job, "", err
	}
	job.Format, err = formatOf(q)
	if r.ContentLength > 0 {
		job.Format.Size = r.ContentLength
	}
	return job, q.Get("agency"), err
}

// parameters are those of an address; one that is unknown or given twice is refused.
func parameters(r *http.Request, known ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Invalid, "api.query", "the parameters cannot be read").At("query").With("write name=value, with & between them")
	}
	for name, values := range q {
		if !slices.Contains(known, name) || len(values) > 1 {
			return nil, fault.New(fault.Invalid, "api.query", "the parameter is unknown, or given twice").At("query." + name).
				With("see the document of the API at /openapi.json")
		}
	}
	return q, nil
}

func actOf(text string) (record.Status, error) {
	for _, act := range []record.Status{record.Reported, record.Corrected, record.Retracted} {
		if text == act.String() {
			return act, nil
		}
	}
	if text == "" {
		return record.Reported, nil
	}
	return 0, fault.New(fault.Invalid, "api.act", "%q is nothing that rows can be", text).At("query.act").With("say reported, corrected or retracted")
}

func formatOf(q url.Values) (o format.Options, err error) {
	o = format.Options{Format: format.Kind(q.Get("format")), Encoding: format.Encoding(q.Get("encoding")), Sheet: q.Get("sheet")}
	for _, p := range []struct {
		name, text string
		of         []string
	}{{"format", q.Get("format"), []string{"", "csv", "ndjson", "xlsx", "parquet", "xml"}}, {"encoding", q.Get("encoding"), []string{"", "utf-8", "gb18030", "utf-16le", "utf-16be"}}} {
		if !slices.Contains(p.of, p.text) {
			return o, fault.New(fault.Invalid, "api.format", "%q is no %s that is read", p.text, p.name).At("query." + p.name).With("leave it out to have it found")
		}
	}
	switch d := q.Get("delimiter"); {
	case d == "tab":
		o.Delimiter = '\t'
	case len(d) == 1:
		o.Delimiter = d[0]
	case d != "":
		return o, fault.New(fault.Invalid, "api.delimiter", "%q is not one character", d).At("query.delimiter").With("give one character, or the word tab")
	}
	if text := q.Get("skip"); text != "" {
		if o.Skip, err = strconv.Atoi(text); err != nil || o.Skip < 0 || o.Skip > 1000 {
			return o, fault.New(fault.Invalid, "api.skip", "%q is no number of lines", text).At("query.skip").With("give a number from 0 to 1000")
		}
	}
	return o, nil
}

func (a *API) sendRow(ctx context.Context, in *rowInput) (*intake.Report, error) {
	by, err := a.room.Access.Delivery(ctx, caller(ctx), in.Body.Agency)
	if err != nil {
		return nil, err
	}
	act, err := actOf(in.Body.Act)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(in.Body.Fields))
	values := make([]string, len(names))
	for i, n := range names {
		values[i] = in.Body.Fields[n]
	}
	text, options, err := intake.Typed(names, values)
	if err != nil {
		return nil, err
	}
	return a.ingest(ctx, intake.Job{By: by, Dataset: in.Body.Dataset, File: "one row", Act: act, Format: options}, text)
}

// sees is the agency whose submissions the caller may see: its own; "" and true is any, for the founder.
func (a *API) sees(ctx context.Context) (agency string, any bool, err error) {
	agency = caller(ctx).Agency()
	founder, err := a.room.Access.Founder(ctx)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return agency, agency != "" && agency == founder, err
}

func (a *API) submissions(ctx context.Context, in *submissionsInput) (*form.Submissions, error) {
	agency, all, err := a.sees(ctx)
	if err != nil {
		return nil, err
	}
	list := &form.Submissions{Submissions: []form.Submission{}}
	if agency == "" {
		return list, nil // a subject sends no files
	}
	if all {
		agency = ""
	}
	before, _, err := in.last("submissions")
	if err != nil {
		return nil, err
	}
	found, err := submissions.In(a.room.Store).List(ctx, submissions.Query{
		Agency: agency, Dataset: in.Dataset, State: store.SubmissionState(in.State), Before: before, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	for i := range found {
		if i == in.Limit {
			list.Next = cursor("submissions", found[i-1].Number)
			break
		}
		list.Submissions = append(list.Submissions, form.SubmissionOf(&found[i]))
	}
	return list, nil
}

// sent is a submission that the caller may see; to others it does not exist.
func (a *API) sent(ctx context.Context, number int64) (store.Submission, error) {
	agency, all, err := a.sees(ctx)
	if err != nil {
		return store.Submission{}, err
	}
	sub, err := a.room.Store.Submission(ctx, number)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return sub, err
	}
	if err != nil || !all && sub.Agency != agency {
		return store.Submission{}, fault.New(fault.NotFound, "submission.none", "there is no submission %d", number).With("list those of your agency")
	}
	return sub, nil
}

func (a *API) submission(ctx context.Context, in *Numbered) (*form.Submission, error) {
	sub, err := a.sent(ctx, in.Number)
	answer := form.SubmissionOf(&sub)
	return &answer, err
}

// acting permits the caller to decide about a submission for its supplier, once it may know of it.
func (a *API) acting(ctx context.Context, in *ActingFor) (charter.DeliveryPermit, error) {
	if _, err := a.sent(ctx, in.Number); err != nil {
		return charter.DeliveryPermit{}, err
	}
	return a.room.Access.Delivery(ctx, caller(ctx), in.Agency)
}

func (a *API) publish(ctx context.Context, in *ActingFor) (*form.Submission, error) {
	by, err := a.acting(ctx, in)
	if err != nil {
		return nil, err
	}
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := a.room.Intake(s.ratings).Release(ctx, by, in.Number, nil)
	answer := form.SubmissionOf(&sub)
	return &answer, err
}

func (a *API) discard(ctx context.Context, in *ActingFor) (*form.Submission, error) {
	by, err := a.acting(ctx, in)
	if err != nil {
		return nil, err
	}
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := a.room.Intake(s.ratings).Discard(ctx, by, in.Number)
	answer := form.SubmissionOf(&sub)
	return &answer, err
}

func (a *API) submissionReceipt(ctx context.Context, in *Numbered) (*tlog.Receipt, error) {
	if _, err := a.sent(ctx, in.Number); err != nil {
		return nil, err
	}
	r, err := a.room.SubmissionReceipt(ctx, caller(ctx), in.Number)
	return &r, err
}

// looking opens the rows of a submission that wait, once it is written down who looks.
func (a *API) looking(ctx context.Context, number int64, agency string) (access.Waiting, error) {
	by, err := a.acting(ctx, &ActingFor{Numbered{number}, agency})
	if err != nil {
		return access.Waiting{}, err
	}
	return a.room.Access.LookIntoWaiting(ctx, by, number)
}
