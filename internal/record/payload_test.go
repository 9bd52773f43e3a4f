package record_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"probity/calendar"
	"probity/internal/record"
)

func FuzzPayload(f *testing.F) {
	f.Add("decision 9", int64(-3), int32(20000))
	f.Add("quote \" slash \\ tab \t nul \x00 bad \xff 罚款", int64(0), int32(calendar.None))
	f.Add("cut \xe7\xbd short \xe7罚 surrogate \xed\xa0\x80 overlong \xe0\x80\x80 end \xe7\xbd", int64(1), int32(0))
	f.Fuzz(func(t *testing.T, text string, n int64, d int32) {
		w := record.NewWriter([]byte("kept"))
		w.Text("title", []byte(text))
		w.Int("fine", n)
		day := calendar.Day(d)
		if day != calendar.None {
			day = min(max(day, calendar.First), calendar.Last)
		}
		w.Day("on", day)
		w.Bool("open", n > 0)
		b := w.End()[len("kept"):]
		if !utf8.Valid(b) {
			t.Fatalf("%q is not UTF-8", b)
		}
		var got map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if utf8.ValidString(text) && got["title"] != text {
			t.Fatalf("title came back as %q", got["title"])
		}
		names := ""
		if err := record.Scan(b, func(name, raw []byte) bool {
			names += string(name) + " "
			if !json.Valid(raw) {
				t.Fatalf("%s of %s is not JSON", raw, name)
			}
			return true
		}); err != nil {
			t.Fatal(err)
		}
		want := "title fine on open "
		if day == calendar.None {
			want = "title fine open "
		}
		if names != want {
			t.Fatalf("fields %q, want %q", names, want)
		}
	})
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"a":"\\"}`, `{"a":"`, `{`, `{"a":}`, `{"a":1}x`, `{"a":"\`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		_ = record.Scan(b, func(_, _ []byte) bool { return true })
	})
}
