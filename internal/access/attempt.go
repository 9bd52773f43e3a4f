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

// refused writes down that a read was refused in the moment in which it was to be recorded, and gives the refusal back. A
// subject that closed its file is told of the attempt.
func (d *Desk) refused(ctx context.Context, r *Request, sub subject.Subject, err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.Refused {
		return err
	}
	e := d.attempt(r.As.Actor(), sub.ID, string(r.What), r.Case, refusal)
	e.Purpose, e.Basis = r.Purpose, strings.TrimSpace(r.Basis)
	var told []notice.Written
	if refusal.Missing == charter.MissingUnfrozen && d.clerk != nil {
		w, err := d.clerk.Write(sub, notice.Notice{
			Subject: sub.ID, Occasion: notice.ReadRefused, At: e.At, About: string(r.What), By: e.Reader, Law: e.Basis, Contest: "complaint", Until: calendar.None,
			Facts: []notice.Fact{
				{Name: "asker", Value: e.Reader}, {Name: "instant", Value: e.At.UTC().Format(time.RFC3339)}, {Name: "purpose", Value: r.Purpose},
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
