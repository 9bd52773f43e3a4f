package snapshot

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"

	"probity/calendar"
	"probity/scorecard/facts"
)

// column is how one column lies in a file. Absence is a value (see facts.Column), not a bitmap.
type column struct {
	name string
	form arrow.FixedWidthDataType
}

func (c column) width() int64 { return int64(c.form.Bytes()) }

// The columns that each record has, in the order of the files.
const (
	atSubject = iota
	atID
	atRecorded
	atOccurred
	atFrom
	atTo
	atLapse
	ahead // the first of the dataset's own
)

var (
	ordinals = arrow.PrimitiveTypes.Uint32.(arrow.FixedWidthDataType)
	numbers  = arrow.PrimitiveTypes.Int64.(arrow.FixedWidthDataType)
	days     = arrow.PrimitiveTypes.Int32.(arrow.FixedWidthDataType)
	codes    = arrow.PrimitiveTypes.Uint16.(arrow.FixedWidthDataType)
)

// recordColumns are the columns of a dataset's file. The values of its fields stand behind those of every record; their
// names have a prefix, so that a field may be called as it likes.
func recordColumns(fields []facts.Field) []column {
	list := []column{
		{"subject", ordinals}, {"id", numbers}, {"recorded", numbers}, {"occurred", days}, {"valid_from", days}, {"valid_to", days}, {"lapse", days},
	}
	for i := range fields {
		list = append(list, column{"field." + fields[i].Name, formOf(&fields[i])})
	}
	return list
}

func formOf(f *facts.Field) arrow.FixedWidthDataType {
	switch {
	case f.Coded():
		return codes
	case f.Type == facts.Date:
		return days
	}
	return numbers
}

// The columns of the subjects' file. Employees are those of the newest annual report, section and seat the section of industry
// and the region in the newest registration; where that tells none, the seat is the region of the identifier.
const (
	ofID = iota
	ofKind
	ofSole
	ofRegion
	ofSection
	ofEmployees
	ofSeat
)

var subjectColumns = []column{
	{"id", numbers}, {"kind", codes}, {"sole", codes}, {"region", codes}, {"section", codes}, {"employees", numbers}, {"seat", codes},
}

// rows are rows on their way into a file, column by column, in the bytes of the file.
type rows struct {
	columns []column
	bytes   [][]byte
	n       int64
}

func newRows(columns []column) *rows {
	return &rows{columns: columns, bytes: make([][]byte, len(columns))}
}

func (r *rows) empty() {
	for i := range r.bytes {
		r.bytes[i] = r.bytes[i][:0]
	}
	r.n = 0
}

func (r *rows) number(at int, v int64) {
	r.bytes[at] = binary.LittleEndian.AppendUint64(r.bytes[at], uint64(v))
}
func (r *rows) day(at int, d calendar.Day) {
	r.bytes[at] = binary.LittleEndian.AppendUint32(r.bytes[at], uint32(d))
}
func (r *rows) ordinal(at int, v uint32) {
	r.bytes[at] = binary.LittleEndian.AppendUint32(r.bytes[at], v)
}
func (r *rows) code(at int, v uint16) { r.bytes[at] = binary.LittleEndian.AppendUint16(r.bytes[at], v) }

// value appends a value of a field as a decoder gives it, as facts.Builder takes it.
func (r *rows) value(at int, f *facts.Field, v int64) {
	switch {
	case f.Coded():
		code := facts.MissingCode
		if v >= 0 && v < int64(len(f.Names())) {
			code = uint16(v)
		}
		r.code(at, code)
	case f.Type == facts.Date:
		d := calendar.None
		if v >= int64(calendar.First) && v <= int64(calendar.Last) {
			d = calendar.Day(v)
		}
		r.day(at, d)
	default:
		r.number(at, v)
	}
}
