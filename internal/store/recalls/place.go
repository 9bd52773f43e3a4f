package recalls

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"math"
	"slices"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// EverJoined are, as arguments of a query, the subject and all that it was joined with at some time, by whatever chain of joinings,
// those undone among them: with one of them stood, or stands, whatever the subject had to do with.
func EverJoined(ctx context.Context, tx *sql.Tx, of subject.ID) ([]any, error) {
	ids, err := engine.List(ctx, tx, `WITH RECURSIVE kin (id) AS (SELECT CAST(?1 AS INTEGER) UNION
		SELECT CASE l.kept WHEN kin.id THEN l.merged ELSE l.kept END FROM kin JOIN link l ON l.kept = kin.id OR l.merged = kin.id)
		SELECT id FROM kin ORDER BY 1`, engine.Column[int64], int64(of))
	return engine.Numbers(ids), err
}

// Place is the subject with which a record stands now: the given one, redirects followed, or one that it was joined with at
// some time. NotFound where the record never stood with any of them.
func Place(ctx context.Context, db *store.Store, of subject.ID, one record.ID) (subject.Subject, error) {
	var place subject.ID
	err := db.Read(ctx, func(tx *sql.Tx) (err error) {
		place, err = placeOf(ctx, tx, of, one)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "record.none", "subject %s has no record %s", of, one).With("probity subject show lists its records")
	}
	if err != nil {
		return subject.Subject{}, err
	}
	return db.Subject(ctx, place)
}

func placeOf(ctx context.Context, tx *sql.Tx, of subject.ID, one record.ID) (place subject.ID, err error) {
	kin, err := EverJoined(ctx, tx, of)
	if err != nil {
		return 0, err
	}
	query, args := engine.Among(`SELECT v.subject FROM record_version v JOIN submission s ON s.number = v.submission
		WHERE v.subject IN ({same}) AND v.record = {1} AND s.published_at IS NOT NULL ORDER BY s.published_at DESC, v.seq DESC LIMIT 1`, kin, int64(one))
	err = tx.QueryRowContext(ctx, query, args...).Scan(&place)
	return place, err
}

// Readings are, for transactions under way, the readings by which a record can have been received: those of each subject while
// the record stood with it, from the ledgers of the given one and of all that it was joined with at some time.
func Readings(ctx context.Context, tx *sql.Tx, of subject.ID, one record.ID) ([]ledger.Entry, error) {
	kin, err := EverJoined(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	query, args := engine.Among(`SELECT v.subject, v.status, s.published_at FROM record_version v JOIN submission s ON s.number = v.submission
		WHERE v.subject IN ({same}) AND v.record = {1} AND s.published_at IS NOT NULL ORDER BY v.subject, s.published_at, v.seq`, kin, int64(one))
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type stay struct{ from, to int64 }
	stays := map[subject.ID][]stay{}
	for rows.Next() {
		var with subject.ID
		var status record.Status
		var at int64
		if err := rows.Scan(&with, &status, &at); err != nil {
			return nil, err
		}
		list := stays[with]
		n := len(list) - 1
		open := n >= 0 && list[n].to == math.MaxInt64
		switch {
		case status == record.Retracted && open:
			list[n].to = at
		case status != record.Retracted && !open:
			stays[with] = append(list, stay{at, math.MaxInt64})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var found []ledger.Entry
	for _, with := range slices.Sorted(maps.Keys(stays)) {
		all, err := store.Readings(ctx, store.Writing(tx), with)
		if err != nil {
			return nil, err
		}
		for i := range all {
			at := store.Micro(all[i].At)
			if all[i].Subject == with && slices.ContainsFunc(stays[with], func(s stay) bool { return s.from <= at && at <= s.to }) {
				found = append(found, all[i])
			}
		}
	}
	return found, nil
}

// Unmoved holds, in the transaction of an act on a record, that it stands where the act has found it; otherwise the fault is
// a Conflict.
func Unmoved(ctx context.Context, tx *sql.Tx, of, place subject.ID, one record.ID) error {
	now, err := placeOf(ctx, tx, of, one)
	if errors.Is(err, sql.ErrNoRows) || err == nil && now == place {
		return nil
	}
	if err == nil {
		err = fault.New(fault.Conflict, "record.moved", "the record %s went to another subject meanwhile", one).With("do it again")
	}
	return err
}
