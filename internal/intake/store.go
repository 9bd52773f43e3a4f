package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// commitRows is how many rows one commit writes: few enough that a reader's access entry never waits for long behind
// it, enough that the commit's own cost does not matter.
const commitRows = 4096

// keep stores one run: subjects first, then the versions or their place in the spool, then the claims of the rows' keys,
// then the counts. Each step is a series of short commits in the order of its table's key. Nobody sees any of it before
// the submission is published; killed anywhere between, the next run of the same file sweeps it away and begins anew.
func (in *ingest) keep(ctx context.Context, r *run) error {
	if err := in.bind(ctx, r); err != nil {
		return err
	}
	admitted, err := in.judge(ctx, r)
	if err != nil {
		return err
	}
	if err := in.addSubjects(ctx, r); err != nil {
		return err
	}
	if err := in.recogniser.keep(ctx, r); err != nil {
		return err
	}
	if err := in.sealRecords(admitted); err != nil {
		return err
	}
	if in.direct(r) {
		if err := in.addClaims(ctx); err != nil {
			return err
		}
		if err := in.write(ctx, admitted); err != nil {
			return err
		}
		return in.advance(ctx, r)
	}
	if in.spool == nil {
		if in.spool, err = newSpool(); err != nil {
			return err
		}
	}
	// The keys go to the database while the rows go to the disk: neither needs the other.
	aside := make(chan error, 1)
	go func() { aside <- in.spool.add(drafts(admitted)) }()
	err = in.addClaims(ctx)
	if err := errors.Join(err, <-aside); err != nil {
		return err
	}
	return in.advance(ctx, r)
}

// direct tells whether a run's versions are written at once: those of a file of one run, and all that tells of human
// beings, which is not set aside in the clear.
func (in *ingest) direct(r *run) bool {
	return in.spool == nil && (r.ended || in.contract.Bears(subject.Person) || in.contract.Bears(subject.OfficeHolder))
}

// bind finds the subjects of a run's rows. A retraction by key needs none: it goes where its record is.
func (in *ingest) bind(ctx context.Context, r *run) error {
	if in.byKey {
		return nil
	}
	if err := in.register.bind(ctx, r.rows); err != nil {
		return err
	}
	return in.loadTerms(ctx, r)
}

// write stores versions in short commits.
func (in *ingest) write(ctx context.Context, admitted []charter.Admitted) error {
	for part := range commits(len(admitted)) {
		if err := in.desk.Store.AddVersions(ctx, in.number, admitted[part.from:part.to]); err != nil {
			return err
		}
		in.places.count(admitted[part.from:part.to])
	}
	return nil
}

// unspool writes the versions that were set aside, from front to back of their table. Rows with one key that came in
// different runs meet here: equal content after the first is no version, other content the next one.
func (in *ingest) unspool(ctx context.Context) error {
	if in.spool == nil {
		return nil
	}
	var last record.Draft
	same := int64(0)
	out := in.newBehind(ctx)
	err := in.spool.merge(func(d *record.Draft) error {
		if d.Subject == last.Subject && d.Record == last.Record {
			if d.Digest == last.Digest && d.Status == last.Status {
				same++
				return nil
			}
			d.Seq = max(d.Seq, last.Seq+1)
		}
		in.share(d)
		last = *d
		return out.add(d)
	})
	if err = errors.Join(err, out.end(err == nil)); err != nil {
		return err
	}
	in.pending.counts.Stored -= same
	in.pending.counts.Unchanged += same
	in.report.Counts.Stored -= same
	in.report.Counts.Unchanged += same
	return nil
}

// share puts into a draft what all rows of the submission share.
func (in *ingest) share(d *record.Draft) {
	d.Dataset, d.Contract, d.Agency, d.Submission = in.job.Dataset, in.contract.Number, in.job.By.Agency(), in.number
}

// finish writes what was set aside and notes that the whole file is stored.
func (in *ingest) finish(ctx context.Context) error {
	if in.spool == nil {
		return nil
	}
	if err := in.unspool(ctx); err != nil {
		return err
	}
	return in.desk.Store.Advance(ctx, in.number, in.pending.counts, nil, in.pending.tally.list())
}

// span is a stretch of a slice; commits cuts n rows into the spans of single commits.
type span struct{ from, to int }

func commits(n int) func(yield func(span) bool) {
	return func(yield func(span) bool) {
		for at := 0; at < n; at += commitRows {
			if !yield(span{at, min(at+commitRows, n)}) {
				return
			}
		}
	}
}

// attempt is the line in a subject's ledger that says that its supplier tried what C13 forbids.
func (in *ingest) attempt(about subject.ID, w *row, f *fault.Error) *ledger.Entry {
	return &ledger.Entry{
		Subject: about, At: in.desk.Now(), Act: ledger.Attempt, What: in.job.Dataset, Detail: f.Invariant + ": " + f.Missing,
		Reader: in.job.By.Agency(), Official: in.job.By.Official(), Case: fmt.Sprintf("%s:%d", in.job.File, w.draft.Line),
	}
}

// addSubjects enters the subjects that admitted rows brought; a row that waits brings nobody into the register.
func (in *ingest) addSubjects(ctx context.Context, r *run) error {
	wanted := map[int]bool{}
	for i := range r.rows {
		if at, ok := in.register.entrant[r.rows[i].draft.Subject]; ok && (r.rows[i].waits == nil || r.rows[i].brings) {
			wanted[at] = true
		}
	}
	list := make([]store.Entrant, 0, len(wanted))
	for at := range in.register.entered {
		e := &in.register.entered[at]
		if wanted[at] {
			list = append(list, *e)
			continue
		}
		for _, k := range e.Keys {
			delete(in.register.known, k)
		}
	}
	for part := range commits(len(list)) {
		if err := in.desk.Store.AddSubjects(ctx, list[part.from:part.to]); err != nil {
			return err
		}
	}
	return nil
}

// sealRecords encrypts what tells of persons under their subject's key.
func (in *ingest) sealRecords(admitted []charter.Admitted) error {
	if !in.seals {
		return nil
	}
	in.ids = in.ids[:0]
	for _, a := range admitted {
		d := a.Draft()
		if len(d.Sealed) > 0 && (len(in.ids) == 0 || in.ids[len(in.ids)-1] != d.Subject) {
			in.ids = append(in.ids, d.Subject)
		}
	}
	if err := in.desk.Vault.Ensure(in.ids...); err != nil {
		return err
	}
	for _, a := range admitted {
		d := a.Draft()
		if len(d.Sealed) == 0 {
			continue
		}
		sealed, err := in.desk.Vault.Seal(d.Subject, record.SealedPlace, d.Sealed)
		if err != nil {
			return err
		}
		d.Sealed = sealed
	}
	return nil
}

// advance counts the run's rows, keeps those that wait, and notes how far the submission has come.
func (in *ingest) advance(ctx context.Context, r *run) error {
	var c store.Counts
	var waiting []store.Waiting
	for i := range r.rows {
		w := &r.rows[i]
		c.Read++
		switch {
		case w.waits != nil:
			if w.waits.state == "unbound" {
				c.Unbound++
			} else {
				c.Rejected++
			}
			kept, err := in.waiting(w)
			if err != nil {
				return err
			}
			waiting = append(waiting, kept)
			for j := range w.waits.findings {
				r.tally.add(&w.waits.findings[j])
			}
		case w.same:
			c.Unchanged++
		default:
			c.Stored++
		}
		if w.warnings > 0 && w.waits == nil {
			c.Warned++
		}
	}
	in.count(c)
	counts, findings := c, r.tally.list()
	if in.spool != nil {
		// What is set aside is stored, and counted, when it is merged.
		in.pending.add(c, r.tally)
		counts, findings = store.Counts{}, nil
	}
	for part := range commits(len(waiting)) {
		if err := in.desk.Store.Advance(ctx, in.number, store.Counts{}, waiting[part.from:part.to], nil); err != nil {
			return err
		}
	}
	if counts == (store.Counts{}) {
		return nil
	}
	return in.desk.Store.Advance(ctx, in.number, counts, nil, findings)
}

// waiting makes the quarantine's entry of a row: its values as they stood, sealed where they may tell of a person. The
// key is the submission's own, so that it can be destroyed with the last row that waits.
func (in *ingest) waiting(w *row) (store.Waiting, error) {
	out := store.Waiting{Line: w.draft.Line, Part: w.part, State: w.waits.state, Header: in.header, Sealed: in.seals}
	var err error
	if out.Findings, err = json.Marshal(w.waits.findings); err != nil {
		return out, fault.New(fault.Internal, "intake.findings", "writing findings").By(err)
	}
	if out.Row, err = json.Marshal(unpack(w.values)); err != nil {
		return out, fault.New(fault.Internal, "intake.waiting", "writing a row that waits").By(err)
	}
	if in.seals {
		if err := in.desk.Vault.Ensure(subject.ID(in.number)); err != nil {
			return out, err
		}
		// What was found repeats values of the row.
		if out.Findings, err = in.desk.Vault.Seal(subject.ID(in.number), placeFindings, out.Findings); err != nil {
			return out, err
		}
		out.Row, err = in.desk.Vault.Seal(subject.ID(in.number), PlaceWaiting, out.Row)
	}
	return out, err
}
