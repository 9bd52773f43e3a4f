package snapshot

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"probity/internal/disk"
)

// alignment is what each column's bytes are padded to, as the Arrow format recommends.
const alignment = 64

func padded(n int64) int64 { return (n + alignment - 1) / alignment * alignment }

func schemaOf(columns []column) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.name, Type: c.form}
	}
	return arrow.NewSchema(fields, nil)
}

// assemble makes the Arrow file NAME.arrow of a spill, in one record batch, so that each column is one slice when it is
// mapped. The columns are put together in a mapped file of their own, not on the heap.
func (s *spill) assemble(dir, name string) (f File, err error) {
	columns := s.held.columns
	offsets, size := make([]int64, len(columns)), int64(0)
	for i, c := range columns {
		offsets[i] = size
		size += padded(s.Rows * c.width())
	}
	scratch := filepath.Join(dir, name+".columns")
	buffer, free, err := mapScratch(scratch, size)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, free()) }()
	if err := s.gather(buffer, offsets); err != nil {
		return f, err
	}
	arrays := make([]arrow.Array, len(columns))
	for i, c := range columns {
		region := memory.NewBufferBytes(buffer[offsets[i] : offsets[i]+padded(s.Rows*c.width())])
		data := array.NewData(c.form, int(s.Rows), []*memory.Buffer{nil, region}, nil, 0, 0)
		arrays[i] = array.MakeFromData(data)
	}
	schema := schemaOf(columns)
	f = File{Name: name + ".arrow", Rows: s.Rows}
	f.SHA256, f.Bytes, err = writeArrow(filepath.Join(dir, f.Name), schema, array.NewRecordBatch(schema, arrays, s.Rows))
	return f, err
}

func writeArrow(path string, schema *arrow.Schema, batch arrow.RecordBatch) (sum string, n int64, err error) {
	out, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", 0, err
	}
	digest := sha256.New()
	buffered := bufio.NewWriterSize(io.MultiWriter(out, digest), 1<<20)
	w, err := ipc.NewFileWriter(buffered, ipc.WithSchema(schema))
	if err == nil {
		err = w.Write(batch)
		err = errors.Join(err, w.Close())
	}
	err = errors.Join(err, buffered.Flush(), out.Sync())
	if info, e := out.Stat(); e == nil {
		n = info.Size()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(digest.Sum(nil)), n, errors.Join(os.Rename(path+".new", path), disk.Settle(path))
}

func hash(path string) (sum string, n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close() //nolint:errcheck // nothing is written through it
	digest := sha256.New()
	n, err = io.Copy(digest, f)
	return hex.EncodeToString(digest.Sum(nil)), n, err
}

// mapped is an open file of the snapshot: the bytes of each column as they lie in memory.
type mapped struct {
	rows    int
	columns [][]byte
	free    func() error
}

// open maps a file. One that is not as the manifest says is refused by its name, and is never read past its end.
func (f *File) open(dir string, columns []column) (m *mapped, err error) {
	path := filepath.Join(dir, f.Name)
	if f.Name != filepath.Base(f.Name) {
		return nil, damaged(path, "the manifest names a file outside the snapshot")
	}
	data, free, err := mapRead(path)
	if err != nil {
		return nil, damaged(path, "the file cannot be read: %v", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, free())
		}
	}()
	if int64(len(data)) != f.Bytes {
		return nil, damaged(path, "the file has %d bytes instead of %d", len(data), f.Bytes)
	}
	r, err := ipc.NewMappedFileReader(data)
	if err != nil {
		return nil, damaged(path, "it is no Arrow file: %v", err)
	}
	if r.NumRecords() != 1 || !r.Schema().Equal(schemaOf(columns)) {
		return nil, damaged(path, "it does not have the columns of the manifest")
	}
	batch, err := r.RecordBatchAt(0)
	if err != nil {
		return nil, damaged(path, "its records cannot be read: %v", err)
	}
	if batch.NumRows() != f.Rows {
		return nil, damaged(path, "it has %d records instead of %d", batch.NumRows(), f.Rows)
	}
	m = &mapped{rows: int(f.Rows), free: free}
	for i, c := range columns {
		data := batch.Column(i).Data()
		if data.NullN() != 0 || data.Offset() != 0 || data.Buffers()[1] == nil || int64(data.Buffers()[1].Len()) < f.Rows*c.width() {
			return nil, damaged(path, "its column %s is short", c.name)
		}
		m.columns = append(m.columns, data.Buffers()[1].Bytes()[:f.Rows*c.width()])
	}
	return m, nil
}

// as is a column as values of its own form, where it lies.
func as[T arrow.FixedWidthType](m *mapped, column int) []T {
	if m == nil || m.rows == 0 {
		return nil
	}
	return arrow.GetData[T](m.columns[column])
}
