package intake

import (
	"context"

	"probity/internal/fault"
	"probity/internal/store"
)

// Release publishes a submission that is held because many of its rows are bad: its good rows become visible, the bad
// ones go on waiting, and whoever is touched is rated again. Only the agency that sent it decides so.
func (d *Desk) Release(ctx context.Context, agency string, number int64, progress func(done, total int64)) (store.Submission, error) {
	sub, err := d.own(ctx, agency, number)
	if err != nil {
		return sub, err
	}
	if sub.State != store.SubmissionHeld {
		return sub, fault.New(fault.Conflict, "intake.release", "submission %d is %s and not held", number, sub.State).
			With("only a held submission is published by hand; one that is open is finished by sending its file again")
	}
	if _, err := d.Store.FinishSubmission(ctx, number, store.SubmissionPublished, d.Now()); err != nil {
		return sub, err
	}
	if d.Ratings != nil {
		if err := d.Ratings.Refresh(ctx, number, progress); err != nil {
			return sub, err
		}
	}
	return d.Store.Submission(ctx, number)
}

// Discard gives a submission up that is held, or was begun and not finished: none of its rows is ever seen, and the same
// file may be sent anew.
func (d *Desk) Discard(ctx context.Context, agency string, number int64) (store.Submission, error) {
	sub, err := d.own(ctx, agency, number)
	if err != nil {
		return sub, err
	}
	if sub.State == store.SubmissionPublished || sub.State == store.SubmissionDiscarded {
		return sub, fault.New(fault.Conflict, "intake.discard", "submission %d is %s already", number, sub.State).
			With("what was published is withdrawn row by row, with probity ingest --retract")
	}
	if _, err := d.Store.FinishSubmission(ctx, number, store.SubmissionDiscarded, d.Now()); err != nil {
		return sub, err
	}
	return d.Store.Submission(ctx, number)
}

// own is a submission of the agency's; to others it does not exist.
func (d *Desk) own(ctx context.Context, agency string, number int64) (store.Submission, error) {
	sub, err := d.Store.Submission(ctx, number)
	if err == nil && sub.Agency != agency {
		err = fault.New(fault.NotFound, "submission.none", "%s sent no submission %d", agency, number).
			With("probity submission list shows them")
	}
	return sub, err
}
