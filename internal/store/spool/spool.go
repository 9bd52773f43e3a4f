// Package spool keeps what must be on disk before a reader is answered, in a file beside the database, until the database
// takes it in.
//
// Each commit of the database empties the page caches of everybody who reads it, and an entry for each answer would mean a
// commit every few milliseconds. A frame of the spool costs one write and one flush, and nobody's cache. The file is
// no second database: a frame is overwritten as soon as the database holds what is in it, and what a frame says counts
// only as far as it goes on where the database ends.
//
// Whoever writes a frame, and whoever writes to the database what could stand in its way, holds the lock of the file; that is
// short work. Frames may be taken in meanwhile: that changes nothing of where the ledger ends.
package spool

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"probity/internal/fault"
)

// The file is a row of frames: the head, the body, and room that earlier frames or nothing stand in. A frame that ends
// it was not written whole, or is of an earlier row: its sum does not fit, or it does not go on where the one before it
// ends.
const (
	magic    = "prs1"
	sumSize  = 16
	headSize = len(magic) + 4 + 8 + 4 + len(Hash{}) + sumSize
	// maxBody bounds what a head that was never written can have us read.
	maxBody = 64 << 20
	// growth is by how much the file is made longer at a time, so that most flushes need not note a new length.
	growth = 1 << 20
)

// Hash is that of the last entry before a frame.
type Hash [sha256.Size]byte

// Frame is a batch of entries.
type Frame struct {
	// First is the position of the first entry, Count how many there are; Prev is the hash of the entry before them.
	First int64
	Count int
	Prev  Hash
	Body  []byte
}

// Last is the position of the last entry.
func (f *Frame) Last() int64 { return f.First + int64(f.Count) - 1 }

// File is the spool of one database. It is not safe for concurrent use: who uses it holds the lock, which keeps other
// processes out, and keeps the others of its own process out by itself.
type File struct {
	path string
	file *os.File
	at   int64 // where the next frame is read or written
	size int64
	room []byte
}

// Create makes the spool of a new database. It is a Conflict where a file stands in its place.
func Create(database string) (*File, error) {
	s, err := open(database+suffix, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if errors.Is(err, os.ErrExist) {
		return nil, fault.New(fault.Conflict, "spool.exists", "%s exists already: it holds reads of another database that stood here", database+suffix).
			With("move it away, or choose another name for the new database")
	}
	return s, err
}

// Open opens the spool of a database; where there is none an empty one is made.
func Open(database string) (*File, error) { return open(database+suffix, os.O_RDWR|os.O_CREATE) }

// suffix is what the file's name has more than the database's.
const suffix = "-reads"

func open(path string, flag int) (*File, error) {
	s := &File{path: path}
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, s.unavailable(err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() == 0 {
		err = syncFolder(path)
	}
	if err != nil {
		return nil, errors.Join(s.unavailable(err), f.Close())
	}
	s.file, s.size = f, info.Size()
	return s, nil
}

// Path is where the file stands.
func (s *File) Path() string { return s.path }

// Remove closes the spool of a database that could not be made, and takes it away.
func (s *File) Remove() error { return errors.Join(s.file.Close(), os.Remove(s.path)) }

// patience is how long Lock waits for another process, pause for how long at a time.
const (
	patience = 10 * time.Second
	pause    = 2 * time.Millisecond
)

// Lock keeps other processes from the spool until Unlock or the end of this process. Where another one has it for longer
// than ten seconds it is Unavailable.
func (s *File) Lock(ctx context.Context) error {
	for began := time.Now(); ; {
		err := syscall.Flock(int(s.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return s.unavailable(err)
		case time.Since(began) > patience:
			return fault.New(fault.Unavailable, "spool.busy", "another process is using the database").At(s.path).
				With("wait for it, or stop it: SQLite serves one process at a time")
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Unlock lets other processes to the spool.
func (s *File) Unlock() { _ = syscall.Flock(int(s.file.Fd()), syscall.LOCK_UN) } // of a lock that is held it cannot fail

// Rewind has the next frame be the first of the file.
func (s *File) Rewind() { s.at = 0 }

// Next reads the frame that stands next; nil where there is none.
func (s *File) Next() (*Frame, error) {
	var head [headSize]byte
	if _, err := s.file.ReadAt(head[:], s.at); err != nil {
		return nil, s.ended(err)
	}
	size := int(binary.BigEndian.Uint32(head[len(magic):]))
	if string(head[:len(magic)]) != magic || size > maxBody {
		return nil, nil
	}
	f := &Frame{Body: make([]byte, size)}
	rest := head[len(magic)+4:]
	f.First, f.Count = int64(binary.BigEndian.Uint64(rest)), int(binary.BigEndian.Uint32(rest[8:]))
	copy(f.Prev[:], rest[12:])
	if _, err := s.file.ReadAt(f.Body, s.at+int64(headSize)); err != nil {
		return nil, s.ended(err)
	}
	if sum := sumOf(head[:headSize-sumSize], f.Body); string(sum[:]) != string(head[headSize-sumSize:]) {
		return nil, nil
	}
	s.at += int64(headSize + size)
	return f, nil
}

// Follows tells whether a frame that begins behind the position stands next; it looks at the head alone.
func (s *File) Follows(position int64) (bool, error) {
	var head [len(magic) + 4 + 8]byte
	if _, err := s.file.ReadAt(head[:], s.at); err != nil {
		return false, s.ended(err)
	}
	return string(head[:len(magic)]) == magic && int64(binary.BigEndian.Uint64(head[len(magic)+4:])) > position, nil
}

// Write puts a frame where the next one stands and has it on disk when it returns. Where it fails the frame may be there or
// not.
func (s *File) Write(f *Frame) error {
	b := append(s.room[:0], magic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Body))) // at most maxBody
	b = binary.BigEndian.AppendUint64(b, uint64(f.First))
	b = binary.BigEndian.AppendUint32(b, uint32(f.Count)) // each entry is longer than a byte
	b = append(b, f.Prev[:]...)
	sum := sumOf(b, f.Body)
	b = append(append(b, sum[:]...), f.Body...)
	s.room = b
	if err := s.grow(s.at + int64(len(b))); err != nil {
		return err
	}
	if _, err := s.file.WriteAt(b, s.at); err != nil {
		return s.unavailable(err)
	}
	if err := flush(s.file); err != nil {
		return s.unavailable(err)
	}
	s.at += int64(len(b))
	return nil
}

func sumOf(head, body []byte) (sum [sumSize]byte) {
	h := sha256.New()
	h.Write(head)
	h.Write(body)
	copy(sum[:], h.Sum(nil))
	return sum
}

// grow makes the file at least so long, with zeros that are written, so that their room is taken.
func (s *File) grow(size int64) error {
	if size <= s.size {
		return nil
	}
	to := (size + growth - 1) / growth * growth
	if _, err := s.file.WriteAt(make([]byte, to-s.size), s.size); err != nil {
		return s.unavailable(err)
	}
	if err := s.file.Sync(); err != nil {
		return s.unavailable(err)
	}
	s.size = to
	return nil
}

// ended takes the end of the file for the end of the frames.
func (s *File) ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return s.unavailable(err)
}

func (s *File) unavailable(err error) error {
	return fault.New(fault.Unavailable, "spool.unavailable", "%s cannot be read or written", s.path).By(err).
		With("check that its owner may write it, and that the disk is not full; it belongs to the database beside it")
}

// Close ends the use of the file; it may be called again.
func (s *File) Close() error {
	if err := s.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
