// Package carry takes a whole database from one engine to another: every row of every table, and proof that what arrived is
// what there was. A move to a server, a backup of a server's database and its return are made of it.
package carry

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"probity/internal/fault"
	"probity/internal/store/engine"
)

// Table says what was carried of a table.
type Table struct {
	Name string `json:"table"`
	Rows int64  `json:"rows"`
	// Digest is the same for the same rows in whatever order, on every engine.
	Digest string `json:"digest"`
}

// Progress is called with a table and the rows of it that were carried so far.
type Progress func(table string, rows int64)

// Over makes the database at to, and carries into it all that is in the one at from, as it is at one moment, while others go
// on reading it. Everything comes in one transaction, which is committed once every table was read back and has the digest
// that it had: where it fails or is killed, there is no database at to; of an embedded one that was killed, its file stays. What stands beside a database, keys and log, is not the engine's and stays.
func Over(ctx context.Context, from, to engine.Dialect, progress Progress) (tables []Table, err error) {
	if err := from.Find(ctx); err != nil {
		return nil, err
	}
	source, err := from.Connect(engine.Reading)
	if err != nil {
		return nil, from.Translate(err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	birth, err := engine.Born(ctx, from, source)
	if err != nil {
		return nil, err
	}
	if err := to.Make(ctx); err != nil {
		return nil, err
	}
	tables, err = fill(ctx, from, to, source, birth, progress)
	if err != nil && to.Alone() { // on a server nothing was kept, not even the schema
		err = errors.Join(err, to.Remove())
	}
	return tables, err
}

func fill(ctx context.Context, from, to engine.Dialect, source *sql.DB, birth string, progress Progress) (tables []Table, err error) {
	target, err := to.Connect(engine.Writing)
	if err != nil {
		return nil, to.Translate(err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	moment, err := source.BeginTx(ctx, from.Moment())
	if err != nil {
		return nil, from.Translate(err)
	}
	defer moment.Rollback() //nolint:errcheck // nothing is written there
	plan, err := tablesOf(ctx, from, moment)
	if err != nil {
		return nil, from.Translate(err)
	}
	err = engine.InStep(ctx, to, target, func(tx *sql.Tx) error {
		if err := engine.MigrateIn(ctx, to, tx, birth); err != nil {
			return err
		}
		c := carrier{from: from, to: to, source: moment, target: tx, progress: progress}
		tables, err = c.all(ctx, plan)
		return err
	})
	return tables, err
}

// carrier is at work within a transaction of either side.
type carrier struct {
	from, to       engine.Dialect
	source, target *sql.Tx
	progress       Progress
}

func (c *carrier) all(ctx context.Context, plan []shape) ([]Table, error) {
	if err := c.empty(ctx, plan); err != nil {
		return nil, err
	}
	var done []Table
	for _, s := range plan {
		there, err := c.one(ctx, s)
		if err != nil {
			return nil, err
		}
		arrived, err := tally(ctx, c.target, s)
		if err != nil {
			return nil, err
		}
		if there != arrived {
			return nil, fault.New(fault.Internal, "carry.differs", "the table %s has %d rows with digest %s, and %d with digest %s arrived",
				s.name, there.Rows, there.Digest, arrived.Rows, arrived.Digest).With("nothing was kept of it; report this")
		}
		done = append(done, there)
	}
	return done, c.to.Renumber(ctx, c.target)
}

// empty takes away what the migrations themselves put into tables, those first that refer to others.
func (c *carrier) empty(ctx context.Context, plan []shape) error {
	for _, s := range slices.Backward(plan) {
		if _, err := c.target.ExecContext(ctx, `DELETE FROM `+s.name+s.where); err != nil {
			return err
		}
	}
	return nil
}

// one carries a table and says what went.
func (c *carrier) one(ctx context.Context, s shape) (Table, error) {
	sum := newSum(s)
	into := engine.NewBulk(c.target, s.name, s.columns, "")
	for row, err := range engine.Each(ctx, c.source, s.query(), s.scan) {
		if err != nil {
			return Table{}, c.from.Translate(err)
		}
		sum.add(row)
		if err := into.Add(ctx, row...); err != nil {
			return Table{}, c.refused(s, err)
		}
		if c.progress != nil && sum.rows%1024 == 0 {
			c.progress(s.name, sum.rows)
		}
	}
	if err := into.End(ctx); err != nil {
		return Table{}, c.refused(s, err)
	}
	if c.progress != nil {
		c.progress(s.name, sum.rows)
	}
	return sum.table(), nil
}

// refused says in which table there is what the other side does not take.
func (c *carrier) refused(s shape, err error) error {
	meant := c.to.Translate(err)
	if fault.Is(meant, fault.Unavailable) || ctxEnded(err) {
		return meant
	}
	return fault.New(fault.CodeOf(meant), "carry.refused", "%s does not take a row of the table %s", c.to.Shown(), s.name).By(meant).
		With("nothing was kept of it; a text with a NUL character in it is one such thing")
}

func ctxEnded(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// tally reads a table back.
func tally(ctx context.Context, tx *sql.Tx, s shape) (Table, error) {
	sum := newSum(s)
	for row, err := range engine.Each(ctx, tx, s.query(), s.scan) {
		if err != nil {
			return Table{}, err
		}
		sum.add(row)
	}
	return sum.table(), nil
}

// shape is a table's name and columns.
type shape struct {
	name    string
	columns []string
	bytes   []bool // which hold bytes, not text
	where   string // leaves out what each engine keeps for itself
}

func (s *shape) query() string {
	return `SELECT ` + strings.Join(s.columns, ", ") + ` FROM ` + s.name + s.where
}

// scan reads a row's values: nil, int64, float64, string or []byte.
func (s *shape) scan(rows *sql.Rows) ([]any, error) {
	values := make([]any, len(s.columns))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	for i, v := range values {
		switch v := v.(type) {
		case string:
			if s.bytes[i] { // the embedded engine lets a column keep what is put into it
				values[i] = []byte(v)
			}
		case []byte:
			switch {
			case !s.bytes[i]:
				values[i] = string(v)
			case v == nil: // no bytes, which is not nothing
				values[i] = []byte{}
			}
		}
	}
	return values, nil
}

// own leave out, of tables, what each engine keeps for itself.
var own = map[string]string{
	"meta":     ` WHERE key <> '` + engine.VersionKey + `'`,
	"last_act": ` WHERE number < 0`,
}

// tablesOf reads the tables of a database from its engine, in the order in which they were made: who refers to another table
// comes behind it.
func tablesOf(ctx context.Context, d engine.Dialect, tx *sql.Tx) ([]shape, error) {
	columns, err := engine.Parts(ctx, d, tx)
	if err != nil {
		return nil, err
	}
	var plan []shape
	for _, c := range columns {
		if len(plan) == 0 || plan[len(plan)-1].name != c.Table {
			plan = append(plan, shape{name: c.Table})
			plan[len(plan)-1].where = own[c.Table]
		}
		s := &plan[len(plan)-1]
		s.columns, s.bytes = append(s.columns, c.Column), append(s.bytes, c.Bytes)
	}
	return plan, nil
}

// Digests counts and digests every table of a database as it is at one moment.
func Digests(ctx context.Context, d engine.Dialect) (tables []Table, err error) {
	db, err := d.Connect(engine.Reading)
	if err != nil {
		return nil, d.Translate(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, d.Moment())
	if err != nil {
		return nil, d.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing is written there
	plan, err := tablesOf(ctx, d, tx)
	if err != nil {
		return nil, d.Translate(err)
	}
	for _, s := range plan {
		t, err := tally(ctx, tx, s)
		if err != nil {
			return nil, d.Translate(err)
		}
		tables = append(tables, t)
	}
	slices.SortFunc(tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return tables, nil
}

func (s *sum) table() Table {
	return Table{Name: s.name, Rows: s.rows, Digest: hex.EncodeToString(s.total[:])}
}
