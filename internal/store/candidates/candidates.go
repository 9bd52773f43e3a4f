// Package candidates keeps subjects that may be one, what officials said of them, and what organisations are recognised by.
package candidates

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// Store keeps candidates in a database. It is safe for concurrent use.
type Store struct{ db *store.Store }

// In keeps candidates in the database.
func In(db *store.Store) *Store { return &Store{db} }

func unpermitted(what string) error {
	return fault.New(fault.Internal, "store.permit", "%s without a permit", what)
}

const millionths = 1e6

// Enter keeps candidates that are new, each with both its subjects; what is there already stays as it is, whatever is found
// of it now. The traces, one for each permit, are left for those that are new. It tells how many were.
func (s *Store) Enter(ctx context.Context, permits []charter.Candidate, traces []*store.Trace) (entered int, err error) {
	if len(permits) == 0 {
		return 0, unpermitted("candidates were to be kept")
	}
	whole := &store.Trace{}
	err = s.db.WriteWith(ctx, whole, func(tx *sql.Tx) error {
		entered, *whole = 0, store.Trace{}
		for i, permit := range permits {
			t := permit.Terms()
			if t == nil {
				return unpermitted("a candidate was to be kept")
			}
			fresh, err := enter(ctx, tx, &t.Found)
			if err != nil {
				return err
			}
			if fresh {
				entered++
				whole.Entries = append(whole.Entries, traces[i].Entries...)
				whole.Notices = append(whole.Notices, traces[i].Notices...)
			}
		}
		return nil
	})
	return entered, err
}

func enter(ctx context.Context, tx *sql.Tx, c *candidate.Candidate) (fresh bool, err error) {
	evidence, err := json.Marshal(c.Evidence)
	if err != nil {
		return false, err
	}
	for _, side := range [][2]subject.ID{{c.Pair.One, c.Pair.Other}, {c.Pair.Other, c.Pair.One}} {
		way := c.Way
		if side[0] == c.Pair.One {
			way = candidate.Look
		}
		done, err := tx.ExecContext(ctx, `INSERT INTO candidate (subject, other, found_at, official, model, millionths, evidence, way, contract, stated)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			int64(side[0]), int64(side[1]), store.Micro(c.FoundAt), c.By, c.Model, int64(math.Round(c.Probability*millionths)), evidence, string(way),
			c.Contract, int64(math.Round(c.Stated*millionths)))
		if err != nil {
			return false, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return false, err
		}
		fresh = fresh || n > 0
	}
	return fresh, nil
}

// Judge keeps what an official said of a candidate, and where it holds, that it does. reasons are the reason as each side of
// the pair keeps it, in the pair's order.
func (s *Store) Judge(ctx context.Context, permit charter.Judgement, reasons [2][]byte, left *store.Trace) error {
	keep, err := s.Judging(permit, reasons, left.At)
	if err != nil {
		return err
	}
	return s.db.WriteWith(ctx, left, func(tx *sql.Tx) error { return keep(ctx, tx) })
}

// Judging keeps a judgement as Judge does, in a transaction of the act that follows from it: what was said of two is
// not kept where joining them fails.
func (s *Store) Judging(permit charter.Judgement, reasons [2][]byte, at time.Time) (store.Also, error) {
	t := permit.Terms()
	if t == nil {
		return nil, unpermitted("a judgement was to be kept")
	}
	return func(ctx context.Context, tx *sql.Tx) error {
		pair := t.Pair
		steps, err := stepsIn(ctx, tx, pair.One, pair.Other)
		if err != nil {
			return err
		}
		if n := len(steps); n > 0 && (steps[n-1].By != t.Last.By || !steps[n-1].At.Equal(t.Last.At)) || n == 0 && t.Last.By != "" {
			return fault.New(fault.Conflict, "candidate.judged", "somebody else has judged the two meanwhile").With("look again: probity review show " + pair.String())
		}
		for i, side := range [][2]subject.ID{{pair.One, pair.Other}, {pair.Other, pair.One}} {
			if _, err := tx.ExecContext(ctx, `INSERT INTO candidate_step (subject, other, seq, at, official, verdict, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				int64(side[0]), int64(side[1]), len(steps)+1, store.Micro(at), t.By.Title(), string(t.Verdict), reasons[i]); err != nil {
				return err
			}
			holds := t.Verdict
			switch {
			case permit.Lifts():
				holds = candidate.Waits
			case !permit.Holds():
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE candidate SET verdict = ? WHERE subject = ? AND other = ?`, string(holds), int64(side[0]), int64(side[1])); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func stepsIn(ctx context.Context, tx *sql.Tx, one, other subject.ID) ([]candidate.Step, error) {
	rows, err := tx.QueryContext(ctx, `SELECT at, official, verdict, reason FROM candidate_step WHERE subject = ? AND other = ? ORDER BY seq`, int64(one), int64(other))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []candidate.Step
	for rows.Next() {
		var st candidate.Step
		var at int64
		if err := rows.Scan(&at, &st.By, &st.Verdict, &st.Sealed); err != nil {
			return nil, err
		}
		st.At = store.Instant(at)
		list = append(list, st)
	}
	return list, rows.Err()
}

const columns = `subject, other, found_at, official, model, millionths, evidence, way, contract, stated, verdict`

func scan(rows interface{ Scan(...any) error }) (c candidate.Candidate, own subject.ID, err error) {
	var other subject.ID
	var at, p, stated int64
	var evidence []byte
	if err = rows.Scan(&own, &other, &at, &c.By, &c.Model, &p, &evidence, &c.Way, &c.Contract, &stated, &c.Verdict); err != nil {
		return c, own, err
	}
	c.Pair, c.FoundAt, c.Probability, c.Stated = candidate.Of(own, other), store.Instant(at), float64(p)/millionths, float64(stated)/millionths
	return c, own, json.Unmarshal(evidence, &c.Evidence)
}

// Find is a candidate, with what was said of it as the first subject of the pair keeps it; NotFound where there is none.
func (s *Store) Find(ctx context.Context, pair candidate.Pair) (c candidate.Candidate, steps []candidate.Step, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) (err error) {
		c, _, err = scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM candidate WHERE subject = ? AND other = ?`, int64(pair.Other), int64(pair.One)))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "candidate.none", "nobody has put %s before an official", pair).
				With("probity review list shows those that wait; propose the two with: probity review propose")
		}
		if err != nil {
			return err
		}
		steps, err = stepsIn(ctx, tx, pair.One, pair.Other)
		return err
	})
	return c, steps, err
}

// Judged is what holds of two subjects, Waits where nothing does. That somebody who was merged into the one is different from
// somebody who was merged into the other holds of both. What was said of the pair but counts for nothing: it is about to be
// taken back.
func (s *Store) Judged(ctx context.Context, pair, but candidate.Pair) (v candidate.Verdict, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		ones, err := store.Same(ctx, tx, pair.One)
		if err != nil {
			return err
		}
		others, err := store.Same(ctx, tx, pair.Other)
		if err != nil {
			return err
		}
		var apart int
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM candidate WHERE verdict = ? AND subject IN (`+store.Marks(len(ones))+`) AND other IN (`+store.Marks(len(others))+`)
				AND NOT (subject = ? AND other = ?) AND NOT (subject = ? AND other = ?)`,
			slices.Concat([]any{string(candidate.Different)}, ones, others, []any{int64(but.One), int64(but.Other), int64(but.Other), int64(but.One)})...).Scan(&apart)
		if err != nil || apart > 0 {
			v = candidate.Different
			return err
		}
		if pair == but {
			return nil
		}
		err = tx.QueryRowContext(ctx, `SELECT verdict FROM candidate WHERE subject = ? AND other = ?`, int64(pair.One), int64(pair.Other)).Scan(&v)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return v, err
}

// With are the candidates with a verdict, the most probable first; those of pairs that are one already, or whose subject
// leads to another, stand for themselves still. way is "" for all.
func (s *Store) With(ctx context.Context, verdict candidate.Verdict, way candidate.Way, most int) (list []candidate.Candidate, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM candidate WHERE verdict = ?1 AND (?2 = '' OR way = ?2) AND subject > other
			ORDER BY millionths DESC, subject, other LIMIT ?3`, string(verdict), string(way), most)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c, _, err := scan(rows)
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

// Own are the candidates that the scope's subject is part of, with what was said of each as that subject keeps it. They are
// for the subject itself.
func (s *Store) Own(ctx context.Context, scope access.Scope) (list []candidate.Candidate, steps [][]candidate.Step, err error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.OwnFile); err != nil {
		return nil, nil, err
	}
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM candidate WHERE subject = ? ORDER BY found_at, other`, int64(id))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c, _, err := scan(rows)
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, c := range list {
			other := c.Pair.One
			if other == id {
				other = c.Pair.Other
			}
			said, err := stepsIn(ctx, tx, id, other)
			if err != nil {
				return err
			}
			steps = append(steps, said)
		}
		return nil
	})
	return list, steps, err
}

// Held are those of the subjects whose rows wait until a candidate is judged.
func (s *Store) Held(ctx context.Context, ids []subject.ID) (map[subject.ID]candidate.Candidate, error) {
	held := map[subject.ID]candidate.Candidate{}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			c, own, err := scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM candidate WHERE subject = ? AND way = ? AND verdict IN ('', ?)
				ORDER BY millionths DESC, other LIMIT 1`, int64(id), string(candidate.Hold), string(candidate.Unclear)))
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			held[own] = c
		}
		return nil
	})
	return held, err
}

// Bare are those of the subjects on which nothing was ever published: rows on them wait, or were given up with their file.
func (s *Store) Bare(ctx context.Context, ids []subject.ID) (map[subject.ID]bool, error) {
	bare := map[subject.ID]bool{}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			var stands bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM record_version v JOIN submission n ON n.number = v.submission
				WHERE v.subject = ? AND n.published_at IS NOT NULL)`, int64(id)).Scan(&stands); err != nil {
				return err
			}
			if !stands {
				bare[id] = true
			}
		}
		return nil
	})
	return bare, err
}

// AddParties keeps what a supplier wrote of organisations, as the delivery is permitted; what is kept already stays.
func (s *Store) AddParties(ctx context.Context, by charter.DeliveryPermit, parties []candidate.Party) error {
	if by.Agency() == "" {
		return unpermitted("parties were to be kept")
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		b := store.NewBulk(tx, "party", []string{"subject", "mark", "name", "address", "phone"}, " ON CONFLICT DO NOTHING")
		for _, p := range parties {
			sum := sha256.Sum256([]byte(strings.Join(p.Values(), "\x00")))
			if err := b.Add(ctx, int64(p.Subject), sum[:16], p.Name, p.Address, p.Phone); err != nil {
				return err
			}
		}
		return b.End(ctx)
	})
}

// partyQuery are the organisations as they are written: what suppliers wrote, and the names of those of whom nothing else is
// known. Those that lead to others are given under their own number.
const partyQuery = `SELECT p.subject, p.name, p.address, p.phone FROM party p
	UNION ALL SELECT n.subject, n.name, '', '' FROM subject_name n JOIN subject s ON s.id = n.subject
		WHERE s.kind IN ('enterprise', 'public_body') AND s.sole = 0 AND NOT EXISTS (SELECT 1 FROM party q WHERE q.subject = n.subject AND q.name = n.name)`

// EachParty gives all organisations as they are written, by subject, for those who recognise others among them.
func (s *Store) EachParty(ctx context.Context, by charter.Actor, yield func(candidate.Party) error) error {
	if !by.IsOfficial() {
		return charter.Refuse("C15", "official", "show the credential of an official", "no official looks for organisations that may be one")
	}
	return s.db.Read(ctx, func(tx *sql.Tx) error {
		return parties(ctx, tx, `SELECT * FROM (`+partyQuery+`) AS written ORDER BY 1, 2, 3, 4`, nil, yield)
	})
}

func parties(ctx context.Context, tx *sql.Tx, query string, args []any, yield func(candidate.Party) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p candidate.Party
		if err := rows.Scan(&p.Subject, &p.Name, &p.Address, &p.Phone); err != nil {
			return err
		}
		if err := yield(p); err != nil {
			return err
		}
	}
	return rows.Err()
}

// PartiesOf is one organisation as it is written.
func (s *Store) PartiesOf(ctx context.Context, id subject.ID) (list []candidate.Party, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		return parties(ctx, tx, `SELECT * FROM (`+partyQuery+`) AS written WHERE subject = ? ORDER BY 2, 3, 4`, []any{int64(id)}, func(p candidate.Party) error {
			list = append(list, p)
			return nil
		})
	})
	return list, err
}

// SaveModel puts what was learnt in force, under the permit of the official who had it learnt.
func (s *Store) SaveModel(ctx context.Context, permit charter.WorkPermit, m candidate.Model, left *store.Trace) (candidate.Model, error) {
	if err := permit.Stands(); err != nil {
		return m, err
	}
	err := s.db.WriteWith(ctx, left, func(tx *sql.Tx) error {
		m.Number = s.db.NextIDs(1)
		_, err := tx.ExecContext(ctx, `INSERT INTO likeness (number, learnt_at, official, digest, records, body) VALUES (?, ?, ?, ?, ?, ?)`,
			m.Number, store.Micro(m.At), m.By, m.Digest, m.Records, m.Body)
		return err
	})
	return m, err
}

// Model is what was learnt last; NotFound where nothing was.
func (s *Store) Model(ctx context.Context) (m candidate.Model, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		var at int64
		err := tx.QueryRowContext(ctx, `SELECT number, learnt_at, official, digest, records, body FROM likeness ORDER BY number DESC LIMIT 1`).
			Scan(&m.Number, &at, &m.By, &m.Digest, &m.Records, &m.Body)
		m.At = store.Instant(at)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "candidate.model", "nothing has been learnt yet of how organisations are written").
				With("have it learnt from those in the register: probity review learn")
		}
		return err
	})
	return m, err
}
