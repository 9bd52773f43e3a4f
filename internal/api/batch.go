package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/server"
)

// BatchLine answers one line of a batch: the decision, or why there is none.
type BatchLine struct {
	Line     int               `json:"line" doc:"The line of the question, counted from 1."`
	Decision *measure.Decision `json:"decision,omitempty"`
	Problem  *Problem          `json:"problem,omitempty"`
}

const linesType = "application/x-ndjson"

type (
	batchInput struct {
		ReadingHeaders
		ContentType string `header:"Content-Type" enum:"application/x-ndjson"`
		RawBody     []byte `contentType:"application/x-ndjson"`
	}
	batchOutput struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
)

// batchRoute answers any number of questions on one connection, in their order, while they come in: memory does not grow
// with them.
func (a *API) batchRoute() {
	op := a.described(operation{
		method: http.MethodPost, path: "/v1/decisions/batch", id: "decide-batch", tag: "decisions", summary: "Ask many questions on one connection",
		about: "A question a line in, an answer a line out, in the same order and while the questions still come. The headers hold for all of them. Each question is a reading of its own, recorded before its answer leaves; a line that cannot be answered has a problem in place of its decision, and the others go on. An answer that broke off is no whole one: the last line answers the last question.",
	})
	op.Responses["200"] = &huma.Response{
		Description: "A line for each question: {\"line\":1,\"decision\":{…}} or {\"line\":2,\"problem\":{…}}.",
		Content:     map[string]*huma.MediaType{linesType: {Schema: &huma.Schema{Type: "string"}}},
	}
	a.lined(BatchLine{}, Question{})
	raw[batchInput, batchOutput](a, op, a.decideBatch)
}

// batchWorkers is how many questions of one batch are decided at the same time: readings that come together are written down
// together.
const batchWorkers = 256

// asked is one line on its way, and its answer.
type asked struct {
	line   int
	text   []byte
	answer []byte
	done   chan struct{}
}

func (a *API) decideBatch(w http.ResponseWriter, r *http.Request) {
	if m, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || m != linesType {
		a.fail(w, r, unsupported(r.Context(), r.Header.Get("Content-Type"), linesType))
		return
	}
	y, err := readingOf(r.Header)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	s, err := a.desks.current(r.Context())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // HTTP/2 has it; a test's recorder needs none
	w.Header().Set("Content-Type", linesType)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()

	var workers sync.WaitGroup
	questions, order := make(chan *asked, batchWorkers), make(chan *asked, 2*batchWorkers)
	for range batchWorkers {
		workers.Go(func() {
			for q := range questions {
				q.answer = a.unbroken(ctx, s, q, y)
				close(q.done)
			}
		})
	}
	go func() {
		defer close(order)
		defer close(questions)
		a.readLines(ctx, r.Body, questions, order)
	}()
	out := bufio.NewWriterSize(w, 64<<10)
	for q := range order {
		select {
		case <-q.done:
		default:
			_ = out.Flush() // nothing is ready: what is goes on its way
			_ = control.Flush()
			<-q.done
		}
		if ctx.Err() != nil {
			continue
		}
		if _, err := out.Write(q.answer); err != nil {
			cancel()
		}
	}
	workers.Wait()
	if ctx.Err() != nil {
		panic(http.ErrAbortHandler) // half of the answers must not look like all
	}
	_ = out.Flush()
	if n, err := io.CopyN(io.Discard, r.Body, restOfBody); n == restOfBody || !errors.Is(err, io.EOF) {
		panic(http.ErrAbortHandler) // a connection with half a body on it cannot go on
	}
}

// restOfBody is how much of a body is read that nobody looks at any more.
const restOfBody = 1 << 20

// readLines hands the lines on in order, to be decided and to be answered.
func (a *API) readLines(ctx context.Context, body io.Reader, questions, order chan<- *asked) {
	in := bufio.NewReaderSize(body, maxQuestion)
	for line := 1; ; line++ {
		text, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(bytes.TrimSpace(text)) == 0 {
			return
		}
		q := &asked{line: line, done: make(chan struct{})}
		if err != nil && !errors.Is(err, io.EOF) {
			q.answer = a.lineProblem(ctx, line, tooLong(err))
			close(q.done)
		} else {
			q.text = append(make([]byte, 0, len(text)), text...) // the reader's own bytes are overwritten by the next line
		}
		select {
		case order <- q:
		case <-ctx.Done():
			return
		}
		if q.text == nil {
			return
		}
		questions <- q
		if err != nil {
			return
		}
	}
}

func tooLong(err error) error {
	if errors.Is(err, bufio.ErrBufferFull) {
		return fault.New(fault.Invalid, "api.line", "the line is longer than %d bytes; nothing behind it was looked at", maxQuestion).
			With("write one question a line")
	}
	return fault.New(fault.Invalid, "api.body", "the body broke off; nothing behind it was looked at").With("send the rest again")
}

// unbroken answers one line; a fault of the program ends that line alone. No handler stands around a worker that would keep it
// from ending the server. The log has its kind and where it was, and not what it was about.
func (a *API) unbroken(ctx context.Context, s *services, asked *asked, y why) (answer []byte) {
	defer func() {
		if v := recover(); v != nil {
			answer = a.lineProblem(ctx, asked.line, fmt.Errorf("panic of %T at %s", v, debug.Stack()))
		}
	}()
	return a.answerLine(ctx, s, asked, y)
}

// answerLine decides one line.
func (a *API) answerLine(ctx context.Context, s *services, asked *asked, y why) []byte {
	var q Question
	d := json.NewDecoder(bytes.NewReader(asked.text))
	d.DisallowUnknownFields()
	err := d.Decode(&q)
	if err != nil {
		err = unreadable(ctx, err)
	} else if _, more := d.Token(); !errors.Is(more, io.EOF) {
		err = malformed(ctx, "something stands behind the JSON")
	} else {
		err = q.check()
	}
	if err != nil {
		return a.lineProblem(ctx, asked.line, err)
	}
	decision, err := a.decided(ctx, s, q, y)
	if err != nil {
		return a.lineProblem(ctx, asked.line, err)
	}
	return a.line(ctx, &BatchLine{Line: asked.line, Decision: &decision})
}

func (a *API) lineProblem(ctx context.Context, line int, err error) []byte {
	return a.line(ctx, &BatchLine{Line: line, Problem: a.problem(ctx, err)})
}

func (a *API) line(ctx context.Context, l *BatchLine) []byte {
	b, err := json.Marshal(l)
	if err != nil {
		a.log.ErrorContext(ctx, "fault", "request", server.RequestID(ctx), "error", err)
		b = []byte(`{}`)
	}
	return append(b, '\n')
}
