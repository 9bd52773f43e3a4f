package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/subject"
	"probity/scorecard/facts"
)

// Exported says what an export holds. It stands beside the files as export.json.
type Exported struct {
	AsOf calendar.Day `json:"as_of"`
	Seen calendar.Day `json:"seen"`
	// DeleteBy is the first day on which the files may be there no longer (C10); it stands in each of them too.
	DeleteBy calendar.Day `json:"delete_by"`
	Subjects int64        `json:"subjects"`
	Records  int64        `json:"records"`
	// LeftOut are the human beings and sole traders' businesses whose records stay in the snapshot (C11).
	LeftOut int64  `json:"left_out"`
	Files   []File `json:"files"`
}

const exportName = "export.json"

// Export writes Parquet files into a new folder: subjects.parquet, and DATASET.parquet for each dataset with records. Codes
// are written as they read, days as dates, instants in UTC; what is not known is null. Records of human beings, and of sole
// traders' businesses, are left out: they leave one subject at a time (C11). progress is told of files.
func (s *Snapshot) Export(ctx context.Context, dir string, progress func(done, total int64)) (*Exported, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fault.New(fault.Conflict, "snapshot.export", "the folder %s cannot be made", dir).By(err).
			With("name a folder that is not there yet")
	}
	x := &Exported{AsOf: s.AsOf, Seen: s.Seen, DeleteBy: s.DeleteBy}
	e := export{snapshot: s, dir: dir, out: x}
	err := e.all(ctx, progress)
	if err == nil {
		var text []byte
		if text, err = json.MarshalIndent(x, "", " "); err == nil {
			err = writeFile(filepath.Join(dir, exportName), append(text, '\n'))
		}
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir)) // half an export has nothing that says until when it may be kept
	}
	return x, nil
}

type export struct {
	snapshot *Snapshot
	dir      string
	out      *Exported
	// leaves tells of each subject whether its records may leave together with others'.
	leaves []bool
}

func (e *export) all(ctx context.Context, progress func(done, total int64)) error {
	s := e.snapshot
	e.leaves = make([]bool, s.Len())
	for i, k := range s.Kinds() {
		if int(k) < len(subject.Kinds) && !subject.Kinds[k].Natural() && s.Soles()[i] == 0 {
			e.leaves[i] = true
			e.out.Subjects++
		}
	}
	e.out.LeftOut = int64(s.Len()) - e.out.Subjects
	if err := e.subjects(); err != nil {
		return err
	}
	for i := range s.Datasets {
		if err := ctx.Err(); err != nil {
			return err
		}
		if s.Datasets[i].File != nil {
			if err := e.records(&s.Datasets[i]); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(int64(i+1), int64(len(s.Datasets)))
		}
	}
	return nil
}

// cell is a column of an export: its name and form, and its value in a row; a null value where there is none.
type cell struct {
	name string
	form parquet.Node
	at   func(row int) parquet.Value
}

func number(values []int64) func(int) parquet.Value {
	return func(i int) parquet.Value {
		if values[i] == facts.Missing {
			return parquet.NullValue()
		}
		return parquet.Int64Value(values[i])
	}
}

func date(values []calendar.Day) func(int) parquet.Value {
	return func(i int) parquet.Value {
		if values[i] == calendar.None {
			return parquet.NullValue()
		}
		return parquet.Int32Value(int32(values[i]))
	}
}

func text(values []uint16, names []string) func(int) parquet.Value {
	return func(i int) parquet.Value {
		if int(values[i]) >= len(names) {
			return parquet.NullValue()
		}
		return parquet.ByteArrayValue([]byte(names[values[i]]))
	}
}

func truth(values []uint16) func(int) parquet.Value {
	return func(i int) parquet.Value {
		if values[i] == facts.MissingCode {
			return parquet.NullValue()
		}
		return parquet.BooleanValue(values[i] == 1)
	}
}

func word() parquet.Node  { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) }
func whole() parquet.Node { return parquet.Int(64) }

// subjectOf writes a row's subject as it is written everywhere else.
func subjectOf(ids []subject.ID, ordinal func(int) int) func(int) parquet.Value {
	return func(i int) parquet.Value { return parquet.ByteArrayValue([]byte(ids[ordinal(i)].String())) }
}

func (e *export) subjects() error {
	s := e.snapshot
	kinds := make([]string, len(subject.Kinds))
	for i, k := range subject.Kinds {
		kinds[i] = string(k)
	}
	return e.write(subjectsTable, s.Len(), func(i int) bool { return e.leaves[i] }, []cell{
		{"subject", parquet.String(), subjectOf(s.IDs(), func(i int) int { return i })},
		{"kind", word(), text(s.Kinds(), kinds)},
		{"region", word(), text(s.SeatCodes(), s.Regions)},
		{"section", word(), text(s.SectionCodes(), s.Sections)},
		{"employees", whole(), number(s.Employees())},
	})
}

func (e *export) records(set *Set) error {
	s := e.snapshot
	m, err := s.mapped(set)
	if err != nil {
		return err
	}
	of := as[uint32](m, atSubject)
	if n := len(of); n > 0 && int(slices.Max(of)) >= s.Len() {
		return damaged(filepath.Join(s.dir, set.File.Name), "it has records of subjects that are not there")
	}
	recorded := as[int64](m, atRecorded)
	cells := []cell{
		{"subject", word(), subjectOf(s.IDs(), func(i int) int { return int(of[i]) })},
		{"record", whole(), number(as[int64](m, atID))},
		{"recorded_at", parquet.Timestamp(parquet.Microsecond), func(i int) parquet.Value { return parquet.Int64Value(recorded[i]) }},
		{"occurred", parquet.Date(), date(as[calendar.Day](m, atOccurred))},
		{"valid_from", parquet.Date(), date(as[calendar.Day](m, atFrom))},
		{"valid_to", parquet.Date(), date(as[calendar.Day](m, atTo))},
		{"lapse", parquet.Date(), date(as[calendar.Day](m, atLapse))},
	}
	for i, f := range s.fields(set) {
		c := cell{name: "field_" + f.Name}
		switch at := ahead + i; {
		case f.Type == facts.Bool:
			c.form, c.at = parquet.Leaf(parquet.BooleanType), truth(as[uint16](m, at))
		case f.Coded():
			c.form, c.at = word(), text(as[uint16](m, at), f.Names())
		case f.Type == facts.Date:
			c.form, c.at = parquet.Date(), date(as[calendar.Day](m, at))
		default:
			c.form, c.at = whole(), number(as[int64](m, at))
		}
		cells = append(cells, c)
	}
	before := e.rows()
	if err := e.write(set.Code, m.rows, func(i int) bool { return e.leaves[of[i]] }, cells); err != nil {
		return err
	}
	e.out.Records += e.rows() - before
	return nil
}

// rows is how many rows stand in the files so far.
func (e *export) rows() (n int64) {
	for _, f := range e.out.Files {
		n += f.Rows
	}
	return n
}

// rowsAtOnce is how many rows are handed to the writer together, groupRows how many stand in a row group.
const (
	rowsAtOnce = 1024
	groupRows  = 1 << 18
)

// write writes NAME.parquet with the rows that are wanted; without one there is no file.
func (e *export) write(name string, rows int, wanted func(int) bool, cells []cell) error {
	if !some(rows, wanted) {
		return nil
	}
	slices.SortFunc(cells, func(x, y cell) int { // a schema's columns are by name
		if x.name < y.name {
			return -1
		}
		return 1
	})
	group := parquet.Group{}
	for _, c := range cells {
		group[c.name] = parquet.Optional(c.form)
	}
	path := filepath.Join(e.dir, name+".parquet")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	m := e.snapshot.Manifest
	w := parquet.NewGenericWriter[any](out, parquet.NewSchema("rows", group), parquet.CreatedBy("probity", m.Program, strconv.Itoa(Format)),
		parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(groupRows), parquet.KeyValueMetadata("probity.as_of", m.AsOf.String()),
		parquet.KeyValueMetadata("probity.seen", m.Seen.String()), parquet.KeyValueMetadata("probity.delete_by", m.DeleteBy.String()))
	n, err := fill(w, rows, wanted, cells)
	if err := errors.Join(err, w.Close(), out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f := File{Name: name + ".parquet", Rows: n}
	if f.SHA256, f.Bytes, err = hash(path); err != nil {
		return err
	}
	e.out.Files = append(e.out.Files, f)
	return nil
}

// some tells whether any of the first n rows is wanted.
func some(n int, wanted func(int) bool) bool {
	for i := range n {
		if wanted(i) {
			return true
		}
	}
	return false
}

// fill hands the rows to the writer.
func fill(w *parquet.GenericWriter[any], rows int, wanted func(int) bool, cells []cell) (n int64, err error) {
	waiting := make([]parquet.Row, 0, rowsAtOnce)
	for i := range rows {
		if wanted(i) {
			at := len(waiting)
			waiting = waiting[:at+1]
			waiting[at] = waiting[at][:0]
			for c := range cells {
				v := cells[c].at(i)
				there := 1
				if v.IsNull() {
					there = 0
				}
				waiting[at] = append(waiting[at], v.Level(0, there, c))
			}
		}
		if len(waiting) == rowsAtOnce || i == rows-1 {
			if _, err := w.WriteRows(waiting); err != nil {
				return n, err
			}
			n += int64(len(waiting))
			waiting = waiting[:0]
		}
	}
	return n, nil
}
