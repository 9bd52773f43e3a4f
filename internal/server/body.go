package server

import (
	"io"
	"net/http"
	"time"
)

// Stall gives up a connection that makes no progress: each call of the function it gives grants the patience anew. Call end
// when the body has been read, or the answer written. Connections are timed by timers, not by the clock that the program is
// given, which in a test may stand still.
func Stall(giveUp func(), patience time.Duration) (progress func(), end func()) {
	timer := time.AfterFunc(patience, giveUp)
	return func() { timer.Reset(patience) }, func() { timer.Stop() }
}

// past is an instant that any deadline set to has passed.
var past = time.Unix(1, 0)

// StopReading has every read of the request's body fail from now on, StopWriting every write of its answer.
func StopReading(w http.ResponseWriter) func() {
	control := http.NewResponseController(w)
	return func() { _ = control.SetReadDeadline(past) } // a test's recorder has no connection
}

// StopWriting has every write of the answer fail from now on.
func StopWriting(w http.ResponseWriter) func() {
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
		s.progress, s.end = Stall(s.giveUp, s.patience)
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
