package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"deskwire"
)

// summarize cuts a text to maxSummary runes: after the last sentence that leaves at least half of them, else between words.
func summarize(text string) string {
	text = collapse(text[:min(len(text), cutAt(text, 8*maxSummary))])
	if len(text) <= maxSummary {
		return text
	}
	n, sentence, word, limit := 0, 0, 0, len(text)
	prev := ' '
	for i, r := range text {
		if n == maxSummary {
			limit = i
			break
		}
		n++
		switch {
		case r == ' ':
			word = i
			if strings.ContainsRune(".!?…:\"”»)؟۔"+fullStops, prev) && n > maxSummary/2 && ends(text[:i]) {
				sentence = i
			}
		case n > maxSummary/2 && strings.ContainsRune(fullStops, prev) && !strings.ContainsRune(closingMarks, r),
			n > maxSummary/2 && strings.ContainsRune(closingMarks, prev) && endsInFullStop(text[:i]):
			sentence = i
		}
		prev = r
	}
	switch {
	case limit == len(text):
		return text
	case sentence > 0:
		return text[:sentence]
	case word > limit/2:
		return strings.TrimRight(text[:word], " ,;:–—-") + "…"
	}
	return cutRunes(text, maxSummary)
}

// Sentences end in a full stop without a space behind it in many scripts, but a closing mark may follow.
const (
	fullStops    = "。！？｡।॥።។။"
	closingMarks = "」』）】》”’"
)

func endsInFullStop(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, closingMarks))
	return strings.ContainsRune(fullStops, r)
}

// cutAt is a character's boundary at or before n.
func cutAt(s string, n int) int {
	for n < len(s) && n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return min(n, len(s))
}

// ends reports whether s ends in the end of a sentence, not in an initial or a short abbreviation ("Mr.", "J.", "No.").
func ends(s string) bool {
	s = strings.TrimRight(s, "\"”»)")
	r, size := utf8.DecodeLastRuneInString(s)
	if r != '.' {
		return strings.ContainsRune("!?…؟۔"+fullStops, r)
	}
	last := s[strings.LastIndexByte(s[:len(s)-size], ' ')+1 : len(s)-size]
	if utf8.RuneCountInString(last) > 3 {
		return true
	}
	first, _ := utf8.DecodeRuneInString(last)
	return !unicode.IsUpper(first) && utf8.RuneCountInString(last) > 1
}

// measure counts the words of a text and how long reading takes. In scripts without spaces each character counts.
func measure(text string) (words, seconds int) {
	chars, inWord := 0, false
	for _, r := range text {
		switch {
		case r < 0x80:
			letter := r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
			if letter && !inWord {
				words++
			}
			inWord = letter || inWord && r > ' ' // don't, 3.5, e-mail
		case spaceless(r):
			chars++
			inWord = false
		case plainLetter(r), unicode.IsLetter(r), unicode.IsDigit(r):
			if !inWord {
				words++
			}
			inWord = true
		case unicode.IsSpace(r), r == '—', r == '–', r == '…':
			inWord = false
		}
	}
	return words + chars, (words*60+minuteOfWords-1)/minuteOfWords + (chars*60+minuteOfChars-1)/minuteOfChars
}

// spaceless reports whether a letter belongs to a script that is written without spaces.
func spaceless(r rune) bool {
	return r >= 0x0e00 && r <= 0x0eff || r >= 0x1000 && r <= 0x109f || r >= 0x1780 && r <= 0x17ff || // Thai, Lao, Burmese, Khmer
		r >= 0x3040 && r <= 0x30ff || r >= 0x3400 && r <= 0x4dbf || r >= 0x4e00 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}

// plainLetter reports whether a character is one of the letters that most text beyond ASCII consists of: Latin with accents, Cyrillic,
// Chinese characters, Korean syllables. It saves looking them up in Unicode's tables.
func plainLetter(r rune) bool {
	return r >= 0x48a && r < 0x530 || r >= 0x400 && r <= 0x481 || r >= 0xc0 && r < 0x250 && r != 0xd7 && r != 0xf7 ||
		r >= 0x4e00 && r <= 0x9ffc || r >= 0xac00 && r <= 0xd7a3
}

// digest is the hash of what a reader would notice; the package comment says what counts.
func digest(a *deskwire.Article, text string) uint64 {
	h := xxhash.New()
	buf := make([]byte, 0, 512)
	field := func(s string) {
		buf = buf[:0]
		gap := false
		for i := 0; i < len(s); {
			c := s[i]
			if c < utf8.RuneSelf {
				i++
				if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' {
					if gap {
						buf, gap = append(buf, ' '), false
					}
					buf = append(buf, c)
				} else {
					gap = true
				}
			} else {
				r, n := utf8.DecodeRuneInString(s[i:])
				if plainLetter(r) || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
					if gap {
						buf, gap = append(buf, ' '), false
					}
					buf = append(buf, s[i:i+n]...)
				} else {
					gap = true
				}
				i += n
			}
			if len(buf) > 480 {
				h.Write(buf)
				buf = buf[:0]
			}
		}
		h.Write(append(buf, 0))
	}
	field(a.Title)
	field(a.Summary)
	field(text)
	for i := range a.Media {
		if a.Media[i].Kind() == "image" {
			field(pictureKey(a.Media[i].URL))
		}
	}
	digestEpisode(h, a.Episode)
	return max(h.Sum64(), 1)
}
