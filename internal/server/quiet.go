package server

import (
	"context"
	"log/slog"
)

// quiet passes on that something went wrong on a connection, without the text: net/http puts addresses, and with a panic the
// value, into it.
type quiet struct{ to slog.Handler }

// Enabled is that of the log behind it.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool { return q.to.Enabled(ctx, l) }

// Handle passes a line without its text on.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	return q.to.Handle(ctx, slog.NewRecord(r.Time, r.Level, "a connection ended by a fault of it", 0))
}

// WithAttrs keeps none.
func (q quiet) WithAttrs([]slog.Attr) slog.Handler { return q }

// WithGroup makes none.
func (q quiet) WithGroup(string) slog.Handler { return q }
