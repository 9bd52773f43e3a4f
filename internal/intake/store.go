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

// keep stores one run: subjects first, then the claims of the rows' keys, then the versions, then how far we came.
// Each step is a series of short commits in the order of its table's key. Killed anywhere between, the next run of the
// same file finds what is there and adds the rest.
func (in *ingest) keep(ctx context.Context, r *run) error {
	if err := in.register.bind(ctx, r.rows); err != nil {
		return err
	}
	if err := in.claim(ctx, r); err != nil {
		return err
	}
	if err := in.loadTerms(ctx, r); err != nil {
		return err
	}
	admitted, err := in.admit(ctx, r)
	if err != nil {
		return err
	}
	if err := in.addSubjects(ctx, r); err != nil {
		return err
	}
	if err := in.sealRecords(admitted); err != nil {
		return err
	}
	if err := in.addClaims(ctx, r); err != nil {
		return err
	}
	if in.spool == nil && (r.ended || in.contract.Bears(subject.Person) || in.contract.Bears(subject.OfficeHolder)) {
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
	if err := in.spool.add(drafts(admitted)); err != nil {
		return err
	}
	return in.advance(ctx, r)
}

// write stores versions in short commits.
func (in *ingest) write(ctx context.Context, admitted []charter.Admitted) error {
	for part := range chunks(len(admitted), commitRows) {
		if err := in.desk.Store.AddVersions(ctx, in.number, admitted[part.from:part.to]); err != nil {
			return err
		}
	}
	return nil
}

// unspool writes the versions that were set aside, from front to back of their table. Rows with one key that came in
// different runs meet here: equal content after the first is no version, other content the next one.
func (in *ingest) unspool(ctx context.Context) error {
	if in.spool == nil {
		return nil
	}
	var admitted []charter.Admitted
	batch := make([]record.Draft, commitRows)
	var last record.Draft
	n, same := 0, int64(0)
	flush := func() error {
		defer func() { n, admitted = 0, admitted[:0] }()
		return in.write(ctx, admitted)
	}
	err := in.spool.merge(func(d *record.Draft) error {
		if d.Subject == last.Subject && d.Record == last.Record {
			if d.Digest == last.Digest && d.Status == last.Status {
				same++
				return nil
			}
			d.Seq = max(d.Seq, last.Seq+1)
		}
		in.share(d)
		batch[n] = *d
		last = *d
		a, err := in.gate.Admit(&batch[n])
		if err != nil {
			return err
		}
		admitted = append(admitted, a)
		if n++; n == commitRows {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	in.pending.counts.Stored -= same
	in.pending.counts.Unchanged += same
	in.report.Counts.Stored -= same
	in.report.Counts.Unchanged += same
	return flush()
}

// share puts into a draft what all rows of the submission share.
func (in *ingest) share(d *record.Draft) {
	d.Dataset, d.Contract, d.Agency, d.Submission = in.job.Dataset, in.contract.Number, in.job.Agency, in.number
}

// finish writes what was set aside and notes that the whole file is stored.
func (in *ingest) finish(ctx context.Context, last int) error {
	if in.spool == nil {
		return nil
	}
	if err := in.unspool(ctx); err != nil {
		return err
	}
	return in.desk.Store.Advance(ctx, in.number, last, in.pending.counts, nil, in.pending.tally.list())
}

// span is a stretch of a slice; chunks cuts n things into spans of at most size.
type span struct{ from, to int }

func chunks(n, size int) func(yield func(span) bool) {
	return func(yield func(span) bool) {
		for at := 0; at < n; at += size {
			if !yield(span{at, min(at+size, n)}) {
				return
			}
		}
	}
}

// claim finds for every row the record it is, or gives it a new one, and tells unchanged content from changed. Rows
// with the same key within a run follow each other as versions.
func (in *ingest) claim(ctx context.Context, r *run) error {
	rows := r.sorted(byKey)
	keys := make([]string, 0, len(rows))
	for _, w := range rows {
		if len(keys) == 0 || keys[len(keys)-1] != w.key {
			keys = append(keys, w.key)
		}
	}
	found, err := in.desk.Store.Claims(ctx, in.number, in.job.Agency, in.job.Dataset, keys)
	if err != nil {
		return err
	}
	next := in.desk.Store.NextRecords(len(keys))
	for _, w := range rows {
		c, claimed := found[w.key]
		if !claimed {
			c = store.Claimed{Subject: w.draft.Subject, Record: next, Submission: in.number}
			next++
			in.fresh[w.key] = struct{}{}
		}
		in.version(w, &c)
		found[w.key] = c
	}
	return nil
}

// version makes the row the next version of its record, and the record's state what the row says.
func (in *ingest) version(w *row, c *store.Claimed) {
	d := &w.draft
	if c.Submission == in.number && !c.Has && c.Subject != d.Subject && c.Record != 0 {
		w.waits = &waits{state: "rejected", findings: []Finding{{
			Rule: "row.key_twice", Text: "the file has this key twice, for two subjects",
			Hint: "give each row a key of its own, or leave the wrong one out",
		}}}
		return
	}
	d.Record, d.Status = c.Record, in.job.Act
	if c.Own && c.Line == d.Line && c.Digest == d.Digest {
		w.same, w.own = true, true
		return
	}
	if in.job.Act == record.Retracted {
		if !c.Has || c.Status == record.Retracted {
			w.same = c.Has
			if !c.Has {
				w.waits = &waits{state: "rejected", findings: []Finding{{
					Rule: "row.unknown", Text: "there is no record with this key to retract",
					Hint: "check the key; probity record show tells what the platform holds",
				}}}
			}
			return
		}
		d.Subject = c.Subject
	}
	if c.Has && c.Digest == d.Digest && c.Subject == d.Subject && c.Status != record.Retracted && in.job.Act != record.Retracted {
		w.same = true
		return
	}
	d.Changes = c.Has
	if c.Subject != d.Subject && c.Has && c.Status != record.Retracted {
		w.from, w.fromSeq = c.Subject, c.Seq+1
	}
	c.Seq++
	if w.from != 0 {
		c.Seq++
	}
	d.Seq = c.Seq
	c.Subject, c.Has, c.Digest, c.Status, c.Own, c.Line = d.Subject, true, d.Digest, d.Status, true, d.Line
}

// admit puts every row before the Charter. A refusal makes the row wait with the invariant's name, and one under C13
// goes into the ledger of the subject it was tried on; any other error ends the run.
func (in *ingest) admit(ctx context.Context, r *run) ([]charter.Admitted, error) {
	var out []charter.Admitted
	var attempts []*ledger.Entry
	for _, w := range r.sorted(bySubject) {
		if w.same {
			continue
		}
		with, about, err := in.judge(out, w)
		if err == nil {
			out = with
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Refused {
			return nil, err
		}
		w.waits = &waits{state: "rejected", findings: []Finding{{
			Rule: f.Key, Field: f.Missing, Text: f.Text, Hint: f.Cure, Invariant: f.Invariant,
		}}}
		if f.Invariant == "C13" {
			attempts = append(attempts, in.attempt(about, w, f))
		}
	}
	sortAdmitted(out)
	if len(attempts) == 0 {
		return out, nil
	}
	return out, in.desk.Store.AppendEntries(ctx, attempts)
}

// judge asks for one row and puts what may be written behind out: its version, and, where the row moved to another
// subject, the end of its record there. about is the subject a refusal is about.
func (in *ingest) judge(out []charter.Admitted, w *row) (with []charter.Admitted, about subject.ID, err error) {
	a, err := in.gate.Admit(&w.draft)
	if err != nil || w.from == 0 {
		return append(out, a), w.draft.Subject, err
	}
	end := w.draft
	end.Subject, end.Seq, end.Status = w.from, w.fromSeq, record.Retracted
	gone, err := in.gate.Admit(&end)
	return append(out, a, gone), w.from, err
}

// attempt is the line in a subject's ledger that says that its supplier tried what C13 forbids.
func (in *ingest) attempt(about subject.ID, w *row, f *fault.Error) *ledger.Entry {
	return &ledger.Entry{
		Subject: about, At: in.desk.Now(), Act: ledger.Attempt, What: in.job.Dataset, Detail: f.Invariant + ": " + f.Missing,
		Reader: in.job.Agency, Case: fmt.Sprintf("%s:%d", in.job.File, w.draft.Line),
	}
}

// addSubjects enters the subjects that admitted rows brought; a row that waits brings nobody into the register.
func (in *ingest) addSubjects(ctx context.Context, r *run) error {
	wanted := map[int]bool{}
	for i := range r.rows {
		if at, ok := in.register.entrant[r.rows[i].draft.Subject]; ok && r.rows[i].waits == nil {
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
	for part := range chunks(len(list), commitRows) {
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

// addClaims claims the keys of new records, and moves those of records that went to another subject.
func (in *ingest) addClaims(ctx context.Context, r *run) error {
	var claims []store.Claim
	for _, w := range r.sorted(byKey) {
		_, fresh := in.fresh[w.key]
		if !fresh && w.from == 0 {
			continue
		}
		delete(in.fresh, w.key)
		claims = append(claims, store.Claim{Key: w.key, Subject: w.draft.Subject, Record: w.draft.Record})
	}
	clear(in.fresh)
	for part := range chunks(len(claims), commitRows) {
		if err := in.desk.Store.AddClaims(ctx, in.number, in.job.Agency, in.job.Dataset, claims[part.from:part.to]); err != nil {
			return err
		}
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
		case w.same && !w.own:
			c.Unchanged++
		default:
			c.Stored++
		}
		if w.warnings > 0 && w.waits == nil {
			c.Warned++
		}
	}
	in.count(c)
	if in.spool == nil {
		return in.desk.Store.Advance(ctx, in.number, r.last, c, waiting, r.tally.list())
	}
	// What is set aside is not stored yet: a run that is killed before the merge begins again at the file's start.
	in.pending.add(c, r.tally)
	if len(waiting) == 0 {
		return nil
	}
	return in.desk.Store.Advance(ctx, in.number, 0, store.Counts{}, waiting, nil)
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
		out.Row, err = in.desk.Vault.Seal(subject.ID(in.number), PlaceWaiting, out.Row)
	}
	return out, err
}
