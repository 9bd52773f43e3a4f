package rating

import (
	"fmt"
	"strconv"

	"probity/calendar"
	"probity/internal/record"
	"probity/scorecard"
)

// Decoder turns a record's payload into the column values of a layout's table. It is made once per layout and used for
// every record; it is not safe for concurrent use.
type Decoder struct {
	layout *scorecard.Layout
	tables []tableDecoder
}

type tableDecoder struct {
	fields []fieldDecoder
	place  map[string]int
	values []int64
}

type fieldDecoder struct {
	kind  scorecard.Type
	codes map[string]int64
}

// NewDecoder makes a decoder for the tables of a layout.
func NewDecoder(layout *scorecard.Layout) *Decoder {
	d := &Decoder{layout: layout, tables: make([]tableDecoder, len(layout.Reads()))}
	for t, read := range layout.Reads() {
		td := &d.tables[t]
		td.fields = make([]fieldDecoder, len(read.Fields))
		td.values = make([]int64, len(read.Fields))
		td.place = make(map[string]int, len(read.Fields))
		for i, f := range read.Fields {
			td.place[f.Name] = i
			td.fields[i].kind = f.Type
			if f.Type == scorecard.Code {
				td.fields[i].codes = make(map[string]int64, len(f.Codes))
				for n, c := range f.Codes {
					td.fields[i].codes[c] = int64(n)
				}
			}
		}
	}
	return d
}

// Decode gives the values of the payload for the table, in the layout's order; the slice is reused by the next call. A
// code that the model's schema does not know is missing and never some other code.
func (d *Decoder) Decode(table int, payload []byte) ([]int64, error) {
	td := &d.tables[table]
	for i := range td.values {
		td.values[i] = scorecard.Missing
	}
	if len(td.values) == 0 {
		return nil, nil
	}
	left := len(td.values)
	var failed error
	err := record.Scan(payload, func(name, raw []byte) bool {
		i, ok := td.place[string(name)]
		if !ok {
			return true
		}
		if td.values[i], failed = td.fields[i].value(raw); failed != nil {
			failed = fmt.Errorf("field %s: %w", name, failed)
			return false
		}
		left--
		return left > 0
	})
	if err == nil {
		err = failed
	}
	return td.values, err
}

// value reads one canonical value.
func (f *fieldDecoder) value(raw []byte) (int64, error) {
	switch f.kind {
	case scorecard.Int, scorecard.Amount:
		return number(raw)
	case scorecard.Bool:
		if len(raw) == 4 {
			return 1, nil
		}
		return 0, nil
	case scorecard.Date:
		if len(raw) != 12 {
			return 0, fmt.Errorf("%s is no day", raw)
		}
		day, err := calendar.Parse(string(raw[1:11]))
		return int64(day), err
	case scorecard.Code:
		if len(raw) < 2 {
			return 0, fmt.Errorf("%s is no code", raw)
		}
		if n, ok := f.codes[string(raw[1:len(raw)-1])]; ok {
			return n, nil
		}
		return scorecard.Missing, nil
	default:
		return scorecard.Missing, nil
	}
}

func number(raw []byte) (int64, error) {
	if len(raw) > 0 && len(raw) < 19 && raw[0] != '-' {
		var n int64
		for _, c := range raw {
			if c < '0' || c > '9' {
				return 0, fmt.Errorf("%s is no whole number", raw)
			}
			n = n*10 + int64(c-'0')
		}
		return n, nil
	}
	return strconv.ParseInt(string(raw), 10, 64)
}
