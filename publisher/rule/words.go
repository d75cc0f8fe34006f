package rule

import (
	"errors"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A phrase is whole words in a row; a word that ends in * has any ending. Where it begins or ends with a script without
// spaces, it begins or ends anywhere.
type phrase struct {
	words []word
	text  string // as the configuration has it
}

type word struct {
	text string // folded, without spaces
	star bool   // any ending
}

// key is the same for phrases that match the same.
func (p *phrase) key() string {
	var b strings.Builder
	for i, w := range p.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
		if w.star {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// loose reports whether the word's end is that of a script without spaces: it is found wherever it stands.
func (w word) loose() bool {
	r, _ := utf8.DecodeLastRuneInString(w.text)
	return unspaced(r)
}

var (
	errEmptyWord = errors.New(`empty word; a word is letters or digits, as in "summit" or "negotiat*"`)
	errStar      = errors.New("* stands for any ending and is the last character of a word")
)

// parsePhrase reads one entry of words.
func parsePhrase(s string) (phrase, error) {
	p := phrase{text: s}
	var f folded
	for field := range strings.FieldsSeq(s) {
		text, star := strings.CutSuffix(field, "*")
		if strings.Contains(text, "*") {
			return p, errStar
		}
		f.set(text)
		if len(f.buf) == 0 { // the & of two names; but a * needs a word
			if star && len(strings.Fields(s)) > 1 {
				return p, errStar
			}
			continue
		}
		words := strings.Split(string(f.buf), " ")
		for i, w := range words {
			p.words = append(p.words, word{w, star && i == len(words)-1})
		}
	}
	if len(p.words) == 0 {
		return p, errEmptyWord
	}
	return p, nil
}

// bends reports whether a phrase without a star probably misses its other endings: it has words of a kind that usually
// change them. Abbreviations in capitals do not.
func (p *phrase) bends(languages []string) bool {
	if strings.Contains(p.text, "*") || len(p.words) == 0 || p.words[len(p.words)-1].loose() {
		return false
	}
	bends, small := false, false
	for _, r := range p.text {
		bends = bends || unicode.In(r, unicode.Cyrillic, unicode.Greek)
		small = small || unicode.IsLower(r)
	}
	for _, l := range languages {
		switch l {
		case "be", "bg", "bs", "cs", "de", "el", "et", "fi", "hr", "hu", "hy", "is", "ka", "kk", "la", "lt", "lv", "mk", "pl", "ru", "sk", "sl", "sr", "tr", "uk":
			bends = true
		}
	}
	return bends && small
}

// A finder finds the phrases of all channels in one walk over a text. It is a tree of the phrases' bytes, a space between two
// words; most words of a text leave it after a byte or two. Its edges lie in one hash table: no node owns memory.
type finder struct {
	keys   []uint64 // node<<8 | byte, +1; 0 is free
	vals   []int32  // the node it leads to, negative when something happens there
	shift  uint
	count  int
	nodes  []node
	quick  [256]int32 // the edges of the root
	filled bool
}

// node is what happens where some phrases have come to.
type node struct {
	ends []int32 // phrases that stand here if the word ends here
	any  []int32 // phrases that stand here
	star int32   // the node that goes on at the word's end, whatever the ending; 0 for none
}

func newFinder(phrases []phrase) *finder {
	f := &finder{nodes: make([]node, 1), filled: len(phrases) > 0}
	f.resize(1 << 8)
	for i := range phrases {
		n := int32(0)
		words := phrases[i].words
		for k, w := range words {
			for j := range len(w.text) {
				n = f.grow(n, w.text[j])
			}
			switch last := k == len(words)-1; {
			case last && (w.star || w.loose()):
				f.nodes[n].any = append(f.nodes[n].any, int32(i))
			case last:
				f.nodes[n].ends = append(f.nodes[n].ends, int32(i))
			case w.star:
				if f.nodes[n].star == 0 {
					f.nodes = append(f.nodes, node{})
					f.nodes[n].star = int32(len(f.nodes) - 1)
				}
				n = f.grow(f.nodes[n].star, ' ')
			default:
				n = f.grow(n, ' ')
			}
		}
	}
	f.seal()
	return f
}

// grow is the node that b leads to from n, which is made when there is none.
func (f *finder) grow(n int32, b byte) int32 {
	if to := f.step(n, b); to != 0 {
		return to
	}
	if 2*(f.count+1) > len(f.keys) {
		f.resize(2 * len(f.keys))
	}
	f.nodes = append(f.nodes, node{})
	to := int32(len(f.nodes) - 1)
	f.put(uint64(n)<<8|uint64(b)+1, to)
	f.count++
	return to
}

func (f *finder) resize(size int) {
	keys, vals := f.keys, f.vals
	f.keys, f.vals, f.shift = make([]uint64, size), make([]int32, size), uint(64-bits.TrailingZeros(uint(size)))
	for i, k := range keys {
		if k != 0 {
			f.put(k, vals[i])
		}
	}
}

func (f *finder) put(key uint64, to int32) {
	i := f.slot(key)
	for f.keys[i] != 0 {
		i = (i + 1) & uint64(len(f.keys)-1)
	}
	f.keys[i], f.vals[i] = key, to
}

// slot is where a key belongs: multiplying by an odd number spreads neighbours (Fibonacci hashing).
func (f *finder) slot(key uint64) uint64 { return key * 0x9e3779b97f4a7c15 >> f.shift }

// step is the node that b leads to from n, 0 when there is none, negative when something happens at it.
func (f *finder) step(n int32, b byte) int32 {
	key := uint64(n)<<8 | uint64(b) + 1
	for i := f.slot(key); ; i = (i + 1) & uint64(len(f.keys)-1) {
		switch f.keys[i] {
		case key:
			return f.vals[i]
		case 0:
			return 0
		}
	}
}

// seal marks the edges to nodes where something happens, so that a walk looks at no other, and takes out the root's.
func (f *finder) seal() {
	for i, to := range f.vals {
		if n := &f.nodes[to]; n.ends != nil || n.any != nil || n.star != 0 {
			f.vals[i] = -to
		}
	}
	for b := range f.quick {
		f.quick[b] = f.step(0, byte(b))
	}
}

// find calls hit with each phrase that stands in the text, as often as it does.
func (f *finder) find(t *folded, hit func(phrase int32)) {
	if !f.filled {
		return
	}
	for _, at := range t.starts {
		if n := f.quick[t.buf[at]]; n != 0 {
			f.walk(t.buf, int(at)+1, n, hit)
		}
	}
}

// walk follows buf from i on, where node n has been reached.
func (f *finder) walk(buf []byte, i int, n int32, hit func(int32)) {
	for {
		if n < 0 {
			n = -n
			f.happen(buf, i, &f.nodes[n], hit)
		}
		if i == len(buf) {
			return
		}
		if n = f.step(n, buf[i]); n == 0 {
			return
		}
		i++
	}
}

func (f *finder) happen(buf []byte, i int, n *node, hit func(int32)) {
	for _, p := range n.any {
		hit(p)
	}
	end := i
	for end < len(buf) && buf[end] != ' ' && buf[end] != '\n' {
		end++
	}
	if end == i {
		for _, p := range n.ends {
			hit(p)
		}
	}
	if n.star != 0 && end < len(buf) {
		if to := f.step(n.star, buf[end]); to != 0 {
			f.walk(buf, end+1, to, hit)
		}
	}
}
