package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"probity/internal/fault"
)

// file is what every reader shares: where the bytes come from and what was found out about them.
type file struct {
	name   string
	opt    Options
	origin *os.File
	raw    *counter
	about  About
	text   *decoder
	blank  atomic.Int64
	// undo frees what was taken, last first.
	undo []func() error
}

func (f *file) Progress() Progress {
	p := Progress{Total: f.opt.Size, Blank: f.blank.Load()}
	if f.raw != nil {
		p.Read = f.raw.n.Load()
	}
	return p
}

func (f *file) About() About {
	a := f.about
	if f.text != nil {
		a.Encoding = f.text.encoding
	}
	return a
}

func (f *file) Close() error { return f.close() }

func (f *file) close() error {
	var errs []error
	for i := len(f.undo) - 1; i >= 0; i-- {
		errs = append(errs, f.undo[i]())
	}
	f.undo = nil
	return errors.Join(errs...)
}

// place puts the file's name in front of a fault; an error of another kind means that we could not read.
func (f *file) place(err error) error {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.At(f.name)
	}
	return fault.New(fault.Unavailable, "intake.read", "reading failed: %v", err).At(f.name).By(err)
}

// placeLine is place with the line or row number.
func (f *file) placeLine(line int, err error) error {
	var e *fault.Error
	if errors.As(f.place(err), &e) {
		e.Where = fmt.Sprintf("%s:%d%s", f.name, line, strings.TrimPrefix(e.Where, f.name))
		return e
	}
	return err
}

// counter counts the bytes that were taken from the stream. It is read by whoever shows the progress.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// prefix is a stream whose beginning can be looked at before it is read.
type prefix struct {
	r    io.Reader
	head []byte
}

// peek gives up to n bytes of the beginning, fewer only at the end of the stream.
func (p *prefix) peek(n int) ([]byte, error) {
	if len(p.head) < n {
		grown := make([]byte, n)
		have := copy(grown, p.head)
		more, err := io.ReadFull(p.r, grown[have:])
		p.head = grown[:have+more]
		// Compared as they are: broken compression carries such an error inside, and is no end of the stream.
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, err
		}
	}
	return p.head[:min(n, len(p.head))], nil
}

func (p *prefix) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.r.Read(b)
}

const peekSize = 4096

// open peels compression off, finds the format and starts its reader.
func (f *file) open(r io.Reader) (Reader, error) {
	f.raw = &counter{r: r}
	f.about.Name = f.name
	in := &prefix{r: f.raw}
	in, err := f.decompress(in)
	if err != nil {
		return nil, err
	}
	head, err := in.peek(peekSize)
	if err != nil {
		return nil, err
	}
	kind, err := f.detect(head)
	if err != nil {
		return nil, err
	}
	f.about.Format = kind
	switch kind {
	case XLSX:
		return openXLSX(f, in)
	case Parquet:
		return openParquet(f, in)
	}
	text, err := f.decode(in)
	if err != nil {
		return nil, err
	}
	switch kind {
	case XML:
		return openXML(f, text)
	case NDJSON:
		return openNDJSON(f, text), nil
	}
	return openCSV(f, text)
}

func blankBytes(b []byte) bool { return len(bytes.TrimSpace(b)) == 0 }
