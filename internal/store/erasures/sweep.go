package erasures

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/subject"
)

// rowsPerCommit is how many rows one commit of a sweep deletes: readers' entries go in between.
const rowsPerCommit = 1024

// natural are the subjects that rules made for human beings bind.
const natural = `subject IN (SELECT id FROM subject WHERE kind IN ('person', 'office_holder') OR sole = 1)`

// sort is one sort of thing with a time of its own: the rows of a table for which due holds, with the last day (?1) and,
// where micro is set, the instant (?1) up to which they are over.
type sort struct {
	table string
	keys  string
	due   string
	micro bool
}

// sorts are the sorts other than records, by their names in the table of retention.
var sorts = map[string]sort{
	"waiting-row": {
		"quarantine", "submission, line, part", `sealed = 1 AND submission IN (SELECT number FROM submission WHERE started_at < ?1)`, true,
	},
	// One whose outcome still keeps a record out of use stays for as long as it does.
	"settled-dispute": {
		"dispute", "subject, id", `EXISTS (SELECT 1 FROM dispute_step p WHERE p.subject = dispute.subject AND p.dispute = dispute.id AND p.act = 'result')
			AND NOT EXISTS (SELECT 1 FROM dispute_step p WHERE p.subject = dispute.subject AND p.dispute = dispute.id AND p.at >= ?1)
			AND id NOT IN (SELECT dispute FROM contested) AND ` + natural, true,
	},
	// An entry on a list that was never published, or stands there no more, and on which nothing was done since.
	"ended-listing": {
		"listing", "subject, id", `NOT EXISTS (SELECT 1 FROM listing_publication p WHERE p.subject = listing.subject AND p.listing = listing.id AND p.removed = 0)
			AND NOT EXISTS (SELECT 1 FROM listing_step p WHERE p.subject = listing.subject AND p.listing = listing.id AND p.at >= ?1) AND ` + natural, true,
	},
	"decision":           {"decision", "subject, id", `decided_at < ?1 AND ` + natural, true},
	"ended-consent":      {"consent", "subject, id", `(valid_to <= ?2 OR withdrawn_at < ?1)`, true},
	"notice":             {"notice", "subject, seq", `at < ?1 AND ` + natural, true},
	"revoked-credential": {"credential", "name", `subject <> 0 AND revoked_at < ?1`, true},
	"ended-order": {
		"restriction_order", "subject, id", `(min(coalesce(end_day, review_day), coalesce(review_day, end_day)) <= ?1
			OR EXISTS (SELECT 1 FROM order_ending e WHERE e.subject = restriction_order.subject AND e.order_id = restriction_order.id AND e.day <= ?1))
			AND ` + natural, false,
	},
}

// derived are things whose time is over with that of what they rest on; the table of retention has no lines for them.
var derived = map[string]sort{
	// A person's rating rests on a consent to its model that holds.
	"rating": {"rating", "subject, model", restless, false},
	"rating-history": {
		"rating_history", "subject, model, known_at", restless, false,
	},
	// What was noted about a notice goes with it.
	"notice-read":     ofNotice("notice_read", "subject, seq"),
	"notice-delivery": ofNotice("notice_delivery", "subject, holder, channel, seq"),
	// Steps and papers go with what they belong to.
	"settled-dispute-evidence": child("dispute_evidence", "subject, dispute, seq", "dispute", "dispute"),
	"settled-dispute-step":     child("dispute_step", "subject, dispute, seq", "dispute", "dispute"),
	"repair-proof":             child("repair_proof", "subject, repair, seq", "repair", "repair"),
	"repair-step":              child("repair_step", "subject, repair, seq", "repair", "repair"),
	// A ruling goes with the decision that it is on, and with it the sketch of its reasons, by which templates are found.
	"ruling":        child("ruling", "subject, id", "decision", "decision"),
	"ruling-review": child("ruling_review", "subject, ruling", "ruling", "ruling"),
	"ruling-sketch": {"ruling_sketch", "agency, ruling", `ruling NOT IN (SELECT id FROM ruling)`, false},
	// An ending goes with its order.
	"order-expiry": child("order_expiry", "subject, order_id", "restriction_order", "order_id"),
	"order-step":   child("order_step", "subject, order_id, seq", "restriction_order", "order_id"),
	"order-ending": child("order_ending", "subject, order_id, act", "restriction_order", "order_id"),
	// So do the steps of an entry on a list, and what of it was public.
	"listing-step":        child("listing_step", "subject, listing, seq", "listing", "listing"),
	"listing-publication": child("listing_publication", "subject, listing", "listing", "listing"),
	"listing-gone":        child("listing_gone", "subject, listing", "listing", "listing"),
}

// child are the rows of a table whose parent, with the id in the column of, is there no more.
func child(table, keys, parent, of string) sort {
	return sort{table, keys, `NOT EXISTS (SELECT 1 FROM ` + parent + ` parent WHERE parent.subject = ` + table + `.subject AND parent.id = ` + table + `.` + of + `)`, false}
}

// ofNotice are the rows of a table about notices that are there no more; a change of a rating is its own notice.
func ofNotice(table, keys string) sort {
	return sort{table, keys, `NOT EXISTS (SELECT 1 FROM notice n WHERE n.subject = ` + table + `.subject AND n.seq = ` + table + `.seq)
		AND NOT EXISTS (SELECT 1 FROM rating_history h WHERE h.subject = ` + table + `.subject AND h.told = ` + table + `.seq)`, false}
}

// restless holds for what was computed about somebody who is rated under consent only, and whose consent to the model has
// ended.
const restless = `subject IN (SELECT id FROM subject WHERE kind = 'person' OR sole = 1) AND NOT EXISTS (
	SELECT 1 FROM consent c WHERE c.subject = %TABLE%.subject AND c.method = %TABLE%.model AND c.withdrawn_at IS NULL AND c.valid_to > ?1)`

// Sorts are the names of what has a time of its own, in alphabetical order.
func Sorts() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(sorts)), plainRecord, retractedRecord)))
}

// The sorts of records.
const (
	lapsedRecord    = "lapsed-record"
	plainRecord     = "plain-record"
	retractedRecord = "retracted-record"
)

// recordsDue are records whose newest published version (v, published at s) is over: lapsed by ?1; retracted before the
// instant ?2; or without a lapse, on a human being, with the matter ended by ?3.
const recordsDue = ` FROM record_version v JOIN submission s ON s.number = v.submission
	WHERE (v.subject, v.record) > (?4, ?5) AND s.published_at IS NOT NULL
	AND (v.lapse <= ?1 AND v.status <> 3
		OR v.status = 3 AND s.published_at < ?2
		OR v.status <> 3 AND v.lapse IS NULL AND v.adverse = 0 AND (CASE WHEN v.valid_from IS NULL THEN v.occurred ELSE v.valid_to END) <= ?3
			AND v.` + natural + `)
	AND NOT EXISTS (SELECT 1 FROM record_version n JOIN submission o ON o.number = n.submission
		WHERE n.subject = v.subject AND n.record = v.record AND (o.published_at, n.seq) > (s.published_at, v.seq))`

const sortOfRecord = `CASE WHEN v.status = 3 THEN '` + retractedRecord + `' WHEN v.lapse IS NULL THEN '` + plainRecord + `' ELSE '` + lapsedRecord + `' END`

func recordArgs(today calendar.Day, over map[string]calendar.Day, after spot) []any {
	return []any{int64(today), endOf(over[retractedRecord]), int64(over[plainRecord]), int64(after.subject), int64(after.record)}
}

// endOf is the instant at which a day is over.
func endOf(d calendar.Day) int64 { return store.Micro((d + 1).Start(calendar.Shanghai)) }

type spot struct {
	subject subject.ID
	record  record.ID
	sort    string
}

// args are those of one sort.
func (s sort) args(day calendar.Day) []any {
	if s.micro {
		return []any{endOf(day), int64(day)}
	}
	return []any{int64(day)}
}

// named puts the table's name into the condition.
func (s sort) named() sort {
	s.due = strings.ReplaceAll(s.due, "%TABLE%", s.table)
	return s
}

// all are the sorts in a fixed order, each with the day up to which it is over.
func all(today calendar.Day, over map[string]calendar.Day) (names []string, of map[string]sort, until map[string]calendar.Day) {
	of, until = map[string]sort{}, map[string]calendar.Day{}
	for name, s := range sorts {
		if day, known := over[name]; known {
			of[name], until[name] = s, day
		}
	}
	for name, s := range derived {
		of[name], until[name] = s.named(), today
	}
	return slices.Sorted(maps.Keys(of)), of, until
}

// Overdue counts by sort what is over on the day. over gives for each of [Sorts] the last day up to which it is over.
func (s *Store) Overdue(ctx context.Context, today calendar.Day, over map[string]calendar.Day) (map[string]int64, error) {
	counts := map[string]int64{}
	names, of, until := all(today, over)
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		for _, name := range names {
			one := of[name]
			var n int64
			if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM `+one.table+` WHERE `+one.due, one.args(until[name])...).Scan(&n); err != nil { // constants of this file
				return err
			}
			if n > 0 {
				counts[name] = n
			}
		}
		found, err := list(ctx, tx, scanSortCount, `SELECT `+sortOfRecord+`, count(*)`+recordsDue+` GROUP BY 1`, recordArgs(today, over, spot{})...)
		for _, c := range found {
			counts[c.name] = c.n
		}
		return err
	})
	return counts, err
}

type sortCount struct {
	name string
	n    int64
}

func scanSortCount(rows *sql.Rows) (c sortCount, err error) { return c, rows.Scan(&c.name, &c.n) }

// Sweep deletes what is over on the day, in short commits, and tells after each how many of which sort. It gives the
// subjects whose keys nothing needs any more: those under which the waiting rows of a submission were sealed.
func (s *Store) Sweep(ctx context.Context, today calendar.Day, over map[string]calendar.Day, deleted func(what string, n int64)) (keys []subject.ID, err error) {
	if err := s.sweepRecords(ctx, today, over, deleted); err != nil {
		return nil, err
	}
	names, of, until := all(today, over)
	for _, name := range names {
		if err := s.sweepSort(ctx, name, of[name], until[name], deleted); err != nil {
			return nil, err
		}
	}
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		keys, err = list(ctx, tx, func(rows *sql.Rows) (one subject.ID, err error) { return one, rows.Scan(&one) },
			`SELECT number FROM submission n WHERE started_at < ? AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.submission = n.number AND q.state <> 'replayed')`,
			endOf(over["waiting-row"]))
		return err
	})
	if err != nil {
		return nil, err
	}
	return keys, s.db.Scrub(ctx)
}

func (s *Store) sweepSort(ctx context.Context, name string, one sort, until calendar.Day, deleted func(string, int64)) error {
	query := `DELETE FROM ` + one.table + ` WHERE (` + one.keys + `) IN (SELECT ` + one.keys + ` FROM ` + one.table + ` WHERE ` + one.due + ` LIMIT ?3)`
	args := one.args(until)
	if len(args) == 1 {
		args = append(args, nil)
	}
	for {
		var n int64
		err := s.db.Write(ctx, func(tx *sql.Tx) error {
			if err := s.db.Overwrite(ctx, tx); err != nil {
				return err
			}
			done, err := tx.ExecContext(ctx, query, append(args, rowsPerCommit)...)
			if err != nil {
				return err
			}
			n, err = done.RowsAffected()
			return err
		})
		if err != nil || n == 0 {
			return err
		}
		deleted(name, n)
	}
}

// sweepRecords goes through the records once, in the order of their keys.
func (s *Store) sweepRecords(ctx context.Context, today calendar.Day, over map[string]calendar.Day, deleted func(string, int64)) error {
	var after spot
	for {
		var page []spot
		err := s.db.Read(ctx, func(tx *sql.Tx) (err error) {
			page, err = list(ctx, tx, scanSpot, `SELECT v.subject, v.record, `+sortOfRecord+recordsDue+` ORDER BY v.subject, v.record LIMIT ?6`,
				append(recordArgs(today, over, after), rowsPerCommit)...)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		err = s.db.Write(ctx, func(tx *sql.Tx) error {
			e, err := s.eraser(ctx, tx, &Erased{})
			if err != nil {
				return err
			}
			for _, at := range page {
				if err := e.record(ctx, at.subject, at.record, false); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		counts := map[string]int64{}
		for _, at := range page {
			counts[at.sort]++
		}
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			deleted(name, counts[name])
		}
		after = page[len(page)-1]
	}
}

func scanSpot(rows *sql.Rows) (at spot, err error) {
	var id, r int64
	err = rows.Scan(&id, &r, &at.sort)
	at.subject, at.record = subject.ID(id), record.ID(r)
	return at, err
}

// Held is an erasure that was asked for and waits.
type Held struct {
	Subject subject.ID
	Ground  string
	Asked   time.Time
}
