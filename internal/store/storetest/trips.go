package storetest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// Counted is the address of a path's database by way of a gate that counts how often a program asks the server and waits, as
// tests do that hold a way of many rows to few questions. The tests that use it are skipped on the embedded engine.
func Counted(t testing.TB, path string) (address string, trips func() int64) {
	t.Helper()
	Served(t, "there is no way to a server")
	at, err := url.Parse(Address(t, path))
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	network, server := "unix", filepath.Join(query.Get("host"), ".s.PGSQL."+portOf(query))
	if at.Host != "" {
		network, server = "tcp", at.Host
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	var working sync.WaitGroup
	working.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test has ended
			}
			working.Go(func() { pass(client, network, server, &n) })
		}
	})
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		working.Wait()
	})
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	at.Host, at.RawQuery = listener.Addr().String(), query.Encode()
	return at.String(), n.Load
}

func portOf(query url.Values) string {
	if port := query.Get("port"); port != "" {
		return port
	}
	return "5432"
}

// Served skips a test of what only a server does, and says why that is no gap.
func Served(t testing.TB, why string) {
	t.Helper()
	if Engine() != Postgres {
		t.Skip("not of the embedded database: " + why)
	}
}

// pass hands a connection on, and counts in what the client sends the messages that the server has to answer before it goes
// on: Query, Sync and CopyDone (PostgreSQL manual, "Message Formats").
func pass(client net.Conn, network, at string, n *atomic.Int64) {
	server, err := new(net.Dialer).DialContext(context.Background(), network, at)
	if err != nil {
		_ = client.Close()
		return
	}
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	})
	_ = count(server, client, n)
	_ = server.Close()
	both.Wait()
}

func count(to io.Writer, from io.Reader, n *atomic.Int64) error {
	head := make([]byte, 5)
	first := head[1:] // the first message has a length and no letter
	if _, err := io.ReadFull(from, first); err != nil {
		return err
	}
	if err := forward(to, from, first, first); err != nil {
		return err
	}
	for {
		if _, err := io.ReadFull(from, head); err != nil {
			return err
		}
		switch head[0] {
		case 'Q', 'S', 'c':
			n.Add(1)
		}
		if err := forward(to, from, head, head[1:]); err != nil {
			return err
		}
	}
}

func forward(to io.Writer, from io.Reader, head, length []byte) error {
	if _, err := to.Write(head); err != nil {
		return err
	}
	_, err := io.CopyN(to, from, int64(binary.BigEndian.Uint32(length))-4)
	return err
}
