package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
)

// Into is where rows go: a table's columns, and what stands behind the values, for example " ON CONFLICT DO NOTHING".
type Into struct {
	Table   string
	Columns []string
	Tail    string
}

// Copy is the argument by which an engine that takes many rows quicker than by INSERT is given them, in place of a statement;
// without rows it asks whether it does. A value is a whole number, a text, bytes or nil, of the kind its column has. Other
// engines refuse the argument before anything is sent.
type Copy struct {
	Into
	Rows [][]driver.Value
	// Size is about how many bytes they are.
	Size int
}

var errNoCopy = errors.New("engine: rows cannot be copied here")

// Value is refused: only an engine that knows what this is takes it.
func (*Copy) Value() (driver.Value, error) { return nil, errNoCopy }

const (
	// copyFrom is how many rows are worth a copy: fewer go in one statement.
	copyFrom = 64
	// copyBytes is how much is gathered for one copy.
	copyBytes = 4 << 20
)

// ask finds out whether rows can be copied, and if so goes over to it with those that were to go by statements.
func (b *Bulk) ask(ctx context.Context) error {
	b.asked = true
	copied := &Copy{Into: b.into}
	if _, err := b.tx.ExecContext(ctx, "", copied); errors.Is(err, errNoCopy) {
		return nil
	} else if err != nil {
		return err
	}
	b.copied = copied
	for row := range slices.Chunk(b.args, b.columns) {
		if err := b.gather(row); err != nil {
			return err
		}
	}
	b.args = b.args[:0]
	return nil
}

// gather keeps a row to be copied.
func (b *Bulk) gather(values []any) error {
	row := make([]driver.Value, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case int64:
			row[i] = v
		case int:
			row[i] = int64(v)
		case string:
			row[i] = v
			b.size += len(v)
		case []byte:
			if v != nil {
				row[i] = v
			}
			b.size += len(v)
		case bool: // there is no type for truth
			row[i] = int64(0)
			if v {
				row[i] = int64(1)
			}
		default:
			plain, err := driver.DefaultParameterConverter.ConvertValue(v)
			if err != nil {
				return err
			}
			row[i] = plain
		}
	}
	b.size += 16 * len(row)
	b.copied.Rows = append(b.copied.Rows, row)
	return nil
}

// copy hands over what is gathered.
func (b *Bulk) copy(ctx context.Context) error {
	if len(b.copied.Rows) == 0 {
		return nil
	}
	b.copied.Size = b.size
	_, err := b.tx.ExecContext(ctx, "", b.copied)
	clear(b.copied.Rows)
	b.copied.Rows, b.size = b.copied.Rows[:0], 0
	return err
}
