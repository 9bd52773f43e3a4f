package listings

import (
	"context"
	"database/sql"

	"probity/calendar"
	"probity/internal/listing/entry"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// Difference is an entry whose public row is not what its steps make of it.
type Difference struct {
	Subject subject.ID
	Entry   entry.ID
	// What is wrong with the row: it was missing, was there without a publication, or said otherwise.
	What string
}

// public is the public row of an entry.
type public struct {
	list    string
	end     calendar.Day
	changed int64
	removed bool
}

// stood is an entry as its steps and its public row have it.
type stood struct {
	of     entry.Entry
	gone   bool
	row    public
	exists bool
}

// Rebuild makes the public row of every entry again from its steps, keeps what comes out, and gives what was otherwise: there
// must be nothing.
func (s *Store) Rebuild(ctx context.Context, found func(Difference)) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		all, err := everyEntry(ctx, tx)
		if err != nil {
			return err
		}
		for i := range all {
			if err := all[i].rebuild(ctx, tx, found); err != nil {
				return err
			}
		}
		return nil
	})
}

func everyEntry(ctx context.Context, tx *sql.Tx) ([]stood, error) {
	list, err := engine.List(ctx, tx, `SELECT l.subject, l.id, l.list, g.listing IS NOT NULL, p.list, p.end_day, p.changed, p.removed
		FROM listing l LEFT JOIN listing_gone g ON g.subject = l.subject AND g.listing = l.id
		LEFT JOIN listing_publication p ON p.subject = l.subject AND p.listing = l.id ORDER BY l.subject, l.id`, func(rows *sql.Rows) (one stood, err error) {
		var name sql.NullString
		var end, changed sql.NullInt64
		var removed sql.NullBool
		err = rows.Scan(&one.of.Subject, &one.of.ID, &one.of.List, &one.gone, &name, &end, &changed, &removed)
		one.exists = name.Valid
		one.row = public{name.String, calendar.Day(end.Int64), changed.Int64, removed.Bool}
		return one, err
	})
	if err != nil {
		return nil, err
	}
	type place struct {
		subject subject.ID
		entry   entry.ID
	}
	at := map[place]*stood{}
	for i := range list {
		at[place{list[i].of.Subject, list[i].of.ID}] = &list[i]
	}
	type taken struct {
		place
		entry.Step
	}
	steps := engine.Each(ctx, tx, `SELECT subject, listing, seq, act, at, end_day FROM listing_step ORDER BY subject, listing, seq`, func(rows *sql.Rows) (step taken, err error) {
		var when int64
		var end sql.NullInt64
		err = rows.Scan(&step.subject, &step.entry, &step.Seq, &step.Act, &when, &end)
		step.At, step.End = store.Instant(when), store.DayOf(end)
		return step, err
	})
	for step, err := range steps {
		if err != nil {
			return nil, err
		}
		if one := at[step.place]; one != nil {
			one.of.Steps = append(one.of.Steps, step.Step)
		}
	}
	return list, nil
}

// made is the public row that the steps make; ok is false where the entry was never published.
func (s *stood) made() (row public, ok bool) {
	so := entry.Entry{}
	for _, step := range s.of.Steps {
		before := so.State()
		state, _ := before.Next(step.Act)
		switch {
		case step.Act == entry.Publish:
			row, ok = public{s.of.List, so.End(), store.Micro(step.At), false}, true
		case state == entry.Removed:
			row.changed, row.removed = store.Micro(step.At), true
		}
		so.Steps = append(so.Steps, step)
	}
	if s.gone && !row.removed { // a restore ended it, at an instant that no step has
		row.changed, row.removed = s.row.changed, true
	}
	return row, ok
}

func (s *stood) rebuild(ctx context.Context, tx *sql.Tx, found func(Difference)) error {
	row, ok := s.made()
	var what string
	switch {
	case ok && !s.exists:
		what = "was published and had no public row"
	case !ok && s.exists:
		what = "had a public row and was never published"
	case ok && row != s.row:
		what = "was shown otherwise than its steps have it"
	default:
		return nil
	}
	found(Difference{s.of.Subject, s.of.ID, what})
	if !ok {
		_, err := tx.ExecContext(ctx, `DELETE FROM listing_publication WHERE subject = ? AND listing = ?`, int64(s.of.Subject), int64(s.of.ID))
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO listing_publication (subject, listing, list, end_day, changed, removed) VALUES (?,?,?,?,?,?)
		ON CONFLICT (subject, listing) DO UPDATE SET list = excluded.list, end_day = excluded.end_day, changed = excluded.changed, removed = excluded.removed`,
		int64(s.of.Subject), int64(s.of.ID), row.list, int64(row.end), row.changed, row.removed)
	return err
}
