package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/storetest"
)

// cutter stands between a store and its server, and cuts a connection where it is told to.
type cutter struct {
	net.Listener
	server string
	// at is what cuts: nothing, a commit before it reaches the server, its answer, or any commit from now on for good.
	at atomic.Int32
}

const (
	never int32 = iota
	beforeCommit
	afterCommit
	forGood
)

// between makes a database on the server, and gives its address by way of the cutter.
func between(t *testing.T) (*cutter, string) {
	t.Helper()
	direct, err := url.Parse(storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")))
	if err != nil {
		t.Fatal(err)
	}
	query := direct.Query()
	server, err := url.Parse(storetest.ServerAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	c := &cutter{server: filepath.Join(server.Query().Get("host"), ".s.PGSQL.5432")}
	listens := net.ListenConfig{}
	if c.Listener, err = listens.Listen(t.Context(), "unix", filepath.Join(folder, ".s.PGSQL.5432")); err != nil {
		t.Skipf("a path of a socket is too long here: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go c.serve(t.Context())
	query.Set("host", folder)
	direct.RawQuery = query.Encode()
	return c, direct.String()
}

func (c *cutter) serve(ctx context.Context) {
	for {
		client, err := c.Accept()
		if err != nil {
			return
		}
		if c.at.Load() == forGood {
			_ = client.Close()
			continue
		}
		dialer := net.Dialer{}
		server, err := dialer.DialContext(ctx, "unix", c.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		go c.pass(client, server)
	}
}

// pass forwards what the client says, and looks for the word in it.
func (c *cutter) pass(client, server net.Conn) {
	var cut atomic.Bool // the answer that comes next is lost
	go func() {
		defer client.Close()
		defer server.Close()
		buffer := make([]byte, 1<<16)
		for {
			n, err := server.Read(buffer)
			if err != nil || cut.Load() {
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	defer client.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			_ = server.Close()
			return
		}
		if bytes.Contains(buffer[:n], []byte("commit")) {
			switch c.at.Load() {
			case beforeCommit:
				c.at.Store(never)
				_ = server.Close()
				return
			case afterCommit:
				c.at.Store(never)
				cut.Store(true)
			case forGood:
				_ = server.Close()
				return
			}
		}
		if _, err := io.Copy(server, bytes.NewReader(buffer[:n])); err != nil {
			return
		}
	}
}

func onServer(t *testing.T) {
	t.Helper()
	if storetest.Engine() != storetest.Postgres {
		t.Skip("only of a server: an embedded database is never on the other end of a connection")
	}
}

func addKey(ctx context.Context, key string) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, '')`, key)
		return err
	}
}

// TestLostCommits: whoever loses the connection in the moment of the commit learns what became of it from the database: it is
// done where it was done, and can be done again where it was not.
func TestLostCommits(t *testing.T) {
	t.Parallel()
	onServer(t)
	c, address := between(t)
	s, err := store.Create(t.Context(), address, store.Demo, store.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, name := range []string{"k1", "k2", "k3"} { // again and again, as the pool has several connections
		c.at.Store(afterCommit)
		if err := s.Write(t.Context(), addKey(t.Context(), name)); err != nil {
			t.Errorf("act %d was stored and is said to have failed: %v", i, err)
		}
		c.at.Store(beforeCommit)
		err := s.Write(t.Context(), addKey(t.Context(), name+" not"))
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != "store.lost" || f.Cure == "" || !strings.Contains(f.Error(), "nothing of this step was stored") {
			t.Errorf("act %d was not stored, and is said to be %v", i, err)
		}
	}
	if got := asked[string](t, s, `SELECT key FROM meta WHERE key LIKE 'k%' ORDER BY key`); strings.Join(got, ",") != "k1,k2,k3" {
		t.Errorf("stored are %q", got)
	}
}

// TestServersAreWaitedFor: a connection that is ended between two acts is nobody's error, and one that is ended within an act
// says that nothing was stored.
func TestServersAreWaitedFor(t *testing.T) {
	t.Parallel()
	onServer(t)
	s := fresh(t)
	raw, err := storetest.Raw(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	end := func() {
		if _, err := raw.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"k1", "k2", "k3", "k4"} {
		if err := s.Write(t.Context(), addKey(t.Context(), name)); err != nil {
			t.Fatal(err)
		}
		end()
		if _, err := s.Submissions(t.Context(), 1); err != nil {
			t.Errorf("a reading after connections were ended: %v", err)
		}
	}
	err = s.Write(t.Context(), func(tx *sql.Tx) error {
		end()
		return addKey(t.Context(), "k5")(tx)
	})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "nothing of this step was stored") {
		t.Errorf("an act whose connection was ended: %v", err)
	}
	if got := asked[string](t, s, `SELECT key FROM meta WHERE key LIKE 'k%' ORDER BY key`); len(got) != 4 {
		t.Errorf("stored are %q", got)
	}
}

// TestLostTurns: a turn whose session was ended is no turn any more, and nothing is written under it.
func TestLostTurns(t *testing.T) {
	t.Parallel()
	onServer(t)
	s := fresh(t)
	raw, err := storetest.Raw(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	back, err := s.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), addKey(t.Context(), "k1")); err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(t.Context(), `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND l.objid = 2 AND d.datname = current_database()`); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	for i := 0; ; i++ { // the end of the session is noticed a moment later
		err := s.Write(ctx, func(*sql.Tx) error { return nil })
		var f *fault.Error
		if errors.As(err, &f) && f.Key == "store.turn" && f.Cure != "" {
			break
		}
		if err != nil {
			t.Fatalf("writing under a turn that was lost: %v", err)
		}
	}
	back()
	if err := s.Write(t.Context(), addKey(t.Context(), "k2")); err != nil {
		t.Errorf("after the turn was given back: %v", err)
	}
	again, err := s.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again()
}
