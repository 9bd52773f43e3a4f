package notices

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Digest is how often a channel carries what may wait.
type Digest string

// How often a channel carries what may wait.
const (
	Each   Digest = "each" // every notice by itself, at once
	Daily  Digest = "daily"
	Weekly Digest = "weekly"
)

// Period is the time between two digests; 0 for Each.
func (d Digest) Period() time.Duration {
	switch d {
	case Daily:
		return 24 * time.Hour
	case Weekly:
		return 7 * 24 * time.Hour
	case Each:
	}
	return 0
}

// Channel is a way on which a subject is told.
type Channel struct {
	Subject subject.ID
	// Number counts the subject's channels from 1.
	Number int64
	Kind   charter.ChannelKind
	// Address is sealed under the subject's key.
	Address  []byte
	Language notice.Language
	Digest   Digest
	// Brief says only that there is something to read, and nothing of it.
	Brief bool
	SetAt time.Time
	// SetBy is the credential, or the officials, who set it; Proof the digest of the document they had.
	SetBy, Proof string
	// Code is the SHA-256 of the code that confirms the channel, zero where it needs none; ConfirmedAt is zero until then.
	Code        [sha256.Size]byte
	ConfirmedAt time.Time
	EndedAt     time.Time
	// DoneTo is the last notice that is settled here; DigestedAt is when the last digest went out.
	DoneTo     int64
	DigestedAt time.Time
}

const channelColumns = `subject, number, kind, address, language, digest, brief, set_at, set_by, proof, code, confirmed_at, ended_at,
	done_to, digested_at`

func scanChannel(row interface{ Scan(...any) error }) (Channel, error) {
	var c Channel
	var set, digested int64
	var confirmed, ended sql.NullInt64
	var code []byte
	err := row.Scan(&c.Subject, &c.Number, &c.Kind, &c.Address, &c.Language, &c.Digest, &c.Brief, &set, &c.SetBy, &c.Proof, &code,
		&confirmed, &ended, &c.DoneTo, &digested)
	c.SetAt, c.DigestedAt = store.Instant(set), store.Instant(digested)
	copy(c.Code[:], code)
	if confirmed.Valid {
		c.ConfirmedAt = store.Instant(confirmed.Int64)
	}
	if ended.Valid {
		c.EndedAt = store.Instant(ended.Int64)
	}
	return c, err
}

// AddChannel keeps a permitted channel with its line in the ledger and gives its number. Notices that were there before it
// are not carried; those from now on are.
func (s *Store) AddChannel(ctx context.Context, permit charter.ChannelPermit, c Channel, line *ledger.Entry) (int64, error) {
	t := permit.Terms()
	if t == nil || t.Subject.ID != c.Subject || t.Kind != c.Kind {
		return 0, fault.New(fault.Internal, "store.permit", "a channel was to be kept without its permit")
	}
	err := s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{line}}, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT 1 + coalesce((SELECT max(number) FROM notice_channel WHERE subject = ?1), 0), `+store.LastNotice("?1"), int64(c.Subject)).Scan(&c.Number, &c.DoneTo)
		if err != nil {
			return err
		}
		var confirmed any
		if !c.ConfirmedAt.IsZero() {
			confirmed = store.Micro(c.ConfirmedAt)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO notice_channel (`+channelColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,NULL,?,?)`,
			int64(c.Subject), c.Number, string(c.Kind), c.Address, string(c.Language), string(c.Digest), c.Brief, store.Micro(c.SetAt),
			c.SetBy, c.Proof, c.Code[:], confirmed, c.DoneTo, store.Micro(c.SetAt))
		return err
	})
	return c.Number, err
}

// EndChannel ends a channel under a permit for it, with its line in the ledger. Ending it again is NotFound.
func (s *Store) EndChannel(ctx context.Context, permit charter.ChannelPermit, number int64, at time.Time, line *ledger.Entry) error {
	t := permit.Terms()
	if t == nil {
		return fault.New(fault.Internal, "store.permit", "a channel was to be ended without a permit")
	}
	trace := &store.Trace{
		Entries: []*ledger.Entry{line}, At: at,
		Gone: []gone.Mark{{Kind: gone.ChannelEnded, Subject: t.Subject.ID, Matter: number}},
	}
	return s.db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `UPDATE notice_channel SET ended_at = ? WHERE subject = ? AND number = ? AND kind = ? AND ended_at IS NULL`,
			store.Micro(at), int64(t.Subject.ID), number, string(t.Kind)))
	})
}

// Confirm notes that the code of a channel of the scope's subject, or of one merged into it, came back. A wrong code, and a channel that is not there, are NotFound.
func (s *Store) Confirm(ctx context.Context, scope access.Scope, number int64, code string, at time.Time) error {
	id := scope.Subject().ID
	if err := scope.Require(id, access.OwnFile); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(code))
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		same, err := store.Same(ctx, tx, id)
		if err != nil {
			return err
		}
		query, args := engine.Among(`UPDATE notice_channel SET confirmed_at = coalesce(confirmed_at, CAST({1} AS INTEGER))
			WHERE subject IN ({same}) AND number = {2} AND code = {3} AND ended_at IS NULL`, same, store.Micro(at), number, digest[:])
		return one(tx.ExecContext(ctx, query, args...))
	})
}

// one is a NotFound where a statement changed no row.
func one(done sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "notice.channel", "the subject has no such channel in use, or the code is not its").
			With("probity notice channel list shows its channels")
	}
	return err
}

// Channels lists the scope's subject's channels and those of the subjects merged into it, those ended too.
func (s *Store) Channels(ctx context.Context, scope access.Scope) ([]Channel, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	return s.channels(ctx, id, `SELECT `+channelColumns+` FROM notice_channel WHERE subject IN ({same}) ORDER BY subject <> ?1, subject, number`)
}

// Pending lists, in the order of subjects, the channels in use that may have something to carry or to be confirmed by,
// from behind the one named: those of subjects that are joined with another are always among them. It is for those who
// deliver.
func (s *Store) Pending(ctx context.Context, after subject.ID, number int64, limit int) ([]Channel, error) {
	return s.channels(ctx, 0, `SELECT `+channelColumns+` FROM notice_channel c WHERE ended_at IS NULL AND (subject, number) > (?, ?) AND (
			confirmed_at IS NULL AND NOT EXISTS (SELECT 1 FROM notice_delivery d
				WHERE d.subject = c.subject AND d.holder = c.subject AND d.channel = c.number AND d.seq = 0 AND d.state IN ('delivered', 'given_up'))
			OR confirmed_at IS NOT NULL AND (
				EXISTS (SELECT 1 FROM notice n WHERE n.subject = c.subject AND n.seq > c.done_to)
				OR EXISTS (SELECT 1 FROM rating_history h WHERE h.subject = c.subject AND h.told > c.done_to)
				OR EXISTS (SELECT 1 FROM link l WHERE l.undone_at IS NULL AND (l.kept = c.subject OR l.merged = c.subject))))
		ORDER BY subject, number LIMIT ?`, int64(after), number, limit)
}

// channels runs a query; of is the subject whose {same} it asks about, 0 where it asks about none.
func (s *Store) channels(ctx context.Context, of subject.ID, query string, args ...any) ([]Channel, error) {
	var list []Channel
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		if of != 0 {
			same, err := store.Same(ctx, tx, of)
			if err != nil {
				return err
			}
			query, args = engine.Among(query, same, args...)
		}
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c, err := scanChannel(rows)
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

// State says how far a notice came on a channel.
type State string

// The states of a delivery.
const (
	Sent      State = "sent"      // an attempt is under way, or was cut off
	Waiting   State = "waiting"   // it failed and is tried again
	Delivered State = "delivered" // the other side took it
	GivenUp   State = "given_up"  // it could not be delivered; it stays in the inbox
)

// Settled tells whether nothing more is tried.
func (s State) Settled() bool { return s == Delivered || s == GivenUp }

// Delivery is how a notice fared on a channel; Seq 0 is the message that asks to confirm the channel.
type Delivery struct {
	notice.Ref
	// Holder is whose channel it is: the notice's subject, or one that was one with it at that time.
	Holder   subject.ID
	Channel  int64
	State    State
	Attempts int
	// At is when the state last changed, Due when it may be tried again.
	At, Due time.Time
	// Said is what the other side answered, or why it failed.
	Said string
}

const deliveryColumns = `subject, holder, channel, seq, state, attempts, at, due, said`

func scanDelivery(rows *sql.Rows) (Delivery, error) {
	var d Delivery
	var at, due int64
	err := rows.Scan(&d.Subject, &d.Holder, &d.Channel, &d.Seq, &d.State, &d.Attempts, &at, &due, &d.Said)
	d.At, d.Due = store.Instant(at), store.Instant(due)
	return d, err
}

// deliveries runs a query; of is the subject whose {same} it asks about, 0 where it asks about none.
func (s *Store) deliveries(ctx context.Context, of subject.ID, query string, args ...any) ([]Delivery, error) {
	var list []Delivery
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		if of != 0 {
			same, err := store.Same(ctx, tx, of)
			if err != nil {
				return err
			}
			query, args = engine.Among(query, same, args...)
		}
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			d, err := scanDelivery(rows)
			if err != nil {
				return err
			}
			list = append(list, d)
		}
		return rows.Err()
	})
	return list, err
}

// Deliveries lists how the notices of the scope's subject, and of the subjects merged into it, fared on all channels.
func (s *Store) Deliveries(ctx context.Context, scope access.Scope) ([]Delivery, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	return s.deliveries(ctx, id, `SELECT `+deliveryColumns+` FROM notice_delivery WHERE subject IN ({same})
		ORDER BY subject, seq, holder, channel`)
}

// On lists how the notices of a lane fared on a channel, in the channel's own those behind the last settled one, and its
// confirmation. It is for those who deliver.
func (s *Store) On(ctx context.Context, c *Channel, l Lane) ([]Delivery, error) {
	last := c.DoneTo
	if l.Of != c.Subject {
		last = 0
	}
	return s.deliveries(ctx, 0, `SELECT `+deliveryColumns+` FROM notice_delivery
		WHERE subject = ? AND holder = ? AND channel = ? AND (seq > ? OR seq = 0) ORDER BY seq`, int64(l.Of), int64(c.Subject), c.Number, last)
}

// Undelivered lists what was given up since the instant, newest first. It names subjects by their pseudonyms and nothing
// that was told.
func (s *Store) Undelivered(ctx context.Context, since time.Time, limit int) ([]Delivery, error) {
	return s.deliveries(ctx, 0, `SELECT `+deliveryColumns+` FROM notice_delivery WHERE state = 'given_up' AND at >= ? ORDER BY at DESC LIMIT ?`, store.Micro(since), limit)
}

// ErrTaken says that another process has the attempt.
var ErrTaken = errors.New("another process is delivering it")

// Claim notes, before anything leaves the house, that an attempt at notices of a subject begins: the same ones together, at
// the instant at. Whoever finds them claimed until then gets ErrTaken; once due has passed an attempt that was cut off is made again.
func (s *Store) Claim(ctx context.Context, c *Channel, of subject.ID, seqs []int64, at, due time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		for _, seq := range seqs {
			done, err := tx.ExecContext(ctx, `INSERT INTO notice_delivery (`+deliveryColumns+`) VALUES (?,?,?,?,'sent',1,?,?,'')
				ON CONFLICT (subject, holder, channel, seq) DO UPDATE SET state = 'sent', attempts = notice_delivery.attempts + 1, at = excluded.at, due = excluded.due
				WHERE notice_delivery.state IN ('sent', 'waiting') AND notice_delivery.due <= excluded.at`,
				int64(of), int64(c.Subject), c.Number, seq, store.Micro(at), store.Micro(due))
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, ErrTaken)
			}
		}
		return nil
	})
}

// Settle notes how an attempt at notices of a subject ended: State, At, Due and Said of d hold for all the notices. doneTo, where it is not 0,
// moves the channel on; digested notes that a digest has gone out.
func (s *Store) Settle(ctx context.Context, c *Channel, of subject.ID, seqs []int64, d Delivery, digested bool) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		for _, seq := range seqs {
			if _, err := tx.ExecContext(ctx, `UPDATE notice_delivery SET state = ?, at = ?, due = ?, said = ?
				WHERE subject = ? AND holder = ? AND channel = ? AND seq = ?`,
				string(d.State), store.Micro(d.At), store.Micro(d.Due), d.Said, int64(of), int64(c.Subject), c.Number, seq); err != nil {
				return err
			}
		}
		if digested {
			if _, err := tx.ExecContext(ctx, `UPDATE notice_channel SET digested_at = ? WHERE subject = ? AND number = ?`,
				store.Micro(d.At), int64(c.Subject), c.Number); err != nil {
				return err
			}
		}
		return advance(ctx, tx, c)
	})
}

// advance moves a channel on past the notices that are settled on it without a gap.
func advance(ctx context.Context, tx *sql.Tx, c *Channel) error {
	return tx.QueryRowContext(ctx, `UPDATE notice_channel SET done_to = coalesce((
			SELECT min(n.seq) - 1 FROM (
				SELECT seq FROM notice WHERE subject = ?1 UNION ALL SELECT told FROM rating_history WHERE subject = ?1) n
			WHERE n.seq > done_to AND NOT EXISTS (
				SELECT 1 FROM notice_delivery d WHERE d.subject = ?1 AND d.holder = ?1 AND d.channel = ?2 AND d.seq = n.seq AND d.state IN ('delivered', 'given_up'))),
			`+store.LastNotice("?1")+`)
		WHERE subject = ?1 AND number = ?2 RETURNING done_to`, int64(c.Subject), c.Number).Scan(&c.DoneTo)
}
