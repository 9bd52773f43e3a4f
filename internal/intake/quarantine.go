package intake

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/intake/format"
	"probity/internal/store"
	"probity/internal/subject"
)

// The columns that an exported quarantine has before the file's own. They lead a mended row back to the row that waits.
const (
	lineColumn  = "_line"
	partColumn  = "_part"
	rulesColumn = "_rules"
	hintsColumn = "_hints"
)

// Quarantine is what the desk needs to give waiting rows back to their supplier.
type Quarantine interface {
	Submission(ctx context.Context, number int64) (store.Submission, error)
	Waitings(ctx context.Context, submission int64, afterLine, afterPart, limit int) ([]store.Waiting, error)
}

// Opener opens what the desk sealed.
type Opener interface {
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// WaitingRow is a row that waits, as its supplier may see it.
type WaitingRow struct {
	Line     int       `json:"line"`
	Part     int       `json:"part,omitempty"`
	State    string    `json:"state"`
	Findings []Finding `json:"findings"`
	Columns  []string  `json:"-"`
	Values   []*string `json:"-"`
}

// EachWaiting gives the rows of a submission that wait, by their place in the file, once it is recorded who looks into them.
// They are for the supplier alone, and to others the submission does not exist.
func EachWaiting(ctx context.Context, q Quarantine, v Opener, look access.Waiting, yield func(*WaitingRow) error) error {
	submission, ok := look.Submission()
	if !ok {
		return charter.Refuse("C11", "scope", "show the credential of an official of the supplier: --as NAME", "nobody was permitted to look into the rows that wait")
	}
	sub, err := q.Submission(ctx, submission)
	if err != nil {
		return err
	}
	if agency := look.Agency(); sub.Agency != agency {
		return sentNone(agency, submission)
	}
	line, part := 0, -1
	const page = 500
	for {
		list, err := q.Waitings(ctx, submission, line, part, page)
		if err != nil {
			return err
		}
		for i := range list {
			w, err := openWaiting(v, submission, &list[i])
			if err != nil {
				return err
			}
			if err := yield(w); err != nil {
				return err
			}
			line, part = w.Line, w.Part
		}
		if len(list) < page {
			return nil
		}
	}
}

func openWaiting(v Opener, submission int64, w *store.Waiting) (*WaitingRow, error) {
	out := &WaitingRow{Line: w.Line, Part: w.Part, State: w.State}
	plain, findings := w.Row, w.Findings
	if w.Sealed {
		var err error
		if plain, err = v.Open(subject.ID(submission), PlaceWaiting, w.Row); err != nil {
			return nil, err
		}
		if findings, err = v.Open(subject.ID(submission), placeFindings, w.Findings); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		text []byte
		into any
	}{{findings, &out.Findings}, {w.Header, &out.Columns}, {plain, &out.Values}} {
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return nil, fault.New(fault.Internal, "intake.waiting", "reading the waiting row of line %d", w.Line).By(err)
		}
	}
	return out, nil
}

// ExportWaiting writes the waiting rows as CSV: where each stood, which rules it broke, what to do, and the row as it
// was. Mended in place, the file goes back in with [Desk.Ingest] and Job.Replays. It gives the number of rows written.
func ExportWaiting(ctx context.Context, q Quarantine, v Opener, look access.Waiting, to io.Writer) (int, error) {
	w := csv.NewWriter(to)
	rows := 0
	err := EachWaiting(ctx, q, v, look, func(row *WaitingRow) error {
		if rows == 0 {
			if err := w.Write(append([]string{lineColumn, partColumn, rulesColumn, hintsColumn}, own(row.Columns, nil)...)); err != nil {
				return err
			}
		}
		rows++
		var rules, hints []string
		for _, f := range row.Findings {
			rules = append(rules, f.Rule)
			hints = append(hints, strings.TrimSuffix(f.Text, ".")+": "+f.Hint)
		}
		return w.Write(append([]string{
			strconv.Itoa(row.Line), strconv.Itoa(row.Part), strings.Join(rules, " "), strings.Join(hints, " | "),
		}, own(row.Columns, row.Values)...))
	})
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	return rows, err
}

// own gives the values of the file's own columns, or the columns themselves where there are no values: a row that waits
// a second time does not carry its marks twice.
func own(columns []string, values []*string) []string {
	var list []string
	for i, c := range columns {
		switch {
		case c == lineColumn || c == partColumn || c == rulesColumn || c == hintsColumn:
		case values == nil:
			list = append(list, c)
		case i < len(values) && values[i] != nil:
			list = append(list, *values[i])
		default:
			list = append(list, "")
		}
	}
	return list
}

// replay follows the rows of a mended file back to those that wait.
type replay struct {
	line, part int // columns, -1 where the file has none
	places     []store.Place
}

// openReplay finds the columns that lead back.
func (in *ingest) openReplay(h *format.Header) error {
	if in.job.Replays == 0 {
		return nil
	}
	in.replay = &replay{line: -1, part: -1}
	for i, name := range h.Names {
		switch name {
		case lineColumn:
			in.replay.line = i
		case partColumn:
			in.replay.part = i
		}
	}
	if in.replay.line < 0 || in.replay.part < 0 {
		return fault.New(fault.Invalid, "intake.replay", "the file has no columns %s and %s", lineColumn, partColumn).At(in.job.File).
			With("mend the file that probity quarantine export wrote, and leave its first columns as they are")
	}
	in.report.Unknown = own(in.report.Unknown, nil)
	return nil
}

// note remembers which waiting row a mended row stands for.
func (r *replay) note(raw *format.Row) {
	if r == nil {
		return
	}
	var p store.Place
	for _, c := range []struct {
		column int
		to     *int
	}{{r.line, &p.Line}, {r.part, &p.Part}} {
		if c.column < len(raw.Values) {
			if n, err := strconv.Atoi(string(raw.Values[c.column])); err == nil {
				*c.to = n
			}
		}
	}
	r.places = append(r.places, p)
}

// markMended notes which waiting rows the file brings back: those that went in, and those that were bad again and wait
// under this submission. It counts from the publication on.
func (in *ingest) markMended(ctx context.Context) error {
	if in.replay == nil {
		return nil
	}
	for part := range commits(len(in.replay.places)) {
		if err := in.desk.Store.MarkMended(ctx, in.number, in.job.Replays, in.replay.places[part.from:part.to]); err != nil {
			return err
		}
	}
	return nil
}

// forget destroys the key under which the waiting rows of a submission were sealed, once none waits any more.
func (d *Desk) forget(ctx context.Context, submission int64) error {
	if submission == 0 {
		return nil
	}
	left, err := d.Store.CountWaiting(ctx, submission)
	if err != nil || left > 0 {
		return err
	}
	return d.Vault.Destroy(subject.ID(submission))
}
