package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord is the length of the longest word in bytes; of what is longer the beginning counts.
const maxWord = 64

// A word is a word of a text as it is compared: folded, with its place in the text.
type word struct {
	term       string
	start, end int // in bytes of the text
	at         int // the number of the word in its text
	tail       bool
}

// words cuts a text into its words. Scripts that put no spaces between words (Chinese, Japanese, Thai and their like) are cut
// into pairs of characters that overlap, and the last character of a run stands alone besides, marked as the tail: so that
// a single character is always the beginning of some word.
//
// at is the number of the first word; the number after the last one is returned.
func words(text string, at int, list []word) ([]word, int) {
	var c cutter
	c.list, c.at, c.text = list, at, text
	for i := 0; i < len(text); {
		n := 1
		if text[i] >= utf8.RuneSelf || i+1 < len(text) && text[i+1] >= utf8.RuneSelf {
			// A letter with the marks on it is one.
			if n = norm.NFKC.NextBoundaryInString(text[i:], true); n <= 0 {
				n = len(text) - i
			}
		}
		c.segment(i, i+n)
		i += n
	}
	c.flush()
	return c.list, c.at
}

// A cutter puts words together from segments of a text.
type cutter struct {
	list  []word
	text  string
	at    int
	term  []byte // of the word that is being read
	start int
	end   int
	join  bool   // what separates is an apostrophe inside a Cyrillic word
	run   []unit // of a script without spaces
}

// A unit is one character of a run with the vowels and tones on it.
type unit struct {
	term       string
	start, end int
}

// segment reads a letter with its marks.
func (c *cutter) segment(start, end int) {
	if end-start == 1 && c.text[start] < utf8.RuneSelf {
		switch b := c.text[start]; {
		case 'a' <= b && b <= 'z' || '0' <= b && b <= '9':
			c.letter(rune(b), start, end)
		case 'A' <= b && b <= 'Z':
			c.letter(rune(b)+'a'-'A', start, end)
		default:
			c.gap(rune(b))
		}
		return
	}
	for _, r := range norm.NFKC.String(c.text[start:end]) {
		switch {
		case apostrophe(r):
			c.gap(r)
		case spaceless(r):
			c.unspaced(r, start, end)
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			c.letter(r, start, end)
		default:
			c.gap(r)
		}
	}
}

// letter adds a letter to the word that is being read.
func (c *cutter) letter(r rune, start, end int) {
	if len(c.run) > 0 {
		if unicode.IsMark(r) {
			last := &c.run[len(c.run)-1]
			last.term, last.end = last.term+string(r), end
			return
		}
		c.flush()
	}
	if c.join && !unicode.Is(unicode.Cyrillic, r) {
		c.flush()
	}
	if c.join = false; len(c.term) == 0 {
		c.start = start
	}
	c.term = appendFolded(c.term, r)
	c.end = end
}

// gap ends a word, but for an apostrophe between Cyrillic letters, which Ukrainian and Belarusian write within words.
func (c *cutter) gap(r rune) {
	if apostrophe(r) && len(c.term) > 0 && !c.join {
		if last, _ := utf8.DecodeLastRune(c.term); unicode.Is(unicode.Cyrillic, last) {
			c.join = true
			return
		}
	}
	if r == '\u00ad' || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' {
		return // what nobody sees separates nothing
	}
	c.flush()
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '`' }

func (c *cutter) unspaced(r rune, start, end int) {
	if len(c.term) > 0 {
		c.flush()
	}
	if unicode.IsMark(r) && len(c.run) > 0 {
		last := &c.run[len(c.run)-1]
		last.term, last.end = last.term+string(r), end
		return
	}
	c.run = append(c.run, unit{string(r), start, end})
}

// flush ends what is being read.
func (c *cutter) flush() {
	c.join = false
	if len(c.term) > 0 {
		c.list = append(c.list, word{term: clip(c.term), start: c.start, end: c.end, at: c.at})
		c.at++
		c.term = c.term[:0]
	}
	for i := range c.run {
		w := word{term: c.run[i].term, start: c.run[i].start, end: c.run[i].end, at: c.at, tail: true}
		if i+1 < len(c.run) {
			w.term, w.end, w.tail = w.term+c.run[i+1].term, c.run[i+1].end, false
		}
		c.list = append(c.list, w)
		c.at++
	}
	c.run = c.run[:0]
}

// clip is a term within [maxWord].
func clip(term []byte) string {
	if len(term) <= maxWord {
		return string(term)
	}
	n := maxWord
	for n > 0 && !utf8.RuneStart(term[n]) {
		n--
	}
	return string(term[:n])
}

// spaceless reports whether r is of a script that puts no spaces between words.
func spaceless(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) && !unicode.IsPunct(r) && !unicode.IsNumber(r) || r >= 0x3007 && r <= 0x3007
}

// appendFolded adds a letter as it is compared: small, and in alphabets that are often written without them, without the marks on it.
// Where a mark makes another letter it stays: й is not и, and the vowels of Indian scripts are marks.
func appendFolded(to []byte, r rune) []byte {
	switch {
	case r < utf8.RuneSelf:
		return append(to, byte(unicode.ToLower(r)))
	case unicode.Is(unicode.Latin, r), unicode.Is(unicode.Greek, r):
		r = unicode.ToLower(r)
		if plain := foldedLetter(r); plain != "" {
			return append(to, plain...)
		}
		for _, d := range norm.NFD.String(string(r)) {
			if !unicode.Is(unicode.Mn, d) {
				to = utf8.AppendRune(to, d)
			}
		}
		return to
	case unicode.Is(unicode.Cyrillic, r):
		if r = unicode.ToLower(r); r == 'ё' {
			r = 'е'
		}
		return utf8.AppendRune(to, r)
	case unicode.Is(unicode.Arabic, r), unicode.Is(unicode.Hebrew, r):
		return appendSemitic(to, r)
	case unicode.Is(unicode.Inherited, r) && unicode.Is(unicode.Mn, r):
		last, _ := utf8.DecodeLastRune(to)
		if r == '\u0308' || !unicode.In(last, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew) && last >= utf8.RuneSelf {
			break
		}
		return to // accents, stress and vowel signs that no letter has taken in
	}
	if unicode.IsNumber(r) && !unicode.IsDigit(r) {
		return utf8.AppendRune(to, r)
	}
	return utf8.AppendRune(to, unicode.ToLower(r))
}

// foldedLetter is what people write for letters that are no letter with a mark; "" for all others.
func foldedLetter(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	case 'ς':
		return "σ"
	}
	return ""
}

// appendSemitic leaves out vowel signs, and the stroke that only makes a word longer, and writes the forms of one letter as one.
func appendSemitic(to []byte, r rune) []byte {
	switch {
	case unicode.Is(unicode.Mn, r), r == 'ـ':
		return to
	case strings.ContainsRune("أإآٱ", r):
		r = 'ا'
	case r == 'ى', r == 'ی':
		r = 'ي'
	case r == 'ک':
		r = 'ك'
	case r == 'ة':
		r = 'ه'
	}
	return utf8.AppendRune(to, r)
}
