package intake

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/intake/format"
	"probity/internal/intake/rowcheck"
	"probity/internal/subject"
)

// read reads the file's rows. One goroutine parses and checks the next run
// of rows while this one stores the last, so that two cores work; no more than two runs are in memory at any time.
func (in *ingest) read(ctx context.Context) error {
	reader, checker, err := in.open()
	if err != nil {
		return err
	}
	defer reader.Close() //nolint:errcheck // it was only read
	if in.header, err = json.Marshal(reader.Header().Names); err != nil {
		return fault.New(fault.Internal, "intake.header", "writing the header").By(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	full, empty := make(chan *run), make(chan *run, 2)
	empty <- new(run)
	empty <- new(run)
	failed := make(chan error, 1)
	go func() {
		failed <- in.parse(ctx, reader, checker, empty, full)
		close(full)
	}()
	defer in.closeSpool()
	for r := range full {
		if err := in.keep(ctx, r); err != nil {
			cancel()
			for range full { // until the parser has seen the cancellation and ended
			}
			return err
		}
		p := reader.Progress()
		in.progress(Progress{Step: "reading", Rows: in.report.Counts.Read, Done: p.Read, Total: p.Total})
		empty <- r
	}
	in.report.Blank = reader.Progress().Blank
	if err := <-failed; err != nil {
		return err
	}
	return in.finish(ctx)
}

func (in *ingest) closeSpool() {
	if in.spool != nil {
		_ = in.spool.close() // the file has no name: closing it is all there is to do
	}
}

// parse fills runs with checked rows until the file ends.
func (in *ingest) parse(ctx context.Context, reader format.Reader, checker *rowcheck.Checker, empty <-chan *run, full chan<- *run) error {
	size := in.desk.Run
	if size == 0 {
		size = 1 << 15
	}
	var raw format.Row
	var out rowcheck.Out
	for ended := false; !ended; {
		var r *run
		select {
		case r = <-empty:
		case <-ctx.Done():
			return ctx.Err()
		}
		r.reset()
		for len(r.rows) < size {
			err := reader.Next(&raw)
			if errors.Is(err, io.EOF) {
				ended = true
				break
			}
			if err != nil {
				return err
			}
			checker.Check(&raw, &out)
			in.take(r, &raw, &out)
			if len(r.rows) >= size && raw.Part > 0 {
				size++ // a line that a mapping made several rows of is never cut
			}
		}
		if len(r.rows) == 0 {
			break
		}
		r.ended = ended
		select {
		case full <- r:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (r *run) reset() {
	clear(r.rows)
	r.rows, r.bounds, r.tally, r.ended = r.rows[:0], r.bounds[:0], tally{}, false
	r.arena.reset()
}

// take copies a checked row into the run.
func (in *ingest) take(r *run, raw *format.Row, out *rowcheck.Out) {
	r.rows = append(r.rows, row{})
	w := &r.rows[len(r.rows)-1]
	values := raw.Values
	if raw.Problem != nil && len(values) == 0 {
		values = [][]byte{raw.Raw}
	}
	w.values = r.arena.add(func(b []byte) []byte { return pack(b, values) })
	w.part = out.Part
	in.replay.note(raw)
	d := &w.draft
	d.Line, d.Dataset, d.Contract, d.Agency = out.Line, in.job.Dataset, in.contract.Number, in.job.By.Agency()
	d.Submission = in.number
	d.Occurred, d.From, d.To = out.Occurred, out.From, out.To
	d.Tier, d.Adverse, d.Lapse, d.Digest = out.Tier, out.Adverse, out.Lapse, out.Digest
	d.Born, d.Notice = calendar.None, calendar.None
	in.findings(r, w, out)
	if out.Rejected() {
		return
	}
	w.key = string(out.Key)
	d.SourceKey = w.key
	d.Payload = r.arena.copy(out.Payload)
	if len(out.Sealed) > 0 {
		d.Sealed = r.arena.copy(out.Sealed)
	}
	if in.notice >= 0 {
		d.Notice = out.Day(in.notice)
	}
	if in.name >= 0 {
		w.name = string(out.Bytes(in.name))
	}
	if in.recogniser != nil {
		w.party = in.recogniser.party(out)
	}
	from := len(r.bounds)
	for i := range out.Identifiers {
		in.bound(r, w, &out.Identifiers[i])
	}
	w.bound = r.bounds[from:len(r.bounds):len(r.bounds)]
}

// findings notes what the contract's check found.
func (in *ingest) findings(r *run, w *row, out *rowcheck.Out) {
	if len(out.Findings) == 0 {
		return
	}
	list := make([]Finding, 0, len(out.Findings))
	for _, f := range out.Findings {
		list = append(list, Finding{Rule: f.Rule, Field: f.Field, Value: f.Value, Text: f.Text, Hint: f.Hint, Warning: f.Warn})
	}
	if out.Rejected() {
		w.waits = &waits{state: "rejected", findings: list}
		return
	}
	w.warnings = len(list)
	for i := range list {
		r.tally.add(&list[i])
	}
}

// bound notes an identifier that may lead to the row's subject.
func (in *ingest) bound(r *run, w *row, id *rowcheck.Identifier) {
	if !id.Status.WellFormed() && !(id.Status == identifier.Invalid && in.contract.LenientCheckDigit && id.Scheme == subject.USCC) && !id.Scheme.Own() {
		return
	}
	b := identify(&catalogue.Binding{Scheme: id.Scheme, Kind: id.Kind}, string(id.Value))
	if id.Scheme == subject.ResidentID {
		w.draft.Born = identifier.Check(identifier.ResidentID, b.identifier.Value).Parts.BirthDate
	}
	r.bounds = append(r.bounds, b)
}
