package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"probity/internal/access"
	"probity/internal/api"
	front "probity/internal/server"
)

// Decisions over HTTP: so many on each side, over so many connections that each wait for their answer, and the open loop's
// rate and length. The clients share the cores with the server.
const (
	decisionCount    = 30_000
	decisionClients  = 256
	decisionPerS     = 5_000
	decisionSeconds  = 6
	decisionInFlight = 1024
)

// decisionLogged counts what the API decides in a second.
var decisionLogged = Figure{
	Name: "decision.logged_per_s",
	Unit: "decisions/s",
	What: "recorded decisions over HTTP on loopback, 256 connections, clients on the same cores, each entry on disk before its answer",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withDecisions(ctx, run, func(h *decisionHall) (Reading, error) {
			var took []time.Duration
			for round := range 3 {
				one, err := h.ask(ctx, h.real, decisionCount, decisionClients)
				if err != nil {
					return Reading{}, err
				}
				run.Tell("  round %d: %.3f s for %d decisions", round+1, one.Seconds(), decisionCount)
				took = append(took, one)
			}
			return Reading{Value: decisionCount / median(took).Seconds()}, nil
		})
	},
}

// decisionBare holds the decisions against a handler that writes the same entry and answers the same bytes.
var decisionBare = Figure{
	Name: "decision.vs_bare",
	Unit: "s",
	What: "30,000 recorded decisions over HTTP, against a bare net/http handler that answers the same bytes once the same entry is on disk",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withDecisions(ctx, run, func(h *decisionHall) (Reading, error) {
			side := func(url string) Side {
				return func(ctx context.Context, _ int) (time.Duration, error) {
					return h.ask(ctx, url, decisionCount, decisionClients)
				}
			}
			return Ratio(ctx, run, 3, side(h.real), side(h.bare))
		})
	},
}

// decisionLatency is how long the slowest of a hundred waits where 5,000 come each second, whether others were answered or not.
var decisionLatency = Figure{
	Name: "decision.p99_ms",
	Unit: "ms",
	What: "p99 of recorded decisions over HTTP at an open-loop 5,000 a second, from the instant each was due",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return withDecisions(ctx, run, func(h *decisionHall) (Reading, error) {
			if _, err := h.ask(ctx, h.real, 10_000, decisionClients); err != nil { // pages and pools are warm
				return Reading{}, err
			}
			waits, err := h.openLoop(ctx, h.real)
			if err != nil {
				return Reading{}, err
			}
			slices.Sort(waits)
			at := func(permille int) float64 { return float64(waits[len(waits)*permille/1000].Microseconds()) / 1000 }
			run.Tell("  p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, p99.9 %.2f ms of %d", at(500), at(900), at(990), at(999), len(waits))
			return Reading{Value: at(990)}, nil
		})
	},
}

// decisionHall is the hall of readings behind the API, and the bare handler beside it.
type decisionHall struct {
	*readingHall
	real, bare string // addresses
	requests   [][]byte
	now        func() time.Time
}

func withDecisions(ctx context.Context, run Run, f func(*decisionHall) (Reading, error)) (Reading, error) {
	r, err := openReadingHall(ctx, run, filepath.Join(run.Dir, "decisions.db"))
	if err != nil {
		return Reading{}, err
	}
	defer r.close(run)
	h := &decisionHall{readingHall: r, now: run.Now}
	secret, err := r.Wallet.Load("first")
	if err != nil {
		return Reading{}, err
	}
	for _, id := range r.subjects {
		body := fmt.Sprintf(`{"subject":%q,"measure":"asset-freeze"}`, id)
		h.requests = append(h.requests, fmt.Appendf(nil, "POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s\r\nContent-Type: application/json\r\n"+
			"Probity-Purpose: restriction\r\nProbity-Basis: basic-list\r\nProbity-Case: 2026-1\r\nContent-Length: %d\r\n\r\n%s",
			base64.StdEncoding.EncodeToString([]byte("first:"+secret)), len(body), body))
	}
	ctx, stop := context.WithCancel(ctx)
	var servers sync.WaitGroup
	defer servers.Wait()
	defer stop()
	quiet := slog.New(slog.DiscardHandler)
	start := func(h http.Handler) (string, error) {
		told, failed := make(chan string, 1), make(chan error, 1)
		s := front.New(front.Options{Handler: h, Log: quiet, Limits: front.Usual(), Now: run.Now})
		servers.Go(func() { failed <- s.Serve(ctx, "127.0.0.1:0", func(url string) { told <- url }) })
		select {
		case url := <-told:
			return url[len("http://") : len(url)-1], nil
		case err := <-failed:
			return "", err
		}
	}
	if h.real, err = start(api.New(r.Deployment, api.Options{Log: quiet}).Handler()); err != nil {
		return Reading{}, err
	}
	listen := net.ListenConfig{}
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return Reading{}, err
	}
	bare := &http.Server{Handler: h.handler(), ReadHeaderTimeout: time.Minute}
	servers.Go(func() { _ = bare.Serve(l) })
	defer bare.Close() //nolint:errcheck // it only answered
	h.bare = l.Addr().String()
	return f(h)
}

// handler writes the entry of the reading and answers what a decision is answered.
func (h *decisionHall) handler() http.Handler {
	var next atomic.Int64
	same := []byte(`{"decision":"d0s3r0rp00000t","access":"s0s3r0rp000000/3","subject":"s0s3r0rp000000","measure":"asset-freeze","outcome":"clear","reasons":[{"code":"order.none","text":"no order of a court or authority for asset-freeze is in force on this subject on 2026-11-23","zh":"2026年11月23日，没有法院或者主管机关对该主体作出的“冻结资产”命令正在生效"}],"order":"","until":"","official":"npcic/bench","basis":"basic-list","consent":"","invariant":"","listing":"","needs_ruling":false}` + "\n")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		id := h.subjects[int(next.Add(1)*7919)%len(h.subjects)]
		_, err := h.Access.Open(r.Context(), access.Request{
			As: h.as, Subject: id, What: access.Decision, Purpose: "restriction", Basis: "basic-list", Case: "2026-1",
		})
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(same)
	})
}

// ask asks so many questions over so many connections and gives how long it took.
func (h *decisionHall) ask(ctx context.Context, address string, count, clients int) (time.Duration, error) {
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, clients)
	began := h.now()
	for i := range clients {
		all.Go(func() {
			c, err := dial(ctx, address)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close() //nolint:errcheck // every answer was read
			for n := next.Add(1); n <= int64(count) && errs[i] == nil; n = next.Add(1) {
				errs[i] = c.ask(h.requests[int(n*7919)%len(h.requests)])
			}
		})
	}
	all.Wait()
	return h.now().Sub(began), errors.Join(errs...)
}

// openLoop asks at a fixed rate, and gives how long each waited from the instant at which it was due.
func (h *decisionHall) openLoop(ctx context.Context, address string) ([]time.Duration, error) {
	const count = decisionPerS * decisionSeconds
	due, waits := make(chan int, count), make([]time.Duration, count)
	errs := make([]error, decisionInFlight)
	began := h.now()
	var all sync.WaitGroup
	for i := range decisionInFlight {
		all.Go(func() {
			c, err := dial(ctx, address)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close() //nolint:errcheck // every answer was read
			for n := range due {
				if errs[i] == nil {
					errs[i] = c.ask(h.requests[n*7919%len(h.requests)])
				}
				waits[n] = h.now().Sub(began.Add(time.Duration(n) * time.Second / decisionPerS))
			}
		})
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for sent := 0; sent < count; {
		<-tick.C
		for now := int(h.now().Sub(began).Seconds() * decisionPerS); sent < min(now, count); sent++ {
			due <- sent
		}
	}
	close(due)
	all.Wait()
	return waits, errors.Join(errs...)
}

// client is a connection that asks one question after the other; it reads as little of an answer as tells one from the next.
type client struct {
	net.Conn
	in *bufio.Reader
}

func dial(ctx context.Context, address string) (*client, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &client{c, bufio.NewReader(c)}, nil
}

var lengthHeader = []byte("Content-Length: ")

func (c *client) ask(request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	status, err := c.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	ok, length := bytes.HasPrefix(status, []byte("HTTP/1.1 200")), 0
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		if rest, found := bytes.CutPrefix(line, lengthHeader); found {
			if length, err = strconv.Atoi(string(rest)); err != nil {
				return err
			}
		}
	}
	if _, err := c.in.Discard(length); err != nil || ok && length > 0 {
		return err
	}
	return errors.New("a question was not answered")
}
