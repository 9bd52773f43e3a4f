package postgres

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"probity/internal/store/engine"
)

// signature begins a binary COPY: its mark, no flags, no further header (PostgreSQL manual, "COPY", binary format).
const signature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// binaryRows writes rows in the format of COPY: whole numbers of eight bytes, texts and bytes as they are.
func binaryRows(rows [][]driver.Value, size int) ([]byte, error) {
	out := append(make([]byte, 0, size+4096), signature...)
	for _, row := range rows {
		out = binary.BigEndian.AppendUint16(out, uint16(len(row)))
		for _, v := range row {
			switch v := v.(type) {
			case nil:
				out = binary.BigEndian.AppendUint32(out, math.MaxUint32) // -1
			case int64:
				out = binary.BigEndian.AppendUint32(out, 8)
				out = binary.BigEndian.AppendUint64(out, uint64(v))
			case string:
				out = append(binary.BigEndian.AppendUint32(out, uint32(len(v))), v...)
			case []byte:
				out = append(binary.BigEndian.AppendUint32(out, uint32(len(v))), v...)
			default:
				return nil, fmt.Errorf("postgres: a value of the kind %T cannot be copied", v)
			}
		}
	}
	return binary.BigEndian.AppendUint16(out, math.MaxUint16), nil
}

// boldness is how many copies of a table are staged after one that found its rows there already.
const boldness = 16

// copy writes rows by COPY, straight into the table: nearly all that comes is new, and asking row by row costs as much again.
// Where some of it is there already, the copy is taken back, and goes into a temporary table of the same columns, from which one
// statement merges it. The role needs the right to make temporary tables, which everybody has unless it was taken away.
func (c *conn) copy(ctx context.Context, what *engine.Copy) error {
	if len(what.Rows) == 0 {
		return nil // it was asked whether this can be done
	}
	stream, err := binaryRows(what.Rows, what.Size)
	if err != nil {
		return fmt.Errorf("%w, into %s", err, what.Table)
	}
	if what.Tail != "" && c.staged[what.Table] > 0 {
		c.staged[what.Table]--
		return c.merge(ctx, what, stream)
	}
	// One message: what is behind the copy is for who succeeded.
	err = c.stream(ctx, `SAVEPOINT copying; `, what.Table, what.Columns, `; RELEASE SAVEPOINT copying`, stream)
	if !there(err) || what.Tail == "" && !shard(err) {
		return err
	}
	if err := c.plain(ctx, `ROLLBACK TO SAVEPOINT copying; RELEASE SAVEPOINT copying`); err != nil {
		return err
	}
	if c.staged == nil {
		c.staged = map[string]int{}
	}
	c.staged[what.Table] = boldness
	return c.merge(ctx, what, stream)
}

// there tells that a copy failed because a unique index knows one of the rows, or may have failed for that.
func there(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == "23505" || shard(err)
}

// shard tells that a worker of a cluster refused a copy: Citus does not hand the worker's code on.
func shard(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == "XX000" && said.Routine == "ReportCopyError"
}

// merge stages rows and merges them. Where rows that are there already are refused, and not merged, it is a conflict.
func (c *conn) merge(ctx context.Context, what *engine.Copy, stream []byte) error {
	columns, staged := strings.Join(what.Columns, ", "), "pg_temp.staged_"+what.Table
	// One message: the second statement is for who stages twice within a transaction.
	err := c.plain(ctx, "CREATE TEMPORARY TABLE IF NOT EXISTS staged_"+what.Table+" ON COMMIT DELETE ROWS AS SELECT "+columns+
		" FROM "+what.Table+" WITH NO DATA; DELETE FROM "+staged)
	if err == nil {
		err = c.stream(ctx, "", staged, what.Columns, "", stream)
	}
	if err != nil {
		return err
	}
	tail := what.Tail
	if tail == "" {
		tail = " ON CONFLICT DO NOTHING"
	}
	words := Words("INSERT INTO " + what.Table + " (" + columns + ") SELECT " + columns + " FROM " + staged + " WHERE true" + tail)
	done, err := c.Conn.Conn().PgConn().Exec(ctx, words).ReadAll()
	if err == nil && what.Tail == "" && (len(done) != 1 || done[0].CommandTag.RowsAffected() != int64(len(what.Rows))) {
		return engine.Contradiction()
	}
	return in(words, err)
}

// stream copies rows into a table, with what is said before and behind that in the same message.
func (c *conn) stream(ctx context.Context, before, table string, columns []string, behind string, rows []byte) error {
	words := before + "COPY " + table + " (" + strings.Join(columns, ", ") + ") FROM STDIN (FORMAT binary)" + behind
	_, err := c.Conn.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(rows), words)
	return in(words, err)
}

// plain runs statements without arguments in one message.
func (c *conn) plain(ctx context.Context, words string) error {
	return in(words, c.Conn.Conn().PgConn().Exec(ctx, words).Close())
}
