package snapshot

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A table is filled in the order of its rows and must lie column by column in the end, however many rows there are. Until
// then rows wait on disk in blocks: the number of rows, then each column's bytes.

// spill is one table's rows on disk.
type spill struct {
	path string
	held *rows
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
	block := binary.LittleEndian.AppendUint64(nil, uint64(s.held.n))
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

// gather puts the rows into one region a column, behind each other in a buffer of size bytes beginning at the offsets.
func (s *spill) gather(buffer []byte, offsets []int64) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // nothing is written through it
	in := bufio.NewReaderSize(io.LimitReader(f, s.Bytes), 1<<20)
	next := append([]int64(nil), offsets...)
	var head [8]byte
	for left := s.Rows; left > 0; {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return err
		}
		n := int64(binary.LittleEndian.Uint64(head[:]))
		if n <= 0 || n > left {
			return fmt.Errorf("%s: a block of %d rows where %d are left", s.path, n, left)
		}
		for i, c := range s.held.columns {
			end := next[i] + n*c.width()
			if _, err := io.ReadFull(in, buffer[next[i]:end]); err != nil {
				return err
			}
			next[i] = end
		}
		left -= n
	}
	return nil
}

// remove takes the file away.
func (s *spill) remove() error {
	if err := os.Remove(s.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
