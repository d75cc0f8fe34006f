package rule

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A folded text is what phrases are looked up in: NFKC, case folded, its words separated by one space each, whatever stood
// between them. Fields and paragraphs, which no phrase spans, are separated by a line feed.
//
// An apostrophe separates words too: "Ukraine" is found in "Ukraine's" and "Europe" in "l'Europe", and the three apostrophes
// that Ukrainian is written with are one. What only changes how a word looks (soft hyphens, joiners, the Arabic tatweel and
// vowel signs, stress marks) does not count.
type folded struct {
	buf    []byte
	starts []int32 // where phrases may begin: at words, and at each character of a script without spaces
	table  *table
}

// maxStarts bounds the words of one text: what lies behind the first 50,000 words of a body decides nothing.
const maxStarts = 50_000

// kind is what a character is to words.
type kind uint8

const (
	separator kind = iota // between words
	letter                // of a word: letters, marks and digits
	loose                 // of a script that does not put spaces between words
	nothing               // as if it did not stand there
	unsure                // it may change together with its neighbours: the text has to be normalized first
)

// cell is what a character becomes.
type cell struct {
	fold rune
	kind kind
}

// cellCount covers the alphabets that most news is written in.
const cellCount = 0x1200

// table is what is known of the characters below cellCount, worked out once: looking each one up in the tables of Unicode
// would take longer than all the rest.
type table struct {
	ascii [utf8.RuneSelf]byte // the letter or digit that a byte becomes; 0 separates
	cells [cellCount]cell
}

var tables = sync.OnceValue(func() *table {
	t := new(table)
	for r := range rune(cellCount) {
		t.cells[r] = classify(r, false)
		if r < utf8.RuneSelf && t.cells[r].kind == letter {
			t.ascii[r] = byte(t.cells[r].fold)
		}
	}
	return t
})

func (f *folded) reset() {
	f.buf, f.starts = f.buf[:0], f.starts[:0]
	if f.table == nil {
		f.table = tables()
	}
}

// set makes s the text, in the memory of the one before.
func (f *folded) set(s string) {
	f.reset()
	f.add(s)
}

// add appends s, such that no phrase spans it and what stood before.
func (f *folded) add(s string) {
	if len(f.buf) > 0 && f.buf[len(f.buf)-1] != '\n' {
		f.buf = append(f.buf, '\n')
	}
	buf, starts := len(f.buf), len(f.starts)
	if f.fold(s, false) {
		return
	}
	f.buf, f.starts = f.buf[:buf], f.starts[:starts]
	s = norm.NFKC.String(s)
	// Some small letters have a form with their accent in one where the capital ones do not.
	if small := strings.Map(lower, s); !norm.NFKC.IsNormalString(small) {
		s = norm.NFKC.String(small)
	}
	f.fold(s, true)
}

// lower is r without case. Going through the capital makes one letter of the two small sigmas, and of the i with and without
// a dot.
func lower(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// fold appends s. It gives up where s has to be normalized first.
func (f *folded) fold(s string, normal bool) bool {
	last := separator // kind of the character before
	t := f.table
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if t.ascii[b] == 0 {
				last = separator
				i++
				continue
			}
			if last != letter && !f.begin(letter, last) {
				return true
			}
			last = letter
			buf := f.buf
			for ; i < len(s) && s[i] < utf8.RuneSelf && t.ascii[s[i]] != 0; i++ {
				buf = append(buf, t.ascii[s[i]])
			}
			f.buf = buf
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		c := cell{kind: unsure}
		if r < cellCount {
			c = t.cells[r]
		}
		if c.kind == unsure && (normal || r >= cellCount) {
			c = classify(r, normal)
		}
		switch c.kind {
		case unsure:
			return false
		case nothing:
			continue
		case separator:
			last = separator
			continue
		}
		if c.kind != last || c.kind == loose {
			if !f.begin(c.kind, last) {
				return true
			}
			last = c.kind
		}
		if c.fold == 'ß' {
			f.buf = append(f.buf, "ss"...)
		} else {
			f.buf = utf8.AppendRune(f.buf, c.fold)
		}
	}
	return true
}

// begin notes that a phrase may begin here, behind a character of kind last. It refuses when the text has enough of them.
func (f *folded) begin(k, last kind) bool {
	if len(f.starts) == maxStarts {
		return false
	}
	if n := len(f.buf); k != last && n > 0 && f.buf[n-1] != '\n' {
		f.buf = append(f.buf, ' ')
	}
	f.starts = append(f.starts, int32(len(f.buf)))
	return true
}

// classify looks r up in the tables of Unicode. normal says that the text it stands in is normalized.
func classify(r rune, normal bool) cell {
	switch {
	case r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf: // the bulk of Han: nothing can happen to them
		return cell{r, loose}
	case r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30fa: // kana; a voicing mark behind one is unsure itself
		return cell{r, loose}
	case r >= 0x2010 && r <= 0x2027, r >= 0x3000 && r <= 0x3003, r >= 0x3008 && r <= 0x3011, r >= 0xff01 && r <= 0xff0f, r >= 0xff1a && r <= 0xff20:
		return cell{r, separator} // what ends sentences in Europe and in East Asia
	case r >= 0xac00 && r <= 0xd7a3: // Hangul syllables; a jamo behind one is unsure itself
		return cell{r, letter}
	case ignorable(r):
		return cell{r, nothing}
	case r == 'ʹ' || r >= 'ʻ' && r <= 'ʽ': // letters to Unicode, apostrophes to those who type them
		return cell{r, separator}
	}
	if !normal && !steady(r) {
		return cell{r, unsure}
	}
	switch {
	case unspaced(r):
		return cell{r, loose}
	case r == 0x300 || r == 0x301: // an accent that did not compose: the stress marks of Cyrillic
		return cell{r, nothing}
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r):
		return cell{lower(r), letter}
	}
	return cell{r, separator}
}

// steady reports whether normalizing a text leaves r as it is, whatever stands around it. What becomes nothing but
// separators, such as a no-break space, counts as steady: it is dropped anyway.
func steady(r rune) bool {
	s := string(r)
	if norm.NFKC.IsNormalString(s) {
		return norm.NFKC.PropertiesString(s).BoundaryBefore()
	}
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

// ignorable reports whether r only changes how its neighbours look.
func ignorable(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0xfeff:
		return true
	case r == 0x640, r >= 0x64b && r <= 0x652, r == 0x670: // Arabic: tatweel and vowel signs
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	}
	return r >= 0xfe00 && r <= 0xfe0f
}

// unspaced reports whether r belongs to a script that does not put spaces between words.
func unspaced(r rune) bool {
	switch {
	case r < 0xe00, r == '・':
		return false
	case r == 'ー' || r == 'ｰ':
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) &&
		(unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r))
}
