package alike

import "math/bits"

// counts says how many items of the window hold a token. Tokens share a counter by chance; a shared one makes a rare word look
// less rare, which costs a candidate and never makes one.
type counts struct {
	of [countSlots]uint16
	n  uint32 // items
}

const countSlots = 1 << 20

func (c *counts) add(t token) {
	if p := &c.of[slot(t)]; *p < 1<<16-1 {
		*p++
	}
}

func slot(t token) uint32 { return (uint32(t) * 0x85EBCA6B) >> (32 - 20) }

// count is how many items hold the token.
func (c *counts) count(t token) uint32 { return uint32(c.of[slot(t)]) }

// weight is what a token tells that count of all items hold: its idf in bits, never below 0.
func (c *counts) weight(count uint32) float32 {
	return max(0, log2(c.n+8)-log2(count+1))
}

// log2 is the logarithm of a number above 0, good to 1 percent; the same on every machine.
func log2(v uint32) float32 {
	n := bits.Len32(v) - 1
	m := float32(v)/float32(uint32(1)<<n) - 1 // [0, 1)
	return float32(n) + m*(1.3465-0.3465*m)
}
