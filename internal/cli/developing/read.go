// Package developing holds the commands that make a scorecard of labelled rows, rate the rows of a plain table by it, and
// carry it to other programs and back. They read and write files and know nothing of the database: nobody in the register
// is rated here.
package developing

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"probity/develop/arff"
	"probity/develop/table"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/intake/format"
)

// source is a table and how it is read.
type source struct {
	File      string `arg:"" name:"file" help:"The rows: CSV, Parquet, ARFF, NDJSON or XLSX, gzipped or not; - is the standard input."`
	Delimiter string `placeholder:"C" help:"What parts the values of a text: a character, tab or space. Otherwise it is found from the first lines."`
}

// read reads the whole table.
func (f source) read(s *console.Session) (t *table.Table, err error) {
	in := s.Process.In
	size := int64(0)
	if f.File != "-" {
		file, err := os.Open(f.File)
		if err != nil {
			return nil, console.Unreadable(f.File, err)
		}
		defer file.Close() //nolint:errcheck // read only
		if about, err := file.Stat(); err == nil {
			size = about.Size()
		}
		in = file
	}
	if isARFF(f.File) {
		return f.readARFF(s, in)
	}
	delimiter, err := f.delimiter()
	if err != nil {
		return nil, err
	}
	r, err := format.Open(in, f.File, format.Options{Delimiter: delimiter})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	bar := s.Progress("reading "+f.File, "bytes", size)
	defer bar.Done()
	var b *table.Builder
	var row format.Row
	for n := 0; ; n++ {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p := row.Problem; p != nil {
			return nil, console.Misuse("%s, line %d: %s", f.File, row.Line, p.Text).With(console.Either(p.Cure, "mend the line"))
		}
		if b == nil {
			if b, err = begin(f.File, r.Header().Names); err != nil {
				return nil, err
			}
		}
		if n%4096 == 0 {
			if err := s.Ctx.Err(); err != nil {
				return nil, err
			}
			bar.At(r.Progress().Read, 0)
		}
		if err := b.Add(row.Line, row.Values); err != nil {
			return nil, misuse(f.File, err)
		}
	}
	if blank := r.Progress().Blank; blank > 0 { // who puts scores beside rows by counting must know
		s.Note("%s of %s held no value at all: nothing is made of that; to tell rows apart name a column of theirs (--id)", console.Count(blank, "row"), f.File)
	}
	return f.done(b)
}

func begin(file string, names []string) (*table.Builder, error) {
	trimmed := make([]string, len(names))
	for i, n := range names {
		trimmed[i] = strings.TrimSpace(n)
	}
	b, err := table.NewBuilder(trimmed)
	return b, misuse(file, err)
}

func (f source) done(b *table.Builder) (*table.Table, error) {
	if b == nil || b.Rows() == 0 {
		return nil, console.Misuse("%s has no rows", f.File).With("give a file with a line of column names and at least one row")
	}
	return b.Table(), nil
}

func (f source) delimiter() (byte, error) {
	switch f.Delimiter {
	case "":
		return 0, nil
	case "tab":
		return '\t', nil
	case "space":
		return ' ', nil
	}
	if len(f.Delimiter) != 1 {
		return 0, console.Misuse("--delimiter: %q is no single character", f.Delimiter).With("give a character, tab or space")
	}
	return f.Delimiter[0], nil
}

func isARFF(name string) bool {
	return filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) == ".arff"
}

func (f source) readARFF(s *console.Session, in io.Reader) (*table.Table, error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	in = buffered
	if magic, err := buffered.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, console.Unreadable(f.File, err)
		}
		in = z
	}
	r, err := arff.NewReader(in)
	if err != nil {
		return nil, misuse(f.File, err)
	}
	b, err := begin(f.File, r.Names())
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		values, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return f.done(b)
		case err != nil:
			return nil, misuse(f.File, err)
		}
		if n%4096 == 0 {
			if err := s.Ctx.Err(); err != nil {
				return nil, err
			}
		}
		if err := b.Add(r.Line(), values); err != nil {
			return nil, misuse(f.File, err)
		}
	}
}

// misuse is what is wrong with a file, with its cure.
func misuse(file string, err error) error {
	var bad *table.Error
	var header *arff.Error
	switch {
	case errors.As(err, &bad):
		return console.Misuse("%s, %s", file, bad.Text).With(bad.Cure)
	case errors.As(err, &header):
		return console.Misuse("%s, %v", file, header).With(header.Cure)
	case err != nil:
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// written says where a file could not be written.
func written(name string, err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, "develop.write", "cannot write %s: %v", name, err).By(err).With("choose a folder that is there and may be written to")
}
