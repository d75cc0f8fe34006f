package rule

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A folded text is what phrases are looked up in: compatibility-composed (NFKC), case folded, its words found once.
type folded struct {
	buf   []byte
	words []span
	loose []int // where characters of scripts without spaces begin
}

// span is one word of buf.
type span struct{ from, to int }

// maxWords bounds the words of one text: what lies behind the first 50,000 words of a body decides nothing.
const maxWords = 50_000

// set folds s into f, whose memory it uses again.
func (f *folded) set(s string) {
	f.buf, f.words, f.loose = f.buf[:0], f.words[:0], f.loose[:0]
	f.add(s)
}

// add appends a further text, such that no phrase spans both.
func (f *folded) add(s string) {
	if !norm.NFKC.IsNormalString(s) {
		s = norm.NFKC.String(s)
	}
	if len(f.buf) > 0 {
		// Two separators with nothing between them: a phrase's words follow each other directly.
		f.buf = append(f.buf, ' ')
		f.words = append(f.words, span{})
	}
	start := -1
	end := func() {
		if start >= 0 {
			f.words = append(f.words, span{start, len(f.buf)})
			start = -1
		}
	}
	for i := 0; i < len(s) && len(f.words) < maxWords; {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case 'A' <= c && c <= 'Z':
				c += 'a' - 'A'
				fallthrough
			case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
				if start < 0 {
					start = len(f.buf)
				}
			default:
				end()
				c = ' '
			}
			f.buf = append(f.buf, c)
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case unspaced(r):
			end()
			f.loose = append(f.loose, len(f.buf))
			f.buf = utf8.AppendRune(f.buf, r)
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
			if start < 0 {
				start = len(f.buf)
			}
			f.buf = appendFolded(f.buf, r)
		default:
			end()
			f.buf = append(f.buf, ' ')
		}
	}
	end()
}

// appendFolded appends the case folded form of r.
func appendFolded(b []byte, r rune) []byte {
	switch r {
	case 'ß', 'ẞ':
		return append(b, "ss"...)
	case 'ς':
		return utf8.AppendRune(b, 'σ')
	case 'İ':
		return append(b, 'i')
	}
	return utf8.AppendRune(b, unicode.ToLower(r))
}

// unspaced reports whether r belongs to a script that does not put spaces between words.
func unspaced(r rune) bool {
	if r < 0x0e00 { // Latin to Indic: nothing of the kind
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r == 'ー' || r == '々'
}
