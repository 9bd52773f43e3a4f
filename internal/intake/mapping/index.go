package mapping

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"io"
	"os"

	"probity/internal/fault"
	"probity/internal/intake/format"
)

// index keeps the values of a file's records by their key. The values stand in a temporary file; in memory there is a
// hash and a place for each record, so that the file's size is bounded by the disk and not by the memory.
//
// An entry is: place of an earlier entry with the same hash plus one (8 bytes), key, then for each value wanted the
// number of its values and the values; texts and numbers as uvarint lengths and bytes.
type index struct {
	seed   maphash.Seed
	places map[uint64]int64
	most   int
	file   *os.File
	w      *bufio.Writer
	size   int64
	limit  int64
	buf    []byte
}

func newIndex(opt format.Options) (*index, error) {
	f, err := os.CreateTemp(opt.TempDir, "probity-index-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where that is impossible, close removes it
	return &index{
		seed: maphash.MakeSeed(), places: map[uint64]int64{}, most: opt.Limits.Lookup,
		file: f, w: bufio.NewWriterSize(f, 1<<16), limit: opt.Limits.Spool,
	}, nil
}

func (ix *index) close() error {
	_ = os.Remove(ix.file.Name())
	return ix.file.Close()
}

func (ix *index) flush() error { return ix.w.Flush() }

// put adds a record. Of several records with one key the first counts, as a reader of the file would meet it first.
func (ix *index) put(key []byte, values [][][]byte) error {
	if len(ix.places) >= ix.most {
		return fault.New(fault.Invalid, "mapping.lookup.size", "a lookup has more than %d records", ix.most).
			With("narrow it with where:, or split the file")
	}
	h := maphash.Bytes(ix.seed, key)
	earlier, clash := ix.places[h]
	if clash {
		if err := ix.w.Flush(); err != nil {
			return err
		}
		if _, found, err := ix.get(key, -1); err != nil || found {
			return err
		}
		earlier++ // zero is none
	}
	b := binary.LittleEndian.AppendUint64(ix.buf[:0], uint64(earlier))
	b = appendText(b, key)
	for _, list := range values {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, v := range list {
			b = appendText(b, v)
		}
	}
	ix.buf = b
	if ix.size+int64(len(b)) > ix.limit {
		return fault.New(fault.Invalid, "intake.limit.spool", "a lookup has more than %d bytes", ix.limit).
			With("narrow it with where:, or split the file")
	}
	ix.places[h] = ix.size
	ix.size += int64(len(b))
	_, err := ix.w.Write(b)
	return err
}

func appendText(b, text []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// get finds the values of a record: those of the value wanted, or only whether there is one where wanted is -1.
func (ix *index) get(key []byte, wanted int) (values [][]byte, found bool, err error) {
	place, ok := ix.places[maphash.Bytes(ix.seed, key)]
	for ok {
		r := bufio.NewReaderSize(io.NewSectionReader(ix.file, place, ix.size-place), 512)
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return nil, false, err
		}
		have, err := readText(r)
		if err != nil {
			return nil, false, err
		}
		if string(have) == string(key) {
			values, err := readValues(r, wanted)
			return values, true, err
		}
		next := binary.LittleEndian.Uint64(head[:])
		place, ok = int64(next)-1, next > 0
	}
	return nil, false, nil
}

func readValues(r *bufio.Reader, wanted int) ([][]byte, error) {
	for i := 0; i <= wanted; i++ {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, err
		}
		var list [][]byte
		for range n {
			v, err := readText(r)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		if i == wanted {
			return list, nil
		}
	}
	return nil, nil
}

var errIndex = errors.New("the index is damaged")

func readText(r *bufio.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	if n > 64<<20 {
		return nil, errIndex
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	return b, err
}
