package engine

import (
	"context"
	"database/sql"
	"strings"
)

// maxVariables is how many bound values one statement may carry: SQLite's limit is 32,766; a quarter of it is already
// past the point where longer statements gain anything.
const maxVariables = 2048

// Bulk inserts many rows with few statements: rows are gathered until a statement is full. Give rows in the order of
// the table's key; each page of its tree is then written once.
type Bulk struct {
	tx      *sql.Tx
	head    string // "INSERT INTO t (a, b) VALUES "
	tail    string // " ON CONFLICT ..." or ""
	columns int
	perStmt int
	args    []any
	full    *sql.Stmt
	kept    *Statements
	into    Into
	asked   bool // whether rows can be copied is known
	copied  *Copy
	size    int
}

// keptRows is how many rows the longest statement of a Bulk with kept statements takes; the others take half as many each.
const keptRows = 64

// Keep has the Bulk use statements that are compiled once for all transactions; they must be ready, see KeptTexts.
func (b *Bulk) Keep(s *Statements) *Bulk {
	b.kept, b.perStmt = s, keptRows
	return b
}

// KeptTexts are the statements that a Bulk of the table with kept statements uses.
func KeptTexts(table string, columns []string, tail string) []string {
	b := NewBulk(nil, table, columns, tail)
	var texts []string
	for rows := keptRows; rows > 0; rows /= 2 {
		texts = append(texts, b.text(rows))
	}
	return texts
}

// NewBulk makes a Bulk of a table; tail goes behind the values, for example " ON CONFLICT DO NOTHING".
func NewBulk(tx *sql.Tx, table string, columns []string, tail string) *Bulk {
	b := &Bulk{
		tx: tx, columns: len(columns), tail: tail, into: Into{table, columns, tail},
		head: "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ",
	}
	b.perStmt = max(1, maxVariables/len(columns))
	b.args = make([]any, 0, b.perStmt*b.columns)
	return b
}

func (b *Bulk) text(rows int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", b.columns), ",") + ")"
	return b.head + strings.TrimSuffix(strings.Repeat(one+",", rows), ",") + b.tail
}

// Add appends one row; values are in the order of the columns.
func (b *Bulk) Add(ctx context.Context, values ...any) error {
	if b.copied != nil {
		if err := b.gather(values); err != nil || b.size < copyBytes {
			return err
		}
		return b.copy(ctx)
	}
	b.args = append(b.args, values...)
	if !b.asked && b.kept == nil && len(b.args) >= copyFrom*b.columns {
		if err := b.ask(ctx); err != nil || b.copied != nil {
			return err
		}
	}
	if len(b.args) < b.perStmt*b.columns {
		return nil
	}
	if b.kept != nil {
		return b.end(ctx)
	}
	if b.full == nil {
		var err error
		if b.full, err = b.tx.PrepareContext(ctx, b.text(b.perStmt)); err != nil {
			return err
		}
	}
	_, err := b.full.ExecContext(ctx, b.args...)
	b.args = b.args[:0]
	return err
}

// restRows is how many rows at a time what is left at the end is written. Compiling a statement takes as long as running it,
// and one of just the right length is used once: small transactions would compile more than they write.
const restRows = 16

// End writes what is left and releases the statement.
func (b *Bulk) End(ctx context.Context) error {
	if b.kept != nil {
		return b.end(ctx)
	}
	if b.copied != nil {
		return b.copy(ctx)
	}
	if err := b.rest(ctx); err != nil {
		return err
	}
	if b.full != nil {
		return b.full.Close()
	}
	return nil
}

func (b *Bulk) rest(ctx context.Context) error {
	args, some := b.args, restRows*b.columns
	b.args = b.args[:0]
	if len(args) >= 2*some {
		one, err := b.tx.PrepareContext(ctx, b.text(restRows))
		if err != nil {
			return err
		}
		defer one.Close()
		for ; len(args) >= some; args = args[some:] {
			if _, err := one.ExecContext(ctx, args[:some]...); err != nil {
				return err
			}
		}
	}
	if len(args) == 0 {
		return nil
	}
	_, err := b.tx.ExecContext(ctx, b.text(len(args)/b.columns), args...)
	return err
}

// end writes what is gathered by kept statements: the longest that fit.
func (b *Bulk) end(ctx context.Context) error {
	args := b.args
	for rows := keptRows; rows > 0; rows /= 2 {
		for len(args) >= rows*b.columns {
			one, err := b.kept.Of(ctx, b.text(rows))
			if err != nil {
				return err
			}
			if _, err := b.tx.StmtContext(ctx, one).ExecContext(ctx, args[:rows*b.columns]...); err != nil { //nolint:sqlclosecheck // kept compiled until its owner closes
				return err
			}
			args = args[rows*b.columns:]
		}
	}
	b.args = b.args[:0]
	return nil
}

// Numbers are ids as arguments of a query.
func Numbers[T ~int64](ids []T) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = int64(id)
	}
	return args
}

// Marks is "?,?,?" for n values. For none it is NULL, which IN finds nothing in: not every engine knows an empty list.
func Marks(n int) string {
	if n == 0 {
		return "NULL"
	}
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}

// Pairs is a list of n pairs of whole numbers as a table to join with: behind WITH asked (a, b) AS.
func Pairs(n int) string {
	return "(VALUES " + strings.TrimSuffix(strings.Repeat("(CAST(? AS INTEGER), CAST(? AS INTEGER)),", n), ",") + ")"
}
