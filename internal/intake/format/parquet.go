package format

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	pq "github.com/parquet-go/parquet-go/format"

	"probity/calendar"
	"probity/internal/fault"
)

// parquetReader reads the leaf columns of a Parquet file row by row. Values come out as text in the forms contracts
// read: days as YYYY-MM-DD, instants with their offset, decimals with their point, no exponents. A nested column's name
// is its path with points; a list stands in its column as JSON, as in NDJSON.
type parquetReader struct {
	*file
	header  Header
	columns []parquetColumn
	groups  []parquet.RowGroup
	rows    parquet.Rows
	buf     []parquet.Row
	have    []parquet.Row
	row     int
	arena   []byte
}

type parquetColumn struct {
	name    string
	list    bool
	most    int // definition level of a value that is there
	logical any
}

const parquetBatch = 256

func openParquet(f *file, in *prefix) (rd Reader, err error) {
	at, size, err := f.spool(in)
	if err != nil {
		return nil, err
	}
	if err := footer(at, size); err != nil {
		return nil, err
	}
	defer func() { err = recovered(recover(), err) }()
	pf, err := parquet.OpenFile(at, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, brokenParquet(err)
	}
	p := &parquetReader{file: f, groups: pf.RowGroups(), buf: make([]parquet.Row, parquetBatch)}
	if err := p.hold(pf.Metadata()); err != nil {
		return nil, err
	}
	for _, path := range pf.Schema().Columns() {
		leaf, ok := pf.Schema().Lookup(path...)
		if !ok {
			return nil, brokenParquet(fmt.Errorf("no column %s", strings.Join(path, ".")))
		}
		name := strings.Join(path, ".")
		// Writers wrap lists in two levels that nobody named.
		for _, tail := range []string{".list.element", ".list.item", ".array", ".bag.array_element"} {
			name = strings.TrimSuffix(name, tail)
		}
		c := parquetColumn{name: name, list: leaf.MaxRepetitionLevel > 0, most: leaf.MaxDefinitionLevel}
		if t := leaf.Node.Type().LogicalType(); t != nil {
			c.logical = t.Value
		}
		p.columns = append(p.columns, c)
		p.header.Names = append(p.header.Names, name)
	}
	f.undo = append(f.undo, func() error {
		if p.rows == nil {
			return nil
		}
		return p.rows.Close()
	})
	return p, nil
}

// maxFooter bounds a file's directory: that of ten thousand row groups of a hundred columns fits many times.
const maxFooter = 256 << 20

// footer holds the length that the file's last bytes give for its directory against the file, since the library
// allocates what it is told.
func footer(at io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < 12 {
		return brokenParquet(errors.New("it is too short"))
	}
	if _, err := at.ReadAt(tail[:], size-int64(len(tail))); err != nil {
		return fmt.Errorf("reading the end: %w", err)
	}
	if string(tail[4:]) != "PAR1" {
		return brokenParquet(errors.New("it does not end as such files do"))
	}
	if n := int64(binary.LittleEndian.Uint32(tail[:])); n > size-12 || n > maxFooter {
		return brokenParquet(fmt.Errorf("its directory should have %d bytes", n))
	}
	return nil
}

// hold judges a file by what its directory says before anything is unpacked.
func (p *parquetReader) hold(m *pq.FileMetaData) error {
	l := &p.opt.Limits
	if len(m.Schema) > l.Columns*4 {
		return limitFault("columns", "leave the columns nobody asked for out", "the file has more than %d columns", l.Columns)
	}
	var total int64
	for i := range m.RowGroups {
		for j := range m.RowGroups[i].Columns {
			c := &m.RowGroups[i].Columns[j].MetaData
			// A page is unpacked in memory as a whole, and a column chunk of one page may be the largest page.
			const mostChunk = 1 << 30
			if c.TotalUncompressedSize > mostChunk {
				return limitFault("chunk", "write smaller row groups", "a column of row group %d has %d bytes; at most %d can be unpacked", i+1, c.TotalUncompressedSize, mostChunk)
			}
			if c.TotalUncompressedSize > l.RatioFrom && c.TotalUncompressedSize/l.Ratio > c.TotalCompressedSize {
				return limitFault("ratio", "send CSV if it is what it should be", "%d bytes come out of %d in row group %d", c.TotalUncompressedSize, c.TotalCompressedSize, i+1)
			}
			total += c.TotalUncompressedSize
		}
	}
	if total > l.Decompressed {
		return limitFault("decompressed", "split the file", "more than %d bytes come out of compression", l.Decompressed)
	}
	return nil
}

func brokenParquet(err error) *fault.Error {
	return fault.New(fault.Invalid, "intake.parquet", "the Parquet file is broken: %v", err).
		With("check that the file was copied whole and is not encrypted").By(err)
}

// recovered turns a panic of the library over a hostile file into a fault.
func recovered(panicked any, err error) error {
	if panicked == nil {
		return err
	}
	return brokenParquet(fmt.Errorf("%v", panicked))
}

func (p *parquetReader) Header() *Header { return &p.header }

func (p *parquetReader) Next(row *Row) error {
	for {
		*row = Row{Values: row.Values[:0], Offset: -1}
		if len(p.have) == 0 {
			if err := p.more(); err != nil {
				if errors.Is(err, io.EOF) {
					return err
				}
				return p.placeLine(p.row+1, err)
			}
		}
		p.row++
		row.Line = p.row
		p.fill(row, p.have[0])
		p.have = p.have[1:]
		if row.Problem != nil || !allEmpty(row.Values) {
			return nil
		}
		p.blank.Add(1)
	}
}

func (p *parquetReader) more() (err error) {
	defer func() { err = recovered(recover(), err) }()
	for {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return io.EOF
			}
			p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.buf)
		if err != nil && !errors.Is(err, io.EOF) {
			return brokenParquet(err)
		}
		if err != nil {
			if err := p.rows.Close(); err != nil {
				return brokenParquet(err)
			}
			p.rows = nil
		}
		if n > 0 {
			p.have = p.buf[:n]
			return nil
		}
	}
}

func (p *parquetReader) fill(row *Row, values parquet.Row) {
	p.arena = p.arena[:0]
	for range p.columns {
		row.Values = append(row.Values, nil)
	}
	for i := 0; i < len(values); {
		col := values[i].Column()
		end := i + 1
		for end < len(values) && values[end].Column() == col {
			end++
		}
		if col >= 0 && col < len(p.columns) {
			c := &p.columns[col]
			if c.list {
				row.Values[col] = p.list(c, values[i:end])
			} else if !values[i].IsNull() {
				row.Values[col] = p.text(c, values[i])
			}
			v := row.Values[col]
			switch {
			case len(v) > p.opt.Limits.Field:
				row.Problem = fieldSizeProblem(c.name, v, p.opt.Limits.Field)
			case len(p.arena) > p.opt.Limits.Row:
				row.Problem = rowSizeProblem(p.opt.Limits.Row)
				return
			case !utf8.Valid(v):
				row.Problem = encodingProblem(c.name, nil, int64(firstInvalid(v)), UTF8)
				row.Problem.Text = fmt.Sprintf("byte %d of the value is not UTF-8 text", firstInvalid(v)+1)
				row.Problem.Cure = "write text columns as UTF-8, and leave binary columns out"
			}
		}
		i = end
	}
}

// text writes one value as text.
func (p *parquetReader) text(c *parquetColumn, v parquet.Value) []byte {
	from := len(p.arena)
	p.arena = appendParquet(p.arena, c.logical, v)
	return p.arena[from:len(p.arena):len(p.arena)]
}

// list writes a repeated column as a JSON list; nil where it is absent.
func (p *parquetReader) list(c *parquetColumn, values []parquet.Value) []byte {
	var texts []string
	for _, v := range values {
		if v.DefinitionLevel() == c.most {
			texts = append(texts, string(appendParquet(nil, c.logical, v)))
		}
	}
	if texts == nil {
		return nil
	}
	b, err := json.Marshal(texts)
	if err != nil {
		return nil // strings always marshal
	}
	return b
}

func appendParquet(b []byte, logical any, v parquet.Value) []byte {
	switch t := logical.(type) {
	case *pq.DateType:
		if d := v.Int32(); d >= int32(calendar.First) && d <= int32(calendar.Last) {
			return calendar.Day(d).Append(b)
		}
		return strconv.AppendInt(b, int64(v.Int32()), 10)
	case *pq.TimestampType:
		if t.Unit.Value != nil && v.Kind() == parquet.Int64 {
			return appendInstant(b, v.Int64(), t.Unit.Value.Duration(), t.IsAdjustedToUTC)
		}
	case *pq.DecimalType:
		return appendDecimal(b, v, int(t.Scale))
	}
	switch v.Kind() {
	case parquet.Boolean:
		return strconv.AppendBool(b, v.Boolean())
	case parquet.Int32, parquet.Int64:
		if t, ok := logical.(*pq.IntType); ok && !t.IsSigned {
			if v.Kind() == parquet.Int32 {
				return strconv.AppendUint(b, uint64(v.Uint32()), 10)
			}
			return strconv.AppendUint(b, v.Uint64(), 10)
		}
		if v.Kind() == parquet.Int32 {
			return strconv.AppendInt(b, int64(v.Int32()), 10)
		}
		return strconv.AppendInt(b, v.Int64(), 10)
	case parquet.Int96:
		// Old writers keep instants this way: nanoseconds of the day, then the Julian day.
		i := v.Int96()
		const julianEpoch = 2440588
		nanos := int64(uint64(i[0]) | uint64(i[1])<<32)
		at := time.Unix((int64(i[2])-julianEpoch)*86400, nanos).UTC()
		return at.AppendFormat(b, "2006-01-02T15:04:05Z07:00")
	case parquet.Float:
		return strconv.AppendFloat(b, float64(v.Float()), 'f', -1, 32)
	case parquet.Double:
		return strconv.AppendFloat(b, v.Double(), 'f', -1, 64)
	}
	return append(b, v.ByteArray()...)
}

// appendInstant writes an instant with its offset, or a local time without one.
func appendInstant(b []byte, n int64, unit time.Duration, utc bool) []byte {
	per := int64(time.Second / unit)
	at := time.Unix(n/per, n%per*int64(unit)).UTC()
	if y := at.Year(); y < 1 || y > 9999 {
		return strconv.AppendInt(b, n, 10)
	}
	if utc {
		return at.AppendFormat(b, "2006-01-02T15:04:05Z07:00")
	}
	return at.AppendFormat(b, "2006-01-02 15:04:05")
}

// appendDecimal writes an unscaled integer with its point.
func appendDecimal(b []byte, v parquet.Value, scale int) []byte {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default: // two's complement, high byte first
		raw := v.ByteArray()
		n.SetBytes(raw)
		if len(raw) > 0 && raw[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(raw))))
		}
	}
	if scale <= 0 || scale > 1000 {
		return n.Append(b, 10)
	}
	digits := new(big.Int).Abs(n).String()
	if short := scale + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	if n.Sign() < 0 {
		b = append(b, '-')
	}
	point := len(digits) - scale
	return append(append(append(b, digits[:point]...), '.'), digits[point:]...)
}
