package format

import (
	"bytes"
	"path"
	"strings"

	"probity/internal/fault"
)

// magic names what files of other kinds look like, so that a wrong file is called by its name.
var magic = []struct {
	at   int
	sign string
	what string
	cure string
}{
	{0, "%PDF-", "a PDF document", "send the table it was printed from, as CSV or XLSX"},
	{0, "\x89PNG\r\n", "a PNG image", "send the data, not a picture of it"},
	{0, "\xff\xd8\xff", "a JPEG image", "send the data, not a picture of it"},
	{0, "GIF8", "a GIF image", "send the data, not a picture of it"},
	{0, "II*\x00", "a TIFF image", "send the data, not a picture of it"},
	{0, "MM\x00*", "a TIFF image", "send the data, not a picture of it"},
	{0, "\x7fELF", "a program (ELF)", "this is not data; check which file was meant"},
	{0, "MZ\x90", "a program (Windows)", "this is not data; check which file was meant"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.xls, .doc) or one locked by a password", "save it without a password as .xlsx or CSV"},
	{0, "Rar!\x1a\x07", "a RAR archive", "unpack it and send the file inside"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and send the file inside"},
	{0, "BZh", "a bzip2 file", "compress with gzip or zstd, or not at all"},
	{0, "\xfd7zXZ\x00", "an xz file", "compress with gzip or zstd, or not at all"},
	{0, "{\\rtf", "a rich text document", "send the table as CSV or XLSX"},
	{0, "SQLite format 3\x00", "an SQLite database", "export the table as CSV"},
	{0, "ORC", "an ORC file", "write Parquet or CSV"},
	{0, "Obj\x01", "an Avro file", "write Parquet or CSV"},
	{0, "ARROW1", "an Arrow file", "write Parquet or CSV"},
	{257, "ustar", "a tar archive", "unpack it and send the file inside"},
}

// detect finds the format from the beginning of the stream, after decompression. A given format is held against what
// the file looks like only where it cannot be right.
func (f *file) detect(head []byte) (Kind, error) {
	given := f.opt.Format
	switch {
	case len(head) == 0:
		return "", fault.New(fault.Invalid, "intake.empty", "the file is empty").
			With("check that the export ran to its end")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return expect(given, XLSX, "a ZIP archive or an XLSX workbook")
	case bytes.HasPrefix(head, []byte("PAR1")):
		return expect(given, Parquet, "a Parquet file")
	case given == XLSX, given == Parquet:
		return "", fault.New(fault.Invalid, "intake.format.mismatch", "this is not a file of format %s", given).
			With("leave the format out to have it found, or check which file was meant")
	}
	for _, m := range magic {
		// Three letters may begin a CSV file; a short sign counts only where control characters follow it.
		if len(head) > m.at && bytes.HasPrefix(head[m.at:], []byte(m.sign)) && (len(m.sign) > 3 || controls(head)) {
			return "", fault.New(fault.Invalid, "intake.format.foreign", "this is %s, not rows", m.what).With(m.cure)
		}
	}
	if webPage(head) {
		return "", fault.New(fault.Invalid, "intake.format.foreign", "this is a web page, not rows").
			With("it may be the error or sign-in page of the site it was fetched from: open it and look")
	}
	if f.opt.Encoding != UTF16LE && f.opt.Encoding != UTF16BE && !utf16Mark(head) && bytes.IndexByte(head, 0) >= 0 {
		return "", zeroFault(head)
	}
	if given != "" {
		return given, nil
	}
	return guess(head, f.name), nil
}

func expect(given, found Kind, what string) (Kind, error) {
	if given == "" || given == found {
		return found, nil
	}
	return "", fault.New(fault.Invalid, "intake.format.mismatch", "this is %s, not %s", what, given).
		With("leave the format out to have it found, or check which file was meant")
}

func webPage(head []byte) bool {
	head = bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head[:min(len(head), 256)], []byte("\xef\xbb\xbf"))))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

func utf16Mark(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff"))
}

// controls tells whether control characters stand in b that no text has.
func controls(b []byte) bool {
	for _, c := range b[:min(len(b), 64)] {
		if c < 9 || (c > 13 && c < 32 && c != 27) {
			return true
		}
	}
	return false
}

// zeroFault explains zero bytes in what should be text.
func zeroFault(head []byte) error {
	even, odd := 0, 0
	for i, c := range head {
		if c == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	at := bytes.IndexByte(head, 0)
	half := len(head) / 4
	if (even == 0 && odd > half) || (odd == 0 && even > half) {
		name := UTF16LE
		if even > 0 {
			name = UTF16BE
		}
		return fault.New(fault.Invalid, "intake.encoding.utf16", "this looks like UTF-16 without a byte order mark").
			With("give the encoding " + string(name) + ", or save the file as UTF-8")
	}
	return fault.New(fault.Invalid, "intake.format.binary",
		"this is binary data, not text: there is a zero byte at byte %d", at+1).
		With("check which file was meant; formats are CSV, NDJSON, XLSX, Parquet and XML")
}

func guess(head []byte, name string) Kind {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if utf16Mark(head) {
		head = bytes.ReplaceAll(head[2:], []byte{0}, nil) // ASCII is enough to tell the formats apart
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("<?xml")), bytes.HasPrefix(head, []byte("<!")):
		return XML
	case bytes.HasPrefix(head, []byte("<")) && bytes.IndexByte(head, '>') > 0:
		return XML
	case bytes.HasPrefix(head, []byte("{")):
		return NDJSON
	}
	base := strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst"} {
		base = strings.TrimSuffix(base, packed)
	}
	switch path.Ext(base) {
	case ".json", ".jsonl", ".ndjson":
		return NDJSON
	case ".xml":
		return XML
	}
	return CSV
}
