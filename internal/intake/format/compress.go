package format

import (
	"bytes"

	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"probity/internal/fault"
)

// maxWindow bounds the memory a zstd frame may ask for; it is what the reference tool grants without being told.
const maxWindow = 128 << 20

// decompress peels gzip or zstd off by their magic bytes. One layer only: a compressed file inside another is no
// accident that anybody has by honest means.
func (f *file) decompress(in *prefix) (*prefix, error) {
	head, err := in.peek(6)
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, brokenCompression("gzip", err)
		}
		f.undo = append(f.undo, z.Close)
		f.about.Compression = "gzip"
		return &prefix{r: &inflated{file: f, r: z}}, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		// One goroutine: the machine's other cores have rows to check.
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, brokenCompression("zstd", err)
		}
		f.undo = append(f.undo, func() error { z.Close(); return nil })
		f.about.Compression = "zstd"
		return &prefix{r: &inflated{file: f, r: z}}, nil
	}
	return in, nil
}

func brokenCompression(method string, err error) *fault.Error {
	return fault.New(fault.Invalid, "intake.compression", "the %s compression is broken: %v", method, err).
		With("compress the file again, or send it uncompressed").By(err)
}

// inflated counts what comes out of compression and holds it against the limits.
type inflated struct {
	file *file
	r    io.Reader
	n    int64
}

func (z *inflated) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	z.n += int64(n)
	l := &z.file.opt.Limits
	if z.n > l.Decompressed {
		return 0, limitFault("decompressed", "split the file", "more than %d bytes came out of compression", l.Decompressed)
	}
	if z.n > l.RatioFrom && z.n/l.Ratio > z.file.raw.n.Load() {
		return 0, limitFault("ratio", "send the file uncompressed if it is what it should be",
			"%d bytes came out of %d: more than %d for one", z.n, z.file.raw.n.Load(), l.Ratio)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		var known *fault.Error
		if !errors.As(err, &known) {
			err = brokenCompression(z.file.about.Compression, fmt.Errorf("after %d bytes: %w", z.n, err))
		}
	}
	return n, err
}
