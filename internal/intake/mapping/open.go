package mapping

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"probity/internal/fault"
	"probity/internal/intake/format"
)

// Open starts reading a stream through the mapping. The reader's header names the mapping's fields; a row's Line, Raw
// and unreadable rows are those of the file, and Values what the mapping made of it. What it could not make of single
// values is said in Row.Notes.
//
// A mapping with lookups reads the file twice: a plain file is rewound, anything else is spooled to disk first.
func (m *Mapping) Open(r io.Reader, name string, opt format.Options) (format.Reader, error) {
	opt = m.Options(opt)
	opt.Limits = opt.Limits.WithDefaults()
	rd := &reader{m: m, name: name}
	if err := rd.open(r, opt); err != nil {
		return nil, errors.Join(err, rd.Close())
	}
	return rd, nil
}

func (rd *reader) open(r io.Reader, opt format.Options) (err error) {
	if len(rd.m.lookups) > 0 {
		again, err := rd.rewindable(r, opt)
		if err != nil {
			return err
		}
		if err := rd.buildIndex(again, opt); err != nil {
			return err
		}
		if _, err := again.Seek(0, io.SeekStart); err != nil {
			return unreadable(rd.name, err)
		}
		r = again
	}
	if rd.source, err = format.Open(r, rd.name, opt); err != nil {
		return err
	}
	if err := rd.bind(); err != nil {
		return err
	}
	for _, f := range rd.m.fields {
		rd.header.Names = append(rd.header.Names, f.name)
	}
	if rd.m.others {
		rd.keepOthers()
	}
	rd.header.Line = rd.source.Header().Line
	return nil
}

func unreadable(name string, err error) *fault.Error {
	return fault.New(fault.Unavailable, "intake.read", "reading failed: %v", err).At(name).By(err)
}

// rewindable gives the stream as a file that can be read twice.
func (rd *reader) rewindable(r io.Reader, opt format.Options) (io.ReadSeeker, error) {
	if f, ok := r.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
			return f, nil
		}
	}
	tmp, err := os.CreateTemp(opt.TempDir, "probity-lookup-*")
	if err != nil {
		return nil, unreadable(rd.name, err)
	}
	rd.undo = append(rd.undo, func() error {
		_ = os.Remove(tmp.Name()) // gone already where unlinking an open file works
		return tmp.Close()
	})
	_ = os.Remove(tmp.Name())
	limit := opt.Limits.Spool
	n, err := io.Copy(tmp, io.LimitReader(r, limit+1))
	if err != nil {
		return nil, unreadable(rd.name, err)
	}
	if n > limit {
		return nil, fault.New(fault.Invalid, "intake.limit.spool", "the file has more than %d bytes, and lookups need it twice", limit).
			At(rd.name).With("give the file by name instead of on standard input, or split it")
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return nil, unreadable(rd.name, err)
	}
	return tmp, nil
}

// buildIndex reads the file once for the lookups.
func (rd *reader) buildIndex(r io.ReadSeeker, opt format.Options) (err error) {
	if rd.source, err = format.Open(r, rd.name, opt); err != nil {
		return err
	}
	if err := rd.bind(); err != nil {
		return err
	}
	for range rd.m.lookups {
		ix, err := newIndex(opt)
		if err != nil {
			return unreadable(rd.name, err)
		}
		rd.undo = append(rd.undo, ix.close)
		rd.indexes = append(rd.indexes, ix)
	}
	var row format.Row
	for {
		err := rd.source.Next(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if row.Problem != nil {
			continue // it is said when the rows are read
		}
		if err := rd.indexRow(&row); err != nil {
			return err
		}
	}
	for i, ix := range rd.indexes {
		if err := ix.flush(); err != nil {
			return fmt.Errorf("lookup %s: %w", rd.m.lookups[i].name, unreadable(rd.name, err))
		}
	}
	err = rd.source.Close()
	rd.source = nil
	return err
}

func (rd *reader) indexRow(row *format.Row) error {
	c := context{row: row}
	for i, l := range rd.m.lookups {
		if !rd.passes(l.where, &c) {
			continue
		}
		keys := rd.eval(l.key, &c, nil)
		if len(keys) == 0 || len(keys[0]) == 0 {
			continue
		}
		var values [][][]byte
		for _, get := range l.gets {
			values = append(values, rd.eval(get, &c, nil))
		}
		if err := rd.indexes[i].put(keys[0], values); err != nil {
			var f *fault.Error
			if errors.As(err, &f) {
				return f.At(fmt.Sprintf("%s:%d", rd.name, row.Line))
			}
			return unreadable(rd.name, err)
		}
	}
	return nil
}

// bind finds the columns that the mapping reads. A format with trees has none.
func (rd *reader) bind() error {
	rd.columns = map[*expr]int{}
	h := rd.source.Header()
	if h.Open {
		return nil
	}
	exact, folded := map[string]int{}, map[string]int{}
	for i, name := range h.Names {
		if _, twice := exact[name]; !twice {
			exact[name] = i
		}
		if f := foldColumn(name); f != "" {
			if _, twice := folded[f]; !twice {
				folded[f] = i
			}
		}
	}
	var missing []string
	visit := func(e *expr) {
		if e.source == "" || e.each {
			return
		}
		i, ok := exact[e.source]
		if !ok {
			i, ok = folded[foldColumn(e.source)]
		}
		if !ok {
			i = -1
			if !e.optional {
				missing = append(missing, fmt.Sprintf("%q (%s:%d)", e.source, rd.m.Name, e.line))
			}
		}
		rd.columns[e] = i
	}
	rd.m.walk(visit)
	if len(missing) == 0 {
		return nil
	}
	sort.Strings(missing)
	var found []string
	for _, n := range h.Names {
		found = append(found, fmt.Sprintf("%q", n))
	}
	return fault.New(fault.Invalid, "mapping.columns", "the mapping reads columns that the file does not have: %s", strings.Join(missing, ", ")).
		At(rd.name).With("the headings found are " + strings.Join(found[:min(len(found), 40)], ", ") + "; a column that may be missing is marked optional: true")
}

// walk visits every expression of the mapping.
func (m *Mapping) walk(visit func(*expr)) {
	walk(m.each, visit)
	for _, f := range m.where {
		walk(f.expr, visit)
	}
	for _, f := range m.fields {
		walk(f.expr, visit)
	}
	for _, l := range m.lookups {
		walk(l.key, visit)
		for _, f := range l.where {
			walk(f.expr, visit)
		}
		for _, g := range l.gets {
			walk(g, visit)
		}
	}
}

func foldColumn(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// keepOthers adds the columns that nothing reads, under their own names.
func (rd *reader) keepOthers() {
	used := map[int]bool{}
	for _, i := range rd.columns {
		used[i] = true
	}
	for i, name := range rd.source.Header().Names {
		if !used[i] && strings.TrimSpace(name) != "" {
			rd.others = append(rd.others, i)
			rd.header.Names = append(rd.header.Names, name)
		}
	}
}
