package demo

import (
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
)

// dialect is how one supplier writes its files. All of these are read as what they mean.
type dialect struct {
	format    string // csv, ndjson, xlsx or parquet
	delimiter rune
	mark      bool   // begins with a byte order mark
	encoding  string // utf-8 or gb18030
	packing   string // "", gz or zst
	headings  string // names, titles, upper, mixed or aliases
	days      string // how days are written, see [dialect.day]
	titles    bool   // codes by their Chinese titles
	thousands bool   // amounts with marks between thousands
	slips     *dice
}

// dialectOf gives the dialect of the n-th dataset; the rarer formats go round, so that every world has each of them.
func (s *sheet) dialectOf(n int) dialect {
	d := s.World.dice("dialect of " + s.contract.Code)
	t := dialect{
		format: "csv", delimiter: ',', encoding: "utf-8", slips: d,
		headings:  bag{{"names", 48}, {"titles", 28}, {"upper", 10}, {"mixed", 6}, {"aliases", 8}}.draw(d),
		days:      bag{{"iso", 62}, {"slash", 14}, {"chinese", 10}, {"compact", 8}, {"clock", 6}}.draw(d),
		titles:    d.chance(0.3),
		thousands: d.chance(0.08),
	}
	switch d.IntN(12) {
	case 0:
		t.delimiter = ';'
	case 1:
		t.delimiter = '\t'
	}
	t.mark = d.chance(0.2)
	if d.chance(0.14) {
		t.encoding, t.mark = "gb18030", false
	}
	if u := d.IntN(25); u < 3 {
		t.packing = []string{"gz", "gz", "zst"}[u]
	}
	large := len(s.rows) > 20_000
	switch {
	case n%17 == 5:
		t.format, t.encoding, t.mark = "ndjson", "utf-8", false
	case n%61 == 11 && !large:
		t.format, t.packing = "xlsx", ""
	case n%83 == 29 && !large:
		t.format, t.packing = "parquet", ""
	}
	return t
}

// heading is how a column is called.
func (t *dialect) heading(f *catalogue.Field) string {
	switch t.headings {
	case "titles":
		return f.Title.ZH
	case "upper":
		return strings.ToUpper(f.Name)
	case "mixed":
		return strings.ToUpper(f.Name[:1]) + f.Name[1:]
	case "aliases":
		if len(f.Aliases) > 0 {
			return f.Aliases[0]
		}
	}
	return f.Name
}

// cell is how a value is written. What is not a value of the field (the bad rows) is written as it is.
func (t *dialect) cell(f *catalogue.Field, value string) string {
	if value == "" {
		return ""
	}
	switch f.Type {
	case catalogue.DateField:
		return t.day(value)
	case catalogue.CodeField:
		if t.titles {
			return titleOf(f, value)
		}
	case catalogue.AmountField:
		if t.thousands {
			value = thousands(value)
		}
		if t.slips.chance(0.002) {
			return wide(value)
		}
	case catalogue.IntField:
		if t.slips.chance(0.002) {
			return wide(value)
		}
	case catalogue.IdentifierField:
		if t.slips.chance(0.001) {
			return " " + strings.ToLower(value)
		}
	case catalogue.TextField:
		if t.slips.chance(0.0005) {
			return value + "\u3000"
		}
	case catalogue.BoolField:
		if t.titles {
			return map[string]string{"true": "是", "false": "否"}[value]
		}
	}
	return value
}

func (t *dialect) day(value string) string {
	if t.days == "iso" {
		return value
	}
	if _, err := calendar.Parse(value); err != nil || value == "2099-12-31" {
		return value
	}
	y, m, d := value[:4], strings.TrimPrefix(value[5:7], "0"), strings.TrimPrefix(value[8:], "0")
	switch t.days {
	case "slash":
		return y + "/" + m + "/" + d
	case "chinese":
		return y + "年" + m + "月" + d + "日"
	case "compact":
		return y + value[5:7] + value[8:]
	}
	return value + " 00:00:00"
}

func titleOf(f *catalogue.Field, code string) string {
	for i := range f.Codes {
		if f.Codes[i].Code == code && f.Codes[i].Title.ZH != "" {
			return f.Codes[i].Title.ZH
		}
	}
	return code
}

// thousands puts a comma before every third digit of the whole part.
func thousands(number string) string {
	whole, rest := number, ""
	if i := strings.IndexByte(number, '.'); i >= 0 {
		whole, rest = number[:i], number[i:]
	}
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + rest
}

// wide writes ASCII in the full-width forms of Chinese keyboards.
func wide(text string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, text)
}
