package alike

import "slices"

// Where a token of the new item stands.
const (
	inTitle = 1 << iota
	inSummary
)

// An index holds the tokens of the item that is being matched, each once, so that another item's tokens can be looked up one
// after the other.
type index struct {
	words []word
	table [512]uint8 // number of a word + 1, by token; open addressing
	pairs [512]uint32
	np    [2]int
	order []weighted

	title, summary, all, source float32 // sums of weights
}

type word struct {
	token  token
	count  uint32
	weight float32
	source float32 // what it tells within the source
	in     uint8
	seen   uint8 // where the other item holds it
}

type weighted struct {
	token  token
	count  uint32
	weight float32
}

func (x *index) find(t token) (slot uint32, w *word) {
	for i := (uint32(t) * 0xC2B2AE35) >> 23; ; i = (i + 1) & 511 {
		switch n := x.table[i]; {
		case n == 0:
			return i, nil
		case x.words[n-1].token == t:
			return i, &x.words[n-1]
		}
	}
}

// load takes in the tokens of a reading.
func (x *index) load(r *reading, c *counts, h *habit) {
	clear(x.table[:])
	clear(x.pairs[:])
	x.words = x.words[:0]
	x.title, x.summary, x.all, x.source = 0, 0, 0, 0
	x.np = [2]int{}
	var before token
	for i, t := range r.tokens[:r.n] {
		in, part := uint8(inTitle), 0
		if i >= r.title {
			in, part = inSummary, 1
		}
		if i == r.title {
			before = 0
		}
		if before != 0 && x.pair(mix(uint32(before), uint32(t)), true) {
			x.np[part]++
		}
		before = t
		slot, w := x.find(t)
		if w == nil {
			n := c.count(t)
			x.words = append(x.words, word{token: t, count: n, weight: c.weight(n)})
			x.table[slot] = uint8(len(x.words))
			w = &x.words[len(x.words)-1]
			x.all += w.weight
		}
		if w.in&in == 0 {
			w.in |= in
			if in == inTitle {
				x.title += w.weight
				w.source = min(w.weight, h.weight(t))
				x.source += w.source
			} else {
				x.summary += w.weight
			}
		}
	}
	x.order = x.order[:0]
	for i := range x.words {
		w := &x.words[i]
		x.order = append(x.order, weighted{w.token, w.count, w.weight})
	}
	slices.SortFunc(x.order, func(a, b weighted) int {
		if a.count != b.count {
			return int(int64(a.count) - int64(b.count))
		}
		return int(int64(a.token) - int64(b.token))
	})
}

// pair looks up a pair of neighbours and, with insert, adds it; it reports whether it was there, or with insert, was new.
func (x *index) pair(h uint32, insert bool) bool {
	for i := h >> 23; ; i = (i + 1) & 511 {
		switch x.pairs[i] {
		case h:
			return !insert
		case 0:
			if insert {
				x.pairs[i] = h
			}
			return insert
		}
	}
}

// rarest are the n rarest tokens.
func (x *index) rarest(n int) []weighted { return x.order[:min(n, len(x.order))] }

// compare finds what the indexed item and b share.
func (m *Matcher) compare(o *overlap, a, b *entry) {
	x := &m.index
	o.titleA, o.summaryA, o.allA, o.sourceA = x.title, x.summary, x.all, x.source
	o.titlePairsA, o.summaryPairsA = x.np[0], x.np[1]
	for i := range x.words {
		x.words[i].seen = 0
	}
	habit := m.habits.of(b.source)
	leading := true
	var before token
	for i, t := range m.tokens[b.start : b.start+uint32(b.n)] {
		in := uint8(inTitle)
		if i >= int(b.title) {
			in = inSummary
		}
		if i == int(b.title) {
			before = 0
		}
		if before != 0 {
			hit := x.pair(mix(uint32(before), uint32(t)), false)
			if in == inTitle {
				o.titlePairsB++
				if hit {
					o.titlePairs++
				}
			} else {
				o.summaryPairsB++
				if hit {
					o.summaryPairs++
				}
			}
		}
		before = t
		if leading = leading && i < int(min(a.title, b.title)) && m.r.tokens[i] == t; leading {
			o.lead++
		}
		_, w := x.find(t)
		if w == nil {
			weight := m.counts.weight(m.counts.count(t))
			o.allB += weight
			if in == inTitle {
				o.titleB += weight
				o.sourceB += min(weight, habit.weight(t))
				if t.kind() == kindNumber {
					o.numbersB++
				}
			} else {
				o.summaryB += weight
			}
			if t.kind() == kindNumber {
				o.numbersAllB++
			}
			continue
		}
		if w.seen == 0 {
			o.all += w.weight
			o.allB += w.weight
			o.rarest = max(o.rarest, w.weight)
			if w.in&inTitle != 0 {
				o.aInB += w.weight
			}
			if t.kind() == kindNumber {
				o.numbers += w.weight
			}
		}
		if w.seen&in != 0 {
			continue
		}
		w.seen |= in
		if in == inTitle {
			o.titleB += w.weight
			o.bInA += w.weight
			if w.in&inTitle != 0 {
				o.title += w.weight
				o.source += w.source
				o.sourceB += w.source
				o.sourceRarest = max(o.sourceRarest, w.source)
			} else {
				o.sourceB += min(w.weight, habit.weight(t))
			}
		} else {
			o.summaryB += w.weight
			if w.in&inSummary != 0 {
				o.summary += w.weight
			}
		}
	}
	for i := range x.words {
		if w := &x.words[i]; w.token.kind() == kindNumber && w.seen == 0 {
			o.numbersAllA++
			if w.in&inTitle != 0 {
				o.numbersA++
			}
		}
	}
}

// A board adds up weights by item.
type board struct {
	table [2048]uint16 // number of an item + 1
	items []pick
}

func (b *board) clear() {
	clear(b.table[:])
	b.items = b.items[:0]
}

func (b *board) add(item uint32, weight float32) {
	for i := item * 0x9E3779B1 >> 21; ; i = (i + 1) & 2047 {
		switch n := b.table[i]; {
		case n == 0:
			b.items = append(b.items, pick{item, weight})
			b.table[i] = uint16(len(b.items))
			return
		case b.items[n-1].item == item:
			b.items[n-1].weight += weight
			return
		}
	}
}
