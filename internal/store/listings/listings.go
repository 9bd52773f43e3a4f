// Package listings keeps entries on lists, the steps of their procedure, what of them is public, and who was told.
// Nothing in it is ever changed or deleted but the public row of an entry, which says whether it still stands.
package listings

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/charter/lists"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/listing"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/recalls"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store keeps entries on lists in a database.
type Store struct{ db *store.Store }

// In is the part of the database that keeps entries on lists.
func In(db *store.Store) *Store { return &Store{db} }

// NewID is an id for an entry about to be drafted.
func (s *Store) NewID() entry.ID { return entry.ID(s.db.NextIDs(1)) }

// Take adds the permitted step to its entry, and for a draft the entry itself, together with what it leaves behind. A
// step that another took meanwhile is a fault Conflict.
func (s *Store) Take(ctx context.Context, permit lists.Listing, texts listing.Texts, x listing.Leaves) error {
	e, step := permit.Entry(), permit.Step()
	switch {
	case e == nil:
		return fault.New(fault.Internal, "store.permit", "a step on a list was to be kept without a permit")
	case permit.Subject().Natural() && !texts.Step.Sealed:
		return fault.New(fault.Internal, "store.sealed", "a step about a human being was to be kept unsealed")
	}
	id := e.ID
	x.Line.Detail += " " + id.String()
	trace := &store.Trace{At: step.At, Entries: []*ledger.Entry{x.Line}, Notices: []notice.Written{x.Notice}}
	switch {
	case step.Act == entry.Object, step.Act == entry.AskToHear, step.Act == entry.Request:
		trace.Gone = []gone.Mark{{Kind: gone.ListContested, Subject: e.Subject, Matter: int64(id)}}
	case x.Lift != nil:
		trace.Gone = []gone.Mark{{Kind: gone.ListingEnded, Subject: e.Subject, Matter: int64(id)}}
	}
	return s.db.WriteAct(ctx, permit, trace, func(tx *sql.Tx) error {
		if len(e.Steps) == 0 {
			if err := addEntry(ctx, tx, e, texts.Entry); err != nil {
				return err
			}
		}
		if err := addStep(ctx, tx, e, &step, texts.Step); err != nil {
			return err
		}
		if settles[step.Act] {
			if err := recalls.Decided(ctx, tx, e.Subject, id.String(), step.Agency+"/"+step.Official, step.At); err != nil {
				return err
			}
		}
		if x.Lift == nil {
			return nil
		}
		lift := *x.Lift
		var err error
		if lift.Recipients, err = Told(ctx, tx, lift.Subject, id); err == nil && len(lift.Recipients) > 0 {
			trace.Demands = []recall.Demand{lift}
		}
		return err
	})
}

// settles are the steps by which a request for removal is decided, or has nothing left to decide.
var settles = map[entry.Act]bool{entry.Accept: true, entry.Refuse: true, entry.Revoke: true, entry.Annul: true, entry.Expire: true}

func addEntry(ctx context.Context, tx *sql.Tx, e *entry.Entry, text listing.Text) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO listing (subject, id, list, colour, drafted, keeper, ground, tier, measures,
		order_id, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(e.Subject), int64(e.ID), e.List, string(e.Colour), int64(e.Drafted), e.Keeper, e.Ground, e.Tier,
		strings.Join(e.Measures, " "), nullID(int64(e.Order)), text.Body, text.Sealed)
	return err
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// addStep adds a step where it is the next one, and keeps the entry's public row.
func addStep(ctx context.Context, tx *sql.Tx, e *entry.Entry, step *entry.Step, text listing.Text) error {
	var last int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM listing_step WHERE subject = ? AND listing = ?`, int64(e.Subject), int64(e.ID)).Scan(&last)
	if err != nil {
		return err
	}
	if last != step.Seq-1 {
		return fault.New(fault.Conflict, "listing.meanwhile", "another step was taken on the entry %s meanwhile", e.ID).
			With("look at it again: probity list show")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO listing_step (subject, listing, seq, act, at, day, agency, official, law, article,
		digest, cause, until_day, end_day, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(e.Subject), int64(e.ID), step.Seq, string(step.Act), store.Micro(step.At), int64(step.Day), step.Agency, step.Official,
		step.Basis.Law, step.Basis.Article, step.Document.Digest[:], step.Cause, day(step.Until), day(step.End), text.Body, text.Sealed)
	if err != nil {
		return err
	}
	state, _ := e.State().Next(step.Act)
	switch {
	case step.Act == entry.Publish:
		_, err = tx.ExecContext(ctx, `INSERT INTO listing_publication (subject, listing, list, end_day, changed) VALUES (?,?,?,?,?)`,
			int64(e.Subject), int64(e.ID), e.List, int64(e.End()), store.Micro(step.At))
	case state == entry.Removed:
		_, err = tx.ExecContext(ctx, `UPDATE listing_publication SET removed = 1, changed = ? WHERE subject = ? AND listing = ?`,
			store.Micro(step.At), int64(e.Subject), int64(e.ID))
	}
	return err
}

// day is a day as it is kept; no step has the day 0, which is one that was not set.
func day(d calendar.Day) any {
	if d == 0 {
		d = calendar.None
	}
	return store.NullDay(d)
}

// Told are, for transactions under way, the agencies that were told of the entry; see [recalls.Told].
func Told(ctx context.Context, tx *sql.Tx, id subject.ID, which entry.ID) ([]string, error) {
	return recalls.Told(ctx, tx, id, recalls.Listing, int64(which), which.String())
}

// Tell notes that the reader was told of the entries.
func (s *Store) Tell(ctx context.Context, id subject.ID, about []string, reader string) error {
	return recalls.Tell(ctx, s.db, id, about, reader)
}

// Entries gives the entries on the subject and on those merged into it, in the order of their ids.
func (s *Store) Entries(ctx context.Context, id subject.ID) ([]listing.Stored, error) {
	var list []listing.Stored
	err := s.db.Read(ctx, func(tx *sql.Tx) (err error) {
		if list, err = readEntries(ctx, tx, id); err != nil || len(list) == 0 {
			return err
		}
		return readSteps(ctx, tx, id, list)
	})
	return list, err
}

func readEntries(ctx context.Context, tx *sql.Tx, id subject.ID) ([]listing.Stored, error) {
	same, err := store.Same(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	query, args := engine.Among(`SELECT l.subject, l.id, l.list, l.colour, l.drafted, l.keeper, l.ground,
		l.tier, l.measures, l.order_id, l.particulars, l.sealed, g.listing IS NOT NULL
		FROM listing l LEFT JOIN listing_gone g ON g.subject = l.subject AND g.listing = l.id
		WHERE l.subject IN ({same}) ORDER BY l.id`, same)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []listing.Stored
	for rows.Next() {
		var one listing.Stored
		e := &one.Entry
		var colour, measures string
		var drafted int64
		var orderID sql.NullInt64
		err := rows.Scan(&e.Subject, &e.ID, &e.List, &colour, &drafted, &e.Keeper, &e.Ground, &e.Tier, &measures, &orderID,
			&one.Facts.Body, &one.Facts.Sealed, &e.Gone)
		if err != nil {
			return nil, err
		}
		e.Colour, e.Drafted, e.Order = criteria.Colour(colour), calendar.Day(drafted), order.ID(orderID.Int64)
		e.Measures = strings.Fields(measures)
		list = append(list, one)
	}
	return list, rows.Err()
}

// readSteps puts the steps to their entries, which are in the order of their ids.
func readSteps(ctx context.Context, tx *sql.Tx, id subject.ID, list []listing.Stored) error {
	same, err := store.Same(ctx, tx, id)
	if err != nil {
		return err
	}
	query, args := engine.Among(`SELECT p.listing, p.seq, p.act, p.at, p.day, p.agency, p.official, p.law,
		p.article, p.digest, p.cause, p.until_day, p.end_day, p.particulars, p.sealed
		FROM listing_step p WHERE p.subject IN ({same}) ORDER BY p.listing, p.seq`, same)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	at := 0
	for rows.Next() {
		var of entry.ID
		var step entry.Step
		var text listing.Text
		var act string
		var when, on int64
		var until, end sql.NullInt64
		var digest []byte
		err := rows.Scan(&of, &step.Seq, &act, &when, &on, &step.Agency, &step.Official, &step.Basis.Law, &step.Basis.Article,
			&digest, &step.Cause, &until, &end, &text.Body, &text.Sealed)
		if err != nil {
			return err
		}
		step.Act, step.At, step.Day = entry.Act(act), store.Instant(when), calendar.Day(on)
		step.Until, step.End = store.DayOf(until), store.DayOf(end)
		copy(step.Document.Digest[:], digest)
		for at < len(list) && list[at].Entry.ID < of {
			at++
		}
		if at == len(list) || list[at].Entry.ID != of {
			return fault.New(fault.Internal, "listing.orphan", "a step stands without its entry %s", of)
		}
		list[at].Entry.Steps = append(list[at].Entry.Steps, step)
		list[at].Steps = append(list[at].Steps, text)
	}
	return rows.Err()
}

// Publications are entries that were published or removed after the instant, oldest change first, at most limit; list
// is "" for every list.
func (s *Store) Publications(ctx context.Context, list string, after time.Time, limit int) ([]listing.Change, error) {
	var changes []listing.Change
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT subject, listing, changed FROM listing_publication
			WHERE changed > ? AND (? = '' OR list = ?) ORDER BY changed, listing LIMIT ?`, store.Micro(after), list, list, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c listing.Change
			var at int64
			if err := rows.Scan(&c.Subject, &c.Entry, &at); err != nil {
				return err
			}
			c.At = store.Instant(at)
			changes = append(changes, c)
		}
		return rows.Err()
	})
	return changes, err
}

// Ended are the published entries whose end has come by the day and was not yet written down; at most limit, by their ids,
// from the one after the given on.
func (s *Store) Ended(ctx context.Context, on calendar.Day, after entry.ID, limit int) (ended []listing.Place, err error) {
	type candidate struct {
		listing.Place
		order int64 // 0 where none stands behind the entry
		over  bool  // by its own day
	}
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		for {
			page, err := engine.List(ctx, tx, `SELECT p.subject, p.listing, coalesce(l.order_id, 0), CASE WHEN p.end_day <= ?1 THEN 1 ELSE 0 END
				FROM listing_publication p JOIN listing l ON l.subject = p.subject AND l.id = p.listing
				WHERE p.removed = 0 AND p.listing > ?2 AND (p.end_day <= ?1 OR l.order_id IS NOT NULL) ORDER BY p.listing LIMIT ?3`,
				func(rows *sql.Rows) (c candidate, err error) {
					return c, rows.Scan(&c.Subject, &c.Entry, &c.order, &c.over)
				}, int64(on), int64(after), limit)
			if err != nil {
				return err
			}
			var orders []int64
			for i := range page {
				if page[i].order != 0 {
					orders = append(orders, page[i].order)
				}
			}
			over, err := ordersOver(ctx, tx, on, orders)
			if err != nil {
				return err
			}
			for _, c := range page {
				if after = c.Entry; len(ended) < limit && (c.over || over[c.order]) {
					ended = append(ended, c.Place)
				}
			}
			if len(page) < limit || len(ended) == limit {
				return nil
			}
		}
	})
	return ended, err
}

// ordersOver are those of the orders whose end has come by the day. An order is found by its own number: it stays where its subject
// is, whoever that was joined with.
func ordersOver(ctx context.Context, tx *sql.Tx, on calendar.Day, orders []int64) (map[int64]bool, error) {
	over := map[int64]bool{}
	if len(orders) == 0 {
		return over, nil
	}
	list, err := engine.List(ctx, tx, `SELECT o.id FROM restriction_order o WHERE (
			min(coalesce(o.end_day, o.review_day), coalesce(o.review_day, o.end_day)) <= ?
			OR EXISTS (SELECT 1 FROM order_ending e WHERE e.subject = o.subject AND e.order_id = o.id AND (e.day <= ? OR e.act = 'annulled')))
		AND o.id IN (`+store.Marks(len(orders))+`)`, engine.Column[int64], append([]any{int64(on), int64(on)}, store.Numbers(orders)...)...)
	for _, id := range list {
		over[id] = true
	}
	return over, err
}

// Overdue are entries with a request for removal that was to be decided before the day, page by page as for Ended; some may
// have been decided since.
func (s *Store) Overdue(ctx context.Context, on calendar.Day, after entry.ID, limit int) ([]listing.Place, error) {
	return s.places(ctx, `SELECT p.subject, p.listing FROM listing_publication p JOIN listing_step r
		ON r.subject = p.subject AND r.listing = p.listing
		WHERE p.removed = 0 AND r.act = 'request' AND r.until_day < ? AND p.listing > ? AND r.seq = (
			SELECT max(seq) FROM listing_step WHERE subject = p.subject AND listing = p.listing)
		ORDER BY p.listing LIMIT ?`, int64(on), int64(after), limit)
}

func (s *Store) places(ctx context.Context, query string, args ...any) (list []listing.Place, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		list, err = engine.List(ctx, tx, query, func(rows *sql.Rows) (p listing.Place, err error) {
			return p, rows.Scan(&p.Subject, &p.Entry)
		}, args...)
		return err
	})
	return list, err
}

// Forget says in a write transaction that an entry had ended, at the instant, when the backup that is being put back was
// older than that: it stands no more, whatever its steps say, and the feed says so to who has not heard it.
func Forget(ctx context.Context, tx *sql.Tx, id subject.ID, which entry.ID, at time.Time) error {
	known, err := tx.ExecContext(ctx, `INSERT INTO listing_gone (subject, listing)
		SELECT subject, id FROM listing WHERE subject = ? AND id = ? ON CONFLICT DO NOTHING`, int64(id), int64(which))
	if err != nil {
		return err
	}
	if n, err := known.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE listing_publication SET removed = 1, changed = ? WHERE subject = ? AND listing = ? AND removed = 0`,
		store.Micro(at), int64(id), int64(which)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM standing WHERE subject = ?`, int64(id)) // it is made again when it is asked for
	return err
}

// DemandOnce keeps a demand with its line and notices; false where its recipient was told the same before.
func (s *Store) DemandOnce(ctx context.Context, d recall.Demand, line *ledger.Entry, told ...notice.Written) (bool, error) {
	return recalls.DemandOnce(ctx, s.db, d, line, told...)
}
