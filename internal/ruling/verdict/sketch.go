package verdict

import (
	"encoding/binary"
	"strings"
	"unicode"
)

// sketchSize is how many numbers a sketch has: the estimate of likeness is right to some six per cent either way.
const sketchSize = 64

// shingle is how many characters in a row are compared.
const shingle = 4

// Sketch is what is kept of a text to tell whether another is nearly the same, without keeping the text: of each of 64
// hash functions the least value over all runs of four characters. The text cannot be got back from it.
type Sketch [sketchSize]uint32

// SketchOf draws the sketch of a text. Case, spaces, punctuation and digits make no difference: a form filled with another
// name, date or number is still the form.
func SketchOf(text string) Sketch {
	var s Sketch
	for i := range s {
		s[i] = ^uint32(0)
	}
	runes := folded(text)
	if n := len(runes); n > 0 && n < shingle {
		runes = append(runes, make([]rune, shingle-n)...)
	}
	for i := 0; i+shingle <= len(runes); i++ {
		h := uint64(14695981039346656037)
		for _, r := range runes[i : i+shingle] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		for n := range s {
			s[n] = min(s[n], uint32(mix(h+uint64(n)*0x9e3779b97f4a7c15)>>32))
		}
	}
	return s
}

// mix spreads a number over all its bits.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func folded(text string) []rune {
	var out []rune
	for _, r := range strings.ToLower(text) {
		if unicode.IsLetter(r) {
			out = append(out, r)
		}
	}
	return out
}

// Alike estimates how much of two texts is the same, in thousandths.
func (s *Sketch) Alike(o *Sketch) int {
	same := 0
	for i := range s {
		if s[i] == o[i] {
			same++
		}
	}
	return same * 1000 / sketchSize
}

// Bytes is the sketch as it is kept.
func (s *Sketch) Bytes() []byte {
	b := make([]byte, 0, 4*sketchSize)
	for _, n := range s {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// ReadSketch reads what Bytes wrote; ok is false for anything else.
func ReadSketch(b []byte) (s Sketch, ok bool) {
	if len(b) != 4*sketchSize {
		return s, false
	}
	for i := range s {
		s[i] = binary.BigEndian.Uint32(b[4*i:])
	}
	return s, true
}
