package erasure

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/store/erasures"
	"probity/internal/subject"
	"probity/internal/vault"
	"probity/internal/vault/gone"
)

// CatchUp brings a database and its keys up to what the journal says is gone: after a restore, after an older copy of
// either was put back by hand, and after a process that was killed between its journal and its commit. It is called before
// anybody may read. A journal that lacks what the database has seen is refused. What cannot be made again is named, and its subjects
// are told; demands that were lost are raised again.
func CatchUp(ctx context.Context, db *store.Store, keys *vault.Vault, journal *gone.Journal, at time.Time) (erasures.Played, error) {
	head, err := journal.Head()
	if err != nil {
		return erasures.Played{}, err
	}
	played, err := db.Played(ctx)
	if err != nil {
		return erasures.Played{}, err
	}
	if played > head {
		return erasures.Played{}, fault.New(fault.Conflict, "erasure.journal", "the journal %s ends at batch %d, and the database has seen batch %d", journal.Path(), head, played).
			With("put the newest copy of the journal back; it tells what must not come back after a restore")
	}
	done, err := erasures.In(db).Replay(ctx, journal, at, telling(notice.NewClerk(keys), at), dueFrom(at))
	if err != nil {
		return done, err
	}
	known, err := keys.Played()
	if err != nil || known >= head {
		return done, err
	}
	var ids []subject.ID
	err = journal.Since(known, func(b gone.Batch) error {
		for _, m := range b.Marks {
			if m.Kind == gone.Erased {
				ids = append(ids, m.Subject)
			}
		}
		return nil
	})
	if err == nil && len(ids) > 0 {
		err = keys.Destroy(ids...)
	}
	if err == nil {
		err = keys.SetPlayed(head)
	}
	return done, err
}

// dueFrom are the days by which demands raised at an instant are to be met. Of a restriction that was taken down it is not
// known whether it was lifted or annulled: the shorter time counts.
func dueFrom(at time.Time) erasures.DueBy {
	today, clocks := calendar.In(at, calendar.Shanghai), clock.BuiltIn()
	return func(kind recall.Kind) (calendar.Day, error) {
		event := clock.CorrectionAcknowledged
		switch kind {
		case recall.Lift:
			return recall.LiftBy(clocks, recall.Annulled, today)
		case recall.Delete:
			event = clock.DeletionAcknowledged
		case recall.Correct, recall.Decide, recall.Review:
		}
		due, err := clocks.Due(event, today)
		return due.Day, err
	}
}

// telling writes to subjects that something of theirs was lost: the Personal Information Protection Law has the handler tell
// of losses and mend them (Article 57); the Regulation on the Credit Reporting Industry has it keep what it holds safe
// (Article 22).
func telling(clerk *notice.Clerk, at time.Time) erasures.Teller {
	return func(sub subject.Subject, l erasures.Lost) (notice.Written, error) {
		law := "credit-reporting art. 22"
		if sub.Natural() {
			law = "pipl art. 57"
		}
		return clerk.Write(sub, notice.Notice{
			Subject: sub.ID, Occasion: notice.Lost, At: at, About: l.Name, Law: law, Contest: notice.ByComplaint, Until: calendar.None,
			Facts: []notice.Fact{{Name: "what", Value: l.What}, {Name: "lost", Value: l.Name}},
		})
	}
}
