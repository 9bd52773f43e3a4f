package subject

import (
	"fmt"
	"math"
)

// Part is some of the subjects: those whose place, see [Place], lies from Low to High. The zero Part is everybody. A distributed
// database keeps the subjects of one part together.
type Part struct {
	Low  int64 `json:"low"`
	High int64 `json:"high"`
}

// All tells that the part is everybody.
func (p Part) All() bool { return p == Part{} }

// Has tells whether a subject belongs to the part.
func (p Part) Has(id ID) bool {
	at := int64(Place(id))
	return p.All() || p.Low <= at && at <= p.High
}

// String names the part by its lowest place, in hexadecimal digits; "" is everybody.
func (p Part) String() string {
	if p.All() {
		return ""
	}
	return fmt.Sprintf("%08x", p.Low-math.MinInt32)
}

// Place is where a subject comes to lie when subjects are scattered evenly: the hash of its number by which PostgreSQL, and so
// Citus, scatters whole numbers of eight bytes (hashint8; Bob Jenkins, lookup3.c, May 2006, public domain). It never changes.
func Place(id ID) int32 {
	low, high := uint32(id), uint32(id>>32)
	if id < 0 {
		high = ^high
	}
	const begin = 0x9e3779b9 + 4 + 3923095
	a, b, c := begin+(low^high), uint32(begin), uint32(begin)
	rot := func(x uint32, by int) uint32 { return x<<by | x>>(32-by) }
	c = (c ^ b) - rot(b, 14)
	a = (a ^ c) - rot(c, 11)
	b = (b ^ a) - rot(a, 25)
	c = (c ^ b) - rot(b, 16)
	a = (a ^ c) - rot(c, 4)
	b = (b ^ a) - rot(a, 14)
	c = (c ^ b) - rot(b, 24)
	return int32(c)
}
