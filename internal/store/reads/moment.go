package reads

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/agreement/deed"
	"probity/internal/charter"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/store/chain"
)

// moment is what is so when a batch of reads is written.
type moment struct {
	revoked map[string]bool
	// consents are those beneath the reads that do not carry them any longer.
	consents map[consentKey]charter.ReadFacts
	made     map[chain.Use]*counter
	// appointed tells, by credential and role, whether the official still holds it.
	appointed map[string]bool
	// mandated tells which mandates are good still.
	mandated map[string]bool
	// closed are the agreements beneath the reads that open nothing any longer.
	closed map[deed.ID]bool
	// used are the reads that use their consents up.
	used []*access.Line
}

type consentKey struct{ subject, id int64 }

// counter is how many reads there are, those of the batch that stand so far among them.
type counter struct {
	now int64
	// again is the first later day on which the quota is not used up; 0 while nobody needed it.
	again calendar.Day
}

// usageOf is what a line counts under; the subject's own reads count under nothing.
func usageOf(l *access.Line) chain.Use {
	if l.Entry.Reader == "" {
		return chain.Use{}
	}
	return chain.Use{Reader: l.Entry.Reader, Purpose: l.Entry.Purpose, Day: l.Day}
}

func consentOf(l *access.Line) consentKey {
	return consentKey{int64(l.Entry.Subject), int64(l.Permit.Consent())}
}

// facts are what the permit of a line is asked with.
func (m *moment) facts(l *access.Line, made *counter) charter.ReadFacts {
	var f charter.ReadFacts
	if l.Permit.Consent() != 0 {
		f = m.consents[consentOf(l)]
	}
	if t := l.Permit.Terms(); t != nil {
		f.Revoked = m.revoked[t.By.Credential] || t.Counter != nil && m.revoked[t.Counter.With.Credential]
	}
	if t := l.Permit.Terms(); t != nil {
		f.Unmandated = t.By.Mandate != "" && !m.mandated[t.By.Mandate]
	}
	f.Dismissed = len(l.Roles) > 0 && l.Permit.Terms() != nil && !m.appointed[roleKey(l)]
	f.Disagreed = slices.ContainsFunc(l.Permit.Agreements(), func(id deed.ID) bool { return m.closed[id] })
	if made != nil {
		f.Made, f.Limit, f.Again = made.now, l.Limit, made.again
	}
	return f
}

func momentOf(ctx context.Context, tx *sql.Tx, waiting store.Uncounted, lines []*access.Line) (*moment, error) {
	m := &moment{revoked: map[string]bool{}, consents: map[consentKey]charter.ReadFacts{}, made: map[chain.Use]*counter{}, appointed: map[string]bool{}, mandated: map[string]bool{}}
	var keys []consentKey
	var agreed []deed.ID
	for _, l := range lines {
		t := l.Permit.Terms()
		if t == nil {
			continue // it does not stand
		}
		err := m.lookAtCredential(ctx, tx, t.By.Credential)
		if err == nil {
			err = m.lookAtRoles(ctx, tx, l)
		}
		if err == nil {
			err = m.lookAtMandate(ctx, tx, l)
		}
		if err == nil && t.Counter != nil {
			err = m.lookAtCredential(ctx, tx, t.Counter.With.Credential)
		}
		if err != nil {
			return nil, err
		}
		if u := usageOf(l); u.Reader != "" && m.made[u] == nil {
			n, err := counted(ctx, tx, waiting, u)
			if err != nil {
				return nil, err
			}
			m.made[u] = &counter{now: n}
		}
		if l.Permit.Consent() != 0 {
			keys = append(keys, consentOf(l))
		}
		agreed = append(agreed, l.Permit.Agreements()...)
	}
	var err error
	if m.closed, err = agreements.Closed(ctx, tx, agreed); err != nil {
		return nil, err
	}
	for page := range slices.Chunk(keys, 400) {
		if err := m.lookAtConsents(ctx, tx, page); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// lookAtCredential finds whether the credential was revoked, once a batch.
func (m *moment) lookAtCredential(ctx context.Context, tx *sql.Tx, name string) error {
	if _, known := m.revoked[name]; known {
		return nil
	}
	yes, err := revoked(ctx, tx, name)
	m.revoked[name] = yes
	return err
}

// revoked tells whether a credential is good no more: a local one, or that of an agency's system, which is as good as its
// key and as the credential of the official it acts for.
func revoked(ctx context.Context, tx *sql.Tx, name string) (yes bool, err error) {
	if pair, system := strings.CutPrefix(name, access.CredentialPrefix); system {
		id, official, _ := strings.Cut(pair, "/")
		err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM system_key WHERE id = ? AND revoked_at IS NOT NULL)`, id).Scan(&yes)
		if yes || err != nil {
			return yes, err
		}
		name = official
	}
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM credential WHERE name = ? AND revoked_at IS NOT NULL)`, name).Scan(&yes)
	return yes, err
}

func counted(ctx context.Context, tx *sql.Tx, waiting store.Uncounted, u chain.Use) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count FROM read_usage WHERE reader = ? AND purpose = ? AND day = ?`,
		u.Reader, u.Purpose, int64(u.Day)).Scan(&n)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	return n + waiting(u), nil
}

// opensAgain finds, for a line whose quota is used up, the first later day on which it is not: the next one, unless a clock that
// ran ahead and was set back left readings on that one too.
func (c *counter) opensAgain(ctx context.Context, tx *sql.Tx, waiting store.Uncounted, l *access.Line) error {
	if c == nil || l.Limit <= 0 || c.now < l.Limit || c.again != 0 {
		return nil
	}
	for next := usageOf(l); ; {
		next.Day++
		n, err := counted(ctx, tx, waiting, next)
		if err != nil {
			return err
		}
		if n < l.Limit {
			c.again = next.Day
			return nil
		}
	}
}

// lookAtConsents finds which of the consents were withdrawn or used up and which of the files are closed. It names what it asks for, and
// joins with no list: a distributed database has no join for that.
func (m *moment) lookAtConsents(ctx context.Context, tx *sql.Tx, keys []consentKey) error {
	var subjects, ids []int64
	for _, k := range keys {
		m.consents[k] = charter.ReadFacts{}
		subjects, ids = append(subjects, k.subject), append(ids, k.id)
	}
	args := slices.Concat(store.Numbers(subjects), store.Numbers(ids), store.Numbers(subjects))
	rows, err := tx.QueryContext(ctx, `SELECT subject, id, CASE WHEN withdrawn_at IS NOT NULL THEN 1 ELSE 0 END, CASE WHEN used_at IS NOT NULL THEN 1 ELSE 0 END, 0
			FROM consent WHERE subject IN (`+store.Marks(len(keys))+`) AND id IN (`+store.Marks(len(keys))+`)
		UNION ALL SELECT subject, 0, 0, 0, 1 FROM file_freeze WHERE opened_at IS NULL AND subject IN (`+store.Marks(len(keys))+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	closed := map[int64]bool{}
	for rows.Next() {
		var k consentKey
		var f charter.ReadFacts
		var freeze bool
		if err := rows.Scan(&k.subject, &k.id, &f.Withdrawn, &f.Used, &freeze); err != nil {
			return err
		}
		if freeze {
			closed[k.subject] = true
		} else if _, asked := m.consents[k]; asked {
			m.consents[k] = f
		}
	}
	for _, k := range keys {
		f := m.consents[k]
		f.Frozen = closed[k.subject]
		m.consents[k] = f
	}
	return rows.Err()
}

// use notes that the line uses its consent up, for the lines behind it and for the database.
func (m *moment) use(l *access.Line) {
	f := m.consents[consentOf(l)]
	f.Used = true
	m.consents[consentOf(l)] = f
	m.used = append(m.used, l)
}

// useUp marks the consents that the batch has used up.
func (m *moment) useUp(ctx context.Context, tx *sql.Tx) error {
	for _, l := range m.used {
		k := consentOf(l)
		if _, err := tx.ExecContext(ctx, `UPDATE consent SET used_at = ? WHERE subject = ? AND id = ? AND used_at IS NULL`,
			store.Micro(l.Entry.At), k.subject, k.id); err != nil {
			return err
		}
	}
	return nil
}
