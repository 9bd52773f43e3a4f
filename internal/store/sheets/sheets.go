// Package sheets keeps the ratings of many subjects that were computed from facts read a while ago: it leaves out whom
// something has happened to since, and writes only what is other than what stands there.
package sheets

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/beside"
	"probity/internal/store/engine"
	"probity/internal/store/shards"
	"probity/internal/subject"
)

// Store keeps sheets in a database. It is safe for concurrent use.
type Store struct {
	db     *store.Store
	shards *shards.Store
}

// In keeps sheets in the database.
func In(db *store.Store) *Store { return &Store{db, shards.In(db)} }

// Save keeps a sheet in one transaction, as SaveRatings does page by page: ratings as the newest of their subjects, what a
// reader sees changed in the history, which tells the subjects (Charter C7). A rating that is other than the newest in
// nothing but the instant of its making is not written again, unless its subject was marked as outdated. Subjects about
// whom something was published since, or who are no more, are left as they are; the former are named.
func (s *Store) Save(ctx context.Context, sheet rating.Sheet) (rating.Saved, error) {
	var out rating.Saved
	err := s.db.Write(ctx, func(tx *sql.Tx) (err error) {
		out, err = Keep(ctx, tx, &sheet)
		return err
	})
	return out, err
}

// Keep is Save in a write transaction under way.
func Keep(ctx context.Context, tx *sql.Tx, sheet *rating.Sheet) (out rating.Saved, err error) {
	if played, err := beside.PlayedIn(ctx, tx); err != nil || played > sheet.Journal {
		return rating.Saved{Gone: err == nil}, err
	}
	k := keeper{ctx: ctx, tx: tx, sheet: sheet}
	moved, err := k.ids(`SELECT subject FROM touched WHERE {subject} AND at > {known} UNION
		SELECT subject FROM stale JOIN submission ON number = submission WHERE {subject} AND published_at > {known} ORDER BY 1`)
	if err != nil {
		return out, err
	}
	marked, err := k.ids(`SELECT DISTINCT subject FROM stale JOIN submission ON number = submission
		WHERE {subject} AND published_at <= {known} ORDER BY 1`)
	if err != nil {
		return out, err
	}
	there, err := k.ids(`SELECT id FROM subject WHERE {id} AND redirect = 0 ORDER BY 1`)
	if err != nil {
		return out, err
	}
	due, err := k.due(moved, marked, there)
	if err != nil {
		return out, err
	}
	if out.Changed, err = store.KeepRatings(ctx, tx, due); err != nil {
		return out, err
	}
	out.Left = moved
	if !sheet.Whole || len(marked) == 0 {
		return out, nil
	}
	for _, p := range k.pieces() {
		if err := store.ClearStale(ctx, tx, p.words("subject"), p.args, sheet.Known); err != nil {
			return out, err
		}
	}
	return out, nil
}

type keeper struct {
	ctx   context.Context
	tx    *sql.Tx
	sheet *rating.Sheet
}

// most is how many subjects are named in one question.
const most = 1024

// piece is some of the sheet's subjects, one after the other: all between two ends, or those that are named.
type piece struct {
	named bool
	args  []any
}

// pieces ascend. Those that are named belong to one part, so that a distributed database asks one shard about them.
func (k *keeper) pieces() (list []piece) {
	if k.sheet.Only == nil {
		return []piece{{false, []any{int64(k.sheet.Behind), int64(k.sheet.To)}}}
	}
	for page := range slices.Chunk(k.sheet.Only, most) {
		list = append(list, piece{true, engine.Numbers(page)})
	}
	return list
}

// words are the condition that a column is one of the piece's subjects; its arguments are the first of the query.
func (p *piece) words(column string) string {
	if !p.named {
		return column + " > ?1 AND " + column + " <= ?2"
	}
	marks := make([]string, len(p.args))
	for i := range marks {
		marks[i] = "?" + strconv.Itoa(i+1)
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")"
}

// ids are those that a query finds among the sheet's subjects: {subject} and {id} are the condition on the column of that name,
// {known} is the newest publication that is known.
func (k *keeper) ids(query string) (list []subject.ID, err error) {
	known := int64(0)
	if !k.sheet.Known.IsZero() {
		known = store.Micro(k.sheet.Known)
	}
	for _, p := range k.pieces() {
		args := p.args
		if strings.Contains(query, "{known}") {
			args = append(slices.Clip(args), known)
		}
		words := strings.NewReplacer("{subject}", p.words("subject"), "{id}", p.words("id"), "{known}", "?"+strconv.Itoa(len(args))).Replace(query)
		some, err := engine.List(k.ctx, k.tx, words, engine.Column[subject.ID], args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// due are the ratings that have to be written.
func (k *keeper) due(moved, marked, there []subject.ID) ([]rating.Kept, error) {
	list := k.sheet.Kept
	due := make([]rating.Kept, 0, len(list))
	at := 0
	take := func(upTo func(*rating.Rating) bool, newest *rating.Rating) {
		for ; at < len(list) && upTo(&list[at].Rating); at++ {
			r := &list[at].Rating
			same := newest != nil && r.Subject == newest.Subject && r.Model == newest.Model && r.Alike(newest)
			switch {
			case has(&moved, r.Subject), !has(&there, r.Subject):
			case same && !has(&marked, r.Subject):
			default:
				due = append(due, list[at])
			}
		}
	}
	for _, p := range k.pieces() {
		err := store.EachRating(k.ctx, k.tx, p.words("subject"), p.args, func(newest *rating.Rating) {
			take(func(r *rating.Rating) bool {
				return r.Subject < newest.Subject || r.Subject == newest.Subject && r.Model <= newest.Model
			}, newest)
		})
		if err != nil {
			return nil, err
		}
	}
	take(func(*rating.Rating) bool { return true }, nil)
	return due, nil
}

// has tells whether an ascending list has the id, and forgets what stands before it: ids are asked for in ascending order.
func has(list *[]subject.ID, id subject.ID) bool {
	l := *list
	for len(l) > 0 && l[0] < id {
		l = l[1:]
	}
	*list = l
	return len(l) > 0 && l[0] == id
}
