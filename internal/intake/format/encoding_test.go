package format_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"probity/internal/fault"
	"probity/internal/intake/format"
)

const chineseCSV = "决定书文号,行政相对人名称,备注\n沪市监处〔2024〕9号,上海示例贸易有限公司,€ 𠀀 ㄅ\n浙税〔2024〕1号,宁波示例有限公司,罚款\n"

func encode(t testing.TB, enc encoding.Encoding, text string) string {
	t.Helper()
	out, err := enc.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	want := readAll(t, open(t, chineseCSV, "a.csv", format.Options{}))
	utf16 := func(e unicode.Endianness, b unicode.BOMPolicy) encoding.Encoding { return unicode.UTF16(e, b) }
	tests := []struct {
		name, text string
		opt        format.Options
		found      format.Encoding
	}{
		{"UTF8", chineseCSV, format.Options{}, format.UTF8},
		{"UTF8Mark", "\xef\xbb\xbf" + chineseCSV, format.Options{}, format.UTF8},
		{"MarkOutweighsWhatWasSaid", "\xef\xbb\xbf" + chineseCSV, format.Options{Encoding: format.GB18030}, format.UTF8},
		{"GB18030", encode(t, simplifiedchinese.GB18030, chineseCSV), format.Options{}, format.GB18030},
		{"GB18030Given", encode(t, simplifiedchinese.GB18030, chineseCSV), format.Options{Encoding: format.GB18030}, format.GB18030},
		{"UTF16LEMark", encode(t, utf16(unicode.LittleEndian, unicode.UseBOM), chineseCSV), format.Options{}, format.UTF16LE},
		{"UTF16BEMark", encode(t, utf16(unicode.BigEndian, unicode.UseBOM), chineseCSV), format.Options{}, format.UTF16BE},
		{"UTF16LEGiven", encode(t, utf16(unicode.LittleEndian, unicode.IgnoreBOM), chineseCSV), format.Options{Encoding: format.UTF16LE}, format.UTF16LE},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rd := open(t, tt.text, "a.csv", tt.opt)
			if diff := cmp.Diff(want, readAll(t, rd)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := rd.About().Encoding; got != tt.found {
				t.Errorf("found %s, want %s", got, tt.found)
			}
			slow, err := format.Open(iotest.OneByteReader(strings.NewReader(tt.text)), "a.csv", tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, readAll(t, slow)); diff != "" {
				t.Errorf("byte by byte (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEncodingIsDecidedLate: the first characters beyond ASCII may stand anywhere.
func TestEncodingIsDecidedLate(t *testing.T) {
	t.Parallel()
	ascii := "number,name\n" + strings.Repeat("1,plain\n", 100_000)
	for _, enc := range []encoding.Encoding{encoding.Nop, simplifiedchinese.GB18030} {
		text := ascii + encode(t, enc, "2,上海示例贸易有限公司\n")
		rows := readAll(t, open(t, text, "a.csv", format.Options{}))
		if got := rows[len(rows)-1].Values[1]; got != "上海示例贸易有限公司" {
			t.Errorf("%v: %q", enc, got)
		}
	}
}

// TestABadByteKeepsItsFileInItsEncoding: what cannot be read costs its row, and is kept as it was.
func TestABadByteKeepsItsFileInItsEncoding(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("沪市监处〔2024〕9号,上海示例贸易有限公司\n", 20)
	for _, tt := range []struct{ name, text string }{
		{"UTF8", "文号,名称\n" + good + "坏\xe4\xb8,x\n好,y\n"},
		{"GB18030", encode(t, simplifiedchinese.GB18030, "文号,名称\n"+good) + "\xff,x\n" + encode(t, simplifiedchinese.GB18030, "好,y\n")},
	} {
		rows := readAll(t, open(t, tt.text, "a.csv", format.Options{}))
		if len(rows) != 22 || rows[20].Rule != "row.encoding" || rows[21].Values[0] != "好" {
			t.Errorf("%s: %+v", tt.name, rows[19:])
		}
		if raw := rows[20].Raw; utf8.ValidString(raw) {
			t.Errorf("%s: the bad byte is gone from %q", tt.name, raw)
		}
	}
}

func pack(t testing.TB, method string, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch method {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zstd":
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCompression(t *testing.T) {
	t.Parallel()
	want := readAll(t, open(t, chineseCSV, "a.csv", format.Options{}))
	for _, method := range []string{"gzip", "zstd"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			packed := pack(t, method, []byte(chineseCSV))
			rd := open(t, string(packed), "a.csv."+method, format.Options{Size: int64(len(packed))})
			if diff := cmp.Diff(want, readAll(t, rd)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if rd.About().Compression != method {
				t.Errorf("found %q", rd.About().Compression)
			}
			if p := rd.Progress(); p.Read != p.Total {
				t.Errorf("read %d of %d", p.Read, p.Total)
			}
			cut, err := format.Open(bytes.NewReader(packed[:len(packed)-5]), "a", format.Options{})
			for err == nil {
				err = cut.Next(&format.Row{})
			}
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), method) {
				t.Errorf("cut off: %v", err)
			}
			zeros := pack(t, method, append([]byte("a,b\n"), bytes.Repeat([]byte("1,2\n"), 4<<20)...))
			bomb, err := format.Open(bytes.NewReader(zeros), "bomb", format.Options{Limits: format.Limits{Ratio: 50, RatioFrom: 1 << 20}})
			for err == nil {
				err = bomb.Next(&format.Row{})
			}
			if errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "more than 50 for one") {
				t.Errorf("bomb: %v", err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("a\n\xc4\xe3\xba\xc3\n"), "")
	f.Add([]byte("a\n\x81\x30\x81\x30\x80\xff\n"), "gb18030")
	f.Add([]byte("\xff\xfea\x00\n\x00\x00\xd8\n"), "")
	f.Add([]byte("a\x00\n\x00\x3d\xd8"), "utf-16le")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		enc, err := format.ParseEncoding(name)
		if err != nil {
			return
		}
		read := func(r io.Reader) (out []string, failed bool) {
			rd, err := format.Open(r, "f", format.Options{Format: format.CSV, Encoding: enc, Header: []string{"a"}, Delimiter: 1})
			if err != nil {
				return nil, true
			}
			var row format.Row
			for {
				err := rd.Next(&row)
				if err != nil {
					return out, !errors.Is(err, io.EOF)
				}
				if row.Problem == nil && !utf8.Valid(row.Raw) {
					t.Fatalf("a good row is not UTF-8: %q", row.Raw)
				}
				out = append(out, string(row.Raw))
			}
		}
		whole, f1 := read(bytes.NewReader(b))
		slow, f2 := read(iotest.OneByteReader(bytes.NewReader(b)))
		if diff := cmp.Diff(whole, slow); diff != "" || f1 != f2 {
			t.Fatalf("%v %v (-whole +slow):\n%s", f1, f2, diff)
		}
	})
}
