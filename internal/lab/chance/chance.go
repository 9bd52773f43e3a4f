// Package chance is for whoever needs a generated world to be the same tomorrow: every random number is a function of
// the seed, the subject, the month and what is drawn, and of nothing else. There is no generator that is stepped, so
// that neither the number of cores nor the order of work nor a policy can shift anybody's luck: under two policies the
// same person meets the same shocks (common random numbers), and person 17 of a thousand is person 17 of a million.
package chance

import (
	"math"
	"math/bits"
)

// Seed is the root of all draws of one replication.
type Seed uint64

// golden is 2^64 divided by the golden ratio, made odd: multiples of it are spread evenly.
const golden = 0x9e3779b97f4a7c15

// Mix spreads the bits of x (the finaliser of SplitMix64, Steele, Lea and Flood 2014): every input bit changes about
// half of the output bits, and no two inputs share an output.
func Mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Replication is the seed of the n-th replication: distinct for distinct n.
func (s Seed) Replication(n int) Seed { return Seed(Mix(uint64(s) + golden*uint64(n+1))) }

// Subject is the key of one subject's draws.
func (s Seed) Subject(i uint64) Key { return Key(Mix(Mix(uint64(s)) + golden*(i+1))) }

// Key is one subject under one seed.
type Key uint64

// Stream names what is drawn, so that a draw that one policy needs and another does not moves no other draw.
type Stream uint8

// Once is the month of draws that are made once for a subject.
const Once = 0xffffff

// Draw is the number drawn in a month for a purpose: 64 even bits.
func (k Key) Draw(month int, what Stream) uint64 {
	return Mix(uint64(k) ^ (uint64(month)<<8|uint64(what))*golden)
}

// Chance is a probability as a threshold over 32 bits.
type Chance uint32

// Of is the chance of a probability; below 0 it is never, from 1 it is as good as always (one in four thousand million
// fails).
func Of(p float64) Chance {
	switch {
	case !(p > 0):
		return 0
	case p >= 1:
		return math.MaxUint32
	}
	return Chance(math.Round(p * math.MaxUint32))
}

// Times is the chance multiplied by a factor of 1/256, at most certain.
func (c Chance) Times(by256 uint32) Chance {
	return Chance(min(uint64(c)*uint64(by256)>>8, math.MaxUint32))
}

// Hit tells whether a draw falls under the chance; it looks at the upper half of the draw.
func (c Chance) Hit(draw uint64) bool { return uint32(draw>>32) < uint32(c) }

// HitLow is Hit by the lower half of the draw, which is independent of the upper one.
func (c Chance) HitLow(draw uint64) bool { return uint32(draw) < uint32(c) }

// Below is a number from 0 to n-1, n excluded, from a draw.
func Below(draw uint64, n int) int {
	hi, _ := bits.Mul64(draw, uint64(n))
	return int(hi)
}

// Wait is how many whole months pass before something happens that has the chance p each month: 0 is at once. most
// bounds it.
func Wait(draw uint64, p float64, most int) int {
	switch {
	case p >= 1:
		return 0
	case !(p > 0):
		return most
	}
	u := (float64(draw>>11) + 0.5) / (1 << 53)
	w := math.Log(u) / math.Log1p(-p)
	if w >= float64(most) {
		return most
	}
	return int(w)
}
