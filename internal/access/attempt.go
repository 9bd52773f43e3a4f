package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/subject"
)

// Attempt writes down that something the Charter forbids was tried and refused (C11, C13): by is who tried, about whom,
// and why it was refused. The subject sees it.
func (d *Desk) Attempt(ctx context.Context, by charter.Actor, about subject.ID, what, file string, refusal *fault.Error) error {
	return unwritten(d.store.RecordAttempt(ctx, d.attempt(by, about, what, file, refusal), nil))
}

func (d *Desk) attempt(by charter.Actor, about subject.ID, what, file string, refusal *fault.Error) *ledger.Entry {
	return &ledger.Entry{
		Subject: about, At: d.now(), Act: ledger.Attempt, What: what, Detail: refusal.Invariant + ": " + refusal.Missing,
		Reader: by.Agency, Official: by.Official, Case: file,
	}
}

// refused writes down that a read was refused, whether it was when it was judged or in the moment in which it was to be
// recorded, and gives the refusal back: the subject sees who tried. A subject that closed its file is told of the attempt.
// Other faults, such as that the register could not be looked into, leave no entry.
func (d *Desk) refused(ctx context.Context, r *Request, sub subject.Subject, err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.Refused {
		return err
	}
	e := d.attempt(r.As.Actor(), sub.ID, string(r.What), "", refusal)
	d.stated(e, r)
	var told []notice.Written
	if refusal.Missing == charter.MissingUnfrozen && d.clerk != nil {
		w, err := d.clerk.Write(sub, notice.Notice{
			Subject: sub.ID, Occasion: notice.ReadRefused, At: e.At, About: string(r.What), By: e.Reader, Law: e.Basis, Contest: "complaint", Until: calendar.None,
			Facts: []notice.Fact{
				{Name: "asker", Value: e.Reader}, {Name: "instant", Value: e.At.UTC().Format(time.RFC3339)}, {Name: "purpose", Value: e.Purpose},
			},
		})
		if err != nil {
			return err
		}
		told = append(told, w)
	}
	if failed := d.store.RecordAttempt(ctx, e, told); failed != nil {
		return unwritten(failed)
	}
	return err
}

// stated puts into the entry of an attempt what the reader stated, as far as it is of a closed list or a number: nothing of
// this was let through, the subject sees it, and free text could tell it of somebody else.
func (d *Desk) stated(e *ledger.Entry, r *Request) {
	if d.catalogue.Purpose(r.Purpose) != nil {
		e.Purpose = r.Purpose
	}
	basis := strings.Join(strings.Fields(r.Basis), " ")
	code, _, _ := strings.Cut(basis, " ")
	if d.catalogue.Law(code) != nil && charter.Article(basis) == nil {
		e.Basis = basis
	}
	switch {
	case r.reference != "":
		e.Case = r.reference
	case charter.CaseNumber(r.Case) == nil:
		e.Case = r.Case
	}
}
