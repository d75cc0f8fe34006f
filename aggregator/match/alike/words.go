package alike

import (
	"unicode"
	"unicode/utf8"
)

// A token is a word, a number or a pair of neighbouring characters, hashed. Its low bits say which.
type token uint32

const (
	kindWord   = 0
	kindNumber = 1
	kindDate   = 2 // a weekday, a part of the day, a month beside a number, and that number
	kindMask   = 3
)

func (t token) kind() token { return t & kindMask }

// What is read of one item. A title has some 12 tokens and the 300 characters that a feed shows have 45; scripts without spaces
// have one for every character. The limits bound the work that any text can cause, and the memory of an item.
const (
	maxTitle     = 40
	maxTokens    = 104   // title and summary together
	maxRead      = 2_000 // bytes of either
	maxWord      = 24    // letters of one word that count
	maxSentences = 8
)

// A sentence of the summary: the hash of its words, in which numbers and dates don't count, and below it in 7 bits the number
// of the token before which it ends.
type sentence uint32

func (s sentence) end() int    { return int(s & 127) }
func (s sentence) sum() uint32 { return uint32(s) >> 7 }

// A reading is what one pass over an item's title and summary finds.
type reading struct {
	tokens    [maxTokens]token
	n         int // tokens in all
	title     int // of them, in the title
	sentences [maxSentences]sentence
	ns        int
	exact     uint32 // the title's tokens in order; 0 when there are none
	mold      uint32 // the title's words in order, without numbers and dates; 0 when there are none
	whole     uint32 // the summary's tokens in order; 0 when there are none
	dates     [2]dates
}

// dates are the date words of a title or a summary, as bits.
type dates struct{ weekday, daypart, day uint32 }

// scan is the state of the pass.
type scan struct {
	r      *reading
	limit  int
	word   [maxWord]rune
	n      int // letters in word
	script script
	dense  uint32 // the last character of a script without spaces, 0 for none
	run    int    // how many of them stand together
	sum    uint32 // of the sentence so far
	month  int    // above 0 right behind the name of a month
	part   int    // 0 in the title, 1 in the summary
}

type script uint8

const (
	latin script = iota
	cyrillic
	arabic
	dense
	other
)

// read takes the title and the summary apart. All of r is overwritten.
func (r *reading) read(title, summary string) {
	r.n, r.title, r.ns, r.exact, r.mold, r.whole = 0, 0, 0, 0, 0, 0
	r.dates = [2]dates{}
	s := scan{r: r, limit: maxTitle}
	s.text(skipKicker(title[:min(len(title), maxRead)]))
	r.title = r.n
	for _, t := range r.tokens[:r.n] {
		r.exact = mix(r.exact, uint32(t))
		if t.kind() == kindWord {
			r.mold = mix(r.mold, uint32(t))
		}
	}
	r.ns = 0
	s = scan{r: r, limit: maxTokens, part: 1}
	s.text(summary[:min(len(summary), maxRead)])
	s.endSentence()
	for _, t := range r.tokens[r.title:r.n] {
		r.whole = mix(r.whole, uint32(t))
	}
}

// text reads one text, letter by letter.
func (s *scan) text(text string) {
	for i := 0; i < len(text) && s.r.n < s.limit; {
		c := rune(text[i])
		size := 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(text[i:])
			c = plainSign(c)
		}
		switch {
		case c < utf8.RuneSelf && asciiLetter(byte(c)): // also a full-width one
			if size == 1 {
				i += s.letters(text[i:])
				continue
			}
			s.letter(c|0x20, latin)
		case '0' <= c && c <= '9':
			if s.n > 0 { // covid19, g7
				s.letter(c, s.script)
				break
			}
			s.endDense()
			i += s.digits(text[i:])
			continue
		case c < utf8.RuneSelf:
			if c == '.' && s.n == 1 && i+1 < len(text) && asciiLetter(text[i+1]) { // U.S.
				s.initials(text, &i)
				break
			}
			if c == '\'' && s.n > 0 {
				i += s.apostrophe(text[i+1:])
				break
			}
			s.end()
			if c == '\n' || (c == '.' || c == '!' || c == '?') && (i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n') {
				s.endSentence()
			}
		case (c == '’' || c == 'ʼ' || c == '´') && s.n > 0:
			i += s.apostrophe(text[i+size:])
		default:
			s.wide(c)
		}
		i += size
	}
	s.end()
}

func asciiLetter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

// initials reads on over the full stops of U.S. and U.K. until the letters are no longer single.
func (s *scan) initials(text string, i *int) {
	for *i+1 < len(text) && text[*i] == '.' && asciiLetter(text[*i+1]) && (*i+2 == len(text) || !asciiLetter(text[*i+2])) {
		s.letter(rune(text[*i+1]|0x20), latin)
		*i += 2
	}
	if *i < len(text) && text[*i] != '.' {
		*i--
	}
	s.end()
}

// apostrophe drops an English 's, keeps a Cyrillic word together, and else ends the word. It returns how many bytes to skip.
func (s *scan) apostrophe(rest string) int {
	if s.script == cyrillic {
		return 0
	}
	skip := 0
	if s.script == latin && len(rest) > 0 && rest[0]|0x20 == 's' && (len(rest) == 1 || !asciiLetter(rest[1])) {
		skip = 1
	}
	s.end()
	return skip
}

// wide reads a character beyond ASCII.
func (s *scan) wide(c rune) {
	switch c = lower(c); {
	case c < utf8.RuneSelf: // folded, or ß and its like below
		if c != 0 {
			s.letter(c, latin)
		}
	case 0x0400 <= c && c <= 0x052F:
		s.letter(c, cyrillic)
	case 0x0621 <= c && c <= 0x064A || 0x0671 <= c && c <= 0x06D3:
		s.letter(c, arabic)
	case isDense(c):
		s.end0()
		s.pair(uint32(c))
	case c == '。' || c == '！' || c == '？' || c == '…' || c == '।' || c == '؟':
		s.end()
		s.endSentence()
	case unicode.IsMark(c):
	case unicode.IsLetter(c):
		s.letter(c, other)
	default:
		s.end()
	}
}

// isDense reports whether a character belongs to a script that is written without spaces, or, as Korean, with endings that
// stand together with the word.
func isDense(c rune) bool {
	return 0x3041 <= c && c <= 0x30FF || 0x3400 <= c && c <= 0x9FFF || 0xAC00 <= c && c <= 0xD7A3 ||
		0x0E01 <= c && c <= 0x0E4E || 0x0E81 <= c && c <= 0x0EDF || 0x1000 <= c && c <= 0x109F || 0x1780 <= c && c <= 0x17D3 ||
		0x20000 <= c && c <= 0x2FFFF || c == '々'
}

func (s *scan) letter(c rune, script script) {
	if s.n == 0 {
		s.endDense()
		s.script = script
	}
	if s.n < maxWord && (s.n == 0 || s.word[s.n-1] != c || '0' <= c && c <= '9') { // Odesa, Odessa
		s.word[s.n] = c
		s.n++
	}
}

// letters reads the plain letters that a text begins with, all at once, and returns how many they are.
func (s *scan) letters(text string) int {
	if s.n == 0 {
		s.endDense()
		s.script = latin
	}
	i, n, last := 0, s.n, rune(0)
	if n > 0 {
		last = s.word[n-1]
	}
	for ; i < len(text) && asciiLetter(text[i]); i++ {
		if c := rune(text[i] | 0x20); c != last && n < maxWord {
			s.word[n], last = c, c
			n++
		}
	}
	s.n = n
	return i
}

// pair emits the last two characters of a script without spaces.
func (s *scan) pair(c uint32) {
	if s.dense != 0 && s.r.n < s.limit {
		s.emit(token(mix(mix(denseSeed, s.dense), c)) &^ kindMask)
	}
	s.dense = c
	s.run++
}

// end ends a word or a run of characters.
func (s *scan) end() {
	s.end0()
	s.endDense()
}

func (s *scan) endDense() {
	if s.run == 1 {
		s.emit(token(mix(denseSeed, s.dense)) &^ kindMask)
	}
	s.dense, s.run = 0, 0
}

func (s *scan) end0() {
	if s.n == 0 {
		return
	}
	w := s.word[:s.n]
	s.n = 0
	full := uint32(0)
	if s.script == arabic { // the stem is no beginning of the word
		full = hashLetters(w)
	}
	n := stem(w, s.script)
	h := hashLetters(w[:n])
	if s.script != arabic {
		full = hashOn(h, w[n:])
	}
	kind, bit := dateWord(full, len(w))
	switch d := &s.r.dates[s.part]; kind {
	case dateWeekday:
		d.weekday |= 1 << bit
	case dateDaypart:
		d.daypart |= 1 << bit
	case dateMonth:
		s.month = 2 // the number may follow at once
	}
	t := token(h) &^ kindMask
	if kind == dateWeekday || kind == dateDaypart {
		t |= kindDate
	}
	s.emit(t)
}

func (s *scan) emit(t token) {
	if s.month > 0 {
		s.month--
	}
	if s.r.n >= s.limit {
		return
	}
	s.r.tokens[s.r.n] = t
	s.r.n++
	if t.kind() == kindWord {
		s.sum = mix(s.sum, uint32(t))
	}
}

// endSentence ends a sentence of the summary. Sentences beyond the last that are kept count with it.
func (s *scan) endSentence() {
	r := s.r
	if s.part == 0 {
		return
	}
	start := r.title
	if r.ns > 0 {
		start = r.sentences[r.ns-1].end()
	}
	if r.n == start {
		s.sum = 0
		return
	}
	if r.ns == maxSentences {
		r.sentences[r.ns-1] = r.sentences[r.ns-1]&^127 | sentence(r.n)
		return
	}
	r.sentences[r.ns] = sentence(s.sum)<<7 | sentence(r.n)
	r.ns++
	s.sum = 0
}

// The seeds keep words, numbers and characters apart.
const (
	wordSeed   = 0x9747b28c
	numberSeed = 0x3c6ef372
	denseSeed  = 0x85ebca6b
)

// mix adds a value to a hash. The result is never 0.
func mix(h, v uint32) uint32 {
	h = (h ^ v) * 0x9E3779B1
	h ^= h >> 15
	if h == 0 {
		return 1
	}
	return h
}
