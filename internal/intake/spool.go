package intake

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/subject"
)

// A file in its own order touches the table of versions, which is ordered by subject, all over: nearly every row would
// dirty a page of its own, once for every run. Where a file is longer than one run, sorted runs are therefore set aside
// in a temporary file and merged at the end, so that the table is written once from front to back. The temporary file
// has no name and dies with the process; it is used for organisations only, whose rows hold nothing that must not stand
// in the clear.
type spool struct {
	file *os.File
	runs []spooled
	end  int64
}

// spooled is where a run stands in the file.
type spooled struct{ from, to int64 }

// newSpool makes the temporary file.
func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "probity-intake-*")
	if err != nil {
		return nil, fault.New(fault.Unavailable, "intake.spool", "cannot make a temporary file: %v", err).By(err).
			With("see that the folder for temporary files exists, may be written and has room, or name another in TMPDIR")
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &spool{file: f}, nil
}

func (s *spool) close() error { return s.file.Close() }

// add sets a run aside: drafts in the order of mergeOrder.
func (s *spool) add(drafts []*record.Draft) error {
	w := bufio.NewWriterSize(io.NewOffsetWriter(s.file, s.end), 1<<18)
	from := s.end
	var buf []byte
	for _, d := range drafts {
		buf = appendDraft(append(buf[:0], 0, 0, 0, 0), d)
		binary.LittleEndian.PutUint32(buf, uint32(len(buf)-4)) // a row is bounded by the limits of its format
		if _, err := w.Write(buf); err != nil {
			return spoolFault(err)
		}
		s.end += int64(len(buf))
	}
	if err := w.Flush(); err != nil {
		return spoolFault(err)
	}
	s.runs = append(s.runs, spooled{from, s.end})
	return nil
}

func spoolFault(err error) error {
	return fault.New(fault.Unavailable, "intake.spool", "cannot use the temporary file: %v", err).By(err).
		With("see that the disk of the temporary folder has room: about half a kilobyte a row")
}

// mergeOrder is the order of the table of versions. Those of one record follow each other as their rows stood in the
// file, which is the order of their numbers too, as far as they come from one run.
func mergeOrder(a, b *record.Draft) int {
	return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Seq, b.Seq))
}

// mergeMemory is what the merge reads ahead with, shared by the runs.
const mergeMemory = 8 << 20

// merge yields all drafts in mergeOrder. A draft is valid until yield returns.
func (s *spool) merge(yield func(*record.Draft) error) error {
	h := make(mergeHeap, 0, len(s.runs))
	ahead := min(max(mergeMemory/max(len(s.runs), 1), 1<<12), 1<<17)
	for _, r := range s.runs {
		src := &source{r: bufio.NewReaderSize(io.NewSectionReader(s.file, r.from, r.to-r.from), ahead)}
		if ok, err := src.next(); err != nil {
			return err
		} else if ok {
			h = append(h, src)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		src := h[0]
		if err := yield(&src.draft); err != nil {
			return err
		}
		ok, err := src.next()
		switch {
		case err != nil:
			return err
		case ok:
			heap.Fix(&h, 0)
		default:
			heap.Pop(&h)
		}
	}
	return nil
}

// source is one run being read.
type source struct {
	r     *bufio.Reader
	draft record.Draft
}

func (s *source) next() (bool, error) {
	var size [4]byte
	if _, err := io.ReadFull(s.r, size[:]); errors.Is(err, io.EOF) {
		return false, nil
	} else if err != nil {
		return false, spoolFault(err)
	}
	// The bytes are handed on with the draft and may be kept until its commit, so that each gets its own.
	buf := make([]byte, binary.LittleEndian.Uint32(size[:]))
	if _, err := io.ReadFull(s.r, buf); err != nil {
		return false, spoolFault(err)
	}
	s.draft = record.Draft{}
	readDraft(buf, &s.draft)
	return true, nil
}

type mergeHeap []*source

func (h mergeHeap) Len() int           { return len(h) }
func (h mergeHeap) Less(i, j int) bool { return mergeOrder(&h[i].draft, &h[j].draft) < 0 }
func (h mergeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *mergeHeap) Push(x any)        { *h = append(*h, x.(*source)) }
func (h *mergeHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// appendDraft writes what differs from row to row; what the submission's rows share is put back by the reader's user.
func appendDraft(b []byte, d *record.Draft) []byte {
	for _, n := range [...]int64{
		int64(d.Subject), int64(d.Record), int64(d.Seq), int64(d.Line), int64(d.Status), int64(d.Occurred), int64(d.From),
		int64(d.To), int64(d.Tier), flag(d.Adverse) | flag(d.Sole)<<1 | flag(d.Changes)<<2, int64(d.Lapse), int64(d.Notice), int64(d.Lapsing),
	} {
		b = binary.AppendVarint(b, n)
	}
	b = append(b, d.Digest[:]...)
	for _, s := range [...]string{string(d.Kind), string(d.Bound.Scheme), d.Bound.Value, d.SourceKey} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for _, p := range [...][]byte{d.Payload, d.Sealed} {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// readDraft reads what appendDraft wrote; the draft's bytes are those of b.
func readDraft(b []byte, d *record.Draft) {
	number := func() int64 {
		n, used := binary.Varint(b)
		b = b[used:]
		return n
	}
	bytes := func() []byte {
		n, used := binary.Uvarint(b)
		part := b[used : used+int(n) : used+int(n)]
		b = b[used+int(n):]
		return part
	}
	d.Subject, d.Record, d.Seq, d.Line = subject.ID(number()), record.ID(number()), int(number()), int(number())
	d.Status, d.Occurred, d.From, d.To = record.Status(number()), calendar.Day(number()), calendar.Day(number()), calendar.Day(number())
	d.Tier = record.Tier(number())
	flags := number()
	d.Adverse, d.Sole, d.Changes = flags&1 != 0, flags&2 != 0, flags&4 != 0
	d.Lapse, d.Notice, d.Lapsing, d.Born = calendar.Day(number()), calendar.Day(number()), calendar.Day(number()), calendar.None
	b = b[copy(d.Digest[:], b):]
	d.Kind = subject.Kind(bytes())
	d.Bound.Scheme, d.Bound.Value = subject.Scheme(bytes()), string(bytes())
	d.SourceKey = string(bytes())
	d.Payload, d.Sealed = bytes(), bytes()
}
