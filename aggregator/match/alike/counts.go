package alike

import "math"

// counts says how many items of the window hold a token. Tokens share a counter by chance; a shared one makes a rare word look
// less rare, which may cost a candidate and never makes one.
type counts struct {
	of  [countSlots]uint16
	n   uint32  // items
	log float32 // of n
}

const (
	countBits  = 19
	countSlots = 1 << countBits
	// prior is how many items are taken to have been seen before the first, so that words tell something from the start.
	prior      = 200
	full       = 1<<16 - 1 // a counter stops here
	habitShift = 20        // of a source's hash
)

func (c *counts) reset() {
	clear(c.of[:])
	c.n, c.log = 0, log2(prior)
}

// add counts an item more that holds a token, or one less: by is 1 or -1.
func (c *counts) add(t token, by int) { tally(&c.of[uint32(t)*0x85EBCA6B>>(32-countBits)], by) }

// tally adds to a counter that has not stopped.
func tally(p *uint16, by int) {
	if *p < full {
		*p += uint16(by)
	}
}

func (c *counts) count(t token) uint16 { return c.of[uint32(t)*0x85EBCA6B>>(32-countBits)] }

// weight is what a token tells that count of all items hold: its idf in bits, never below 0.
func (c *counts) weight(count uint16) float32 { return max(0, c.log-logOf(count)) }

// logOf is the logarithm of a count and one more.
func logOf(count uint16) float32 {
	if int(count) < len(logs) {
		return logs[count]
	}
	return log2(uint32(count) + 1)
}

// logs are the logarithms of 1 and up, for most words are rare.
var logs = func() (t [512]float32) {
	for i := range t {
		t[i] = log2(uint32(i) + 1)
	}
	return t
}()

// grow counts n more items, or fewer.
func (c *counts) grow(n int) {
	c.n += uint32(n)
	c.log = log2(c.n + prior)
}

// habits says how many titles of a source hold a word: what a source says in every second title tells two of its items apart
// from none.
type habits struct {
	counts [countSlots]uint16
	titles [1 << (32 - habitShift)]uint32 // of each source; sources share a counter by chance
}

func (h *habits) reset() {
	clear(h.counts[:])
	clear(h.titles[:])
}

func (h *habits) add(source uint32, t token, by int) {
	tally(&h.counts[(uint32(t)^source)*0x85EBCA6B>>(32-countBits)], by)
}

// of is the logarithm of how many titles a source has had, and a few.
func (h *habits) of(source uint32) float32 { return log2(h.titles[source>>habitShift] + 8) }

func (h *habits) count(source uint32, t token) uint16 {
	return h.counts[(uint32(t)^source)*0x85EBCA6B>>(32-countBits)]
}

// habit is what a word tells within its source that stands in count of its titles.
func habit(titles float32, count uint16) float32 { return max(0, titles-logOf(count)) + 2 }

// log2 is the logarithm of a number above 0, good to 1 percent; the same on every machine.
func log2(v uint32) float32 {
	b := math.Float32bits(float32(v))
	m := math.Float32frombits(b&(1<<23-1)|127<<23) - 1 // [0, 1)
	return float32(int(b>>23)-127) + m*(1.3465-0.3465*m)
}

// sayings are the sentences that sources have said, and under how many titles: a notice of payment or "The post ... appeared
// first on ..." stands under all of them.
type sayings struct {
	of [sayingSlots]saying
}

type saying struct {
	key   uint32
	title uint32 // the last title that it stood under
	n     uint32 // how often the title changed
}

const (
	sayingSlots = 1 << 16
	// boilerplate is how many titles a sentence stands under before it is no longer content.
	boilerplate = 4
)

func (s *sayings) reset() { clear(s.of[:]) }

// says counts a sentence under a title, and reports whether it is one of those that say nothing.
func (s *sayings) says(source, sentence, title uint32) bool {
	key := mix(source, sentence)
	p := &s.of[key>>16]
	if p.key != key {
		*p = saying{key: key}
	}
	if p.title != title {
		p.title = title
		p.n++
	}
	return p.n >= boilerplate
}
