package erasures

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"probity/calendar"
	"probity/internal/consent"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/listings"
	"probity/internal/store/orders"
	"probity/internal/store/recalls"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// DueBy is the day by which a demand of a kind is to be acknowledged that is raised now.
type DueBy func(recall.Kind) (calendar.Day, error)

// demanded are the demands on recipients that were lost with the database, raised again: each act that the journal knows of
// left one behind, and whether it was met is lost too. Recipients are those whom the restored database knows; a demand about
// what the backup does not know names nobody and is left out. It is asked before anything is made gone, since much
// of it stands in what goes.
func (e *eraser) demanded(ctx context.Context, marks []marked, at time.Time, due DueBy) ([]recall.Demand, error) {
	var list []recall.Demand
	type matter struct {
		subject subject.ID
		about   string
		kind    recall.Kind
	}
	raised := map[matter]bool{}
	for i := range marks {
		d, err := e.demand(ctx, &marks[i])
		if err != nil {
			return nil, err
		}
		of := matter{d.Subject, d.About, d.Kind}
		if len(d.Recipients) == 0 || raised[of] {
			continue
		}
		raised[of] = true
		d.At = at
		if d.Due, err = due(d.Kind); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// demand is what an act demanded of recipients; of nobody where it demanded nothing.
func (e *eraser) demand(ctx context.Context, m *marked) (recall.Demand, error) {
	d := recall.Demand{Subject: m.Subject}
	var err error
	switch m.Kind {
	case gone.Erased:
		d.Kind, d.About, d.Ground = recall.Delete, m.Subject.String(), "erased"
		d.Recipients, err = e.readers(ctx, m.Subject, "")
	case gone.RecordErased, gone.RecordOut, gone.Repaired:
		d.Kind, d.About, d.Ground = recall.Delete, record.ID(m.Matter).String(), "erased"
		switch m.Kind { //nolint:exhaustive // the three of this case
		case gone.RecordOut:
			d.Kind, d.Ground = recall.Correct, "corrected"
		case gone.Repaired:
			d.Ground = recall.Repaired
		}
		d.Recipients, err = e.readers(ctx, m.Subject, d.About)
	case gone.Withdrawn:
		d.Kind, d.About, d.Ground = recall.Delete, consent.ID(m.Matter).String(), "withdrawn"
		d.Recipients, err = e.agreed(ctx, m)
	case gone.OrderEnded:
		d.Kind, d.About, d.Ground = recall.Lift, order.ID(m.Matter).String(), recall.Lifted
		d.Recipients, err = orders.Told(ctx, e.tx, m.Subject, order.ID(m.Matter))
	case gone.ListingEnded:
		d.Kind, d.About, d.Ground = recall.Lift, entry.ID(m.Matter).String(), recall.Lifted
		d.Recipients, err = listings.Told(ctx, e.tx, m.Subject, entry.ID(m.Matter))
	case gone.Parted:
		return e.apart(ctx, m)
	default: // the others left no demand, or one that cannot be told from the journal
	}
	return d, err
}

// readers are those who received a record, or anything of the file where none is named.
func (e *eraser) readers(ctx context.Context, id subject.ID, one string) ([]string, error) {
	if one == "" {
		readings, err := store.Readings(ctx, store.Writing(e.tx), id)
		return recall.Joined(readings, time.Time{}, func(string) bool { return true }), err
	}
	dataset := ""
	var number record.ID
	if err := number.UnmarshalText([]byte(one)); err != nil {
		return nil, err
	}
	err := e.tx.QueryRowContext(ctx, `SELECT c.dataset FROM record_version v JOIN contract c ON c.number = v.contract
		WHERE v.subject = ? AND v.record = ? LIMIT 1`, int64(id), int64(number)).Scan(&dataset)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	readings, err := recalls.Readings(ctx, e.tx, id, number)
	return recall.Recipients(readings, recall.Matter{Record: one, Dataset: dataset}), err
}

// agreed are the recipients that a consent named.
func (e *eraser) agreed(ctx context.Context, m *marked) ([]string, error) {
	var body []byte
	err := e.tx.QueryRowContext(ctx, `SELECT body FROM consent WHERE subject = ? AND id = ?`, int64(m.Subject), m.Matter).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var c consent.Consent
	err = json.Unmarshal(body, &c)
	return c.Recipients, err
}

// apart is the demand on who read the file of two that were joined when the backup was made, and were parted since.
func (e *eraser) apart(ctx context.Context, m *marked) (recall.Demand, error) {
	d := recall.Demand{Kind: recall.Correct, About: m.Subject.String(), Ground: "unlinked"}
	var linked int64
	err := e.tx.QueryRowContext(ctx, `SELECT kept, linked_at FROM link WHERE id = ? AND undone_at IS NULL`, m.Matter).Scan(&d.Subject, &linked)
	if errors.Is(err, sql.ErrNoRows) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	moved, err := list(ctx, e.tx, func(rows *sql.Rows) (one record.ID, err error) { return one, rows.Scan(&one) },
		`SELECT record FROM link_record WHERE link = ?`, m.Matter)
	if err != nil {
		return d, err
	}
	ids := make(map[string]bool, len(moved))
	for _, one := range moved {
		ids[one.String()] = true
	}
	readings, err := store.Readings(ctx, store.Writing(e.tx), d.Subject)
	d.Recipients = recall.Joined(readings, store.Instant(linked), func(one string) bool { return ids[one] })
	return d, err
}
