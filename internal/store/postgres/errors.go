package postgres

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"probity/internal/fault"
	"probity/internal/store/engine"
)

// Translate goes by the server's codes (PostgreSQL manual, appendix A), and by the kind of what went wrong on the way to it.
func (d *Dialect) Translate(err error) error {
	if meant, ok := engine.Meant(err); ok {
		return meant
	}
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return d.said(said.Code).By(err)
	}
	if lost(err) {
		return fault.New(fault.Unavailable, "store.lost", "the connection to %s was lost or could not be made; nothing of this step was stored", d.address.Shown).By(err).
			With("see that the server runs and can be reached, then run it again")
	}
	return engine.Unmeant().By(err)
}

// Passing tells of a connection that was lost or not to be had, a server that starts or ends, and whom the server had step back
// for somebody else.
func (*Dialect) Passing(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return ending(said.Code) || strings.HasPrefix(said.Code, "40") || said.Code == "53300" || said.Code == "55P03"
	}
	return lost(err)
}

// ending tells whether a code says that the connection is over, not that the server refused what was asked.
func ending(code string) bool {
	switch code {
	case "57P01", "57P02", "57P03", "57P05": // shut down by an administrator, crashed, not yet up, idle for too long
		return true
	}
	return strings.HasPrefix(code, "08")
}

func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, net.ErrClosed) || pgconn.Timeout(err)
}

// codes are the server's codes that mean something of their own, and the classes, their first two letters, that do.
var codes = map[string]func(shown string) *fault.Error{
	"23": against, "P0001": against, // the latter is what our own triggers raise
	"40": busy, "55P03": busy,
	"53100": func(string) *fault.Error {
		return fault.New(fault.Unavailable, "store.full", "the server's disk is full; nothing of this step was stored").
			With("free some space there and run it again")
	},
	"53": func(at string) *fault.Error {
		return fault.New(fault.Unavailable, "store.resources", "the server %s has no connection or no memory left for us", at).
			With("raise max_connections or see who else uses it; run it again")
	},
	"57": down,
	"08": func(at string) *fault.Error { // the server says it of another one
		return fault.New(fault.Unavailable, "store.worker", "a worker of the cluster %s cannot be reached, and with it the subjects that stand there", at).
			With("see that all its workers run (SELECT * FROM citus_check_cluster_node_health()); run it again then")
	},
	"58": func(at string) *fault.Error {
		return fault.New(fault.Unavailable, "store.io", "the disk of %s failed while reading or writing the database; nothing of this step was stored", at).
			With("look into the server's log and at its disk, then run it again")
	},
	"XX001": damaged, "XX002": damaged,
	"25006": func(at string) *fault.Error {
		return fault.New(fault.Unavailable, "store.readonly", "%s cannot be written: it is a standby, or was set to read only", at).
			With("name the primary server; target_session_attrs=read-write finds it among several hosts")
	},
	"42501": func(at string) *fault.Error {
		return fault.New(fault.Unavailable, "store.readonly", "the role that connects to %s may not do that", at).
			With("let it own the schema " + Schema + ", or grant it what it needs")
	},
	"28": func(at string) *fault.Error {
		return fault.New(fault.Unavailable, "store.role", "%s does not let this role in", at).
			With("check the user, its password (PGPASSFILE or PGPASSWORD) and the server's pg_hba.conf")
	},
	"3D000": func(at string) *fault.Error {
		return fault.New(fault.NotFound, "store.database", "there is no database %s", at).
			With("make it first: createdb; then probity init")
	},
	"22021": text, "22P05": text,
}

func against(string) *fault.Error { return engine.Contradiction() }

func busy(string) *fault.Error {
	return fault.New(fault.Unavailable, "store.busy", "others are writing the same").With("run it again")
}

func down(at string) *fault.Error {
	return fault.New(fault.Unavailable, "store.lost", "the server %s is going down, starting, or ended the connection; nothing of this step was stored", at).
		With("run it again when it is up")
}

func damaged(at string) *fault.Error {
	return fault.New(fault.Unavailable, "store.damaged", "the database %s is damaged", at).With("restore it from a backup")
}

func text(string) *fault.Error {
	return fault.New(fault.Invalid, "store.text", "a text holds a character that the database cannot keep, such as NUL").
		With("take it out and send it again")
}

func (d *Dialect) said(code string) *fault.Error {
	for _, c := range []string{code, code[:min(2, len(code))]} {
		if make, ok := codes[c]; ok {
			return make(d.address.Shown)
		}
	}
	return engine.Unmeant()
}
