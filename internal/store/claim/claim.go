// Package claim finds out what rows that suppliers send again have here already: their record, whose it is and how it stands.
// It asks for many rows at once, since on a server each question is a way there and back.
package claim

import (
	"context"
	"database/sql"
	"slices"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// perQuery is how many places one query looks at; see Tops.
const perQuery = 256

// Claimed is what a supplier's row already has here: its record, the subject that record is on, and its newest version.
type Claimed struct {
	Record record.ID
	// Lapse is the earliest day on which one of its versions would lapse, None where none would.
	Lapse calendar.Day
	// Barred tells that a dispute put the record out of use until it is certified.
	Barred bool
	// By is the submission that made the record; Published tells that the record stood before the one that asks.
	By        int64
	Published bool
	// Subject is the one that the record is on for the submission that asks, Base the one that it is on for everybody
	// else: a submission that is not published has moved nothing yet.
	Subject, Base subject.ID
	// Own: the submission that asks has sent a row of this key before.
	Own bool
	// Erased: the record was erased and may not come in again (Charter C10).
	Erased bool
	// Seq is the highest number of a version on Subject, whether it may be seen or not.
	Seq int
	// Digest and Status are those of the newest version on Subject that is published or of the submission that asks; Has
	// is false where there is none. Stored tells that it is of that submission.
	Has, Stored bool
	Digest      [16]byte
	Status      record.Status
}

// Asked are rows, by their keys at the supplier, for a submission under way.
type Asked struct {
	Agency, Dataset string
	Keys            []string
	Submission      int64
	// Published tells when a submission was published; ok is false where it was not, for who asks.
	Published func(number int64) (us int64, ok bool)
}

// Of gives what the keys are claimed by; those that are not are absent. They are few hundred at most.
func Of(ctx context.Context, tx *sql.Tx, q Asked) (map[string]*Claimed, error) {
	found, err := claims(ctx, tx, q)
	if err == nil && len(found) > 0 {
		err = newest(ctx, tx, q, found)
	}
	return found, err
}

// claims reads the claims of keys as the submission sees them.
func claims(ctx context.Context, tx *sql.Tx, q Asked) (map[string]*Claimed, error) {
	args := []any{q.Agency, q.Dataset}
	for _, k := range q.Keys {
		args = append(args, []byte(k))
	}
	rows, err := tx.QueryContext(ctx, `SELECT key, subject, record, submission, next_subject, next_by, erased FROM source_row
		WHERE agency = ? AND dataset = ? AND key IN (`+engine.Marks(len(q.Keys))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[string]*Claimed, len(q.Keys))
	for rows.Next() {
		var key []byte
		c, ok, err := claim(rows, &key, q)
		if err != nil {
			return nil, err
		}
		if ok {
			found[string(key)] = &c
		}
	}
	return found, rows.Err()
}

// claim reads a claim as the submission sees it; ok is false where there is none.
func claim(row *sql.Rows, key *[]byte, q Asked) (c Claimed, ok bool, err error) {
	c.Lapse = calendar.None
	var next subject.ID
	var nextBy int64
	if err = row.Scan(key, &c.Base, &c.Record, &c.By, &next, &nextBy, &c.Erased); err != nil {
		return c, false, err
	}
	if _, c.Published = q.Published(c.By); !c.Published && c.By != q.Submission && !c.Erased {
		return c, false, nil
	}
	if _, published := q.Published(nextBy); published {
		c.Base = next
	}
	c.Subject = c.Base
	if nextBy == q.Submission {
		c.Subject = next
	}
	c.Own = c.By == q.Submission || nextBy == q.Submission
	return c, true, nil
}

// newest fills in the newest version of each: the latest published, or what the submission itself has added behind it.
func newest(ctx context.Context, tx *sql.Tx, q Asked, claims map[string]*Claimed) error {
	at := make(map[beside.Spot]*Claimed, len(claims))
	var pairs, ids []any
	for _, c := range claims {
		at[beside.Spot{Subject: c.Subject, Record: c.Record}] = c
		pairs, ids = append(pairs, int64(c.Subject), int64(c.Record)), append(ids, int64(c.Subject))
	}
	barred, err := beside.Barred(ctx, tx, ids)
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `WITH asked (subject, record) AS `+engine.Pairs(len(claims))+`
		SELECT v.subject, v.record, v.seq, v.submission, v.status, v.digest, v.lapse FROM asked a
		CROSS JOIN record_version v ON v.subject = a.subject AND v.record = a.record`+named(len(claims))+` ORDER BY v.subject, v.record, v.seq`, pairs...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var last *Claimed
	var since int64 // when the one that counts of last was published
	for rows.Next() {
		var spot beside.Spot
		var v version
		if err := rows.Scan(&spot.Subject, &spot.Record, &v.seq, &v.submission, &v.status, &v.digest, &v.lapse); err != nil {
			return err
		}
		c := at[spot]
		if c != last {
			last, since = c, 0
			c.Barred = barred[spot]
		}
		since = c.meet(&v, q, since)
	}
	return rows.Err()
}

// version is what a claim needs to know of one.
type version struct {
	seq        int
	submission int64
	status     record.Status
	digest     []byte
	lapse      sql.NullInt64
}

// meet takes one more version into account; since is when the one that counts so far was published.
func (c *Claimed) meet(v *version, q Asked, since int64) int64 {
	c.Seq = max(c.Seq, v.seq)
	published, ok := q.Published(v.submission)
	own := v.submission == q.Submission
	if !ok && !own {
		return since
	}
	if day := calendar.Day(v.lapse.Int64); v.lapse.Valid && (c.Lapse == calendar.None || day < c.Lapse) {
		c.Lapse = day
	}
	if c.Stored && !own || !own && published < since {
		return since
	}
	c.Has, c.Stored, c.Status = true, own, v.status
	copy(c.Digest[:], v.digest)
	return published
}

// Tops adds the highest version number in each spot to found, whether it may be seen or not.
func Tops(ctx context.Context, tx *sql.Tx, spots []beside.Spot, found map[beside.Spot]int) error {
	for page := range slices.Chunk(spots, perQuery) {
		var pairs []any
		for _, at := range page {
			pairs = append(pairs, int64(at.Subject), int64(at.Record))
		}
		list := engine.Each(ctx, tx, `WITH asked (subject, record) AS `+engine.Pairs(len(page))+` SELECT v.subject, v.record, max(v.seq)
				FROM asked a CROSS JOIN record_version v ON v.subject = a.subject AND v.record = a.record`+named(len(page))+` GROUP BY v.subject, v.record`,
			func(rows *sql.Rows) (at beside.Spot, err error) {
				var top int
				err = rows.Scan(&at.Subject, &at.Record, &top)
				found[at] = top
				return at, err
			}, pairs...)
		for _, err := range list {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// named names the subject where it is one, ?1: then all of the question is asked in one place.
func named(n int) string {
	if n == 1 {
		return ` AND v.subject = ?1`
	}
	return ""
}
