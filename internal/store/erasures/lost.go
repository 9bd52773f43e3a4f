package erasures

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"probity/internal/access/delay"
	"probity/internal/dispute/contest"
	"probity/internal/ledger"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/record"
	"probity/internal/repair/application"
	"probity/internal/ruling/verdict"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Lost is something that was put before the platform after the backup and that only the lost database held: somebody has to
// be asked for it again.
type Lost struct {
	Subject subject.ID `json:"subject"`
	// What is a statement, dispute, objection, repair, review or delay.
	What string `json:"what"`
	// Name is the id of what is lost; of a statement that of the record beside which it stood, or of the subject where it
	// stood beside the whole file.
	Name string `json:"name"`
}

// Teller writes what a subject is told of something that was lost.
type Teller func(subject.Subject, Lost) (notice.Written, error)

// The sorts of what can be lost, as the notices call them.
const (
	LostStatement = "statement"
	LostDispute   = "dispute"
	LostObjection = "objection"
	LostRepair    = "repair"
	LostReview    = "review"
	// LostDelay is a court's order that keeps reads back; its subject is not told of it.
	LostDelay = "delay"
)

// lost are the things among the marks that were lost, each once, in the order in which they came; those of subjects who were
// erased since are nobody's any more.
func lost(marks []marked) []Lost {
	list := []Lost{}
	erased := map[subject.ID]bool{}
	for _, m := range marks {
		l := Lost{Subject: m.Subject}
		switch m.Kind {
		case gone.Erased:
			erased[m.Subject] = true
		case gone.Stated:
			if l.What, l.Name = LostStatement, record.ID(m.Matter).String(); m.Matter == 0 {
				l.Name = m.Subject.String()
			}
		case gone.DisputeOpened:
			l.What, l.Name = LostDispute, contest.ID(m.Matter).String()
		case gone.OrderContested:
			l.What, l.Name = LostObjection, order.ID(m.Matter).String()
		case gone.ListContested:
			l.What, l.Name = LostObjection, entry.ID(m.Matter).String()
		case gone.RepairAsked:
			l.What, l.Name = LostRepair, application.ID(m.Matter).String()
		case gone.RulingContested:
			l.What, l.Name = LostReview, verdict.ID(m.Matter).String()
		case gone.DelayOrdered:
			l.What, l.Name = LostDelay, delay.ID(m.Matter).String()
		default:
		}
		if l.What != "" && !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return slices.DeleteFunc(list, func(l Lost) bool { return erased[l.Subject] })
}

// announce adds to the trace what subjects whom the database knows are told of what is lost, and the lines of their ledgers.
func announce(ctx context.Context, tx *sql.Tx, list []Lost, at time.Time, tell Teller, trace *store.Trace) error {
	for _, l := range list {
		if l.What == LostDelay {
			continue
		}
		var sub subject.Subject
		err := tx.QueryRowContext(ctx, `SELECT id, kind, sole FROM subject WHERE id = ?`, int64(l.Subject)).Scan(&sub.ID, &sub.Kind, &sub.Sole)
		if errors.Is(err, sql.ErrNoRows) {
			continue // it came after the backup too, and is known by another number when it comes again
		}
		if err != nil {
			return err
		}
		told, err := tell(sub, l)
		if err != nil {
			return err
		}
		trace.Notices = append(trace.Notices, told)
		trace.Entries = append(trace.Entries, &ledger.Entry{Subject: sub.ID, At: at, Act: ledger.Restore, What: l.What, Detail: l.Name})
	}
	return nil
}
