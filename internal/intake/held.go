package intake

import (
	"context"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/subject"
)

// Release publishes a submission that is held because many of its rows are bad: its good rows become visible, the bad
// ones go on waiting, and whoever is touched is rated again. Only the agency that sent it decides so (C13), and only as long
// as no later file of the dataset has come: its rows were checked against what stood when it came.
func (d *Desk) Release(ctx context.Context, by charter.DeliveryPermit, number int64, progress func(done, total int64)) (store.Submission, error) {
	sub, err := d.own(ctx, by, number)
	if err != nil {
		return sub, err
	}
	if sub.State != store.SubmissionHeld {
		return sub, fault.New(fault.Conflict, "intake.release", "submission %d is %s and not held", number, sub.State).
			With("only a held submission is published by hand; one that is open is finished by sending its file again")
	}
	if err := d.finish(ctx, by, &sub, store.SubmissionPublished); err != nil {
		return sub, err
	}
	if d.Ratings != nil {
		if err := rating.Later(d.Ratings.Refresh(ctx, number, progress)); err != nil {
			return sub, err
		}
	}
	return d.Store.Submission(ctx, number)
}

// finish publishes or discards a submission by hand.
func (d *Desk) finish(ctx context.Context, by charter.DeliveryPermit, sub *store.Submission, state store.SubmissionState) error {
	done, err := d.Store.Turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	if _, err := d.Store.FinishSubmission(ctx, by, sub.Number, state, d.Now(), d.Corrections); err != nil {
		return err
	}
	if state == store.SubmissionDiscarded {
		return d.sweep(ctx, sub.Number)
	}
	return d.forget(ctx, sub.Replays)
}

// sweep removes what is left of a discarded submission, and the key of its rows that waited.
func (d *Desk) sweep(ctx context.Context, number int64) error {
	if err := d.Store.Sweep(ctx, number); err != nil {
		return err
	}
	return d.Vault.Destroy(subject.ID(number))
}

// sweepAbandoned gives up what runs that were killed have left of the dataset, and what was not swept to the end. Who
// calls it holds the turn, so that nobody is at work on them.
func (d *Desk) sweepAbandoned(ctx context.Context, by charter.DeliveryPermit, dataset string) error {
	list, err := d.Store.Abandoned(ctx, by.Agency(), dataset)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].State == store.SubmissionOpen {
			if _, err := d.Store.FinishSubmission(ctx, by, list[i].Number, store.SubmissionDiscarded, d.Now(), nil); err != nil {
				return err
			}
		}
		if err := d.sweep(ctx, list[i].Number); err != nil {
			return err
		}
	}
	return nil
}

// Discard gives a submission up that is held, or was begun and not finished: none of its rows is ever seen, nothing is
// left of them, and the same file may be sent anew.
func (d *Desk) Discard(ctx context.Context, by charter.DeliveryPermit, number int64) (store.Submission, error) {
	sub, err := d.own(ctx, by, number)
	if err != nil {
		return sub, err
	}
	if sub.State == store.SubmissionPublished || sub.State == store.SubmissionDiscarded {
		return sub, fault.New(fault.Conflict, "intake.discard", "submission %d is %s already", number, sub.State).
			With("what was published is withdrawn row by row, with probity ingest --retract")
	}
	if err := d.finish(ctx, by, &sub, store.SubmissionDiscarded); err != nil {
		return sub, err
	}
	return d.Store.Submission(ctx, number)
}

// own is a submission of the permitted supplier's; to others it does not exist.
func (d *Desk) own(ctx context.Context, by charter.DeliveryPermit, number int64) (store.Submission, error) {
	if err := permitted(by); err != nil {
		return store.Submission{}, err
	}
	sub, err := d.Store.Submission(ctx, number)
	if err == nil && sub.Agency != by.Agency() {
		err = sentNone(by.Agency(), number)
	}
	return sub, err
}

// permitted holds that an official was permitted to act for a supplier (C13).
func permitted(by charter.DeliveryPermit) error {
	if by.Agency() == "" {
		return charter.Refuse("C13", "permit", "show the credential of an official of the supplier: --as NAME", "nobody was permitted to act for a supplier")
	}
	return nil
}

func sentNone(agency string, number int64) error {
	return fault.New(fault.NotFound, "submission.none", "%s sent no submission %d", agency, number).With("probity submission list shows them")
}
