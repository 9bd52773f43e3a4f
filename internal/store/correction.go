package store

import (
	"context"
	"database/sql"
	"time"

	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Corrections says what follows from records that are corrected or retracted: what their subjects are told, and what
// recipients have to do. It is asked inside the publishing transaction and must not write.
type Corrections interface {
	Follow(ctx context.Context, at time.Time, list []recall.TakenBack) ([]notice.Written, []recall.Demand, error)
}

// follow writes what follows from the records that a publication takes back.
func (s *Store) follow(ctx context.Context, tx *sql.Tx, c Corrections, number int64, at time.Time, back []gone.Mark) error {
	if c == nil || len(back) == 0 {
		return nil
	}
	list := make([]recall.TakenBack, 0, len(back))
	for _, m := range back {
		t := recall.TakenBack{Subject: subject.Subject{ID: m.Subject}, Record: record.ID(m.Matter)}
		var first sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT s.kind, s.sole, v.status, c.dataset, c.agency,
				(SELECT min(p.published_at) FROM record_version o JOIN submission p ON p.number = o.submission
				WHERE o.subject = v.subject AND o.record = v.record AND o.submission <> v.submission)
			FROM record_version v JOIN subject s ON s.id = v.subject JOIN contract c ON c.number = v.contract
			WHERE v.subject = ? AND v.record = ? AND v.submission = ? ORDER BY v.seq DESC LIMIT 1`, int64(m.Subject), m.Matter, number).
			Scan(&t.Subject.Kind, &t.Subject.Sole, &t.Status, &t.Dataset, &t.Agency, &first)
		if err != nil {
			return err
		}
		if !first.Valid {
			continue // nobody can have read it
		}
		t.Since = Instant(first.Int64)
		if t.Readings, err = Readings(ctx, Whole{tx}, m.Subject); err != nil {
			return err
		}
		list = append(list, t)
	}
	notices, demands, err := c.Follow(ctx, at, list)
	if err != nil {
		return err
	}
	return s.leave(ctx, tx, &Trace{Notices: notices, Demands: demands, At: at})
}
