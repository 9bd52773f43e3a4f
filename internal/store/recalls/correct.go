package recalls

import (
	"context"
	"database/sql"
	"time"

	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Corrections says what follows from records that are corrected or retracted: what their subjects are told, and what
// recipients have to do. It is asked inside the publishing transaction and must not write.
type Corrections interface {
	Follow(ctx context.Context, at time.Time, list []recall.TakenBack) ([]notice.Written, []recall.Demand, error)
}

// Following puts before c each record that a publication takes back, with the readings by which it can have been received,
// and gives what follows for the publication's own commit. A record that nobody can have read is left out.
func Following(c Corrections) store.Follow {
	return func(ctx context.Context, tx *sql.Tx, number int64, at time.Time, back []gone.Mark) (*store.Trace, error) {
		list := make([]recall.TakenBack, 0, len(back))
		for _, m := range back {
			t, shown, err := takenBack(ctx, tx, number, m.Subject, record.ID(m.Matter))
			if err != nil {
				return nil, err
			}
			if !shown {
				continue
			}
			if t.Readings, err = Readings(ctx, tx, m.Subject, t.Record); err != nil {
				return nil, err
			}
			list = append(list, t)
		}
		notices, demands, err := c.Follow(ctx, at, list)
		return &store.Trace{Notices: notices, Demands: demands, At: at}, err
	}
}

// takenBack is what a submission does to a record; shown is false where no version of it was published before.
func takenBack(ctx context.Context, tx *sql.Tx, number int64, of subject.ID, one record.ID) (t recall.TakenBack, shown bool, err error) {
	t = recall.TakenBack{Subject: subject.Subject{ID: of}, Record: one}
	err = tx.QueryRowContext(ctx, `SELECT s.kind, s.sole, v.status, c.dataset, c.agency,
			EXISTS (SELECT 1 FROM record_version o JOIN submission p ON p.number = o.submission
			WHERE o.subject = v.subject AND o.record = v.record AND o.submission <> v.submission AND p.published_at IS NOT NULL)
		FROM record_version v JOIN subject s ON s.id = v.subject JOIN contract c ON c.number = v.contract
		WHERE v.subject = ? AND v.record = ? AND v.submission = ? ORDER BY v.seq DESC LIMIT 1`, int64(of), int64(one), number).
		Scan(&t.Subject.Kind, &t.Subject.Sole, &t.Status, &t.Dataset, &t.Agency, &shown)
	return t, shown, err
}
