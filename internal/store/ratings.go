package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/store/beside"
	"probity/internal/subject"
)

// SaveRatings keeps ratings as the newest of their subjects. They must ascend by subject. Marks of outdated subjects that the
// ratings take into account (publications up to seen) are cleared in the same commit.
func (s *Store) SaveRatings(ctx context.Context, list []rating.Kept, seen time.Time, clear []subject.ID) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if _, err := KeepRatings(ctx, tx, list); err != nil {
			return err
		}
		return ClearStaleOf(ctx, tx, clear, seen)
	})
}

// KeepRatings keeps ratings, which ascend by subject, in a write transaction as the newest of their subjects, adds to the
// history what a reader would see changed, and tells their subjects of it (Charter C7). It gives how many those are. A rating
// under a consent that no longer stands is left out; one by a version that was never in force is refused (C8).
func KeepRatings(ctx context.Context, tx *sql.Tx, list []rating.Kept) (int64, error) {
	list, err := stillConsented(ctx, tx, list)
	if err == nil {
		err = beside.InForce(ctx, tx, list)
	}
	if err != nil {
		return 0, err
	}
	before, err := newestOf(ctx, tx, list)
	if err != nil {
		return 0, err
	}
	newest := NewBulk(tx, "rating", []string{
		"subject", "model", "version", "as_of", "known_at", "good_until", "status", "score", "band", "gate", "why_not",
	}, ` ON CONFLICT (subject, model) DO UPDATE SET version = excluded.version, as_of = excluded.as_of, known_at = excluded.known_at,
		good_until = excluded.good_until, status = excluded.status, score = excluded.score, band = excluded.band,
		gate = excluded.gate, why_not = excluded.why_not`)
	var changed []int
	for i := range list {
		r := &list[i].Rating
		p := &list[i].Permit
		if p.Subject().ID != r.Subject || p.Model() != r.Model || p.Version() != r.Version {
			return 0, fault.New(fault.Internal, "store.permit", "a rating of %s by %s was to be kept under another's permit", r.Subject, r.Model)
		}
		err := newest.Add(ctx, int64(r.Subject), r.Model, r.Version, int64(r.AsOf), Micro(r.KnownAt), NullDay(r.GoodUntil), string(r.Status), scoreOf(r),
			r.Band, r.Gate, strings.Join(r.WhyNot, ","))
		if err != nil {
			return 0, err
		}
		old, had := before[ratingKey{r.Subject, r.Model}]
		if had && old.Same(r) {
			continue
		}
		changed = append(changed, i)
	}
	return int64(len(changed)), errors.Join(newest.End(ctx), addHistory(ctx, tx, list, changed))
}

// scoreOf is nil where there is no score.
func scoreOf(r *rating.Rating) any {
	if r.Status != rating.Rated {
		return nil
	}
	return r.Score
}

// addHistory adds the changed ones of list to the history. Each row is the notice of its change too, numbered among its
// subject's notices: at intake a second row for each would cost a third more.
func addHistory(ctx context.Context, tx *sql.Tx, list []rating.Kept, changed []int) error {
	if len(changed) == 0 {
		return nil
	}
	ids := make([]subject.ID, len(changed))
	for i, at := range changed {
		ids[i] = list[at].Rating.Subject
	}
	told, err := lastNotices(ctx, tx, ids)
	if err != nil {
		return err
	}
	rows := NewBulk(tx, "rating_history", []string{
		"subject", "model", "known_at", "told", "version", "as_of", "status", "score", "band", "gate",
	}, ` ON CONFLICT DO NOTHING`)
	for _, at := range changed {
		r := &list[at].Rating
		told[r.Subject]++
		if err := rows.Add(ctx, int64(r.Subject), r.Model, Micro(r.KnownAt), told[r.Subject], r.Version, int64(r.AsOf), string(r.Status), scoreOf(r),
			r.Band, r.Gate); err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

type ratingKey struct {
	subject subject.ID
	model   string
}

// newestOf reads the newest ratings of the subjects in list.
func newestOf(ctx context.Context, tx *sql.Tx, list []rating.Kept) (map[ratingKey]rating.Rating, error) {
	found := make(map[ratingKey]rating.Rating, len(list))
	var ids []any
	read := func() error {
		if len(ids) == 0 {
			return nil
		}
		defer func() { ids = ids[:0] }()
		return EachRating(ctx, tx, `subject IN (`+Marks(len(ids))+`)`, ids, func(r *rating.Rating) { found[ratingKey{r.Subject, r.Model}] = *r })
	}
	var last subject.ID
	for i := range list {
		if id := list[i].Rating.Subject; id != last {
			last = id
			if ids = append(ids, int64(id)); len(ids) == subjectsPerQuery {
				if err := read(); err != nil {
					return nil, err
				}
			}
		}
	}
	return found, read()
}

// EachRating yields, in a transaction, the newest ratings of a condition, by subject and model.
func EachRating(ctx context.Context, tx *sql.Tx, which string, args []any, yield func(*rating.Rating)) error {
	return eachRating(ctx, tx, `SELECT `+ratingColumns+` FROM rating WHERE `+which+` ORDER BY subject, model`, args, yield)
}

func eachRating(ctx context.Context, tx *sql.Tx, query string, args []any, yield func(*rating.Rating)) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRating(rows)
		if err != nil {
			return err
		}
		yield(&r)
	}
	return rows.Err()
}

const ratingColumns = `subject, model, version, as_of, known_at, good_until, status, score, band, gate, why_not`

func scanRating(row interface{ Scan(...any) error }) (rating.Rating, error) {
	var r rating.Rating
	var known int64
	var good, score sql.NullInt64
	var why string
	err := row.Scan(&r.Subject, &r.Model, &r.Version, &r.AsOf, &known, &good, &r.Status, &score, &r.Band, &r.Gate, &why)
	r.KnownAt, r.GoodUntil, r.Score = Instant(known), DayOf(good), score.Int64
	if why != "" {
		r.WhyNot = strings.Split(why, ",")
	}
	return r, err
}

// ClearStaleOf removes the marks of the subjects that publications up to seen have left, in a write transaction.
func ClearStaleOf(ctx context.Context, tx *sql.Tx, ids []subject.ID, seen time.Time) error {
	for page := range slices.Chunk(ids, subjectsPerQuery) {
		if err := ClearStale(ctx, tx, `subject IN (`+Marks(len(page))+`)`, Numbers(page), seen); err != nil {
			return err
		}
	}
	return nil
}

// ClearStale removes the marks of some subjects that publications up to seen have left, in a write transaction, and keeps
// which was the last of these.
func ClearStale(ctx context.Context, tx *sql.Tx, which string, args []any, seen time.Time) error {
	args = append(slices.Clip(args), Micro(seen))
	_, err := tx.ExecContext(ctx, `INSERT INTO touched (subject, at)
		SELECT subject, max(published_at) FROM stale JOIN submission ON number = submission WHERE `+which+` AND published_at <= ? GROUP BY subject
		ON CONFLICT (subject) DO UPDATE SET at = max(touched.at, excluded.at)`, args...)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM stale WHERE `+which+`
		AND (SELECT published_at FROM submission WHERE number = stale.submission) <= ?`, args...)
	return err
}

// Rating reads the newest rating that is kept; stale tells that a publication since has outdated it. No rating is
// NotFound.
func (s *Store) Rating(ctx context.Context, id subject.ID, model string) (r rating.Rating, stale bool, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		var err error
		if r, err = scanRating(tx.QueryRowContext(ctx, `SELECT `+ratingColumns+` FROM rating WHERE subject = ? AND model = ?`, int64(id), model)); err != nil {
			return err
		}
		stale, err = s.outdated(ctx, tx, id)
		return err
	})
	return r, stale, err
}

// RatingsOf reads the newest ratings of subjects that nothing published since has outdated.
func (s *Store) RatingsOf(ctx context.Context, ids []subject.ID) ([]rating.Rating, error) {
	var list []rating.Rating
	err := s.Read(ctx, func(tx *sql.Tx) error {
		m, err := s.moment(ctx, tx)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(ids, subjectsPerQuery) {
			stale, err := outdatedOf(ctx, tx, m, page)
			if err != nil {
				return err
			}
			found := make(map[subject.ID][]rating.Rating, len(page))
			err = EachRating(ctx, tx, `subject IN (`+Marks(len(page))+`)`, Numbers(page), func(r *rating.Rating) { found[r.Subject] = append(found[r.Subject], *r) })
			if err != nil {
				return err
			}
			for _, id := range page {
				if !stale[id] {
					list = append(list, found[id]...)
				}
			}
		}
		return nil
	})
	return list, err
}

// outdated tells whether a published submission has touched the subject since it was last rated.
func (s *Store) outdated(ctx context.Context, tx *sql.Tx, id subject.ID) (bool, error) {
	m, err := s.moment(ctx, tx)
	if err != nil {
		return false, err
	}
	found, err := outdatedOf(ctx, tx, m, []subject.ID{id})
	return found[id], err
}

// outdatedOf are those of the subjects that are outdated at the moment.
func outdatedOf(ctx context.Context, tx *sql.Tx, m moment, ids []subject.ID) (map[subject.ID]bool, error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, submission FROM stale WHERE subject IN (`+Marks(len(ids))+`)`, Numbers(ids)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[subject.ID]bool{}
	for rows.Next() {
		var id subject.ID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		if _, published := m.at(n); published {
			found[id] = true
		}
	}
	return found, rows.Err()
}

// History reads what a model said of a subject from when on, oldest first.
func (s *Store) History(ctx context.Context, id subject.ID, model string) ([]rating.Rating, error) {
	var list []rating.Rating
	err := s.Read(ctx, func(tx *sql.Tx) error {
		return eachRating(ctx, tx, `SELECT subject, model, version, as_of, known_at, NULL, status, score, band, gate, ''
			FROM rating_history WHERE subject = ? AND model = ? ORDER BY known_at`, []any{int64(id), model}, func(r *rating.Rating) { list = append(list, *r) })
	})
	return list, err
}

// StaleSubjects lists, by id and from behind after, subjects that a submission has outdated; 0 asks for those of every
// published one. The marks lie in the order of their subjects, so that a page ends the reading: joined first, all that are
// left would be read and sorted for each page.
func (s *Store) StaleSubjects(ctx context.Context, submission int64, after subject.ID, limit int) ([]subject.Subject, error) {
	where := `submission = ?`
	args := []any{submission}
	if submission == 0 {
		where, args = `submission IN (SELECT number FROM submission WHERE published_at IS NOT NULL)`, nil
	}
	return s.subjects(ctx, `SELECT s.id, s.kind, s.sole, s.region, s.redirect FROM (SELECT DISTINCT subject FROM stale
		WHERE `+where+` AND subject > ? AND EXISTS (SELECT 1 FROM subject WHERE id = stale.subject) ORDER BY subject LIMIT ?) t
		JOIN subject s ON s.id = t.subject ORDER BY s.id`, append(args, int64(after), limit)...)
}

// Population lists subjects of the kinds by id, from behind after; merged ones are left out.
func (s *Store) Population(ctx context.Context, kinds []subject.Kind, after subject.ID, limit int) (list []subject.Subject, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		list, err = PopulationIn(ctx, tx, kinds, after, limit)
		return err
	})
	return list, err
}

// PopulationIn is Population in a transaction.
func PopulationIn(ctx context.Context, tx *sql.Tx, kinds []subject.Kind, after subject.ID, limit int) ([]subject.Subject, error) {
	args := make([]any, 0, len(kinds)+2)
	for _, k := range kinds {
		args = append(args, string(k))
	}
	return SubjectsIn(ctx, tx, `SELECT id, kind, sole, region, redirect FROM subject
		WHERE kind IN (`+Marks(len(kinds))+`) AND redirect = 0 AND id > ? ORDER BY id LIMIT ?`, append(args, int64(after), limit)...)
}

func (s *Store) subjects(ctx context.Context, query string, args ...any) (list []subject.Subject, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		list, err = SubjectsIn(ctx, tx, query, args...)
		return err
	})
	return list, err
}

// SubjectsIn lists the subjects of a query: id, kind, sole, region and redirect.
func SubjectsIn(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]subject.Subject, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []subject.Subject
	for rows.Next() {
		var sub subject.Subject
		if err := rows.Scan(&sub.ID, &sub.Kind, &sub.Sole, &sub.Region, &sub.Redirect); err != nil {
			return nil, err
		}
		list = append(list, sub)
	}
	return list, rows.Err()
}

// CountStale counts the subjects that a submission has outdated.
func (s *Store) CountStale(ctx context.Context, submission int64) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM stale WHERE submission = ?`, submission).Scan(&n)
	return n, s.dialect.Translate(err)
}

// CountPopulation counts the subjects of the kinds.
func (s *Store) CountPopulation(ctx context.Context, kinds []subject.Kind) (n int64, err error) {
	args := make([]any, 0, len(kinds))
	for _, k := range kinds {
		args = append(args, string(k))
	}
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM subject WHERE redirect = 0 AND kind IN (`+Marks(len(kinds))+`)`, args...).Scan(&n)
	return n, s.dialect.Translate(err)
}

// LastPublication is the instant of the newest publication, the zero time where there is none.
func (s *Store) LastPublication() time.Time {
	s.subs.mu.RLock()
	defer s.subs.mu.RUnlock()
	if s.subs.last == 0 {
		return time.Time{}
	}
	return Instant(s.subs.last)
}
