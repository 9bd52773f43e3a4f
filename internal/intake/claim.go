package intake

import (
	"context"
	"errors"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// known is what the database says of the keys of a run.
type known struct {
	claims map[string]store.Claimed
	// tops are the version numbers on the subjects that records would move to.
	tops map[store.Spot]int
	// subjects are those of records to be retracted by key.
	subjects map[subject.ID]subject.Subject
}

// judge finds for every row the record it is, makes it that record's next version, and puts it before the Charter. Rows
// with the same key follow each other as versions in the order of the file; a row that is refused leaves no mark on
// those behind it. A refusal makes the row wait with the invariant's name, and one under C13 goes into the ledger of the
// subject it was tried on; any other error ends the run.
func (in *ingest) judge(ctx context.Context, r *run) ([]charter.Admitted, error) {
	rows := r.sorted(byKey)
	k, err := in.look(ctx, rows)
	if err != nil {
		return nil, err
	}
	j := judgement{in: in, known: k, next: in.desk.Store.NextRecords(len(rows)), last: r.ended}
	in.claims = in.claims[:0]
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].key == rows[from].key {
			to++
		}
		if err := j.key(rows[from:to]); err != nil {
			return nil, err
		}
		from = to
	}
	sortAdmitted(j.admitted)
	if len(j.attempts) == 0 {
		return j.admitted, nil
	}
	return j.admitted, in.desk.Store.AppendEntries(ctx, j.attempts)
}

// look asks the database for what rows in the order of their keys need.
func (in *ingest) look(ctx context.Context, rows []*row) (k known, err error) {
	keys := make([]string, 0, len(rows))
	for _, w := range rows {
		if len(keys) == 0 || keys[len(keys)-1] != w.key {
			keys = append(keys, w.key)
		}
	}
	if k.claims, err = in.desk.Store.Claims(ctx, in.number, in.job.By.Agency(), in.job.Dataset, keys); err != nil {
		return k, err
	}
	if in.byKey {
		ids := make([]subject.ID, 0, len(k.claims))
		for _, c := range k.claims {
			ids = append(ids, c.Subject)
		}
		k.subjects, err = in.desk.Store.Registered(ctx, ids)
		return k, err
	}
	var spots []store.Spot
	for _, w := range rows {
		if c, ok := k.claims[w.key]; ok && c.Subject != w.draft.Subject {
			spots = append(spots, store.Spot{Subject: w.draft.Subject, Record: c.Record})
		}
	}
	k.tops, err = in.desk.Store.Tops(ctx, spots)
	return k, err
}

// judgement is the work of judge on one run.
type judgement struct {
	in    *ingest
	known known
	next  record.ID // the next record that is free
	// last: the file ends with this run, so that nobody needs to know later what it did to a key.
	last     bool
	admitted []charter.Admitted
	attempts []*ledger.Entry
}

// key judges the rows of one key, in the order of the file.
func (j *judgement) key(rows []*row) error {
	in := j.in
	before, claimed := j.known.claims[rows[0].key]
	if !claimed {
		before = store.Claimed{Record: j.next, By: in.number, Lapse: calendar.None}
		j.next++
	}
	now, changed := before, false
	for _, w := range rows {
		then := now
		if w.waits = j.version(w, &then); w.waits != nil || w.same {
			continue
		}
		ok, err := j.permit(w)
		if err != nil {
			return err
		}
		if ok {
			now, changed = then, true
		}
	}
	if !changed {
		return nil
	}
	c := store.Claim{Key: rows[0].key, Subject: before.Base, Record: before.Record, By: before.By}
	switch {
	case !claimed:
		c.Subject = now.Subject
	case !before.Own && (!j.last || now.Subject != before.Subject):
		// A later run must see that the key was here, everybody later where the record went.
		c.Next, c.Mover = now.Subject, in.number
	default:
		return nil
	}
	in.claims = append(in.claims, c)
	return nil
}

// version makes the row the next version of its record, and the record's state what the row says; or it tells why the
// row has to wait. It marks rows whose content stands already.
func (j *judgement) version(w *row, c *store.Claimed) *waits {
	d := &w.draft
	if c.Erased {
		return erasedRow("the record with this key was erased", "leave it out: what was erased does not come in again; a matter of its own is a record of its own, under its own key")
	}
	d.Record, d.Status, d.Changes, d.Lapsing = c.Record, j.in.job.Act, c.Published, c.Lapse
	if d.Status != record.Reported && !c.Has && !c.Own {
		return unknownRow(d.Status)
	}
	// What an earlier run set aside is not stored, and its content not known here.
	aside := c.Own && !c.Stored
	if d.Status == record.Retracted {
		if c.Status == record.Retracted && !aside {
			w.same = true
			return nil
		}
		if j.in.byKey {
			s := j.known.subjects[c.Subject]
			d.Subject, d.Kind, d.Sole = s.ID, s.Kind, s.Sole
		}
	}
	moves := c.Subject != 0 && c.Subject != d.Subject
	d.Barred = c.Barred && !moves // on another subject it was never out of use
	if moves {
		if refused := j.in.mayMove(c); refused != nil {
			return refused
		}
	} else if !aside && c.Has && c.Status != record.Retracted && c.Digest == d.Digest && d.Status != record.Retracted {
		w.same = true
		return nil
	}
	if moves && c.Has && c.Status != record.Retracted {
		c.Seq++
		w.from, w.fromSeq = c.Subject, c.Seq
	}
	if moves {
		c.Seq = max(c.Seq, j.known.tops[store.Spot{Subject: d.Subject, Record: c.Record}])
	}
	c.Seq++
	d.Seq = c.Seq
	c.Subject, c.Digest, c.Status = d.Subject, d.Digest, d.Status
	c.Has, c.Own, c.Stored = true, true, true
	return nil
}

// erasedRow is the refusal of what was erased.
func erasedRow(text, hint string) *waits {
	return &waits{state: "rejected", findings: []Finding{{Rule: "charter.c10", Field: "matter that was not erased", Text: text, Hint: hint, Invariant: "C10"}}}
}

func unknownRow(act record.Status) *waits {
	what := "correct"
	if act == record.Retracted {
		what = "retract"
	}
	return &waits{state: "rejected", findings: []Finding{{
		Rule: "row.unknown", Text: "there is no record with this key to " + what,
		Hint: "check the key: it must be written as in the row that was sent first",
	}}}
}

// mayMove tells why a row may not take its record to another subject, nil where it may.
func (in *ingest) mayMove(c *store.Claimed) *waits {
	switch {
	case c.Own:
		return &waits{state: "rejected", findings: []Finding{{
			Rule: "row.key_twice", Text: "the file has this key twice, for two subjects",
			Hint: "give each row a key of its own, or leave the wrong one out",
		}}}
	case in.contract.Bears(subject.OfficeHolder):
		return &waits{state: "rejected", findings: []Finding{{
			Rule: "row.other_subject", Text: "the record with this key is on another appointment",
			Hint: "retract it with the appointment it is on, then report it anew under a key of its own", Invariant: "C13",
		}}}
	}
	return nil
}

// permit asks the Charter for one row, and for the end of its record on the subject it leaves where it does. The end
// says nothing of the subject that the record goes to.
func (j *judgement) permit(w *row) (ok bool, err error) {
	about := w.draft.Subject
	a, err := j.in.gate.Admit(&w.draft)
	permitted := append(j.admitted, a)
	if err == nil && w.from != 0 {
		end := w.draft
		end.Subject, end.Seq, end.Status = w.from, w.fromSeq, record.Retracted
		end.Payload, end.Sealed, end.Digest = emptyPayload, nil, [16]byte{}
		about = w.from
		a, err = j.in.gate.Admit(&end)
		permitted = append(permitted, a)
	}
	if err == nil {
		j.admitted = permitted
		return true, nil
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused {
		return false, err
	}
	w.waits = &waits{state: "rejected", findings: []Finding{{
		Rule: f.Key, Field: f.Missing, Text: f.Text, Hint: f.Cure, Invariant: f.Invariant,
	}}}
	if f.Invariant == "C13" {
		j.attempts = append(j.attempts, j.in.attempt(about, w, f))
	}
	return false, nil
}

var emptyPayload = []byte("{}")

// addClaims claims the keys of new records, and notes which are on their way to another subject.
func (in *ingest) addClaims(ctx context.Context) error {
	for part := range commits(len(in.claims)) {
		if err := in.desk.Store.AddClaims(ctx, in.job.By.Agency(), in.job.Dataset, in.claims[part.from:part.to]); err != nil {
			return err
		}
	}
	return nil
}
