// Package format turns the bytes agencies send into rows, each with its place in the file.
//
// A caller opens a stream and asks for rows until io.EOF. Compression, encoding, format and delimiter are found out
// or given. A row that cannot be read (wrong number of columns, a quote out of place, bytes that are no text) comes
// back with a Problem and its raw bytes, and reading goes on with the next row; only what makes the rest of the file
// unreadable is an error. CSV and newline-delimited JSON take constant memory at any size and need no seeking, so
// that standard input works; XLSX and Parquet keep their directory at the end and are spooled to disk first.
package format

import (
	"errors"
	"fmt"
	"io"
	"os"

	"probity/internal/fault"
)

// Kind is a file format.
type Kind string

// The formats that Open reads. CSV stands for every text of rows and columns, whatever parts the columns.
const (
	CSV     Kind = "csv"
	NDJSON  Kind = "ndjson"
	XLSX    Kind = "xlsx"
	Parquet Kind = "parquet"
	XML     Kind = "xml"
)

// Encoding is a character encoding of a text format.
type Encoding string

// The encodings that text formats are read in.
const (
	UTF8    Encoding = "utf-8"
	GB18030 Encoding = "gb18030" // reads GBK and GB 2312 as well, which it contains
	UTF16LE Encoding = "utf-16le"
	UTF16BE Encoding = "utf-16be"
)

// Options say what is known about a file. The zero value finds everything out by itself.
type Options struct {
	// Format and Encoding are found from the content where "".
	Format   Kind
	Encoding Encoding
	// Delimiter of a CSV file is chosen from comma, semicolon, tab and bar by its first lines where 0.
	Delimiter byte
	// Header names the columns of a CSV file that has no header line.
	Header []string
	// Skip is the number of lines (CSV) or rows (XLSX) before the header.
	Skip int
	// Sheet names the sheet of an XLSX file; the first one where "".
	Sheet string
	// Record is the path of the element that is one record of an XML file, such as "LEIData/LEIRecords/LEIRecord".
	// Namespace prefixes are left out.
	Record string
	// Trees asks for Row.Tree instead of columns from NDJSON; XML always gives trees.
	Trees bool
	// Size is the length of the stream in bytes as it is sent, for Progress; 0 where nobody knows.
	Size int64
	// TempDir is where spooled files go; "" is the system's own directory.
	TempDir string
	Limits  Limits
}

// Limits bound what a file may cost us. A zero field takes its value from [DefaultLimits].
type Limits struct {
	// Field and Row bound one value and one row, in bytes of UTF-8. A longer one is a Problem of its row.
	Field, Row int
	// Columns bounds the columns of a row, Depth the nesting of JSON and XML.
	Columns, Depth int
	// Raw bounds the raw bytes kept of a bad row.
	Raw int
	// Decompressed bounds the bytes that come out of compression, and Ratio how many of them may come out of one
	// byte; the ratio is judged only after RatioFrom bytes.
	Decompressed, Ratio, RatioFrom int64
	// Spool bounds what is written to disk for formats that need seeking.
	Spool int64
	// Strings bounds the memory for the shared strings of an XLSX file.
	Strings int64
	// Lookup bounds the records that a mapping may index to look others up, at about 24 bytes of memory each.
	Lookup int
}

// DefaultLimits are generous for real files and ruinous for hostile ones.
var DefaultLimits = Limits{
	Field: 1 << 20, Row: 4 << 20, Columns: 4096, Depth: 64, Raw: 64 << 10,
	Decompressed: 256 << 30, Ratio: 400, RatioFrom: 64 << 20,
	Spool: 8 << 30, Strings: 256 << 20, Lookup: 5_000_000,
}

// WithDefaults fills zero fields from [DefaultLimits].
func (l Limits) WithDefaults() Limits {
	d := DefaultLimits
	set := func(have *int, is int) {
		if *have <= 0 {
			*have = is
		}
	}
	set64 := func(have *int64, is int64) {
		if *have <= 0 {
			*have = is
		}
	}
	set(&l.Field, d.Field)
	set(&l.Row, d.Row)
	set(&l.Columns, d.Columns)
	set(&l.Depth, d.Depth)
	set(&l.Raw, d.Raw)
	set64(&l.Decompressed, d.Decompressed)
	set64(&l.Ratio, d.Ratio)
	set64(&l.RatioFrom, d.RatioFrom)
	set64(&l.Spool, d.Spool)
	set64(&l.Strings, d.Strings)
	set(&l.Lookup, d.Lookup)
	return l
}

// Header is the columns of a file in their order. Where Open is set (NDJSON), rows may still bring new columns; they
// are added at the end, and a row's Values are as many as the columns known when it was read.
type Header struct {
	Names []string
	Open  bool
	// Line is the line or row at which the header stands, 0 where it was given.
	Line int
}

// Row is one row. All slices belong to the reader and are valid until the next call of Next.
type Row struct {
	// Line is the line (CSV, NDJSON, XML) or row number (XLSX, Parquet) at which the row starts, from 1. Part counts
	// the rows a mapping made of one row of the file, from 1; it is 0 where it made one.
	Line, Part int
	// Offset is the byte at which the row starts in the text after decompression and decoding; -1 in XLSX and Parquet.
	Offset int64
	// Values are the row's values by column, UTF-8; nil is a value that is not there.
	Values [][]byte
	// Tree is the record of an XML file, or of NDJSON where trees were asked for.
	Tree *Tree
	// Raw is the row as it stands in a text format, for quarantine, capped at Limits.Raw where the row has a Problem;
	// nil in XLSX and Parquet, whose rows are kept by their Values.
	Raw []byte
	// Problem is why the row cannot be used; nil for a good row.
	Problem *Problem
	// Notes are single values that a mapping could not make, by the names of the header; the rest of the row is good.
	Notes []Problem
}

// Problem says what is wrong with one row.
type Problem struct {
	// Rule names the rule in a stable way: row.columns, row.quote, row.encoding, row.field_size, row.size, row.json ...
	Rule string
	// Field is the column, "" where the row as a whole is meant.
	Field string
	// Value is what was found there, clipped; "" where that says nothing.
	Value string
	// Text says what is wrong, Cure what to do about it.
	Text, Cure string
}

// Progress is how far reading has come, in bytes of the stream as it is sent. Total is 0 where nobody knows.
type Progress struct {
	Read, Total int64
	// Blank is the number of rows skipped because they held no value at all.
	Blank int64
}

// About is what was found out about a file.
type About struct {
	Name        string
	Format      Kind
	Encoding    Encoding // "" until text beyond ASCII was seen, and in XLSX and Parquet
	Compression string   // "", "gzip" or "zstd"
	Delimiter   byte
}

// Reader gives the rows of one file. It is not safe for concurrent use.
type Reader interface {
	// Header is the columns. It is the same pointer throughout.
	Header() *Header
	// Next reads the next row into row, or returns io.EOF. Any other error is a fault of the file as a whole, with
	// the place: there is no reading on after it.
	Next(row *Row) error
	// Progress may be asked from another goroutine than the one that reads.
	Progress() Progress
	About() About
	// Close frees what the reader holds; it does not close the stream it was opened on.
	Close() error
}

// Open starts reading a stream; name is the file's name for messages. Where r is an *os.File its size is taken for
// Progress, and seekable formats are read in place.
func Open(r io.Reader, name string, opt Options) (Reader, error) {
	opt.Limits = opt.Limits.WithDefaults()
	if err := opt.check(); err != nil {
		return nil, err.At(name)
	}
	f := &file{name: name, opt: opt}
	f.origin, _ = r.(*os.File)
	if f.origin != nil && opt.Size == 0 {
		if st, err := f.origin.Stat(); err == nil && st.Mode().IsRegular() {
			f.opt.Size = st.Size()
		}
	}
	rd, err := f.open(r)
	if err != nil {
		return nil, errors.Join(f.place(err), f.close())
	}
	return rd, nil
}

func (o *Options) check() *fault.Error {
	switch o.Format {
	case "", CSV, NDJSON, XLSX, Parquet, XML:
	default:
		return fault.New(fault.Invalid, "intake.format.unknown", "there is no format %q", o.Format).
			With("formats are csv, ndjson, xlsx, parquet and xml")
	}
	switch o.Encoding {
	case "", UTF8, GB18030, UTF16LE, UTF16BE:
	default:
		return fault.New(fault.Invalid, "intake.encoding.unknown", "there is no encoding %q", o.Encoding).
			With("encodings are utf-8, gb18030, utf-16le and utf-16be; GBK and GB 2312 are read as gb18030")
	}
	if d := o.Delimiter; d == '"' || d == '\n' || d == '\r' || d >= 0x80 {
		return fault.New(fault.Invalid, "intake.delimiter", "%q cannot part columns", rune(d)).
			With("give a comma, a semicolon, a tab, a bar or another ASCII character")
	}
	return nil
}

// ParseEncoding reads the name of an encoding as people write it.
func ParseEncoding(s string) (Encoding, error) {
	switch foldName(s) {
	case "":
		return "", nil
	case "utf8", "ascii", "usascii":
		return UTF8, nil
	case "gb18030", "gbk", "gb2312", "cp936", "euccn":
		return GB18030, nil
	case "utf16le", "utf16":
		return UTF16LE, nil
	case "utf16be":
		return UTF16BE, nil
	}
	return "", fault.New(fault.Invalid, "intake.encoding.unknown", "there is no encoding %q", s).
		With("encodings are utf-8, gb18030 (also gbk, gb2312), utf-16le and utf-16be")
}

// foldName drops everything but letters and digits and lowers the letters.
func foldName(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b = append(b, c)
		}
	}
	return string(b)
}

// clip shortens a value for a message, at a character.
func clip(b []byte) string {
	const most = 60
	if len(b) <= most {
		return string(b)
	}
	n := most
	for n > most-4 && b[n]&0xC0 == 0x80 {
		n--
	}
	return fmt.Sprintf("%s… (%d bytes)", b[:n], len(b))
}
