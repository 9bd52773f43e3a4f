package format

import (
	"bytes"
	"errors"
	"io"
)

// window is the part of a text stream that is in memory: lines are found in it without being copied.
type window struct {
	r          io.Reader
	buf        []byte
	start, end int
	base       int64 // offset of buf[0] in the text
	err        error
}

const firstWindow = 256 << 10

func newWindow(r io.Reader) window { return window{r: r, buf: make([]byte, firstWindow)} }

// rest is what is read and not yet consumed.
func (w *window) rest() []byte { return w.buf[w.start:w.end] }

// more reads on, and is false at the end of the stream or on an error. What rest gave before stands at the same place
// in the new rest, but in moved memory.
func (w *window) more() bool {
	if w.err != nil {
		return false
	}
	if w.start > 0 {
		copy(w.buf, w.buf[w.start:w.end])
		w.base += int64(w.start)
		w.end -= w.start
		w.start = 0
	}
	if w.end == len(w.buf) {
		w.buf = append(w.buf, make([]byte, len(w.buf))...)
	}
	for range 100 {
		n, err := w.r.Read(w.buf[w.end:])
		w.end += n
		w.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// failed gives the error of the stream other than its end.
func (w *window) failed() error {
	if w.err == nil || errors.Is(w.err, io.EOF) {
		return nil
	}
	return w.err
}

// offset of the first byte of rest.
func (w *window) offset() int64 { return w.base + int64(w.start) }

// line finds the end of the line that starts at rest's byte from: the index of its line break and of the next line.
// ok is false where limit bytes hold no line break.
func (w *window) line(from, limit int) (end, next int, ok bool) {
	at := from
	for {
		if i := bytes.IndexByte(w.buf[w.start+at:w.end], '\n'); i >= 0 {
			return at + i, at + i + 1, true
		}
		at = w.end - w.start
		if at-from > limit {
			return 0, 0, false
		}
		if !w.more() {
			return w.end - w.start, w.end - w.start, true
		}
	}
}

// skipLine drops the rest of the current line, holding only a window of it, and is false at the end of the stream.
func (w *window) skipLine() bool {
	for {
		if i := bytes.IndexByte(w.rest(), '\n'); i >= 0 {
			w.start += i + 1
			return true
		}
		w.start = w.end
		if !w.more() {
			return false
		}
	}
}
