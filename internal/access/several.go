package access

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"

	"probity/internal/fault"
	"probity/internal/subject"
)

// OpenEach is Open for a question that concerns several subjects, such as a couple's or a group's case: one scope for
// each, in their order. Every subject gets an entry of its own, which names nobody else; in place of the number of the
// case it carries a reference that no other entry carries, so that nobody learns from its own ledger whose business it
// was. The reader alone can ask what stands behind a reference, see CaseOf.
//
// Where one of the reads is refused none is answered, though entries of the others may have been written. The refusal says
// to the reader whose it was; the entry of the attempt stands in that subject's ledger alone, with a reference in place of
// the case.
func (d *Desk) OpenEach(ctx context.Context, r Request, subjects []subject.ID) ([]Scope, error) {
	if err := d.ready(ctx, &r); err != nil {
		return nil, err
	}
	all := make([]opening, len(subjects))
	for i, id := range subjects {
		one := r
		one.Subject = id
		if len(subjects) > 1 && r.Case != "" {
			one.reference = reference()
		}
		o, err := d.weigh(ctx, &one)
		if err != nil {
			return nil, err
		}
		all[i] = o
	}
	if err := d.writeAll(ctx, all); err != nil {
		return nil, err
	}
	scopes := make([]Scope, len(all))
	for i, o := range all {
		if o.line.Refused != nil {
			one := r
			one.reference = o.line.Entry.Case
			return nil, d.refused(ctx, &one, o.subject, o.line.Refused)
		}
		scopes[i] = o.scope()
	}
	return scopes, nil
}

// writeAll writes every line, in any order.
func (d *Desk) writeAll(ctx context.Context, all []opening) error {
	errs := make([]error, len(all))
	var writers sync.WaitGroup
	for i, o := range all {
		writers.Go(func() { errs[i] = d.journal.write(ctx, o.line) })
	}
	writers.Wait()
	return errors.Join(errs...)
}

// referenceMark is how the references begin by which cases of several subjects stand in their ledgers.
const referenceMark = "ref-"

func reference() string { return referenceMark + strings.ToLower(rand.Text()[:16]) }

// CaseOf is the number of the case behind a reference in an entry, for officials of the agency that read.
func (d *Desk) CaseOf(ctx context.Context, by Credential, ref string) (string, error) {
	if by.official == "" {
		return "", fault.New(fault.Unauthenticated, "access.case", "what case a reference stands for is for the agency that read").
			With("ask that agency: it answers for the read; or show the credential of an official of it")
	}
	return d.store.CaseOf(ctx, by.agency, ref)
}
