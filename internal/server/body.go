package server

import (
	"io"
	"net/http"
	"time"
)

// stall gives up a connection that makes no progress: each call of the function it gives grants the patience anew. Call end
// when the body has been read, or the answer written. Connections are timed by timers, not by the clock that the program is
// given, which in a test may stand still.
func stall(giveUp func(), patience time.Duration) (progress func(), end func()) {
	timer := time.AfterFunc(patience, giveUp)
	return func() { timer.Reset(patience) }, func() { timer.Stop() }
}

// past is an instant that any deadline set to has passed.
var past = time.Unix(1, 0)

// stopReading has every read of the request's body fail from now on, stopWriting every write of its answer.
func stopReading(w http.ResponseWriter) func() {
	control := http.NewResponseController(w)
	return func() { _ = control.SetReadDeadline(past) } // a test's recorder has no connection
}

func stopWriting(w http.ResponseWriter) func() {
	control := http.NewResponseController(w)
	return func() { _ = control.SetWriteDeadline(past) }
}

// steady is a body whose every read has its own time: a large file may take hours, and a client that sends nothing does not
// hold a connection for longer than the patience.
type steady struct {
	io.ReadCloser
	giveUp        func()
	patience      time.Duration
	progress, end func()
}

// Read begins to wait with the first read, and goes on waiting with each.
func (s *steady) Read(b []byte) (int, error) {
	if s.progress == nil {
		s.progress, s.end = stall(s.giveUp, s.patience)
	}
	n, err := s.ReadCloser.Read(b)
	if err != nil {
		s.end()
	} else {
		s.progress()
	}
	return n, err
}

// stop ends the waiting, whether the body was read to its end or not.
func (s *steady) stop() {
	if s.end != nil {
		s.end()
	}
}

// taken is an answer whose every write has its own time: a long answer may take hours, and a client that takes nothing holds
// neither a connection nor what is read for it for longer than the patience. What a handler does between two writes is not timed.
type taken struct {
	http.ResponseWriter
	giveUp   func()
	patience time.Duration
}

// atOnce is how much of an answer has to be taken within the patience.
const atOnce = 64 << 10

// Write writes piece by piece, and waits for each.
func (t *taken) Write(b []byte) (n int, err error) {
	progress, end := stall(t.giveUp, t.patience)
	defer end()
	for {
		piece := b[n:min(len(b), n+atOnce)]
		wrote, err := t.ResponseWriter.Write(piece)
		if n += wrote; err != nil || n == len(b) {
			return n, err
		}
		progress()
	}
}

// FlushError flushes, and waits as long.
func (t *taken) FlushError() error {
	_, end := stall(t.giveUp, t.patience)
	defer end()
	return http.NewResponseController(t.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (t *taken) Unwrap() http.ResponseWriter { return t.ResponseWriter }
