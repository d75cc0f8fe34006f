package alike

// Where a token stands.
const (
	inTitle = 1 << iota
	inSummary
)

// An index holds the tokens of one item, each once, so that another item's tokens can be looked up one after the other.
type index struct {
	words [maxTokens]word
	n     int
	table [512]uint8        // number of a word + 1, by token; open addressing
	np    [2]int            // word pairs of title and summary
	held  [maxTokens]uint16 // how many items hold each token
	usual [maxTitle]uint16  // how many titles of the source hold each of the title's
	stamp uint32            // of the comparison: which words were seen in it
	rare  [probes]uint64    // the rarest words that others hold: count<<32 | number of the word, ascending
	nrare int
	fresh [hooks]uint8 // the first words that nobody held before
	nf    int
	nums  [2]int // distinct numbers of the title, and in all
	sums
}

type word struct {
	token  token
	stamp  uint32
	next   [2]token // the last two that came after it
	weight float32
	source float32 // what it tells within the source
	in     uint8
	seen   uint8 // where the other item holds it, when stamp is the index's
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

// load takes in the tokens of an item.
func (x *index) load(e *entry, tokens []token, sentences []sentence, c *counts, h *habits) {
	clear(x.table[:])
	x.n, x.nrare, x.nf, x.np, x.nums, x.sums = 0, 0, 0, [2]int{}, [2]int{}, sums{}
	for i, t := range tokens { // the counters lie all over the memory: see score
		x.held[i] = c.count(t)
	}
	for i, t := range tokens[:e.title] {
		x.usual[i] = h.count(e.source, t)
	}
	titles := h.of(e.source)
	x.part(tokens, part{0, int(e.title)}, inTitle, c, titles)
	for p := range e.parts(sentences) {
		x.part(tokens, p, inSummary, c, titles)
	}
}

// part takes in a title or a sentence.
func (x *index) part(tokens []token, p part, in uint8, c *counts, titles float32) {
	var before *word
	x.np[in-1] += max(0, p.to-p.from-1)
	for i := p.from; i < p.to; i++ {
		t := tokens[i]
		slot, w := x.find(t)
		if w == nil {
			n := x.held[i]
			w = &x.words[x.n]
			*w = word{token: t, weight: c.weight(n)}
			if n > 0 {
				x.rarer(uint64(n)<<32 | uint64(x.n))
			} else if x.nf < hooks {
				x.fresh[x.nf] = uint8(x.n)
				x.nf++
			}
			x.n++
			x.table[slot] = uint8(x.n)
			x.allBits += w.weight
			if t.kind() == kindNumber {
				x.nums[1]++
			}
		}
		if before != nil && before.next[0] != t {
			before.next[1], before.next[0] = before.next[0], t
		}
		before = w
		if w.in&in != 0 {
			continue
		}
		w.in |= in
		if in == inSummary {
			x.summaryBits += w.weight
			continue
		}
		x.titleBits += w.weight
		w.source = min(w.weight, habit(titles, x.usual[i]))
		x.sourceBits += w.source
		if t.kind() == kindNumber {
			x.nums[0]++
		}
	}
}

// rarer keeps a word in the list of the rarest, if it is one.
func (x *index) rarer(v uint64) {
	i := x.nrare
	if i == probes {
		if v >= x.rare[i-1] {
			return
		}
		i--
	} else {
		x.nrare++
	}
	for i > 0 && x.rare[i-1] > v {
		x.rare[i] = x.rare[i-1]
		i--
	}
	x.rare[i] = v
}

// An overlap is what two items share, in bits, each token once.
type overlap struct {
	title, summary, all         float32
	aInB, bInA                  float32 // of the one's title, found anywhere in the other
	source                      float32 // of the titles, weighed by how rare a word is in the source
	rarest, sourceRarest        float32
	numbers                     float32
	titlePairs, titlePairsB     int
	summaryPairs, summaryPairsB int
	sharedNumbers               [2]int // in both titles, and anywhere
	lead                        int    // first words of the titles that are the same
	summaryLead                 int
	burst                       int // items that the source published in the second
}

// compare finds what the indexed item shares with another.
func (x *index) compare(o *overlap, r *reading, e *entry, tokens []token, sentences []sentence) {
	*o = overlap{}
	x.stamp++
	o.lead = lead(r.tokens[:r.title], tokens[:e.title])
	o.summaryLead = lead(r.tokens[r.title:r.n], tokens[e.title:e.n])
	o.titlePairs, o.titlePairsB = x.overlap(o, tokens[:e.title], inTitle)
	for p := range e.parts(sentences) {
		hit, n := x.overlap(o, tokens[p.from:p.to], inSummary)
		o.summaryPairs += hit
		o.summaryPairsB += n
	}
}

// overlap adds what a title or a summary shares. It returns how many of its pairs are shared, and how many it has.
func (x *index) overlap(o *overlap, tokens []token, in uint8) (hits, pairs int) {
	var before *word
	for _, t := range tokens {
		_, w := x.find(t)
		if w == nil {
			before = nil
			continue
		}
		if before != nil && (before.next[0] == t || before.next[1] == t) {
			hits++
		}
		before = w
		if w.stamp != x.stamp {
			w.stamp, w.seen = x.stamp, 0
			o.all += w.weight
			o.rarest = max(o.rarest, w.weight)
			if w.in&inTitle != 0 {
				o.aInB += w.weight
			}
			if t.kind() == kindNumber {
				o.numbers += w.weight
				o.sharedNumbers[1]++
			}
		}
		if w.seen&in != 0 {
			continue
		}
		w.seen |= in
		switch {
		case in == inSummary:
			if w.in&inSummary != 0 {
				o.summary += w.weight
			}
		case w.in&inTitle != 0:
			o.bInA += w.weight
			o.title += w.weight
			o.source += w.source
			o.sourceRarest = max(o.sourceRarest, w.source)
			if t.kind() == kindNumber {
				o.sharedNumbers[0]++
			}
		default:
			o.bInA += w.weight
		}
	}
	return hits, max(0, len(tokens)-1)
}

// lead is how many first tokens are the same.
func lead(a, b []token) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
