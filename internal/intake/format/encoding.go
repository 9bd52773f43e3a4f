package format

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"probity/internal/fault"
)

// decoder turns a text stream into UTF-8. Where no encoding was given it lets ASCII through, which is the same in
// UTF-8 and GB18030, and decides at the first byte beyond it by looking at the text that follows.
//
// Bytes that are no character of the encoding go through as they are. They are not UTF-8 then, so that the reader of
// rows finds the row they stand in and still has them as they were.
type decoder struct {
	r        io.Reader
	encoding Encoding // "" while all was ASCII
	in       []byte   // bytes read and not yet decoded
	buf      []byte   // the space behind in
	offset   int64    // of in within the decompressed stream
	err      error    // of r, io.EOF included; returned when in is used up
}

// decodeWindow is how much text decides the encoding, and the unit in which other encodings are read.
const decodeWindow = 64 << 10

func (f *file) decode(in *prefix) (*decoder, error) {
	head, err := in.peek(3)
	if err != nil {
		return nil, err
	}
	d := &decoder{r: in, encoding: f.opt.Encoding}
	// A byte order mark is beyond mistake and outweighs what was said about the file.
	mark := 0
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		d.encoding, mark = UTF8, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		d.encoding, mark = UTF16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		d.encoding, mark = UTF16BE, 2
	}
	if _, err := io.CopyN(io.Discard, in, int64(mark)); err != nil {
		return nil, err
	}
	d.offset = int64(mark)
	f.text = d
	return d, nil
}

// ascii tells whether everything read so far was ASCII, so that nothing needs to be checked.
func (d *decoder) ascii() bool { return d.encoding == "" }

func (d *decoder) Read(p []byte) (int, error) {
	if len(p) < utf8.UTFMax {
		return 0, io.ErrShortBuffer
	}
	switch d.encoding {
	case "":
		return d.readUndecided(p)
	case UTF8:
		if len(d.in) > 0 {
			n := copy(p, d.in)
			d.take(n)
			return n, nil
		}
		if d.err != nil {
			return 0, d.err
		}
		return d.r.Read(p)
	}
	for {
		n, used := d.convert(p)
		d.take(used)
		if n > 0 {
			return n, nil
		}
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
}

func (d *decoder) take(n int) {
	d.in = d.in[n:]
	d.offset += int64(n)
}

// fill reads more into in, up to the window.
func (d *decoder) fill() {
	if d.buf == nil {
		d.buf = make([]byte, decodeWindow)
	}
	n := copy(d.buf, d.in)
	for d.err == nil && n < len(d.buf) {
		var m int
		m, d.err = d.r.Read(d.buf[n:])
		n += m
		if m > 0 {
			break
		}
	}
	d.in = d.buf[:n]
}

// readUndecided reads into p directly and stops at the first byte beyond ASCII.
func (d *decoder) readUndecided(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err // decide found no encoding
	}
	n, err := d.r.Read(p)
	high := firstHigh(p[:n])
	if high == n {
		d.offset += int64(n)
		return n, err
	}
	if d.buf == nil {
		d.buf = make([]byte, decodeWindow)
	}
	d.err = err
	d.offset += int64(high)
	d.in = append(d.buf[:0], p[high:n]...) // p may hold more than the window
	if cap(d.in) > len(d.buf) {
		d.buf = d.in[:cap(d.in)]
	}
	for len(d.in) < len(d.buf) && d.err == nil {
		d.fill()
	}
	if err := d.decide(); err != nil {
		d.err = err
		if high == 0 {
			return 0, err
		}
	}
	if high > 0 {
		return high, nil
	}
	return d.Read(p)
}

// decide chooses between UTF-8 and GB18030. A few wrong bytes do not change the encoding of a file: they are faults
// of their rows.
func (d *decoder) decide() error {
	cut := d.err == nil
	u := measure(d.in, cut, UTF8)
	if u.bad == 0 || u.good >= 4*u.bad {
		d.encoding = UTF8
		return nil
	}
	g := measure(d.in, cut, GB18030)
	// Western text in an old encoding has its accented letters before ASCII letters, which makes a pair of GBK now
	// and then; Chinese text has such pairs too, but most of its second bytes are high.
	if g.good >= 16*g.bad && g.low*2 <= g.good {
		d.encoding = GB18030
		return nil
	}
	return fault.New(fault.Invalid, "intake.encoding.neither",
		"byte %d is neither UTF-8 nor GB18030", d.offset+int64(u.first)+1).
		With("save the file as UTF-8; text with accented letters from older Windows programs needs that too")
}

// tally counts characters beyond ASCII: good ones, bad bytes, the offset of the first bad one, and the good ones of
// two bytes whose second byte is ASCII.
type tally struct{ good, bad, first, low int }

func measure(b []byte, cut bool, enc Encoding) tally {
	var t tally
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		var n int
		var whole bool
		if enc == UTF8 {
			whole = utf8.FullRune(b[i:])
			if r, size := utf8.DecodeRune(b[i:]); r != utf8.RuneError || size > 1 {
				n = size
			}
		} else {
			_, n, whole = gbRune(b[i:])
		}
		if !whole && cut {
			break
		}
		if n == 0 {
			if t.bad == 0 {
				t.first = i
			}
			t.bad++
			i++
			continue
		}
		t.good++
		if n == 2 && b[i+1] < utf8.RuneSelf {
			t.low++
		}
		i += n
	}
	return t
}

// firstHigh is the index of the first byte beyond ASCII, len(b) where there is none.
func firstHigh(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for ; i < len(b); i++ {
		if b[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}

// convert decodes from in to p as much as fits and is whole; at the end of the stream the rest is whole.
func (d *decoder) convert(p []byte) (n, used int) {
	end := d.err != nil
	if d.encoding == GB18030 {
		return convertGB(p, d.in, end)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if d.encoding == UTF16BE {
		order = binary.BigEndian
	}
	return convertUTF16(p, d.in, end, order)
}

func convertGB(p, in []byte, end bool) (n, used int) {
	for used < len(in) && n+utf8.UTFMax <= len(p) {
		if in[used] < utf8.RuneSelf {
			run := min(firstHigh(in[used:]), len(p)-n)
			n += copy(p[n:], in[used:used+run])
			used += run
			continue
		}
		r, size, whole := gbRune(in[used:])
		switch {
		case size > 0:
			n += utf8.EncodeRune(p[n:], r)
			used += size
		case !whole && !end:
			return n, used
		default:
			p[n] = in[used] // a lone high byte: not UTF-8
			n++
			used++
		}
	}
	return n, used
}

// gbPairs holds the characters of GBK's two-byte codes, 0 where there is none.
var gbPairs = sync.OnceValue(func() *[126][256]rune {
	var t [126][256]rune
	dec := simplifiedchinese.GB18030.NewDecoder()
	var out [8]byte
	for lead := range t {
		for trail := 0x40; trail < 0xff; trail++ {
			if trail == 0x7f {
				continue
			}
			dec.Reset()
			n, _, err := dec.Transform(out[:], []byte{byte(lead) + 0x81, byte(trail)}, true)
			if r, size := utf8.DecodeRune(out[:n]); err == nil && r != utf8.RuneError && size == n {
				t[lead][trail] = r
			}
		}
	}
	return &t
})

// gbRune decodes the character at the start of b, whose first byte is beyond ASCII. size is 0 where there is none;
// whole is false where more bytes could make one.
func gbRune(b []byte) (r rune, size int, whole bool) {
	switch {
	case b[0] == 0x80: // the euro sign of code page 936
		return '€', 1, true
	case b[0] == 0xff:
		return 0, 0, true
	case len(b) < 2:
		return 0, 0, false
	case b[1] < '0' || b[1] > '9':
		if r := gbPairs()[b[0]-0x81][b[1]]; r != 0 {
			return r, 2, true
		}
		return 0, 0, true
	case len(b) < 4:
		return 0, 0, false
	}
	var out [8]byte
	n, _, err := simplifiedchinese.GB18030.NewDecoder().Transform(out[:], b[:4], true)
	if r, size := utf8.DecodeRune(out[:n]); err == nil && r != utf8.RuneError && size == n {
		return r, 4, true
	}
	return 0, 0, true
}

func convertUTF16(p, in []byte, end bool, order binary.ByteOrder) (n, used int) {
	for used < len(in) && n+utf8.UTFMax <= len(p) {
		rest := in[used:]
		if len(rest) < 2 {
			if end {
				p[n] = 0xff // half a unit: not UTF-8
				n++
				used++
			}
			return n, used
		}
		r := rune(order.Uint16(rest))
		size := 2
		switch {
		case r >= 0xdc00 && r < 0xe000:
			r = -1
		case r >= 0xd800 && r < 0xdc00:
			if len(rest) < 4 && !end {
				return n, used
			}
			low := rune(0)
			if len(rest) >= 4 {
				low = rune(order.Uint16(rest[2:]))
			}
			if low < 0xdc00 || low >= 0xe000 {
				r = -1
			} else {
				r = (r-0xd800)<<10 | (low - 0xdc00) + 0x10000
				size = 4
			}
		}
		if r < 0 {
			p[n] = 0xff // half a surrogate pair: not UTF-8
			n++
		} else {
			n += utf8.EncodeRune(p[n:], r)
		}
		used += size
	}
	return n, used
}
