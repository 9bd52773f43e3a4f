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
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"time"

	"probity/internal/disk"
	"probity/internal/fault"
)

// The file is the number of the row, drawn at random, and the row: frame behind frame, then room that frames of earlier rows
// stand in, or nothing. A new row is begun where the database holds all that the row before it told. What ends a row was not
// written whole, or is of an earlier one: its sum does not fit, or it does not go on where the frame before it ends.
const (
	magic    = "prs1"
	sumSize  = 16
	rowSize  = len(Row{})
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
// processes out, and keeps the others of its own process out by itself. A database without a spool has a nil one, which
// can be locked, removed and closed.
type File struct {
	path string
	file *os.File
	// queue is locked by who waits for the lock of the file, so that nobody takes it twice before another had it once.
	queue *os.File
	row   Row
	at    int64 // where the next frame is read or written
	size  int64
	room  []byte
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

// queueSuffix is what the name of the empty file has more that is locked by who waits.
const queueSuffix = "-queue"

func open(path string, flag int) (*File, error) {
	s := &File{path: path, at: int64(rowSize)}
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, s.unavailable(err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() == 0 {
		err = disk.Settle(path)
	}
	if err != nil {
		return nil, errors.Join(s.unavailable(err), f.Close())
	}
	if s.queue, err = os.OpenFile(path+queueSuffix, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, errors.Join(s.unavailable(err), f.Close())
	}
	s.file, s.size = f, info.Size()
	return s, nil
}

// Path is where the file stands.
func (s *File) Path() string { return s.path }

// Remove closes the spool of a database that could not be made, and takes it away.
func (s *File) Remove() error {
	if s == nil {
		return nil
	}
	return errors.Join(s.file.Close(), s.queue.Close(), os.Remove(s.path), os.Remove(s.path+queueSuffix))
}

// patience is how long Lock waits for another process, pause for how long at a time.
const (
	patience = 10 * time.Second
	pause    = 2 * time.Millisecond
)

// Lock keeps other processes from the spool until Unlock or the end of this process. Where another one has it for longer
// than ten seconds it is Unavailable. Processes get it in turn: however short the time between two of its own works, nobody
// has it again before who waited had it.
func (s *File) Lock(ctx context.Context) error {
	if s == nil {
		return nil
	}
	patient := time.After(patience)
	if err := s.lock(ctx, s.queue, patient); err != nil {
		return err
	}
	err := s.lock(ctx, s.file, patient)
	return errors.Join(err, disk.Unlock(s.queue))
}

// lock waits for the lock of one of the files.
func (s *File) lock(ctx context.Context, file *os.File, patient <-chan time.Time) error {
	for {
		err := disk.TryLock(file)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, disk.ErrHeld):
			return s.unavailable(err)
		}
		select {
		case <-time.After(pause):
		case <-patient:
			return fault.New(fault.Unavailable, "spool.busy", "another process is using the database").At(s.path).
				With("wait for it, or stop it: SQLite serves one process at a time")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Unlock lets other processes to the spool.
func (s *File) Unlock() {
	if s != nil {
		_ = disk.Unlock(s.file) // of a lock that is held it cannot fail
	}
}

// Row is the number of a row; zero where there is none.
type Row [16]byte

// Rewind goes to the beginning of the row that the file holds.
func (s *File) Rewind() error {
	row, err := s.now()
	s.row, s.at = row, int64(rowSize)
	return err
}

// Same tells whether the file still holds the row that was last rewound to or begun.
func (s *File) Same() (bool, error) {
	row, err := s.now()
	return row == s.row, err
}

func (s *File) now() (row Row, err error) {
	_, err = s.file.ReadAt(row[:], 0)
	if errors.Is(err, io.EOF) {
		return Row{}, nil
	}
	if err != nil {
		err = s.unavailable(err)
	}
	return row, err
}

// Begin has the next frame be the first of a new row.
func (s *File) Begin() {
	_, _ = rand.Read(s.row[:]) // it never fails
	s.at = int64(rowSize)
}

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
	if sum := s.sum(head[:headSize-sumSize], f.Body); string(sum[:]) != string(head[headSize-sumSize:]) {
		return nil, nil
	}
	s.at += int64(headSize + size)
	return f, nil
}

// More tells whether a frame that begins behind the position stands next; it looks at the head alone.
func (s *File) More(position int64) (bool, error) {
	var head [len(magic) + 4 + 8]byte
	if _, err := s.file.ReadAt(head[:], s.at); err != nil {
		return false, s.ended(err)
	}
	return string(head[:len(magic)]) == magic && int64(binary.BigEndian.Uint64(head[len(magic)+4:])) > position, nil
}

// Write puts a frame where the next one stands and has it on disk when it returns. Where it fails the frame may be there or
// not.
func (s *File) Write(f *Frame) error {
	b := append(s.room[:0], s.row[:]...)
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Body))) // at most maxBody
	b = binary.BigEndian.AppendUint64(b, uint64(f.First))
	b = binary.BigEndian.AppendUint32(b, uint32(f.Count)) // each entry is longer than a byte
	b = append(b, f.Prev[:]...)
	sum := s.sum(b[rowSize:], f.Body)
	b = append(append(b, sum[:]...), f.Body...)
	s.room = b
	from, to := s.at, s.at+int64(len(b)-rowSize)
	if err := s.grow(to); err != nil {
		return err
	}
	if from == int64(rowSize) {
		from = 0 // with the number of its row
	} else {
		b = b[rowSize:]
	}
	if _, err := s.file.WriteAt(b, from); err != nil {
		return s.unavailable(err)
	}
	if err := flush(s.file); err != nil {
		return s.unavailable(err)
	}
	s.at = to
	return nil
}

// sum is over the number of the row too, so that no frame of an earlier row passes for one of this.
func (s *File) sum(head, body []byte) (sum [sumSize]byte) {
	h := sha256.New()
	h.Write(s.row[:])
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
	info, err := s.file.Stat() // another process may have made it longer
	if err != nil {
		return s.unavailable(err)
	}
	if s.size = info.Size(); size <= s.size {
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

// Empty takes away all frames, of which the database holds every one.
func (s *File) Empty() error {
	s.row, s.at, s.size = Row{}, int64(rowSize), 0
	if err := s.file.Truncate(0); err != nil {
		return s.unavailable(err)
	}
	return nil
}

// Close ends the use of the file; it may be called again.
func (s *File) Close() error {
	if s == nil {
		return nil
	}
	if err := errors.Join(s.file.Close(), s.queue.Close()); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
