package alike

import (
	"iter"
	"time"
)

// An entry is what is kept of an item inside the window, besides its tokens.
type entry struct {
	start     uint32 // of its tokens
	sentences uint32 // of its sentences
	n, title  uint8  // tokens in all, and in the title
	ns        uint8  // sentences
	mask      uint8  // the sentences that say nothing, as bits
	numbers   [2]uint8
	dated     bool // it has a date of its own
	published uint32
	arrived   uint32
	source    uint32
	exact     uint32
	mold      uint32
	whole     uint32
	days      uint64 // of the title; see dates.pack. Above them its agencies
	sums
}

// sums are how much an item's tokens tell, each once, in bits.
type sums struct{ titleBits, summaryBits, allBits, sourceBits float32 }

func (e *entry) from(r *reading, item *Item) {
	*e = entry{
		n: uint8(r.n), title: uint8(r.title), ns: uint8(r.ns),
		source: hashText(item.Source), exact: r.exact, mold: r.mold, whole: r.whole, days: r.dates[0].pack() | packAgencies(item.Agencies),
		dated: !item.Published.IsZero(), published: seconds(item.Published), arrived: seconds(item.Arrived),
	}
	if item.Arrived.IsZero() {
		e.arrived = e.published
	}
}

// packAgencies keeps a bit for each agency, in what the days leave free: some two agencies in twenty share one by chance, but
// none of the fifteen that are named most.
func packAgencies(names []string) (bits uint64) {
	for _, name := range names {
		bits |= 1 << (dayBits + mix(agencySeed, hashText(name))%(64-dayBits))
	}
	return bits
}

// agencies are those that the item names, as bits.
func (e *entry) agencies() uint64 { return e.days >> dayBits }

// A part is a sentence of a summary, by its tokens.
type part struct{ from, to int }

// parts are the sentences of the summary that say something.
func (e *entry) parts(sentences []sentence) iter.Seq[part] {
	return func(yield func(part) bool) {
		if e.mask == 0 {
			yield(part{int(e.title), int(e.n)})
			return
		}
		from := int(e.title)
		for i, s := range sentences {
			to := s.end()
			if e.mask>>i&1 == 0 && !yield(part{from, to}) {
				return
			}
			from = to
		}
	}
}

// text reports whether the item has a summary that says something.
func (e *entry) text() bool { return e.n > e.title && int(e.mask) != 1<<e.ns-1 }

// body is the hash of the whole summary, 0 where nothing of it counts.
func (e *entry) body() uint32 {
	if !e.text() {
		return 0
	}
	return e.whole
}

// moment is the token under which the items of one source and one second are found.
func (e *entry) moment() token {
	return token(mix(mix(momentSeed, e.source), e.published)) | kindMask
}

const momentSeed = 0x5bd1e995

const agencySeed = 487

func seconds(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(min(max(t.Unix(), 0), 1<<32-1))
}

func hashText(s string) uint32 {
	h := uint32(wordSeed)
	for i := range len(s) {
		h = mix(h, uint32(s[i]))
	}
	return h
}
