package postgres

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"probity/internal/store/engine"
)

// signature begins a binary COPY: its mark, no flags, no further header (PostgreSQL manual, "COPY", binary format).
const signature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// binaryRows writes rows in the format of COPY: whole numbers of eight bytes, texts and bytes as they are.
func binaryRows(rows [][]driver.Value) ([]byte, error) {
	out := append(make([]byte, 0, 64*len(rows)), signature...)
	for _, row := range rows {
		out = binary.BigEndian.AppendUint16(out, uint16(len(row))) //nolint:gosec // a table has at most 1,600 columns
		for _, v := range row {
			switch v := v.(type) {
			case nil:
				out = binary.BigEndian.AppendUint32(out, math.MaxUint32) // -1
			case int64:
				out = binary.BigEndian.AppendUint32(out, 8)
				out = binary.BigEndian.AppendUint64(out, uint64(v)) //nolint:gosec // two's complement
			case string:
				out = append(binary.BigEndian.AppendUint32(out, uint32(len(v))), v...) //nolint:gosec // the server takes at most a gigabyte
			case []byte:
				out = append(binary.BigEndian.AppendUint32(out, uint32(len(v))), v...) //nolint:gosec // the same
			default:
				return nil, fmt.Errorf("postgres: a value of the kind %T cannot be copied", v)
			}
		}
	}
	return binary.BigEndian.AppendUint16(out, math.MaxUint16), nil
}

// copy writes rows by COPY, straight into the table; where they may be there already, into a temporary table of the same
// columns, from which one statement merges them. The role needs the right to make temporary tables, which everybody has
// unless it was taken away.
func (c *conn) copy(ctx context.Context, what *engine.Copy) error {
	if len(what.Rows) == 0 {
		return nil // it was asked whether this can be done
	}
	stream, err := binaryRows(what.Rows)
	if err != nil {
		return fmt.Errorf("%w, into %s", err, what.Table)
	}
	server, columns, table := c.Conn.Conn().PgConn(), strings.Join(what.Columns, ", "), what.Table
	if what.Tail != "" {
		table = "pg_temp.staged_" + what.Table
		// One message: the second statement is for who stages twice within a transaction.
		stage := "CREATE TEMPORARY TABLE IF NOT EXISTS staged_" + what.Table + " ON COMMIT DELETE ROWS AS SELECT " + columns +
			" FROM " + what.Table + " WITH NO DATA; DELETE FROM " + table
		if err := server.Exec(ctx, stage).Close(); err != nil {
			return in(stage, err)
		}
	}
	copies := "COPY " + table + " (" + columns + ") FROM STDIN (FORMAT binary)"
	if _, err := server.CopyFrom(ctx, bytes.NewReader(stream), copies); err != nil || what.Tail == "" {
		return in(copies, err)
	}
	merge := Words("INSERT INTO " + what.Table + " (" + columns + ") SELECT " + columns + " FROM " + table + " WHERE true" + what.Tail)
	return in(merge, server.Exec(ctx, merge).Close())
}
