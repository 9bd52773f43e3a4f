package format_test

import (
	"io"
	"runtime"
	"testing"

	"probity/internal/intake/format"
)

// endless gives a header and then the same row over and over, up to a size.
type endless struct {
	header, row string
	left, at    int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.left > 0 {
		text := e.row
		if e.header != "" {
			text = e.header
		}
		m := copy(p[n:], text[e.at:])
		n += m
		e.left -= m
		if e.at += m; e.at == len(text) {
			e.at, e.header = 0, ""
		}
	}
	return n, nil
}

// TestMemoryIsFlat: what is allocated over a whole file, freed or not, is next to nothing, whatever the file's size.
func TestMemoryIsFlat(t *testing.T) {
	tests := []struct{ name, header, row string }{
		{"CSV", "文号,name,note\n", "沪1,plain,\n"},
		{"QuotedCSV", "文号,name,note\n", "\"沪,1\",\"say \"\"x\"\"\",\"two\nlines\"\n"},
		{"NDJSON", "{}\n", "{\"id\":\"1\",\"name\":\"\\u4e2d x\",\"fine\":12.5,\"tags\":[1,2]}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rd, err := format.Open(&endless{header: tt.header, row: tt.row, left: 32 << 20}, tt.name, format.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var row format.Row
			rows := 0
			for rd.Next(&row) == nil {
				rows++
			}
			runtime.ReadMemStats(&after)
			const most = 1 << 20
			if got := after.TotalAlloc - before.TotalAlloc; got > most {
				t.Errorf("%d bytes allocated over %d rows", got, rows)
			}
		})
	}
}

func BenchmarkNDJSON(b *testing.B) {
	b.ReportAllocs()
	const size = 16 << 20
	b.SetBytes(size)
	for b.Loop() {
		row := "{\"id\":\"91310000MA1FL0XX00\",\"name\":\"上海示例贸易有限公司\",\"day\":\"2024-03-17\",\"fine\":12000,\"class\":\"fine\",\"open\":true}\n"
		rd, err := format.Open(&endless{row: row, left: size}, "b.jsonl", format.Options{})
		if err != nil {
			b.Fatal(err)
		}
		var r format.Row
		for rd.Next(&r) == nil {
		}
	}
}
