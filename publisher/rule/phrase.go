package rule

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// A phrase is whole words in a row; the last character * of a word stands for any ending. Words of scripts without spaces
// match wherever their characters stand.
type phrase struct {
	words []word
	loose []byte // a phrase of a script without spaces, folded; words is empty then
}

type word struct {
	text   string // folded
	prefix bool
}

func (w word) matches(b []byte) bool {
	if w.prefix {
		return bytes.HasPrefix(b, []byte(w.text))
	}
	return string(b) == w.text
}

var errEmptyWord = errors.New("empty word; a word is letters or digits, as in \"summit\" or \"negotiat*\"")

// parsePhrase reads one entry of words.
func parsePhrase(s string) (phrase, error) {
	var p phrase
	var f folded
	for field := range strings.FieldsSeq(s) {
		text, prefix := strings.CutSuffix(field, "*")
		if strings.Contains(text, "*") {
			return p, errors.New("* stands for any ending and is the last character of a word")
		}
		f.set(text)
		if len(f.loose) > 0 {
			f.set(strings.TrimSuffix(s, "*"))
			p.words, p.loose = nil, bytes.Clone(bytes.TrimSpace(f.buf))
			return p, nil
		}
		if len(f.words) == 0 {
			return p, errEmptyWord
		}
		for i, w := range f.words {
			p.words = append(p.words, word{string(f.buf[w.from:w.to]), prefix && i == len(f.words)-1})
		}
	}
	if len(p.words) == 0 {
		return p, errEmptyWord
	}
	return p, nil
}

// A finder looks all phrases of all channels up in one walk over a text.
type finder struct {
	phrases  []phrase
	exact    map[string][]int32         // by the first word
	prefixes map[int]map[string][]int32 // by the length of a first word that ends in *, then by the word
	loose    map[rune][]int32           // by the first character
}

func newFinder(phrases []phrase) *finder {
	f := &finder{phrases: phrases, exact: map[string][]int32{}, prefixes: map[int]map[string][]int32{}, loose: map[rune][]int32{}}
	for i, p := range phrases {
		n := int32(i)
		if len(p.loose) > 0 {
			r, _ := utf8.DecodeRune(p.loose)
			f.loose[r] = append(f.loose[r], n)
			continue
		}
		first := p.words[0]
		if !first.prefix {
			f.exact[first.text] = append(f.exact[first.text], n)
			continue
		}
		by := f.prefixes[len(first.text)]
		if by == nil {
			by = map[string][]int32{}
			f.prefixes[len(first.text)] = by
		}
		by[first.text] = append(by[first.text], n)
	}
	return f
}

// find marks in found the phrases that stand in the text.
func (f *finder) find(t *folded, found []bool) {
	if len(f.exact)+len(f.prefixes) > 0 {
		for i, w := range t.words {
			b := t.buf[w.from:w.to]
			f.check(f.exact[string(b)], t, i, found)
			for n, by := range f.prefixes {
				if len(b) >= n {
					f.check(by[string(b[:n])], t, i, found)
				}
			}
		}
	}
	if len(f.loose) == 0 {
		return
	}
	for _, at := range t.loose {
		r, _ := utf8.DecodeRune(t.buf[at:])
		for _, n := range f.loose[r] {
			if bytes.HasPrefix(t.buf[at:], f.phrases[n].loose) {
				found[n] = true
			}
		}
	}
}

// check marks those of the candidates whose further words follow word i.
func (f *finder) check(candidates []int32, t *folded, i int, found []bool) {
next:
	for _, n := range candidates {
		words := f.phrases[n].words
		if i+len(words) > len(t.words) {
			continue
		}
		for k := 1; k < len(words); k++ {
			w := t.words[i+k]
			if !words[k].matches(t.buf[w.from:w.to]) {
				continue next
			}
		}
		found[n] = true
	}
}
