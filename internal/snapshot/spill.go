package snapshot

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// A table is filled in the order of its rows and must lie column by column in the end, however many rows there are. Until
// then rows wait on disk in blocks: the number of rows, the sum over them, then each column's bytes.

// errSpoiled is the end of a build that goes on from rows which are not as they were written.
var errSpoiled = errors.New("rows of an unfinished snapshot were lost by the disk")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// spill is one table's rows on disk.
type spill struct {
	path string
	held *rows
	// fresh: some of it may not be on disk yet.
	fresh bool
	// Rows and Bytes are what stands in the file.
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"`
}

func newSpill(dir, name string, columns []column) *spill {
	return &spill{path: filepath.Join(dir, name+".rows"), held: newRows(columns)}
}

// flush writes the rows that are held.
func (s *spill) flush() error {
	if s.held.n == 0 {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := uint32(0)
	for _, part := range s.held.bytes {
		sum = crc32.Update(sum, castagnoli, part)
	}
	block := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(nil, uint64(s.held.n)), sum)
	s.fresh = true
	at := s.Bytes
	for _, part := range append([][]byte{block}, s.held.bytes...) {
		if _, err := f.WriteAt(part, at); err != nil {
			return errors.Join(err, f.Close())
		}
		at += int64(len(part))
	}
	s.Rows += s.held.n
	s.Bytes = at
	s.held.empty()
	return f.Close()
}

// settle has the rows on disk for good. A spill may be written many times between two checkpoints; it need not be there
// before.
func (s *spill) settle() error {
	if !s.fresh {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s.fresh = false
	return errors.Join(f.Sync(), f.Close())
}

// gather puts the rows into one region a column, behind each other in a buffer of size bytes beginning at the offsets.
func (s *spill) gather(buffer []byte, offsets []int64) error {
	f, err := os.Open(s.path)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%s is missing: %w", s.path, errSpoiled)
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // nothing is written through it
	in := bufio.NewReaderSize(io.LimitReader(f, s.Bytes), 1<<20)
	next := append([]int64(nil), offsets...)
	var head [12]byte
	for left := s.Rows; left > 0; {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return s.spoiled(err)
		}
		n, sum := int64(binary.LittleEndian.Uint64(head[:])), uint32(0)
		if n <= 0 || n > left {
			return fmt.Errorf("%s: a block of %d rows where %d are left: %w", s.path, n, left, errSpoiled)
		}
		for i, c := range s.held.columns {
			end := next[i] + n*c.width()
			if _, err := io.ReadFull(in, buffer[next[i]:end]); err != nil {
				return s.spoiled(err)
			}
			sum = crc32.Update(sum, castagnoli, buffer[next[i]:end])
			next[i] = end
		}
		if sum != binary.LittleEndian.Uint32(head[8:]) {
			return fmt.Errorf("%s: a block of %d rows is not as it was written: %w", s.path, n, errSpoiled)
		}
		left -= n
	}
	return nil
}

// spoiled tells rows that are missing from a disk that cannot be read.
func (s *spill) spoiled(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: rows are missing: %w", s.path, errSpoiled)
	}
	return err
}

// remove takes the file away.
func (s *spill) remove() error {
	if err := os.Remove(s.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
