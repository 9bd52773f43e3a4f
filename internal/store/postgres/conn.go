package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"

	"probity/internal/store/engine"
)

// connector makes connections that understand statements as they are written for every engine.
type connector struct {
	driver.Connector
	words *words
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := made.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(errors.New("postgres: the driver gave a connection of another kind"), made.Close())
	}
	return &conn{Conn: inner, words: c.words}, nil
}

// verbatim is the argument by which a statement in PostgreSQL's own words is given, in place of one for every engine.
type verbatim string

// conn is a connection to the server. Three things are other than the server would have them, and as the embedded engine
// has them: statements may be asked while the rows of another are still being read, there is no type for truth, and
// arguments have the types of columns, not of the program.
type conn struct {
	*stdlib.Conn
	words *words
	open  *rows // whose rows are still coming
	// staged is by table how many more copies go by way of a temporary table, see copy.
	staged map[string]int
}

// still has what is still coming on the connection read to its end, so that it is free for the next statement.
func (c *conn) still() {
	if c.open != nil {
		c.open.keepRest()
	}
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.still()
	words := c.words.of(query)
	made, err := c.Conn.PrepareContext(ctx, words.Text)
	if err != nil {
		return nil, in(query, err)
	}
	inner, ok := made.(*stdlib.Stmt)
	if !ok {
		return nil, errors.Join(errors.New("postgres: the driver gave a statement of another kind"), made.Close())
	}
	return &stmt{Stmt: inner, conn: c, words: words}, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.still()
	if len(args) == 1 {
		switch what := args[0].Value.(type) {
		case *engine.Copy:
			return driver.RowsAffected(len(what.Rows)), c.copy(ctx, what)
		case verbatim:
			return driver.ResultNoRows, c.plain(ctx, string(what))
		}
	}
	words := c.words.of(query)
	args, err := words.given(args)
	if err != nil {
		return nil, err
	}
	done, err := c.Conn.ExecContext(ctx, words.Text, args)
	return done, in(query, err)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.still()
	words := c.words.of(query)
	args, err := words.given(args)
	if err != nil {
		return nil, err
	}
	found, err := c.Conn.QueryContext(ctx, words.Text, args)
	return c.reading(found, in(query, err))
}

// in adds to an error of ours the statement, which holds no values.
func in(query string, err error) error {
	if err == nil || lost(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w, in %s", err, strings.Join(strings.Fields(query), " "))
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// CheckNamedValue gives arguments the few types that columns have: whole numbers, text, bytes. Truth is 0 or 1.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	switch v.Value.(type) {
	case *engine.Copy, verbatim:
		return nil
	}
	value, err := driver.DefaultParameterConverter.ConvertValue(v.Value)
	if err != nil {
		return err
	}
	v.Value = plain(value)
	return nil
}

func plain(v driver.Value) driver.Value {
	switch truth, is := v.(bool); {
	case !is:
		return v
	case truth:
		return int64(1)
	default:
		return int64(0)
	}
}

// stmt is a prepared statement of a connection.
type stmt struct {
	*stdlib.Stmt
	conn  *conn
	words Statement
}

// NumInput is not known: what is given may be more than what is asked for.
func (*stmt) NumInput() int { return -1 }

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.conn.still()
	args, err := s.words.given(args)
	if err != nil {
		return nil, err
	}
	return s.Stmt.ExecContext(ctx, args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.conn.still()
	args, err := s.words.given(args)
	if err != nil {
		return nil, err
	}
	found, err := s.Stmt.QueryContext(ctx, args)
	return s.conn.reading(found, err)
}

func (s *stmt) Close() error {
	s.conn.still()
	return s.Stmt.Close()
}

// rows are the answer to a query: still coming, or kept.
type rows struct {
	conn    *conn
	inner   driver.Rows
	columns []string
	kept    [][]driver.Value
	err     error // with which they end, once they are kept
	whole   bool
}

func (c *conn) reading(found driver.Rows, err error) (driver.Rows, error) {
	if err != nil {
		return nil, err
	}
	r := &rows{conn: c, inner: found, columns: found.Columns()}
	c.open = r
	return r, nil
}

func (r *rows) Columns() []string { return r.columns }

func (r *rows) Next(into []driver.Value) error {
	if !r.whole {
		return r.take(into)
	}
	if len(r.kept) == 0 {
		return r.err
	}
	copy(into, r.kept[0])
	r.kept = r.kept[1:]
	return nil
}

func (r *rows) take(into []driver.Value) error {
	err := r.inner.Next(into)
	if err != nil {
		r.free()
		return err
	}
	for i, v := range into {
		into[i] = plain(v)
	}
	return nil
}

// keepRest reads the rest into memory: those who ask another statement in the midst of an answer read short ones.
func (r *rows) keepRest() {
	for r.err == nil {
		row := make([]driver.Value, len(r.columns))
		if r.err = r.take(row); r.err == nil {
			r.kept = append(r.kept, row)
		}
	}
	r.whole = true
	if err := r.inner.Close(); err != nil && errors.Is(r.err, io.EOF) {
		r.err = err
	}
}

func (r *rows) free() {
	if r.conn.open == r {
		r.conn.open = nil
	}
}

func (r *rows) Close() error {
	r.free()
	if r.whole {
		return nil
	}
	return r.inner.Close()
}
