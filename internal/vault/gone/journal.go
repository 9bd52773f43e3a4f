package gone

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"probity/internal/disk"
	"probity/internal/fault"
	"probity/internal/subject"
)

// A journal is a header (magic, and the fingerprint of the keys it stands beside) and batches. A batch is its length, its
// sequence, its instant, its marks, and the first half of the SHA-256 over the sum before it and all of that: a batch
// that was changed, taken out or put in between shows.
const (
	magic       = "probity gone 1\n\x00"
	headerSize  = len(magic) + FingerprintSize
	batchHead   = 4 + 8 + 8
	markSize    = 1 + 8 + 8
	sumSize     = 16
	maxBatch    = 1 << 30
	perBatchMax = 1 << 20
)

// FingerprintSize is the length of a fingerprint of keys.
const FingerprintSize = 16

// Fingerprint tells one set of keys from another without giving anything of them away.
type Fingerprint [FingerprintSize]byte

// Journal is an open journal. It is safe for concurrent use; several processes may have one open, as long as each calls
// Append inside a write transaction of the one database that it belongs to, which keeps the others out.
type Journal struct {
	path string
	of   Fingerprint

	mu   sync.Mutex
	file *os.File
	end  int64 // where the next batch goes
	head int64 // the sequence of the last batch
	sum  [sumSize]byte
}

// Create makes a new journal for the keys. It is a Conflict where the file exists.
func Create(path string, of Fingerprint) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fault.New(fault.Conflict, "gone.exists", "the journal %s exists already", path).
			With("choose another database, or open the one that belongs to this journal")
	}
	if err != nil {
		return nil, unavailable(path, err)
	}
	_, err = f.Write(append([]byte(magic), of[:]...))
	if err == nil {
		err = errors.Join(f.Sync(), disk.Settle(path))
	}
	if err != nil {
		return nil, errors.Join(unavailable(path, err), f.Close(), os.Remove(path))
	}
	return &Journal{path: path, of: of, file: f, end: int64(headerSize)}, nil
}

// Open opens a journal and reads it through. One of other keys is refused, and so is one that was changed. A batch at the
// end that was not written whole belongs to an act that was never acknowledged, and counts for nothing.
func Open(path string, of Fingerprint) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "gone.missing", "there is no journal %s", path).
			With("put the journal that belongs to the keys back beside them; without it, what was erased could come back")
	}
	if err != nil {
		return nil, unavailable(path, err)
	}
	j := &Journal{path: path, of: of, file: f, end: int64(headerSize)}
	var head [headerSize]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:len(magic)]) != magic {
		return nil, errors.Join(fault.New(fault.Invalid, "gone.foreign", "%s is no journal of this program", path), f.Close())
	}
	if !bytes.Equal(head[len(magic):], of[:]) {
		return nil, errors.Join(fault.New(fault.Conflict, "gone.keys", "the journal %s belongs to other keys", path).
			With("put the journal beside the keys that it was made with"), f.Close())
	}
	if err := j.catchUp(nil); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

// Path is where the journal stands.
func (j *Journal) Path() string { return j.path }

// Head is the sequence of the last batch, 0 in an empty journal, with what other processes have added.
func (j *Journal) Head() (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.catchUp(nil)
	return j.head, err
}

// Append writes a batch and has it on disk when it returns. It gives the batch's sequence.
func (j *Journal) Append(at time.Time, marks []Mark) (int64, error) {
	if len(marks) == 0 {
		return 0, fault.New(fault.Internal, "gone.empty", "a batch without marks was to be written")
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.catchUp(nil); err != nil {
		return 0, err
	}
	for len(marks) > 0 {
		n := min(len(marks), perBatchMax)
		if err := j.write(at, marks[:n]); err != nil {
			return 0, err
		}
		marks = marks[n:]
	}
	return j.head, nil
}

// write puts a batch at the end, over what a killed process may have left there.
func (j *Journal) write(at time.Time, marks []Mark) error {
	b := make([]byte, 0, batchHead+len(marks)*markSize+sumSize)
	b = binary.BigEndian.AppendUint32(b, uint32(len(marks))) // at most perBatchMax
	b = binary.BigEndian.AppendUint64(b, uint64(j.head+1))
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMicro()))
	for _, m := range marks {
		b = append(b, byte(m.Kind))
		b = binary.BigEndian.AppendUint64(b, uint64(m.Subject))
		b = binary.BigEndian.AppendUint64(b, uint64(m.Matter))
	}
	sum := j.next(b)
	b = append(b, sum[:]...)
	if err := j.file.Truncate(j.end); err != nil {
		return unavailable(j.path, err)
	}
	_, err := j.file.WriteAt(b, j.end)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return unavailable(j.path, err)
	}
	j.head, j.sum, j.end = j.head+1, sum, j.end+int64(len(b))
	return nil
}

func (j *Journal) next(batch []byte) (sum [sumSize]byte) {
	h := sha256.New()
	h.Write(j.of[:])
	h.Write(j.sum[:])
	h.Write(batch)
	copy(sum[:], h.Sum(nil))
	return sum
}

// Since gives the batches behind a sequence, oldest first.
func (j *Journal) Since(seq int64, yield func(Batch) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	again := Journal{path: j.path, of: j.of, file: j.file, end: int64(headerSize)}
	return again.catchUp(func(b Batch) error {
		if b.Seq <= seq {
			return nil
		}
		return yield(b)
	})
}

// catchUp reads the batches from the end that is known on; the caller holds the lock.
func (j *Journal) catchUp(yield func(Batch) error) error {
	info, err := j.file.Stat()
	if err != nil {
		return unavailable(j.path, err)
	}
	size := info.Size()
	if size < j.end {
		return damaged(j.path, j.head+1, "it is shorter than it was")
	}
	for j.end < size {
		b, n, err := j.read(size)
		if err != nil || n == 0 {
			return err
		}
		j.end += n
		if yield != nil {
			if err := yield(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// read reads one batch; n is 0 where it was not written whole.
func (j *Journal) read(size int64) (b Batch, n int64, err error) {
	left := size - j.end
	if left < batchHead {
		return b, 0, nil
	}
	var head [batchHead]byte
	if _, err := j.file.ReadAt(head[:], j.end); err != nil {
		return b, 0, unavailable(j.path, err)
	}
	count := int64(binary.BigEndian.Uint32(head[:]))
	n = batchHead + count*markSize + sumSize
	if count == 0 || n > maxBatch || n > left {
		return b, 0, j.torn(left, n)
	}
	all := make([]byte, n)
	if _, err := j.file.ReadAt(all, j.end); err != nil {
		return b, 0, unavailable(j.path, err)
	}
	body := all[:n-sumSize]
	sum := j.next(body)
	b.Seq = int64(binary.BigEndian.Uint64(body[4:]))
	if !bytes.Equal(sum[:], all[n-sumSize:]) || b.Seq != j.head+1 {
		return b, 0, j.torn(left, n)
	}
	b.At = time.UnixMicro(int64(binary.BigEndian.Uint64(body[12:]))).UTC()
	for p := body[batchHead:]; len(p) > 0; p = p[markSize:] {
		m := Mark{Kind(p[0]), subject.ID(binary.BigEndian.Uint64(p[1:])), int64(binary.BigEndian.Uint64(p[9:]))}
		if !m.Kind.Known() {
			return b, 0, fault.New(fault.Invalid, "gone.kind", "batch %d of the journal %s has a mark of the kind %d, which this program does not know", b.Seq, j.path, p[0]).
				With("use the version of the program that wrote it")
		}
		b.Marks = append(b.Marks, m)
	}
	j.head, j.sum = b.Seq, sum
	return b, n, nil
}

// torn tells a batch that was being written when the machine stopped, which is the last and reaches to the end of the file
// or beyond, or of which nothing but zeros was written, from one that was changed.
func (j *Journal) torn(left, n int64) error {
	if n >= left {
		return nil
	}
	rest := bufio.NewReader(io.NewSectionReader(j.file, j.end, left))
	for {
		b, err := rest.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unavailable(j.path, err)
		}
		if b != 0 {
			break
		}
	}
	return damaged(j.path, j.head+1, "its sum does not fit")
}

// Close ends the use of the file.
func (j *Journal) Close() error { return j.file.Close() }

func damaged(path string, seq int64, why string) error {
	return fault.New(fault.Conflict, "gone.damaged", "the journal %s is damaged at batch %d: %s", path, seq, why).
		With("put a whole copy of it back; it tells what must not come back after a restore")
}

func unavailable(path string, err error) error {
	return fault.New(fault.Unavailable, "gone.unavailable", "the journal %s cannot be read or written", path).By(err).
		With("check that it stands beside the keys, that its owner may write it, and that the disk is not full")
}
